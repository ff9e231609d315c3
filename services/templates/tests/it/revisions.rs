//! Reading and comparing what was submitted.

use dialtone_ids::{ServiceName, TemplateId};
use dialtone_proto::json::from_value;
use dialtone_proto::templates::v1::{
    AuthenticationMethod, DiffRevisionsRequest, FieldDifference, GetRevisionRequest, ListRevisionsRequest,
    ReviewTemplateRequest, Template,
};
use dialtone_testkit::{assert_fault, request};
use serde_json::{Value, json};

use crate::support::{World, object};

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_is_read_by_its_name_as_it_was_submitted() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let first = world.submitted(partner, &token).await;
    let rename = Template { display_name: "Large offices".into(), ..Template::default() };
    let edited = world.edit(&token, &first, rename, &["display_name"]).await;
    world.submit(&token, &edited).await;
    let get = |number: &str| GetRevisionRequest { name: format!("{}/revisions/{number}", first.name) };
    for token in [&token, &world.keys.service(ServiceName::Subscriptions)] {
        let one = world.templates().get_revision(request(token, get("1"))).await.unwrap().into_inner();
        let template = one.template.unwrap();
        assert_eq!((one.number, template.display_name.as_str()), (1, "Small offices"));
        assert_eq!(template.provisioning_id, first.provisioning_id);
    }
    let missing = world.templates().get_revision(request(&token, get("3"))).await;
    assert_fault!(missing, NotFound, "NOT_FOUND", { "resource" => get("3").name });
    for bad in ["0", "1x", "-1", "99999999999"] {
        let refused = world.templates().get_revision(request(&token, get(bad))).await;
        assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["name"]);
    }
    let (_, stranger) = world.partner("Other").await;
    for number in ["1", "3"] {
        let denied = world.templates().get_revision(request(&stranger, get(number))).await;
        assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED", { "permission" => "templates.get" });
    }
}

fn told(differences: Vec<FieldDifference>) -> Vec<(String, Value, Value)> {
    let json = |value: Option<prost_types::Value>| value.map_or(Value::Null, from_value);
    differences.into_iter().map(|d| (d.field, json(d.from), json(d.to))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_diff_tells_every_field_and_setting_that_differs() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let settings = |json: Value| Template { settings: object(json), ..Template::default() };
    let draft = world.draft(partner, &token).await;
    let draft =
        world.edit(&token, &draft, settings(json!({"voicemail_rings": 5, "voicemail": true})), &["settings"]).await;
    let first = world.submit(&token, &draft).await;
    let changed = Template {
        region_code: "NO".into(),
        authentication_method: AuthenticationMethod::PartnerOidc.into(),
        identity_provider_entity_id: "https://idp.example".into(),
        ..settings(json!({"voicemail_rings": 6, "voicemail_longest_message": "60s"}))
    };
    let mask = [
        "region_code",
        "authentication_method",
        "settings.voicemail_rings",
        "settings.voicemail",
        "settings.voicemail_longest_message",
    ];
    let second = world.edit(&token, &first, changed, &mask).await;
    let diff = |from: i32, to: i32| DiffRevisionsRequest { name: first.name.clone(), from, to };
    let expected = [
        ("region_code", json!("SE"), json!("NO")),
        ("authentication_method", Value::Null, json!("AUTHENTICATION_METHOD_PARTNER_OIDC")),
        ("identity_provider_entity_id", Value::Null, json!("https://idp.example")),
        ("settings.voicemail", json!(true), Value::Null),
        ("settings.voicemail_longest_message", Value::Null, json!("60s")),
        ("settings.voicemail_rings", json!(5), json!(6)),
    ]
    .map(|(field, from, to)| (field.to_owned(), from, to));
    let edits = world.templates().diff_revisions(request(&token, diff(1, 0))).await.unwrap().into_inner();
    assert_eq!(told(edits.differences), expected);
    world.submit(&token, &second).await;
    let revisions = world.templates().diff_revisions(request(&token, diff(1, 2))).await.unwrap().into_inner();
    assert_eq!(told(revisions.differences), expected);
    let same = world.templates().diff_revisions(request(&token, diff(2, 2))).await.unwrap().into_inner();
    assert_eq!(told(same.differences), []);

    let missing = world.templates().diff_revisions(request(&token, diff(1, 7))).await;
    assert_fault!(missing, NotFound, "NOT_FOUND", { "resource" => format!("{}/revisions/7", first.name) });
    let refused = world.templates().diff_revisions(request(&token, diff(0, -1))).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["from", "to"]);
    let (_, stranger) = world.partner("Other").await;
    let denied = world.templates().diff_revisions(request(&stranger, diff(1, 2))).await;
    assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_warns_that_a_new_sign_in_is_for_new_customers_only() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let first = world.submitted(partner, &token).await;
    let saml = Template {
        authentication_method: AuthenticationMethod::PartnerSaml.into(),
        identity_provider_entity_id: "urn:idp:partner".into(),
        suppress_administrator_invites: true,
        ..Template::default()
    };
    let edited = world.edit(&token, &first, saml, &["authentication_method", "suppress_administrator_invites"]).await;
    let review = ReviewTemplateRequest { name: edited.name };
    let review = world.templates().review_template(request(&token, review)).await.unwrap().into_inner();
    let warnings: Vec<_> = review.warnings.iter().map(|w| (w.reason.as_str(), w.field.as_str())).collect();
    assert_eq!(
        warnings,
        [
            ("INVITES_SUPPRESSED", "suppress_administrator_invites"),
            ("SUBSCRIPTION_MISSING", "wholesale_subscription"),
            ("AUTHENTICATION_CHANGED", "authentication_method"),
        ]
    );
    let changed = ["authentication_method", "identity_provider_entity_id", "suppress_administrator_invites"];
    assert_eq!(review.changed_fields, changed);
}

#[tokio::test(flavor = "multi_thread")]
async fn revisions_of_a_template_that_does_not_exist_are_not_found() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let parent = format!("{partner}/templates/{}", TemplateId::new().uuid());
    let message = ListRevisionsRequest { parent: parent.clone(), ..Default::default() };
    let refused = world.templates().list_revisions(request(&token, message)).await;
    assert_fault!(refused, NotFound, "NOT_FOUND", { "resource" => parent });
}
