//! Follows another service's events in memory only: for what each process remembers of the other service and must forget when it
//! changes. Nothing is stored, so every replica hears everything.

use std::time::Duration;

use dialtone_proto::events::v1::{EventFilter, WatchRequest};
use dialtone_status::Status;
use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::event::{Piece, pieces};
use super::source::EventSource;
use super::{AT_ONCE, expired};

/// Pause before a connection is tried again: what is remembered must be short-lived enough to be right without this.
const PAUSE: Duration = Duration::from_secs(1);

/// Calls `changed` whenever events of these `types` arrived, once for all that arrived together, until `shutdown`. Begins with
/// everything that is kept; connects again whenever something fails.
pub async fn tail(
    source: impl EventSource,
    types: &'static [&'static str],
    changed: impl Fn() + Send + Sync + 'static,
    shutdown: CancellationToken,
) {
    let types = types.iter().map(|kind| (*kind).to_owned()).collect();
    let filter = EventFilter { types, ..EventFilter::default() };
    let follow = async {
        let mut position = String::new();
        loop {
            let why = follow(&source, &filter, &mut position, &changed).await;
            tracing::debug!(?why, "events are not followed; connecting again");
            if let Some(oldest) = why.as_ref().and_then(expired) {
                position = oldest;
                changed();
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    shutdown.run_until_cancelled(follow).await;
}

/// One connection, from `position` to whatever ends it.
async fn follow(
    source: &impl EventSource,
    filter: &EventFilter,
    position: &mut String,
    changed: &(impl Fn() + Sync),
) -> Option<Status> {
    let request = WatchRequest { position: position.clone(), filter: Some(filter.clone()) };
    let messages = match source.watch(request).await {
        Ok(messages) => messages,
        Err(status) => return Some(status),
    };
    let mut ready = messages.ready_chunks(AT_ONCE);
    while let Some(chunk) = ready.next().await {
        let (pieces, refused) = pieces(chunk);
        if pieces.iter().any(|piece| matches!(piece, Piece::Event(_))) {
            changed();
        }
        if let Some(last) = pieces.last() {
            last.position().clone_into(position);
        }
        if refused.is_some() {
            return refused;
        }
    }
    None
}
