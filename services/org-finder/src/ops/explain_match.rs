//! Says what a match makes of one organization.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::OrganizationId;

use super::found;
use super::match_organizations::wanted;
use crate::App;
use crate::error::Error;
use crate::model::address::Address;
use crate::model::domain;
use crate::model::explanation::{Asked, Explanation, explain};
use crate::model::organization::Role;
use crate::model::standing::Standing;
use crate::store::{candidate, op::Op};

/// What is asked.
pub struct Input {
    pub organization: OrganizationId,
    pub address: Address,
    /// The role the organization must have; none for one that it has, customer before partner.
    pub role: Option<Role>,
    /// Name on the order; empty for none.
    pub company_name: String,
}

/// From the facts of the match itself; what it did not find is read beside them.
pub async fn run(app: &App, ctx: &Ctx, input: &Input) -> Result<Explanation, Error> {
    let Input { organization, address, .. } = input;
    let wanted = wanted(address, &input.company_name);
    let unfit = domain::unfit(&address.domain);
    // The score of the best may be another organization's, which the match shows to anybody.
    let ctx = ctx.everywhere();
    let read = async |c: &mut Conn| {
        let role = match input.role {
            Some(role) => role,
            None => own_role(c, input, &wanted.lineage).await?,
        };
        let list = candidate::candidate_list(c, address, &wanted.lineage, role).await.map_err(Error::Db)?;
        let asked = match list.iter().find(|facts| facts.organization == *organization) {
            Some(facts) => Asked { facts: facts.clone(), has_role: true, standing: Standing::Live },
            None => asked(c, input, &wanted.lineage, role).await?,
        };
        let mut explanation = explain(list, asked, unfit, &wanted, &app.weights);
        let shown = std::slice::from_mut(&mut explanation.candidate);
        candidate::candidate_complete(c, shown).await.map_err(Error::Db)?;
        Ok(explanation)
    };
    app.store.read(Op::OrganizationExplain, &ctx, read).await
}

async fn own_role(c: &mut Conn, input: &Input, lineage: &[String]) -> Result<Role, Error> {
    let as_customer = asked(c, input, lineage, Role::Customer).await?;
    Ok(if as_customer.has_role { Role::Customer } else { Role::Partner })
}

async fn asked(c: &mut Conn, input: &Input, lineage: &[String], role: Role) -> Result<Asked, Error> {
    let asked = candidate::candidate_get(c, input.organization, &input.address, lineage, role).await;
    asked.map_err(|fault| found(fault, input.organization))
}
