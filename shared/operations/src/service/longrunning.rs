//! `google.longrunning.Operations` of one service.

use std::{sync::Arc, time::Duration};

use dialtone_authz::{Ctx, Guard};
use dialtone_db::{Conn, Pager};
use dialtone_ids::OperationId;
use dialtone_proto::google::longrunning::{
    CancelOperationRequest, DeleteOperationRequest, GetOperationRequest, ListOperationsRequest, ListOperationsResponse,
    Operation, WaitOperationRequest,
    operations_server::{Operations as OperationsApi, OperationsServer as Transport},
};
use dialtone_status::{Fault, Status, Violation};
use tokio::time::{Instant, sleep_until};
use tonic::{Request, Response};
use uuid::Uuid;

use super::{
    door::{Door, fault, missing},
    filter,
};
use crate::{
    control,
    operations::Operations,
    store::{self, ShownRow},
};

/// Operations on a page when the caller does not say.
const USUAL_PAGE: i64 = 50;
/// The most operations on a page: each carries its steps.
const LARGEST_PAGE: i64 = 200;
/// A wait ends this long before the call's deadline, so that the caller gets the latest state and not DEADLINE_EXCEEDED.
const ANSWER_TIME: Duration = Duration::from_millis(200);

/// Serves Get, List, Wait, Cancel and Delete.
#[derive(Clone)]
pub struct OperationsServer {
    door: Door,
    pager: Pager,
}

impl OperationsServer {
    /// A server of these operations, for callers whom `guard` lets in; `pager` seals its page tokens.
    pub fn new(operations: &Operations, guard: Guard, pager: Pager) -> Self {
        Self { door: Door { ops: Arc::clone(&operations.0), guard }, pager }
    }

    /// The tonic service.
    pub fn into_service(self) -> Transport<Self> {
        Transport::new(self)
    }

    async fn get(&self, ctx: &Ctx, request: GetOperationRequest) -> Result<Operation, Fault> {
        let (_, row) = self.door.operation(ctx, &request.name).await?;
        self.door.render(ctx, &row)
    }

    async fn list(&self, ctx: &Ctx, request: ListOperationsRequest) -> Result<ListOperationsResponse, Fault> {
        let visible = self.door.guard.own_organizations(ctx).await?;
        self.check_parent(&request.name)?;
        let limit = page_size(&request)?;
        let filter = filter::parse(&request.filter)?;
        // A token is good for the list it was given by: the same caller, with the same filter.
        let scope = format!("{}\n{}\n{}", ctx.method.path, ctx.caller.key(), request.filter);
        let before: Option<Uuid> =
            self.pager.open(&request.page_token, &scope).map_err(|_| Fault::invalid_page_token())?;
        let list = self.door.ops.store.read("operations_list", &visible, async |c: &mut Conn| {
            store::operations_list(c, dialtone_db::TxContext::tenants(&visible), &filter, before, limit + 1).await
        });
        let mut rows = list.await.map_err(fault)?;
        let more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| more).map(|last| self.pager.seal(&last.id, &scope));
        Ok(ListOperationsResponse {
            operations: rows.iter().map(|row| self.door.render(ctx, row)).collect::<Result<_, _>>()?,
            next_page_token: next.unwrap_or_default(),
            unreachable: Vec::new(),
        })
    }

    /// The collection: `operations`, which a gateway may narrow to `operations/{service}` to find its way here.
    fn check_parent(&self, name: &str) -> Result<(), Fault> {
        let own = name.strip_prefix("operations/").is_some_and(|service| service == self.door.ops.service.as_str());
        match own || name.is_empty() || name == "operations" {
            true => Ok(()),
            false => Err(broken(
                "name",
                "name.operations",
                "give `operations`, or `operations/` and the name of the service",
            )),
        }
    }

    /// Until the operation has ended or the time is up, whichever is first; the latest state either way. Holds no connection
    /// while it waits: an end in this process wakes it, and for ends elsewhere it looks from time to time.
    async fn wait(&self, ctx: &Ctx, request: WaitOperationRequest) -> Result<Operation, Fault> {
        let until = wait_until(ctx, &request)?;
        let (visible, mut row) = self.door.operation(ctx, &request.name).await?;
        let id = OperationId::from_uuid(row.id);
        while !row.is_finished() && Instant::now() < until {
            let mut ended = self.door.ops.hub.wait(id);
            row = self.latest(&visible, &request.name, row.id).await?;
            if row.is_finished() {
                break;
            }
            let look = until.min(Instant::now() + self.door.ops.config.wait_poll());
            tokio::select! {
                // An error means that the sender went with the end it told.
                _ = ended.changed() => {}
                () = sleep_until(look) => {}
            }
            row = self.latest(&visible, &request.name, row.id).await?;
        }
        self.door.render(ctx, &row)
    }

    async fn latest(&self, visible: &Ctx, name: &str, id: Uuid) -> Result<ShownRow, Fault> {
        self.door.read(visible, id).await?.ok_or_else(|| missing(visible, name))
    }

    async fn cancel(&self, ctx: &Ctx, request: CancelOperationRequest) -> Result<(), Fault> {
        let (visible, row) = self.door.operation(ctx, &request.name).await?;
        let service = self.door.ops.service;
        let cancel =
            self.door.ops.store.tx("operation_cancel", &visible, async |c: &mut Conn| {
                control::cancel(c, &visible, service, row.id).await
            });
        cancel.await.map_err(fault)?;
        self.door.ops.hub.ring();
        Ok(())
    }

    async fn delete(&self, ctx: &Ctx, request: DeleteOperationRequest) -> Result<(), Fault> {
        let (visible, row) = self.door.operation(ctx, &request.name).await?;
        if !row.is_finished() {
            return Err(Fault::operation_not_finished(&row.state));
        }
        let service = self.door.ops.service;
        let delete =
            self.door.ops.store.tx("operation_delete", &visible, async |c: &mut Conn| {
                control::delete(c, &visible, service, &row).await
            });
        match delete.await.map_err(fault)? {
            true => Ok(()),
            false => Err(missing(ctx, &request.name)),
        }
    }
}

