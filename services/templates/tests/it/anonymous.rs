//! Every method of the service, called by nobody.

use dialtone_proto::methods;
use dialtone_status::Code;
use dialtone_testkit::{assert_fault, request};
use http::uri::PathAndQuery;
use tonic_prost::ProstCodec;

use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn every_method_refuses_a_call_without_a_known_caller() {
    let world = World::new().await;
    let own = |service: &str| service.starts_with("dialtone.templates.") || service.starts_with("dialtone.events.");
    let methods: Vec<_> = methods().iter().filter(|method| own(method.service)).collect();
    assert!(methods.len() >= 20, "{methods:?}");
    for method in methods {
        for token in [Some(world.keys.anonymous()), None] {
            let message = prost_types::Struct::default();
            let request = match &token {
                Some(token) => request(token, message),
                None => tonic::Request::new(message),
            };
            let mut client = tonic::client::Grpc::new(world.channel.clone());
            client.ready().await.expect("the service is up");
            let codec: ProstCodec<prost_types::Struct, prost_types::Struct> = ProstCodec::default();
            let answer = client.unary(request, PathAndQuery::from_static(method.path), codec).await;
            assert_eq!(answer.as_ref().err().map(tonic::Status::code), Some(Code::Unauthenticated), "{}", method.path);
            assert_fault!(answer, Unauthenticated, "UNAUTHENTICATED");
        }
    }
}
