//! The steps of an appointment as verbs: `check_in/`, `start/`, `complete/`, `cancel/`, `no_show/`.
//!
//! Each is a change of the status and nothing else, through the same door as a client that writes the
//! status itself; only pressing a button twice is refused, where writing the same status again is not a
//! change.

use kernel::BuiltinRole::{Admin, Doctor, Nurse, Receptionist};
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::operation::Operation;
use platform::record::Body;
use platform::resource::{Resource, change, show_one};
use platform::route::{Route, Run};
use platform::serde_json::{Map, json};

use crate::appointment::{Appointment, not_from};
use crate::state::AppointmentStatus::{self, Cancelled, CheckedIn, Completed, InProgress, NoShow};

/// The operations of all verbs.
pub(crate) fn operations() -> Vec<Operation> {
    let verbs: [(&str, Run, &str); 5] = [
        (
            "check_in",
            |cx, call| Box::pin(to(cx, call, CheckedIn)),
            "The patient has come: gives the number in the doctor's queue",
        ),
        (
            "start",
            |cx, call| Box::pin(to(cx, call, InProgress)),
            "The doctor sees the patient now",
        ),
        (
            "complete",
            |cx, call| Box::pin(to(cx, call, Completed)),
            "The patient was seen",
        ),
        (
            "cancel",
            |cx, call| Box::pin(to(cx, call, Cancelled)),
            "Give the time free again",
        ),
        (
            "no_show",
            |cx, call| Box::pin(to(cx, call, NoShow)),
            "The patient did not come",
        ),
    ];
    let operation = |(verb, run, summary): (&str, Run, &str)| {
        let path = format!("{}/{{id}}/{verb}/", Appointment::PATH);
        Route::post(Appointment::PATH, &path, run)
            .may(
                &format!("{}:{verb}", Appointment::PATH),
                Access::may(&[Admin, Doctor, Receptionist, Nurse]),
            )
            .patient_data()
            .answers_record::<Appointment>(200)
            .versioned()
            .conflicts()
            .summary(summary)
            .done()
    };
    verbs.into_iter().map(operation).collect()
}

async fn to(cx: &mut Cx, call: &Call, status: AppointmentStatus) -> Result<Reply, Error> {
    let row: Appointment = cx.hold(call.id()?).await?;
    call.body_for(&[])?;
    if row.status == status {
        return Err(not_from(status));
    }
    let body = Body(Map::from_iter([("status".to_owned(), json!(status))]));
    let row = change(cx, row, &body, call.if_match()?).await?;
    show_one(cx, &row).await
}
