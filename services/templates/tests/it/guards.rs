//! What keeps code and database in step.

use dialtone_ids::ServiceName;
use dialtone_testkit::{assert_schema, fresh};

use crate::support::{database_template, sql};

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

#[tokio::test(flavor = "multi_thread")]
async fn every_foreign_key_has_an_index() {
    let database = fresh(&database_template()).await;
    let admin = sql(database.url()).await;
    let missing = "SELECT k.conrelid::regclass::text || ' ' || k.conname FROM pg_constraint AS k \
        WHERE k.contype = 'f' AND k.connamespace = 'templates'::regnamespace AND NOT EXISTS (\
          SELECT FROM pg_index AS i WHERE i.indrelid = k.conrelid AND i.indpred IS NULL \
            AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] = k.conkey)";
    let rows = admin.query(missing, &[]).await.expect("the catalogue can be read");
    let missing: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(missing, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_another_organization_cannot_be_seen_by_the_service_s_own_role() {
    let database = fresh(&database_template()).await;
    let admin = sql(database.url()).await;
    let fill = "SET search_path = templates; \
        INSERT INTO templates (id, organization_id, settings, provisioning_id, revision) VALUES \
          ('00000000-0000-7000-8000-000000000011', '00000000-0000-7000-8000-000000000001', '{}', 'A', 1), \
          ('00000000-0000-7000-8000-000000000012', '00000000-0000-7000-8000-000000000002', '{}', 'B', 1); \
        INSERT INTO template_revisions (template_id, number, organization_id, settings, actor) \
          SELECT id, 1, organization_id, '{}', 'x' FROM templates; \
        INSERT INTO template_uses (organization_id, customer_id, template_id, revision, actor) \
          SELECT organization_id, '00000000-0000-7000-8000-000000000003', id, 1, 'x' FROM templates; \
        INSERT INTO setting_values (organization_id, user_id, settings) SELECT organization_id, id, '{}' FROM templates; \
        INSERT INTO partner_subscriptions (subscription_id, organization_id, wholesale) \
          SELECT id, organization_id, true FROM templates; \
        INSERT INTO plans (id, organization_id, kind, offering_id, content) \
          SELECT id, organization_id, 'user', 'lync-hosted', '{}' FROM templates; \
        INSERT INTO reseller_offers (organization_id, offering_id) SELECT organization_id, 'lync-hosted' FROM templates; \
        INSERT INTO reseller_offer_plans (organization_id, offering_id, plan_id, plan_owner_id, plan_kind, ticked, offered) \
          SELECT organization_id, 'lync-hosted', id, organization_id, 'user', true, true FROM templates; \
        INSERT INTO plan_uses (organization_id, offering_id, plan_id, customer_id, user_id, actor) \
          SELECT organization_id, 'lync-hosted', id, '00000000-0000-7000-8000-000000000003', id, 'x' FROM templates";
    admin.batch_execute(fill).await.expect("the statements are right");
    let app = sql(&database.app_url(ServiceName::Templates)).await;
    let tables = [
        "templates",
        "template_revisions",
        "template_uses",
        "setting_values",
        "partner_subscriptions",
        "plans",
        "reseller_offers",
        "reseller_offer_plans",
        "plan_uses",
    ];
    for (tenants, expected) in [("", 0), ("00000000-0000-7000-8000-000000000001", 1), ("*", 2)] {
        app.batch_execute(&format!("SET dialtone.tenants = '{tenants}'")).await.expect("a setting");
        for table in tables {
            let seen: i64 = app.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.expect("a count").get(0);
            assert_eq!(seen, expected, "{table} as {tenants:?}");
        }
    }
    // A customer sees what it was made with, by whichever partner.
    app.batch_execute("SET dialtone.tenants = '00000000-0000-7000-8000-000000000003'").await.expect("a setting");
    for table in ["template_uses", "plan_uses"] {
        let seen: i64 = app.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.expect("a count").get(0);
        assert_eq!(seen, 2, "{table}");
    }
    // Everybody reads the provider's plans, and only those who may touch everything write them.
    let provider = "SET search_path = templates; INSERT INTO plans (id, organization_id, kind, offering_id, content) VALUES \
        ('00000000-0000-7000-8000-000000000013', '00000000-0000-0000-0000-000000000000', 'user', 'lync-hosted', '{}')";
    admin.batch_execute(provider).await.expect("the statement is right");
    let plans: i64 = app.query_one("SELECT count(*) FROM plans", &[]).await.expect("a count").get(0);
    assert_eq!(plans, 1);
    assert_eq!(app.execute("UPDATE plans SET version = 2", &[]).await.expect("a count"), 0);
    assert_eq!(app.execute("DELETE FROM plans", &[]).await.expect("a count"), 0);
    app.batch_execute("SET dialtone.tenants = ''").await.expect("a setting");
    let plans: i64 = app.query_one("SELECT count(*) FROM plans", &[]).await.expect("a count").get(0);
    assert_eq!(plans, 0);
}
