//! Handlers of TemplateService.

use dialtone_authz::Ctx;
use dialtone_ids::{OrganizationId, TemplateName};
use dialtone_proto::Validate;
use dialtone_proto::templates::v1::template_service_server::TemplateService;
use dialtone_proto::templates::v1::{
    CreateTemplateRequest, GetTemplateRequest, ListRevisionsRequest, ListRevisionsResponse, ListTemplatesRequest,
    ListTemplatesResponse, ResolveProvisioningIdRequest, ReviewTemplateRequest, ReviewTemplateResponse, Revision,
    SubmitTemplateRequest, Template, UpdateTemplateRequest,
};
use dialtone_server::{ctx, mutation};
use dialtone_status::Violation;
use tonic::{Request, Response, Status};

use super::{Api, answer, changed, convert, refused, refused_name, render, valid};
use crate::ops::{
    create_template, get_template, list_revisions, list_templates, resolve_provisioning_id, review_template,
    submit_template, update_template,
};

impl Api {
    /// Authorises on the organization of a template's name, then validates. A name that is none can only be a violation.
    async fn on_template<M: Validate>(
        &self,
        ctx: &Ctx,
        name: &str,
        message: &M,
        more: Vec<Violation>,
    ) -> Result<(Ctx, TemplateName), Status> {
        let name = TemplateName::parse(name).map_err(|bad| refused_name("name", &bad, message, more.clone()))?;
        let ctx = self.guard.on_organization(ctx, name.organization).await.map_err(refused)?;
        valid(message, more)?;
        Ok((ctx, name))
    }

    /// The same on a parent organization.
    async fn on_partner<M: Validate>(
        &self,
        ctx: &Ctx,
        parent: &str,
        message: &M,
        more: Vec<Violation>,
    ) -> Result<(Ctx, OrganizationId), Status> {
        let bad_parent = |bad| refused_name("parent", &bad, message, more.clone());
        let partner = OrganizationId::parse(parent).map_err(bad_parent)?;
        let ctx = self.guard.on_organization(ctx, partner).await.map_err(refused)?;
        valid(message, more)?;
        Ok((ctx, partner))
    }
}

#[tonic::async_trait]
impl TemplateService for Api {
    async fn create_template(&self, request: Request<CreateTemplateRequest>) -> Result<Response<Template>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let more = convert::template_violations(request.template.as_ref(), |_| true);
        let (ctx, partner) = self.on_partner(&ctx, &request.parent, &request, more).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let settings = convert::settings(request.template.unwrap_or_default());
        let app = self.app.clone();
        changed(async move { create_template::run(&app, &ctx, &mutation, partner, settings).await }, render::template)
            .await
    }

    async fn get_template(&self, request: Request<GetTemplateRequest>) -> Result<Response<Template>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on_template(&ctx, &request.name, &request, vec![]).await?;
        answer(get_template::run(&self.app, &ctx, name).await, render::template)
    }

    async fn list_templates(
        &self,
        request: Request<ListTemplatesRequest>,
    ) -> Result<Response<ListTemplatesResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, partner) = self.on_partner(&ctx, &request.parent, &request, vec![]).await?;
        let page = list_templates::run(&self.app, &ctx, partner, request.page_size, &request.page_token).await;
        answer(page, |(templates, next_page_token)| ListTemplatesResponse {
            templates: templates.into_iter().map(render::template).collect(),
            next_page_token,
        })
    }

    async fn update_template(&self, request: Request<UpdateTemplateRequest>) -> Result<Response<Template>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let mask = request.update_mask.clone().unwrap_or_default().paths;
        let named = |field: &str| mask.iter().any(|path| path == field);
        let mut more = convert::template_violations(request.template.as_ref(), named);
        more.extend(convert::mask_violations(&mask));
        let template = request.template.clone().unwrap_or_default();
        more.extend(convert::etag_violation(&template.etag));
        let (ctx, name) = self.on_template(&ctx, &template.name, &request, more).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let etag = template.etag.as_str().into();
        let edit = update_template::Edit { name, etag, settings: convert::settings(template), mask };
        let app = self.app.clone();
        changed(async move { update_template::run(&app, &ctx, &mutation, edit).await }, render::template).await
    }

    async fn review_template(
        &self,
        request: Request<ReviewTemplateRequest>,
    ) -> Result<Response<ReviewTemplateResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on_template(&ctx, &request.name, &request, vec![]).await?;
        answer(review_template::run(&self.app, &ctx, name).await, render::review)
    }

    async fn submit_template(&self, request: Request<SubmitTemplateRequest>) -> Result<Response<Template>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on_template(&ctx, &request.name, &request, vec![]).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let (app, etag) = (self.app.clone(), request.etag.as_str().into());
        changed(async move { submit_template::run(&app, &ctx, &mutation, name, etag).await }, render::template).await
    }

    async fn list_revisions(
        &self,
        request: Request<ListRevisionsRequest>,
    ) -> Result<Response<ListRevisionsResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, template) = self.on_template(&ctx, &request.parent, &request, vec![]).await?;
        let page = list_revisions::run(&self.app, &ctx, template, request.page_size, &request.page_token).await;
        answer(page, |(revisions, next_page_token)| ListRevisionsResponse {
            revisions: revisions.into_iter().map(render::revision).collect(),
            next_page_token,
        })
    }

    async fn resolve_provisioning_id(
        &self,
        request: Request<ResolveProvisioningIdRequest>,
    ) -> Result<Response<Revision>, Status> {
        let ctx = self.guard.own_organizations(&ctx(&request)).await.map_err(refused)?;
        let request = request.into_inner();
        valid(&request, [])?;
        let revision = resolve_provisioning_id::run(&self.app, &ctx, &request.provisioning_id).await;
        answer(revision, render::revision)
    }
}
