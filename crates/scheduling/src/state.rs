//! What an appointment goes through, as a table.

use jiff::Timestamp;

platform::choice! {
    /// Where an appointment stands.
    pub enum AppointmentStatus {
        /// Agreed.
        Scheduled = "scheduled",
        /// Asked for, to be confirmed. Its time is kept free all the same.
        Pending = "pending",
        /// The patient has come and waits.
        CheckedIn = "checked_in" | "checked-in",
        /// The patient is with the doctor.
        InProgress = "in_progress" | "in-progress",
        /// The patient was seen.
        Completed = "completed",
        /// It will not take place.
        Cancelled = "cancelled" | "canceled",
        /// The patient did not come.
        NoShow = "no_show" | "no-show",
    }
}

use AppointmentStatus::{Cancelled, CheckedIn, Completed, InProgress, NoShow, Pending, Scheduled};

impl AppointmentStatus {
    /// Takes up the time of doctor and patient.
    pub fn occupies(self) -> bool {
        !matches!(self, Cancelled | NoShow)
    }

    /// Still before the patient came: it can be given another time, doctor or patient.
    pub fn is_open(self) -> bool {
        matches!(self, Scheduled | Pending)
    }

    /// The states that may come next.
    ///
    /// A doctor may begin or finish without anybody having pressed the buttons before. A check-in by
    /// mistake is taken back, a cancelled appointment or one that the patient missed is made again, and
    /// somebody who comes late is checked in after all. Whoever has come may leave without being seen. What is
    /// completed stays so, but for `undo/`.
    pub fn next(self) -> &'static [AppointmentStatus] {
        match self {
            Scheduled => &[Pending, CheckedIn, InProgress, Completed, Cancelled, NoShow],
            Pending => &[
                Scheduled, CheckedIn, InProgress, Completed, Cancelled, NoShow,
            ],
            CheckedIn => &[Scheduled, Pending, InProgress, Completed, Cancelled, NoShow],
            InProgress => &[Completed, NoShow],
            Completed => &[],
            Cancelled => &[Scheduled, Pending],
            NoShow => &[Scheduled, Pending, CheckedIn],
        }
    }
}

/// When the stages were reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stages {
    /// The patient came.
    pub checked_in_at: Option<Timestamp>,
    /// The doctor began.
    pub started_at: Option<Timestamp>,
    /// The doctor was done.
    pub completed_at: Option<Timestamp>,
    /// The patient, who had come, left without being seen.
    pub left_at: Option<Timestamp>,
}

/// The stages after a step at `now`; `None` when the step is not allowed.
pub fn step(
    from: AppointmentStatus,
    to: AppointmentStatus,
    stages: Stages,
    now: Timestamp,
) -> Option<Stages> {
    if !from.next().contains(&to) {
        return None;
    }
    Some(match to {
        // Begun anew.
        Scheduled | Pending => Stages::default(),
        CheckedIn => Stages {
            checked_in_at: Some(now),
            ..Stages::default()
        },
        InProgress => Stages {
            started_at: Some(now),
            ..stages
        },
        Completed => Stages {
            completed_at: Some(now),
            ..stages
        },
        NoShow if stages.checked_in_at.or(stages.started_at).is_some() => Stages {
            left_at: Some(now),
            ..stages
        },
        Cancelled | NoShow => stages,
    })
}

