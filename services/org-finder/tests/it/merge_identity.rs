//! A merge and its undo leave every row as it was, whatever the two organizations have and whatever was merged before; and a merge loses
//! nothing.
//!
//! Every run draws other worlds. It prints its seed; `DIALTONE_TEST_SEED` draws the same worlds again.

use dialtone_proto::orgfinder::v1::{CreateOrganizationRequest, MergeObstacle, Organization, OrganizationRole};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::support::*;

/// Organizations of a world; the first two are merged, the third perhaps before them.
const ORGANIZATIONS: usize = 5;
const CASES: usize = 60;
/// The domains that organizations may share, one of them below another.
const DOMAINS: [&str; 4] = ["d0", "d1", "x.d0", "d2"];

/// What each organization has, by place in the pools of names.
#[derive(Clone, Debug)]
struct World {
    /// Whether partner, customer; which vertical, which region.
    profiles: Vec<(bool, bool, usize, usize)>,
    /// Whether the last organization is deleted, which links do not know of.
    deleted: bool,
    /// Into which of the first two the third was merged before, if it was.
    earlier: Option<usize>,
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
        prop::collection::vec((any::<bool>(), any::<bool>(), 0..3usize, 0..2usize), of_each.clone()),
        (any::<bool>(), prop::option::of(0..2usize)),
        prop::collection::vec(prop::array::uniform4(0..4usize), of_each.clone()),
        prop::collection::vec(prop::array::uniform3(0..4i16), of_each.clone()),
        prop::collection::vec(prop::array::uniform4((any::<bool>(), any::<bool>(), any::<bool>(), 0..50)), of_each),
        prop::collection::vec((0..ORGANIZATIONS, 0..ORGANIZATIONS, 1..4i16), 0..9),
    )
        .prop_map(|(profiles, (deleted, earlier), domains, grants, people, links)| World {
            profiles,
            deleted,
            earlier,
            domains,
            grants,
            people,
            links,
        })
}

/// Makes the organizations, as they are always made, so that they are in the index of names; whatever else there is comes by [`sql`].
async fn make(suite: &Suite, world: &World, case: usize) -> Vec<uuid::Uuid> {
    let mut names = Vec::new();
    for (n, &(is_partner, is_customer, _, region)) in world.profiles.iter().enumerate() {
        let mut roles = Vec::new();
        if is_partner {
            roles.push(OrganizationRole::Partner.into());
        }
        if is_customer || !is_partner {
            roles.push(OrganizationRole::Customer.into());
        }
        let region_code = ["SE", "NO"][region].to_owned();
        let organization = Organization { region_code, roles, ..customer(&format!("O {case} {n}"), &[]) };
        let create =
            CreateOrganizationRequest { organization: Some(organization), allow_duplicate: true, ..Default::default() };
        let made = suite.organizations().create_organization(suite.staff(create)).await.expect("it can be created");
        names.push(made.into_inner().name["organizations/".len()..].parse().expect("an id"));
    }
    names
}

/// The rest of the world as SQL, with names that no other case has.
fn sql(world: &World, case: usize, names: &[uuid::Uuid]) -> String {
    let mut claimed = [false; 4];
    let organizations = names.iter().enumerate().map(|(n, id)| {
        organization(world, (n, id)) + &domains(world, case, (n, id), &mut claimed) + &people(world, case, (n, id))
    });
    organizations.collect::<String>() + &links(world, names)
}

fn organization(world: &World, (n, id): (usize, &uuid::Uuid)) -> String {
    let vertical = ["NULL", "'J'", "'OTHER'"][world.profiles[n].2];
    let deleted = if world.deleted && n == ORGANIZATIONS - 1 { "'2026-01-01Z'" } else { "NULL" };
    let mut sql = format!(
        "UPDATE organizations SET vertical = {vertical}, deleted = {deleted}, \
           purge = {deleted}::timestamptz + interval '90 years' WHERE id = '{id}';"
    );
    for (s, role) in world.grants[n].into_iter().enumerate().filter(|(_, role)| *role > 0) {
        sql += &format!(
            "INSERT INTO grants (id, organization_id, subject, role) VALUES (gen_random_uuid(), '{id}', 's{s}', {role});"
        );
    }
    sql
}

