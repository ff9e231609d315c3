//! The same request id: one effect and equal answers, however many ask at once.

use anyhow::ensure;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::orgfinder::v1::{
    CreateOrganizationRequest, MatchOrganizationsRequest, Organization, OrganizationDomain, OrganizationRole,
    org_finder_service_client::OrgFinderServiceClient,
};
use dialtone_proto::userprovisioning::v1::user_service_client::UserServiceClient;
use dialtone_proto::userprovisioning::v1::{BatchCreateUsersRequest, ListUsersRequest, SimulatorSettings};
use dialtone_suite::world::{World, request_id};
use futures::future::join_all;
use tonic::Code;

use crate::check::refused;

const DUPLICATES: usize = 50;

fn creation_request(world: &World, label: &str) -> CreateOrganizationRequest {
    let organization = Organization {
        display_name: format!("{label} {}", world.mark),
        region_code: "SE".into(),
        roles: vec![OrganizationRole::Customer.into()],
        domains: vec![OrganizationDomain {
            domain: format!("{}-{}.example", label.to_lowercase(), world.mark),
            state: 0,
        }],
        ..Organization::default()
    };
    // Look-alikes are allowed: only the request id stands between fifty calls and fifty organizations.
    CreateOrganizationRequest {
        organization: Some(organization),
        allow_duplicate: true,
        request_id: request_id(),
        validate_only: false,
    }
}

pub async fn creation(world: World) -> anyhow::Result<()> {
    let request = creation_request(&world, "Fifty");
    let platform = world.platform()?;
    let calls = (0..DUPLICATES).map(|_| {
        let (mut client, request) = (OrganizationServiceClient::new(platform.clone()), request.clone());
        async move { client.create_organization(request).await }
    });
    let mut answers = Vec::new();
    for answer in join_all(calls).await {
        answers.push(answer?.into_inner());
    }
    ensure!(answers.iter().all(|answer| *answer == answers[0]), "the answers differ");

    let domain = &answers[0].domains[0].domain;
    let found = OrgFinderServiceClient::new(platform)
        .match_organizations(MatchOrganizationsRequest {
            contact_email: format!("x@{domain}"),
            role: OrganizationRole::Customer.into(),
            company_name: String::new(),
        })
        .await?
        .into_inner();
    ensure!(found.candidates.len() == 1, "{} organizations came of it", found.candidates.len());
    Ok(())
}

pub async fn batch(world: World) -> anyhow::Result<()> {
    let customer = world.customer("Batch", SimulatorSettings::default()).await?;
    let request = BatchCreateUsersRequest {
        parent: customer.name.clone(),
        users: customer.people("p", 20),
        target: customer.target.clone(),
        request_id: request_id(),
        validate_only: false,
    };
    let calls = (0..DUPLICATES).map(|_| {
        let (mut client, request) = (UserServiceClient::new(customer.admin.clone()), request.clone());
        async move { client.batch_create_users(request).await }
    });
    let mut names = Vec::new();
    for answer in join_all(calls).await {
        names.push(answer?.into_inner().name);
    }
    ensure!(names.iter().all(|name| *name == names[0]), "more than one operation: {names:?}");
    world.outcome(&customer.admin, &names[0], std::time::Duration::from_secs(60)).await?;
    let users = ListUsersRequest { parent: customer.name.clone(), page_size: 1000, ..Default::default() };
    let users = UserServiceClient::new(customer.admin).list_users(users).await?.into_inner().users;
    ensure!(users.len() == 20, "{} users came of it", users.len());
    Ok(())
}

pub async fn another_body(world: World) -> anyhow::Result<()> {
    let request = creation_request(&world, "First");
    let mut client = OrganizationServiceClient::new(world.platform()?);
    client.create_organization(request.clone()).await?;
    let other = CreateOrganizationRequest { request_id: request.request_id, ..creation_request(&world, "Second") };
    let name = other.organization.as_ref().map(|o| o.domains[0].domain.clone()).unwrap_or_default();
    refused(client.create_organization(other).await, Code::AlreadyExists, "REQUEST_ID_REUSED")?;

    let found = OrgFinderServiceClient::new(world.platform()?)
        .match_organizations(MatchOrganizationsRequest {
            contact_email: format!("x@{name}"),
            role: OrganizationRole::Customer.into(),
            company_name: String::new(),
        })
        .await?
        .into_inner();
    ensure!(found.candidates.is_empty(), "the refused request had an effect");
    Ok(())
}
