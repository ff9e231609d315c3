//! A reseller offer: ticked, applied, provisioned, handed down a tier, withdrawn.

use dialtone_authz::Role;
use dialtone_ids::{OrganizationId, ServiceName};
use dialtone_proto::orgfinder::v1::OrganizationRole;
use dialtone_proto::templates::v1::offered_plan::Plan;
use dialtone_proto::templates::v1::{
    ApplyResellerOfferRequest, CheckOfferedRequest, ListOfferedPlansRequest, ProvisionResellerOfferRequest,
    ResellerOffer, ResellerOfferState, WithdrawResellerOfferRequest,
};
use dialtone_testkit::{assert_fault, request};
use tonic::Status;
use uuid::Uuid;

use crate::offer_support::{giving, offer_of, pc_to_pc, provisioning, ticks, user_of, withdrawal};
use crate::support::World;

impl World {
    async fn is_offered(&self, token: &str, partner: OrganizationId, plan: &str) -> Result<bool, Status> {
        let message = CheckOfferedRequest { name: offer_of(partner), plan: plan.to_owned() };
        Ok(self.offers().check_offered(request(token, message)).await?.into_inner().offered)
    }

    async fn can_give(&self, token: &str, partner: OrganizationId, page_size: i32) -> Vec<String> {
        let (mut names, mut page_token) = (Vec::new(), String::new());
        loop {
            let message = ListOfferedPlansRequest { parent: offer_of(partner), page_size, page_token };
            let page = self.offers().list_offered_plans(request(token, message)).await.expect("a page").into_inner();
            assert!(page_size == 0 || page.plans.len() <= usize::try_from(page_size).unwrap());
            names.extend(page.plans.into_iter().map(|plan| match plan.plan.expect("it is one of the two") {
                Plan::UserPlan(plan) => plan.name,
                Plan::CustomerPlan(plan) => plan.name,
            }));
            if page.next_page_token.is_empty() {
                return names;
            }
            page_token = page.next_page_token;
        }
    }
}

