//! Each list and look-up finds its rows by an index, with many rows and under row-level security.

use dialtone_testkit::fresh;
use org_finder::SERVICE;
use tokio_postgres::Client;

use crate::support::{sql, template};

/// Twenty thousand organizations, each with domains, people, a grant and a partner.
const FILL: &str = "INSERT INTO organizations (id, display_name, normalized_name, region_code, is_partner, is_customer) \
      SELECT md5(n::text)::uuid, 'Org ' || n, 'org ' || n, 'SE', n < 100, true FROM generate_series(1, 20000) AS n; \
    INSERT INTO organization_domains SELECT md5(n::text)::uuid, 'd' || n || '.example', 'VERIFIED' \
      FROM generate_series(1, 20000) AS n; \
    INSERT INTO people (id, organization_id, email, active, last_activity, source_user) \
      SELECT gen_random_uuid(), md5((n % 2000 + 1)::text)::uuid, 'p' || n || '@x.example', true, now(), '' \
      FROM generate_series(1, 20000) AS n; \
    INSERT INTO organization_activity SELECT md5(n::text)::uuid, 'x.example', 1, now() FROM generate_series(1, 20000) AS n; \
    INSERT INTO grants (id, organization_id, subject, role) \
      SELECT gen_random_uuid(), md5((n % 20 + 1)::text)::uuid, 's' || n, 1 FROM generate_series(1, 20000) AS n; \
    INSERT INTO partner_links (id, partner_id, customer_id, role) \
      SELECT gen_random_uuid(), md5((n % 99 + 1)::text)::uuid, md5(n::text)::uuid, 2 FROM generate_series(200, 20000) AS n; \
    INSERT INTO access_requests (id, organization_id, partner_id, requester, reason, state, expires, decided, decider) \
      SELECT gen_random_uuid(), md5((n % 1000 + 200)::text)::uuid, md5((n % 99 + 1)::text)::uuid, 's', '', 'DENIED', now(), now(), 's' \
      FROM generate_series(1, 20000) AS n; \
    INSERT INTO access_requests (id, organization_id, partner_id, requester, reason, state, expires) \
      SELECT gen_random_uuid(), md5(n::text)::uuid, md5((n % 99 + 1)::text)::uuid, 's', '', 'PENDING', \
        now() + make_interval(mins => n) FROM generate_series(200, 10000) AS n; \
    INSERT INTO completed_setups SELECT gen_random_uuid(), md5((n % 99 + 1)::text)::uuid, md5(n::text)::uuid, now() \
      FROM generate_series(200, 20000) AS n";

