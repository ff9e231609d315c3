//! The headquarters as set-up sees them; user-provisioning owns locations.

use serde::{Deserialize, Serialize};

/// Headquarters to be created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headquarters {
    pub display_name: String,
    pub region_code: String,
    pub administrative_area: String,
    pub locality: String,
    pub postal_code: String,
    pub address_lines: Vec<String>,
    pub time_zone: String,
    pub language_code: String,
}

impl Headquarters {
    /// The address in one line.
    pub fn one_line(&self) -> String {
        let parts = self.address_lines.iter().map(String::as_str).chain([
            self.postal_code.as_str(),
            self.locality.as_str(),
            self.administrative_area.as_str(),
            self.region_code.as_str(),
        ]);
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}
