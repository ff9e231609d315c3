//! Wake-ups within this process. Only ever a hint: whoever is woken looks, and whoever is not looks a little later by itself.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use dialtone_ids::OperationId;
use tokio::sync::{Notify, watch};

/// The bell of the engine and the queues of those who wait for an end.
#[derive(Default)]
pub(crate) struct Hub {
    // One permit at most: a thousand starts wake the engine once.
    work: Notify,
    waiting: Mutex<HashMap<OperationId, watch::Sender<()>>>,
}

impl Hub {
    /// There may be work.
    pub(crate) fn ring(&self) {
        self.work.notify_one();
    }

    /// Until there may be work.
    pub(crate) async fn rung(&self) {
        self.work.notified().await;
    }

    /// An operation has ended.
    pub(crate) fn ended(&self, id: OperationId) {
        let sender = self.lock().remove(&id);
        if let Some(sender) = sender {
            sender.send_replace(());
        }
    }

    /// A receiver that changes, or whose sender goes, when the operation ends here. To be taken before looking.
    pub(crate) fn wait(&self, id: OperationId) -> watch::Receiver<()> {
        let mut waiting = self.lock();
        // Those who gave up leave an entry behind; it goes with the next one who waits.
        waiting.retain(|_, sender| sender.receiver_count() > 0);
        waiting.entry(id).or_insert_with(|| watch::channel(()).0).subscribe()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<OperationId, watch::Sender<()>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rings_are_coalesced_and_not_lost() {
        let hub = Hub::default();
        hub.ring();
        hub.ring();
        hub.rung().await;
        assert!(futures::FutureExt::now_or_never(hub.rung()).is_none());
    }

    #[tokio::test]
    async fn an_end_wakes_everyone_who_waits_for_it_and_nobody_else() {
        let hub = Hub::default();
        let (id, other) = (OperationId::new(), OperationId::new());
        let (mut a, mut b, c) = (hub.wait(id), hub.wait(id), hub.wait(other));
        hub.ended(id);
        assert!(a.changed().await.is_ok());
        assert!(b.changed().await.is_ok());
        assert!(!c.has_changed().expect("still waits"));
    }

    #[test]
    fn those_who_gave_up_are_forgotten() {
        let hub = Hub::default();
        drop(hub.wait(OperationId::new()));
        let _kept = hub.wait(OperationId::new());
        assert_eq!(hub.lock().len(), 1);
    }
}
