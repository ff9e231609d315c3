//! From draft to provisioning id.

use dialtone_proto::templates::v1::{
    AuthenticationMethod, GetTemplateRequest, ListRevisionsRequest, ListTemplatesRequest, ResolveProvisioningIdRequest,
    ReviewTemplateRequest, SubmitTemplateRequest, Template, TemplateState, UpdateTemplateRequest,
};
use dialtone_testkit::request;
use prost_types::FieldMask;
use uuid::Uuid;

use crate::support::{World, creation};

fn submit(template: &Template) -> SubmitTemplateRequest {
    SubmitTemplateRequest { name: template.name.clone(), etag: template.etag.clone(), ..Default::default() }
}

fn rename(template: &Template, name: &str) -> UpdateTemplateRequest {
    UpdateTemplateRequest {
        template: Some(Template {
            name: template.name.clone(),
            etag: template.etag.clone(),
            display_name: name.into(),
            ..Template::default()
        }),
        update_mask: Some(FieldMask { paths: vec!["display_name".into()] }),
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_goes_from_draft_to_an_id_that_resolves() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let draft = world.draft(partner, &token).await;
    assert_eq!((draft.state(), draft.revision, draft.provisioning_id.as_str()), (TemplateState::Draft, 0, ""));

    let submitted = world.templates().submit_template(request(&token, submit(&draft))).await.unwrap().into_inner();
    assert_eq!((submitted.state(), submitted.revision), (TemplateState::Submitted, 1));

    let resolve =
        ResolveProvisioningIdRequest { provisioning_id: submitted.provisioning_id.clone(), ..Default::default() };
    let revision = world.templates().resolve_provisioning_id(request(&token, resolve)).await.unwrap().into_inner();
    assert_eq!((revision.name, revision.number), (format!("{}/revisions/1", draft.name), 1));
    assert_eq!(revision.template.unwrap().display_name, draft.display_name);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_after_the_submit_waits_for_the_next_one_and_keeps_the_id() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let draft = world.draft(partner, &token).await;
    let first = world.templates().submit_template(request(&token, submit(&draft))).await.unwrap().into_inner();
    let edited = world.templates().update_template(request(&token, rename(&first, "Large offices"))).await.unwrap();
    let edited = edited.into_inner();
    assert_eq!((edited.state(), edited.revision), (TemplateState::SubmittedWithEdits, 1));

    let resolve = ResolveProvisioningIdRequest { provisioning_id: first.provisioning_id.clone(), ..Default::default() };
    let old = world.templates().resolve_provisioning_id(request(&token, resolve)).await.unwrap().into_inner();
    assert_eq!(old.template.unwrap().display_name, "Small offices");

    let second = world.templates().submit_template(request(&token, submit(&edited))).await.unwrap().into_inner();
    assert_eq!((second.revision, &second.provisioning_id), (2, &first.provisioning_id));
    let list = ListRevisionsRequest { parent: draft.name, ..Default::default() };
    let revisions = world.templates().list_revisions(request(&token, list)).await.unwrap().into_inner().revisions;
    let names: Vec<_> =
        revisions.iter().map(|r| (r.number, r.template.as_ref().unwrap().display_name.as_str())).collect();
    assert_eq!(names, [(2, "Large offices"), (1, "Small offices")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_shows_defaults_warnings_and_what_changed() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let mut message = creation(partner);
    if let Some(template) = &mut message.template {
        template.pstn_vendor = "Example Carrier".into();
    }
    let draft = world.templates().create_template(request(&token, message)).await.unwrap().into_inner();
    let review = ReviewTemplateRequest { name: draft.name.clone() };
    let before = world.templates().review_template(request(&token, review.clone())).await.unwrap().into_inner();
    let settings = usize::try_from(world.count("SELECT count(*) FROM setting_definitions").await).unwrap();
    let defaulted: Vec<_> = before.values.iter().filter(|v| v.defaulted).map(|v| v.field.as_str()).collect();
    assert_eq!(defaulted[..2], ["mail_language", "authentication_method"]);
    assert_eq!(defaulted.len(), 2 + settings, "a template without settings leaves each to the product");
    let reasons: Vec<_> = before.warnings.iter().map(|w| w.reason.as_str()).collect();
    assert_eq!(reasons, ["PSTN_VENDOR_UNCONFIRMED", "SUBSCRIPTION_MISSING"]);
    assert_eq!(before.changed_fields.len(), 9 + settings, "before the first submit everything is new");

    let submitted = world.templates().submit_template(request(&token, submit(&draft))).await.unwrap().into_inner();
    world.templates().update_template(request(&token, rename(&submitted, "Other"))).await.unwrap();
    let after = world.templates().review_template(request(&token, review)).await.unwrap().into_inner();
    assert_eq!(after.changed_fields, ["display_name"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authentication_method_and_its_entity_id_change_together() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let draft = world.draft(partner, &token).await;
    let change = UpdateTemplateRequest {
        template: Some(Template {
            name: draft.name.clone(),
            etag: draft.etag,
            authentication_method: AuthenticationMethod::PartnerSaml.into(),
            identity_provider_entity_id: "https://idp.partner.example".into(),
            ..Template::default()
        }),
        update_mask: Some(FieldMask { paths: vec!["authentication_method".into()] }),
        ..Default::default()
    };
    let changed = world.templates().update_template(request(&token, change)).await.unwrap().into_inner();
    assert_eq!(changed.authentication_method(), AuthenticationMethod::PartnerSaml);
    assert_eq!(changed.identity_provider_entity_id, "https://idp.partner.example");
    assert_eq!(changed.display_name, draft.display_name, "what the mask does not name stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_show_every_template_once_in_order() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(world.draft(partner, &token).await.name);
    }
    let (mut seen, mut page_token) = (Vec::new(), String::new());
    loop {
        let list = ListTemplatesRequest { parent: partner.to_string(), page_size: 2, page_token, show_deleted: false };
        let page = world.templates().list_templates(request(&token, list)).await.unwrap().into_inner();
        seen.extend(page.templates.into_iter().map(|template| template.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, made);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_creation_has_one_effect_and_the_same_answer() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let message = dialtone_proto::templates::v1::CreateTemplateRequest {
        request_id: Uuid::now_v7().to_string(),
        ..creation(partner)
    };
    let first = world.templates().create_template(request(&token, message.clone())).await.unwrap().into_inner();
    let again = world.templates().create_template(request(&token, message)).await.unwrap().into_inner();
    assert_eq!(first, again);
    assert_eq!(world.count("SELECT count(*) FROM templates").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn validate_only_answers_as_if_done_and_changes_nothing() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let message = dialtone_proto::templates::v1::CreateTemplateRequest { validate_only: true, ..creation(partner) };
    let answer = world.templates().create_template(request(&token, message)).await.unwrap().into_inner();
    assert_eq!(answer.state(), TemplateState::Draft);
    for table in ["templates", "history", "outbox", "idempotency_keys"] {
        assert_eq!(world.count(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    let get = GetTemplateRequest { name: answer.name };
    assert!(world.templates().get_template(request(&token, get)).await.is_err());
}
