//! Rows of what partners can give. The locks are taken from the offer to its plans, and from a tier to the one above it.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::OrganizationId;
use diesel::dsl::{exists, now};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::plan::{PlanRow, kind_text, name};
use super::schema::{plan_uses, plans, reseller_offer_plans as offer_plans, reseller_offers as offers};
use crate::model::offer::{InTheWay, NAMED, Offer, OfferName};
use crate::model::plan::{Plan, PlanName};

#[derive(Queryable, Selectable)]
#[diesel(table_name = offers, check_for_backend(diesel::pg::Pg))]
struct OfferRow {
    offered_by: Option<Uuid>,
    version: i64,
    created: DateTime<Utc>,
    updated: DateTime<Utc>,
    provisioned: Option<DateTime<Utc>>,
}

macro_rules! is_of {
    ($table:ident, $name:expr) => {
        $table::organization_id.eq($name.partner.uuid()).and($table::offering_id.eq(&$name.offering))
    };
}

/// Reads an offer with its plans; [`DbFault::NotFound`] without it.
pub async fn offer_get(c: &mut Conn, name: &OfferName) -> Result<Offer, DbFault> {
    let row = offers::table.filter(is_of!(offers, name)).select(OfferRow::as_select()).get_result(c).await.db()?;
    with_plans(c, name, row).await
}

/// As [`offer_get`], and keeps everybody else from changing it until the transaction ends; none without it.
pub async fn offer_get_locked(c: &mut Conn, name: &OfferName) -> Result<Option<Offer>, DbFault> {
    let row = offers::table.filter(is_of!(offers, name)).select(OfferRow::as_select()).for_update();
    match row.get_result(c).await.optional().db()? {
        Some(row) => with_plans(c, name, row).await.map(Some),
        None => Ok(None),
    }
}

async fn with_plans(c: &mut Conn, name: &OfferName, row: OfferRow) -> Result<Offer, DbFault> {
    let plans: Vec<(Uuid, String, Uuid, bool, bool)> = offer_plans::table
        .filter(is_of!(offer_plans, name))
        .select((
            offer_plans::plan_owner_id,
            offer_plans::plan_kind,
            offer_plans::plan_id,
            offer_plans::ticked,
            offer_plans::offered,
        ))
        .load(c)
        .await
        .db()?;
    let mut offer = Offer {
        name: name.clone(),
        offered_by: row.offered_by.map(OrganizationId::from_uuid),
        ticked: Default::default(),
        offered: Default::default(),
        version: row.version,
        created: row.created,
        updated: row.updated,
        provisioned: row.provisioned,
    };
    for (owner, kind, id, ticked, offered) in plans {
        let plan = self::name(owner, &kind, id)?;
        if ticked {
            offer.ticked.insert(plan);
        }
        if offered {
            offer.offered.insert(plan);
        }
    }
    Ok(offer)
}

/// Makes an offer without plans; none where there is one.
pub async fn offer_insert(
    c: &mut Conn,
    name: &OfferName,
    offered_by: Option<OrganizationId>,
) -> Result<Option<Offer>, DbFault> {
    let row = diesel::insert_into(offers::table)
        .values((
            offers::organization_id.eq(name.partner.uuid()),
            offers::offering_id.eq(&name.offering),
            offers::offered_by.eq(offered_by.map(OrganizationId::uuid)),
        ))
        .on_conflict_do_nothing()
        .returning(OfferRow::as_returning())
        .get_result(c)
        .await
        .optional()
        .db()?;
    match row {
        Some(row) => with_plans(c, name, row).await.map(Some),
        None => Ok(None),
    }
}

