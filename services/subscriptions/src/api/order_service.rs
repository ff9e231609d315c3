//! Handlers of OrderService.

use dialtone_proto::subscriptions::v1::order_service_server::OrderService;
use dialtone_proto::subscriptions::v1::{
    AnswerWhoForRequest, GetOrderRequest, ListOrdersRequest, ListOrdersResponse, OpenSetupLinkRequest,
    OpenSetupLinkResponse, Order, PlaceOrderRequest, ResendWelcomeRequest,
};
use dialtone_server::{ctx, mutation};
use dialtone_status::Fault;
use tonic::{Request, Response, Status};

use super::{Api, answer, changed, convert, refused, render, valid};
use crate::ops::{answer_who_for, get_order, list_orders, open_setup_link, place_order, resend_welcome};

#[tonic::async_trait]
impl OrderService for Api {
    async fn place_order(&self, request: Request<PlaceOrderRequest>) -> Result<Response<Order>, Status> {
        let ctx = self.guard.platform_or_service(&ctx(&request)).map_err(refused)?;
        let request = request.into_inner();
        valid(&request, [])?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let new = request.order.and_then(convert::new_order).ok_or_else(unread)?;
        let app = self.app.clone();
        changed(async move { place_order::run(&app, &ctx, &mutation, new).await }, render::order).await
    }

    async fn get_order(&self, request: Request<GetOrderRequest>) -> Result<Response<Order>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, access) = self.on_order(&ctx, &request.name, &request, vec![]).await?;
        answer(get_order::run(&self.app, &ctx, &access).await, render::order)
    }

    async fn list_orders(&self, request: Request<ListOrdersRequest>) -> Result<Response<ListOrdersResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, organization) = self.on_list(&ctx, &request.organization, &request).await?;
        let page = list_orders::run(&self.app, &ctx, organization, request.page_size, &request.page_token).await;
        answer(page, |(orders, next_page_token)| ListOrdersResponse {
            orders: orders.into_iter().map(render::order).collect(),
            next_page_token,
        })
    }

    async fn resend_welcome(&self, request: Request<ResendWelcomeRequest>) -> Result<Response<Order>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, access) = self.on_order(&ctx, &request.name, &request, vec![]).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let (app, etag) = (self.app.clone(), request.etag.as_str().into());
        changed(async move { resend_welcome::run(&app, &ctx, &mutation, &access, etag).await }, render::order).await
    }

    async fn open_setup_link(
        &self,
        request: Request<OpenSetupLinkRequest>,
    ) -> Result<Response<OpenSetupLinkResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        valid(&request, [])?;
        let app = self.app.clone();
        changed(async move { open_setup_link::run(&app, &ctx, &request.token).await }, render::session).await
    }

    async fn answer_who_for(&self, request: Request<AnswerWhoForRequest>) -> Result<Response<Order>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let more = convert::answer_violations(&request, &ctx.caller.subject);
        let (ctx, access) = self.on_order(&ctx, &request.name, &request, more).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let said = answer_who_for::Answer {
            who_for: convert::who_for(request.answer()).ok_or_else(unread)?,
            next_contact: Some(request.email).filter(|email| !email.is_empty()),
            etag: request.etag.as_str().into(),
        };
        let app = self.app.clone();
        changed(async move { answer_who_for::run(&app, &ctx, &mutation, &access, said).await }, render::order).await
    }
}

/// The proto's rules let something pass that cannot be read: a fault of ours.
pub(super) fn unread() -> Status {
    refused(Fault::internal("a valid message could not be read"))
}
