//! Handlers of AccessService.

use dialtone_authz::{Ctx, Role};
use dialtone_ids::{AccessRequestName, Etag, GrantName, OrganizationId, PartnerLinkName};
use dialtone_proto::Validate;
use dialtone_proto::orgfinder::v1::access_service_server::AccessService;
use dialtone_proto::orgfinder::v1::{
    AccessRequest, ApproveAccessRequestRequest, CheckAccessRequest, CheckAccessResponse, DenyAccessRequestRequest,
    GetAccessRequestRequest, Grant, GrantRoleRequest, LinkPartnerRequest, ListAccessRequest, ListAccessRequestsRequest,
    ListAccessRequestsResponse, ListAccessResponse, ListGrantsRequest, ListGrantsResponse, ListPartnerLinksRequest,
    ListPartnerLinksResponse, PartnerLink, RequestFullAdminRequest, RevokeRoleRequest, UnlinkPartnerRequest,
};
use dialtone_server::{ctx, mutation};
use prost::Message;
use tonic::{Request, Response, Status};

use super::{Api, answer, changed, convert, refuse_name, refused, render, valid};
use crate::error::Error;
use crate::model::access_request::Ending;
use crate::ops::{
    check_access, decide_access_request, get_access_request, grant_role, link_partner, list_access,
    list_access_requests, list_grants, list_partner_links, request_full_admin, revoke_role, unlink_partner,
};

