//! Replicas that die, restart and drain under load.

use crate::{
    backend::{Backend, within},
    issuer::{Issuer, Key},
    world::{CHANGE, Client, READ, World},
};
use dialtone_client::{Resend, Upstream, UpstreamSettings};
use http::Request;
use http_body_util::{BodyExt as _, Full};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{task::JoinSet, time::Instant};

/// org-finder with two replicas.
async fn two_replicas() -> (World, Backend, Backend) {
    let key = Key::ed("first");
    let issuer = Issuer::start(&[&key]).await;
    let (a, b) = (Backend::start().await, Backend::start().await);
    let mut targets = vec![format!("{},{}", a.address, b.address)];
    targets.extend(["127.0.0.1:1"; 3].map(str::to_owned));
    let world = World::over(key, issuer, vec![], &targets, &[]).await;
    // Both are connected once both were called.
    within(async {
        while a.seen.count() == 0 || b.seen.count() == 0 {
            world.client.unary(READ, "").await.expect("answered");
        }
    })
    .await;
    (world, a, b)
}

/// Callers that call one after the other until they are stopped.
struct Load {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    callers: JoinSet<Vec<String>>,
}

impl Load {
    fn start(client: &Client, path: &'static str) -> Self {
        let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let callers = (0..8).map(|_| {
            let (client, stop, answered) = (client.clone(), Arc::clone(&stop), Arc::clone(&answered));
            async move {
                let mut errors = vec![];
                while !stop.load(Relaxed) {
                    match client.unary(path, "payload").await {
                        Ok(answer) if answer.get_ref() == "payload" => drop(answered.fetch_add(1, Relaxed)),
                        Ok(answer) => errors.push(format!("{answer:?}")),
                        Err(status) => errors.push(format!("{status:?}")),
                    }
                }
                errors
            }
        });
        Self { callers: callers.collect(), stop, answered }
    }

    async fn answers(&self, more: usize) {
        let before = self.answered.load(Relaxed);
        within(async {
            while self.answered.load(Relaxed) < before + more {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    async fn errors(mut self) -> Vec<String> {
        self.stop.store(true, Relaxed);
        let mut errors = vec![];
        while let Some(of_one) = self.callers.join_next().await {
            errors.extend(of_one.expect("no panic"));
        }
        errors
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_loses_no_call_not_even_one_that_changes_things() {
    let (world, a, b) = two_replicas().await;
    let load = Load::start(&world.client, CHANGE);
    load.answers(200).await;
    for replica in [a, b] {
        let address = replica.stop().await;
        load.answers(200).await;
        let back = Backend::start_at(address).await;
        let mut started = back.seen.started.subscribe();
        within(started.wait_for(|n| *n > 20)).await.expect("the replica lives");
        // Dropped handles leave their servers running.
        std::mem::forget(back);
    }
    assert_eq!(load.errors().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_replica_loses_no_read() {
    let (world, a, b) = two_replicas().await;
    // As a unary handler does: the answer's head comes with its message. An answer that has begun cannot be had again.
    let load = Load::start(&world.client.does("collect"), READ);
    load.answers(200).await;
    a.kill().await;
    load.answers(500).await;
    assert_eq!(load.errors().await, Vec::<String>::new());
    drop(b);
}

#[tokio::test]
async fn after_a_replica_was_killed_changes_go_to_the_other() {
    let (world, a, b) = two_replicas().await;
    let address = a.kill().await;
    // The closed connection may be seen a moment later; from then on nothing fails.
    within(async { while world.client.unary(CHANGE, "").await.is_err() {} }).await;
    let before = b.seen.count();
    for _ in 0..100 {
        world.client.unary(CHANGE, "").await.expect("answered");
    }
    assert_eq!(b.seen.count(), before + 100);
    let back = Backend::start_at(address).await;
    within(async {
        while back.seen.count() == 0 {
            world.client.unary(CHANGE, "").await.expect("answered");
        }
    })
    .await;
}

#[tokio::test]
async fn a_gateway_that_stops_finishes_the_calls_it_has() {
    let mut world = World::start().await;
    let mut started = world.seen[0].started.subscribe();
    let client = world.client.does("hang").with("grpc-timeout", "400m");
    let call = tokio::spawn(async move { client.unary(READ, "").await });
    within(started.wait_for(|n| *n == 1)).await.expect("the backend lives");
    world.stop();
    let status = within(call).await.expect("no panic").expect_err("its deadline");
    assert_eq!(status.code(), tonic::Code::DeadlineExceeded);
    world.stopped().await;
}

/// Calls with the suite's own upstream as client: hyper's fails calls that a GOAWAY leaves out, as any client may that
/// does not send them again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_whose_connection_is_old_lose_no_call() {
    let world = World::with(&[("serve.connection_age_ms", "100")]).await;
    let upstream = Upstream::connect("gateway", &UpstreamSettings::new(world.address.to_string())).expect("an address");
    let token = world.client.metadata.get("authorization").expect("it has one").to_str().expect("text").to_owned();
    // Several ages long, each with a connection of its own.
    let until = Instant::now() + Duration::from_millis(1_500);
    let callers: JoinSet<usize> = (0..8)
        .map(|_| {
            let (upstream, token) = (upstream.clone(), token.clone());
            async move {
                let mut answered = 0;
                while Instant::now() < until {
                    let request = Request::post(CHANGE)
                        .header("content-type", "application/grpc")
                        .header("te", "trailers")
                        .header("authorization", &token)
                        .body(Full::from(&b"\0\0\0\0\x01x"[..]))
                        .expect("well-formed");
                    let answer = within(upstream.send(request, Resend::Untouched, None)).await.expect("answered");
                    let body = within(answer.into_body().collect()).await.expect("whole");
                    assert_eq!(body.trailers().expect("they come")["grpc-status"], "0");
                    answered += 1;
                }
                answered
            }
        })
        .collect();
    let answered: usize = callers.join_all().await.iter().sum();
    assert_eq!(world.seen[0].count(), answered, "each exactly once");
}
