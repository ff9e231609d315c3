//! org-finder and templates as far as this service asks them: grants and packages that a test writes down, over real gRPC.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use dialtone_authz::Role;
use dialtone_ids::OrganizationId;
use dialtone_proto::orgfinder::v1 as orgfinder;
use dialtone_proto::orgfinder::v1::access_service_server::{AccessService, AccessServiceServer};
use dialtone_proto::orgfinder::v1::{
    Access, CheckAccessRequest, CheckAccessResponse, Grant, GrantRoleRequest, LinkPartnerRequest, ListAccessRequest,
    ListAccessResponse, ListGrantsRequest, ListGrantsResponse, PartnerLink, RevokeRoleRequest,
};
use dialtone_proto::templates::v1 as templates;
use dialtone_proto::templates::v1::catalog_service_server::{CatalogService, CatalogServiceServer};
use dialtone_proto::templates::v1::{ListPackagesRequest, ListPackagesResponse, Package};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};

/// A role, and the partner through which it applies.
type Reach = (Role, Option<OrganizationId>);

/// What the peers know. Clones share it.
#[derive(Clone, Default)]
pub struct Peers {
    access: Arc<Mutex<HashMap<(String, OrganizationId), Reach>>>,
    pub catalogue_is_down: Arc<AtomicBool>,
    pub catalogue_asked: Arc<AtomicUsize>,
}

impl Peers {
    /// Serves both on one address until the test's runtime ends.
    pub async fn serve(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let server = tonic::transport::Server::builder()
            .add_service(AccessServiceServer::new(self.clone()))
            .add_service(CatalogServiceServer::new(self.clone()));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        address
    }

    /// Gives a role, by a grant on the organization or through a partner.
    pub fn grant(&self, subject: &str, organization: OrganizationId, role: Role, via: Option<OrganizationId>) {
        let mut access = self.access.lock().expect("no test panics with the lock");
        access.insert((subject.to_owned(), organization), (role, via));
    }
}

#[tonic::async_trait]
impl AccessService for Peers {
    async fn check_access(
        &self,
        request: Request<CheckAccessRequest>,
    ) -> Result<Response<CheckAccessResponse>, Status> {
        let request = request.into_inner();
        let organization = OrganizationId::parse(&request.organization).expect("a name");
        let access = self.access.lock().expect("no test panics with the lock");
        let found = access.get(&(request.subject, organization));
        Ok(Response::new(found.map_or_else(CheckAccessResponse::default, |(role, via)| CheckAccessResponse {
            role: (*role).into(),
            via: via.map(|via| via.to_string()).unwrap_or_default(),
        })))
    }

    async fn list_access(&self, request: Request<ListAccessRequest>) -> Result<Response<ListAccessResponse>, Status> {
        let subject = request.into_inner().subject;
        let access = self.access.lock().expect("no test panics with the lock");
        let own = access.iter().filter(|((of, _), (_, via))| *of == subject && via.is_none());
        let access = own.map(|((_, organization), (role, _))| Access {
            organization: organization.to_string(),
            role: (*role).into(),
        });
        Ok(Response::new(ListAccessResponse { access: access.collect() }))
    }

