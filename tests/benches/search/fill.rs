//! Fills a database with made-up organizations by COPY; org-finder then makes its index of them.

use std::time::Duration;

use anyhow::{Context, ensure};
use dialtone_ids::ServiceName;
use dialtone_suite::process;
use futures::SinkExt as _;
use tokio::time::{Instant, sleep};
use tokio_postgres::{Client, NoTls};

use super::names::made;
use crate::stand::Stand;

/// Organizations of one message of COPY.
const BATCH: usize = 5_000;

/// How long the index may take: of 10^7 organizations some hours.
const LONGEST: Duration = Duration::from_secs(6 * 3_600);

/// A client that sees every tenant, as the owner of the tables.
pub async fn admin(stand: &Stand) -> anyhow::Result<Client> {
    let url = dialtone_suite::settings::database_url(&stand.suite.ports, "org_finder_owner");
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute("SET search_path = org_finder, public; SET dialtone.tenants = '*'").await?;
    Ok(client)
}

/// Loads so many, waits for the index, and prints what that took.
pub async fn fill(stand: &Stand, size: usize) -> anyhow::Result<()> {
    let admin = admin(stand).await?;
    if present(&admin).await? != size {
        load(&admin, size).await?;
    }
    index(stand, &admin).await?;
    println!("{size} organizations: {}", sizes(&admin).await?);
    Ok(())
}

/// So many are there; the last things that are loaded are counted.
async fn present(admin: &Client) -> anyhow::Result<usize> {
    let count: i64 = admin.query_one("SELECT count(*) FROM organization_domains", &[]).await?.get(0);
    Ok(usize::try_from(count)?)
}

async fn load(admin: &Client, size: usize) -> anyhow::Result<()> {
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

async fn index(stand: &Stand, admin: &Client) -> anyhow::Result<()> {
    if waiting(admin).await? == 0 {
        return Ok(());
    }
    // It looks for organizations without index when it starts.
    let service = ServiceName::OrgFinder.as_str();
    process::stop(&stand.suite.layout, service)?;
    let begun = Instant::now();
    stand.suite.start(service).await?;
    while waiting(admin).await? > 0 {
        ensure!(begun.elapsed() < LONGEST, "the index is not made after {} s", LONGEST.as_secs());
        sleep(Duration::from_millis(500)).await;
    }
    println!("index of names {:.1} s", begun.elapsed().as_secs_f64());
    admin.batch_execute("VACUUM ANALYZE").await.context("vacuum")
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
