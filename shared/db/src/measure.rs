//! What operators see of the database door: time and attempts of each operation, waits for connections, the pool.
//!
//! Uses the global meter, so telemetry must be started before the first [`crate::Store`] is opened.

use std::sync::LazyLock;
use std::time::Duration;

use dialtone_ids::ServiceName;
use opentelemetry::metrics::Histogram;
use opentelemetry::{KeyValue, global};

use crate::pool::Store;

static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

struct Metrics {
    duration: Histogram<f64>,
    attempts: Histogram<u64>,
    pool_wait: Histogram<f64>,
}

impl Metrics {
    fn new() -> Self {
        let meter = global::meter("dialtone.db");
        Self {
            duration: meter
                .f64_histogram("dialtone.db.operation.duration")
                .with_unit("s")
                .with_description("Time of one named database access with all its attempts")
                .with_boundaries(vec![
                    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
                ])
                .build(),
            attempts: meter
                .u64_histogram("dialtone.db.operation.attempts")
                .with_description("How often the transaction of one database access was begun")
                .with_boundaries(vec![1.0, 2.0, 3.0, 4.0, 5.0])
                .build(),
            pool_wait: meter
                .f64_histogram("dialtone.db.pool.wait")
                .with_unit("s")
                .with_description("Time until a connection was free")
                .with_boundaries(vec![0.0001, 0.001, 0.01, 0.05, 0.1, 0.5, 1.0, 2.0])
                .build(),
        }
    }
}

/// One access is over. `outcome` is `ok`, `refused` for a closure's own error, or the kind of the fault.
pub(crate) fn operation(op: &'static str, outcome: &'static str, took: Duration, attempts: u32) {
    let op = KeyValue::new("op", op);
    METRICS.attempts.record(u64::from(attempts), std::slice::from_ref(&op));
    METRICS.duration.record(took.as_secs_f64(), &[op, KeyValue::new("outcome", outcome)]);
}

/// A connection was given out, or the wait given up.
pub(crate) fn pool_wait(op: &'static str, took: Duration) {
    METRICS.pool_wait.record(took.as_secs_f64(), &[KeyValue::new("op", op)]);
}

/// Shows the pool for as long as the store lives.
pub(crate) fn observe_pool(store: &Store, service: ServiceName) {
    let pool = store.downgrade();
    global::meter("dialtone.db")
        .u64_observable_gauge("dialtone.db.pool.connections")
        .with_description("Connections by state; `waiting` counts callers")
        .with_callback(move |observer| {
            let Some(pool) = pool.upgrade() else { return };
            let status = pool.status();
            let states = [
                ("max", u64::from(status.max)),
                ("open", u64::from(status.open)),
                ("idle", u64::from(status.idle)),
                ("waiting", status.waiting),
            ];
            for (state, count) in states {
                observer.observe(count, &[KeyValue::new("service", service.as_str()), KeyValue::new("state", state)]);
            }
        })
        .build();
}
