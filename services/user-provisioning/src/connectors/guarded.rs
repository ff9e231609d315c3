//! The connectors of all targets, each call under a time limit and the circuit breaker of its target.

use std::collections::HashMap;
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dialtone_ids::TargetId;
use serde::Deserialize;
use tokio::time::{Instant, timeout};

use super::breaker::{Breaker, BreakerRule};
use super::simulator::{Ledger, Simulator};
use super::{CallError, Connector};
use crate::model::account::Account;
use crate::model::target::{Target, TargetKind};

/// The `[connectors]` table of the configuration. Durations are in milliseconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConnectorsConfig {
    /// The longest time of one call.
    pub timeout_ms: NonZeroU64,
    /// Calls at once for one operation.
    pub concurrency: NonZeroUsize,
    /// Rows of a batch that are called for between two commits.
    pub chunk: NonZeroU32,
    /// Unanswered calls in a row after which a target is left alone for a while.
    pub open_after: NonZeroU32,
    /// For how long, the first time; doubles with each further time.
    pub open_ms: NonZeroU64,
    /// The longest that a target is left alone.
    pub open_max_ms: NonZeroU64,
    /// How often in a row an operation finds its target silent before it is STUCK and waits for a person.
    pub patience: NonZeroU32,
    /// Simulators.
    pub simulator: SimulatorConfig,
}

/// The `[connectors.simulator]` table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SimulatorConfig {
    /// Connections to the simulators' ledger, beside those of the service.
    pub pool_size: NonZeroU32,
}

impl Default for ConnectorsConfig {
    fn default() -> Self {
        Self {
            timeout_ms: const { NonZeroU64::new(10_000).expect("not zero") },
            concurrency: const { NonZeroUsize::new(32).expect("not zero") },
            chunk: const { NonZeroU32::new(50).expect("not zero") },
            open_after: const { NonZeroU32::new(20).expect("not zero") },
            open_ms: const { NonZeroU64::new(1_000).expect("not zero") },
            open_max_ms: const { NonZeroU64::new(60_000).expect("not zero") },
            patience: const { NonZeroU32::new(100).expect("not zero") },
            simulator: SimulatorConfig::default(),
        }
    }
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self { pool_size: const { NonZeroU32::new(8).expect("not zero") } }
    }
}

impl ConnectorsConfig {
    fn rule(&self) -> BreakerRule {
        BreakerRule {
            failures: self.open_after.get(),
            open: Duration::from_millis(self.open_ms.get()),
            open_max: Duration::from_millis(self.open_max_ms.get()),
        }
    }
}

/// The ways to all targets. One per process, because it remembers which targets are silent.
pub struct Connectors {
    config: ConnectorsConfig,
    ledger: Arc<dyn Ledger>,
    breakers: Mutex<HashMap<TargetId, Arc<Breaker>>>,
}

/// The way to one target.
pub struct Guarded {
    connector: Box<dyn Connector>,
    breaker: Arc<Breaker>,
    limit: Duration,
}

impl Connectors {
    /// None has been called yet.
    pub fn new(config: ConnectorsConfig, ledger: Arc<dyn Ledger>) -> Self {
        Self { config, ledger, breakers: Mutex::default() }
    }

    /// How the calls are made.
    pub fn config(&self) -> &ConnectorsConfig {
        &self.config
    }

    /// The way to this target, as its settings are now.
    pub fn to(&self, target: &Target) -> Guarded {
        let id = target.name.target;
        let connector: Box<dyn Connector> = match &target.system.kind {
            TargetKind::Simulator(settings) => Box::new(Simulator::new(id, settings.clone(), Arc::clone(&self.ledger))),
        };
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        let breaker = breakers.entry(id).or_insert_with(|| Arc::new(Breaker::new(self.config.rule())));
        let limit = Duration::from_millis(self.config.timeout_ms.get());
        Guarded { connector, breaker: Arc::clone(breaker), limit }
    }
}

impl Guarded {
    /// Creates an account; see [`Connector::create_account`].
    pub async fn create_account(&self, key: &str, account: &Account) -> Result<(), CallError> {
        self.guard(self.connector.create_account(key, account)).await
    }

    /// Deletes an account; see [`Connector::delete_account`].
    pub async fn delete_account(&self, key: &str, account: &Account) -> Result<(), CallError> {
        self.guard(self.connector.delete_account(key, account)).await
    }

    /// How long the target is left alone; none while it is called.
    pub fn silent_for(&self) -> Option<Duration> {
        self.breaker.closed_for(Instant::now())
    }

    async fn guard(&self, call: impl Future<Output = Result<(), CallError>>) -> Result<(), CallError> {
        if !self.breaker.admits(Instant::now()) {
            return Err(CallError::NotCalled);
        }
        let answer = timeout(self.limit, call).await;
        let answer = answer.unwrap_or_else(|_| Err(CallError::Transient(format!("no answer in {:?}", self.limit))));
        match &answer {
            Ok(()) | Err(CallError::Refused(_)) => self.breaker.succeeded(),
            Err(CallError::Transient(_)) => self.breaker.failed(Instant::now()),
            Err(CallError::NotCalled) => {}
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use futures::future::{BoxFuture, FutureExt as _};

    use super::*;

    struct Silent;

    impl Connector for Silent {
        fn create_account<'a>(&'a self, _: &'a str, _: &'a Account) -> BoxFuture<'a, Result<(), CallError>> {
            std::future::pending().boxed()
        }
        fn delete_account<'a>(&'a self, _: &'a str, _: &'a Account) -> BoxFuture<'a, Result<(), CallError>> {
            async { Err(CallError::Refused("no".into())) }.boxed()
        }
    }

    #[tokio::test]
    async fn a_silent_target_is_left_alone_after_a_while_and_a_refusal_counts_as_an_answer() {
        let moment = Duration::from_millis(10);
        let breaker = Breaker::new(BreakerRule { failures: 2, open: moment, open_max: moment });
        let target = Guarded { connector: Box::new(Silent), breaker: Arc::new(breaker), limit: moment };
        let account = Account { email: "a@x.example".into(), display_name: "A".into() };
        for _ in 0..2 {
            assert!(matches!(target.create_account("k", &account).await, Err(CallError::Transient(_))));
        }
        assert!(target.silent_for().is_some());
        assert_eq!(target.create_account("k", &account).await, Err(CallError::NotCalled));
        let answered = dialtone_testkit::eventually("a probe", Duration::from_secs(5), async || {
            match target.delete_account("k", &account).await {
                Err(CallError::NotCalled) => None,
                answer => Some(answer),
            }
        });
        assert!(matches!(answered.await, Err(CallError::Refused(_))));
        assert_eq!(target.silent_for(), None);
    }
}
