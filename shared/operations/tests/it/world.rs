//! The outside world of the tests, which remembers every call, and steps that act on it as a script says.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::OperationId;
use dialtone_operations::{
    Definition, Job, Next, Step, StepError,
    model::{Exhausted, RetryRule},
};
use dialtone_status::{Code, Fault};
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl as _;
use futures::future::BoxFuture;
use serde_json::{Value, json};

/// What a step is about to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub id: OperationId,
    pub step: &'static str,
    pub unit: i64,
    pub undo: bool,
    /// How often the same was called before.
    pub before: u32,
    pub input: String,
}

/// How it goes.
pub enum Reply {
    Ok,
    Retry,
    Stuck,
    Fail,
    Panic,
    /// Not before this is done; then it goes well.
    After(BoxFuture<'static, ()>),
    /// The outside part goes well, and the commit fails with this.
    RefuseCommit(fn() -> StepError),
}

type Script = dyn Fn(&Call) -> Reply + Send + Sync;

/// Outside: what exists there, and how often each thing was asked for.
pub struct World {
    present: Mutex<BTreeSet<String>>,
    calls: Mutex<BTreeMap<(String, bool), u32>>,
    undone: Mutex<Vec<String>>,
    script: Box<Script>,
}

impl World {
    /// A world in which everything goes well.
    pub fn kind() -> Arc<Self> {
        Self::scripted(|_| Reply::Ok)
    }

    pub fn scripted(script: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            present: Mutex::default(),
            calls: Mutex::default(),
            undone: Mutex::default(),
            script: Box::new(script),
        })
    }

    /// What exists outside for this operation, as `step/unit`.
    pub fn present(&self, id: OperationId) -> Vec<String> {
        let prefix = format!("{id}/");
        let present = self.present.lock().expect("not poisoned");
        present.iter().filter_map(|key| key.strip_prefix(&prefix).map(str::to_owned)).collect()
    }

    /// How often a step was asked for, all units together.
    pub fn calls(&self, id: OperationId, step: &str, undo: bool) -> u32 {
        let prefix = format!("{id}/{step}/");
        let calls = self.calls.lock().expect("not poisoned");
        calls.iter().filter(|((key, u), _)| key.starts_with(&prefix) && *u == undo).map(|(_, n)| n).sum()
    }

    /// The steps in the order in which they were first taken back.
    pub fn undone(&self, id: OperationId) -> Vec<String> {
        let mut steps: Vec<String> = Vec::new();
        for key in self.undone.lock().expect("not poisoned").iter() {
            let Some(step) = key.strip_prefix(&format!("{id}/")) else { continue };
            if !steps.iter().any(|s| s == step) {
                steps.push(step.to_owned());
            }
        }
        steps
    }

    fn ask(&self, job: &Job, unit: i64, undo: bool) -> (Call, String) {
        let key = job.row_key(unit);
        let mut calls = self.calls.lock().expect("not poisoned");
        let count = calls.entry((key.clone(), undo)).or_default();
        let before = *count;
        *count += 1;
        let input = job.input.get("answer").and_then(Value::as_str).unwrap_or_default().to_owned();
        (Call { id: job.id(), step: job.step, unit, undo, before, input }, key)
    }
}

/// A step of so many units, one a chunk. Each unit becomes one thing outside and one row inside.
pub struct Unit {
    pub name: &'static str,
    pub units: i64,
    pub world: Arc<World>,
    pub rule: RetryRule,
    pub limit: Duration,
}

/// Three attempts in quick succession.
pub const QUICK: RetryRule =
    RetryRule { first: Duration::from_millis(2), cap: Duration::from_millis(20), budget: 3, then: Exhausted::Stuck };

impl Unit {
    pub fn new(name: &'static str, units: i64, world: &Arc<World>) -> Self {
        Self { name, units, world: Arc::clone(world), rule: QUICK, limit: Duration::from_secs(20) }
    }

    fn cursor(&self, job: &Job) -> i64 {
        job.notes.get(self.name).and_then(Value::as_i64).unwrap_or(0)
    }
}

