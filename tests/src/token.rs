//! Tokens of the development issuer, and the grants that make them worth something: `make token ROLE=... ORG=...`.

use std::time::Duration;

use anyhow::Context;
use dialtone_ids::OrganizationId;
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::access_service_client::AccessServiceClient;
use dialtone_proto::orgfinder::v1::{Grant, GrantRoleRequest};
use uuid::Uuid;

use crate::caller;
use crate::issuer::{Issuer, PLATFORM_ROLE};
use crate::suite::Suite;

/// How long a token of the development issuer is good for.
const LIFE: Duration = Duration::from_secs(12 * 3600);

/// Who a development token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum TokenRole {
    /// Staff of the service provider: every organization; needs no ORG.
    PlatformAdmin,
    /// Full administrator of ORG, a partner, and through its links of its customers.
    PartnerAdmin,
    /// Full administrator of ORG, a customer.
    CustomerAdmin,
    /// Provisioning administrator of ORG.
    ProvisioningAdmin,
    /// May read ORG.
    ReadOnly,
}

impl TokenRole {
    fn granted(self) -> Option<Role> {
        match self {
            Self::PlatformAdmin => None,
            Self::PartnerAdmin | Self::CustomerAdmin => Some(Role::FullAdmin),
            Self::ProvisioningAdmin => Some(Role::ProvisioningAdmin),
            Self::ReadOnly => Some(Role::ReadOnly),
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::PlatformAdmin => "platform-admin",
            Self::PartnerAdmin => "partner-admin",
            Self::CustomerAdmin => "customer-admin",
            Self::ProvisioningAdmin => "provisioning-admin",
            Self::ReadOnly => "read-only",
        }
    }
}

/// A token of the service provider's staff.
pub fn platform(suite: &Suite) -> anyhow::Result<String> {
    issuer(suite)?.token("platform-admin", &[PLATFORM_ROLE], LIFE)
}

/// A token for somebody who may do nothing yet.
pub fn person(suite: &Suite, subject: &str) -> anyhow::Result<String> {
    issuer(suite)?.token(subject, &[], LIFE)
}

/// A token for `role` on `organization`. The role is really granted, through the suite's own AccessService.
pub async fn for_role(suite: &Suite, role: TokenRole, organization: Option<&str>) -> anyhow::Result<String> {
    let Some(granted) = role.granted() else {
        return platform(suite);
    };
    let organization = organization.context("this role is over an organization: add ORG=organizations/...")?;
    let id = OrganizationId::parse(organization)?;
    let subject = format!("{}@{}", role.label(), id.uuid());
    grant(suite, organization, &subject, granted).await?;
    person(suite, &subject)
}

/// Grants `role` on `organization` to `subject`; a grant that is there already stays as it is.
pub async fn grant(suite: &Suite, organization: &str, subject: &str, role: Role) -> anyhow::Result<()> {
    let channel = caller::connect(&suite.gateway()).await?;
    let mut access = AccessServiceClient::new(caller::with_token(&channel, &platform(suite)?)?);
    access
        .grant_role(GrantRoleRequest {
            parent: organization.to_owned(),
            grant: Some(Grant { subject: subject.to_owned(), role: role.into(), ..Grant::default() }),
            request_id: Uuid::now_v7().to_string(),
            validate_only: false,
        })
        .await
        .with_context(|| format!("granting {role:?} on {organization}"))?;
    Ok(())
}

fn issuer(suite: &Suite) -> anyhow::Result<Issuer> {
    Issuer::open(&suite.layout.keys(), suite.ports.issuer)
}
