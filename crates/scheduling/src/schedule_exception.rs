//! Days on which a doctor has other hours, or none.

use identity::user::User;
use jiff::ToSpan;
use jiff::civil::{Date, Time};
use kernel::Code;
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::Column;
use platform::resource::Resource;
use platform::resource::{Change, Said};
use platform::seal::Sealed;
use platform::texts::Text;

use crate::affected::{self, Affected};
use crate::booking::check_doctor;
use crate::doctor_schedule::{self, in_order};

platform::record! {
    /// A day on which a doctor has other hours than every week, or none. Several on one day are several stretches of hours, unless one says closed. Appointments that were made before stay.
    pub struct ScheduleException in "schedule_exception" {
        client {
            /// The doctor whose day it is: an active user with the role Doctor.
            doctor: Ref<User>,
            /// The day (`YYYY-MM-DD`) on which other hours hold.
            date: Date,
            /// The last of several days on which the same holds, such as a leave; null for one day.
            date_to: Option<Date>,
            /// Whether the doctor is away the whole day; true when no hours are given.
            closed: bool = false,
            /// Time of day at which the other hours begin; null when the day is closed.
            start: Option<Time>,
            /// When they end. An end before the start is on the next day; 00:00 is midnight at the end of the day.
            end: Option<Time>,
            /// Why the hours differ, such as `conference`.
            reason: Sealed<Blank<500>>,
        }
        server {}
        hidden {}
    }
}

/// Days of one leave at most.
const LONGEST_LEAVE: i32 = 366;

/// Refuses a day that is written down already: closed twice, or hours that overlap.
async fn alone(cx: &mut Cx, row: &ScheduleException) -> Result<(), Error> {
    let doctor = row.doctor.get();
    cx.take_turn(&[("hours", doctor)]).await?;
    let last = row.date_to.unwrap_or(row.date);
    let found: Vec<(i64, bool, Option<Time>, Option<Time>)> = cx
        .unscoped("a doctor's hours are no secret")
        .all(Statement::raw(
            r#"SELECT id, closed, start, "end" FROM schedule_exception WHERE doctor = $1 AND id <> $2
               AND date <= $4 AND coalesce(date_to, date) >= $3 ORDER BY id LIMIT 50"#,
            values([&doctor, &row.meta.id, &row.date, &last]),
        ))
        .await?;
    let hours = row.start.zip(row.end);
    let same = found
        .into_iter()
        .find(|(_, closed, start, end)| match hours {
            None => *closed,
            Some(hours) => start.zip(*end).is_some_and(|other| overlap(hours, other)),
        });
    match same {
        None => Ok(()),
        Some((id, ..)) => Err(recorded("schedule-exceptions", id)),
    }
}

/// Two stretches of one day have a time in common; an end that does not come after the start is that of the next day.
pub(crate) fn overlap(one: (Time, Time), other: (Time, Time)) -> bool {
    let minutes = |(start, end): (Time, Time)| {
        let at = |time: Time| i32::from(time.hour()) * 60 + i32::from(time.minute());
        let (from, to) = (at(start), at(end));
        (from, if to <= from { to + 24 * 60 } else { to })
    };
    let ((from, to), (other_from, other_to)) = (minutes(one), minutes(other));
    from < other_to && other_from < to
}

/// The refusal of what is written down already.
pub(crate) fn recorded(path: &str, id: i64) -> Error {
    let text = Text::new("scheduling-hours-twice").with("id", id);
    Error::refuse(Code::AlreadyRecorded, text)
        .with("id", id)
        .with("path", format!("{path}/{id}/"))
}

impl Resource for ScheduleException {
    const PATH: &'static str = "schedule-exceptions";
    const FILTERS: &'static [Column<Self>] = &[
        ScheduleException::doctor,
        ScheduleException::date,
        ScheduleException::closed,
    ];
    const ORDERING: &'static [Column<Self>] = &[ScheduleException::date];
    const LIST: &'static [Column<Self>] = &[
        ScheduleException::doctor,
        ScheduleException::date,
        ScheduleException::date_to,
        ScheduleException::closed,
        ScheduleException::start,
        ScheduleException::end,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        ("", &[ScheduleException::doctor, ScheduleException::reason]),
        (
            "group-when",
            &[
                ScheduleException::date,
                ScheduleException::date_to,
                ScheduleException::closed,
                ScheduleException::start,
                ScheduleException::end,
            ],
        ),
    ];
    type Extra = Affected;

    fn access() -> Access {
        doctor_schedule::access()
    }

    fn called(&self) -> Vec<Said> {
        vec![Said::Kind, Said::Day(self.date)]
    }

    fn scope(grant: &Grant) -> Scope {
        doctor_schedule::scope("schedule_exception", grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let body = change.body;
        let row = &mut *change.row;
        // Who closes a day need not take its hours away first, and who gives hours opens it.
        if row.closed && body.0.contains_key("closed") {
            (row.start, row.end) = (None, None);
        }
        match (row.start, row.end) {
            (None, None) => row.closed = true,
            (Some(start), Some(end)) if in_order(start, end) => row.closed = false,
            (Some(_), Some(_)) => {
                return Err(Error::field("end", Text::new("scheduling-empty-hours")));
            }
            (Some(_), None) => return Err(Error::field("end", Text::new("required"))),
            (None, Some(_)) => return Err(Error::field("start", Text::new("required"))),
        }
        if row.date_to == Some(row.date) {
            row.date_to = None;
        }
        if let Some(last) = row.date_to {
            let longest = row
                .date
                .checked_add(LONGEST_LEAVE.days())
                .unwrap_or(row.date);
            if last < row.date || last > longest {
                let text = Text::new("scheduling-leave").with("max", LONGEST_LEAVE);
                return Err(Error::field("date_to", text));
            }
        }
        if before.is_none_or(|before| before.doctor != row.doctor) {
            check_doctor(cx, row.doctor.get()).await?;
        }
        alone(cx, row).await
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<Affected>, Error> {
        affected::of(cx, rows).await
    }
}
