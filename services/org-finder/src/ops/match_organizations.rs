//! Finds the organization that an address stands for.

use chrono::Utc;
use dialtone_authz::Ctx;
use dialtone_db::Conn;

use crate::App;
use crate::error::Error;
use crate::model::address::Address;
use crate::model::matching::{Outcome, Wanted, decide};
use crate::model::organization::Role;
use crate::model::{domain, name};
use crate::store::{candidate, op::Op};

/// What is asked.
pub struct Input {
    pub address: Address,
    /// The role the organization must have.
    pub role: Role,
    /// Name on the order; empty for none.
    pub company_name: String,
}

pub async fn run(app: &App, ctx: &Ctx, input: &Input) -> Result<Outcome, Error> {
    let lineage: Vec<String> = domain::lineage(&input.address.domain).into_iter().map(str::to_owned).collect();
    // Whoever may match may learn the evidence of any organization that fits, and nothing else of it.
    let ctx = ctx.everywhere();
    let found = app
        .store
        .read(Op::OrganizationMatch, &ctx, async |c: &mut Conn| {
            candidate::candidate_list(c, &input.address, &lineage, input.role).await
        })
        .await
        .map_err(Error::Db)?;
    let company = input.company_name.trim();
    let name = if company.is_empty() { String::new() } else { name::normalize(company) };
    Ok(decide(found, &Wanted { lineage, name, now: Utc::now() }, &app.weights))
}
