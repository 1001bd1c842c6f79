//! Whole days of several doctors at once: their hours, what is taken and what is free, in a handful of queries
//! however many doctors and days are shown.

use std::collections::HashMap;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};
use kernel::{BuiltinRole, HospitalZone};
use platform::cx::{Cx, among, column};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::texts::Text;
use sea_query::{Condition, Expr, ExprTrait, Order, Query};

use crate::hours::{self, Hours, Plan, USUAL_SLOT};
use crate::migrations::occupies;
use crate::offer::OfferStatus;
use crate::slot::{LONGEST, Span};

/// Doctors that are shown at once.
const DOCTORS: u64 = 40;
/// Where no hours are written down, slots are offered from this hour on.
const MORNING: Time = Time::constant(8, 0, 0, 0);

/// A doctor who can be booked.
pub(crate) struct Doctor {
    pub(crate) id: i64,
    pub(crate) name: String,
}

/// Everybody who can be booked, by name.
pub(crate) async fn doctors(cx: &mut Cx) -> Result<Vec<Doctor>, Error> {
    let mut query = Query::select();
    query
        .columns(["id", "username", "first_name", "last_name"])
        .from("app_user")
        .cond_where(sees_patients())
        .and_where(column("app_user", "is_active").eq(true))
        .order_by("last_name", Order::Asc)
        .order_by("id", Order::Asc)
        .limit(DOCTORS);
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, String, String, String)> = cx
        .unscoped("who is a doctor here is no secret")
        .all(statement)
        .await?;
    let named = rows.into_iter().map(|(id, username, first, last)| {
        let full = [first.as_str(), " ", last.as_str()].concat();
        let name = match full.trim() {
            "" => username,
            full => full.to_owned(),
        };
        Doctor { id, name }
    });
    Ok(named.collect())
}

/// Doctors, and administrators who wrote down hours of their own.
fn sees_patients() -> Condition {
    let mut hours = Query::select();
    hours.column("doctor").from("doctor_schedule");
    let role = || column("app_user", "role");
    let with_hours = Condition::all()
        .add(role().eq(BuiltinRole::Admin.id()))
        .add(column("app_user", "id").in_subquery(hours));
    Condition::any()
        .add(role().eq(BuiltinRole::Doctor.id()))
        .add(with_hours)
}

type Weekly = (i64, i64, Time, Time, i64, Option<Date>, Option<Date>);
type Exception = (i64, Date, Option<Date>, bool, Option<Time>, Option<Time>);

/// What is known of some doctors and days.
pub(crate) struct Agenda {
    weekly: Vec<Weekly>,
    exceptions: Vec<Exception>,
    taken: HashMap<i64, Vec<Span>>,
}

/// What can still be booked of a doctor's day.
pub(crate) enum Open {
    /// Hours are written down, and none on this day.
    Away,
    /// These slots; whether hours are written down.
    Slots(Vec<Span>, bool),
}

impl Open {
    pub(crate) fn slots(&self) -> &[Span] {
        match self {
            Open::Away => &[],
            Open::Slots(slots, _) => slots,
        }
    }
}

/// Reads the days from `first` to `last` of some doctors.
pub(crate) async fn read(
    cx: &mut Cx,
    doctors: &[i64],
    first: Date,
    last: Date,
) -> Result<Agenda, Error> {
    let dialect = cx.dialect();
    let mut weekly = Query::select();
    weekly
        .columns([
            "doctor",
            "weekday",
            "start",
            "end",
            "slot_minutes",
            "valid_from",
            "valid_until",
        ])
        .from("doctor_schedule")
        .and_where(among(dialect, column("doctor_schedule", "doctor"), doctors))
        .order_by("start", Order::Asc)
        .order_by("id", Order::Asc);
    let mut exceptions = Query::select();
    exceptions
        .columns(["doctor", "date", "date_to", "closed", "start", "end"])
        .from("schedule_exception")
        .and_where(among(
            dialect,
            column("schedule_exception", "doctor"),
            doctors,
        ))
        .and_where(
            column("schedule_exception", "date")
                .gte(first.to_value())
                .or(column("schedule_exception", "date_to").gte(first.to_value())),
        )
        .and_where(column("schedule_exception", "date").lte(last.to_value()))
        .order_by("id", Order::Asc);
    let (from, to) = bounds(cx, first, last)?;
    let mut taken = Query::select();
    taken
        .columns(["doctor", "starts_at", "ends_at"])
        .from("appointment")
        .and_where(among(dialect, column("appointment", "doctor"), doctors))
        .and_where(
            column("appointment", "starts_at")
                .gt((from - SignedDuration::from_mins(LONGEST)).to_value()),
        )
        .and_where(column("appointment", "starts_at").lt(to.to_value()))
        .and_where(column("appointment", "ends_at").gt(from.to_value()))
        .and_where(column("appointment", "overbooked").eq(false))
        .and_where(Expr::cust(occupies!()));
    let mut offered = Query::select();
    offered
        .columns(["doctor", "starts_at", "ends_at"])
        .from("slot_offer")
        .and_where(among(dialect, column("slot_offer", "doctor"), doctors))
        .and_where(column("slot_offer", "status").eq(OfferStatus::Open.as_str()))
        .and_where(column("slot_offer", "expires_at").gt(cx.now().to_value()))
        .and_where(column("slot_offer", "starts_at").lt(to.to_value()))
        .and_where(column("slot_offer", "ends_at").gt(from.to_value()));
    let offered = Statement::build(dialect, &offered);
    let weekly = Statement::build(dialect, &weekly);
    let exceptions = Statement::build(dialect, &exceptions);
    let taken = Statement::build(dialect, &taken);
    const HOURS: &str = "a doctor's hours are no secret";
    let weekly: Vec<Weekly> = cx.unscoped(HOURS).all(weekly).await?;
    let exceptions: Vec<Exception> = cx.unscoped(HOURS).all(exceptions).await?;
    let rows: Vec<(i64, Timestamp, Timestamp)> = cx
        .unscoped("that a doctor is taken says nothing about whom they see")
        .all(taken)
        .await?;
    let offered: Vec<(i64, Timestamp, Timestamp)> = cx
        .unscoped("time is offered whoever may see to whom")
        .all(offered)
        .await?;
    let mut taken: HashMap<i64, Vec<Span>> = HashMap::new();
    for (doctor, from, to) in rows.into_iter().chain(offered) {
        taken.entry(doctor).or_default().push(Span { from, to });
    }
    Ok(Agenda {
        weekly,
        exceptions,
        taken,
    })
}

