//! Update and submit: once, all or nothing, and by whoever may.

use dialtone_authz::Role;
use dialtone_ids::TemplateId;
use dialtone_proto::templates::v1::{GetTemplateRequest, SubmitTemplateRequest, Template, UpdateTemplateRequest};
use dialtone_testkit::{assert_fault, request};
use tonic::{Response, Status};
use uuid::Uuid;

use crate::support::{World, edit};

fn rename(template: &Template, name: &str) -> UpdateTemplateRequest {
    edit(template, Template { display_name: name.into(), ..Template::default() }, &["display_name"])
}

fn submit(template: &Template) -> SubmitTemplateRequest {
    SubmitTemplateRequest { name: template.name.clone(), etag: template.etag.clone(), ..Default::default() }
}

impl World {
    async fn try_update(&self, token: &str, message: UpdateTemplateRequest) -> Result<Template, Status> {
        self.templates().update_template(request(token, message)).await.map(Response::into_inner)
    }

    async fn try_submit(&self, token: &str, message: SubmitTemplateRequest) -> Result<Template, Status> {
        self.templates().submit_template(request(token, message)).await.map(Response::into_inner)
    }

    async fn now(&self, token: &str, template: &Template) -> Template {
        let message = GetTemplateRequest { name: template.name.clone() };
        self.templates().get_template(request(token, message)).await.expect("it is there").into_inner()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_update_has_one_effect_and_the_same_answer() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let draft = world.draft(partner, &token).await;
    let request_id = Uuid::now_v7().to_string();
    let keyed = UpdateTemplateRequest { request_id: request_id.clone(), ..rename(&draft, "New") };
    let footprint = world.footprint().await;
    let rehearsed = UpdateTemplateRequest { validate_only: true, ..keyed.clone() };
    assert_eq!(world.try_update(&token, rehearsed).await.unwrap().display_name, "New");
    assert_eq!(world.footprint().await, footprint);
    assert_eq!(world.now(&token, &draft).await, draft);

    let first = world.try_update(&token, keyed.clone()).await.unwrap();
    let footprint = world.footprint().await;
    assert_eq!(world.try_update(&token, keyed).await.unwrap(), first);
    let other = UpdateTemplateRequest { request_id: request_id.clone(), ..rename(&draft, "Other") };
    assert_fault!(world.try_update(&token, other).await, AlreadyExists, "REQUEST_ID_REUSED", { "request_id" => request_id });
    assert_eq!(world.footprint().await, footprint);
    assert_eq!(world.now(&token, &draft).await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_submit_makes_one_revision() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let draft = world.draft(partner, &token).await;
    let keyed = SubmitTemplateRequest { request_id: Uuid::now_v7().to_string(), ..submit(&draft) };
    let footprint = world.footprint().await;
    let rehearsed = SubmitTemplateRequest { validate_only: true, ..keyed.clone() };
    assert_eq!(world.try_submit(&token, rehearsed).await.unwrap().revision, 1);
    assert_eq!(world.footprint().await, footprint);

    let first = world.try_submit(&token, keyed.clone()).await.unwrap();
    let footprint = world.footprint().await;
    assert_eq!(world.try_submit(&token, keyed.clone()).await.unwrap(), first);
    let other = SubmitTemplateRequest { etag: first.etag.clone(), ..keyed };
    assert_fault!(world.try_submit(&token, other).await, AlreadyExists, "REQUEST_ID_REUSED");
    assert_fault!(world.try_submit(&token, submit(&draft)).await, Aborted, "ETAG_MISMATCH", { "resource" => draft.name });
    assert_eq!(world.footprint().await, footprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn submits_at_the_same_moment_make_one_revision() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let draft = world.draft(partner, &token).await;
    let all = (0..8).map(|_| world.try_submit(&token, submit(&draft)));
    let answers = futures::future::join_all(all).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.into_iter().filter(Result::is_err) {
        assert_fault!(refused, Aborted, "ETAG_MISMATCH");
    }
    assert_eq!(world.count("SELECT count(*) FROM template_revisions").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn others_edit_and_submit_nothing() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let (_, stranger) = world.partner("Other").await;
    let reader = world.person(partner, Role::ReadOnly).await;
    let draft = world.draft(partner, &token).await;
    let missing = Template { name: format!("{partner}/templates/{}", TemplateId::new().uuid()), ..draft.clone() };
    let footprint = world.footprint().await;
    for token in [&stranger, &reader] {
        for template in [&draft, &missing] {
            let update = world.try_update(token, rename(template, "New")).await;
            assert_fault!(update, PermissionDenied, "PERMISSION_DENIED", { "permission" => "templates.update" });
            let submit = world.try_submit(token, submit(template)).await;
            assert_fault!(submit, PermissionDenied, "PERMISSION_DENIED", { "permission" => "templates.submit" });
        }
    }
    let name = missing.name.clone();
    assert_fault!(world.try_update(&token, rename(&missing, "New")).await, NotFound, "NOT_FOUND", { "resource" => name });
    assert_fault!(world.try_submit(&token, submit(&missing)).await, NotFound, "NOT_FOUND", { "resource" => name });
    let unknown = edit(&draft, Template::default(), &["state", "no_such_field", "display_name"]);
    let seen = assert_fault!(world.try_update(&token, unknown).await, InvalidArgument, "INVALID_FIELDS");
    assert!(seen.fields.iter().any(|field| field == "template.display_name"), "{seen:?}");
    assert_eq!(world.footprint().await, footprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_partner_has_many_templates_each_with_its_own_id() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let mut ids = std::collections::HashSet::new();
    for _ in 0..20 {
        assert!(ids.insert(world.submitted(partner, &token).await.provisioning_id));
    }
}
