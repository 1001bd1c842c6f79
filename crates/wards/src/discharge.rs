//! Discharging a patient: `beds/{id}/discharge_patient/`, or `discharged_at` of an admission.

use contracts::PatientDischarged;
use jiff::Timestamp;
use kernel::BuiltinRole::{Admin, Nurse, Receptionist};
use kernel::Code;
use platform::access::Access;
use platform::cx::{Cx, select};
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::resource::change_by;
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::Verb;
use schemars::JsonSchema;
use sea_query::{Condition, ExprTrait};
use serde::Serialize;

use crate::admission::Admission;
use crate::admit::not_in_the_future;
use crate::bed::{Bed, BedStatus};
use crate::days::bed_days;
use crate::stay::BedStay;

platform::input! {
    /// When the patient left, and what is written down about the stay. Both may be left out.
    pub(crate) struct DischargeInput {
        /// When the patient left, not before the admission and not in the future; now when it is left out.
        discharged_at: Option<Timestamp>,
        /// What was found and done, and what comes next.
        discharge_summary: Option<Line<65536>>,
    }
}

/// The answer to a discharge.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Discharged {
    /// `discharged`.
    pub status: &'static str,
    /// The bed, which is to be cleaned now.
    pub bed: i64,
    /// The `id` of the bed that the patient lay in.
    pub bed_id: i64,
    /// The patient who was discharged.
    pub patient: i64,
    /// Another name of `patient`.
    pub patient_id: i64,
    /// The admission that was closed.
    pub admission: i64,
    /// The admission that was closed.
    pub admission_id: i64,
    /// Days to be charged, at least 1.
    pub bed_days: i64,
}

/// `POST beds/{id}/discharge_patient/`.
pub(crate) struct DischargePatient;

impl Verb for DischargePatient {
    type On = Bed;
    type Input = DischargeInput;
    type Answer = Discharged;
    const NAME: &'static str = "discharge_patient";
    const SUMMARY: &'static str = "Discharge the patient who lies in the bed";
    const DESCRIPTION: &'static str = "Closes the admission; the bed is `cleaning` until it is set `available`. A stay counts at least 1 bed day. 409 `state_conflict` when nobody lies in the bed.";
    // The admission is held before its bed.
    const HOLDS: bool = false;
    const GRAVE: bool = true;

    fn access() -> Access {
        Access::may(&[Admin, Receptionist, Nurse])
    }

    fn offered(bed: &Bed) -> bool {
        bed.assigned_patient.is_some()
    }

    fn not_offered(bed: &Bed) -> Error {
        empty(bed)
    }

    async fn run(cx: &mut Cx, bed: Bed, input: DischargeInput) -> Result<Discharged, Error> {
        let admission = hold_admission_in(cx, &bed).await?;
        let at = input.discharged_at.unwrap_or(cx.now());
        let closed = change_by(cx, admission, |row| {
            row.discharged_at = Some(at);
            if let Some(summary) = input.discharge_summary {
                row.discharge_summary = Sealed::new(Some(summary));
            }
        })
        .await?;
        let (bed, patient) = (bed.meta.id, closed.patient.get());
        Ok(Discharged {
            status: "discharged",
            bed,
            bed_id: bed,
            patient,
            patient_id: patient,
            admission: closed.meta.id,
            admission_id: closed.meta.id,
            bed_days: closed.bed_days.unwrap_or(1),
        })
    }
}

fn empty(bed: &Bed) -> Error {
    let text = Text::new("wards-bed-empty").with("bed", bed.number.to_string());
    Error::refuse(Code::StateConflict, text).with("bed", bed.meta.id)
}

