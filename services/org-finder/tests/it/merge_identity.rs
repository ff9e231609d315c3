//! A merge and its undo leave every row as it was, whatever the two organizations have; and a merge loses nothing.

use dialtone_proto::orgfinder::v1::MergeObstacle;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::support::*;

/// Organizations of a world; the first two are merged.
const ORGANIZATIONS: usize = 5;
const CASES: usize = 60;

/// What each organization has, by place in the pools of names.
#[derive(Clone, Debug)]
struct World {
    /// Whether partner, customer.
    roles: Vec<(bool, bool)>,
    /// 0 for none, then UNVERIFIED, VERIFIED, CLAIMED.
    domains: Vec<[usize; 4]>,
    /// 0 for none, then the role.
    grants: Vec<[i16; 3]>,
    /// Whether there, whether active, whether dormant, hours since.
    people: Vec<[(bool, bool, bool, i32); 4]>,
    /// From, to, role; those that would cycle or repeat are left out.
    links: Vec<(usize, usize, i16)>,
}

fn worlds() -> impl Strategy<Value = World> {
    let of_each = ORGANIZATIONS..=ORGANIZATIONS;
    (
        prop::collection::vec(any::<(bool, bool)>(), of_each.clone()),
        prop::collection::vec(prop::array::uniform4(0..4usize), of_each.clone()),
        prop::collection::vec(prop::array::uniform3(0..4i16), of_each.clone()),
        prop::collection::vec(prop::array::uniform4((any::<bool>(), any::<bool>(), any::<bool>(), 0..50)), of_each),
        prop::collection::vec((0..ORGANIZATIONS, 0..ORGANIZATIONS, 1..4i16), 0..9),
    )
        .prop_map(|(roles, domains, grants, people, links)| World { roles, domains, grants, people, links })
}

/// The world as SQL, with names that no other case has.
fn sql(world: &World, case: usize, names: &[uuid::Uuid]) -> String {
    let mut sql = String::new();
    let states = ["", "UNVERIFIED", "VERIFIED", "CLAIMED"];
    let mut claimed = [false; 4];
    for (n, id) in names.iter().enumerate() {
        let (partner, customer) = world.roles[n];
        let customer = customer || !partner;
        sql += &format!(
            "INSERT INTO organizations (id, display_name, normalized_name, region_code, is_partner, is_customer) \
             VALUES ('{id}', 'O {case} {n}', 'o {case} {n}', 'SE', {partner}, {customer});"
        );
        for (d, state) in world.domains[n].into_iter().enumerate().filter(|(_, state)| *state > 0) {
            // One holder of a claim.
            let state = if state == 3 && std::mem::replace(&mut claimed[d], true) { 2 } else { state };
            sql += &format!(
                "INSERT INTO organization_domains (organization_id, domain, state) \
                 VALUES ('{id}', 'd{d}.c{case}.example', '{}');",
                states[state]
            );
        }
        for (s, role) in world.grants[n].into_iter().enumerate().filter(|(_, role)| *role > 0) {
            sql += &format!(
                "INSERT INTO grants (id, organization_id, subject, role) VALUES (gen_random_uuid(), '{id}', 's{s}', {role});"
            );
        }
        for (p, (_, active, dormant, hours)) in world.people[n].into_iter().enumerate().filter(|(_, person)| person.0) {
            sql += &format!(
                "INSERT INTO people (id, organization_id, email, display_name, active, dormant, last_activity, \
                   source_user) VALUES (gen_random_uuid(), '{id}', 'p{p}@d{}.c{case}.example', '{}', {active}, {dormant}, \
                 '2026-01-01Z'::timestamptz - interval '{hours} hours', 'u{n}{p}');",
                p % 2,
                if hours % 2 == 0 { "P" } else { "" }
            );
        }
    }
    let mut seen = std::collections::HashSet::new();
    for (from, to, role) in &world.links {
        // Always downwards in an order in which the two that are merged are in the middle.
        let place = |n: usize| [1, 3, 0, 2, 4][n];
        if place(*from) < place(*to) && seen.insert((from, to)) {
            sql += &format!(
                "INSERT INTO partner_links (id, partner_id, customer_id, role) \
                 VALUES (gen_random_uuid(), '{}', '{}', {role});",
                names[*from], names[*to]
            );
        }
    }
    sql
}

