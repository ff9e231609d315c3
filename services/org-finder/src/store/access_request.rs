//! Rows of requests for full administration.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{AccessRequestId, AccessRequestName, OrganizationId};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::access_requests as requests;
use super::unreadable;
use crate::model::access_request::{AccessRequest, State};

#[derive(Queryable, Selectable)]
#[diesel(table_name = requests, check_for_backend(diesel::pg::Pg))]
struct RequestRow {
    id: Uuid,
    organization_id: Uuid,
    partner_id: Uuid,
    requester: String,
    reason: String,
    state: String,
    version: i64,
    created: DateTime<Utc>,
    expires: DateTime<Utc>,
    decided: Option<DateTime<Utc>>,
    decider: Option<String>,
}

impl RequestRow {
    fn into_model(self) -> Result<AccessRequest, DbFault> {
        let customer = OrganizationId::from_uuid(self.organization_id);
        Ok(AccessRequest {
            name: AccessRequestName::new(customer, AccessRequestId::from_uuid(self.id)),
            partner: OrganizationId::from_uuid(self.partner_id),
            requester: self.requester,
            reason: self.reason,
            state: State::parse(&self.state).ok_or_else(|| unreadable("state"))?,
            version: self.version,
            created: self.created,
            expires: self.expires,
            decided: self.decided,
            decider: self.decider,
        })
    }
}

/// What a new request says.
pub struct NewRequest<'a> {
    pub name: AccessRequestName,
    pub partner: OrganizationId,
    pub requester: &'a str,
    pub reason: &'a str,
    pub expires: DateTime<Utc>,
}

/// Inserts a request.
pub async fn access_request_insert(c: &mut Conn, new: &NewRequest<'_>) -> Result<AccessRequest, DbFault> {
    diesel::insert_into(requests::table)
        .values((
            requests::id.eq(new.name.request.uuid()),
            requests::organization_id.eq(new.name.organization.uuid()),
            requests::partner_id.eq(new.partner.uuid()),
            requests::requester.eq(new.requester),
            requests::reason.eq(new.reason),
            requests::state.eq(State::Pending.as_str()),
            requests::expires.eq(new.expires),
        ))
        .returning(RequestRow::as_returning())
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// Reads one request; [`DbFault::NotFound`] without it.
pub async fn access_request_get(c: &mut Conn, name: AccessRequestName) -> Result<AccessRequest, DbFault> {
    requests::table
        .filter(requests::id.eq(name.request.uuid()))
        .filter(requests::organization_id.eq(name.organization.uuid()))
        .select(RequestRow::as_select())
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// As [`access_request_get`], locked.
pub async fn access_request_lock(c: &mut Conn, name: AccessRequestName) -> Result<AccessRequest, DbFault> {
    requests::table
        .filter(requests::id.eq(name.request.uuid()))
        .filter(requests::organization_id.eq(name.organization.uuid()))
        .select(RequestRow::as_select())
        .for_no_key_update()
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// The request of a partner to a customer that is stored as pending, locked; it may have expired.
pub async fn access_request_lock_pending(
    c: &mut Conn,
    customer: OrganizationId,
    partner: OrganizationId,
) -> Result<Option<AccessRequest>, DbFault> {
    let row: Option<RequestRow> = requests::table
        .filter(requests::organization_id.eq(customer.uuid()))
        .filter(requests::partner_id.eq(partner.uuid()))
        .filter(requests::state.eq(State::Pending.as_str()))
        .select(RequestRow::as_select())
        .for_no_key_update()
        .get_result(c)
        .await
        .optional()
        .db()?;
    row.map(RequestRow::into_model).transpose()
}

/// Pending requests that have expired, locked; those that others hold are left to them.
pub async fn access_request_lock_due(c: &mut Conn, limit: i64) -> Result<Vec<AccessRequest>, DbFault> {
    let rows: Vec<RequestRow> = requests::table
        .filter(requests::state.eq(State::Pending.as_str()))
        .filter(requests::expires.le(now))
        .select(RequestRow::as_select())
        .order(requests::expires)
        .limit(limit)
        .for_no_key_update()
        .skip_locked()
        .load(c)
        .await
        .db()?;
    rows.into_iter().map(RequestRow::into_model).collect()
}

/// A locked request ends; `decider` is nobody for one that expires.
pub async fn access_request_end(
    c: &mut Conn,
    request: &AccessRequest,
    state: State,
    decider: Option<&str>,
) -> Result<AccessRequest, DbFault> {
    let decided = decider.map(|_| Utc::now());
    diesel::update(requests::table.find(request.name.request.uuid()))
        .set((
            requests::state.eq(state.as_str()),
            requests::version.eq(request.version + 1),
            requests::decided.eq(decided),
            requests::decider.eq(decider),
        ))
        .returning(RequestRow::as_returning())
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// Whose requests are listed.
#[derive(Clone, Copy)]
pub enum Side {
    /// Those made to it.
    Customer(OrganizationId),
    /// Those made by it.
    Partner(OrganizationId),
}

/// One page, newest first, after `after`; only those that stand so now, if it is said how.
pub async fn access_request_list(
    c: &mut Conn,
    side: Side,
    state: Option<State>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<AccessRequest>, DbFault> {
    let mut query =
        requests::table.select(RequestRow::as_select()).order(requests::id.desc()).limit(limit).into_boxed();
    query = match side {
        Side::Customer(customer) => query.filter(requests::organization_id.eq(customer.uuid())),
        Side::Partner(partner) => query.filter(requests::partner_id.eq(partner.uuid())),
    };
    let pending = requests::state.eq(State::Pending.as_str());
    query = match state {
        None => query,
        Some(State::Pending) => query.filter(pending.and(requests::expires.gt(now))),
        Some(State::Expired) => {
            let written = requests::state.eq(State::Expired.as_str());
            query.filter(written.or(pending.and(requests::expires.le(now))))
        }
        Some(state @ (State::Approved | State::Denied | State::Cancelled)) => {
            query.filter(requests::state.eq(state.as_str()))
        }
    };
    if let Some(id) = after {
        query = query.filter(requests::id.lt(id));
    }
    query.load(c).await.db()?.into_iter().map(RequestRow::into_model).collect()
}
