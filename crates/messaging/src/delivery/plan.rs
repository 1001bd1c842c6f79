//! When a patient is written to about an appointment, and what must change so that it is so. Pure.

use jiff::{SignedDuration, Span, Timestamp};
use kernel::HospitalZone;

use super::appointment_notification::{Channel, MessageStatus, MessageType};

/// After a visit was completed, so long.
pub const FOLLOWUP_AFTER: SignedDuration = SignedDuration::from_hours(1);
/// A follow-up that is later than so long is not sent any more.
pub const FOLLOWUP_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// So many hours before an appointment. Whole days are days of the calendar: across a change of the
/// clocks it is the same time of day; further hours are hours.
///
/// ```
/// use kernel::HospitalZone;
/// use messaging::delivery::plan::remind_at;
/// let zone = HospitalZone::new("Europe/Paris").unwrap();
/// // Summer time ended on 25 October 2026 at 3:00: 10:00 was an hour further away in UTC the day before.
/// let starts_at = "2026-10-25T09:00:00Z".parse().unwrap();
/// assert_eq!(remind_at(&zone, starts_at, 24).to_string(), "2026-10-24T08:00:00Z");
/// ```
pub fn remind_at(zone: &HospitalZone, starts_at: Timestamp, hours: u16) -> Timestamp {
    let local = zone.to_local(starts_at);
    let same_time = local
        .date()
        .checked_sub(Span::new().days(i64::from(hours / 24)))
        .ok()
        .and_then(|day| zone.to_utc(day, local.time()).ok());
    // Only the ends of time have no day before.
    let same_time = same_time.unwrap_or(starts_at);
    same_time - SignedDuration::from_hours(i64::from(hours % 24))
}

/// Instead of hours before: word that an appointment of which the patient was told is at another time now.
pub const MOVED: i64 = -1;
/// Instead of hours before: word that an appointment of which the patient was told does not take place.
pub const CANCELLED: i64 = -2;

/// What the patient was told last about an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Which message it was: hours before, [`MOVED`] or [`CANCELLED`].
    pub lead_hours: i64,
    /// Of which start.
    pub starts_at: Timestamp,
}

/// Where a visit stands for the patient who was told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// They are expected at this time.
    Expected(Timestamp),
    /// It does not take place, or not for them: it was cancelled, removed, or given to somebody else.
    Off,
    /// Neither: they are here, were here, or did not come.
    Over,
}

/// The word that is owed to a patient who was told of something that is not so any more, and of which start it
/// speaks; they would travel for nothing. What does not take place is the time that they know.
pub fn correction(told: Option<Told>, stand: Stand, now: Timestamp) -> Option<(i64, Timestamp)> {
    let told = told?;
    let cancelled = told.lead_hours == CANCELLED;
    match stand {
        // A time that is over needs no word.
        Stand::Expected(starts_at) => (starts_at > now
            && (cancelled || told.starts_at != starts_at))
            .then_some((MOVED, starts_at)),
        Stand::Off => (!cancelled && told.starts_at > now).then_some((CANCELLED, told.starts_at)),
        Stand::Over => None,
    }
}

/// The reminders of an appointment: how many hours before, and when. What should have gone out already
/// goes out at once, but once, if the visit is still ahead.
pub fn reminders(
    zone: &HospitalZone,
    starts_at: Timestamp,
    hours: &[u16],
    now: Timestamp,
) -> Vec<(u16, Timestamp)> {
    if starts_at <= now {
        return Vec::new();
    }
    let mut hours = hours.to_vec();
    hours.sort_unstable();
    hours.dedup();
    let timed = hours
        .into_iter()
        .map(|hours| (hours, remind_at(zone, starts_at, hours)));
    let (mut ahead, missed): (Vec<_>, Vec<_>) = timed.partition(|(_, at)| *at > now);
    ahead.extend(missed.first().map(|(hours, _)| (*hours, now)));
    ahead
}

/// A message that there should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Before or after.
    pub kind: MessageType,
    /// How it travels.
    pub channel: Channel,
    /// Which reminder, or [`MOVED`] or [`CANCELLED`]; 0 for a follow-up.
    pub lead_hours: i64,
    /// The start of the appointment that it speaks of.
    pub starts_at: Timestamp,
    /// When it is to be sent.
    pub at: Timestamp,
}