/// What the survivor lacks of what either had, before it is merged: nothing, when asked with the rows of then.
const LOST: &str = "SELECT count(*) FROM ( \
    SELECT domain AS what FROM before_domains AS b WHERE NOT EXISTS (SELECT FROM organization_domains AS n \
        WHERE n.organization_id::text = $1 AND n.domain = b.domain AND n.state >= b.state) \
      AND NOT (b.state = 'UNVERIFIED' AND EXISTS (SELECT FROM organization_domains AS n \
        WHERE n.organization_id::text = $1 AND n.domain = b.domain)) \
      AND NOT (b.state = 'VERIFIED' AND EXISTS (SELECT FROM organization_domains AS n \
        WHERE n.organization_id::text = $1 AND n.domain = b.domain AND n.state = 'CLAIMED')) \
    UNION ALL SELECT subject FROM before_grants AS b WHERE NOT EXISTS (SELECT FROM grants AS n \
        WHERE n.organization_id::text = $1 AND n.subject = b.subject AND n.role >= b.role) \
    UNION ALL SELECT email FROM before_people AS b WHERE NOT EXISTS (SELECT FROM people AS n \
        WHERE n.organization_id::text = $1 AND n.email = b.email AND n.active >= b.active AND n.last_activity >= b.last_activity) \
    UNION ALL SELECT id::text FROM before_links AS b WHERE NOT EXISTS (SELECT FROM partner_links AS n \
        WHERE n.role >= b.role AND n.partner_id = b.partner AND n.customer_id = b.customer)) AS lost";

async fn remember(suite: &Suite, [stays, goes]: [&uuid::Uuid; 2]) {
    let both = format!("organization_id IN ('{stays}', '{goes}')");
    let end = |column: &str| format!("CASE WHEN {column} = '{goes}' THEN '{stays}' ELSE {column} END");
    let sql = format!(
        "DROP TABLE IF EXISTS before_domains, before_grants, before_people, before_links; \
         CREATE TEMP TABLE before_domains AS SELECT domain, state FROM organization_domains WHERE {both}; \
         CREATE TEMP TABLE before_grants AS SELECT subject, role FROM grants WHERE {both}; \
         CREATE TEMP TABLE before_people AS SELECT email, active, last_activity FROM people WHERE {both}; \
         CREATE TEMP TABLE before_links AS SELECT id, role, {} AS partner, {} AS customer FROM partner_links \
           WHERE partner_id IN ('{stays}', '{goes}') OR customer_id IN ('{stays}', '{goes}'); \
         DELETE FROM before_links WHERE partner = customer",
        end("partner_id"),
        end("customer_id")
    );
    suite.admin.batch_execute(&sql).await.expect("the statements are right");
}

#[tokio::test(flavor = "multi_thread")]
async fn merge_then_undo_is_the_identity_and_merge_loses_nothing() {
    let suite = Suite::start().await;
    let mut runner = TestRunner::deterministic();
    let strategy = worlds();
    let (mut merged, mut blocked) = (0, 0);
    for case in 0..CASES {
        let world = strategy.new_tree(&mut runner).expect("worlds can be made").current();
        let names: Vec<_> = (0..ORGANIZATIONS).map(|_| uuid::Uuid::now_v7()).collect();
        suite.admin.batch_execute(&sql(&world, case, &names)).await.expect("the world is sound");
        suite.roll_up().await;
        let [stays, goes] = [0, 1].map(|n| format!("organizations/{}", names[n]));
        let before = suite.rows().await;
        let plan = suite.plan(&stays, &goes).await.unwrap();
        if !plan.obstacles.is_empty() {
            assert_eq!(plan.obstacles().collect::<Vec<_>>(), [MergeObstacle::LinkCycle], "{world:?}");
            blocked += 1;
            continue;
        }
        remember(&suite, [&names[0], &names[1]]).await;
        suite.merge(&stays, &goes).await;
        let lost: i64 = suite.admin.query_one(LOST, &[&names[0].to_string()]).await.unwrap().get(0);
        assert_eq!(lost, 0, "{world:?}");
        suite.undo(&goes).await.unwrap();
        assert_eq!(suite.rows().await, before, "{world:?}");
        merged += 1;
    }
    assert!(merged > CASES / 2 && blocked > 0, "{merged} merged, {blocked} blocked");
}
