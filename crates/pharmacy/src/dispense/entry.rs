//! The two paths to one act: `medications/{id}/dispense/` and `dispensing-logs/`.

use formulary::MedicationItem;
use http::StatusCode;
use platform::access::Permission;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Blank;
use platform::http::call::{Call, Reply};
use platform::operation::Operation;
use platform::resource::Resource;
use platform::route::Route;
use platform::texts::Text;
use platform::verb::Input;

use super::{DispenseAnswer, Wanted, dispense};
use crate::access;
use crate::dispensing_log::DispensingLog;
use crate::item as medication_item;

/// An input with what both paths take, and what it comes to.
macro_rules! dispensing {
    ($(#[doc = $doc:literal])* $name:ident { $($own:tt)* }) => {
        platform::input! {
            $(#[doc = $doc])*
            pub struct $name {
                $($own)*
                /// The prescription that it is dispensed against; the units still owed are the most.
                prescription: Option<i64>,
                /// Another name of `prescription`.
                prescription_id: Option<i64>,
                /// The patient who receives the units; needed without a prescription.
                patient: Option<i64>,
                /// Another name of `patient`.
                patient_id: Option<i64>,
                /// A batch to take all units from; the system takes those that expire first when it is left out.
                stock_batch: Option<i64>,
                /// Another name of `stock_batch`.
                stock_batch_id: Option<i64>,
                /// The place to dispense from; the main pharmacy by default.
                location: Option<i64>,
                /// Why another batch than the one that expires first is named, or the prescription is stated to come to another quantity than before; required then. At most 500 characters.
                reason: Blank<500>,
                /// Why to dispense over a safety alert; required then. At most 500 characters.
                override_reason: Blank<500>,
                /// Units of the prescription that the caller saw as dispensed: when others are by now, nothing is dispensed (409 `conflict`). Not compared when it is left out.
                already_dispensed: Option<i64>,
                /// Version of the prescription that the caller read: when it was changed since, such as to another dose, nothing is dispensed (409 `conflict`). Not compared when it is left out.
                prescription_version: Option<i64>,
                /// Units that the prescription comes to as a whole; required where it states no quantity and dose, strength, frequency and duration do not say it exactly. It is kept with the prescription, and no more is dispensed of it. Once all was taken back it can be corrected, with a `reason`.
                prescription_quantity: Option<i64>,
            }
        }

        impl $name {
            fn batch(&self) -> Option<i64> {
                self.stock_batch.or(self.stock_batch_id)
            }

            fn prescription(&self) -> Option<i64> {
                self.prescription.or(self.prescription_id)
            }

            /// These units of this medication.
            fn wanted(self, item: i64, quantity: i64) -> Wanted {
                Wanted {
                    item,
                    patient: self.patient.or(self.patient_id),
                    prescription: self.prescription(),
                    quantity,
                    batch: self.batch(),
                    location: self.location,
                    reason: self.reason,
                    override_reason: self.override_reason,
                    already: self.already_dispensed,
                    prescription_version: self.prescription_version,
                    prescription_quantity: self.prescription_quantity,
                }
            }
        }
    };
}

dispensing! {
    /// What to dispense of the medication.
    DispenseInput {
        /// Whole units to dispense, at least 1.
        quantity: i64,
    }
}

dispensing! {
    /// What to dispense.
    LogInput {
        /// Whole units to dispense, at least 1.
        quantity_dispensed: Option<i64>,
        /// Another name of `quantity_dispensed`.
        quantity: Option<i64>,
        /// The medication; it follows from the batch or the prescription when it is left out.
        medication_item: Option<i64>,
        /// Another name of `medication_item`.
        medication_item_id: Option<i64>,
    }
}

/// References with another name each: a body whose two names contradict each other is refused, not read in one way.
const NAMES: [(&str, &str); 3] = [("patient", ""), ("prescription", ""), ("stock_batch", "")];

/// `POST medications/{id}/dispense/`. Not a verb: that would lock the medication before its turn in the ledger is
/// taken, and whoever has the turn changes the medication's total.
pub(crate) fn item_route() -> Operation {
    Route::post(MedicationItem::PATH, "medications/{id}/dispense/", |cx, call| {
        Box::pin(item(cx, call))
    })
    .may(
        Permission::new(MedicationItem::PATH, "dispense"),
        access::pharmacist(),
    )
    .patient_data()
    .takes::<DispenseInput>()
    .answers::<DispenseAnswer>(201)
    .conflicts()
    .summary("Dispense the medication to a patient")
    .description("Units are taken from the batches that expire first, from as many as needed, and never from expired, quarantined or recalled ones. Either all units are dispensed or none.")
    .done()
}

async fn item(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let medication: MedicationItem = cx.load(call.id()?).await?;
    let mut body = call.body_for(&NAMES)?;
    body.fold(&[("quantity_dispensed", "quantity")])?;
    body.check_path("medication_item", medication.meta.id)?;
    let input = DispenseInput::parse(&body)?;
    let quantity = input.quantity;
    let wanted = input.wanted(medication.meta.id, quantity);
    let answer = dispense(cx, &wanted).await?;
    Reply::json(StatusCode::CREATED, &answer)
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
    let mut body = call.body_for(&NAMES)?;
    body.fold(&[("quantity", "quantity_dispensed"), ("medication_item", "")])?;
    let input = LogInput::parse(&body)?;
    let quantity = input
        .quantity_dispensed
        .or(input.quantity)
        .ok_or_else(|| Error::field("quantity_dispensed", Text::new("required")));
    let item = match input.medication_item.or(input.medication_item_id) {
        Some(item) => item,
        None => medication_item::meant(cx, input.batch(), input.prescription()).await?,
    };
    let wanted = input.wanted(item, quantity?);
    let answer = dispense(cx, &wanted).await?;
    Reply::json(StatusCode::CREATED, &answer)
}