fn sorted(plans: &[&str]) -> Vec<String> {
    let mut plans: Vec<String> = plans.iter().map(|plan| (*plan).to_owned()).collect();
    plans.sort();
    plans
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_applied_is_saved_and_offered_only_once_provisioned() {
    let world = World::new().await;
    let (partner, reader) = world.partner("Partner").await;
    let token = world.keys.platform();
    let (user, customer) = (world.user_plan().await, world.customer_plan().await);
    assert_fault!(world.offer(&reader, partner).await, NotFound, "NOT_FOUND", { "resource" => offer_of(partner) });

    let applied = world.apply(&token, ticks(partner, &[&user, &customer])).await.unwrap();
    assert_eq!(applied.state(), ResellerOfferState::Applied);
    assert_eq!(
        (applied.user_plans.as_slice(), applied.customer_plans.as_slice()),
        (&[user.clone()][..], &[customer.clone()][..])
    );
    assert_eq!((applied.offered_user_plans.len(), applied.offered_customer_plans.len()), (0, 0));
    assert_eq!((applied.offering.as_str(), applied.offered_by.as_str()), ("offerings/lync-hosted", ""));
    assert_eq!(applied.provision_time, None);
    assert!(!world.is_offered(&reader, partner, &user).await.unwrap());
    assert_eq!(world.can_give(&reader, partner, 0).await, [""; 0]);

    let provisioned = world.provision(&token, provisioning(&applied)).await.unwrap();
    assert_eq!(provisioned.state(), ResellerOfferState::Provisioned);
    assert_eq!(provisioned.offered_user_plans, std::slice::from_ref(&user));
    assert!(provisioned.provision_time.is_some());
    assert_eq!(world.offer(&reader, partner).await.unwrap(), provisioned);
    for plan in [&user, &customer] {
        assert!(world.is_offered(&reader, partner, plan).await.unwrap());
        assert!(world.is_offered(&world.keys.service(ServiceName::UserProvisioning), partner, plan).await.unwrap());
    }
    assert_eq!(world.can_give(&reader, partner, 1).await, [user.clone(), customer.clone()]);

    // Other ticks change nothing of what is offered until they are provisioned.
    let more = world.user_plan().await;
    let changed = ApplyResellerOfferRequest { etag: provisioned.etag.clone(), ..ticks(partner, &[&user, &more]) };
    let changed = world.apply(&token, changed).await.unwrap();
    assert_eq!(changed.state(), ResellerOfferState::ProvisionedWithChanges);
    assert!(!world.is_offered(&reader, partner, &more).await.unwrap());
    assert!(world.is_offered(&reader, partner, &customer).await.unwrap());
    let again = world.provision(&token, provisioning(&changed)).await.unwrap();
    assert_eq!(again.state(), ResellerOfferState::Provisioned);
    assert_eq!(sorted(&[&user, &more]), again.offered_user_plans);
    assert!(!world.is_offered(&reader, partner, &customer).await.unwrap());

    let part = world.withdraw(&token, withdrawal(&again, &[&more])).await.unwrap();
    assert_eq!((part.user_plans.clone(), part.offered_user_plans.clone()), (vec![user.clone()], vec![user.clone()]));
    let all = world.withdraw(&token, withdrawal(&part, &[])).await.unwrap();
    assert_eq!(all.state(), ResellerOfferState::Withdrawn);
    assert_eq!(world.can_give(&reader, partner, 0).await, [""; 0]);
    for (verb, times) in [("applied", 2), ("provisioned", 2), ("withdrawn", 2)] {
        let told =
            format!("SELECT count(*) FROM outbox WHERE kind = 'reseller_offer.{verb}' AND resource = '{}'", all.name);
        assert_eq!(world.count(&told).await, times, "{verb}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_offered_plans_are_listed_page_by_page() {
    let world = World::new().await;
    let (partner, reader) = world.partner("Partner").await;
    let mut plans = Vec::new();
    for _ in 0..5 {
        plans.push(world.user_plan().await);
    }
    for _ in 0..3 {
        plans.push(world.customer_plan().await);
    }
    world.offered(partner, &plans.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for size in [0, 1, 2, 3, 5, 8, 100] {
        assert_eq!(world.can_give(&reader, partner, size).await, plans, "{size}");
    }
    let message = ListOfferedPlansRequest { parent: offer_of(partner), page_token: "x".into(), ..Default::default() };
    let refused = world.offers().list_offered_plans(request(&reader, message)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_PAGE_TOKEN");
}

/// A partner with its administrator's token, and one below it with its own.
async fn two_tiers(world: &World) -> [(OrganizationId, String); 2] {
    let (above, below) = (world.partner("Above").await, world.partner("Below").await);
    world.link(above.0, below.0).await;
    [above, below]
}

fn as_tier(above: OrganizationId, message: ApplyResellerOfferRequest) -> ApplyResellerOfferRequest {
    ApplyResellerOfferRequest { offered_by: above.to_string(), ..message }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_offers_to_the_tier_below_what_it_is_offered_itself_and_nothing_else() {
    let world = World::new().await;
    let [(above, token), (below, own)] = two_tiers(&world).await;
    let (one, two, three) = (world.user_plan().await, world.user_plan().await, world.customer_plan().await);
    world.offered(above, &[&one, &three]).await;
    // Ticked above and not provisioned: not its to offer.
    let etag = world.offer(&token, above).await.unwrap().etag;
    let platform = world.keys.platform();
    let message = ApplyResellerOfferRequest { etag, ..ticks(above, &[&one, &two, &three]) };
    world.apply(&platform, message).await.unwrap();

    let footprint = world.footprint().await;
    let missing = format!("organizations/-/userPlans/{}", Uuid::now_v7());
    let refused = world.apply(&token, as_tier(above, ticks(below, &[&one, &two, &missing]))).await;
    let outside = sorted(&[&two, &missing]).join(",");
    assert_fault!(
        refused, FailedPrecondition, "PLANS_OUTSIDE_OFFER", { "plans" => outside, "offer" => offer_of(below) }
    );
    assert_eq!(world.footprint().await, footprint);

    let applied = world.apply(&token, as_tier(above, ticks(below, &[&one, &three]))).await.unwrap();
    assert_eq!(applied.offered_by, above.to_string());
    let provisioned = world.provision(&token, provisioning(&applied)).await.unwrap();
    assert_eq!(world.can_give(&own, below, 0).await, [one.clone(), three.clone()]);

    // Above it stays as long as it is offered below, one by one and as a whole, and by other ticks.
    let offer = world.offer(&token, above).await.unwrap();
    let footprint = world.footprint().await;
    for plans in [vec![one.as_str()], vec![]] {
        let refused = world.withdraw(&platform, withdrawal(&offer, &plans)).await;
        assert_fault!(
            refused, FailedPrecondition, "PLAN_OFFERED_BELOW", { "offers" => "1", "offer_names" => offer_of(below) }
        );
    }
    assert_eq!(world.footprint().await, footprint);
    let other = ApplyResellerOfferRequest { etag: offer.etag.clone(), ..ticks(above, &[&three]) };
    let other = world.apply(&platform, other).await.unwrap();
    let refused = world.provision(&platform, provisioning(&other)).await;
    assert_fault!(refused, FailedPrecondition, "PLAN_OFFERED_BELOW", { "plans" => one, "offers" => "1" });

    world.withdraw(&token, withdrawal(&provisioned, &[&one])).await.unwrap();
    let done = world.provision(&platform, provisioning(&other)).await.unwrap();
    assert_eq!(done.offered_user_plans, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_ticked_below_and_withdrawn_above_is_not_provisioned() {
    let world = World::new().await;
    let [(above, token), (below, _)] = two_tiers(&world).await;
    let one = world.user_plan().await;
    let offer = world.offered(above, &[&one]).await;
    let applied = world.apply(&token, as_tier(above, ticks(below, &[&one]))).await.unwrap();
    // A tick is no offer: it keeps nothing above.
    world.withdraw(&world.keys.platform(), withdrawal(&offer, &[])).await.unwrap();
    let refused = world.provision(&token, provisioning(&applied)).await;
    assert_fault!(refused, FailedPrecondition, "PLANS_OUTSIDE_OFFER", { "plans" => one });
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_tier_above_writes_an_offer() {
    let world = World::new().await;
    let [(above, token), (below, own)] = two_tiers(&world).await;
    let (_, stranger) = world.partner("Stranger").await;
    let reader = world.person(above, Role::ReadOnly).await;
    let plan = world.user_plan().await;
    world.offered(above, &[&plan]).await;
    let applied = world.apply(&token, as_tier(above, ticks(below, &[&plan]))).await.unwrap();
    let footprint = world.footprint().await;
    // Whoever it is, and as whomever: the partner itself, somebody else, the right tier's reader, or anybody as the provider.
    for (who, tier) in [(&own, above), (&stranger, above), (&reader, above)] {
        for offered_by in [tier.to_string(), String::new()] {
            let message = ApplyResellerOfferRequest {
                offered_by: offered_by.clone(),
                etag: applied.etag.clone(),
                ..ticks(below, &[&plan])
            };
            assert_fault!(world.apply(who, message).await, PermissionDenied, "PERMISSION_DENIED", { "permission" => "resellerOffers.apply" });
            let message = ProvisionResellerOfferRequest { offered_by: offered_by.clone(), ..provisioning(&applied) };
            assert_fault!(world.provision(who, message).await, PermissionDenied, "PERMISSION_DENIED", { "permission" => "resellerOffers.provision" });
            let message = WithdrawResellerOfferRequest { offered_by, ..withdrawal(&applied, &[]) };
            assert_fault!(world.withdraw(who, message).await, PermissionDenied, "PERMISSION_DENIED", { "permission" => "resellerOffers.withdraw" });
        }
    }
    let provider = ApplyResellerOfferRequest { etag: applied.etag.clone(), ..ticks(below, &[&plan]) };
    assert_fault!(world.apply(&token, provider.clone()).await, PermissionDenied, "PERMISSION_DENIED");
    // Strangers do not even see whether there is one.
    for partner in [below, OrganizationId::new()] {
        assert_fault!(world.offer(&stranger, partner).await, PermissionDenied, "PERMISSION_DENIED");
        assert_fault!(world.is_offered(&stranger, partner, &plan).await, PermissionDenied, "PERMISSION_DENIED");
        let list = ListOfferedPlansRequest { parent: offer_of(partner), ..Default::default() };
        let denied = world.offers().list_offered_plans(request(&stranger, list)).await;
        assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED", { "permission" => "resellerOffers.listPlans" });
    }
    // The provider's staff may act for any tier, and not as another one.
    let refused = world.apply(&world.keys.platform(), provider).await;
    assert_fault!(refused, FailedPrecondition, "OFFER_OF_ANOTHER_TIER", { "offer" => offer_of(below) });
    assert_eq!(world.footprint().await, footprint);
    world.provision(&world.keys.platform(), provisioning(&applied)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_is_empty_can_be_taken_up_by_another_tier() {
    let world = World::new().await;
    let [(above, token), (below, _)] = two_tiers(&world).await;
    let (second, other) = world.partner("Second").await;
    world.link(second, below).await;
    let plan = world.user_plan().await;
    world.offered(above, &[&plan]).await;
    world.offered(second, &[&plan]).await;
    let applied = world.apply(&token, as_tier(above, ticks(below, &[&plan]))).await.unwrap();
    let take_up = |offer: &ResellerOffer| {
        as_tier(second, ApplyResellerOfferRequest { etag: offer.etag.clone(), ..ticks(below, &[&plan]) })
    };
    let refused = world.apply(&other, take_up(&applied)).await;
    assert_fault!(refused, FailedPrecondition, "OFFER_OF_ANOTHER_TIER", { "offer" => offer_of(below) });
    let empty = world.withdraw(&token, withdrawal(&applied, &[])).await.unwrap();
    assert_eq!(world.apply(&other, take_up(&empty)).await.unwrap().offered_by, second.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_somebody_has_is_not_withdrawn_and_its_holders_are_named() {
    let world = World::new().await;
    let [(above, token), (below, _)] = two_tiers(&world).await;
    let plan = world.user_plan().await;
    world.offered(above, &[&plan]).await;
    let applied = world.apply(&token, as_tier(above, ticks(below, &[&plan]))).await.unwrap();
    let offer = world.provision(&token, provisioning(&applied)).await.unwrap();
    // One customer is in reach of the tier above, the other is not.
    let (near, far) = (world.partner("Near").await.0, world.partner("Far").await.0);
    world.link(below, near).await;
    let holders = [user_of(near), user_of(far)];
    for holder in &holders {
        world.give(giving(below, &plan, holder)).await.unwrap();
    }
    let footprint = world.footprint().await;
    let partner = world.withdraw(&token, withdrawal(&offer, &[&plan])).await;
    assert_fault!(
        partner, FailedPrecondition, "PLAN_IN_USE",
        { "plans" => plan, "holders" => "2", "holder_names" => holders[0] }
    );
    let staff = world.withdraw(&world.keys.platform(), withdrawal(&offer, &[])).await;
    let seen = assert_fault!(staff, FailedPrecondition, "PLAN_IN_USE", { "holders" => "2" });
    assert_eq!(seen.metadata["holder_names"].split(',').count(), 2);
    assert_eq!(world.footprint().await, footprint);
    let none = as_tier(above, ApplyResellerOfferRequest { etag: offer.etag.clone(), ..ticks(below, &[]) });
    let none = world.apply(&token, none).await.unwrap();
    let refused = world.provision(&token, provisioning(&none)).await;
    assert_fault!(refused, FailedPrecondition, "PLAN_IN_USE", { "holders" => "2" });
    for holder in &holders {
        world.take_back(giving(below, &plan, holder)).await.unwrap();
    }
    assert_eq!(world.provision(&token, provisioning(&none)).await.unwrap().state(), ResellerOfferState::Withdrawn);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_s_own_plan_is_offered_to_it_and_by_it() {
    let world = World::new().await;
    let [(above, token), (below, own)] = two_tiers(&world).await;
    let plan = world.create_user_plan(&token, &above.to_string(), pc_to_pc()).await.unwrap().name;
    let foreign = world.create_user_plan(&own, &below.to_string(), pc_to_pc()).await.unwrap().name;
    let refused = world.apply(&world.keys.platform(), ticks(above, &[&plan, &foreign])).await;
    assert_fault!(refused, FailedPrecondition, "PLANS_OUTSIDE_OFFER", { "plans" => foreign });
    // Its own plan is no more its to give than any other: the tier above says so.
    let refused = world.apply(&token, as_tier(above, ticks(below, &[&plan]))).await;
    assert_fault!(refused, FailedPrecondition, "PLANS_OUTSIDE_OFFER", { "plans" => plan });
    world.offered(above, &[&plan]).await;
    let applied = world.apply(&token, as_tier(above, ticks(below, &[&plan]))).await.unwrap();
    world.provision(&token, provisioning(&applied)).await.unwrap();
    // Below it is seen through the offer.
    assert_eq!(world.can_give(&own, below, 0).await, [plan]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_does_not_offer_itself_what_somebody_below_it_is_offered() {
    let world = World::new().await;
    let [(above, token), (below, _)] = two_tiers(&world).await;
    let plan = world.user_plan().await;
    // The provider offers it below and not above, whose administrator administers both.
    world.offered(below, &[&plan]).await;
    let footprint = world.footprint().await;
    let refused = world.apply(&token, as_tier(below, ticks(above, &[&plan]))).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["offered_by"]);
    // Nor what some partner is offered that has nothing to do with it, though somebody has a role on both.
    let (other, _) = world.partner("Other").await;
    world.offered(other, &[&plan]).await;
    let refused = world.apply(&world.keys.platform(), as_tier(other, ticks(above, &[&plan]))).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["offered_by"]);
    assert_fault!(world.offer(&token, above).await, NotFound, "NOT_FOUND");
    assert!(world.footprint().await > footprint, "the offer to the other partner, and nothing else");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sold_any_more_stays_with_those_who_have_it_and_nobody_new_gets_it() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    let (plan, more) = (world.user_plan().await, world.user_plan().await);
    let offer = world.offered(partner, &[&plan]).await;
    let kept = giving(partner, &plan, user_of(customer));
    let used = world.give(kept.clone()).await.unwrap();
    let ticked = ApplyResellerOfferRequest { etag: offer.etag, ..ticks(partner, &[&plan, &more]) };
    let ticked = world.apply(&world.keys.platform(), ticked).await.unwrap();
    world.execute("SET search_path = templates; UPDATE offerings SET retired = true WHERE id = 'lync-hosted'").await;

    let footprint = world.footprint().await;
    let refused = world.give(giving(partner, &plan, user_of(customer))).await;
    assert_fault!(refused, FailedPrecondition, "OFFERING_WITHOUT_PLANS", { "offering" => "offerings/lync-hosted" });
    let refused = world.provision(&world.keys.platform(), provisioning(&ticked)).await;
    assert_fault!(refused, FailedPrecondition, "OFFERING_WITHOUT_PLANS", { "offering" => "offerings/lync-hosted" });
    assert!(!world.is_offered(&token, partner, &plan).await.unwrap());
    assert_eq!(world.can_give(&token, partner, 0).await, [""; 0]);
    // Said again, it is what it was; and it can be taken back and withdrawn.
    assert_eq!(world.give(kept.clone()).await.unwrap(), used);
    assert_eq!(world.footprint().await, footprint);
    world.take_back(kept).await.unwrap();
    world.withdraw(&world.keys.platform(), withdrawal(&ticked, &[])).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_plans_those_are_named_that_stand_in_the_way() {
    let world = World::new().await;
    let (partner, _) = world.partner("Partner").await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    let mut plans = Vec::new();
    for _ in 0..25 {
        plans.push(world.user_plan().await);
    }
    let names: Vec<&str> = plans.iter().map(String::as_str).collect();
    let offer = world.offered(partner, &names).await;
    world.give(giving(partner, &plans[23], user_of(customer))).await.unwrap();
    let refused = world.withdraw(&world.keys.platform(), withdrawal(&offer, &[])).await;
    assert_fault!(refused, FailedPrecondition, "PLAN_IN_USE", { "plans" => plans[23], "holders" => "1" });
}
