//! The appointment: a patient, a doctor, a time, and how far it has come.

use platform::record::Column;
use platform::resource::{Change, Said};
use std::collections::HashMap;

use identity::user::User;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use kernel::{BuiltinRole, Code};
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::db::ToValue;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::http::call::{Call, yes_or_no};
use platform::module::PatientColumn;
use platform::record::Body;
use platform::resource::Resource;
use platform::seal::Sealed;
use platform::serde_json::Value as Json;
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::{Condition, Expr, ExprTrait};
use serde::Serialize;

use crate::booking::{self, BookingChange};
use crate::migrations::{ONE_PLACE_AT_A_TIME, awaited};
use crate::slot::{self, Span};
use crate::state::{AppointmentStatus, Stages, step};
use crate::{affected, hours, news, own_patients, queue};

platform::record! {
    /// A time at which a patient and a doctor meet. Appointments of one doctor, and of one patient, never overlap; those that touch are fine.
    pub struct Appointment in "appointment" for patient {
        client {
            /// The patient who is seen.
            patient: Ref<Patient>,
            /// The doctor: an active user with the role Doctor, or an administrator who has hours.
            doctor: Ref<User>,
            /// The day (`YYYY-MM-DD`), in the time zone of the hospital.
            date: Date,
            /// The time of day, where the hospital is. One that comes twice, as clocks go back, is the first; one that never comes, as clocks go forward, is refused.
            time: Time,
            /// How long it takes, in minutes: 1 to 1440. When it is left out: a slot of the doctor's hours at that time, else 15.
            duration_minutes: i64 = 15,
            /// How far it has come. A change is checked like the verb of the same name. Nobody has come before the visit's day, and nobody has failed to come before it began (409 `too_early`). A PUT that says `scheduled` leaves it as it is: clients write whole records back, and some know no other word; PATCH and the verbs change it.
            status: AppointmentStatus = AppointmentStatus::Scheduled,
            /// Why the patient comes. A visit that is given to another patient keeps it only when it is said again.
            reason: Sealed<Blank<2000>>,
            /// Anything else that the doctor or the front desk should know. A visit that is given to another patient keeps it only when it is said again.
            notes: Sealed<Blank<65536>>,
            /// True for an appointment that is squeezed in: it neither blocks the doctor's time nor is blocked by it. Needs the permission `appointments:overbook`.
            overbooked: bool = false,
            /// True for a visit that is booked after its time is over; without it such a time is refused as a typing mistake, unless the status says what came of it.
            noted_afterwards: bool = false,
        }
        server {
            /// When it begins, in UTC: `date` and `time` at the hospital.
            starts_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// When it ends, in UTC: the first moment that is free again.
            ends_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// Number in the doctor's queue of the day, given at check-in; null before.
            queue_number: Option<i64> = None,
            /// When the patient was checked in, in UTC; null before.
            checked_in_at: Option<Timestamp> = None,
            /// When the visit began, in UTC; null before.
            started_at: Option<Timestamp> = None,
            /// When the visit was completed, in UTC; null before.
            completed_at: Option<Timestamp> = None,
            /// When the patient said that they come. A visit that is moved, or made again, is confirmed anew.
            confirmed_at: Option<Timestamp> = None,
            /// When somebody who had come left without being seen, in UTC; such a visit is a `no_show`.
            left_at: Option<Timestamp> = None,
            /// Why it was cancelled, as `cancel/` was told.
            cancel_reason: Sealed<Blank<500>> = Sealed::new(Blank::default()),
            /// The `id` of the first appointment of the series that it belongs to; null for one that stands alone.
            series: Option<i64> = None,
        }
        hidden {
            /// Somebody who reaches only their own patients booked it with themselves.
            own_booking: bool = false,
            /// How often a step was taken back by `undo/`.
            taken_back: i64 = 0,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct AppointmentExtra {
    /// The patient's given and family name.
    pub patient_name: String,
    /// The doctor's name.
    pub doctor_name: String,
}

impl Appointment {
    /// The time it takes up.
    pub fn span(&self) -> Span {
        Span {
            from: self.starts_at,
            to: self.ends_at,
        }
    }

    /// When its stages were reached.
    pub fn stages(&self) -> Stages {
        Stages {
            checked_in_at: self.checked_in_at,
            started_at: self.started_at,
            completed_at: self.completed_at,
            left_at: self.left_at,
        }
    }
}

/// The verbs' common refusal.
pub(crate) fn not_from(status: AppointmentStatus) -> Error {
    Error::refuse(
        Code::StateConflict,
        Text::new("state-conflict").with("state", status.as_str()),
    )
    .with("status", status.as_str())
}

impl Resource for Appointment {
    const PATH: &'static str = "appointments";
    const PATIENT_DATA: bool = true;
    const PATIENT_CHANGES: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const ALIASES: &'static [(&'static str, Column<Self>)] = &[
        ("appointment_date", Appointment::date),
        ("appointment_time", Appointment::time),
    ];
    const FILTERS: &'static [Column<Self>] = &[
        Appointment::patient,
        Appointment::doctor,
        Appointment::date,
        Appointment::status,
        Appointment::starts_at,
        Appointment::series,
    ];
    const OWN_FILTERS: &'static [&'static str] = &["upcoming", "affected"];
    const FILTERS_FIND: &'static [(&'static str, &'static str)] = &[
        ("upcoming", "With `true`, those still to come only."),
        (
            "affected",
            "With `true`, those still to come on days on which the doctor is away or has other hours: whom to call.",
        ),
    ];
    const ORDERING: &'static [Column<Self>] = &[
        Appointment::date,
        Appointment::time,
        Appointment::starts_at,
        Appointment::status,
    ];
    const LIST: &'static [Column<Self>] = &[
        Appointment::date,
        Appointment::time,
        Appointment::patient,
        Appointment::doctor,
        Appointment::duration_minutes,
        Appointment::status,
        Appointment::queue_number,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "",
            &[
                Appointment::patient,
                Appointment::doctor,
                Appointment::reason,
                Appointment::notes,
            ],
        ),
        (
            "group-when",
            &[
                Appointment::date,
                Appointment::time,
                Appointment::duration_minutes,
                Appointment::status,
                Appointment::overbooked,
                Appointment::noted_afterwards,
            ],
        ),
    ];
    type Extra = AppointmentExtra;

    fn access() -> Access {
        use BuiltinRole::{
            Admin, Cashier, Doctor, LabTechnician, Nurse, Patient, Pharmacist, Receptionist,
        };
        Access::nobody()
            .roles(&[Admin, Doctor, Receptionist], "crud")
            .role(Nurse, "cru")
            .roles(&[Pharmacist, LabTechnician, Cashier, Patient], "r")
    }

    fn called(&self) -> Vec<Said> {
        vec![Said::Day(self.date), Said::Clock(self.time)]
    }

    fn scope(grant: &Grant) -> Scope {
        reach("appointment", "patient", grant)
    }

    fn patient_column() -> Option<PatientColumn> {
        Some(PatientColumn {
            table: "appointment",
            column: "patient",
            unique_with: &[],
            apart: Some(ONE_PLACE_AT_A_TIME),
            label: Self::PATH,
        })
    }

    fn usual_order(call: &Call) -> &'static str {
        let upcoming = call.query("upcoming").is_some_and(|text| {
            !text.is_empty() && yes_or_no("upcoming", text).unwrap_or_default()
        });
        if upcoming { "starts_at" } else { Self::ORDER }
    }

    /// A client that knows no other state than `scheduled` sends it for every other.
    fn written_back(before: &Self, body: &mut Body) {
        let said = body.0.get("status").and_then(Json::as_str);
        let scheduled = AppointmentStatus::Scheduled;
        if said.and_then(AppointmentStatus::from_text) == Some(scheduled)
            && before.status != scheduled
        {
            body.0.remove("status");
        }
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &mut *change.row;
        let was = before.map_or(AppointmentStatus::Scheduled, |before| before.status);
        if before.is_some_and(|before| before.patient != row.patient) {
            // What was written of one patient is not the other's.
            if !change.body.0.contains_key("reason") {
                row.reason = Sealed::new(Blank::default());
            }
            if !change.body.0.contains_key("notes") {
                row.notes = Sealed::new(Blank::default());
            }
        }
        if before.is_none() && !change.body.0.contains_key("duration_minutes") {
            row.duration_minutes = hours::slot(cx, row.doctor.get(), row.date, row.time).await?;
        }
        // An old record may lie at a time that could not be chosen today; it is left alone.
        if before.is_none_or(|before| moved(before, row)) {
            let span = slot::span(&cx.app.zone, row.date, row.time, row.duration_minutes)?;
            (row.starts_at, row.ends_at) = (span.from, span.to);
        }
        if before.is_some_and(|before| before.taken_back != row.taken_back) {
            // Taken back by the verb, which knows how far.
        } else if row.status != was {
            let stages =
                step(was, row.status, row.stages(), cx.now()).ok_or_else(|| not_from(was))?;
            booking::check_moment(cx, row)?;
            row.checked_in_at = stages.checked_in_at;
            row.started_at = stages.started_at;
            row.completed_at = stages.completed_at;
            row.left_at = stages.left_at;
            if row.status.is_open() {
                row.queue_number = None;
                row.cancel_reason = Sealed::new(Blank::default());
            }
        }
        if before.is_none_or(|before| before.doctor != row.doctor || before.patient != row.patient)
        {
            row.own_booking =
                own_patients::books_own(cx, row.patient.get(), row.doctor.get()).await?;
        }
        if before.is_some_and(|before| unconfirms(before, row)) {
            row.confirmed_at = None;
        }
        booking::check(cx, row, before).await?;
        if row.status != was && row.status == AppointmentStatus::CheckedIn {
            row.queue_number = Some(queue::next_number(cx, row.doctor.get(), row.date).await?);
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &*change.row;
        news::spread(cx, &BookingChange { before, row }).await
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        news::removed(cx, row).await
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<AppointmentExtra>, Error> {
        let patients = patients::names(cx, rows.iter().map(|row| row.patient.get())).await?;
        let doctors = identity::names(cx, rows.iter().map(|row| row.doctor.get())).await?;
        let of = |names: &HashMap<i64, String>, id| names.get(&id).cloned().unwrap_or_default();
        let extras = rows.iter().map(|row| AppointmentExtra {
            patient_name: of(&patients, row.patient.get()),
            doctor_name: of(&doctors, row.doctor.get()),
        });
        Ok(extras.collect())
    }

    fn filter(cx: &Cx, name: &str, value: &str) -> Result<Condition, Error> {
        Ok(match (yes_or_no(name, value)?, name) {
            (false, _) => Condition::all(),
            (true, "affected") => upcoming(cx).add(affected::condition()),
            (true, _) => upcoming(cx),
        })
    }
}

/// What the patient agreed to is no longer what is agreed.
fn unconfirms(before: &Appointment, row: &Appointment) -> bool {
    let again = row.status.is_open() && !before.status.is_open();
    again || before.starts_at != row.starts_at || before.patient != row.patient
}

/// What is still to come.
pub fn upcoming(cx: &Cx) -> Condition {
    Condition::all()
        .add(Appointment::starts_at.gte(cx.now().to_value()))
        // Word for word as the index has it, which the planner does not recognise otherwise.
        .add(Expr::cust(awaited!()))
}

/// Another time of the clock or another length.
pub(crate) fn moved(before: &Appointment, row: &Appointment) -> bool {
    before.date != row.date
        || before.time != row.time
        || before.duration_minutes != row.duration_minutes
}
