//! Transactions: the only way to a connection.
//!
//! Begins, narrows to the tenants of the request, runs the closure, ends; again when the database asks for it. Knows nothing of
//! what the closure does.

use std::fmt::Write as _;
use std::future::Future;
use std::time::Duration;

use diesel::connection::{TransactionDepthChange, TransactionManagerStatus};
use diesel_async::{AnsiTransactionManager, AsyncConnection, SimpleAsyncConnection as _, TransactionManager as _};
use futures::FutureExt as _;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::Instrument as _;

use crate::Conn;
use crate::classify::classify;
use crate::context::{OpName, TxContext};
use crate::fault::{DbFault, TxError};
use crate::measure;
use crate::pool::{Lease, Store};

const MAX_ATTEMPTS: u32 = 5;
/// The first pause is up to this long; each next one up to twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// The server gives up this much after the caller, so that the caller's own clock says what happened.
const SERVER_GRACE: Duration = Duration::from_millis(100);

/// A closure that a transaction runs, perhaps more than once: `async |c| { … }`, without `move`, borrowing what it needs.
///
/// Only states that its future is `Send`, which an `AsyncFn` bound cannot yet say. Never implemented by hand.
pub trait TxFn<C, R>: AsyncFn(C) -> R + Fn(C) -> <Self as TxFn<C, R>>::Fut {
    /// What the closure returns.
    type Fut: Future<Output = R>;
}

impl<F, C, Fut, R> TxFn<C, R> for F
where
    F: AsyncFn(C) -> R + Fn(C) -> Fut,
    Fut: Future<Output = R>,
{
    type Fut = Fut;
}

/// How a transaction is run.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) op: &'static str,
    pub(crate) kind: Kind,
    pub(crate) keeps_plans: bool,
    /// Whether it may run again after a COMMIT whose outcome is unknown, because a `request_id` makes that harmless.
    pub(crate) repeatable: bool,
}

impl Plan {
    pub(crate) fn new(op: impl OpName, kind: Kind, repeatable: bool) -> Self {
        Self { op: op.name(), kind, keeps_plans: op.keeps_plans(), repeatable }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Write,
    /// Runs everything, deferred constraints too, and then rolls back.
    Rehearse,
    Read,
}

impl Store {
    /// Runs `f` in one transaction and commits it if `f` answers `Ok`; nothing is written otherwise.
    ///
    /// `f` is run again after a serialization failure or a deadlock, at most 5 times, with jittered pauses; and once after a
    /// connection lost before COMMIT or a stale cached plan. No attempt begins after the deadline of `ctx`. So `f` must have no
    /// effect but on the database: **no call to another service, no mail, no wait for anything foreign inside**. The connection
    /// is held from BEGIN to COMMIT, and a foreign call inside would let a slow peer drain the pool.
    ///
    /// Row-level security sees `ctx.tenants()`. If the future is dropped, nothing is written, unless COMMIT was sent already.
    ///
    /// # Errors
    /// What `f` answered, or through [`TxError::from_fault`]: `PoolTimeout`, `DeadlineExceeded`, `ConnectionLost`,
    /// `OutcomeUnknown`, or what COMMIT found, such as a deferred constraint.
    pub async fn tx<T, E, F>(&self, op: impl OpName, ctx: &impl TxContext, f: F) -> Result<T, E>
    where
        for<'c> F: AsyncFn(&'c mut Conn) -> Result<T, E> + TxFn<&'c mut Conn, Result<T, E>, Fut: Send> + Send + Sync,
        T: Send,
        E: TxError,
    {
        self.run(Plan::new(op, Kind::Write, false), ctx, f).await
    }

