//! The band around the wrist of an admitted patient: `print/wristband/{id}/`.

use paper::Sheet;
use paper::documents::Wristband;
use platform::access::Right;
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::operation::{Operation, Without};

use crate::admission::Admission;
use crate::shown;

const WHAT: &str = "wristband";
const SHEETS: &[Sheet] = &[Sheet::Wristband];

pub(crate) fn declare() -> Operation {
    print::route("admissions", WHAT, |cx, call| Box::pin(print(cx, call)), SHEETS)
        .with::<Admission>(Right::Read, Without::Nothing)
        .summary("The wristband of an admission as PDF, to read and to scan")
        .description(
            "The id may end in `.pdf`. Allergies stand on it when the caller may read them, or that nobody asked yet. It proves nothing, and carries no code to check it by.",
        )
        .done()
}

async fn print(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: Admission = cx.load(print::id_of(call)?).await?;
    cx.saw_record(&row);
    let (patient, reader) = print::about(cx, row.patient.get()).await?;
    let allergies = print::allergies(cx, &patient).await?;
    let shown = shown::extras(cx, std::slice::from_ref(&row)).await?.pop();
    let shown = shown.unwrap_or_default();
    let form = print::plain_form(cx, call, SHEETS, reader)?;
    let place = [shown.ward_name, shown.bed_number];
    let place: Vec<String> = place.into_iter().filter(|part| !part.is_empty()).collect();
    let band = Wristband {
        patient: print::patient(&patient, form.language),
        place: place.join(" "),
        allergies,
    };
    print::answer(cx, WHAT, row.meta.id, move || band.print(&form)).await
}
