//! Cloning on the real server.

use futures::FutureExt;
use futures::future::join_all;
use tokio_postgres::NoTls;

use super::*;

async fn run(url: &str, sql: &str) -> Vec<String> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the database exists");
    let driver = tokio::spawn(connection);
    let messages = client.simple_query(sql).await.expect("the statement is right");
    drop(client);
    driver.await.expect("the connection does not panic").expect("the connection ends in order");
    let rows = messages.iter().filter_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    rows.collect()
}

fn template(name: &'static str, contents: u32) -> Template {
    Template::new(name, contents, move |url| {
        async move {
            run(&url, &format!("CREATE TABLE thing (id int); INSERT INTO thing VALUES ({contents})")).await;
        }
        .boxed()
    })
}

#[tokio::test]
async fn clones_are_equal_and_apart() {
    let template = template("clones", 1);
    let databases = join_all((0..4).map(|_| fresh(&template))).await;
    for (extra, database) in databases.iter().enumerate() {
        run(database.url(), &format!("INSERT INTO thing VALUES ({})", 100 + extra)).await;
    }
    for (extra, database) in databases.iter().enumerate() {
        let things = run(database.url(), "SELECT id FROM thing ORDER BY 1").await;
        assert_eq!(things, ["1".to_owned(), (100 + extra).to_string()]);
    }
}

#[tokio::test]
async fn other_contents_make_another_template_and_the_old_one_goes() {
    let old = fresh(&template("versions", 1)).await;
    let new = fresh(&template("versions", 2)).await;
    assert_eq!(run(old.url(), "SELECT id FROM thing").await, ["1"]);
    assert_eq!(run(new.url(), "SELECT id FROM thing").await, ["2"]);
    let left = run(&server_url().await, "SELECT datname FROM pg_database WHERE datname LIKE 'dttpl_versions_%'").await;
    assert_eq!(left.len(), 1, "{left:?}");
}

#[tokio::test]
async fn clone_is_finished_on_each_and_dropped_after_its_test() {
    let template = template("finish", 1).on_each_clone(|url| {
        async move {
            run(&url, "INSERT INTO thing VALUES (9)").await;
        }
        .boxed()
    });
    let database = fresh(&template).await;
    assert_eq!(run(database.url(), "SELECT id FROM thing ORDER BY 1").await, ["1", "9"]);

    let name = database.name().to_owned();
    drop(database);
    let limit = std::time::Duration::from_secs(10);
    crate::eventually("the database is dropped", limit, async || {
        let admin = Admin::connect(&server_url().await).await;
        admin.drop_retired().await;
        (!admin.exists(&name).await).then_some(())
    })
    .await;
}

#[test]
fn urls_change_user_and_database() {
    let url = "postgres://postgres:pw@db:5432/postgres?sslmode=disable";
    assert_eq!(with_user(url, "app"), "postgres://app@db:5432/postgres?sslmode=disable");
    assert_eq!(with_database(url, "x"), "postgres://postgres:pw@db:5432/x?sslmode=disable");
}

#[tokio::test]
async fn service_database_has_its_roles_and_nobody_else_gets_in() {
    use dialtone_ids::ServiceName::{OrgFinder, Templates};
    let database = fresh(&Template::of_service(Templates, Vec::new())).await;
    let store = database.store(Templates).await;
    store.ping().await.expect("the service's role works");
    run(&database.app_url(Templates), "SELECT count(*) FROM history").await;
    let other = fresh(&Template::of_service(OrgFinder, Vec::new())).await;
    drop(other);
    let refused = tokio_postgres::connect(&with_user(database.url(), "org_finder_app"), NoTls).await;
    assert!(refused.is_err(), "the role of another service");
}
