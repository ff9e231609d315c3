//! The life of an operation as one total function: where it stands, what happened, where it stands then.
//!
//! Taking back begins at the current step, not at the last completed one: an attempt that failed, or whose worker was lost,
//! may have had an effect outside. A step's undo must therefore be harmless where nothing was done.

use std::time::Duration;

use super::{Ending, Exhausted, RetryRule, State, StepState};

/// Where an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The visible state.
    pub state: State,
    /// Set from the moment at which taking back began, also while that is STUCK.
    pub ending: Option<Ending>,
    /// The step to do, or, once `ending` is set, the step to take back.
    pub step: usize,
    /// How many steps there are; at least one.
    pub steps: usize,
    /// Failures in a row at this step, lost workers included.
    pub failures: u32,
    /// Somebody asked to cancel.
    pub cancel: bool,
}

/// What happened to an operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event {
    /// A worker took it. That its predecessor was lost, or could not write, is in the failures already.
    Claimed {
        /// The rule of the current step.
        rule: RetryRule,
    },
    /// A chunk of the step is committed; the same step goes on.
    Chunk,
    /// The step waits until the operations it started have ended, then goes on.
    Children,
    /// The step is committed, or its effect taken back.
    Done,
    /// The step says that the whole operation is done. While taking back the same as [`Event::Done`].
    Finish,
    /// The attempt failed, and another may succeed.
    Retry {
        /// The rule of the current step.
        rule: RetryRule,
        /// A random fraction in `0.0..1.0`.
        chance: f64,
        /// The wait that the other side asked for.
        asked: Option<Duration>,
    },
    /// The attempt failed, and only a person can help.
    Stuck,
    /// The attempt failed, and no other will succeed.
    Fail,
    /// Somebody asks to cancel.
    Cancel,
    /// Somebody resumes it after it was STUCK.
    Resume,
}

/// What the worker does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Keep the lease and go on at once.
    Proceed,
    /// Give it up; it is due again after this time.
    Rest(Duration),
    /// Give it up; it is due when its children have ended.
    Await,
    /// Give it up; it is due when a person says so.
    Park,
    /// It has ended.
    End,
}

/// The consequence of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// Where the operation stands now.
    pub to: Position,
    /// The state that the step it stood at has now, if that changed. `Undone` leaves a `Failed` step as it is.
    pub mark: Option<StepState>,
    /// What to do next.
    pub then: Then,
}

impl Position {
    /// Where every operation begins.
    pub const fn start(steps: usize) -> Self {
        Self { state: State::Pending, ending: None, step: 0, steps, failures: 0, cancel: false }
    }

    /// Whether steps are being taken back rather than done.
    pub const fn is_undoing(&self) -> bool {
        self.ending.is_some()
    }

    /// The consequence of `event`; `None` if it means nothing here, and nothing is to be written.
    pub fn after(self, event: Event) -> Option<Move> {
        match (self.state, event) {
            (State::Succeeded | State::Failed | State::Cancelled, _) => None,
            (_, Event::Cancel) => self.cancelled(),
            (State::Stuck, Event::Resume) => Some(self.resumed()),
            (State::Stuck, _) | (_, Event::Resume) => None,
            (_, Event::Claimed { rule }) => Some(self.claimed(rule)),
            // A worker that reports without having claimed does not exist; the state is the proof of the claim.
            (State::Pending, _) => None,
            (State::Undoing, event) => Some(self.undoing(event)),
            (State::Running, event) => Some(self.running(event)),
        }
    }

    fn claimed(self, rule: RetryRule) -> Move {
        match (self.state, self.cancel, self.ending) {
            // Never begun, so nothing to take back.
            (State::Pending, true, _) => self.end(State::Cancelled, None),
            (_, true, None) => self.take_back(Ending::Cancelled, None),
            _ if rule.is_exhausted(self.failures) => self.exhausted(rule),
            (State::Pending, ..) => Self { state: State::Running, ..self }.goes_on(None),
            _ => self.goes_on(None),
        }
    }

