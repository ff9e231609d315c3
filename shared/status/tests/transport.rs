//! The words of tonic's own timeout and load shedding, which the normaliser knows by heart, on a real connection.

use dialtone_proto::google::longrunning::Operation;
use dialtone_proto::operations::v1::{
    RetryOperationRequest,
    operation_control_service_client::OperationControlServiceClient,
    operation_control_service_server::{OperationControlService, OperationControlServiceServer},
};
use std::{sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Notify};
use tonic::{
    Code, Request, Response, Status,
    transport::{Channel, Server, server::TcpIncoming},
};

/// Never answers, and says when it was asked.
struct Endless(Arc<Notify>);

#[tonic::async_trait]
impl OperationControlService for Endless {
    async fn retry_operation(&self, _: Request<RetryOperationRequest>) -> Result<Response<Operation>, Status> {
        self.0.notify_one();
        std::future::pending().await
    }
}

async fn client(server: Server) -> (OperationControlServiceClient<Channel>, Arc<Notify>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let asked = Arc::new(Notify::new());
    let service = OperationControlServiceServer::new(Endless(asked.clone()));
    let mut server = server;
    tokio::spawn(server.add_service(service).serve_with_incoming(TcpIncoming::from(listener)));
    let client = OperationControlServiceClient::connect(format!("http://{address}")).await.expect("the server listens");
    (client, asked)
}

#[tokio::test]
async fn the_timeout_says_timeout_expired() {
    let (mut client, _) = client(Server::builder().timeout(Duration::from_millis(5))).await;
    let status = client.retry_operation(RetryOperationRequest::default()).await.expect_err("it never answers");
    assert_eq!((status.code(), status.message()), (Code::Cancelled, "Timeout expired"));
}

#[tokio::test]
async fn load_shedding_is_resource_exhausted() {
    let server = Server::builder().load_shed(true).concurrency_limit_per_connection(1);
    let (mut client, asked) = client(server).await;
    let mut first = client.clone();
    tokio::spawn(async move { first.retry_operation(RetryOperationRequest::default()).await });
    asked.notified().await;
    let status = client
        .retry_operation(RetryOperationRequest::default())
        .await
        .expect_err("the first call holds the only place");
    assert_eq!(
        (status.code(), status.message()),
        (Code::ResourceExhausted, "Too many active requests for the connection")
    );
}