fn domains(world: &World, case: usize, (n, id): (usize, &uuid::Uuid), claimed: &mut [bool; 4]) -> String {
    let states = ["", "UNVERIFIED", "VERIFIED", "CLAIMED"];
    let held = world.domains[n].into_iter().enumerate().filter(|(_, state)| *state > 0);
    let insert = |(d, state): (usize, usize)| {
        // One holder of a claim.
        let state = if state == 3 && std::mem::replace(&mut claimed[d], true) { 2 } else { state };
        let since = |is: bool| if is { format!("'2026-01-0{}Z'", n + 1) } else { "NULL".to_owned() };
        // Imported domains are known without a time.
        let (verified, claimed) = (since(state > 1 && (n + d) % 3 > 0), since(state == 3));
        format!(
            "INSERT INTO organization_domains (organization_id, domain, state, verified, claimed) \
             VALUES ('{id}', '{}.c{case}.example', '{}', {verified}, {claimed});",
            DOMAINS[d], states[state]
        )
    };
    held.map(insert).collect()
}

fn people(world: &World, case: usize, (n, id): (usize, &uuid::Uuid)) -> String {
    let there = world.people[n].into_iter().enumerate().filter(|(_, person)| person.0);
    let insert = |(p, (_, active, dormant, hours)): (usize, (bool, bool, bool, i32))| {
        format!(
            "INSERT INTO people (id, organization_id, email, display_name, active, dormant, last_activity, source_user) \
             VALUES (gen_random_uuid(), '{id}', 'p{p}@{}.c{case}.example', '{}', {active}, {dormant}, \
               '2026-01-01Z'::timestamptz - interval '{hours} hours', 'u{n}{p}');",
            DOMAINS[p % 2],
            if hours % 2 == 0 { "P" } else { "" }
        )
    };
    there.map(insert).collect()
}

fn links(world: &World, names: &[uuid::Uuid]) -> String {
    let mut seen = std::collections::HashSet::new();
    let mut sql = String::new();
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

/// Draws worlds by this run's seed.
fn runner() -> TestRunner {
    let given = std::env::var("DIALTONE_TEST_SEED").ok();
    let seed: u64 = match given {
        Some(given) => given.parse().expect("DIALTONE_TEST_SEED is a number"),
        None => uuid::Uuid::new_v4().as_u64_pair().1,
    };
    println!("DIALTONE_TEST_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// Merges as planned, unless the plan says that it cannot be done; whether it was.
async fn merge(suite: &Suite, stays: &str, goes: &str) -> bool {
    let plan = suite.plan(stays, goes).await.expect("both are live");
    if plan.obstacles.is_empty() {
        suite.merge(stays, goes).await;
        return true;
    }
    assert_eq!(plan.obstacles().collect::<Vec<_>>(), [MergeObstacle::LinkCycle]);
    false
}

/// Merges and takes it back; whether it could be merged.
async fn there_and_back(suite: &Suite, names: [&uuid::Uuid; 2]) -> bool {
    let [stays, goes] = names.map(|name| format!("organizations/{name}"));
    let before = suite.rows().await;
    remember(suite, names).await;
    if !merge(suite, &stays, &goes).await {
        return false;
    }
    let lost: i64 = suite.admin.query_one(LOST, &[&names[0].to_string()]).await.expect("one row").get(0);
    assert_eq!(lost, 0);
    suite.undo(&goes).await.expect("nothing has changed since");
    assert_eq!(suite.rows().await, before);
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn merge_then_undo_is_the_identity_and_merge_loses_nothing() {
    let suite = Suite::start().await;
    let (mut runner, strategy) = (runner(), worlds());
    let mut merged = 0;
    for case in 0..CASES {
        let world = strategy.new_tree(&mut runner).expect("worlds can be made").current();
        println!("case {case}: {world:?}");
        let names = make(&suite, &world, case).await;
        suite.admin.batch_execute(&sql(&world, case, &names)).await.expect("the world is sound");
        suite.roll_up().await;
        let before = suite.rows().await;
        let third = format!("organizations/{}", names[2]);
        let earlier = match world.earlier {
            Some(into) => merge(&suite, &format!("organizations/{}", names[into]), &third).await,
            None => false,
        };
        merged += usize::from(there_and_back(&suite, [&names[0], &names[1]]).await);
        if earlier {
            suite.undo(&third).await.expect("what came after it is undone");
            assert_eq!(suite.rows().await, before);
        }
    }
    assert!(merged > CASES / 2, "{merged} merged");
}
