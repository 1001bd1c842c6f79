//! Admitting a patient: `POST admissions/` and `beds/{id}/assign_patient/`.

use contracts::PatientAdmitted;
use jiff::{Timestamp, ToSpan};
use kernel::BuiltinRole::{Admin, Nurse, Receptionist};
use kernel::Code;
use patients::{CareSource, Oneself};
use platform::access::Access;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::Record;
use platform::resource::change_by;
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::Verb;
use schemars::JsonSchema;
use serde::Serialize;

use crate::admission::Admission;
use crate::bed::{Bed, BedStatus, refuse_unless_available};
use crate::stay::BedStay;

platform::input! {
    /// Whom to put into the bed.
    pub(crate) struct AssignInput {
        /// The `id` of the patient who is put into the bed.
        patient_id: Ref<patients::Patient>,
        /// Why the patient is admitted.
        reason: Blank<2000>,
        /// When the patient was admitted, not in the future; now when it is left out.
        admitted_at: Option<Timestamp>,
    }
}

/// The answer to an assignment.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Assigned {
    /// Always `assigned`.
    pub status: &'static str,
    /// The bed that the patient lies in now.
    pub bed: i64,
    /// Another name of `bed`.
    pub bed_id: i64,
    /// The patient who was put into the bed.
    pub patient: i64,
    /// The `id` of the patient who is put into the bed.
    pub patient_id: i64,
    /// The admission that was opened.
    pub admission: i64,
    /// The admission that was opened.
    pub admission_id: i64,
}

/// `POST beds/{id}/assign_patient/`.
pub(crate) struct AssignPatient;

impl Verb for AssignPatient {
    type On = Bed;
    type Input = AssignInput;
    type Answer = Assigned;
    const NAME: &'static str = "assign_patient";
    const SUMMARY: &'static str = "Put a patient into the bed and open an admission";
    const DESCRIPTION: &'static str = "409 `bed_occupied` when a patient lies in the bed, 409 `bed_not_available` while it is in cleaning or maintenance, 409 `already_admitted` when the patient lies in another bed.";
    const ALIASES: &'static [(&'static str, &'static str)] = &[("patient", "patient_id")];

    fn access() -> Access {
        Access::may(&[Admin, Receptionist, Nurse])
    }

    async fn of_use(_cx: &mut Cx, row: &Bed) -> Result<bool, Error> {
        Ok(row.status == BedStatus::Available)
    }

    async fn run(cx: &mut Cx, held: Bed, input: AssignInput) -> Result<Assigned, Error> {
        let (bed, patient) = (held.meta.id, input.patient_id.get());
        let mut admission = Admission::new(patient, bed);
        admission.reason = Sealed::new(input.reason);
        admission.admitted_at = input.admitted_at.unwrap_or(admission.admitted_at);
        let admission = admission.store(cx).await?.meta.id;
        Ok(Assigned {
            status: "assigned",
            bed,
            bed_id: bed,
            patient,
            patient_id: patient,
            admission,
            admission_id: admission,
        })
    }
}

/// The rules of a new admission. The bed is locked from here on, and the patient's admissions take turns.
pub(crate) async fn check(cx: &mut Cx, row: &mut Admission) -> Result<(), Error> {
    if row.discharged_at.is_some() {
        let text = Text::new("wards-admit-before-discharge");
        return Err(Error::field("discharged_at", text));
    }
    if row.admitted_at == Timestamp::UNIX_EPOCH {
        row.admitted_at = cx.now();
    }
    not_in_the_future(cx, "admitted_at", row.admitted_at)?;
    patients::check_there(cx, row.patient.get()).await?;
    not_long_ago(cx, row, cx.now()).await?;
    let bed: Bed = cx.hold(row.bed.get()).await?;
    cx.take_turn(&[("admission", row.patient.get())]).await?;
    refuse_unless_available(&bed)?;
    refuse_second(cx, row.patient.get()).await?;
    after_earlier_stays(cx, row).await?;
    row.admitted_by = cx.actor.user_id().map(Ref::new);
    row.open = Some(true);
    Ok(())
}

/// What happens with a new admission in the same transaction.
pub(crate) async fn stored(cx: &mut Cx, row: &Admission) -> Result<(), Error> {
    let bed: Bed = cx.hold(row.bed.get()).await?;
    let at = row.admitted_at;
    let mut stay = BedStay::beginning(cx, row, &bed, at);
    cx.insert(&mut stay).await?;
    // Who admits cares for the patient; a user who sees only patients in their care, until the end of the day, and then
    // as long as the patient lies in their ward.
    if let Some(user) = cx.actor.user_id() {
        let (patient, source) = (row.patient.get(), CareSource::Admission);
        if patients::begins_own_care(cx, patient, user).await? {
            let of = (Admission::NAME, row.meta.id);
            let act = Oneself {
                patient,
                user,
                source,
                of,
            };
            patients::take_oneself(cx, act).await?;
        } else {
            let since = [(user, cx.now())];
            patients::take_into_care(cx, patient, &since, source).await?;
        }
    }
    crate::staff::of_patient(cx, row.patient.get(), &[bed.ward]).await?;
    put_into(cx, bed, row).await?;
    cx.emit(&PatientAdmitted {
        admission: row.meta.id,
        patient: row.patient.get(),
        bed: row.bed.get(),
        at,
    })
}

