//! The layers of a configuration and where each value comes from.

use crate::{ConfigFault, Faults};
use config::{Config, Environment, File, FileFormat, Source, Value, ValueKind};
use std::{collections::HashMap, path::Path};

/// What the `config` crate calls the origin of a variable.
const ENVIRONMENT: &str = "the environment";

/// The merged values of all layers, and the defaults alone as substitutes for faulty values.
pub(crate) struct Layers {
    pub(crate) merged: Value,
    pub(crate) defaults: Value,
    prefix: String,
}

/// What the variables of a service begin with; the key follows after a second underscore.
pub(crate) fn prefix(service: &str) -> String {
    format!("DIALTONE_{}_", service.replace('-', "_").to_uppercase())
}

impl Layers {
    /// Reads every layer; one that cannot be read is a fault and is left out.
    pub(crate) fn read(
        service: &str,
        defaults: &str,
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
        faults: &mut Faults,
    ) -> Layers {
        let prefix = prefix(service);
        let defaults = read(File::from_str(defaults, FileFormat::Toml), "the defaults", faults);
        let mut builder = Config::builder().add_source(defaults.clone());
        if let Some(path) = file {
            let name = path.display().to_string();
            let source = File::new(&name, FileFormat::Toml).required(true);
            builder = builder.add_source(read(source, &name, faults));
        }
        let source = environment(&prefix, variables, faults);
        builder = builder.add_source(read(source, ENVIRONMENT, faults));
        let merged = builder.build().unwrap_or_else(|error| {
            source_fault(faults, "the configuration", &error.to_string());
            Config::default()
        });
        Layers { merged: merged.cache, defaults: defaults.cache, prefix }
    }

    /// The name of what set `key`: a file or a variable; none if it is a default or not set.
    pub(crate) fn origin(&self, key: &str) -> Option<String> {
        match at(&self.merged, key)?.origin()? {
            ENVIRONMENT => Some(self.variable(key)),
            file => Some(file.to_owned()),
        }
    }

    fn variable(&self, key: &str) -> String {
        format!("{}_{}", self.prefix, key.replace('.', "__").to_uppercase())
    }
}

/// Whether the value came as text, which stands for numbers, truth values and lists too.
pub(crate) fn is_variable(value: &Value) -> bool {
    value.origin() == Some(ENVIRONMENT)
}

/// The value at a dotted key.
pub(crate) fn at<'a>(root: &'a Value, key: &str) -> Option<&'a Value> {
    key.split('.').try_fold(root, |value, part| match &value.kind {
        ValueKind::Table(table) => table.get(part),
        ValueKind::Array(list) => list.get(part.parse::<usize>().ok()?),
        _ => None,
    })
}

fn read(source: impl Source + Send + Sync + 'static, name: &str, faults: &mut Faults) -> Config {
    Config::builder().add_source(source).build().unwrap_or_else(|error| {
        source_fault(faults, name, &error.to_string());
        Config::default()
    })
}

fn environment(
    prefix: &str,
    variables: impl IntoIterator<Item = (String, String)>,
    faults: &mut Faults,
) -> Environment {
    let mut known = HashMap::new();
    for (name, value) in variables {
        match name.strip_prefix(prefix) {
            Some(rest) if rest.starts_with('_') => {
                known.insert(name, value);
            }
            Some(rest) => source_fault(faults, &name, &format!("keys follow two underscores: {prefix}_{rest}")),
            None => {}
        }
    }
    Environment::with_prefix(prefix.trim_end_matches('_')).prefix_separator("__").separator("__").source(Some(known))
}

fn source_fault(faults: &mut Faults, name: &str, message: &str) {
    // A TOML error quotes the line it stands in, which may hold a secret; the quote's lines are those with a bar.
    let words: Vec<&str> = message.lines().filter(|line| !line.contains('|')).collect();
    faults.push(ConfigFault { key: String::new(), message: format!("{name}: {}", words.join(": ")), origin: None });
}
