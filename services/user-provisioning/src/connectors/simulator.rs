//! A simulated outside system: an honest ledger behind a line that fails as it is told to.
//!
//! The faults of a call depend only on the seed, the address and how many calls for that address have arrived, so that a run can
//! be repeated. What has arrived goes on even if the caller hangs up, as in a system of somebody else.

use std::sync::Arc;
use std::time::Duration;

use dialtone_ids::TargetId;
use futures::future::{BoxFuture, FutureExt as _};
use tokio::time::sleep;

use super::{CallError, Connector};
use crate::model::account::Account;
use crate::model::target::SimulatorSettings;

/// The ledger cannot be written: the simulated system is down. The text is for the log.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the simulator's ledger: {0}")]
pub struct LedgerDown(pub String);

/// What the simulated system remembers; each call is one transaction of its own.
pub trait Ledger: Send + Sync + 'static {
    /// Counts a call for an address; its number, from 1.
    fn arrive<'a>(&'a self, target: TargetId, email: &'a str) -> BoxFuture<'a, Result<i64, LedgerDown>>;

    /// Creates the account unless the key was seen before.
    fn add<'a>(&'a self, target: TargetId, key: &'a str, account: &'a Account)
    -> BoxFuture<'a, Result<(), LedgerDown>>;

    /// Takes back what the key created, and remembers the key.
    fn remove<'a>(&'a self, target: TargetId, key: &'a str, email: &'a str) -> BoxFuture<'a, Result<(), LedgerDown>>;
}

/// The connector of one simulator target.
pub struct Simulator {
    target: TargetId,
    settings: Arc<SimulatorSettings>,
    ledger: Arc<dyn Ledger>,
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Answered,
    FailsBefore,
    AnswerLost,
}

#[derive(Clone, Copy)]
enum Verb {
    Add,
    Remove,
}

impl Simulator {
    /// The system of this target, as its settings say now.
    pub fn new(target: TargetId, settings: SimulatorSettings, ledger: Arc<dyn Ledger>) -> Self {
        Self { target, settings: Arc::new(settings), ledger }
    }

    /// The far end of a call, which nobody's impatience stops.
    async fn call(&self, verb: Verb, key: &str, account: &Account) -> Result<(), CallError> {
        let served = serve(
            Arc::clone(&self.ledger),
            self.target,
            Arc::clone(&self.settings),
            verb,
            key.to_owned(),
            account.clone(),
        );
        match tokio::spawn(served).await {
            Ok(answer) => answer,
            Err(died) => Err(CallError::Transient(died.to_string())),
        }
    }
}

async fn serve(
    ledger: Arc<dyn Ledger>,
    target: TargetId,
    settings: Arc<SimulatorSettings>,
    verb: Verb,
    key: String,
    account: Account,
) -> Result<(), CallError> {
    let number = ledger.arrive(target, &account.email).await.map_err(down)?;
    sleep(Duration::from_millis(settings.latency_ms.into())).await;
    if matches!(verb, Verb::Add) && settings.refused_emails.contains(&account.email) {
        return Err(CallError::Refused("this address is not accepted here".to_owned()));
    }
    let fate = fate(&settings, &account.email, number);
    if fate == Fate::FailsBefore {
        return Err(CallError::Transient("simulated failure before the effect".to_owned()));
    }
    match verb {
        Verb::Add => ledger.add(target, &key, &account).await.map_err(down)?,
        Verb::Remove => ledger.remove(target, &key, &account.email).await.map_err(down)?,
    }
    match fate {
        Fate::Answered => Ok(()),
        Fate::AnswerLost | Fate::FailsBefore => Err(CallError::Transient("simulated loss of the answer".to_owned())),
    }
}

impl Connector for Simulator {
    fn create_account<'a>(&'a self, key: &'a str, account: &'a Account) -> BoxFuture<'a, Result<(), CallError>> {
        self.call(Verb::Add, key, account).boxed()
    }

    fn delete_account<'a>(&'a self, key: &'a str, account: &'a Account) -> BoxFuture<'a, Result<(), CallError>> {
        self.call(Verb::Remove, key, account).boxed()
    }
}

fn down(down: LedgerDown) -> CallError {
    CallError::Transient(down.to_string())
}

fn fate(settings: &SimulatorSettings, email: &str, number: i64) -> Fate {
    let drawn = draw(settings.seed, email, number);
    if drawn < settings.failure_percent {
        Fate::FailsBefore
    } else if drawn < settings.failure_percent.saturating_add(settings.lost_answer_percent) {
        Fate::AnswerLost
    } else {
        Fate::Answered
    }
}

