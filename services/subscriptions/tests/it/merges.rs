//! Subscriptions follow when the organizations they are mapped to are merged, and come back when that is undone.

use dialtone_proto::google::longrunning::WaitOperationRequest;
use dialtone_proto::google::longrunning::operations_client::OperationsClient;
use dialtone_proto::orgfinder::v1 as org;
use dialtone_proto::orgfinder::v1::OrganizationRole;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::subscriptions::v1::*;
use dialtone_testkit::{eventually, request};

use crate::steps::{Case, Mapped};
use crate::support::{PATIENCE, World};

impl World {
    /// Merges one organization into another at org-finder.
    async fn merge(&self, survivor: &str, duplicate: &str) {
        let staff = self.keys.platform();
        let mut client = OrganizationServiceClient::new(self.org_finder_channel());
        let plan = org::PlanMergeRequest { survivor: survivor.into(), duplicate: duplicate.into() };
        let plan = client.plan_merge(request(&staff, plan)).await.expect("it can be planned").into_inner();
        let merge = org::MergeOrganizationsRequest {
            survivor: plan.survivor,
            duplicate: plan.duplicate,
            plan_hash: plan.plan_hash,
            ..Default::default()
        };
        let started = client.merge_organizations(request(&staff, merge)).await.expect("it is accepted").into_inner();
        let timeout = Some(prost_types::Duration { seconds: 5, nanos: 0 });
        let wait = WaitOperationRequest { name: started.name, timeout };
        eventually("the merge has ended", PATIENCE, async || {
            let waited = OperationsClient::new(self.org_finder_channel());
            let operation = waited.clone().wait_operation(request(&staff, wait.clone())).await.expect("it is there");
            operation.into_inner().done.then_some(())
        })
        .await;
    }

    async fn undo_merge(&self, duplicate: &str) {
        let undo = org::UndoMergeRequest { name: duplicate.into(), ..Default::default() };
        let mut client = OrganizationServiceClient::new(self.org_finder_channel());
        client.undo_merge(request(&self.keys.platform(), undo)).await.expect("it can be undone");
    }

    /// The subscription once it is mapped to these.
    async fn until_mapped(&self, case: &Case, partner: &str, customer: &str) -> Subscription {
        eventually("the subscription has followed", PATIENCE, async || {
            let found = self.subscription(case).await;
            (found.partner == partner && found.customer == customer).then_some(found)
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_follows_a_merge_at_either_end_and_its_undo() {
    let world = World::new().await;
    let Mapped { case, partner, customer, .. } = world.mapped("A-1").await;
    let started = world.set_up(&case).await.expect("it begins");
    world.ended(&case.contact, &started.name).await;
    let before = world.subscription(&case).await;
    let other_partner = world.organization("Other Partner", OrganizationRole::Partner).await;
    let other_customer = world.organization("Other Customer", OrganizationRole::Customer).await;

    world.merge(&other_partner, &partner).await;
    world.merge(&other_customer, &customer).await;
    let followed = world.until_mapped(&case, &other_partner, &other_customer).await;
    assert_eq!(followed.headquarters, before.headquarters, "the location is where it was");
    assert_ne!(followed.etag, before.etag);
    assert_eq!(followed.state(), before.state());
    let told = "SELECT count(*) FROM outbox WHERE kind = 'subscription.organization_merged'";
    assert_eq!(world.count(told).await, 2);
    // Its owner sees it under the organization that stays.
    let list = ListSubscriptionsRequest { organization: other_customer.clone(), ..Default::default() };
    let listed = world.subscriptions().list_subscriptions(request(&world.keys.platform(), list)).await.unwrap();
    assert_eq!(listed.into_inner().subscriptions, [followed]);

    world.undo_merge(&customer).await;
    world.undo_merge(&partner).await;
    let back = world.until_mapped(&case, &partner, &customer).await;
    assert_eq!(Subscription { etag: before.etag.clone(), update_time: before.update_time, ..back }, before);
    assert_eq!(world.count("SELECT count(*) FROM merged_mappings").await, 0);
}
