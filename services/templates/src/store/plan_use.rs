//! Rows that say which customer or user has which plan.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OrganizationId, UserId, UserName};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::plan::{PlanRow, kind_text};
use super::schema::{plan_uses, plans, reseller_offer_plans as offer_plans};
use crate::model::offer::{Holder, InTheWay, NAMED, OfferName, PlanUse};
use crate::model::plan::{Kind, Plan, PlanName};

fn key(holder: Holder) -> (Uuid, Uuid) {
    match holder {
        Holder::User(user) => (user.organization.uuid(), user.user.uuid()),
        Holder::Customer(customer) => (customer.uuid(), Uuid::nil()),
    }
}

fn holder((customer, user): (Uuid, Uuid)) -> Holder {
    let customer = OrganizationId::from_uuid(customer);
    if user.is_nil() {
        Holder::Customer(customer)
    } else {
        Holder::User(UserName::new(customer, UserId::from_uuid(user)))
    }
}

fn into_model(offer: &OfferName, plan: PlanName, holder: Holder, created: DateTime<Utc>) -> PlanUse {
    PlanUse { offer: offer.clone(), plan, holder, created }
}

macro_rules! is_use {
    ($offer:expr, $plan:expr, $holder:expr) => {{
        let (customer, user) = key($holder);
        plan_uses::organization_id
            .eq($offer.partner.uuid())
            .and(plan_uses::offering_id.eq(&$offer.offering))
            .and(plan_uses::plan_id.eq($plan.id))
            .and(plan_uses::customer_id.eq(customer))
            .and(plan_uses::user_id.eq(user))
            // Whose the plan is and of which kind stands in the offer.
            .and(exists(
                offer_plans::table
                    .filter(offer_plans::organization_id.eq(plan_uses::organization_id))
                    .filter(offer_plans::offering_id.eq(plan_uses::offering_id))
                    .filter(offer_plans::plan_id.eq(plan_uses::plan_id))
                    .filter(offer_plans::plan_owner_id.eq($plan.owner.uuid()))
                    .filter(offer_plans::plan_kind.eq(kind_text($plan.kind))),
            ))
    }};
}

/// Whether somebody has a plan by an offer.
pub async fn plan_use_get(
    c: &mut Conn,
    offer: &OfferName,
    plan: PlanName,
    holder: Holder,
) -> Result<Option<PlanUse>, DbFault> {
    let found = plan_uses::table.filter(is_use!(offer, plan, holder)).select(plan_uses::created);
    let created = found.first(c).await.optional().db()?;
    Ok(created.map(|created| into_model(offer, plan, holder, created)))
}

/// Notes that somebody has a plan; none where that is noted already.
pub async fn plan_use_insert(
    c: &mut Conn,
    offer: &OfferName,
    plan: PlanName,
    holder: Holder,
    actor: &str,
) -> Result<Option<PlanUse>, DbFault> {
    let (customer, user) = key(holder);
    let created = diesel::insert_into(plan_uses::table)
        .values((
            plan_uses::organization_id.eq(offer.partner.uuid()),
            plan_uses::offering_id.eq(&offer.offering),
            plan_uses::plan_id.eq(plan.id),
            plan_uses::customer_id.eq(customer),
            plan_uses::user_id.eq(user),
            plan_uses::actor.eq(actor),
        ))
        .on_conflict_do_nothing()
        .returning(plan_uses::created)
        .get_result(c)
        .await
        .optional()
        .db()?;
    Ok(created.map(|created| into_model(offer, plan, holder, created)))
}

/// Forgets that somebody has a plan; what is forgotten, none where nothing is.
pub async fn plan_use_delete(
    c: &mut Conn,
    offer: &OfferName,
    plan: PlanName,
    holder: Holder,
) -> Result<Option<PlanUse>, DbFault> {
    let created = diesel::delete(plan_uses::table.filter(is_use!(offer, plan, holder)))
        .returning(plan_uses::created)
        .get_result(c)
        .await
        .optional()
        .db()?;
    Ok(created.map(|created| into_model(offer, plan, holder, created)))
}

/// Who has one of these plans by this offer.
pub async fn plan_use_count_by(
    c: &mut Conn,
    offer: &OfferName,
    plans: &[PlanName],
) -> Result<InTheWay<Holder>, DbFault> {
    let ids: Vec<Uuid> = plans.iter().map(|plan| plan.id).collect();
    let found = plan_uses::table
        .filter(plan_uses::organization_id.eq(offer.partner.uuid()))
        .filter(plan_uses::offering_id.eq(&offer.offering))
        .filter(plan_uses::plan_id.eq_any(ids));
    let count = found.clone().count().get_result(c).await.db()?;
    let first: Vec<(Uuid, Uuid)> = found
        .select((plan_uses::customer_id, plan_uses::user_id))
        .order((plan_uses::plan_id, plan_uses::customer_id, plan_uses::user_id))
        .limit(NAMED)
        .load(c)
        .await
        .db()?;
    Ok(InTheWay { count, first: first.into_iter().map(holder).collect() })
}

/// Keeps others from giving this customer or its users plans until the transaction ends, when a customer plan is given; when a user plan
/// is, only from giving customer plans.
pub async fn plan_use_lock(c: &mut Conn, customer: OrganizationId, kind: Kind) -> Result<(), DbFault> {
    let sql = match kind {
        Kind::Customer => "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
        Kind::User => "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))",
    };
    let key = format!("templates:plans of {customer}");
    diesel::sql_query(sql).bind::<Text, _>(key).execute(c).await.db()?;
    Ok(())
}

/// The plans of this kind and offering that a customer or its users have, by whichever offer, each once.
pub async fn plan_use_plans(
    c: &mut Conn,
    customer: OrganizationId,
    offering: &str,
    kind: Kind,
) -> Result<Vec<Plan>, DbFault> {
    let used = plan_uses::table
        .filter(plan_uses::customer_id.eq(customer.uuid()))
        .filter(plan_uses::offering_id.eq(offering))
        .select(plan_uses::plan_id)
        .into_boxed();
    let used = match kind {
        Kind::Customer => used.filter(plan_uses::user_id.eq(Uuid::nil())),
        Kind::User => used.filter(plan_uses::user_id.ne(Uuid::nil())),
    };
    let found = plans::table.filter(plans::id.eq_any(used)).select(PlanRow::as_select()).order(plans::id);
    found.load(c).await.db()?.into_iter().map(PlanRow::into_model).collect()
}

/// How many a customer has given one of these plans, itself or its users, by whichever offer.
pub async fn plan_use_count_at(c: &mut Conn, customer: OrganizationId, plans: &[PlanName]) -> Result<i64, DbFault> {
    let ids: Vec<Uuid> = plans.iter().map(|plan| plan.id).collect();
    let found =
        plan_uses::table.filter(plan_uses::customer_id.eq(customer.uuid())).filter(plan_uses::plan_id.eq_any(ids));
    found.count().get_result(c).await.db()
}

/// Who has this plan, by whichever offer.
pub async fn plan_use_count(c: &mut Conn, plan: PlanName) -> Result<InTheWay<Holder>, DbFault> {
    let found = plan_uses::table.filter(plan_uses::plan_id.eq(plan.id));
    let count = found.count().get_result(c).await.db()?;
    let first: Vec<(Uuid, Uuid)> = found
        .select((plan_uses::customer_id, plan_uses::user_id))
        .order((plan_uses::customer_id, plan_uses::user_id))
        .limit(NAMED)
        .load(c)
        .await
        .db()?;
    Ok(InTheWay { count, first: first.into_iter().map(holder).collect() })
}
