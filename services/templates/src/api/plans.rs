//! What the methods of user plans and of customer plans share: both are plans to everything below.

use dialtone_authz::{Ctx, Role};
use dialtone_ids::Etag;
use dialtone_proto::Validate;
use dialtone_server::{detached, mutation};
use dialtone_status::Violation;
use prost::Message;
use tonic::Status;

use super::reach::read;
use super::{Api, convert, refused, valid};
use crate::model::plan::{Content, Kind, Owner, Plan, PlanName};
use crate::ops::{create_plan, delete_plan, get_plan, list_plans, update_plan};

/// A plan as a request gives it.
pub(super) struct Given {
    /// The field that holds it.
    pub field: &'static str,
    pub name: String,
    pub etag: String,
    pub offering: String,
    pub content: Content,
    /// What a proto cannot say.
    pub violations: Vec<Violation>,
}

/// How a request is to be repeated or rehearsed.
pub(super) struct Repeat<'a> {
    pub request_id: &'a str,
    pub validate_only: bool,
}

impl Api {
    /// Authorises on the owner of plans: everybody who is somebody reads the provider's, and its staff writes them.
    async fn on_owner(&self, ctx: &Ctx, owner: Owner) -> Result<Ctx, Status> {
        match owner {
            Owner::Organization(organization) => self.reach(ctx, organization).await,
            Owner::Provider if ctx.method.permission.least_role == Role::ReadOnly => {
                self.guard.own_organizations(ctx).await.map_err(refused)
            }
            Owner::Provider => self.guard.platform_or_service(ctx).map_err(refused),
        }
    }

    pub(super) async fn plan_create<M: Validate + Message>(
        &self,
        ctx: &Ctx,
        message: &M,
        (parent, given): (&str, Given),
        repeat: Repeat<'_>,
    ) -> Result<Plan, Status> {
        let owner = read(Owner::parse(parent), "parent", message, &given.violations)?;
        let ctx = self.on_owner(ctx, owner).await?;
        valid(message, given.violations)?;
        let mutation = mutation(&ctx, message, repeat.request_id, repeat.validate_only).map_err(refused)?;
        let (app, authorised) = (self.app.clone(), ctx.clone());
        let (offering, content) = (convert::plans::offering(&given.offering), given.content);
        let work = async move { create_plan::run(&app, &ctx, &mutation, owner, &offering, content).await };
        let made = detached(work).await.map_err(refused)?;
        self.told(&authorised, made).await
    }

    pub(super) async fn plan_get<M: Validate>(
        &self,
        ctx: &Ctx,
        message: &M,
        name: &str,
        kind: Kind,
    ) -> Result<Plan, Status> {
        let name = read(PlanName::parse_as(name, kind), "name", message, &[])?;
        let ctx = self.on_owner(ctx, name.owner).await?;
        valid(message, [])?;
        let found = get_plan::run(&self.app, &ctx, name).await;
        self.told(&ctx, found).await
    }

    pub(super) async fn plan_list<M: Validate>(
        &self,
        ctx: &Ctx,
        message: &M,
        (parent, kind): (&str, Kind),
        (size, token): (i32, &str),
    ) -> Result<(Vec<Plan>, String), Status> {
        let owner = read(Owner::parse(parent), "parent", message, &[])?;
        let ctx = self.on_owner(ctx, owner).await?;
        valid(message, [])?;
        let page = list_plans::run(&self.app, &ctx, owner, kind, size, token).await;
        self.told(&ctx, page).await
    }

    pub(super) async fn plan_update<M: Validate + Message>(
        &self,
        ctx: &Ctx,
        message: &M,
        (given, mask): (Given, Vec<String>),
        repeat: Repeat<'_>,
    ) -> Result<Plan, Status> {
        let kind = given.content.kind();
        let mut more = convert::plans::mask_violations(kind, &mask);
        more.extend(convert::etag_violation(&format!("{}.etag", given.field), &given.etag));
        let field = format!("{}.name", given.field);
        let name = read(PlanName::parse_as(&given.name, kind), &field, message, &more)?;
        let ctx = self.on_owner(ctx, name.owner).await?;
        valid(message, more)?;
        let mutation = mutation(&ctx, message, repeat.request_id, repeat.validate_only).map_err(refused)?;
        let edit = update_plan::Edit { name, etag: given.etag.as_str().into(), content: given.content, mask };
        let (app, authorised) = (self.app.clone(), ctx.clone());
        let work = async move { update_plan::run(&app, &ctx, &mutation, edit).await };
        let updated = detached(work).await.map_err(refused)?;
        self.told(&authorised, updated).await
    }

    pub(super) async fn plan_delete<M: Validate + Message>(
        &self,
        ctx: &Ctx,
        message: &M,
        (name, kind, etag): (&str, Kind, &str),
        repeat: Repeat<'_>,
    ) -> Result<Plan, Status> {
        let name = read(PlanName::parse_as(name, kind), "name", message, &[])?;
        let ctx = self.on_owner(ctx, name.owner).await?;
        valid(message, [])?;
        let mutation = mutation(&ctx, message, repeat.request_id, repeat.validate_only).map_err(refused)?;
        let (app, authorised, etag) = (self.app.clone(), ctx.clone(), Etag::from(etag));
        let work = async move { delete_plan::run(&app, &ctx, &mutation, name, etag).await };
        let deleted = detached(work).await.map_err(refused)?;
        self.told(&authorised, deleted).await
    }
}
