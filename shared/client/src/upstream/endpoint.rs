//! One address of an upstream and whether it may be given calls: outlier ejection. Knows nothing of connections.

use std::{
    net::SocketAddr,
    sync::{
        LazyLock,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use http::uri::Authority;
use tokio::time::Instant;

/// Ejection times are kept as milliseconds since here, so that they fit an atomic.
static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);

/// When an address is ejected and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EjectionRule {
    /// Failures in a row.
    pub(crate) after: u32,
    /// The first time.
    pub(crate) base: Duration,
    /// The longest time.
    pub(crate) max: Duration,
}

/// One address and its record.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// Where it is.
    pub(crate) address: SocketAddr,
    /// The `host:port` that led to it.
    pub(crate) authority: Authority,
    failures: AtomicU32,
    ejections: AtomicU32,
    ejected_until: AtomicU64,
}

impl Endpoint {
    pub(crate) fn new(address: SocketAddr, authority: Authority) -> Self {
        LazyLock::force(&EPOCH);
        Self {
            address,
            authority,
            failures: AtomicU32::new(0),
            ejections: AtomicU32::new(0),
            ejected_until: AtomicU64::new(0),
        }
    }

    /// Whether it is to get no calls at the moment. Reads the clock only for an address that was ejected before.
    pub(crate) fn is_ejected(&self) -> bool {
        match self.ejected_until.load(Relaxed) {
            0 => false,
            until if until > now_ms() => true,
            _ => {
                self.ejected_until.store(0, Relaxed);
                false
            }
        }
    }

    /// Records an answered call. One good answer ends the row of failures and shortens the next ejection.
    pub(crate) fn succeeded(&self) {
        // Read before write: the common case must not bounce the cache line between cores.
        if self.failures.load(Relaxed) != 0 {
            self.failures.store(0, Relaxed);
            let _ = self.ejections.fetch_update(Relaxed, Relaxed, |n| n.checked_sub(1));
        }
    }

    /// Records a failed call; true when the row of failures is long enough for an ejection.
    pub(crate) fn failed(&self, rule: &EjectionRule) -> bool {
        self.failures.fetch_add(1, Relaxed) + 1 >= rule.after && !self.is_ejected()
    }

    /// Gives it no calls for a while, longer each time. Returns how long.
    pub(crate) fn eject(&self, rule: &EjectionRule) -> Duration {
        let before = self.ejections.fetch_add(1, Relaxed).min(16);
        let time = rule.base.saturating_mul(1 << before).min(rule.max);
        // A further failure after the return ejects again at once; a success clears the row.
        self.failures.store(rule.after.saturating_sub(1), Relaxed);
        let until = now_ms() + u64::try_from(time.as_millis()).unwrap_or(u64::MAX / 2);
        self.ejected_until.store(until.max(1), Relaxed);
        time
    }
}

fn now_ms() -> u64 {
    u64::try_from(EPOCH.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: EjectionRule = EjectionRule { after: 3, base: Duration::from_secs(1), max: Duration::from_secs(4) };

    fn endpoint() -> Endpoint {
        Endpoint::new(([127, 0, 0, 1], 1).into(), Authority::from_static("h:1"))
    }

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_eject_for_a_growing_time() {
        let e = endpoint();
        let mut times = vec![];
        for _ in 0..4 {
            while !e.failed(&RULE) {}
            times.push(e.eject(&RULE).as_secs());
            assert!(e.is_ejected());
            tokio::time::advance(Duration::from_millis(4_001)).await;
            assert!(!e.is_ejected());
        }
        assert_eq!(times, [1, 2, 4, 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_ends_the_row_and_shortens_the_next_ejection() {
        let e = endpoint();
        assert!(!e.failed(&RULE));
        assert!(!e.failed(&RULE));
        e.succeeded();
        assert!(!e.failed(&RULE));
        assert!(!e.failed(&RULE));
        assert!(e.failed(&RULE));
        assert_eq!(e.eject(&RULE).as_secs(), 1);
        tokio::time::advance(Duration::from_millis(1_001)).await;
        assert!(e.failed(&RULE), "on probation one failure is enough");
        e.succeeded();
        assert!(!e.failed(&RULE));
    }
}
