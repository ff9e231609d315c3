//! Deletes an organization, so that it can be brought back for a while.

use chrono::{TimeDelta, Utc};
use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::{Etag, OrganizationId};

use super::{change, found, unless_stale, updated};
use crate::App;
use crate::error::Error;
use crate::model::organization::Organization;
use crate::store::{op::Op, organization, partner_link, person};

/// Customers that a refusal names.
const MOST_NAMED: i64 = 10;

/// What to delete.
pub struct Input {
    pub id: OrganizationId,
    pub etag: Etag,
    /// Even if others depend on it.
    pub force: bool,
}

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, input: Input) -> Result<Organization, Error> {
    let Input { id, etag, force } = input;
    app.store
        .mutate(Op::OrganizationDelete, ctx, mutation, async |c: &mut Conn| {
            let before = organization::organization_get(c, id).await.map_err(|fault| found(fault, id))?;
            unless_stale(&etag, before.version, id)?;
            if !force {
                // Nobody links a customer to it meanwhile.
                partner_link::partner_link_lock(c).await.map_err(Error::Db)?;
                refuse_in_use(c, id).await?;
            }
            let purge = Utc::now() + TimeDelta::days(app.undelete_days);
            let deleted = organization::organization_delete_if(c, id, before.version, purge).await;
            let after = updated(deleted.map_err(Error::Db)?, id)?;
            let change = change(id, id, "organization.deleted", Some(before.view()), Some(after.view()));
            dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)?;
            Ok(after)
        })
        .await
}

/// Customers would lose their partner, and people the organization that they are found by.
async fn refuse_in_use(c: &mut Conn, organization: OrganizationId) -> Result<(), Error> {
    let customers = partner_link::partner_link_customers(c, organization, MOST_NAMED).await.map_err(Error::Db)?;
    let active_people = person::activity_total(c, organization).await.map_err(Error::Db)?;
    if customers.is_empty() && active_people == 0 {
        return Ok(());
    }
    Err(Error::OrganizationInUse { organization, customers, active_people })
}
