//! Who has which plan: the offer is what can be given, at every moment.

use dialtone_authz::Role;
use dialtone_ids::ServiceName;
use dialtone_proto::orgfinder::v1::OrganizationRole;
use dialtone_proto::templates::v1::{ApplyResellerOfferRequest, RecordPlanUseRequest, ReleasePlanUseRequest};
use dialtone_testkit::{assert_fault, request};
use uuid::Uuid;

use crate::offer_support::{PROVIDER, giving, offer_of, pc_to_pc, provisioning, ticks, user_of, withdrawal};
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn only_an_offered_plan_is_given() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let (other, others) = world.partner("Other").await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    let (user, whole, ticked) = (world.user_plan().await, world.customer_plan().await, world.user_plan().await);
    let foreign = world.create_user_plan(&others, &other.to_string(), pc_to_pc()).await.unwrap().name;
    let own = world.create_user_plan(&token, &partner.to_string(), pc_to_pc()).await.unwrap().name;
    let offer = world.offered(partner, &[&user, &whole]).await;
    world.offered(other, &[&foreign]).await;
    let etag = offer.etag.clone();
    let more = ApplyResellerOfferRequest { etag, ..ticks(partner, &[&user, &whole, &ticked]) };
    world.apply(&world.keys.platform(), more).await.unwrap();

    let footprint = world.footprint().await;
    let missing = format!("{PROVIDER}/userPlans/{}", Uuid::now_v7());
    // Only ticked, the partner's own, another's, nobody's; or named as another's.
    let renamed = user.replace(PROVIDER, &partner.to_string());
    let mut texts = std::collections::HashSet::new();
    for plan in [&ticked, &own, &foreign, &missing, &renamed] {
        let refused = world.give(giving(partner, plan, user_of(customer))).await;
        assert_fault!(
            refused, FailedPrecondition, "PLAN_NOT_OFFERED", { "plans" => plan, "offer" => offer_of(partner) }
        );
        texts.insert(refused.unwrap_err().message().to_owned());
    }
    assert_eq!(texts.len(), 1);
    let refused = world.give(giving(customer, &user, user_of(customer))).await;
    assert_fault!(refused, FailedPrecondition, "PLAN_NOT_OFFERED");
    // A user plan is for a user, a customer plan for a customer.
    let refused = world.give(giving(partner, &user, customer)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["holder"]);
    let refused = world.give(giving(partner, &whole, user_of(customer))).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["holder"]);
    let refused = world.give(giving(partner, &user, "organizations/\0")).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["holder"]);
    assert_eq!(world.footprint().await, footprint);

    let holder = user_of(customer);
    let used = world.give(giving(partner, &user, &holder)).await.unwrap();
    assert_eq!(
        (used.plan.as_str(), used.holder.as_str(), used.offer),
        (user.as_str(), holder.as_str(), offer_of(partner))
    );
    world.give(giving(partner, &whole, customer)).await.unwrap();
    assert_eq!(world.count("SELECT count(*) FROM outbox WHERE kind = 'reseller_offer.used'").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn giving_the_same_again_changes_nothing_and_taking_back_forgets() {
    let world = World::new().await;
    let (partner, _) = world.partner("Partner").await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    let plan = world.customer_plan().await;
    world.offered(partner, &[&plan]).await;
    let keyed = RecordPlanUseRequest { request_id: Uuid::now_v7().to_string(), ..giving(partner, &plan, customer) };
    let footprint = world.footprint().await;
    world.give(RecordPlanUseRequest { validate_only: true, ..keyed.clone() }).await.unwrap();
    assert_eq!(world.footprint().await, footprint);

    let first = world.give(keyed.clone()).await.unwrap();
    let footprint = world.footprint().await;
    assert_eq!(world.give(keyed.clone()).await.unwrap(), first);
    assert_eq!(world.give(giving(partner, &plan, customer)).await.unwrap(), first);
    let other = RecordPlanUseRequest { holder: partner.to_string(), ..keyed };
    assert_fault!(world.give(other).await, AlreadyExists, "REQUEST_ID_REUSED");
    let rehearsal = RecordPlanUseRequest { validate_only: true, ..giving(partner, &plan, customer) };
    assert_eq!(world.take_back(rehearsal).await.unwrap(), first);
    assert_fault!(world.take_back(giving(partner, &plan, partner)).await, NotFound, "NOT_FOUND", { "resource" => plan });
    assert_eq!(world.footprint().await, footprint);

    assert_eq!(world.take_back(giving(partner, &plan, customer)).await.unwrap(), first);
    assert_fault!(world.take_back(giving(partner, &plan, customer)).await, NotFound, "NOT_FOUND");
    assert_eq!(world.count("SELECT count(*) FROM plan_uses").await, 0);
    assert_eq!(world.count("SELECT count(*) FROM outbox WHERE kind = 'reseller_offer.released'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_services_gives_and_takes_back() {
    let world = World::new().await;
    let (partner, token) = world.partner("Partner").await;
    let full = world.person(partner, Role::FullAdmin).await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    let plan = world.customer_plan().await;
    world.offered(partner, &[&plan]).await;
    let footprint = world.footprint().await;
    for token in [&token, &full] {
        let RecordPlanUseRequest { offer, plan, holder, .. } = giving(partner, &plan, customer);
        let message = RecordPlanUseRequest { offer, plan, holder, ..Default::default() };
        let denied = world.offers().record_plan_use(request(token, message.clone())).await;
        assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED", { "permission" => "resellerOffers.use" });
        let RecordPlanUseRequest { offer, plan, holder, .. } = message;
        let message = ReleasePlanUseRequest { offer, plan, holder, ..Default::default() };
        let denied = world.offers().release_plan_use(request(token, message)).await;
        assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED", { "permission" => "resellerOffers.use" });
    }
    assert_eq!(world.footprint().await, footprint);
    for service in [ServiceName::Subscriptions, ServiceName::UserProvisioning] {
        let message = giving(partner, &plan, customer);
        world.offers().record_plan_use(request(&world.keys.service(service), message)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_give_and_one_who_withdraws_nobody_has_what_is_not_offered() {
    let world = World::new().await;
    let (partner, _) = world.partner("Partner").await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    let platform = world.keys.platform();
    let plan = world.user_plan().await;
    let (mut withdrawn, mut kept) = (0, 0);
    // The withdrawal begins before, among or after them; against few of them it wins more often.
    let rounds = [(50, 0), (50, 1), (50, 25), (50, 50), (1, 0), (1, 1), (2, 0), (2, 1), (5, 0), (5, 2)];
    // Who wins is up to the machine: on from the beginning until each has won.
    for (round, (givers, place)) in rounds.into_iter().cycle().take(10 * rounds.len()).enumerate() {
        if round >= rounds.len() && withdrawn > 0 && kept > 0 {
            break;
        }
        let offer = world.offered(partner, &[&plan]).await;
        let mut givers: Vec<_> = (0..givers).map(|_| world.give(giving(partner, &plan, user_of(customer)))).collect();
        let late = givers.split_off(place);
        let (early, answer, late) = tokio::join!(
            futures::future::join_all(givers),
            world.withdraw(&platform, withdrawal(&offer, &[])),
            futures::future::join_all(late)
        );
        let given: Vec<_> = early.into_iter().chain(late).collect();
        let holders = given.iter().filter(|one| one.is_ok()).count();
        for refused in given.iter().filter(|one| one.is_err()) {
            assert_fault!(*refused, FailedPrecondition, "PLAN_NOT_OFFERED");
        }
        let (uses, offered) = (
            world.count("SELECT count(*) FROM plan_uses").await,
            world.count("SELECT count(*) FROM reseller_offer_plans WHERE offered").await,
        );
        assert_eq!(uses, i64::try_from(holders).unwrap());
        if answer.is_ok() {
            assert_eq!((uses, offered), (0, 0), "withdrawn, so nobody has it");
            withdrawn += 1;
        } else {
            assert_fault!(answer, FailedPrecondition, "PLAN_IN_USE");
            assert!(holders > 0 && offered == 1);
            kept += 1;
        }
        world.execute("SET search_path = templates; DELETE FROM plan_uses").await;
        let etag = world.offer(&platform, partner).await.unwrap();
        if !etag.offered_user_plans.is_empty() {
            world.withdraw(&platform, withdrawal(&etag, &[])).await.unwrap();
        }
    }
    assert!(withdrawn > 0 && kept > 0, "{withdrawn} and {kept}: one of them never won");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_offer_below_and_a_withdrawal_above_at_once_one_wins() {
    let world = World::new().await;
    let platform = world.keys.platform();
    let plan = world.user_plan().await;
    for _ in 0..8 {
        let name = || Uuid::now_v7().to_string();
        let ((above, token), (below, _)) = (world.partner(&name()).await, world.partner(&name()).await);
        world.link(above, below).await;
        let offer = world.offered(above, &[&plan]).await;
        let applied = ApplyResellerOfferRequest { offered_by: above.to_string(), ..ticks(below, &[&plan]) };
        let applied = world.apply(&token, applied).await.unwrap();
        let (withdrawn, provisioned) = tokio::join!(
            world.withdraw(&platform, withdrawal(&offer, &[])),
            world.provision(&token, provisioning(&applied))
        );
        match (withdrawn, provisioned) {
            (Ok(_), refused @ Err(_)) => {
                assert_fault!(refused, FailedPrecondition, "PLANS_OUTSIDE_OFFER");
            }
            (refused @ Err(_), Ok(_)) => {
                assert_fault!(refused, FailedPrecondition, "PLAN_OFFERED_BELOW");
            }
            both => panic!("{both:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_change_of_the_telephony_option_and_a_first_user_at_once_one_wins() {
    use dialtone_proto::templates::v1::{TelephonyOption, UpdateUserPlanRequest, UserPlan};
    let world = World::new().await;
    let (partner, _) = world.partner("Partner").await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    let platform = world.keys.platform();
    for _ in 0..8 {
        let plan = world.create_user_plan(&platform, PROVIDER, pc_to_pc()).await.unwrap();
        world.offered(partner, &[&plan.name]).await;
        let voice = UserPlan { telephony_option: TelephonyOption::EnterpriseVoice.into(), ..plan.clone() };
        let message = UpdateUserPlanRequest {
            user_plan: Some(voice),
            update_mask: Some(prost_types::FieldMask { paths: vec!["telephony_option".into()] }),
            ..Default::default()
        };
        let mut catalog = world.catalog();
        let (given, changed) = tokio::join!(
            world.give(giving(partner, &plan.name, user_of(customer))),
            catalog.update_user_plan(request(&platform, message))
        );
        // Either it was given first and stays as it is, or it was changed first and is given as it is now.
        given.expect("an offered plan is given");
        if changed.is_err() {
            assert_fault!(changed, FailedPrecondition, "PLAN_IN_USE", { "holders" => "1" });
        } else {
            let last = "SELECT count(*) FROM (SELECT kind FROM outbox ORDER BY position DESC LIMIT 1) AS last \
                        WHERE kind = 'reseller_offer.used'";
            assert_eq!(world.count(last).await, 1, "changed while somebody had it");
        }
        world.execute("SET search_path = templates; DELETE FROM plan_uses").await;
    }
}
