//! The schema of settings, what is set, and what is in effect.

use std::collections::BTreeMap;

use dialtone_ids::{OrganizationId, ServiceName, UserId};
use dialtone_proto::json::{from_struct, from_value};
use dialtone_proto::orgfinder::v1::OrganizationRole;
use dialtone_proto::templates::v1::setting_definition::Type;
use dialtone_proto::templates::v1::{
    EffectiveSettingsRequest, EffectiveSettingsResponse, GetSettingsRequest, ListSettingDefinitionsRequest,
    RecordTemplateUseRequest, SettingGroup, SettingLevel, Settings, SettingsScope, Template, UpdateSettingsRequest,
};
use dialtone_testkit::{assert_fault, request};
use prost_types::FieldMask;
use serde_json::{Value, json};
use tonic::Status;

use crate::support::{World, object};

pub fn update(name: &str, etag: &str, values: Value, mask: &[&str]) -> UpdateSettingsRequest {
    UpdateSettingsRequest {
        settings: Some(Settings { name: name.into(), etag: etag.into(), values: object(values), update_time: None }),
        update_mask: Some(FieldMask { paths: mask.iter().map(|path| (*path).to_owned()).collect() }),
        ..Default::default()
    }
}

impl World {
    pub async fn settings_of(&self, token: &str, name: &str) -> Settings {
        let message = GetSettingsRequest { name: name.into() };
        self.settings().get_settings(request(token, message)).await.expect("there are always settings").into_inner()
    }

    pub async fn set(&self, token: &str, name: &str, values: Value) -> Settings {
        let etag = self.settings_of(token, name).await.etag;
        let message = update(name, &etag, values, &["values"]);
        self.settings().update_settings(request(token, message)).await.expect("they fit").into_inner()
    }

    pub async fn effective(&self, token: &str, scope: SettingsScope) -> Result<EffectiveSettingsResponse, Status> {
        let message = EffectiveSettingsRequest { scope: Some(scope) };
        self.settings().effective_settings(request(token, message)).await.map(tonic::Response::into_inner)
    }
}

