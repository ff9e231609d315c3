//! What a service may configure about its logs. Where traces and metrics go is said by the `OTEL_*` variables.

use serde::Deserialize;
use tracing_subscriber::EnvFilter;

/// The `[telemetry]` table of a service's configuration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelemetryConfig {
    /// How log lines look.
    #[serde(default)]
    pub log_format: LogFormat,
    /// What is logged and traced: a level, and levels of single modules, as in `info,dialtone_db=debug`.
    #[serde(default)]
    pub log_filter: LogFilter,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line, for collectors.
    #[default]
    Json,
    /// One line for people.
    Pretty,
}

/// Directives of `tracing_subscriber::EnvFilter`, known to be valid.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct LogFilter(String);

/// Libraries whose own traffic is the exporter's traffic too: exporting it would feed itself.
const NOT_EXPORTED: &str = "h2=off,hyper=off,tonic=off,tower=off,opentelemetry=off";

impl LogFilter {
    /// For the log on standard error.
    pub(crate) fn printed(&self) -> EnvFilter {
        EnvFilter::new(&self.0)
    }

    /// For the exporters.
    pub(crate) fn exported(&self) -> EnvFilter {
        EnvFilter::new(format!("{},{NOT_EXPORTED}", self.0))
    }
}

impl Default for LogFilter {
    fn default() -> Self {
        LogFilter("info".to_owned())
    }
}

impl TryFrom<String> for LogFilter {
    type Error = String;

    fn try_from(directives: String) -> Result<Self, String> {
        match EnvFilter::builder().parse(&directives) {
            Ok(_) => Ok(LogFilter(directives)),
            Err(error) => Err(format!("wants directives such as `info,dialtone_db=debug`: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_checked_when_they_are_read() {
        assert!(LogFilter::try_from("info,dialtone_db=debug".to_owned()).is_ok());
        assert!(LogFilter::try_from("info,dialtone_db=loud".to_owned()).is_err());
    }
}
