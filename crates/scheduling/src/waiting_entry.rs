//! `waiting-list/`: who would come earlier, or at all, if a time became free.

use std::collections::HashMap;

use identity::user::User;
use jiff::civil::{Date, Time};
use kernel::BuiltinRole::{Admin, Doctor, Nurse, Patient as PatientRole, Receptionist};
use kernel::Code;
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Line, Ref};
use platform::module::PatientColumn;
use platform::record::{Column, Record};
use platform::resource::{Change, Resource, change_by};
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::{One, Verb};
use schemars::JsonSchema;
use serde::Serialize;

use crate::appointment::Appointment;
use crate::booking::check_doctor;
use crate::slot::LONGEST;

platform::choice! {
    /// Where somebody on the waiting list stands.
    pub enum WaitingStatus {
        /// Waits for a time.
        Waiting = "waiting",
        /// A time is offered to them.
        Offered = "offered",
        /// They took a time.
        Booked = "booked",
        /// They wait no longer.
        Removed = "removed",
    }
}

platform::record! {
    /// Somebody who waits for a time of a doctor. A time that becomes free is offered to the first whom it fits, the urgent ones before the others.
    pub struct WaitingEntry in "waiting_entry" for patient {
        client {
            /// The patient who waits.
            patient: Ref<Patient>,
            /// The doctor they wait for; any doctor when null.
            doctor: Option<Ref<User>>,
            /// The first day on which they can come; any when null.
            earliest: Option<Date>,
            /// The last day on which a time is of use to them; any when null.
            latest: Option<Date>,
            /// The time of day from which on they can come; any when null.
            from_time: Option<Time>,
            /// The time of day by which the visit must have begun; any when null.
            to_time: Option<Time>,
            /// How long the visit takes, in minutes: 1 to 1440.
            duration_minutes: i64 = 15,
            /// Whether they come before those who are not urgent.
            urgent: bool = false,
            /// Why the patient comes. A wish that is given to another patient keeps it only when it is said again.
            reason: Sealed<Blank<2000>>,
        }
        server {
            /// Where they stand.
            status: WaitingStatus = WaitingStatus::Waiting,
            /// The appointment that they got; null before.
            appointment: Option<Ref<Appointment>> = None,
        }
        hidden {
            /// Doctor, days and times as one text while somebody waits, which is unique for the patient; null afterwards.
            wish: Option<Line<100>> = None,
        }
    }
}

impl WaitingEntry {
    /// What is waited for.
    fn as_wished(&self) -> Line<100> {
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let time = |time: Option<Time>| time.map(|time| time.to_string()).unwrap_or_default();
        let doctor = self.doctor.map(|doctor| doctor.get().to_string());
        let parts = [
            doctor.unwrap_or_default(),
            day(self.earliest),
            day(self.latest),
            time(self.from_time),
            time(self.to_time),
        ];
        Line::cut(&parts.join(" "))
    }
}

