//! The wide line.

use std::{
    io,
    sync::{Arc, Mutex},
};

use dialtone_authz::Caller;
use dialtone_proto::google::longrunning::GetOperationRequest;
use dialtone_telemetry::json_lines;
use dialtone_testkit::eventually;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::support::{PATIENCE, config, start, with_token};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_call_writes_one_line_that_says_how_it_ended_and_not_who_it_was() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::registry().with(json_lines(lines.clone()));
    // The test's runtime has one thread, so this reaches the server's tasks and no other test.
    let _guard = tracing::subscriber::set_default(subscriber);
    let running = start(config()).await;
    let token = running.gateway.token(&Caller::person("alice@example.com"));
    let mut request = with_token(GetOperationRequest { name: "fault".to_owned() }, &token);
    request.metadata_mut().insert("x-request-id", "find-me".parse().expect("text"));
    running.operations().get_operation(request).await.expect_err("a fault");

    let line = eventually("the line", PATIENCE, async || {
        let text = String::from_utf8(lines.0.lock().expect("no panic").clone()).expect("UTF-8");
        text.lines().find(|line| line.contains("\"message\":\"request\"")).map(str::to_owned)
    })
    .await;
    for part in [
        "\"method\":\"/google.longrunning.Operations/GetOperation\"",
        "\"code\":\"ABORTED\"",
        "\"reason\":\"ETAG_MISMATCH\"",
        "\"caller\":\"person\"",
        "\"request\":\"find-me\"",
        "\"duration_ms\":",
    ] {
        assert!(line.contains(part), "{part} not in {line}");
    }
    let all = String::from_utf8(lines.0.lock().expect("no panic").clone()).expect("UTF-8");
    assert!(!all.contains("alice") && !all.contains(&*token), "{all}");
}
