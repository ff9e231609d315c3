//! Handlers of SettingsService.

use dialtone_authz::Ctx;
use dialtone_ids::OrganizationId;
use dialtone_proto::templates::v1::settings_service_server::SettingsService;
use dialtone_proto::templates::v1::{
    EffectiveSettingsRequest, EffectiveSettingsResponse, GetSettingsRequest, ListSettingDefinitionsRequest,
    ListSettingDefinitionsResponse, Settings, UpdateSettingsRequest,
};
use dialtone_server::{ctx, mutation};
use tonic::{Request, Response, Status};

use super::reach::read;
use super::{Api, answer, changed, convert, refused, render, status, valid};
use crate::model::setting::{Definitions, Owner};
use crate::ops::{effective_settings, get_settings, list_setting_definitions, update_settings};

impl Api {
    /// The schema of settings, for checking what a request gives.
    pub(super) async fn definitions(&self, ctx: &Ctx) -> Result<Definitions, Status> {
        list_setting_definitions::run(&self.app, ctx).await.map_err(|error| refused(status::fault(error)))
    }
}

#[tonic::async_trait]
impl SettingsService for Api {
    async fn list_setting_definitions(
        &self,
        request: Request<ListSettingDefinitionsRequest>,
    ) -> Result<Response<ListSettingDefinitionsResponse>, Status> {
        let ctx = self.guard.own_organizations(&ctx(&request)).await.map_err(refused)?;
        let request = request.into_inner();
        valid(&request, [])?;
        let group = convert::settings::group(request.group());
        let definitions = list_setting_definitions::run(&self.app, &ctx).await;
        answer(definitions, |definitions| render::definitions(&definitions, group))
    }

    async fn get_settings(&self, request: Request<GetSettingsRequest>) -> Result<Response<Settings>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let owner = read(Owner::parse(&request.name), "name", &request, &[])?;
        let ctx = self.reach(&ctx, owner.organization()).await?;
        valid(&request, [])?;
        answer(get_settings::run(&self.app, &ctx, owner).await, render::owned)
    }

    async fn update_settings(&self, request: Request<UpdateSettingsRequest>) -> Result<Response<Settings>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let mask = request.update_mask.clone().unwrap_or_default().paths;
        let settings = request.settings.clone().unwrap_or_default();
        let mut more = convert::settings::mask_violations(&mask);
        more.extend(convert::etag_violation("settings.etag", &settings.etag));
        let owner = read(Owner::parse(&settings.name), "settings.name", &request, &more)?;
        let ctx = self.reach(&ctx, owner.organization()).await?;
        let (definitions, values) = (self.definitions(&ctx).await?, convert::settings::values(settings.values));
        let taken = (mask.as_slice(), "values");
        more.extend(convert::settings::masked_violations(
            &definitions,
            owner.level(),
            "settings.values",
            &values,
            taken,
        ));
        valid(&request, more)?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let edit = update_settings::Edit { owner, etag: settings.etag.as_str().into(), values, mask };
        let app = self.app.clone();
        changed(async move { update_settings::run(&app, &ctx, &mutation, edit).await }, render::owned).await
    }

    async fn effective_settings(
        &self,
        request: Request<EffectiveSettingsRequest>,
    ) -> Result<Response<EffectiveSettingsResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let asked = request.scope.clone().unwrap_or_default();
        let organization = read(OrganizationId::parse(&asked.organization), "scope.organization", &request, &[])?;
        let (revision, user, more) = convert::settings::scope(&asked, organization);
        let narrowed = self.reach(&ctx, organization).await?;
        let may_read_partner = match revision {
            Some(name) => self.may_reach(&ctx, name.template.organization).await?,
            None => false,
        };
        valid(&request, more)?;
        let scope = effective_settings::Scope { organization, revision, may_read_partner, user };
        answer(effective_settings::run(&self.app, &narrowed, &scope).await, render::effective)
    }
}
