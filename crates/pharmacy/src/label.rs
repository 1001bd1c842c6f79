//! The label of what was dispensed: `print/medicine-label/{id}/`.

use clinical::Prescription;
use clinical::prescription::READ_DRUG;
use formulary::MedicationItem;
use kernel::Reach;
use paper::Sheet;
use paper::documents::MedicineLabel;
use platform::access::Right;
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::operation::{Operation, Without};
use platform::resource::Resource;

use crate::dispensing_log::DispensingLog;
use crate::shelf;

const WHAT: &str = "medicine-label";
const SHEETS: &[Sheet] = &[Sheet::Label];

pub(crate) fn declare() -> Operation {
    print::route("dispensing-logs", WHAT, |cx, call| Box::pin(print(cx, call)), SHEETS)
        .with::<DispensingLog>(Right::Read, Without::Nothing)
        .summary("The label of a dispensed medicine as PDF")
        .description(
            "The id of the dispensing log may end in `.pdf`. How the medicine is taken stands on it when the caller may read the prescription. It proves nothing, and carries no code to check it by.",
        )
        .done()
}

async fn print(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: DispensingLog = cx.load(print::id_of(call)?).await?;
    cx.saw_record(&row);
    let (patient, reader) = print::about(cx, row.patient.get()).await?;
    let item: MedicationItem = cx.find(row.medication_item.get()).await?;
    let batch = shelf::batch(cx, row.stock_batch.get()).await?;
    let prescription = prescription(cx, &row).await?;
    let form = print::plain_form(cx, call, SHEETS, reader)?;
    let (directions, note) = match &prescription {
        Some(row) => (
            [
                row.dosage.open().to_string(),
                row.frequency.open().to_string(),
                row.duration.open().to_string(),
            ],
            row.notes.open().to_string(),
        ),
        None => Default::default(),
    };
    let label = MedicineLabel {
        patient: print::patient(&patient, form.language),
        medicine: item.label(),
        quantity: format!("{} {}", row.quantity_dispensed, item.unit_of_measure),
        directions,
        note,
        batch: batch
            .as_ref()
            .map_or(String::new(), |batch| batch.batch_number.to_string()),
        expiry: batch.map(|batch| batch.expiry_date),
        given: Some(cx.app.zone.to_local(row.dispense_date).date()),
    };
    print::answer(cx, WHAT, row.meta.id, move || label.print(&form)).await
}

/// The prescription, for those who may know what it says.
async fn prescription(cx: &mut Cx, row: &DispensingLog) -> Result<Option<Prescription>, Error> {
    let Some(prescription) = row.prescription else {
        return Ok(None);
    };
    let drug = cx.grant_of(READ_DRUG).reach != Reach::None;
    if !drug || cx.grant_of(Prescription::READ).reach == Reach::None {
        return Ok(None);
    }
    let prescription: Prescription = cx.find(prescription.get()).await?;
    cx.saw_record(&prescription);
    Ok(Some(prescription))
}
