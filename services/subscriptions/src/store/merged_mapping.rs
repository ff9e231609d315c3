//! Rows of mappings that followed a merge of organizations.

use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OrganizationId, SubscriptionId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::read_word;
use super::schema::{merged_mappings as mappings, subscriptions};
use crate::model::case::Side;

/// At most `limit` mappings to an organization.
pub async fn mapping_list_of(
    c: &mut Conn,
    organization: OrganizationId,
    limit: i64,
) -> Result<Vec<(SubscriptionId, Side)>, DbFault> {
    let id = organization.uuid();
    let partner = subscriptions::table.filter(subscriptions::partner_id.eq(id)).select(subscriptions::id);
    let partner: Vec<Uuid> = partner.order(subscriptions::id).limit(limit).load(c).await.db()?;
    let customer = subscriptions::table.filter(subscriptions::customer_id.eq(id)).select(subscriptions::id);
    let customer: Vec<Uuid> = customer.order(subscriptions::id).limit(limit).load(c).await.db()?;
    let on = |side: Side| move |id: Uuid| (SubscriptionId::from_uuid(id), side);
    Ok(partner.into_iter().map(on(Side::Partner)).chain(customer.into_iter().map(on(Side::Customer))).collect())
}

/// Notes that a mapping to this organization went elsewhere.
pub async fn merged_mapping_insert(
    c: &mut Conn,
    merged: OrganizationId,
    (subscription, side): (SubscriptionId, Side),
) -> Result<(), DbFault> {
    diesel::insert_into(mappings::table)
        .values((
            mappings::organization_id.eq(merged.uuid()),
            mappings::subscription_id.eq(subscription.uuid()),
            mappings::side.eq(side.as_str()),
        ))
        .on_conflict_do_nothing()
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// Takes at most `limit` of the mappings that went away from this organization out of the notes.
pub async fn merged_mapping_take(
    c: &mut Conn,
    merged: OrganizationId,
    limit: i64,
) -> Result<Vec<(SubscriptionId, Side)>, DbFault> {
    let own = mappings::table.filter(mappings::organization_id.eq(merged.uuid()));
    let rows: Vec<(Uuid, String)> = own
        .select((mappings::subscription_id, mappings::side))
        .order((mappings::subscription_id, mappings::side))
        .limit(limit)
        .load(c)
        .await
        .db()?;
    let mut taken = Vec::with_capacity(rows.len());
    for (id, side) in rows {
        let row = mappings::table.find((merged.uuid(), id, side.clone()));
        diesel::delete(row).execute(c).await.db()?;
        taken.push((SubscriptionId::from_uuid(id), read_word("side", &side, Side::parse)?));
    }
    Ok(taken)
}
