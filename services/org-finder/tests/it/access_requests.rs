//! RequestFullAdmin, and how it is answered or not.

use dialtone_ids::{AccessRequestId, ServiceName};
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::{Code, Status};
use uuid::Uuid;

use crate::merge_support::id;
use crate::support::*;

/// A partner that provisions for a customer whose set-up is complete: `paul` provisions at the partner, `anna` administers the
/// customer.
pub struct Pair {
    pub suite: Suite,
    pub partner: String,
    pub customer: String,
    pub link: PartnerLink,
}

impl Pair {
    pub async fn new() -> Pair {
        let pair = Pair::before_setup().await;
        pair.suite.complete_setup(&pair.partner, &pair.customer).await;
        pair
    }

    pub async fn before_setup() -> Pair {
        let suite = Suite::start().await;
        let partner = suite.create(partner("Partner", &[])).await.name;
        let customer = suite.create(customer("Customer", &[])).await.name;
        suite.grant(&partner, "paul", Role::ProvisioningAdmin).await;
        suite.grant(&customer, "anna", Role::FullAdmin).await;
        let link = suite.link(&partner, &customer, Role::ProvisioningAdmin).await.expect("it works");
        Pair { suite, partner, customer, link }
    }

    pub fn asking(&self) -> RequestFullAdminRequest {
        RequestFullAdminRequest {
            parent: self.customer.clone(),
            partner: self.partner.clone(),
            reason: "To look after your numbers".into(),
            ..Default::default()
        }
    }

    pub async fn ask(&self) -> AccessRequest {
        self.suite.ask_as("paul", self.asking()).await.expect("he may")
    }

    /// The role of the link.
    async fn role(&self) -> Role {
        self.suite.role(&self.customer, "paul").await
    }
}

impl Suite {
    /// As the feed would learn it.
    pub async fn complete_setup(&self, partner: &str, customer: &str) {
        let sql = format!(
            "INSERT INTO completed_setups VALUES (gen_random_uuid(), '{}', '{}', now())",
            id(partner),
            id(customer)
        );
        self.admin.batch_execute(&sql).await.expect("the statement is right");
    }

    pub async fn ask_as(&self, subject: &str, asking: RequestFullAdminRequest) -> Result<AccessRequest, Status> {
        Ok(self.access().request_full_admin(self.person(subject, asking)).await?.into_inner())
    }

    pub async fn approve_as(&self, subject: &str, request: &AccessRequest) -> Result<AccessRequest, Status> {
        let approve = ApproveAccessRequestRequest {
            name: request.name.clone(),
            etag: request.etag.clone(),
            ..Default::default()
        };
        Ok(self.access().approve_access_request(self.person(subject, approve)).await?.into_inner())
    }

    pub async fn deny_as(&self, subject: &str, request: &AccessRequest) -> Result<AccessRequest, Status> {
        let deny =
            DenyAccessRequestRequest { name: request.name.clone(), etag: request.etag.clone(), ..Default::default() };
        Ok(self.access().deny_access_request(self.person(subject, deny)).await?.into_inner())
    }

    pub async fn get_as(&self, subject: &str, name: &str) -> Result<AccessRequest, Status> {
        let get = GetAccessRequestRequest { name: name.into() };
        Ok(self.access().get_access_request(self.person(subject, get)).await?.into_inner())
    }

    /// The role of a person, as org-finder itself sees it.
    pub async fn role(&self, organization: &str, subject: &str) -> Role {
        let check = CheckAccessRequest { organization: organization.into(), subject: subject.into() };
        self.access().check_access(self.staff(check)).await.expect("staff may ask").into_inner().role()
    }

    /// Time passes until every pending request has expired.
    pub async fn pass_the_time(&self) {
        let sql = "UPDATE access_requests SET expires = now() - interval '1 second' WHERE state = 'PENDING'";
        self.admin.batch_execute(sql).await.expect("the statement is right");
    }

