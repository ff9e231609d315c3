//! When a failed attempt is made again, and when it is not.

use std::time::Duration;

/// What happens when the attempts of a step are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exhausted {
    /// The operation stops as STUCK, where a person can see it and resume it. The usual choice: nothing is lost.
    Stuck,
    /// The operation fails and takes back what it did. For work that is worthless when late.
    Fail,
}

/// How often and how patiently a step is attempted. The budget counts failures in a row: progress, be it one chunk, refills it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryRule {
    /// Wait after the first failure; doubles with each further one.
    pub first: Duration,
    /// The longest wait.
    pub cap: Duration,
    /// Failures in a row that are one too many. At least 1.
    pub budget: u32,
    /// What then.
    pub then: Exhausted,
}

impl Default for RetryRule {
    /// From half a second to a minute, twelve failures in a row (about eight minutes), then STUCK.
    fn default() -> Self {
        Self { first: Duration::from_millis(500), cap: Duration::from_secs(60), budget: 12, then: Exhausted::Stuck }
    }
}

impl RetryRule {
    /// Whether so many failures in a row use the budget up.
    pub const fn is_exhausted(&self, failures: u32) -> bool {
        failures >= self.budget
    }

    /// The wait before the next attempt. `failures` counts from 1; `chance` is a fraction in `0.0..1.0`; `asked` is what the
    /// other side asked for, and is never undercut.
    ///
    /// Half of the wait is fixed and half is chance: operations that failed together do not come back together, and none
    /// comes back at once.
    pub fn delay(&self, failures: u32, chance: f64, asked: Option<Duration>) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let full = self.first.saturating_mul(1 << doublings).min(self.cap);
        let jittered = full.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0));
        match asked {
            Some(asked) => jittered.max(asked),
            None => jittered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: RetryRule =
        RetryRule { first: Duration::from_millis(100), cap: Duration::from_secs(1), budget: 3, then: Exhausted::Stuck };

    #[test]
    fn the_wait_doubles_up_to_the_cap() {
        let waits: Vec<u128> = (1..7).map(|n| RULE.delay(n, 1.0, None).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1000, 1000]);
    }

    #[test]
    fn chance_moves_the_wait_within_its_upper_half() {
        assert_eq!(RULE.delay(1, 0.0, None), Duration::from_millis(50));
        assert_eq!(RULE.delay(1, 0.5, None), Duration::from_millis(75));
        assert_eq!(RULE.delay(1, 7.0, None), Duration::from_millis(100));
    }

    #[test]
    fn what_the_other_side_asks_for_is_never_undercut() {
        let asked = Duration::from_secs(30);
        assert_eq!(RULE.delay(1, 0.0, Some(asked)), asked);
        assert_eq!(RULE.delay(5, 1.0, Some(Duration::ZERO)), RULE.cap);
    }

    #[test]
    fn huge_failure_counts_do_not_overflow() {
        assert_eq!(RULE.delay(u32::MAX, 1.0, None), RULE.cap);
    }

    #[test]
    fn the_budget_is_a_number_of_failures() {
        assert!(!RULE.is_exhausted(2));
        assert!(RULE.is_exhausted(3));
    }
}
