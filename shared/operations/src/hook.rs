//! Places at which a test may stop, crash or delay a worker. Without a hook each place costs one comparison.
//!
//! Always compiled, so that what the tests break is what ships. Only code can set a hook; no configuration can.

use std::sync::Arc;

use dialtone_ids::OperationId;
use futures::future::BoxFuture;

/// A place between two lines at which a process may die.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Point {
    /// Before a claim is sent.
    Claim,
    /// Before leases are renewed.
    Heartbeat,
    /// Claimed, and nothing done yet.
    Claimed,
    /// The foreign call is made, and nothing recorded.
    Acted,
    /// Everything is written, and COMMIT not sent.
    Committing,
    /// Committed, and nothing done after it.
    Committed,
    /// The foreign effect is taken back, and nothing recorded.
    Undone,
    /// The undo is written, and COMMIT not sent.
    UndoCommitting,
    /// The undo is committed, and nothing done after it.
    UndoCommitted,
}

impl Point {
    /// The places in the life of one operation, in their order.
    pub const OF_AN_OPERATION: [Self; 7] = [
        Self::Claimed,
        Self::Acted,
        Self::Committing,
        Self::Committed,
        Self::Undone,
        Self::UndoCommitting,
        Self::UndoCommitted,
    ];
}

/// What happens at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Go,
    /// As if the process were killed: nothing more is done or written for this operation, and its lease is not given back.
    Crash,
}

/// Asked at each place, with the operation and its step where the place has one.
pub type Hook = Arc<dyn Fn(Point, Option<(OperationId, usize)>) -> BoxFuture<'static, Verdict> + Send + Sync>;

/// The hook, if there is one.
#[derive(Clone, Default)]
pub(crate) struct Hooks(pub(crate) Option<Hook>);

impl Hooks {
    pub(crate) async fn at(&self, point: Point, whom: Option<(OperationId, usize)>) -> Verdict {
        match &self.0 {
            None => Verdict::Go,
            Some(hook) => hook(point, whom).await,
        }
    }
}
