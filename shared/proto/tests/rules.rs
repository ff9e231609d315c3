//! The declared rules on real requests of the suite.

use dialtone_proto::{
    Validate,
    google::longrunning::{ListOperationsRequest, WaitOperationRequest},
    orgfinder::v1::{
        ImportOrganizationsRequest, MatchOrganizationsRequest, Organization, OrganizationDomain, OrganizationRole,
        UpdateOrganizationRequest, import_organizations_request::Payload,
    },
    subscriptions::v1::{Order, PlaceOrderRequest},
    templates::v1::Template,
    userprovisioning::v1::{BatchCreateUsersRequest, User},
    violations,
};
use prost_types::{Duration, FieldMask};

const ID: &str = "0192e4a0-7b1c-7def-8a00-0123456789ab";

fn broken<M: Validate>(message: &M) -> Vec<String> {
    violations(message).into_iter().map(|v| format!("{} {}", v.field, v.rule)).collect()
}

fn organization() -> Organization {
    Organization {
        display_name: "Université de Genève".into(),
        region_code: "CH".into(),
        roles: vec![OrganizationRole::Customer.into()],
        ..Organization::default()
    }
}

fn user() -> User {
    User {
        given_name: "Ada".into(),
        family_name: "Lovelace".into(),
        email: "ada@example.com".into(),
        package: "packages/webex_calling".into(),
        location: format!("organizations/{ID}/locations/{ID}"),
        ..User::default()
    }
}

#[test]
fn a_match_wants_an_address_and_a_role() {
    assert_eq!(broken(&MatchOrganizationsRequest::default()), ["contact_email string.email", "role enum.not_in"]);
    let message = MatchOrganizationsRequest {
        contact_email: "ada@example.com".into(),
        role: OrganizationRole::Partner.into(),
        company_name: "x".repeat(201),
    };
    assert_eq!(broken(&message), ["company_name string.max_len"]);
}

#[test]
fn every_violation_of_a_nested_request_is_named_by_its_path() {
    let mut given = organization();
    given.domains = ["a.example", "b.example", "c.example", ""]
        .map(|d| OrganizationDomain { domain: d.into(), ..Default::default() })
        .into();
    given.region_code = "ch".into();
    given.roles = vec![1, 9];
    let request = UpdateOrganizationRequest {
        organization: Some(given),
        update_mask: Some(FieldMask { paths: vec!["*".into()] }),
        request_id: "1".into(),
        ..Default::default()
    };
    assert_eq!(
        broken(&request),
        [
            "organization.region_code string.pattern",
            "organization.roles[1] enum.defined_only",
            "organization.domains[3].domain string.min_len",
            "request_id string.uuid",
        ]
    );
}

#[test]
fn an_update_of_one_field_need_not_repeat_the_others() {
    let request = UpdateOrganizationRequest {
        organization: Some(Organization {
            name: format!("organizations/{ID}"),
            display_name: "New".into(),
            ..Default::default()
        }),
        update_mask: Some(FieldMask { paths: vec!["display_name".into()] }),
        ..Default::default()
    };
    assert_eq!(broken(&request), Vec::<String>::new());
}

#[test]
fn a_batch_names_the_entries_that_are_wrong() {
    let mut users = vec![user(); 5];
    users[3].email = "ada".into();
    users[4].location = "locations/1".into();
    let mut request = BatchCreateUsersRequest {
        parent: format!("organizations/{ID}"),
        users,
        target: format!("organizations/{ID}/targets/{ID}"),
        ..Default::default()
    };
    assert_eq!(broken(&request), ["users[3].email string.email", "users[4].location string.pattern"]);
    request.users = vec![User::default(); 1_001];
    assert_eq!(broken(&request), ["users repeated.max_items"]);
}

#[test]
fn an_empty_order_is_told_all_that_is_missing() {
    let request = PlaceOrderRequest { order: Some(Order::default()), ..Default::default() };
    assert_eq!(
        broken(&request),
        [
            "order.order_number string.pattern",
            "order.seller_name string.min_len",
            "order.seller_email string.email",
            "order.provisioning_contact_email string.email",
            "order.items repeated.min_items",
            "order.flow enum.not_in",
        ]
    );
    assert_eq!(broken(&PlaceOrderRequest::default()), ["order required"]);
}

#[test]
fn an_import_message_carries_options_or_a_chunk() {
    let import = |payload| broken(&ImportOrganizationsRequest { payload });
    assert_eq!(import(None), ["payload oneof.required"]);
    assert_eq!(import(Some(Payload::Chunk(vec![0; (1 << 20) + 1]))), ["chunk bytes.max_len"]);
    assert_eq!(import(Some(Payload::Options(Default::default()))), ["options.mode enum.not_in"]);
}

#[test]
fn a_language_is_one_of_those_the_suite_speaks() {
    let languages = |language: &str| {
        let found = violations(&Template { mail_language: language.into(), ..Default::default() });
        found.into_iter().find(|v| v.field == "mail_language").map(|v| v.rule)
    };
    assert_eq!(languages(""), None);
    assert_eq!(languages("pt-BR"), None);
    assert_eq!(languages("pt"), Some("string.in"));
}

#[test]
fn operations_of_the_standard_have_rules_too() {
    let wait = WaitOperationRequest { name: "operations/1".into(), timeout: Some(Duration { seconds: -1, nanos: 0 }) };
    assert_eq!(broken(&wait), ["name string.pattern", "timeout duration.gte"]);
    let wait = WaitOperationRequest { name: format!("operations/user-provisioning/{ID}"), timeout: None };
    assert_eq!(broken(&wait), Vec::<String>::new());
    let list = ListOperationsRequest { page_size: -1, page_token: "x".repeat(2_001), ..Default::default() };
    assert_eq!(broken(&list), ["page_token string.max_len", "page_size int32.gte"]);
}
