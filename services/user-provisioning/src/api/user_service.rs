//! Handlers of UserService.

use dialtone_ids::{OrganizationId, TargetName, UserName};
use dialtone_proto::google::longrunning::Operation;
use dialtone_proto::userprovisioning::v1::user_service_server::UserService;
use dialtone_proto::userprovisioning::v1::{
    BatchCreateUsersRequest, GetUserRequest, ListUsersRequest, ListUsersResponse, User,
};
use dialtone_server::{ctx, mutation};
use tonic::{Request, Response, Status};

use super::convert::{self, all_violations};
use super::{Api, answer, changed, refused, render};
use crate::ops::batch_create_users::{self, Batch};
use crate::ops::{get_user, list_users};

#[tonic::async_trait]
impl UserService for Api {
    async fn get_user(&self, request: Request<GetUserRequest>) -> Result<Response<User>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let broken = all_violations(&request, []);
        let (ctx, name) = self.admit::<UserName>(&ctx, "name", &request.name, broken).await?;
        answer(get_user::run(&self.app, &ctx, name).await, render::user)
    }

    async fn list_users(&self, request: Request<ListUsersRequest>) -> Result<Response<ListUsersResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let broken = all_violations(&request, []);
        let (ctx, customer) = self.admit::<OrganizationId>(&ctx, "parent", &request.parent, broken).await?;
        let page = list_users::run(&self.app, &ctx, customer, request.page_size, &request.page_token).await;
        answer(page, |(users, next_page_token)| ListUsersResponse {
            users: users.into_iter().map(render::user).collect(),
            next_page_token,
        })
    }

    async fn batch_create_users(
        &self,
        request: Request<BatchCreateUsersRequest>,
    ) -> Result<Response<Operation>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (users, more) = convert::new_users(&request.users);
        let target = TargetName::parse(&request.target);
        let no_target = target.is_err().then(|| convert::bad_name("target"));
        let broken = all_violations(&request, more.into_iter().chain(no_target));
        let (ctx, customer) = self.admit::<OrganizationId>(&ctx, "parent", &request.parent, broken).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let target = target.expect("a violation otherwise");
        let (app, batch) = (self.app.clone(), Batch { customer, target, users });
        changed(async move { batch_create_users::run(&app, &ctx, &mutation, batch).await }, |started| {
            started.to_proto()
        })
        .await
    }
}
