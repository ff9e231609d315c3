//! Which events a watcher gets.

use dialtone_ids::{OrganizationId, ServiceName};
use dialtone_proto::events::v1::EventFilter;
use dialtone_status::Violation;
use uuid::Uuid;

use crate::query::Row;

/// A checked filter; every given condition must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) tenant: Option<Uuid>,
    /// Empty for all.
    pub(crate) kinds: Vec<String>,
    /// Empty for all.
    pub(crate) resource_prefix: String,
}

impl Filter {
    /// Reads the wire form for this service; collects every broken field.
    pub(crate) fn parse(given: EventFilter, service: ServiceName, broken: &mut Vec<Violation>) -> Filter {
        if !given.service.is_empty() && given.service != service.as_str() {
            broken.push(Violation {
                field: "filter.service".into(),
                rule: "service.known",
                description: format!("leave it empty, or ask for {service} here"),
            });
        }
        Filter {
            tenant: organization(&given.organization, broken),
            kinds: given.types,
            resource_prefix: given.resource_prefix,
        }
    }

    /// Whether this event passes.
    pub(crate) fn admits(&self, row: &Row) -> bool {
        (self.tenant.is_none() || row.tenant == self.tenant)
            && (self.kinds.is_empty() || self.kinds.contains(&row.kind))
            && row.resource.starts_with(&self.resource_prefix)
    }
}

fn organization(name: &str, broken: &mut Vec<Violation>) -> Option<Uuid> {
    if name.is_empty() {
        return None;
    }
    match OrganizationId::parse(name) {
        Ok(organization) => Some(organization.uuid()),
        Err(bad) => {
            broken.push(Violation {
                field: "filter.organization".into(),
                rule: "resource_name",
                description: format!("give a name of the form {}", bad.expected),
            });
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(given: EventFilter) -> (Filter, Vec<String>) {
        let mut broken = Vec::new();
        let filter = Filter::parse(given, ServiceName::Templates, &mut broken);
        (filter, broken.into_iter().map(|v| v.field).collect())
    }

    #[test]
    fn every_broken_field_is_reported_at_once() {
        let given = EventFilter { service: "org-finder".into(), organization: "acme".into(), ..EventFilter::default() };
        assert_eq!(parse(given).1, ["filter.service", "filter.organization"]);
    }

    #[test]
    fn every_given_condition_must_hold() {
        let tenant = Uuid::from_u128(5);
        let (filter, broken) = parse(EventFilter {
            service: "templates".into(),
            organization: format!("organizations/{tenant}"),
            types: vec!["template.submitted".into()],
            resource_prefix: "organizations/x/".into(),
        });
        assert!(broken.is_empty());
        let right = Row::example(Some(tenant), "template.submitted", "organizations/x/templates/1");
        assert!(filter.admits(&right));
        assert!(!filter.admits(&Row { tenant: None, ..right.clone() }));
        assert!(!filter.admits(&Row { kind: "template.archived".into(), ..right.clone() }));
        assert!(!filter.admits(&Row { resource: "organizations/y/".into(), ..right.clone() }));
        assert!(Filter::default().admits(&right));
    }
}