/// A message that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Existing {
    /// The row.
    pub id: i64,
    /// Before or after.
    pub kind: MessageType,
    /// How it travels.
    pub channel: Channel,
    /// Which reminder; 0 for a follow-up.
    pub lead_hours: i64,
    /// Where it stands.
    pub status: MessageStatus,
    /// The start of the appointment that it was planned for.
    pub starts_at: Timestamp,
    /// A person decided that it is not sent.
    pub withdrawn: bool,
}

impl Existing {
    fn waits(&self) -> bool {
        self.status == MessageStatus::Pending
    }

    /// It was sent, may have been, or is not going to be for a reason that stands.
    fn is_settled(&self) -> bool {
        self.withdrawn
            || !matches!(
                self.status,
                MessageStatus::Pending | MessageStatus::Cancelled
            )
    }

    fn is(&self, want: &Wanted) -> bool {
        (self.kind, self.channel, self.lead_hours) == (want.kind, want.channel, want.lead_hours)
    }
}

/// What to do with the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A new row.
    Add(Wanted),
    /// A row that waits goes on waiting; only its words may be others by now.
    Keep(i64),
    /// A row that waits speaks of another start, at another time.
    Move(i64, Wanted),
    /// A row that waits is not to be sent.
    Cancel(i64),
}

/// What must change so that what waits is what is wanted. Doing it twice changes nothing more, and
/// nobody is told twice of the same time, nor told what a person decided not to tell. `existing` is what there is for
/// one patient and one appointment, in the order of the ids.
pub fn steps(wanted: &[Wanted], existing: &[Existing]) -> Vec<Step> {
    let unwanted = |row: &&Existing| row.waits() && !wanted.iter().any(|want| row.is(want));
    let mut steps: Vec<Step> = existing
        .iter()
        .filter(unwanted)
        .map(|row| Step::Cancel(row.id))
        .collect();
    for want in wanted {
        let waiting = existing.iter().find(|row| row.waits() && row.is(want));
        steps.extend(match (waiting, is_settled(want, existing)) {
            // For the same start it stands as it is, perhaps to be tried again.
            (Some(row), _) if row.starts_at == want.starts_at => Some(Step::Keep(row.id)),
            // It was for another start, of which nobody will be told any more.
            (Some(row), true) => Some(Step::Cancel(row.id)),
            (Some(row), false) => Some(Step::Move(row.id, *want)),
            (None, true) => None,
            (None, false) => Some(Step::Add(*want)),
        });
    }
    steps
}

