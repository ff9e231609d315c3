//! UpdateOrganization.

use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::Code;
use prost_types::FieldMask;
use uuid::Uuid;

use crate::support::*;

fn update(organization: &Organization, mask: &[&str]) -> UpdateOrganizationRequest {
    UpdateOrganizationRequest {
        organization: Some(organization.clone()),
        update_mask: Some(FieldMask { paths: mask.iter().map(|&path| path.into()).collect() }),
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mask_decides_what_changes() {
    let suite = Suite::start().await;
    let before = suite.create(customer("Before", &["a.example"])).await;
    suite.grant(&before.name, "anna", Role::FullAdmin).await;
    let wanted = Organization {
        display_name: "After".into(),
        region_code: "NO".into(),
        vertical: Vertical::Other.into(),
        ..before.clone()
    };
    let request = suite.person("anna", update(&wanted, &["display_name", "vertical"]));
    let after = suite.organizations().update_organization(request).await.expect("it may").into_inner();
    let expected = Organization {
        display_name: "After".into(),
        vertical: Vertical::Other.into(),
        etag: after.etag.clone(),
        update_time: after.update_time,
        ..before.clone()
    };
    assert_eq!(after, expected);
    assert_ne!(after.etag, before.etag);
    let row = suite.admin.query_one(
        "SELECT before->>'display_name', after->>'display_name', actor FROM history WHERE verb = 'organization.updated'",
        &[],
    );
    let row = row.await.expect("one change");
    let told: (String, String, String) = (row.get(0), row.get(1), row.get(2));
    assert_eq!(told, ("Before".into(), "After".into(), "person:anna".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_etag_is_aborted_and_changes_nothing() {
    let suite = Suite::start().await;
    let first = suite.create(customer("A", &[])).await;
    let changed = Organization { display_name: "B".into(), ..first.clone() };
    let request = suite.staff(update(&changed, &["display_name"]));
    suite.organizations().update_organization(request).await.expect("the etag is fresh");
    let before = suite.footprint().await;
    let request = suite.staff(update(&changed, &["display_name"]));
    let refused = suite.organizations().update_organization(request).await;
    assert_refused(refused, Code::Aborted, "ETAG_MISMATCH", &[("resource", &first.name)]);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_concurrent_updates_with_one_etag_one_succeeds() {
    let suite = Suite::start().await;
    let first = suite.create(customer("A", &[])).await;
    let calls = (0..10).map(|n| {
        let changed = Organization { display_name: format!("A{n}"), ..first.clone() };
        let (mut client, request) = (suite.organizations(), suite.staff(update(&changed, &["display_name"])));
        async move { client.update_organization(request).await }
    });
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.into_iter().filter(Result::is_err) {
        assert_refused(refused, Code::Aborted, "ETAG_MISMATCH", &[("resource", &first.name)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_masks_missing_etags_and_bad_values_are_named() {
    let suite = Suite::start().await;
    let first = suite.create(customer("A", &[])).await;
    let before = suite.footprint().await;
    let broken = Organization { etag: String::new(), region_code: "XX".into(), ..first.clone() };
    for (organization, mask, fields) in [
        (&first, vec!["domains"], vec!["update_mask"]),
        (&first, vec!["etag", "name"], vec!["update_mask"]),
        (&first, vec![], vec!["update_mask"]),
        (&broken, vec!["region_code"], vec!["organization.etag", "organization.region_code"]),
        (&broken, vec!["display_name"], vec!["organization.etag"]),
    ] {
        let request = suite.staff(update(organization, &mask));
        assert_invalid(suite.organizations().update_organization(request).await, &fields);
    }
    let nameless = Organization { name: String::new(), ..first.clone() };
    let request = suite.staff(update(&nameless, &["display_name"]));
    assert_invalid(suite.organizations().update_organization(request).await, &["organization.name"]);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_full_admin_updates() {
    let suite = Suite::start().await;
    let own = suite.create(customer("A", &[])).await;
    suite.grant(&own.name, "paul", Role::ProvisioningAdmin).await;
    let elsewhere = Organization { name: nowhere(), ..own.clone() };
    for (subject, organization) in [("paul", &own), ("nobody", &own), ("paul", &elsewhere)] {
        let request = suite.person(subject, update(organization, &["display_name"]));
        assert_denied(suite.organizations().update_organization(request).await, "organizations.update");
    }
    let request = suite.staff(update(&elsewhere, &["display_name"]));
    let missing = suite.organizations().update_organization(request).await;
    assert_refused(missing, Code::NotFound, "NOT_FOUND", &[("resource", &elsewhere.name)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_is_answered_alike_though_its_etag_is_stale_by_then() {
    let suite = Suite::start().await;
    let first = suite.create(customer("A", &[])).await;
    let changed = Organization { display_name: "B".into(), ..first };
    let message =
        UpdateOrganizationRequest { request_id: Uuid::new_v4().to_string(), ..update(&changed, &["display_name"]) };
    let call = || {
        let (mut client, request) = (suite.organizations(), suite.staff(message.clone()));
        async move { client.update_organization(request).await.expect("it works").into_inner() }
    };
    assert_eq!(call().await, call().await);
}
