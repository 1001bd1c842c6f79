//! Made-up appointments of forty doctors: the same ones for the same seed, size and week.
//!
//! Doctors work from Monday to Friday in 32 slots of a quarter of an hour. *Today* is the Monday of the week in which
//! the databases are made. The past is as long as the number of appointments asks for and almost full; the four weeks
//! to come are the fuller the nearer they are; what lies beyond is free.

use jiff::civil::{Date, Time, time};
use jiff::{SignedDuration, Timestamp, ToSpan};
use kernel::HospitalZone;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use scheduling::AppointmentStatus::{
    self, Cancelled, CheckedIn, Completed, InProgress, NoShow, Pending, Scheduled,
};

use crate::Outcome;

/// Doctors; their ids follow the one of the account that logs in.
pub(crate) const DOCTORS: usize = 40;
pub(crate) const FIRST_DOCTOR: usize = 2;
/// When a day begins and ends.
pub(crate) const OPENS: Time = time(8, 0, 0, 0);
pub(crate) const CLOSES: Time = time(16, 0, 0, 0);
/// The length of a slot, in minutes.
pub(crate) const MINUTES: i64 = 15;
/// Slots of a doctor's day.
const SLOTS: usize = 32;
/// Slots of a day.
const DAY: usize = SLOTS * DOCTORS;
/// Appointments of a past day: nine of ten slots.
const PAST_DAY: usize = DAY * 9 / 10;
/// Working days of a week, and of the weeks to come.
const WEEK: usize = 5;
const AHEAD: usize = 4 * WEEK;
/// Appointments to come, but no more than every fourth of all.
const COMING: usize = 12_800;
/// Patients of one time of the day are so far apart in the register; without a divisor in common with its size, they
/// are different ones.
const APART: usize = 7919;
/// Now is ten o'clock, and patients come so early: the slots from here to then are waiting or being seen.
const NOW: Time = time(10, 0, 0, 0);
const WAITING: Time = time(11, 0, 0, 0);

const REASONS: &[&str] = &[
    "Follow-up",
    "Fever and headache for three days",
    "Antenatal visit, second trimester",
    "Blood pressure control",
    "Cough that does not go away",
    "Results of the laboratory",
    "Vaccination",
    "Wound dressing",
];

/// An appointment.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) uid: uuid::Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) patient: usize,
    pub(crate) doctor: usize,
    pub(crate) date: Date,
    pub(crate) time: Time,
    pub(crate) starts_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) status: AppointmentStatus,
    pub(crate) overbooked: bool,
    pub(crate) reason: &'static str,
    pub(crate) queue_number: Option<i64>,
}

impl Visit {
    /// The patient has come.
    pub(crate) fn came(&self) -> bool {
        matches!(self.status, CheckedIn | InProgress | Completed)
    }
}

/// Every appointment, day by day.
pub(crate) struct Calendar {
    seed: u64,
    patients: usize,
    today: Date,
    /// Each with the number of its appointments.
    days: Vec<(Date, usize)>,
}

impl Calendar {
    /// So many appointments.
    pub(crate) fn new(seed: u64, size: usize, patients: usize, today: Date) -> Calendar {
        // Of every day of the four weeks to come four, three, two and one fiftieth.
        let share = COMING.min(size / 4) / 50;
        let ahead = (1..=AHEAD).map(|at| {
            let weeks = (at - 1) / WEEK;
            (working_day(today, at.cast_signed()), share * (4 - weeks))
        });
        let past = size - share * 50;
        let days = past.div_ceil(PAST_DAY);
        let behind = (0..days).rev().map(|ago| {
            let rows = PAST_DAY.min(past - ago * PAST_DAY);
            (working_day(today, -ago.cast_signed()), rows)
        });
        Calendar {
            seed,
            patients,
            today,
            days: behind.chain(ahead).collect(),
        }
    }

    /// How many days there are.
    pub(crate) fn days(&self) -> usize {
        self.days.len()
    }

    /// How many appointments there are before a day.
    pub(crate) fn before(&self, day: usize) -> usize {
        self.days.iter().take(day).map(|(_, rows)| rows).sum()
    }

