//! How long the laboratory takes, as pure arithmetic.

use jiff::{SignedDuration, Timestamp};

platform::choice! {
    /// How soon a laboratory order is to be done.
    pub enum LabPriority {
        /// In the laboratory's usual time.
        Routine = "routine" | "normal",
        /// Before routine work.
        Urgent = "urgent" | "high",
        /// At once; the laboratory's shortest time.
        Stat = "stat",
    }
}

impl LabPriority {
    /// Minutes within which results are expected where the catalogue says nothing of any of the tests: those at once
    /// within the hour that a resuscitation room can wait, urgent ones while the patient is still in the house, routine
    /// ones by the next day's round. A site says otherwise for each test (`turnaround_minutes`, `turnaround_stat_minutes`).
    fn usual_minutes(self) -> i64 {
        match self {
            LabPriority::Routine => 24 * 60,
            LabPriority::Urgent => 4 * 60,
            LabPriority::Stat => 60,
        }
    }
}

/// A test's target times from receipt to result, in minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Targets {
    /// In the usual time.
    pub routine: Option<i64>,
    /// At once.
    pub stat: Option<i64>,
}

impl Targets {
    /// The minutes that a test may take. A test that is never done at once takes its usual time.
    pub fn minutes(self, priority: LabPriority) -> Option<i64> {
        match priority {
            LabPriority::Routine => self.routine,
            LabPriority::Urgent | LabPriority::Stat => self.stat.or(self.routine),
        }
    }
}

/// When an order should be complete: the longest of its tests decides, or the priority when none has a target. `None`
/// beyond the end of time.
pub fn due_at(
    received: Timestamp,
    priority: LabPriority,
    tests: impl IntoIterator<Item = Targets>,
) -> Option<Timestamp> {
    let minutes = tests
        .into_iter()
        .filter_map(|test| test.minutes(priority))
        .max()
        .unwrap_or_else(|| priority.usual_minutes());
    received
        .checked_add(SignedDuration::from_mins(minutes))
        .ok()
}

/// Whole minutes from one moment to a later one; 0 when the clock went back between them.
pub fn minutes_between(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_mins().max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Timestamp = Timestamp::UNIX_EPOCH;

    fn targets(routine: i64, stat: i64) -> Targets {
        let known = |minutes| (minutes > 0).then_some(minutes);
        Targets {
            routine: known(routine),
            stat: known(stat),
        }
    }

    #[test]
    fn the_priority_chooses_the_target() {
        use LabPriority::{Routine, Stat, Urgent};
        for (given, priority, minutes) in [
            (targets(120, 30), Routine, Some(120)),
            (targets(120, 30), Urgent, Some(30)),
            (targets(120, 30), Stat, Some(30)),
            (targets(120, 0), Stat, Some(120)),
            (targets(0, 0), Routine, None),
        ] {
            assert_eq!(given.minutes(priority), minutes, "{given:?} {priority:?}");
        }
    }

    #[test]
    fn the_longest_test_of_an_order_decides() {
        let after = |minutes| T0 + SignedDuration::from_mins(minutes);
        let tests = [targets(120, 45), targets(2880, 0), targets(0, 0)];
        assert_eq!(due_at(T0, LabPriority::Routine, tests), Some(after(2880)));
        assert_eq!(
            due_at(T0, LabPriority::Stat, tests[..1].to_vec()),
            Some(after(45))
        );
        // Without any target the priority decides.
        for (priority, minutes) in [
            (LabPriority::Routine, 1440),
            (LabPriority::Urgent, 240),
            (LabPriority::Stat, 60),
        ] {
            assert_eq!(due_at(T0, priority, []), Some(after(minutes)));
            assert_eq!(due_at(T0, priority, [targets(0, 0)]), Some(after(minutes)));
        }
        assert_eq!(due_at(Timestamp::MAX, LabPriority::Routine, tests), None);
    }

    #[test]
    fn minutes_are_whole_and_never_negative() {
        let after = |seconds| T0 + SignedDuration::from_secs(seconds);
        for (from, to, minutes) in [
            (0, 0, 0),
            (0, 59, 0),
            (0, 60, 1),
            (0, 7_259, 120),
            (60, 0, 0),
        ] {
            assert_eq!(minutes_between(after(from), after(to)), minutes);
        }
    }
}