/// Stores an offer that the transaction has locked or made: its plans, who offers and when; the new one. What is neither ticked nor
/// offered goes.
pub async fn offer_put(c: &mut Conn, offer: &Offer, provisioned: bool) -> Result<Offer, DbFault> {
    let name = &offer.name;
    let mut all: Vec<PlanName> = offer.ticked.union(&offer.offered).copied().collect();
    all.sort_unstable_by_key(|plan| plan.id);
    let ids: Vec<Uuid> = all.iter().map(|plan| plan.id).collect();
    let gone = offer_plans::table.filter(is_of!(offer_plans, name)).filter(offer_plans::plan_id.ne_all(&ids));
    diesel::delete(gone).execute(c).await.db()?;
    let rows: Vec<_> = all
        .iter()
        .map(|plan| {
            (
                offer_plans::organization_id.eq(name.partner.uuid()),
                offer_plans::offering_id.eq(&name.offering),
                offer_plans::plan_id.eq(plan.id),
                offer_plans::plan_owner_id.eq(plan.owner.uuid()),
                offer_plans::plan_kind.eq(kind_text(plan.kind)),
                offer_plans::ticked.eq(offer.ticked.contains(plan)),
                offer_plans::offered.eq(offer.offered.contains(plan)),
            )
        })
        .collect();
    diesel::insert_into(offer_plans::table)
        .values(rows)
        .on_conflict((offer_plans::organization_id, offer_plans::offering_id, offer_plans::plan_id))
        .do_update()
        .set((
            offer_plans::ticked.eq(diesel::upsert::excluded(offer_plans::ticked)),
            offer_plans::offered.eq(diesel::upsert::excluded(offer_plans::offered)),
        ))
        .execute(c)
        .await
        .db()?;
    let touched = (
        offers::offered_by.eq(offer.offered_by.map(OrganizationId::uuid)),
        offers::version.eq(offer.version + 1),
        offers::updated.eq(now),
    );
    let found = diesel::update(offers::table).filter(is_of!(offers, name));
    let row = if provisioned {
        let set = found.set((touched, offers::provisioned.eq(now)));
        set.returning(OfferRow::as_returning()).get_result(c).await.db()?
    } else {
        found.set(touched).returning(OfferRow::as_returning()).get_result(c).await.db()?
    };
    with_plans(c, name, row).await
}

/// Takes the rows of these plans, so that nobody is given one of them until the transaction ends; in the order of their ids, as
/// everybody does.
pub async fn offer_plans_lock(c: &mut Conn, name: &OfferName, plans: &[PlanName]) -> Result<(), DbFault> {
    let ids: Vec<Uuid> = plans.iter().map(|plan| plan.id).collect();
    let rows = offer_plans::table
        .filter(is_of!(offer_plans, name))
        .filter(offer_plans::plan_id.eq_any(ids))
        .select(offer_plans::plan_id)
        .order(offer_plans::plan_id)
        .for_update();
    let _: Vec<Uuid> = rows.load(c).await.db()?;
    Ok(())
}

/// Those of `plans` that are offered, which they stay until the transaction ends.
pub async fn offer_plans_hold(c: &mut Conn, name: &OfferName, plans: &[PlanName]) -> Result<Vec<PlanName>, DbFault> {
    let ids: Vec<Uuid> = plans.iter().map(|plan| plan.id).collect();
    let rows: Vec<(Uuid, String, Uuid)> = offer_plans::table
        .filter(is_of!(offer_plans, name))
        .filter(offer_plans::plan_id.eq_any(ids))
        .filter(offer_plans::offered)
        .select((offer_plans::plan_owner_id, offer_plans::plan_kind, offer_plans::plan_id))
        .order(offer_plans::plan_id)
        .for_share()
        .load(c)
        .await
        .db()?;
    let held: Result<Vec<PlanName>, DbFault> =
        rows.iter().map(|(owner, kind, id)| self::name(*owner, kind, *id)).collect();
    Ok(held?.into_iter().filter(|plan| plans.contains(plan)).collect())
}

/// Those of `plans` that somebody has by this offer.
pub async fn offer_plans_used(c: &mut Conn, name: &OfferName, plans: &[PlanName]) -> Result<Vec<PlanName>, DbFault> {
    let ids: Vec<Uuid> = plans.iter().map(|plan| plan.id).collect();
    let used = exists(
        plan_uses::table
            .filter(plan_uses::organization_id.eq(offer_plans::organization_id))
            .filter(plan_uses::offering_id.eq(offer_plans::offering_id))
            .filter(plan_uses::plan_id.eq(offer_plans::plan_id)),
    );
    let found = offer_plans::table.filter(is_of!(offer_plans, name)).filter(offer_plans::plan_id.eq_any(ids));
    let found = found.filter(used).select(offer_plans::plan_id).order(offer_plans::plan_id);
    named(plans, &found.load(c).await.db()?)
}

