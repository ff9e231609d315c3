//! Rows of orders and subscriptions, read and written together.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault, Tenants};
use dialtone_ids::{LocationId, LocationName, OrderId, OrganizationId, SubscriptionId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

pub use super::item::items_of_customer;
use super::item::{items_insert, items_of, items_set_up};
use super::schema::{orders, subscriptions};
use super::{read_json, read_word, visible, write_json};
use crate::model::case::Case;
use crate::model::item::OwnedItem;
use crate::model::order::{Flow, MailState, NewOrder, Order, WhoFor};
use crate::model::subscription::{State, Subscription};

#[derive(Queryable, Selectable)]
#[diesel(table_name = orders, check_for_backend(diesel::pg::Pg))]
struct OrderRow {
    id: Uuid,
    order_number: String,
    seller_name: String,
    seller_email: String,
    contact_email: String,
    company_name: String,
    items: serde_json::Value,
    flow: String,
    who_for: Option<String>,
    mail_state: String,
    mails: i32,
    version: i64,
    created: DateTime<Utc>,
    updated: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = subscriptions, check_for_backend(diesel::pg::Pg))]
struct SubscriptionRow {
    id: Uuid,
    state: String,
    partner_id: Option<Uuid>,
    customer_id: Option<Uuid>,
    headquarters_id: Option<Uuid>,
    setup_operation: Option<String>,
    version: i64,
    created: DateTime<Utc>,
    updated: DateTime<Utc>,
    activated: Option<DateTime<Utc>>,
    headquarters_organization_id: Option<Uuid>,
}

fn into_case(order: OrderRow, row: SubscriptionRow, items: Vec<OwnedItem>) -> Result<Case, DbFault> {
    let who_for = order.who_for.as_deref().map(|word| read_word("who_for", word, WhoFor::parse));
    let order = Order {
        name: OrderId::from_uuid(order.id),
        order_number: order.order_number,
        seller_name: order.seller_name,
        seller_email: order.seller_email,
        contact_email: order.contact_email,
        company_name: order.company_name,
        items: read_json("items", order.items)?,
        flow: read_word("flow", &order.flow, Flow::parse)?,
        who_for: who_for.transpose()?,
        mail: read_word("mail_state", &order.mail_state, MailState::parse)?,
        mails: order.mails,
        subscription: SubscriptionId::from_uuid(row.id),
        version: order.version,
        created: order.created,
        updated: order.updated,
    };
    let customer = row.customer_id.map(OrganizationId::from_uuid);
    // They stand where the customer stood when they were set up.
    let stand_at = row.headquarters_organization_id.map(OrganizationId::from_uuid).or(customer);
    let headquarters = stand_at.zip(row.headquarters_id);
    let subscription = Subscription {
        name: SubscriptionId::from_uuid(row.id),
        order: order.name,
        order_number: order.order_number.clone(),
        state: read_word("state", &row.state, State::parse)?,
        flow: order.effective_flow(),
        partner: row.partner_id.map(OrganizationId::from_uuid),
        customer,
        contact_email: order.contact_email.clone(),
        items,
        headquarters: headquarters.map(|(at, id)| LocationName::new(at, LocationId::from_uuid(id))),
        setup_operation: row.setup_operation,
        version: row.version,
        created: row.created,
        updated: row.updated,
        activated: row.activated,
    };
    Ok(Case { order, subscription })
}

/// Inserts an order and its subscription. [`DbFault::Unique`] on `orders_seller_number_key` if the seller has one of this number.
pub async fn case_insert(c: &mut Conn, order: OrderId, new: &NewOrder) -> Result<Case, DbFault> {
    let subscription = SubscriptionId::new();
    diesel::insert_into(orders::table)
        .values((
            orders::id.eq(order.uuid()),
            orders::order_number.eq(&new.order_number),
            orders::seller_name.eq(&new.seller_name),
            orders::seller_email.eq(&new.seller_email),
            orders::contact_email.eq(&new.contact_email),
            orders::company_name.eq(&new.company_name),
            orders::items.eq(write_json(&new.items)?),
            orders::flow.eq(new.flow.as_str()),
            orders::mail_state.eq(MailState::Pending.as_str()),
        ))
        .execute(c)
        .await
        .db()?;
    diesel::insert_into(subscriptions::table)
        .values((
            subscriptions::id.eq(subscription.uuid()),
            subscriptions::order_id.eq(order.uuid()),
            subscriptions::state.eq(State::Ordered.as_str()),
        ))
        .execute(c)
        .await
        .db()?;
    items_insert(c, subscription, &new.items).await?;
    case_get(c, subscription, &Tenants::All).await
}

