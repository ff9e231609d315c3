//! What a customer's plan allows its users, whichever of the two is given first.

use dialtone_ids::OrganizationId;
use dialtone_proto::orgfinder::v1::OrganizationRole;
use dialtone_proto::templates::v1::{
    CustomerPlan, RecordPlanUseRequest, TelephonyOption, UpdateCustomerPlanRequest, UserPlan,
};
use dialtone_testkit::{assert_fault, request};
use prost_types::FieldMask;
use uuid::Uuid;

use crate::offer_support::{PROVIDER, giving, pc_to_pc, standard, user_of};
use crate::support::World;

/// A customer plan whose users may have PC_TO_PC only, and user plans with that and with more; all of them offered to the partner.
struct Plans {
    partner: OrganizationId,
    narrow: CustomerPlan,
    voice: String,
    computer: String,
}

impl Plans {
    async fn new(world: &World) -> Self {
        let (partner, _) = world.partner("Partner").await;
        let allowed_telephony_options = vec![TelephonyOption::PcToPc.into()];
        let narrow = world.create_customer_plan(CustomerPlan { allowed_telephony_options, ..standard() }).await;
        let voice = UserPlan { telephony_option: TelephonyOption::EnterpriseVoice.into(), ..pc_to_pc() };
        let voice = world.create_user_plan(&world.keys.platform(), PROVIDER, voice).await.expect("a plan").name;
        let computer = world.user_plan().await;
        world.offered(partner, &[&narrow.name, &voice, &computer]).await;
        Self { partner, narrow, voice, computer }
    }

    fn narrow_to(&self, customer: OrganizationId) -> RecordPlanUseRequest {
        giving(self.partner, &self.narrow.name, customer)
    }

    fn voice_to(&self, user: &str) -> RecordPlanUseRequest {
        giving(self.partner, &self.voice, user)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_not_given_what_the_plan_of_their_customer_does_not_allow() {
    let world = World::new().await;
    let plans = Plans::new(&world).await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    let other = world.organization("Other", OrganizationRole::Customer).await;
    world.give(plans.narrow_to(customer)).await.unwrap();
    let user = user_of(customer);
    let footprint = world.footprint().await;
    for validate_only in [true, false] {
        let refused = world.give(RecordPlanUseRequest { validate_only, ..plans.voice_to(&user) }).await;
        assert_fault!(
            refused, FailedPrecondition, "TELEPHONY_NOT_ALLOWED",
            { "plan" => plans.voice, "plans" => plans.narrow.name, "holders" => "1" }
        );
    }
    assert_eq!(world.footprint().await, footprint);
    world.give(giving(plans.partner, &plans.computer, &user)).await.unwrap();
    world.give(plans.voice_to(&user_of(other))).await.unwrap();
    world.take_back(plans.narrow_to(customer)).await.unwrap();
    world.give(plans.voice_to(&user)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_not_given_a_plan_that_does_not_allow_what_its_users_have() {
    let world = World::new().await;
    let plans = Plans::new(&world).await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    let users = [user_of(customer), user_of(customer)];
    for user in &users {
        world.give(plans.voice_to(user)).await.unwrap();
        world.give(giving(plans.partner, &plans.computer, user)).await.unwrap();
    }
    let footprint = world.footprint().await;
    assert_fault!(
        world.give(plans.narrow_to(customer)).await, FailedPrecondition, "TELEPHONY_NOT_ALLOWED",
        { "plan" => plans.narrow.name, "plans" => plans.voice, "holders" => "2" }
    );
    assert_eq!(world.footprint().await, footprint);
    for user in &users {
        world.take_back(plans.voice_to(user)).await.unwrap();
    }
    world.give(plans.narrow_to(customer)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_customer_plan_can_come_to_allow_more_and_not_less() {
    let world = World::new().await;
    let plans = Plans::new(&world).await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    world.give(plans.narrow_to(customer)).await.unwrap();
    let token = world.keys.platform();
    let allow = async |plan: &CustomerPlan, options: &[TelephonyOption]| {
        let allowed_telephony_options = options.iter().map(|option| (*option).into()).collect();
        let message = UpdateCustomerPlanRequest {
            customer_plan: Some(CustomerPlan { allowed_telephony_options, ..plan.clone() }),
            update_mask: Some(FieldMask { paths: vec!["allowed_telephony_options".into()] }),
            ..Default::default()
        };
        world.catalog().update_customer_plan(request(&token, message)).await.map(tonic::Response::into_inner)
    };
    let more = [TelephonyOption::PcToPc, TelephonyOption::EnterpriseVoice];
    let wider = allow(&plans.narrow, &more).await.unwrap();
    world.give(plans.voice_to(&user_of(customer))).await.unwrap();
    let footprint = world.footprint().await;
    assert_fault!(
        allow(&wider, &more[..1]).await, FailedPrecondition, "PLAN_IN_USE",
        { "plans" => plans.narrow.name, "holders" => "1", "holder_names" => customer.to_string() }
    );
    assert_eq!(world.footprint().await, footprint);
    // Empty for all, of which some is less.
    let all = allow(&wider, &[]).await.unwrap();
    assert_fault!(allow(&all, &more).await, FailedPrecondition, "PLAN_IN_USE");
    world.take_back(plans.narrow_to(customer)).await.unwrap();
    allow(&all, &more).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_plan_of_the_customer_and_one_of_a_user_at_once_that_do_not_go_together_one_wins() {
    let world = World::new().await;
    let plans = Plans::new(&world).await;
    for _ in 0..10 {
        let customer = world.organization(&Uuid::now_v7().to_string(), OrganizationRole::Customer).await;
        let user = user_of(customer);
        let (whole, single) = tokio::join!(world.give(plans.narrow_to(customer)), world.give(plans.voice_to(&user)));
        assert!(whole.is_ok() != single.is_ok(), "{whole:?} {single:?}");
        let refused = if whole.is_err() { whole } else { single };
        assert_fault!(refused, FailedPrecondition, "TELEPHONY_NOT_ALLOWED");
    }
    assert_eq!(world.count("SELECT count(*) FROM plan_uses").await, 10);
}
