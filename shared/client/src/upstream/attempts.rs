//! How often and how soon one call may be sent again. Does not send.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};

use super::{budget::Budget, pool::Connection};
use crate::backoff::Backoff;

/// More servers than this do not all refuse within one call, unless something else is wrong.
const UNTOUCHED_LIMIT: u8 = 5;
/// A repeatable call is sent at most three times.
const REPEAT_LIMIT: u8 = 2;
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// When a call may be sent again without the caller's knowledge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resend {
    /// Only when no server worked on it: safe for any call.
    #[default]
    Untouched,
    /// Also when it broke or was answered UNAVAILABLE: for calls that change nothing.
    Repeatable,
}

/// The course of one call so far.
pub(crate) struct Attempts {
    rule: Resend,
    deadline: Option<Instant>,
    untouched: u8,
    repeated: u8,
    backoff: Backoff,
    /// Addresses that were tried: others come first.
    pub(crate) tried: Vec<SocketAddr>,
    /// Connections that refuse: never again.
    pub(crate) refused: Vec<Arc<Connection>>,
}

impl Attempts {
    pub(crate) fn new(rule: Resend, deadline: Option<Instant>) -> Self {
        Self {
            rule,
            deadline,
            untouched: 0,
            repeated: 0,
            backoff: Backoff::new(FIRST_PAUSE, LONGEST_PAUSE),
            tried: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// After an attempt that no server worked on: whether to go on, which is at once.
    pub(crate) fn after_untouched(&mut self, connection: Arc<Connection>) -> bool {
        self.untouched += 1;
        self.tried.push(connection.endpoint.address);
        self.refused.push(connection);
        self.untouched <= UNTOUCHED_LIMIT
    }

    /// After an attempt that may have taken effect: makes the pause if the call may be sent again.
    pub(crate) async fn after_failure(&mut self, address: SocketAddr, budget: &Budget) -> bool {
        if self.rule == Resend::Untouched || self.repeated >= REPEAT_LIMIT {
            return false;
        }
        let pause = self.backoff.next();
        if self.deadline.is_some_and(|d| Instant::now() + pause >= d) || !budget.spend() {
            return false;
        }
        self.repeated += 1;
        self.tried.push(address);
        sleep(pause).await;
        true
    }

    /// How long to wait for a connection at most.
    pub(crate) fn wait_until(&self, limit: Duration) -> Instant {
        let end = Instant::now() + limit;
        self.deadline.map_or(end, |d| d.min(end))
    }
}
