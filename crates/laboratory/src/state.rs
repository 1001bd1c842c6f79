//! What a laboratory order goes through, as a table.

use jiff::Timestamp;

platform::choice! {
    /// Where a laboratory order stands.
    pub enum LabOrderStatus {
        /// Asked for.
        Ordered = "Ordered",
        /// The specimen was taken.
        Collected = "Collected",
        /// Some results are there, or the laboratory has begun.
        InProgress = "In Progress" | "in_progress",
        /// Every result is there; a doctor has still to review them.
        Completed = "Completed",
        /// A doctor has reviewed the results; from now on the patient sees them.
        Reviewed = "Reviewed",
        /// Not to be done. What was ordered is on no bill.
        Cancelled = "Cancelled" | "canceled",
    }
}

use LabOrderStatus::{Cancelled, Collected, Completed, InProgress, Ordered, Reviewed};

impl LabOrderStatus {
    /// Still takes tests and results.
    pub fn is_open(self) -> bool {
        matches!(self, Ordered | Collected | InProgress)
    }

    /// The states that may come next.
    ///
    /// A laboratory may enter results without having pressed a button before, and send a completed order back to the
    /// bench. A reviewed order leaves that state only when a result is corrected, which needs a new review.
    pub fn next(self) -> &'static [LabOrderStatus] {
        match self {
            Ordered => &[Collected, InProgress, Completed, Cancelled],
            Collected => &[Ordered, InProgress, Completed, Cancelled],
            InProgress => &[Completed, Cancelled],
            Completed => &[InProgress, Reviewed],
            Reviewed => &[Completed],
            Cancelled => &[],
        }
    }
}

/// When the stages were reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stages {
    /// The specimen was taken.
    pub collected_at: Option<Timestamp>,
    /// The last result was there.
    pub completed_at: Option<Timestamp>,
    /// A doctor reviewed the results.
    pub reviewed_at: Option<Timestamp>,
}

/// The stages after a step at `now`; `None` when the step is not allowed.
pub fn step(
    from: LabOrderStatus,
    to: LabOrderStatus,
    stages: Stages,
    now: Timestamp,
) -> Option<Stages> {
    if !from.next().contains(&to) {
        return None;
    }
    let opened = Stages {
        completed_at: None,
        reviewed_at: None,
        ..stages
    };
    Some(match to {
        Ordered => Stages::default(),
        Collected => Stages {
            collected_at: Some(now),
            ..Stages::default()
        },
        // Results of a specimen that nobody noted: it was there by now.
        InProgress => Stages {
            collected_at: stages.collected_at.or(Some(now)),
            ..opened
        },
        Completed => Stages {
            collected_at: stages.collected_at.or(Some(now)),
            // A correction does not change how long the laboratory took.
            completed_at: stages.completed_at.or(Some(now)),
            reviewed_at: None,
        },
        Reviewed => Stages {
            reviewed_at: Some(now),
            ..stages
        },
        Cancelled => opened,
    })
}

/// The state in which entering results leaves an order.
pub fn after_results(from: LabOrderStatus, all_there: bool) -> LabOrderStatus {
    match (from, all_there) {
        (Completed | Reviewed, _) | (_, true) => Completed,
        (_, false) => InProgress,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [LabOrderStatus; 6] = [
        Ordered, Collected, InProgress, Completed, Reviewed, Cancelled,
    ];

    #[test]
    fn every_step_is_decided() {
        // A row for each state; x where the column's state may come next.
        let table = [
            (Ordered, ".xxx.x"),
            (Collected, "x.xx.x"),
            (InProgress, "...x.x"),
            (Completed, "..x.x."),
            (Reviewed, "...x.."),
            (Cancelled, "......"),
        ];
        assert_eq!(LabOrderStatus::VALUES.len(), ALL.len());
        for (from, row) in table {
            for (to, mark) in ALL.into_iter().zip(row.chars()) {
                let stepped = step(from, to, Stages::default(), Timestamp::UNIX_EPOCH);
                assert_eq!(stepped.is_some(), mark == 'x', "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn results_lead_where_they_should() {
        for (from, all_there, to) in [
            (Ordered, false, InProgress),
            (Ordered, true, Completed),
            (Collected, true, Completed),
            (InProgress, false, InProgress),
            (InProgress, true, Completed),
            // A correction.
            (Completed, true, Completed),
            (Reviewed, true, Completed),
        ] {
            assert_eq!(after_results(from, all_there), to, "{from:?}");
            assert!(
                from == to || from.next().contains(&to),
                "{from:?} to {to:?}"
            );
        }
    }

    proptest! {
        /// Whatever is tried, in whatever order, the stages tell a story in the order of time that fits the state.
        #[test]
        fn stages_fit_the_state(tried in prop::collection::vec(prop::sample::select(ALL.to_vec()), 0..40)) {
            let mut now = Timestamp::UNIX_EPOCH;
            let (mut at, mut stages) = (Ordered, Stages::default());
            for to in tried {
                now += jiff::SignedDuration::from_secs(60);
                let Some(next) = step(at, to, stages, now) else { continue };
                prop_assert!(at != Cancelled, "cancelled is the end");
                (at, stages) = (to, next);
                let story: Vec<Timestamp> = [stages.collected_at, stages.completed_at, stages.reviewed_at]
                    .into_iter().flatten().collect();
                prop_assert!(story.is_sorted());
                prop_assert_eq!(stages.reviewed_at.is_some(), at == Reviewed);
                prop_assert_eq!(stages.completed_at.is_some(), matches!(at, Completed | Reviewed));
                prop_assert!(at != Ordered || stages == Stages::default());
            }
        }
    }
}
