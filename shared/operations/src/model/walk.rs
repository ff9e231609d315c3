//! Random walks over the transition function: whatever happens in whatever order, the promises hold.

use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::{Ending, Event, Exhausted, Move, Position, RetryRule, State, StepState, Then};

const WALKS: u64 = 20_000;

/// What a walk remembers beside the position, to judge the next move by.
struct Walk {
    at: Position,
    marks: Vec<StepState>,
    undone: Vec<usize>,
}

impl Walk {
    fn new(steps: usize) -> Self {
        Self { at: Position::start(steps), marks: vec![StepState::Waiting; steps], undone: Vec::new() }
    }

    fn feed(&mut self, event: Event) -> Option<Move> {
        let before = self.at;
        let step = before.after(event)?;
        assert!(!before.state.is_end(), "an end moved: {before:?} {event:?}");
        self.judge(before, event, step);
        if let Some(mark) = step.mark {
            let slot = &mut self.marks[before.step];
            if mark == StepState::Undone {
                self.undone.push(before.step);
            }
            if !(mark == StepState::Undone && *slot == StepState::Failed) {
                *slot = mark;
            }
        }
        self.at = step.to;
        Some(step)
    }

    fn judge(&self, before: Position, event: Event, step: Move) {
        let to = step.to;
        assert!(to.step < to.steps, "{before:?} {event:?}");
        assert_eq!(to.state.is_end(), step.then == Then::End, "{before:?} {event:?}");
        assert_eq!(to.state == State::Stuck, step.then == Then::Park, "{before:?} {event:?}");
        if before.is_undoing() {
            assert_eq!(to.ending, before.ending, "taking back never turns round");
            assert!(to.step <= before.step, "taking back never goes forward");
        }
        if before.state == State::Stuck {
            assert!(matches!(event, Event::Resume | Event::Cancel), "only a person moves what is stuck");
        }
        if matches!(event, Event::Chunk | Event::Done) {
            assert_eq!(to.failures, 0, "progress refills the budget");
        }
    }

    /// At the end the steps must tell one of the two stories: all done, or all that began taken back, last first.
    fn judge_end(&self) {
        let begun = self.marks.iter().rposition(|&m| m != StepState::Waiting).map_or(0, |i| i + 1);
        match self.at.state {
            State::Succeeded => {
                assert!(self.undone.is_empty() && self.marks[..begun].iter().all(|&m| m == StepState::Done))
            }
            State::Failed | State::Cancelled => {
                assert!(!self.marks.contains(&StepState::Done), "{:?}", self.marks);
                assert!(!self.marks.contains(&StepState::Running), "{:?}", self.marks);
                let last_first: Vec<usize> = (0..self.undone.len()).rev().collect();
                assert_eq!(self.undone, last_first, "each step once, in reverse order");
                assert!(begun <= self.undone.len(), "whatever began is taken back");
            }
            other => panic!("{other} is no end"),
        }
    }
}

fn rule(rng: &mut StdRng) -> RetryRule {
    let then = if rng.random_bool(0.5) { Exhausted::Stuck } else { Exhausted::Fail };
    RetryRule { budget: rng.random_range(1..4), then, ..RetryRule::default() }
}

/// An event that the outside may cause now: a worker reports only what it holds.
fn event(rng: &mut StdRng, holding: bool) -> Event {
    let rule = rule(rng);
    let outside = [Event::Cancel, Event::Resume, Event::Claimed { rule }];
    let worker = [
        Event::Chunk,
        Event::Children,
        Event::Done,
        Event::Done,
        Event::Finish,
        Event::Retry { rule, chance: rng.random(), asked: None },
        Event::Stuck,
        Event::Fail,
    ];
    let choices: &[Event] = if holding && rng.random_bool(0.85) { &worker } else { &outside };
    *choices.choose(rng).expect("neither list is empty")
}

#[test]
fn any_sequence_of_events_keeps_every_promise_and_can_still_end() {
    let mut rng = StdRng::seed_from_u64(0x00D1_A170);
    for _ in 0..WALKS {
        let mut walk = Walk::new(rng.random_range(1..5));
        let mut holding = false;
        for _ in 0..rng.random_range(0..40) {
            let event = event(&mut rng, holding);
            if let Some(step) = walk.feed(event) {
                holding = step.then == Then::Proceed;
            }
        }
        finish(&mut walk, &mut rng);
        walk.judge_end();
    }
}

/// From anywhere, a patient person and a healthy world bring every operation to an end.
fn finish(walk: &mut Walk, rng: &mut StdRng) {
    let rule = rule(rng);
    for _ in 0..20 {
        if walk.at.state.is_end() {
            return;
        }
        walk.feed(Event::Resume);
        walk.feed(Event::Claimed { rule });
        walk.feed(Event::Done);
    }
    assert!(walk.at.state.is_end(), "never ends: {:?}", walk.at);
}

fn running(step: usize, steps: usize) -> Position {
    Position { state: State::Running, step, ..Position::start(steps) }
}

#[test]
fn a_cancel_before_the_first_claim_takes_nothing_back() {
    let asked = Position::start(3).after(Event::Cancel).expect("a pending operation can be cancelled").to;
    let end = asked.after(Event::Claimed { rule: RetryRule::default() }).expect("claimed");
    assert_eq!((end.to.state, end.then, end.mark), (State::Cancelled, Then::End, None));
}

#[test]
fn a_cancel_during_the_last_step_comes_too_late() {
    let asked = running(2, 3).after(Event::Cancel).expect("running").to;
    assert_eq!(asked.after(Event::Done).expect("running").to.state, State::Succeeded);
}

#[test]
fn a_cancel_takes_effect_after_the_step_under_way() {
    let asked = running(1, 3).after(Event::Cancel).expect("running").to;
    let next = asked.after(Event::Done).expect("running").to;
    assert_eq!((next.state, next.ending, next.step), (State::Undoing, Some(Ending::Cancelled), 1));
}

#[test]
fn a_second_cancel_and_a_cancel_while_taking_back_change_nothing() {
    let asked = running(0, 2).after(Event::Cancel).expect("running").to;
    assert_eq!(asked.after(Event::Cancel), None);
    let undoing = running(1, 2).after(Event::Fail).expect("running").to;
    assert_eq!(undoing.after(Event::Cancel), None);
}

#[test]
fn an_undo_that_keeps_failing_is_stuck_and_resumes_as_an_undo() {
    let rule = RetryRule { budget: 1, then: Exhausted::Fail, ..RetryRule::default() };
    let undoing = running(1, 2).after(Event::Fail).expect("running").to;
    let stuck = undoing.after(Event::Retry { rule, chance: 0.0, asked: None }).expect("undoing");
    assert_eq!((stuck.to.state, stuck.then), (State::Stuck, Then::Park));
    assert_eq!(stuck.to.after(Event::Resume).expect("stuck").to.state, State::Undoing);
}

#[test]
fn lost_workers_use_the_budget_up() {
    let rule = RetryRule { budget: 2, ..RetryRule::default() };
    let twice_lost = Position { failures: 2, ..running(0, 1) };
    let next = twice_lost.after(Event::Claimed { rule }).expect("running");
    assert_eq!(next.to.state, State::Stuck);
}

#[test]
fn waiting_for_the_other_side_keeps_its_wish() {
    let asked = Some(Duration::from_secs(90));
    let next = running(0, 1).after(Event::Retry { rule: RetryRule::default(), chance: 0.0, asked });
    assert_eq!(next.expect("running").then, Then::Rest(Duration::from_secs(90)));
}
