//! A consumer over real connections that break.

use std::net::SocketAddr;

use dialtone_authz::Caller;
use dialtone_ids::ServiceName;
use dialtone_proto::events::v1::event_service_client::EventServiceClient;
use dialtone_testkit::tcp_proxy::{Mode, TcpProxy};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{service::interceptor::InterceptedService, transport::Endpoint};

use crate::{
    consumer::{Following, Notes, names, suite_with_notes, until_noted},
    support::{Suite, ctx, things},
};

/// Serves the events; every caller is a service, as after the stack's authentication.
async fn serve(suite: &Suite) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback has free ports");
    let address = listener.local_addr().expect("it is bound");
    let authenticated = |mut request: tonic::Request<()>| {
        request.extensions_mut().insert(ctx(Caller::service(ServiceName::OrgFinder)));
        Ok(request)
    };
    let service = InterceptedService::new(suite.server.clone().into_service(), authenticated);
    let server = tonic::transport::Server::builder().add_service(service);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn consumer_survives_cut_connections_and_applies_each_event_once() {
    let suite = suite_with_notes().await;
    let proxy = TcpProxy::start(serve(&suite).await).await.expect("the loopback has free ports");
    let endpoint = Endpoint::from_shared(format!("http://{}", proxy.address())).expect("an address is a URI");
    let source = move || EventServiceClient::new(endpoint.connect_lazy());
    let following = Following::of(&suite, source, &Notes::default());
    for cut in 1..=3 {
        suite.append(&things(100)).await;
        proxy.set(Mode::Cut);
        suite.append(&things(100)).await;
        proxy.set(Mode::Pass);
        until_noted(&suite, cut * 200).await;
    }
    following.stop().await;
    let expected: Vec<String> = (0..6).flat_map(|_| names(100)).collect();
    assert_eq!(until_noted(&suite, 600).await, expected);
}
