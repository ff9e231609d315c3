//! Links a partner to an organization that it provisions for.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation};
use dialtone_ids::{OrganizationId, PartnerLinkId, PartnerLinkName};

use super::{change, found};
use crate::App;
use crate::error::Error;
use crate::model::access::{AccessRole, PartnerLink};
use crate::store::{access, op::Op, organization, partner_link};

/// Who, for whom, and how much.
pub struct Input {
    pub partner: OrganizationId,
    pub customer: OrganizationId,
    pub role: AccessRole,
}

/// A link that exists stays as it is, its role too: a partner that had more than is asked for now does not lose it.
pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, input: Input) -> Result<PartnerLink, Error> {
    let Input { partner, customer, role } = input;
    let name = PartnerLinkName::new(partner, PartnerLinkId::new());
    app.store
        .mutate(Op::PartnerLinkCreate, ctx, mutation, async |c: &mut Conn| {
            // First: a merge that is under way holds it, and one of the ends may be gone after it.
            partner_link::partner_link_lock(c).await.map_err(Error::Db)?;
            check_ends(c, partner, customer).await?;
            match partner_link::partner_link_get(c, partner, customer).await {
                Ok(link) => return Ok(link),
                Err(DbFault::NotFound) => {}
                Err(fault) => return Err(Error::Db(fault)),
            }
            if access::access_is_above(c, customer, partner).await.map_err(Error::Db)? {
                return Err(Error::LinkWouldCycle { partner, customer });
            }
            let link = partner_link::partner_link_insert(c, name, customer, role).await.map_err(Error::Db)?;
            let change = change(partner, link.name, "partner_link.created", None, Some(link.view()));
            dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)?;
            Ok(link)
        })
        .await
}

async fn check_ends(c: &mut Conn, partner: OrganizationId, customer: OrganizationId) -> Result<(), Error> {
    let found_partner = organization::organization_get(c, partner).await.map_err(|fault| found(fault, partner))?;
    if !organization::organization_exists(c, customer).await.map_err(Error::Db)? {
        return Err(Error::NotFound(customer.to_string()));
    }
    if found_partner.profile.roles.partner { Ok(()) } else { Err(Error::NotAPartner(partner)) }
}
