//! Handlers of CatalogService.

use dialtone_authz::Ctx;
use dialtone_proto::Validate;
use dialtone_proto::templates::v1::catalog_service_server::CatalogService;
use dialtone_proto::templates::v1::{
    CreateCustomerPlanRequest, CreateUserPlanRequest, CustomerPlan, DeleteCustomerPlanRequest, DeleteUserPlanRequest,
    GetCustomerPlanRequest, GetOfferingRequest, GetPackageRequest, GetProductRequest, GetUserPlanRequest,
    ListCustomerPlansRequest, ListCustomerPlansResponse, ListOfferingsRequest, ListOfferingsResponse,
    ListPackagesRequest, ListPackagesResponse, ListProductsRequest, ListProductsResponse, ListUserPlansRequest,
    ListUserPlansResponse, Offering, Package, Product, UpdateCustomerPlanRequest, UpdateUserPlanRequest, UserPlan,
    ValidatePackagesRequest, ValidatePackagesResponse,
};
use dialtone_server::ctx;
use tonic::{Request, Response, Status};

use super::plans::Repeat;
use super::{Api, answer, convert, refused, render, valid};
use crate::model::package::Audience;
use crate::model::plan::Kind;
use crate::ops::{
    get_offering, get_package, get_product, list_offerings, list_packages, list_products, validate_packages,
};

impl Api {
    /// Lets in whoever is known: the catalogue is the same for everybody.
    async fn on_catalogue<M: Validate>(&self, request: Request<M>) -> Result<(Ctx, M), Status> {
        let ctx = self.guard.own_organizations(&ctx(&request)).await.map_err(refused)?;
        let request = request.into_inner();
        valid(&request, [])?;
        Ok((ctx, request))
    }
}

#[tonic::async_trait]
impl CatalogService for Api {
    async fn list_offerings(
        &self,
        request: Request<ListOfferingsRequest>,
    ) -> Result<Response<ListOfferingsResponse>, Status> {
        let (ctx, request) = self.on_catalogue(request).await?;
        answer(list_offerings::run(&self.app, &ctx, request.show_retired).await, |offerings| ListOfferingsResponse {
            offerings: offerings.into_iter().map(render::offering).collect(),
        })
    }

    async fn get_offering(&self, request: Request<GetOfferingRequest>) -> Result<Response<Offering>, Status> {
        let (ctx, request) = self.on_catalogue(request).await?;
        let id = request.name.trim_start_matches("offerings/");
        answer(get_offering::run(&self.app, &ctx, id).await, render::offering)
    }

    async fn list_products(
        &self,
        request: Request<ListProductsRequest>,
    ) -> Result<Response<ListProductsResponse>, Status> {
        let (ctx, request) = self.on_catalogue(request).await?;
        let (retired, token) = (request.show_retired, &request.page_token);
        let offering = request.offering.strip_prefix("offerings/");
        let page = list_products::run(&self.app, &ctx, offering, retired, request.page_size, token).await;
        answer(page, |(products, next_page_token)| ListProductsResponse {
            products: products.into_iter().map(render::product).collect(),
            next_page_token,
        })
    }

    async fn get_product(&self, request: Request<GetProductRequest>) -> Result<Response<Product>, Status> {
        let (ctx, request) = self.on_catalogue(request).await?;
        let sku = request.name.trim_start_matches("products/");
        answer(get_product::run(&self.app, &ctx, sku).await, render::product)
    }

    async fn list_packages(
        &self,
        request: Request<ListPackagesRequest>,
    ) -> Result<Response<ListPackagesResponse>, Status> {
        let (ctx, request) = self.on_catalogue(request).await?;
        let audience = convert::audience(request.audience());
        let packages = list_packages::run(&self.app, &ctx, audience, request.show_retired).await;
        answer(packages, |packages| ListPackagesResponse {
            packages: packages.into_iter().map(render::package).collect(),
        })
    }

    async fn get_package(&self, request: Request<GetPackageRequest>) -> Result<Response<Package>, Status> {
        let (ctx, request) = self.on_catalogue(request).await?;
        let id = request.name.trim_start_matches("packages/");
        answer(get_package::run(&self.app, &ctx, id).await, render::package)
    }

    async fn validate_packages(
        &self,
        request: Request<ValidatePackagesRequest>,
    ) -> Result<Response<ValidatePackagesResponse>, Status> {
        let (ctx, request) = self.on_catalogue(request).await?;
        // Unspecified breaks a rule of the proto.
        let audience = convert::audience(request.audience()).unwrap_or(Audience::User);
        let violations = validate_packages::run(&self.app, &ctx, audience, &request.packages).await;
        answer(violations, |violations| ValidatePackagesResponse {
            violations: violations.into_iter().map(|broken| render::broken(&ctx, broken)).collect(),
        })
    }

