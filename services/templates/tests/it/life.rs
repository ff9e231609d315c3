//! Archive and deletion, and taking them back: one table for the four verbs, since they differ in their states only.

use std::time::Duration;

use dialtone_authz::Role;
use dialtone_ids::{ServiceName, TemplateId};
use dialtone_proto::templates::v1::{
    ArchiveTemplateRequest, DeleteTemplateRequest, GetTemplateRequest, ListTemplatesRequest, RecordTemplateUseRequest,
    ResolveProvisioningIdRequest, SubmitTemplateRequest, Template, TemplateState, UnarchiveTemplateRequest,
    UndeleteTemplateRequest,
};
use dialtone_testkit::{assert_fault, eventually, request};
use tonic::Status;
use uuid::Uuid;

use crate::support::{World, edit};

#[derive(Clone, Copy, Debug)]
enum Verb {
    Archive,
    Unarchive,
    Delete,
    Undelete,
}

const ALL: [Verb; 4] = [Verb::Archive, Verb::Unarchive, Verb::Delete, Verb::Undelete];

#[derive(Clone, Default)]
struct Ask {
    name: String,
    etag: String,
    request_id: String,
    validate_only: bool,
}

fn ask(template: &Template) -> Ask {
    Ask { name: template.name.clone(), etag: template.etag.clone(), ..Ask::default() }
}

impl Verb {
    async fn run(self, world: &World, token: &str, ask: Ask) -> Result<Template, Status> {
        let mut client = world.templates();
        let Ask { name, etag, request_id, validate_only } = ask;
        let answer = match self {
            Verb::Archive => {
                let message = ArchiveTemplateRequest { name, etag, request_id, validate_only };
                client.archive_template(request(token, message)).await
            }
            Verb::Unarchive => {
                let message = UnarchiveTemplateRequest { name, etag, request_id, validate_only };
                client.unarchive_template(request(token, message)).await
            }
            Verb::Delete => {
                let message = DeleteTemplateRequest { name, etag, request_id, validate_only };
                client.delete_template(request(token, message)).await
            }
            Verb::Undelete => {
                let message = UndeleteTemplateRequest { name, etag, request_id, validate_only };
                client.undelete_template(request(token, message)).await
            }
        };
        answer.map(tonic::Response::into_inner)
    }

    /// The state in which it can be used, and the one that follows.
    async fn ready(self, world: &World, token: &str, template: Template) -> (Template, TemplateState) {
        match self {
            Verb::Archive => (template, TemplateState::Archived),
            Verb::Delete => (template, TemplateState::Deleted),
            Verb::Unarchive => (act(world, token, Verb::Archive, &template).await, TemplateState::Submitted),
            Verb::Undelete => (act(world, token, Verb::Delete, &template).await, TemplateState::Submitted),
        }
    }

    fn event(self) -> &'static str {
        match self {
            Verb::Archive => "template.archived",
            Verb::Unarchive => "template.unarchived",
            Verb::Delete => "template.deleted",
            Verb::Undelete => "template.undeleted",
        }
    }
}

async fn act(world: &World, token: &str, verb: Verb, template: &Template) -> Template {
    verb.run(world, token, ask(template)).await.expect("it is in the right state")
}

