//! Where a consumer's events come from.

use dialtone_proto::events::v1::{WatchRequest, WatchResponse, event_service_client::EventServiceClient};
use dialtone_status::Status;
use futures::{StreamExt as _, future::BoxFuture, stream::BoxStream};
use tonic::{
    body::Body,
    client::GrpcService,
    codegen::{Body as HttpBody, Bytes, StdError},
};

/// Something that can be watched: another process.
pub trait EventSource: Send + Sync + 'static {
    /// Opens a stream.
    fn watch(
        &self,
        request: WatchRequest,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<WatchResponse, Status>>, Status>>;
}

/// Anything that makes a client for each connection: an identity or a deadline may have to be fresh.
impl<F, T> EventSource for F
where
    F: Fn() -> EventServiceClient<T> + Send + Sync + 'static,
    T: GrpcService<Body> + Send + 'static,
    T::Future: Send,
    T::Error: Into<StdError>,
    T::ResponseBody: HttpBody<Data = Bytes> + Send + 'static,
    <T::ResponseBody as HttpBody>::Error: Into<StdError> + Send,
{
    fn watch(
        &self,
        request: WatchRequest,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<WatchResponse, Status>>, Status>> {
        let mut client = self();
        Box::pin(async move { Ok(client.watch(request).await?.into_inner().boxed()) })
    }
}
