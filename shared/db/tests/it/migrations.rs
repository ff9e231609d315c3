//! Migrations as replicas run them: together, again, and back.

use dialtone_db::migrate::{self, MigrateError};
use dialtone_db::{bootstrap, schema_print};
use dialtone_testkit::Database;
use dialtone_testkit::database::empty;
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel_async::AsyncConnection as _;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use secrecy::SecretString;

use crate::support::{SERVICE, connect};

/// The same migrations again, as if two crates had taken the same numbers.
const COPY: EmbeddedMigrations = embed_migrations!("migrations");

async fn bare() -> (Database, SecretString) {
    let db = empty().await;
    bootstrap::run(db.url(), db.name(), SERVICE, "test", "test").await.expect("the server is ours");
    let owner = db.owner_url(SERVICE).into();
    (db, owner)
}

/// Everything that migrations made, apart from when.
async fn catalogue(db: &Database) -> Vec<String> {
    let sql = "SELECT format('%s %s %s', c.relkind, c.relname, \
                 (SELECT string_agg(format('%s %s %s', attname, format_type(atttypid, atttypmod), attnotnull), ', ' ORDER BY attnum) \
                  FROM pg_attribute a WHERE a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped)) \
               FROM pg_class c WHERE relnamespace = 'org_finder'::regnamespace \
               UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'org_finder'::regnamespace ORDER BY 1";
    let rows = connect(db.url()).await.query(sql, &[]).await.expect("the query is right");
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_racing_migrators_apply_each_migration_once() {
    let (db, owner) = bare().await;
    let race = (0..2).map(|_| {
        let owner = owner.clone();
        tokio::spawn(async move { migrate::run(&owner, SERVICE, &[]).await })
    });
    let mut applied = Vec::new();
    for done in futures::future::join_all(race).await {
        applied.push(done.expect("no panic").expect("neither fails").len());
    }
    applied.sort_unstable();
    let all = MigrationSource::<Pg>::migrations(&COPY).expect("they are embedded").len();
    assert_eq!(applied, [0, all], "one of them applied all");
    drop(db);
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_migrator_holds_on_until_the_lock_is_free() {
    let (db, owner) = bare().await;
    let admin = connect(db.url()).await;
    let lock = "SELECT pg_advisory_lock(hashtextextended('migrate:org_finder', 0))";
    admin.batch_execute(lock).await.expect("nobody has it");
    let waiting = tokio::spawn(async move { migrate::run(&owner, SERVICE, &[]).await });
    let asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    dialtone_testkit::eventually("it waits for the lock", crate::support::LONG, async || {
        let row = admin.query_one(asked, &[]).await.expect("the query is right");
        (row.get::<_, i64>(0) == 1).then_some(())
    })
    .await;
    assert!(!catalogue(&db).await.iter().any(|line| line.contains("history")));
    admin.batch_execute("SELECT pg_advisory_unlock_all()").await.expect("its own lock");
    assert!(!waiting.await.expect("no panic").expect("it goes on").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn up_down_up_ends_where_it_was() {
    let (db, owner) = bare().await;
    let all = migrate::run(&owner, SERVICE, &[]).await.expect("up").len();
    let first = catalogue(&db).await;
    assert_eq!(migrate::revert_all(&owner, SERVICE, &[]).await.expect("down"), all);
    let left = catalogue(&db).await;
    assert!(left.iter().all(|line| line.contains("__diesel_schema_migrations")), "{left:?}");
    assert_eq!(migrate::run(&owner, SERVICE, &[]).await.expect("up again").len(), all);
    assert_eq!(catalogue(&db).await, first);
    assert_eq!(migrate::run(&owner, SERVICE, &[]).await.expect("nothing to do").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sources_with_the_same_version_are_refused_before_anything_runs() {
    let (db, owner) = bare().await;
    let refused = migrate::run(&owner, SERVICE, &[&COPY]).await;
    assert!(matches!(refused, Err(MigrateError::Duplicate(_))), "{refused:?}");
    assert!(catalogue(&db).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn own_schema_file_equals_the_catalogue() {
    let (db, owner) = bare().await;
    migrate::run(&owner, SERVICE, &[]).await.expect("up");
    let mut conn = dialtone_db::Conn::establish(&db.owner_url(SERVICE)).await.expect("the database is there");
    let printed = schema_print::tables(&mut conn, &["idempotency_keys", "history"]).await.expect("they have keys");
    let (_, file) = include_str!("../../src/schema.rs").split_once("\n\n").expect("a comment comes first");
    assert_eq!(printed, file);
}
