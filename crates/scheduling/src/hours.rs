//! When a doctor can be booked, and what of it is still free.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use kernel::HospitalZone;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;

use crate::slot::Span;

/// The length of a slot where no schedule says another.
pub const USUAL_SLOT: i64 = 15;

/// A stretch of a day in which a doctor works, in slots of so many minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// From when to when.
    pub span: Span,
    /// The length of a slot.
    pub slot_minutes: i64,
}

/// What is written down about one doctor and one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// A weekly schedule is in force on that day, whether or not it has hours on that weekday.
    pub has_schedule: bool,
    /// The hours of that weekday: start, end, slot.
    pub weekly: Vec<(Time, Time, i64)>,
    /// Exceptions of that day: other hours, or closed.
    pub exceptions: Vec<Option<(Time, Time)>>,
}

impl Plan {
    /// The hours of the day; `None` when nothing is written down, so that the doctor can be booked at any
    /// time. Exceptions stand in the place of the weekly hours, and one that says closed in the place of
    /// every other.
    pub fn hours(&self, zone: &HospitalZone, date: Date) -> Option<Vec<Hours>> {
        let usual = self.weekly.first().map_or(USUAL_SLOT, |(_, _, slot)| *slot);
        let stretches: Vec<(Time, Time, i64)> = if !self.exceptions.is_empty() {
            let other: Option<Vec<_>> = self.exceptions.iter().copied().collect();
            let other = other.unwrap_or_default().into_iter();
            other.map(|(from, to)| (from, to, usual)).collect()
        } else if self.has_schedule {
            self.weekly.clone()
        } else {
            return None;
        };
        let mut hours: Vec<Hours> = stretches
            .into_iter()
            .filter_map(|(from, to, slot_minutes)| {
                let span = stretch(zone, date, from, to)?;
                Some(Hours { span, slot_minutes })
            })
            .collect();
        hours.sort_by_key(|hours| hours.span);
        Some(hours)
    }
}

/// From one local time to another on a day; midnight at the end is that of the next day. `None` when
/// nothing of it is left because clocks change, or at the ends of the calendar.
fn stretch(zone: &HospitalZone, date: Date, from: Time, to: Time) -> Option<Span> {
    let from = zone.to_utc(date, from).ok()?;
    let to = if to == Time::midnight() {
        zone.day_bounds(date).ok()?.1
    } else {
        zone.to_utc(date, to).ok()?
    };
    (from < to).then_some(Span { from, to })
}

/// The span lies in hours that are joined without a gap.
pub fn within(hours: &[Hours], span: &Span) -> bool {
    let mut joined: Vec<Span> = Vec::new();
    for hours in hours {
        match joined.last_mut() {
            Some(last) if hours.span.from <= last.to => last.to = last.to.max(hours.span.to),
            _ => joined.push(hours.span),
        }
    }
    joined.iter().any(|open| open.contains(span))
}

/// The slots that can be booked: in the hours, from `not_before` on, not taken, and named by a time of the
/// clock that a booking would find again.
pub fn free(
    zone: &HospitalZone,
    hours: &[Hours],
    taken: &[Span],
    minutes: Option<i64>,
    not_before: Timestamp,
) -> Vec<Span> {
    let mut free: Vec<Span> = Vec::new();
    for Hours { span, slot_minutes } in hours {
        let step = SignedDuration::from_mins((*slot_minutes).max(1));
        let length = minutes.map_or(step, SignedDuration::from_mins);
        let mut from = span.from;
        while from + length <= span.to {
            let slot = Span {
                from,
                to: from + length,
            };
            let local = zone.to_local(from);
            // The second of two equal times cannot be asked for by the clock.
            let named = zone.to_utc(local.date(), local.time()) == Ok(from);
            if named
                && from >= not_before
                && !taken.iter().any(|taken| taken.overlaps(&slot))
                && !free.contains(&slot)
            {
                free.push(slot);
            }
            from += step;
        }
    }
    free.sort_unstable();
    free
}

