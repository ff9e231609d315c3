//! Compare-and-set: one answer that tells updated, stale and missing apart.

use std::future::Future;

use crate::fault::DbFault;

/// What a conditional update did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cas<T> {
    /// The row was as expected and is now changed; carries the new row.
    Updated(T),
    /// The row exists, but in another version or state than expected. Nothing changed.
    Stale,
    /// No such row is visible to this caller. Nothing changed.
    Missing,
}

/// Completes a conditional update: `updated` is the row that the UPDATE with its conditions returned; only if it returned none,
/// `exists` is asked whether the row is there at all. Both run in the same transaction.
pub async fn cas<T>(
    updated: Result<T, DbFault>,
    exists: impl Future<Output = Result<bool, DbFault>>,
) -> Result<Cas<T>, DbFault> {
    match updated {
        Ok(row) => Ok(Cas::Updated(row)),
        Err(DbFault::NotFound) if exists.await? => Ok(Cas::Stale),
        Err(DbFault::NotFound) => Ok(Cas::Missing),
        Err(fault) => Err(fault),
    }
}
