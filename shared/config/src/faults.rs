//! What is wrong with a configuration, and the trait by which a type refuses values.

use crate::sources::Layers;
use std::{fmt, ops::RangeInclusive};

/// One fault: a key, where it was set, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// Dotted key: `database.pool_size`. Empty when a whole source is at fault.
    pub key: String,
    /// What is wrong; never holds a secret's value.
    pub message: String,
    /// The file or variable the value comes from, if it is set at all.
    pub origin: Option<String>,
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.message)?;
        match &self.origin {
            Some(origin) => write!(f, " (set by {origin})"),
            None => Ok(()),
        }
    }
}

/// Every fault of one configuration, in the order of the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    list: Vec<ConfigFault>,
    prefix: String,
}

impl Faults {
    /// Refuses the value of `key`, a dotted path within the value that is checked; `why` says what is wanted.
    pub fn refuse(&mut self, key: &str, why: impl Into<String>) {
        let key = format!("{}{key}", self.prefix);
        self.push(ConfigFault { key, message: why.into(), origin: None });
    }

    /// Refuses `value` outside `range`.
    pub fn within<T: PartialOrd + fmt::Display>(&mut self, key: &str, value: T, range: RangeInclusive<T>) {
        if !range.contains(&value) {
            let (least, most) = range.into_inner();
            self.refuse(key, format!("must be from {least} to {most}, but is {value}"));
        }
    }

    /// Checks a part; its keys are reported below `key`.
    pub fn nested(&mut self, key: &str, part: &impl Check) {
        let outer = self.prefix.len();
        self.prefix.push_str(key);
        self.prefix.push('.');
        part.check(self);
        self.prefix.truncate(outer);
    }

    /// The faults.
    pub fn iter(&self) -> std::slice::Iter<'_, ConfigFault> {
        self.list.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn push(&mut self, fault: ConfigFault) {
        self.list.push(fault);
    }

    pub(crate) fn absorb(&mut self, other: Faults) {
        self.list.extend(other.list);
        self.list.sort_by(|a, b| a.key.cmp(&b.key));
    }

    pub(crate) fn absorb_new(&mut self, mut other: Faults) {
        other.list.retain(|fault| !self.list.iter().any(|known| known.key == fault.key));
        self.absorb(other);
    }

    /// Adds to each fault where its value was set.
    pub(crate) fn located(mut self, layers: &Layers) -> Faults {
        for fault in &mut self.list {
            fault.origin = layers.origin(&fault.key);
        }
        self
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration has {} fault(s):", self.list.len())?;
        self.list.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl std::error::Error for Faults {}

/// Refuses values that have the right type but make no sense. Reports all of them, and calls [`Faults::nested`] for its parts.
pub trait Check {
    /// Adds a fault for each value that is refused.
    fn check(&self, _faults: &mut Faults) {}
}
