//! Following the addresses behind a name.

use crate::replica::{Does, Replica, connected, echo, send, within};
use dialtone_client::{Lookup, Resend, SendError, Upstream, UpstreamSettings};
use std::{
    io,
    net::SocketAddr,
    num::NonZeroU64,
    sync::{Arc, Mutex},
};
use tokio::sync::watch;

/// A name server whose answer the test changes; an empty list is a failure.
struct Names {
    answer: Mutex<Vec<SocketAddr>>,
    asked: watch::Sender<usize>,
}

impl Names {
    fn new(answer: Vec<SocketAddr>) -> Arc<Self> {
        Arc::new(Self { answer: Mutex::new(answer), asked: watch::Sender::new(0) })
    }

    fn set(&self, answer: Vec<SocketAddr>) {
        *self.answer.lock().expect("not poisoned") = answer;
    }

    async fn asked_again(&self) {
        let mut asked = self.asked.subscribe();
        let now = *asked.borrow_and_update();
        within(asked.wait_for(|n| *n >= now + 2)).await.expect("it is asked for ever");
    }

    fn lookup(self: &Arc<Self>) -> Lookup {
        let names = Arc::clone(self);
        Arc::new(move |_, _| {
            let answer = names.answer.lock().expect("not poisoned").clone();
            names.asked.send_modify(|n| *n += 1);
            Box::pin(
                async move { if answer.is_empty() { Err(io::Error::other("server failure")) } else { Ok(answer) } },
            )
        })
    }
}

fn upstream(names: &Arc<Names>) -> Upstream {
    let mut settings = UpstreamSettings::new("replicas.test:1");
    settings.resolve_ms = NonZeroU64::new(20).expect("not zero");
    Upstream::connect_with("test", &settings, names.lookup()).expect("good settings")
}

#[tokio::test]
async fn connections_follow_the_name() {
    let (a, b) = (Replica::start(Does::Echo).await, Replica::start(Does::Echo).await);
    let names = Names::new(vec![a.address]);
    let upstream = upstream(&names);
    connected(&upstream, 1).await;
    names.set(vec![a.address, b.address]);
    connected(&upstream, 2).await;
    names.set(vec![b.address]);
    connected(&upstream, 1).await;
    let (port, _) = echo(&upstream, "x", Resend::Untouched).await.expect("answered");
    assert_eq!(port, b.address.port());
}

#[tokio::test]
async fn a_failing_name_server_changes_nothing() {
    let replica = Replica::start(Does::Echo).await;
    let names = Names::new(vec![replica.address]);
    let upstream = upstream(&names);
    connected(&upstream, 1).await;
    names.set(vec![]);
    names.asked_again().await;
    echo(&upstream, "x", Resend::Untouched).await.expect("answered");
}

#[tokio::test]
async fn a_call_under_way_outlives_its_address() {
    let (old, new) = (Replica::start(Does::Hang).await, Replica::start(Does::Echo).await);
    let names = Names::new(vec![old.address]);
    let upstream = upstream(&names);
    let mut started = old.seen.started.subscribe();
    let call = tokio::spawn({
        let upstream = upstream.clone();
        async move { send(&upstream, "x", Resend::Untouched).await.map(|_| ()) }
    });
    within(started.wait_for(|n| *n == 1)).await.expect("the replica lives");
    names.set(vec![new.address]);
    names.asked_again().await;
    let (port, _) = echo(&upstream, "y", Resend::Untouched).await.expect("answered");
    assert_eq!(port, new.address.port());
    assert!(!call.is_finished());
    assert_eq!(*old.seen.cancelled.borrow(), 0);
}

#[tokio::test]
async fn with_no_address_a_call_waits_a_moment_and_fails() {
    let names = Names::new(vec![]);
    let mut settings = UpstreamSettings::new("replicas.test:1");
    settings.connection_wait_ms = NonZeroU64::new(50).expect("not zero");
    let upstream = Upstream::connect_with("test", &settings, names.lookup()).expect("good settings");
    let answer = send(&upstream, "x", Resend::Repeatable).await;
    let Err(SendError::Unavailable(why)) = answer else { panic!("there is nobody to answer") };
    assert_eq!(why.upstream, "test");
}

#[tokio::test]
async fn a_call_made_before_the_first_connection_waits_for_it() {
    let replica = Replica::start(Does::Echo).await;
    let names = Names::new(vec![replica.address]);
    echo(&upstream(&names), "x", Resend::Untouched).await.expect("answered");
}
