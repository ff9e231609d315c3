//! The code that speaks to outside systems, and what protects us from them: a time limit and a circuit breaker for each target.
//!
//! Knows nothing of operations, rows or our tables. Every call carries an idempotency key, because a lost answer looks like a call
//! that never arrived.

mod breaker;
mod guarded;
mod simulator;

use futures::future::BoxFuture;

use crate::model::account::Account;

pub use guarded::{Connectors, ConnectorsConfig, Guarded, SimulatorConfig};
pub use simulator::{Ledger, LedgerDown};

/// Why a call gave no account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Nobody knows whether it took effect; the same call under the same key may be made again. The text is for the log.
    #[error("no answer: {0}")]
    Transient(String),
    /// The system does not want this person, and will not later. The text is the system's own.
    #[error("refused: {0}")]
    Refused(String),
    /// The call was not made, because the system did not answer the ones before.
    #[error("not called: the circuit is open")]
    NotCalled,
}

/// One kind of outside system.
pub trait Connector: Send + Sync + 'static {
    /// Creates the account, once for a key however often it is called.
    fn create_account<'a>(&'a self, key: &'a str, account: &'a Account) -> BoxFuture<'a, Result<(), CallError>>;

    /// Takes back what was created, or may still be created, under the key; no harm where nothing was. A creation that arrives
    /// later under this key has no effect.
    fn delete_account<'a>(&'a self, key: &'a str, account: &'a Account) -> BoxFuture<'a, Result<(), CallError>>;
}
