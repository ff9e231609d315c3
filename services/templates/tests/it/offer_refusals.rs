//! What an offer does not take, and that it is as it was then.

use dialtone_authz::Role;
use dialtone_ids::OrganizationId;
use dialtone_proto::orgfinder::v1::OrganizationRole;
use dialtone_proto::templates::v1::{
    ApplyResellerOfferRequest, CheckOfferedRequest, GetResellerOfferRequest, ProvisionResellerOfferRequest,
    WithdrawResellerOfferRequest,
};
use dialtone_testkit::{assert_fault, request};
use uuid::Uuid;

use crate::offer_support::{offer_of, provisioning, ticks, withdrawal};
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_none_are_refused_by_their_fields() {
    let world = World::new().await;
    let (partner, reader) = world.partner("Partner").await;
    let token = world.keys.platform();
    let footprint = world.footprint().await;
    let long = "x".repeat(10_240);
    let nul = format!("{partner}/resellerOffers/lync\0hosted");
    for name in ["", "organizations/-/resellerOffers/lync-hosted", "x", &long, &nul] {
        let message = GetResellerOfferRequest { name: name.into() };
        let refused = world.offers().get_reseller_offer(request(&token, message)).await;
        assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["name"]);
        let message = ApplyResellerOfferRequest { name: name.into(), ..Default::default() };
        assert_fault!(world.apply(&token, message).await, InvalidArgument, "INVALID_FIELDS", ["name"]);
    }
    let dashes = "organizations/------------------------------------/userPlans/------------------------------------";
    let many = vec![format!("organizations/-/userPlans/{}", Uuid::now_v7()); 2];
    for (plans, field) in [
        (vec![dashes.to_owned()], "user_plans[0]"),
        (vec!["\u{1f600}".to_owned()], "user_plans[0]"),
        (vec![long.clone()], "user_plans[0]"),
        (vec![format!("organizations/-/customerPlans/{}", Uuid::now_v7())], "user_plans[0]"),
        (many, "user_plans"),
    ] {
        let message = ApplyResellerOfferRequest { user_plans: plans, ..ticks(partner, &[]) };
        let seen = assert_fault!(world.apply(&token, message).await, InvalidArgument, "INVALID_FIELDS");
        assert_eq!(seen.fields, [field]);
    }
    let itself = ApplyResellerOfferRequest { offered_by: partner.to_string(), ..ticks(partner, &[]) };
    assert_fault!(world.apply(&token, itself).await, InvalidArgument, "INVALID_FIELDS", ["offered_by"]);
    let unread = ProvisionResellerOfferRequest { name: offer_of(partner), ..Default::default() };
    assert_fault!(world.provision(&token, unread).await, InvalidArgument, "INVALID_FIELDS", ["etag"]);
    let message = CheckOfferedRequest { name: offer_of(partner), plan: "organizations/-/plans/x".into() };
    let refused = world.offers().check_offered(request(&reader, message)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["plan"]);
    assert_eq!(world.footprint().await, footprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_for_partners_and_of_hosted_services() {
    let world = World::new().await;
    let token = world.keys.platform();
    let (partner, _) = world.partner("Partner").await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    let footprint = world.footprint().await;
    let refused = world.apply(&token, ticks(customer, &[])).await;
    assert_fault!(refused, FailedPrecondition, "NOT_A_PARTNER", { "organization" => customer.to_string() });
    let nowhere = OrganizationId::new();
    let refused = world.apply(&token, ticks(nowhere, &[])).await;
    assert_fault!(refused, NotFound, "NOT_FOUND", { "resource" => nowhere.to_string() });
    for offering in ["webex-calling", "nothing"] {
        let name = format!("{partner}/resellerOffers/{offering}");
        let refused = world.apply(&token, ApplyResellerOfferRequest { name, ..Default::default() }).await;
        assert_fault!(
            refused, FailedPrecondition, "OFFERING_WITHOUT_PLANS", { "offering" => format!("offerings/{offering}") }
        );
    }
    assert_eq!(world.footprint().await, footprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_etag_or_nothing_to_do_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let token = world.keys.platform();
    let (partner, _) = world.partner("Partner").await;
    let (one, two) = (world.user_plan().await, world.user_plan().await);
    let name = offer_of(partner);
    let early = ProvisionResellerOfferRequest { name: name.clone(), etag: "x".into(), ..Default::default() };
    assert_fault!(world.provision(&token, early).await, NotFound, "NOT_FOUND", { "resource" => name });
    let early = WithdrawResellerOfferRequest { name: name.clone(), etag: "x".into(), ..Default::default() };
    assert_fault!(world.withdraw(&token, early).await, NotFound, "NOT_FOUND", { "resource" => name });
    let early = ApplyResellerOfferRequest { etag: "x".into(), ..ticks(partner, &[&one]) };
    assert_fault!(world.apply(&token, early).await, Aborted, "ETAG_MISMATCH", { "resource" => name });

    let applied = world.apply(&token, ticks(partner, &[&one])).await.unwrap();
    let provisioned = world.provision(&token, provisioning(&applied)).await.unwrap();
    let footprint = world.footprint().await;
    // No etag is that of no offer.
    assert_fault!(world.apply(&token, ticks(partner, &[&one])).await, Aborted, "ETAG_MISMATCH", { "resource" => name });
    assert_fault!(world.provision(&token, provisioning(&applied)).await, Aborted, "ETAG_MISMATCH");
    assert_fault!(world.withdraw(&token, withdrawal(&applied, &[])).await, Aborted, "ETAG_MISMATCH");
    let refused = world.provision(&token, provisioning(&provisioned)).await;
    assert_fault!(refused, FailedPrecondition, "NOTHING_TO_PROVISION", { "offer" => name });
    let refused = world.withdraw(&token, withdrawal(&provisioned, &[&one, &two])).await;
    assert_fault!(refused, FailedPrecondition, "PLAN_NOT_OFFERED", { "plans" => two, "offer" => name });
    assert_eq!(world.footprint().await, footprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_has_its_effect_once_and_a_rehearsal_none() {
    let world = World::new().await;
    let token = world.keys.platform();
    let (partner, _) = world.partner("Partner").await;
    let plan = world.user_plan().await;
    let id = || Uuid::now_v7().to_string();
    let footprint = world.footprint().await;
    let message = ApplyResellerOfferRequest { request_id: id(), ..ticks(partner, &[&plan]) };
    let rehearsed =
        world.apply(&token, ApplyResellerOfferRequest { validate_only: true, ..message.clone() }).await.unwrap();
    assert_eq!(rehearsed.user_plans, std::slice::from_ref(&plan));
    assert_eq!(world.footprint().await, footprint);
    let applied = world.apply(&token, message.clone()).await.unwrap();
    assert_eq!(world.apply(&token, message.clone()).await.unwrap(), applied);
    let other = ApplyResellerOfferRequest { user_plans: vec![], ..message };
    assert_fault!(world.apply(&token, other).await, AlreadyExists, "REQUEST_ID_REUSED");

    let message = ProvisionResellerOfferRequest { request_id: id(), ..provisioning(&applied) };
    let footprint = world.footprint().await;
    let rehearsal = ProvisionResellerOfferRequest { validate_only: true, ..message.clone() };
    world.provision(&token, rehearsal).await.unwrap();
    assert_eq!(world.footprint().await, footprint);
    let provisioned = world.provision(&token, message.clone()).await.unwrap();
    assert_eq!(world.provision(&token, message).await.unwrap(), provisioned);

    let message = WithdrawResellerOfferRequest { request_id: id(), ..withdrawal(&provisioned, &[]) };
    let footprint = world.footprint().await;
    let rehearsal = WithdrawResellerOfferRequest { validate_only: true, ..message.clone() };
    world.withdraw(&token, rehearsal).await.unwrap();
    assert_eq!(world.footprint().await, footprint);
    let withdrawn = world.withdraw(&token, message.clone()).await.unwrap();
    assert_eq!(world.withdraw(&token, message).await.unwrap(), withdrawn);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_first_ticks_at_once_one_is_saved() {
    let world = World::new().await;
    let token = world.keys.platform();
    let (partner, _) = world.partner("Partner").await;
    let plan = world.user_plan().await;
    let all = (0..8).map(|_| world.apply(&token, ticks(partner, &[&plan])));
    let answers = futures::future::join_all(all).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.into_iter().filter(Result::is_err) {
        assert_fault!(refused, Aborted, "ETAG_MISMATCH");
    }
    assert_eq!(world.count("SELECT count(*) FROM outbox WHERE kind = 'reseller_offer.applied'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_only_read_see_the_offer_and_write_nothing() {
    let world = World::new().await;
    let (partner, admin) = world.partner("Partner").await;
    let reader = world.person(partner, Role::ReadOnly).await;
    let plan = world.user_plan().await;
    let offer = world.offered(partner, &[&plan]).await;
    for token in [&reader, &admin] {
        assert_eq!(world.offer(token, partner).await.unwrap(), offer);
        let denied = world.withdraw(token, withdrawal(&offer, &[])).await;
        assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED", { "permission" => "resellerOffers.withdraw" });
    }
}
