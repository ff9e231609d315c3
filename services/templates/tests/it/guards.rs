//! What keeps code and database in step.

use dialtone_ids::ServiceName;
use dialtone_testkit::{assert_schema, fresh};

use crate::support::database_template;

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_in_the_code_is_that_of_the_database() {
    let database = fresh(&database_template()).await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/schema.rs");
    assert_schema(&database, ServiceName::Templates, file).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_cannot_be_changed_even_by_the_owner() {
    let database = fresh(&database_template()).await;
    for url in [database.owner_url(ServiceName::Templates), database.app_url(ServiceName::Templates)] {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        for sql in ["UPDATE template_revisions SET number = 2", "DELETE FROM template_revisions"] {
            let refused = client.batch_execute(sql).await.unwrap_err();
            assert_eq!(refused.code().map(|code| code.code()), Some("42501"), "{sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_down_and_up_again() {
    let database = fresh(&database_template()).await;
    let url = database.owner_url(ServiceName::Templates).into();
    let sources: [&(dyn diesel::migration::MigrationSource<diesel::pg::Pg> + Sync); 2] =
        [&dialtone_events::MIGRATIONS, &templates::MIGRATIONS];
    dialtone_db::migrate::revert_all(&url, ServiceName::Templates, &sources).await.unwrap();
    let again = dialtone_db::migrate::run(&url, ServiceName::Templates, &sources).await.unwrap();
    assert!(again.len() >= 4, "{again:?}");
}
