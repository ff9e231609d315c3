//! How far an operation is, as one number that never falls.

/// Countable units of the step under way, e.g. users created of users asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Units {
    /// Done so far.
    pub done: i64,
    /// In all; 0 when unknown.
    pub total: i64,
}

/// Percent done: the weights of the completed steps, and of the step under way the share its units say.
///
/// `before` is what was shown last, below which it never falls. 100 is kept for the end: an unfinished operation shows at most 99.
pub fn percent(before: i32, weights: &[u32], completed: usize, units: Option<Units>) -> i32 {
    let sum = |part: &[u32]| part.iter().map(|&w| f64::from(w)).sum::<f64>();
    let all = sum(weights);
    if all == 0.0 {
        return before.clamp(0, 99);
    }
    let completed = completed.min(weights.len());
    let current = weights.get(completed).map_or(0.0, |&w| f64::from(w));
    let share = match units {
        Some(Units { done, total }) if total > 0 => (done as f64 / total as f64).clamp(0.0, 1.0),
        _ => 0.0,
    };
    let now = (100.0 * (sum(&weights[..completed]) + current * share) / all).floor() as i32;
    now.max(before).clamp(0, 99)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completed_steps_count_by_weight() {
        assert_eq!(percent(0, &[1, 1, 2], 0, None), 0);
        assert_eq!(percent(0, &[1, 1, 2], 1, None), 25);
        assert_eq!(percent(0, &[1, 1, 2], 2, None), 50);
    }

    #[test]
    fn units_fill_the_step_under_way() {
        let half = Some(Units { done: 250, total: 500 });
        assert_eq!(percent(0, &[1, 8, 1], 1, half), 50);
        assert_eq!(percent(0, &[1], 0, Some(Units { done: 7, total: 0 })), 0);
    }

    #[test]
    fn it_never_falls_and_never_says_100_before_the_end() {
        assert_eq!(percent(60, &[1, 1], 0, None), 60);
        assert_eq!(percent(0, &[1, 1], 2, None), 99);
        assert_eq!(percent(0, &[1], 0, Some(Units { done: 9, total: 3 })), 99);
        assert_eq!(percent(0, &[], 0, None), 0);
    }
}
