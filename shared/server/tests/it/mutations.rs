//! When two requests count as the same.

use dialtone_authz::{Caller, Ctx};
use dialtone_ids::ServiceName;
use dialtone_proto::orgfinder::v1::{CreateOrganizationRequest, Organization};
use dialtone_server::mutation;
use dialtone_status::Code;
use tokio::time::Instant;
use uuid::Uuid;

const PATH: &str = "/dialtone.orgfinder.v1.OrganizationService/CreateOrganization";

fn ctx(caller: Caller) -> Ctx {
    let method = dialtone_proto::method(PATH).expect("a method of the suite");
    Ctx::new(caller, method, "r-1", Instant::now(), dialtone_status::Locale::default())
}

fn request(name: &str, request_id: &str, validate_only: bool) -> CreateOrganizationRequest {
    let organization = Organization { display_name: name.to_owned(), ..Organization::default() };
    CreateOrganizationRequest {
        organization: Some(organization),
        request_id: request_id.to_owned(),
        validate_only,
        ..CreateOrganizationRequest::default()
    }
}

#[test]
fn everything_counts_but_the_id_and_the_dry_run() {
    let ctx = ctx(Caller::person("alice"));
    let hash = |request: &CreateOrganizationRequest| {
        mutation(&ctx, request, &request.request_id, request.validate_only).expect("a UUID").body_hash
    };
    let id = || Uuid::now_v7().to_string();
    let first = hash(&request("Acme", &id(), false));
    assert_eq!(first, hash(&request("Acme", &id(), false)));
    assert_eq!(first, hash(&request("Acme", "", true)));
    assert_ne!(first, hash(&request("Acme Ltd", &id(), false)));
    let insisting = CreateOrganizationRequest { allow_duplicate: true, ..request("Acme", "", false) };
    assert_ne!(first, hash(&insisting));
}

#[test]
fn an_id_belongs_to_its_caller_whoever_it_acts_for() {
    let id = Uuid::now_v7().to_string();
    let of = |caller: Caller| mutation(&ctx(caller), &request("Acme", &id, false), &id, false).expect("a UUID");
    let alice = of(Caller::person("alice"));
    assert_eq!((alice.method, alice.caller.as_str()), (PATH, "person:alice"));
    assert_eq!(alice.request_id.map(|id| id.to_string()), Some(id.clone()));
    assert_ne!(alice.caller, of(Caller::platform("alice")).caller);
    let one = of(Caller::service_for(ServiceName::Subscriptions, "person:alice"));
    let other = of(Caller::service_for(ServiceName::Subscriptions, "person:bob"));
    assert_eq!(one.caller, other.caller);
}

#[test]
fn an_id_is_a_uuid_or_nothing() {
    let ctx = ctx(Caller::person("alice"));
    let none = mutation(&ctx, &request("Acme", "", false), "", false).expect("no id is fine");
    assert_eq!(none.request_id, None);
    let fault = mutation(&ctx, &request("Acme", "1", false), "1", false).expect_err("no UUID");
    assert_eq!(fault.code, Code::InvalidArgument);
    assert_eq!(fault.violations()[0].field, "request_id");
}
