//! Finds or creates the organization that a mapping names. Calls org-finder, so never inside a transaction.

use dialtone_authz::Ctx;
use dialtone_db::Mutation;
use dialtone_ids::OrganizationId;
use dialtone_status::Violation;

use crate::App;
use crate::error::Error;
use crate::model::case::Refusal;
use crate::model::organization::{Choice, Chosen, Role};
use crate::peers::org_finder::{Creation, NotCreated};
use crate::peers::request_id;

pub(super) async fn resolve(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    role: Role,
    choice: &Choice,
) -> Result<Chosen, Error> {
    match choice {
        Choice::Existing(organization) => existing(app, ctx, role, *organization).await,
        Choice::New { draft, allow_duplicate } => {
            let creation = Creation {
                draft,
                role,
                allow_duplicate: *allow_duplicate,
                // Of the body, etag included: the same mapping asked for again, under whatever request id, after whatever
                // crash, meets the organization that it created.
                request_id: request_id(&format!("{}:{:x?}", mutation.method, mutation.body_hash)),
                validate_only: mutation.validate_only,
            };
            match app.org_finder.create(ctx, creation).await {
                Ok(organization) => Ok(Chosen { organization, created: true }),
                Err(NotCreated::LooksLikeExisting(organizations)) => Err(Error::LooksLikeExisting(organizations)),
                Err(NotCreated::Invalid(violations)) => Err(Error::Invalid(below(role, violations))),
                Err(NotCreated::Fault(fault)) => Err(Error::Peer(fault)),
            }
        }
    }
}

async fn existing(app: &App, ctx: &Ctx, role: Role, organization: OrganizationId) -> Result<Chosen, Error> {
    let unknown = Error::Refused(Refusal::UnknownOrganization(organization));
    let found = app.org_finder.organization(ctx, organization).await.map_err(Error::Peer)?;
    match found {
        None => Err(unknown),
        Some(found) if found.roles.contains(&role) => Ok(Chosen { organization, created: false }),
        Some(_) if role == Role::Partner => Err(Error::NotAPartner(organization)),
        Some(_) => Err(unknown),
    }
}

/// The fields as our caller named them.
fn below(role: Role, violations: Vec<Violation>) -> Vec<Violation> {
    let prefix = match role {
        Role::Partner => "partner.create",
        Role::Customer => "customer.create",
    };
    violations.into_iter().map(|v| Violation { field: format!("{prefix}.{}", v.field), ..v }).collect()
}
