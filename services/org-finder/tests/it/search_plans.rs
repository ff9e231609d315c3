//! The statements of a search go by their indexes, with many rows and under row-level security, and look at a limited number of rows.

use dialtone_proto::orgfinder::v1::{
    MatchOrganizationsRequest, OrganizationRole, SearchKind, SearchOrganizationsRequest,
};
use dialtone_testkit::{eventually, fresh};
use org_finder::SERVICE;
use tokio_postgres::Client;

use crate::merge_support::PATIENCE;
use crate::support::{Suite, sql, template};

/// Twenty thousand organizations with an index of their names; the first key has all of them. The planner is told that each key has two
/// thousand rows: of large tables, it thinks so by itself.
const FILL: &str = "INSERT INTO organizations (id, display_name, normalized_name, region_code, is_partner, is_customer, name_index) \
      SELECT md5(n::text)::uuid, 'Org ' || n, 'org ' || n, 'SE', n < 100, true, 2 FROM generate_series(1, 20000) AS n; \
    INSERT INTO organization_domains SELECT md5(n::text)::uuid, 'd' || n || '.example', 'VERIFIED' \
      FROM generate_series(1, 20000) AS n; \
    INSERT INTO name_postings SELECT key, md5(n::text)::uuid FROM generate_series(1, 20000) AS n, \
      LATERAL (VALUES (0), (n), (-n)) AS keys (key) ON CONFLICT DO NOTHING; \
    INSERT INTO name_words SELECT 'word' || n, 1 FROM generate_series(1, 20000) AS n; \
    INSERT INTO name_spellings SELECT hashint8(n * 7), 'word' || n, 1 FROM generate_series(1, 20000) AS n; \
    INSERT INTO name_tails SELECT 'ord' || n, 'word' || n, 1 FROM generate_series(1, 20000) AS n; \
    ALTER TABLE name_postings ALTER key SET (n_distinct = 10); ALTER TABLE name_spellings ALTER key SET (n_distinct = 10); \
    ANALYZE organizations, organization_domains, name_postings, name_words, name_spellings, name_tails";

async fn plan(client: &Client, options: &str, statement: &str) -> String {
    let rows = client.query(&format!("EXPLAIN {options} {statement}"), &[]).await.expect("the statement is right");
    rows.iter().map(|row| row.get::<_, String>(0) + "\n").collect()
}

