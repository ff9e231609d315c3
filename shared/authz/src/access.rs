//! Where grants come from, and the few seconds for which they are remembered.

use std::{sync::Arc, time::Duration};

use dialtone_ids::OrganizationId;
use dialtone_status::Fault;
use futures::future::{BoxFuture, FutureExt as _};

use crate::Role;

/// For how long a grant is believed without asking again: the longest time for which a revoked role still works.
const REMEMBERED: Duration = Duration::from_secs(3);
/// How many answers of each kind are remembered.
const CACHED_ANSWERS: u64 = 100_000;

/// org-finder's events after which a remembered grant may be wrong.
pub const GRANT_EVENTS: [&str; 10] = [
    "grant.created",
    "grant.updated",
    "grant.deleted",
    "partner_link.created",
    "partner_link.updated",
    "partner_link.deleted",
    "organization.deleted",
    "organization.undeleted",
    "organization.merged",
    "organization.merge_undone",
];

/// A source of grants: org-finder's own tables, or org-finder over gRPC.
pub trait AccessSource: Send + Sync + 'static {
    /// The strongest role that the person has on the organization, by a grant on it or through a partner link; none for no role.
    fn role<'a>(&'a self, subject: &'a str, organization: OrganizationId)
    -> BoxFuture<'a, Result<Option<Role>, Fault>>;

    /// The organizations on which the person has a grant of its own.
    fn organizations<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<Vec<(OrganizationId, Role)>, Fault>>;
}

type Own = Arc<Vec<(OrganizationId, Role)>>;

/// Remembers another source's answers for three seconds. Callers that ask the same at once cause one question. Faults are not
/// remembered.
pub struct CachedAccess<A> {
    source: A,
    roles: moka::future::Cache<(Arc<str>, OrganizationId), Option<Role>>,
    own: moka::future::Cache<Arc<str>, Own>,
}

impl<A: AccessSource> CachedAccess<A> {
    /// Remembers the answers of `source`.
    pub fn new(source: A) -> Self {
        Self { source, roles: cache(), own: cache() }
    }

    /// Forgets everything; to be called when a grant or a link changed.
    pub fn forget(&self) {
        self.roles.invalidate_all();
        self.own.invalidate_all();
    }
}

fn cache<K, V>() -> moka::future::Cache<K, V>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    moka::future::Cache::builder().max_capacity(CACHED_ANSWERS).time_to_live(REMEMBERED).build()
}

impl<A: AccessSource> AccessSource for CachedAccess<A> {
    fn role<'a>(
        &'a self,
        subject: &'a str,
        organization: OrganizationId,
    ) -> BoxFuture<'a, Result<Option<Role>, Fault>> {
        self.roles
            .try_get_with((Arc::from(subject), organization), self.source.role(subject, organization))
            .map(|answer| answer.map_err(unshared))
            .boxed()
    }

    fn organizations<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<Vec<(OrganizationId, Role)>, Fault>> {
        let ask = async { self.source.organizations(subject).await.map(Arc::new) };
        async move {
            let own = self.own.try_get_with(Arc::from(subject), ask).await;
            own.map(|own| own.to_vec()).map_err(unshared)
        }
        .boxed()
    }
}

impl<A: AccessSource + ?Sized> AccessSource for Arc<A> {
    fn role<'a>(
        &'a self,
        subject: &'a str,
        organization: OrganizationId,
    ) -> BoxFuture<'a, Result<Option<Role>, Fault>> {
        (**self).role(subject, organization)
    }

    fn organizations<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<Vec<(OrganizationId, Role)>, Fault>> {
        (**self).organizations(subject)
    }
}

/// The fault that several waiting callers share.
fn unshared(fault: Arc<Fault>) -> Fault {
    Arc::unwrap_or_clone(fault)
}
