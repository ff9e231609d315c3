//! Rows of the catalogue's packages. They belong to no organization.

use dialtone_db::{Classify as _, Conn, DbFault};
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use super::schema::{package_audiences, package_needs, packages};
use crate::model::package::{Audience, Bases, Package};

type Row = (String, bool, bool, bool, bool);

/// Every package for `audience`, or all of them, by id, with what each needs; retired ones too if `retired`.
pub async fn package_list(c: &mut Conn, audience: Option<Audience>, retired: bool) -> Result<Vec<Package>, DbFault> {
    let mut query = packages::table.order(packages::id).into_boxed();
    query = match audience {
        None => query,
        Some(Audience::Customer) => query.filter(packages::for_customers),
        Some(Audience::User) => query.filter(packages::for_users),
    };
    if !retired {
        query = query.filter(diesel::dsl::not(packages::retired));
    }
    let rows: Vec<Row> = query.load(c).await.db()?;
    let needs: Vec<(String, String)> =
        package_needs::table.order((package_needs::package_id, package_needs::needed_id)).load(c).await.db()?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let needed = needs.iter().filter(|(package, _)| *package == row.0);
            let needs_one_of = needed.map(|(_, needed)| needed.clone()).collect();
            into_model(row, needs_one_of)
        })
        .collect())
}

/// One package, retired or not; [`DbFault::NotFound`] without it.
pub async fn package_get(c: &mut Conn, id: &str) -> Result<Package, DbFault> {
    let row: Row = packages::table.find(id).first(c).await.db()?;
    let needs_one_of = package_needs::table
        .filter(package_needs::package_id.eq(id))
        .select(package_needs::needed_id)
        .order(package_needs::needed_id)
        .load(c)
        .await
        .db()?;
    Ok(into_model(row, needs_one_of))
}

fn into_model((id, for_customers, for_users, base, retired): Row, needs_one_of: Vec<String>) -> Package {
    Package { id, for_customers, for_users, base, needs_one_of, retired }
}

/// How many base packages somebody of this audience has.
pub async fn package_bases_get(c: &mut Conn, audience: Audience) -> Result<Bases, DbFault> {
    let limits = (package_audiences::base_minimum, package_audiences::base_maximum);
    let (minimum, maximum) = package_audiences::table.find(audience.id()).select(limits).first(c).await.db()?;
    Ok(Bases { minimum, maximum })
}

/// Stores these packages as they are now.
pub async fn package_put(c: &mut Conn, all: &[&Package]) -> Result<(), DbFault> {
    let rows: Vec<_> = all
        .iter()
        .map(|package| {
            (
                packages::id.eq(&package.id),
                packages::for_customers.eq(package.for_customers),
                packages::for_users.eq(package.for_users),
                packages::base.eq(package.base),
                packages::retired.eq(package.retired),
            )
        })
        .collect();
    diesel::insert_into(packages::table)
        .values(rows)
        .on_conflict(packages::id)
        .do_update()
        .set((
            packages::for_customers.eq(excluded(packages::for_customers)),
            packages::for_users.eq(excluded(packages::for_users)),
            packages::base.eq(excluded(packages::base)),
            packages::retired.eq(excluded(packages::retired)),
        ))
        .execute(c)
        .await
        .db()?;
    let ids: Vec<&str> = all.iter().map(|package| package.id.as_str()).collect();
    let old = package_needs::table.filter(package_needs::package_id.eq_any(ids));
    diesel::delete(old).execute(c).await.db()?;
    let needs: Vec<_> = all
        .iter()
        .flat_map(|package| package.needs_one_of.iter().map(|needed| (&package.id, needed)))
        .map(|(package, needed)| (package_needs::package_id.eq(package), package_needs::needed_id.eq(needed)))
        .collect();
    diesel::insert_into(package_needs::table).values(needs).execute(c).await.db()?;
    Ok(())
}

/// Stores how many base packages somebody of this audience has.
pub async fn package_bases_put(c: &mut Conn, audience: Audience, bases: Bases) -> Result<(), DbFault> {
    let limits = (package_audiences::base_minimum.eq(bases.minimum), package_audiences::base_maximum.eq(bases.maximum));
    diesel::insert_into(package_audiences::table)
        .values((package_audiences::audience.eq(audience.id()), limits))
        .on_conflict(package_audiences::audience)
        .do_update()
        .set(limits)
        .execute(c)
        .await
        .db()?;
    Ok(())
}
