//! A throw-away server whose owner is killed ends all the same. This program is also the owner, when a variable says so.

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use dialtone_testkit::postgres::Cluster;
use libtest_mimic::{Arguments, Trial};

/// Set for the owner: the file in which it notes where its server is.
const NOTE: &str = "DIALTONE_TEST_NOTE";

fn main() -> ExitCode {
    if let Some(note) = std::env::var_os(NOTE) {
        hold(note.into());
    }
    let test = Trial::test("cluster_of_a_killed_process_is_reaped", || {
        cluster_of_a_killed_process_is_reaped();
        Ok(())
    });
    libtest_mimic::run(&Arguments::from_args(), vec![test]).exit_code()
}

/// Holds a server until it is killed.
fn hold(note: PathBuf) -> ! {
    let cluster = Cluster::throw_away().expect("a server is installed");
    std::fs::write(note, format!("{}\n{}\n", cluster.url(), cluster.log().display())).expect("the file is writable");
    loop {
        std::thread::park();
    }
}

fn cluster_of_a_killed_process_is_reaped() {
    let note = std::env::temp_dir().join(format!("dialtone-test-note-{}", std::process::id()));
    let mut owner = Command::new(std::env::current_exe().expect("a program has a file"))
        .env(NOTE, &note)
        .spawn()
        .expect("a program can run itself");
    let read = || std::fs::read_to_string(&note).ok().filter(|text| text.lines().count() == 2);
    assert!(within(Duration::from_secs(30), || read().is_some()), "the owner never started its server");
    let text = read().expect("it was there a moment ago");
    let (url, log) = text.split_once('\n').expect("two lines");
    assert!(answers(url));
    owner.kill().expect("it is our child");
    owner.wait().expect("it is our child");
    let data = PathBuf::from(log.trim()).parent().expect("the log is in a folder").to_path_buf();
    assert!(within(Duration::from_secs(10), || !data.exists() && !answers(url)));
    std::fs::remove_file(&note).expect("the file is ours");
}

fn answers(url: &str) -> bool {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(async { tokio_postgres::connect(url, tokio_postgres::NoTls).await.is_ok() })
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
