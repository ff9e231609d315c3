//! Follows the addresses behind the target's hosts and keeps connections to exactly those.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use futures::future::BoxFuture;
use http::uri::Authority;
use tokio::{net::lookup_host, task::JoinSet, time::timeout};

use super::{connect::Dial, endpoint::Endpoint, keeper, pool::Pool, target::Host};

/// Finds the addresses of a host and port.
pub type Lookup = Arc<dyn Fn(&str, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// The system's resolver.
pub(crate) fn system_lookup() -> Lookup {
    Arc::new(|host, port| {
        let host = host.to_owned();
        Box::pin(async move { Ok(lookup_host((host, port)).await?.collect()) })
    })
}

/// Everything the resolver needs.
pub(crate) struct Resolver {
    pub(crate) hosts: Vec<Host>,
    pub(crate) lookup: Lookup,
    pub(crate) every: Duration,
    pub(crate) connections: u16,
    pub(crate) dial: Dial,
    pub(crate) pool: Arc<Pool>,
}

/// The addresses a host had when it was last looked up with success.
type Known = HashMap<Authority, Vec<SocketAddr>>;

impl Resolver {
    /// Runs until it is aborted; then every connection is let go and ends with its last call.
    pub(crate) async fn run(self) {
        let mut known = Known::new();
        let mut keepers: HashMap<SocketAddr, JoinSet<()>> = HashMap::new();
        loop {
            self.look_up(&mut known).await;
            let wanted = addresses(&known);
            keepers.retain(|address, _| wanted.contains_key(address));
            for (address, authority) in wanted {
                keepers.entry(address).or_insert_with(|| self.keep(address, authority));
            }
            tokio::time::sleep(self.every).await;
        }
    }

    /// Looks every host up; one that cannot be looked up keeps its last addresses, because a name server that is down
    /// says nothing about the upstream.
    async fn look_up(&self, known: &mut Known) {
        for host in &self.hosts {
            let found = timeout(self.every, (self.lookup)(host.name(), host.port)).await;
            match found {
                // An empty answer comes from a name server that has lost its data, or while the last pod restarts.
                Ok(Ok(addresses)) if addresses.is_empty() => {}
                Ok(Ok(addresses)) => {
                    known.insert(host.authority.clone(), addresses);
                }
                Ok(Err(error)) => {
                    tracing::info!(host = %host.authority, %error, "upstream name not found; the last addresses stay");
                }
                Err(_) => {
                    tracing::info!(host = %host.authority, "upstream name not answered; the last addresses stay");
                }
            }
        }
    }

    fn keep(&self, address: SocketAddr, authority: Authority) -> JoinSet<()> {
        let endpoint = Arc::new(Endpoint::new(address, authority));
        (0..self.connections)
            .map(|_| keeper::keep_up(Arc::clone(&self.pool), Arc::clone(&endpoint), self.dial.clone()))
            .collect()
    }
}

fn addresses(known: &Known) -> BTreeMap<SocketAddr, Authority> {
    known.iter().flat_map(|(authority, found)| found.iter().map(move |a| (*a, authority.clone()))).collect()
}
