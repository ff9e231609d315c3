//! Plans of hosted services: of the provider and of partners.

use dialtone_authz::Role;
use dialtone_proto::orgfinder::v1::OrganizationRole;
use dialtone_proto::templates::v1::{
    Archiving, CreateCustomerPlanRequest, CreateUserPlanRequest, CustomerPlan, DeleteUserPlanRequest, Federation,
    GetUserPlanRequest, ListUserPlansRequest, TelephonyOption, UpdateCustomerPlanRequest, UpdateUserPlanRequest,
    UserPlan,
};
use dialtone_testkit::{assert_fault, request};
use prost_types::FieldMask;
use tonic::{Response, Status};
use uuid::Uuid;

use crate::offer_support::{PROVIDER, giving, pc_to_pc, standard, user_of};
use crate::support::World;

impl World {
    async fn get(&self, token: &str, name: &str) -> Result<UserPlan, Status> {
        let message = GetUserPlanRequest { name: name.to_owned() };
        self.catalog().get_user_plan(request(token, message)).await.map(Response::into_inner)
    }

    async fn update(&self, token: &str, message: UpdateUserPlanRequest) -> Result<UserPlan, Status> {
        self.catalog().update_user_plan(request(token, message)).await.map(Response::into_inner)
    }

    async fn delete(&self, token: &str, plan: &UserPlan) -> Result<UserPlan, Status> {
        let message = DeleteUserPlanRequest { name: plan.name.clone(), etag: plan.etag.clone(), ..Default::default() };
        self.catalog().delete_user_plan(request(token, message)).await.map(Response::into_inner)
    }

    async fn listed(&self, token: &str, message: ListUserPlansRequest) -> Result<(Vec<UserPlan>, String), Status> {
        let page = self.catalog().list_user_plans(request(token, message)).await?.into_inner();
        Ok((page.user_plans, page.next_page_token))
    }

    async fn create_customer(&self, token: &str, parent: &str, plan: CustomerPlan) -> Result<CustomerPlan, Status> {
        let message =
            CreateCustomerPlanRequest { parent: parent.into(), customer_plan: Some(plan), ..Default::default() };
        self.catalog().create_customer_plan(request(token, message)).await.map(Response::into_inner)
    }
}

