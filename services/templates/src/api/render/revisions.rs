//! Revisions and who is made with them.

use dialtone_proto::json;
use dialtone_proto::templates::v1 as wire;
use dialtone_proto::time::to_timestamp;

use super::content;
use crate::model::difference::Difference;
use crate::model::revision::{Revision, RevisionName, Use};

/// A revision; its template shows what was submitted, and whether the template was archived since.
pub(in crate::api) fn revision(revision: Revision) -> wire::Revision {
    let state = match revision.archived {
        None => wire::TemplateState::Submitted,
        Some(_) => wire::TemplateState::Archived,
    };
    wire::Revision {
        name: revision.name.to_string(),
        number: revision.name.number,
        template: Some(wire::Template {
            name: revision.name.template.to_string(),
            state: state.into(),
            provisioning_id: revision.provisioning_id,
            revision: revision.name.number,
            archive_time: revision.archived.map(to_timestamp),
            ..content(revision.content)
        }),
        submit_time: Some(to_timestamp(revision.submitted)),
        actor: revision.actor,
    }
}

/// What differs.
pub(in crate::api) fn differences(differences: Vec<Difference>) -> wire::DiffRevisionsResponse {
    let one = |difference: Difference| wire::FieldDifference {
        field: difference.field,
        from: difference.from.map(json::to_value),
        to: difference.to.map(json::to_value),
    };
    wire::DiffRevisionsResponse { differences: differences.into_iter().map(one).collect() }
}

/// How many customers are on which revision.
pub(in crate::api) fn counts(counts: Vec<(RevisionName, i64)>) -> wire::CountTemplateUseResponse {
    let one = |(name, customers): (RevisionName, i64)| wire::RevisionUse {
        revision: name.to_string(),
        number: name.number,
        customers,
    };
    wire::CountTemplateUseResponse {
        customers: counts.iter().map(|(_, customers)| customers).sum(),
        revisions: counts.into_iter().map(one).collect(),
    }
}

/// A customer made with a revision.
pub(in crate::api) fn used(used: Use) -> wire::TemplateUse {
    wire::TemplateUse {
        revision: used.revision.to_string(),
        customer: used.customer.to_string(),
        create_time: Some(to_timestamp(used.created)),
    }
}
