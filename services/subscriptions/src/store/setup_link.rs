//! Rows of set-up links and of the chain of contacts.

use chrono::{DateTime, Utc};
use dialtone_db::{Cas, Classify as _, Conn, DbFault, cas};
use dialtone_ids::OrderId;
use diesel::dsl::{exists, max};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::read_word;
use super::schema::{handovers, setup_links};
use crate::model::setup_link::{LinkState, SetupLink};

#[derive(Queryable, Selectable)]
#[diesel(table_name = setup_links, check_for_backend(diesel::pg::Pg))]
struct LinkRow {
    id: Uuid,
    order_id: Uuid,
    contact_email: String,
    state: String,
    expires: DateTime<Utc>,
    created: DateTime<Utc>,
}

impl LinkRow {
    fn into_model(self) -> Result<SetupLink, DbFault> {
        Ok(SetupLink {
            id: self.id,
            order: OrderId::from_uuid(self.order_id),
            contact_email: self.contact_email,
            state: read_word("state", &self.state, LinkState::parse)?,
            expires: self.expires,
            created: self.created,
        })
    }
}

/// Opens a new link in the place of all before it.
pub async fn link_replace(
    c: &mut Conn,
    id: Uuid,
    order: OrderId,
    contact_email: &str,
    expires: DateTime<Utc>,
) -> Result<SetupLink, DbFault> {
    diesel::update(setup_links::table)
        .filter(setup_links::order_id.eq(order.uuid()))
        .filter(setup_links::state.ne(LinkState::Replaced.as_str()))
        .set(setup_links::state.eq(LinkState::Replaced.as_str()))
        .execute(c)
        .await
        .db()?;
    diesel::insert_into(setup_links::table)
        .values((
            setup_links::id.eq(id),
            setup_links::order_id.eq(order.uuid()),
            setup_links::contact_email.eq(contact_email),
            setup_links::state.eq(LinkState::Open.as_str()),
            setup_links::expires.eq(expires),
        ))
        .returning(LinkRow::as_returning())
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// Reads a link; [`DbFault::NotFound`] without it. Its token is the proof of who may.
pub async fn link_get(c: &mut Conn, id: Uuid) -> Result<SetupLink, DbFault> {
    let row: LinkRow = setup_links::table.find(id).select(LinkRow::as_select()).get_result(c).await.db()?;
    row.into_model()
}

/// Uses a link up, if it is still open.
pub async fn link_use_if_open(c: &mut Conn, id: Uuid) -> Result<Cas<()>, DbFault> {
    let used: Result<Uuid, DbFault> = diesel::update(setup_links::table)
        .filter(setup_links::id.eq(id))
        .filter(setup_links::state.eq(LinkState::Open.as_str()))
        .set((setup_links::state.eq(LinkState::Used.as_str()), setup_links::used.eq(diesel::dsl::now)))
        .returning(setup_links::id)
        .get_result(c)
        .await
        .db();
    let there = async { diesel::select(exists(setup_links::table.find(id))).get_result(c).await.db() };
    cas(used.map(|_| ()), there).await
}

/// Adds one hand-over to the chain of an order, whose case is locked.
pub async fn handover_append(c: &mut Conn, order: OrderId, from: &str, to: &str) -> Result<(), DbFault> {
    let last: Option<i32> = handovers::table
        .filter(handovers::order_id.eq(order.uuid()))
        .select(max(handovers::number))
        .get_result(c)
        .await
        .db()?;
    diesel::insert_into(handovers::table)
        .values((
            handovers::order_id.eq(order.uuid()),
            handovers::number.eq(last.unwrap_or(0) + 1),
            handovers::from_email.eq(from),
            handovers::to_email.eq(to),
        ))
        .execute(c)
        .await
        .db()?;
    Ok(())
}
