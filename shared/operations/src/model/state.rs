//! The states of operations and of their steps, and their one spelling in the database and on the wire.

use std::{fmt, str::FromStr};

/// A text that names no state. Written by a newer release, or by hand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no state of an operation or a step")]
pub struct UnknownState(pub String);

macro_rules! states {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $type { $($(#[$variant_doc])* $variant),* }

        impl $type {
            /// Every value, in the order of the proto enum.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The spelling in the database, which is the proto enum's without its prefix.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $type {
            type Err = UnknownState;
            fn from_str(text: &str) -> Result<Self, UnknownState> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err(UnknownState(text.to_owned())),
                }
            }
        }
    };
}

states! {
    /// Where an operation stands. The last three are ends: nothing changes after them.
    State {
        /// Accepted; no worker has had it yet.
        Pending = "PENDING",
        /// A worker has it, or it waits for its next attempt or for its children.
        Running = "RUNNING",
        /// Stopped at a step that needs a person; only a retry or a cancel moves it.
        Stuck = "STUCK",
        /// What was done is being taken back.
        Undoing = "UNDOING",
        /// Done.
        Succeeded = "SUCCEEDED",
        /// Ended in failure; what could be undone was.
        Failed = "FAILED",
        /// Ended on request; what could be undone was.
        Cancelled = "CANCELLED",
    }
}

states! {
    /// Where one step stands.
    StepState {
        /// Not begun.
        Waiting = "WAITING",
        /// Begun.
        Running = "RUNNING",
        /// Its effect is committed.
        Done = "DONE",
        /// Failed for good. Stays so after its partial effect was taken back, so that the culprit remains visible.
        Failed = "FAILED",
        /// Its effect was taken back.
        Undone = "UNDONE",
    }
}

states! {
    /// What an operation that takes its steps back will end as.
    Ending {
        /// A step failed for good.
        Failed = "FAILED",
        /// Somebody asked for it.
        Cancelled = "CANCELLED",
    }
}

impl State {
    /// Whether nothing changes any more.
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

impl Ending {
    /// The state an operation with this ending ends in.
    pub const fn state(self) -> State {
        match self {
            Self::Failed => State::Failed,
            Self::Cancelled => State::Cancelled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_reads_back_from_its_spelling() {
        for &state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        for &state in StepState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        for &ending in Ending::ALL {
            assert_eq!(ending.as_str().parse(), Ok(ending));
            assert!(ending.state().is_end());
        }
        assert_eq!("DREAMING".parse::<State>(), Err(UnknownState("DREAMING".to_owned())));
    }
}
