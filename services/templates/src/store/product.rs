//! Rows of what can be ordered. They belong to no organization.

use std::collections::HashMap;

use dialtone_db::{Classify as _, Conn, DbFault};
use diesel::dsl::not;
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use super::schema::{product_needs, product_packages, products};
use crate::model::offering::{Product, Quantity};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = products, check_for_backend(diesel::pg::Pg))]
struct ProductRow {
    sku: String,
    display_name: String,
    offering_id: String,
    add_on: bool,
    minimum: i32,
    maximum: i32,
    step: i32,
    trial_allowed: bool,
    retired: bool,
}

impl ProductRow {
    fn of(product: &Product) -> Self {
        let Quantity { minimum, maximum, step } = product.quantity;
        Self {
            sku: product.sku.clone(),
            display_name: product.display_name.clone(),
            offering_id: product.offering.clone(),
            add_on: product.add_on,
            minimum,
            maximum,
            step,
            trial_allowed: product.trial_allowed,
            retired: product.retired,
        }
    }

    fn into_model(self, packages: Vec<String>, needs_one_of: Vec<String>) -> Product {
        Product {
            sku: self.sku,
            display_name: self.display_name,
            offering: self.offering_id,
            add_on: self.add_on,
            packages,
            needs_one_of,
            quantity: Quantity { minimum: self.minimum, maximum: self.maximum, step: self.step },
            trial_allowed: self.trial_allowed,
            retired: self.retired,
        }
    }
}

/// Which products.
#[derive(Clone, Copy, Debug)]
pub struct Which<'a> {
    /// Of this offering; none for all.
    pub offering: Option<&'a str>,
    /// Retired ones too.
    pub retired: bool,
    /// After this article number.
    pub after: Option<&'a str>,
}

/// Products by article number, at most `limit`.
pub async fn product_list(c: &mut Conn, which: Which<'_>, limit: i64) -> Result<Vec<Product>, DbFault> {
    let mut query = products::table.select(ProductRow::as_select()).order(products::sku).limit(limit).into_boxed();
    if let Some(offering) = which.offering {
        query = query.filter(products::offering_id.eq(offering));
    }
    if !which.retired {
        query = query.filter(not(products::retired));
    }
    if let Some(after) = which.after {
        query = query.filter(products::sku.gt(after));
    }
    let rows = query.load(c).await.db()?;
    complete(c, rows).await
}

/// One product, retired or not; [`DbFault::NotFound`] without it.
pub async fn product_get(c: &mut Conn, sku: &str) -> Result<Product, DbFault> {
    let row = products::table.find(sku).select(ProductRow::as_select()).first(c).await.db()?;
    complete(c, vec![row]).await?.pop().ok_or(DbFault::NotFound)
}

/// Adds packages and needs, by one statement each.
async fn complete(c: &mut Conn, rows: Vec<ProductRow>) -> Result<Vec<Product>, DbFault> {
    let skus: Vec<&str> = rows.iter().map(|row| row.sku.as_str()).collect();
    let packages = product_packages::table
        .filter(product_packages::sku.eq_any(&skus))
        .order((product_packages::sku, product_packages::package_id))
        .load(c)
        .await
        .db()?;
    let needs = product_needs::table
        .filter(product_needs::sku.eq_any(&skus))
        .select((product_needs::sku, product_needs::needed))
        .order((product_needs::sku, product_needs::needed))
        .load(c)
        .await
        .db()?;
    let (mut packages, mut needs) = (by_sku(packages), by_sku(needs));
    let mut of = |row: ProductRow| {
        let packages = packages.remove(&row.sku).unwrap_or_default();
        let needs = needs.remove(&row.sku).unwrap_or_default();
        row.into_model(packages, needs)
    };
    Ok(rows.into_iter().map(&mut of).collect())
}

fn by_sku(rows: Vec<(String, String)>) -> HashMap<String, Vec<String>> {
    let mut all: HashMap<String, Vec<String>> = HashMap::new();
    rows.into_iter().for_each(|(sku, other)| all.entry(sku).or_default().push(other));
    all
}

/// Rows of one statement, which has a limited number of parameters.
const ROWS_AT_ONCE: usize = 1_000;

/// Stores these products as they are now.
pub async fn product_put(c: &mut Conn, all: &[&Product]) -> Result<(), DbFault> {
    for some in all.chunks(ROWS_AT_ONCE) {
        put_some(c, some).await?;
    }
    Ok(())
}

async fn put_some(c: &mut Conn, all: &[&Product]) -> Result<(), DbFault> {
    let rows: Vec<_> = all.iter().map(|product| ProductRow::of(product)).collect();
    diesel::insert_into(products::table)
        .values(rows)
        .on_conflict(products::sku)
        .do_update()
        .set((
            products::display_name.eq(excluded(products::display_name)),
            products::offering_id.eq(excluded(products::offering_id)),
            products::add_on.eq(excluded(products::add_on)),
            products::minimum.eq(excluded(products::minimum)),
            products::maximum.eq(excluded(products::maximum)),
            products::step.eq(excluded(products::step)),
            products::trial_allowed.eq(excluded(products::trial_allowed)),
            products::retired.eq(excluded(products::retired)),
        ))
        .execute(c)
        .await
        .db()?;
    let skus: Vec<&str> = all.iter().map(|product| product.sku.as_str()).collect();
    diesel::delete(product_packages::table.filter(product_packages::sku.eq_any(&skus))).execute(c).await.db()?;
    diesel::delete(product_needs::table.filter(product_needs::sku.eq_any(&skus))).execute(c).await.db()?;
    let packages: Vec<_> = all
        .iter()
        .flat_map(|product| product.packages.iter().map(|package| (&product.sku, package)))
        .map(|(sku, package)| (product_packages::sku.eq(sku), product_packages::package_id.eq(package)))
        .collect();
    diesel::insert_into(product_packages::table).values(packages).execute(c).await.db()?;
    let needs: Vec<_> = all
        .iter()
        .flat_map(|product| product.needs_one_of.iter().map(|needed| (&product.sku, needed)))
        .map(|(sku, needed)| (product_needs::sku.eq(sku), product_needs::needed.eq(needed)))
        .collect();
    diesel::insert_into(product_needs::table).values(needs).execute(c).await.db()?;
    Ok(())
}