/// From the first moment of one day to the last of another.
pub(crate) fn bounds(cx: &Cx, first: Date, last: Date) -> Result<(Timestamp, Timestamp), Error> {
    let out = |_| Error::field("date", Text::new("scheduling-date-range"));
    let from = cx.app.zone.day_bounds(first).map_err(out)?.0;
    let to = cx.app.zone.day_bounds(last).map_err(out)?.1;
    Ok((from, to))
}

impl Agenda {
    fn plan(&self, doctor: i64, date: Date) -> Plan {
        let today = i64::from(date.weekday().to_monday_zero_offset());
        let own = self.weekly.iter().filter(|row| {
            row.0 == doctor
                && row.5.is_none_or(|from| from <= date)
                && row.6.is_none_or(|until| until >= date)
        });
        let own: Vec<&Weekly> = own.collect();
        Plan {
            has_schedule: !own.is_empty(),
            weekly: own
                .iter()
                .filter(|row| row.1 == today)
                .map(|row| (row.2, row.3, row.4))
                .collect(),
            exceptions: self
                .exceptions
                .iter()
                .filter(|row| row.0 == doctor && (row.1..=row.2.unwrap_or(row.1)).contains(&date))
                .map(|row| row.4.zip(row.5).filter(|_| !row.3))
                .collect(),
        }
    }

    /// What can still be booked of a day.
    pub(crate) fn open(
        &self,
        zone: &HospitalZone,
        doctor: i64,
        date: Date,
        now: Timestamp,
    ) -> Open {
        let plan = |day: Date| self.plan(doctor, day).hours(zone, day);
        let planned = plan(date);
        let written = planned.is_some();
        let today = planned.unwrap_or_else(|| any_time(zone, date));
        // Hours over midnight have a part in both days; only of a day with hours of its own is that known.
        let before = date.yesterday().ok().and_then(plan).filter(|_| written);
        let after = date.tomorrow().ok().and_then(plan);
        let hours = hours::open(zone, date, [before, Some(today), after]);
        if written && hours.day.is_empty() {
            return Open::Away;
        }
        let none = Vec::new();
        let taken = self.taken.get(&doctor).unwrap_or(&none);
        Open::Slots(hours::free(zone, &hours, taken, None, now), written)
    }

    /// Up to `most` free slots of a doctor, those nearest to a moment first; among the days that were read.
    pub(crate) fn nearest(
        &self,
        zone: &HospitalZone,
        (doctor, first, days): (i64, Date, i32),
        (around, now): (Timestamp, Timestamp),
        most: usize,
    ) -> Vec<Span> {
        let mut all: Vec<Span> = (0..days)
            .filter_map(|ahead| first.checked_add(ahead.days()).ok())
            .flat_map(|date| self.open(zone, doctor, date, now).slots().to_vec())
            .collect();
        all.sort_by_key(|slot| slot.from.duration_since(around).abs());
        all.truncate(most);
        all.sort_unstable();
        all
    }
}

/// The day of a doctor whose hours nobody wrote down.
fn any_time(zone: &HospitalZone, date: Date) -> Vec<Hours> {
    let Ok((_, to)) = zone.day_bounds(date) else {
        return Vec::new();
    };
    let Ok(from) = zone.to_utc(date, MORNING) else {
        return Vec::new();
    };
    vec![Hours {
        span: Span { from, to },
        slot_minutes: USUAL_SLOT,
    }]
}
