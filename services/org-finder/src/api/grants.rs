//! The guard's source of grants: this service's own tables.

use std::sync::Arc;

use dialtone_authz::{AccessSource, Ctx, Role};
use dialtone_ids::OrganizationId;
use dialtone_status::Fault;
use futures::future::BoxFuture;

use super::{render, status};
use crate::ops::{check_access, list_access};
use crate::{App, SERVICE};

/// Asks the ops, as the service itself.
pub(super) struct OwnGrants {
    app: Arc<App>,
}

impl OwnGrants {
    pub(super) fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

impl AccessSource for OwnGrants {
    fn role<'a>(
        &'a self,
        subject: &'a str,
        organization: OrganizationId,
    ) -> BoxFuture<'a, Result<Option<Role>, Fault>> {
        Box::pin(async move {
            let ctx = Ctx::job(SERVICE, "authorise");
            let access = check_access::run(&self.app, &ctx, organization, subject).await.map_err(status::fault)?;
            Ok(access.map(|access| render::role(access.role)))
        })
    }

    fn organizations<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<Vec<(OrganizationId, Role)>, Fault>> {
        Box::pin(async move {
            let ctx = Ctx::job(SERVICE, "authorise");
            let own = list_access::run(&self.app, &ctx, subject).await.map_err(status::fault)?;
            Ok(own.into_iter().map(|(organization, role)| (organization, render::role(role))).collect())
        })
    }
}
