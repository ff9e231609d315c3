//! Bad input, each with code, reason and field, and nothing changed.

use anyhow::{Context, ensure};
use dialtone_proto::orgfinder::v1::import_organizations_request::Payload;
use dialtone_proto::orgfinder::v1::org_finder_service_client::OrgFinderServiceClient;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::orgfinder::v1::{
    GetOrganizationRequest, ImportMode, ImportOptions, ImportOrganizationsRequest, ImportOrganizationsResponse,
    ListOrganizationsRequest, MatchOrganizationsRequest, MatchOrganizationsResponse, MatchOutcome, OrganizationRole,
    UpdateOrganizationRequest,
};
use dialtone_proto::subscriptions::v1::order_service_client::OrderServiceClient;
use dialtone_proto::subscriptions::v1::organization_choice::Choice;
use dialtone_proto::subscriptions::v1::subscription_service_client::SubscriptionServiceClient;
use dialtone_proto::subscriptions::v1::{
    MapCustomerRequest, OpenSetupLinkRequest, OrganizationChoice, SubscriptionState,
};
use dialtone_suite::demo;
use dialtone_suite::world::{World, request_id};
use tonic::{Code, Response, Status};
use uuid::Uuid;

use crate::check::{names_fields, refused};

async fn find(world: &World, email: &str) -> Result<Response<MatchOrganizationsResponse>, Status> {
    let platform = world.platform().map_err(|e| Status::internal(e.to_string()))?;
    OrgFinderServiceClient::new(platform)
        .match_organizations(MatchOrganizationsRequest {
            contact_email: email.into(),
            role: OrganizationRole::Customer.into(),
            company_name: String::new(),
        })
        .await
}

pub async fn addresses(world: World) -> anyhow::Result<()> {
    let long = format!("{}@example.org", "a".repeat(250));
    for email in ["", "no-at-sign", "two@@example.org", "@example.org", "a@", "a b@example.org", long.as_str()] {
        let status = refused(find(&world, email).await, Code::InvalidArgument, "INVALID_FIELDS")
            .with_context(|| format!("address {email:?}"))?;
        names_fields(&status, &["contact_email"])?;
    }
    Ok(())
}

pub async fn unknown_organization(world: World) -> anyhow::Result<()> {
    let own = world.organization("Known", OrganizationRole::Customer).await?;
    let person = world.person(&own.name, dialtone_proto::annotations::v1::Role::FullAdmin).await?;
    let name = format!("organizations/{}", Uuid::now_v7());
    let answer = OrganizationServiceClient::new(person).get_organization(GetOrganizationRequest { name }).await;
    refused(answer, Code::PermissionDenied, "PERMISSION_DENIED")?;

    let malformed = GetOrganizationRequest { name: "organizations/1".into() };
    let answer = OrganizationServiceClient::new(world.platform()?).get_organization(malformed).await;
    names_fields(&refused(answer, Code::InvalidArgument, "INVALID_FIELDS")?, &["name"])
}

pub async fn customer_before_partner(world: World) -> anyhow::Result<()> {
    let opened = demo::opened_order(&world.suite, &world.mark).await?;
    let before = demo::subscription(opened.contact.clone(), &opened.subscription).await?;
    let customer = world.organization("Early", OrganizationRole::Customer).await?;
    let answer = SubscriptionServiceClient::new(opened.contact.clone())
        .map_customer(MapCustomerRequest {
            name: opened.subscription.clone(),
            customer: Some(OrganizationChoice { choice: Some(Choice::Organization(customer.name)) }),
            etag: before.etag.clone(),
            request_id: request_id(),
            validate_only: false,
        })
        .await;
    refused(answer, Code::FailedPrecondition, "PARTNER_NOT_MAPPED")?;
    let after = demo::subscription(opened.contact, &opened.subscription).await?;
    ensure!(after == before && after.state() == SubscriptionState::Mapping, "the refusal changed the subscription");
    Ok(())
}

pub async fn used_link(world: World) -> anyhow::Result<()> {
    let opened = demo::opened_order(&world.suite, &world.mark).await?;
    let mut client = OrderServiceClient::new(world.anonymous());
    let again = client.open_setup_link(OpenSetupLinkRequest { token: opened.token.clone() }).await;
    refused(again, Code::FailedPrecondition, "LINK_USED")?;
    let mut altered = opened.token.clone();
    altered.pop();
    altered.push(if opened.token.ends_with('A') { 'E' } else { 'A' });
    let answer = client.open_setup_link(OpenSetupLinkRequest { token: altered }).await;
    refused(answer, Code::InvalidArgument, "LINK_INVALID").map(|_| ())
}

