//! Handlers of TargetService.

use dialtone_ids::{OrganizationId, TargetName};
use dialtone_proto::userprovisioning::v1::target_service_server::TargetService;
use dialtone_proto::userprovisioning::v1::{
    CreateTargetRequest, GetTargetRequest, ListSimulatorAccountsRequest, ListSimulatorAccountsResponse,
    ListTargetsRequest, ListTargetsResponse, Target,
};
use dialtone_server::{ctx, mutation};
use tonic::{Request, Response, Status};

use super::convert::{self, all_violations};
use super::{Api, answer, changed, refused, render};
use crate::ops::{create_target, get_target, list_simulator_accounts, list_targets};

#[tonic::async_trait]
impl TargetService for Api {
    async fn create_target(&self, request: Request<CreateTargetRequest>) -> Result<Response<Target>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let broken = all_violations(&request, convert::target_violations(request.target.as_ref()));
        let (ctx, owner) = self.admit::<OrganizationId>(&ctx, "parent", &request.parent, broken).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let system = convert::new_target(request.target.unwrap_or_default());
        let app = self.app.clone();
        changed(async move { create_target::run(&app, &ctx, &mutation, owner, system).await }, render::target).await
    }

    async fn get_target(&self, request: Request<GetTargetRequest>) -> Result<Response<Target>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let broken = all_violations(&request, []);
        let (ctx, name) = self.admit::<TargetName>(&ctx, "name", &request.name, broken).await?;
        answer(get_target::run(&self.app, &ctx, name).await, render::target)
    }

    async fn list_targets(
        &self,
        request: Request<ListTargetsRequest>,
    ) -> Result<Response<ListTargetsResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let broken = all_violations(&request, []);
        let (ctx, owner) = self.admit::<OrganizationId>(&ctx, "parent", &request.parent, broken).await?;
        let page = list_targets::run(&self.app, &ctx, owner, request.page_size, &request.page_token).await;
        answer(page, |(targets, next_page_token)| ListTargetsResponse {
            targets: targets.into_iter().map(render::target).collect(),
            next_page_token,
        })
    }

    async fn list_simulator_accounts(
        &self,
        request: Request<ListSimulatorAccountsRequest>,
    ) -> Result<Response<ListSimulatorAccountsResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let broken = all_violations(&request, []);
        let (ctx, name) = self.admit::<TargetName>(&ctx, "parent", &request.parent, broken).await?;
        let page = list_simulator_accounts::run(&self.app, &ctx, name, request.page_size, &request.page_token).await;
        answer(page, |(accounts, next_page_token)| ListSimulatorAccountsResponse {
            accounts: accounts.into_iter().map(render::account).collect(),
            next_page_token,
        })
    }
}
