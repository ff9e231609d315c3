//! A process with telemetry, with and without a collector. Telemetry is started once in a process and reads its
//! variables, so each case runs the measured process as a child of its own: this program again, told so by a variable.

mod collector;

use collector::Collector;
use dialtone_telemetry::{
    MailDomain, Redacted, RpcMetrics, StartError, Telemetry, TelemetryConfig, continue_trace, current_trace_id, inject,
    render_metrics, serve_metrics,
};
use http::HeaderMap;
use libtest_mimic::{Arguments, Trial};
use std::process::{ExitCode, Output};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    process::Command,
    runtime::Runtime,
    sync::oneshot,
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

/// Set for the child.
const MEASURED: &str = "DIALTONE_TEST_MEASURED_PROCESS";

fn main() -> ExitCode {
    if std::env::var_os(MEASURED).is_some() {
        runtime().block_on(the_measured_process());
        return ExitCode::SUCCESS;
    }
    let tests = vec![
        Trial::test("a_collector_receives_the_span_within_the_callers_trace_and_its_metrics_and_logs", || {
            runtime().block_on(a_collector_receives_everything());
            Ok(())
        }),
        Trial::test("without_a_collector_logs_are_lines_of_json_without_personal_data", || {
            runtime().block_on(logs_without_a_collector());
            Ok(())
        }),
    ];
    libtest_mimic::run(&Arguments::from_args(), tests).exit_code()
}

fn runtime() -> Runtime {
    Runtime::new().expect("threads can be started")
}

async fn run_child(collector: Option<&str>) -> Output {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.env(MEASURED, "yes").env_remove("OTEL_EXPORTER_OTLP_ENDPOINT").env_remove("OTEL_SERVICE_NAME");
    if let Some(url) = collector {
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", url);
    }
    let output = command.output().await.expect("the child runs");
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

async fn a_collector_receives_everything() {
    let (collector, url) = Collector::start().await;
    run_child(Some(&url)).await;
    let received = collector.received();

    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let span = received.spans.iter().find(|span| span.name == "served").expect("exported at shutdown");
    assert_eq!((hex(&span.trace_id).as_str(), hex(&span.parent_span_id).as_str()), (TRACE, PARENT));
    let service =
        received.resources[0].attributes.iter().find(|attribute| attribute.key == "service.name").expect("named");
    assert!(format!("{:?}", service.value).contains("org-finder"));

    assert!(received.metrics.iter().any(|m| m.name == "rpc.server.call.duration"));
    let bodies: Vec<String> = received.logs.iter().map(|log| format!("{:?}", log.body)).collect();
    assert!(bodies.iter().any(|body| body.contains("a call was served")), "{bodies:?}");
    assert!(!bodies.iter().any(|body| body.contains("transport noise")), "{bodies:?}");
}

async fn logs_without_a_collector() {
    let output = run_child(None).await;
    let log = String::from_utf8(output.stderr).expect("text");
    let line = log
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find(|line| line["message"] == "a call was served")
        .expect("logged");
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["mail"], "…@contoso.example");
    assert!(!log.contains("ada@") && !log.contains("t0ken"), "{log}");
}

async fn the_measured_process() {
    let telemetry = Telemetry::start(&TelemetryConfig::default(), "org-finder").expect("starts");
    let again = Telemetry::start(&TelemetryConfig::default(), "org-finder");
    assert!(matches!(again.err(), Some(StartError::AlreadyStarted)));

    serve_one_call();
    read_the_page().await;
    telemetry.shutdown().await;
}

/// What a server does for each call.
fn serve_one_call() {
    let mut received = HeaderMap::new();
    let parent = format!("00-{TRACE}-{PARENT}-01");
    received.insert("traceparent", parent.parse().expect("a header"));

    let metrics = RpcMetrics::server(|path| (path == "/a.B/Known").then_some("a.B/Known"));
    let span = tracing::info_span!("served", otel.kind = "server");
    continue_trace(&span, &received);
    span.in_scope(|| {
        metrics.begin("/a.B/Known").end(0);
        metrics.begin("/made/up-by-a-caller").end(12);
        drop(metrics.begin("/a.B/Known"));
        tracing::info!(mail = %MailDomain("ada@contoso.example"), token = ?Redacted("t0ken"), "a call was served");
        tracing::info!(target: "h2::codec", "transport noise");

        assert_eq!(current_trace_id().as_deref(), Some(TRACE));
        let mut sent = HeaderMap::new();
        inject(&mut sent);
        let sent = sent["traceparent"].to_str().expect("text");
        assert!(sent.starts_with(&format!("00-{TRACE}-")), "{sent}");
        assert!(!sent.contains(PARENT), "the callee's parent is this span: {sent}");
    });
}

async fn read_the_page() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve_metrics(listener, async {
        let _ = stopped.await;
    }));

    let page = get(address, "/metrics").await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert_eq!(page.split_once("\r\n\r\n").expect("a body").1, render_metrics());
    let known = r#"rpc_method="a.B/Known""#;
    let calls = "rpc_server_call_duration_seconds_count";
    has(&page, calls, &[known, r#"code="OK""#], "1");
    has(&page, calls, &[known, r#"code="CANCELLED""#], "1");
    let other = r#"rpc_method="_OTHER""#;
    has(&page, calls, &[other, r#"code="UNIMPLEMENTED""#], "1");
    let bucket = "rpc_server_call_duration_seconds_bucket";
    has(&page, bucket, &[known, r#"code="OK""#, r#"le="1800""#], "1");
    has(&page, "rpc_server_active_requests", &[known], "0");
    assert!(!page.contains("made/up"), "{page}");
    assert!(get(address, "/").await.starts_with("HTTP/1.1 404"));

    stop.send(()).expect("it serves");
    server.await.expect("it ends when told");
}

/// The page has a line of that metric with all those labels and that value.
fn has(page: &str, metric: &str, labels: &[&str], value: &str) {
    let found = page.lines().any(|line| {
        line.starts_with(metric)
            && labels.iter().all(|label| line.contains(label))
            && line.ends_with(&format!(" {value}"))
    });
    assert!(found, "{metric} {labels:?} {value} is not in\n{page}");
}

async fn get(address: std::net::SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("listens");
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("answered");
    answer
}
