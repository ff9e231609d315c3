//! Growing pauses with jitter, so that many clients do not come back at the same moment.

use std::time::Duration;

/// Doubles from `base` up to `max`; every pause is drawn from the upper half of its range.
#[derive(Clone, Debug)]
pub struct Backoff {
    base: Duration,
    max: Duration,
    next: Duration,
}

impl Backoff {
    /// The first pause is at most `base`.
    pub fn new(base: Duration, max: Duration) -> Self {
        Self { base, max, next: base }
    }

    /// The pause to make now.
    #[expect(clippy::should_implement_trait, reason = "it has no end, an iterator would be clumsier")]
    pub fn next(&mut self) -> Duration {
        let full = self.next;
        self.next = (full * 2).min(self.max);
        full.mul_f64(0.5 + rand::random::<f64>() / 2.0)
    }

    /// Starts again from the first pause.
    pub fn reset(&mut self) {
        self.next = self.base;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_limit_and_start_again() {
        let ms = Duration::from_millis;
        let mut backoff = Backoff::new(ms(50), ms(150));
        for full in [50, 100, 150, 150] {
            let pause = backoff.next();
            assert!(pause >= ms(full) / 2 && pause <= ms(full), "{pause:?} of {full}");
        }
        backoff.reset();
        assert!(backoff.next() <= ms(50));
    }
}
