//! Moving a patient into another bed: `beds/{id}/transfer/`.

use kernel::BuiltinRole::{Admin, Doctor, Nurse, Receptionist};
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Ref;
use platform::texts::Text;
use platform::verb::Verb;
use schemars::JsonSchema;
use serde::Serialize;

use crate::admission::Admission;
use crate::admit::put_into;
use crate::bed::{Bed, refuse_unless_available};
use crate::discharge::{hold_admission_in, leave};
use crate::stay::BedStay;

platform::input! {
    /// Into which bed the patient is moved.
    pub(crate) struct TransferInput {
        /// The bed that is free. Also accepted as `bed`, `bed_id` and `to_bed_id`.
        to_bed: Ref<Bed>,
    }
}

/// The answer to a transfer.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Transferred {
    /// `transferred`.
    pub status: &'static str,
    /// The bed in which the patient lies now.
    pub bed: i64,
    /// The bed in which the patient lies now.
    pub bed_id: i64,
    /// The bed that the patient left, which is to be cleaned now.
    pub from_bed: i64,
    /// The patient who was moved.
    pub patient: i64,
    /// Another name of `patient`.
    pub patient_id: i64,
    /// The admission, which goes on.
    pub admission: i64,
    /// The admission, which goes on.
    pub admission_id: i64,
}

/// `POST beds/{id}/transfer/`.
pub(crate) struct Transfer;

impl Verb for Transfer {
    type On = Bed;
    type Input = TransferInput;
    type Answer = Transferred;
    const NAME: &'static str = "transfer";
    const SUMMARY: &'static str = "Move the patient who lies in the bed into another bed";
    const DESCRIPTION: &'static str = "The admission goes on; the bed that was left is `cleaning`. 409 `bed_occupied` or `bed_not_available` when the other bed cannot take the patient, 409 `state_conflict` when nobody lies in this one.";
    const ALIASES: &'static [(&'static str, &'static str)] = &[
        ("bed", "to_bed"),
        ("bed_id", "to_bed"),
        ("to_bed_id", "to_bed"),
    ];
    // The admission is held first, then the beds in the order of their ids.
    const HOLDS: bool = false;

    fn access() -> Access {
        Access::may(&[Admin, Doctor, Receptionist, Nurse])
    }

    async fn of_use(_cx: &mut Cx, row: &Bed) -> Result<bool, Error> {
        Ok(row.assigned_patient.is_some())
    }

    async fn run(cx: &mut Cx, bed: Bed, input: TransferInput) -> Result<Transferred, Error> {
        let (from, to) = (bed.meta.id, input.to_bed.get());
        if from == to {
            return Err(Error::field("to_bed", Text::new("wards-same-bed")));
        }
        let before = hold_admission_in(cx, &bed).await?;
        let target = hold_both(cx, from, to).await?;
        refuse_unless_available(&target)?;
        let now = cx.now();
        let mut admission = before.clone();
        admission.bed = Ref::new(to);
        BedStay::end(cx, before.meta.id, now).await?;
        // The old bed is left before the new one is taken: a patient has one bed at any moment.
        leave(cx, from).await?;
        cx.update(&mut admission, &before).await?;
        let mut stay = BedStay::beginning(cx, &admission, &target, now);
        cx.insert(&mut stay).await?;
        let wards = [bed.ward, target.ward];
        crate::staff::of_patient(cx, admission.patient.get(), &wards).await?;
        put_into(cx, target, &admission).await?;
        Ok(answer(&admission, from))
    }
}

fn answer(admission: &Admission, from: i64) -> Transferred {
    let (bed, patient) = (admission.bed.get(), admission.patient.get());
    Transferred {
        status: "transferred",
        bed,
        bed_id: bed,
        from_bed: from,
        patient,
        patient_id: patient,
        admission: admission.meta.id,
        admission_id: admission.meta.id,
    }
}

/// Locks both beds, the lower id first, so that two transfers never wait for each other; answers the target.
async fn hold_both(cx: &mut Cx, from: i64, to: i64) -> Result<Bed, Error> {
    let unknown = |error: Error| {
        if error.code() == Some(kernel::Code::NotFound) {
            let text = Text::new("unknown-reference")
                .with("kind", "bed")
                .with("id", to);
            Error::field("to_bed", text)
        } else {
            error
        }
    };
    if from < to {
        cx.hold::<Bed>(from).await?;
        cx.hold::<Bed>(to).await.map_err(unknown)
    } else {
        let target = cx.hold::<Bed>(to).await.map_err(unknown)?;
        cx.hold::<Bed>(from).await?;
        Ok(target)
    }
}
