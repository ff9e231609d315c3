//! What is sent again and what is not.

use crate::replica::{Does, Replica, connect, connected, echo, send};
use dialtone_client::{Resend, SendError};

#[tokio::test]
async fn a_refused_call_goes_to_another_replica_whatever_it_does() {
    let (bad, good) = (Replica::start(Does::Refuse).await, Replica::start(Does::Echo).await);
    let upstream = connect(&[&bad, &good]).await;
    for _ in 0..50 {
        let (port, body) = echo(&upstream, "payload", Resend::Untouched).await.expect("answered");
        assert_eq!((port, &body[..]), (good.address.port(), &b"payload"[..]));
    }
}

#[tokio::test]
async fn a_call_that_all_replicas_refuse_fails_as_unavailable() {
    let (a, b) = (Replica::start(Does::Refuse).await, Replica::start(Does::Refuse).await);
    let upstream = connect(&[&a, &b]).await;
    let answer = send(&upstream, "x", Resend::Repeatable).await;
    assert!(matches!(answer, Err(SendError::Unavailable(_))));
}

#[tokio::test]
async fn a_mutation_that_may_have_taken_effect_is_not_sent_again() {
    let (a, b) = (Replica::start(Does::Crash).await, Replica::start(Does::Crash).await);
    let upstream = connect(&[&a, &b]).await;
    let answer = send(&upstream, "x", Resend::Untouched).await;
    assert!(matches!(answer, Err(SendError::Unavailable(_))));
    assert_eq!(a.count() + b.count(), 1);
}

#[tokio::test]
async fn a_read_is_sent_again_after_a_crash_and_after_unavailable() {
    for fails in [Does::Crash, Does::Unavailable] {
        let replica = Replica::start(Does::Echo).await;
        replica.then(&[fails, fails]);
        let upstream = connect(&[&replica]).await;
        let (_, body) = echo(&upstream, "again", Resend::Repeatable).await.expect("the third time");
        assert_eq!(&body[..], b"again");
        assert_eq!(replica.count(), 3);
    }
}

#[tokio::test]
async fn a_read_is_sent_three_times_at_most_and_the_last_answer_is_passed_on() {
    let replica = Replica::start(Does::Unavailable).await;
    let upstream = connect(&[&replica]).await;
    let answer = send(&upstream, "x", Resend::Repeatable).await.expect("an answer, if a bad one");
    assert_eq!(answer.headers()["grpc-status"], "14");
    assert_eq!(replica.count(), 3);
}

#[tokio::test]
async fn a_mutation_answered_unavailable_is_passed_on_at_once() {
    let replica = Replica::start(Does::Unavailable).await;
    let upstream = connect(&[&replica]).await;
    let answer = send(&upstream, "x", Resend::Untouched).await.expect("an answer");
    assert_eq!(answer.headers()["grpc-status"], "14");
    assert_eq!(replica.count(), 1);
}

#[tokio::test]
async fn calls_that_a_goaway_leaves_out_are_sent_again() {
    for _ in 0..30 {
        let replica = Replica::start(Does::Echo).await;
        let upstream = connect(&[&replica]).await;
        // The connection ends while calls are being written to it; every one of them must be answered by the next one.
        let calls: Vec<_> = (0..20)
            .map(|_| {
                let upstream = upstream.clone();
                tokio::spawn(async move { echo(&upstream, "kept", Resend::Untouched).await })
            })
            .collect();
        tokio::task::yield_now().await;
        replica.lame_duck();
        for call in calls {
            let (_, body) = call.await.expect("no panic").expect("answered");
            assert_eq!(&body[..], b"kept");
        }
    }
}

#[tokio::test]
async fn a_lame_duck_finishes_its_calls_and_gets_no_new_ones() {
    let (lame, other) = (Replica::start(Does::Hang).await, Replica::start(Does::Hang).await);
    let upstream = connect(&[&lame, &other]).await;
    let mut hanging = vec![];
    while lame.count() == 0 {
        let upstream = upstream.clone();
        let before = lame.count() + other.count();
        hanging.push(tokio::spawn(async move { send(&upstream, "x", Resend::Untouched).await.is_ok() }));
        let (mut a, mut b) = (lame.seen.started.subscribe(), other.seen.started.subscribe());
        while lame.count() + other.count() == before {
            tokio::select! { _ = a.changed() => {}, _ = b.changed() => {} }
        }
    }
    lame.does(Does::Echo);
    other.does(Does::Echo);
    lame.lame_duck();
    connected(&upstream, 1).await;
    connected(&upstream, 2).await;
    for _ in 0..20 {
        echo(&upstream, "y", Resend::Untouched).await.expect("answered");
    }
    assert!(hanging.iter().all(|call| !call.is_finished()), "calls under way go on");
}

#[tokio::test]
async fn an_abrupt_goaway_loses_no_unfinished_connection() {
    let replica = Replica::start(Does::Echo).await;
    let upstream = connect(&[&replica]).await;
    replica.abrupt_goaway();
    connected(&upstream, 0).await;
    echo(&upstream, "z", Resend::Untouched).await.expect("on a new connection");
}
