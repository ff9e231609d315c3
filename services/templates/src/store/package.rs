//! Rows of the catalogue's packages. They belong to no organization.

use dialtone_db::{Classify as _, Conn, DbFault};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::{package_needs, packages};
use crate::model::package::{Audience, Package};

/// Every package for `audience`, or all of them, by id, with what each needs.
pub async fn package_list(c: &mut Conn, audience: Option<Audience>) -> Result<Vec<Package>, DbFault> {
    let mut query = packages::table.order(packages::id).into_boxed();
    query = match audience {
        None => query,
        Some(Audience::Customers) => query.filter(packages::for_customers),
        Some(Audience::Users) => query.filter(packages::for_users),
    };
    let rows: Vec<(String, bool, bool, bool)> = query.load(c).await.db()?;
    let needs: Vec<(String, String)> =
        package_needs::table.order((package_needs::package_id, package_needs::needed_id)).load(c).await.db()?;
    Ok(rows
        .into_iter()
        .map(|(id, for_customers, for_users, base)| {
            let needed = needs.iter().filter(|(package, _)| *package == id);
            let needs_one_of = needed.map(|(_, needed)| needed.clone()).collect();
            Package { id, for_customers, for_users, base, needs_one_of }
        })
        .collect())
}