/// As src/store/name_search.rs and src/store/domain_search.rs write them, with values in the place of parameters.
fn statements() -> Vec<(&'static str, &'static [&'static str])> {
    vec![
        (
            "WITH unknown AS MATERIALIZED (SELECT * FROM unnest('{word5,word0}'::text[], '{1,2}'::integer[], '{1,2}'::integer[], \
               '{1,2}'::integer[], '{1,2}'::integer[], '{1,2}'::integer[], '{1,2}'::integer[]) \
               AS spelt (word, near_first, near_last, far_first, far_last, half_first, half_last) \
               WHERE (SELECT copy FROM name_words WHERE word = spelt.word LIMIT 1) IS NULL) \
             SELECT ARRAY (SELECT word FROM name_words WHERE word = ANY ('{word5,word6}'::text[] || \
               ARRAY (SELECT unnest(('{word7,word8}'::text[])[half_first:half_last]) FROM unknown)) \
             UNION ALL (SELECT word FROM name_spellings WHERE key = ANY ('{5,6}'::bigint[] || \
               ARRAY (SELECT unnest(('{7,8}'::bigint[])[far_first:far_last]) FROM unknown WHERE (SELECT key FROM name_spellings \
                 WHERE key = ANY (('{5,6}'::bigint[])[near_first:near_last]) ORDER BY key LIMIT 1) IS NULL)) \
               ORDER BY key, word LIMIT 400) \
             UNION ALL (SELECT word FROM name_words WHERE word >= 'word5' AND word < 'word6' ORDER BY word LIMIT 24) \
             UNION ALL (SELECT word FROM name_tails WHERE tail >= 'ord5' AND tail < 'ord6' ORDER BY tail, word LIMIT 24)) AS words",
            &["name_words_pkey", "name_spellings_pkey", "name_tails_pkey"],
        ),
        (
            "SELECT ARRAY (SELECT organization_id FROM name_postings WHERE key = q.key ORDER BY organization_id LIMIT 100) AS organizations \
             FROM unnest('{0,5}'::bigint[]) WITH ORDINALITY AS q (key, place) ORDER BY q.place",
            &["name_postings_pkey"],
        ),
        (
            "SELECT o.id FROM organizations AS o WHERE o.id = ANY ('{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'::uuid[]) \
             AND o.deleted IS NULL AND o.region_code = 'SE'",
            &["organizations_pkey"],
        ),
        (
            "SELECT d.domain, NOT EXISTS (SELECT FROM organization_domains AS e WHERE e.organization_id = d.organization_id \
               AND (e.reversed >= 'elp' AND e.reversed < d.reversed)) \
             FROM (SELECT organization_id, domain, reversed FROM organization_domains WHERE reversed >= 'elpmaxe.5d' \
               AND reversed < 'elpmaxe.6d' AND (reversed > 'elpmaxe.5d' OR organization_id > '00000000-0000-0000-0000-000000000000') \
               ORDER BY reversed, organization_id LIMIT 51) AS d JOIN organizations AS o ON o.id = d.organization_id \
             ORDER BY d.reversed, d.organization_id",
            &["organization_domains_reversed_organization_id_idx", "organizations_pkey"],
        ),
        (
            "SELECT d.domain FROM (SELECT organization_id, domain, reversed FROM organization_domains WHERE domain >= 'd5' \
               AND domain < 'd6' AND (domain > 'd5' OR organization_id > '00000000-0000-0000-0000-000000000000') \
               ORDER BY domain, organization_id LIMIT 51) AS d JOIN organizations AS o ON o.id = d.organization_id \
             ORDER BY d.domain, d.organization_id",
            &["organization_domains_domain_organization_id_idx", "organizations_pkey"],
        ),
        (
            "SELECT id FROM organizations WHERE name_index < 2 AND deleted IS NULL ORDER BY id LIMIT 2000 \
             FOR NO KEY UPDATE SKIP LOCKED",
            &["organizations_name_form_idx"],
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_of_a_search_has_its_indexes() {
    let database = fresh(&template()).await;
    let admin = sql(database.url()).await;
    admin.batch_execute(FILL).await.expect("the statements are right");
    let app = sql(&database.app_url(SERVICE)).await;
    for tenants in ["*", "c4ca4238-a0b9-2382-0dcc-509a6f75849b"] {
        app.batch_execute(&format!("SET dialtone.tenants = '{tenants}'")).await.expect("a setting");
        for (statement, indexes) in statements() {
            let plan = plan(&app, "", statement).await;
            assert!(indexes.iter().all(|index| plan.contains(index)), "{statement}\n{plan}");
            assert!(!plan.contains("Seq Scan"), "{statement}\n{plan}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_key_that_all_have_only_so_many_rows_are_read() {
    let database = fresh(&template()).await;
    let admin = sql(database.url()).await;
    admin.batch_execute(FILL).await.expect("the statements are right");
    let app = sql(&database.app_url(SERVICE)).await;
    for (statement, _) in statements() {
        let plan = plan(&app, "(ANALYZE, TIMING OFF, SUMMARY OFF)", statement).await;
        let rows = plan
            .split("rows=")
            .skip(2)
            .step_by(2)
            .filter_map(|rest| rest.split(['.', ' ']).next()?.parse::<u64>().ok());
        let most = rows.max().expect("each node tells its rows");
        assert!(most <= 200, "{most} rows: {statement}\n{plan}");
    }
}

/// What the server read so far of the tables of a search: how often one in whole, and how often the index of spellings.
async fn scans(admin: &Client) -> (i64, i64) {
    let sql = "SELECT sum(seq_scan)::bigint, coalesce(sum(idx_scan) FILTER (WHERE relname = 'name_spellings'), 0)::bigint \
        FROM pg_stat_user_tables WHERE schemaname = 'org_finder' AND relname IN ('organizations', 'organization_domains', \
        'people', 'organization_activity', 'partner_links', 'name_postings', 'name_words', 'name_spellings', 'name_tails')";
    let row = admin.query_one(sql, &[]).await.expect("the statement is right");
    (row.get(0), row.get(1))
}

/// How often each question is asked.
const ROUNDS: i64 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn no_search_and_no_match_reads_a_whole_table() {
    let suite = Suite::start().await;
    // A table of few pages is rightly read in whole. The later organizations are not in the index of names, to be quick.
    let fill = "CREATE FUNCTION pg_temp.word(n integer) RETURNS text LANGUAGE sql AS \
          $$SELECT left(translate(md5(n::text), '0123456789', 'ghijklmnop'), 9)$$; \
        INSERT INTO organizations (id, display_name, normalized_name, region_code, is_partner, is_customer) \
          SELECT md5(n::text)::uuid, pg_temp.word(n) || ' Northern', pg_temp.word(n) || ' northern', 'SE', n < 100, true \
          FROM generate_series(1, 3000) AS n; \
        INSERT INTO organizations (id, display_name, normalized_name, region_code, is_partner, is_customer, name_index) \
          SELECT md5(n::text)::uuid, pg_temp.word(n), pg_temp.word(n), 'SE', false, true, 2 FROM generate_series(3001, 40000) AS n; \
        INSERT INTO organization_domains SELECT md5(n::text)::uuid, 'd' || n || '.example', 'VERIFIED' \
          FROM generate_series(1, 40000) AS n; \
        INSERT INTO people (id, organization_id, email, active, last_activity, source_user) \
          SELECT gen_random_uuid(), md5(n::text)::uuid, 'p' || n || '@x.example', true, now(), '' FROM generate_series(1, 40000) AS n; \
        INSERT INTO organization_activity SELECT md5(n::text)::uuid, 'x.example', 1, now() FROM generate_series(1, 40000) AS n; \
        INSERT INTO partner_links (id, partner_id, customer_id, role) \
          SELECT gen_random_uuid(), md5((n % 99 + 1)::text)::uuid, md5(n::text)::uuid, 2 FROM generate_series(200, 40000) AS n";
    suite.admin.batch_execute(fill).await.expect("the statements are right");
    let word = suite.admin.query_one("SELECT pg_temp.word(7)", &[]).await.expect("one row").get::<_, String>(0);
    // Puts them into the index as it starts.
    let another = suite.start_another().await;
    let waiting = "SELECT count(*) FROM organizations WHERE name_index < 2";
    eventually("all have an index", PATIENCE, async || {
        let left: i64 = suite.admin.query_one(waiting, &[]).await.expect("it counts").get(0);
        (left == 0).then_some(())
    })
    .await;
    drop(another);
    suite.admin.batch_execute("VACUUM ANALYZE").await.expect("a superuser may");
    // The waiting above read a table in whole many times, which the server would tell only later.
    suite.admin.batch_execute("SELECT pg_stat_force_next_flush()").await.expect("a superuser may");
    let (before, looked) = scans(&suite.admin).await;
    let questions = [
        (SearchKind::Name, format!("nothern {word}")),
        (SearchKind::Name, word[1..].to_owned()),
        (SearchKind::Name, "northern".to_owned()),
        (SearchKind::Domain, "mail.d17.example".to_owned()),
        (SearchKind::Domain, "d1".to_owned()),
    ];
    for _ in 0..ROUNDS {
        for (kind, query) in &questions {
            let search =
                SearchOrganizationsRequest { query: query.clone(), kind: (*kind).into(), ..Default::default() };
            let found = suite.finder().search_organizations(suite.staff(search)).await.expect("staff may");
            assert!(!found.into_inner().organizations.is_empty(), "{query} finds nothing");
        }
        let role = OrganizationRole::Customer.into();
        let contact = MatchOrganizationsRequest { contact_email: "a@d9.example".into(), role, ..Default::default() };
        let matched = suite.finder().match_organizations(suite.staff(contact)).await.expect("staff may").into_inner();
        assert_eq!(matched.candidates.len(), 1);
    }
    // The server tells what was read some time after.
    eventually("what was read is told", PATIENCE, async || {
        (scans(&suite.admin).await.1 >= looked + ROUNDS).then_some(())
    })
    .await;
    // Jobs that begin with the service read one or the other, too, but not as often as there were questions.
    let read = scans(&suite.admin).await.0 - before;
    assert!(read < ROUNDS, "whole tables were read {read} times");
}
