//! What is refused of settings, with every violation by name, and that nothing changed.

use dialtone_authz::Role;
use dialtone_ids::{OrganizationId, ServiceName, UserId};
use dialtone_proto::templates::v1::{
    CreateTemplateRequest, GetSettingsRequest, ReviewTemplateRequest, SubmitTemplateRequest, Template,
    UpdateSettingsRequest,
};
use dialtone_testkit::{assert_fault, request};
use serde_json::json;
use uuid::Uuid;

use crate::settings::update;
use crate::support::{World, creation, edit, object};

#[tokio::test(flavor = "multi_thread")]
async fn every_unknown_or_ill_typed_setting_is_named_at_once() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let wrong = json!({
        "no_such_setting": 1, "voicemail": "yes", "voicemail_rings": 21, "voicemail_longest_message": 60,
        "caller_id": "hidden", "support_url": "http://plain.example", "outside_line_prefix": "9\u{0}",
        "call_waiting": null, "music_on_hold": true
    });
    let names = [
        "call_waiting",
        "caller_id",
        "no_such_setting",
        "outside_line_prefix",
        "support_url",
        "voicemail",
        "voicemail_longest_message",
        "voicemail_rings",
    ];
    let footprint = world.footprint().await;
    let name = format!("{partner}/settings");
    let etag = world.settings_of(&token, &name).await.etag;
    let refused =
        world.settings().update_settings(request(&token, update(&name, &etag, wrong.clone(), &["values"]))).await;
    let seen = assert_fault!(refused, InvalidArgument, "INVALID_FIELDS");
    assert_eq!(seen.fields, names.map(|key| format!("settings.values.{key}")));

    let mut message = creation(partner);
    if let Some(template) = &mut message.template {
        template.region_code = "XX".into();
        template.settings = object(wrong.clone());
    }
    let seen = assert_fault!(
        world.templates().create_template(request(&token, message)).await,
        InvalidArgument,
        "INVALID_FIELDS"
    );
    assert_eq!(seen.fields[0], "template.region_code", "with everything else that is wrong");
    assert_eq!(seen.fields[1..], names.map(|key| format!("template.settings.{key}")));
    assert_eq!(world.footprint().await, footprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_is_refused_at_a_level_where_it_cannot_be_set() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let name = format!("{partner}/users/{}/settings", UserId::new().uuid());
    let etag = world.settings_of(&token, &name).await.etag;
    let message = update(&name, &etag, json!({"extension_length": 5}), &["values"]);
    let refused = world.settings().update_settings(request(&token, message)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["settings.values.extension_length"]);
    world.set(&token, &format!("{partner}/settings"), json!({"extension_length": 5})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_mask_takes_is_checked_and_its_keys_must_exist() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let draft = world.draft(partner, &token).await;
    let given =
        || Template { settings: object(json!({"voicemail": true, "no_such_setting": 1})), ..Template::default() };
    let taken = world.edit(&token, &draft, given(), &["settings.voicemail"]).await;
    assert_eq!(taken.settings, object(json!({"voicemail": true})));
    let message = edit(&taken, given(), &["settings.voicmail", "settings.no_such_setting"]);
    let refused = world.templates().update_template(request(&token, message)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["template.settings.no_such_setting", "update_mask"]);
    let message = edit(&taken, given(), &["settings"]);
    let refused = world.templates().update_template(request(&token, message)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["template.settings.no_such_setting"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_keys_are_one_violation() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let many: serde_json::Map<_, _> = (0..5_000).map(|n| (format!("key_{n}"), json!(n))).collect();
    let mut message = creation(partner);
    if let Some(template) = &mut message.template {
        template.settings = object(many.into());
    }
    let refused = world.templates().create_template(request(&token, message)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["template.settings"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_of_settings_has_its_effect_once() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let name = format!("{partner}/settings");
    let before = world.settings_of(&token, &name).await;
    let request_id = Uuid::now_v7().to_string();
    let message = UpdateSettingsRequest {
        request_id: request_id.clone(),
        ..update(&name, &before.etag, json!({"voicemail": false}), &["values"])
    };
    let rehearsed = UpdateSettingsRequest { validate_only: true, ..message.clone() };
    let footprint = world.footprint().await;
    world.settings().update_settings(request(&token, rehearsed)).await.unwrap();
    assert_eq!(world.footprint().await, footprint);
    assert_eq!(world.settings_of(&token, &name).await, before);

    let first = world.settings().update_settings(request(&token, message.clone())).await.unwrap().into_inner();
    let footprint = world.footprint().await;
    let again = world.settings().update_settings(request(&token, message.clone())).await.unwrap().into_inner();
    assert_eq!(first, again);
    let other = UpdateSettingsRequest {
        request_id: request_id.clone(),
        ..update(&name, &before.etag, json!({"voicemail": true}), &["values"])
    };
    let reused = world.settings().update_settings(request(&token, other)).await;
    assert_fault!(reused, AlreadyExists, "REQUEST_ID_REUSED", { "request_id" => request_id });
    let late = update(&name, &before.etag, json!({"voicemail": true}), &["values"]);
    let stale = world.settings().update_settings(request(&token, late)).await;
    assert_fault!(stale, Aborted, "ETAG_MISMATCH", { "resource" => name });
    let without = update(&name, "", json!({"voicemail": true}), &["values", "etag", "values"]);
    let refused = world.settings().update_settings(request(&token, without)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["update_mask", "settings.etag"]);
    assert_eq!(world.footprint().await, footprint);
    assert_eq!(world.settings_of(&token, &name).await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_first_updates_at_the_same_moment_one_wins() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let name = format!("{partner}/settings");
    let etag = world.settings_of(&token, &name).await.etag;
    let set = async |rings: i64| {
        let message = update(&name, &etag, json!({"voicemail_rings": rings}), &["values"]);
        world.settings().update_settings(request(&token, message)).await
    };
    let answers = tokio::join!(set(1), set(2), set(3));
    let answers = [answers.0, answers.1, answers.2];
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.into_iter().filter(Result::is_err) {
        assert_fault!(refused, Aborted, "ETAG_MISMATCH");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_others_are_denied_alike_whether_or_not_there_are_any() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let (_, stranger) = world.partner("Other").await;
    let reader = world.person(partner, Role::ReadOnly).await;
    let set = world.set(&token, &format!("{partner}/settings"), json!({"voicemail": false})).await;
    let mut told = Vec::new();
    for name in [set.name.clone(), format!("{}/settings", OrganizationId::new())] {
        let answer = world.settings().get_settings(request(&stranger, GetSettingsRequest { name: name.clone() })).await;
        told.push((
            answer.as_ref().unwrap_err().message().to_owned(),
            assert_fault!(answer, PermissionDenied, "PERMISSION_DENIED"),
        ));
        let message = update(&name, &set.etag, json!({}), &["values"]);
        let answer = world.settings().update_settings(request(&stranger, message)).await;
        assert_fault!(answer, PermissionDenied, "PERMISSION_DENIED", { "permission" => "settings.update" });
    }
    assert_eq!(told[0], told[1]);
    let message = update(&set.name, &set.etag, json!({}), &["values"]);
    let answer = world.settings().update_settings(request(&reader, message)).await;
    assert_fault!(answer, PermissionDenied, "PERMISSION_DENIED");
    assert_eq!(world.settings_of(&reader, &set.name).await, set);
    for name in ["organizations/x/settings", "settings", &format!("{partner}/users//settings")] {
        let answer = world.settings().get_settings(request(&token, GetSettingsRequest { name: name.into() })).await;
        assert_fault!(answer, InvalidArgument, "INVALID_FIELDS", ["name"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn services_set_what_is_a_user_s_but_not_where_there_is_no_organization() {
    let world = World::new().await;
    let (partner, _) = world.partner("Partner").await;
    let service = world.keys.service(ServiceName::UserProvisioning);
    let user = format!("{partner}/users/{}/settings", UserId::new().uuid());
    world.set(&service, &user, json!({"caller_id": "HIDDEN"})).await;
    let nowhere = OrganizationId::new();
    let name = format!("{nowhere}/settings");
    for token in [service, world.keys.platform()] {
        let etag = world.settings_of(&token, &name).await.etag;
        let message = update(&name, &etag, json!({"voicemail": false}), &["values"]);
        let answer = world.settings().update_settings(request(&token, message)).await;
        assert_fault!(answer, NotFound, "NOT_FOUND", { "resource" => nowhere.to_string() });
    }
    let message = CreateTemplateRequest { parent: nowhere.to_string(), ..creation(nowhere) };
    let answer = world.templates().create_template(request(&world.keys.platform(), message)).await;
    assert_fault!(answer, NotFound, "NOT_FOUND", { "resource" => nowhere.to_string() });
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_the_schema_outgrew_are_warned_of_and_not_submitted() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let draft = world.draft(partner, &token).await;
    let given =
        Template { settings: object(json!({"voicemail_rings": 20, "music_on_hold": false})), ..Template::default() };
    let draft = world.edit(&token, &draft, given, &["settings"]).await;
    world.execute("UPDATE setting_definitions SET maximum = 10 WHERE key = 'voicemail_rings'").await;
    world.execute("DELETE FROM setting_definitions WHERE key = 'music_on_hold'").await;

    let review = ReviewTemplateRequest { name: draft.name.clone() };
    let review = world.templates().review_template(request(&token, review)).await.unwrap().into_inner();
    let stale = review.warnings.iter().filter(|w| w.reason == "SETTING_OUT_OF_DATE").map(|w| w.field.as_str());
    assert_eq!(stale.collect::<Vec<_>>(), ["settings.music_on_hold", "settings.voicemail_rings"]);
    let footprint = world.footprint().await;
    let (name, etag) = (draft.name.clone(), draft.etag.clone());
    let submit = SubmitTemplateRequest { name, etag, ..Default::default() };
    let refused = world.templates().submit_template(request(&token, submit)).await;
    let keys = "music_on_hold,voicemail_rings";
    assert_fault!(refused, FailedPrecondition, "SETTINGS_OUT_OF_DATE", { "template" => draft.name, "settings" => keys });
    assert_eq!(world.footprint().await, footprint);
    let mended = Template { settings: object(json!({"voicemail_rings": 10})), ..Template::default() };
    let draft = world.edit(&token, &draft, mended, &["settings"]).await;
    world.submit(&token, &draft).await;
}
