//! Grants that a test writes down, in the place of org-finder.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use dialtone_authz::{AccessSource, Guard, Role};
use dialtone_ids::OrganizationId;
use dialtone_status::Fault;
use futures::FutureExt;
use futures::future::BoxFuture;

type Grants = HashMap<(String, OrganizationId), Role>;

/// A source of grants in memory. Clones share them, so a test may grant and revoke while a service runs.
#[derive(Clone, Default)]
pub struct FixedAccess {
    grants: Arc<RwLock<Grants>>,
}

impl FixedAccess {
    /// Gives a role, in the place of any other on the same organization.
    pub fn grant(&self, subject: &str, organization: OrganizationId, role: Role) -> &FixedAccess {
        let mut grants = self.grants.write().unwrap_or_else(PoisonError::into_inner);
        grants.insert((subject.to_owned(), organization), role);
        drop(grants);
        self
    }

    /// Takes the role away.
    pub fn revoke(&self, subject: &str, organization: OrganizationId) {
        let mut grants = self.grants.write().unwrap_or_else(PoisonError::into_inner);
        grants.remove(&(subject.to_owned(), organization));
    }

    /// A guard that asks these grants, without a cache.
    pub fn guard(&self) -> Guard {
        Guard::new(self.clone()).erased()
    }

    fn read(&self) -> Grants {
        self.grants.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl AccessSource for FixedAccess {
    fn role<'a>(
        &'a self,
        subject: &'a str,
        organization: OrganizationId,
    ) -> BoxFuture<'a, Result<Option<Role>, Fault>> {
        let role = self.read().get(&(subject.to_owned(), organization)).copied();
        async move { Ok(role) }.boxed()
    }

    fn organizations<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<Vec<(OrganizationId, Role)>, Fault>> {
        let mut own: Vec<_> = self
            .read()
            .into_iter()
            .filter(|((of, _), _)| of == subject)
            .map(|((_, organization), role)| (organization, role))
            .collect();
        own.sort();
        async move { Ok(own) }.boxed()
    }
}