async fn plan(client: &Client, statement: &str) -> String {
    let rows = client.query(&format!("EXPLAIN {statement}"), &[]).await.expect("the statement is right");
    rows.iter().map(|row| row.get::<_, String>(0) + "\n").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_that_reads_has_its_index() {
    let database = fresh(&template()).await;
    let admin = sql(database.url()).await;
    admin.batch_execute(FILL).await.expect("the statements are right");
    let analyze = "ANALYZE organizations, organization_domains, people, organization_activity, grants, partner_links, \
                   access_requests, completed_setups";
    admin.batch_execute(analyze).await.expect("a superuser may");
    let app = sql(&database.app_url(SERVICE)).await;
    // As the statements of src/store write them, with values in the place of parameters.
    let one = "'c4ca4238-a0b9-2382-0dcc-509a6f75849b'";
    let statements = [
        (
            "SELECT * FROM organizations WHERE normalized_name >= 'org 5' AND (normalized_name > 'org 5' \
             OR normalized_name = 'org 5' AND id > '00000000-0000-0000-0000-000000000000') \
             ORDER BY normalized_name, id LIMIT 51"
                .to_owned(),
            "organizations_normalized_name_id_idx",
        ),
        (
            "SELECT id FROM organizations WHERE normalized_name = 'org 5' AND region_code = 'SE' ORDER BY id LIMIT 10"
                .to_owned(),
            "organizations_normalized_name_id_idx",
        ),
        (
            "SELECT organization_id FROM organization_domains WHERE domain = ANY ('{d5.example,d6.example}')"
                .to_owned(),
            "organization_domains_domain_organization_id_idx",
        ),
        (
            format!(
                "SELECT * FROM organization_domains WHERE organization_id = {one} AND domain > 'd' ORDER BY domain LIMIT 51"
            ),
            "organization_domains_pkey",
        ),
        (
            "SELECT FROM organization_domains WHERE domain = ANY ('{d5.example,d6.example}') AND state = 'CLAIMED'"
                .to_owned(),
            "organization_domains_claimed_key",
        ),
        (
            format!(
                "SELECT id, ARRAY(SELECT state || ' ' || domain FROM organization_domains WHERE organization_id = \
                 organizations.id ORDER BY domain LIMIT 101) FROM organizations WHERE id = {one}"
            ),
            "organization_domains_pkey",
        ),
        (
            "SELECT id FROM organizations WHERE purge <= now() ORDER BY purge LIMIT 100".to_owned(),
            "organizations_purge_idx",
        ),
        (
            format!(
                "SELECT l.customer_id FROM partner_links AS l JOIN organizations AS o ON o.id = l.customer_id \
                 AND o.deleted IS NULL WHERE l.partner_id = {one} ORDER BY l.customer_id LIMIT 10"
            ),
            "partner_links_partner_id_customer_id_key",
        ),
        ("SELECT organization_id FROM people WHERE active AND email = 'p5@x.example'".to_owned(), "people_email_idx"),
        (
            format!("SELECT * FROM people WHERE organization_id = {one} AND email > 'p5' ORDER BY email LIMIT 51"),
            "people_organization_id_email_key",
        ),
        (
            format!(
                "SELECT * FROM people WHERE organization_id = {one} AND active = false AND email > 'p5' \
                 ORDER BY email LIMIT 51"
            ),
            "people_organization_id_active_email_idx",
        ),
        (
            format!(
                "SELECT * FROM people WHERE organization_id = {one} AND domain = 'x.example' AND email >= 'p5' \
                 AND email < 'p6' ORDER BY email LIMIT 51"
            ),
            "people_organization_id_domain_email_idx",
        ),
        (
            "SELECT r.place, p.id FROM unnest('{1,2}'::int[], '{p5@x.example,p6@x.example}'::text[]) AS r (place, email), \
             LATERAL (SELECT id, organization_id, last_activity FROM people WHERE active AND email = r.email OFFSET 0) AS p"
                .to_owned(),
            "people_email_idx",
        ),
        (
            format!(
                "SELECT p.id, r.at FROM unnest('{{{id}}}'::uuid[], '{{2026-01-01}}'::timestamptz[]) AS r (id, at) \
                 JOIN people AS p ON p.id = r.id WHERE p.active AND p.last_activity < r.at ORDER BY p.id \
                 FOR NO KEY UPDATE OF p",
                id = one.trim_matches('\'')
            ),
            "people_pkey",
        ),
        (
            "SELECT id FROM people WHERE active AND NOT dormant AND last_activity < '2020-05-05Z' \
             AND activity_month <= '2020-05-01' LIMIT 1000"
                .to_owned(),
            "people_activity_month_idx",
        ),
        ("SELECT max(last_activity) FROM people WHERE source_user = 'u5'".to_owned(), "people_source_user_idx"),
        (
            format!("SELECT * FROM grants WHERE organization_id = {one} AND subject > 's5' ORDER BY subject LIMIT 51"),
            "grants_organization_id_subject_key",
        ),
        (
            "SELECT organization_id, role FROM grants WHERE subject = 's5' ORDER BY organization_id LIMIT 1000"
                .to_owned(),
            "grants_subject_organization_id_idx",
        ),
        (
            format!("SELECT partner_id FROM partner_links WHERE customer_id = {one} ORDER BY partner_id LIMIT 100"),
            "partner_links_customer_id_partner_id_idx",
        ),
        (
            format!(
                "SELECT * FROM partner_links WHERE partner_id = {one} AND customer_id > {one} ORDER BY customer_id LIMIT 51"
            ),
            "partner_links_partner_id_customer_id_key",
        ),
        (
            format!(
                "SELECT domain, state FROM organization_domains WHERE organization_id = {one} \
                 ORDER BY state = 'UNVERIFIED', domain LIMIT 101"
            ),
            "organization_domains_known_idx",
        ),
        (
            format!("SELECT * FROM access_requests WHERE organization_id = {one} AND id < {one} ORDER BY id DESC LIMIT 51"),
            "access_requests_organization_id_id_idx",
        ),
        (
            format!("SELECT * FROM access_requests WHERE partner_id = {one} AND id < {one} ORDER BY id DESC LIMIT 51"),
            "access_requests_partner_id_id_idx",
        ),
        (
            format!(
                "SELECT * FROM access_requests WHERE organization_id = {one} AND partner_id = {one} AND state = 'PENDING' \
                 FOR NO KEY UPDATE"
            ),
            "access_requests_pending_key",
        ),
        (
            "SELECT * FROM access_requests WHERE state = 'PENDING' AND expires <= now() ORDER BY expires LIMIT 100 \
             FOR NO KEY UPDATE SKIP LOCKED"
                .to_owned(),
            "access_requests_expires_idx",
        ),
        (
            format!("SELECT FROM completed_setups WHERE customer_id = {one} AND partner_id = {one}"),
            "completed_setups_customer_id_partner_id_idx",
        ),
        (
            format!("SELECT sum(active_users) FROM organization_activity WHERE organization_id = {one}"),
            "organization_activity_pkey",
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