/// Refuses what the patient waits for already.
async fn alone(cx: &mut Cx, row: &WaitingEntry) -> Result<(), Error> {
    let Some(wish) = &row.wish else { return Ok(()) };
    let patient = row.patient.get();
    cx.take_turn(&[("waiting", patient)]).await?;
    let found: Option<(i64,)> = cx
        .unscoped("whoever may write somebody down is told that they wait already")
        .optional(Statement::raw(
            "SELECT id FROM waiting_entry WHERE patient = $1 AND wish = $2 AND id <> $3",
            values([&patient, &wish.to_string(), &row.meta.id]),
        ))
        .await?;
    let Some((id,)) = found else { return Ok(()) };
    cx.saw(WaitingEntry::NAME, id, Some(patient));
    let text = Text::new("scheduling-waits-already").with("id", id);
    Err(Error::refuse(Code::AlreadyRecorded, text)
        .with("id", id)
        .with("path", format!("{}/{id}/", WaitingEntry::PATH)))
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct WaitingNames {
    /// The patient's given and family name.
    pub patient_name: String,
    /// The doctor's name; empty for any doctor.
    pub doctor_name: String,
}

impl Resource for WaitingEntry {
    const PATH: &'static str = "waiting-list";
    const VERBS: &'static str = "cru";
    const PATIENT_DATA: bool = true;
    const PATIENT_CHANGES: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        WaitingEntry::patient,
        WaitingEntry::doctor,
        WaitingEntry::status,
        WaitingEntry::urgent,
    ];
    const ORDER: &'static str = "id";
    const FOLLOWS: &'static [Column<Self>] = &[WaitingEntry::appointment, WaitingEntry::patient];
    const LIST: &'static [Column<Self>] = &[
        WaitingEntry::patient,
        WaitingEntry::doctor,
        WaitingEntry::earliest,
        WaitingEntry::latest,
        WaitingEntry::urgent,
        WaitingEntry::status,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "",
            &[
                WaitingEntry::patient,
                WaitingEntry::doctor,
                WaitingEntry::reason,
                WaitingEntry::duration_minutes,
                WaitingEntry::urgent,
            ],
        ),
        (
            "group-when",
            &[
                WaitingEntry::earliest,
                WaitingEntry::latest,
                WaitingEntry::from_time,
                WaitingEntry::to_time,
            ],
        ),
    ];
    type Extra = WaitingNames;

    fn access() -> Access {
        Access::nobody()
            .roles(&[Admin, Receptionist, Doctor, Nurse], "cru")
            .role(PatientRole, "r")
    }

    fn scope(grant: &Grant) -> Scope {
        reach("waiting_entry", "patient", grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let row = &*change.row;
        let mut faults = Faults::new();
        if !(1..=LONGEST).contains(&row.duration_minutes) {
            let text = Text::new("scheduling-duration").with("max", LONGEST);
            faults.say("duration_minutes", text);
        }
        if row
            .earliest
            .zip(row.latest)
            .is_some_and(|(from, to)| to < from)
        {
            faults.say("latest", Text::new("scheduling-end-before-start"));
        }
        if row
            .from_time
            .zip(row.to_time)
            .is_some_and(|(from, to)| to < from)
        {
            faults.say("to_time", Text::new("scheduling-end-before-start"));
        }
        faults.into_result()?;
        if change
            .before
            .is_none_or(|before| before.patient != row.patient)
        {
            patients::check_current(cx, row.patient.get()).await?;
        }
        if let Some(doctor) = row.doctor
            && change
                .before
                .is_none_or(|before| before.doctor != row.doctor)
        {
            check_doctor(cx, doctor.get()).await?;
        }
        let row = &mut *change.row;
        // What was written of one patient is not the other's.
        if change
            .before
            .is_some_and(|before| before.patient != row.patient)
            && !change.body.0.contains_key("reason")
        {
            row.reason = Sealed::new(Blank::default());
        }
        let waits = matches!(row.status, WaitingStatus::Waiting | WaitingStatus::Offered);
        row.wish = waits.then(|| row.as_wished());
        alone(cx, row).await
    }

    /// Two records of one person may wait for the same.
    fn patient_column() -> Option<PatientColumn> {
        Some(PatientColumn {
            table: WaitingEntry::TABLE,
            column: "patient",
            unique_with: &["wish"],
            apart: None,
            label: WaitingEntry::PATH,
        })
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<WaitingNames>, Error> {
        let patients = patients::names(cx, rows.iter().map(|row| row.patient.get())).await?;
        let doctors = rows
            .iter()
            .filter_map(|row| row.doctor.map(|doctor| doctor.get()));
        let doctors = identity::names(cx, doctors).await?;
        let of = |names: &HashMap<i64, String>, id| names.get(&id).cloned().unwrap_or_default();
        let names = rows.iter().map(|row| WaitingNames {
            patient_name: of(&patients, row.patient.get()),
            doctor_name: row
                .doctor
                .map(|doctor| of(&doctors, doctor.get()))
                .unwrap_or_default(),
        });
        Ok(names.collect())
    }
}

/// `POST waiting-list/{id}/remove/`.
pub(crate) struct Remove;

impl Verb for Remove {
    type On = WaitingEntry;
    type Input = ();
    type Answer = One<WaitingEntry>;
    const NAME: &'static str = "remove";
    const SUMMARY: &'static str = "Take somebody off the waiting list";
    const DESCRIPTION: &'static str =
        "An offer that they have must be answered or withdrawn first.";

    fn access() -> Access {
        Access::may(&[Admin, Receptionist, Doctor, Nurse, PatientRole])
    }

    fn offered(row: &WaitingEntry) -> bool {
        row.status == WaitingStatus::Waiting
    }

    fn not_offered(row: &WaitingEntry) -> Error {
        let text = Text::new("state-conflict").with("state", row.status.as_str());
        Error::refuse(Code::StateConflict, text).with("status", row.status.as_str())
    }

    async fn run(cx: &mut Cx, held: WaitingEntry, _: ()) -> Result<One<WaitingEntry>, Error> {
        change_by(cx, held, |row| row.status = WaitingStatus::Removed)
            .await
            .map(One)
    }
}