/// Those of `plans` that are offered in the tier below.
pub async fn offer_plans_below(c: &mut Conn, name: &OfferName, plans: &[PlanName]) -> Result<Vec<PlanName>, DbFault> {
    let ids: Vec<Uuid> = plans.iter().map(|plan| plan.id).collect();
    let below = offers::table
        .filter(offers::offered_by.eq(name.partner.uuid()))
        .filter(offers::offering_id.eq(&name.offering))
        .select(offers::organization_id);
    let found = offer_plans::table
        .filter(offer_plans::organization_id.eq_any(below))
        .filter(offer_plans::offering_id.eq(&name.offering))
        .filter(offer_plans::plan_id.eq_any(ids))
        .filter(offer_plans::offered);
    let found = found.select(offer_plans::plan_id).distinct().order(offer_plans::plan_id);
    named(plans, &found.load(c).await.db()?)
}

/// Those of `plans` that have one of these ids.
fn named(plans: &[PlanName], ids: &[Uuid]) -> Result<Vec<PlanName>, DbFault> {
    Ok(plans.iter().copied().filter(|plan| ids.contains(&plan.id)).collect())
}

/// Whether a plan is offered now.
pub async fn offer_has(c: &mut Conn, name: &OfferName, plan: PlanName) -> Result<bool, DbFault> {
    let found = offer_plans::table
        .filter(is_of!(offer_plans, name))
        .filter(offer_plans::plan_id.eq(plan.id))
        .filter(offer_plans::plan_owner_id.eq(plan.owner.uuid()))
        .filter(offer_plans::plan_kind.eq(kind_text(plan.kind)))
        .filter(offer_plans::offered);
    diesel::select(exists(found)).get_result(c).await.db()
}

/// The place of a plan in the list of what is offered.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct OfferedPlace {
    pub user: bool,
    pub id: Uuid,
}

/// One page of what is offered: user plans before customer plans, each by id, which is the order of creation. Needs to see the plans
/// of every owner.
pub async fn offer_plan_list(
    c: &mut Conn,
    name: &OfferName,
    after: Option<&OfferedPlace>,
    limit: i64,
) -> Result<Vec<Plan>, DbFault> {
    let mut query = offer_plans::table
        .inner_join(plans::table.on(plans::id.eq(offer_plans::plan_id)))
        .filter(is_of!(offer_plans, name))
        .filter(offer_plans::offered)
        .select(PlanRow::as_select())
        .order((offer_plans::plan_kind.desc(), offer_plans::plan_id))
        .limit(limit)
        .into_boxed();
    if let Some(place) = after {
        let kind = if place.user { "user" } else { "customer" };
        let later = offer_plans::plan_kind.eq(kind).and(offer_plans::plan_id.gt(place.id));
        query = query.filter(offer_plans::plan_kind.lt(kind).or(later));
    }
    query.load(c).await.db()?.into_iter().map(PlanRow::into_model).collect()
}

/// The offers of the tier below in which one of `plans` is offered.
pub async fn offer_count_below(
    c: &mut Conn,
    name: &OfferName,
    plans: &[PlanName],
) -> Result<InTheWay<OfferName>, DbFault> {
    let ids: Vec<Uuid> = plans.iter().map(|plan| plan.id).collect();
    let found = offers::table
        .filter(offers::offered_by.eq(name.partner.uuid()))
        .filter(offers::offering_id.eq(&name.offering))
        .filter(exists(
            offer_plans::table
                .filter(offer_plans::organization_id.eq(offers::organization_id))
                .filter(offer_plans::offering_id.eq(offers::offering_id))
                .filter(offer_plans::plan_id.eq_any(ids))
                .filter(offer_plans::offered),
        ));
    let count = found.clone().count().get_result(c).await.db()?;
    let first: Vec<Uuid> =
        found.select(offers::organization_id).order(offers::organization_id).limit(NAMED).load(c).await.db()?;
    let offer = |id| OfferName { partner: OrganizationId::from_uuid(id), offering: name.offering.clone() };
    Ok(InTheWay { count, first: first.into_iter().map(offer).collect() })
}

/// In how many offers a plan stands, ticked or offered.
pub async fn offer_count_with(c: &mut Conn, plan: PlanName) -> Result<i64, DbFault> {
    offer_plans::table.filter(offer_plans::plan_id.eq(plan.id)).count().get_result(c).await.db()
}

diesel::allow_tables_to_appear_in_same_query!(plans, offer_plans, offers, plan_uses);
