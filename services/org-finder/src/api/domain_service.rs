//! Handlers of DomainService, and its messages.

use dialtone_ids::{Etag, OrganizationId};
use dialtone_proto::orgfinder::v1::domain_service_server::DomainService;
use dialtone_proto::orgfinder::v1::{
    AddDomainRequest, ClaimDomainRequest, Domain, DomainChallenge, GetDomainChallengeRequest, ListDomainsRequest,
    ListDomainsResponse, ReleaseDomainRequest, VerifyDomainRequest,
};
use dialtone_server::{ctx, mutation};
use prost_types::Duration;
use tonic::{Request, Response, Status};

use super::{Api, answer, changed, convert, refused, render};
use crate::model::challenge::{ADVISED_TTL, Challenge, record_name};
use crate::model::domain;
use crate::model::held_domain::{DomainName, HeldDomain};
use crate::ops::{add_domain, claim_domain, get_domain_challenge, list_domains, release_domain, verify_domain};

#[tonic::async_trait]
impl DomainService for Api {
    async fn add_domain(&self, request: Request<AddDomainRequest>) -> Result<Response<Domain>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let spelling = domain::of_organization(request.domain.trim());
        // One that is missing is the proto's to refuse.
        let bad = spelling.as_ref().err().filter(|_| !request.domain.is_empty());
        let more = bad.map(|bad| convert::violation("domain", bad.rule(), bad.remedy())).into_iter().collect();
        let parent = ("parent", request.parent.as_str());
        let (ctx, organization) = self.on::<OrganizationId, _>(&ctx, parent, &request, more).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let name = DomainName { organization, domain: spelling.unwrap_or_default() };
        let app = self.app.clone();
        changed(async move { add_domain::run(&app, &ctx, &mutation, name).await }, held).await
    }

    async fn list_domains(
        &self,
        request: Request<ListDomainsRequest>,
    ) -> Result<Response<ListDomainsResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, organization) = self.on(&ctx, ("parent", &request.parent), &request, vec![]).await?;
        let page = list_domains::run(&self.app, &ctx, organization, request.page_size, &request.page_token).await;
        answer(page, |(domains, next_page_token)| ListDomainsResponse {
            domains: domains.into_iter().map(held).collect(),
            next_page_token,
        })
    }

    async fn get_domain_challenge(
        &self,
        request: Request<GetDomainChallengeRequest>,
    ) -> Result<Response<DomainChallenge>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on(&ctx, ("name", &request.name), &request, vec![]).await?;
        answer(get_domain_challenge::run(&self.app, &ctx, name).await, challenge)
    }

    async fn verify_domain(&self, request: Request<VerifyDomainRequest>) -> Result<Response<Domain>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on(&ctx, ("name", &request.name), &request, vec![]).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let (app, etag) = (self.app.clone(), Etag::from(request.etag));
        changed(async move { verify_domain::run(&app, &ctx, &mutation, name, etag).await }, held).await
    }

    async fn claim_domain(&self, request: Request<ClaimDomainRequest>) -> Result<Response<Domain>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on(&ctx, ("name", &request.name), &request, vec![]).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let (app, etag) = (self.app.clone(), Etag::from(request.etag));
        changed(async move { claim_domain::run(&app, &ctx, &mutation, name, etag).await }, held).await
    }

    async fn release_domain(&self, request: Request<ReleaseDomainRequest>) -> Result<Response<Domain>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, name) = self.on(&ctx, ("name", &request.name), &request, vec![]).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let (app, etag) = (self.app.clone(), Etag::from(request.etag));
        changed(async move { release_domain::run(&app, &ctx, &mutation, name, etag).await }, held).await
    }
}

fn held(domain: HeldDomain) -> Domain {
    Domain {
        name: domain.name.to_string(),
        state: render::domain_state(domain.state).into(),
        etag: Etag::of_version(domain.version).into_string(),
        create_time: render::timestamp(domain.created),
        verify_time: domain.verified.and_then(render::timestamp),
        claim_time: domain.claimed.and_then(render::timestamp),
        domain: domain.name.domain,
    }
}

fn challenge((domain, challenge): (HeldDomain, Challenge)) -> DomainChallenge {
    let (record_name, record_value) = (record_name(&domain.name.domain), challenge.value());
    DomainChallenge {
        zone_line: format!("{record_name}. {ADVISED_TTL} IN TXT \"{record_value}\""),
        verify_path: format!("/v1/{}:verify", domain.name),
        domain: Some(held(domain)),
        record_name,
        record_type: "TXT".to_owned(),
        record_value,
        record_ttl: Some(Duration { seconds: i64::from(ADVISED_TTL), nanos: 0 }),
    }
}
