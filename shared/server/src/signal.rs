//! When the process is told to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Ends at SIGTERM or SIGINT.
///
/// # Panics
/// If the process may not handle signals.
pub async fn shutdown_signal() {
    let mut terminate = signal(SignalKind::terminate()).expect("a process may handle SIGTERM");
    let mut interrupt = signal(SignalKind::interrupt()).expect("a process may handle SIGINT");
    tokio::select! {
        _ = terminate.recv() => tracing::info!(signal = "SIGTERM", "stopping"),
        _ = interrupt.recv() => tracing::info!(signal = "SIGINT", "stopping"),
    }
}
