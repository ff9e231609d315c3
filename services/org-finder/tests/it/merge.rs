//! Merging duplicates: what a plan says, what a merge does, and what taking it back does.

use dialtone_ids::ServiceName;
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;

use crate::merge_support::*;
use crate::support::*;

/// A survivor and its duplicate, which share a domain, a person of the directory, an administrator and a partner.
async fn twins(suite: &Suite) -> (String, String) {
    let stays = suite.create(customer("Acme", &["acme.example", "acme.test"])).await.name;
    let create = CreateOrganizationRequest {
        organization: Some(Organization {
            region_code: "NO".into(),
            ..partner("Acme Ltd", &["acme.example", "acme-ltd.example"])
        }),
        allow_duplicate: true,
        ..CreateOrganizationRequest::default()
    };
    let goes = suite.organizations().create_organization(suite.staff(create)).await.unwrap().into_inner().name;
    suite.domain_state(&goes, "acme.example", "CLAIMED").await;
    suite.domain_state(&goes, "acme-ltd.example", "VERIFIED").await;
    suite.grant(&stays, "anna", Role::ReadOnly).await;
    suite.grant(&goes, "anna", Role::FullAdmin).await;
    suite.grant(&goes, "bo", Role::ProvisioningAdmin).await;
    let reseller = suite.create(partner("Reseller", &[])).await.name;
    let client = suite.create(customer("Client", &[])).await.name;
    suite.link(&reseller, &stays, Role::ReadOnly).await.unwrap();
    suite.link(&reseller, &goes, Role::ProvisioningAdmin).await.unwrap();
    suite.link(&goes, &client, Role::FullAdmin).await.unwrap();
    suite.link(&goes, &stays, Role::ReadOnly).await.unwrap();
    suite.people(&stays, &[("anna@acme.example", false, 30), ("cy@acme.example", true, 5)]).await;
    suite
        .people(&goes, &[("anna@acme.example", true, 9), ("dee@acme.example", true, 2), ("ed@x.example", false, 8)])
        .await;
    (stays, goes)
}

async fn subjects(suite: &Suite, organization: &str) -> Vec<(String, Role)> {
    let list = ListGrantsRequest { parent: organization.into(), ..Default::default() };
    let grants = suite.access().list_grants(suite.staff(list)).await.unwrap().into_inner().grants;
    grants.into_iter().map(|grant| (grant.subject.clone(), grant.role())).collect()
}

async fn directory(suite: &Suite, organization: &str) -> Vec<(String, bool)> {
    let list = ListPeopleRequest { parent: organization.into(), ..Default::default() };
    let people = suite.activity().list_people(suite.staff(list)).await.unwrap().into_inner().people;
    people.into_iter().map(|person| (person.email, person.active)).collect()
}

