//! The simulators' ledger on a store of its own: each entry is one transaction, and none of them is ever one of ours.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Store};
use dialtone_ids::{ServiceName, TargetId};
use futures::future::{BoxFuture, FutureExt as _};

use crate::connectors::{Ledger, LedgerDown};
use crate::model::account::Account;
use crate::store::{op::Op, simulator};

/// The ledger of every simulator of this installation.
pub struct SimulatorLedger {
    store: Store,
}

impl SimulatorLedger {
    /// On this store, which nothing else uses.
    pub fn new(store: Store) -> Self {
        Self { store }
    }
}

impl Ledger for SimulatorLedger {
    fn arrive<'a>(&'a self, target: TargetId, email: &'a str) -> BoxFuture<'a, Result<i64, LedgerDown>> {
        async move {
            let ctx = ctx();
            let arrive = self.store.tx(Op::SimulatorArrive, &ctx, async |c: &mut Conn| {
                simulator::simulator_arrive(c, target, email).await
            });
            arrive.await.map_err(down)
        }
        .boxed()
    }

    fn add<'a>(
        &'a self,
        target: TargetId,
        key: &'a str,
        account: &'a Account,
    ) -> BoxFuture<'a, Result<(), LedgerDown>> {
        async move {
            let ctx = ctx();
            let add = self.store.tx(Op::SimulatorAdd, &ctx, async |c: &mut Conn| {
                simulator::simulator_add(c, target, key, account).await
            });
            add.await.map_err(down)
        }
        .boxed()
    }

    fn remove<'a>(&'a self, target: TargetId, key: &'a str, email: &'a str) -> BoxFuture<'a, Result<(), LedgerDown>> {
        async move {
            let ctx = ctx();
            let remove = self.store.tx(Op::SimulatorRemove, &ctx, async |c: &mut Conn| {
                simulator::simulator_remove(c, target, key, email).await
            });
            remove.await.map_err(down)
        }
        .boxed()
    }
}

fn ctx() -> Ctx {
    Ctx::job(ServiceName::UserProvisioning, "simulator")
}

fn down(fault: DbFault) -> LedgerDown {
    LedgerDown(fault.to_string())
}
