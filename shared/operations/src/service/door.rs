//! What both servers share: whose operation it is, whether the caller may touch it, and what a database fault means here.

use std::{sync::Arc, time::Duration};

use dialtone_authz::{Admission, CallerKind, Ctx, Guard, admission};
use dialtone_db::{Conn, DbFault, TxError};
use dialtone_ids::{OperationName, OrganizationId};
use dialtone_proto::google::longrunning::Operation;
use dialtone_status::{Fault, Status, Violation, to_status};
use tonic::Request;
use uuid::Uuid;

use super::render::Renderer;
use crate::{
    operations::Inner,
    store::{self, ShownRow},
};

/// When to try again while the database is out of reach.
const RETRY: Duration = Duration::from_secs(1);

/// The operations of one service, and who may come in.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) ops: Arc<Inner>,
    pub(crate) guard: Guard,
}

impl Door {
    /// The context that the stack left with the request.
    pub(crate) fn ctx<T>(&self, request: &mut Request<T>) -> Result<Ctx, Status> {
        let ctx = request.extensions_mut().remove::<Ctx>();
        ctx.ok_or_else(|| self.status(Fault::internal("request without context")))
    }

    pub(crate) fn status(&self, fault: Fault) -> Status {
        to_status(fault, self.ops.service.error_domain())
    }

    /// The operation as this caller is shown it.
    pub(crate) fn render(&self, ctx: &Ctx, row: &ShownRow) -> Result<Operation, Fault> {
        let (service, registry) = (self.ops.service, &self.ops.registry);
        Renderer { service, registry, locale: ctx.locale }.operation(row)
    }

    /// The operation of this name, and the context in which the caller may touch it.
    pub(crate) async fn operation(&self, ctx: &Ctx, name: &str) -> Result<(Ctx, ShownRow), Fault> {
        let id = self.parse(name)?;
        // Whose it is must be known before it is known whether the caller may know.
        let row = self.read(&ctx.everywhere(), id).await?;
        let Some(row) = row else { return Err(missing(ctx, name)) };
        if follows_own_subscription(ctx, &row) {
            return Ok((ctx.within(OrganizationId::from_uuid(row.tenant)), row));
        }
        let narrowed = self.guard.on_organization(ctx, OrganizationId::from_uuid(row.tenant)).await?;
        Ok((narrowed, row))
    }

    /// The operation as it is now.
    pub(crate) async fn read(&self, ctx: &Ctx, id: Uuid) -> Result<Option<ShownRow>, Fault> {
        let read = self.ops.store.read("operation_get", ctx, async |c: &mut Conn| store::operation_get(c, id).await);
        read.await.map_err(fault)
    }

    fn parse(&self, name: &str) -> Result<Uuid, Fault> {
        let violation = |description: String| {
            Fault::invalid_fields([Violation { field: "name".to_owned(), rule: "name.operation", description }])
        };
        let parsed = OperationName::parse(name).map_err(|bad| violation(bad.to_string()))?;
        if parsed.service != self.ops.service {
            return Err(violation(format!("ask {} for this operation; this is {}", parsed.service, self.ops.service)));
        }
        Ok(parsed.id.uuid())
    }
}

/// A set-up contact may follow the operations on the subscription of its own session.
fn follows_own_subscription(ctx: &Ctx, row: &ShownRow) -> bool {
    match ctx.caller.kind {
        CallerKind::SetupContact { subscription } => {
            ctx.method.permission.any_caller && row.target == subscription.to_string()
        }
        CallerKind::Person | CallerKind::Platform | CallerKind::Service(_) | CallerKind::Anonymous => false,
    }
}

/// Only who may see everything learns that there is nothing.
pub(crate) fn missing(ctx: &Ctx, name: &str) -> Fault {
    match admission(ctx.method, &ctx.caller) {
        Ok(Admission::Everywhere) => Fault::not_found(name),
        Ok(Admission::ByRole(_) | Admission::BySubscription | Admission::Open) => {
            Fault::permission_denied(ctx.method.permission.name)
        }
        Err(refused) => refused,
    }
}

/// No fault here is the caller's, but for a request id used twice.
pub(crate) fn fault(fault: DbFault) -> Fault {
    match fault {
        DbFault::DeadlineExceeded | DbFault::OutcomeUnknown => Fault::deadline_exceeded().caused_by(fault),
        DbFault::RequestIdReused(id) => Fault::request_id_reused(id),
        DbFault::Serialization | DbFault::Deadlock | DbFault::LockTimeout => Fault::conflict().caused_by(fault),
        DbFault::ConnectionLost
        | DbFault::PoolTimeout
        | DbFault::ReadOnly
        | DbFault::StatementTimeout
        | DbFault::StalePlan => Fault::unavailable(RETRY).caused_by(fault),
        DbFault::Unique { .. }
        | DbFault::ForeignKey { .. }
        | DbFault::Check { .. }
        | DbFault::NotNull { .. }
        | DbFault::NotFound
        | DbFault::Other(_) => Fault::internal(fault),
    }
}

/// A refusal inside a transaction, which rolls it back.
#[derive(Debug)]
pub(crate) enum Refused {
    /// For the caller.
    Fault(Fault),
    /// From the database.
    Db(DbFault),
}

impl Refused {
    pub(crate) fn into_fault(self) -> Fault {
        match self {
            Self::Fault(refusal) => refusal,
            Self::Db(database) => fault(database),
        }
    }
}

impl TxError for Refused {
    fn from_fault(fault: DbFault) -> Self {
        Self::Db(fault)
    }

    fn fault(&self) -> Option<&DbFault> {
        match self {
            Self::Db(fault) => Some(fault),
            Self::Fault(_) => None,
        }
    }
}
