//! Fills a database with made-up organizations by COPY; org-finder then puts them into its index of names. Tables get their indexes
//! afterwards, as whoever loads millions of rows would do it.

use std::time::Duration;

use anyhow::{Context, ensure};
use dialtone_ids::ServiceName;
use dialtone_suite::process;
use dialtone_suite::settings::DATABASE;
use futures::SinkExt as _;
use tokio::time::{Instant, sleep};
use tokio_postgres::{Client, NoTls};

use super::names::made;
use crate::stand::Stand;

/// Organizations of one message of COPY.
const BATCH: usize = 5_000;

/// How long org-finder may take to put all into the index of names: 10^7 organizations take most of an hour.
const LONGEST: Duration = Duration::from_secs(4 * 3_600);

/// Checkpoints at the usual rate would take most of the time. Taken back before anything is measured.
const HASTE: &str = "max_wal_size";

/// A client that may do everything and sees every tenant.
pub async fn admin(stand: &Stand) -> anyhow::Result<Client> {
    let mut config: tokio_postgres::Config = stand.suite.postgres.url().parse()?;
    let (client, connection) = config.dbname(DATABASE).connect(NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute("SET search_path = org_finder, public").await?;
    Ok(client)
}

/// Loads so many, waits for the index of names, and prints what that took.
pub async fn fill(stand: &Stand, size: usize) -> anyhow::Result<()> {
    let admin = admin(stand).await?;
    if present(&admin).await? != size {
        admin.batch_execute(&format!("ALTER SYSTEM SET {HASTE} = '6GB'")).await?;
        admin.batch_execute("SELECT pg_reload_conf()").await?;
        load(&admin, size).await?;
    }
    put_in(stand, &admin).await?;
    make_indexes(&admin).await?;
    admin.batch_execute(&format!("ALTER SYSTEM RESET {HASTE}")).await?;
    admin.batch_execute("SELECT pg_reload_conf()").await?;
    admin.batch_execute("CHECKPOINT").await.context("the last checkpoint of the filling")?;
    println!("{size} organizations: {}", sizes(&admin).await?);
    Ok(())
}

/// So many are there; the last things that are loaded are counted.
async fn present(admin: &Client) -> anyhow::Result<usize> {
    let count: i64 = admin.query_one("SELECT count(*) FROM organization_domains", &[]).await?.get(0);
    Ok(usize::try_from(count)?)
}

/// Rows come into these tables without their indexes, but for those by which the job finds organizations.
async fn leave_indexes(admin: &Client) -> anyhow::Result<()> {
    // What Postgres itself does with an index that it has yet to make. Foreign keys are not looked at either: they hold.
    let sql = "SET session_replication_role = replica;
        UPDATE pg_index SET indisvalid = false, indisready = false
        WHERE indrelid IN ('organizations'::regclass, 'organization_domains'::regclass, 'name_postings'::regclass,
            'name_spellings'::regclass, 'name_tails'::regclass)
          AND indexrelid NOT IN ('organizations_pkey'::regclass, 'organizations_name_form_idx'::regclass)";
    admin.batch_execute(sql).await.context("leaving the indexes for later")
}

async fn make_indexes(admin: &Client) -> anyhow::Result<()> {
    let left: bool = admin.query_one("SELECT EXISTS (SELECT FROM pg_index WHERE NOT indisvalid)", &[]).await?.get(0);
    if !left {
        return Ok(());
    }
    let begun = Instant::now();
    admin.batch_execute("VACUUM ANALYZE").await.context("vacuum")?;
    admin.batch_execute("SET maintenance_work_mem = '1GB'").await?;
    for table in ["organizations", "organization_domains", "name_postings", "name_spellings", "name_tails"] {
        admin.batch_execute(&format!("REINDEX TABLE {table}")).await.with_context(|| format!("indexes of {table}"))?;
    }
    println!("indexes {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}

async fn load(admin: &Client, size: usize) -> anyhow::Result<()> {
    leave_indexes(admin).await?;
    let begun = Instant::now();
    let organizations =
        "COPY organizations (id, display_name, normalized_name, region_code, is_partner, is_customer) FROM STDIN";
    let line = |number| {
        let made = made(number);
        format!("{}\t{}\t{}\t{}\t{}\ttrue\n", made.id, made.name.to_uppercase(), made.name, made.country, made.partner)
    };
    copy(admin, organizations, size, line).await?;
    let domains = "COPY organization_domains (organization_id, domain, state) FROM STDIN";
    copy(admin, domains, size, |number| format!("{}\t{}\tVERIFIED\n", made(number).id, made(number).domain)).await?;
    println!("{size} organizations: COPY {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}

/// Waits until org-finder has put all into its index of names.
async fn put_in(stand: &Stand, admin: &Client) -> anyhow::Result<()> {
    if waiting(admin).await? == 0 {
        return Ok(());
    }
    // It looks for organizations without index when it starts.
    let service = ServiceName::OrgFinder.as_str();
    process::stop(&stand.suite.layout, service)?;
    let begun = Instant::now();
    stand.suite.start(service).await?;
    while waiting(admin).await? > 0 {
        ensure!(begun.elapsed() < LONGEST, "not all are in the index after {} s", LONGEST.as_secs());
        sleep(Duration::from_millis(500)).await;
    }
    println!("put into the index of names {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}

async fn waiting(admin: &Client) -> anyhow::Result<i64> {
    let sql =
        "SELECT count(*) FROM (SELECT FROM organizations WHERE name_index < 2 AND deleted IS NULL LIMIT 1) AS rows";
    Ok(admin.query_one(sql, &[]).await?.get(0))
}

async fn copy(admin: &Client, sql: &str, size: usize, line: impl Fn(usize) -> String) -> anyhow::Result<()> {
    let mut sink = Box::pin(admin.copy_in::<_, hyper::body::Bytes>(sql).await?);
    for start in (0..size).step_by(BATCH) {
        let text: String = (start..size.min(start + BATCH)).map(&line).collect();
        sink.send(text.into()).await?;
    }
    sink.close().await?;
    Ok(())
}

/// Sizes of the tables with their indexes.
async fn sizes(admin: &Client) -> anyhow::Result<String> {
    let sql = "SELECT relname || ' ' || pg_size_pretty(pg_total_relation_size(oid)) FROM pg_class \
        WHERE relnamespace = 'org_finder'::regnamespace AND relkind = 'r' AND (relname LIKE 'name\\_%' \
          OR relname IN ('organizations', 'organization_domains')) ORDER BY relname";
    let rows = admin.query(sql, &[]).await?;
    Ok(rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>().join(", "))
}
