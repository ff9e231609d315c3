//! How far a reader may go without passing an event that is still to appear.
//!
//! A position is taken before its transaction commits, so position 7 may become visible after 8. A missing position is safe to pass
//! in two cases only: it is not missing after all, or every transaction that could still fill it has ended. The second is known
//! because a transaction takes its number before a position: when 8 was seen, whoever holds 7 had a number below the
//! next to be given (`pg_snapshot_xmax` then). Once no running transaction has such a low number (`pg_snapshot_xmin` now), 7
//! is either visible or was rolled back.
//!
//! So with no gap there is no wait at all, and a gap waits only for transactions that ran when it was seen. Nothing here
//! touches the database.

/// The two ends of a snapshot: transactions below `xmin` have ended, those from `xmax` on had not begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) xmin: i64,
    pub(crate) xmax: i64,
}

/// What one reader of the table knows.
#[derive(Debug)]
pub(crate) struct Horizon {
    /// Delivered up to here.
    reached: i64,
    /// Nothing can appear up to here any more; may be beyond `reached`.
    settled: i64,
    /// Settled as soon as the transactions below this number have ended: (position, number).
    pending: Option<(i64, i64)>,
}

impl Horizon {
    /// Everything up to `position` is known to be settled.
    pub(crate) fn at(position: i64) -> Horizon {
        Horizon { reached: position, settled: position, pending: None }
    }

    /// The last position delivered.
    pub(crate) fn reached(&self) -> i64 {
        self.reached
    }

    /// Whether a gap is waited for; then the next look should come soon.
    pub(crate) fn waits(&self) -> bool {
        self.pending.is_some()
    }

    /// Takes the `positions` that were visible after [`Horizon::reached`], ascending and from the first on, in a snapshot; says how
    /// many of them may be delivered now, and counts them as delivered.
    pub(crate) fn advance(&mut self, positions: &[i64], snapshot: Snapshot) -> usize {
        self.settle(snapshot);
        let mut count = 0;
        for &position in positions {
            if position > self.settled && position != self.reached + 1 {
                break;
            }
            self.reached = position;
            count += 1;
        }
        self.settled = self.settled.max(self.reached);
        if let (Some(&last), None) = (positions.last().filter(|_| count < positions.len()), self.pending) {
            self.pending = Some((last, snapshot.xmax));
        }
        count
    }

    fn settle(&mut self, snapshot: Snapshot) {
        if let Some((position, _)) = self.pending.take_if(|(_, number)| *number <= snapshot.xmin) {
            self.settled = self.settled.max(position);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(xmin: i64, xmax: i64) -> Snapshot {
        Snapshot { xmin, xmax }
    }

    #[test]
    fn without_a_gap_running_transactions_do_not_matter() {
        let mut horizon = Horizon::at(10);
        assert_eq!(horizon.advance(&[11, 12, 13], snapshot(100, 900)), 3);
        assert_eq!(horizon.reached(), 13);
        assert!(!horizon.waits());
    }

    #[test]
    fn gap_waits_for_the_transactions_that_ran_when_it_was_seen_and_for_no_others() {
        let mut horizon = Horizon::at(0);
        assert_eq!(horizon.advance(&[1, 3], snapshot(500, 510)), 1);
        // 509 still runs and may hold position 2.
        assert_eq!(horizon.advance(&[3], snapshot(509, 800)), 0);
        // 510 began after 3 was seen, so it holds a later position.
        assert_eq!(horizon.advance(&[3], snapshot(510, 900)), 1);
        assert_eq!(horizon.reached(), 3);
    }

    #[test]
    fn late_event_is_delivered_in_its_place() {
        let mut horizon = Horizon::at(0);
        assert_eq!(horizon.advance(&[2], snapshot(500, 502)), 0);
        assert_eq!(horizon.advance(&[1, 2], snapshot(502, 502)), 2);
    }

    #[test]
    fn what_was_seen_after_the_gap_waits_for_its_own_time() {
        let mut horizon = Horizon::at(0);
        assert_eq!(horizon.advance(&[2], snapshot(500, 510)), 0);
        // 2 is settled now; 4 was not seen before, so 3 may still come.
        assert_eq!(horizon.advance(&[2, 4], snapshot(510, 520)), 1);
        assert!(horizon.waits());
        assert_eq!(horizon.advance(&[4], snapshot(519, 530)), 0);
        assert_eq!(horizon.advance(&[4], snapshot(520, 530)), 1);
        assert!(!horizon.waits());
    }
}