    /// A day's appointments in the order of time. One of a hundred is squeezed in beside another.
    pub(crate) fn day(&self, zone: &HospitalZone, day: usize) -> Outcome<Vec<Visit>> {
        let (date, rows) = self.days[day];
        // Odd multiplier (2^64 over the golden ratio): neighbouring days get distant seeds.
        let mixed = self.seed ^ (day as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut rng = SmallRng::seed_from_u64(mixed);
        let mut overbooked = rows / 100;
        let mut taken = rows - overbooked;
        let mut numbers = [0; DOCTORS];
        let mut visits = Vec::with_capacity(rows);
        for slot in 0..SLOTS {
            let first = rng.random_range(0..self.patients);
            for (doctor, number) in numbers.iter_mut().enumerate() {
                let free = DAY - slot * DOCTORS - doctor;
                if rng.random_range(0..free) >= taken {
                    continue;
                }
                let twice = rng.random_range(0..taken) < overbooked;
                taken -= 1;
                overbooked -= usize::from(twice);
                for beside in 0..=usize::from(twice) {
                    let mut visit = Visit {
                        patient: patient(self.patients, first, beside * DOCTORS + doctor),
                        doctor: FIRST_DOCTOR + doctor,
                        overbooked: beside > 0,
                        ..self.visit(zone, &mut rng, date, slot)?
                    };
                    if visit.came() {
                        *number += 1;
                        visit.queue_number = Some(*number);
                    }
                    visits.push(visit);
                }
            }
        }
        Ok(visits)
    }

    fn visit(
        &self,
        zone: &HospitalZone,
        rng: &mut SmallRng,
        date: Date,
        slot: usize,
    ) -> Outcome<Visit> {
        let time = time_of(slot);
        let starts_at = zone.to_utc(date, time)?;
        let drawn = rng.random_range(0..100);
        let coming = date > self.today || (date == self.today && time >= WAITING);
        let status = match drawn {
            0..3 => Cancelled,
            3..12 if coming => Pending,
            _ if coming => Scheduled,
            _ if date == self.today && time == NOW => InProgress,
            _ if date == self.today && time > NOW => CheckedIn,
            3..9 => NoShow,
            _ => Completed,
        };
        // Agreed a month before, so that nothing is agreed in days to come.
        let lead = SignedDuration::from_hours(29 * 24) + SignedDuration::from_secs(drawn * 800);
        let created_at = starts_at - lead;
        Ok(Visit {
            uid: uuid::Builder::from_unix_timestamp_millis(
                created_at.as_millisecond().unsigned_abs(),
                &rng.random::<[u8; 10]>(),
            )
            .into_uuid(),
            created_at,
            patient: 0,
            doctor: 0,
            date,
            time,
            starts_at,
            ends_at: starts_at + SignedDuration::from_mins(MINUTES),
            status,
            overbooked: false,
            reason: REASONS[rng.random_range(0..REASONS.len())],
            queue_number: None,
        })
    }
}

/// The days of the weeks to come, without this one, of which some may be over when they are asked for.
pub(crate) fn ahead(today: Date) -> impl Iterator<Item = Date> {
    (WEEK..=AHEAD).map(move |at| working_day(today, at.cast_signed()))
}

/// A slot that is free whatever was made.
pub(crate) struct Free {
    pub(crate) patient: usize,
    pub(crate) doctor: usize,
    pub(crate) date: Date,
    pub(crate) time: Time,
}

/// So many free slots of as few days as hold them, spread over these days and doctors, each with a patient who is free.
pub(crate) fn free(today: Date, patients: usize, count: usize) -> impl Iterator<Item = Free> {
    // A prime that does not divide the number of slots, so that each comes once.
    const STRIDE: usize = 1_000_003;
    let all = count.div_ceil(DAY) * DAY;
    (0..count).map(move |at| {
        let slot = at * STRIDE % all;
        let (moment, doctor) = (slot / DOCTORS, slot % DOCTORS);
        let day = AHEAD + 1 + moment / SLOTS;
        Free {
            patient: patient(patients, moment, doctor),
            doctor: FIRST_DOCTOR + doctor,
            date: working_day(today, day.cast_signed()),
            time: time_of(moment % SLOTS),
        }
    })
}

/// The Monday of a day's week.
pub(crate) fn monday(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
}

/// A working day, counted from a Monday.
fn working_day(monday: Date, at: isize) -> Date {
    let week = WEEK.cast_signed();
    let days = at.div_euclid(week) * 7 + at.rem_euclid(week);
    monday.saturating_add((days as i64).days())
}

fn time_of(slot: usize) -> Time {
    OPENS.saturating_add((slot as i64 * MINUTES).minutes())
}

/// The patients of one moment, who are all different.
fn patient(patients: usize, first: usize, place: usize) -> usize {
    1 + (first + place * APART) % patients
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2027, 5, 24);

    fn visits(size: usize) -> Vec<Visit> {
        let calendar = Calendar::new(1, size, 20_000, TODAY);
        let zone = HospitalZone::default();
        let days = (0..calendar.days()).flat_map(|day| calendar.day(&zone, day));
        days.flatten().collect()
    }

    #[test]
    fn there_are_as_many_as_were_asked_for_and_the_same_ones() {
        for size in [1000, 1234, 30_000] {
            assert_eq!(visits(size).len(), size);
        }
        assert_eq!(format!("{:?}", visits(1000)), format!("{:?}", visits(1000)));
    }

    #[test]
    fn nobody_is_in_two_places_and_some_are_squeezed_in() {
        let all = visits(30_000);
        let (mut doctors, mut patients) = (HashSet::new(), HashSet::new());
        for visit in &all {
            assert!(
                patients.insert((visit.patient, visit.starts_at)),
                "{visit:?}"
            );
            let free = visit.overbooked || doctors.insert((visit.doctor, visit.starts_at));
            assert!(free, "{visit:?}");
        }
        let squeezed = all.iter().filter(|visit| visit.overbooked).count();
        assert!((250..=300).contains(&squeezed), "{squeezed}");
        for status in [
            Cancelled, CheckedIn, Completed, InProgress, NoShow, Pending, Scheduled,
        ] {
            let some = all.iter().any(|visit| visit.status == status);
            assert!(some, "{status:?}");
        }
    }

    #[test]
    fn free_slots_are_free() {
        let last = visits(30_000).iter().map(|visit| visit.date).max();
        let (mut doctors, mut patients) = (HashSet::new(), HashSet::new());
        for free in free(TODAY, 20_000, 50_000) {
            assert!(Some(free.date) > last);
            assert!(doctors.insert((free.doctor, free.date, free.time)));
            assert!(patients.insert((free.patient, free.date, free.time)));
        }
    }
}
