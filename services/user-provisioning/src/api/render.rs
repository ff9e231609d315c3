//! From the model to messages.

use dialtone_ids::Etag;
use dialtone_operations::model::Failure;
use dialtone_operations::pack;
use dialtone_proto::time::to_timestamp;
use dialtone_proto::userprovisioning::v1 as wire;
use dialtone_status::Fault;
use prost_types::Any;
use serde::Deserialize as _;
use serde_json::Value;
use tonic_types::pb;

use crate::model::account::LedgerAccount;
use crate::model::batch::{BatchResult, UserFailure};
use crate::model::location::{Location, LocationKind};
use crate::model::target::{Target, TargetKind};
use crate::model::user::{User, UserState};

/// A location.
pub(super) fn location(location: Location) -> wire::Location {
    let kind = match location.place.kind {
        LocationKind::Headquarters => wire::LocationKind::Headquarters,
        LocationKind::Branch => wire::LocationKind::Branch,
    };
    let address = location.place.address;
    wire::Location {
        name: location.name.to_string(),
        display_name: location.place.display_name,
        kind: kind.into(),
        address: Some(wire::PostalAddress {
            region_code: address.region_code,
            administrative_area: address.administrative_area,
            locality: address.locality,
            postal_code: address.postal_code,
            address_lines: address.address_lines,
        }),
        time_zone: location.place.time_zone,
        language_code: location.place.language_code,
        etag: Etag::of_version(location.version).into_string(),
        create_time: Some(to_timestamp(location.created)),
        update_time: Some(to_timestamp(location.updated)),
    }
}

/// A user.
pub(super) fn user(user: User) -> wire::User {
    let state = match user.state {
        UserState::Provisioning => wire::UserState::Provisioning,
        UserState::Provisioned => wire::UserState::Provisioned,
        UserState::Error => wire::UserState::Error,
    };
    wire::User {
        name: user.name.to_string(),
        given_name: user.person.given_name,
        family_name: user.person.family_name,
        email: user.person.email,
        package: format!("packages/{}", user.person.package),
        location: user.person.location.to_string(),
        state: state.into(),
        etag: Etag::of_version(user.version).into_string(),
        create_time: Some(to_timestamp(user.created)),
        update_time: Some(to_timestamp(user.updated)),
    }
}

/// A target.
pub(super) fn target(target: Target) -> wire::Target {
    let TargetKind::Simulator(settings) = target.system.kind;
    wire::Target {
        name: target.name.to_string(),
        display_name: target.system.display_name,
        kind: Some(wire::target::Kind::Simulator(wire::SimulatorSettings {
            latency_ms: settings.latency_ms,
            failure_percent: settings.failure_percent,
            lost_answer_percent: settings.lost_answer_percent,
            refused_emails: settings.refused_emails,
            seed: settings.seed,
        })),
        etag: Etag::of_version(target.version).into_string(),
        create_time: Some(to_timestamp(target.created)),
        update_time: Some(to_timestamp(target.updated)),
    }
}

/// An account in a simulator's ledger.
pub(super) fn account(account: LedgerAccount) -> wire::SimulatorAccount {
    wire::SimulatorAccount {
        email: account.email,
        display_name: account.display_name,
        creation_count: account.creation_count,
        call_count: account.call_count,
        create_time: Some(to_timestamp(account.created)),
    }
}

/// The response of a finished `BatchCreateUsers`, from the result that its step stored.
pub fn batch_create_users_response(result: &Value) -> Result<Any, Fault> {
    let result = BatchResult::deserialize(result).map_err(Fault::internal)?;
    let response = wire::BatchCreateUsersResponse {
        provisioned_count: result.provisioned_count,
        failed_count: i64::try_from(result.failures.len()).unwrap_or(i64::MAX),
        failures: result.failures.into_iter().map(failure).collect(),
    };
    Ok(pack("dialtone.userprovisioning.v1.BatchCreateUsersResponse", &response))
}

fn failure(failure: UserFailure) -> wire::UserFailure {
    wire::UserFailure { user: failure.user.to_string(), index: failure.index, error: Some(status(failure.error)) }
}

fn status(failure: Failure) -> pb::Status {
    let info = pb::ErrorInfo {
        reason: failure.reason,
        domain: crate::SERVICE.error_domain().to_owned(),
        metadata: failure.metadata.into_iter().collect(),
    };
    pb::Status { code: failure.code, message: failure.message, details: vec![pack("google.rpc.ErrorInfo", &info)] }
}
