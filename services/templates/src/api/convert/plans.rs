//! From messages about plans to the model.

use std::collections::BTreeSet;

use dialtone_proto::templates::v1 as wire;
use dialtone_status::Violation;

use crate::api::plans::Given;
use crate::model::plan::{
    Archiving, Content, CustomerContent, Federation, Kind, Misfit, PlanName, Telephony, UserContent, misfits, mutable,
};

/// The field that holds a plan of this kind.
pub(in crate::api) fn field(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "user_plan",
        Kind::Customer => "customer_plan",
    }
}

/// A misfit on the wire.
pub(in crate::api) fn violation(kind: Kind, misfit: Misfit) -> Violation {
    let field = format!("{}.{}", field(kind), misfit.field);
    Violation { field, rule: misfit.rule, description: misfit.description.to_owned() }
}

/// A mask may name what can change; `name` and `etag` say which plan, and every other field is the server's or fixed.
pub(in crate::api) fn mask_violations(kind: Kind, mask: &[String]) -> Vec<Violation> {
    let fields = mutable(kind);
    let fixed = mask.iter().filter(|path| !fields.contains(&path.as_str()));
    fixed
        .map(|path| {
            let path: String = path.chars().take(100).collect();
            super::violation("update_mask", "mask", &format!("{path} cannot be changed; name some of {fields:?}"))
        })
        .collect()
}

/// The id of an offering's valid name.
pub(in crate::api) fn offering(name: &str) -> String {
    name.strip_prefix("offerings/").unwrap_or_default().to_owned()
}

/// Names of plans in a field of either kind, and what is wrong with them that the proto's pattern lets pass.
pub(in crate::api) fn names(field: &str, given: &[String]) -> (BTreeSet<PlanName>, Vec<Violation>) {
    let (mut names, mut violations) = (BTreeSet::new(), Vec::new());
    for (place, text) in given.iter().enumerate() {
        match PlanName::parse(text) {
            Ok(name) => {
                names.insert(name);
            }
            Err(bad) => {
                violations.push(super::violation(&format!("{field}[{place}]"), "resource_name", &bad.to_string()))
            }
        }
    }
    (names, violations)
}

/// A user plan as a request gives it.
pub(in crate::api) fn user_plan(plan: Option<wire::UserPlan>) -> Given {
    let plan = plan.unwrap_or_default();
    let telephony = telephony(plan.telephony_option());
    let content = Content::User(UserContent {
        display_name: plan.display_name,
        // What is not said breaks a rule of the proto, unless no mask names it and nobody looks at it.
        telephony: telephony.unwrap_or(Telephony::PcToPc),
        line_server_uri: plan.line_server_uri,
        dial_plan: plan.dial_plan,
        voice_policy: plan.voice_policy,
    });
    let violations = if telephony.is_some() { unfit(&content) } else { Vec::new() };
    Given { field: field(Kind::User), name: plan.name, etag: plan.etag, offering: plan.offering, content, violations }
}

/// A customer plan as a request gives it.
pub(in crate::api) fn customer_plan(plan: Option<wire::CustomerPlan>) -> Given {
    let plan = plan.unwrap_or_default();
    let federation = match plan.federation() {
        wire::Federation::Unspecified | wire::Federation::Disabled => Federation::Disabled,
        wire::Federation::ListedDomains => Federation::ListedDomains,
        wire::Federation::Open => Federation::Open,
    };
    let archiving = match plan.archiving() {
        wire::Archiving::Unspecified | wire::Archiving::None => Archiving::None,
        wire::Archiving::Federated => Archiving::Federated,
        wire::Archiving::All => Archiving::All,
    };
    let content = Content::Customer(CustomerContent {
        allowed: plan.allowed_telephony_options().filter_map(telephony).collect(),
        display_name: plan.display_name,
        federation,
        federated_domains: plan.federated_domains,
        archiving,
    });
    let violations = unfit(&content);
    Given {
        field: field(Kind::Customer),
        name: plan.name,
        etag: plan.etag,
        offering: plan.offering,
        content,
        violations,
    }
}

fn unfit(content: &Content) -> Vec<Violation> {
    misfits(content).into_iter().map(|misfit| violation(content.kind(), misfit)).collect()
}

fn telephony(option: wire::TelephonyOption) -> Option<Telephony> {
    match option {
        wire::TelephonyOption::Unspecified => None,
        wire::TelephonyOption::EnterpriseVoice => Some(Telephony::EnterpriseVoice),
        wire::TelephonyOption::PcToPc => Some(Telephony::PcToPc),
        wire::TelephonyOption::AudioVideoDisabled => Some(Telephony::AudioVideoDisabled),
        wire::TelephonyOption::RemoteCallControl => Some(Telephony::RemoteCallControl),
        wire::TelephonyOption::RemoteCallControlOnly => Some(Telephony::RemoteCallControlOnly),
    }
}
