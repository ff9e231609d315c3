//! What a test of the whole suite begins with: callers, and the first steps of the story as single calls.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::google::longrunning::operations_client::OperationsClient;
use dialtone_proto::google::longrunning::{GetOperationRequest, Operation, operation};
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::orgfinder::v1::{CreateOrganizationRequest, Organization, OrganizationDomain, OrganizationRole};
use dialtone_proto::userprovisioning::v1::location_service_client::LocationServiceClient;
use dialtone_proto::userprovisioning::v1::target::Kind;
use dialtone_proto::userprovisioning::v1::target_service_client::TargetServiceClient;
use dialtone_proto::userprovisioning::v1::{
    CreateLocationRequest, CreateTargetRequest, Location, LocationKind, PostalAddress, SimulatorSettings, Target, User,
};
use tonic::transport::Channel;
use uuid::Uuid;

use crate::caller::{self, As};
use crate::suite::Suite;
use crate::token;

/// One test's callers on the shared suite; what it creates bears its own mark.
pub struct World {
    pub suite: Arc<Suite>,
    /// Six characters that no other test has.
    pub mark: String,
    channel: Channel,
}

/// A customer that is ready to get people.
pub struct Customer {
    pub name: String,
    pub domain: String,
    pub location: String,
    pub target: String,
    /// Its full administrator.
    pub admin: As,
}

impl World {
    pub async fn new(suite: Arc<Suite>) -> anyhow::Result<World> {
        let channel = caller::connect(&suite.gateway()).await?;
        let mark = Uuid::new_v4().simple().to_string()[..6].to_owned();
        Ok(World { suite, mark, channel })
    }

    /// The service provider's staff.
    pub fn platform(&self) -> anyhow::Result<As> {
        self.with_token(&token::platform(&self.suite)?)
    }

    /// Somebody with this token.
    pub fn with_token(&self, token: &str) -> anyhow::Result<As> {
        caller::with_token(&self.channel, token)
    }

    /// Somebody without a token.
    pub fn anonymous(&self) -> As {
        caller::anonymous(&self.channel)
    }

    /// A person with `role` on `organization`, really granted.
    pub async fn person(&self, organization: &str, role: Role) -> anyhow::Result<As> {
        let subject = format!("{role:?}-{}@{}", self.mark, Uuid::new_v4().simple());
        token::grant(&self.suite, organization, &subject, role).await?;
        self.with_token(&token::person(&self.suite, &subject)?)
    }

    /// A new organization with one domain.
    pub async fn organization(&self, label: &str, role: OrganizationRole) -> anyhow::Result<Organization> {
        let organization = Organization {
            display_name: format!("{label} {}", self.mark),
            region_code: "SE".into(),
            roles: vec![role.into()],
            domains: vec![OrganizationDomain {
                domain: format!("{label}-{}.example", self.mark).to_lowercase(),
                state: 0,
            }],
            ..Organization::default()
        };
        let request = CreateOrganizationRequest {
            organization: Some(organization),
            allow_duplicate: false,
            request_id: request_id(),
            validate_only: false,
        };
        let mut client = OrganizationServiceClient::new(self.platform()?);
        Ok(client.create_organization(request).await.context("creating an organization")?.into_inner())
    }

    /// A customer with headquarters and a simulated target.
    pub async fn customer(&self, label: &str, simulator: SimulatorSettings) -> anyhow::Result<Customer> {
        let organization = self.organization(label, OrganizationRole::Customer).await?;
        let admin = self.person(&organization.name, Role::FullAdmin).await?;
        let location = CreateLocationRequest {
            parent: organization.name.clone(),
            location: Some(headquarters()),
            request_id: request_id(),
            validate_only: false,
        };
        let location = LocationServiceClient::new(admin.clone()).create_location(location).await?.into_inner();
        let target = CreateTargetRequest {
            parent: organization.name.clone(),
            target: Some(Target {
                display_name: "Simulator".into(),
                kind: Some(Kind::Simulator(simulator)),
                ..Target::default()
            }),
            request_id: request_id(),
            validate_only: false,
        };
        let target = TargetServiceClient::new(admin.clone()).create_target(target).await?.into_inner();
        let domain = organization.domains[0].domain.clone();
        Ok(Customer { name: organization.name, domain, location: location.name, target: target.name, admin })
    }

    /// Awaits the end of an operation, through crashes of whoever works on it; its response, or its error.
    pub async fn outcome(&self, caller: &As, name: &str, within: Duration) -> anyhow::Result<operation::Result> {
        let end = tokio::time::Instant::now() + within;
        loop {
            // A service that is just being killed does not answer; the next question will be.
            if let Ok(seen) = self.operation(caller, name).await
                && seen.done
            {
                return seen.result.context("an operation that is done has a result");
            }
            anyhow::ensure!(tokio::time::Instant::now() < end, "{name} is not done within {within:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// An operation as it is now.
    pub async fn operation(&self, caller: &As, name: &str) -> Result<Operation, tonic::Status> {
        let mut request = tonic::Request::new(GetOperationRequest { name: name.to_owned() });
        request.set_timeout(Duration::from_secs(5));
        Ok(OperationsClient::new(caller.clone()).get_operation(request).await?.into_inner())
    }
}

impl Customer {
    /// `count` people, whose addresses begin with `label`.
    pub fn people(&self, label: &str, count: usize) -> Vec<User> {
        let person = |index| User {
            given_name: "Ada".into(),
            family_name: format!("Number {index}"),
            email: format!("{label}{index:04}@{}", self.domain),
            package: "packages/webex_calling".into(),
            location: self.location.clone(),
            ..User::default()
        };
        (0..count).map(person).collect()
    }
}

/// A headquarters that passes every rule.
pub fn headquarters() -> Location {
    Location {
        display_name: "Headquarters".into(),
        kind: LocationKind::Headquarters.into(),
        address: Some(PostalAddress {
            region_code: "SE".into(),
            locality: "Uppsala".into(),
            address_lines: vec!["Dragarbrunnsgatan 1".into()],
            ..PostalAddress::default()
        }),
        time_zone: "Europe/Stockholm".into(),
        language_code: "sv".into(),
        ..Location::default()
    }
}

/// An idempotency key.
pub fn request_id() -> String {
    Uuid::now_v7().to_string()
}