/// Whether a message was dealt with already. A reminder of a time is sent once, whatever happened since; word of a change
/// may be due again after the patient was told otherwise, so only the last that was said counts.
fn is_settled(want: &Wanted, existing: &[Existing]) -> bool {
    let mut settled = existing
        .iter()
        .filter(|row| row.is_settled() && (row.kind, row.channel) == (want.kind, want.channel));
    let same = |row: &Existing| row.is(want) && row.starts_at == want.starts_at;
    match want.lead_hours {
        MOVED | CANCELLED => settled.next_back().is_some_and(same),
        _ => settled.any(same),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_before_is_the_same_time_of_day() {
        for (zone, starts_at, hours, expected) in [
            (
                "Africa/Banjul",
                "2027-05-27T10:00:00Z",
                24,
                "2027-05-26T10:00:00Z",
            ),
            (
                "Africa/Banjul",
                "2027-03-01T10:00:00Z",
                48,
                "2027-02-27T10:00:00Z",
            ),
            (
                "Africa/Banjul",
                "2027-05-27T10:00:00Z",
                3,
                "2027-05-27T07:00:00Z",
            ),
            (
                "Africa/Banjul",
                "2027-05-27T01:00:00Z",
                26,
                "2027-05-25T23:00:00Z",
            ),
            // Clocks go forward on 28 March 2027 at 1:00 UTC: 9:00 CEST is 7:00 UTC, 9:00 CET 8:00.
            (
                "Europe/Paris",
                "2027-03-28T07:00:00Z",
                24,
                "2027-03-27T08:00:00Z",
            ),
            // And back on 31 October 2027.
            (
                "Europe/Paris",
                "2027-10-31T08:00:00Z",
                24,
                "2027-10-30T07:00:00Z",
            ),
            (
                "America/New_York",
                "2027-03-14T13:00:00Z",
                24,
                "2027-03-13T14:00:00Z",
            ),
            // 2:30 does not exist on the day before: it is as long after the gap.
            (
                "Europe/Paris",
                "2027-03-29T00:30:00Z",
                24,
                "2027-03-28T01:30:00Z",
            ),
            // Hours are hours, also across the change.
            (
                "Europe/Paris",
                "2027-03-28T02:00:00Z",
                3,
                "2027-03-27T23:00:00Z",
            ),
        ] {
            let zone = HospitalZone::new(zone).unwrap();
            assert_eq!(
                remind_at(&zone, at(starts_at), hours),
                at(expected),
                "{starts_at} {hours}"
            );
        }
    }

    #[test]
    fn whoever_was_told_otherwise_is_told_once() {
        let (now, first, other) = (
            at("2027-05-26T12:00:00Z"),
            at("2027-05-27T10:00:00Z"),
            at("2027-06-03T10:00:00Z"),
        );
        let told = |lead_hours, starts_at| {
            Some(Told {
                lead_hours,
                starts_at,
            })
        };
        use Stand::{Expected, Off, Over};
        let (moved, off) = (|at| Some((MOVED, at)), |at| Some((CANCELLED, at)));
        for (last, stand, owed) in [
            (None, Expected(first), None),
            (None, Off, None),
            (told(24, first), Expected(first), None),
            (told(24, first), Expected(other), moved(other)),
            (told(MOVED, other), Expected(other), None),
            (told(MOVED, other), Expected(first), moved(first)),
            (told(24, first), Off, off(first)),
            (told(MOVED, other), Off, off(other)),
            (told(CANCELLED, first), Off, None),
            // Made again, at the same time or another.
            (told(CANCELLED, first), Expected(first), moved(first)),
            (told(CANCELLED, first), Expected(other), moved(other)),
            // They came, or the time is over.
            (told(24, first), Over, None),
            (told(24, now), Off, None),
            (told(24, first), Expected(now), None),
        ] {
            assert_eq!(correction(last, stand, now), owed, "{last:?} {stand:?}");
        }
    }

    #[test]
    fn what_is_late_goes_out_once_if_the_visit_is_ahead() {
        let zone = HospitalZone::new("Africa/Banjul").unwrap();
        let starts_at = at("2027-05-27T10:00:00Z");
        for (now, hours, expected) in [
            (
                "2027-05-20T10:00:00Z",
                &[24][..],
                vec![(24, "2027-05-26T10:00:00Z")],
            ),
            ("2027-05-20T10:00:00Z", &[], vec![]),
            (
                "2027-05-20T10:00:00Z",
                &[24, 3, 24],
                vec![(3, "2027-05-27T07:00:00Z"), (24, "2027-05-26T10:00:00Z")],
            ),
            (
                "2027-05-26T12:00:00Z",
                &[24, 3],
                vec![(3, "2027-05-27T07:00:00Z"), (24, "2027-05-26T12:00:00Z")],
            ),
            (
                "2027-05-26T10:00:00Z",
                &[24],
                vec![(24, "2027-05-26T10:00:00Z")],
            ),
            (
                "2027-05-27T09:00:00Z",
                &[24, 3],
                vec![(3, "2027-05-27T09:00:00Z")],
            ),
            ("2027-05-27T10:00:00Z", &[24], vec![]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(h, t)| (h, at(t))).collect();
            assert_eq!(
                reminders(&zone, starts_at, hours, at(now)),
                expected,
                "{now} {hours:?}"
            );
        }
    }

    fn want(lead_hours: i64, starts_at: &str, time: &str) -> Wanted {
        Wanted {
            kind: MessageType::Reminder,
            channel: Channel::Sms,
            lead_hours,
            starts_at: at(starts_at),
            at: at(time),
        }
    }

    fn row(id: i64, status: MessageStatus, starts_at: &str) -> Existing {
        Existing {
            id,
            kind: MessageType::Reminder,
            channel: Channel::Sms,
            lead_hours: 24,
            status,
            starts_at: at(starts_at),
            withdrawn: false,
        }
    }

    fn withdrawn(id: i64, starts_at: &str) -> Existing {
        Existing {
            withdrawn: true,
            ..row(id, MessageStatus::Cancelled, starts_at)
        }
    }

    #[test]
    fn rows_follow_the_appointment() {
        use MessageStatus::{Cancelled, Failed, Pending, Sending, Sent, Unknown};
        const NEW: &str = "2027-05-27T10:00:00Z";
        const OLD: &str = "2027-05-20T10:00:00Z";
        const TIME: &str = "2027-05-26T10:00:00Z";
        let one = [want(24, NEW, TIME)];
        let add = vec![Step::Add(one[0])];
        for (what, existing, wanted, expected) in [
            ("nothing yet", vec![], &one[..], add.clone()),
            (
                "it waits",
                vec![row(1, Pending, NEW)],
                &one,
                vec![Step::Keep(1)],
            ),
            (
                "it moves",
                vec![row(1, Pending, OLD)],
                &one,
                vec![Step::Move(1, one[0])],
            ),
            (
                "it is off",
                vec![row(1, Pending, OLD)],
                &[],
                vec![Step::Cancel(1)],
            ),
            ("it was sent", vec![row(1, Sent, NEW)], &one, vec![]),
            ("it failed", vec![row(1, Failed, NEW)], &one, vec![]),
            ("nobody knows", vec![row(1, Unknown, NEW)], &one, vec![]),
            ("it is on its way", vec![row(1, Sending, NEW)], &one, vec![]),
            (
                "it is on its way with the old time",
                vec![row(1, Sending, OLD)],
                &one,
                add.clone(),
            ),
            (
                "it was sent for the old time",
                vec![row(1, Sent, OLD)],
                &one,
                add.clone(),
            ),
            (
                "it stands again",
                vec![row(1, Cancelled, NEW)],
                &one,
                add.clone(),
            ),
            (
                "moved away and back after it was sent",
                vec![row(1, Sent, NEW), row(2, Sent, OLD)],
                &one,
                vec![],
            ),
            (
                "moved away and back before the second was sent",
                vec![row(1, Sent, NEW), row(2, Cancelled, OLD)],
                &one,
                vec![],
            ),
            (
                "moved away and back while the second waits",
                vec![row(1, Sent, NEW), row(2, Pending, OLD)],
                &one,
                vec![Step::Cancel(2)],
            ),
            (
                "a person has it sent again",
                vec![row(1, Sent, NEW), row(2, Pending, NEW)],
                &one,
                vec![Step::Keep(2)],
            ),
            ("sent and off", vec![row(1, Sent, NEW)], &[], vec![]),
            (
                "a person withdrew it",
                vec![withdrawn(1, NEW)],
                &one,
                vec![],
            ),
            (
                "a person withdrew it for the old time",
                vec![withdrawn(1, OLD)],
                &one,
                add.clone(),
            ),
        ] {
            assert_eq!(steps(wanted, &existing), expected, "{what}");
        }
    }

    #[test]
    fn word_of_a_change_is_said_as_often_as_it_changes() {
        use MessageStatus::{Failed, Sent};
        const NEW: &str = "2027-05-27T10:00:00Z";
        const OLD: &str = "2027-05-20T10:00:00Z";
        let word = |id, lead_hours, status, starts_at| Existing {
            lead_hours,
            ..row(id, status, starts_at)
        };
        let moved = want(MOVED, NEW, NEW);
        let add = vec![Step::Add(moved)];
        for (what, existing, expected) in [
            ("only reminded", vec![row(1, Sent, OLD)], add.clone()),
            (
                "said",
                vec![row(1, Sent, OLD), word(2, MOVED, Sent, NEW)],
                vec![],
            ),
            (
                "not arrived",
                vec![row(1, Sent, OLD), word(2, MOVED, Failed, NEW)],
                vec![],
            ),
            (
                "said, and cancelled since",
                vec![word(1, MOVED, Sent, NEW), word(2, CANCELLED, Sent, NEW)],
                add.clone(),
            ),
            (
                "there and back",
                vec![word(1, MOVED, Sent, NEW), word(2, MOVED, Sent, OLD)],
                add.clone(),
            ),
        ] {
            assert_eq!(steps(&[moved], &existing), expected, "{what}");
        }
    }

    proptest! {
        /// A reminder is never after the visit and never in the past.
        #[test]
        fn reminders_are_between_now_and_the_visit(
            start in 0i64..4_000_000_000, before in 0i64..3_000_000, hours in prop::collection::vec(1u16..720, 0..4),
        ) {
            let zone = HospitalZone::new("Europe/Paris").unwrap();
            let starts_at = Timestamp::from_second(start).unwrap();
            let now = Timestamp::from_second(start - before).unwrap();
            for (_, when) in reminders(&zone, starts_at, &hours, now) {
                prop_assert!(when >= now && when < starts_at);
            }
        }
    }
}
