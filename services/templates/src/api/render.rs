//! From the model to messages.

use dialtone_ids::Etag;
use dialtone_proto::templates::v1 as wire;
use dialtone_proto::time::to_timestamp;

use crate::model::package::Package;
use crate::model::review::{Value, Warning};
use crate::model::template::{Authentication, Revision, Settings, State, Template};
use crate::ops::review_template::Review;

/// A template.
pub(super) fn template(template: Template) -> wire::Template {
    let state = match template.state() {
        State::Draft => wire::TemplateState::Draft,
        State::Submitted => wire::TemplateState::Submitted,
        State::SubmittedWithEdits => wire::TemplateState::SubmittedWithEdits,
    };
    wire::Template {
        name: template.name.to_string(),
        state: state.into(),
        provisioning_id: template.provisioning_id.unwrap_or_default(),
        revision: template.revision,
        etag: Etag::of_version(template.version).into_string(),
        create_time: Some(to_timestamp(template.created)),
        update_time: Some(to_timestamp(template.updated)),
        ..settings(template.settings)
    }
}

fn settings(settings: Settings) -> wire::Template {
    let (method, entity_id) = match settings.authentication {
        None => (wire::AuthenticationMethod::Unspecified, String::new()),
        Some(Authentication::Webex) => (wire::AuthenticationMethod::Webex, String::new()),
        Some(Authentication::PartnerSaml { entity_id }) => (wire::AuthenticationMethod::PartnerSaml, entity_id),
        Some(Authentication::PartnerOidc { entity_id }) => (wire::AuthenticationMethod::PartnerOidc, entity_id),
    };
    wire::Template {
        display_name: settings.display_name,
        administrator_email: settings.administrator_email,
        region_code: settings.region_code,
        mail_language: settings.mail_language,
        authentication_method: method.into(),
        identity_provider_entity_id: entity_id,
        pstn_vendor: settings.pstn_vendor,
        suppress_administrator_invites: settings.suppress_administrator_invites,
        ..wire::Template::default()
    }
}

/// A revision; its template shows what was submitted.
pub(super) fn revision(revision: Revision) -> wire::Revision {
    wire::Revision {
        name: format!("{}/revisions/{}", revision.template, revision.number),
        number: revision.number,
        template: Some(wire::Template {
            name: revision.template.to_string(),
            state: wire::TemplateState::Submitted.into(),
            provisioning_id: revision.provisioning_id,
            revision: revision.number,
            ..settings(revision.settings)
        }),
        submit_time: Some(to_timestamp(revision.submitted)),
        actor: revision.actor,
    }
}

/// A review.
pub(super) fn review(review: Review) -> wire::ReviewTemplateResponse {
    wire::ReviewTemplateResponse {
        template: Some(template(review.template)),
        values: review.values.into_iter().map(value).collect(),
        warnings: review.warnings.into_iter().map(warning).collect(),
        changed_fields: review.changed.into_iter().map(str::to_owned).collect(),
    }
}

fn value(value: Value) -> wire::EffectiveValue {
    wire::EffectiveValue { field: value.field.to_owned(), value: value.value, defaulted: value.defaulted }
}

fn warning(warning: Warning) -> wire::Warning {
    wire::Warning {
        field: warning.field().to_owned(),
        reason: warning.reason().to_owned(),
        description: warning.description().to_owned(),
    }
}

/// A package.
pub(super) fn package(package: Package) -> wire::Package {
    let customers = package.for_customers.then_some(wire::PackageAudience::Customer);
    let users = package.for_users.then_some(wire::PackageAudience::User);
    wire::Package {
        name: format!("packages/{}", package.id),
        audiences: customers.into_iter().chain(users).map(Into::into).collect(),
        base: package.base,
        needs_one_of: package.needs_one_of.into_iter().map(|id| format!("packages/{id}")).collect(),
    }
}