async fn get(world: &World, token: &str, template: &Template) -> Result<Template, Status> {
    let message = GetTemplateRequest { name: template.name.clone() };
    world.templates().get_template(request(token, message)).await.map(tonic::Response::into_inner)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_verb_changes_the_state_once_and_says_so() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    for verb in ALL {
        let submitted = world.submitted(partner, &token).await;
        let (template, then) = verb.ready(&world, &token, submitted).await;
        let request_id = Uuid::now_v7().to_string();
        let once = Ask { request_id: request_id.clone(), ..ask(&template) };
        let changed = verb.run(&world, &token, once.clone()).await.expect("the first time");
        assert_eq!(changed.state(), then, "{verb:?}");
        assert_ne!(changed.etag, template.etag, "{verb:?}");
        assert_eq!(get(&world, &token, &template).await.unwrap(), changed, "{verb:?}");
        let footprint = world.footprint().await;
        assert_eq!(verb.run(&world, &token, once).await.expect("a repeat"), changed, "{verb:?}");
        assert_eq!(world.footprint().await, footprint, "{verb:?}");
        let told =
            format!("SELECT count(*) FROM outbox WHERE kind = '{}' AND resource = '{}'", verb.event(), template.name);
        assert_eq!(world.count(&told).await, 1, "{verb:?}");

        let other = Ask { etag: changed.etag.clone(), request_id: request_id.clone(), ..ask(&template) };
        let reused = verb.run(&world, &token, other).await;
        assert_fault!(reused, AlreadyExists, "REQUEST_ID_REUSED", { "request_id" => request_id });
        assert_eq!(world.footprint().await, footprint, "{verb:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_verb_changes_nothing() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let (_, stranger) = world.partner("Other").await;
    let reader = world.person(partner, Role::ReadOnly).await;
    for verb in ALL {
        let submitted = world.submitted(partner, &token).await;
        let (template, then) = verb.ready(&world, &token, submitted.clone()).await;
        let footprint = world.footprint().await;

        let rehearsed = verb.run(&world, &token, Ask { validate_only: true, ..ask(&template) }).await;
        assert_eq!(rehearsed.expect("it could be done").state(), then, "{verb:?}");
        let stale = verb.run(&world, &token, Ask { etag: "0123456789abcdef".into(), ..ask(&template) }).await;
        assert_fault!(stale, Aborted, "ETAG_MISMATCH", { "resource" => template.name });
        let without = verb.run(&world, &token, Ask { etag: String::new(), ..ask(&template) }).await;
        assert_fault!(without, InvalidArgument, "INVALID_FIELDS", ["etag"]);
        let missing = format!("{partner}/templates/{}", TemplateId::new().uuid());
        let gone = verb.run(&world, &token, Ask { name: missing.clone(), ..ask(&template) }).await;
        assert_fault!(gone, NotFound, "NOT_FOUND", { "resource" => missing });
        let mut told = Vec::new();
        for name in [template.name.clone(), missing] {
            let denied = verb.run(&world, &stranger, Ask { name, ..ask(&template) }).await;
            let text = denied.as_ref().map_err(|status| status.message().to_owned()).err();
            told.push((text, assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED")));
        }
        assert_eq!(told[0], told[1], "{verb:?}");
        assert_fault!(verb.run(&world, &reader, ask(&template)).await, PermissionDenied, "PERMISSION_DENIED");
        assert_eq!(world.footprint().await, footprint, "{verb:?}");
        assert_eq!(get(&world, &token, &template).await.unwrap(), template, "{verb:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verb_in_the_wrong_state_says_which() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let open = world.submitted(partner, &token).await;
    let archived = act(&world, &token, Verb::Archive, &world.submitted(partner, &token).await).await;
    let deleted = act(&world, &token, Verb::Delete, &world.submitted(partner, &token).await).await;
    let footprint = world.footprint().await;
    for (verb, template, reason) in [
        (Verb::Unarchive, &open, "NOTHING_TO_UNDO"),
        (Verb::Undelete, &open, "NOTHING_TO_UNDO"),
        (Verb::Archive, &archived, "TEMPLATE_ARCHIVED"),
        (Verb::Undelete, &archived, "NOTHING_TO_UNDO"),
        (Verb::Archive, &deleted, "TEMPLATE_DELETED"),
        (Verb::Unarchive, &deleted, "TEMPLATE_DELETED"),
        (Verb::Delete, &deleted, "TEMPLATE_DELETED"),
    ] {
        let refused = verb.run(&world, &token, ask(template)).await;
        assert_fault!(refused, FailedPrecondition, reason, { "template" => template.name });
    }
    for (template, reason) in [(&archived, "TEMPLATE_ARCHIVED"), (&deleted, "TEMPLATE_DELETED")] {
        let rename = edit(template, Template { display_name: "New".into(), ..Template::default() }, &["display_name"]);
        let refused = world.templates().update_template(request(&token, rename)).await;
        assert_fault!(refused, FailedPrecondition, reason, { "template" => template.name });
        let (name, etag) = (template.name.clone(), template.etag.clone());
        let submit = SubmitTemplateRequest { name, etag, ..Default::default() };
        let refused = world.templates().submit_template(request(&token, submit)).await;
        assert_fault!(refused, FailedPrecondition, reason, { "template" => template.name });
    }
    assert_eq!(world.footprint().await, footprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_submitted_stays_so_through_archive_and_deletion() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let submitted = world.submitted(partner, &token).await;
    let rename = Template { display_name: "New".into(), ..Template::default() };
    let edited = world.edit(&token, &world.submitted(partner, &token).await, rename, &["display_name"]).await;
    let draft = world.draft(partner, &token).await;
    for (template, state) in [
        (submitted, TemplateState::Submitted),
        (edited, TemplateState::SubmittedWithEdits),
        (draft, TemplateState::Draft),
    ] {
        let archived = act(&world, &token, Verb::Archive, &template).await;
        let deleted = act(&world, &token, Verb::Delete, &archived).await;
        assert_eq!(deleted.state(), TemplateState::Deleted);
        let back = act(&world, &token, Verb::Undelete, &deleted).await;
        assert_eq!(back.state(), TemplateState::Archived, "a deletion taken back leaves what was before");
        let open = act(&world, &token, Verb::Unarchive, &back).await;
        assert_eq!((open.state(), open.archive_time, open.delete_time), (state, None, None));
        assert_eq!(open.provisioning_id, template.provisioning_id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_id_resolves_as_archived_and_a_deleted_one_not_at_all() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let resolve = |template: &Template| {
        let message =
            ResolveProvisioningIdRequest { provisioning_id: template.provisioning_id.clone(), ..Default::default() };
        request(&token, message)
    };
    let template = world.submitted(partner, &token).await;
    let archived = act(&world, &token, Verb::Archive, &template).await;
    let revision = world.templates().resolve_provisioning_id(resolve(&template)).await.unwrap().into_inner();
    assert_eq!(revision.template.unwrap().state(), TemplateState::Archived);
    let deleted = act(&world, &token, Verb::Delete, &archived).await;
    let unknown = world.templates().resolve_provisioning_id(resolve(&template)).await;
    assert_fault!(unknown, PermissionDenied, "PERMISSION_DENIED", { "permission" => "templates.resolve" });
    act(&world, &token, Verb::Undelete, &deleted).await;
    assert!(world.templates().resolve_provisioning_id(resolve(&template)).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_with_customers_cannot_be_deleted() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let template = world.submitted(partner, &token).await;
    let customer = world.organization("Customer", dialtone_proto::orgfinder::v1::OrganizationRole::Customer).await;
    let record = RecordTemplateUseRequest {
        revision: format!("{}/revisions/1", template.name),
        customer: customer.to_string(),
        ..Default::default()
    };
    let service = world.keys.service(ServiceName::Subscriptions);
    world.templates().record_template_use(request(&service, record)).await.unwrap();
    let footprint = world.footprint().await;
    let refused = Verb::Delete.run(&world, &token, ask(&template)).await;
    let metadata =
        assert_fault!(refused, FailedPrecondition, "TEMPLATE_IN_USE", { "template" => template.name }).metadata;
    assert_eq!(metadata["customers"], "1");
    assert_eq!(world.footprint().await, footprint);
    assert_eq!(act(&world, &token, Verb::Archive, &template).await.state(), TemplateState::Archived);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_templates_are_listed_when_asked_for_and_gone_when_their_time_is_up() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let list = async |show_deleted: bool| {
        let message = ListTemplatesRequest { parent: partner.to_string(), show_deleted, ..Default::default() };
        let page = world.templates().list_templates(request(&token, message)).await.unwrap().into_inner();
        page.templates.into_iter().map(|template| template.name).collect::<Vec<_>>()
    };
    let kept = world.draft(partner, &token).await;
    let deleted = act(&world, &token, Verb::Delete, &world.draft(partner, &token).await).await;
    let window = deleted.purge_time.unwrap().seconds - deleted.delete_time.unwrap().seconds;
    assert_eq!(window, 30 * 24 * 3_600);
    assert_eq!(list(false).await, [kept.name.as_str()]);
    assert_eq!(list(true).await, [kept.name.as_str(), deleted.name.as_str()]);

    world.execute("UPDATE templates SET purge = now() WHERE deleted IS NOT NULL").await;
    assert_eq!(list(true).await, [kept.name.as_str()]);
    assert_fault!(get(&world, &token, &deleted).await, NotFound, "NOT_FOUND", { "resource" => deleted.name });
    let late = Verb::Undelete.run(&world, &token, ask(&deleted)).await;
    assert_fault!(late, NotFound, "NOT_FOUND", { "resource" => deleted.name });
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_is_past_its_time_only_drafts_are_removed() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let draft = act(&world, &token, Verb::Delete, &world.draft(partner, &token).await).await;
    let submitted = act(&world, &token, Verb::Delete, &world.submitted(partner, &token).await).await;
    let waiting = act(&world, &token, Verb::Delete, &world.draft(partner, &token).await).await;
    world.execute("UPDATE templates SET purge = now()").await;
    let id = waiting.name.rsplit('/').next().unwrap();
    world.execute(&format!("UPDATE templates SET purge = now() + interval '1 day' WHERE id = '{id}'")).await;
    // It sweeps when it starts.
    world.another_replica().await;
    let swept = async || (world.count("SELECT count(*) FROM templates").await == 2).then_some(());
    eventually("the draft is removed", Duration::from_secs(30), swept).await;
    assert_fault!(get(&world, &token, &draft).await, NotFound, "NOT_FOUND");
    assert_fault!(get(&world, &token, &submitted).await, NotFound, "NOT_FOUND");
    assert_eq!(get(&world, &token, &waiting).await.unwrap().state(), TemplateState::Deleted);
    assert_eq!(world.count("SELECT count(*) FROM template_revisions").await, 1);
}
