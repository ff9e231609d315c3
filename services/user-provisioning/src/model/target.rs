//! The outside systems where users are provisioned.

use chrono::{DateTime, Utc};
use dialtone_ids::TargetName;
use serde::{Deserialize, Serialize};

/// What kind of system a target is, with its settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetKind {
    /// A simulated system with injectable faults.
    Simulator(SimulatorSettings),
}

/// How a simulated system misbehaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatorSettings {
    /// How long a call takes, in milliseconds.
    pub latency_ms: u32,
    /// Of 100 calls, how many fail before they have an effect.
    pub failure_percent: u32,
    /// Of 100 calls, how many have their effect and lose the answer.
    pub lost_answer_percent: u32,
    /// Addresses it refuses for good, in lower case.
    pub refused_emails: Vec<String>,
    /// Chooses which calls fail.
    pub seed: u64,
}

/// The most calls of 100 that may go wrong in either way: with more, a batch would hardly ever end.
pub const MOST_FAULTS_PERCENT: u32 = 90;

/// What the caller says of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTarget {
    /// What it is called.
    pub display_name: String,
    /// Its kind and settings.
    pub kind: TargetKind,
}

/// A target as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its name.
    pub name: TargetName,
    /// What the caller said.
    pub system: NewTarget,
    /// Counts its changes.
    pub version: i64,
    /// When it was created.
    pub created: DateTime<Utc>,
    /// When it last changed.
    pub updated: DateTime<Utc>,
}

impl Target {
    /// Its settings, if it is a simulator.
    pub fn simulator(&self) -> Option<&SimulatorSettings> {
        match &self.system.kind {
            TargetKind::Simulator(settings) => Some(settings),
        }
    }

    /// The target as history and events tell it, fields named as in its proto message.
    pub fn view(&self) -> serde_json::Value {
        let mut view = serde_json::json!({ "name": self.name, "display_name": self.system.display_name });
        match &self.system.kind {
            TargetKind::Simulator(settings) => view["simulator"] = serde_json::json!(settings),
        }
        view
    }
}
