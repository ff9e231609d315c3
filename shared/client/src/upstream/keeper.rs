//! Keeps one connection to one address open for as long as the address is known.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};

use super::{
    connect::{self, Dial, Opened},
    endpoint::Endpoint,
    pool::{Connection, Pool},
};
use crate::backoff::Backoff;

/// A connection that lived this long was good; the next attempt is made at once.
const GOOD_LIFE: Duration = Duration::from_secs(1);

/// Opens the connection, publishes it, and opens another when it goes lame or breaks. Runs until it is aborted.
pub(crate) async fn keep_up(pool: Arc<Pool>, endpoint: Arc<Endpoint>, dial: Dial) {
    let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(5));
    let mut told = false;
    loop {
        match connect::open(endpoint.address, &dial).await {
            Ok(opened) => {
                let born = Instant::now();
                tracing::debug!(address = %endpoint.address, "upstream connected");
                told = false;
                let polite = publish(&pool, &endpoint, opened).await;
                if polite || born.elapsed() >= GOOD_LIFE {
                    backoff.reset();
                }
                if born.elapsed() >= GOOD_LIFE {
                    continue;
                }
            }
            // Once per outage: a dead address is tried for ever.
            Err(error) if !told => {
                told = true;
                tracing::info!(address = %endpoint.address, %error, "upstream address cannot be reached");
            }
            Err(_) => {}
        }
        sleep(backoff.next()).await;
    }
}

/// Gives the connection to the pool until it goes lame, or until this future is dropped. True if the server said so
/// itself, and did not just break.
async fn publish(pool: &Arc<Pool>, endpoint: &Arc<Endpoint>, opened: Opened) -> bool {
    let connection = Arc::new(Connection::new(Arc::clone(endpoint), opened.sender));
    pool.add(Arc::clone(&connection));
    let _published = Published { pool: Arc::clone(pool), connection };
    let _keep = opened.keep;
    opened.lame.await.is_ok()
}

struct Published {
    pool: Arc<Pool>,
    connection: Arc<Connection>,
}

impl Drop for Published {
    fn drop(&mut self) {
        self.pool.remove(&self.connection);
    }
}
