//! From the name in a request to a context that may touch what it names: authorise, then validate.
//!
//! A name that is none can only be a violation, and is told with every other one.

use dialtone_authz::Ctx;
use dialtone_ids::{BadName, OrganizationId, TemplateName};
use dialtone_proto::Validate;
use dialtone_status::Violation;
use tonic::{Code, Status};

use super::{Api, refused, refused_name, valid};
use crate::model::revision::RevisionName;

impl Api {
    /// Authorises on a template's partner, then validates.
    pub(super) async fn on_template<M: Validate>(
        &self,
        ctx: &Ctx,
        name: &str,
        message: &M,
        more: Vec<Violation>,
    ) -> Result<(Ctx, TemplateName), Status> {
        let name = read(TemplateName::parse(name), "name", message, &more)?;
        let ctx = self.reach(ctx, name.organization).await?;
        valid(message, more)?;
        Ok((ctx, name))
    }

    /// Authorises on a parent organization, then validates.
    pub(super) async fn on_partner<M: Validate>(
        &self,
        ctx: &Ctx,
        parent: &str,
        message: &M,
        more: Vec<Violation>,
    ) -> Result<(Ctx, OrganizationId), Status> {
        let partner = read(OrganizationId::parse(parent), "parent", message, &more)?;
        let ctx = self.reach(ctx, partner).await?;
        valid(message, more)?;
        Ok((ctx, partner))
    }

    /// Authorises on the partner of a revision, which `field` names, then validates.
    pub(super) async fn on_revision<M: Validate>(
        &self,
        ctx: &Ctx,
        (field, name): (&str, &str),
        message: &M,
        more: Vec<Violation>,
    ) -> Result<(Ctx, RevisionName), Status> {
        let name = read(RevisionName::parse(name), field, message, &more)?;
        let ctx = self.reach(ctx, name.template.organization).await?;
        valid(message, more)?;
        Ok((ctx, name))
    }

    /// Authorises on an organization.
    pub(super) async fn reach(&self, ctx: &Ctx, organization: OrganizationId) -> Result<Ctx, Status> {
        self.guard.on_organization(ctx, organization).await.map_err(refused)
    }

    /// Whether the caller may do on this organization what the request asks.
    pub(super) async fn may_reach(&self, ctx: &Ctx, organization: OrganizationId) -> Result<bool, Status> {
        match self.reach(ctx, organization).await {
            Ok(_) => Ok(true),
            Err(denied) if denied.code() == Code::PermissionDenied => Ok(false),
            Err(other) => Err(other),
        }
    }
}

/// A name, or every violation of its message.
pub(super) fn read<T, M: Validate>(
    name: Result<T, BadName>,
    field: &str,
    message: &M,
    more: &[Violation],
) -> Result<T, Status> {
    name.map_err(|bad| refused_name(field, &bad, message, more.to_vec()))
}
