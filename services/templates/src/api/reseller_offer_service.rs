//! Handlers of ResellerOfferService.

use dialtone_authz::Ctx;
use dialtone_ids::OrganizationId;
use dialtone_proto::Validate;
use dialtone_proto::templates::v1::reseller_offer_service_server::ResellerOfferService;
use dialtone_proto::templates::v1::{
    ApplyResellerOfferRequest, CheckOfferedRequest, CheckOfferedResponse, GetResellerOfferRequest,
    ListOfferedPlansRequest, ListOfferedPlansResponse, PlanUse, ProvisionResellerOfferRequest, RecordPlanUseRequest,
    ReleasePlanUseRequest, ResellerOffer, WithdrawResellerOfferRequest,
};
use dialtone_server::{ctx, detached, mutation};
use dialtone_status::Violation;
use tonic::{Request, Response, Status};

use super::reach::read;
use super::{Api, answer, changed, convert, refused, render, valid};
use crate::model::offer::{Holder, OfferName};
use crate::model::plan::PlanName;
use crate::ops::{
    apply_offer, check_offered, get_offer, list_offered_plans, provision_offer, record_plan_use, release_plan_use,
    withdraw_offer,
};

impl Api {
    /// Authorises on the partner of an offer, which `field` names, then validates.
    async fn on_offer<M: Validate>(
        &self,
        ctx: &Ctx,
        (field, name): (&str, &str),
        message: &M,
    ) -> Result<(Ctx, OfferName), Status> {
        let name = read(OfferName::parse(name), field, message, &[])?;
        let ctx = self.reach(ctx, name.partner).await?;
        valid(message, [])?;
        Ok((ctx, name))
    }

    /// Authorises on the partner of an offer and on the tier above it that offers; the provider's staff for the provider. Then
    /// validates.
    async fn on_offer_as<M: Validate>(
        &self,
        ctx: &Ctx,
        (name, offered_by): (&str, &str),
        message: &M,
        mut more: Vec<Violation>,
    ) -> Result<(Ctx, OfferName, Option<OrganizationId>), Status> {
        // What breaks a rule of the proto is told by that alone.
        let broken = dialtone_proto::violations(message);
        more.retain(|violation| !broken.iter().any(|other| other.field == violation.field));
        let name = read(OfferName::parse(name), "name", message, &more)?;
        let seen = self.reach(ctx, name.partner).await?;
        if offered_by.is_empty() {
            self.guard.platform_or_service(ctx).map_err(refused)?;
            valid(message, more)?;
            return Ok((seen, name, None));
        }
        let above = read(OrganizationId::parse(offered_by), "offered_by", message, &more)?;
        self.reach(ctx, above).await?;
        let own = (above == name.partner).then(|| Violation {
            field: "offered_by".to_owned(),
            rule: "offered_by.above",
            description: "is the partner itself; name the tier above it".to_owned(),
        });
        valid(message, more.into_iter().chain(own))?;
        Ok((seen, name, Some(above)))
    }
}

