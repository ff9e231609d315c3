//! The process dies between any two lines of its operations, and they still end well, once.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use dialtone_operations::{Hook, Point, Verdict};
use dialtone_proto::operations::v1::OperationState;
use dialtone_proto::subscriptions::v1::SubscriptionState;
use dialtone_proto::userprovisioning::v1::ListLocationsRequest;
use dialtone_proto::userprovisioning::v1::location_service_client::LocationServiceClient;
use dialtone_testkit::{eventually, request};
use futures::FutureExt as _;

use crate::support::{PATIENCE, World};

/// Dies the first time that each operation reaches each place at each step.
fn dying_once_everywhere(deaths: Arc<AtomicUsize>) -> Hook {
    let reached = Arc::new(Mutex::new(HashSet::new()));
    Arc::new(move |point, whom| {
        let in_a_life = Point::OF_AN_OPERATION.contains(&point);
        let dies = in_a_life && reached.lock().expect("nobody panics with the lock").insert((point, whom));
        if dies {
            deaths.fetch_add(1, Ordering::SeqCst);
        }
        async move { if dies { Verdict::Crash } else { Verdict::Go } }.boxed()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_at_every_place_sets_up_once() {
    let deaths = Arc::new(AtomicUsize::new(0));
    let world = World::with(|_| {}, Some(dying_once_everywhere(Arc::clone(&deaths)))).await;
    let mapped = world.mapped("A-1").await;
    let started = world.set_up(&mapped.case).await.expect("it begins");
    let (_, told) = world.ended(&mapped.case.contact, &started.name).await;
    assert_eq!(told.state(), OperationState::Succeeded);
    assert_eq!(world.subscription(&mapped.case).await.state(), SubscriptionState::Active);
    let list = ListLocationsRequest { parent: mapped.customer.clone(), ..Default::default() };
    let mut client = LocationServiceClient::new(world.user_provisioning());
    let page = client.list_locations(request(&world.keys.platform(), list)).await.unwrap();
    assert_eq!(page.into_inner().locations.len(), 1);
    assert_eq!(world.count("SELECT count(*) FROM history WHERE verb = 'subscription.activated'").await, 1);
    eventually("mail and link end too", PATIENCE, async || {
        let done = world.count("SELECT count(*) FROM operations_finished WHERE state = 'SUCCEEDED'").await;
        (done == 3).then_some(())
    })
    .await;
    assert_eq!(world.count("SELECT count(*) FROM history WHERE verb = 'order.welcome_sent'").await, 1);
    // A mail may leave again after a crash; it is the same mail then.
    let mails = world.mail.to(&mapped.case.address);
    let ids: HashSet<_> =
        mails.iter().filter_map(|mail| mail.lines().find(|line| line.starts_with("Message-ID"))).collect();
    assert!(!mails.is_empty() && ids.len() == 1, "{ids:?}");
    assert!(deaths.load(Ordering::SeqCst) >= 12, "{deaths:?}");
}
