//! Handlers of SubscriptionService.

use dialtone_proto::google::api::HttpBody;
use dialtone_proto::google::longrunning::Operation;
use dialtone_proto::subscriptions::v1::subscription_service_server::SubscriptionService;
use dialtone_proto::subscriptions::v1::{
    GetOrderSummaryRequest, GetSubscriptionRequest, ListSubscriptionsRequest, ListSubscriptionsResponse,
    MapCustomerRequest, MapPartnerRequest, PreviewSetupRequest, PreviewSetupResponse, SetUpServiceRequest,
    Subscription,
};
use dialtone_server::{ctx, mutation};
use futures::stream::{self, BoxStream, StreamExt as _};
use tonic::{Request, Response, Status};

use super::order_service::unread;
use super::{Api, answer, changed, convert, refused, render};
use crate::ops::{
    get_order_summary, get_subscription, list_subscriptions, map_customer, map_partner, preview_setup, set_up_calling,
};

/// The most bytes of a chunk.
const CHUNK: usize = 64 * 1024;
const TEXT: &str = "text/plain; charset=utf-8";

#[tonic::async_trait]
impl SubscriptionService for Api {
    type GetOrderSummaryStream = BoxStream<'static, Result<HttpBody, Status>>;

    async fn get_subscription(
        &self,
        request: Request<GetSubscriptionRequest>,
    ) -> Result<Response<Subscription>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, access) = self.on_subscription(&ctx, &request.name, &request, vec![]).await?;
        answer(get_subscription::run(&self.app, &ctx, &access).await, render::subscription)
    }

    async fn list_subscriptions(
        &self,
        request: Request<ListSubscriptionsRequest>,
    ) -> Result<Response<ListSubscriptionsResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, organization) = self.on_list(&ctx, &request.organization, &request).await?;
        let page = list_subscriptions::run(&self.app, &ctx, organization, request.page_size, &request.page_token).await;
        answer(page, |(subscriptions, next_page_token)| ListSubscriptionsResponse {
            subscriptions: subscriptions.into_iter().map(render::subscription).collect(),
            next_page_token,
        })
    }

    async fn map_partner(&self, request: Request<MapPartnerRequest>) -> Result<Response<Subscription>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let more = convert::choice_violations(request.partner.as_ref(), "partner");
        let (ctx, access) = self.on_subscription(&ctx, &request.name, &request, more).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let wanted = convert::choice(request.partner).ok_or_else(unread)?;
        let (app, etag) = (self.app.clone(), request.etag.as_str().into());
        let mapping = async move { map_partner::run(&app, &ctx, &mutation, &access, etag, wanted).await };
        changed(mapping, render::subscription).await
    }

    async fn map_customer(&self, request: Request<MapCustomerRequest>) -> Result<Response<Subscription>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let more = convert::choice_violations(request.customer.as_ref(), "customer");
        let (ctx, access) = self.on_subscription(&ctx, &request.name, &request, more).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let wanted = convert::choice(request.customer).ok_or_else(unread)?;
        let (app, etag) = (self.app.clone(), request.etag.as_str().into());
        let mapping = async move { map_customer::run(&app, &ctx, &mutation, &access, etag, wanted).await };
        changed(mapping, render::subscription).await
    }

    async fn preview_setup(
        &self,
        request: Request<PreviewSetupRequest>,
    ) -> Result<Response<PreviewSetupResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, access) = self.on_subscription(&ctx, &request.name, &request, vec![]).await?;
        answer(preview_setup::run(&self.app, &ctx, &access).await, render::preview)
    }

    async fn set_up_service(&self, request: Request<SetUpServiceRequest>) -> Result<Response<Operation>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let more = convert::setup_violations(&request);
        let (ctx, access) = self.on_subscription(&ctx, &request.name, &request, more).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let headquarters = convert::headquarters(request.service).ok_or_else(unread)?;
        let (app, etag) = (self.app.clone(), request.etag.as_str().into());
        let setup = async move { set_up_calling::run(&app, &ctx, &mutation, &access, etag, headquarters).await };
        changed(setup, |started| started.to_proto()).await
    }

    async fn get_order_summary(
        &self,
        request: Request<GetOrderSummaryRequest>,
    ) -> Result<Response<Self::GetOrderSummaryStream>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, access) = self.on_subscription(&ctx, &request.name, &request, vec![]).await?;
        answer(get_order_summary::run(&self.app, &ctx, &access).await, chunks)
    }
}

/// A text as a stream of bodies. A chunk may end within a character: the bytes are the summary, not each chunk.
fn chunks(text: String) -> BoxStream<'static, Result<HttpBody, Status>> {
    let body = |data: &[u8]| HttpBody { content_type: TEXT.into(), data: data.to_vec(), extensions: Vec::new() };
    let bodies: Vec<_> = text.as_bytes().chunks(CHUNK).map(body).map(Ok).collect();
    stream::iter(bodies).boxed()
}
