//! Who a caller is, and how the gateway knows.

use std::time::Duration;

use dialtone_authz::{Caller, TokenSigner};
use dialtone_ids::ServiceName;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::orgfinder::v1::{ListOrganizationsRequest, OrganizationRole};
use dialtone_suite::issuer::{Issuer, PLATFORM_ROLE};
use dialtone_suite::world::World;
use tonic::{Code, Request};

use crate::check::refused;

fn list() -> ListOrganizationsRequest {
    ListOrganizationsRequest { page_size: 1, ..Default::default() }
}

pub async fn without_a_token(world: World) -> anyhow::Result<()> {
    let answer = OrganizationServiceClient::new(world.anonymous()).list_organizations(list()).await;
    refused(answer, Code::Unauthenticated, "UNAUTHENTICATED").map(|_| ())
}

/// Even a token that is well signed, as an insider could have copied one, is dropped at the gateway.
pub async fn forged_header(world: World) -> anyhow::Result<()> {
    let file = world.suite.layout.keys().join("gateway.pem");
    let signer = TokenSigner::new(ServiceName::Gateway, &std::fs::read_to_string(file)?)?;
    let token = signer.token(&Caller::platform("intruder"));
    let mut request = Request::new(list());
    request.metadata_mut().insert("x-dialtone-identity", token.parse()?);
    let answer = OrganizationServiceClient::new(world.anonymous()).list_organizations(request).await;
    refused(answer, Code::Unauthenticated, "UNAUTHENTICATED")?;

    // With a token of an ordinary person beside it, the person is who calls.
    world.organization("Hidden", OrganizationRole::Customer).await?;
    let person = world.with_token(&dialtone_suite::token::person(&world.suite, "nobody")?)?;
    let mut request = Request::new(list());
    request.metadata_mut().insert("x-dialtone-identity", token.parse()?);
    let seen = OrganizationServiceClient::new(person).list_organizations(request).await?.into_inner();
    anyhow::ensure!(seen.organizations.is_empty(), "the forged header was believed");
    Ok(())
}

pub async fn foreign_issuer(world: World) -> anyhow::Result<()> {
    let folder = world.suite.layout.root().join(format!("foreign-{}", world.mark));
    std::fs::create_dir_all(&folder)?;
    // The right issuer's name, the wrong key.
    let issuer = Issuer::open(&folder, world.suite.ports.issuer)?;
    let token = issuer.token("intruder", &[PLATFORM_ROLE], Duration::from_secs(600))?;
    let answer = OrganizationServiceClient::new(world.with_token(&token)?).list_organizations(list()).await;
    refused(answer, Code::Unauthenticated, "UNAUTHENTICATED").map(|_| ())
}