/// The open admission of a bed, locked. When the patient left or was moved a moment ago, nobody lies there.
pub(crate) async fn hold_admission_in(cx: &mut Cx, bed: &Bed) -> Result<Admission, Error> {
    let mut query = select::<Admission>();
    query.cond_where(
        Condition::all()
            .add(Admission::bed.eq(bed.meta.id))
            .add(Admission::discharged_at.is_null())
            .add(platform::cx::column("admission", "voided_at").is_null()),
    );
    let found: Option<Admission> = cx
        .unscoped("the bed was reached, so is who lies in it")
        .record(query)
        .await?;
    let found = found.ok_or_else(|| empty(bed))?;
    let held: Admission = cx.hold(found.meta.id).await?;
    // Whoever lies there now need not be who was read: nothing meant for the one is done to the other.
    let other = bed
        .assigned_patient
        .is_some_and(|meant| meant != held.patient);
    if held.discharged_at.is_some() || held.bed.get() != bed.meta.id || other {
        return Err(empty(bed));
    }
    Ok(held)
}

/// The rules of a discharge, and what follows from it for the row.
pub(crate) async fn check(
    cx: &mut Cx,
    row: &mut Admission,
    before: &Admission,
) -> Result<(), Error> {
    if row.discharged_at == before.discharged_at {
        return Ok(());
    }
    let (None, Some(at)) = (before.discharged_at, row.discharged_at) else {
        let text = Text::new("wards-already-discharged");
        return Err(Error::refuse(Code::StateConflict, text));
    };
    not_in_the_future(cx, "discharged_at", at)?;
    let stay = BedStay::current(cx, row.meta.id).await?;
    // A correction of the admission in the same request moves the stay's beginning along.
    let since = match stay {
        Some(stay) if stay.started_at != before.admitted_at => stay.started_at,
        _ => row.admitted_at,
    };
    if at < since {
        let text = Text::new("wards-discharge-before-admission");
        return Err(Error::field("discharged_at", text));
    }
    let day = |at| cx.app.zone.to_local(at).date();
    row.bed_days = Some(bed_days(day(row.admitted_at), day(at)));
    row.discharged_by = cx.actor.user_id().map(Ref::new);
    row.open = None;
    Ok(())
}

/// Ends the stay, gives the bed to be cleaned, and lets billing know.
pub(crate) async fn stored(cx: &mut Cx, row: &Admission, before: &Admission) -> Result<(), Error> {
    let (None, Some(at)) = (before.discharged_at, row.discharged_at) else {
        return Ok(());
    };
    BedStay::end(cx, row.meta.id, at).await?;
    let left = leave(cx, row.bed.get()).await?;
    crate::staff::of_patient(cx, row.patient.get(), &[left.ward]).await?;
    cx.emit(&PatientDischarged {
        admission: row.meta.id,
        patient: row.patient.get(),
        bed_days: row.bed_days.unwrap_or(1),
        at,
    })
}

/// A bed that a patient has left is to be cleaned.
pub(crate) async fn leave(cx: &mut Cx, bed: i64) -> Result<Bed, Error> {
    let bed: Bed = cx.hold(bed).await?;
    change_by(cx, bed, |bed| {
        bed.status = BedStatus::Cleaning;
        bed.assigned_patient = None;
    })
    .await
}

/// An admission that was opened by mistake is voided with its stays, and its bed is to be cleaned. One that
/// was closed is charged and stands.
pub(crate) async fn undo_admission(cx: &mut Cx, row: &Admission) -> Result<(), Error> {
    if row.discharged_at.is_some() {
        let text = Text::new("wards-discharged-stands");
        return Err(Error::refuse(Code::StateConflict, text));
    }
    let mut query = select::<BedStay>();
    query.cond_where(
        Condition::all()
            .add(BedStay::admission.eq(row.meta.id))
            .add(platform::cx::column("bed_stay", "voided_at").is_null()),
    );
    let stays: Vec<BedStay> = cx
        .unscoped("the stays of a held admission, a handful")
        .records(query)
        .await?;
    for stay in stays {
        cx.remove(&stay).await?;
    }
    let left = leave(cx, row.bed.get()).await?;
    crate::staff::of_patient(cx, row.patient.get(), &[left.ward]).await
}
