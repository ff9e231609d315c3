//! What the verbs of plans share.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, history::Change};
use dialtone_ids::{Etag, OrganizationId};

use crate::error::Error;
use crate::model::plan::{Content, Kind, Plan, PlanName, misfits};
use crate::store::{offering, plan, plan_use};

/// A missing plan, where the caller may know that it is missing.
pub(super) fn found_plan(fault: DbFault, name: PlanName) -> Error {
    if fault == DbFault::NotFound { Error::PlanNotFound(name) } else { Error::Db(fault) }
}

/// The plan, if it is there and as the caller saw it.
pub(super) async fn current_plan(c: &mut Conn, name: PlanName, etag: &Etag) -> Result<Plan, Error> {
    let plan = plan::plan_get(c, name).await.map_err(|fault| found_plan(fault, name))?;
    if etag.matches(plan.version) { Ok(plan) } else { Err(Error::PlanStale(name)) }
}

/// Refuses fields that do not fit each other.
pub(super) fn fitting(content: &Content) -> Result<(), Error> {
    let misfits = misfits(content);
    if misfits.is_empty() { Ok(()) } else { Err(Error::PlanUnfit { kind: content.kind(), misfits }) }
}

/// Refuses a plan that somebody has.
pub(super) async fn unheld(c: &mut Conn, name: PlanName) -> Result<(), Error> {
    let holders = plan_use::plan_use_count(c, name).await.map_err(Error::Db)?;
    if holders.count == 0 { Ok(()) } else { Err(Error::PlanInUse { plans: vec![name], holders }) }
}

/// Refuses an offering that plans do not configure.
pub(super) async fn must_take_plans(c: &mut Conn, id: &str) -> Result<(), Error> {
    let takes = offering::offering_takes_plans(c, id).await.map_err(Error::Db)?;
    if takes { Ok(()) } else { Err(Error::OfferingWithoutPlans(id.to_owned())) }
}

/// Refuses a plan that does not go with those that the customer and its users have: a customer's plan says which telephony options its
/// users may have, whichever is given first. What the customer and its users have of the other kind stays so until the transaction ends.
pub(super) async fn allowed_together(c: &mut Conn, given: &Plan, customer: OrganizationId) -> Result<(), Error> {
    let other = match given.name.kind {
        Kind::User => Kind::Customer,
        Kind::Customer => Kind::User,
    };
    plan_use::plan_use_lock(c, customer, given.name.kind).await.map_err(Error::Db)?;
    let held = plan_use::plan_use_plans(c, customer, &given.offering, other).await.map_err(Error::Db)?;
    let together = |held: &Plan| match (held.content.telephony(), given.content.telephony()) {
        (Some(theirs), None) => given.content.allows(theirs),
        (None, Some(wanted)) => held.content.allows(wanted),
        (Some(_), Some(_)) | (None, None) => true,
    };
    let against: Vec<PlanName> = held.iter().filter(|held| !together(held)).map(|held| held.name).collect();
    if against.is_empty() {
        return Ok(());
    }
    let holders = plan_use::plan_use_count_at(c, customer, &against).await.map_err(Error::Db)?;
    Err(Error::TelephonyNotAllowed { plan: given.name, against, holders })
}

/// What happens to a plan.
#[derive(Clone, Copy)]
pub(super) enum Happened {
    Created,
    Updated,
    Deleted,
}

fn verb(kind: Kind, happened: Happened) -> &'static str {
    match (kind, happened) {
        (Kind::User, Happened::Created) => "user_plan.created",
        (Kind::User, Happened::Updated) => "user_plan.updated",
        (Kind::User, Happened::Deleted) => "user_plan.deleted",
        (Kind::Customer, Happened::Created) => "customer_plan.created",
        (Kind::Customer, Happened::Updated) => "customer_plan.updated",
        (Kind::Customer, Happened::Deleted) => "customer_plan.deleted",
    }
}

/// Appends a change of a plan to history and events.
pub(super) async fn record_plan(
    c: &mut Conn,
    ctx: &Ctx,
    happened: Happened,
    before: Option<&Plan>,
    after: Option<&Plan>,
) -> Result<(), Error> {
    let Some(name) = before.or(after).map(|plan| plan.name) else { return Ok(()) };
    let change = Change {
        tenant: name.owner.organization().map(OrganizationId::uuid),
        resource: name.to_string(),
        verb: verb(name.kind, happened),
        before: before.map(Plan::view),
        after: after.map(Plan::view),
    };
    dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)
}
