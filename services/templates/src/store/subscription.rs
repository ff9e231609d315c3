//! Rows that say whose a subscription is.

use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OrganizationId, SubscriptionId};
use diesel::dsl::{exists, now};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::partner_subscriptions;

/// Notes whose a subscription is now; nobody's where `owner` is none.
pub async fn subscription_put(
    c: &mut Conn,
    subscription: SubscriptionId,
    owner: Option<OrganizationId>,
    wholesale: bool,
) -> Result<(), DbFault> {
    let Some(owner) = owner else {
        let row = partner_subscriptions::table.find(subscription.uuid());
        return diesel::delete(row).execute(c).await.db().map(|_| ());
    };
    let values = (
        partner_subscriptions::organization_id.eq(owner.uuid()),
        partner_subscriptions::wholesale.eq(wholesale),
        partner_subscriptions::updated.eq(now),
    );
    diesel::insert_into(partner_subscriptions::table)
        .values((partner_subscriptions::subscription_id.eq(subscription.uuid()), values))
        .on_conflict(partner_subscriptions::subscription_id)
        .do_update()
        .set(values)
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// Whether it is a wholesale subscription of this partner.
pub async fn subscription_is_of(
    c: &mut Conn,
    subscription: SubscriptionId,
    partner: OrganizationId,
) -> Result<bool, DbFault> {
    let found = partner_subscriptions::table
        .find(subscription.uuid())
        .filter(partner_subscriptions::organization_id.eq(partner.uuid()))
        .filter(partner_subscriptions::wholesale);
    diesel::select(exists(found)).get_result(c).await.db()
}
