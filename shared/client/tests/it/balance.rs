//! Which replica gets a call.

use crate::replica::{Does, Replica, connect, connected, echo, send, settings, within};
use dialtone_client::{Resend, Upstream};
use std::num::NonZeroU32;

#[tokio::test]
async fn calls_spread_over_all_replicas() {
    let replicas =
        [Replica::start(Does::Echo).await, Replica::start(Does::Echo).await, Replica::start(Does::Echo).await];
    let upstream = connect(&replicas.each_ref()).await;
    for _ in 0..300 {
        echo(&upstream, "x", Resend::Untouched).await.expect("answered");
    }
    for replica in &replicas {
        assert!(replica.count() > 30, "{}", replica.count());
    }
}

#[tokio::test]
async fn a_replica_that_is_slow_gets_fewer_calls() {
    let (slow, quick) = (Replica::start(Does::Hang).await, Replica::start(Does::Echo).await);
    let upstream = connect(&[&slow, &quick]).await;
    let mut hanging = vec![];
    while quick.count() < 100 {
        let (upstream, before) = (upstream.clone(), slow.count() + quick.count());
        hanging.push(tokio::spawn(async move { send(&upstream, "x", Resend::Untouched).await.map(|_| ()) }));
        let (mut a, mut b) = (slow.seen.started.subscribe(), quick.seen.started.subscribe());
        while slow.count() + quick.count() == before {
            within(async {
                tokio::select! { _ = a.changed() => {}, _ = b.changed() => {} }
            })
            .await;
        }
    }
    // Every answered call may leave the two equal by chance at most now and then.
    assert!(slow.count() < 20, "{}", slow.count());
}

#[tokio::test]
async fn a_dead_replica_costs_no_call() {
    let (dead, alive) = (Replica::start(Does::Echo).await, Replica::start(Does::Echo).await);
    let upstream = connect(&[&dead, &alive]).await;
    let address = dead.die().await;
    connected(&upstream, 1).await;
    for _ in 0..100 {
        let (port, _) = echo(&upstream, "x", Resend::Untouched).await.expect("answered");
        assert_eq!(port, alive.address.port());
    }
    let back = Replica::start_at(address, Does::Echo).await;
    connected(&upstream, 2).await;
    while back.count() == 0 {
        echo(&upstream, "x", Resend::Untouched).await.expect("answered");
    }
}

#[tokio::test]
async fn a_replica_that_fails_in_a_row_is_left_out_and_returns() {
    let (bad, good) = (Replica::start(Does::Unavailable).await, Replica::start(Does::Echo).await);
    let mut settings = settings(&[&bad, &good]);
    settings.eject_after = NonZeroU32::new(3).expect("not zero");
    settings.eject_ms = std::num::NonZeroU64::new(300).expect("not zero");
    let upstream = Upstream::connect("test", &settings).expect("good settings");
    connected(&upstream, 2).await;
    while bad.count() < 3 {
        let _ = echo(&upstream, "x", Resend::Untouched).await;
    }
    for _ in 0..50 {
        echo(&upstream, "x", Resend::Untouched).await.expect("only the good one is asked");
    }
    bad.does(Does::Echo);
    within(async {
        while bad.count() == 3 {
            echo(&upstream, "x", Resend::Untouched).await.expect("answered");
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_replica_is_never_left_out() {
    let only = Replica::start(Does::Unavailable).await;
    let upstream = connect(&[&only]).await;
    for _ in 0..20 {
        let answer = send(&upstream, "x", Resend::Untouched).await.expect("an answer");
        assert_eq!(answer.headers()["grpc-status"], "14");
    }
    assert_eq!(only.count(), 20);
}