/// Reads what is written down about a doctor and a day.
pub(crate) async fn plan(cx: &mut Cx, doctor: i64, date: Date) -> Result<Plan, Error> {
    let weekly: Vec<(i64, Time, Time, i64)> = cx
        .unscoped("a doctor's hours are no secret")
        .all(Statement::raw(
            r#"SELECT weekday, start, "end", slot_minutes FROM doctor_schedule WHERE doctor = $1
               AND (valid_from IS NULL OR valid_from <= $2) AND (valid_until IS NULL OR valid_until >= $2)
               ORDER BY start, id"#,
            values([&doctor, &date]),
        ))
        .await?;
    let exceptions: Vec<(bool, Option<Time>, Option<Time>)> = cx
        .unscoped("a doctor's hours are no secret")
        .all(Statement::raw(
            r#"SELECT closed, start, "end" FROM schedule_exception WHERE doctor = $1 AND date = $2 ORDER BY id"#,
            values([&doctor, &date]),
        ))
        .await?;
    let today = i64::from(date.weekday().to_monday_zero_offset());
    Ok(Plan {
        has_schedule: !weekly.is_empty(),
        weekly: weekly
            .into_iter()
            .filter(|(weekday, ..)| *weekday == today)
            .map(|(_, from, to, slot)| (from, to, slot))
            .collect(),
        exceptions: exceptions
            .into_iter()
            .map(|(closed, from, to)| from.zip(to).filter(|_| !closed))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slot;
    use jiff::civil::{date, time};
    use proptest::prelude::*;

    fn at(hour: i8, minute: i8) -> Time {
        time(hour, minute, 0, 0)
    }

    fn shown(zone: &HospitalZone, spans: &[Span]) -> Vec<String> {
        let local = |at| slot::hours_and_minutes(zone.to_local(at).time());
        let spans = spans.iter();
        spans
            .map(|span| format!("{}-{}", local(span.from), local(span.to)))
            .collect()
    }

    #[test]
    fn exceptions_stand_in_the_place_of_the_week() {
        let zone = HospitalZone::default();
        let day = date(2027, 5, 27);
        let weekly = vec![(at(8, 0), at(12, 0), 30), (at(14, 0), at(0, 0), 20)];
        let cases = [
            (Plan::default(), None),
            (
                Plan {
                    has_schedule: true,
                    ..Plan::default()
                },
                Some(vec![]),
            ),
            (
                Plan {
                    has_schedule: true,
                    weekly: weekly.clone(),
                    exceptions: vec![],
                },
                Some(vec!["08:00-12:00", "14:00-00:00"]),
            ),
            (
                Plan {
                    has_schedule: true,
                    weekly: weekly.clone(),
                    exceptions: vec![None],
                },
                Some(vec![]),
            ),
            (
                Plan {
                    has_schedule: true,
                    weekly: weekly.clone(),
                    exceptions: vec![Some((at(9, 0), at(10, 0)))],
                },
                Some(vec!["09:00-10:00"]),
            ),
            (
                Plan {
                    exceptions: vec![Some((at(9, 0), at(10, 0))), None],
                    ..Plan::default()
                },
                Some(vec![]),
            ),
            (
                Plan {
                    exceptions: vec![Some((at(16, 0), at(17, 0))), Some((at(9, 0), at(10, 0)))],
                    ..Plan::default()
                },
                Some(vec!["09:00-10:00", "16:00-17:00"]),
            ),
        ];
        for (plan, expected) in cases {
            let hours = plan.hours(&zone, day).map(|hours| {
                shown(
                    &zone,
                    &hours.iter().map(|hours| hours.span).collect::<Vec<_>>(),
                )
            });
            let expected =
                expected.map(|spans| spans.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(hours, expected, "{plan:?}");
        }
    }

    #[test]
    fn bookings_lie_in_joined_hours() {
        let zone = HospitalZone::default();
        let day = date(2027, 5, 27);
        let plan = Plan {
            has_schedule: true,
            weekly: vec![
                (at(8, 0), at(10, 0), 15),
                (at(10, 0), at(12, 0), 15),
                (at(13, 0), at(14, 0), 15),
            ],
            exceptions: vec![],
        };
        let hours = plan.hours(&zone, day).unwrap();
        for (from, minutes, fits) in [
            (at(8, 0), 240, true),
            (at(9, 45), 30, true),
            (at(7, 59), 10, false),
            (at(11, 50), 11, false),
            (at(12, 0), 15, false),
            (at(12, 30), 60, false),
            (at(13, 0), 60, true),
            (at(13, 0), 61, false),
        ] {
            let span = slot::span(&zone, day, from, minutes).unwrap();
            assert_eq!(within(&hours, &span), fits, "{from} {minutes}");
        }
    }

    #[test]
    fn slots_end_where_clocks_change_and_are_named_once() {
        let paris = HospitalZone::new("Europe/Paris").unwrap();
        let plan = |from, to| Plan {
            has_schedule: true,
            weekly: vec![(from, to, 30)],
            exceptions: vec![],
        };
        let all = |day| {
            free(
                &paris,
                &plan(at(1, 0), at(4, 0)).hours(&paris, day).unwrap(),
                &[],
                None,
                Timestamp::MIN,
            )
        };
        // An hour is missing in March; in October one comes twice, and can be asked for once.
        assert_eq!(
            shown(&paris, &all(date(2027, 3, 28))),
            ["01:00-01:30", "01:30-03:00", "03:00-03:30", "03:30-04:00"]
        );
        assert_eq!(
            shown(&paris, &all(date(2027, 10, 31))),
            [
                "01:00-01:30",
                "01:30-02:00",
                "02:00-02:30",
                "02:30-02:00",
                "03:00-03:30",
                "03:30-04:00"
            ]
        );
    }

    proptest! {
        /// What is offered can be booked: it lies in the hours, overlaps nothing, and its time of the clock
        /// leads back to it. What is not offered is taken, over, or could not be named.
        #[test]
        fn what_is_free_can_be_booked(
            zone in prop::sample::select(vec!["Africa/Banjul", "Europe/Paris", "America/New_York"]),
            day in prop::sample::select(vec![date(2027, 3, 28), date(2027, 3, 14), date(2027, 10, 31), date(2027, 11, 7), date(2027, 5, 27)]),
            from in 0i8..12, length in 1i8..12, slot_minutes in prop::sample::select(vec![5i64, 10, 15, 20, 30, 45]),
            taken in prop::collection::vec((0i64..26 * 60, 1i64..90), 0..12), now in 0i64..24,
        ) {
            let zone = HospitalZone::new(zone).unwrap();
            let (start, _) = zone.day_bounds(day).unwrap();
            let plan = Plan { has_schedule: true, weekly: vec![(at(from, 0), at(from + length, 0), slot_minutes)], exceptions: vec![] };
            let hours = plan.hours(&zone, day).unwrap();
            let taken: Vec<Span> = taken.into_iter().map(|(minute, length)| {
                let from = start + SignedDuration::from_mins(minute);
                Span { from, to: from + SignedDuration::from_mins(length) }
            }).collect();
            let not_before = start + SignedDuration::from_hours(now);
            let offered = free(&zone, &hours, &taken, None, not_before);
            for slot in &offered {
                let local = zone.to_local(slot.from);
                let booked = slot::span(&zone, local.date(), local.time(), slot_minutes);
                prop_assert_eq!(booked, Ok(*slot));
                prop_assert!(within(&hours, slot) && slot.from >= not_before);
                prop_assert!(!taken.iter().any(|taken| taken.overlaps(slot)));
            }
            for pair in offered.windows(2) {
                prop_assert!(!pair[0].overlaps(&pair[1]));
            }
            let everything = free(&zone, &hours, &[], None, not_before);
            for slot in everything.iter().filter(|slot| !offered.contains(slot)) {
                prop_assert!(taken.iter().any(|taken| taken.overlaps(slot)));
            }
        }
    }
}
