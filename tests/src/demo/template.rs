//! Chapter: a partner's onboarding template, from draft to a provisioning id that resolves.

use anyhow::Context;
use dialtone_proto::templates::v1::template_service_client::TemplateServiceClient;
use dialtone_proto::templates::v1::{
    CreateTemplateRequest, ResolveProvisioningIdRequest, ReviewTemplateRequest, SubmitTemplateRequest, Template,
};

use super::customer::Mapped;
use super::stage::{Stage, request_id};
use crate::token::{self, TokenRole};

/// Create, review, submit, resolve.
pub async fn submit_and_resolve(stage: &mut Stage<'_>, mapped: &Mapped) -> anyhow::Result<()> {
    let token = token::for_role(stage.suite, TokenRole::PartnerAdmin, Some(&mapped.partner)).await?;
    let mut client = TemplateServiceClient::new(stage.with_token(&token)?);
    let draft = client
        .create_template(CreateTemplateRequest {
            parent: mapped.partner.clone(),
            template: Some(Template {
                display_name: "Small offices".into(),
                administrator_email: "noc@northern-lights.example".into(),
                region_code: "SE".into(),
                pstn_vendor: "Example Carrier".into(),
                ..Template::default()
            }),
            request_id: request_id(),
            validate_only: false,
        })
        .await
        .context("creating the template")?
        .into_inner();
    let review = client.review_template(ReviewTemplateRequest { name: draft.name.clone() }).await?.into_inner();
    let defaulted = review.values.iter().filter(|value| value.defaulted).count();
    stage.voice.say(format!("ReviewTemplate: {} values, {defaulted} by default", review.values.len()));
    for warning in &review.warnings {
        stage.voice.say(format!("  warning {} ({}): {}", warning.reason, warning.field, warning.description));
    }
    let submitted = client
        .submit_template(SubmitTemplateRequest {
            name: draft.name,
            etag: draft.etag,
            request_id: request_id(),
            validate_only: false,
        })
        .await
        .context("submitting the template")?
        .into_inner();
    let request = ResolveProvisioningIdRequest {
        provisioning_id: submitted.provisioning_id.clone(),
        ..ResolveProvisioningIdRequest::default()
    };
    let revision = client.resolve_provisioning_id(request).await.context("resolving")?.into_inner();
    stage
        .voice
        .say(format!("SubmitTemplate: provisioning id {}, resolves to {}", submitted.provisioning_id, revision.name));
    Ok(())
}
