//! The server under its real conditions: as whoever runs the tests, with a killed owner, started twice.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use super::*;

fn answers(url: &str) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime needs no more");
    runtime.block_on(async {
        let Ok((client, connection)) = tokio_postgres::connect(url, tokio_postgres::NoTls).await else {
            return false;
        };
        let driver = tokio::spawn(connection);
        let answer = client.query_one("SELECT 'Ä' ILIKE 'ä'", &[]).await;
        drop(client);
        let _ = driver.await;
        answer.is_ok_and(|row| row.get::<_, bool>(0))
    })
}

fn within(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    while Instant::now() < end {
        if condition() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("dialtone-test-{name}-{}", std::process::id()))
}

#[test]
fn throw_away_cluster_answers_and_leaves_nothing() {
    let cluster = Cluster::throw_away().expect("a server is installed");
    assert!(answers(&cluster.url()));
    let (url, dir) = (cluster.url(), cluster.log().parent().expect("the log is in a folder").to_path_buf());
    drop(cluster);
    assert!(!answers(&url));
    assert!(!dir.exists());
}

/// The child of this test: holds a cluster until it is killed.
#[test]
#[ignore = "started by cluster_of_a_killed_process_is_reaped"]
fn holder() {
    let cluster = Cluster::throw_away().expect("a server is installed");
    let note = std::env::var("DIALTONE_TEST_NOTE").expect("the parent gives the file");
    std::fs::write(&note, format!("{}\n{}\n", cluster.url(), cluster.log().display())).expect("the file is writable");
    loop {
        std::thread::park();
    }
}

#[test]
fn cluster_of_a_killed_process_is_reaped() {
    let note = folder("note");
    let mut child = Command::new(std::env::current_exe().expect("a test has a file"))
        .args(["--ignored", "--exact", "postgres::tests::holder"])
        .env("DIALTONE_TEST_NOTE", &note)
        .spawn()
        .expect("a test can run itself");
    let read = || std::fs::read_to_string(&note).ok().filter(|text| text.lines().count() == 2);
    assert!(within(Duration::from_secs(30), || read().is_some()), "the child never started its cluster");
    let text = read().expect("it was there a moment ago");
    let (url, log) = text.split_once('\n').expect("two lines");
    assert!(answers(url));
    child.kill().expect("it is our child");
    child.wait().expect("it is our child");
    let data = PathBuf::from(log.trim()).parent().expect("the log is in a folder").to_path_buf();
    assert!(within(Duration::from_secs(10), || !data.exists() && !answers(url)));
    std::fs::remove_file(&note).expect("the file is ours");
}

#[test]
fn persistent_cluster_stays_restarts_on_its_port_and_survives_a_kill() {
    let dir = folder("persistent");
    let first = Cluster::persistent(&dir, 0).expect("a server is installed");
    let port = first.port();
    drop(first);
    let again = Cluster::persistent(&dir, 0).expect("it runs already");
    assert_eq!(again.port(), port);
    assert!(answers(&again.url()));

    again.kill().expect("it runs");
    assert!(within(Duration::from_secs(10), || !answers(&again.url())));
    let recovered = Cluster::persistent(&dir, 0).expect("it recovers");
    assert_eq!(recovered.port(), port);
    assert!(answers(&recovered.url()));

    recovered.stop().expect("it runs");
    assert!(!answers(&recovered.url()));
    assert!(PersistentCluster::running_in(&dir).is_none());
    // A power cut leaves the file, and its number becomes another program's: here this test's.
    let left = format!("{}\n{}\n0\n{port}\n\n127.0.0.1\n\nready\n", std::process::id(), dir.join("data").display());
    std::fs::write(dir.join("data/postmaster.pid"), left).expect("root, or the server's own user");
    let restarted = Cluster::persistent(&dir, 0).expect("it starts beside the other program");
    assert!(answers(&restarted.url()));
    restarted.stop().expect("it runs");
    std::fs::remove_dir_all(&dir).expect("the folder is ours");
}
