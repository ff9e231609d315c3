//! Why an attempt or an operation failed, as it is stored and shown.

use std::collections::BTreeMap;

use dialtone_status::{Code, Fault};
use serde::{Deserialize, Serialize};

/// The metadata key that lists the input a stuck step asks for.
const NEEDS: &str = "needs";

/// A failure at rest: what a `Fault` says to callers, without its internal cause.
///
/// A `Fault` itself cannot be read back, because its reason and its keys are constants of the release that wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The gRPC code.
    pub code: i32,
    /// `ErrorInfo.reason`.
    pub reason: String,
    /// One English sentence for people.
    pub message: String,
    /// `ErrorInfo.metadata`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

impl Failure {
    /// What of a fault is kept. `needs` are the input keys that would let the step go on.
    pub fn new(fault: &Fault, needs: &[String]) -> Self {
        // The wire form is the only public view of all metadata; the domain is added when the failure is shown.
        let info = dialtone_status::error_info(&dialtone_status::to_status(fault.clone(), ""));
        let mut metadata: BTreeMap<String, String> = info.map(|i| i.metadata.into_iter().collect()).unwrap_or_default();
        if !needs.is_empty() {
            metadata.insert(NEEDS.to_owned(), needs.join(","));
        }
        Self { code: fault.code as i32, reason: fault.reason.to_owned(), message: fault.message.clone(), metadata }
    }

    /// The failure that an operation cancelled on request ends with.
    pub fn cancelled() -> Self {
        Self::new(&Fault::cancelled(), &[])
    }

    /// The gRPC code as the enum.
    pub fn code(&self) -> Code {
        Code::from(self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_keeps_what_callers_see_and_nothing_else() {
        let fault = Fault::not_found("organizations/1").caused_by("secret");
        let failure = Failure::new(&fault, &["site".to_owned(), "zone".to_owned()]);
        assert_eq!(failure.code(), Code::NotFound);
        assert_eq!(failure.reason, "NOT_FOUND");
        assert_eq!(failure.metadata["resource"], "organizations/1");
        assert_eq!(failure.metadata[NEEDS], "site,zone");
        let text = serde_json::to_string(&failure).expect("plain data");
        assert!(!text.contains("secret"));
        assert_eq!(serde_json::from_str::<Failure>(&text).expect("reads back"), failure);
    }
}
