//! Refuses calls beyond what the gateway takes on at once, instead of letting all of them wait.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use dialtone_proto::Method;
use dialtone_status::Fault;

/// The calls under way, and apart from them the streams without an end of their own, which would fill the limit for ever.
pub(crate) struct Shed {
    calls: Arc<Room>,
    streams: Arc<Room>,
}

struct Room {
    taken: AtomicUsize,
    limit: usize,
}

/// A place, held until it is dropped.
pub(crate) struct Place(Option<Arc<Room>>);

impl Shed {
    pub(crate) fn new(calls: usize, streams: usize) -> Self {
        let room = |limit| Arc::new(Room { taken: AtomicUsize::new(0), limit });
        Self { calls: room(calls), streams: room(streams) }
    }

    /// A place for a call, or OVERLOADED. Health always has one: a busy process is not a dead one.
    pub(crate) fn admit(&self, method: Option<&Method>) -> Result<Place, Fault> {
        let room = match method {
            Some(method) if method.service == "grpc.health.v1.Health" => return Ok(Place(None)),
            Some(method) if method.policy.deadline.is_none() => &self.streams,
            Some(_) | None => &self.calls,
        };
        if room.taken.fetch_add(1, Relaxed) < room.limit {
            return Ok(Place(Some(Arc::clone(room))));
        }
        room.taken.fetch_sub(1, Relaxed);
        Err(Fault::overloaded(pause()))
    }
}

/// Half a second to one and a half, so that those who were refused together do not come back together.
fn pause() -> Duration {
    Duration::from_millis(500 + rand::random::<u64>() % 1_000)
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(room) = &self.0 {
            room.taken.fetch_sub(1, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dialtone_status::reasons;

    #[test]
    fn calls_and_streams_have_limits_of_their_own_and_health_has_none() {
        let shed = Shed::new(1, 1);
        let method = |path| dialtone_proto::method(path).expect("known");
        let (call, stream, health) = (
            Some(method("/google.longrunning.Operations/GetOperation")),
            Some(method("/dialtone.events.v1.EventService/Watch")),
            Some(method("/grpc.health.v1.Health/Check")),
        );
        let held = shed.admit(call);
        assert!(held.is_ok());
        assert_eq!(shed.admit(None).err().map(|f| f.reason), Some(reasons::OVERLOADED));
        let streaming = shed.admit(stream);
        assert!(streaming.is_ok());
        assert!(shed.admit(stream).is_err());
        assert!(shed.admit(health).is_ok());
        drop(held);
        assert!(shed.admit(call).is_ok());
    }
}
