//! What is refused, with code, reason, metadata and fields, and that nothing changed.

use dialtone_ids::{OrganizationId, TemplateId};
use dialtone_proto::orgfinder::v1::OrganizationRole;
use dialtone_proto::templates::v1::{
    AuthenticationMethod, CreateTemplateRequest, GetTemplateRequest, ListTemplatesRequest,
    ResolveProvisioningIdRequest, SubmitTemplateRequest, Template, UpdateTemplateRequest,
};
use dialtone_testkit::fault::seen;
use dialtone_testkit::request;
use prost_types::FieldMask;
use tonic::Code;
use uuid::Uuid;

use crate::support::{World, creation};

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_has_no_templates() {
    let world = World::new().await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    let token = world.person(customer, dialtone_authz::Role::FullAdmin).await;
    let refused = seen(&world.templates().create_template(request(&token, creation(customer))).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::FailedPrecondition, "NOT_A_PARTNER"));
    assert_eq!(refused.metadata["organization"], customer.to_string());
    assert_eq!(refused.domain, "templates.dialtone.internal");
    assert_eq!(world.count("SELECT count(*) FROM templates").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_rule_is_told_at_once() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let template = Template {
        display_name: String::new(),
        administrator_email: "nobody".into(),
        region_code: "XX".into(),
        authentication_method: AuthenticationMethod::PartnerOidc.into(),
        ..Template::default()
    };
    let message = CreateTemplateRequest {
        parent: partner.to_string(),
        template: Some(template),
        request_id: "7".into(),
        ..Default::default()
    };
    let mut refused = seen(&world.templates().create_template(request(&token, message)).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::InvalidArgument, "INVALID_FIELDS"));
    refused.fields.sort();
    assert_eq!(
        refused.fields,
        [
            "request_id",
            "template.administrator_email",
            "template.display_name",
            "template.identity_provider_entity_id",
            "template.region_code"
        ]
    );
    assert_eq!(world.count("SELECT count(*) FROM templates").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_etag_aborts_and_changes_nothing() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let draft = world.draft(partner, &token).await;
    let change = |name: &str, etag: &str| UpdateTemplateRequest {
        template: Some(Template {
            name: draft.name.clone(),
            etag: etag.into(),
            display_name: name.into(),
            ..Template::default()
        }),
        update_mask: Some(FieldMask { paths: vec!["display_name".into()] }),
        ..Default::default()
    };
    let edited = world.templates().update_template(request(&token, change("New", &draft.etag))).await.unwrap();
    let refused = seen(&world.templates().update_template(request(&token, change("Late", &draft.etag))).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::Aborted, "ETAG_MISMATCH"));
    let get = GetTemplateRequest { name: draft.name.clone() };
    let now = world.templates().get_template(request(&token, get)).await.unwrap();
    assert_eq!(now.into_inner(), edited.into_inner());

    let missing = seen(&world.templates().update_template(request(&token, change("None", ""))).await);
    assert_eq!((missing.code, missing.fields), (Code::InvalidArgument, vec!["template.etag".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_new_cannot_be_submitted() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let draft = world.draft(partner, &token).await;
    let submit = |template: &Template| SubmitTemplateRequest {
        name: template.name.clone(),
        etag: template.etag.clone(),
        ..Default::default()
    };
    let submitted = world.templates().submit_template(request(&token, submit(&draft))).await.unwrap().into_inner();
    let refused = seen(&world.templates().submit_template(request(&token, submit(&submitted))).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::FailedPrecondition, "NOTHING_TO_SUBMIT"));
    assert_eq!(
        (refused.metadata["template"].as_str(), refused.metadata["revision"].as_str()),
        (draft.name.as_str(), "1")
    );
    assert_eq!(world.count("SELECT count(*) FROM template_revisions").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_partner_is_denied_alike_whether_or_not_the_template_exists() {
    let world = World::new().await;
    let (owner, owners) = world.partner("Owner").await;
    let (_, other) = world.partner("Other").await;
    let draft = world.draft(owner, &owners).await;
    let missing = format!("{owner}/templates/{}", TemplateId::new().uuid());
    let nowhere = format!("{}/templates/{}", OrganizationId::new(), TemplateId::new().uuid());
    let mut answers = Vec::new();
    for name in [draft.name.clone(), missing, nowhere] {
        let answer = world.templates().get_template(request(&other, GetTemplateRequest { name })).await;
        let refused = seen(&answer);
        assert_eq!((refused.code, refused.reason.as_str()), (Code::PermissionDenied, "PERMISSION_DENIED"));
        answers.push((answer.unwrap_err().message().to_owned(), refused));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);

    let submit = SubmitTemplateRequest { name: draft.name, etag: draft.etag, ..Default::default() };
    let submitted = world.templates().submit_template(request(&owners, submit)).await.unwrap().into_inner();
    let mut told = Vec::new();
    for provisioning_id in [submitted.provisioning_id, "AAAA-AAAA-AAAA-AAAA".to_owned()] {
        let resolve = ResolveProvisioningIdRequest { provisioning_id, ..Default::default() };
        told.push(seen(&world.templates().resolve_provisioning_id(request(&other, resolve)).await));
    }
    assert_eq!(told[0], told[1], "an id of another partner is as one that does not exist");
    assert_eq!(told[0].code, Code::PermissionDenied);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_template_is_said_to_those_who_may_know() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let name = format!("{partner}/templates/{}", TemplateId::new().uuid());
    let refused = seen(&world.templates().get_template(request(&token, GetTemplateRequest { name })).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::NotFound, "NOT_FOUND"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_unauthenticated_and_a_reader_may_not_write() {
    let world = World::new().await;
    let (partner, _) = world.partner("Partner").await;
    let list = || ListTemplatesRequest { parent: partner.to_string(), ..Default::default() };
    let refused = seen(&world.templates().list_templates(request(&world.keys.anonymous(), list())).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::Unauthenticated, "UNAUTHENTICATED"));
    let reader = world.person(partner, dialtone_authz::Role::ReadOnly).await;
    assert!(world.templates().list_templates(request(&reader, list())).await.is_ok());
    let refused = seen(&world.templates().create_template(request(&reader, creation(partner))).await);
    assert_eq!((refused.code, refused.metadata["permission"].as_str()), (Code::PermissionDenied, "templates.create"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_of_another_partner_or_altered_is_refused() {
    let world = World::new().await;
    let (one, token) = world.partner("One").await;
    let (other, others) = world.partner("Other").await;
    for _ in 0..2 {
        world.draft(one, &token).await;
    }
    let list = |parent: OrganizationId, page_token: &str| ListTemplatesRequest {
        parent: parent.to_string(),
        page_size: 1,
        page_token: page_token.into(),
        show_deleted: false,
    };
    let page = world.templates().list_templates(request(&token, list(one, ""))).await.unwrap().into_inner();
    let altered = format!("{}A", page.next_page_token);
    for (token, parent, page_token) in
        [(&others, other, page.next_page_token.as_str()), (&token, one, altered.as_str()), (&token, one, "x")]
    {
        let refused = seen(&world.templates().list_templates(request(token, list(parent, page_token))).await);
        assert_eq!((refused.code, refused.reason.as_str()), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_id_with_another_body_is_refused() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let request_id = Uuid::now_v7().to_string();
    let first = CreateTemplateRequest { request_id: request_id.clone(), ..creation(partner) };
    let mut second = first.clone();
    if let Some(template) = &mut second.template {
        template.display_name = "Other".into();
    }
    world.templates().create_template(request(&token, first)).await.unwrap();
    let refused = seen(&world.templates().create_template(request(&token, second)).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::AlreadyExists, "REQUEST_ID_REUSED"));
    assert_eq!(refused.metadata["request_id"], request_id);
    assert_eq!(world.count("SELECT count(*) FROM templates").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_only_looks_like_one_is_refused() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let name = format!("{partner}/templates/------------------------------------");
    let refused = seen(&world.templates().get_template(request(&token, GetTemplateRequest { name })).await);
    assert_eq!((refused.code, refused.fields), (Code::InvalidArgument, vec!["name".to_owned()]));
    let parent = "organizations/------------------------------------".to_owned();
    let list = ListTemplatesRequest { parent, ..Default::default() };
    let refused = seen(&world.templates().list_templates(request(&token, list)).await);
    assert_eq!((refused.code, refused.fields), (Code::InvalidArgument, vec!["parent".to_owned()]));
}
