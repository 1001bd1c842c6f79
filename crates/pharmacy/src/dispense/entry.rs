//! The two paths to one act: `medications/{id}/dispense/` and `dispensing-logs/`.

use formulary::MedicationItem;
use http::StatusCode;
use platform::access::{Access, Permission};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Blank;
use platform::http::call::{Call, Reply};
use platform::operation::Operation;
use platform::resource::Resource;
use platform::route::Route;
use platform::texts::Text;
use platform::verb::{Input, Verb};

use super::{DispenseAnswer, Wanted, dispense};
use crate::access;
use crate::dispensing_log::DispensingLog;
use crate::item;

platform::input! {
    /// What to dispense of the medication.
    pub struct DispenseInput {
        /// Whole units to dispense, at least 1.
        quantity: i64,
        /// The prescription that it is dispensed against; the units still owed are the most.
        prescription: Option<i64>,
        /// The same as `prescription`.
        prescription_id: Option<i64>,
        /// The patient; needed without a prescription.
        patient: Option<i64>,
        /// The same as `patient`.
        patient_id: Option<i64>,
        /// A batch to take all units from; the system takes those that expire first when it is left out.
        stock_batch: Option<i64>,
        /// The same as `stock_batch`.
        stock_batch_id: Option<i64>,
        /// The place to dispense from; the main pharmacy by default.
        location: Option<i64>,
        /// Why another batch than the one that expires first is named; required then. At most 500 characters.
        reason: Blank<500>,
        /// Why to dispense over a safety alert; required then. At most 500 characters.
        override_reason: Blank<500>,
    }
}

platform::input! {
    /// What to dispense.
    pub struct LogInput {
        /// Whole units to dispense, at least 1.
        quantity_dispensed: Option<i64>,
        /// The same as `quantity_dispensed`.
        quantity: Option<i64>,
        /// The medication; it follows from the batch or the prescription when it is left out.
        medication_item: Option<i64>,
        /// The same as `medication_item`.
        medication_item_id: Option<i64>,
        /// The prescription that it is dispensed against; the units still owed are the most.
        prescription: Option<i64>,
        /// The same as `prescription`.
        prescription_id: Option<i64>,
        /// The patient; needed without a prescription.
        patient: Option<i64>,
        /// The same as `patient`.
        patient_id: Option<i64>,
        /// A batch to take all units from; the system takes those that expire first when it is left out.
        stock_batch: Option<i64>,
        /// The same as `stock_batch`.
        stock_batch_id: Option<i64>,
        /// The place to dispense from; the main pharmacy by default.
        location: Option<i64>,
        /// Why another batch than the one that expires first is named; required then. At most 500 characters.
        reason: Blank<500>,
        /// Why to dispense over a safety alert; required then. At most 500 characters.
        override_reason: Blank<500>,
    }
}

/// `medications/{id}/dispense/`.
#[derive(Debug)]
pub struct Dispense;

impl Verb for Dispense {
    type On = MedicationItem;
    type Input = DispenseInput;
    type Answer = DispenseAnswer;
    const NAME: &'static str = "dispense";
    const SUMMARY: &'static str = "Dispense the medication to a patient";
    const DESCRIPTION: &'static str = "Units are taken from the batches that expire first, from as many as needed, and never from expired, quarantined or recalled ones. Either all units are dispensed or none.";
    const STATUS: StatusCode = StatusCode::CREATED;
    const PATIENT_DATA: bool = true;

    fn access() -> Access {
        access::pharmacist()
    }

    async fn run(
        cx: &mut Cx,
        held: MedicationItem,
        input: DispenseInput,
    ) -> Result<DispenseAnswer, Error> {
        let wanted = Wanted {
            item: held.meta.id,
            patient: input.patient.or(input.patient_id),
            prescription: input.prescription.or(input.prescription_id),
            quantity: input.quantity,
            batch: input.stock_batch.or(input.stock_batch_id),
            location: input.location,
            reason: input.reason,
            override_reason: input.override_reason,
        };
        dispense(cx, &wanted).await
    }
}

/// `POST dispensing-logs/`.
pub(crate) fn log_route() -> Operation {
    Route::post(DispensingLog::PATH, "dispensing-logs/", |cx, call| {
        Box::pin(log(cx, call))
    })
    .may(
        Permission::new(DispensingLog::PATH, "create"),
        access::pharmacist(),
    )
    .patient_data()
    .takes::<LogInput>()
    .answers::<DispenseAnswer>(201)
    .conflicts()
    .summary("Dispense a medication to a patient")
    .description("The same act as `medications/{id}/dispense/`.")
    .done()
}

async fn log(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let input = LogInput::parse(&call.body_for(&[])?)?;
    let quantity = input.quantity_dispensed.or(input.quantity);
    let prescription = input.prescription.or(input.prescription_id);
    let batch = input.stock_batch.or(input.stock_batch_id);
    let item = match input.medication_item.or(input.medication_item_id) {
        Some(item) => item,
        None => item::meant(cx, batch, prescription).await?,
    };
    let wanted = Wanted {
        item,
        patient: input.patient.or(input.patient_id),
        prescription,
        quantity: quantity.ok_or_else(|| Error::field("quantity_dispensed", Text::new("required")))?,
        batch,
        location: input.location,
        reason: input.reason,
        override_reason: input.override_reason,
    };
    let answer = dispense(cx, &wanted).await?;
    Reply::json(StatusCode::CREATED, &answer)
}
