//! What the engine tells about itself.
//!
//! | instrument | labels | meaning |
//! |---|---|---|
//! | `dialtone.operations.due` | | operations that are due and that nobody holds |
//! | `dialtone.operations.oldest` | | for how long the oldest of them has been due, in seconds |
//! | `dialtone.operations.stuck` | | operations that wait for a person |
//! | `dialtone.operations.unknown` | | operations of a kind or version that this release leaves alone |
//! | `dialtone.operations.held` | | operations this process works on |
//! | `dialtone.operations.step.duration` | kind, step, outcome | one attempt with its commit, in seconds |
//! | `dialtone.operations.ended` | kind, state | operations that ended |
//! | `dialtone.operations.lost` | | leases lost to another worker, or to time |

use std::time::Duration;

use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Gauge, Histogram},
};

use crate::{model::State, store::Queue};

/// All instruments of one engine.
pub(crate) struct Metrics {
    due: Gauge<u64>,
    oldest: Gauge<f64>,
    stuck: Gauge<u64>,
    unknown: Gauge<u64>,
    held: Gauge<u64>,
    step: Histogram<f64>,
    ended: Counter<u64>,
    lost: Counter<u64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let meter = global::meter("dialtone.operations");
        Self {
            due: meter.u64_gauge("dialtone.operations.due").build(),
            oldest: meter.f64_gauge("dialtone.operations.oldest").with_unit("s").build(),
            stuck: meter.u64_gauge("dialtone.operations.stuck").build(),
            unknown: meter.u64_gauge("dialtone.operations.unknown").build(),
            held: meter.u64_gauge("dialtone.operations.held").build(),
            step: meter.f64_histogram("dialtone.operations.step.duration").with_unit("s").build(),
            ended: meter.u64_counter("dialtone.operations.ended").build(),
            lost: meter.u64_counter("dialtone.operations.lost").build(),
        }
    }
}

impl Metrics {
    pub(crate) fn queue(&self, queue: &Queue, held: usize) {
        let count = |n: i64| u64::try_from(n).unwrap_or_default();
        self.due.record(count(queue.due), &[]);
        self.oldest.record(queue.oldest_seconds, &[]);
        self.stuck.record(count(queue.stuck), &[]);
        self.unknown.record(count(queue.unknown), &[]);
        self.held.record(held as u64, &[]);
    }

    pub(crate) fn attempt(&self, kind: &'static str, step: &'static str, outcome: &'static str, took: Duration) {
        let labels = [KeyValue::new("kind", kind), KeyValue::new("step", step), KeyValue::new("outcome", outcome)];
        self.step.record(took.as_secs_f64(), &labels);
    }

    pub(crate) fn ended(&self, kind: &'static str, state: State) {
        self.ended.add(1, &[KeyValue::new("kind", kind), KeyValue::new("state", state.as_str())]);
    }

    pub(crate) fn lost(&self, leases: usize) {
        self.lost.add(leases as u64, &[]);
    }
}
