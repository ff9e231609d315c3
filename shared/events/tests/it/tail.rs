//! What a process remembers is forgotten when another service tells that it changed.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use dialtone_authz::Caller;
use dialtone_events::EventServer;
use dialtone_events::consumer::{EventSource, tail};
use dialtone_ids::ServiceName;
use dialtone_proto::events::v1::{WatchRequest, WatchResponse, event_service_server::EventService as _};
use dialtone_status::Status;
use dialtone_testkit::eventually;
use futures::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::BoxStream};
use tokio_util::sync::CancellationToken;

use crate::support::{LIMIT, Suite, ctx, event, things};

/// The source in this process, whose every connection ends after two messages; notes where each began.
struct Breaking {
    server: EventServer,
    positions: Arc<Mutex<Vec<String>>>,
}

impl EventSource for Breaking {
    fn watch(
        &self,
        request: WatchRequest,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<WatchResponse, Status>>, Status>> {
        self.positions.lock().expect("nobody panicked").push(request.position.clone());
        let mut request = tonic::Request::new(request);
        request.extensions_mut().insert(ctx(Caller::service(ServiceName::OrgFinder)));
        async move { Ok(self.server.watch(request).await?.into_inner().take(2).boxed()) }.boxed()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_hears_of_its_types_in_every_replica_across_connections_and_stores_nothing() {
    let suite = Suite::start().await;
    suite.append(&things(1)).await;
    let stop = CancellationToken::new();
    let replicas = [suite.server.clone(), suite.replica()].map(|server| {
        let (heard, positions) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (count, source) = (Arc::clone(&heard), Breaking { server, positions: Arc::clone(&positions) });
        let changed = move || {
            count.fetch_add(1, Ordering::SeqCst);
        };
        tokio::spawn(tail(source, &["grant.deleted"], changed, stop.clone()));
        (heard, positions)
    });
    for round in 1..=3 {
        // Of another type, and not heard.
        suite.append(&things(2)).await;
        suite.append(&[event(None, "grant.deleted", "grants/1")]).await;
        for (heard, _) in &replicas {
            eventually("it has heard", LIMIT, async || (heard.load(Ordering::SeqCst) >= round).then_some(())).await;
            assert_eq!(heard.load(Ordering::SeqCst), round);
        }
    }
    stop.cancel();
    for (_, positions) in &replicas {
        let positions = positions.lock().expect("nobody panicked");
        assert!(positions.len() > 1, "it did connect again");
        assert_eq!(positions.iter().filter(|position| position.is_empty()).count(), 1, "it goes on where it was");
    }
    let stored: i64 = suite.sql().await.query_one("SELECT count(*) FROM consumer_positions", &[]).await.unwrap().get(0);
    assert_eq!(stored, 0);
}
