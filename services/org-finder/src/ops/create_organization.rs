//! Creates an organization, unless it looks like one that exists.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation};
use dialtone_ids::OrganizationId;

use super::{change, find_names};
use crate::App;
use crate::error::Error;
use crate::model::likeness::Sense;
use crate::model::lookalike::{self as model, LookAlike};
use crate::model::organization::{Organization, Profile};
use crate::model::search::{Filter, Question};
use crate::store::{lookalike, op::Op, organization};

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

/// The creation that insists needs no comparison of names, and keeps nobody in its country waiting.
async fn refuse_lookalikes(c: &mut Conn, input: &Input) -> Result<(), Error> {
    let alike = look_alikes(c, input).await.map_err(Error::Db)?;
    if alike.is_empty() { Ok(()) } else { Err(Error::LooksLikeExisting(alike)) }
}

async fn look_alikes(c: &mut Conn, input: &Input) -> Result<Vec<LookAlike>, DbFault> {
    let country = &input.profile.region_code;
    lookalike::lookalike_lock(c, (!input.allow_duplicate).then_some(country), &input.domains).await?;
    let sharing = lookalike::lookalike_sharing(c, &input.domains).await?;
    if input.allow_duplicate {
        let claimed = lookalike::lookalike_has_claim(c, &input.domains).await?;
        return Ok(if claimed { model::look_alikes(&[], &sharing) } else { Vec::new() });
    }
    let question = Question::new(&input.profile.display_name, Sense::Duplicate);
    let filter = Filter { role: None, country: Some(country.clone()) };
    let named = find_names::everywhere(c, &question, &filter).await?;
    Ok(model::look_alikes(&named, &sharing))
}
