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
      SELECT md5(n::text)::uuid, md5((n % 200)::text)::uuid, true FROM generate_series(1, 20000) AS n; \
    INSERT INTO products (sku, display_name, offering_id, add_on, minimum, maximum, step, trial_allowed) \
      SELECT 'X' || n, 'X', CASE WHEN n % 50 = 0 THEN 'lync-hosted' ELSE 'webex-calling' END, false, 1, 2, 1, true \
      FROM generate_series(1, 20000) AS n; \
    INSERT INTO product_packages (sku, package_id) SELECT 'X' || n, 'webex_calling' FROM generate_series(1, 20000) AS n; \
    INSERT INTO product_needs (sku, needed) SELECT 'X' || n, 'offerings/webex-calling' FROM generate_series(1, 20000) AS n; \
    INSERT INTO plans (id, organization_id, kind, offering_id, content) \
      SELECT md5(n::text)::uuid, md5((n % 200)::text)::uuid, 'user', 'lync-hosted', '{}' FROM generate_series(1, 20000) AS n; \
    INSERT INTO reseller_offers (organization_id, offering_id, offered_by) \
      SELECT md5(n::text)::uuid, 'lync-hosted', md5('x' || n % 20)::uuid FROM generate_series(1, 2000) AS n; \
    INSERT INTO reseller_offer_plans (organization_id, offering_id, plan_id, plan_owner_id, plan_kind, ticked, offered) \
      SELECT md5((n % 2000 + 1)::text)::uuid, 'lync-hosted', id, organization_id, 'user', true, n % 2 = 0 FROM \
        (SELECT id, organization_id, row_number() OVER () AS n FROM plans) AS p; \
    INSERT INTO plan_uses (organization_id, offering_id, plan_id, customer_id, user_id, actor) \
      SELECT organization_id, offering_id, plan_id, gen_random_uuid(), gen_random_uuid(), 'x' FROM reseller_offer_plans";

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
        ("SELECT * FROM products WHERE sku > 'X1' AND NOT retired ORDER BY sku LIMIT 51".to_owned(), "products_pkey"),
        (
            "SELECT * FROM products WHERE offering_id = 'lync-hosted' AND sku > 'X1' ORDER BY sku LIMIT 51".to_owned(),
            "products_offering_id_idx",
        ),
        ("SELECT * FROM product_packages WHERE sku = ANY ('{X1,X2}')".to_owned(), "product_packages_pkey"),
        ("SELECT * FROM product_needs WHERE sku = ANY ('{X1,X2}')".to_owned(), "product_needs_pkey"),
        (
            format!("SELECT * FROM plans WHERE organization_id = {one} AND kind = 'user' AND {page}"),
            "plans_organization_idx",
        ),
        (format!("SELECT id FROM plans WHERE id = {one} AND organization_id = {one} AND kind = 'user'"), "plans_"),
        (
            format!("SELECT * FROM reseller_offer_plans WHERE organization_id = {one} AND offering_id = 'lync-hosted'"),
            "reseller_offer_plans_",
        ),
        (
            format!(
                "SELECT plan_id FROM reseller_offer_plans WHERE organization_id = {one} AND offering_id = 'lync-hosted' \
                 AND offered AND (plan_kind < 'user' OR plan_kind = 'user' AND plan_id > {one}) \
                 ORDER BY plan_kind DESC, plan_id LIMIT 51"
            ),
            "reseller_offer_plans_offered_idx",
        ),
        (format!("SELECT count(*) FROM reseller_offer_plans WHERE plan_id = {one}"), "reseller_offer_plans_plan_idx"),
        (
            format!(
                "SELECT count(*) FROM reseller_offers AS o WHERE offered_by = md5('x3')::uuid AND offering_id = 'lync-hosted' \
                 AND EXISTS (SELECT FROM reseller_offer_plans AS p WHERE p.organization_id = o.organization_id \
                 AND p.offering_id = o.offering_id AND p.plan_id = ANY (ARRAY[{one}::uuid]) AND p.offered)"
            ),
            "reseller_offer",
        ),
        (format!("SELECT count(*) FROM plan_uses WHERE plan_id = {one}"), "plan_uses_plan_id_idx"),
        (
            format!(
                "SELECT count(*) FROM plan_uses WHERE organization_id = {one} AND offering_id = 'lync-hosted' \
                 AND plan_id = ANY (ARRAY[{one}::uuid])"
            ),
            "plan_uses_",
        ),
        (
            format!(
                "SELECT * FROM plans WHERE id = ANY (SELECT plan_id FROM plan_uses WHERE customer_id = {one} \
                 AND offering_id = 'lync-hosted' AND user_id <> '00000000-0000-0000-0000-000000000000') ORDER BY id"
            ),
            "plan_uses_customer_id_idx",
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
