//! Plans, offers and their holders, by the shortest way.

use dialtone_ids::{OrganizationId, ServiceName, UserId, UserName};
use dialtone_proto::templates::v1::{
    ApplyResellerOfferRequest, CreateCustomerPlanRequest, CreateUserPlanRequest, CustomerPlan, GetResellerOfferRequest,
    PlanUse, ProvisionResellerOfferRequest, RecordPlanUseRequest, ReleasePlanUseRequest, ResellerOffer,
    TelephonyOption, UserPlan, WithdrawResellerOfferRequest,
};
use dialtone_testkit::request;
use tonic::{Response, Status};

use crate::support::World;

/// Whose plans the provider's are.
pub const PROVIDER: &str = "organizations/-";

/// A user plan that breaks no rule.
pub fn pc_to_pc() -> UserPlan {
    UserPlan {
        display_name: "PC to PC".into(),
        offering: "offerings/lync-hosted".into(),
        telephony_option: TelephonyOption::PcToPc.into(),
        ..Default::default()
    }
}

/// A customer plan that breaks no rule.
pub fn standard() -> CustomerPlan {
    CustomerPlan { display_name: "Standard".into(), offering: "offerings/lync-hosted".into(), ..Default::default() }
}

/// The name of a partner's offer.
pub fn offer_of(partner: OrganizationId) -> String {
    format!("{partner}/resellerOffers/lync-hosted")
}

/// A user of a customer; that it exists is not this service's to know.
pub fn user_of(customer: OrganizationId) -> String {
    UserName::new(customer, UserId::new()).to_string()
}

impl World {
    pub async fn create_user_plan(&self, token: &str, parent: &str, plan: UserPlan) -> Result<UserPlan, Status> {
        let message = CreateUserPlanRequest { parent: parent.to_owned(), user_plan: Some(plan), ..Default::default() };
        self.catalog().create_user_plan(request(token, message)).await.map(Response::into_inner)
    }

    /// A user plan of the provider.
    pub async fn user_plan(&self) -> String {
        self.create_user_plan(&self.keys.platform(), PROVIDER, pc_to_pc()).await.expect("a plan").name
    }

    /// A customer plan of the provider.
    pub async fn customer_plan(&self) -> String {
        self.create_customer_plan(standard()).await.name
    }

    pub async fn create_customer_plan(&self, plan: CustomerPlan) -> CustomerPlan {
        let message =
            CreateCustomerPlanRequest { parent: PROVIDER.into(), customer_plan: Some(plan), ..Default::default() };
        let made = self.catalog().create_customer_plan(request(&self.keys.platform(), message)).await;
        made.expect("a plan").into_inner()
    }

    pub async fn apply(&self, token: &str, message: ApplyResellerOfferRequest) -> Result<ResellerOffer, Status> {
        self.offers().apply_reseller_offer(request(token, message)).await.map(Response::into_inner)
    }

    pub async fn provision(
        &self,
        token: &str,
        message: ProvisionResellerOfferRequest,
    ) -> Result<ResellerOffer, Status> {
        self.offers().provision_reseller_offer(request(token, message)).await.map(Response::into_inner)
    }

    pub async fn withdraw(&self, token: &str, message: WithdrawResellerOfferRequest) -> Result<ResellerOffer, Status> {
        self.offers().withdraw_reseller_offer(request(token, message)).await.map(Response::into_inner)
    }

    pub async fn offer(&self, token: &str, partner: OrganizationId) -> Result<ResellerOffer, Status> {
        let message = GetResellerOfferRequest { name: offer_of(partner) };
        self.offers().get_reseller_offer(request(token, message)).await.map(Response::into_inner)
    }

    /// What the provider offers a partner: these plans and no other.
    pub async fn offered(&self, partner: OrganizationId, plans: &[&str]) -> ResellerOffer {
        let token = self.keys.platform();
        let etag = self.offer(&token, partner).await.map(|offer| offer.etag).unwrap_or_default();
        let applied = self.apply(&token, ApplyResellerOfferRequest { etag, ..ticks(partner, plans) }).await;
        self.provision(&token, provisioning(&applied.expect("it is applied"))).await.expect("it is provisioned")
    }

    pub async fn give(&self, message: RecordPlanUseRequest) -> Result<PlanUse, Status> {
        let token = self.keys.service(ServiceName::UserProvisioning);
        self.offers().record_plan_use(request(&token, message)).await.map(Response::into_inner)
    }

    pub async fn take_back(&self, message: RecordPlanUseRequest) -> Result<PlanUse, Status> {
        let RecordPlanUseRequest { offer, plan, holder, request_id, validate_only } = message;
        let message = ReleasePlanUseRequest { offer, plan, holder, request_id, validate_only };
        let token = self.keys.service(ServiceName::UserProvisioning);
        self.offers().release_plan_use(request(&token, message)).await.map(Response::into_inner)
    }
}

/// The provider ticks these.
pub fn ticks(partner: OrganizationId, plans: &[&str]) -> ApplyResellerOfferRequest {
    let of = |kind: &str| plans.iter().filter(|plan| plan.contains(kind)).map(|plan| (*plan).to_owned()).collect();
    ApplyResellerOfferRequest {
        name: offer_of(partner),
        user_plans: of("/userPlans/"),
        customer_plans: of("/customerPlans/"),
        ..Default::default()
    }
}

/// Whoever offers it provisions it.
pub fn provisioning(offer: &ResellerOffer) -> ProvisionResellerOfferRequest {
    ProvisionResellerOfferRequest {
        name: offer.name.clone(),
        offered_by: offer.offered_by.clone(),
        etag: offer.etag.clone(),
        ..Default::default()
    }
}

/// Whoever offers it withdraws these; none for all.
pub fn withdrawal(offer: &ResellerOffer, plans: &[&str]) -> WithdrawResellerOfferRequest {
    WithdrawResellerOfferRequest {
        name: offer.name.clone(),
        offered_by: offer.offered_by.clone(),
        plans: plans.iter().map(|plan| (*plan).to_owned()).collect(),
        etag: offer.etag.clone(),
        ..Default::default()
    }
}

/// Somebody gets a plan by a partner's offer.
pub fn giving(partner: OrganizationId, plan: &str, holder: impl ToString) -> RecordPlanUseRequest {
    RecordPlanUseRequest {
        offer: offer_of(partner),
        plan: plan.to_owned(),
        holder: holder.to_string(),
        ..Default::default()
    }
}