impl Step for Unit {
    fn name(&self) -> &'static str {
        self.name
    }

    fn retry(&self) -> RetryRule {
        self.rule
    }

    fn weight(&self) -> u32 {
        u32::try_from(self.units).expect("few units")
    }

    fn time_limit(&self) -> Duration {
        self.limit
    }

    async fn act(&self, job: &Job) -> Result<Value, StepError> {
        let unit = self.cursor(job);
        let (call, key) = self.world.ask(job, unit, false);
        let reply = (self.world.script)(&call);
        let refuse = matches!(reply, Reply::RefuseCommit(_));
        reply_with(reply).await?;
        // The same key asked for twice is one thing.
        self.world.present.lock().expect("not poisoned").insert(key);
        Ok(json!({"unit": unit, "refuse": refuse}))
    }

    async fn commit(&self, c: &mut Conn, job: &Job, acted: &Value) -> Result<Next, StepError> {
        let unit = acted["unit"].as_i64().expect("act says the unit");
        insert_effect(c, job, self.name, unit).await.map_err(StepError::Db)?;
        if acted["refuse"] == json!(true)
            && let Reply::RefuseCommit(error) = (self.world.script)(&Call {
                id: job.id(),
                step: job.step,
                unit,
                undo: false,
                before: 0,
                input: String::new(),
            })
        {
            return Err(error());
        }
        let done = unit + 1;
        let notes = json!({ self.name: done });
        match done < self.units {
            true => Ok(Next::again(notes).with_units_done(done).with_units_total(self.units)),
            false => Ok(Next::done().with_notes(notes).with_units_done(done).with_units_total(self.units)),
        }
    }

    async fn undo(&self, job: &Job) -> Result<Value, StepError> {
        self.world.undone.lock().expect("not poisoned").push(format!("{}/{}", job.id(), self.name));
        let (call, _) = self.world.ask(job, 0, true);
        reply_with((self.world.script)(&call)).await?;
        let prefix = format!("{}/", job.key());
        self.world.present.lock().expect("not poisoned").retain(|key| !key.starts_with(&prefix));
        Ok(Value::Null)
    }

    async fn undo_commit(&self, c: &mut Conn, job: &Job, _: &Value) -> Result<Next, StepError> {
        diesel::sql_query("DELETE FROM test_effects WHERE operation = $1 AND step = $2")
            .bind::<SqlUuid, _>(job.id().uuid())
            .bind::<Text, _>(self.name)
            .execute(c)
            .await
            .db()
            .map_err(StepError::Db)?;
        Ok(Next::done())
    }
}

async fn reply_with(reply: Reply) -> Result<(), StepError> {
    match reply {
        Reply::Ok | Reply::RefuseCommit(_) => Ok(()),
        Reply::Retry => Err(StepError::Retry { fault: fault(Code::Unavailable), after: None }),
        Reply::Stuck => Err(StepError::stuck(fault(Code::FailedPrecondition), ["answer"])),
        Reply::Fail => Err(StepError::Fail(fault(Code::InvalidArgument))),
        Reply::Panic => panic!("the script says so"),
        Reply::After(released) => {
            released.await;
            Ok(())
        }
    }
}

pub fn fault(code: Code) -> Fault {
    Fault::new(code, "SCRIPTED", "The script says so.").with("from", "script")
}

async fn insert_effect(c: &mut Conn, job: &Job, step: &str, unit: i64) -> Result<(), DbFault> {
    diesel::sql_query("INSERT INTO test_effects (operation, tenant, step, unit) VALUES ($1, $2, $3, $4)")
        .bind::<SqlUuid, _>(job.id().uuid())
        .bind::<SqlUuid, _>(job.organization.uuid())
        .bind::<Text, _>(step)
        .bind::<diesel::sql_types::BigInt, _>(unit)
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// The kind that most tests use: `prepare`, then three units of `fill`, then `open`.
pub fn three(world: &Arc<World>) -> Definition {
    Definition::new("three", 1)
        .step(Unit::new("prepare", 1, world))
        .step(Unit::new("fill", 3, world))
        .step(Unit::new("open", 1, world))
}

/// All effects of [`three`], sorted.
pub const ALL_OF_THREE: [&str; 5] = ["fill/0", "fill/1", "fill/2", "open/0", "prepare/0"];