fn page_size(request: &ListOperationsRequest) -> Result<i64, Fault> {
    match i64::from(request.page_size) {
        0 => Ok(USUAL_PAGE),
        size if size > 0 => Ok(size.min(LARGEST_PAGE)),
        _ => Err(broken("page_size", "int32.gte", "give a positive number, or 0 for the usual size")),
    }
}

fn wait_until(ctx: &Ctx, request: &WaitOperationRequest) -> Result<Instant, Fault> {
    let deadline = ctx.deadline.checked_sub(ANSWER_TIME).unwrap_or(ctx.deadline);
    let Some(timeout) = request.timeout else { return Ok(deadline) };
    let timeout = Duration::try_from(timeout)
        .map_err(|_| broken("timeout", "duration.gte", "give a duration that is not negative"))?;
    Ok(Instant::now().checked_add(timeout).map_or(deadline, |until| until.min(deadline)))
}

fn broken(field: &str, rule: &'static str, description: &str) -> Fault {
    Fault::invalid_fields([Violation { field: field.to_owned(), rule, description: description.to_owned() }])
}

#[tonic::async_trait]
impl OperationsApi for OperationsServer {
    async fn get_operation(&self, mut request: Request<GetOperationRequest>) -> Result<Response<Operation>, Status> {
        let ctx = self.door.ctx(&mut request)?;
        self.get(&ctx, request.into_inner()).await.map(Response::new).map_err(|f| self.door.status(f))
    }

    async fn list_operations(
        &self,
        mut request: Request<ListOperationsRequest>,
    ) -> Result<Response<ListOperationsResponse>, Status> {
        let ctx = self.door.ctx(&mut request)?;
        self.list(&ctx, request.into_inner()).await.map(Response::new).map_err(|f| self.door.status(f))
    }

    async fn wait_operation(&self, mut request: Request<WaitOperationRequest>) -> Result<Response<Operation>, Status> {
        let ctx = self.door.ctx(&mut request)?;
        self.wait(&ctx, request.into_inner()).await.map(Response::new).map_err(|f| self.door.status(f))
    }

    async fn cancel_operation(&self, mut request: Request<CancelOperationRequest>) -> Result<Response<()>, Status> {
        let ctx = self.door.ctx(&mut request)?;
        self.cancel(&ctx, request.into_inner()).await.map(Response::new).map_err(|f| self.door.status(f))
    }

    async fn delete_operation(&self, mut request: Request<DeleteOperationRequest>) -> Result<Response<()>, Status> {
        let ctx = self.door.ctx(&mut request)?;
        self.delete(&ctx, request.into_inner()).await.map(Response::new).map_err(|f| self.door.status(f))
    }
}
