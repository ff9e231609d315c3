//! Rows of what subscriptions own.

use std::collections::HashMap;

use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OrganizationId, SubscriptionId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::read_word;
use super::schema::{subscription_items, subscriptions};
use crate::model::item::{Item, Kind, Offering, OwnedItem};
use crate::model::subscription::State;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = subscription_items, check_for_backend(diesel::pg::Pg))]
struct ItemRow {
    subscription_id: Uuid,
    position: i32,
    sku: String,
    offering: String,
    quantity: i32,
    kind: String,
    set_up: bool,
}

impl ItemRow {
    fn into_model(self) -> Result<OwnedItem, DbFault> {
        let item = Item {
            sku: self.sku,
            offering: read_word("offering", &self.offering, Offering::parse)?,
            quantity: self.quantity,
            kind: read_word("kind", &self.kind, Kind::parse)?,
        };
        Ok(OwnedItem { item, set_up: self.set_up })
    }
}

/// Inserts the items of a new subscription.
pub(super) async fn items_insert(c: &mut Conn, subscription: SubscriptionId, items: &[Item]) -> Result<(), DbFault> {
    let rows: Vec<ItemRow> = (0..)
        .zip(items)
        .map(|(position, item)| ItemRow {
            subscription_id: subscription.uuid(),
            position,
            sku: item.sku.clone(),
            offering: item.offering.as_str().to_owned(),
            quantity: item.quantity,
            kind: item.kind.as_str().to_owned(),
            set_up: false,
        })
        .collect();
    diesel::insert_into(subscription_items::table).values(rows).execute(c).await.db()?;
    Ok(())
}

/// The items of these subscriptions, each in its order. The caller has read the subscriptions as visible.
pub(super) async fn items_of(c: &mut Conn, subscriptions: &[Uuid]) -> Result<HashMap<Uuid, Vec<OwnedItem>>, DbFault> {
    let rows: Vec<ItemRow> = subscription_items::table
        .filter(subscription_items::subscription_id.eq_any(subscriptions))
        .select(ItemRow::as_select())
        .order((subscription_items::subscription_id, subscription_items::position))
        .load(c)
        .await
        .db()?;
    let mut all: HashMap<Uuid, Vec<OwnedItem>> = HashMap::new();
    for row in rows {
        all.entry(row.subscription_id).or_default().push(row.into_model()?);
    }
    Ok(all)
}

/// Marks an offering of a subscription as set up.
pub(super) async fn items_set_up(
    c: &mut Conn,
    subscription: SubscriptionId,
    offering: Offering,
) -> Result<(), DbFault> {
    diesel::update(subscription_items::table)
        .filter(subscription_items::subscription_id.eq(subscription.uuid()))
        .filter(subscription_items::offering.eq(offering.as_str()))
        .set(subscription_items::set_up.eq(true))
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// What the customer has set up in all its active subscriptions.
pub async fn items_of_customer(c: &mut Conn, customer: OrganizationId) -> Result<Vec<OwnedItem>, DbFault> {
    let rows: Vec<ItemRow> = subscription_items::table
        .inner_join(subscriptions::table)
        .filter(subscriptions::customer_id.eq(customer.uuid()))
        .filter(subscriptions::state.eq(State::Active.as_str()))
        .filter(subscription_items::set_up)
        .select(ItemRow::as_select())
        .load(c)
        .await
        .db()?;
    rows.into_iter().map(ItemRow::into_model).collect()
}
