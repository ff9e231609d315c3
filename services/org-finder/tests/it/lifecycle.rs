//! DeleteOrganization, UndeleteOrganization, and what is left of an organization in the end.

use std::collections::BTreeSet;
use std::time::Duration;

use dialtone_ids::ServiceName;
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::{Code, Status};
use dialtone_testkit::eventually;
use uuid::Uuid;

use crate::domains::{add, listed};
use crate::support::*;

fn to_delete(organization: &Organization) -> DeleteOrganizationRequest {
    DeleteOrganizationRequest { name: organization.name.clone(), etag: organization.etag.clone(), ..Default::default() }
}

fn to_undelete(organization: &Organization) -> UndeleteOrganizationRequest {
    UndeleteOrganizationRequest {
        name: organization.name.clone(),
        etag: organization.etag.clone(),
        ..Default::default()
    }
}

async fn delete(suite: &Suite, organization: &Organization) -> Result<Organization, Status> {
    Ok(suite.organizations().delete_organization(suite.staff(to_delete(organization))).await?.into_inner())
}

async fn undelete(suite: &Suite, organization: &Organization) -> Result<Organization, Status> {
    Ok(suite.organizations().undelete_organization(suite.staff(to_undelete(organization))).await?.into_inner())
}

async fn get(suite: &Suite, name: &str) -> Result<Organization, Status> {
    let get = GetOrganizationRequest { name: name.into() };
    Ok(suite.organizations().get_organization(suite.staff(get)).await?.into_inner())
}

/// Display names of what staff lists.
async fn names(suite: &Suite, show_deleted: bool) -> Vec<String> {
    let list = ListOrganizationsRequest { show_deleted, ..Default::default() };
    let page = suite.organizations().list_organizations(suite.staff(list)).await.expect("staff may").into_inner();
    page.organizations.into_iter().map(|organization| organization.display_name).collect()
}

fn assert_gone<T: std::fmt::Debug>(answer: Result<T, Status>, name: &str) {
    assert_refused(answer, Code::NotFound, "NOT_FOUND", &[("resource", name)]);
}

/// Everything of one organization that a deletion must keep.
async fn belongings(suite: &Suite) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in ["organization_domains", "people", "organization_activity", "grants", "partner_links"] {
        let row = suite.admin.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await;
        counts.push(row.expect("the table is there").get(0));
    }
    counts
}

