//! The table of routes, built from the descriptors: every service of a package goes to the process that owns it.

use std::collections::HashMap;

use dialtone_ids::ServiceName;
use prost_reflect::DescriptorPool;

use super::BySharedService;

/// Where calls to a service go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To one process, whatever the call says.
    Service(ServiceName),
    /// To the process that the first message names: every process serves this service for itself.
    Shared(BySharedService),
    /// To the gateway itself: health and reflection of the whole suite.
    Own,
}

/// Destinations by the first segment of the path.
#[derive(Clone, Debug)]
pub struct Routes(HashMap<String, Destination>);

impl Routes {
    /// Reads the table off the descriptors. Adding a service to a package of ours needs nothing here.
    pub fn from_descriptors(pool: &DescriptorPool) -> Self {
        let own = [
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection",
        ];
        let own = own.map(|name| (name.to_owned(), Destination::Own));
        let described = pool.services().filter_map(|service| {
            let destination = destination(service.full_name(), service.package_name())?;
            Some((service.full_name().to_owned(), destination))
        });
        Self(described.chain(own).collect())
    }

    /// Where `/package.Service/Method` goes; none for a service that nobody here has.
    pub fn find(&self, path: &str) -> Option<Destination> {
        let (service, _) = path.strip_prefix('/')?.split_once('/')?;
        self.0.get(service).copied()
    }

    /// Names of the services that go to `process` whatever the call says.
    pub fn services_of(&self, process: ServiceName) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(_, d)| **d == Destination::Service(process)).map(|(name, _)| name.as_str())
    }
}

fn destination(service: &str, package: &str) -> Option<Destination> {
    if let Some(shared) = BySharedService::named(service) {
        return Some(Destination::Shared(shared));
    }
    let word = package.strip_prefix("dialtone.")?.split('.').next()?;
    let owner = ServiceName::ALL.into_iter().find(|name| name.as_str().replace('-', "") == word)?;
    Some(Destination::Service(owner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(path: &str) -> Option<Destination> {
        Routes::from_descriptors(&dialtone_proto::DESCRIPTOR_POOL).find(path)
    }

    #[test]
    fn every_method_of_the_suite_has_a_destination() {
        for method in dialtone_proto::methods() {
            assert!(find(method.path).is_some(), "{}", method.path);
        }
    }

    #[test]
    fn packages_go_to_their_process() {
        for (path, process) in [
            ("/dialtone.orgfinder.v1.OrganizationService/GetOrganization", ServiceName::OrgFinder),
            ("/dialtone.templates.v1.TemplateService/GetTemplate", ServiceName::Templates),
            ("/dialtone.subscriptions.v1.OrderService/PlaceOrder", ServiceName::Subscriptions),
            ("/dialtone.userprovisioning.v1.UserService/Unheard", ServiceName::UserProvisioning),
        ] {
            assert_eq!(find(path), Some(Destination::Service(process)));
        }
        let shared = Destination::Shared(BySharedService::Operations);
        assert_eq!(find("/google.longrunning.Operations/GetOperation"), Some(shared));
        assert_eq!(find("/grpc.health.v1.Health/Check"), Some(Destination::Own));
    }

    #[test]
    fn anything_else_has_none() {
        for path in ["", "/", "/a", "/dialtone.gateway.v1.X/Y", "dialtone.orgfinder.v1.OrganizationService/G", "//x"] {
            assert_eq!(find(path), None, "{path}");
        }
    }
}
