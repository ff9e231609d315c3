//! templates: which packages a user may have.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use dialtone_authz::Ctx;
use dialtone_client::ServiceChannel;
use dialtone_proto::templates::v1::catalog_service_client::CatalogServiceClient;
use dialtone_proto::templates::v1::{ListPackagesRequest, PackageAudience};
use dialtone_status::Fault;
use moka::future::Cache;

/// For how long an answer is believed: the catalogue changes by hand, a few times a year.
const REMEMBERED: Duration = Duration::from_secs(30);

/// Calls templates, and remembers.
#[derive(Clone)]
pub struct Templates {
    channel: ServiceChannel,
    packages: Cache<(), Arc<HashSet<String>>>,
}

impl Templates {
    /// Through this channel.
    pub fn new(channel: ServiceChannel) -> Self {
        Self { channel, packages: Cache::builder().max_capacity(1).time_to_live(REMEMBERED).build() }
    }

    /// Ids of the base packages that a user may have. Callers that ask at once cause one question; a fault is not remembered.
    pub async fn user_packages(&self, ctx: &Ctx) -> Result<Arc<HashSet<String>>, Fault> {
        self.packages.try_get_with((), self.ask(ctx)).await.map_err(Arc::unwrap_or_clone)
    }

    async fn ask(&self, ctx: &Ctx) -> Result<Arc<HashSet<String>>, Fault> {
        let mut client = CatalogServiceClient::new(self.channel.for_ctx(ctx));
        let request = ListPackagesRequest { audience: PackageAudience::User.into(), ..Default::default() };
        let answer = client.list_packages(request).await.map_err(|status| Fault::upstream("templates", &status))?;
        let packages = answer.into_inner().packages.into_iter().filter(|package| package.base);
        let ids = packages.filter_map(|package| Some(package.name.strip_prefix("packages/")?.to_owned()));
        Ok(Arc::new(ids.collect()))
    }
}