/// Where a step by mistake is taken back to: what was completed is still in progress, what was begun still waits. A
/// step is taken back on its own day only.
pub fn step_back(
    from: AppointmentStatus,
    stages: Stages,
    is_today: impl Fn(Timestamp) -> bool,
) -> Option<(AppointmentStatus, Stages)> {
    let begun = |stages: Stages| match (stages.started_at, stages.checked_in_at) {
        (Some(_), _) => (InProgress, stages),
        (None, Some(_)) => (CheckedIn, stages),
        (None, None) => (Scheduled, stages),
    };
    match (from, stages.completed_at, stages.started_at, stages.left_at) {
        (Completed, Some(at), _, _) if is_today(at) => Some(begun(Stages {
            completed_at: None,
            ..stages
        })),
        (InProgress, _, Some(at), _) if is_today(at) => Some(begun(Stages {
            started_at: None,
            ..stages
        })),
        (NoShow, _, _, Some(at)) if is_today(at) => Some(begun(Stages {
            left_at: None,
            ..stages
        })),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all() -> Vec<AppointmentStatus> {
        let texts = AppointmentStatus::VALUES.iter();
        texts
            .map(|text| AppointmentStatus::from_text(text).unwrap())
            .collect()
    }

    #[test]
    fn every_step_is_decided() {
        // A row for each state; x where the column's state may come next.
        let columns = [
            Scheduled, Pending, CheckedIn, InProgress, Completed, Cancelled, NoShow,
        ];
        let table = [
            (Scheduled, ".xxxxxx"),
            (Pending, "x.xxxxx"),
            (CheckedIn, "xx.xxxx"),
            (InProgress, "....x.x"),
            (Completed, "......."),
            (Cancelled, "xx....."),
            (NoShow, "xxx...."),
        ];
        assert_eq!(all(), columns);
        for (from, row) in table {
            for (to, mark) in columns.into_iter().zip(row.chars()) {
                let stepped = step(from, to, Stages::default(), Timestamp::UNIX_EPOCH);
                assert_eq!(stepped.is_some(), mark == 'x', "{from:?} to {to:?}");
            }
        }
    }

    fn status() -> impl Strategy<Value = AppointmentStatus> {
        prop::sample::select(all())
    }

    #[test]
    fn a_step_by_mistake_is_taken_back_on_its_day() {
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        let today = |moment: Timestamp| moment.as_second() >= 100;
        let stages = |checked_in_at, started_at, completed_at, left_at| Stages {
            checked_in_at,
            started_at,
            completed_at,
            left_at,
        };
        for (from, before, to) in [
            (
                Completed,
                stages(at(100), at(110), at(120), None),
                Some((InProgress, stages(at(100), at(110), None, None))),
            ),
            (
                Completed,
                stages(at(100), None, at(120), None),
                Some((CheckedIn, stages(at(100), None, None, None))),
            ),
            (
                Completed,
                stages(None, None, at(120), None),
                Some((Scheduled, Stages::default())),
            ),
            (Completed, stages(at(10), at(20), at(30), None), None),
            (
                InProgress,
                stages(at(100), at(110), None, None),
                Some((CheckedIn, stages(at(100), None, None, None))),
            ),
            (
                NoShow,
                stages(at(100), at(110), None, at(120)),
                Some((InProgress, stages(at(100), at(110), None, None))),
            ),
            (NoShow, Stages::default(), None),
            (CheckedIn, stages(at(100), None, None, None), None),
            (Cancelled, stages(at(100), None, None, None), None),
        ] {
            assert_eq!(step_back(from, before, today), to, "{from:?} {before:?}");
        }
    }

    proptest! {
        /// Whatever is tried, in whatever order, the stages tell a story in the order of time that fits
        /// the state.
        #[test]
        fn stages_fit_the_state(tried in prop::collection::vec(status(), 0..40)) {
            let mut now = Timestamp::UNIX_EPOCH;
            let (mut at, mut stages) = (Scheduled, Stages::default());
            let mut completed = false;
            for to in tried {
                now += jiff::SignedDuration::from_secs(60);
                let Some(next) = step(at, to, stages, now) else { continue };
                prop_assert!(!completed, "completed is the end");
                (at, stages) = (to, next);
                completed = at == Completed;
                let story: Vec<Timestamp> = [stages.checked_in_at, stages.started_at, stages.completed_at]
                    .into_iter().flatten().collect();
                prop_assert!(story.is_sorted());
                prop_assert_eq!(stages.completed_at.is_some(), at == Completed);
                if at.is_open() {
                    prop_assert_eq!(stages, Stages::default());
                }
                prop_assert!(at != CheckedIn || stages.checked_in_at == Some(now));
                prop_assert!(at != InProgress || stages.started_at == Some(now));
            }
        }
    }
}
