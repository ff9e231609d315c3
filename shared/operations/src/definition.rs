//! Which kinds of operations this release knows, in which versions, and with which steps.
//!
//! A list of steps that work may be under way on is never changed: a changed list is a new version beside the old one, which is
//! taken out a release after nothing uses it any more. What this release does not know it leaves alone.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use dialtone_status::Fault;
use prost_types::Any;
use serde_json::Value;

use crate::step::{AnyStep, Step};

/// Turns the stored result of a finished operation into the response its RPC promised.
pub type Render = Arc<dyn Fn(&Value) -> Result<Any, Fault> + Send + Sync>;

/// One version of one kind of operation.
pub struct Definition {
    pub(crate) kind: &'static str,
    pub(crate) version: i32,
    pub(crate) steps: Vec<Box<dyn AnyStep>>,
    pub(crate) render: Option<Render>,
    pub(crate) across_tenants: bool,
}

impl Definition {
    /// A kind, e.g. `batch-create-users`, and its version, from 1. Add steps with [`Definition::step`].
    pub fn new(kind: &'static str, version: i32) -> Self {
        Self { kind, version, steps: Vec::new(), render: None, across_tenants: false }
    }

    /// Adds a step after those already there.
    pub fn step(mut self, step: impl Step) -> Self {
        self.steps.push(Box::new(step));
        self
    }

    /// How the result becomes the response. Without it the response is the result as a `google.protobuf.Struct`.
    pub fn render(mut self, render: impl Fn(&Value) -> Result<Any, Fault> + Send + Sync + 'static) -> Self {
        self.render = Some(Arc::new(render));
        self
    }

    /// Lets the steps see every tenant's rows. Without it they see those of the operation's organization only.
    pub fn across_tenants(mut self) -> Self {
        self.across_tenants = true;
        self
    }

    pub(crate) fn weights(&self) -> Vec<u32> {
        self.steps.iter().map(|s| s.weight()).collect()
    }
}

/// A set of definitions that contradicts itself. A fault of the program, found at its start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDefinition {
    /// A kind has the same version twice.
    #[error("{kind} version {version} is defined twice")]
    Twice {
        /// The kind.
        kind: &'static str,
        /// The version.
        version: i32,
    },
    /// A definition has no step.
    #[error("{0} has no step")]
    Empty(&'static str),
    /// Two steps of a definition have the same name, and so the same keys for foreign calls.
    #[error("{kind} has two steps named {step}")]
    SameStep {
        /// The kind.
        kind: &'static str,
        /// The name.
        step: &'static str,
    },
}

/// Every definition of a service.
#[derive(Default)]
pub struct Registry {
    known: HashMap<(&'static str, i32), Arc<Definition>>,
    latest: HashMap<&'static str, Arc<Definition>>,
}

impl Registry {
    /// Checks and keeps the definitions. Per kind, the highest version is the one that new operations get.
    pub fn new(definitions: impl IntoIterator<Item = Definition>) -> Result<Self, BadDefinition> {
        let mut registry = Self::default();
        for definition in definitions {
            check(&definition)?;
            registry.add(Arc::new(definition))?;
        }
        Ok(registry)
    }

    fn add(&mut self, definition: Arc<Definition>) -> Result<(), BadDefinition> {
        let (kind, version) = (definition.kind, definition.version);
        if self.known.insert((kind, version), Arc::clone(&definition)).is_some() {
            return Err(BadDefinition::Twice { kind, version });
        }
        if self.latest.get(kind).is_none_or(|latest| latest.version < version) {
            self.latest.insert(kind, definition);
        }
        Ok(())
    }

    pub(crate) fn latest(&self, kind: &str) -> Option<&Arc<Definition>> {
        self.latest.get(kind)
    }

    pub(crate) fn get(&self, kind: &str, version: i32) -> Option<&Arc<Definition>> {
        self.known.iter().find_map(|((k, v), definition)| (*k == kind && *v == version).then_some(definition))
    }

    /// The known pairs, as two lists of one length.
    pub(crate) fn pairs(&self) -> (Vec<&'static str>, Vec<i32>) {
        self.known.keys().copied().unzip()
    }
}

fn check(definition: &Definition) -> Result<(), BadDefinition> {
    let kind = definition.kind;
    if definition.steps.is_empty() {
        return Err(BadDefinition::Empty(kind));
    }
    let mut names = BTreeSet::new();
    for step in &definition.steps {
        if !names.insert(step.name()) {
            return Err(BadDefinition::SameStep { kind, step: step.name() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use dialtone_db::Conn;

    use super::*;
    use crate::{Job, Next, StepError};

    struct Named(&'static str);

    impl Step for Named {
        fn name(&self) -> &'static str {
            self.0
        }
        async fn commit(&self, _: &mut Conn, _: &Job, _: &Value) -> Result<Next, StepError> {
            Ok(Next::done())
        }
    }

    fn of(kind: &'static str, version: i32, step: &'static str) -> Definition {
        Definition::new(kind, version).step(Named(step))
    }

    #[test]
    fn new_operations_get_the_highest_version_and_old_ones_stay_known() {
        let registry = Registry::new([of("a", 2, "x"), of("a", 1, "x")]).expect("sound");
        assert_eq!(registry.latest("a").map(|d| d.version), Some(2));
        assert!(registry.get("a", 1).is_some());
        assert!(registry.get("a", 3).is_none());
        assert!(registry.get("b", 1).is_none());
    }

    #[test]
    fn contradictions_are_found_at_the_start() {
        let fault = |definitions: Vec<Definition>| Registry::new(definitions).err();
        assert_eq!(fault(vec![of("a", 1, "x"), of("a", 1, "y")]), Some(BadDefinition::Twice { kind: "a", version: 1 }));
        assert_eq!(fault(vec![Definition::new("a", 1)]), Some(BadDefinition::Empty("a")));
        assert_eq!(
            fault(vec![of("a", 1, "x").step(Named("x"))]),
            Some(BadDefinition::SameStep { kind: "a", step: "x" })
        );
    }
}
