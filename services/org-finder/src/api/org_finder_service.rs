//! Handler of OrgFinderService.

use dialtone_authz::admission;
use dialtone_proto::orgfinder::v1::org_finder_service_server::OrgFinderService;
use dialtone_proto::orgfinder::v1::{
    MatchOrganizationsRequest, MatchOrganizationsResponse, SearchOrganizationsRequest, SearchOrganizationsResponse,
};
use dialtone_server::ctx;
use tonic::{Request, Response, Status};

use super::{Api, answer, convert, refused, render, search, valid};
use crate::ops::{match_organizations, search_organizations};

#[tonic::async_trait]
impl OrgFinderService for Api {
    async fn match_organizations(
        &self,
        request: Request<MatchOrganizationsRequest>,
    ) -> Result<Response<MatchOrganizationsResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        // Any caller: there is no organization to be authorised on.
        admission(ctx.method, &ctx.caller).map_err(refused)?;
        let address = convert::address(&request.contact_email);
        // What is no address at all is refused by the proto's own rule.
        let proto_refuses = dialtone_proto::violations(&request).iter().any(|v| v.field == "contact_email");
        valid(&request, address.as_ref().err().filter(|_| !proto_refuses).cloned())?;
        let input = match_organizations::Input {
            address: address.map_err(|bad| refused(dialtone_status::Fault::invalid_fields([bad])))?,
            role: convert::organization_role(request.role()),
            company_name: request.company_name,
        };
        let outcome = match_organizations::run(&self.app, &ctx, &input).await;
        answer(outcome, |outcome| render::outcome(outcome, ctx.locale))
    }

    async fn search_organizations(
        &self,
        request: Request<SearchOrganizationsRequest>,
    ) -> Result<Response<SearchOrganizationsResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let visible = search::visible(&ctx)?;
        let (wanted, filter) = (search::wanted(&request), search::filter(&request));
        // What is missing, too long or no country at all is refused by the proto's own rules.
        let refuses = dialtone_proto::violations(&request);
        let more = [wanted.as_ref().err(), filter.as_ref().err()].into_iter().flatten().cloned();
        let more = more.filter(|own| !refuses.iter().any(|violation| violation.field == own.field));
        valid(&request, more.collect::<Vec<_>>())?;
        let bad = |bad| refused(dialtone_status::Fault::invalid_fields([bad]));
        let (wanted, filter) = (wanted.map_err(bad)?, filter.map_err(bad)?);
        let page = search_organizations::Page { size: request.page_size, token: &request.page_token };
        let found = search_organizations::run(&self.app, &ctx, &visible, &wanted, &filter, &page).await;
        answer(found, search::response)
    }
}
