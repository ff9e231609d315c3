//! Creates an organization, unless it looks like one that exists.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::OrganizationId;

use super::change;
use crate::App;
use crate::error::Error;
use crate::model::name;
use crate::model::organization::{Organization, Profile};
use crate::store::lookalike::{self, Likeness};
use crate::store::{op::Op, organization};

/// What to create.
pub struct Input {
    pub profile: Profile,
    /// In their one spelling, each once.
    pub domains: Vec<String>,
    /// Create it even if it looks like an existing one. A domain that another organization has claimed stays refused.
    pub allow_duplicate: bool,
}

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, input: Input) -> Result<Organization, Error> {
    let id = OrganizationId::new();
    app.store
        .mutate(Op::OrganizationCreate, ctx, mutation, async |c: &mut Conn| {
            refuse_lookalikes(c, &input).await?;
            let created = organization::organization_insert(c, id, &input.profile, &input.domains).await;
            let created = created.map_err(Error::Db)?;
            let change = change(id, id, "organization.created", None, Some(created.view()));
            dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)?;
            Ok(created)
        })
        .await
}

async fn refuse_lookalikes(c: &mut Conn, input: &Input) -> Result<(), Error> {
    let normalized_name = name::normalize(&input.profile.display_name);
    let like = Likeness {
        normalized_name: &normalized_name,
        region_code: &input.profile.region_code,
        domains: &input.domains,
    };
    lookalike::lookalike_lock(c, &like).await.map_err(Error::Db)?;
    let found = lookalike::lookalike_list(c, &like).await.map_err(Error::Db)?;
    let refused = !found.is_empty()
        && (!input.allow_duplicate || lookalike::lookalike_has_claim(c, &like).await.map_err(Error::Db)?);
    if refused { Err(Error::LooksLikeExisting(found)) } else { Ok(()) }
}
