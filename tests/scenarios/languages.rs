//! Texts in the caller's language, through the gateway: outcomes and errors, with the same reason in each.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use dialtone_proto::orgfinder::v1::org_finder_service_client::OrgFinderServiceClient;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::orgfinder::v1::{
    GetOrganizationRequest, MatchOrganizationsRequest, MatchOutcome, OrganizationRole,
};
use dialtone_status::{LocalizedMessage, localized_message};
use dialtone_suite::world::World;
use tonic::{Code, Request, Status};
use uuid::Uuid;

use crate::check::refused;

/// What is wanted, and what is given.
const WISHES: [(&str, &str); 6] =
    [("", "en"), ("ja, zh", "en"), ("fr-CA", "fr"), ("en;q=0.1, sv-FI", "sv"), ("de-AT", "de"), ("pt", "pt-BR")];

fn wishing<T>(message: T, wish: &'static str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("accept-language", tonic::metadata::MetadataValue::from_static(wish));
    request
}

fn told(status: &Status) -> anyhow::Result<LocalizedMessage> {
    localized_message(status).with_context(|| format!("no LocalizedMessage in {status:?}"))
}

pub async fn errors(world: World) -> anyhow::Result<()> {
    let mut services = OrganizationServiceClient::new(world.platform()?);
    let mut gateway = OrganizationServiceClient::new(world.anonymous());
    let mut texts = BTreeSet::new();
    for (wish, locale) in WISHES {
        let nothing = GetOrganizationRequest { name: format!("organizations/{}", Uuid::now_v7()) };
        let status = services.get_organization(wishing(nothing.clone(), wish)).await;
        let by_service = told(&refused(status, Code::NotFound, "NOT_FOUND")?)?;
        ensure!(by_service.locale == locale, "{wish}: {}", by_service.locale);
        ensure!(by_service.message.contains(&nothing.name), "{wish}: {}", by_service.message);
        let status = gateway.get_organization(wishing(nothing, wish)).await;
        let by_gateway = told(&refused(status, Code::Unauthenticated, "UNAUTHENTICATED")?)?;
        ensure!(by_gateway.locale == locale, "{wish}: {}", by_gateway.locale);
        texts.insert(by_gateway.message);
    }
    ensure!(texts.len() == 5, "five languages, and not {texts:?}");
    Ok(())
}

pub async fn outcomes(world: World) -> anyhow::Result<()> {
    let mut client = OrgFinderServiceClient::new(world.platform()?);
    let mut texts = BTreeSet::new();
    for (wish, _) in WISHES {
        let question = MatchOrganizationsRequest {
            contact_email: format!("nobody@{}.example", world.mark.to_lowercase()),
            role: OrganizationRole::Customer.into(),
            company_name: String::new(),
        };
        let answer = client.match_organizations(wishing(question, wish)).await?.into_inner();
        ensure!(answer.outcome() == MatchOutcome::None, "{wish}: {:?}", answer.outcome());
        texts.insert(answer.message);
    }
    ensure!(texts.len() == 5, "five languages, and not {texts:?}");
    Ok(())
}
