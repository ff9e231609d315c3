//! A test fails on an ERROR line that it did not expect: an error nobody looks at in a test is looked at by nobody later.

use std::fmt::Write;
use std::sync::{Mutex, Once, PoisonError};

use tokio::runtime::{Handle, Id};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// ERROR lines of all tests of this process, each with the runtime it was written on: a test has a runtime of its own,
/// so this tells parallel tests apart even on their worker threads.
static LINES: Mutex<Vec<(Id, String)>> = Mutex::new(Vec::new());

/// Starts watching the test that calls it. Call it first in the test, inside its runtime.
///
/// # Panics
/// When the guard is dropped while a line was written that [`LogGuard::allow`] does not list.
#[must_use = "watches until it is dropped"]
pub fn log_guard() -> LogGuard {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let subscriber = tracing_subscriber::registry().with(ErrorLines);
        tracing::subscriber::set_global_default(subscriber).expect("a test installs no subscriber of its own");
    });
    LogGuard { runtime: Handle::current().id(), allowed: Vec::new() }
}

/// Watches one test; see [`log_guard`].
pub struct LogGuard {
    runtime: Id,
    allowed: Vec<String>,
}

impl LogGuard {
    /// Lists a line which this test provokes, by a part of it.
    pub fn allow(&mut self, part: impl Into<String>) -> &mut Self {
        self.allowed.push(part.into());
        self
    }

    /// The ERROR lines so far: message first, then `field=value`.
    pub fn errors(&self) -> Vec<String> {
        let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().filter(|(runtime, _)| *runtime == self.runtime).map(|(_, line)| line.clone()).collect()
    }

    fn unlisted(&self) -> Vec<String> {
        let mut lines = self.errors();
        lines.retain(|line| !self.allowed.iter().any(|part| line.contains(part)));
        lines
    }
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        // A second panic would hide the first.
        if std::thread::panicking() {
            return;
        }
        let unlisted = self.unlisted();
        assert!(unlisted.is_empty(), "ERROR lines that the test does not list:\n{}", unlisted.join("\n"));
    }
}

struct ErrorLines;

impl<S: Subscriber> Layer<S> for ErrorLines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() != Level::ERROR {
            return;
        }
        // Written outside any runtime it belongs to no test that could be named.
        let Ok(handle) = Handle::try_current() else {
            return;
        };
        let mut line = Line(event.metadata().target().to_owned());
        event.record(&mut line);
        LINES.lock().unwrap_or_else(PoisonError::into_inner).push((handle.id(), line.0));
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn lines_of_worker_threads_are_seen_and_may_be_listed() {
        let mut logs = log_guard();
        tokio::spawn(async { tracing::error!(order = 7, "target is down") }).await.expect("the task does not panic");
        let lines = logs.errors();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].ends_with("target is down order=7"), "{lines:?}");
        logs.allow("target is down");
    }

    #[tokio::test]
    #[should_panic(expected = "ERROR lines that the test does not list")]
    async fn unlisted_line_fails_the_test() {
        let _logs = log_guard();
        tracing::warn!("a warning is fine");
        tracing::error!("this is not");
    }
}