/// Reads a case of one of `tenants`; [`DbFault::NotFound`] without it.
pub async fn case_get(c: &mut Conn, subscription: SubscriptionId, tenants: &Tenants) -> Result<Case, DbFault> {
    let (order, row): (OrderRow, SubscriptionRow) = subscriptions::table
        .inner_join(orders::table)
        .filter(subscriptions::id.eq(subscription.uuid()))
        .filter(visible(tenants))
        .select((OrderRow::as_select(), SubscriptionRow::as_select()))
        .get_result(c)
        .await
        .db()?;
    let items = items_of(c, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    into_case(order, row, items)
}

/// The same, locked until the transaction ends: all changes of a case happen one after the other.
pub async fn case_lock(c: &mut Conn, subscription: SubscriptionId, tenants: &Tenants) -> Result<Case, DbFault> {
    let lock = subscriptions::table.filter(subscriptions::id.eq(subscription.uuid())).select(subscriptions::id);
    lock.for_update().get_result::<Uuid>(c).await.db()?;
    // A second statement, so that it sees what the lock waited for.
    case_get(c, subscription, tenants).await
}

/// One page of the cases of an organization, or of all, newest first, older than `before`.
pub async fn case_list(
    c: &mut Conn,
    organization: Option<OrganizationId>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Case>, DbFault> {
    let mut rows = match organization {
        None => page(c, None, before, limit).await?,
        Some(organization) => {
            // An index each; an OR over both columns could use neither in order.
            let mut rows = page(c, Some(Column::Partner(organization.uuid())), before, limit).await?;
            rows.extend(page(c, Some(Column::Customer(organization.uuid())), before, limit).await?);
            rows
        }
    };
    rows.sort_by_key(|(_, row)| std::cmp::Reverse(row.id));
    rows.dedup_by_key(|(_, row)| row.id);
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let ids: Vec<Uuid> = rows.iter().map(|(_, row)| row.id).collect();
    let mut items = items_of(c, &ids).await?;
    let case = |(order, row): (OrderRow, SubscriptionRow)| {
        let items = items.remove(&row.id).unwrap_or_default();
        into_case(order, row, items)
    };
    rows.into_iter().map(case).collect()
}

/// The column by which a page belongs to an organization.
enum Column {
    Partner(Uuid),
    Customer(Uuid),
}

async fn page(
    c: &mut Conn,
    of: Option<Column>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<(OrderRow, SubscriptionRow)>, DbFault> {
    let mut query = subscriptions::table
        .inner_join(orders::table)
        .select((OrderRow::as_select(), SubscriptionRow::as_select()))
        .order(subscriptions::id.desc())
        .limit(limit)
        .into_boxed();
    query = match of {
        None => query,
        Some(Column::Partner(id)) => query.filter(subscriptions::partner_id.eq(id)),
        Some(Column::Customer(id)) => query.filter(subscriptions::customer_id.eq(id)),
    };
    if let Some(before) = before {
        query = query.filter(subscriptions::id.lt(before));
    }
    query.load(c).await.db()
}

/// Writes what differs between a locked case and what became of it; the case as it is then.
pub async fn case_save(c: &mut Conn, before: &Case, after: &Case) -> Result<Case, DbFault> {
    if before.order != after.order {
        order_save(c, &before.order, &after.order).await?;
    }
    if before.subscription != after.subscription {
        subscription_save(c, before.subscription.version, &after.subscription).await?;
    }
    for owned in &after.subscription.items {
        let was = before.subscription.items_of(owned.item.offering).any(|item| !item.set_up);
        if owned.set_up && was {
            items_set_up(c, after.subscription.name, owned.item.offering).await?;
        }
    }
    // The row was locked and written by this transaction: whoever may have seen it before, sees it now.
    case_get(c, after.subscription.name, &Tenants::All).await
}

async fn order_save(c: &mut Conn, before: &Order, order: &Order) -> Result<(), DbFault> {
    let mail = (order.mails != before.mails).then(|| orders::mail_state.eq(order.mail.as_str()));
    let saved = diesel::update(orders::table)
        .filter(orders::id.eq(order.name.uuid()))
        .filter(orders::version.eq(before.version))
        .set((
            orders::contact_email.eq(&order.contact_email),
            orders::who_for.eq(order.who_for.map(WhoFor::as_str)),
            orders::mails.eq(order.mails),
            mail,
            orders::version.eq(before.version + 1),
            orders::updated.eq(diesel::dsl::now),
        ))
        .execute(c)
        .await
        .db()?;
    exactly_one(saved)
}

async fn subscription_save(c: &mut Conn, version: i64, subscription: &Subscription) -> Result<(), DbFault> {
    let elsewhere =
        subscription.headquarters.map(|name| name.organization).filter(|at| Some(*at) != subscription.customer);
    let saved = diesel::update(subscriptions::table)
        .filter(subscriptions::id.eq(subscription.name.uuid()))
        .filter(subscriptions::version.eq(version))
        .set((
            subscriptions::state.eq(subscription.state.as_str()),
            subscriptions::partner_id.eq(subscription.partner.map(OrganizationId::uuid)),
            subscriptions::customer_id.eq(subscription.customer.map(OrganizationId::uuid)),
            subscriptions::headquarters_id.eq(subscription.headquarters.map(|name| name.location.uuid())),
            subscriptions::headquarters_organization_id.eq(elsewhere.map(OrganizationId::uuid)),
            subscriptions::setup_operation.eq(&subscription.setup_operation),
            subscriptions::activated.eq(subscription.activated),
            subscriptions::version.eq(version + 1),
            subscriptions::updated.eq(diesel::dsl::now),
        ))
        .execute(c)
        .await
        .db()?;
    exactly_one(saved)
}

/// Notes how far the welcome mail got. Not a change that the etag guards. False if there was nothing to note.
pub async fn mail_state_set(c: &mut Conn, order: OrderId, state: MailState) -> Result<bool, DbFault> {
    let noted = diesel::update(orders::table)
        .filter(orders::id.eq(order.uuid()))
        .filter(orders::mail_state.ne(state.as_str()))
        .set(orders::mail_state.eq(state.as_str()))
        .execute(c)
        .await
        .db()?;
    Ok(noted == 1)
}

/// A locked row of a known version is there.
fn exactly_one(rows: usize) -> Result<(), DbFault> {
    if rows == 1 { Ok(()) } else { Err(DbFault::Other(format!("{rows} rows of a locked case changed"))) }
}
