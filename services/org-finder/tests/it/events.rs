//! Watch: what the service tells of its changes.

use dialtone_ids::ServiceName;
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::events::v1::event_service_client::EventServiceClient;
use dialtone_proto::events::v1::watch_response::Message;
use dialtone_proto::events::v1::{EventFilter, WatchRequest};
use futures::StreamExt as _;

use crate::support::*;

fn of(organization: &str) -> WatchRequest {
    let filter = EventFilter { organization: organization.into(), ..EventFilter::default() };
    WatchRequest { position: String::new(), filter: Some(filter) }
}

/// Types of the events until nothing newer is there.
async fn told(suite: &Suite, request: tonic::Request<WatchRequest>) -> Vec<String> {
    let mut client = EventServiceClient::new(suite.channel.clone());
    let mut messages = client.watch(request).await.expect("the caller may watch").into_inner();
    let mut types = Vec::new();
    while let Some(message) = messages.next().await {
        match message.expect("the stream goes on").message.expect("it has one") {
            Message::Event(event) => types.push(event.r#type),
            Message::CaughtUp(_) => break,
        }
    }
    types
}

#[tokio::test(flavor = "multi_thread")]
async fn each_organization_s_changes_are_told_to_those_who_may_read_it() {
    let suite = Suite::start().await;
    let partner_org = suite.create(partner("P", &[])).await.name;
    let own = suite.create(customer("C", &[])).await.name;
    suite.grant(&own, "anna", Role::ReadOnly).await;
    suite.grant(&own, "anna", Role::FullAdmin).await;
    suite.link(&partner_org, &own, Role::ReadOnly).await.expect("it works");
    let expected = ["organization.created", "grant.created", "grant.updated"];
    assert_eq!(told(&suite, suite.person("anna", of(&own))).await, expected);
    let expected = ["organization.created", "partner_link.created"];
    assert_eq!(told(&suite, suite.staff(of(&partner_org))).await, expected);
    let everything = suite.service(ServiceName::Subscriptions, WatchRequest::default());
    assert_eq!(told(&suite, everything).await.len(), 5);
    for name in [partner_org, nowhere()] {
        let mut client = EventServiceClient::new(suite.channel.clone());
        assert_denied(client.watch(suite.person("anna", of(&name))).await.map(|_| ()), "events.watch");
    }
}
