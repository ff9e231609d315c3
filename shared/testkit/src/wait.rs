//! Awaiting a condition: the only timer of the tests.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

const PERIOD: Duration = Duration::from_millis(10);

/// Asks `condition` every 10 ms until it answers `Some`, and returns that; panics after `within`, naming `what`.
///
/// For a plain yes or no: `async { (left().await == 0).then_some(()) }`.
pub async fn eventually<T, F>(what: &str, within: Duration, mut condition: F) -> T
where
    F: AsyncFnMut() -> Option<T>,
{
    let end = Instant::now() + within;
    loop {
        let next = Instant::now() + PERIOD;
        match timeout_at(end, condition()).await {
            Ok(Some(answer)) => return answer,
            Ok(None) if next < end => sleep_until(next).await,
            Ok(None) | Err(_) => panic!("not within {within:?}: {what}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn returns_the_first_answer() {
        let mut asked = 0;
        let answer = eventually("three", Duration::from_secs(1), async || {
            asked += 1;
            (asked == 3).then_some(asked)
        });
        assert_eq!(answer.await, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "not within 30ms: nothing")]
    async fn gives_up_even_when_the_condition_hangs() {
        eventually::<(), _>("nothing", Duration::from_millis(30), async || std::future::pending().await).await;
    }
}
