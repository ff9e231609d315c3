//! The one way to change something: the effect, its answer under the request id, and what the closure appends to history and
//! outbox commit together or not at all.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::idempotency::{Begun, Mutation, begin, finish};
use crate::tx::{Kind, Plan, TxFn};
use crate::{Conn, DbFault, OpName, Store, TxContext, TxError};

impl Store {
    /// Runs `f` in a transaction under the mutation's request id: a repetition gets the first answer, another body is refused
    /// with [`DbFault::RequestIdReused`], a concurrent duplicate waits. With `validate_only` everything runs and is taken back.
    ///
    /// When nobody knows whether a COMMIT happened, it is run again only under a request id, which then decides.
    pub async fn mutate<T, E, F>(&self, op: impl OpName, ctx: &impl TxContext, m: &Mutation, f: F) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned + Send,
        E: TxError,
        for<'c> F: AsyncFn(&'c mut Conn) -> Result<T, E> + TxFn<&'c mut Conn, Result<T, E>, Fut: Send> + Send + Sync,
    {
        let plan = |kind, repeatable| Plan { op: op.name(), kind, repeatable };
        if m.validate_only {
            return self.run(plan(Kind::Rehearse, true), ctx, f).await;
        }
        let Some(id) = m.request_id else {
            return self.run(plan(Kind::Write, false), ctx, f).await;
        };
        let once = async |c: &mut Conn| {
            if let Begun::Replay(answer) = begin(c, m, id).await.map_err(E::from_fault)? {
                return serde_json::from_value(answer).map_err(|e| E::from_fault(unreadable(&e)));
            }
            let value = f(&mut *c).await?;
            let answer = serde_json::to_value(&value).map_err(|e| E::from_fault(unreadable(&e)))?;
            finish(c, m, id, answer).await.map_err(E::from_fault)?;
            Ok(value)
        };
        self.run(plan(Kind::Write, true), ctx, once).await
    }
}

fn unreadable(error: &serde_json::Error) -> DbFault {
    DbFault::Other(format!("the answer under a request id: {error}"))
}
