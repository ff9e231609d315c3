//! What a service may configure about its operations. Defaults are written here once.

use std::{
    num::{NonZeroU16, NonZeroU32, NonZeroU64},
    time::Duration,
};

use serde::Deserialize;

/// The `[operations]` table of a service's configuration. All durations are in milliseconds unless their key says otherwise.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OperationsConfig {
    /// How many operations this process works on at once.
    pub concurrency: NonZeroU32,
    /// The most operations one claim takes.
    pub claim_batch: NonZeroU32,
    /// How long a claim holds without a sign of life. Renewed three times as often; a crash delays its operations by this much.
    pub lease_ms: NonZeroU64,
    /// How often the queue is looked at when nothing wakes the engine earlier.
    pub poll_ms: NonZeroU64,
    /// How often an operation that waits for its children looks by itself, should it miss their end.
    pub children_poll_ms: NonZeroU64,
    /// How often a waiting caller looks by itself, for operations that another process ends.
    pub wait_poll_ms: NonZeroU64,
    /// How long an operation keeps its place while others wait for one; then it goes to the end of the queue, between two chunks.
    pub slice_ms: NonZeroU64,
    /// How long a stop waits for the steps under way before it hands them back.
    pub drain_ms: NonZeroU64,
    /// How often queue depth and age are measured.
    pub measure_ms: NonZeroU64,
    /// How long finished operations are kept, in days.
    pub keep_finished_days: NonZeroU16,
}

impl Default for OperationsConfig {
    fn default() -> Self {
        Self {
            concurrency: const { NonZeroU32::new(32).expect("not zero") },
            claim_batch: const { NonZeroU32::new(16).expect("not zero") },
            lease_ms: ms(15_000),
            poll_ms: ms(250),
            children_poll_ms: ms(30_000),
            wait_poll_ms: ms(500),
            slice_ms: ms(2_000),
            drain_ms: ms(10_000),
            measure_ms: ms(5_000),
            keep_finished_days: const { NonZeroU16::new(30).expect("not zero") },
        }
    }
}

impl OperationsConfig {
    pub(crate) fn lease(&self) -> Duration {
        Duration::from_millis(self.lease_ms.get())
    }

    /// Three renewals within a lease: two may be lost before it is.
    pub(crate) fn heartbeat(&self) -> Duration {
        self.lease() / 3
    }

    pub(crate) fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_ms.get())
    }

    pub(crate) fn children_poll(&self) -> Duration {
        Duration::from_millis(self.children_poll_ms.get())
    }

    pub(crate) fn wait_poll(&self) -> Duration {
        Duration::from_millis(self.wait_poll_ms.get())
    }

    pub(crate) fn slice(&self) -> Duration {
        Duration::from_millis(self.slice_ms.get())
    }

    pub(crate) fn drain(&self) -> Duration {
        Duration::from_millis(self.drain_ms.get())
    }

    pub(crate) fn measure(&self) -> Duration {
        Duration::from_millis(self.measure_ms.get())
    }
}

const fn ms(value: u64) -> NonZeroU64 {
    NonZeroU64::new(value).expect("a default is never zero")
}