/// A number below 100, the same for the same call in every release: FNV-1a over the call, spread by splitmix64's finaliser.
fn draw(seed: u64, email: &str, number: i64) -> u32 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let (seed, number) = (seed.to_le_bytes(), number.to_le_bytes());
    let bytes = seed.iter().chain(email.as_bytes()).chain(&number);
    let hash = bytes.fold(BASIS, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME));
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    u32::try_from((hash ^ (hash >> 31)) % 100).expect("below 100")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct InMemory {
        calls: Mutex<HashMap<String, i64>>,
        keys: Mutex<HashMap<String, bool>>,
    }

    impl Ledger for InMemory {
        fn arrive<'a>(&'a self, _: TargetId, email: &'a str) -> BoxFuture<'a, Result<i64, LedgerDown>> {
            async move {
                let mut calls = self.calls.lock().unwrap();
                let count = calls.entry(email.to_owned()).or_default();
                *count += 1;
                Ok(*count)
            }
            .boxed()
        }

        fn add<'a>(&'a self, _: TargetId, key: &'a str, _: &'a Account) -> BoxFuture<'a, Result<(), LedgerDown>> {
            async move {
                self.keys.lock().unwrap().entry(key.to_owned()).or_insert(true);
                Ok(())
            }
            .boxed()
        }

        fn remove<'a>(&'a self, _: TargetId, key: &'a str, _: &'a str) -> BoxFuture<'a, Result<(), LedgerDown>> {
            async move {
                self.keys.lock().unwrap().insert(key.to_owned(), false);
                Ok(())
            }
            .boxed()
        }
    }

    fn account(email: &str) -> Account {
        Account { email: email.into(), display_name: "A B".into() }
    }

    fn simulator(settings: SimulatorSettings) -> (Simulator, Arc<InMemory>) {
        let ledger = Arc::new(InMemory::default());
        (Simulator::new(TargetId::new(), settings, Arc::clone(&ledger) as _), ledger)
    }

    #[test]
    fn the_share_of_faults_is_what_was_asked_for_and_repeatable() {
        let settings =
            SimulatorSettings { failure_percent: 15, lost_answer_percent: 5, seed: 7, ..SimulatorSettings::default() };
        let fates: Vec<Fate> = (0..10_000).map(|i| fate(&settings, &format!("person{i}@x.example"), 1)).collect();
        let share = |wanted| fates.iter().filter(|fate| **fate == wanted).count();
        assert!((1_350..1_650).contains(&share(Fate::FailsBefore)), "{}", share(Fate::FailsBefore));
        assert!((400..600).contains(&share(Fate::AnswerLost)), "{}", share(Fate::AnswerLost));
        assert_eq!(fate(&settings, "person3@x.example", 1), fates[3]);
        let other = SimulatorSettings { seed: 8, ..settings };
        assert!((0..100).any(|i| fate(&other, &format!("person{i}@x.example"), 1) != fates[i]));
    }

    #[test]
    fn an_account_that_fails_once_gets_through_later() {
        let settings = SimulatorSettings { failure_percent: 90, ..SimulatorSettings::default() };
        assert!((1..200).any(|number| fate(&settings, "a@x.example", number) == Fate::Answered));
    }

    #[tokio::test]
    async fn refused_addresses_are_refused_and_have_no_effect() {
        let (simulator, ledger) = simulator(SimulatorSettings {
            refused_emails: vec!["no@x.example".into()],
            ..SimulatorSettings::default()
        });
        let refused = simulator.create_account("k1", &account("no@x.example")).await;
        assert!(matches!(refused, Err(CallError::Refused(_))));
        assert_eq!(simulator.create_account("k2", &account("yes@x.example")).await, Ok(()));
        assert_eq!(ledger.keys.lock().unwrap().keys().collect::<Vec<_>>(), ["k2"]);
    }

    #[tokio::test]
    async fn a_lost_answer_leaves_its_effect() {
        let settings = SimulatorSettings { lost_answer_percent: 90, ..SimulatorSettings::default() };
        let (simulator, ledger) = simulator(settings);
        let mut lost = 0;
        for i in 0..20 {
            let (key, email) = (format!("k{i}"), format!("p{i}@x.example"));
            lost += usize::from(simulator.create_account(&key, &account(&email)).await.is_err());
        }
        assert!(lost > 10, "{lost}");
        assert_eq!(ledger.keys.lock().unwrap().len(), 20);
    }

    #[tokio::test]
    async fn a_caller_that_hangs_up_does_not_stop_the_system() {
        let (simulator, ledger) = simulator(SimulatorSettings { latency_ms: 50, ..SimulatorSettings::default() });
        let account = account("a@x.example");
        let impatient = tokio::time::timeout(Duration::from_millis(1), simulator.create_account("k", &account));
        assert!(impatient.await.is_err());
        assert!(ledger.keys.lock().unwrap().is_empty());
        dialtone_testkit::eventually("the late effect", Duration::from_secs(5), async || {
            (ledger.keys.lock().unwrap().len() == 1).then_some(())
        })
        .await;
    }
}
