//! What must hold of the schema and the roles.

use std::path::Path;

use dialtone_db::migrate;
use dialtone_testkit::{assert_schema, fresh};
use org_finder::SERVICE;

use crate::support::{sources, sql, template};

#[tokio::test(flavor = "multi_thread")]
async fn schema_rs_is_what_the_migrations_make() {
    let database = fresh(&template()).await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/schema.rs");
    assert_schema(&database, SERVICE, file).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_down_and_up_again() {
    let database = fresh(&template()).await;
    let url = database.owner_url(SERVICE).into();
    let sources: Vec<_> = sources().into_iter().map(|source| source as _).collect();
    let reverted = migrate::revert_all(&url, SERVICE, &sources).await.expect("every down.sql works");
    let left = "SELECT count(*) FROM pg_class WHERE relnamespace = 'org_finder'::regnamespace AND relkind IN ('r', 'S') \
                AND relname <> '__diesel_schema_migrations'";
    let admin = sql(database.url()).await;
    let left: i64 = admin.query_one(left, &[]).await.expect("the catalogue can be read").get(0);
    assert_eq!(left, 0);
    let applied = migrate::run(&url, SERVICE, &sources).await.expect("they go up again");
    assert_eq!(applied.len(), reverted);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vocabulary_is_taken_over_from_the_form_that_led_to_keys() {
    let database = fresh(&template()).await;
    let admin = sql(database.url()).await;
    admin
        .batch_execute(include_str!("../../migrations/00000000000190_vocabulary_by_word/down.sql"))
        .await
        .expect("down");
    // Two transactions learnt the first word.
    let fill = "INSERT INTO name_words (key, copy, word) VALUES (7, 1, 'telia'), (7, 2, 'telia'), (8, 1, 'tele'); \
        INSERT INTO name_spellings (key, word_key, copy) VALUES (70, 7, 1), (70, 7, 2), (80, 8, 1), (70, 8, 1); \
        INSERT INTO name_tails (tail, word_key, copy) VALUES ('elia', 7, 1), ('elia', 7, 2), ('ele', 8, 1)";
    admin.batch_execute(fill).await.expect("the statements are right");
    admin.batch_execute(include_str!("../../migrations/00000000000190_vocabulary_by_word/up.sql")).await.expect("up");
    for (table, expected) in [
        ("name_words", vec!["(tele,1)", "(telia,1)", "(telia,2)"]),
        ("name_spellings", vec!["(70,tele,1)", "(70,telia,1)", "(70,telia,2)", "(80,tele,1)"]),
        ("name_tails", vec!["(ele,tele,1)", "(elia,telia,1)", "(elia,telia,2)"]),
    ] {
        let rows =
            admin.query(&format!("SELECT t::text FROM {table} AS t ORDER BY t"), &[]).await.expect("it can be read");
        let rows: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(rows, expected, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_foreign_key_has_an_index() {
    let database = fresh(&template()).await;
    let admin = sql(database.url()).await;
    let missing = "SELECT k.conrelid::regclass::text || ' ' || k.conname FROM pg_constraint AS k \
        WHERE k.contype = 'f' AND k.connamespace = 'org_finder'::regnamespace AND NOT EXISTS (\
          SELECT FROM pg_index AS i WHERE i.indrelid = k.conrelid \
            AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = '(' || (SELECT attname FROM pg_attribute \
              WHERE attrelid = k.conrelid AND attnum = k.conkey[1]) || ' IS NOT NULL)') \
            AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] = k.conkey)";
    let rows = admin.query(missing, &[]).await.expect("the catalogue can be read");
    let missing: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(missing, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_of_organizations_has_row_level_security() {
    let database = fresh(&template()).await;
    let app = sql(&database.app_url(SERVICE)).await;
    let admin = sql(database.url()).await;
    let fill = "INSERT INTO organizations (id, display_name, normalized_name, region_code, is_partner, is_customer) \
          VALUES ('00000000-0000-7000-8000-000000000001', 'A', 'a', 'SE', true, true), \
                 ('00000000-0000-7000-8000-000000000002', 'B', 'b', 'SE', true, true), \
                 ('00000000-0000-7000-8000-000000000003', 'C', 'c', 'SE', true, true); \
        INSERT INTO organization_domains SELECT id, normalized_name || '.example', 'VERIFIED' FROM organizations; \
        INSERT INTO people (id, organization_id, email, active, last_activity, source_user) \
          SELECT gen_random_uuid(), id, 'x', true, now(), '' FROM organizations; \
        INSERT INTO organization_activity SELECT id, 'x', 1, now() FROM organizations; \
        INSERT INTO grants (id, organization_id, subject, role) SELECT gen_random_uuid(), id, 's', 1 FROM organizations; \
        INSERT INTO name_postings SELECT 1, id FROM organizations; \
        INSERT INTO access_requests (id, organization_id, partner_id, requester, reason, state, expires) VALUES \
          (gen_random_uuid(), '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002', 's', '', 'PENDING', now()), \
          (gen_random_uuid(), '00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000003', 's', '', 'PENDING', now()); \
        INSERT INTO completed_setups SELECT id, partner_id, organization_id, now() FROM access_requests; \
        INSERT INTO import_lines (import_id, line, organization_id, import_key, display_name, normalized_name, \
            region_code, is_partner, is_customer, domains, verified_domains) \
          SELECT id, 1, id, '', '', '', 'SE', true, true, '{}', '{}' FROM organizations";
    admin.batch_execute(fill).await.expect("the statements are right");
    let first = "00000000-0000-7000-8000-000000000001";
    for (tenants, of_organizations, staged) in [("*", 3, 3), (first, 1, 0), ("", 0, 0)] {
        app.batch_execute(&format!("SET dialtone.tenants = '{tenants}'")).await.expect("a setting");
        for table in
            ["organizations", "organization_domains", "people", "organization_activity", "grants", "name_postings"]
        {
            let row = app.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.expect("the role may read");
            assert_eq!(row.get::<_, i64>(0), of_organizations, "{table} with {tenants:?}");
        }
        // Each end sees what is between the two.
        for table in ["access_requests", "completed_setups"] {
            let row = app.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.expect("the role may read");
            let seen = if tenants == "*" { 2 } else { of_organizations };
            assert_eq!(row.get::<_, i64>(0), seen, "{table} with {tenants:?}");
        }
        let row = app.query_one("SELECT count(*) FROM import_lines", &[]).await.expect("the role may read");
        assert_eq!(row.get::<_, i64>(0), staged, "with {tenants:?}");
    }
}
