//! Rows of what can be set up. They belong to no organization.

use dialtone_db::{Classify as _, Conn, DbFault};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use super::schema::offerings;
use crate::model::offering::Offering;

type Row = (String, String, bool, bool);

fn into_model((id, display_name, takes_plans, retired): Row) -> Offering {
    Offering { id, display_name, takes_plans, retired }
}

/// Every offering by id, retired ones too if `retired`.
pub async fn offering_list(c: &mut Conn, retired: bool) -> Result<Vec<Offering>, DbFault> {
    let mut query = offerings::table.order(offerings::id).into_boxed();
    if !retired {
        query = query.filter(not(offerings::retired));
    }
    let rows: Vec<Row> = query.load(c).await.db()?;
    Ok(rows.into_iter().map(into_model).collect())
}

/// One offering, retired or not; [`DbFault::NotFound`] without it.
pub async fn offering_get(c: &mut Conn, id: &str) -> Result<Offering, DbFault> {
    offerings::table.find(id).first(c).await.db().map(into_model)
}

/// Whether this is a hosted service that is sold and that plans configure.
pub async fn offering_takes_plans(c: &mut Conn, id: &str) -> Result<bool, DbFault> {
    let found = offerings::table.find(id).filter(offerings::takes_plans).filter(not(offerings::retired));
    diesel::select(exists(found)).get_result(c).await.db()
}

/// Stores these offerings as they are now.
pub async fn offering_put(c: &mut Conn, all: &[&Offering]) -> Result<(), DbFault> {
    let rows: Vec<_> = all
        .iter()
        .map(|offering| {
            (
                offerings::id.eq(&offering.id),
                offerings::display_name.eq(&offering.display_name),
                offerings::takes_plans.eq(offering.takes_plans),
                offerings::retired.eq(offering.retired),
            )
        })
        .collect();
    diesel::insert_into(offerings::table)
        .values(rows)
        .on_conflict(offerings::id)
        .do_update()
        .set((
            offerings::display_name.eq(excluded(offerings::display_name)),
            offerings::takes_plans.eq(excluded(offerings::takes_plans)),
            offerings::retired.eq(excluded(offerings::retired)),
        ))
        .execute(c)
        .await
        .db()?;
    Ok(())
}