/// Marks a held bed as the patient's.
pub(crate) async fn put_into(cx: &mut Cx, bed: Bed, row: &Admission) -> Result<(), Error> {
    let now = cx.now();
    change_by(cx, bed, |bed| {
        bed.status = BedStatus::Occupied;
        bed.assigned_patient = Some(row.patient);
        bed.last_assigned = Some(now);
    })
    .await
    .map(drop)
}

/// The rules of a change of an admission, apart from the discharge.
pub(crate) async fn check_change(
    cx: &mut Cx,
    row: &mut Admission,
    before: &Admission,
) -> Result<(), Error> {
    if row.bed != before.bed {
        return Err(Error::field("bed", Text::new("wards-bed-by-transfer")));
    }
    if row.admitted_at == before.admitted_at {
        return Ok(());
    }
    not_in_the_future(cx, "admitted_at", row.admitted_at)?;
    not_long_ago(cx, row, before.meta.created_at).await?;
    let stay = BedStay::current(cx, row.meta.id).await?;
    // Once a bed was left, its history and the days that are charged stand.
    if stay.is_none_or(|stay| stay.started_at != before.admitted_at) {
        let text = Text::new("wards-admitted-at-stands");
        return Err(Error::field("admitted_at", text));
    }
    after_earlier_stays(cx, row).await
}

/// The first stay begins with the admission.
pub(crate) async fn stored_change(
    cx: &mut Cx,
    row: &Admission,
    before: &Admission,
) -> Result<(), Error> {
    if row.admitted_at == before.admitted_at {
        return Ok(());
    }
    if let Some(before) = BedStay::current(cx, row.meta.id).await? {
        let mut stay = before.clone();
        stay.started_at = row.admitted_at;
        cx.update(&mut stay, &before).await?;
    }
    Ok(())
}

pub(crate) fn not_in_the_future(cx: &Cx, field: &str, at: Timestamp) -> Result<(), Error> {
    if at > cx.now() {
        return Err(Error::field(field, Text::new("wards-in-the-future")));
    }
    Ok(())
}

/// Nobody is admitted before they are born, and nobody writes of it a year later: a year that was mistyped would be
/// charged day by day.
async fn not_long_ago(cx: &mut Cx, row: &Admission, written: Timestamp) -> Result<(), Error> {
    let day = cx.app.zone.today(row.admitted_at);
    let year_before = cx.app.zone.today(written).saturating_sub(1.year());
    if day < year_before {
        let text = Text::new("wards-long-ago").with("day", year_before);
        return Err(Error::field("admitted_at", text));
    }
    patients::check_born(cx, row.patient.get(), "admitted_at", day).await
}

/// A patient lies in one bed.
async fn refuse_second(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    let found: Option<(i64, i64, String)> = cx
        .unscoped("a patient lies in one bed, whoever may see which")
        .optional(Statement::raw(
            "SELECT a.id, a.bed, b.number FROM admission a JOIN bed b ON b.id = a.bed \
             WHERE a.patient = $1 AND a.discharged_at IS NULL AND a.voided_at IS NULL",
            values([&patient]),
        ))
        .await?;
    let Some((admission, bed, number)) = found else {
        return Ok(());
    };
    let text = Text::new("wards-already-admitted").with("bed", number);
    Err(Error::refuse(Code::AlreadyAdmitted, text)
        .with("admission", admission)
        .with("bed", bed))
}

/// A bed's and a patient's earlier stays are over when the admission begins.
async fn after_earlier_stays(cx: &mut Cx, row: &Admission) -> Result<(), Error> {
    let (patient, bed, admission) = (row.patient.get(), row.bed.get(), row.meta.id);
    let found: Option<(Timestamp,)> = cx
        .unscoped("when a bed was free again is no secret to a user who assigns it")
        .optional(Statement::raw(
            "SELECT ended_at FROM (\
             SELECT ended_at FROM bed_stay WHERE patient = $1 AND admission <> $3 AND ended_at > $4 AND voided_at IS NULL \
             UNION ALL \
             SELECT ended_at FROM bed_stay WHERE bed = $2 AND admission <> $3 AND ended_at > $4 AND voided_at IS NULL\
             ) AS later ORDER BY ended_at DESC LIMIT 1",
            values([&patient, &bed, &admission, &row.admitted_at]),
        ))
        .await?;
    match found {
        None => Ok(()),
        Some((until,)) => {
            let until = cx.app.zone.to_local(until);
            let text = Text::new("wards-overlaps-earlier").with(
                "until",
                format!("{} {:02}:{:02}", until.date(), until.hour(), until.minute()),
            );
            Err(Error::field("admitted_at", text))
        }
    }
}
