//! Configuration of a service: its defaults, then a file, then `DIALTONE_<SERVICE>__KEY__SUB` variables.
//!
//! Owns the layering, the refusal of unknown keys, the report of every fault at once, secrets given as files, and the
//! masked printout of `check-config`. Must not know any service's keys.
//!
//! Keys come from the service's own serde types. Structs with `#[serde(flatten)]` cannot be checked for unknown keys, so
//! none is used. Secrets are `secrecy::SecretString`; any such key `x` may be given as `x_file`, the path of a file whose
//! content (without the line end) is the secret.

mod access;
mod faults;
mod mask;
mod node;
mod probe;
mod scalar;
mod sources;

pub use faults::{Check, ConfigFault, Faults};

use probe::Probe;
use serde::de::DeserializeOwned;
use sources::Layers;
use std::path::Path;

/// A configuration and how to show it.
pub struct Loaded<T> {
    /// The configuration, checked.
    pub config: T,
    /// Every key in effect as TOML, one line each, with its origin; secrets are masked.
    pub masked: String,
}

/// Reads the configuration of `service` (`org-finder`) from its defaults, `file` and the process's environment.
///
/// Errors with every fault found: text that is no TOML, unknown, missing and ill-typed keys, and what `T::check` refuses.
/// A faulty value of a type of its own, for which there is neither a default nor a usual substitute, can hide what
/// `T::check` refuses until it is corrected.
pub fn load<T: DeserializeOwned + Check>(service: &str, defaults: &str, file: Option<&Path>) -> Result<T, Faults> {
    load_from(service, defaults, file, environment(service)).map(|loaded| loaded.config)
}

/// [`load`], with the printout of `check-config`.
pub fn load_and_mask<T: DeserializeOwned + Check>(
    service: &str,
    defaults: &str,
    file: Option<&Path>,
) -> Result<Loaded<T>, Faults> {
    load_from(service, defaults, file, environment(service))
}

/// [`load_and_mask`] with the given variables in place of the process's environment.
pub fn load_from<T: DeserializeOwned + Check>(
    service: &str,
    defaults: &str,
    file: Option<&Path>,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Loaded<T>, Faults> {
    let mut faults = Faults::default();
    let layers = Layers::read(service, defaults, file, variables, &mut faults);
    let probe = Probe::new(&layers);
    let config = probe.run::<T>();
    let (shape, secrets) = probe.finish();
    faults.absorb(shape);
    if let Some(config) = &config {
        let mut refused = Faults::default();
        config.check(&mut refused);
        // A substitute stands for a faulty value, so what the check says of that key is no news.
        faults.absorb_new(refused.located(&layers));
    }
    match config {
        Some(config) if faults.is_empty() => Ok(Loaded { config, masked: mask::print(&layers, &secrets) }),
        _ => Err(faults),
    }
}

/// The variables that are meant for the service; those with content that is no text are read with a replacement mark.
fn environment(service: &str) -> Vec<(String, String)> {
    let prefix = sources::prefix(service);
    std::env::vars_os()
        .map(|(key, value)| (key.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
        .filter(|(key, _)| key.starts_with(&prefix))
        .collect()
}
