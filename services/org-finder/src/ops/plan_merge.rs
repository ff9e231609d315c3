//! Says what merging a duplicate into the organization that stays would do.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};
use dialtone_ids::OrganizationId;

use super::found;
use crate::App;
use crate::error::Error;
use crate::model::access::Grant;
use crate::model::merge::{Pair, Plan, Side, plan};
use crate::model::standing::Standing;
use crate::store::{grant, merge, merge_person, op::Op, organization, partner_link};

/// Rows of one page of what a plan is made from.
const AT_ONCE: i64 = 1_000;

/// A plan, and how many people it is about.
pub struct Planned {
    pub plan: Plan,
    /// People who would go over.
    pub moving: i64,
    /// People whom both have.
    pub shared: i64,
}

/// Nothing is locked for long: what changes while somebody looks at the plan is found by its hash.
pub async fn run(app: &App, ctx: &Ctx, pair: Pair) -> Result<Planned, Error> {
    app.store
        .tx(Op::MergePlan, ctx, async |c: &mut Conn| {
            let plan = draw(c, pair).await?;
            let counted = merge_person::merge_person_count(c, pair.survivor, pair.duplicate).await;
            let (all, shared) = counted.map_err(Error::Db)?;
            Ok(Planned { plan, moving: all - shared, shared })
        })
        .await
}

/// Locks both organizations and plans: until the transaction ends, nothing of the plan changes.
pub async fn draw(c: &mut Conn, pair: Pair) -> Result<Plan, Error> {
    partner_link::partner_link_lock(c).await.map_err(Error::Db)?;
    let standing = merge::standing_lock(c, pair.ids()).await.map_err(Error::Db)?;
    for (organization, standing) in pair.ids().into_iter().zip(standing) {
        match standing {
            Some(Standing::Live) => {}
            Some(Standing::Merged(into)) => return Err(Error::OrganizationMerged { organization, into }),
            Some(Standing::Deleted) | None => return Err(Error::NotFound(organization.to_string())),
        }
    }
    let survivor = side(c, pair.survivor).await?;
    let duplicate = side(c, pair.duplicate).await?;
    let cycle = merge::merge_would_cycle(c, pair.ids()).await.map_err(Error::Db)?;
    Ok(plan(&survivor, &duplicate, cycle))
}

async fn side(c: &mut Conn, id: OrganizationId) -> Result<Side, Error> {
    let organization = organization::organization_get(c, id).await.map_err(|fault| found(fault, id))?;
    let grants = all_grants(c, id).await.map_err(Error::Db)?;
    let links = partner_link::partner_link_list_of(c, id).await.map_err(Error::Db)?;
    let domains = merge::domain_list_of(c, id).await.map_err(Error::Db)?;
    Ok(Side { organization, domains, grants, links })
}

async fn all_grants(c: &mut Conn, id: OrganizationId) -> Result<Vec<Grant>, DbFault> {
    let mut grants: Vec<Grant> = Vec::new();
    loop {
        let after = grants.last().map(|grant| grant.subject.clone());
        let page = grant::grant_list(c, id, after.as_deref(), AT_ONCE).await?;
        let ended = page.len() < AT_ONCE as usize;
        grants.extend(page);
        if ended {
            return Ok(grants);
        }
    }
}
