//! What operators see of events: open streams, how old an event is when it is handed out, and when a consumer has applied it.
//!
//! Ages are differences between the clocks of two machines; below a second they say no more than that all is well.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use opentelemetry::metrics::{Histogram, UpDownCounter};
use opentelemetry::{KeyValue, global};

static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

struct Metrics {
    streams: UpDownCounter<i64>,
    handed_out: Histogram<f64>,
    applied: Histogram<f64>,
}

impl Metrics {
    fn new() -> Metrics {
        let meter = global::meter("dialtone.events");
        let age = |name: &'static str, description: &'static str| {
            let bounds = vec![0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3_600.0];
            meter.f64_histogram(name).with_unit("s").with_description(description).with_boundaries(bounds).build()
        };
        Metrics {
            streams: meter
                .i64_up_down_counter("dialtone.events.streams")
                .with_description("Watch streams that are open")
                .build(),
            handed_out: age(
                "dialtone.events.handed_out.age",
                "Age of the oldest event of a batch when it reached the streams",
            ),
            applied: age("dialtone.events.applied.age", "Age of an event when a consumer had applied it"),
        }
    }
}

/// Counts one open stream for as long as it lives.
pub(crate) struct Stream;

impl Stream {
    pub(crate) fn opened() -> Stream {
        METRICS.streams.add(1, &[]);
        Stream
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        METRICS.streams.add(-1, &[]);
    }
}

/// A batch reached the streams; `created` is the time of its oldest event.
pub(crate) fn handed_out(created: DateTime<Utc>) {
    METRICS.handed_out.record(age(created), &[]);
}

/// A consumer has applied an event and stored its position.
pub(crate) fn applied(consumer: &'static str, created: DateTime<Utc>) {
    METRICS.applied.record(age(created), &[KeyValue::new("consumer", consumer)]);
}

fn age(created: DateTime<Utc>) -> f64 {
    (Utc::now() - created).as_seconds_f64().max(0.0)
}
