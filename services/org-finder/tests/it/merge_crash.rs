//! The process dies between any two lines, somebody cancels, or the world changes between two steps: a merge ends done or as if it
//! had never begun.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use dialtone_operations::{Hook, Point, Verdict};
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::google::longrunning::CancelOperationRequest;
use dialtone_proto::operations::v1::OperationState;
use dialtone_proto::orgfinder::v1::ImportOptions;
use dialtone_proto::orgfinder::v1::import_organizations_request::Payload;
use dialtone_proto::orgfinder::v1::{ImportMode, ImportOrganizationsRequest};
use dialtone_status::Code::FailedPrecondition;
use dialtone_testkit::eventually;
use futures::FutureExt as _;
use tokio::sync::Semaphore;
use tokio_stream::wrappers::ReceiverStream;

use crate::merge_support::*;
use crate::support::*;

/// Dies at each place of `points`, of each step, the first time it is reached.
fn dying_at(points: &'static [Point], deaths: Arc<AtomicUsize>) -> Hook {
    let reached: Arc<Mutex<HashMap<(Point, usize), ()>>> = Arc::default();
    Arc::new(move |point, whom| {
        let step = whom.map_or(0, |(_, step)| step);
        let first = reached.lock().expect("nobody panics with the lock").insert((point, step), ()).is_none();
        let dies = points.contains(&point) && first;
        if dies {
            deaths.fetch_add(1, Ordering::SeqCst);
        }
        async move { if dies { Verdict::Crash } else { Verdict::Go } }.boxed()
    })
}

/// Waits at this place of this step until the gate opens.
fn waiting_at(place: (Point, usize), gate: Arc<Semaphore>, waits: Arc<AtomicUsize>) -> Hook {
    Arc::new(move |point, whom| {
        let (gate, waits) = (Arc::clone(&gate), Arc::clone(&waits));
        async move {
            if whom.is_some_and(|(_, step)| (point, step) == place) {
                waits.fetch_add(1, Ordering::SeqCst);
                let _open = gate.acquire().await;
            }
            Verdict::Go
        }
        .boxed()
    })
}

async fn start(hook: Hook) -> Suite {
    Suite::start_hooked(hook).await
}

