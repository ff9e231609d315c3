//! Handlers of ActivityService.

use dialtone_proto::orgfinder::v1::activity_service_server::ActivityService;
use dialtone_proto::orgfinder::v1::{ListPeopleRequest, ListPeopleResponse};
use dialtone_server::ctx;
use tonic::{Request, Response, Status};

use super::{Api, answer, render};
use crate::ops::list_people;

#[tonic::async_trait]
impl ActivityService for Api {
    async fn list_people(&self, request: Request<ListPeopleRequest>) -> Result<Response<ListPeopleResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (ctx, organization) = self.on(&ctx, ("parent", &request.parent), &request, vec![]).await?;
        let page = list_people::run(&self.app, &ctx, organization, request.page_size, &request.page_token).await;
        answer(page, |(people, next_page_token)| ListPeopleResponse {
            people: people.into_iter().map(render::person).collect(),
            next_page_token,
        })
    }
}
