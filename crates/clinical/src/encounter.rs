//! The encounter: what a doctor found in a patient, and what they decided.

use std::collections::HashMap;

use identity::user::User;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use kernel::{BuiltinRole, Code, Reach};
use patients::{CareSource, Oneself, Patient, reach};
use platform::access::{Access, Grant, Permission, Scope};
use platform::cx::{Cx, among, select, values};
use platform::db::{Dialect, Statement};
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::{Column, Record};
use platform::resource::{Change, Resource, Said};
use platform::seal::Sealed;
use platform::texts::Text;
use scheduling::Appointment;
use schemars::JsonSchema;
use sea_query::{Alias, Condition, Expr, ExprTrait, LockType, Query};
use serde::Serialize;
use serde_json::json;

use crate::encounter_doctor::{check_doctor, usual_doctor};
use crate::guideline;
use crate::rules::icd10;

/// Clocks of offline clients may be ahead by this much.
const AHEAD: jiff::SignedDuration = jiff::SignedDuration::from_mins(5);

/// To see the clinical texts and the diagnosis of encounters. Without it an encounter shows only who met
/// whom and when.
pub const READ_TEXT: Permission = Permission::new("encounters", "clinical_text");

platform::choice! {
    /// Whether an encounter can still be changed.
    pub enum EncounterStatus {
        /// Being written.
        Open = "open",
        /// Final: only addenda may follow.
        Signed = "signed",
    }
}

