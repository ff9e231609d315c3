//! The handle by which a service starts operations, runs them, and shows them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Store, TxContext as _};
use dialtone_ids::{OperationId, OperationName, OrganizationId, ServiceName};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    config::OperationsConfig,
    definition::{Definition, Registry},
    engine::{self, Metrics},
    hook::{Hook, Hooks},
    hub::Hub,
    model::{Failure, State},
    record,
    store::{self, NewRow, Queue},
};

/// All operations of one service. Cheap to clone.
#[derive(Clone)]
pub struct Operations(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) service: ServiceName,
    pub(crate) store: Store,
    pub(crate) registry: Registry,
    pub(crate) config: OperationsConfig,
    pub(crate) hub: Hub,
    pub(crate) hooks: Hooks,
    pub(crate) metrics: Metrics,
}

/// An operation to be started.
#[derive(Debug, Clone, PartialEq)]
pub struct NewOperation {
    /// A kind that is registered; its newest version is taken.
    pub kind: &'static str,
    /// Organization it belongs to: whoever may see that may see the operation.
    pub organization: OrganizationId,
    /// Full name of the resource it works on.
    pub target: String,
    /// What its steps read. An object.
    pub input: Value,
    /// Countable units in all, e.g. users; 0 where there are none or the number is not known yet.
    pub units_total: i64,
    /// The operation whose step starts this one.
    pub parent: Option<OperationId>,
}

/// An operation as it was accepted. The answer of the RPC that started it, today and to every repetition of the request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// Its name.
    pub name: OperationName,
    pub(crate) organization: OrganizationId,
    pub(crate) target: String,
    pub(crate) verb: String,
    pub(crate) actor: String,
    pub(crate) steps: Vec<String>,
    pub(crate) units_total: i64,
    pub(crate) time: DateTime<Utc>,
}

/// An operation that another one started, after its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Child {
    /// Its identifier.
    pub id: OperationId,
    /// One of the ends.
    pub state: State,
    /// What it finished with, if it succeeded.
    pub result: Option<Value>,
    /// Why it did not succeed.
    pub failure: Option<Failure>,
}

impl Operations {
    /// The operations of `service`, kept in `store`.
    pub fn new(service: ServiceName, store: Store, registry: Registry, config: OperationsConfig) -> Self {
        Self::with_hooks(service, store, registry, config, Hooks::default())
    }

    /// The same with a hook at the places where a process may die. For tests.
    pub fn with_hook(
        service: ServiceName,
        store: Store,
        registry: Registry,
        config: OperationsConfig,
        hook: Hook,
    ) -> Self {
        Self::with_hooks(service, store, registry, config, Hooks(Some(hook)))
    }

    fn with_hooks(
        service: ServiceName,
        store: Store,
        registry: Registry,
        config: OperationsConfig,
        hooks: Hooks,
    ) -> Self {
        let (hub, metrics) = (Hub::default(), Metrics::default());
        Self(Arc::new(Inner { service, store, registry, config, hub, hooks, metrics }))
    }

    /// Starts an operation in the caller's transaction: it exists if and only if that commits. Call [`Operations::wake`] after
    /// the commit; without it, the operation is found a little later.
    pub async fn start(&self, c: &mut Conn, ctx: &Ctx, new: NewOperation) -> Result<Started, DbFault> {
        let definition = self.0.registry.latest(new.kind).ok_or_else(|| unregistered(new.kind))?;
        let row = new_row(ctx, definition, &new);
        let steps: Vec<_> = definition.steps.iter().map(|s| s.name()).collect();
        let time = store::operation_insert(c, &row, &steps).await?;
        let name = OperationName::new(self.0.service, OperationId::from_uuid(row.id));
        record::started(c, ctx, name, &row).await?;
        Ok(Started {
            name,
            organization: new.organization,
            target: new.target,
            verb: row.verb,
            actor: row.actor,
            steps: steps.into_iter().map(str::to_owned).collect(),
            units_total: new.units_total,
            time,
        })
    }

    /// Tells the engine of this process that there may be work. Any number of calls cost one look.
    pub fn wake(&self) {
        self.0.hub.ring();
    }

    /// The operations that `parent` started and that have ended, in the order in which they were started.
    pub async fn children(&self, c: &mut Conn, parent: OperationId) -> Result<Vec<Child>, DbFault> {
        let rows = store::children_ended(c, parent.uuid()).await?;
        rows.into_iter()
            .map(|(id, state, result, failure)| {
                Ok(Child {
                    id: OperationId::from_uuid(id),
                    state: store::read(&state)?,
                    result,
                    failure: failure.and_then(|f| serde_json::from_value(f).ok()),
                })
            })
            .collect()
    }

    /// How much work there is, and how much of it waits for a person or for another release.
    pub async fn queue(&self) -> Result<Queue, DbFault> {
        self.0.queue().await
    }

    /// Works on operations until `stop`, then finishes or hands back what is under way. Run it once per process, in a task.
    pub async fn run(&self, stop: CancellationToken) {
        engine::run(Arc::clone(&self.0), stop).await;
    }
}

impl Inner {
    pub(crate) async fn queue(&self) -> Result<Queue, DbFault> {
        let (kinds, versions) = self.registry.pairs();
        let ctx = Ctx::job(self.service, "operations-measure");
        let sample = async |c: &mut Conn| store::queue_sample(c, (&kinds, &versions)).await;
        self.store.read("operations_sample", &ctx, sample).await
    }
}

fn new_row(ctx: &Ctx, definition: &Definition, new: &NewOperation) -> NewRow {
    // A job has no method; what it starts is named by its kind.
    let verb = if ctx.method.path.is_empty() { new.kind } else { ctx.method.name };
    NewRow {
        id: OperationId::new().uuid(),
        tenant: new.organization.uuid(),
        kind: definition.kind,
        version: definition.version,
        verb: verb.to_owned(),
        target: new.target.clone(),
        parent: new.parent.map(OperationId::uuid),
        actor: ctx.actor().to_owned(),
        request_id: ctx.request_id.clone(),
        state: State::Pending.as_str(),
        input: new.input.clone(),
        units_total: new.units_total,
    }
}

/// A fault of the program: it starts what it did not register.
fn unregistered(kind: &str) -> DbFault {
    DbFault::Other(format!("no operation of kind {kind} is registered"))
}
