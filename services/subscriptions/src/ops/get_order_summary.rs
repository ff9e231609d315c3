//! Renders the order summary.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::OrganizationId;

use super::read;
use crate::App;
use crate::error::Error;
use crate::model::access::Access;
use crate::model::summary::{self, Surroundings};
use crate::store::op::Op;

/// The summary as plain text.
pub async fn run(app: &App, ctx: &Ctx, access: &Access) -> Result<String, Error> {
    let case =
        app.store.read(Op::SubscriptionGet, ctx, async |c: &mut Conn| read(c, ctx, access.subscription).await).await?;
    let customer = case.mapped().map_err(Error::Refused)?;
    let headquarters = async {
        match case.subscription.headquarters {
            Some(name) => app.user_provisioning.headquarters(ctx, &name.to_string()).await.map_err(Error::Peer),
            None => Ok(None),
        }
    };
    let partner_name = async {
        match case.subscription.partner {
            Some(partner) => name_of(app, ctx, partner).await.map(Some),
            None => Ok(None),
        }
    };
    let (headquarters, partner_name, customer_name) =
        tokio::try_join!(headquarters, partner_name, name_of(app, ctx, customer))?;
    Ok(summary::text(&case, &Surroundings { partner_name, customer_name, headquarters }))
}

/// What an organization calls itself; empty if it is gone.
async fn name_of(app: &App, ctx: &Ctx, organization: OrganizationId) -> Result<String, Error> {
    let found = app.org_finder.organization(ctx, organization).await.map_err(Error::Peer)?;
    Ok(found.map(|found| found.display_name).unwrap_or_default())
}
