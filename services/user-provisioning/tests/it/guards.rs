//! What keeps code, contract and database in step.

use dialtone_proto::userprovisioning::v1::ErrorReason;
use dialtone_testkit::{assert_schema, fresh};
use user_provisioning::{SERVICE, reasons};

use crate::support::{World, database_template};

#[tokio::test(flavor = "multi_thread")]
async fn schema_in_the_code_is_that_of_the_database() {
    let database = fresh(&database_template()).await;
    assert_schema(&database, SERVICE, concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/schema.rs")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_down_and_up_again() {
    let database = fresh(&database_template()).await;
    let url = database.owner_url(SERVICE).into();
    let sources: [&(dyn diesel::migration::MigrationSource<diesel::pg::Pg> + Sync); 3] =
        [&dialtone_events::MIGRATIONS, &dialtone_operations::MIGRATIONS, &user_provisioning::MIGRATIONS];
    dialtone_db::migrate::revert_all(&url, SERVICE, &sources).await.unwrap();
    let again = dialtone_db::migrate::run(&url, SERVICE, &sources).await.unwrap();
    assert!(again.len() >= 6, "{again:?}");
}

#[test]
fn reasons_are_those_of_the_contract() {
    let wire = (1..).map_while(|number| ErrorReason::try_from(number).ok());
    let wire: Vec<&str> = wire.map(|reason| reason.as_str_name().trim_start_matches("ERROR_REASON_")).collect();
    assert_eq!(wire, reasons::ALL);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_foreign_key_has_an_index_and_every_table_of_a_tenant_its_policy() {
    let world = World::new().await;
    let sql = world.sql().await;
    let unindexed = "
        SELECT c.conname::text FROM pg_constraint c
         WHERE c.contype = 'f' AND c.connamespace = 'user_provisioning'::regnamespace
           AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid
                           AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)";
    let found: Vec<String> = sql.query(unindexed, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert!(found.is_empty(), "{found:?}");
    let open = "
        SELECT r.relname::text FROM pg_class r JOIN pg_attribute a ON a.attrelid = r.oid
         WHERE r.relnamespace = 'user_provisioning'::regnamespace AND r.relkind = 'r'
           AND a.attname = 'organization_id' AND NOT r.relrowsecurity";
    let found: Vec<String> = sql.query(open, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_another_tenants_rows_even_without_a_where() {
    let world = World::new().await;
    world.headquarters().await;
    let url = world.database.app_url(SERVICE);
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let seen = async |tenants: String| -> i64 {
        client.batch_execute(&format!("SET dialtone.tenants = '{tenants}'")).await.unwrap();
        client.query_one("SELECT count(*) FROM user_provisioning.locations", &[]).await.unwrap().get(0)
    };
    assert_eq!(seen(String::new()).await, 0);
    assert_eq!(seen(uuid::Uuid::now_v7().to_string()).await, 0);
    assert_eq!(seen(world.customer.uuid().to_string()).await, 1);
    assert_eq!(seen("*".to_owned()).await, 1);
}

/// The statements of the lists and of a chunk, with the index that each must use.
const PLANS: [(&str, &str); 5] = [
    ("locations_organization_id_key", "SELECT * FROM locations WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT 51"),
    ("targets_organization_id_key", "SELECT * FROM targets WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT 51"),
    (
        "users_organization_email_key",
        "SELECT * FROM users WHERE organization_id = $1 AND email > $2::text ORDER BY email LIMIT 51",
    ),
    (
        "simulator_accounts_pkey",
        "SELECT * FROM simulator_accounts WHERE target_id = $1 AND email > $2::text AND creation_count > 0 ORDER BY email LIMIT 51",
    ),
    (
        "batch_rows_due_idx",
        "SELECT * FROM batch_rows WHERE operation_id = $1 AND organization_id <> $2 AND state = 'PENDING' \
         AND due <= clock_timestamp() ORDER BY due LIMIT 50",
    ),
];

const SEED: &str = "
INSERT INTO locations (id, organization_id, display_name, kind, address, time_zone, language_code)
SELECT gen_random_uuid(), o, 'l' || n, 'BRANCH', '{}', 'Europe/Stockholm', 'sv'
  FROM (SELECT gen_random_uuid() AS o FROM generate_series(1, 50)) AS organizations, generate_series(1, 100) AS n;
INSERT INTO users (id, organization_id, email, given_name, family_name, package, location_id)
SELECT gen_random_uuid(), organization_id, id || '@x.example', 'A', 'B', 'webex_calling', id FROM locations;
INSERT INTO targets (id, organization_id, display_name, kind, settings)
SELECT id, organization_id, display_name, 'SIMULATOR', '{}' FROM locations;
INSERT INTO simulator_accounts (target_id, email, creation_count)
SELECT t, n || '@x.example', 1 FROM (SELECT gen_random_uuid() AS t FROM generate_series(1, 50)) AS targets, generate_series(1, 100) AS n;
INSERT INTO batches (operation_id, organization_id, target_organization_id, target_id)
SELECT gen_random_uuid(), organization_id, organization_id, id FROM targets WHERE display_name = 'l1';
INSERT INTO batch_rows (operation_id, index, organization_id, user_id)
SELECT b.operation_id, row_number() OVER (PARTITION BY b.operation_id), u.organization_id, u.id
  FROM batches b JOIN users u USING (organization_id);
ANALYZE;";

#[tokio::test(flavor = "multi_thread")]
async fn every_list_uses_its_index() {
    let world = World::new().await;
    let sql = world.sql().await;
    sql.batch_execute(SEED).await.unwrap();
    for (index, query) in PLANS {
        let query = query.replace("$1", "(SELECT '00000000-0000-7000-8000-000000000000'::uuid)");
        let query = query.replace("$2::text", "''").replace("$2", "'00000000-0000-7000-8000-000000000000'::uuid");
        let plan: Vec<String> =
            sql.query(&format!("EXPLAIN {query}"), &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
        assert!(plan.iter().any(|line| line.contains(index)), "{query}\n{}", plan.join("\n"));
        assert!(!plan.iter().any(|line| line.contains("Sort")), "{query}\n{}", plan.join("\n"));
    }
}
