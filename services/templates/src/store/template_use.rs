//! Rows that say which customer is made with which revision.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OrganizationId, TemplateName};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::revision::name;
use super::schema::template_uses;
use crate::model::revision::{RevisionName, Use};

type Row = (Uuid, Uuid, Uuid, i32, DateTime<Utc>);
type Columns = (
    template_uses::organization_id,
    template_uses::customer_id,
    template_uses::template_id,
    template_uses::revision,
    template_uses::created,
);
const COLUMNS: Columns = (
    template_uses::organization_id,
    template_uses::customer_id,
    template_uses::template_id,
    template_uses::revision,
    template_uses::created,
);

fn into_model((partner, customer, template, number, created): Row) -> Use {
    Use { revision: name(partner, template, number), customer: OrganizationId::from_uuid(customer), created }
}

/// Notes that a customer is made with a revision; none where it is made with one of this partner already.
pub async fn template_use_insert(
    c: &mut Conn,
    revision: RevisionName,
    customer: OrganizationId,
    actor: &str,
) -> Result<Option<Use>, DbFault> {
    let row: Option<Row> = diesel::insert_into(template_uses::table)
        .values((
            template_uses::organization_id.eq(revision.template.organization.uuid()),
            template_uses::customer_id.eq(customer.uuid()),
            template_uses::template_id.eq(revision.template.template.uuid()),
            template_uses::revision.eq(revision.number),
            template_uses::actor.eq(actor),
        ))
        .on_conflict_do_nothing()
        .returning(COLUMNS)
        .get_result(c)
        .await
        .optional()
        .db()?;
    Ok(row.map(into_model))
}

/// What a customer is made with of a partner.
pub async fn template_use_get(
    c: &mut Conn,
    partner: OrganizationId,
    customer: OrganizationId,
) -> Result<Option<Use>, DbFault> {
    let row: Option<Row> =
        template_uses::table.find((partner.uuid(), customer.uuid())).select(COLUMNS).first(c).await.optional().db()?;
    Ok(row.map(into_model))
}

/// What a customer is made with: one revision for each partner, seldom more than one.
pub async fn template_use_list(c: &mut Conn, customer: OrganizationId) -> Result<Vec<Use>, DbFault> {
    let rows: Vec<Row> = template_uses::table
        .filter(template_uses::customer_id.eq(customer.uuid()))
        .select(COLUMNS)
        .order(template_uses::organization_id)
        .load(c)
        .await
        .db()?;
    Ok(rows.into_iter().map(into_model).collect())
}

/// Forgets that a customer is made with a revision; false where it is not.
pub async fn template_use_delete(
    c: &mut Conn,
    revision: RevisionName,
    customer: OrganizationId,
) -> Result<bool, DbFault> {
    let found = template_uses::table
        .find((revision.template.organization.uuid(), customer.uuid()))
        .filter(template_uses::template_id.eq(revision.template.template.uuid()))
        .filter(template_uses::revision.eq(revision.number));
    Ok(diesel::delete(found).execute(c).await.db()? == 1)
}

/// How many customers are on which revision of a template, newest first.
pub async fn template_use_count(c: &mut Conn, template: TemplateName) -> Result<Vec<(RevisionName, i64)>, DbFault> {
    let counts: Vec<(i32, i64)> = template_uses::table
        .filter(template_uses::template_id.eq(template.template.uuid()))
        .filter(template_uses::organization_id.eq(template.organization.uuid()))
        .group_by(template_uses::revision)
        .select((template_uses::revision, count_star()))
        .order(template_uses::revision.desc())
        .load(c)
        .await
        .db()?;
    Ok(counts.into_iter().map(|(number, customers)| (RevisionName { template, number }, customers)).collect())
}