pub async fn page_token(world: World) -> anyhow::Result<()> {
    for label in ["One", "Two", "Three"] {
        world.organization(label, OrganizationRole::Customer).await?;
    }
    let mut client = OrganizationServiceClient::new(world.platform()?);
    let first =
        client.list_organizations(ListOrganizationsRequest { page_size: 1, ..Default::default() }).await?.into_inner();
    ensure!(!first.next_page_token.is_empty(), "three organizations do not fit on a page of one");
    let tampered: String = first.next_page_token.chars().rev().collect();
    for page_token in [tampered, "x".into(), "AAAA".repeat(20)] {
        let request = ListOrganizationsRequest { page_size: 1, page_token, ..Default::default() };
        refused(client.list_organizations(request).await, Code::InvalidArgument, "INVALID_PAGE_TOKEN")?;
    }
    Ok(())
}

pub async fn stale_etag(world: World) -> anyhow::Result<()> {
    let mut client = OrganizationServiceClient::new(world.platform()?);
    let before = world.organization("Etag", OrganizationRole::Customer).await?;
    let rename = |name: &str, etag: &str| UpdateOrganizationRequest {
        organization: Some(dialtone_proto::orgfinder::v1::Organization {
            display_name: name.into(),
            etag: etag.into(),
            ..before.clone()
        }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["display_name".into()] }),
        request_id: request_id(),
        validate_only: false,
    };
    let after = client.update_organization(rename("Renamed", &before.etag)).await?.into_inner();
    let answer = client.update_organization(rename("Again", &before.etag)).await;
    refused(answer, Code::Aborted, "ETAG_MISMATCH")?;
    let now = client.get_organization(GetOrganizationRequest { name: before.name.clone() }).await?.into_inner();
    ensure!(now == after, "the refused update changed something");
    Ok(())
}

pub async fn oversized(world: World) -> anyhow::Result<()> {
    let answer = find(&world, &"a".repeat(5 * 1024 * 1024)).await;
    refused(answer, Code::ResourceExhausted, "MESSAGE_TOO_LARGE").map(|_| ())
}

/// Three lines, the second with a key that nobody knows.
fn file(world: &World) -> Vec<u8> {
    let line = |name: &str, more: &str| {
        format!(
            "{{\"name\": \"{name} {0}\", \"domains\": [\"{1}-{0}.example\"], \"country\": \"SE\"{more}}}\n",
            world.mark,
            name.to_lowercase()
        )
    };
    [line("Good", ""), line("Bad", ", \"colour\": \"red\""), line("Fine", "")].concat().into_bytes()
}

async fn import(world: &World, mode: ImportMode) -> Result<Response<ImportOrganizationsResponse>, Status> {
    let options = ImportOptions { mode: mode.into(), request_id: request_id(), validate_only: false };
    let messages = [Payload::Options(options), Payload::Chunk(file(world))];
    let messages = messages.map(|payload| ImportOrganizationsRequest { payload: Some(payload) });
    let platform = world.platform().map_err(|e| Status::internal(e.to_string()))?;
    OrganizationServiceClient::new(platform).import_organizations(tokio_stream::iter(messages)).await
}

async fn is_known(world: &World, domain: &str) -> anyhow::Result<bool> {
    let found = find(world, &format!("x@{domain}-{}.example", world.mark)).await?.into_inner();
    Ok(found.outcome() != MatchOutcome::None)
}

pub async fn import_best_effort(world: World) -> anyhow::Result<()> {
    let answer = import(&world, ImportMode::BestEffort).await?.into_inner();
    ensure!((answer.created_count, answer.refused_count) == (2, 1), "{answer:?}");
    let issue = answer.issues.first().context("the refused line is reported")?;
    ensure!(issue.line == 2 && issue.field == "colour" && issue.rule == "unknown_key", "{issue:?}");
    ensure!(is_known(&world, "good").await? && is_known(&world, "fine").await?, "the good lines were not loaded");
    ensure!(!is_known(&world, "bad").await?, "the bad line was loaded");
    Ok(())
}

pub async fn import_atomic(world: World) -> anyhow::Result<()> {
    let status = refused(import(&world, ImportMode::Atomic).await, Code::InvalidArgument, "IMPORT_REFUSED")?;
    let lines: Vec<String> = dialtone_status::field_violations(&status).into_iter().map(|v| v.field).collect();
    ensure!(lines.iter().all(|field| field.starts_with("lines[2]")) && !lines.is_empty(), "{lines:?}");
    ensure!(!is_known(&world, "good").await? && !is_known(&world, "fine").await?, "something was loaded");
    Ok(())
}
