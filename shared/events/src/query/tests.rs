//! Each query finds its rows by index, under row-level security and with many rows.

use dialtone_ids::ServiceName;
use dialtone_testkit::{Database, Template, fresh};
use tokio_postgres::{Client, NoTls};

use super::*;

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the role may connect");
    tokio::spawn(connection);
    client
}

/// Thirty thousand events of five hundred organizations.
async fn filled() -> (Database, Client) {
    let database = fresh(&Template::of_service(ServiceName::Templates, vec![&crate::MIGRATIONS])).await;
    let client = connect(&database.app_url(ServiceName::Templates)).await;
    let fill = "SET search_path = templates; SET dialtone.tenants = '*'; \
        INSERT INTO outbox (tenant, kind, resource, actor, data) \
        SELECT md5((n % 500)::text)::uuid, 'thing.made', 'thing/' || n, 'person:a', '{}' FROM generate_series(1, 30000) n";
    client.batch_execute(fill).await.expect("the role may append");
    let superuser = connect(database.url()).await;
    superuser.batch_execute("ANALYZE templates.outbox").await.expect("a superuser may");
    (database, client)
}

/// The plan with these values in the place of `$1`, `$2`, ….
async fn plan(client: &Client, sql: &str, values: &[&str]) -> String {
    let mut sql = format!("EXPLAIN {sql}");
    for (n, value) in values.iter().enumerate() {
        sql = sql.replace(&format!("${}", n + 1), value);
    }
    let rows = client.query(&sql, &[]).await.expect("the query is right");
    rows.iter().map(|row| row.get::<_, String>(0) + "\n").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_found_by_an_index() {
    let (_database, client) = filled().await;
    let live = plan(&client, VISIBLE_AFTER, &["29000", "500"]).await;
    assert!(live.contains("Index Scan using outbox_pkey"), "{live}");
    let all = ["14000", "15000", "NULL::uuid", "ARRAY[]::text[]", "''", "500"];
    let history = plan(&client, HISTORY, &all).await;
    assert!(history.contains("Index Scan using outbox_pkey"), "{history}");

    let tenant = "a87ff679-a2f3-e71d-9181-a67b7542122c";
    client.batch_execute(&format!("SET dialtone.tenants = '{tenant}'")).await.expect("a setting");
    let tenant = format!("'{tenant}'::uuid");
    let own = plan(&client, HISTORY, &["0", "30000", &tenant, "ARRAY[]::text[]", "''", "500"]).await;
    assert!(own.contains("outbox_tenant_position_idx"), "{own}");
}