async fn match_one(suite: &Suite, email: &str) -> MatchOrganizationsResponse {
    let question = MatchOrganizationsRequest {
        contact_email: email.into(),
        role: OrganizationRole::Customer.into(),
        company_name: String::new(),
    };
    suite.finder().match_organizations(suite.staff(question)).await.unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_what_becomes_of_everything_and_changes_nothing() {
    let suite = Suite::start().await;
    let (stays, goes) = twins(&suite).await;
    let before = (suite.rows().await, suite.footprint().await);
    let plan = suite.plan(&stays, &goes).await.unwrap();
    assert_eq!((suite.rows().await, suite.footprint().await), before);
    assert_eq!((plan.survivor.as_str(), plan.duplicate.as_str()), (stays.as_str(), goes.as_str()));
    let told = |kind: MergeKind| {
        let of_kind = plan.changes.iter().filter(|change| change.kind() == kind);
        of_kind.map(|c| (c.action(), c.before.as_str(), c.after.as_str())).collect::<Vec<_>>()
    };
    use MergeAction::{Combine, Drop, Move};
    assert_eq!(told(MergeKind::Domain), [(Move, "", "VERIFIED"), (Combine, "UNVERIFIED", "CLAIMED")]);
    assert_eq!(told(MergeKind::Grant), [(Combine, "READ_ONLY", "FULL_ADMIN"), (Move, "", "PROVISIONING_ADMIN")]);
    assert_eq!(told(MergeKind::Customer), [(Move, "", "FULL_ADMIN"), (Drop, "", "")]);
    assert_eq!(told(MergeKind::Partner), [(Combine, "READ_ONLY", "PROVISIONING_ADMIN")]);
    let people = plan.counts.iter().find(|count| count.kind() == MergeKind::Person).unwrap();
    assert_eq!((people.moved_count, people.combined_count), (2, 1));
    assert_eq!(plan.roles, [i32::from(OrganizationRole::Partner), OrganizationRole::Customer.into()]);
    assert_eq!(plan.obstacles, [0; 0]);
    let warnings: Vec<_> = plan.warnings().collect();
    use MergeWarning::{AccessWidened, Linked, NamesDiffer, RegionsDiffer, RoleAdded};
    assert_eq!(warnings, [NamesDiffer, RegionsDiffer, RoleAdded, AccessWidened, Linked]);
    assert_eq!(suite.plan(&stays, &goes).await.unwrap(), plan, "the same plan as long as nothing changes");
    assert_ne!(suite.plan(&goes, &stays).await.unwrap().plan_hash, plan.plan_hash);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_brings_everything_to_the_survivor_and_nothing_is_lost() {
    let suite = Suite::start().await;
    let (stays, goes) = twins(&suite).await;
    let done = suite.merge(&stays, &goes).await;
    assert_eq!((done.survivor.as_str(), done.duplicate.as_str()), (stays.as_str(), goes.as_str()));
    assert_eq!((done.moved_people_count, done.combined_people_count), (2, 1));
    assert!(done.undo_expire_time.is_some());

    let survivor = suite.get(&stays).await;
    let domains: Vec<_> = survivor.domains.iter().map(|domain| (domain.domain.as_str(), domain.state())).collect();
    use DomainState::{Claimed, Unverified, Verified};
    assert_eq!(domains, [("acme-ltd.example", Verified), ("acme.example", Claimed), ("acme.test", Unverified)]);
    assert_eq!((survivor.display_name.as_str(), survivor.region_code.as_str()), ("Acme", "SE"));
    assert_eq!(survivor.roles, [i32::from(OrganizationRole::Partner), OrganizationRole::Customer.into()]);
    let roles = [("anna", Role::FullAdmin), ("bo", Role::ProvisioningAdmin)].map(|(who, role)| (who.to_owned(), role));
    assert_eq!(subjects(&suite, &stays).await, roles);
    let expected =
        [("anna", true), ("cy", true), ("dee", true)].map(|(who, active)| (format!("{who}@acme.example"), active));
    let people = directory(&suite, &stays).await;
    assert_eq!((&people[..3], &people[3]), (&expected[..], &("ed@x.example".to_owned(), false)));
    let links = "SELECT count(*) FROM partner_links AS l JOIN organizations AS o ON o.id = l.partner_id AND o.deleted IS NULL \
                 JOIN organizations AS p ON p.id = l.customer_id AND p.deleted IS NULL";
    assert_eq!(suite.count(links).await, 2);

    let answer = match_one(&suite, "dee@acme.example").await;
    assert_eq!(answer.outcome(), MatchOutcome::Matched);
    assert_eq!(answer.candidates[0].organization, stays);
    assert_eq!(answer.candidates[0].evidence.as_ref().unwrap().active_users, 3);
    for email in ["nobody@acme.example", "nobody@acme-ltd.example", "anna@acme.example"] {
        let answer = match_one(&suite, email).await;
        let found: Vec<_> = answer.candidates.iter().map(|candidate| candidate.organization.as_str()).collect();
        assert_eq!(found, [stays.as_str()], "{email}");
    }
    // Whoever knows the old name, and may read the survivor, is told where to go.
    let metadata = [("organization", goes.as_str()), ("merged_into", stays.as_str())];
    let get = || GetOrganizationRequest { name: goes.clone() };
    for request in [suite.staff(get()), suite.service(ServiceName::Subscriptions, get()), suite.person("anna", get())] {
        let told = suite.organizations().get_organization(request).await;
        assert_refused(told, dialtone_status::Code::NotFound, "ORGANIZATION_MERGED", &metadata);
    }
    assert_denied(suite.organizations().get_organization(suite.person("stranger", get())).await, "organizations.get");
    let list = ListOrganizationsRequest { page_size: 100, ..Default::default() };
    let listed = suite.organizations().list_organizations(suite.staff(list)).await.unwrap().into_inner();
    assert!(listed.organizations.iter().all(|organization| organization.name != goes));
    let story = "SELECT data->>'from' || ' ' || (data->>'into') FROM outbox WHERE kind = 'organization.merged'";
    let story: String = suite.admin.query_one(story, &[]).await.unwrap().get(0);
    assert_eq!(story, format!("{goes} {stays}"));
    assert_eq!(suite.count("SELECT count(*) FROM history WHERE verb = 'organization.merged'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_leaves_every_row_as_it_was() {
    let suite = Suite::start().await;
    let (stays, goes) = twins(&suite).await;
    let before = suite.rows().await;
    let etag = suite.get(&stays).await.etag;
    suite.merge(&stays, &goes).await;
    assert_ne!(suite.rows().await, before);
    let back = suite.undo(&goes).await.unwrap();
    assert_eq!((back.name.as_str(), back.merged_into.as_str()), (goes.as_str(), ""));
    assert_eq!(suite.rows().await, before);
    assert_ne!(suite.get(&stays).await.etag, etag, "what was changed and changed back has another version");
    assert_eq!(suite.count("SELECT count(*) FROM outbox WHERE kind = 'organization.merge_undone'").await, 1);
    // And it can be done again.
    suite.merge(&stays, &goes).await;
    suite.undo(&goes).await.unwrap();
    assert_eq!(suite.rows().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_since_the_merge_stays_changed() {
    let suite = Suite::start().await;
    let (stays, goes) = twins(&suite).await;
    suite.merge(&stays, &goes).await;
    // Something new, something removed, something that came over, and something that was raised.
    suite.grant(&stays, "new", Role::FullAdmin).await;
    suite.grant(&stays, "anna", Role::ProvisioningAdmin).await;
    suite.grant(&stays, "bo", Role::FullAdmin).await;
    suite.people(&stays, &[("late@acme.example", true, 1)]).await;
    suite.admin.batch_execute("DELETE FROM people WHERE email = 'ed@x.example'").await.unwrap();
    let busy =
        "UPDATE people SET last_activity = '2026-02-02Z' WHERE email IN ('anna@acme.example', 'dee@acme.example')";
    suite.admin.batch_execute(&format!("{busy} AND organization_id = '{}'", id(&stays))).await.unwrap();
    suite.undo(&goes).await.unwrap();

    let roles = |grants: Vec<(String, Role)>| {
        grants.into_iter().map(|(who, role)| format!("{who} {role:?}")).collect::<Vec<_>>()
    };
    assert_eq!(roles(subjects(&suite, &stays).await), ["anna ProvisioningAdmin", "new FullAdmin"]);
    assert_eq!(roles(subjects(&suite, &goes).await), ["anna FullAdmin", "bo FullAdmin"]);
    let emails = |people: Vec<(String, bool)>| people.into_iter().map(|(email, _)| email).collect::<Vec<_>>();
    let at_stays = emails(directory(&suite, &stays).await);
    assert_eq!(at_stays, ["anna@acme.example", "cy@acme.example", "late@acme.example"]);
    assert_eq!(emails(directory(&suite, &goes).await), ["anna@acme.example", "dee@acme.example"]);
    // The survivor's Anna was seen since, so what she has stays; Dee takes hers along.
    let seen = |organization: &str| {
        let sql = format!(
            "SELECT string_agg(split_part(email, '@', 1) || to_char(last_activity, ' YYYY-MM'), ',' ORDER BY email) \
             FROM people WHERE organization_id = '{}'",
            id(organization)
        );
        async { suite.admin.query_one(&{ sql }, &[]).await.unwrap().get::<_, String>(0) }
    };
    assert_eq!(seen(&stays).await, "anna 2026-02,cy 2025-12,late 2025-12");
    assert_eq!(seen(&goes).await, "anna 2025-12,dee 2026-02");
    let differs = "SELECT count(*) FROM (SELECT organization_id, sum(active_users) AS n FROM organization_activity GROUP BY 1) AS a \
        JOIN (SELECT organization_id, count(*) FILTER (WHERE active) AS n FROM people GROUP BY 1) AS p \
        USING (organization_id) WHERE a.n <> p.n";
    assert_eq!(suite.count(differs).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_of_merges_is_followed_and_taken_back_last_first() {
    let suite = Suite::start().await;
    let mut names = Vec::new();
    for (name, domain) in [("A", "a.example"), ("B", "b.example"), ("C", "c.example")] {
        names.push(suite.create(customer(name, &[domain])).await.name);
        suite.people(&names[names.len() - 1], &[(&format!("x@{domain}"), true, 1)]).await;
    }
    let [a, b, c] = [&names[0], &names[1], &names[2]];
    let before = suite.rows().await;
    suite.merge(b, a).await;
    let between = suite.rows().await;
    suite.merge(c, b).await;
    for email in ["x@a.example", "x@b.example", "x@c.example", "new@a.example"] {
        let answer = match_one(&suite, email).await;
        assert_eq!(answer.candidates.iter().map(|found| &found.organization).collect::<Vec<_>>(), [c], "{email}");
    }
    let metadata = [("organization", a.as_str()), ("obstacle", "LATER_MERGE"), ("resource", b.as_str())];
    assert_refused(suite.undo(a).await, dialtone_status::Code::FailedPrecondition, "MERGE_NOT_UNDOABLE", &metadata);
    suite.undo(b).await.unwrap();
    assert_eq!(suite.rows().await, between);
    suite.undo(a).await.unwrap();
    assert_eq!(suite.rows().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_people_go_over_and_come_back() {
    let suite = Suite::start().await;
    let stays = suite.create(customer("Large", &["large.example"])).await.name;
    let goes = suite.create(customer("Larger", &["larger.example"])).await.name;
    let fill = |organization: &str, from: i32| {
        format!(
            "INSERT INTO people (id, organization_id, email, active, last_activity, source_user) \
             SELECT gen_random_uuid(), '{}', 'p' || n || '@large.example', n % 3 > 0, '2026-01-01Z', '' \
             FROM generate_series({from}, {from} + 99999) AS n; ",
            id(organization)
        )
    };
    suite.admin.batch_execute(&(fill(&stays, 90_000) + &fill(&goes, 0))).await.unwrap();
    suite.roll_up().await;
    let digest = "SELECT md5(string_agg(p::text, '' ORDER BY id)) FROM people AS p";
    let digest = || async { suite.admin.query_one(digest, &[]).await.unwrap().get::<_, String>(0) };
    let before = digest().await;
    let started = suite.begin(suite.agreed(&stays, &goes).await).await.unwrap();
    assert_eq!(metadata(&started).units_total, 100_000);
    let (operation, metadata) = suite.ended(&started.name).await;
    let done = response(&operation);
    assert_eq!((done.moved_people_count, done.combined_people_count), (90_000, 10_000));
    assert_eq!((metadata.units_done, metadata.percent), (100_000, 100));
    let people = format!("SELECT count(*) FROM people WHERE organization_id = '{}'", id(&stays));
    assert_eq!(suite.count(&people).await, 190_000);
    let active = format!("SELECT active_users FROM organization_activity WHERE organization_id = '{}'", id(&stays));
    let counted = suite.count(&format!("{people} AND active")).await;
    assert_eq!(suite.count(&active).await, counted);
    suite.undo(&goes).await.unwrap();
    assert_eq!(suite.count(&people).await, 100_000);
    assert_eq!(digest().await, before);
}
