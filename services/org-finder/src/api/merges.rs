//! The messages of merges.

use dialtone_ids::OrganizationId;
use dialtone_operations::pack;
use dialtone_proto::Validate;
use dialtone_proto::orgfinder::v1 as wire;
use dialtone_proto::time::to_timestamp;
use dialtone_status::{Fault, Violation};
use prost_types::Any;
use serde::Deserialize as _;
use serde_json::Value;
use tonic::Status;

use super::convert::violation;
use super::{refuse_name, render, valid};
use crate::model::access::AccessRole;
use crate::model::domain::State;
use crate::model::merge::{Change, Obstacle, Outcome, Pair, Warning};
use crate::ops::finish_merge::Merged;
use crate::ops::plan_merge::Planned;

/// Changes of one kind that are listed; the others are only counted.
const LISTED: usize = 500;

/// The two organizations of a valid message.
pub(super) fn pair<M: Validate>(survivor: &str, duplicate: &str, message: &M) -> Result<Pair, Status> {
    let same = "must be another organization than the survivor";
    let more: Vec<Violation> =
        (survivor == duplicate).then(|| violation("duplicate", "different", same)).into_iter().collect();
    let name = |field: &str, text: &str| {
        OrganizationId::parse(text).map_err(|bad| refuse_name(field, &bad, message, more.clone()))
    };
    let pair = Pair { survivor: name("survivor", survivor)?, duplicate: name("duplicate", duplicate)? };
    valid(message, more)?;
    Ok(pair)
}

/// A plan.
pub(super) fn plan(planned: Planned) -> wire::MergePlan {
    let plan = planned.plan;
    let state = |state: State| state.as_str().to_owned();
    let role = |role: AccessRole| render::role(role).as_str_name().trim_start_matches("ROLE_").to_owned();
    let kinds = [
        listed(wire::MergeKind::Domain, plan.domains, state),
        listed(wire::MergeKind::Grant, plan.grants, role),
        listed(wire::MergeKind::Customer, plan.customers, role),
        listed(wire::MergeKind::Partner, plan.partners, role),
    ];
    let (mut changes, mut counts) = (Vec::new(), Vec::new());
    for (listed, count) in kinds {
        changes.extend(listed);
        counts.push(count);
    }
    counts.push(wire::PlannedCount {
        kind: wire::MergeKind::Person.into(),
        moved_count: planned.moving,
        combined_count: planned.shared,
        dropped_count: 0,
    });
    wire::MergePlan {
        survivor: plan.survivor.to_string(),
        duplicate: plan.duplicate.to_string(),
        plan_hash: plan.hash,
        changes,
        counts,
        roles: render::roles(plan.roles.1),
        obstacles: plan.obstacles.into_iter().map(|known| obstacle(known).into()).collect(),
        warnings: plan.warnings.into_iter().map(|known| warning(known).into()).collect(),
    }
}

fn listed<V: Copy>(
    kind: wire::MergeKind,
    changes: Vec<Change<V>>,
    text: impl Fn(V) -> String,
) -> (Vec<wire::PlannedChange>, wire::PlannedCount) {
    let mut count = wire::PlannedCount { kind: kind.into(), ..wire::PlannedCount::default() };
    for change in &changes {
        match change.outcome {
            Outcome::Moves => count.moved_count += 1,
            Outcome::Combines { .. } => count.combined_count += 1,
            Outcome::Drops => count.dropped_count += 1,
        }
    }
    let shown = |change: Change<V>| {
        let (action, before, after) = match change.outcome {
            Outcome::Moves => (wire::MergeAction::Move, String::new(), text(change.value)),
            Outcome::Combines { before, after, .. } => (wire::MergeAction::Combine, text(before), text(after)),
            Outcome::Drops => (wire::MergeAction::Drop, String::new(), String::new()),
        };
        wire::PlannedChange { kind: kind.into(), subject: change.subject, action: action.into(), before, after }
    };
    (changes.into_iter().take(LISTED).map(shown).collect(), count)
}

fn obstacle(obstacle: Obstacle) -> wire::MergeObstacle {
    match obstacle {
        Obstacle::LinkCycle => wire::MergeObstacle::LinkCycle,
    }
}

fn warning(warning: Warning) -> wire::MergeWarning {
    match warning {
        Warning::NamesDiffer => wire::MergeWarning::NamesDiffer,
        Warning::RegionsDiffer => wire::MergeWarning::RegionsDiffer,
        Warning::VerticalsDiffer => wire::MergeWarning::VerticalsDiffer,
        Warning::NoCommonDomain => wire::MergeWarning::NoCommonDomain,
        Warning::RoleAdded => wire::MergeWarning::RoleAdded,
        Warning::AccessWidened => wire::MergeWarning::AccessWidened,
        Warning::Linked => wire::MergeWarning::Linked,
    }
}

/// The response of a finished `MergeOrganizations`, from the result that its last step stored.
pub fn merge_organizations_response(result: &Value) -> Result<Any, Fault> {
    let merged = Merged::deserialize(result).map_err(Fault::internal)?;
    let response = wire::MergeOrganizationsResponse {
        survivor: merged.survivor.to_string(),
        duplicate: merged.duplicate.to_string(),
        moved_people_count: merged.moved_people,
        combined_people_count: merged.combined_people,
        undo_expire_time: Some(to_timestamp(merged.undo_until)),
    };
    Ok(pack("dialtone.orgfinder.v1.MergeOrganizationsResponse", &response))
}
