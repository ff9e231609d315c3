//! Turns a request's context into one that sees exactly what the caller may see, or refuses.
//!
//! A refusal is the same fault whether or not the organization exists, and is given before anything is looked up.

use std::sync::Arc;

use dialtone_ids::{OrganizationId, SubscriptionId};
use dialtone_status::Fault;

use crate::{AccessSource, Admission, CallerKind, Ctx, Role, admission};

/// Checks callers against a source of grants. `Guard` without a parameter holds any source.
pub struct Guard<A: ?Sized = dyn AccessSource> {
    access: Arc<A>,
}

impl<A: ?Sized> Clone for Guard<A> {
    fn clone(&self) -> Self {
        Self { access: Arc::clone(&self.access) }
    }
}

impl<A: AccessSource> Guard<A> {
    /// A guard that asks `access`.
    pub fn new(access: A) -> Self {
        Self { access: Arc::new(access) }
    }

    /// The same guard without its type.
    pub fn erased(self) -> Guard {
        Guard { access: self.access }
    }
}

impl<A: AccessSource + ?Sized> Guard<A> {
    /// Narrows to one organization: for the provider's staff, for listed services, and for persons with the method's least role on
    /// it. A set-up contact never passes: it has a subscription, not an organization.
    pub async fn on_organization(&self, ctx: &Ctx, organization: OrganizationId) -> Result<Ctx, Fault> {
        self.on_organization_with(ctx, organization, Role::Unspecified).await
    }

    /// As [`Guard::on_organization`], where what is asked for needs more than the method's least role.
    pub async fn on_organization_with(
        &self,
        ctx: &Ctx,
        organization: OrganizationId,
        more: Role,
    ) -> Result<Ctx, Fault> {
        match admission(ctx.method, &ctx.caller)? {
            Admission::Everywhere => Ok(ctx.within(organization)),
            Admission::ByRole(least) if self.has_role(ctx, organization, least.max(more)).await? => {
                Ok(ctx.within(organization))
            }
            Admission::ByRole(_) | Admission::BySubscription | Admission::Open => Err(denied(ctx)),
        }
    }

    /// Narrows to a subscription that was already read: a set-up contact passes for the subscription of its own session only, anyone
    /// else by one of the `organizations` it belongs to. The context sees all of these organizations. With none (nothing mapped
    /// yet), only staff, services and the contact pass.
    pub async fn on_subscription(
        &self,
        ctx: &Ctx,
        subscription: SubscriptionId,
        organizations: &[OrganizationId],
    ) -> Result<Ctx, Fault> {
        let seen = || ctx.within_all(organizations.iter().copied());
        match admission(ctx.method, &ctx.caller)? {
            Admission::Everywhere => Ok(seen()),
            Admission::BySubscription if session(ctx) == Some(subscription) => Ok(seen()),
            Admission::ByRole(least) => {
                for organization in organizations {
                    if self.has_role(ctx, *organization, least).await? {
                        return Ok(seen());
                    }
                }
                Err(denied(ctx))
            }
            Admission::BySubscription | Admission::Open => Err(denied(ctx)),
        }
    }

    /// Opens everything to the provider's staff and the services that the permission lists; refuses everyone else.
    pub fn platform_or_service(&self, ctx: &Ctx) -> Result<Ctx, Fault> {
        match admission(ctx.method, &ctx.caller)? {
            Admission::Everywhere => Ok(ctx.everywhere()),
            Admission::ByRole(_) | Admission::BySubscription | Admission::Open => Err(denied(ctx)),
        }
    }

    /// Narrows to all organizations on which a person has the method's least role; staff and listed services see all. A method for
    /// any caller lets everyone in, with nothing to see for those who have nothing.
    pub async fn own_organizations(&self, ctx: &Ctx) -> Result<Ctx, Fault> {
        let least = match admission(ctx.method, &ctx.caller)? {
            Admission::Everywhere => return Ok(ctx.everywhere()),
            Admission::ByRole(least) if ctx.caller.kind == CallerKind::Person => least,
            Admission::ByRole(_) => return Ok(ctx.within_all([])),
            Admission::BySubscription | Admission::Open => return Err(denied(ctx)),
        };
        let own = self.access.organizations(&ctx.caller.subject).await?;
        let own: Vec<_> =
            own.into_iter().filter(|(_, role)| *role >= least).map(|(organization, _)| organization).collect();
        if own.is_empty() && !ctx.method.permission.any_caller {
            return Err(denied(ctx));
        }
        Ok(ctx.within_all(own))
    }

    async fn has_role(&self, ctx: &Ctx, organization: OrganizationId, least: Role) -> Result<bool, Fault> {
        if ctx.caller.kind != CallerKind::Person {
            return Ok(false);
        }
        let role = self.access.role(&ctx.caller.subject, organization).await?;
        Ok(role.is_some_and(|role| role >= least))
    }
}

/// The subscription of a set-up session.
fn session(ctx: &Ctx) -> Option<SubscriptionId> {
    match ctx.caller.kind {
        CallerKind::SetupContact { subscription } => Some(subscription),
        CallerKind::Person | CallerKind::Platform | CallerKind::Service(_) | CallerKind::Anonymous => None,
    }
}

fn denied(ctx: &Ctx) -> Fault {
    Fault::permission_denied(ctx.method.permission.name)
}
