//! Every kind of caller against every kind of permission.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use dialtone_authz::{AccessSource, Admission, CachedAccess, Caller, Ctx, Guard, Role, admission};
use dialtone_db::{Tenants, TxContext as _};
use dialtone_ids::{OrganizationId, ServiceName, SubscriptionId};
use dialtone_proto::{
    Method,
    methods::{Permission, Policy, Retry},
};
use dialtone_status::{Code, Fault, PERMISSION_DENIED_TEXT, reasons};
use futures::future::{BoxFuture, FutureExt as _};
use tokio::time::Instant;

/// Grants in memory.
#[derive(Default)]
struct Grants {
    list: Mutex<Vec<(String, OrganizationId, Role)>>,
    asked: AtomicUsize,
    broken: bool,
}

impl Grants {
    fn of(subject: &str, organization: OrganizationId, role: Role) -> Self {
        let list = Mutex::new(vec![(subject.to_owned(), organization, role)]);
        Self { list, ..Self::default() }
    }

    fn find(&self, subject: &str) -> Result<Vec<(OrganizationId, Role)>, Fault> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.broken {
            return Err(Fault::unavailable(Duration::from_secs(1)));
        }
        let list = self.list.lock().expect("no test panics with the lock");
        let own = list.iter().filter(|(s, _, _)| s == subject);
        Ok(own.map(|(_, organization, role)| (*organization, *role)).collect())
    }
}

impl AccessSource for Grants {
    fn role<'a>(
        &'a self,
        subject: &'a str,
        organization: OrganizationId,
    ) -> BoxFuture<'a, Result<Option<Role>, Fault>> {
        async move {
            let own = self.find(subject)?;
            Ok(own.into_iter().find(|(o, _)| *o == organization).map(|(_, role)| role))
        }
        .boxed()
    }

    fn organizations<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<Vec<(OrganizationId, Role)>, Fault>> {
        async move { self.find(subject) }.boxed()
    }
}

const NOBODY: Permission = Permission {
    name: "things.do",
    least_role: Role::Unspecified,
    services: &[],
    setup_contact: false,
    anonymous: false,
    any_caller: false,
};

fn method(permission: Permission) -> &'static Method {
    Box::leak(Box::new(Method {
        path: "/test.Things/Do",
        service: "test.Things",
        name: "Do",
        request: "",
        response: "",
        client_streaming: false,
        server_streaming: false,
        permission,
        policy: Policy { deadline: Some(Duration::from_secs(1)), retry: Retry::Unsent },
        http: &[],
    }))
}

fn ctx(caller: Caller, permission: Permission) -> Ctx {
    Ctx::new(caller, method(permission), "r-1", Instant::now(), dialtone_status::Locale::default())
}

fn least(role: Role) -> Permission {
    Permission { least_role: role, ..NOBODY }
}

#[track_caller]
fn assert_denied(result: Result<Ctx, Fault>) {
    let fault = result.expect_err("must be refused");
    assert_eq!(fault.code, Code::PermissionDenied);
    assert_eq!(fault.reason, reasons::PERMISSION_DENIED);
    assert_eq!(fault.metadata("permission"), Some("things.do"));
    assert_eq!(fault.message, PERMISSION_DENIED_TEXT);
}

fn only(organization: OrganizationId) -> Tenants {
    Tenants::Only(vec![organization.uuid()])
}

#[tokio::test]
async fn a_person_needs_the_least_role_on_that_organization() {
    let (own, other) = (OrganizationId::new(), OrganizationId::new());
    let guard = Guard::new(Grants::of("alice", own, Role::ProvisioningAdmin)).erased();
    for (role, enough) in [
        (Role::ReadOnly, true),
        (Role::ProvisioningAdmin, true),
        (Role::FullAdmin, false),
        (Role::Platform, false),
        (Role::Unspecified, false),
    ] {
        let ctx = ctx(Caller::person("alice"), least(role));
        assert!(matches!(ctx.tenants(), Tenants::Only(ids) if ids.is_empty()));
        let result = guard.on_organization(&ctx, own).await;
        if enough {
            assert_eq!(result.expect("enough").tenants(), &only(own));
        } else {
            assert_denied(result);
        }
        assert_denied(guard.on_organization(&ctx, other).await);
    }
}

#[tokio::test]
async fn staff_satisfies_every_role_and_services_only_their_listing() {
    let organization = OrganizationId::new();
    let guard = Guard::new(Grants::default());
    let listed = Permission { services: &["subscriptions"], ..least(Role::FullAdmin) };
    for caller in [Caller::platform("ops"), Caller::service(ServiceName::Subscriptions)] {
        let ctx = ctx(caller, listed);
        let narrowed = guard.on_organization(&ctx, organization).await.expect("allowed");
        assert_eq!(narrowed.tenants(), &only(organization));
        assert_eq!(guard.platform_or_service(&ctx).expect("allowed").tenants(), &Tenants::All);
        let own = guard.own_organizations(&ctx).await.expect("allowed");
        assert_eq!(own.tenants(), &Tenants::All);
    }
    // What a service does on behalf of a person is decided by the service's own listing.
    let unlisted = Caller::service_for(ServiceName::Templates, "person:alice");
    let ctx = ctx(unlisted, listed);
    assert_denied(guard.on_organization(&ctx, organization).await);
    assert_denied(guard.platform_or_service(&ctx));
    assert_denied(guard.own_organizations(&ctx).await);
}