platform::record! {
    /// A consultation: what was found in a patient, and what was decided. A signed encounter is final and
    /// changes only through addenda.
    pub struct Encounter in "encounter" for patient {
        client {
            /// The patient seen.
            patient: Ref<Patient>,
            /// The appointment that it belongs to; null without one.
            appointment: Option<Ref<Appointment>>,
            /// The doctor who saw the patient; the appointment's doctor, else the caller, when it is left out.
            doctor: Option<Ref<User>>,
            /// When the patient was seen; now when it is left out. Not in the future.
            encounter_date: Timestamp = Timestamp::UNIX_EPOCH,
            /// Why the patient came, in their words.
            chief_complaint: Sealed<Blank<2000>>,
            /// History of the present illness.
            presenting_illness_history: Sealed<Blank<65536>>,
            /// Findings of the physical examination.
            physical_examination: Sealed<Blank<65536>>,
            /// The consultation note; clinical text. Whoever posts an encounter writes one; it may be blank in a visit that was begun (`patients/{id}/begin_visit/`).
            notes: Sealed<Blank<65536>>,
            /// The diagnosis in words; `diagnosis_code` holds its code.
            diagnosis: Sealed<Blank<2000>>,
            /// The diagnosis as an ICD-10 or ICD-11 code, such as `I10`; null without one.
            diagnosis_code: Option<Line<16>>,
            /// Treatment, further tests and follow-up.
            treatment_plan: Sealed<Blank<65536>>,
        }
        server {
            /// `open` while it is being written, `signed` when it is final.
            status: EncounterStatus = EncounterStatus::Open,
            /// When it was signed; null while it is open.
            signed_at: Option<Timestamp> = None,
            /// The user who signed; null while it is open.
            signed_by: Option<Ref<User>> = None,
            /// A doctor who reaches only their own patients recorded that they saw somebody who was not: they reach the record until the end of that day, and a person is asked about it.
            own_visit: bool = false,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct EncounterExtra {
    /// The patient's given and family name.
    pub patient_name: String,
    /// The doctor's name.
    pub doctor_name: String,
    /// The day of the appointment; null without one.
    #[schemars(with = "Option<String>")]
    pub appointment_date: Option<Date>,
    /// The time of the appointment; null without one.
    #[schemars(with = "Option<String>")]
    pub appointment_time: Option<Time>,
}

/// The encounter of something that is about to be recorded for it, locked so that it is not signed in
/// between.
///
/// # Errors
/// 404 when it is out of reach, 409 `encounter_signed` when it is signed.
pub async fn hold_open(cx: &mut Cx, id: i64) -> Result<Encounter, Error> {
    let encounter: Encounter = cx.hold(id).await?;
    if encounter.status == EncounterStatus::Signed {
        return Err(signed(&encounter));
    }
    Ok(encounter)
}

/// Refuses a change of what was ordered in an encounter once it is signed. Whoever changes the order need not reach the
/// encounter; it is locked, so that it is not signed in between.
///
/// # Errors
/// 409 `encounter_signed`.
pub async fn check_unsigned(cx: &mut Cx, id: i64) -> Result<(), Error> {
    let mut query = select::<Encounter>();
    query.and_where(Encounter::id.eq(id));
    if cx.dialect() == Dialect::Postgres {
        query.lock(LockType::Share);
    }
    let encounter: Option<Encounter> = cx
        .unscoped("whether an order may change follows from its encounter, whoever reads that")
        .record(query)
        .await?;
    match encounter.filter(|encounter| encounter.status == EncounterStatus::Signed) {
        Some(encounter) => Err(signed(&encounter)),
        None => Ok(()),
    }
}

/// Whether an encounter whose part is shown can still be written into.
///
/// # Errors
/// When the database fails.
pub async fn is_open(cx: &mut Cx, id: i64) -> Result<bool, Error> {
    let statement = Statement::raw(
        "SELECT id FROM encounter WHERE id = $1 AND status = 'open'",
        values([&id]),
    );
    let found: Option<(i64,)> = cx
        .unscoped("the encounter of a record in reach")
        .optional(statement)
        .await?;
    Ok(found.is_some())
}

/// After two records became one, or two again: who has the patient in care follows from the encounters.
pub(crate) async fn refresh_care(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    let statement = Statement::raw(
        "SELECT doctor, min(created_at) FROM encounter WHERE patient = $1 AND voided_at IS NULL AND NOT own_visit GROUP BY doctor",
        values([&patient]),
    );
    let doctors: Vec<(i64, Timestamp)> = cx
        .unscoped("a by-product of the encounters")
        .all(statement)
        .await?;
    patients::take_into_care(cx, patient, &doctors, CareSource::Encounter).await
}

/// The refusal of whatever would change a signed encounter.
pub(crate) fn signed(encounter: &Encounter) -> Error {
    let refusal = Error::refuse(
        Code::EncounterSigned,
        Text::new("clinical-encounter-signed"),
    );
    refusal
        .with("encounter", encounter.meta.id)
        .with("signed_at", json!(encounter.signed_at))
}

impl Encounter {
    /// Nothing was written yet.
    pub fn is_blank(&self) -> bool {
        self.diagnosis_code.is_none()
            && [
                &**self.chief_complaint.open(),
                &**self.presenting_illness_history.open(),
                &**self.physical_examination.open(),
                &**self.notes.open(),
                &**self.diagnosis.open(),
                &**self.treatment_plan.open(),
            ]
            .iter()
            .all(|text| text.is_empty())
    }
}

/// Deleting a visit ends the care relationship that it began, unless the doctor has another visit with the patient.
fn end_care(cx: &mut Cx, row: &Encounter) -> Result<(), Error> {
    let Some(doctor) = row.doctor else {
        return Ok(());
    };
    let (patient, doctor) = (row.patient.get(), doctor.get());
    let sql = r#"DELETE FROM care_relationship WHERE patient = $1 AND "user" = $2 AND source = 'encounter'
        AND NOT EXISTS (SELECT 1 FROM encounter WHERE patient = $1 AND doctor = $2 AND voided_at IS NULL)"#;
    cx.unscoped("who cares for whom is noted by what they do")
        .at_end(Statement::raw(sql, values([&patient, &doctor])))
}

impl Resource for Encounter {
    const PATH: &'static str = "encounters";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        Encounter::patient,
        Encounter::doctor,
        Encounter::appointment,
        Encounter::status,
        Encounter::encounter_date,
    ];
    const OWN_FILTERS: &'static [&'static str] = &["diagnosis_code"];
    const FILTERS_FIND: &'static [(&'static str, &'static str)] = &[(
        "diagnosis_code",
        "Encounters with exactly this ICD code, such as `I10`; none for callers who may not read the diagnosis.",
    )];
    const ORDERING: &'static [Column<Self>] = &[Encounter::encounter_date, Encounter::status];
    const LIST: &'static [Column<Self>] = &[
        Encounter::encounter_date,
        Encounter::patient,
        Encounter::doctor,
        Encounter::chief_complaint,
        Encounter::diagnosis,
        Encounter::status,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "group-visit",
            &[
                Encounter::patient,
                Encounter::appointment,
                Encounter::doctor,
                Encounter::encounter_date,
            ],
        ),
        (
            "group-history",
            &[
                Encounter::chief_complaint,
                Encounter::presenting_illness_history,
            ],
        ),
        (
            "group-findings",
            &[Encounter::physical_examination, Encounter::notes],
        ),
        (
            "group-assessment",
            &[
                Encounter::diagnosis,
                Encounter::diagnosis_code,
                Encounter::treatment_plan,
            ],
        ),
    ];
    type Extra = EncounterExtra;

    fn access() -> Access {
        use BuiltinRole::{Admin, Doctor, Nurse, Patient, Receptionist};
        Access::nobody()
            .roles(&[Admin, Doctor], "crud")
            .roles(&[Receptionist, Nurse, Patient], "r")
    }

    fn called(&self) -> Vec<Said> {
        vec![Said::Kind, Said::Moment(self.encounter_date)]
    }

    fn scope(grant: &Grant) -> Scope {
        reach("encounter", "patient", grant)
    }

    fn hidden_from(cx: &Cx) -> &'static [Column<Self>] {
        if cx.grant_of(READ_TEXT).reach == Reach::None {
            &[
                Encounter::chief_complaint,
                Encounter::presenting_illness_history,
                Encounter::physical_examination,
                Encounter::notes,
                Encounter::diagnosis,
                Encounter::diagnosis_code,
                Encounter::treatment_plan,
            ]
        } else {
            &[]
        }
    }

    /// Whoever does not see the diagnosis does not find by it either.
    fn filter(cx: &Cx, _name: &str, value: &str) -> Result<Condition, Error> {
        if cx.grant_of(READ_TEXT).reach == Reach::None {
            return Ok(Condition::all().add(Expr::cust("1 = 0")));
        }
        let code = value.trim().to_ascii_uppercase();
        Ok(Condition::all().add(Encounter::diagnosis_code.eq(code)))
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if let Some(before) = change.before
            && before.status == EncounterStatus::Signed
            && !change.row.changes(before).is_empty()
        {
            return Err(signed(before));
        }
        if change.row.encounter_date == Timestamp::UNIX_EPOCH {
            let usual = change
                .before
                .map_or(cx.now(), |before| before.encounter_date);
            change.row.encounter_date = usual;
        }
        if change.changed(|row| row.encounter_date) && change.row.encounter_date > cx.now() + AHEAD
        {
            return Err(Error::field("encounter_date", Text::new("future-date")));
        }
        // The program begins a visit before anything is known of it; a client that writes one down knows.
        if change.is_new() && !change.body.0.is_empty() && change.row.notes.open().is_empty() {
            let said = change.body.0.contains_key("notes");
            let text = Text::new(if said { "blank" } else { "required" });
            return Err(Error::field("notes", text));
        }
        change.row.diagnosis_code = code("diagnosis_code", change.row.diagnosis_code.take())?;
        if change.row.doctor.is_none() {
            change.row.doctor = usual_doctor(cx, change).await?;
        }
        if change.changed(|row| row.doctor) {
            check_doctor(cx, change.row.doctor).await?;
        }
        if change.changed(|row| row.patient) {
            patients::check_there(cx, change.row.patient.get()).await?;
        }
        let day = cx.app.zone.today(change.row.encounter_date);
        if change.changed(|row| (row.encounter_date, row.patient)) && day < cx.today() {
            let patient = change.row.patient.get();
            patients::check_born(cx, patient, "encounter_date", day).await?;
        }
        if change.changed(|row| row.doctor)
            && let Some(doctor) = change.row.doctor
        {
            let patient = change.row.patient.get();
            change.row.own_visit = patients::begins_own_care(cx, patient, doctor.get()).await?;
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        if let Some(doctor) = change.row.doctor
            && change.changed(|row| (row.doctor, row.patient))
        {
            let (patient, user) = (change.row.patient.get(), doctor.get());
            let source = CareSource::Encounter;
            if change.row.own_visit {
                let of = (Self::NAME, change.row.meta.id);
                let act = Oneself {
                    patient,
                    user,
                    source,
                    of,
                };
                patients::take_oneself(cx, act).await?;
            } else {
                patients::take_into_care(cx, patient, &[(user, cx.now())], source).await?;
            }
        }
        if change.changed(|row| row.encounter_date) {
            guideline::refresh(cx, change.row.patient.get())?;
        }
        Ok(())
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        match row.status {
            EncounterStatus::Open => end_care(cx, row),
            EncounterStatus::Signed => Err(signed(row)),
        }
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<EncounterExtra>, Error> {
        let patients = patients::names(cx, rows.iter().map(|row| row.patient.get())).await?;
        let doctors = identity::names(
            cx,
            rows.iter().filter_map(|row| row.doctor).map(|it| it.get()),
        )
        .await?;
        let appointments: Vec<i64> = rows
            .iter()
            .filter_map(|row| row.appointment)
            .map(|it| it.get())
            .collect();
        let times = times(cx, &appointments).await?;
        let name = |names: &HashMap<i64, String>, id| names.get(&id).cloned().unwrap_or_default();
        let extras = rows.iter().map(|row| {
            let time = row.appointment.and_then(|it| times.get(&it.get()));
            EncounterExtra {
                patient_name: name(&patients, row.patient.get()),
                doctor_name: row
                    .doctor
                    .map(|it| name(&doctors, it.get()))
                    .unwrap_or_default(),
                appointment_date: time.map(|(date, _)| *date),
                appointment_time: time.map(|(_, time)| *time),
            }
        });
        Ok(extras.collect())
    }

    async fn changeable(_cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        Ok(row.status == EncounterStatus::Open)
    }

    async fn removable(_cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        Ok(row.status == EncounterStatus::Open)
    }
}

/// A code of a disease in capitals.
///
/// # Errors
/// 400 under the field when it has not the shape of one.
pub(crate) fn code<const MAX: usize>(
    field: &str,
    code: Option<Line<MAX>>,
) -> Result<Option<Line<MAX>>, Error> {
    let Some(code) = code else { return Ok(None) };
    let capitals = code.to_ascii_uppercase();
    if !icd10::is_code(&capitals) {
        return Err(Error::field(field, Text::new("clinical-icd-code")));
    }
    Ok(Some(Line::cut(&capitals)))
}

/// Day and time of appointments.
async fn times(cx: &mut Cx, appointments: &[i64]) -> Result<HashMap<i64, (Date, Time)>, Error> {
    if appointments.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = Query::select();
    query
        .columns(["id", "date", "time"].map(Alias::new))
        .from(Alias::new("appointment"))
        .and_where(among(cx.dialect(), Appointment::id, appointments));
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, Date, Time)> = cx
        .unscoped("whoever sees an encounter sees when it was booked")
        .all(statement)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, date, time)| (id, (date, time)))
        .collect())
}
