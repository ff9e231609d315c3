//! Handlers of OrganizationService.

use dialtone_authz::{Admission, CallerKind, Ctx, admission};
use dialtone_ids::OrganizationId;
use dialtone_proto::Validate;
use dialtone_proto::google::longrunning::Operation;
use dialtone_proto::orgfinder::v1::organization_service_server::OrganizationService;
use dialtone_proto::orgfinder::v1::{
    CreateOrganizationRequest, DeleteOrganizationRequest, GetOrganizationRequest, ImportOrganizationsRequest,
    ImportOrganizationsResponse, ListOrganizationsRequest, ListOrganizationsResponse, MergeOrganizationsRequest,
    MergePlan, Organization, PlanMergeRequest, UndeleteOrganizationRequest, UndoMergeRequest,
    UpdateOrganizationRequest,
};
use dialtone_server::{ctx, mutation};
use tonic::{Request, Response, Status, Streaming};

use super::{Api, answer, changed, convert, import, merges, refuse_name, refused, render, valid};
use crate::ops::list_organizations::Visible;
use crate::ops::{
    create_organization, delete_organization, get_organization, import_organizations, list_organizations,
    merge_organizations, plan_merge, undelete_organization, undo_merge, update_organization,
};

/// Whose organizations a caller sees in a list.
fn visible(ctx: &Ctx) -> Result<Visible, Status> {
    Ok(match admission(ctx.method, &ctx.caller).map_err(refused)? {
        Admission::Everywhere => Visible::All,
        Admission::ByRole(_) if ctx.caller.kind == CallerKind::Person => Visible::Of(ctx.caller.subject.clone()),
        Admission::ByRole(_) | Admission::BySubscription | Admission::Open => Visible::None,
    })
}

impl Api {
    /// The organization of this name, for the provider's staff.
    fn of_platform<M: Validate>(&self, ctx: &Ctx, name: &str, message: &M) -> Result<(Ctx, OrganizationId), Status> {
        let ctx = self.guard.platform_or_service(ctx).map_err(refused)?;
        let id = OrganizationId::parse(name).map_err(|bad| refuse_name("name", &bad, message, vec![]))?;
        valid(message, [])?;
        Ok((ctx, id))
    }
}

#[tonic::async_trait]
impl OrganizationService for Api {
    async fn get_organization(
        &self,
        request: Request<GetOrganizationRequest>,
    ) -> Result<Response<Organization>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, id) = self.on::<OrganizationId, _>(&ctx, ("name", &request.name), &request, vec![]).await?;
        answer(get_organization::run(&self.app, &ctx, id).await, render::organization)
    }

    async fn list_organizations(
        &self,
        request: Request<ListOrganizationsRequest>,
    ) -> Result<Response<ListOrganizationsResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let visible = visible(&ctx)?;
        valid(&request, [])?;
        let (size, token) = (request.page_size, &request.page_token);
        let page = list_organizations::run(&self.app, &ctx, &visible, request.show_deleted, size, token).await;
        answer(page, |(organizations, next_page_token)| ListOrganizationsResponse {
            organizations: organizations.into_iter().map(render::organization).collect(),
            next_page_token,
        })
    }

    async fn create_organization(
        &self,
        request: Request<CreateOrganizationRequest>,
    ) -> Result<Response<Organization>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let ctx = self.guard.platform_or_service(&ctx).map_err(refused)?;
        let organization = request.organization.clone().unwrap_or_default();
        let domains = convert::domains(&organization.domains);
        let mut more = convert::profile_violations(&organization, |_| true);
        more.extend(domains.clone().err().unwrap_or_default());
        valid(&request, more)?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let input = create_organization::Input {
            profile: convert::profile(organization),
            domains: domains.unwrap_or_default(),
            allow_duplicate: request.allow_duplicate,
        };
        let app = self.app.clone();
        changed(async move { create_organization::run(&app, &ctx, &mutation, input).await }, render::organization).await
    }

    async fn update_organization(
        &self,
        request: Request<UpdateOrganizationRequest>,
    ) -> Result<Response<Organization>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let mask = request.update_mask.clone().unwrap_or_default().paths;
        let organization = request.organization.clone().unwrap_or_default();
        let mut more = convert::profile_violations(&organization, |field| mask.iter().any(|path| path == field));
        more.extend(convert::mask_violations(&mask));
        more.extend(convert::etag_violation(&organization.etag));
        let name = ("organization.name", organization.name.as_str());
        let (ctx, id) = self.on::<OrganizationId, _>(&ctx, name, &request, more).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let etag = organization.etag.as_str().into();
        let edit = update_organization::Edit { id, etag, profile: convert::profile(organization), mask };
        let app = self.app.clone();
        changed(async move { update_organization::run(&app, &ctx, &mutation, edit).await }, render::organization).await
    }

    async fn delete_organization(
        &self,
        request: Request<DeleteOrganizationRequest>,
    ) -> Result<Response<Organization>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, id) = self.of_platform(&ctx, &request.name, &request)?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let input = delete_organization::Input { id, etag: request.etag.as_str().into(), force: request.force };
        let app = self.app.clone();
        let work = async move { delete_organization::run(&app, &ctx, &mutation, input).await };
        let deleted = changed(work, render::organization).await;
        self.access.forget();
        deleted
    }

    async fn undelete_organization(
        &self,
        request: Request<UndeleteOrganizationRequest>,
    ) -> Result<Response<Organization>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, id) = self.of_platform(&ctx, &request.name, &request)?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let (app, etag) = (self.app.clone(), request.etag.as_str().into());
        let work = async move { undelete_organization::run(&app, &ctx, &mutation, id, etag).await };
        let back = changed(work, render::organization).await;
        self.access.forget();
        back
    }

    async fn import_organizations(
        &self,
        request: Request<Streaming<ImportOrganizationsRequest>>,
    ) -> Result<Response<ImportOrganizationsResponse>, Status> {
        let (ctx, mut messages) = (ctx(&request), request.into_inner());
        let ctx = self.guard.platform_or_service(&ctx).map_err(refused)?;
        let app = self.app.clone();
        let work = async move {
            let options = import::options(messages.message().await)?;
            import_organizations::run(&app, &ctx, options, import::pieces(messages)).await
        };
        changed(work, render::report).await
    }

    async fn plan_merge(&self, request: Request<PlanMergeRequest>) -> Result<Response<MergePlan>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let ctx = self.guard.platform_or_service(&ctx).map_err(refused)?;
        let pair = merges::pair(&request.survivor, &request.duplicate, &request)?;
        answer(plan_merge::run(&self.app, &ctx, pair).await, merges::plan)
    }

    async fn merge_organizations(
        &self,
        request: Request<MergeOrganizationsRequest>,
    ) -> Result<Response<Operation>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let ctx = self.guard.platform_or_service(&ctx).map_err(refused)?;
        let pair = merges::pair(&request.survivor, &request.duplicate, &request)?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let app = self.app.clone();
        let work = async move { merge_organizations::run(&app, &ctx, &mutation, pair, request.plan_hash).await };
        changed(work, |started| started.to_proto()).await
    }

    async fn undo_merge(&self, request: Request<UndoMergeRequest>) -> Result<Response<Organization>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let ctx = self.guard.platform_or_service(&ctx).map_err(refused)?;
        let name =
            OrganizationId::parse(&request.name).map_err(|bad| refuse_name("name", &bad, &request, Vec::new()))?;
        valid(&request, [])?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let app = self.app.clone();
        let undone =
            changed(async move { undo_merge::run(&app, &ctx, &mutation, name).await }, render::organization).await;
        self.access.forget();
        undone
    }
}
