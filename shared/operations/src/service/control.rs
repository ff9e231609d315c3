//! `dialtone.operations.v1.OperationControlService` of one service.

use std::sync::Arc;

use dialtone_authz::{Ctx, Guard};
use dialtone_db::{Conn, Mutation};
use dialtone_proto::{
    google::longrunning::Operation,
    json::from_struct,
    operations::v1::{
        RetryOperationRequest,
        operation_control_service_server::{OperationControlService, OperationControlServiceServer},
    },
    violations,
};
use dialtone_status::{Fault, Status};
use prost::Message;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tonic::{Request, Response};
use uuid::Uuid;

use super::door::{Door, Refused, missing};
use crate::{
    control::{self, Resumed},
    operations::Operations,
    store,
};

/// Serves `RetryOperation`.
#[derive(Clone)]
pub struct OperationControlServer {
    door: Door,
}

impl OperationControlServer {
    /// A server of these operations, for callers whom `guard` lets in.
    pub fn new(operations: &Operations, guard: Guard) -> Self {
        Self { door: Door { ops: Arc::clone(&operations.0), guard } }
    }

    /// The tonic service.
    pub fn into_service(self) -> OperationControlServiceServer<Self> {
        OperationControlServiceServer::new(self)
    }

    async fn retry(&self, ctx: &Ctx, request: RetryOperationRequest) -> Result<Operation, Fault> {
        let broken = violations(&request);
        let (visible, row) = match self.door.operation(ctx, &request.name).await {
            Ok(found) => found,
            Err(_) if broken.iter().any(|v| v.field == "name") => return Err(Fault::invalid_fields(broken)),
            Err(fault) => return Err(fault),
        };
        if !broken.is_empty() {
            return Err(Fault::invalid_fields(broken));
        }
        let mutation = mutation(ctx, &request);
        let input = request.input.map_or_else(|| json!({}), from_struct);
        let resume = self.door.ops.store.mutate("operation_resume", &visible, &mutation, async |c: &mut Conn| {
            self.resume(c, &visible, &request.name, row.id, &input).await
        });
        let encoded: Vec<u8> = resume.await.map_err(Refused::into_fault)?;
        self.door.ops.hub.ring();
        Operation::decode(encoded.as_slice()).map_err(Fault::internal)
    }

    /// Resumes, and answers the operation as it then is: to this request and to each repetition of it.
    async fn resume(&self, c: &mut Conn, ctx: &Ctx, name: &str, id: Uuid, input: &Value) -> Result<Vec<u8>, Refused> {
        let resumed = control::resume(c, ctx, self.door.ops.service, id, input.clone()).await.map_err(Refused::Db)?;
        let row = store::operation_get(c, id).await.map_err(Refused::Db)?;
        let row = row.ok_or_else(|| Refused::Fault(missing(ctx, name)))?;
        match resumed {
            Resumed::Yes => {}
            Resumed::NotStuck(state) => return Err(Refused::Fault(Fault::operation_not_stuck(state))),
            Resumed::NotUnderWay => return Err(Refused::Fault(Fault::operation_not_stuck(&row.state))),
        }
        let shown = self.door.render(ctx, &row).map_err(Refused::Fault)?;
        Ok(shown.encode_to_vec())
    }
}

/// Two requests are the same if they are equal in everything but `request_id` and `validate_only`.
fn mutation(ctx: &Ctx, request: &RetryOperationRequest) -> Mutation {
    let asked = RetryOperationRequest { request_id: String::new(), validate_only: false, ..request.clone() };
    Mutation {
        method: ctx.method.path,
        caller: ctx.caller.key(),
        request_id: Uuid::try_parse(&request.request_id).ok(),
        body_hash: Sha256::digest(asked.encode_to_vec()).into(),
        validate_only: request.validate_only,
    }
}

#[tonic::async_trait]
impl OperationControlService for OperationControlServer {
    async fn retry_operation(
        &self,
        mut request: Request<RetryOperationRequest>,
    ) -> Result<Response<Operation>, Status> {
        let ctx = self.door.ctx(&mut request)?;
        self.retry(&ctx, request.into_inner()).await.map(Response::new).map_err(|f| self.door.status(f))
    }
}