#[tonic::async_trait]
impl AccessService for Api {
    async fn grant_role(&self, request: Request<GrantRoleRequest>) -> Result<Response<Grant>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, organization) = self.on(&ctx, ("parent", &request.parent), &request, vec![]).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let grant = request.grant.unwrap_or_default();
        let role = convert::access_role(grant.role());
        let etag = grant.etag.as_str().into();
        let input = grant_role::Input { organization, subject: grant.subject, role, etag };
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

    async fn list_partner_links(
        &self,
        request: Request<ListPartnerLinksRequest>,
    ) -> Result<Response<ListPartnerLinksResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, organization) = self.on(&ctx, ("parent", &request.parent), &request, vec![]).await?;
        let ListPartnerLinksRequest { as_customer, page_size, page_token, .. } = request;
        let input = list_partner_links::Input { organization, as_customer, page_size, page_token };
        let page = list_partner_links::run(&self.app, &ctx, input).await;
        answer(page, |(links, next_page_token)| ListPartnerLinksResponse {
            partner_links: links.into_iter().map(render::partner_link).collect(),
            next_page_token,
        })
    }

    async fn unlink_partner(&self, request: Request<UnlinkPartnerRequest>) -> Result<Response<PartnerLink>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let name = PartnerLinkName::parse(&request.name).map_err(|bad| refuse_name("name", &bad, &request, vec![]))?;
        // Who may remove a link depends on the customer, which its name does not tell.
        let customer = unlink_partner::customer(&self.app, &ctx, name).await;
        let customer = customer.map_err(|error| refused(super::status::fault(error)))?;
        let ctx = match customer {
            Some(customer) => self.guard.on_organization(&ctx, customer).await.map_err(refused)?,
            None => {
                // A bad message tells nobody that there is no such link.
                if valid(&request, []).is_err() {
                    self.guard.platform_or_service(&ctx).map_err(refused)?;
                }
                ctx
            }
        };
        valid(&request, [])?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let input = unlink_partner::Input { name, customer, etag: Etag::from(request.etag) };
        let app = self.app.clone();
        let unlinked =
            changed(async move { unlink_partner::run(&app, &ctx, &mutation, input).await }, render::partner_link).await;
        self.access.forget();
        unlinked
    }

    async fn request_full_admin(
        &self,
        request: Request<RequestFullAdminRequest>,
    ) -> Result<Response<AccessRequest>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let bad: Vec<_> = convert::reason_violation(&request.reason).into_iter().collect();
        let customer = OrganizationId::parse(&request.parent)
            .map_err(|name| refuse_name("parent", &name, &request, bad.clone()))?;
        let (ctx, partner) = self.on(&ctx, ("partner", &request.partner), &request, bad).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let input = request_full_admin::Input { customer, partner, reason: request.reason };
        let app = self.app.clone();
        let asked = async move { request_full_admin::run(&app, &ctx, &mutation, input).await };
        changed(asked, render::access_request).await
    }

    async fn get_access_request(
        &self,
        request: Request<GetAccessRequestRequest>,
    ) -> Result<Response<AccessRequest>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let name =
            AccessRequestName::parse(&request.name).map_err(|bad| refuse_name("name", &bad, &request, vec![]))?;
        let found = get_access_request::run(&self.app, &ctx, name).await;
        let found = found.map_err(|error| refused(super::status::fault(error)))?;
        let as_customer = self.guard.on_organization_with(&ctx, name.organization, Role::FullAdmin).await;
        match (as_customer, &found) {
            (Ok(_), _) => {}
            (Err(_), Some(found)) => {
                self.guard.on_organization(&ctx, found.partner).await.map_err(refused)?;
            }
            (Err(denied), None) => return Err(refused(denied)),
        }
        valid(&request, [])?;
        answer(found.ok_or_else(|| Error::NotFound(name.to_string())), render::access_request)
    }

    async fn list_access_requests(
        &self,
        request: Request<ListAccessRequestsRequest>,
    ) -> Result<Response<ListAccessRequestsResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let organization =
            OrganizationId::parse(&request.parent).map_err(|bad| refuse_name("parent", &bad, &request, vec![]))?;
        // Other partners' requests are nobody's business who only provisions.
        let least = if request.sent { Role::ProvisioningAdmin } else { Role::FullAdmin };
        let ctx = self.guard.on_organization_with(&ctx, organization, least).await.map_err(refused)?;
        valid(&request, [])?;
        let state = convert::request_state(request.state());
        let ListAccessRequestsRequest { sent, page_size, page_token, .. } = request;
        let input = list_access_requests::Input { organization, sent, state, page_size, page_token };
        let page = list_access_requests::run(&self.app, &ctx, input).await;
        answer(page, |(requests, next_page_token)| ListAccessRequestsResponse {
            access_requests: requests.into_iter().map(render::access_request).collect(),
            next_page_token,
        })
    }

    async fn approve_access_request(
        &self,
        request: Request<ApproveAccessRequestRequest>,
    ) -> Result<Response<AccessRequest>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let asked = Asked {
            name: &request.name,
            etag: &request.etag,
            request_id: &request.request_id,
            validate_only: request.validate_only,
        };
        self.decide(&ctx, &request, asked, Ending::Approved).await
    }

    async fn deny_access_request(
        &self,
        request: Request<DenyAccessRequestRequest>,
    ) -> Result<Response<AccessRequest>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let asked = Asked {
            name: &request.name,
            etag: &request.etag,
            request_id: &request.request_id,
            validate_only: request.validate_only,
        };
        self.decide(&ctx, &request, asked, Ending::Denied).await
    }
}

/// The fields that both answers to a request have.
struct Asked<'a> {
    name: &'a str,
    etag: &'a str,
    request_id: &'a str,
    validate_only: bool,
}

impl Api {
    async fn decide<M: Validate + Message>(
        &self,
        ctx: &Ctx,
        message: &M,
        asked: Asked<'_>,
        ending: Ending,
    ) -> Result<Response<AccessRequest>, Status> {
        let (ctx, name) = self.on::<AccessRequestName, _>(ctx, ("name", asked.name), message, vec![]).await?;
        let mutation = mutation(&ctx, message, asked.request_id, asked.validate_only).map_err(refused)?;
        let input = decide_access_request::Input { name, etag: asked.etag.into(), ending };
        let app = self.app.clone();
        let decided = async move { decide_access_request::run(&app, &ctx, &mutation, input).await };
        let decided = changed(decided, render::access_request).await;
        self.access.forget();
        decided
    }
}