async fn claim_by_hand(suite: &Suite, domain: &str) {
    let claim = "UPDATE organization_domains SET state = 'CLAIMED' WHERE domain = $1";
    suite.admin.execute(claim, &[&domain]).await.expect("the statement is right");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_organization_is_out_of_sight_until_it_is_brought_back() {
    let suite = Suite::start().await;
    let reseller = suite.create(partner("Reseller", &[])).await;
    let own = suite.create(customer("Own", &["a.example"])).await;
    suite.create(customer("Other", &[])).await;
    suite.grant(&own.name, "anna", Role::FullAdmin).await;
    suite.link(&reseller.name, &own.name, Role::FullAdmin).await.expect("it works");
    let kept = belongings(&suite).await;
    let deleted = delete(&suite, &own).await.expect("nothing depends on it");
    let (gone, end) = (deleted.delete_time.expect("it says when"), deleted.purge_time.expect("it says until when"));
    assert!((end.seconds - gone.seconds - 30 * 86_400).abs() < 60, "{gone:?} {end:?}");
    assert_ne!(deleted.etag, own.etag);

    assert_gone(get(&suite, &own.name).await, &own.name);
    let renamed = Organization { display_name: "New".into(), ..deleted.clone() };
    let update = UpdateOrganizationRequest {
        organization: Some(renamed),
        update_mask: Some(prost_types::FieldMask { paths: vec!["display_name".into()] }),
        ..Default::default()
    };
    assert_gone(suite.organizations().update_organization(suite.staff(update)).await, &own.name);
    assert_gone(delete(&suite, &deleted).await, &own.name);
    assert_gone(add(&suite, &own.name, "b.example").await, &own.name);
    let list = ListDomainsRequest { parent: own.name.clone(), ..Default::default() };
    assert_gone(suite.domains().list_domains(suite.staff(list)).await, &own.name);
    let ask = GetDomainChallengeRequest { name: format!("{}/domains/a.example", own.name) };
    assert_gone(suite.domains().get_domain_challenge(suite.staff(ask.clone())).await, &ask.name);
    assert_eq!(names(&suite, false).await, ["Other", "Reseller"]);
    assert_eq!(names(&suite, true).await, ["Other", "Own", "Reseller"]);
    // Whose organization it was has no access to it, and is told no more than anybody.
    let own_get = GetOrganizationRequest { name: own.name.clone() };
    assert_denied(suite.organizations().get_organization(suite.person("anna", own_get)).await, "organizations.get");
    let check = CheckAccessRequest { organization: own.name.clone(), subject: "anna".into() };
    let answer = suite.access().check_access(suite.service(ServiceName::UserProvisioning, check)).await;
    assert_eq!(answer.expect("it may ask").into_inner().role(), Role::Unspecified);
    assert_eq!(belongings(&suite).await, kept);

    let back = undelete(&suite, &deleted).await.expect("it can be brought back");
    let expected = Organization { etag: back.etag.clone(), update_time: back.update_time, ..own.clone() };
    assert_eq!(back, expected);
    assert_eq!(get(&suite, &own.name).await.expect("it is there"), back);
    assert_eq!((names(&suite, false).await.len(), belongings(&suite).await), (3, kept));
    let own_get = GetOrganizationRequest { name: own.name.clone() };
    suite.organizations().get_organization(suite.person("anna", own_get)).await.expect("she may again");
    let told = "SELECT kind FROM outbox WHERE resource = $1 ORDER BY position";
    let told = suite.admin.query(told, &[&own.name]).await.expect("events");
    let told: Vec<String> = told.iter().map(|row| row.get(0)).collect();
    assert_eq!(told, ["organization.created", "organization.deleted", "organization.undeleted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_that_was_deleted_reaches_nobody() {
    let suite = Suite::start().await;
    let reseller = suite.create(partner("Reseller", &[])).await;
    let own = suite.create(customer("Own", &[])).await;
    suite.grant(&reseller.name, "rolf", Role::FullAdmin).await;
    suite.link(&reseller.name, &own.name, Role::FullAdmin).await.expect("it works");
    let read = || GetOrganizationRequest { name: own.name.clone() };
    suite.organizations().get_organization(suite.person("rolf", read())).await.expect("through the link");
    let force = DeleteOrganizationRequest { force: true, ..to_delete(&reseller) };
    suite.organizations().delete_organization(suite.staff(force)).await.expect("it is forced");
    assert_denied(suite.organizations().get_organization(suite.person("rolf", read())).await, "organizations.get");
    let list = |show_deleted| {
        let list = ListOrganizationsRequest { show_deleted, ..Default::default() };
        let (mut client, request) = (suite.organizations(), suite.person("rolf", list));
        async move { client.list_organizations(request).await.expect("anybody may").into_inner().organizations }
    };
    assert_eq!((list(false).await.len(), list(true).await[0].name.as_str()), (0, reseller.name.as_str()));
    let link = suite.link(&reseller.name, &own.name, Role::ReadOnly).await;
    assert_gone(link, &reseller.name);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_depend_on_is_deleted_only_by_force() {
    let suite = Suite::start().await;
    let reseller = suite.create(partner("Reseller", &["r.example"])).await;
    let own = suite.create(customer("Own", &[])).await;
    suite.link(&reseller.name, &own.name, Role::FullAdmin).await.expect("it works");
    let people =
        "INSERT INTO organization_activity SELECT id, 'r.example', 3, now() FROM organizations WHERE is_partner";
    suite.admin.execute(people, &[]).await.expect("the statement is right");
    let before = suite.footprint().await;
    let metadata = [("organization", reseller.name.as_str()), ("customers", own.name.as_str()), ("active_people", "3")];
    let refused = delete(&suite, &reseller).await;
    let status = assert_refused(refused, Code::FailedPrecondition, "ORGANIZATION_IN_USE", &metadata);
    let unmet = dialtone_status::precondition_violations(&status);
    let unmet: Vec<_> = unmet.iter().map(|unmet| (unmet.r#type.as_str(), unmet.subject.as_str())).collect();
    assert_eq!(unmet, [("NO_CUSTOMERS", own.name.as_str()), ("NO_ACTIVE_PEOPLE", reseller.name.as_str())]);
    assert_eq!(suite.footprint().await, before);
    // A customer that is gone itself depends on nothing.
    delete(&suite, &own).await.expect("being provisioned for keeps nobody");
    let metadata = [("organization", reseller.name.as_str()), ("customers", ""), ("active_people", "3")];
    assert_refused(delete(&suite, &reseller).await, Code::FailedPrecondition, "ORGANIZATION_IN_USE", &metadata);
    let force = DeleteOrganizationRequest { force: true, ..to_delete(&reseller) };
    suite.organizations().delete_organization(suite.staff(force)).await.expect("it is forced");
}

#[tokio::test(flavor = "multi_thread")]
async fn claimed_domains_of_a_deleted_organization_stay_reserved() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["a.example"])).await;
    claim_by_hand(&suite, "a.example").await;
    let rival = suite.create(customer("Rival", &[])).await;
    delete(&suite, &own).await.expect("nothing depends on it");
    let refused = add(&suite, &rival.name, "a.example").await;
    assert_refused(refused, Code::FailedPrecondition, "DOMAIN_CLAIMED_ELSEWHERE", &[("domain", "a.example")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_deleted_or_brought_back() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await;
    suite.grant(&own.name, "anna", Role::FullAdmin).await;
    let before = suite.footprint().await;
    let not_deleted = undelete(&suite, &own).await;
    let metadata = [("organization", own.name.as_str())];
    assert_refused(not_deleted, Code::AlreadyExists, "ORGANIZATION_NOT_DELETED", &metadata);
    let stale = Organization { etag: "0000000000000000".into(), ..own.clone() };
    assert_refused(delete(&suite, &stale).await, Code::Aborted, "ETAG_MISMATCH", &[("resource", &own.name)]);
    let missing = Organization { name: nowhere(), ..own.clone() };
    assert_gone(delete(&suite, &missing).await, &missing.name);
    assert_gone(undelete(&suite, &missing).await, &missing.name);
    let nothing = Organization::default();
    assert_invalid(delete(&suite, &nothing).await, &["name", "etag"]);
    assert_invalid(undelete(&suite, &nothing).await, &["name"]);
    for organization in [&own, &missing] {
        let request = suite.person("anna", to_delete(organization));
        assert_denied(suite.organizations().delete_organization(request).await, "organizations.delete");
        let request = suite.service(ServiceName::Subscriptions, to_undelete(organization));
        assert_denied(suite.organizations().undelete_organization(request).await, "organizations.undelete");
    }
    assert_eq!(suite.footprint().await, before);
    let deleted = delete(&suite, &own).await.expect("nothing depends on it");
    assert_refused(undelete(&suite, &own).await, Code::Aborted, "ETAG_MISMATCH", &[("resource", &own.name)]);
    // Its time is over, though nobody has removed it yet.
    let over = "UPDATE organizations SET purge = now() - interval '1 second'";
    suite.admin.execute(over, &[]).await.expect("the statement is right");
    assert_gone(undelete(&suite, &deleted).await, &own.name);
}

#[tokio::test(flavor = "multi_thread")]
async fn deletions_are_rehearsed_and_repeated() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await;
    let request_id = Uuid::new_v4().to_string();
    let message = DeleteOrganizationRequest { request_id: request_id.clone(), ..to_delete(&own) };
    let rehearsal = DeleteOrganizationRequest { validate_only: true, ..message.clone() };
    let before = suite.footprint().await;
    let would = suite.organizations().delete_organization(suite.staff(rehearsal)).await.expect("it would work");
    assert!(would.into_inner().delete_time.is_some());
    assert_eq!(suite.footprint().await, before);
    let call = || {
        let (mut client, request) = (suite.organizations(), suite.staff(message.clone()));
        async move { client.delete_organization(request).await.expect("it works").into_inner() }
    };
    let deleted = call().await;
    let other = DeleteOrganizationRequest { force: true, ..message.clone() };
    let refused = suite.organizations().delete_organization(suite.staff(other)).await;
    assert_refused(refused, Code::AlreadyExists, "REQUEST_ID_REUSED", &[("request_id", &request_id)]);

    let undo = UndeleteOrganizationRequest { request_id: request_id.clone(), ..to_undelete(&deleted) };
    let rehearsal = UndeleteOrganizationRequest { validate_only: true, ..undo.clone() };
    let before = suite.footprint().await;
    suite.organizations().undelete_organization(suite.staff(rehearsal)).await.expect("it would work");
    assert_eq!(suite.footprint().await, before);
    let call_back = || {
        let (mut client, request) = (suite.organizations(), suite.staff(undo.clone()));
        async move { client.undelete_organization(request).await.expect("it works").into_inner() }
    };
    let back = call_back().await;
    let before = suite.footprint().await;
    assert_eq!((call().await, call_back().await, suite.footprint().await), (deleted, back, before));
    let other = UndeleteOrganizationRequest { etag: String::new(), ..undo };
    let refused = suite.organizations().undelete_organization(suite.staff(other)).await;
    assert_refused(refused, Code::AlreadyExists, "REQUEST_ID_REUSED", &[("request_id", &request_id)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_its_time_is_over_nothing_is_left_but_the_history() {
    let suite = Suite::start().await;
    let reseller = suite.create(partner("Reseller", &[])).await;
    let own = suite.create(customer("Own", &["a.example"])).await;
    let kept = suite.create(customer("Kept", &["k.example"])).await;
    let waiting = suite.create(customer("Waiting", &[])).await;
    claim_by_hand(&suite, "a.example").await;
    for organization in [&own, &kept] {
        suite.grant(&organization.name, "anna", Role::FullAdmin).await;
        suite.link(&reseller.name, &organization.name, Role::FullAdmin).await.expect("it works");
    }
    // More people than go in one step.
    let people = "INSERT INTO people (id, organization_id, email, active, last_activity, source_user) \
                  SELECT gen_random_uuid(), id, 'p' || n || '@a.example', false, now(), 's' \
                  FROM organizations, generate_series(1, 5500) AS n WHERE display_name = 'Own'; \
                  INSERT INTO organization_activity SELECT id, 'a.example', 0, now() FROM organizations \
                  WHERE display_name = 'Own'";
    suite.admin.batch_execute(people).await.expect("the statements are right");
    delete(&suite, &own).await.expect("nothing depends on it");
    delete(&suite, &waiting).await.expect("nothing depends on it");
    // One that was merged into it is a signpost to nowhere from then on.
    let merged = "INSERT INTO organizations (id, display_name, normalized_name, region_code, is_partner, is_customer, \
                    deleted, merged_into) \
                  SELECT gen_random_uuid(), 'Merged', 'merged', 'SE', false, true, now(), id FROM organizations \
                  WHERE display_name = 'Own'; \
                  UPDATE organizations SET purge = now() - interval '2 minutes' WHERE display_name = 'Own'";
    suite.admin.batch_execute(merged).await.expect("the statements are right");
    let _second = suite.start_another().await;
    eventually("it is purged", Duration::from_secs(30), async || {
        (names(&suite, true).await == ["Kept", "Reseller", "Waiting"]).then_some(())
    })
    .await;
    assert_eq!(belongings(&suite).await, [1, 0, 0, 1, 1]);
    let told = "SELECT kind FROM outbox WHERE resource = $1 ORDER BY position DESC LIMIT 1";
    let told = suite.admin.query_one(told, &[&own.name]).await.expect("it is told");
    assert_eq!(told.get::<_, String>(0), "organization.purged");
    let history = "SELECT count(*) FROM history WHERE resource = $1";
    let history: i64 = suite.admin.query_one(history, &[&own.name]).await.expect("a count").get(0);
    assert_eq!(history, 3);
    // Its domains are free.
    add(&suite, &kept.name, "a.example").await.expect("nobody has it");
    assert_eq!(listed(&suite, &kept.name).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_purge_knows_everything_that_refers_to_organizations() {
    let suite = Suite::start().await;
    let referring = "SELECT k.conrelid::regclass::text, a.attname FROM pg_constraint AS k \
        JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] \
        WHERE k.contype = 'f' AND k.confrelid = 'organizations'::regclass AND k.conrelid <> k.confrelid";
    let rows = suite.admin.query(referring, &[]).await.expect("the catalogue can be read");
    let referring: BTreeSet<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let source = include_str!("../../src/store/purge.rs");
    let list = source.split_once("= &[").and_then(|(_, rest)| rest.split_once("];")).expect("there is the list").0;
    let texts: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    let purged = texts.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect();
    assert_eq!(referring, purged);
}