#[tokio::test]
async fn a_setup_contact_reaches_its_own_subscription_only() {
    let (own, other) = (SubscriptionId::new(), SubscriptionId::new());
    let organization = OrganizationId::new();
    let guard = Guard::new(Grants::default());
    let permission = Permission { setup_contact: true, ..least(Role::ReadOnly) };
    let contact = Caller::setup_contact("bob@example.com", own);
    let allowed = ctx(contact.clone(), permission);
    let narrowed = guard.on_subscription(&allowed, own, &[organization]).await;
    assert_eq!(narrowed.expect("its own").tenants(), &only(organization));
    assert_denied(guard.on_subscription(&allowed, other, &[organization]).await);
    assert_denied(guard.on_organization(&allowed, organization).await);
    assert_denied(guard.own_organizations(&allowed).await);
    let closed = ctx(contact, least(Role::ReadOnly));
    assert_denied(guard.on_subscription(&closed, own, &[organization]).await);
}

#[tokio::test]
async fn a_person_reaches_a_subscription_by_either_of_its_organizations() {
    let (partner, customer) = (OrganizationId::new(), OrganizationId::new());
    let guard = Guard::new(Grants::of("alice", customer, Role::FullAdmin));
    let ctx = ctx(Caller::person("alice"), least(Role::ReadOnly));
    let id = SubscriptionId::new();
    let seen = guard.on_subscription(&ctx, id, &[partner, customer]).await.expect("hers");
    assert_eq!(seen.tenants(), &Tenants::Only(vec![partner.uuid(), customer.uuid()]));
    assert_denied(guard.on_subscription(&ctx, id, &[partner]).await);
    assert_denied(guard.on_subscription(&ctx, id, &[]).await);
}

#[tokio::test]
async fn own_organizations_are_those_with_the_least_role() {
    let (full, read) = (OrganizationId::new(), OrganizationId::new());
    let grants = Grants::of("alice", full, Role::FullAdmin);
    grants.list.lock().expect("fresh").push(("alice".to_owned(), read, Role::ReadOnly));
    let guard = Guard::new(grants);
    let alice = ctx(Caller::person("alice"), least(Role::ProvisioningAdmin));
    let own = guard.own_organizations(&alice).await.expect("hers");
    assert_eq!(own.tenants(), &only(full));
    assert_denied(guard.own_organizations(&ctx(Caller::person("bob"), least(Role::ReadOnly))).await);
    let any = Permission { any_caller: true, ..NOBODY };
    let bob = guard.own_organizations(&ctx(Caller::person("bob"), any)).await;
    assert_eq!(bob.expect("anyone").tenants(), &Tenants::Only(vec![]));
    let alice = guard.own_organizations(&ctx(Caller::person("alice"), any)).await;
    let both = Tenants::Only(vec![full.uuid(), read.uuid()]);
    assert_eq!(alice.expect("anyone").tenants(), &both);
}

#[test]
fn nobody_in_particular_is_asked_for_a_token() {
    let anyone = Caller::anonymous();
    for permission in [least(Role::ReadOnly), Permission { any_caller: true, ..NOBODY }] {
        let fault = admission(method(permission), &anyone).expect_err("refused");
        assert_eq!(fault.code, Code::Unauthenticated);
    }
    let open = Permission { anonymous: true, ..NOBODY };
    assert_eq!(admission(method(open), &anyone).ok(), Some(Admission::Open));
}

#[tokio::test]
async fn a_source_out_of_reach_refuses_without_saying_no() {
    let guard = Guard::new(Grants { broken: true, ..Grants::default() });
    let ctx = ctx(Caller::person("alice"), least(Role::ReadOnly));
    let fault = guard.on_organization(&ctx, OrganizationId::new()).await.expect_err("closed");
    assert_eq!(fault.code, Code::Unavailable);
}

#[tokio::test]
async fn answers_are_remembered_until_forgotten() {
    let own = OrganizationId::new();
    let grants = Arc::new(Grants::of("alice", own, Role::ReadOnly));
    let cached = CachedAccess::new(Arc::clone(&grants));
    let ask = async || cached.role("alice", own).await.expect("works");
    assert_eq!(ask().await, Some(Role::ReadOnly));
    grants.list.lock().expect("unpoisoned").clear();
    assert_eq!(ask().await, Some(Role::ReadOnly));
    assert_eq!(grants.asked.load(Ordering::SeqCst), 1);
    cached.forget();
    assert_eq!(ask().await, None);
    let none = cached.organizations("alice").await.expect("works");
    assert_eq!(none, []);
}

#[test]
fn actors_read_as_history_stores_them() {
    let caller = Caller::service_for(ServiceName::Subscriptions, "person:alice");
    assert_eq!(caller.actor(), "service:subscriptions for person:alice");
    assert_eq!(caller.key(), "service:subscriptions");
    assert_eq!(caller.origin(), "person:alice");
    assert_eq!(Caller::anonymous().actor(), "anonymous");
    let job = Ctx::job(ServiceName::Templates, "purge");
    assert_eq!(job.actor(), "service:templates/purge");
    assert_eq!(job.tenants(), &Tenants::All);
    assert_eq!(job.for_actor("person:alice").actor(), "service:templates/purge for person:alice");
}
