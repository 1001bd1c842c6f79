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

/// From one local time to another; an end that does not come after the start is that of the next day, as in a
/// night shift. `None` when nothing of it is left because clocks change, or at the ends of the calendar.
fn stretch(zone: &HospitalZone, date: Date, from: Time, to: Time) -> Option<Span> {
    let until = if to <= from {
        date.tomorrow().ok()?
    } else {
        date
    };
    let from = zone.to_utc(date, from).ok()?;
    let to = zone.to_utc(until, to).ok()?;
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

/// The slots of a day that can be booked: on the clock's grid from the start of the hours on, within them, not
/// taken, and named by a time of the clock that a booking would find again. An appointment of another length
/// than a slot may go on into hours that follow without a gap.
pub fn free(
    zone: &HospitalZone,
    open: &Open,
    taken: &[Span],
    minutes: Option<i64>,
    not_before: Timestamp,
) -> Vec<Span> {
    let mut free: Vec<Span> = Vec::new();
    for hours in &open.day {
        let step = SignedDuration::from_mins(hours.slot_minutes.max(1));
        let length = minutes.map_or(step, SignedDuration::from_mins);
        for from in grid(zone, hours) {
            let slot = Span {
                from,
                to: from + length,
            };
            let fits = match minutes {
                None => hours.span.contains(&slot),
                Some(_) => within(&open.all, &slot),
            };
            if fits
                && from >= not_before
                && zone.to_local(from).date() == open.date
                && !taken.iter().any(|taken| taken.overlaps(&slot))
                && !free.contains(&slot)
            {
                free.push(slot);
            }
        }
    }
    free.sort_unstable();
    free
}

/// When slots begin: every so many minutes on the clock on the wall. A time that does not exist, because clocks go
/// forward, is left out, and so is one that the slot before it, which takes its time by the stopwatch, reaches into;
/// of a time that comes twice there is the first.
fn grid(zone: &HospitalZone, hours: &Hours) -> Vec<Timestamp> {
    let step = SignedDuration::from_mins(hours.slot_minutes.max(1));
    let mut local = zone.to_local(hours.span.from);
    let mut begun: Vec<Timestamp> = Vec::new();
    loop {
        let Ok(at) = zone.to_utc(local.date(), local.time()) else {
            return begun;
        };
        if at >= hours.span.to {
            return begun;
        }
        let exists = zone.to_local(at) == local;
        if exists && at >= hours.span.from && begun.last().is_none_or(|last| *last + step <= at) {
            begun.push(at);
        }
        let Ok(next) = local.checked_add(step) else {
            return begun;
        };
        local = next;
    }
}

/// What is open around a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The day.
    pub date: Date,
    /// The hours that have a part in it, those of the night before included.
    pub day: Vec<Hours>,
    /// These and the next day's, in the order of time.
    pub all: Vec<Hours>,
}

/// Reads what is written down about a doctor around a day; `None` when nothing is about the day itself, so that
/// the doctor can be booked at any time.
pub(crate) async fn around(cx: &mut Cx, doctor: i64, date: Date) -> Result<Option<Open>, Error> {
    let (Ok(before), Ok(after)) = (date.yesterday(), date.tomorrow()) else {
        return Ok(None);
    };
    let weekly: Vec<Weekly> = cx
        .unscoped("a doctor's hours are no secret")
        .all(Statement::raw(
            r#"SELECT weekday, start, "end", slot_minutes, valid_from, valid_until FROM doctor_schedule WHERE doctor = $1
               AND (valid_from IS NULL OR valid_from <= $3) AND (valid_until IS NULL OR valid_until >= $2)
               ORDER BY start, id"#,
            values([&doctor, &before, &after]),
        ))
        .await?;
    let exceptions: Vec<Exception> = cx
        .unscoped("a doctor's hours are no secret")
        .all(Statement::raw(
            r#"SELECT date, coalesce(date_to, date), closed, start, "end" FROM schedule_exception
               WHERE doctor = $1 AND date <= $3 AND coalesce(date_to, date) >= $2 ORDER BY id"#,
            values([&doctor, &before, &after]),
        ))
        .await?;
    let zone = &cx.app.zone;
    let hours = |day: Date| Plan::of(day, &weekly, &exceptions).hours(zone, day);
    Ok(hours(date).map(|today| open(zone, date, [hours(before), Some(today), hours(after)])))
}

/// How long an appointment takes that nobody says the length of: a slot of the hours it begins in.
pub(crate) async fn slot(cx: &mut Cx, doctor: i64, date: Date, time: Time) -> Result<i64, Error> {
    let open = around(cx, doctor, date).await?;
    let at = cx.app.zone.to_utc(date, time).ok();
    let hours = open.into_iter().flat_map(|open| open.day);
    let found = hours
        .filter(|hours| at.is_some_and(|at| hours.span.from <= at && at < hours.span.to))
        .map(|hours| hours.slot_minutes)
        .next();
    Ok(found.unwrap_or(USUAL_SLOT))
}

/// A day's hours with those of the days beside it. On a neighbour without any the doctor can be booked at all times.
pub(crate) fn open(zone: &HospitalZone, date: Date, days: [Option<Vec<Hours>>; 3]) -> Open {
    let [before, today, after] = days;
    let begins = zone
        .day_bounds(date)
        .map_or(Timestamp::MIN, |(begins, _)| begins);
    let night = before.unwrap_or_default().into_iter();
    let mut day: Vec<Hours> = night.filter(|hours| hours.span.to > begins).collect();
    day.extend(today.unwrap_or_default());
    day.sort_by_key(|hours| hours.span);
    let any_time = || {
        let day = date.tomorrow().ok()?;
        let span = stretch(zone, day, Time::midnight(), Time::midnight())?;
        Some(vec![Hours {
            span,
            slot_minutes: USUAL_SLOT,
        }])
    };
    let mut all = day.clone();
    all.extend(after.or_else(any_time).unwrap_or_default());
    all.sort_by_key(|hours| hours.span);
    Open { date, day, all }
}

