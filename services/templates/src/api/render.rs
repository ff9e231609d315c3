//! From the model to messages.

mod catalogue;
mod offers;
mod revisions;
mod settings;

pub(super) use catalogue::{broken, customer_plan, offering, package, product, user_plan};
pub(super) use offers::{offer, offered, plan_use};
pub(super) use revisions::{counts, differences, revision, used};
pub(super) use settings::{definitions, effective, owned};

use dialtone_ids::Etag;
use dialtone_proto::json;
use dialtone_proto::templates::v1 as wire;
use dialtone_proto::time::to_timestamp;

use crate::model::review::{Value, Warning};
use crate::model::setting::Values;
use crate::model::template::{Authentication, Content, State, Template};
use crate::ops::review_template::Review;

/// A template.
pub(super) fn template(template: Template) -> wire::Template {
    let state = match template.state() {
        State::Draft => wire::TemplateState::Draft,
        State::Submitted => wire::TemplateState::Submitted,
        State::SubmittedWithEdits => wire::TemplateState::SubmittedWithEdits,
        State::Archived => wire::TemplateState::Archived,
        State::Deleted => wire::TemplateState::Deleted,
    };
    wire::Template {
        name: template.name.to_string(),
        state: state.into(),
        provisioning_id: template.provisioning_id.unwrap_or_default(),
        revision: template.revision,
        etag: Etag::of_version(template.version).into_string(),
        create_time: Some(to_timestamp(template.created)),
        update_time: Some(to_timestamp(template.updated)),
        archive_time: template.archived.map(to_timestamp),
        delete_time: template.deleted.map(|deletion| to_timestamp(deletion.at)),
        purge_time: template.deleted.map(|deletion| to_timestamp(deletion.purge)),
        ..content(template.content)
    }
}

/// What a template says; unset where it says nothing.
fn content(content: Content) -> wire::Template {
    let (method, entity_id) = match content.authentication {
        None => (wire::AuthenticationMethod::Unspecified, String::new()),
        Some(Authentication::Webex) => (wire::AuthenticationMethod::Webex, String::new()),
        Some(Authentication::PartnerSaml { entity_id }) => (wire::AuthenticationMethod::PartnerSaml, entity_id),
        Some(Authentication::PartnerOidc { entity_id }) => (wire::AuthenticationMethod::PartnerOidc, entity_id),
    };
    wire::Template {
        display_name: content.display_name,
        administrator_email: content.administrator_email,
        region_code: content.region_code,
        mail_language: content.mail_language,
        authentication_method: method.into(),
        identity_provider_entity_id: entity_id,
        pstn_vendor: content.pstn_vendor,
        suppress_administrator_invites: content.suppress_administrator_invites,
        wholesale_subscription: content.wholesale_subscription.map(|name| name.to_string()).unwrap_or_default(),
        settings: (!content.settings.is_empty()).then(|| values(content.settings)),
        ..wire::Template::default()
    }
}

/// Values by key.
fn values(values: Values) -> prost_types::Struct {
    prost_types::Struct { fields: values.into_iter().map(|(key, value)| (key, json::to_value(value))).collect() }
}

/// A review.
pub(super) fn review(review: Review) -> wire::ReviewTemplateResponse {
    wire::ReviewTemplateResponse {
        template: Some(template(review.template)),
        values: review.values.into_iter().map(value).collect(),
        warnings: review.warnings.into_iter().map(warning).collect(),
        changed_fields: review.changed,
    }
}

fn value(value: Value) -> wire::EffectiveValue {
    wire::EffectiveValue { field: value.field, value: value.value, defaulted: value.defaulted }
}

fn warning(warning: Warning) -> wire::Warning {
    wire::Warning {
        field: warning.field(),
        reason: warning.reason().to_owned(),
        description: warning.description().to_owned(),
    }
}
