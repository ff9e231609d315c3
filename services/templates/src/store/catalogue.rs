//! The catalogue as a whole.

use dialtone_db::{Classify as _, Conn, DbFault};
use diesel_async::RunQueryDsl;

use super::schema::package_audiences;
use super::{offering, package, product};
use crate::model::catalogue::{Catalogue, Entry};
use crate::model::package::{Audience, Bases};

/// Locks out whoever else loads one, until the transaction ends.
pub async fn catalogue_lock(c: &mut Conn) -> Result<(), DbFault> {
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended('templates:catalogue', 0))";
    diesel::sql_query(lock).execute(c).await.db()?;
    Ok(())
}

/// Everything in it, what is retired too.
pub async fn catalogue_get(c: &mut Conn) -> Result<Catalogue, DbFault> {
    let offerings = offering::offering_list(c, true).await?;
    let packages = package::package_list(c, None, true).await?;
    let which = product::Which { offering: None, retired: true, after: None };
    let products = product::product_list(c, which, i64::MAX).await?;
    let rows: Vec<(String, i32, Option<i32>)> = package_audiences::table.load(c).await.db()?;
    let audiences = [Audience::Customer, Audience::User].into_iter().filter_map(|audience| {
        let (_, minimum, maximum) = rows.iter().find(|(id, _, _)| id == audience.id())?;
        Some((audience, Bases { minimum: *minimum, maximum: *maximum }))
    });
    Ok(Catalogue {
        offerings: offerings.into_iter().map(|offering| (offering.id.clone(), offering)).collect(),
        packages: packages.into_iter().map(|package| (package.id.clone(), package)).collect(),
        audiences: audiences.collect(),
        products: products.into_iter().map(|product| (product.sku.clone(), product)).collect(),
    })
}

/// Stores these entries as they are now: those first that others name.
pub async fn catalogue_put(c: &mut Conn, entries: &[&Entry]) -> Result<(), DbFault> {
    let (mut offerings, mut packages, mut products) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Entry::Offering(entry) => offerings.push(entry),
            Entry::Package(entry) => packages.push(entry),
            Entry::Product(entry) => products.push(entry),
            Entry::Audience(audience, bases) => package::package_bases_put(c, *audience, *bases).await?,
        }
    }
    offering::offering_put(c, &offerings).await?;
    package::package_put(c, &packages).await?;
    product::product_put(c, &products).await
}
