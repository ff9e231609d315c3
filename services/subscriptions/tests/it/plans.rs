//! Each list and look-up finds its rows by an index, with many rows and under row-level security.

use dialtone_testkit::fresh;
use subscriptions::SERVICE;

use crate::support::{database_template, sql};

/// Twenty thousand cases of two hundred partners and two thousand customers.
const FILL: &str = "INSERT INTO orders (id, order_number, seller_name, seller_email, contact_email, company_name, items, flow, mail_state) \
      SELECT md5('o' || n)::uuid, n, 's', 's@x.example', 'c', '', '[]', 'SINGLE', 'SENT' FROM generate_series(1, 20000) AS n; \
    INSERT INTO subscriptions (id, order_id, state, partner_id, customer_id, activated) \
      SELECT md5('s' || n)::uuid, md5('o' || n)::uuid, 'ACTIVE', md5('p' || n % 200)::uuid, md5('c' || n % 2000)::uuid, now() \
      FROM generate_series(1, 20000) AS n; \
    INSERT INTO subscription_items SELECT id, 0, 'SKU', 'WEBEX_CALLING', 1, 'NEW', true FROM subscriptions; \
    INSERT INTO setup_links SELECT id, order_id, 'c', 'OPEN', now() FROM subscriptions; \
    INSERT INTO handovers SELECT order_id, 1, 'a', 'b' FROM subscriptions; \
    ANALYZE orders, subscriptions, subscription_items, setup_links, handovers";

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_that_reads_has_its_index() {
    let database = fresh(&database_template()).await;
    let admin = sql(database.url()).await;
    admin.batch_execute(FILL).await.expect("the statements are right");
    let app = sql(&database.app_url(SERVICE)).await;
    // As the statements of src/store write them, with values in the place of parameters.
    let joined = "SELECT * FROM subscriptions s JOIN orders o ON s.order_id = o.id WHERE";
    let statements = [
        (format!("{joined} s.id = md5('s5')::uuid"), "subscriptions_pkey"),
        (format!("{joined} s.order_id = md5('o5')::uuid"), "subscriptions_order_id_key"),
        (
            format!("{joined} s.partner_id = md5('p5')::uuid AND s.id < md5('s5')::uuid ORDER BY s.id DESC LIMIT 51"),
            "subscriptions_partner_idx",
        ),
        (
            format!("{joined} s.customer_id = md5('c5')::uuid AND s.id < md5('s5')::uuid ORDER BY s.id DESC LIMIT 51"),
            "subscriptions_customer_idx",
        ),
        (format!("{joined} s.id < md5('s5')::uuid ORDER BY s.id DESC LIMIT 51"), "subscriptions_pkey"),
        (
            "SELECT * FROM subscription_items WHERE subscription_id = ANY (ARRAY[md5('s5')::uuid, md5('s6')::uuid]) \
             ORDER BY subscription_id, position"
                .to_owned(),
            "subscription_items_pkey",
        ),
        (
            "SELECT i.* FROM subscription_items i JOIN subscriptions s ON i.subscription_id = s.id \
             WHERE s.customer_id = md5('c5')::uuid AND s.state = 'ACTIVE' AND i.set_up"
                .to_owned(),
            "subscriptions_customer_idx",
        ),
        (
            "SELECT * FROM setup_links WHERE order_id = md5('o5')::uuid AND state <> 'REPLACED'".to_owned(),
            "setup_links_o",
        ),
        ("SELECT max(number) FROM handovers WHERE order_id = md5('o5')::uuid".to_owned(), "handovers_pkey"),
    ];
    let id = admin.query_one("SELECT md5('p5')::uuid::text", &[]).await.expect("one row").get::<_, String>(0);
    for tenants in ["*", &id] {
        app.batch_execute(&format!("SET dialtone.tenants = '{tenants}'")).await.expect("a setting");
        for (statement, index) in &statements {
            // Run, because a policy brings plans along of which only one is taken.
            let rows = app.query(&format!("EXPLAIN (ANALYZE, COSTS off, TIMING off) {statement}"), &[]).await;
            let rows = rows.expect("the statement is right");
            let taken = rows.iter().map(|row| row.get::<_, String>(0)).filter(|line| !line.contains("never executed"));
            let plan = taken.collect::<Vec<_>>().join("\n");
            assert!(plan.contains(index) && !plan.contains("Seq Scan"), "{tenants}: {statement}\n{plan}");
        }
    }
}