/// Value and level by key.
fn by_key(answer: EffectiveSettingsResponse) -> BTreeMap<String, (Value, SettingLevel)> {
    let one = |s: dialtone_proto::templates::v1::EffectiveSetting| {
        let level = s.level();
        (s.key, (from_value(s.value.expect("each has one")), level))
    };
    answer.settings.into_iter().map(one).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_lists_common_and_calling_settings_with_type_default_and_levels() {
    let world = World::new().await;
    let token = world.keys.token_for("anybody");
    let list = async |group: SettingGroup| {
        let message = ListSettingDefinitionsRequest { group: group.into() };
        world.settings().list_setting_definitions(request(&token, message)).await.unwrap().into_inner().definitions
    };
    let all = list(SettingGroup::Unspecified).await;
    let (common, calling) = (list(SettingGroup::Common).await, list(SettingGroup::Calling).await);
    assert_eq!(all.len(), common.len() + calling.len());
    assert!(common.len() >= 5 && calling.len() >= 8);
    let rings = calling.iter().find(|d| d.key == "voicemail_rings").expect("it is in the catalogue");
    assert_eq!(rings.name, "settingDefinitions/voicemail_rings");
    let levels: Vec<_> = rings.levels().collect();
    assert_eq!(levels, [SettingLevel::Organization, SettingLevel::Template, SettingLevel::User]);
    assert_eq!(rings.default_value.clone().map(from_value), Some(json!(3)));
    assert!(matches!(&rings.r#type, Some(Type::Integer(range)) if (range.minimum, range.maximum) == (0, 20)));
    assert!(all.iter().all(|d| !d.description.is_empty() && d.r#type.is_some() && !d.levels.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_more_needs_a_row_and_no_build() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    world
        .execute(
            "INSERT INTO setting_definitions (key, part, description, kind, choices, default_value, at_organization, \
             at_template, at_user) VALUES ('ring_tone', 'calling', 'Tone.', 'choice', '{A,B}', '\"A\"', true, true, false)",
        )
        .await;
    let name = format!("{partner}/settings");
    world.set(&token, &name, json!({"ring_tone": "B"})).await;
    let scope = SettingsScope { organization: partner.to_string(), ..Default::default() };
    let values = by_key(world.effective(&token, scope).await.unwrap());
    assert_eq!(values["ring_tone"], (json!("B"), SettingLevel::Organization));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_set_removed_and_read_back() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let user = format!("{partner}/users/{}/settings", UserId::new().uuid());
    for name in [format!("{partner}/settings"), user] {
        let empty = world.settings_of(&token, &name).await;
        assert_eq!((from_struct(empty.values.clone().unwrap()), empty.update_time), (json!({}), None));
        let all = json!({"voicemail": false, "voicemail_rings": 7, "voicemail_longest_message": "90s", "caller_id": "HIDDEN"});
        let set = world.set(&token, &name, all.clone()).await;
        assert_eq!(from_struct(set.values.clone().unwrap()), all);
        assert_ne!(set.etag, empty.etag);
        assert_eq!(world.settings_of(&token, &name).await, set);

        let single = update(
            &name,
            &set.etag,
            json!({"voicemail_rings": 8, "voicemail": true}),
            &["values.voicemail_rings", "values.caller_id"],
        );
        let changed = world.settings().update_settings(request(&token, single)).await.unwrap().into_inner();
        let expected = json!({"voicemail": false, "voicemail_rings": 8, "voicemail_longest_message": "90s"});
        assert_eq!(
            from_struct(changed.values.unwrap()),
            expected,
            "what the mask names and the message leaves out goes"
        );
    }
    assert_eq!(world.count("SELECT count(*) FROM outbox WHERE kind = 'settings.updated'").await, 4);
    assert_eq!(world.count("SELECT count(*) FROM history WHERE verb = 'settings.updated'").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_goes_over_the_template_and_the_template_over_the_organization() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    let admin = world.person(customer, dialtone_authz::Role::ProvisioningAdmin).await;
    let user = format!("{customer}/users/{}", UserId::new().uuid());
    world
        .set(
            &admin,
            &format!("{customer}/settings"),
            json!({"voicemail_rings": 1, "call_waiting": false, "time_format": "12H"}),
        )
        .await;
    world.set(&admin, &format!("{user}/settings"), json!({"voicemail_rings": 4})).await;
    let draft = world.draft(partner, &token).await;
    let given =
        Template { settings: object(json!({"voicemail_rings": 2, "call_waiting": true})), ..Template::default() };
    let template = world.edit(&token, &draft, given, &["settings"]).await;
    world.submit(&token, &template).await;
    let revision = format!("{}/revisions/1", template.name);

    let scope = |revision: &str, user: &str| SettingsScope {
        organization: customer.to_string(),
        revision: revision.into(),
        user: user.into(),
    };
    let keys = ["voicemail_rings", "call_waiting", "time_format", "voicemail"];
    let seen = |answer: EffectiveSettingsResponse| {
        let values = by_key(answer);
        keys.map(|key| values[key].clone())
    };
    // No template yet.
    let alone = world.effective(&admin, scope("", "")).await.unwrap();
    assert_eq!(alone.revision, "");
    use SettingLevel::{Default as Product, Organization, Template as ByTemplate, User};
    let expected =
        [(json!(1), Organization), (json!(false), Organization), (json!("12H"), Organization), (json!(true), Product)];
    assert_eq!(seen(alone), expected);

    // The partner's template is not the customer's to read before it was made with it.
    let denied = world.effective(&admin, scope(&revision, &user)).await;
    assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED", { "permission" => "settings.get" });
    let record =
        RecordTemplateUseRequest { revision: revision.clone(), customer: customer.to_string(), ..Default::default() };
    let service = world.keys.service(ServiceName::Subscriptions);
    world.templates().record_template_use(request(&service, record)).await.unwrap();
    let expected = [(json!(4), User), (json!(true), ByTemplate), (json!("12H"), Organization), (json!(true), Product)];
    for (token, named) in [(&admin, revision.as_str()), (&admin, ""), (&service, revision.as_str())] {
        let answer = world.effective(token, scope(named, &user)).await.unwrap();
        assert_eq!(answer.revision, revision);
        assert_eq!(seen(answer), expected);
    }
    let everybody = by_key(world.effective(&admin, scope("", "")).await.unwrap());
    assert_eq!(everybody["voicemail_rings"], (json!(2), ByTemplate));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_of_two_partners_has_to_name_the_revision() {
    let world = World::new().await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    let admin = world.person(customer, dialtone_authz::Role::ReadOnly).await;
    let service = world.keys.service(ServiceName::Subscriptions);
    let mut revisions = Vec::new();
    for name in ["One", "Two"] {
        let (partner, token) = world.partner(name).await;
        let revision = format!("{}/revisions/1", world.submitted(partner, &token).await.name);
        let record = RecordTemplateUseRequest {
            revision: revision.clone(),
            customer: customer.to_string(),
            ..Default::default()
        };
        world.templates().record_template_use(request(&service, record)).await.unwrap();
        revisions.push(revision);
    }
    let scope = |revision: &str| SettingsScope {
        organization: customer.to_string(),
        revision: revision.into(),
        user: String::new(),
    };
    let several = world.effective(&admin, scope("")).await;
    assert_fault!(several, FailedPrecondition, "SEVERAL_TEMPLATES_APPLY", { "organization" => customer.to_string() });
    for revision in &revisions {
        assert_eq!(&world.effective(&admin, scope(revision)).await.unwrap().revision, revision);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_does_not_hang_together_is_refused() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let other = OrganizationId::new();
    let scope = SettingsScope {
        organization: partner.to_string(),
        revision: format!("{partner}/templates/{}/revisions/0", UserId::new().uuid()),
        user: format!("{other}/users/{}", UserId::new().uuid()),
    };
    let seen = assert_fault!(world.effective(&token, scope).await, InvalidArgument, "INVALID_FIELDS");
    assert!(seen.fields.iter().any(|field| field == "scope.user"), "{seen:?}");
    assert!(seen.fields.iter().any(|field| field == "scope.revision"), "{seen:?}");
    let missing = format!("{partner}/templates/{}/revisions/1", UserId::new().uuid());
    let scope = SettingsScope { organization: partner.to_string(), revision: missing.clone(), user: String::new() };
    assert_fault!(world.effective(&token, scope).await, NotFound, "NOT_FOUND", { "resource" => missing });
    let scope = SettingsScope { organization: other.to_string(), ..Default::default() };
    assert_fault!(world.effective(&token, scope).await, PermissionDenied, "PERMISSION_DENIED");
}
