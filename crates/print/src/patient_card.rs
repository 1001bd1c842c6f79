//! The card that a patient carries: `print/patient-card/{id}/`.

use kernel::Language;
use paper::Sheet;
use paper::documents::PatientCard;
use patients::Patient;
use platform::access::Right;
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::operation::{Operation, Without};

use crate::{answer, id_of, patient, plain_form, route};

const WHAT: &str = "patient-card";
const SHEETS: &[Sheet] = &[Sheet::Label, Sheet::A5, Sheet::A4];

pub(crate) fn declare() -> Operation {
    route::route("patients", WHAT, |cx, call| Box::pin(print(cx, call)), SHEETS)
        .with::<Patient>(Right::Read, Without::Nothing)
        .summary("A patient's card as PDF, with name and number to read and to scan")
        .description("The id may end in `.pdf`. The card says nothing about health, and proves nothing: it carries no code to check it by.")
        .done()
}

async fn print(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: Patient = cx.load(id_of(call)?).await?;
    cx.saw_record(&row);
    let reader = Language::parse(row.preferred_language.as_str()).unwrap_or_default();
    let form = plain_form(cx, call, SHEETS, reader)?;
    let card = PatientCard {
        patient: patient(&row, form.language),
    };
    answer(cx, WHAT, row.meta.id, move || card.print(&form)).await
}