/// Two organizations with 3,500 people each, of whom they share 500.
async fn twins(suite: &Suite) -> (String, String) {
    let stays = suite.create(partner("Stays", &["stays.example"])).await.name;
    let goes = suite.create(partner("Goes", &["goes.example"])).await.name;
    for (organization, from) in [(&stays, 0), (&goes, 3_000)] {
        let fill = format!(
            "INSERT INTO people (id, organization_id, email, active, last_activity, source_user) \
             SELECT gen_random_uuid(), '{}', 'p' || n || '@x.example', (n + {from}) % 3 > 0, \
               '2026-01-01Z'::timestamptz - make_interval(hours => n * {from} % 7), '' \
             FROM generate_series({from}, {from} + 3499) AS n",
            id(organization)
        );
        suite.admin.batch_execute(&fill).await.unwrap();
        suite.grant(organization, "anna", Role::ReadOnly).await;
    }
    suite.grant(&goes, "bo", Role::FullAdmin).await;
    suite.roll_up().await;
    (stays, goes)
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_at_every_place_still_merges_once() {
    let deaths = Arc::new(AtomicUsize::new(0));
    let suite = start(dying_at(&Point::OF_AN_OPERATION, Arc::clone(&deaths))).await;
    let (stays, goes) = twins(&suite).await;
    let before = suite.rows().await;
    let started = suite.begin(suite.agreed(&stays, &goes).await).await.unwrap();
    let done = response(&suite.ended(&started.name).await.0);
    assert_eq!((done.moved_people_count, done.combined_people_count), (3_000, 500));
    assert!(deaths.load(Ordering::SeqCst) >= 9, "at {} places", deaths.load(Ordering::SeqCst));
    assert_eq!(suite.count("SELECT count(*) FROM outbox WHERE kind = 'organization.merged'").await, 1);
    let people = format!("SELECT count(*) FROM people WHERE organization_id = '{}'", id(&stays));
    assert_eq!(suite.count(&people).await, 6_500);
    suite.undo(&goes).await.unwrap();
    assert_eq!(suite.rows().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_merge_gives_everything_back_whenever_it_dies() {
    let (deaths, gate, waits) =
        (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let undoing = dying_at(&[Point::Undone, Point::UndoCommitting, Point::UndoCommitted], Arc::clone(&deaths));
    let waiting = waiting_at((Point::Committed, 1), Arc::clone(&gate), Arc::clone(&waits));
    let both: Hook = Arc::new(move |point, whom| {
        let (waiting, undoing) = (waiting(point, whom), undoing(point, whom));
        async move {
            waiting.await;
            undoing.await
        }
        .boxed()
    });
    let suite = start(both).await;
    let (stays, goes) = twins(&suite).await;
    let before = suite.rows().await;
    let started = suite.begin(suite.agreed(&stays, &goes).await).await.unwrap();
    eventually("a chunk is over", PATIENCE, async || (waits.load(Ordering::SeqCst) > 0).then_some(())).await;
    assert!(suite.is_merged(&goes, &stays).await);
    // Neither can be merged with others or be taken back while this goes on.
    let third = suite.create(customer("Third", &[])).await.name;
    let with_third = suite.rows().await.len();
    let metadata = [("organization", stays.as_str()), ("operation", started.name.as_str())];
    let other = suite.agreed(&third, &stays).await;
    assert_refused(suite.begin(other).await, FailedPrecondition, "MERGE_UNDER_WAY", &metadata);
    let metadata = [("organization", goes.as_str()), ("operation", started.name.as_str())];
    assert_refused(suite.undo(&goes).await, FailedPrecondition, "MERGE_UNDER_WAY", &metadata);
    assert_eq!(suite.rows().await.len(), with_third);

    let cancel = CancelOperationRequest { name: started.name.clone() };
    suite.operations().cancel_operation(suite.staff(cancel)).await.unwrap();
    gate.add_permits(Semaphore::MAX_PERMITS / 2);
    assert_eq!(suite.ended(&started.name).await.1.state(), OperationState::Cancelled);
    assert!(deaths.load(Ordering::SeqCst) >= 3);
    let forget =
        "DELETE FROM name_postings WHERE organization_id = 'third'; DELETE FROM organizations WHERE id = 'third'";
    suite.admin.batch_execute(&forget.replace("third", id(&third))).await.unwrap();
    assert_eq!(suite.rows().await, before);
    suite.merge(&stays, &goes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_before_the_first_step_ends_the_merge_with_nothing_changed() {
    let (gate, waits) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let suite = start(waiting_at((Point::Claimed, 0), Arc::clone(&gate), Arc::clone(&waits))).await;
    let (stays, goes) = twins(&suite).await;
    let started = suite.begin(suite.agreed(&stays, &goes).await).await.unwrap();
    suite.grant(&goes, "late", Role::FullAdmin).await;
    let waiting = suite.rows().await;
    gate.add_permits(Semaphore::MAX_PERMITS / 2);
    let (operation, metadata) = suite.ended(&started.name).await;
    assert_eq!((metadata.state(), failure(&operation).as_str()), (OperationState::Failed, "MERGE_PLAN_STALE"));
    let accepted = |row: &String| !row.starts_with("organization_merges ");
    let waiting: Vec<_> = waiting.into_iter().filter(accepted).collect();
    assert_eq!(suite.rows().await, waiting);
    suite.merge(&stays, &goes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_goes_on_where_the_first_one_died() {
    // Dies with everything it had claimed after a chunk, and claims nothing any more.
    let dead = Arc::new(AtomicUsize::new(0));
    let died = Arc::clone(&dead);
    let hook: Hook = Arc::new(move |point, whom| {
        let dies =
            (point == Point::Committed && whom.is_some_and(|(_, step)| step == 1)) || died.load(Ordering::SeqCst) > 0;
        if dies {
            died.fetch_add(1, Ordering::SeqCst);
        }
        async move { if dies { Verdict::Crash } else { Verdict::Go } }.boxed()
    });
    let suite = start(hook).await;
    let (stays, goes) = twins(&suite).await;
    let started = suite.begin(suite.agreed(&stays, &goes).await).await.unwrap();
    eventually("it died", PATIENCE, async || (dead.load(Ordering::SeqCst) > 0).then_some(())).await;
    let _stop = suite.start_another().await;
    let done = response(&suite.ended(&started.name).await.0);
    assert_eq!((done.moved_people_count, done.combined_people_count), (3_000, 500));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_running_and_a_merge_do_not_mind_each_other() {
    let suite = Suite::start().await;
    let (stays, goes) = twins(&suite).await;
    let (send, receive) = tokio::sync::mpsc::channel(4);
    let options = ImportOptions { mode: ImportMode::BestEffort.into(), ..ImportOptions::default() };
    send.send(ImportOrganizationsRequest { payload: Some(Payload::Options(options)) }).await.unwrap();
    let line = |n: usize| format!("{{\"name\":\"Import {n}\",\"country\":\"SE\",\"domains\":[\"goes.example\"]}}\n");
    let first: String = (0..600).map(line).collect();
    send.send(ImportOrganizationsRequest { payload: Some(Payload::Chunk(first.into_bytes())) }).await.unwrap();
    let (mut client, request) = (suite.organizations(), suite.staff(ReceiverStream::new(receive)));
    let import = tokio::spawn(async move { client.import_organizations(request).await });
    eventually("lines are staged", PATIENCE, async || {
        (suite.count("SELECT count(*) FROM import_lines").await > 0).then_some(())
    })
    .await;
    suite.merge(&stays, &goes).await;
    send.send(ImportOrganizationsRequest { payload: Some(Payload::Chunk(line(600).into_bytes())) }).await.unwrap();
    drop(send);
    assert_eq!(import.await.unwrap().unwrap().into_inner().created_count, 601);
    assert!(suite.is_merged(&goes, &stays).await);
    suite.undo(&goes).await.unwrap();
}
