//! A limit on sending calls again, so that retries do not multiply the load on an upstream that fails them all.

use std::sync::atomic::{AtomicI32, Ordering::Relaxed};

/// What a full budget holds: each retry takes `PRICE`, each answered call gives `GAIN` back, and retries stop below half.
const FULL: i32 = 1_000;
const PRICE: i32 = 10;
const GAIN: i32 = 1;

/// One per upstream.
pub(crate) struct Budget(AtomicI32);

impl Budget {
    pub(crate) fn new() -> Self {
        Self(AtomicI32::new(FULL))
    }

    /// A call was answered.
    pub(crate) fn earn(&self) {
        // Racing adders may overshoot by a few; the read keeps the common case free of writes.
        if self.0.load(Relaxed) < FULL {
            self.0.fetch_add(GAIN, Relaxed);
        }
    }

    /// Whether a call may be sent again; takes its price if so.
    pub(crate) fn spend(&self) -> bool {
        let left = self.0.load(Relaxed);
        left > FULL / 2 && self.0.fetch_sub(PRICE, Relaxed) > FULL / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_stop_when_spent_and_return_with_answers() {
        let budget = Budget::new();
        let granted = (0..1_000).filter(|_| budget.spend()).count();
        assert_eq!(granted, 50);
        assert!(!budget.spend());
        (0..10).for_each(|_| budget.earn());
        assert!(budget.spend());
        assert!(!budget.spend());
    }
}
