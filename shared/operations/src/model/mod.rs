//! What an operation is and how it may change: states, total transition functions, percent, and the retry rule.
//!
//! Pure: no clock, no chance, no database. Whoever calls passes the random fraction in and gets a decision out.

mod failure;
mod merge;
mod percent;
mod position;
mod retry;
mod state;

pub use failure::Failure;
pub use merge::merge;
pub use percent::{Units, percent};
pub use position::{Event, Move, Position, Then};
pub use retry::{Exhausted, RetryRule};
pub use state::{Ending, State, StepState, UnknownState};

#[cfg(test)]
mod walk;
