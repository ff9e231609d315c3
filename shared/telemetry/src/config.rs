//! What a service may configure about its logs. Where traces and metrics go is said by the `OTEL_*` variables.

use serde::Deserialize;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

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

/// Levels by module.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct LogFilter(Targets);

/// Libraries whose own traffic is the exporter's traffic too: exporting it would feed itself.
const NOT_EXPORTED: [&str; 5] = ["h2", "hyper", "tonic", "tower", "opentelemetry"];

impl LogFilter {
    /// For the log on standard error.
    pub(crate) fn printed(&self) -> Targets {
        self.0.clone()
    }

    /// For the exporters.
    pub(crate) fn exported(&self) -> Targets {
        self.0.clone().with_targets(NOT_EXPORTED.map(|target| (target, LevelFilter::OFF)))
    }
}

impl Default for LogFilter {
    fn default() -> Self {
        LogFilter(Targets::new().with_default(LevelFilter::INFO))
    }
}

impl TryFrom<String> for LogFilter {
    type Error = String;

    fn try_from(levels: String) -> Result<Self, String> {
        let targets =
            levels.parse().map_err(|error| format!("wants levels such as `info,dialtone_db=debug`: {error}"))?;
        Ok(LogFilter(targets))
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