    /// The kinds of the last events.
    pub async fn last_events(&self, count: i64) -> Vec<String> {
        let sql = "SELECT kind FROM (SELECT kind, position FROM outbox ORDER BY position DESC LIMIT $1) AS last ORDER BY position";
        self.admin.query(sql, &[&count]).await.expect("a superuser may").iter().map(|row| row.get(0)).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_request_makes_the_partner_a_full_administrator_at_once() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    assert_eq!(pair.role().await, Role::ProvisioningAdmin);
    let request = pair.ask().await;
    assert!(request.name.starts_with(&format!("{}/accessRequests/", pair.customer)));
    assert_eq!((request.state(), &request.partner), (AccessRequestState::Pending, &pair.partner));
    assert!(request.requester.contains("paul") && request.decider.is_empty() && request.decide_time.is_none());
    let days = request.expire_time.unwrap().seconds - request.create_time.unwrap().seconds;
    assert!((days - 7 * 86_400).abs() <= 1);
    // Nothing changes before it is answered. The partner's administrator cannot do what a full administrator can.
    suite.grant(&pair.partner, "pia", Role::FullAdmin).await;
    let list = || ListGrantsRequest { parent: pair.customer.clone(), ..Default::default() };
    assert_denied(suite.access().list_grants(suite.person("pia", list())).await, "grants.list");
    let approved = suite.approve_as("anna", &request).await.expect("she may");
    assert_eq!(approved.state(), AccessRequestState::Approved);
    assert!(approved.decider.contains("anna") && approved.decide_time.is_some());
    assert_ne!(approved.etag, request.etag);
    suite.access().list_grants(suite.person("pia", list())).await.expect("through the link, without a pause");
    // Of the link's role everybody has as much as of the partner's own.
    assert_eq!(pair.role().await, Role::ProvisioningAdmin);
    let links = ListPartnerLinksRequest { parent: pair.customer.clone(), as_customer: true, ..Default::default() };
    let links = suite.access().list_partner_links(suite.person("anna", links)).await.expect("she may").into_inner();
    assert_eq!((links.partner_links[0].role(), &links.partner_links[0].name), (Role::FullAdmin, &pair.link.name));
    assert_ne!(links.partner_links[0].etag, pair.link.etag);
    assert_eq!(suite.get_as("paul", &request.name).await.expect("he may"), approved);
    let told = suite.last_events(4).await;
    assert_eq!(told, ["access_request.created", "grant.created", "partner_link.updated", "access_request.approved"]);
    let again = suite.ask_as("paul", pair.asking()).await;
    assert_refused(again, Code::FailedPrecondition, "LINK_HAS_FULL_ADMIN", &[("link", &pair.link.name)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_request_changes_nothing_and_the_partner_may_ask_again() {
    let pair = Pair::new().await;
    let request = pair.ask().await;
    let denied = pair.suite.deny_as("anna", &request).await.expect("she may");
    assert_eq!(denied.state(), AccessRequestState::Denied);
    assert_eq!(pair.role().await, Role::ProvisioningAdmin);
    let before = pair.suite.footprint().await;
    for refused in [pair.suite.approve_as("anna", &denied).await, pair.suite.deny_as("anna", &denied).await] {
        let metadata = [("request", request.name.as_str()), ("state", "DENIED")];
        assert_refused(refused, Code::FailedPrecondition, "ACCESS_REQUEST_DECIDED", &metadata);
    }
    let stale = pair.suite.approve_as("anna", &request).await;
    assert_refused(stale, Code::Aborted, "ETAG_MISMATCH", &[("resource", &request.name)]);
    assert_eq!(pair.suite.footprint().await, before);
    assert_ne!(pair.ask().await.name, request.name);
    let told = pair.suite.last_events(3).await;
    assert_eq!(told, ["access_request.created", "access_request.denied", "access_request.created"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_before_the_service_is_set_up_or_without_the_link() {
    let pair = Pair::before_setup().await;
    let suite = &pair.suite;
    let ends = [("organization", pair.partner.as_str()), ("customer", pair.customer.as_str())];
    let early = suite.ask_as("paul", pair.asking()).await;
    assert_refused(early, Code::FailedPrecondition, "SETUP_NOT_COMPLETE", &ends);
    // Strangers, whether they exist or not, are the same.
    let stranger = nowhere();
    let other = suite.create(customer("Other", &[])).await.name;
    for customer in [&stranger, &other] {
        let asking = RequestFullAdminRequest { parent: customer.clone(), ..pair.asking() };
        let metadata = [("organization", pair.partner.as_str()), ("customer", customer.as_str())];
        let refused = suite.ask_as("paul", asking).await;
        assert_refused(refused, Code::FailedPrecondition, "PARTNER_NOT_LINKED", &metadata);
    }
    // The set-up of one partner is no other's.
    let rival = suite.create(partner("Rival", &[])).await.name;
    suite.grant(&rival, "rita", Role::ProvisioningAdmin).await;
    suite.link(&rival, &pair.customer, Role::ProvisioningAdmin).await.expect("it works");
    suite.complete_setup(&pair.partner, &pair.customer).await;
    let asking = RequestFullAdminRequest { partner: rival.clone(), ..pair.asking() };
    let metadata = [("organization", rival.as_str()), ("customer", pair.customer.as_str())];
    assert_refused(suite.ask_as("rita", asking).await, Code::FailedPrecondition, "SETUP_NOT_COMPLETE", &metadata);
    let reader = suite.link(&rival, &other, Role::ReadOnly).await.expect("it works");
    let asking = RequestFullAdminRequest { parent: other, partner: rival, ..pair.asking() };
    let refused = suite.ask_as("rita", asking).await;
    assert_refused(refused, Code::FailedPrecondition, "LINK_IS_READ_ONLY", &[("link", &reader.name)]);
    assert_eq!(suite.count("SELECT count(*) FROM access_requests").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_provisions_at_the_partner_asks() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    suite.grant(&pair.partner, "rolf", Role::ReadOnly).await;
    let before = suite.footprint().await;
    for subject in ["rolf", "anna", "nobody"] {
        assert_denied(suite.ask_as(subject, pair.asking()).await, "accessRequests.create");
    }
    let asking = RequestFullAdminRequest { partner: nowhere(), ..pair.asking() };
    assert_denied(suite.ask_as("paul", asking).await, "accessRequests.create");
    let call = suite.service(ServiceName::Subscriptions, pair.asking());
    assert_denied(suite.access().request_full_admin(call).await, "accessRequests.create");
    let bad = RequestFullAdminRequest { reason: "x\0".into(), ..pair.asking() };
    assert_invalid(suite.ask_as("paul", bad).await, &["reason"]);
    let nameless = RequestFullAdminRequest { reason: "x".repeat(501), ..Default::default() };
    assert_invalid(suite.ask_as("paul", nameless).await, &["parent", "partner", "reason"]);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_does_not_answer_itself() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    // The partner's people administer the customer fully by a way round: a sub-partner of theirs with a full link.
    let sub = suite.create(partner("Sub", &[])).await.name;
    suite.link(&pair.partner, &sub, Role::FullAdmin).await.expect("it works");
    suite.link(&sub, &pair.customer, Role::FullAdmin).await.expect("it works");
    suite.grant(&pair.partner, "pia", Role::FullAdmin).await;
    assert_eq!(suite.role(&pair.customer, "pia").await, Role::FullAdmin);
    let request = pair.ask().await;
    let before = suite.footprint().await;
    for subject in ["pia", "paul", "nobody"] {
        assert_denied(suite.approve_as(subject, &request).await, "accessRequests.approve");
        assert_denied(suite.deny_as(subject, &request).await, "accessRequests.deny");
    }
    assert_eq!(suite.footprint().await, before);
    // Whoever administers the customer itself may be of the partner, too.
    suite.grant(&pair.customer, "pia", Role::FullAdmin).await;
    assert_eq!(suite.approve_as("pia", &request).await.expect("she may").state(), AccessRequestState::Approved);
    let gone = format!("{}/{}", pair.customer, AccessRequestId::new());
    let approve = ApproveAccessRequestRequest { name: gone.clone(), ..Default::default() };
    let refused = suite.access().approve_access_request(suite.person("anna", approve)).await;
    assert_refused(refused, Code::NotFound, "NOT_FOUND", &[("resource", &gone)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_nobody_answers_expires_and_another_one_can_be_made() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    let request = pair.ask().await;
    let again = suite.ask_as("paul", pair.asking()).await;
    assert_refused(again, Code::FailedPrecondition, "ACCESS_REQUEST_PENDING", &[("request", &request.name)]);
    suite.pass_the_time().await;
    let late = suite.get_as("anna", &request.name).await.expect("she may");
    assert_eq!((late.state(), &late.etag), (AccessRequestState::Expired, &request.etag));
    let before = suite.footprint().await;
    for refused in [suite.approve_as("anna", &late).await, suite.deny_as("anna", &late).await] {
        assert_refused(refused, Code::FailedPrecondition, "ACCESS_REQUEST_EXPIRED", &[("request", &request.name)]);
    }
    assert_eq!(suite.footprint().await, before);
    let second = pair.ask().await;
    assert_eq!(second.state(), AccessRequestState::Pending);
    let told = suite.last_events(2).await;
    assert_eq!(told, ["access_request.expired", "access_request.created"]);
    assert_eq!(suite.approve_as("anna", &second).await.expect("she may").state(), AccessRequestState::Approved);
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_rehearsals_and_two_at_once() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    let before = suite.footprint().await;
    let rehearsal = RequestFullAdminRequest { validate_only: true, ..pair.asking() };
    suite.ask_as("paul", rehearsal).await.expect("it would work");
    assert_eq!(suite.footprint().await, before);
    let asking = RequestFullAdminRequest { request_id: Uuid::new_v4().to_string(), ..pair.asking() };
    let first = suite.ask_as("paul", asking.clone()).await.expect("he may");
    assert_eq!(suite.ask_as("paul", asking.clone()).await.expect("the same"), first);
    let other = RequestFullAdminRequest { reason: "else".into(), ..asking.clone() };
    let refused = suite.ask_as("paul", other).await;
    assert_refused(refused, Code::AlreadyExists, "REQUEST_ID_REUSED", &[("request_id", &asking.request_id)]);

    let (yes, no) = tokio::join!(suite.approve_as("anna", &first), suite.deny_as("anna", &first));
    assert_ne!(yes.is_ok(), no.is_ok(), "{yes:?} {no:?}");
    let approved = suite.get_as("anna", &first.name).await.expect("she may").state() == AccessRequestState::Approved;
    assert_eq!(approved, yes.is_ok());
    suite.admin.batch_execute("UPDATE partner_links SET role = 2").await.unwrap();
    let (one, two) = tokio::join!(suite.ask_as("paul", pair.asking()), suite.ask_as("paul", pair.asking()));
    assert_ne!(one.is_ok(), two.is_ok(), "{one:?} {two:?}");
    assert_eq!(suite.count("SELECT count(*) FROM access_requests WHERE state = 'PENDING'").await, 1);
    let pending = one.or(two).expect("one of them");
    let approve = ApproveAccessRequestRequest {
        name: pending.name.clone(),
        request_id: Uuid::new_v4().to_string(),
        ..Default::default()
    };
    let call = || async { suite.access().approve_access_request(suite.person("anna", approve.clone())).await };
    let first = call().await.expect("without an etag, too").into_inner();
    assert_eq!(call().await.expect("the same").into_inner(), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_listed_to_both_sides_and_to_nobody_else() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    let rival = suite.create(partner("Rival", &[])).await.name;
    suite.grant(&rival, "rita", Role::ProvisioningAdmin).await;
    suite.link(&rival, &pair.customer, Role::ProvisioningAdmin).await.expect("it works");
    suite.complete_setup(&rival, &pair.customer).await;
    let first = suite.deny_as("anna", &pair.ask().await).await.expect("she may");
    let second = suite.ask_as("rita", RequestFullAdminRequest { partner: rival.clone(), ..pair.asking() }).await;
    let (second, third) = (second.expect("she may"), pair.ask().await);

    let list = ListAccessRequestsRequest { parent: pair.customer.clone(), page_size: 2, ..Default::default() };
    let ask = async |subject: &str, list: ListAccessRequestsRequest| {
        let answer = suite.access().list_access_requests(suite.person(subject, list)).await?;
        Ok::<_, Status>(answer.into_inner())
    };
    let page = ask("anna", list.clone()).await.expect("she may");
    assert_eq!(page.access_requests, [third.clone(), second.clone()]);
    let next = ListAccessRequestsRequest { page_token: page.next_page_token.clone(), ..list.clone() };
    let page = ask("anna", next.clone()).await.expect("she may");
    assert_eq!((page.access_requests, page.next_page_token.as_str()), (vec![first.clone()], ""));
    let elsewhere = ListAccessRequestsRequest { state: AccessRequestState::Denied.into(), ..next };
    assert_refused(ask("anna", elsewhere).await, Code::InvalidArgument, "INVALID_PAGE_TOKEN", &[]);

    let sent = |parent: &str| ListAccessRequestsRequest { parent: parent.into(), sent: true, ..Default::default() };
    assert_eq!(ask("paul", sent(&pair.partner)).await.expect("he may").access_requests, [third.clone(), first]);
    assert_eq!(ask("rita", sent(&rival)).await.expect("she may").access_requests, std::slice::from_ref(&second));
    // A partner provisions for the customer, and sees nothing of the other one's all the same.
    for (subject, list) in [
        ("rita", list.clone()),
        ("rita", sent(&pair.partner)),
        ("paul", ListAccessRequestsRequest { parent: nowhere(), ..list.clone() }),
    ] {
        assert_denied(ask(subject, list).await, "accessRequests.list");
    }
    let missing = format!("{}/{}", pair.customer, AccessRequestId::new());
    for name in [&third.name, &missing] {
        assert_denied(suite.get_as("rita", name).await, "accessRequests.get");
    }
    assert_refused(suite.get_as("anna", &missing).await, Code::NotFound, "NOT_FOUND", &[("resource", &missing)]);

    let standing =
        |state: AccessRequestState| ListAccessRequestsRequest { state: state.into(), page_size: 0, ..list.clone() };
    suite.pass_the_time().await;
    assert!(ask("anna", standing(AccessRequestState::Pending)).await.expect("she may").access_requests.is_empty());
    let expired = ask("anna", standing(AccessRequestState::Expired)).await.expect("she may").access_requests;
    assert_eq!(expired.iter().map(|request| &request.name).collect::<Vec<_>>(), [&third.name, &second.name]);
}

#[tokio::test(flavor = "multi_thread")]
async fn handing_over_to_the_customer_takes_nothing_from_the_partner() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    suite.grant(&pair.customer, "carl", Role::FullAdmin).await;
    assert_eq!(pair.role().await, Role::ProvisioningAdmin);
    let links = ListPartnerLinksRequest { parent: pair.customer.clone(), as_customer: true, ..Default::default() };
    let links = suite.access().list_partner_links(suite.person("carl", links)).await.expect("he may").into_inner();
    assert_eq!(links.partner_links, std::slice::from_ref(&pair.link));
    assert_eq!(pair.ask().await.state(), AccessRequestState::Pending);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_writes_down_that_requests_expired_and_tells_it() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    let request = pair.ask().await;
    suite.pass_the_time().await;
    // It looks at its start.
    let _another = suite.start_another().await;
    dialtone_testkit::eventually("it is told", std::time::Duration::from_secs(30), async || {
        (suite.last_events(1).await == ["access_request.expired"]).then_some(())
    })
    .await;
    let told = suite.get_as("anna", &request.name).await.expect("she may");
    assert_eq!(told.state(), AccessRequestState::Expired);
    assert_ne!(told.etag, request.etag);
}
