//! Which customer is made with which revision.

use dialtone_authz::Role;
use dialtone_ids::{OrganizationId, ServiceName, TemplateId};
use dialtone_proto::orgfinder::v1::OrganizationRole;
use dialtone_proto::templates::v1::{
    ArchiveTemplateRequest, AuthenticationMethod, CountTemplateUseRequest, CountTemplateUseResponse,
    DeleteTemplateRequest, RecordTemplateUseRequest, ReleaseTemplateUseRequest, ResolveProvisioningIdRequest, Template,
    TemplateUse,
};
use dialtone_testkit::{assert_fault, request};
use tonic::Status;
use uuid::Uuid;

use crate::support::World;

fn record(template: &Template, revision: i32, customer: OrganizationId) -> RecordTemplateUseRequest {
    RecordTemplateUseRequest {
        revision: format!("{}/revisions/{revision}", template.name),
        customer: customer.to_string(),
        ..Default::default()
    }
}

fn release(of: RecordTemplateUseRequest) -> ReleaseTemplateUseRequest {
    let RecordTemplateUseRequest { revision, customer, request_id, validate_only } = of;
    ReleaseTemplateUseRequest { revision, customer, request_id, validate_only }
}

impl World {
    async fn customer(&self) -> OrganizationId {
        self.organization(&Uuid::now_v7().to_string(), OrganizationRole::Customer).await
    }

    async fn record(&self, message: RecordTemplateUseRequest) -> Result<TemplateUse, Status> {
        let token = self.keys.service(ServiceName::Subscriptions);
        self.templates().record_template_use(request(&token, message)).await.map(tonic::Response::into_inner)
    }

    async fn release(&self, message: ReleaseTemplateUseRequest) -> Result<TemplateUse, Status> {
        let token = self.keys.service(ServiceName::Subscriptions);
        self.templates().release_template_use(request(&token, message)).await.map(tonic::Response::into_inner)
    }

    async fn counts(&self, token: &str, template: &Template) -> CountTemplateUseResponse {
        let message = CountTemplateUseRequest { name: template.name.clone() };
        self.templates().count_template_use(request(token, message)).await.expect("a count").into_inner()
    }
}

/// A template with a second revision that signs in by SAML.
async fn two_revisions(world: &World, partner: OrganizationId, token: &str) -> Template {
    let first = world.submitted(partner, token).await;
    let saml = Template {
        authentication_method: AuthenticationMethod::PartnerSaml.into(),
        identity_provider_entity_id: "https://idp.partner.example".into(),
        ..Template::default()
    };
    let edited = world.edit(token, &first, saml, &["authentication_method"]).await;
    world.submit(token, &edited).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_keeps_the_revision_it_was_made_with() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let template = two_revisions(&world, partner, &token).await;
    let (old, new) = (world.customer().await, world.customer().await);
    world.record(record(&template, 1, old)).await.unwrap();
    world.record(record(&template, 2, new)).await.unwrap();
    let method = async |customer: Option<OrganizationId>| {
        let message = ResolveProvisioningIdRequest {
            provisioning_id: template.provisioning_id.clone(),
            customer: customer.map(|customer| customer.to_string()).unwrap_or_default(),
        };
        let revision = world.templates().resolve_provisioning_id(request(&token, message)).await.unwrap().into_inner();
        (revision.number, revision.template.unwrap().authentication_method())
    };
    assert_eq!(method(Some(old)).await, (1, AuthenticationMethod::Unspecified));
    assert_eq!(method(Some(new)).await, (2, AuthenticationMethod::PartnerSaml));
    assert_eq!(method(Some(world.customer().await)).await, (2, AuthenticationMethod::PartnerSaml));
    assert_eq!(method(None).await, (2, AuthenticationMethod::PartnerSaml));
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_counted_by_revision() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let template = two_revisions(&world, partner, &token).await;
    assert_eq!(world.counts(&token, &template).await, CountTemplateUseResponse::default());
    for revision in [1, 2, 1] {
        world.record(record(&template, revision, world.customer().await)).await.unwrap();
    }
    let counts = world.counts(&token, &template).await;
    let by_revision: Vec<_> = counts.revisions.iter().map(|r| (r.number, r.customers)).collect();
    assert_eq!((counts.customers, by_revision), (3, vec![(2, 1), (1, 2)]));
    assert_eq!(counts.revisions[0].revision, format!("{}/revisions/2", template.name));
    let (_, stranger) = world.partner("Other").await;
    let ask = CountTemplateUseRequest { name: template.name };
    let denied = world.templates().count_template_use(request(&stranger, ask)).await;
    assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED", { "permission" => "templates.get" });
}

