//! What doctors are told of their appointments.

use contracts::{AppointmentBooked, AppointmentCancelled, AppointmentMoved};
use futures_util::future::BoxFuture;
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::module::Module;
use platform::record::Record;
use platform::texts::Text;
use scheduling::{Appointment, AppointmentStatus};
use sea_query::ExprTrait;

use crate::delivery::when;
use crate::notification::NotificationType;
use crate::notify::{Notice, language_of, notify};

/// Under which the module hears of appointments.
const NAME: &str = "doctors-news";

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .on::<AppointmentBooked>(NAME, |cx, event| booked(cx, event))
        .on::<AppointmentMoved>(NAME, |cx, event| moved(cx, event))
        .on::<AppointmentCancelled>(NAME, |cx, event| cancelled(cx, event))
}

fn booked(cx: &mut Cx, told: AppointmentBooked) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async move {
        stands(
            cx,
            told.appointment,
            told.doctor,
            "notice-appointment-booked",
        )
        .await
    })
}

fn moved(cx: &mut Cx, told: AppointmentMoved) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async move {
        stands(
            cx,
            told.appointment,
            told.doctor,
            "notice-appointment-moved",
        )
        .await
    })
}

/// One that takes place, as it is now: what changed since is told by its own event.
async fn stands(cx: &mut Cx, id: i64, doctor: i64, key: &'static str) -> Result<(), Error> {
    let Some((row, voided)) = appointment(cx, id).await? else {
        return Ok(());
    };
    if voided || !row.status.is_open() || row.doctor.get() != doctor {
        return Ok(());
    }
    tell(cx, &row, key).await
}

fn cancelled(cx: &mut Cx, told: AppointmentCancelled) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async move {
        let Some((row, voided)) = appointment(cx, told.appointment).await? else {
            return Ok(());
        };
        let key = match row.status {
            AppointmentStatus::NoShow => "notice-appointment-missed",
            AppointmentStatus::Cancelled => "notice-appointment-cancelled",
            _ if voided => "notice-appointment-cancelled",
            // It stands again.
            _ => return Ok(()),
        };
        tell(cx, &row, key).await
    })
}

/// The appointment, and whether it was removed.
async fn appointment(cx: &mut Cx, id: i64) -> Result<Option<(Appointment, bool)>, Error> {
    let by_id = || {
        let mut query = select::<Appointment>();
        query.and_where(Appointment::id.eq(id));
        query
    };
    let why = "the program tells the doctor";
    let Some(row) = cx.unscoped(why).record::<Appointment>(by_id()).await? else {
        return Ok(None);
    };
    let mut kept = by_id();
    kept.and_where(column(Appointment::TABLE, "voided_at").is_null());
    let kept = cx.unscoped(why).record::<Appointment>(kept).await?;
    Ok(Some((row, kept.is_none())))
}

/// Tells the doctor of an appointment that is still to come, or was to.
async fn tell(cx: &mut Cx, row: &Appointment, key: &'static str) -> Result<(), Error> {
    let missed = row.status == AppointmentStatus::NoShow;
    if row.starts_at < cx.now() && !missed {
        return Ok(());
    }
    let (doctor, patient) = (row.doctor.get(), row.patient.get());
    let Some(language) = language_of(cx, doctor).await? else {
        return Ok(());
    };
    let names = patients::names(cx, [patient]).await?;
    let at = cx.app.zone.to_local(row.starts_at);
    let text = Text::new(key)
        .with("patient", names.get(&patient).map_or("", String::as_str))
        .with("when", when(&language, at));
    let notice = Notice {
        user: doctor,
        kind: NotificationType::Appointment,
        text,
        related: Some(("Appointment", row.meta.id)),
        patient: Some(patient),
    };
    notify(cx, notice).await?;
    Ok(())
}
