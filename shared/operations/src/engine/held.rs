//! What this process holds, and until when it may believe that.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// One claim.
pub(crate) type ClaimKey = (Uuid, i64);

/// One claim's lease, as this process knows it.
#[derive(Debug)]
pub(crate) struct Lease {
    // Counted from before the statement that took or renewed it was sent, so it never outlasts the one in the database.
    until: Mutex<Instant>,
    lost: CancellationToken,
    /// Somebody asked to cancel the operation.
    pub(crate) cancel: Arc<AtomicBool>,
}

impl Lease {
    /// Returns when the lease is over, or was found to be somebody else's: from then on another worker may act.
    pub(crate) async fn lost(&self) {
        loop {
            let until = *self.until();
            tokio::select! {
                () = self.lost.cancelled() => return,
                () = sleep_until(until) => {}
            }
            if *self.until() <= until {
                return;
            }
        }
    }

    /// The lease was renewed by a statement sent so that it lasts until then.
    pub(crate) fn renew(&self, until: Instant) {
        let mut current = self.until();
        *current = until.max(*current);
    }

    fn until(&self) -> MutexGuard<'_, Instant> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All claims of this process.
#[derive(Debug, Default)]
pub(crate) struct Held(Mutex<HashMap<ClaimKey, Arc<Lease>>>);

impl Held {
    /// Keeps a new claim.
    pub(crate) fn add(&self, key: ClaimKey, until: Instant, cancel: bool) -> Arc<Lease> {
        let lease = Arc::new(Lease {
            until: Mutex::new(until),
            lost: CancellationToken::new(),
            cancel: Arc::new(AtomicBool::new(cancel)),
        });
        self.lock().insert(key, Arc::clone(&lease));
        lease
    }

    /// Forgets a claim.
    pub(crate) fn remove(&self, key: ClaimKey) {
        self.lock().remove(&key);
    }

    /// Ids and epochs of all claims.
    pub(crate) fn keys(&self) -> Vec<ClaimKey> {
        self.lock().keys().copied().collect()
    }

    /// After a renewal of `asked` that was answered with `still`, each with its wish to cancel. Answers how many were lost.
    pub(crate) fn renewed(&self, asked: &[ClaimKey], still: &HashMap<ClaimKey, bool>, until: Instant) -> usize {
        let held = self.lock();
        let mut lost = 0;
        for (key, lease) in asked.iter().filter_map(|key| Some((key, held.get(key)?))) {
            match still.get(key) {
                Some(cancel) => {
                    lease.renew(until);
                    lease.cancel.store(*cancel, Ordering::Relaxed);
                }
                None => {
                    lease.lost.cancel();
                    lost += 1;
                }
            }
        }
        lost
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ClaimKey, Arc<Lease>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::FutureExt as _;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_lease_ends_by_itself_unless_renewed() {
        let held = Held::default();
        let begin = Instant::now();
        let lease = held.add((Uuid::nil(), 1), begin + SECOND, false);
        lease.renew(begin + 3 * SECOND);
        lease.lost().await;
        assert_eq!(begin.elapsed().as_secs(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_claim_that_the_database_no_longer_knows_is_lost_at_once() {
        let held = Held::default();
        let (mine, gone) = ((Uuid::from_u128(1), 1), (Uuid::from_u128(2), 4));
        let until = Instant::now() + SECOND;
        let (a, b) = (held.add(mine, until, false), held.add(gone, until, false));
        let lost = held.renewed(&[mine, gone], &HashMap::from([(mine, true)]), until + SECOND);
        assert_eq!(lost, 1);
        assert!(b.lost().now_or_never().is_some());
        assert!(a.lost().now_or_never().is_none());
        assert!(a.cancel.load(Ordering::Relaxed));
    }

    #[tokio::test(start_paused = true)]
    async fn a_claim_made_during_a_renewal_is_not_judged_by_it() {
        let held = Held::default();
        let lease = held.add((Uuid::nil(), 1), Instant::now() + SECOND, false);
        assert_eq!(held.renewed(&[], &HashMap::new(), Instant::now()), 0);
        assert!(lease.lost().now_or_never().is_none());
    }
}
