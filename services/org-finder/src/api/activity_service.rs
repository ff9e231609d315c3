//! Handlers of ActivityService.

use dialtone_proto::orgfinder::v1::activity_service_server::ActivityService;
use dialtone_proto::orgfinder::v1::{
    ListPeopleRequest, ListPeopleResponse, ReportActivityRequest, ReportActivityResponse,
};
use dialtone_server::ctx;
use tonic::{Request, Response, Status, Streaming};

use super::{Api, activity, answer, changed, convert, render};
use crate::ops::{list_people, report_activity};

#[tonic::async_trait]
impl ActivityService for Api {
    async fn report_activity(
        &self,
        request: Request<Streaming<ReportActivityRequest>>,
    ) -> Result<Response<ReportActivityResponse>, Status> {
        let (ctx, mut messages) = (ctx(&request), request.into_inner());
        let (app, guard) = (self.app.clone(), self.guard.clone());
        let work = async move {
            let options = activity::begin(&guard, &ctx, messages.message().await).await?;
            let batches = activity::batches(messages, guard, ctx.clone(), &options);
            report_activity::run(&app, &ctx, options, batches).await
        };
        changed(work, render::tally).await
    }

    async fn list_people(&self, request: Request<ListPeopleRequest>) -> Result<Response<ListPeopleResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let filter = convert::people_filter(&request);
        let more = filter.as_ref().err().cloned().into_iter().collect();
        let (ctx, organization) = self.on(&ctx, ("parent", &request.parent), &request, more).await?;
        let filter = filter.unwrap_or_default();
        let page =
            list_people::run(&self.app, &ctx, organization, &filter, (request.page_size, &request.page_token)).await;
        answer(page, |(people, next_page_token)| ListPeopleResponse {
            people: people.into_iter().map(render::person).collect(),
            next_page_token,
        })
    }
}
