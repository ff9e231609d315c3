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
    let client = client(&world.database.app_url(SERVICE)).await;
    let seen = async |tenants: String| -> i64 {
        client.batch_execute(&format!("SET dialtone.tenants = '{tenants}'")).await.unwrap();
        client.query_one("SELECT count(*) FROM user_provisioning.locations", &[]).await.unwrap().get(0)
    };
    assert_eq!(seen(String::new()).await, 0);
    assert_eq!(seen(uuid::Uuid::now_v7().to_string()).await, 0);
    assert_eq!(seen(world.customer.uuid().to_string()).await, 1);
    assert_eq!(seen("*".to_owned()).await, 1);
}

/// The statements of the lists and of a chunk, with the index that each must use. `$organization`, `$target` and `$operation` exist.
const PLANS: [(&str, &str); 5] = [
    (
        "locations_organization_id_key",
        "SELECT * FROM locations WHERE organization_id = $organization AND id > '00000000-0000-0000-0000-000000000000' ORDER BY id LIMIT 51",
    ),
    (
        "targets_organization_id_key",
        "SELECT * FROM targets WHERE organization_id = $organization AND id > '00000000-0000-0000-0000-000000000000' ORDER BY id LIMIT 51",
    ),
    (
        "users_organization_email_key",
        "SELECT * FROM users WHERE organization_id = $organization AND email > '3' ORDER BY email LIMIT 51",
    ),
    (
        "simulator_accounts_pkey",
        "SELECT * FROM simulator_accounts WHERE target_id = $target AND email > '3' AND creation_count > 0 \
         ORDER BY email LIMIT 51",
    ),
    (
        "batch_rows_pkey",
        "SELECT b.index FROM batch_rows b JOIN users u ON u.organization_id = b.organization_id AND u.id = b.user_id \
         WHERE b.operation_id = $operation AND b.organization_id = $organization AND b.state = 'PENDING' \
         AND b.due <= statement_timestamp() ORDER BY b.due, b.index LIMIT 50",
    ),
];

/// Few organizations with much each: a page is then a small part of what an organization has, and which index the planner takes does not hang
/// on where in the list the page begins.
const SEED: &str = "
INSERT INTO locations (id, organization_id, display_name, kind, address, time_zone, language_code)
SELECT gen_random_uuid(), o, 'l' || n, 'BRANCH', '{}', 'Europe/Stockholm', 'sv'
  FROM (SELECT gen_random_uuid() AS o FROM generate_series(1, 3)) AS organizations, generate_series(1, 10000) AS n;
INSERT INTO users (id, organization_id, email, given_name, family_name, package, location_id)
SELECT gen_random_uuid(), organization_id, id || '@x.example', 'A', 'B', 'webex_calling', id FROM locations;
INSERT INTO targets (id, organization_id, display_name, kind, settings)
SELECT id, organization_id, display_name, 'SIMULATOR', '{}' FROM locations;
INSERT INTO simulator_accounts (target_id, email, creation_count)
SELECT id, n || '@x.example', 1 FROM (SELECT id FROM targets LIMIT 20) AS sampled, generate_series(1, 1000) AS n;
INSERT INTO batches (operation_id, organization_id, target_organization_id, target_id)
SELECT gen_random_uuid(), organization_id, organization_id, id FROM targets WHERE display_name = 'l1';
INSERT INTO batch_rows (operation_id, index, organization_id, user_id)
SELECT b.operation_id, row_number() OVER (PARTITION BY b.operation_id), u.organization_id, u.id
  FROM batches b JOIN users u USING (organization_id);
ANALYZE;";

#[tokio::test(flavor = "multi_thread")]
async fn every_list_uses_its_index() {
    let database = fresh(&database_template()).await;
    let owner = client(&database.owner_url(SERVICE)).await;
    owner.batch_execute(SEED).await.unwrap();
    let sample = "SELECT b.organization_id::text, b.operation_id::text, s.target_id::text
                    FROM batches b, (SELECT target_id FROM simulator_accounts LIMIT 1) AS s LIMIT 1";
    let sample = owner.query_one(sample, &[]).await.unwrap();
    let [organization, operation, target] = [0, 1, 2].map(|column| sample.get::<_, String>(column));

    // As the role that serves, so that the policies are part of the plan.
    let app = client(&database.app_url(SERVICE)).await;
    app.batch_execute(&format!("SET dialtone.tenants = '{organization}'")).await.unwrap();
    for (index, query) in PLANS {
        let query = query.replace("$organization", &format!("'{organization}'::uuid"));
        let query = query
            .replace("$operation", &format!("'{operation}'::uuid"))
            .replace("$target", &format!("'{target}'::uuid"));
        let plan = app.query(&format!("EXPLAIN {query}"), &[]).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        assert!(plan.iter().any(|line| line.contains(index)), "{query}\n{}", plan.join("\n"));
        assert!(!plan.iter().any(|line| line.contains("Seq Scan")), "{query}\n{}", plan.join("\n"));
    }
}

async fn client(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
