//! A circuit breaker: after failures in a row, calls are not made for a while; then one is, and decides.
//!
//! Pure but for its lock: the caller brings the time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// When a circuit opens and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerRule {
    /// Failures in a row that open it.
    pub failures: u32,
    /// How long it stays open the first time; doubles with each further time until a call succeeds.
    pub open: Duration,
    /// The longest it stays open.
    pub open_max: Duration,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: Instant,
        times: u32,
    },
    /// One call is under way; if nothing is heard of it by `until`, another may try.
    Probing {
        until: Instant,
        times: u32,
    },
}

/// The circuit of one target.
#[derive(Debug)]
pub struct Breaker {
    rule: BreakerRule,
    state: Mutex<State>,
}

impl Breaker {
    /// A closed one.
    pub fn new(rule: BreakerRule) -> Self {
        Self { rule, state: Mutex::new(State::Closed { failures: 0 }) }
    }

    /// Whether a call may be made now. If it may, its end must be told by [`Breaker::succeeded`] or [`Breaker::failed`].
    pub fn admits(&self, now: Instant) -> bool {
        let mut state = self.lock();
        match *state {
            State::Closed { .. } => true,
            State::Open { until, times } | State::Probing { until, times } if now >= until => {
                *state = State::Probing { until: now + self.open_for(times), times };
                true
            }
            State::Open { .. } | State::Probing { .. } => false,
        }
    }

    /// A call was answered, be it by a refusal.
    pub fn succeeded(&self) {
        *self.lock() = State::Closed { failures: 0 };
    }

    /// A call was not answered.
    pub fn failed(&self, now: Instant) {
        let mut state = self.lock();
        *state = match *state {
            State::Closed { failures } if failures + 1 < self.rule.failures => State::Closed { failures: failures + 1 },
            State::Closed { .. } => State::Open { until: now + self.open_for(0), times: 1 },
            State::Probing { times, .. } => State::Open { until: now + self.open_for(times), times: times + 1 },
            // A straggler of the time before it opened.
            open @ State::Open { .. } => open,
        };
    }

    /// How long no call will be made; none while calls are.
    pub fn closed_for(&self, now: Instant) -> Option<Duration> {
        match *self.lock() {
            State::Closed { .. } => None,
            State::Open { until, .. } | State::Probing { until, .. } => Some(until.saturating_duration_since(now)),
        }
    }

    fn open_for(&self, times: u32) -> Duration {
        self.rule.open.saturating_mul(1 << times.min(16)).min(self.rule.open_max)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const RULE: BreakerRule = BreakerRule { failures: 3, open: SECOND, open_max: Duration::from_secs(3) };

    fn opened(now: Instant) -> Breaker {
        let breaker = Breaker::new(RULE);
        for _ in 0..3 {
            assert!(breaker.admits(now));
            breaker.failed(now);
        }
        breaker
    }

    #[test]
    fn only_failures_in_a_row_open_it() {
        let now = Instant::now();
        let breaker = Breaker::new(RULE);
        for _ in 0..10 {
            breaker.failed(now);
            breaker.failed(now);
            breaker.succeeded();
        }
        assert!(breaker.admits(now));
        assert_eq!(breaker.closed_for(now), None);
        assert_eq!(opened(now).closed_for(now), Some(SECOND));
    }

    #[test]
    fn one_call_probes_and_a_success_closes_it() {
        let now = Instant::now();
        let breaker = opened(now);
        assert!(!breaker.admits(now));
        assert!(breaker.admits(now + SECOND));
        assert!(!breaker.admits(now + SECOND), "one probe at a time");
        breaker.succeeded();
        assert!(breaker.admits(now + SECOND));
    }

    #[test]
    fn each_failed_probe_doubles_the_wait_up_to_the_most() {
        let start = Instant::now();
        let breaker = opened(start);
        let mut now = start;
        for seconds in [1, 2, 3, 3] {
            assert_eq!(breaker.closed_for(now), Some(SECOND * seconds));
            now += SECOND * seconds;
            assert!(breaker.admits(now));
            breaker.failed(now);
        }
    }

    #[test]
    fn a_probe_of_which_nothing_is_heard_does_not_close_the_circuit_for_ever() {
        let now = Instant::now();
        let breaker = opened(now);
        assert!(breaker.admits(now + SECOND));
        assert!(breaker.admits(now + SECOND * 4));
    }

    #[test]
    fn stragglers_do_not_prolong_it() {
        let now = Instant::now();
        let breaker = opened(now);
        breaker.failed(now + SECOND / 2);
        assert!(breaker.admits(now + SECOND));
    }
}