    async fn grant_role(&self, _: Request<GrantRoleRequest>) -> Result<Response<Grant>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn revoke_role(&self, _: Request<RevokeRoleRequest>) -> Result<Response<Grant>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn list_grants(&self, _: Request<ListGrantsRequest>) -> Result<Response<ListGrantsResponse>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn link_partner(&self, _: Request<LinkPartnerRequest>) -> Result<Response<PartnerLink>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn list_partner_links(
        &self,
        _: Request<orgfinder::ListPartnerLinksRequest>,
    ) -> Result<Response<orgfinder::ListPartnerLinksResponse>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn unlink_partner(
        &self,
        _: Request<orgfinder::UnlinkPartnerRequest>,
    ) -> Result<Response<orgfinder::PartnerLink>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn request_full_admin(
        &self,
        _: Request<orgfinder::RequestFullAdminRequest>,
    ) -> Result<Response<orgfinder::AccessRequest>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn get_access_request(
        &self,
        _: Request<orgfinder::GetAccessRequestRequest>,
    ) -> Result<Response<orgfinder::AccessRequest>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn list_access_requests(
        &self,
        _: Request<orgfinder::ListAccessRequestsRequest>,
    ) -> Result<Response<orgfinder::ListAccessRequestsResponse>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn approve_access_request(
        &self,
        _: Request<orgfinder::ApproveAccessRequestRequest>,
    ) -> Result<Response<orgfinder::AccessRequest>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn deny_access_request(
        &self,
        _: Request<orgfinder::DenyAccessRequestRequest>,
    ) -> Result<Response<orgfinder::AccessRequest>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }
}

#[tonic::async_trait]
impl CatalogService for Peers {
    async fn list_packages(&self, _: Request<ListPackagesRequest>) -> Result<Response<ListPackagesResponse>, Status> {
        self.catalogue_asked.fetch_add(1, Ordering::SeqCst);
        if self.catalogue_is_down.load(Ordering::SeqCst) {
            return Err(Status::unavailable("down"));
        }
        let package = |id: &str, base| Package { name: format!("packages/{id}"), base, ..Package::default() };
        let packages = vec![package("webex_calling", true), package("attendant_console", false)];
        Ok(Response::new(ListPackagesResponse { packages }))
    }

    async fn list_offerings(
        &self,
        _: Request<templates::ListOfferingsRequest>,
    ) -> Result<Response<templates::ListOfferingsResponse>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn get_offering(
        &self,
        _: Request<templates::GetOfferingRequest>,
    ) -> Result<Response<templates::Offering>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn list_products(
        &self,
        _: Request<templates::ListProductsRequest>,
    ) -> Result<Response<templates::ListProductsResponse>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn get_product(
        &self,
        _: Request<templates::GetProductRequest>,
    ) -> Result<Response<templates::Product>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn get_package(
        &self,
        _: Request<templates::GetPackageRequest>,
    ) -> Result<Response<templates::Package>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn validate_packages(
        &self,
        _: Request<templates::ValidatePackagesRequest>,
    ) -> Result<Response<templates::ValidatePackagesResponse>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn create_user_plan(
        &self,
        _: Request<templates::CreateUserPlanRequest>,
    ) -> Result<Response<templates::UserPlan>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn get_user_plan(
        &self,
        _: Request<templates::GetUserPlanRequest>,
    ) -> Result<Response<templates::UserPlan>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn list_user_plans(
        &self,
        _: Request<templates::ListUserPlansRequest>,
    ) -> Result<Response<templates::ListUserPlansResponse>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn update_user_plan(
        &self,
        _: Request<templates::UpdateUserPlanRequest>,
    ) -> Result<Response<templates::UserPlan>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn delete_user_plan(
        &self,
        _: Request<templates::DeleteUserPlanRequest>,
    ) -> Result<Response<templates::UserPlan>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn create_customer_plan(
        &self,
        _: Request<templates::CreateCustomerPlanRequest>,
    ) -> Result<Response<templates::CustomerPlan>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn get_customer_plan(
        &self,
        _: Request<templates::GetCustomerPlanRequest>,
    ) -> Result<Response<templates::CustomerPlan>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn list_customer_plans(
        &self,
        _: Request<templates::ListCustomerPlansRequest>,
    ) -> Result<Response<templates::ListCustomerPlansResponse>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn update_customer_plan(
        &self,
        _: Request<templates::UpdateCustomerPlanRequest>,
    ) -> Result<Response<templates::CustomerPlan>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn delete_customer_plan(
        &self,
        _: Request<templates::DeleteCustomerPlanRequest>,
    ) -> Result<Response<templates::CustomerPlan>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }
}
