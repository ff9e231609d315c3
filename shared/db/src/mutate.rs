//! A transaction that has its effect once, however often its request arrives.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Conn;
use crate::context::{OpName, TxContext};
use crate::fault::{DbFault, TxError};
use crate::idempotency::{self, Claim, Mutation};
use crate::pool::Store;
use crate::tx::{Kind, Plan, TxFn};

impl Store {
    /// As [`Store::tx`], under the rules of `mutation`:
    ///
    /// - With a `request_id`, the first request has its effect and every later equal one of the same caller and method gets the
    ///   same answer; one that arrives while the first runs waits for it. Another body under the same id is refused with
    ///   [`TxError::request_id_reused`]. A COMMIT whose outcome is unknown is repeated, because the row decides what happened.
    /// - With `validate_only`, everything runs, deferred constraints too, and is rolled back; no answer is stored or replayed.
    ///
    /// Only `Ok` is stored: a refused request may be sent again under the same id. `T` is stored as JSON.
    ///
    /// # Errors
    /// As [`Store::tx`]; `OutcomeUnknown` only without a `request_id`, or when the deadline left no time to find out.
    pub async fn mutate<T, E, F>(
        &self,
        op: impl OpName,
        ctx: &impl TxContext,
        mutation: &Mutation,
        f: F,
    ) -> Result<T, E>
    where
        for<'c> F: AsyncFn(&'c mut Conn) -> Result<T, E> + TxFn<&'c mut Conn, Result<T, E>, Fut: Send> + Send + Sync,
        T: Serialize + DeserializeOwned + Send,
        E: TxError,
    {
        let plan = |kind, repeatable| Plan::new(op, kind, repeatable);
        if mutation.validate_only {
            return self.run(plan(Kind::Rehearse, true), ctx, f).await;
        }
        let Some(id) = mutation.request_id else {
            return self.run(plan(Kind::Write, false), ctx, f).await;
        };
        let once = async |c: &mut Conn| match idempotency::claim(c, mutation, id).await.map_err(E::from_fault)? {
            Claim::Other => Err(E::request_id_reused(id)),
            Claim::Answered(answer) => serde_json::from_value(answer).map_err(unreadable),
            Claim::Ours => {
                let value = f(&mut *c).await?;
                let answer = serde_json::to_value(&value).map_err(unreadable)?;
                idempotency::answer(c, mutation, id, answer).await.map_err(E::from_fault)?;
                Ok(value)
            }
        };
        self.run(plan(Kind::Write, true), ctx, once).await
    }

    /// What an equal request was answered before; none if there was none, or without a `request_id`.
    ///
    /// For an op that asks another service before [`Store::mutate`]: what it hears by now must not refuse the repetition of a request
    /// that took effect.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn answered<T, E>(
        &self,
        op: impl OpName,
        ctx: &impl TxContext,
        mutation: &Mutation,
    ) -> Result<Option<T>, E>
    where
        T: DeserializeOwned + Send,
        E: TxError,
    {
        let Some(id) = mutation.request_id.filter(|_| !mutation.validate_only) else { return Ok(None) };
        let find = async |c: &mut Conn| idempotency::answered(c, mutation, id).await;
        let answer = self.read(op, ctx, find).await.map_err(E::from_fault)?;
        answer.map(|answer| serde_json::from_value(answer).map_err(unreadable)).transpose()
    }
}

fn unreadable<E: TxError>(error: serde_json::Error) -> E {
    E::from_fault(DbFault::Other(format!("the answer under a request id: {error}")))
}
