//! Names read back as they were written, and nothing else is read.

use dialtone_ids::{
    Etag, OperationId, OperationName, OrganizationId, RevisionId, RevisionName, ServiceName, TemplateId, TemplateName,
    UserId, UserName,
};

const A: &str = "0192e4a0-7b1c-7def-8a00-0123456789ab";
const B: &str = "0192e4a0-7b1c-7def-8a00-0123456789ac";

#[test]
fn a_name_reads_back_as_it_was_written() {
    let organization = OrganizationId::new();
    assert_eq!(OrganizationId::parse(&organization.to_string()), Ok(organization));

    let user = UserName::new(organization, UserId::new());
    assert_eq!(user.to_string().parse(), Ok(user));

    let revision = RevisionName::new(TemplateName::new(organization, TemplateId::new()), RevisionId::new());
    assert_eq!(revision.to_string().parse(), Ok(revision));

    let operation = OperationName::new(ServiceName::OrgFinder, OperationId::new());
    assert_eq!(operation.to_string().parse(), Ok(operation));
}

#[test]
fn names_have_the_documented_form() {
    let user = UserName::parse(&format!("organizations/{A}/users/{B}")).expect("a user's name");
    assert_eq!(user.organization.to_string(), format!("organizations/{A}"));
    assert_eq!(user.user.uuid().to_string(), B);
    assert_eq!(RevisionName::form(), "organizations/{uuid}/templates/{uuid}/revisions/{uuid}");
    let operation = OperationName::parse(&format!("operations/user-provisioning/{A}")).expect("an operation's name");
    assert_eq!(operation.service, ServiceName::UserProvisioning);
}

#[test]
fn only_the_one_spelling_is_read() {
    let upper = A.to_uppercase();
    let bare = A.replace('-', "");
    for wrong in [
        String::new(),
        "organizations".into(),
        "organizations/".into(),
        format!("/organizations/{A}"),
        format!("organizations/{A}/"),
        format!("organizations/{upper}"),
        format!("organizations/{bare}"),
        format!("organizations/{{{A}}}"),
        format!("Organizations/{A}"),
        format!("organizations /{A}"),
        format!("partners/{A}"),
        "organizations/-".into(),
    ] {
        assert!(OrganizationId::parse(&wrong).is_err(), "{wrong}");
    }
    for wrong in [
        format!("organizations/{A}"),
        format!("users/{A}"),
        format!("organizations/{A}/users/"),
        format!("organizations/{A}/groups/{B}"),
        format!("organizations/{A}/users/{B}/users/{B}"),
        "ü/ü/ü/ü".into(),
    ] {
        assert!(UserName::parse(&wrong).is_err(), "{wrong}");
    }
    for wrong in [format!("operations/{A}"), format!("operations/nobody/{A}"), format!("operations/templates/{A}/x")] {
        assert!(OperationName::parse(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_bad_name_says_what_was_expected_and_stays_short() {
    let fault = UserName::parse(&"x".repeat(5000)).expect_err("no name");
    assert_eq!(fault.expected, "organizations/{uuid}/users/{uuid}");
    assert_eq!(fault.given.len(), 100);
}

#[test]
fn identifiers_made_later_sort_later() {
    let made: Vec<_> = (0..100).map(|_| UserId::new()).collect();
    assert!(made.is_sorted());
}

#[test]
fn names_are_strings_in_json() {
    let organization = OrganizationId::new();
    let json = serde_json::to_value(organization).expect("json");
    assert_eq!(json, organization.to_string());
    assert_eq!(serde_json::from_value::<OrganizationId>(json).expect("name"), organization);
    assert!(serde_json::from_str::<OrganizationId>("\"organizations/1\"").is_err());
}

#[test]
fn services_have_one_name_everywhere() {
    for service in ServiceName::ALL {
        assert_eq!(service.as_str().parse(), Ok(service));
        assert_eq!(service.schema(), service.as_str().replace('-', "_"));
        assert_eq!(service.error_domain(), format!("{service}.dialtone.internal"));
        assert_eq!(serde_json::to_value(service).expect("json"), service.as_str());
    }
}

#[test]
fn an_etag_matches_its_version_only() {
    let etag = Etag::of_version(1);
    assert!(etag.matches(1) && !etag.matches(2) && !etag.matches(-1));
    assert!(Etag::from(etag.to_string()).matches(1));
    assert!(Etag::from("").is_empty() && !Etag::from("").matches(0));
}
