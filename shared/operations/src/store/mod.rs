//! The only Diesel of this crate. Every write of a worker names the epoch of its claim; none of these functions opens a transaction.

mod claim;
mod control;
mod end;
mod insert;
mod lease;
mod progress;
mod read;
mod row;
mod sample;

pub(crate) use claim::{Claimed, operations_claim};
pub(crate) use control::{
    children_under_way, finished_delete, finished_purge, operation_input, operation_lock, operation_steer,
};
pub(crate) use end::{End, operation_end, parent_wake};
pub(crate) use insert::{NewRow, operation_insert};
pub(crate) use lease::{operation_release, operations_renew};
pub(crate) use progress::{
    Hold, Progress, StepChange, has_children_under_way, operation_lock_held, operation_progress, step_change,
};
pub(crate) use read::{Filter, children_ended, operation_get, operations_list};
pub(crate) use row::{OperationRow, ShownRow, failure_json, read};
pub use sample::Queue;
pub(crate) use sample::queue_sample;

use std::time::Duration;

use diesel::{
    IntoSql as _,
    data_types::PgInterval,
    helper_types::IntoSql,
    sql_types::{Interval, Nullable, Timestamptz},
};

diesel::define_sql_function! {
    /// The real time. `now()` is when the transaction began, which may be long before a lease is renewed at its end.
    fn clock_timestamp() -> Nullable<Timestamptz>;
}

diesel::infix_operator!(Later, " + ", Timestamptz, backend: diesel::pg::Pg);

type Moment = Later<clock_timestamp, IntoSql<Option<PgInterval>, Nullable<Interval>>>;

/// So much later than now by the database's clock; none for never.
fn moment(after: Option<Duration>) -> Moment {
    Later::new(clock_timestamp(), after.map(interval).into_sql::<Nullable<Interval>>())
}

fn interval(duration: Duration) -> PgInterval {
    PgInterval::from_microseconds(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
}
