//! Nobody is expected who has died.

use contracts::PatientContactChanged;
use platform::cx::{Cx, select};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::resource::change_by;
use sea_query::ExprTrait;

use crate::appointment::Appointment;
use crate::appointment::upcoming;
use crate::state::AppointmentStatus;
use crate::waiting_entry::{WaitingEntry, WaitingStatus};

/// Whether a patient's death is recorded.
pub(crate) async fn is_dead(cx: &mut Cx, patient: i64) -> Result<bool, Error> {
    let sql = "SELECT deceased_at IS NOT NULL FROM patient WHERE id = $1";
    let found: Option<(bool,)> = cx
        .unscoped("whoever books a patient is told that they have died")
        .optional(Statement::raw(sql, vec![patient.to_value()]))
        .await?;
    Ok(found.is_some_and(|(dead,)| dead))
}

/// Cancels the visits to come of a patient who has died.
pub(crate) async fn cancel(cx: &mut Cx, event: PatientContactChanged) -> Result<(), Error> {
    if !is_dead(cx, event.patient).await? {
        return Ok(());
    }
    let mut query = select::<Appointment>();
    query
        .and_where(Appointment::patient.eq(event.patient))
        .cond_where(upcoming(cx));
    let visits: Vec<Appointment> = cx
        .unscoped("the visits of a patient who has died are cancelled")
        .records(query)
        .await?;
    for visit in visits {
        let held: Appointment = cx.hold(visit.meta.id).await?;
        if held.status.is_open() {
            change_by(cx, held, |row| row.status = AppointmentStatus::Cancelled).await?;
        }
    }
    // Nor is the family called about a time. An offer that is out ends by itself.
    let mut query = select::<WaitingEntry>();
    query
        .and_where(WaitingEntry::patient.eq(event.patient))
        .and_where(WaitingEntry::status.eq(WaitingStatus::Waiting.as_str()));
    let wishes: Vec<WaitingEntry> = cx
        .unscoped("whoever has died waits for no time")
        .records(query)
        .await?;
    for wish in wishes {
        let held: WaitingEntry = cx.hold(wish.meta.id).await?;
        if held.status == WaitingStatus::Waiting {
            change_by(cx, held, |row| row.status = WaitingStatus::Removed).await?;
        }
    }
    Ok(())
}