    async fn create_user_plan(&self, request: Request<CreateUserPlanRequest>) -> Result<Response<UserPlan>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let given = (request.parent.as_str(), convert::plans::user_plan(request.user_plan.clone()));
        let repeat = Repeat { request_id: &request.request_id, validate_only: request.validate_only };
        self.plan_create(&ctx, &request, given, repeat).await.map(render::user_plan).map(Response::new)
    }

    async fn get_user_plan(&self, request: Request<GetUserPlanRequest>) -> Result<Response<UserPlan>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let plan = self.plan_get(&ctx, &request, &request.name, Kind::User).await;
        plan.map(render::user_plan).map(Response::new)
    }

    async fn list_user_plans(
        &self,
        request: Request<ListUserPlansRequest>,
    ) -> Result<Response<ListUserPlansResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (which, page) = ((request.parent.as_str(), Kind::User), (request.page_size, request.page_token.as_str()));
        let (plans, next_page_token) = self.plan_list(&ctx, &request, which, page).await?;
        let user_plans = plans.into_iter().map(render::user_plan).collect();
        Ok(Response::new(ListUserPlansResponse { user_plans, next_page_token }))
    }

    async fn update_user_plan(&self, request: Request<UpdateUserPlanRequest>) -> Result<Response<UserPlan>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let mask = request.update_mask.clone().unwrap_or_default().paths;
        let edit = (convert::plans::user_plan(request.user_plan.clone()), mask);
        let repeat = Repeat { request_id: &request.request_id, validate_only: request.validate_only };
        self.plan_update(&ctx, &request, edit, repeat).await.map(render::user_plan).map(Response::new)
    }

    async fn delete_user_plan(&self, request: Request<DeleteUserPlanRequest>) -> Result<Response<UserPlan>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let which = (request.name.as_str(), Kind::User, request.etag.as_str());
        let repeat = Repeat { request_id: &request.request_id, validate_only: request.validate_only };
        self.plan_delete(&ctx, &request, which, repeat).await.map(render::user_plan).map(Response::new)
    }

    async fn create_customer_plan(
        &self,
        request: Request<CreateCustomerPlanRequest>,
    ) -> Result<Response<CustomerPlan>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let given = (request.parent.as_str(), convert::plans::customer_plan(request.customer_plan.clone()));
        let repeat = Repeat { request_id: &request.request_id, validate_only: request.validate_only };
        self.plan_create(&ctx, &request, given, repeat).await.map(render::customer_plan).map(Response::new)
    }

    async fn get_customer_plan(
        &self,
        request: Request<GetCustomerPlanRequest>,
    ) -> Result<Response<CustomerPlan>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let plan = self.plan_get(&ctx, &request, &request.name, Kind::Customer).await;
        plan.map(render::customer_plan).map(Response::new)
    }

    async fn list_customer_plans(
        &self,
        request: Request<ListCustomerPlansRequest>,
    ) -> Result<Response<ListCustomerPlansResponse>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let (which, page) =
            ((request.parent.as_str(), Kind::Customer), (request.page_size, request.page_token.as_str()));
        let (plans, next_page_token) = self.plan_list(&ctx, &request, which, page).await?;
        let customer_plans = plans.into_iter().map(render::customer_plan).collect();
        Ok(Response::new(ListCustomerPlansResponse { customer_plans, next_page_token }))
    }

    async fn update_customer_plan(
        &self,
        request: Request<UpdateCustomerPlanRequest>,
    ) -> Result<Response<CustomerPlan>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let mask = request.update_mask.clone().unwrap_or_default().paths;
        let edit = (convert::plans::customer_plan(request.customer_plan.clone()), mask);
        let repeat = Repeat { request_id: &request.request_id, validate_only: request.validate_only };
        self.plan_update(&ctx, &request, edit, repeat).await.map(render::customer_plan).map(Response::new)
    }

    async fn delete_customer_plan(
        &self,
        request: Request<DeleteCustomerPlanRequest>,
    ) -> Result<Response<CustomerPlan>, Status> {
        let (ctx, request) = (ctx(&request), request.into_inner());
        let which = (request.name.as_str(), Kind::Customer, request.etag.as_str());
        let repeat = Repeat { request_id: &request.request_id, validate_only: request.validate_only };
        self.plan_delete(&ctx, &request, which, repeat).await.map(render::customer_plan).map(Response::new)
    }
}
