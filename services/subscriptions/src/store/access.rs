//! Whose a case is. The only look-ups without a tenant: their answer decides whether there is one.

use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OrderId, OrganizationId, SubscriptionId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::{orders, subscriptions};
use crate::model::access::Access;

type Row = (Uuid, Uuid, Option<Uuid>, Option<Uuid>, String);

/// Of the case with this order; none without it.
pub async fn access_of_order(c: &mut Conn, order: OrderId) -> Result<Option<Access>, DbFault> {
    let row: Option<Row> = subscriptions::table
        .inner_join(orders::table)
        .filter(subscriptions::order_id.eq(order.uuid()))
        .select((
            orders::id,
            subscriptions::id,
            subscriptions::partner_id,
            subscriptions::customer_id,
            orders::contact_email,
        ))
        .get_result(c)
        .await
        .optional()
        .db()?;
    Ok(row.map(access))
}

/// Of the case with this subscription; none without it.
pub async fn access_of_subscription(c: &mut Conn, subscription: SubscriptionId) -> Result<Option<Access>, DbFault> {
    let row: Option<Row> = subscriptions::table
        .inner_join(orders::table)
        .filter(subscriptions::id.eq(subscription.uuid()))
        .select((
            orders::id,
            subscriptions::id,
            subscriptions::partner_id,
            subscriptions::customer_id,
            orders::contact_email,
        ))
        .get_result(c)
        .await
        .optional()
        .db()?;
    Ok(row.map(access))
}

fn access((order, subscription, partner, customer, contact): Row) -> Access {
    Access {
        order: OrderId::from_uuid(order),
        subscription: SubscriptionId::from_uuid(subscription),
        partner: partner.map(OrganizationId::from_uuid),
        customer: customer.map(OrganizationId::from_uuid),
        contact,
    }
}