    fn running(self, event: Event) -> Move {
        let fresh = Self { failures: 0, ..self };
        match event {
            Event::Finish => fresh.end(State::Succeeded, Some(StepState::Done)),
            // Too late to cancel: everything is done.
            Event::Done if self.step + 1 >= self.steps => fresh.end(State::Succeeded, Some(StepState::Done)),
            Event::Done if self.cancel => fresh.take_back(Ending::Cancelled, Some(StepState::Done)),
            Event::Done => Self { step: self.step + 1, ..fresh }.goes_on(Some(StepState::Done)),
            Event::Fail => self.take_back(Ending::Failed, Some(StepState::Failed)),
            _ if self.cancel => self.take_back(Ending::Cancelled, Some(StepState::Running)),
            Event::Children => fresh.rests(Then::Await),
            Event::Retry { rule, chance, asked } => self.retries(rule, chance, asked),
            Event::Stuck => Self { failures: self.failures + 1, ..self }.parks(),
            Event::Chunk | Event::Claimed { .. } | Event::Cancel | Event::Resume => {
                fresh.goes_on(Some(StepState::Running))
            }
        }
    }

    fn undoing(self, event: Event) -> Move {
        let fresh = Self { failures: 0, ..self };
        let ending = self.ending.unwrap_or(Ending::Failed).state();
        match event {
            Event::Done | Event::Finish if self.step == 0 => fresh.end(ending, Some(StepState::Undone)),
            Event::Done | Event::Finish => Self { step: self.step - 1, ..fresh }.goes_on(Some(StepState::Undone)),
            Event::Children => fresh.rests(Then::Await),
            Event::Retry { rule, chance, asked } => self.retries(rule, chance, asked),
            // An undo has nothing to fall back to: whatever it cannot do, a person must see.
            Event::Stuck | Event::Fail => Self { failures: self.failures + 1, ..self }.parks(),
            Event::Chunk | Event::Claimed { .. } | Event::Cancel | Event::Resume => fresh.goes_on(None),
        }
    }

    fn retries(self, rule: RetryRule, chance: f64, asked: Option<Duration>) -> Move {
        let failed = Self { failures: self.failures.saturating_add(1), ..self };
        if rule.is_exhausted(failed.failures) {
            return failed.exhausted(rule);
        }
        failed.rests(Then::Rest(rule.delay(failed.failures, chance, asked)))
    }

    fn exhausted(self, rule: RetryRule) -> Move {
        match (rule.then, self.ending) {
            (Exhausted::Fail, None) => self.take_back(Ending::Failed, Some(StepState::Failed)),
            (Exhausted::Stuck, _) | (Exhausted::Fail, Some(_)) => self.parks(),
        }
    }

    fn cancelled(self) -> Option<Move> {
        if self.cancel || self.ending.is_some() {
            return None;
        }
        let asked = Self { cancel: true, ..self };
        let due_now = |to: Self| Move { to, mark: None, then: Then::Rest(Duration::ZERO) };
        Some(match self.state {
            State::Stuck => due_now(asked.take_back(Ending::Cancelled, None).to),
            _ => due_now(asked),
        })
    }

    fn resumed(self) -> Move {
        let state = if self.is_undoing() { State::Undoing } else { State::Running };
        let to = Self { state, failures: 0, ..self };
        Move { to, mark: None, then: Then::Rest(Duration::ZERO) }
    }

    fn take_back(self, ending: Ending, mark: Option<StepState>) -> Move {
        Self { state: State::Undoing, ending: Some(ending), failures: 0, ..self }.goes_on(mark)
    }

    fn goes_on(self, mark: Option<StepState>) -> Move {
        Move { to: self, mark, then: Then::Proceed }
    }

    fn rests(self, then: Then) -> Move {
        Move { to: self, mark: self.begun(), then }
    }

    fn parks(self) -> Move {
        Move { to: Self { state: State::Stuck, ..self }, mark: self.begun(), then: Then::Park }
    }

    fn end(self, state: State, mark: Option<StepState>) -> Move {
        Move { to: Self { state, ..self }, mark, then: Then::End }
    }

    /// A step under way is RUNNING; one that is being taken back keeps the state it had until that is done.
    const fn begun(&self) -> Option<StepState> {
        if self.is_undoing() { None } else { Some(StepState::Running) }
    }
}
