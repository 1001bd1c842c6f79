//! A doctor's weekly hours.

use identity::user::User;
use jiff::civil::{Date, Time, Weekday};
use kernel::{BuiltinRole, Reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, column, values};
use platform::db::Statement;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::Ref;
use platform::record::Column;
use platform::resource::Resource;
use platform::resource::{Change, Said};
use platform::texts::Text;
use sea_query::{Condition, ExprTrait};

use crate::booking::check_may_have_hours;
use crate::hours::USUAL_SLOT;
use crate::schedule_exception::{overlap, recorded};
use crate::slot::LONGEST;

platform::record! {
    /// Hours of a doctor that come back every week. A doctor without any can be booked at any time; with one in force on a day, bookings outside of it are refused unless they are overbooked.
    pub struct DoctorSchedule in "doctor_schedule" {
        client {
            /// The doctor whose hours they are: an active user with the role Doctor, or an administrator who sees patients
            /// as well.
            doctor: Ref<User>,
            /// Day of the week: 0 is Monday, 6 is Sunday.
            weekday: i64,
            /// Time of day at which the hours begin, in the time zone of the hospital.
            start: Time,
            /// When they end. An end before the start is on the next day, as in a night shift from 22:00 to 06:00; 00:00 is midnight at the end of the day.
            end: Time,
            /// Length of a slot in minutes, 1 to 1440.
            slot_minutes: i64 = USUAL_SLOT,
            /// First day on which the hours hold; always when null.
            valid_from: Option<Date>,
            /// Last day on which the hours hold; without end when null.
            valid_until: Option<Date>,
        }
        server {}
        hidden {}
    }
}

/// The desk writes everybody's hours, a doctor their own; all staff read them.
pub(crate) fn access() -> Access {
    use BuiltinRole::{Admin, Cashier, Doctor, LabTechnician, Nurse, Pharmacist, Receptionist};
    Access::nobody()
        .roles(&[Admin, Receptionist], "crud")
        .reach(Doctor, "cud", Reach::Own)
        .roles(&[Doctor, Nurse, Pharmacist, LabTechnician, Cashier], "r")
}

/// Everybody's rows, or those of the doctor who asks.
pub(crate) fn scope(table: &'static str, grant: &Grant) -> Scope {
    match grant.reach {
        Reach::All => Scope::All,
        Reach::Assigned | Reach::Own => {
            Scope::Where(Condition::all().add(column(table, "doctor").eq(grant.user)))
        }
        Reach::None => Scope::Nothing,
    }
}

/// A stretch of some length: an end that does not come after the start is that of the next day.
pub(crate) fn in_order(start: Time, end: Time) -> bool {
    end == Time::midnight() || start != end
}

/// Refuses hours that overlap others of the same weekday while both hold.
async fn alone(cx: &mut Cx, row: &DoctorSchedule) -> Result<(), Error> {
    let doctor = row.doctor.get();
    cx.take_turn(&[("hours", doctor)]).await?;
    let found: Vec<(i64, Time, Time)> = cx
        .unscoped("a doctor's hours are no secret")
        .all(Statement::raw(
            r#"SELECT id, start, "end" FROM doctor_schedule WHERE doctor = $1 AND id <> $2 AND weekday = $3
               AND (valid_until IS NULL OR valid_until >= coalesce($4, valid_until))
               AND (valid_from IS NULL OR valid_from <= coalesce($5, valid_from)) ORDER BY id LIMIT 100"#,
            values([
                &doctor,
                &row.meta.id,
                &row.weekday,
                &row.valid_from,
                &row.valid_until,
            ]),
        ))
        .await?;
    let same = found
        .into_iter()
        .find(|(_, start, end)| overlap((row.start, row.end), (*start, *end)));
    match same {
        None => Ok(()),
        Some((id, ..)) => Err(recorded("doctor-schedules", id)),
    }
}

impl Resource for DoctorSchedule {
    const PATH: &'static str = "doctor-schedules";
    const FILTERS: &'static [Column<Self>] = &[DoctorSchedule::doctor, DoctorSchedule::weekday];
    const ORDERING: &'static [Column<Self>] = &[DoctorSchedule::doctor, DoctorSchedule::weekday];
    const LIST: &'static [Column<Self>] = &[
        DoctorSchedule::doctor,
        DoctorSchedule::weekday,
        DoctorSchedule::start,
        DoctorSchedule::end,
        DoctorSchedule::slot_minutes,
        DoctorSchedule::valid_from,
        DoctorSchedule::valid_until,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "group-when",
            &[
                DoctorSchedule::doctor,
                DoctorSchedule::weekday,
                DoctorSchedule::start,
                DoctorSchedule::end,
                DoctorSchedule::slot_minutes,
            ],
        ),
        (
            "group-validity",
            &[DoctorSchedule::valid_from, DoctorSchedule::valid_until],
        ),
    ];
    type Extra = ();

    fn access() -> Access {
        access()
    }

    fn called(&self) -> Vec<Said> {
        let hours = format!(
            "{}–{}",
            self.start.strftime("%H:%M"),
            self.end.strftime("%H:%M")
        );
        let weekday = i8::try_from(self.weekday).map(Weekday::from_monday_zero_offset);
        let weekday = weekday.ok().and_then(Result::ok).map(Said::Weekday);
        weekday.into_iter().chain([Said::Words(hours)]).collect()
    }

    fn scope(grant: &Grant) -> Scope {
        scope("doctor_schedule", grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &mut *change.row;
        let mut faults = Faults::new();
        if !(0..=6).contains(&row.weekday) {
            faults.say("weekday", Text::new("scheduling-weekday"));
        }
        if !in_order(row.start, row.end) {
            faults.say("end", Text::new("scheduling-empty-hours"));
        }
        if !(1..=LONGEST).contains(&row.slot_minutes) {
            let text = Text::new("scheduling-duration").with("max", LONGEST);
            faults.say("slot_minutes", text);
        }
        if let (Some(from), Some(until)) = (row.valid_from, row.valid_until)
            && until < from
        {
            faults.say("valid_until", Text::new("scheduling-end-before-start"));
        }
        faults.into_result()?;
        if before.is_none_or(|before| before.doctor != row.doctor) {
            check_may_have_hours(cx, row.doctor.get()).await?;
        }
        alone(cx, row).await
    }
}
