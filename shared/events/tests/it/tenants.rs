//! Who sees whose events.

use dialtone_authz::Caller;
use dialtone_ids::{OrganizationId, ServiceName};
use dialtone_status::Code;

use crate::support::{Suite, Watching, ctx, event, of_organization, reader, request, resources};

#[tokio::test(flavor = "multi_thread")]
async fn reader_of_one_organization_sees_its_events_only_in_history_and_live() {
    let suite = Suite::start().await;
    let (own, other) = (OrganizationId::new(), OrganizationId::new());
    let mixed = |n: u32| {
        [
            event(Some(own), "thing.made", &format!("own/{n}")),
            event(Some(other), "thing.made", &format!("other/{n}")),
            event(None, "thing.made", &format!("nobody/{n}")),
        ]
    };
    suite.append(&mixed(1)).await;
    let anna = reader(&suite.access, "anna", own);
    let opened = suite.server.open(anna, of_organization(own)).await;
    let mut stream = Watching(opened.expect("a reader may watch"));
    assert_eq!(resources(&stream.history().await.0), ["own/1"]);
    suite.append(&mixed(2)).await;
    suite.append(&mixed(3)).await;
    assert_eq!(resources(&stream.events(2).await), ["own/2", "own/3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_unfiltered_persons_get_the_same_refusal_and_learn_nothing() {
    let suite = Suite::start().await;
    let (own, other) = (OrganizationId::new(), OrganizationId::new());
    let anna = reader(&suite.access, "anna", own);
    let mut bad_position = of_organization(other);
    bad_position.position = "made-up".into();
    let cases = [
        (anna.clone(), of_organization(other)),
        (anna.clone(), request("")),
        (anna, bad_position),
        (ctx(Caller::anonymous()), of_organization(own)),
        (ctx(Caller::service(ServiceName::Gateway)), request("")),
    ];
    for (caller, wanted) in cases {
        let who = caller.caller.key();
        let refused = suite.server.open(caller, wanted).await.map(|_| ());
        let fault = refused.expect_err("it is refused");
        assert!(matches!(fault.code, Code::PermissionDenied | Code::Unauthenticated), "{who}: {fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn services_of_the_suite_see_everything() {
    let suite = Suite::start().await;
    suite.append(&[event(Some(OrganizationId::new()), "thing.made", "a"), event(None, "thing.made", "b")]).await;
    let service = ctx(Caller::service(ServiceName::OrgFinder));
    let opened = suite.server.open(service, request("")).await;
    let mut stream = Watching(opened.expect("a service may watch"));
    assert_eq!(resources(&stream.history().await.0), ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_role_ends_an_open_stream() {
    let suite = Suite::start().await;
    let own = OrganizationId::new();
    let anna = reader(&suite.access, "anna", own);
    let server = suite.server.clone().heartbeat(std::time::Duration::from_millis(20));
    let mut stream = Watching(server.open(anna, of_organization(own)).await.expect("a reader may watch"));
    stream.history().await;
    suite.access.revoke("anna", own);
    assert_eq!(stream.fault().await.code, Code::PermissionDenied);
}

/// The second wall: a query that forgot its WHERE still sees nothing of another tenant.
#[tokio::test(flavor = "multi_thread")]
async fn row_level_security_hides_other_tenants_and_forbids_writing_for_them() {
    let suite = Suite::start().await;
    let (own, other) = (OrganizationId::new(), OrganizationId::new());
    suite
        .append(&[
            event(Some(own), "thing.made", "a"),
            event(Some(other), "thing.made", "b"),
            event(None, "thing.made", "c"),
        ])
        .await;
    let client = suite.sql().await;
    let visible = async |tenants: &str| {
        client.batch_execute(&format!("SET dialtone.tenants = '{tenants}'")).await.expect("a setting");
        client.query_one("SELECT count(*) FROM outbox", &[]).await.expect("readable").get::<_, i64>(0)
    };
    assert_eq!(visible("*").await, 3);
    assert_eq!(visible("").await, 0);
    assert_eq!(visible(&format!("{},{}", own.uuid(), other.uuid())).await, 2);
    assert_eq!(visible(&own.uuid().to_string()).await, 1);
    let foreign = format!(
        "INSERT INTO outbox (tenant, kind, resource, actor, data) VALUES ('{}', 'k', 'r', 'a', '{{}}')",
        other.uuid()
    );
    assert!(client.batch_execute(&foreign).await.is_err());
    assert!(client.batch_execute("UPDATE outbox SET kind = 'x'").await.is_err(), "events are facts");
}
