//! What keeps code, database and contract in step.

use std::collections::BTreeSet;
use std::path::Path;

use dialtone_db::migrate;
use dialtone_testkit::{assert_schema, fresh};
use subscriptions::SERVICE;

use crate::support::{database_template, sql};

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_in_the_code_is_that_of_the_database() {
    let database = fresh(&database_template()).await;
    assert_schema(&database, SERVICE, concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/schema.rs")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_down_and_up_again() {
    let database = fresh(&database_template()).await;
    let url = database.owner_url(SERVICE).into();
    let sources: [&(dyn diesel::migration::MigrationSource<diesel::pg::Pg> + Sync); 3] =
        [&dialtone_events::MIGRATIONS, &dialtone_operations::MIGRATIONS, &subscriptions::MIGRATIONS];
    let reverted = migrate::revert_all(&url, SERVICE, &sources).await.expect("every down.sql works");
    let again = migrate::run(&url, SERVICE, &sources).await.expect("they go up again");
    assert_eq!(again.len(), reverted);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_foreign_key_has_an_index() {
    let database = fresh(&database_template()).await;
    let admin = sql(database.url()).await;
    let missing = "SELECT k.conrelid::regclass::text || ' ' || k.conname FROM pg_constraint AS k \
        WHERE k.contype = 'f' AND k.connamespace = 'subscriptions'::regnamespace AND NOT EXISTS (\
          SELECT FROM pg_index AS i WHERE i.indrelid = k.conrelid AND i.indpred IS NULL \
            AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] = k.conkey)";
    let rows = admin.query(missing, &[]).await.expect("the catalogue can be read");
    let missing: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(missing, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_wall_shows_each_organization_its_own() {
    let database = fresh(&database_template()).await;
    let (admin, app) = (sql(database.url()).await, sql(&database.app_url(SERVICE)).await);
    // Three cases: one mapped to a partner and a customer, one to a partner, one to nobody.
    let [nobody, partner, customer] = [0, 1, 2].map(|n| format!("00000000-0000-0000-0000-00000000000{n}"));
    let fill = format!(
        "INSERT INTO orders (id, order_number, seller_name, seller_email, contact_email, company_name, items, flow, mail_state) \
           SELECT md5('o' || n)::uuid, n, 's', 's', 'c', '', '[]', 'SINGLE', 'SENT' FROM generate_series(1, 3) AS n; \
         INSERT INTO subscriptions (id, order_id, state, partner_id, customer_id) VALUES \
           (md5('s1')::uuid, md5('o1')::uuid, 'READY_FOR_SETUP', '{partner}', '{customer}'), \
           (md5('s2')::uuid, md5('o2')::uuid, 'MAPPING', '{partner}', NULL), \
           (md5('s3')::uuid, md5('o3')::uuid, 'ORDERED', NULL, NULL); \
         INSERT INTO subscription_items SELECT id, 0, 'SKU', 'WEBEX_CALLING', 1, 'NEW' FROM subscriptions; \
         INSERT INTO setup_links SELECT id, order_id, 'c', 'OPEN', now() FROM subscriptions; \
         INSERT INTO handovers SELECT order_id, 1, 'a', 'b' FROM subscriptions"
    );
    admin.batch_execute(&fill).await.expect("the statements are right");
    let both = format!("{customer},{nobody}");
    for (tenants, rows) in [("*", 3), (&*partner, 2), (&*customer, 1), (&*nobody, 1), (&*both, 2), ("", 0)] {
        app.batch_execute(&format!("SET dialtone.tenants = '{tenants}'")).await.expect("a setting");
        for table in ["orders", "subscriptions", "subscription_items", "setup_links", "handovers"] {
            let row = app.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.expect("the role may read");
            assert_eq!(row.get::<_, i64>(0), rows, "{table} with {tenants:?}");
        }
    }
}

#[test]
fn the_enum_of_the_proto_has_the_reasons_that_the_service_gives() {
    let reasons = dialtone_proto::DESCRIPTOR_POOL.get_enum_by_name("dialtone.subscriptions.v1.ErrorReason");
    let documented: BTreeSet<String> = reasons
        .expect("the proto has it")
        .values()
        .filter(|value| value.number() != 0)
        .map(|value| value.name().trim_start_matches("ERROR_REASON_").to_owned())
        .collect();
    let mut given = BTreeSet::new();
    for file in ["api/status.rs", "jobs/send_welcome.rs", "jobs/set_up_calling.rs"] {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file)).unwrap();
        let words = text.split('"').skip(1).step_by(2).map(str::to_owned);
        given.extend(words.filter(|word| word.len() > 4 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_')));
    }
    // The kind of a precondition is no reason.
    given.remove("PARTNER_MAPPED");
    assert_eq!(given, documented);
}
