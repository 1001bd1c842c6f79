//! When and where to come, to take home: `print/appointment-slip/{id}/`.

use paper::Sheet;
use paper::documents::AppointmentSlip;
use platform::access::Right;
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::operation::{Operation, Without};

use crate::appointment::Appointment;

const WHAT: &str = "appointment-slip";
const SHEETS: &[Sheet] = &[Sheet::A5, Sheet::Roll80, Sheet::A4];

pub(crate) fn declare() -> Operation {
    print::route("appointments", WHAT, |cx, call| Box::pin(print(cx, call)), SHEETS)
        .with::<Appointment>(Right::Read, Without::Nothing)
        .summary("An appointment as a slip in PDF")
        .description("The id may end in `.pdf`. The slip does not say why the patient comes, since slips get lost.")
        .done()
}

async fn print(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: Appointment = cx.load(print::id_of(call)?).await?;
    cx.saw_record(&row);
    let (patient, reader) = print::about(cx, row.patient.get()).await?;
    let doctor = identity::names(cx, [row.doctor.get()]).await?;
    let form = print::plain_form(cx, call, SHEETS, reader)?;
    let slip = AppointmentSlip {
        patient: print::patient(&patient, form.language),
        doctor: doctor.into_values().next().unwrap_or_default(),
        at: row.date.to_datetime(row.time),
        place: String::new(),
        queue_number: row.queue_number,
    };
    print::answer(cx, WHAT, row.meta.id, move || slip.print(&form)).await
}