/// Weekday, start, end, slot, first and last day.
type Weekly = (i64, Time, Time, i64, Option<Date>, Option<Date>);
/// First and last day, closed, start, end.
type Exception = (Date, Date, bool, Option<Time>, Option<Time>);

impl Plan {
    fn of(day: Date, weekly: &[Weekly], exceptions: &[Exception]) -> Plan {
        let weekday = i64::from(day.weekday().to_monday_zero_offset());
        let in_force: Vec<&Weekly> = weekly
            .iter()
            .filter(|(.., from, until)| {
                from.is_none_or(|from| from <= day) && until.is_none_or(|until| until >= day)
            })
            .collect();
        Plan {
            has_schedule: !in_force.is_empty(),
            weekly: in_force
                .into_iter()
                .filter(|(on, ..)| *on == weekday)
                .map(|(_, from, to, slot, ..)| (*from, *to, *slot))
                .collect(),
            exceptions: exceptions
                .iter()
                .filter(|(first, last, ..)| (*first..=*last).contains(&day))
                .map(|(_, _, closed, from, to)| from.zip(*to).filter(|_| !closed))
                .collect(),
        }
    }
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
            let hours = plan(at(1, 0), at(4, 0)).hours(&paris, day);
            let open = open(&paris, day, [None, hours, None]);
            free(&paris, &open, &[], None, Timestamp::MIN)
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

    #[test]
    fn slots_follow_the_clock_where_clocks_change() {
        // New York, 14 March 2027: 02:00 to 03:00 never comes.
        let zone = HospitalZone::new("America/New_York").unwrap();
        let day = date(2027, 3, 14);
        let plan = Plan {
            has_schedule: true,
            weekly: vec![(at(0, 0), at(0, 0), 120)],
            exceptions: vec![],
        };
        let open = open(&zone, day, [None, plan.hours(&zone, day), None]);
        let slots = free(&zone, &open, &[], None, Timestamp::MIN);
        let begins: Vec<String> = slots
            .iter()
            .map(|slot| slot::hours_and_minutes(zone.to_local(slot.from).time()))
            .collect();
        let even = [
            "00:00", "04:00", "06:00", "08:00", "10:00", "12:00", "14:00", "16:00", "18:00",
            "20:00", "22:00",
        ];
        assert_eq!(begins, even);
    }

    #[test]
    fn hours_that_touch_at_midnight_are_one() {
        let zone = HospitalZone::default();
        let (wednesday, thursday) = (date(2027, 5, 26), date(2027, 5, 27));
        let of = |day, weekly: &[(Time, Time, i64)]| {
            let plan = Plan {
                has_schedule: true,
                weekly: weekly.to_vec(),
                exceptions: vec![],
            };
            plan.hours(&zone, day)
        };
        let evening = [(at(22, 0), at(0, 0), 15)];
        let morning = [(at(0, 0), at(6, 0), 15)];
        let night = [(at(22, 0), at(6, 0), 15)];
        let late = slot::span(&zone, wednesday, at(23, 45), 30).unwrap();
        let touching = open(
            &zone,
            wednesday,
            [None, of(wednesday, &evening), of(thursday, &morning)],
        );
        assert!(within(&touching.all, &late));
        assert!(free(&zone, &touching, &[], Some(30), Timestamp::MIN).contains(&late));
        let over = open(
            &zone,
            wednesday,
            [None, of(wednesday, &night), of(thursday, &[])],
        );
        assert!(within(&over.all, &late));
        // The morning after has the rest of the night, and no more.
        let after = open(
            &zone,
            thursday,
            [of(wednesday, &night), of(thursday, &[]), None],
        );
        let slots = free(&zone, &after, &[], None, Timestamp::MIN);
        assert_eq!(slots.len(), 6 * 4);
        let first = slot::span(&zone, thursday, at(0, 0), 15).unwrap();
        assert_eq!(slots.first(), Some(&first));
        assert!(!within(
            &after.all,
            &slot::span(&zone, thursday, at(5, 50), 15).unwrap()
        ));
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
            let open = open(&zone, day, [None, plan.hours(&zone, day), None]);
            let taken: Vec<Span> = taken.into_iter().map(|(minute, length)| {
                let from = start + SignedDuration::from_mins(minute);
                Span { from, to: from + SignedDuration::from_mins(length) }
            }).collect();
            let not_before = start + SignedDuration::from_hours(now);
            let offered = free(&zone, &open, &taken, None, not_before);
            for slot in &offered {
                let local = zone.to_local(slot.from);
                let booked = slot::span(&zone, local.date(), local.time(), slot_minutes);
                prop_assert_eq!(booked, Ok(*slot));
                prop_assert!(within(&open.day, slot) && slot.from >= not_before);
                prop_assert!(!taken.iter().any(|taken| taken.overlaps(slot)));
            }
            for pair in offered.windows(2) {
                prop_assert!(!pair[0].overlaps(&pair[1]));
            }
            let everything = free(&zone, &open, &[], None, not_before);
            for slot in everything.iter().filter(|slot| !offered.contains(slot)) {
                prop_assert!(taken.iter().any(|taken| taken.overlaps(slot)));
            }
        }
    }
}
