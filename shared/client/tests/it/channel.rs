//! What a generated client of another service sends, and what it is told when there is no answer.

use crate::replica::{Does, Replica, connect, within};
use dialtone_authz::{Caller, CallerKind, Ctx, IDENTITY_HEADER, TokenSigner, TokenVerifier, keys};
use dialtone_client::{CallChannel, ServiceChannel, grpc_timeout};
use dialtone_ids::ServiceName;
use dialtone_proto::{
    events::v1::{WatchRequest, event_service_client::EventServiceClient},
    orgfinder::v1::{
        CheckAccessRequest, CreateOrganizationRequest, access_service_client::AccessServiceClient,
        organization_service_client::OrganizationServiceClient,
    },
};
use dialtone_status::{Code, Locale, Status, error_info, reason};
use http::HeaderMap;
use std::time::Duration;
use tokio::time::Instant;

struct World {
    replica: Replica,
    channel: ServiceChannel,
    verifier: TokenVerifier,
}

impl World {
    async fn start(does: Does) -> Self {
        let replica = Replica::start(does).await;
        let pair = keys::generate();
        let signer = TokenSigner::new(ServiceName::Subscriptions, &pair.private).expect("a fresh key");
        let trusted = [("subscriptions".to_owned(), pair.public)].into();
        Self {
            channel: ServiceChannel::new(connect(&[&replica]).await, signer),
            verifier: TokenVerifier::new(&trusted).expect("a fresh key"),
            replica,
        }
    }

    fn headers(&self) -> HeaderMap {
        let requests = self.replica.seen.requests.lock().expect("not poisoned");
        requests.last().expect("a call came").headers.clone()
    }

    fn caller(&self) -> Caller {
        let headers = self.headers();
        let token = headers[IDENTITY_HEADER].to_str().expect("text");
        self.verifier.verify(token).expect("the channel signed it")
    }
}

fn ctx(time: Duration) -> Ctx {
    let method = dialtone_proto::method("/dialtone.subscriptions.v1.OrderService/GetOrder").expect("it exists");
    Ctx::new(Caller::person("alice"), method, "request-1", Instant::now() + time, Locale::BrazilianPortuguese)
}

async fn read(channel: CallChannel) -> Result<(), Status> {
    within(AccessServiceClient::new(channel).check_access(CheckAccessRequest::default())).await.map(drop)
}

async fn change(channel: CallChannel) -> Result<(), Status> {
    let request = CreateOrganizationRequest::default();
    within(OrganizationServiceClient::new(channel).create_organization(request)).await.map(drop)
}

fn typed(status: &Status) -> (Code, String) {
    let info = error_info(status).expect("every error has ErrorInfo");
    assert_eq!(info.domain, "subscriptions.dialtone.internal");
    (status.code(), info.reason)
}

#[tokio::test]
async fn a_call_says_who_for_whom_until_when_and_under_which_id() {
    let world = World::start(Does::Echo).await;
    read(world.channel.for_ctx(&ctx(Duration::from_secs(2)))).await.expect("answered");
    assert_eq!(world.caller(), Caller::service_for(ServiceName::Subscriptions, "person:alice"));
    let headers = world.headers();
    assert_eq!(headers["x-request-id"], "request-1");
    assert_eq!(headers["accept-language"], "pt-BR");
    let left = grpc_timeout::parse(&headers[grpc_timeout::HEADER]).expect("well-formed");
    assert!(left <= Duration::from_secs(2) && left > Duration::from_secs(1), "{left:?}");
}

#[tokio::test]
async fn a_call_without_a_cause_is_in_the_services_own_right_and_bounded_by_its_method() {
    let world = World::start(Does::Echo).await;
    read(world.channel.as_self()).await.expect("answered");
    let caller = world.caller();
    assert_eq!(caller.kind, CallerKind::Service(ServiceName::Subscriptions));
    assert_eq!(caller.on_behalf_of, None);
    assert!(world.headers().contains_key(grpc_timeout::HEADER));
}

#[tokio::test]
async fn an_endless_stream_outlives_the_request_that_began_it() {
    let world = World::start(Does::Echo).await;
    let mut client = EventServiceClient::new(world.channel.for_ctx(&ctx(Duration::from_secs(2))));
    within(client.watch(WatchRequest::default())).await.expect("answered");
    assert!(!world.headers().contains_key(grpc_timeout::HEADER));
}

#[tokio::test]
async fn a_read_is_repeated_and_a_change_is_not() {
    let world = World::start(Does::Echo).await;
    world.replica.then(&[Does::Crash]);
    read(world.channel.as_self()).await.expect("the second time");
    let before = world.replica.count();
    world.replica.then(&[Does::Crash]);
    let status = change(world.channel.as_self()).await.expect_err("it may have taken effect");
    assert_eq!(typed(&status), (Code::Unavailable, "UNAVAILABLE".to_owned()));
    assert_eq!(world.replica.count(), before + 1);
}

#[tokio::test]
async fn the_deadline_ends_a_call_and_cancels_it_at_the_server() {
    let world = World::start(Does::Hang).await;
    let mut cancelled = world.replica.seen.cancelled.subscribe();
    let status = read(world.channel.for_ctx(&ctx(Duration::from_millis(100)))).await.expect_err("too long");
    assert_eq!(typed(&status), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned()));
    within(cancelled.wait_for(|n| *n == 1)).await.expect("the replica lives");
}

#[tokio::test]
async fn what_the_server_answered_is_passed_on_untouched() {
    let world = World::start(Does::Unavailable).await;
    let status = change(world.channel.as_self()).await.expect_err("it said so");
    assert_eq!((status.code(), reason(&status)), (Code::Unavailable, None));
}
