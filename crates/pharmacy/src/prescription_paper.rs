//! A prescription to take to a pharmacy: `print/prescription/{id}/`. On it stand all medicines of its encounter that are
//! to be taken, so that the patient carries one sheet. It is printed here, where it is known what was handed out of each
//! and when: a paper that is printed again must not pass for one that nothing was given on.

use std::collections::HashMap;

use clinical::prescription::READ_DRUG;
use clinical::{Prescription, PrescriptionStatus};
use jiff::Timestamp;
use jiff::civil::Date;
use kernel::Reach;
use paper::Sheet;
use paper::documents::{Given, Medicine, MedicineStanding, Prescription as Printed};
use platform::access::Right;
use platform::cx::{Cx, among, column, select};
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::operation::{Operation, Without};
use print::{Issue, PrintedKind};
use sea_query::{ExprTrait, Order};

use crate::dispensing_log::DispensingLog;

const WHAT: &str = "prescription";
const SHEETS: &[Sheet] = &[Sheet::A5, Sheet::A4];

pub(crate) fn declare() -> Operation {
    print::route("prescriptions", WHAT, |cx, call| Box::pin(print(cx, call)), SHEETS)
        .with::<Prescription>(Right::Read, Without::Nothing)
        .summary("A prescription as PDF, with a code to check it by")
        .description(
            "The id may end in `.pdf`. The medicines of the same encounter stand on it, except those that were cancelled; one that was cancelled is printed alone, and says so. It bears the day on which they were prescribed, and what was given of each. Needs the permission `prescriptions:clinical_text` as well.",
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
    let given = last_given(cx, &sheet).await?;
    let day = |at: Timestamp| cx.app.zone.today(at);
    let first = sheet.iter().map(|one| one.prescribed_at).min();
    let medicines = sheet.iter().map(|one| {
        let own = day(one.prescribed_at);
        let other = first.is_some_and(|first| day(first) != own);
        let on = given.get(&one.meta.id).map(|at| day(*at));
        Medicine {
            prescribed: other.then_some(own),
            given: given_of(one, on),
            ..medicine(one)
        }
    });
    let medicines = medicines.collect();
    let prescribed = first.map(|at| cx.app.zone.to_local(at));
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
        prescribed,
        medicines,
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
    Medicine {
        name: row.medication_name.open().to_string(),
        dosage: row.dosage.open().to_string(),
        frequency: row.frequency.open().to_string(),
        duration: row.duration.open().to_string(),
        quantity: row
            .quantity
            .map(|units| units.to_string())
            .unwrap_or_default(),
        note: row.notes.open().to_string(),
        standing: match row.status {
            PrescriptionStatus::Active | PrescriptionStatus::PendingDispense => {
                MedicineStanding::Open
            }
            PrescriptionStatus::Completed => MedicineStanding::Completed,
            PrescriptionStatus::Cancelled => MedicineStanding::Cancelled,
        },
        ..Medicine::default()
    }
}

/// What was handed out of a prescription; nothing of one that nobody dispensed.
fn given_of(row: &Prescription, on: Option<Date>) -> Option<Given> {
    (row.quantity_dispensed > 0).then_some(Given {
        units: row.quantity_dispensed,
        of: row.settled_quantity(),
        on,
    })
}

/// When something was last handed out of each prescription and not taken back.
async fn last_given(cx: &mut Cx, sheet: &[Prescription]) -> Result<HashMap<i64, Timestamp>, Error> {
    let ids: Vec<i64> = sheet.iter().map(|one| one.meta.id).collect();
    let mut query = select::<DispensingLog>();
    query
        .and_where(among(cx.dialect(), DispensingLog::prescription, &ids))
        .and_where(DispensingLog::reversed_at.is_null())
        .and_where(column("dispensing_log", "voided_at").is_null())
        .order_by(DispensingLog::id, Order::Asc);
    let logs: Vec<DispensingLog> = cx
        .unscoped(
            "how much was given of a prescription is part of it; on which day is said beside it",
        )
        .records(query)
        .await?;
    let given = logs
        .iter()
        .filter_map(|log| Some((log.prescription?.get(), log.dispense_date)));
    Ok(given.collect())
}
