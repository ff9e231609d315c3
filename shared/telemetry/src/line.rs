//! A log line: one JSON object with the event's fields and, under `span`, those of the work that it happened in.
//!
//! In the place of tracing-subscriber's own JSON, which parses and writes a span's fields anew whenever one is recorded, and prints
//! what is meant for traces only: measured at a tenth of a short call's time.

use std::fmt;

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

/// Fields of spans that only traces show; `rpc.method` is the exception.
const TRACED_ONLY: [&str; 2] = ["otel.", "rpc."];

/// Writes a line to `writer` for each event, as `log_format = "json"` does to standard error.
pub fn json_lines<W>(writer: W) -> impl Layer<Registry> + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt::layer().with_ansi(false).fmt_fields(SpanFields).event_format(Line).with_writer(writer)
}

/// Writes whole lines.
struct Line;

/// Writes the fields of a span once, as they stand in each of its lines: `"name":value,`.
struct SpanFields;

impl<'w> FormatFields<'w> for SpanFields {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut members = Members { out: &mut writer, wanted: |name| !is_traced_only(name), written: Ok(()) };
        fields.record(&mut members);
        members.written
    }

    fn add_fields(&self, current: &'w mut FormattedFields<Self>, fields: &tracing::span::Record<'_>) -> fmt::Result {
        self.format_fields(current.as_writer(), fields)
    }
}

fn is_traced_only(name: &str) -> bool {
    name != "rpc.method" && TRACED_ONLY.iter().any(|prefix| name.starts_with(prefix))
}

impl<S> FormatEvent<S, SpanFields> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(&self, ctx: &FmtContext<'_, S, SpanFields>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        out.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut out)?;
        write!(out, "\",\"level\":\"{}\",", event.metadata().level())?;
        let mut members = Members { out: &mut out, wanted: |_| true, written: Ok(()) };
        event.record(&mut members);
        members.written?;
        write!(out, "\"target\":{}", json(event.metadata().target()))?;
        // The innermost that says anything.
        for span in ctx.event_scope().into_iter().flatten() {
            if let Some(fields) = span.extensions().get::<FormattedFields<SpanFields>>()
                && !fields.is_empty()
            {
                write!(out, ",\"span\":{{{fields}\"name\":\"{}\"}}", span.name())?;
                break;
            }
        }
        out.write_str("}\n")
    }
}

/// Writes members of a JSON object, each with a comma behind it.
struct Members<'a, 'w> {
    out: &'a mut Writer<'w>,
    wanted: fn(&str) -> bool,
    written: fmt::Result,
}

impl Members<'_, '_> {
    fn member(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        if self.written.is_ok() && (self.wanted)(field.name()) {
            self.written = write!(self.out, "\"{}\":{value},", field.name());
        }
    }
}

impl Visit for Members<'_, '_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no infinity.
        if value.is_finite() {
            self.member(field, format_args!("{value}"));
        } else {
            self.member(field, format_args!("\"{value}\""));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, format_args!("{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, format_args!("{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, format_args!("{value}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.member(field, format_args!("{}", json(value)));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Skipped ones are not even formatted.
        if (self.wanted)(field.name()) {
            self.member(field, format_args!("{}", json(&format!("{value:?}"))));
        }
    }
}

/// Text as JSON.
fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};
    use tracing_subscriber::fmt::MakeWriter;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::json_lines;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Kept {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    fn lines(work: impl FnOnce()) -> Vec<Value> {
        let kept = Kept::default();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(json_lines(kept.clone())), work);
        let bytes = kept.0.lock().expect("no panic").clone();
        let text = String::from_utf8(bytes).expect("text");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    #[test]
    fn a_line_has_its_fields_and_those_of_its_work_in_their_own_types() {
        let lines = lines(|| {
            let request =
                tracing::info_span!("request", otel.name = "x", rpc.method = "a/B", rpc.code = 1, request = "r1");
            request.in_scope(|| {
                let inner = tracing::info_span!("plain");
                inner.in_scope(|| {
                    tracing::warn!(count = 3, ratio = 0.5, of = f64::INFINITY, done = true, "said \"so\"\n\u{1}")
                });
            });
        });
        let mut line = lines[0].clone();
        assert!(line["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')));
        line["timestamp"] = Value::Null;
        assert_eq!(
            line,
            json!({"timestamp": null, "level": "WARN", "message": "said \"so\"\n\u{1}", "count": 3, "ratio": 0.5, "of": "inf",
                   "done": true, "target": "dialtone_telemetry::line::tests",
                   "span": {"rpc.method": "a/B", "request": "r1", "name": "request"}})
        );
    }

    #[test]
    fn what_is_recorded_later_is_added() {
        let lines = lines(|| {
            let span = tracing::info_span!("db", op = "get", outcome = tracing::field::Empty);
            span.in_scope(|| tracing::info!("before"));
            span.record("outcome", "ok");
            span.in_scope(|| tracing::info!("after"));
        });
        assert_eq!(lines[0]["span"], json!({"op": "get", "name": "db"}));
        assert_eq!(lines[1]["span"], json!({"op": "get", "outcome": "ok", "name": "db"}));
    }
}