    /// As [`Store::tx`], but read-only: a write inside is a `ReadOnly` fault. Each statement sees its own snapshot.
    ///
    /// # Errors
    /// As [`Store::tx`], without `OutcomeUnknown`.
    pub async fn read<T, E, F>(&self, op: impl OpName, ctx: &impl TxContext, f: F) -> Result<T, E>
    where
        for<'c> F: AsyncFn(&'c mut Conn) -> Result<T, E> + TxFn<&'c mut Conn, Result<T, E>, Fut: Send> + Send + Sync,
        T: Send,
        E: TxError,
    {
        self.run(Plan::new(op, Kind::Read, true), ctx, f).await
    }

    pub(crate) async fn run<T, E, F>(&self, plan: Plan, ctx: &impl TxContext, f: F) -> Result<T, E>
    where
        for<'c> F: AsyncFn(&'c mut Conn) -> Result<T, E> + TxFn<&'c mut Conn, Result<T, E>, Fut: Send> + Send + Sync,
        T: Send,
        E: TxError,
    {
        let span = tracing::info_span!("db", otel.name = plan.op, op = plan.op, outcome = tracing::field::Empty);
        let begun = Instant::now();
        let mut attempts = 0;
        let answer = self.attempts(plan, ctx, &f, &mut attempts).instrument(span.clone()).await;
        let outcome = answer.as_ref().map_or_else(|error| error.fault().map_or("refused", DbFault::kind), |_| "ok");
        span.record("outcome", outcome);
        measure::operation(plan.op, outcome, begun.elapsed(), attempts);
        answer
    }

    async fn attempts<T, E, F>(&self, plan: Plan, ctx: &impl TxContext, f: &F, attempts: &mut u32) -> Result<T, E>
    where
        for<'c> F: AsyncFn(&'c mut Conn) -> Result<T, E> + TxFn<&'c mut Conn, Result<T, E>, Fut: Send> + Send + Sync,
        T: Send,
        E: TxError,
    {
        let mut second_chance = true;
        loop {
            *attempts += 1;
            let error = match self.attempt(plan, ctx, f).await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let again = match error.fault() {
                Some(DbFault::Serialization | DbFault::Deadlock) => true,
                Some(DbFault::ConnectionLost | DbFault::StalePlan) => std::mem::take(&mut second_chance),
                Some(DbFault::OutcomeUnknown) => plan.repeatable,
                Some(_) | None => false,
            };
            let pause = pause_after(*attempts);
            if !again || *attempts == MAX_ATTEMPTS || Instant::now() + pause >= ctx.deadline() {
                return Err(error);
            }
            tracing::debug!(op = plan.op, attempts, fault = error.fault().map(DbFault::kind), "runs again");
            sleep(pause).await;
        }
    }

    async fn attempt<T, E, F>(&self, plan: Plan, ctx: &impl TxContext, f: &F) -> Result<T, E>
    where
        for<'c> F: AsyncFn(&'c mut Conn) -> Result<T, E> + TxFn<&'c mut Conn, Result<T, E>, Fut: Send> + Send + Sync,
        T: Send,
        E: TxError,
    {
        let deadline = ctx.deadline();
        let mut lease = self.begin(plan, ctx).await.map_err(E::from_fault)?;
        // Elapsed: dropping the lease closes the connection and cancels the statement.
        let answer = timeout_at(deadline, f(lease.conn())).await;
        match answer.map_err(|_| E::from_fault(DbFault::DeadlineExceeded))? {
            Ok(value) => match end(lease, plan.kind, deadline).await {
                Ok(()) => Ok(value),
                Err(fault) => Err(E::from_fault(fault)),
            },
            Err(error) => {
                abandon(lease, plan.kind, error.fault(), deadline).await;
                Err(error)
            }
        }
    }

    async fn begin(&self, plan: Plan, ctx: &impl TxContext) -> Result<Lease<'_>, DbFault> {
        let begun = Instant::now();
        let deadline = ctx.deadline();
        if begun >= deadline {
            return Err(DbFault::DeadlineExceeded);
        }
        let leased = self.lease(deadline).await;
        measure::pool_wait(plan.op, begun.elapsed());
        let mut lease = leased?;
        let sql = begin_sql(plan, ctx, Duration::from_millis(self.config().statement_timeout_ms.get()));
        if plan.kind == Kind::Read {
            return begin_read(lease, &sql);
        }
        match timeout_at(deadline, AnsiTransactionManager::begin_transaction_sql(lease.conn(), &sql)).await {
            Ok(Ok(())) => Ok(lease),
            Ok(Err(error)) => {
                let fault = classify(&error);
                if fault == DbFault::ConnectionLost {
                    lease.distrust_all();
                } else {
                    // It may have begun and failed at the settings after it.
                    lease.evict();
                }
                Err(fault)
            }
            Err(_) => Err(DbFault::DeadlineExceeded),
        }
    }
}

/// Sends BEGIN and does not wait for it: the first statement goes in the same round trip, which for a read of one statement is the only
/// one. If it alone fails (somebody cancels it at that moment), what follows finds no tenant set: row-level security shows it no row, so the
/// answer may miss what is there, and never shows what it should not. That it writes nothing is then up to the closure, which only reads.
fn begin_read<'a>(mut lease: Lease<'a>, sql: &str) -> Result<Lease<'a>, DbFault> {
    let failed = matches!(lease.conn().batch_execute(sql).now_or_never(), Some(Err(_)));
    if !failed && enter(lease.conn()) {
        return Ok(lease);
    }
    lease.distrust_all();
    Err(DbFault::ConnectionLost)
}

