//! Handlers of AccessService.

use dialtone_ids::{GrantName, OrganizationId};
use dialtone_proto::orgfinder::v1::access_service_server::AccessService;
use dialtone_proto::orgfinder::v1::{
    CheckAccessRequest, CheckAccessResponse, Grant, GrantRoleRequest, LinkPartnerRequest, ListAccessRequest,
    ListAccessResponse, ListGrantsRequest, ListGrantsResponse, PartnerLink, RevokeRoleRequest,
};
use dialtone_server::{ctx, mutation};
use tonic::{Request, Response, Status};

use super::{Api, answer, changed, convert, refuse_name, refused, render, valid};
use crate::ops::{check_access, grant_role, link_partner, list_access, list_grants, revoke_role};

#[tonic::async_trait]
impl AccessService for Api {
    async fn grant_role(&self, request: Request<GrantRoleRequest>) -> Result<Response<Grant>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, organization) = self.on(&ctx, ("parent", &request.parent), &request, vec![]).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let grant = request.grant.unwrap_or_default();
        let role = convert::access_role(grant.role());
        let input = grant_role::Input { organization, subject: grant.subject, role };
        let app = self.app.clone();
        let granted = changed(async move { grant_role::run(&app, &ctx, &mutation, input).await }, render::grant).await;
        self.access.forget();
        granted
    }

    async fn revoke_role(&self, request: Request<RevokeRoleRequest>) -> Result<Response<Grant>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on::<GrantName, _>(&ctx, ("name", &request.name), &request, vec![]).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let (app, etag) = (self.app.clone(), request.etag.as_str().into());
        let revoked =
            changed(async move { revoke_role::run(&app, &ctx, &mutation, name, etag).await }, render::grant).await;
        self.access.forget();
        revoked
    }

    async fn list_grants(&self, request: Request<ListGrantsRequest>) -> Result<Response<ListGrantsResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, organization) = self.on(&ctx, ("parent", &request.parent), &request, vec![]).await?;
        let page = list_grants::run(&self.app, &ctx, organization, request.page_size, &request.page_token).await;
        answer(page, |(grants, next_page_token)| ListGrantsResponse {
            grants: grants.into_iter().map(render::grant).collect(),
            next_page_token,
        })
    }

    async fn check_access(
        &self,
        request: Request<CheckAccessRequest>,
    ) -> Result<Response<CheckAccessResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let name = ("organization", request.organization.as_str());
        let (ctx, organization) = self.on::<OrganizationId, _>(&ctx, name, &request, vec![]).await?;
        answer(check_access::run(&self.app, &ctx, organization, &request.subject).await, render::access)
    }

    async fn list_access(&self, request: Request<ListAccessRequest>) -> Result<Response<ListAccessResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let ctx = self.guard.platform_or_service(&ctx).map_err(refused)?;
        valid(&request, [])?;
        let own = list_access::run(&self.app, &ctx, &request.subject).await;
        answer(own, |own| ListAccessResponse { access: own.into_iter().map(render::own_access).collect() })
    }

    async fn link_partner(&self, request: Request<LinkPartnerRequest>) -> Result<Response<PartnerLink>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let ctx = self.guard.platform_or_service(&ctx).map_err(refused)?;
        let name = |field: &str, text: &str| {
            OrganizationId::parse(text).map_err(|bad| refuse_name(field, &bad, &request, vec![]))
        };
        let (partner, customer) = (name("parent", &request.parent)?, name("customer", &request.customer)?);
        valid(&request, [])?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let input = link_partner::Input { partner, customer, role: convert::access_role(request.role()) };
        let app = self.app.clone();
        let linked =
            changed(async move { link_partner::run(&app, &ctx, &mutation, input).await }, render::partner_link).await;
        self.access.forget();
        linked
    }
}
