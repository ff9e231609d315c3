//! Each list and look-up finds its rows by an index, with many rows and under row-level security.

use dialtone_ids::ServiceName;
use dialtone_testkit::fresh;
use tokio_postgres::Client;

use crate::support::{database_template, sql};

/// Twenty thousand templates of two hundred partners, each submitted and with a customer; half of them deleted.
const FILL: &str = "INSERT INTO templates (id, organization_id, settings, provisioning_id, revision, created, deleted, purge) \
      SELECT md5(n::text)::uuid, md5((n % 200)::text)::uuid, '{}', 'ID-' || n, 1, now() - n * interval '1 s', \
        CASE WHEN n % 2 = 0 THEN now() END, CASE WHEN n % 2 = 0 THEN now() + n * interval '1 s' END \
      FROM generate_series(1, 20000) AS n; \
    INSERT INTO template_revisions (template_id, number, organization_id, settings, actor) \
      SELECT id, 1, organization_id, '{}', 'x' FROM templates; \
    INSERT INTO template_uses (organization_id, customer_id, template_id, revision, actor) \
      SELECT organization_id, gen_random_uuid(), id, 1, 'x' FROM templates; \
    INSERT INTO setting_values (organization_id, user_id, settings) \
      SELECT md5((n % 200)::text)::uuid, gen_random_uuid(), '{}' FROM generate_series(1, 20000) AS n; \
    INSERT INTO partner_subscriptions (subscription_id, organization_id, wholesale) \
      SELECT md5(n::text)::uuid, md5((n % 200)::text)::uuid, true FROM generate_series(1, 20000) AS n";

async fn plan(client: &Client, statement: &str) -> String {
    let rows = client.query(&format!("EXPLAIN {statement}"), &[]).await.expect("the statement is right");
    rows.iter().map(|row| row.get::<_, String>(0) + "\n").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_that_reads_has_its_index() {
    let database = fresh(&database_template()).await;
    let admin = sql(database.url()).await;
    let fill = format!("SET search_path = templates; {FILL}; ANALYZE");
    admin.batch_execute(&fill).await.expect("the statements are right");
    let app = sql(&database.app_url(ServiceName::Templates)).await;
    // As the statements of src/store write them, with values in the place of parameters.
    let one = "'c4ca4238-a0b9-2382-0dcc-509a6f75849b'";
    let page = "created >= '-infinity' AND (created > '-infinity' OR created = '-infinity' AND id > \
                '00000000-0000-0000-0000-000000000000') ORDER BY created, id LIMIT 51";
    let statements = [
        (
            format!("SELECT * FROM templates WHERE organization_id = {one} AND deleted IS NULL AND {page}"),
            "templates_organization_created_idx",
        ),
        (
            format!(
                "SELECT * FROM templates WHERE organization_id = {one} AND (purge IS NULL OR purge > now()) AND {page}"
            ),
            "templates_organization_created_idx",
        ),
        (
            "SELECT id FROM templates WHERE provisioning_id = 'ID-5' AND deleted IS NULL".to_owned(),
            "templates_provisioning_id_key",
        ),
        (
            "SELECT id FROM templates WHERE purge <= now() AND revision = 0 ORDER BY purge LIMIT 500".to_owned(),
            "templates_purge_idx",
        ),
        (
            format!(
                "SELECT * FROM template_revisions WHERE template_id = {one} AND number < 9 ORDER BY number DESC LIMIT 51"
            ),
            "template_revisions_pkey",
        ),
        (
            format!("SELECT revision, count(*) FROM template_uses WHERE template_id = {one} GROUP BY revision"),
            "template_uses_revision_idx",
        ),
        (
            format!("SELECT * FROM template_uses WHERE customer_id = {one} ORDER BY organization_id"),
            "template_uses_customer_idx",
        ),
        (
            format!("SELECT * FROM setting_values WHERE organization_id = {one} AND user_id = {one}"),
            "setting_values_pkey",
        ),
        (
            format!("SELECT * FROM partner_subscriptions WHERE subscription_id = {one} AND organization_id = {one}"),
            "partner_subscriptions_pkey",
        ),
    ];
    for tenants in ["*".to_owned(), one.trim_matches('\'').to_owned()] {
        app.batch_execute(&format!("SET dialtone.tenants = '{tenants}'")).await.expect("a setting");
        for (statement, index) in &statements {
            let plan = plan(&app, statement).await;
            assert!(plan.contains(index) && !plan.contains("Seq Scan"), "{statement}\n{plan}");
        }
    }
}