fn edit(plan: &UserPlan, new: UserPlan, mask: &[&str]) -> UpdateUserPlanRequest {
    UpdateUserPlanRequest {
        user_plan: Some(UserPlan { name: plan.name.clone(), etag: plan.etag.clone(), ..new }),
        update_mask: Some(FieldMask { paths: mask.iter().map(|path| (*path).to_owned()).collect() }),
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_s_plan_lives_from_creation_to_deletion() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let parent = partner.to_string();
    let made = world.create_user_plan(&token, &parent, pc_to_pc()).await.unwrap();
    assert!(made.name.starts_with(&format!("{parent}/userPlans/")));
    assert_eq!((made.display_name.as_str(), made.telephony_option()), ("PC to PC", TelephonyOption::PcToPc));
    assert_eq!(world.get(&token, &made.name).await.unwrap(), made);

    let voice = UserPlan {
        telephony_option: TelephonyOption::EnterpriseVoice.into(),
        dial_plan: "Uppsala".into(),
        voice_policy: "National".into(),
        ..Default::default()
    };
    let message = edit(&made, voice, &["telephony_option", "dial_plan", "voice_policy"]);
    let edited = world.update(&token, message.clone()).await.unwrap();
    assert_eq!((edited.dial_plan.as_str(), edited.display_name.as_str()), ("Uppsala", "PC to PC"));
    assert_fault!(world.update(&token, message).await, Aborted, "ETAG_MISMATCH", { "resource" => made.name });
    assert_fault!(world.delete(&token, &made).await, Aborted, "ETAG_MISMATCH", { "resource" => made.name });

    assert_eq!(world.delete(&token, &edited).await.unwrap(), edited);
    assert_fault!(world.get(&token, &made.name).await, NotFound, "NOT_FOUND", { "resource" => made.name });
    assert_fault!(world.delete(&token, &edited).await, NotFound, "NOT_FOUND");
    for verb in ["user_plan.created", "user_plan.updated", "user_plan.deleted"] {
        let told = format!("SELECT count(*) FROM outbox WHERE kind = '{verb}' AND resource = '{}'", made.name);
        assert_eq!(world.count(&told).await, 1, "{verb}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_s_plans_are_read_by_everybody_and_written_by_its_staff() {
    let world = World::new().await;
    let (_, partner) = world.partner("Partner").await;
    let name = world.user_plan().await;
    assert!(name.starts_with("organizations/-/userPlans/"));
    let plan = world.get(&partner, &name).await.unwrap();
    let list = ListUserPlansRequest { parent: PROVIDER.into(), ..Default::default() };
    assert_eq!(world.listed(&partner, list.clone()).await.unwrap().0, std::slice::from_ref(&plan));
    let footprint = world.footprint().await;
    let denied = world.create_user_plan(&partner, PROVIDER, pc_to_pc()).await;
    assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED", { "permission" => "userPlans.create" });
    let denied = world.update(&partner, edit(&plan, pc_to_pc(), &["display_name"])).await;
    assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED", { "permission" => "userPlans.update" });
    let denied = world.delete(&partner, &plan).await;
    assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED", { "permission" => "userPlans.delete" });
    assert_eq!(world.footprint().await, footprint);
    // Whoever is nobody's reads nothing.
    let nobody = world.keys.token_for("nobody");
    assert_fault!(world.get(&nobody, &name).await, PermissionDenied, "PERMISSION_DENIED");
    assert_fault!(world.listed(&nobody, list).await, PermissionDenied, "PERMISSION_DENIED");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_partner_s_plans_are_as_those_that_do_not_exist() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let (_, stranger) = world.partner("Other").await;
    let reader = world.person(partner, Role::ReadOnly).await;
    let plan = world.create_user_plan(&token, &partner.to_string(), pc_to_pc()).await.unwrap();
    let missing = UserPlan { name: format!("{partner}/userPlans/{}", Uuid::now_v7()), ..plan.clone() };
    let footprint = world.footprint().await;
    let mut texts = std::collections::HashSet::new();
    for plan in [&plan, &missing] {
        let denied = [
            world.get(&stranger, &plan.name).await,
            world.update(&stranger, edit(plan, pc_to_pc(), &["display_name"])).await,
            world.delete(&stranger, plan).await,
            world.update(&reader, edit(plan, pc_to_pc(), &["display_name"])).await,
            world.delete(&reader, plan).await,
            world.create_user_plan(&stranger, &partner.to_string(), pc_to_pc()).await,
        ];
        for denied in denied {
            assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED");
            texts.insert(denied.unwrap_err().message().to_owned());
        }
    }
    assert_eq!(texts.len(), 1);
    let list = ListUserPlansRequest { parent: partner.to_string(), ..Default::default() };
    assert_fault!(world.listed(&stranger, list.clone()).await, PermissionDenied, "PERMISSION_DENIED");
    assert_eq!(world.listed(&reader, list).await.unwrap().0, std::slice::from_ref(&plan));
    // The same id under another owner or kind is another name.
    let elsewhere = plan.name.replace(&partner.to_string(), PROVIDER);
    assert_fault!(world.get(&token, &elsewhere).await, NotFound, "NOT_FOUND");
    let other_kind = plan.name.replace("userPlans", "customerPlans");
    assert_fault!(world.get(&token, &other_kind).await, InvalidArgument, "INVALID_FIELDS", ["name"]);
    assert_eq!(world.footprint().await, footprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_telephony_option_takes_its_own_settings() {
    use TelephonyOption::{
        AudioVideoDisabled, EnterpriseVoice, PcToPc, RemoteCallControl, RemoteCallControlOnly, Unspecified,
    };
    let world = World::new().await;
    let token = world.keys.platform();
    let create = async |option: TelephonyOption, uri: &str, plan: &str, policy: &str| {
        let plan = UserPlan {
            telephony_option: option.into(),
            line_server_uri: uri.into(),
            dial_plan: plan.into(),
            voice_policy: policy.into(),
            ..pc_to_pc()
        };
        world.create_user_plan(&token, PROVIDER, plan).await
    };
    let uri = "sip:rcc@pbx.example";
    for (option, uri, plan, policy) in [
        (EnterpriseVoice, "", "", ""),
        (EnterpriseVoice, "", "Uppsala", "National"),
        (PcToPc, "", "", ""),
        (AudioVideoDisabled, "", "", ""),
        (RemoteCallControl, uri, "", ""),
        (RemoteCallControlOnly, "sips:pbx.example:5061;transport=tls", "", ""),
    ] {
        assert_eq!(create(option, uri, plan, policy).await.unwrap().telephony_option(), option);
    }
    let footprint = world.footprint().await;
    let too_long = format!("sip:{}@pbx.example", "a".repeat(10_240));
    for (option, uri, plan, policy, fields) in [
        (EnterpriseVoice, uri, "", "", vec!["line_server_uri"]),
        (PcToPc, uri, "P", "V", vec!["line_server_uri", "dial_plan", "voice_policy"]),
        (AudioVideoDisabled, "", "P", "", vec!["dial_plan"]),
        (RemoteCallControl, "", "", "", vec!["line_server_uri"]),
        (RemoteCallControlOnly, "", "", "V", vec!["line_server_uri", "voice_policy"]),
        (RemoteCallControl, "tel:+461234", "", "", vec!["line_server_uri"]),
        (RemoteCallControl, "sip:", "", "", vec!["line_server_uri"]),
        (RemoteCallControl, "sip:rcc@pbx.example\0", "", "", vec!["line_server_uri"]),
        (RemoteCallControl, "sip:rcc@pbx.example\n", "", "", vec!["line_server_uri"]),
        (RemoteCallControl, too_long.as_str(), "", "", vec!["line_server_uri"]),
        (EnterpriseVoice, "", "\0", "\u{1f600}", vec!["dial_plan", "voice_policy"]),
        (Unspecified, "", "", "", vec!["telephony_option"]),
    ] {
        let seen = assert_fault!(create(option, uri, plan, policy).await, InvalidArgument, "INVALID_FIELDS");
        let mut named = seen.fields.clone();
        named.dedup();
        let fields: Vec<_> = fields.iter().map(|field| format!("user_plan.{field}")).collect();
        assert_eq!(named, fields, "{option:?} {uri} {plan} {policy}");
    }
    // An edit is judged by what would come of it.
    let made = create(PcToPc, "", "", "").await.unwrap();
    let before = world.footprint().await;
    assert_ne!(before, footprint);
    let half = UserPlan { telephony_option: RemoteCallControl.into(), ..Default::default() };
    let refused = world.update(&token, edit(&made, half, &["telephony_option"])).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["user_plan.line_server_uri"]);
    let refused = world.update(&token, edit(&made, pc_to_pc(), &["offering"])).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["update_mask"]);
    let unread = UserPlan { etag: String::new(), ..made.clone() };
    let refused = world.update(&token, edit(&unread, pc_to_pc(), &["display_name"])).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["user_plan.etag"]);
    assert_eq!(world.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_plan_says_what_a_customer_can_have() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let parent = partner.to_string();
    let plan = CustomerPlan {
        allowed_telephony_options: vec![TelephonyOption::PcToPc.into(), TelephonyOption::EnterpriseVoice.into()],
        federation: Federation::ListedDomains.into(),
        federated_domains: vec!["friend.example".into()],
        archiving: Archiving::Federated.into(),
        ..standard()
    };
    let made = world.create_customer(&token, &parent, plan.clone()).await.unwrap();
    let same = CustomerPlan { name: made.name.clone(), etag: made.etag.clone(), ..plan.clone() };
    assert_eq!(CustomerPlan { create_time: None, update_time: None, ..made.clone() }, same);
    let plain = world.create_customer(&token, &parent, standard()).await.unwrap();
    assert_eq!((plain.federation(), plain.archiving()), (Federation::Disabled, Archiving::None));

    let footprint = world.footprint().await;
    for (change, fields) in [
        (CustomerPlan { federated_domains: vec![], ..plan.clone() }, ["federated_domains"]),
        (CustomerPlan { federation: Federation::Open.into(), ..plan.clone() }, ["federated_domains"]),
        (CustomerPlan { federated_domains: vec!["A.example".into()], ..plan.clone() }, ["federated_domains[0]"]),
        (CustomerPlan { allowed_telephony_options: vec![2, 2], ..plan.clone() }, ["allowed_telephony_options"]),
        (CustomerPlan { display_name: "\u{202e}".into(), ..plan.clone() }, ["display_name"]),
        (CustomerPlan { display_name: "n".repeat(10_240), ..plan.clone() }, ["display_name"]),
        (CustomerPlan { offering: "lync-hosted".into(), ..plan.clone() }, ["offering"]),
    ] {
        let seen =
            assert_fault!(world.create_customer(&token, &parent, change).await, InvalidArgument, "INVALID_FIELDS");
        assert_eq!(seen.fields, fields.map(|field| format!("customer_plan.{field}")));
    }
    let open = CustomerPlan {
        name: made.name.clone(),
        etag: made.etag.clone(),
        federation: Federation::Open.into(),
        ..Default::default()
    };
    let message = |paths: &[&str]| UpdateCustomerPlanRequest {
        customer_plan: Some(open.clone()),
        update_mask: Some(FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }),
        ..Default::default()
    };
    let half = world.catalog().update_customer_plan(request(&token, message(&["federation"]))).await;
    assert_fault!(half, InvalidArgument, "INVALID_FIELDS", ["customer_plan.federated_domains"]);
    assert_eq!(world.footprint().await, footprint);
    let both = message(&["federation", "federated_domains"]);
    let edited = world.catalog().update_customer_plan(request(&token, both)).await.unwrap().into_inner();
    assert_eq!((edited.federation(), edited.federated_domains.len()), (Federation::Open, 0));
    assert_eq!(world.count("SELECT count(*) FROM outbox WHERE kind LIKE 'customer_plan.%'").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_any_script_are_kept_and_those_that_deceive_are_refused() {
    let world = World::new().await;
    let token = world.keys.platform();
    for name in ["👩‍💻 Büro 🇸🇪", "مكاتب\u{200f} (صغيرة)", &"\u{1f600}".repeat(200)] {
        let plan = UserPlan { display_name: name.into(), ..pc_to_pc() };
        assert_eq!(world.create_user_plan(&token, PROVIDER, plan).await.expect(name).display_name, name);
    }
    for name in ["", "nul\0", "over\u{202e}ride", " blank", &"n".repeat(10_240)] {
        let plan = UserPlan { display_name: name.into(), ..pc_to_pc() };
        let refused = world.create_user_plan(&token, PROVIDER, plan).await;
        let seen = assert_fault!(refused, InvalidArgument, "INVALID_FIELDS");
        assert!(seen.fields.iter().all(|field| field == "user_plan.display_name"), "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_belong_to_partners_and_to_hosted_services() {
    let world = World::new().await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    let token = world.person(customer, Role::FullAdmin).await;
    let footprint = world.footprint().await;
    let refused = world.create_user_plan(&token, &customer.to_string(), pc_to_pc()).await;
    assert_fault!(refused, FailedPrecondition, "NOT_A_PARTNER", { "organization" => customer.to_string() });
    let platform = world.keys.platform();
    let nowhere = format!("organizations/{}", Uuid::now_v7());
    let refused = world.create_user_plan(&platform, &nowhere, pc_to_pc()).await;
    assert_fault!(refused, NotFound, "NOT_FOUND", { "resource" => nowhere });
    for offering in ["offerings/webex-calling", "offerings/nothing"] {
        let plan = UserPlan { offering: offering.into(), ..pc_to_pc() };
        let refused = world.create_user_plan(&platform, PROVIDER, plan).await;
        assert_fault!(refused, FailedPrecondition, "OFFERING_WITHOUT_PLANS", { "offering" => offering });
    }
    world.execute("SET search_path = templates; UPDATE offerings SET retired = true").await;
    let refused = world.create_user_plan(&platform, PROVIDER, pc_to_pc()).await;
    assert_fault!(refused, FailedPrecondition, "OFFERING_WITHOUT_PLANS", { "offering" => "offerings/lync-hosted" });
    assert_eq!(world.footprint().await, footprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_makes_no_second_plan_and_a_rehearsal_none() {
    let world = World::new().await;
    let token = world.keys.platform();
    let create = async |message: CreateUserPlanRequest| {
        world.catalog().create_user_plan(request(&token, message)).await.map(Response::into_inner)
    };
    let message = CreateUserPlanRequest {
        parent: PROVIDER.into(),
        user_plan: Some(pc_to_pc()),
        request_id: Uuid::now_v7().to_string(),
        validate_only: false,
    };
    let footprint = world.footprint().await;
    create(CreateUserPlanRequest { validate_only: true, ..message.clone() }).await.unwrap();
    assert_eq!(world.footprint().await, footprint);
    let answers = futures::future::join_all((0..8).map(|_| create(message.clone()))).await;
    let first = answers[0].as_ref().unwrap();
    assert!(answers.iter().all(|answer| answer.as_ref().unwrap() == first));
    assert_eq!(world.count("SELECT count(*) FROM plans").await, 1);
    let other = UserPlan { display_name: "Other".into(), ..pc_to_pc() };
    let reused = create(CreateUserPlanRequest { user_plan: Some(other), ..message }).await;
    assert_fault!(reused, AlreadyExists, "REQUEST_ID_REUSED");
    // Of two edits at once one is stale.
    let plan = first.clone();
    let rename = |name: &str| UserPlan { display_name: name.into(), ..Default::default() };
    let (one, two) = tokio::join!(
        world.update(&token, edit(&plan, rename("One"), &["display_name"])),
        world.update(&token, edit(&plan, rename("Two"), &["display_name"]))
    );
    assert_eq!([one.is_ok(), two.is_ok()].iter().filter(|ok| **ok).count(), 1);
    let loser = if one.is_ok() { two } else { one };
    assert_fault!(loser, Aborted, "ETAG_MISMATCH");
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_are_listed_page_by_page() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let parent = partner.to_string();
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(world.create_user_plan(&token, &parent, pc_to_pc()).await.unwrap());
    }
    world.create_customer(&token, &parent, standard()).await.unwrap();
    world.user_plan().await;
    let (mut seen, mut page_token) = (Vec::new(), String::new());
    loop {
        let message = ListUserPlansRequest { parent: parent.clone(), page_size: 3, page_token };
        let (page, next) = world.listed(&token, message).await.unwrap();
        assert!(page.len() <= 3);
        seen.extend(page);
        if next.is_empty() {
            break;
        }
        page_token = next;
    }
    assert_eq!(seen, made);
    let message = ListUserPlansRequest { parent: parent.clone(), page_size: 3, ..Default::default() };
    let (_, page_token) = world.listed(&token, message).await.unwrap();
    for page_token in [page_token.clone(), format!("{page_token}x"), "x".into()] {
        let message = ListUserPlansRequest { parent: PROVIDER.into(), page_token, ..Default::default() };
        assert_fault!(world.listed(&token, message).await, InvalidArgument, "INVALID_PAGE_TOKEN");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_somebody_has_keeps_what_its_users_can_do_and_is_not_deleted() {
    let world = World::new().await;
    let (partner, _) = world.partner("Partner").await;
    let token = world.keys.platform();
    let name = world.user_plan().await;
    let plan = world.get(&token, &name).await.unwrap();
    world.offered(partner, &[&name]).await;
    let refused = world.delete(&token, &plan).await;
    assert_fault!(refused, FailedPrecondition, "PLAN_OFFERED", { "plans" => name, "offers" => "1" });

    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    let holder = user_of(customer);
    world.give(giving(partner, &name, &holder)).await.unwrap();
    let footprint = world.footprint().await;
    let voice = UserPlan { telephony_option: TelephonyOption::EnterpriseVoice.into(), ..Default::default() };
    for refused in [
        world.delete(&token, &plan).await,
        world.update(&token, edit(&plan, voice.clone(), &["telephony_option"])).await,
    ] {
        assert_fault!(
            refused, FailedPrecondition, "PLAN_IN_USE",
            { "plans" => name, "holders" => "1", "holder_names" => holder }
        );
    }
    assert_eq!(world.footprint().await, footprint);
    let renamed = UserPlan { display_name: "Other".into(), ..Default::default() };
    let plan = world.update(&token, edit(&plan, renamed, &["display_name"])).await.unwrap();
    world.take_back(giving(partner, &name, &holder)).await.unwrap();
    let plan = world.update(&token, edit(&plan, voice, &["telephony_option"])).await.unwrap();
    assert_eq!(plan.telephony_option(), TelephonyOption::EnterpriseVoice);
    let offer = world.offer(&token, partner).await.unwrap();
    world.withdraw(&token, crate::offer_support::withdrawal(&offer, &[])).await.unwrap();
    world.delete(&token, &plan).await.unwrap();
}
