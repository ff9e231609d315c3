//! The open connections of one upstream and the choice among them: power of two choices by calls in flight, over
//! connected addresses only. Does not open connections and does not send.

use std::{
    net::SocketAddr,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use h2::client::SendRequest;
use tokio::sync::watch;

use super::endpoint::{EjectionRule, Endpoint};

/// One open HTTP/2 connection.
pub(crate) struct Connection {
    /// The address it leads to.
    pub(crate) endpoint: Arc<Endpoint>,
    /// Starts streams; cloned for each call, because a sender may hold only one stream that waits to open.
    sender: SendRequest<Bytes>,
    in_flight: AtomicUsize,
}

impl Connection {
    pub(crate) fn new(endpoint: Arc<Endpoint>, sender: SendRequest<Bytes>) -> Self {
        Self { endpoint, sender, in_flight: AtomicUsize::new(0) }
    }

    pub(crate) fn sender(&self) -> SendRequest<Bytes> {
        self.sender.clone()
    }
}

/// Counts one call as in flight on its connection for as long as it lives.
pub(crate) struct InFlight(Arc<Connection>);

impl InFlight {
    pub(crate) fn on(connection: Arc<Connection>) -> Self {
        connection.in_flight.fetch_add(1, Relaxed);
        Self(connection)
    }

    pub(crate) fn endpoint(&self) -> &Arc<Endpoint> {
        &self.0.endpoint
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

/// The set of open connections, read at every call and changed rarely.
pub(crate) struct Pool {
    open: RwLock<Arc<[Arc<Connection>]>>,
    /// Number of open connections; a change wakes the calls that wait for one.
    count: watch::Sender<usize>,
    rule: EjectionRule,
}

impl Pool {
    pub(crate) fn new(rule: EjectionRule) -> Self {
        Self { open: RwLock::new(Arc::new([])), count: watch::Sender::new(0), rule }
    }

    /// Follows the number of open connections.
    pub(crate) fn watch(&self) -> watch::Receiver<usize> {
        self.count.subscribe()
    }

    pub(crate) fn add(&self, connection: Arc<Connection>) {
        self.change(|open| open.push(connection));
    }

    pub(crate) fn remove(&self, connection: &Arc<Connection>) {
        self.change(|open| open.retain(|c| !Arc::ptr_eq(c, connection)));
    }

    fn change(&self, edit: impl FnOnce(&mut Vec<Arc<Connection>>)) {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = open.to_vec();
        edit(&mut next);
        let count = next.len();
        *open = next.into();
        drop(open);
        self.count.send_replace(count);
    }

    fn open(&self) -> Arc<[Arc<Connection>]> {
        Arc::clone(&self.open.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A connection for a call: neither one that refused it, nor, if there is another, at an address where it was tried.
    /// An ejected address is chosen only when there is no other.
    pub(crate) fn pick(&self, tried: &[SocketAddr], refused: &[Arc<Connection>]) -> Option<Arc<Connection>> {
        let open = self.open();
        let usable = |c: &Arc<Connection>| !refused.iter().any(|r| Arc::ptr_eq(r, c));
        let fresh = |c: &Arc<Connection>| usable(c) && !tried.contains(&c.endpoint.address);
        let good = |c: &Arc<Connection>| fresh(c) && !c.endpoint.is_ejected();
        two_choices(&open, good)
            .or_else(|| least_busy(&open, good))
            .or_else(|| least_busy(&open, fresh))
            .or_else(|| least_busy(&open, usable))
            .cloned()
    }

    /// Records a failed call and ejects its address when that is due. Never more than half of the connected addresses,
    /// and never the last: if all fail alike, the fault is not theirs and the load must not gather on one.
    pub(crate) fn record_failure(&self, endpoint: &Endpoint) {
        if !endpoint.failed(&self.rule) {
            return;
        }
        let open = self.open();
        let mut addresses: Vec<_> = open.iter().map(|c| &*c.endpoint).collect();
        addresses.sort_by_key(|e| e.address);
        addresses.dedup_by_key(|e| e.address);
        let ejected = addresses.iter().filter(|e| e.is_ejected()).count();
        if (ejected + 1) * 2 <= addresses.len() {
            let time = endpoint.eject(&self.rule);
            tracing::warn!(address = %endpoint.address, ?time, "upstream address ejected");
        }
    }
}

fn load(c: &Connection) -> usize {
    c.in_flight.load(Relaxed)
}

/// The less busy of two drawn at random; none when both draws are unfit.
fn two_choices(open: &[Arc<Connection>], fit: impl Fn(&Arc<Connection>) -> bool) -> Option<&Arc<Connection>> {
    let draw = match open.len() {
        0 => return None,
        1 => return Some(&open[0]).filter(|c| fit(c)),
        _ => rand::random::<u64>(),
    };
    let (high, low) = ((draw >> 32) as usize, (draw & 0xffff_ffff) as usize);
    let first = high % open.len();
    // One of the others, each with the same chance.
    let second = (first + 1 + low % (open.len() - 1)) % open.len();
    match (&open[first], &open[second]) {
        (a, b) if fit(a) && fit(b) => Some(if load(b) < load(a) { b } else { a }),
        (a, _) if fit(a) => Some(a),
        (_, b) if fit(b) => Some(b),
        _ => None,
    }
}

fn least_busy(open: &[Arc<Connection>], fit: impl Fn(&Arc<Connection>) -> bool) -> Option<&Arc<Connection>> {
    open.iter().filter(|c| fit(c)).min_by_key(|c| load(c))
}