#[tokio::test(flavor = "multi_thread")]
async fn recording_the_same_again_changes_nothing_even_of_an_archived_template() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let template = world.submitted(partner, &token).await;
    let customer = world.customer().await;
    let keyed = RecordTemplateUseRequest { request_id: Uuid::now_v7().to_string(), ..record(&template, 1, customer) };
    let first = world.record(keyed.clone()).await.unwrap();
    let (name, etag) = (template.name.clone(), template.etag.clone());
    let archive = ArchiveTemplateRequest { name, etag, ..Default::default() };
    world.templates().archive_template(request(&token, archive)).await.unwrap();
    let footprint = world.footprint().await;
    assert_eq!(world.record(keyed.clone()).await.unwrap(), first);
    assert_eq!(world.record(record(&template, 1, customer)).await.unwrap(), first);
    let other = RecordTemplateUseRequest { customer: world.customer().await.to_string(), ..keyed };
    assert_fault!(world.record(other).await, AlreadyExists, "REQUEST_ID_REUSED");
    let late = world.record(record(&template, 1, world.customer().await)).await;
    assert_fault!(late, FailedPrecondition, "TEMPLATE_ARCHIVED", { "template" => template.name });
    assert_eq!(world.footprint().await, footprint);
    assert_eq!(world.count("SELECT count(*) FROM outbox WHERE kind = 'template.used'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_recorded_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let template = two_revisions(&world, partner, &token).await;
    let customer = world.customer().await;
    world.record(record(&template, 1, customer)).await.unwrap();
    let footprint = world.footprint().await;

    let pinned = world.record(record(&template, 2, customer)).await;
    let own = format!("{}/revisions/1", template.name);
    assert_fault!(
        pinned, FailedPrecondition, "CUSTOMER_ALREADY_PINNED", { "customer" => customer.to_string(), "revision" => own }
    );
    let fresh = world.customer().await;
    let missing = format!("{}/revisions/3", template.name);
    assert_fault!(world.record(record(&template, 3, fresh)).await, NotFound, "NOT_FOUND", { "resource" => missing });
    let nowhere = Template { name: format!("{partner}/templates/{}", TemplateId::new().uuid()), ..template.clone() };
    assert_fault!(world.record(record(&nowhere, 1, fresh)).await, NotFound, "NOT_FOUND", { "resource" => nowhere.name });
    for revision in ["0", "01", "x"] {
        let bad = RecordTemplateUseRequest {
            revision: format!("{}/revisions/{revision}", template.name),
            ..record(&template, 1, fresh)
        };
        assert_fault!(world.record(bad).await, InvalidArgument, "INVALID_FIELDS", ["revision"]);
    }
    let bad = RecordTemplateUseRequest { customer: "organizations/x".into(), ..record(&template, 1, fresh) };
    assert_fault!(world.record(bad).await, InvalidArgument, "INVALID_FIELDS", ["customer"]);
    let rehearsed = RecordTemplateUseRequest { validate_only: true, ..record(&template, 2, fresh) };
    assert_eq!(world.record(rehearsed).await.unwrap().customer, fresh.to_string());
    let full = world.person(partner, Role::FullAdmin).await;
    for token in [full, world.keys.service(ServiceName::UserProvisioning)] {
        let denied = world.templates().record_template_use(request(&token, record(&template, 1, fresh))).await;
        assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED", { "permission" => "templates.use" });
    }
    assert_eq!(world.footprint().await, footprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_released_customer_can_be_made_anew() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let template = two_revisions(&world, partner, &token).await;
    let customer = world.customer().await;
    let used = world.record(record(&template, 1, customer)).await.unwrap();
    let footprint = world.footprint().await;

    let wrong = world.release(release(record(&template, 2, customer))).await;
    assert_fault!(wrong, NotFound, "NOT_FOUND", { "resource" => format!("{}/revisions/2", template.name) });
    let rehearsed = ReleaseTemplateUseRequest { validate_only: true, ..release(record(&template, 1, customer)) };
    assert_eq!(world.release(rehearsed).await.unwrap(), used);
    let message = release(record(&template, 1, customer));
    let denied = world.templates().release_template_use(request(&token, message)).await;
    assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED", { "permission" => "templates.use" });
    assert_eq!(world.footprint().await, footprint);

    let request_id = Uuid::now_v7().to_string();
    let keyed = ReleaseTemplateUseRequest { request_id, ..release(record(&template, 1, customer)) };
    assert_eq!(world.release(keyed.clone()).await.unwrap(), used);
    let footprint = world.footprint().await;
    assert_eq!(world.release(keyed.clone()).await.unwrap(), used);
    let other = ReleaseTemplateUseRequest { customer: partner.to_string(), ..keyed };
    assert_fault!(world.release(other).await, AlreadyExists, "REQUEST_ID_REUSED");
    assert_fault!(world.release(release(record(&template, 1, customer))).await, NotFound, "NOT_FOUND");
    assert_eq!(world.footprint().await, footprint);
    assert_eq!(
        world.record(record(&template, 2, customer)).await.unwrap().revision,
        format!("{}/revisions/2", template.name)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_deletion_and_a_first_customer_at_the_same_moment_one_wins() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    for _ in 0..10 {
        let template = world.submitted(partner, &token).await;
        let customer = world.customer().await;
        let delete = async {
            let (name, etag) = (template.name.clone(), template.etag.clone());
            let message = DeleteTemplateRequest { name, etag, ..Default::default() };
            world.templates().delete_template(request(&token, message)).await
        };
        let (used, deleted) = tokio::join!(world.record(record(&template, 1, customer)), delete);
        match (used, deleted) {
            (Ok(_), refused @ Err(_)) => {
                assert_fault!(refused, FailedPrecondition, "TEMPLATE_IN_USE");
            }
            (refused @ Err(_), Ok(_)) => {
                assert_fault!(refused, FailedPrecondition, "TEMPLATE_DELETED");
            }
            both => panic!("{both:?}"),
        }
    }
}