#[tonic::async_trait]
impl ResellerOfferService for Api {
    async fn get_reseller_offer(
        &self,
        request: Request<GetResellerOfferRequest>,
    ) -> Result<Response<ResellerOffer>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on_offer(&ctx, ("name", &request.name), &request).await?;
        answer(get_offer::run(&self.app, &ctx, &name).await, render::offer)
    }

    async fn apply_reseller_offer(
        &self,
        request: Request<ApplyResellerOfferRequest>,
    ) -> Result<Response<ResellerOffer>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (mut plans, mut more) = convert::plans::names("user_plans", &request.user_plans);
        let (customers, bad) = convert::plans::names("customer_plans", &request.customer_plans);
        plans.extend(customers);
        more.extend(bad);
        let tier = (request.name.as_str(), request.offered_by.as_str());
        let (ctx, name, offered_by) = self.on_offer_as(&ctx, tier, &request, more).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let ticks = apply_offer::Ticks { name, offered_by, etag: request.etag.as_str().into(), plans };
        let app = self.app.clone();
        changed(async move { apply_offer::run(&app, &ctx, &mutation, ticks).await }, render::offer).await
    }

    async fn provision_reseller_offer(
        &self,
        request: Request<ProvisionResellerOfferRequest>,
    ) -> Result<Response<ResellerOffer>, Status> {
        let (asked, request) = (ctx(&request), request.into_inner());
        let tier = (request.name.as_str(), request.offered_by.as_str());
        let (ctx, name, offered_by) = self.on_offer_as(&asked, tier, &request, vec![]).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let (app, etag) = (self.app.clone(), request.etag.as_str().into());
        let work = async move { provision_offer::run(&app, &ctx, &mutation, &name, offered_by, etag).await };
        let provisioned = detached(work).await.map_err(refused)?;
        self.told(&asked, provisioned).await.map(render::offer).map(Response::new)
    }

    async fn withdraw_reseller_offer(
        &self,
        request: Request<WithdrawResellerOfferRequest>,
    ) -> Result<Response<ResellerOffer>, Status> {
        let (asked, request) = (ctx(&request), request.into_inner());
        let (plans, more) = convert::plans::names("plans", &request.plans);
        let tier = (request.name.as_str(), request.offered_by.as_str());
        let (ctx, name, offered_by) = self.on_offer_as(&asked, tier, &request, more).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let etag = request.etag.as_str().into();
        let withdrawal = withdraw_offer::Withdrawal { name, offered_by, etag, plans };
        let app = self.app.clone();
        let work = async move { withdraw_offer::run(&app, &ctx, &mutation, withdrawal).await };
        let withdrawn = detached(work).await.map_err(refused)?;
        self.told(&asked, withdrawn).await.map(render::offer).map(Response::new)
    }

    async fn list_offered_plans(
        &self,
        request: Request<ListOfferedPlansRequest>,
    ) -> Result<Response<ListOfferedPlansResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on_offer(&ctx, ("parent", &request.parent), &request).await?;
        let page = list_offered_plans::run(&self.app, &ctx, &name, request.page_size, &request.page_token).await;
        answer(page, |(plans, next_page_token)| ListOfferedPlansResponse {
            plans: plans.into_iter().map(render::offered).collect(),
            next_page_token,
        })
    }

    async fn check_offered(
        &self,
        request: Request<CheckOfferedRequest>,
    ) -> Result<Response<CheckOfferedResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on_offer(&ctx, ("name", &request.name), &request).await?;
        let plan = read(PlanName::parse(&request.plan), "plan", &request, &[])?;
        let offered = check_offered::run(&self.app, &ctx, &name, plan).await;
        answer(offered, |offered| CheckOfferedResponse { offered })
    }

    async fn record_plan_use(&self, request: Request<RecordPlanUseRequest>) -> Result<Response<PlanUse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, offer) = self.on_offer(&ctx, ("offer", &request.offer), &request).await?;
        let plan = read(PlanName::parse(&request.plan), "plan", &request, &[])?;
        let holder = read(Holder::parse(&request.holder, plan.kind), "holder", &request, &[])?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let app = self.app.clone();
        let work = async move { record_plan_use::run(&app, &ctx, &mutation, &offer, plan, holder).await };
        changed(work, render::plan_use).await
    }

    async fn release_plan_use(&self, request: Request<ReleasePlanUseRequest>) -> Result<Response<PlanUse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, offer) = self.on_offer(&ctx, ("offer", &request.offer), &request).await?;
        let plan = read(PlanName::parse(&request.plan), "plan", &request, &[])?;
        let holder = read(Holder::parse(&request.holder, plan.kind), "holder", &request, &[])?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let app = self.app.clone();
        let work = async move { release_plan_use::run(&app, &ctx, &mutation, &offer, plan, holder).await };
        changed(work, render::plan_use).await
    }
}
