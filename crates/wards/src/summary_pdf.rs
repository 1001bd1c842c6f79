//! The discharge summary on paper: `print/discharge-summary/{id}.pdf`.

use kernel::{Code, Language};
use paper::Sheet;
use paper::documents::DischargeSummary;
use patients::Patient;
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::texts::Text;
use print::{Issue, PrintedKind};

use crate::admission::Admission;
use crate::shown;

/// What the address calls it.
const WHAT: &str = "discharge-summary";

pub(crate) async fn print(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: Admission = cx.load(print::id_of(call)?).await?;
    let Some(discharged_at) = row.discharged_at else {
        let text = Text::new("wards-not-discharged");
        return Err(Error::refuse(Code::StateConflict, text));
    };
    cx.saw_record(&row);
    let patient: Patient = cx.find(row.patient.get()).await?;
    let shown = shown::extras(cx, std::slice::from_ref(&row)).await?.pop();
    let shown = shown.unwrap_or_default();
    let issue = Issue {
        kind: PrintedKind::DischargeSummary,
        object: row.meta.id,
        patient: Some(row.patient.get()),
    };
    let reader = Language::parse(patient.preferred_language.as_str()).unwrap_or_default();
    let form = print::form(cx, call, issue, &[Sheet::A4, Sheet::A5], reader).await?;
    let discharged_by = row.discharged_by.map(|user| user.get());
    let mut names = identity::names(cx, discharged_by).await?;
    let local = |at| cx.app.zone.to_local(at);
    let document = DischargeSummary {
        number: row.meta.id.to_string(),
        patient: print::patient(&patient, form.language),
        ward: shown.ward_name,
        bed: shown.bed_number,
        admitted: local(row.admitted_at),
        discharged: local(discharged_at),
        bed_days: row.bed_days.unwrap_or(1),
        reason: row.reason.open().to_string(),
        summary: row
            .discharge_summary
            .open()
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        discharged_by: discharged_by
            .and_then(|user| names.remove(&user))
            .unwrap_or_default(),
        ..DischargeSummary::default()
    };
    print::answer(cx, WHAT, row.meta.id, move || document.print(&form)).await
}
