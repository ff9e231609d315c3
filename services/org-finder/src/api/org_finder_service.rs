//! Handlers of OrgFinderService.

use dialtone_authz::{Admission, admission};
use dialtone_ids::OrganizationId;
use dialtone_proto::Validate;
use dialtone_proto::orgfinder::v1::org_finder_service_server::OrgFinderService;
use dialtone_proto::orgfinder::v1::{
    ExplainMatchRequest, ExplainMatchResponse, MatchOrganizationsRequest, MatchOrganizationsResponse, OrganizationRole,
    SearchOrganizationsRequest, SearchOrganizationsResponse,
};
use dialtone_server::ctx;
use dialtone_status::{Fault, Violation};
use tonic::{Request, Response, Status};

use super::{Api, answer, convert, refuse_name, refused, render, search, valid};
use crate::error::Error;
use crate::model::address::Address;
use crate::model::explanation::Verdict;
use crate::ops::{explain_match, match_organizations, search_organizations};

#[tonic::async_trait]
impl OrgFinderService for Api {
    async fn match_organizations(
        &self,
        request: Request<MatchOrganizationsRequest>,
    ) -> Result<Response<MatchOrganizationsResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        // Any caller: there is no organization to be authorised on.
        admission(ctx.method, &ctx.caller).map_err(refused)?;
        let (address, bad) = address(&request.contact_email, &request);
        valid(&request, bad.clone())?;
        let address = address.ok_or_else(|| refused(Fault::invalid_fields(bad)))?;
        let role = convert::organization_role(request.role());
        let input = match_organizations::Input { address, role, company_name: request.company_name };
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
        let bad = |bad| refused(Fault::invalid_fields([bad]));
        let (wanted, filter) = (wanted.map_err(bad)?, filter.map_err(bad)?);
        let page = search_organizations::Page { size: request.page_size, token: &request.page_token };
        let found = search_organizations::run(&self.app, &ctx, &visible, &wanted, &filter, &page).await;
        answer(found, search::response)
    }

    async fn explain_match(
        &self,
        request: Request<ExplainMatchRequest>,
    ) -> Result<Response<ExplainMatchResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (address, bad) = address(&request.contact_email, &request);
        // A contact has a role on nothing: what it may see is known with the answer.
        let by_answer = admission(ctx.method, &ctx.caller).map_err(refused)? == Admission::BySubscription;
        let (ctx, organization) = if by_answer {
            let name = OrganizationId::parse(&request.organization)
                .map_err(|name| refuse_name("organization", &name, &request, bad.clone()))?;
            valid(&request, bad.clone())?;
            (ctx, name)
        } else {
            self.on(&ctx, ("organization", &request.organization), &request, bad.clone()).await?
        };
        let address = address.ok_or_else(|| refused(Fault::invalid_fields(bad)))?;
        let role = match request.role() {
            OrganizationRole::Unspecified => None,
            role @ (OrganizationRole::Partner | OrganizationRole::Customer) => Some(convert::organization_role(role)),
        };
        let input = explain_match::Input { organization, address, role, company_name: request.company_name };
        let explained = explain_match::run(&self.app, &ctx, &input).await;
        let hidden = matches!(&explained, Ok(it) if it.verdict == Verdict::NotShown)
            || matches!(&explained, Err(Error::NotFound(_)));
        if by_answer && hidden {
            return Err(refused(Fault::permission_denied(ctx.method.permission.name)));
        }
        answer(explained, |explained| render::explanation(explained, ctx.locale))
    }
}

/// The address of a match, or what is wrong with it beyond the proto's rules: what is no address at all they refuse themselves.
fn address<M: Validate>(text: &str, request: &M) -> (Option<Address>, Vec<Violation>) {
    match convert::address(text) {
        Ok(address) => (Some(address), Vec::new()),
        Err(bad) => {
            let proto_refuses = dialtone_proto::violations(request).iter().any(|v| v.field == bad.field);
            (None, if proto_refuses { Vec::new() } else { vec![bad] })
        }
    }
}
