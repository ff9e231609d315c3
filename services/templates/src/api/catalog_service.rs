//! Handlers of CatalogService.

use dialtone_proto::templates::v1::catalog_service_server::CatalogService;
use dialtone_proto::templates::v1::{ListPackagesRequest, ListPackagesResponse};
use dialtone_server::ctx;
use tonic::{Request, Response, Status};

use super::{Api, answer, convert, refused, render, valid};
use crate::ops::list_packages;

#[tonic::async_trait]
impl CatalogService for Api {
    async fn list_packages(
        &self,
        request: Request<ListPackagesRequest>,
    ) -> Result<Response<ListPackagesResponse>, Status> {
        let ctx = self.guard.own_organizations(&ctx(&request)).await.map_err(refused)?;
        let request = request.into_inner();
        valid(&request, [])?;
        let packages = list_packages::run(&self.app, &ctx, convert::audience(request.audience())).await;
        answer(packages, |packages| ListPackagesResponse {
            packages: packages.into_iter().map(render::package).collect(),
        })
    }
}