/// Everything that begins a transaction, in one round trip.
fn begin_sql(plan: Plan, ctx: &impl TxContext, statement_timeout: Duration) -> String {
    let tenants = ctx.tenants().setting();
    let mode = if plan.kind == Kind::Read { " READ ONLY" } else { "" };
    let mut sql = format!("BEGIN{mode}; SET LOCAL dialtone.tenants = '{tenants}'");
    let left = ctx.deadline().saturating_duration_since(Instant::now()) + SERVER_GRACE;
    if left < statement_timeout {
        write!(sql, "; SET LOCAL statement_timeout = {}", left.as_millis()).expect("writing to a String does not fail");
    }
    if plan.keeps_plans {
        sql.push_str("; SET LOCAL plan_cache_mode = force_generic_plan");
    }
    sql
}

/// After a closure that answered `Ok`.
async fn end(mut lease: Lease<'_>, kind: Kind, deadline: Instant) -> Result<(), DbFault> {
    if !is_outermost(lease.conn()) {
        lease.evict();
        return Err(DbFault::Other("the closure left a nested transaction open".to_owned()));
    }
    let sql = match kind {
        Kind::Read => return end_read(lease),
        // The empty SELECT fails in a transaction in which a statement failed; COMMIT alone would silently roll back.
        Kind::Write => "SELECT; COMMIT",
        Kind::Rehearse => "SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK",
    };
    let unknown = if kind == Kind::Write { DbFault::OutcomeUnknown } else { DbFault::ConnectionLost };
    match timeout_at(deadline, lease.conn().batch_execute(sql)).await {
        Ok(Ok(())) => {
            leave(lease.conn());
            lease.give_back();
            Ok(())
        }
        Ok(Err(error)) => {
            let fault = classify(&error);
            abandon(lease, kind, Some(&fault), deadline).await;
            Err(if fault == DbFault::ConnectionLost { unknown } else { fault })
        }
        Err(_) if kind == Kind::Write => Err(DbFault::OutcomeUnknown),
        Err(_) => Err(DbFault::DeadlineExceeded),
    }
}

/// Sends COMMIT and does not wait for it: there is nothing to learn from it, and the next BEGIN on this connection comes after it.
fn end_read(mut lease: Lease<'_>) -> Result<(), DbFault> {
    match lease.conn().batch_execute("COMMIT").now_or_never() {
        // Sent by the first poll, or answered already.
        None | Some(Ok(())) => {
            leave(lease.conn());
            lease.give_back();
        }
        Some(Err(_)) => lease.evict(),
    }
    Ok(())
}

/// After an error: back to a usable connection, or none.
async fn abandon(mut lease: Lease<'_>, kind: Kind, fault: Option<&DbFault>, deadline: Instant) {
    match fault {
        // Of a server that was restarted or a table that was changed, the other connections are as useless as this one.
        Some(DbFault::ConnectionLost | DbFault::StalePlan) => return lease.distrust_all(),
        Some(DbFault::ReadOnly) if kind != Kind::Read => return lease.distrust_all(),
        Some(_) | None => {}
    }
    if !is_outermost(lease.conn()) {
        return lease.evict();
    }
    match timeout_at(deadline, lease.conn().batch_execute("ROLLBACK")).await {
        Ok(Ok(())) => {
            leave(lease.conn());
            lease.give_back();
        }
        Ok(Err(_)) | Err(_) => lease.evict(),
    }
}

fn status(conn: &mut Conn) -> &mut TransactionManagerStatus {
    <Conn as AsyncConnection>::TransactionManager::transaction_manager_status_mut(conn)
}

fn is_outermost(conn: &mut Conn) -> bool {
    matches!(status(conn).transaction_depth(), Ok(Some(depth)) if depth.get() == 1)
}

/// Tells Diesel that a transaction was begun by SQL of our own; false if it cannot be.
fn enter(conn: &mut Conn) -> bool {
    match status(conn) {
        TransactionManagerStatus::Valid(valid) => {
            valid.transaction_depth().is_none()
                && valid.change_transaction_depth(TransactionDepthChange::IncreaseDepth).is_ok()
        }
        TransactionManagerStatus::InError => false,
    }
}

/// Tells Diesel that the transaction, which was ended by SQL of our own, is over.
fn leave(conn: &mut Conn) {
    if let TransactionManagerStatus::Valid(valid) = status(conn)
        && valid.change_transaction_depth(TransactionDepthChange::DecreaseDepth).is_err()
    {
        unreachable!("the depth was one");
    }
}

fn pause_after(attempts: u32) -> Duration {
    let most = FIRST_PAUSE * 2_u32.pow(attempts - 1);
    most.mul_f64(rand::random_range(0.0..1.0))
}
