//! Handlers of TemplateService.

use dialtone_authz::Ctx;
use dialtone_ids::{OrganizationId, TemplateName};
use dialtone_proto::templates::v1::template_service_server::TemplateService;
use dialtone_proto::templates::v1::{
    ArchiveTemplateRequest, CountTemplateUseRequest, CountTemplateUseResponse, CreateTemplateRequest,
    DeleteTemplateRequest, DiffRevisionsRequest, DiffRevisionsResponse, GetRevisionRequest, GetTemplateRequest,
    ListRevisionsRequest, ListRevisionsResponse, ListTemplatesRequest, ListTemplatesResponse, RecordTemplateUseRequest,
    ReleaseTemplateUseRequest, ResolveProvisioningIdRequest, ReviewTemplateRequest, ReviewTemplateResponse, Revision,
    SubmitTemplateRequest, Template, TemplateUse, UnarchiveTemplateRequest, UndeleteTemplateRequest,
    UpdateTemplateRequest,
};
use dialtone_server::{ctx, mutation};
use dialtone_status::Violation;
use tonic::{Request, Response, Status};

use super::reach::read;
use super::{Api, answer, changed, convert, refused, render, valid};
use crate::model::setting::Level;
use crate::model::template::SETTINGS;
use crate::ops::{
    archive_template, count_template_use, create_template, delete_template, diff_revisions, get_revision, get_template,
    list_revisions, list_templates, record_template_use, release_template_use, resolve_provisioning_id,
    review_template, submit_template, unarchive_template, undelete_template, update_template,
};

impl Api {
    /// What does not fit the schema among a template's settings, all of them or those that a mask takes. The schema is read only
    /// where there is something to check.
    async fn setting_violations(
        &self,
        ctx: &Ctx,
        template: &Template,
        mask: Option<&[String]>,
    ) -> Result<Vec<Violation>, Status> {
        let touched = |path: &String| path.split('.').next() == Some(SETTINGS);
        let values = convert::settings::values(template.settings.clone());
        let (level, field) = (Level::Template, "template.settings");
        match mask {
            None if values.is_empty() => Ok(Vec::new()),
            None => Ok(convert::settings::violations(&self.definitions(ctx).await?, level, field, &values)),
            Some(mask) if !mask.iter().any(touched) => Ok(Vec::new()),
            Some(mask) => {
                let definitions = self.definitions(ctx).await?;
                Ok(convert::settings::masked_violations(&definitions, level, field, &values, (mask, SETTINGS)))
            }
        }
    }
}

#[tonic::async_trait]
impl TemplateService for Api {
    async fn create_template(&self, request: Request<CreateTemplateRequest>) -> Result<Response<Template>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let mut more = convert::template_violations(request.template.as_ref(), |_| true);
        let partner = read(OrganizationId::parse(&request.parent), "parent", &request, &more)?;
        let ctx = self.reach(&ctx, partner).await?;
        let template = request.template.clone().unwrap_or_default();
        more.extend(self.setting_violations(&ctx, &template, None).await?);
        valid(&request, more)?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let (app, content) = (self.app.clone(), convert::content(template));
        changed(async move { create_template::run(&app, &ctx, &mutation, partner, content).await }, render::template)
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
        let page =
            list_templates::run(&self.app, &ctx, partner, request.show_deleted, request.page_size, &request.page_token)
                .await;
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
        more.extend(convert::etag_violation("template.etag", &template.etag));
        let name = read(TemplateName::parse(&template.name), "template.name", &request, &more)?;
        let ctx = self.reach(&ctx, name.organization).await?;
        more.extend(self.setting_violations(&ctx, &template, Some(&mask)).await?);
        valid(&request, more)?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let etag = template.etag.as_str().into();
        let edit = update_template::Edit { name, etag, content: convert::content(template), mask };
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
        let customer = match request.customer.as_str() {
            "" => None,
            name => Some(read(OrganizationId::parse(name), "customer", &request, &[])?),
        };
        valid(&request, [])?;
        let revision = resolve_provisioning_id::run(&self.app, &ctx, &request.provisioning_id, customer).await;
        answer(revision, render::revision)
    }

    async fn get_revision(&self, request: Request<GetRevisionRequest>) -> Result<Response<Revision>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on_revision(&ctx, ("name", &request.name), &request, vec![]).await?;
        answer(get_revision::run(&self.app, &ctx, name).await, render::revision)
    }

    async fn diff_revisions(
        &self,
        request: Request<DiffRevisionsRequest>,
    ) -> Result<Response<DiffRevisionsResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on_template(&ctx, &request.name, &request, vec![]).await?;
        let to = (request.to != 0).then_some(request.to);
        answer(diff_revisions::run(&self.app, &ctx, name, request.from, to).await, render::differences)
    }

    async fn archive_template(&self, request: Request<ArchiveTemplateRequest>) -> Result<Response<Template>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on_template(&ctx, &request.name, &request, vec![]).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let (app, etag) = (self.app.clone(), request.etag.as_str().into());
        changed(async move { archive_template::run(&app, &ctx, &mutation, name, etag).await }, render::template).await
    }

    async fn unarchive_template(
        &self,
        request: Request<UnarchiveTemplateRequest>,
    ) -> Result<Response<Template>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on_template(&ctx, &request.name, &request, vec![]).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let (app, etag) = (self.app.clone(), request.etag.as_str().into());
        changed(async move { unarchive_template::run(&app, &ctx, &mutation, name, etag).await }, render::template).await
    }

    async fn delete_template(&self, request: Request<DeleteTemplateRequest>) -> Result<Response<Template>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on_template(&ctx, &request.name, &request, vec![]).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let (app, etag) = (self.app.clone(), request.etag.as_str().into());
        changed(async move { delete_template::run(&app, &ctx, &mutation, name, etag).await }, render::template).await
    }

    async fn undelete_template(&self, request: Request<UndeleteTemplateRequest>) -> Result<Response<Template>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on_template(&ctx, &request.name, &request, vec![]).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let (app, etag) = (self.app.clone(), request.etag.as_str().into());
        changed(async move { undelete_template::run(&app, &ctx, &mutation, name, etag).await }, render::template).await
    }

    async fn count_template_use(
        &self,
        request: Request<CountTemplateUseRequest>,
    ) -> Result<Response<CountTemplateUseResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on_template(&ctx, &request.name, &request, vec![]).await?;
        answer(count_template_use::run(&self.app, &ctx, name).await, render::counts)
    }

    async fn record_template_use(
        &self,
        request: Request<RecordTemplateUseRequest>,
    ) -> Result<Response<TemplateUse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, revision) = self.on_revision(&ctx, ("revision", &request.revision), &request, vec![]).await?;
        let customer = read(OrganizationId::parse(&request.customer), "customer", &request, &[])?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let app = self.app.clone();
        let work = async move { record_template_use::run(&app, &ctx, &mutation, revision, customer).await };
        changed(work, render::used).await
    }

    async fn release_template_use(
        &self,
        request: Request<ReleaseTemplateUseRequest>,
    ) -> Result<Response<TemplateUse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, revision) = self.on_revision(&ctx, ("revision", &request.revision), &request, vec![]).await?;
        let customer = read(OrganizationId::parse(&request.customer), "customer", &request, &[])?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let app = self.app.clone();
        let work = async move { release_template_use::run(&app, &ctx, &mutation, revision, customer).await };
        changed(work, render::used).await
    }
}
