//! Work that a caller who goes away must not stop.
//!
//! tonic drops a handler's future when its call is cancelled, wherever it stands. A mutation runs in a task of its own instead; the
//! server's drain waits for such tasks.

use std::{any::Any, future::Future};

use dialtone_status::Fault;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

tokio::task_local! {
    /// The detached tasks of the server that the current call came to.
    static TRACKER: TaskTracker;
}

/// Runs `work` to its end even if the caller stops waiting, in the current tracing span. A panic in it becomes INTERNAL.
pub async fn detached<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T, Fault> {
    let work = work.in_current_span();
    let task = match TRACKER.try_with(TaskTracker::clone) {
        Ok(tracker) => tracker.spawn(work),
        // Outside a server, as in a test of the ops layer.
        Err(_) => tokio::spawn(work),
    };
    task.await.map_err(|failed| match failed.try_into_panic() {
        Ok(panic) => {
            let text = panic_text(panic.as_ref());
            tracing::error!(panic = text, "a detached task panicked");
            Fault::internal(format!("panic: {text}"))
        }
        Err(_) => Fault::internal("the runtime is shutting down"),
    })
}

/// Runs `future` so that what it detaches belongs to `tracker`.
pub(crate) async fn tracked<T>(tracker: TaskTracker, future: impl Future<Output = T>) -> T {
    TRACKER.scope(tracker, future).await
}

/// [`tracked`] for one poll.
pub(crate) fn tracked_now<T>(tracker: &TaskTracker, f: impl FnOnce() -> T) -> T {
    TRACKER.sync_scope(tracker.clone(), f)
}

/// The message of a panic.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text")
}
