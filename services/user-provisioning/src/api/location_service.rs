//! Handlers of LocationService.

use dialtone_ids::{LocationName, OrganizationId};
use dialtone_proto::userprovisioning::v1::location_service_server::LocationService;
use dialtone_proto::userprovisioning::v1::{
    CreateLocationRequest, GetLocationRequest, ListLocationsRequest, ListLocationsResponse, Location,
};
use dialtone_server::{ctx, mutation};
use tonic::{Request, Response, Status};

use super::convert::{self, all_violations};
use super::{Api, answer, changed, refused, render};
use crate::ops::{create_location, get_location, list_locations};

#[tonic::async_trait]
impl LocationService for Api {
    async fn create_location(&self, request: Request<CreateLocationRequest>) -> Result<Response<Location>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let broken = all_violations(&request, convert::location_violations(request.location.as_ref()));
        let (ctx, customer) = self.admit::<OrganizationId>(&ctx, "parent", &request.parent, broken).await?;
        let mutation = mutation(&ctx, &request, &request.request_id, request.validate_only).map_err(refused)?;
        let place = convert::place(request.location.unwrap_or_default());
        let app = self.app.clone();
        changed(async move { create_location::run(&app, &ctx, &mutation, customer, place).await }, render::location)
            .await
    }

    async fn get_location(&self, request: Request<GetLocationRequest>) -> Result<Response<Location>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let broken = all_violations(&request, []);
        let (ctx, name) = self.admit::<LocationName>(&ctx, "name", &request.name, broken).await?;
        answer(get_location::run(&self.app, &ctx, name).await, render::location)
    }

    async fn list_locations(
        &self,
        request: Request<ListLocationsRequest>,
    ) -> Result<Response<ListLocationsResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let broken = all_violations(&request, []);
        let (ctx, customer) = self.admit::<OrganizationId>(&ctx, "parent", &request.parent, broken).await?;
        let page = list_locations::run(&self.app, &ctx, customer, request.page_size, &request.page_token).await;
        answer(page, |(locations, next_page_token)| ListLocationsResponse {
            locations: locations.into_iter().map(render::location).collect(),
            next_page_token,
        })
    }
}
