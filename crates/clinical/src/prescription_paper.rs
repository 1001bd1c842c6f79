//! A prescription to take to a pharmacy: `print/prescription/{id}/`. On it stand all medicines of its encounter that are
//! to be taken, so that the patient carries one sheet.

use kernel::Reach;
use paper::Sheet;
use paper::documents::{Medicine, Prescription as Printed};
use platform::access::Right;
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::operation::{Operation, Without};
use print::{Issue, PrintedKind};
use sea_query::{ExprTrait, Order};

use crate::prescription::{Prescription, PrescriptionStatus, READ_DRUG};

const WHAT: &str = "prescription";
const SHEETS: &[Sheet] = &[Sheet::A5, Sheet::A4];

pub(crate) fn declare() -> Operation {
    print::route("prescriptions", WHAT, |cx, call| Box::pin(print(cx, call)), SHEETS)
        .with::<Prescription>(Right::Read, Without::Nothing)
        .summary("A prescription as PDF, with a code to check it by")
        .description(
            "The id may end in `.pdf`. The medicines of the same encounter stand on it, except those that were cancelled; one that was cancelled is printed alone, and says so. Needs the permission `prescriptions:clinical_text` as well.",
        )
        .done()
}

async fn print(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: Prescription = cx.load(print::id_of(call)?).await?;
    if cx.grant_of(READ_DRUG).reach == Reach::None {
        return Err(Error::not_found());
    }
    let sheet = on_one_sheet(cx, &row).await?;
    for prescription in &sheet {
        cx.saw_record(prescription);
    }
    let (patient, reader) = print::about(cx, row.patient.get()).await?;
    let allergies = print::allergies(cx, &patient).await?;
    let by = row.prescribed_by.map(|user| user.get());
    let prescriber = identity::names(cx, by).await?.into_values().next();
    let issue = Issue {
        kind: PrintedKind::Prescription,
        object: row.meta.id,
        patient: Some(row.patient.get()),
    };
    let form = print::form(cx, call, issue, SHEETS, reader).await?;
    let printed = Printed {
        number: row.meta.id.to_string(),
        patient: print::patient(&patient, form.language),
        allergies,
        weight: String::new(),
        prescriber: prescriber.unwrap_or_default(),
        medicines: sheet.iter().map(medicine).collect(),
    };
    print::answer(cx, WHAT, row.meta.id, move || printed.print(&form)).await
}

/// The prescription and the others of its encounter by the same doctor.
async fn on_one_sheet(cx: &mut Cx, row: &Prescription) -> Result<Vec<Prescription>, Error> {
    if row.status == PrescriptionStatus::Cancelled {
        return Ok(vec![row.clone()]);
    }
    let mut query = select::<Prescription>();
    query
        .and_where(Prescription::encounter.eq(row.encounter.get()))
        .and_where(Prescription::status.ne(PrescriptionStatus::Cancelled.as_str()))
        .and_where(column("prescription", "voided_at").is_null())
        .order_by(("prescription", "id"), Order::Asc);
    let mut found: Vec<Prescription> = cx
        .unscoped(
            "whoever reads a prescription reads those of its encounter: they are one patient's",
        )
        .records(query)
        .await?;
    found.retain(|other| other.prescribed_by == row.prescribed_by);
    Ok(found)
}

fn medicine(row: &Prescription) -> Medicine {
    let status = match row.status {
        PrescriptionStatus::Cancelled => row.status.as_str(),
        _ => "",
    };
    let notes = [status, &**row.notes.open()];
    let notes: Vec<&str> = notes.into_iter().filter(|text| !text.is_empty()).collect();
    Medicine {
        name: row.medication_name.open().to_string(),
        dosage: row.dosage.open().to_string(),
        frequency: row.frequency.open().to_string(),
        duration: row.duration.open().to_string(),
        quantity: row
            .quantity
            .map(|units| units.to_string())
            .unwrap_or_default(),
        note: notes.join(". "),
    }
}
