//! GrantRole, RevokeRole, ListGrants, CheckAccess, ListAccess.

use dialtone_ids::ServiceName;
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::Code;
use uuid::Uuid;

use crate::support::*;

fn grant(organization: &str, subject: &str, role: Role) -> GrantRoleRequest {
    let grant = Grant { subject: subject.into(), role: role.into(), ..Grant::default() };
    GrantRoleRequest { parent: organization.into(), grant: Some(grant), ..Default::default() }
}

fn revoke(grant: &Grant) -> RevokeRoleRequest {
    RevokeRoleRequest { name: grant.name.clone(), etag: grant.etag.clone(), ..Default::default() }
}

async fn check(suite: &Suite, organization: &str, subject: &str) -> (Role, String) {
    let check = CheckAccessRequest { organization: organization.into(), subject: subject.into() };
    let answer = suite.access().check_access(suite.service(ServiceName::Templates, check)).await;
    let answer = answer.expect("a service may ask").into_inner();
    (answer.role(), answer.via)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_admin_grants_and_a_lesser_role_does_not() {
    let suite = Suite::start().await;
    let own = suite.create(customer("A", &[])).await.name;
    suite.grant(&own, "anna", Role::FullAdmin).await;
    suite.grant(&own, "paul", Role::ProvisioningAdmin).await;
    let request = suite.person("anna", grant(&own, "rita", Role::FullAdmin));
    let granted = suite.access().grant_role(request).await.expect("she may").into_inner();
    assert_eq!((granted.subject.as_str(), granted.role()), ("rita", Role::FullAdmin));
    let before = suite.footprint().await;
    for (subject, organization) in [("paul", own.clone()), ("nobody", own.clone()), ("anna", nowhere())] {
        let request = suite.person(subject, grant(&organization, "rita", Role::ReadOnly));
        assert_denied(suite.access().grant_role(request).await, "grants.create");
    }
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn granting_again_changes_nothing_and_another_role_takes_the_place_of_the_first() {
    let suite = Suite::start().await;
    let own = suite.create(customer("A", &[])).await.name;
    let first = suite.grant(&own, "anna", Role::ReadOnly).await;
    let before = suite.footprint().await;
    assert_eq!(suite.grant(&own, "anna", Role::ReadOnly).await, first);
    assert_eq!(suite.footprint().await, before);
    let second = suite.grant(&own, "anna", Role::FullAdmin).await;
    assert_eq!((second.name == first.name, second.role()), (true, Role::FullAdmin));
    assert_ne!(second.etag, first.etag);
    assert_eq!(check(&suite, &own, "anna").await, (Role::FullAdmin, String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_that_break_rules_are_refused() {
    let suite = Suite::start().await;
    let own = suite.create(customer("A", &[])).await.name;
    let platform = grant(&own, "", Role::Platform);
    assert_invalid(suite.access().grant_role(suite.staff(platform)).await, &["grant.subject", "grant.role"]);
    let nothing = GrantRoleRequest { parent: own.clone(), ..Default::default() };
    assert_invalid(suite.access().grant_role(suite.staff(nothing)).await, &["grant"]);
    let missing = nowhere();
    let refused = suite.access().grant_role(suite.staff(grant(&missing, "anna", Role::ReadOnly))).await;
    assert_refused(refused, Code::NotFound, "NOT_FOUND", &[("resource", &missing)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_and_rehearsals_of_a_grant() {
    let suite = Suite::start().await;
    let own = suite.create(customer("A", &[])).await.name;
    let before = suite.footprint().await;
    let rehearsal = GrantRoleRequest { validate_only: true, ..grant(&own, "anna", Role::ReadOnly) };
    suite.access().grant_role(suite.staff(rehearsal)).await.expect("it would work");
    assert_eq!(suite.footprint().await, before);

    let message = GrantRoleRequest { request_id: Uuid::new_v4().to_string(), ..grant(&own, "anna", Role::ReadOnly) };
    let first = suite.access().grant_role(suite.staff(message.clone())).await.expect("it works").into_inner();
    let again = suite.access().grant_role(suite.staff(message.clone())).await.expect("it works").into_inner();
    assert_eq!(first, again);
    let other = GrantRoleRequest { request_id: message.request_id.clone(), ..grant(&own, "rita", Role::ReadOnly) };
    let refused = suite.access().grant_role(suite.staff(other)).await;
    assert_refused(refused, Code::AlreadyExists, "REQUEST_ID_REUSED", &[("request_id", &message.request_id)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_role_is_gone_at_once() {
    let suite = Suite::start().await;
    let own = suite.create(customer("A", &[])).await.name;
    let granted = suite.grant(&own, "anna", Role::FullAdmin).await;
    let get = || GetOrganizationRequest { name: own.clone() };
    suite.organizations().get_organization(suite.person("anna", get())).await.expect("she may");

    let stale = RevokeRoleRequest { etag: "0".into(), ..revoke(&granted) };
    let refused = suite.access().revoke_role(suite.staff(stale)).await;
    assert_refused(refused, Code::Aborted, "ETAG_MISMATCH", &[("resource", &granted.name)]);
    let revoked = suite.access().revoke_role(suite.person("anna", revoke(&granted))).await.expect("she may");
    assert_eq!(revoked.into_inner(), granted);
    assert_denied(suite.organizations().get_organization(suite.person("anna", get())).await, "organizations.get");
    assert_eq!(check(&suite, &own, "anna").await, (Role::Unspecified, String::new()));
    let again = suite.access().revoke_role(suite.staff(revoke(&granted))).await;
    assert_refused(again, Code::NotFound, "NOT_FOUND", &[("resource", &granted.name)]);
    assert_denied(suite.access().revoke_role(suite.person("anna", revoke(&granted))).await, "grants.delete");
    let kinds = suite.admin.query_one("SELECT array_agg(kind ORDER BY position) FROM outbox", &[]).await.unwrap();
    let kinds: Vec<String> = kinds.get(0);
    assert_eq!(kinds, ["organization.created", "grant.created", "grant.deleted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_cannot_be_revoked_through_another_organization() {
    let suite = Suite::start().await;
    let (own, other) = (suite.create(customer("A", &[])).await.name, suite.create(customer("B", &[])).await.name);
    suite.grant(&other, "anna", Role::FullAdmin).await;
    let victim = suite.grant(&own, "rita", Role::FullAdmin).await;
    let id = victim.name.rsplit('/').next().expect("it has an id");
    let forged = Grant { name: format!("{other}/grants/{id}"), ..victim.clone() };
    let refused = suite.access().revoke_role(suite.person("anna", revoke(&forged))).await;
    assert_refused(refused, Code::NotFound, "NOT_FOUND", &[("resource", &forged.name)]);
    assert_eq!(check(&suite, &own, "rita").await.0, Role::FullAdmin);
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_are_listed_by_subject() {
    let suite = Suite::start().await;
    let own = suite.create(customer("A", &[])).await.name;
    for subject in ["carl", "Anna", "bea", "anna"] {
        suite.grant(&own, subject, Role::FullAdmin).await;
    }
    let mut list = ListGrantsRequest { parent: own.clone(), page_size: 3, ..Default::default() };
    let page = suite.access().list_grants(suite.person("anna", list.clone())).await.expect("she may").into_inner();
    let subjects = |page: &ListGrantsResponse| page.grants.iter().map(|g| g.subject.clone()).collect::<Vec<_>>();
    assert_eq!(subjects(&page), ["Anna", "anna", "bea"]);
    list.page_token = page.next_page_token;
    let page = suite.access().list_grants(suite.person("anna", list.clone())).await.expect("she may").into_inner();
    assert_eq!((subjects(&page), page.next_page_token.as_str()), (vec!["carl".to_owned()], ""));

    let other = suite.create(customer("B", &[])).await.name;
    let elsewhere = ListGrantsRequest { parent: other, ..list.clone() };
    let refused = suite.access().list_grants(suite.staff(elsewhere.clone())).await;
    assert_refused(refused, Code::InvalidArgument, "INVALID_PAGE_TOKEN", &[]);
    assert_denied(suite.access().list_grants(suite.person("anna", elsewhere)).await, "grants.list");
    let nowhere = ListGrantsRequest { parent: nowhere(), ..list };
    assert_denied(suite.access().list_grants(suite.person("anna", nowhere)).await, "grants.list");
}

#[tokio::test(flavor = "multi_thread")]
async fn access_is_told_to_services_and_full_admins() {
    let suite = Suite::start().await;
    let own = suite.create(customer("A", &[])).await.name;
    suite.grant(&own, "anna", Role::FullAdmin).await;
    suite.grant(&own, "paul", Role::ReadOnly).await;
    let ask = |organization: &str| CheckAccessRequest { organization: organization.into(), subject: "paul".into() };
    let answer = suite.access().check_access(suite.person("anna", ask(&own))).await.expect("she may");
    assert_eq!(answer.into_inner().role(), Role::ReadOnly);
    for name in [own, nowhere()] {
        assert_denied(suite.access().check_access(suite.person("paul", ask(&name))).await, "access.check");
    }
    assert_eq!(check(&suite, &nowhere(), "anna").await, (Role::Unspecified, String::new()));
    let empty = CheckAccessRequest { organization: nowhere(), subject: String::new() };
    assert_invalid(suite.access().check_access(suite.staff(empty)).await, &["subject"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn own_grants_are_listed_to_services_only() {
    let suite = Suite::start().await;
    let (a, b) = (suite.create(customer("A", &[])).await.name, suite.create(customer("B", &[])).await.name);
    suite.grant(&b, "anna", Role::ReadOnly).await;
    suite.grant(&a, "anna", Role::FullAdmin).await;
    let ask = || ListAccessRequest { subject: "anna".into() };
    let answer = suite.access().list_access(suite.service(ServiceName::Gateway, ask())).await.expect("it may");
    let listed: Vec<_> = answer.into_inner().access.into_iter().map(|a| (a.organization.clone(), a.role())).collect();
    let mut expected = vec![(a, Role::FullAdmin), (b, Role::ReadOnly)];
    expected.sort_by(|x, y| x.0.cmp(&y.0));
    assert_eq!(listed, expected);
    assert_denied(suite.access().list_access(suite.person("anna", ask())).await, "access.list");
    assert_invalid(suite.access().list_access(suite.staff(ListAccessRequest::default())).await, &["subject"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_another_replaced_meanwhile_is_not_replaced_unseen() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await.name;
    let seen = suite.grant(&own, "rita", Role::ReadOnly).await;
    let current = suite.grant(&own, "rita", Role::ProvisioningAdmin).await;
    let before = suite.footprint().await;
    let replacing = |etag: &str, subject: &str| {
        let mut message = grant(&own, subject, Role::FullAdmin);
        message.grant = message.grant.map(|grant| Grant { etag: etag.into(), ..grant });
        suite.staff(message)
    };
    let refused = suite.access().grant_role(replacing(&seen.etag, "rita")).await;
    assert_refused(refused, Code::Aborted, "ETAG_MISMATCH", &[("resource", &seen.name)]);
    // Nor is what was revoked given anew.
    let refused = suite.access().grant_role(replacing(&seen.etag, "anna")).await;
    assert_refused(refused, Code::Aborted, "ETAG_MISMATCH", &[("resource", "the grant of anna")]);
    assert_eq!(suite.footprint().await, before);
    let replaced = suite.access().grant_role(replacing(&current.etag, "rita")).await.expect("it is the one");
    assert_eq!(replaced.into_inner().role(), Role::FullAdmin);
}
