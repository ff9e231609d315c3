//! Rows of completed set-ups.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OrganizationId, SubscriptionId};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use super::schema::completed_setups as setups;

/// The set-up of a subscription is complete; told again, its ends are those told last, and the time stays.
pub async fn setup_upsert(
    c: &mut Conn,
    subscription: SubscriptionId,
    (partner, customer): (OrganizationId, OrganizationId),
    completed: DateTime<Utc>,
) -> Result<(), DbFault> {
    diesel::insert_into(setups::table)
        .values((
            setups::subscription_id.eq(subscription.uuid()),
            setups::partner_id.eq(partner.uuid()),
            setups::customer_id.eq(customer.uuid()),
            setups::completed.eq(completed),
        ))
        .on_conflict(setups::subscription_id)
        .do_update()
        .set((
            setups::partner_id.eq(excluded(setups::partner_id)),
            setups::customer_id.eq(excluded(setups::customer_id)),
        ))
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// Whether a partner has completed the set-up of a subscription of this customer.
pub async fn setup_exists(c: &mut Conn, partner: OrganizationId, customer: OrganizationId) -> Result<bool, DbFault> {
    let own =
        setups::table.filter(setups::customer_id.eq(customer.uuid())).filter(setups::partner_id.eq(partner.uuid()));
    diesel::select(exists(own)).get_result(c).await.db()
}
