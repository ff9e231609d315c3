//! Chapter: matches the contact, maps the partner, then the customer: once to a match, once to a new organization.

use anyhow::Context;
use dialtone_proto::orgfinder::v1::org_finder_service_client::OrgFinderServiceClient;
use dialtone_proto::orgfinder::v1::{
    MatchOrganizationsRequest, MatchOrganizationsResponse, MatchOutcome, Organization, OrganizationDomain,
    OrganizationRole,
};
use dialtone_proto::subscriptions::v1::organization_choice::Choice;
use dialtone_proto::subscriptions::v1::subscription_service_client::SubscriptionServiceClient;
use dialtone_proto::subscriptions::v1::{
    GetSubscriptionRequest, MapCustomerRequest, MapPartnerRequest, NewOrganization, OrganizationChoice, Subscription,
};

use super::directory::Cast;
use super::order::{self, Opened};
use super::stage::{Stage, request_id};
use crate::caller::As;

/// A subscription with both its organizations.
pub struct Mapped {
    pub subscription: String,
    pub partner: String,
    pub customer: String,
    pub contact: As,
}

/// Both mappings by a match.
pub async fn map_to_match(stage: &mut Stage<'_>, cast: &Cast, opened: &Opened) -> anyhow::Result<Mapped> {
    let found = find(stage, opened, &opened.contact_email, OrganizationRole::Partner, "").await?;
    let partner = best(&found)?;
    map_partner(opened, &partner).await?;
    stage.voice.say(format!("MapPartner: {partner}"));

    let address = format!("it@{}", cast.customer_domain);
    let found = find(stage, opened, &address, OrganizationRole::Customer, &cast.customer_name).await?;
    let customer = best(&found)?;
    let mapped = map_customer(opened, Choice::Organization(customer.clone())).await?;
    stage.voice.say(format!("MapCustomer to the match: {customer}; the subscription is {:?}", mapped.state()));
    Ok(Mapped { subscription: opened.subscription.clone(), partner, customer, contact: opened.contact.clone() })
}

/// A second order, whose customer nobody knows yet.
pub async fn map_to_new(stage: &mut Stage<'_>, cast: &Cast) -> anyhow::Result<()> {
    stage.voice.say("a second order, for a customer that nobody knows yet:");
    let opened = order::place(stage, &cast.partner_domain, "DT-1002").await?;
    let found = find(stage, &opened, &opened.contact_email, OrganizationRole::Partner, "").await?;
    map_partner(&opened, &best(&found)?).await?;

    let domain = format!("saltmarsh-{}.example", stage.run);
    find(stage, &opened, &format!("office@{domain}"), OrganizationRole::Customer, "Saltmarsh Bakery").await?;
    let organization = Organization {
        display_name: format!("Saltmarsh Bakery {}", stage.run.to_uppercase()),
        region_code: "NO".into(),
        roles: vec![OrganizationRole::Customer.into()],
        domains: vec![OrganizationDomain { domain, state: 0 }],
        ..Organization::default()
    };
    let create = NewOrganization { organization: Some(organization), allow_duplicate: false };
    let mapped = map_customer(&opened, Choice::Create(create)).await?;
    stage.voice.say(format!("MapCustomer to a new organization: {}; {:?}", mapped.customer, mapped.state()));
    Ok(())
}

async fn find(
    stage: &Stage<'_>,
    opened: &Opened,
    email: &str,
    role: OrganizationRole,
    company: &str,
) -> anyhow::Result<MatchOrganizationsResponse> {
    let found = match_address(opened.contact.clone(), email, role, company).await?;
    tell(stage, email, &found);
    Ok(found)
}

/// One `MatchOrganizations` call.
pub async fn match_address(
    caller: As,
    email: &str,
    role: OrganizationRole,
    company: &str,
) -> anyhow::Result<MatchOrganizationsResponse> {
    let request =
        MatchOrganizationsRequest { contact_email: email.into(), role: role.into(), company_name: company.into() };
    Ok(OrgFinderServiceClient::new(caller).match_organizations(request).await.context("matching")?.into_inner())
}

/// Tells the outcome, the first candidates and what speaks for each.
pub fn tell(stage: &Stage<'_>, email: &str, found: &MatchOrganizationsResponse) {
    let outcome = match found.outcome() {
        MatchOutcome::Matched => "MATCHED",
        MatchOutcome::Candidates => "CANDIDATES",
        MatchOutcome::None => "NONE",
        MatchOutcome::Unspecified => "?",
    };
    stage.voice.say(format!("MatchOrganizations {email}: {outcome}"));
    for candidate in found.candidates.iter().take(3) {
        let signals: Vec<String> =
            candidate.signals.iter().map(|s| format!("{} {:+.2}", s.name, s.contribution)).collect();
        stage.voice.say(format!("  {:.2} {} [{}]", candidate.score, candidate.display_name, signals.join(", ")));
        if let Some(evidence) = &candidate.evidence {
            stage.voice.say(format!(
                "       {} active people, {} verified and {} unverified domains, {}{}",
                evidence.active_users,
                evidence.verified_domains.len(),
                evidence.unverified_domains.len(),
                evidence.region_code,
                if candidate.unlikely { format!("; unlikely: {}", candidate.unlikely_reason) } else { String::new() }
            ));
        }
    }
}

fn best(found: &MatchOrganizationsResponse) -> anyhow::Result<String> {
    Ok(found.candidates.first().context("the match has a candidate")?.organization.clone())
}

async fn map_partner(opened: &Opened, partner: &str) -> anyhow::Result<Subscription> {
    let request = MapPartnerRequest {
        name: opened.subscription.clone(),
        partner: Some(OrganizationChoice { choice: Some(Choice::Organization(partner.into())) }),
        etag: current(opened.contact.clone(), &opened.subscription).await?.etag,
        request_id: request_id(),
        validate_only: false,
    };
    let mut client = SubscriptionServiceClient::new(opened.contact.clone());
    Ok(client.map_partner(request).await.context("mapping the partner")?.into_inner())
}

async fn map_customer(opened: &Opened, choice: Choice) -> anyhow::Result<Subscription> {
    let request = MapCustomerRequest {
        name: opened.subscription.clone(),
        customer: Some(OrganizationChoice { choice: Some(choice) }),
        etag: current(opened.contact.clone(), &opened.subscription).await?.etag,
        request_id: request_id(),
        validate_only: false,
    };
    let mut client = SubscriptionServiceClient::new(opened.contact.clone());
    Ok(client.map_customer(request).await.context("mapping the customer")?.into_inner())
}

/// The subscription as it is now.
pub async fn current(caller: As, name: &str) -> anyhow::Result<Subscription> {
    let request = GetSubscriptionRequest { name: name.to_owned() };
    Ok(SubscriptionServiceClient::new(caller).get_subscription(request).await?.into_inner())
}
