//! The server under its real conditions: as whoever runs the tests, killed, started twice.

use std::path::PathBuf;
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
