//! Finds the organization that an address stands for.

use chrono::Utc;
use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};

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

/// What is looked for, at this moment.
pub(super) fn wanted(address: &Address, company_name: &str) -> Wanted {
    let company = company_name.trim();
    Wanted {
        lineage: domain::lineage(&address.domain).into_iter().map(str::to_owned).collect(),
        name: if company.is_empty() { String::new() } else { name::normalize(company) },
        now: Utc::now(),
    }
}

pub async fn run(app: &App, ctx: &Ctx, input: &Input) -> Result<Outcome, Error> {
    let wanted = wanted(&input.address, &input.company_name);
    // Whoever may match may learn the evidence of any organization that fits, and nothing else of it.
    let ctx = ctx.everywhere();
    let read = async |c: &mut Conn| {
        let found = candidate::candidate_list(c, &input.address, &wanted.lineage, input.role).await?;
        let mut outcome = decide(found, &wanted, &app.weights);
        candidate::candidate_complete(c, outcome.shown_mut()).await?;
        Ok::<_, DbFault>(outcome)
    };
    app.store.read(Op::OrganizationMatch, &ctx, read).await.map_err(Error::Db)
}
