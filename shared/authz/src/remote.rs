//! Grants asked of org-finder over gRPC.

use bytes::Bytes;
use dialtone_ids::OrganizationId;
use dialtone_proto::orgfinder::v1::{
    CheckAccessRequest, ListAccessRequest, access_service_client::AccessServiceClient,
};
use dialtone_status::Fault;
use futures::future::{BoxFuture, FutureExt as _};
use tonic::{body::Body, codegen::StdError};

use crate::{AccessSource, Role};

/// Asks org-finder's AccessService through `T`, a channel that adds this service's identity and the deadline.
#[derive(Clone, Debug)]
pub struct RemoteAccess<T> {
    client: AccessServiceClient<T>,
}

impl<T> RemoteAccess<T>
where
    T: tonic::client::GrpcService<Body>,
    T::Error: Into<StdError>,
    T::ResponseBody: tonic::codegen::Body<Data = Bytes> + Send + 'static,
    <T::ResponseBody as tonic::codegen::Body>::Error: Into<StdError> + Send,
{
    /// Asks through this channel.
    pub fn new(channel: T) -> Self {
        Self { client: AccessServiceClient::new(channel) }
    }
}

impl<T> AccessSource for RemoteAccess<T>
where
    T: tonic::client::GrpcService<Body> + Clone + Send + Sync + 'static,
    T::Future: Send,
    T::Error: Into<StdError>,
    T::ResponseBody: tonic::codegen::Body<Data = Bytes> + Send + 'static,
    <T::ResponseBody as tonic::codegen::Body>::Error: Into<StdError> + Send,
{
    fn role<'a>(
        &'a self,
        subject: &'a str,
        organization: OrganizationId,
    ) -> BoxFuture<'a, Result<Option<Role>, Fault>> {
        let request = CheckAccessRequest { organization: organization.to_string(), subject: subject.to_owned() };
        let mut client = self.client.clone();
        async move {
            let answer = client.check_access(request).await;
            let answer = answer.map_err(|status| Fault::upstream("org-finder", &status))?;
            Ok(known(answer.into_inner().role()))
        }
        .boxed()
    }

    fn organizations<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<Vec<(OrganizationId, Role)>, Fault>> {
        let request = ListAccessRequest { subject: subject.to_owned() };
        let mut client = self.client.clone();
        async move {
            let answer = client.list_access(request).await;
            let answer = answer.map_err(|status| Fault::upstream("org-finder", &status))?;
            let mut own = Vec::new();
            for access in answer.into_inner().access {
                let role = access.role();
                let organization = OrganizationId::parse(&access.organization)
                    .map_err(|bad| Fault::internal(format!("org-finder: {bad}")))?;
                own.extend(known(role).map(|role| (organization, role)));
            }
            Ok(own)
        }
        .boxed()
    }
}

/// A role that grants anything. PLATFORM comes from a token, never from a grant.
fn known(role: Role) -> Option<Role> {
    match role {
        Role::ReadOnly | Role::ProvisioningAdmin | Role::FullAdmin => Some(role),
        Role::Unspecified | Role::Platform => None,
    }
}
