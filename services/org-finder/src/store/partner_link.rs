//! Rows of partner links.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OrganizationId, PartnerLinkId, PartnerLinkName};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::role;
use super::schema::partner_links as links;
use crate::model::access::{AccessRole, PartnerLink};

#[derive(Queryable, Selectable)]
#[diesel(table_name = links, check_for_backend(diesel::pg::Pg))]
struct LinkRow {
    id: Uuid,
    partner_id: Uuid,
    customer_id: Uuid,
    role: i16,
    created: DateTime<Utc>,
}

impl LinkRow {
    fn into_model(self) -> Result<PartnerLink, DbFault> {
        let partner = OrganizationId::from_uuid(self.partner_id);
        Ok(PartnerLink {
            name: PartnerLinkName::new(partner, PartnerLinkId::from_uuid(self.id)),
            customer: OrganizationId::from_uuid(self.customer_id),
            role: role(self.role)?,
            created: self.created,
        })
    }
}

/// Keeps every other link from being made until this transaction ends: only then does a look for a cycle mean anything.
pub async fn partner_link_lock(c: &mut Conn) -> Result<(), DbFault> {
    let sql = "SELECT pg_advisory_xact_lock(hashtextextended('partner links', 0))";
    diesel::sql_query(sql).execute(c).await.db()?;
    Ok(())
}

/// The link between two organizations; [`DbFault::NotFound`] without one.
pub async fn partner_link_get(
    c: &mut Conn,
    partner: OrganizationId,
    customer: OrganizationId,
) -> Result<PartnerLink, DbFault> {
    links::table
        .filter(links::partner_id.eq(partner.uuid()))
        .filter(links::customer_id.eq(customer.uuid()))
        .select(LinkRow::as_select())
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// Inserts a link.
pub async fn partner_link_insert(
    c: &mut Conn,
    name: PartnerLinkName,
    customer: OrganizationId,
    role: AccessRole,
) -> Result<PartnerLink, DbFault> {
    diesel::insert_into(links::table)
        .values((
            links::id.eq(name.link.uuid()),
            links::partner_id.eq(name.organization.uuid()),
            links::customer_id.eq(customer.uuid()),
            links::role.eq(role.number()),
        ))
        .returning(LinkRow::as_returning())
        .get_result(c)
        .await
        .db()?
        .into_model()
}
