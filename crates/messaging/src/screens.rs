//! What people see of messages: on the desk, those of the last days that failed.

use jiff::SignedDuration;
use kernel::Reach;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::db::ToValue;
use platform::error::Error;
use platform::resource::{self, Resource};
use sea_query::{ExprTrait, Order};
use web::{Ask, Panel, Screens, ui};

use crate::delivery::appointment_notification::{AppointmentNotification, Channel, MessageStatus};

/// Messages that the desk is shown.
const MOST: u64 = 10;
/// Whoever was not reached longer ago is not reached any more.
const RECENT: SignedDuration = SignedDuration::from_hours(72);

/// The module's panel on the desk.
pub fn screens() -> Screens {
    Screens::new("messaging").panel(
        Panel::new("desk", AppointmentNotification::READ, 30, |cx, ask, _| {
            Box::pin(failed(cx, ask))
        })
        .watches(&["appointment_notification"]),
    )
}

/// What was not sent, why, and the button that has it sent again.
async fn failed(cx: &mut Cx, ask: &Ask) -> Result<Option<Markup>, Error> {
    if cx.grant_of(AppointmentNotification::READ).reach == Reach::None {
        return Ok(None);
    }
    let since = cx.now() - RECENT;
    let rows: Vec<AppointmentNotification> = resource::rows(cx, MOST, |query| {
        query
            .and_where(AppointmentNotification::status.eq(MessageStatus::Failed.as_str()))
            .and_where(AppointmentNotification::scheduled_for.gte(since.to_value()))
            .order_by(("appointment_notification", "scheduled_for"), Order::Desc)
            .order_by(("appointment_notification", "id"), Order::Desc);
    })
    .await?;
    let names = patients::names(cx, rows.iter().map(|row| row.patient.get())).await?;
    let channel = |row: &AppointmentNotification| match row.channel {
        Channel::Sms => ask.t("messaging-by-sms"),
        Channel::Email => ask.t("messaging-by-email"),
    };
    let inner = html! {
        @if rows.is_empty() { p.hint { (ask.t("messaging-failed-none")) } }
        ul.entries {
            @for row in &rows {
                li data-row {
                    span {
                        a href={ "/appointments/" (row.appointment.get()) "/" } { (names.get(&row.patient.get()).map_or("", String::as_str)) }
                        " · " (channel(row))
                        p.hint { (row.error_message.open().to_string()) }
                    }
                    @if ask.may_do("appointment_notifications_resend") {
                        (ask.form("appointment_notifications_resend").on(row.meta.id).done("done-resent").only_button("messaging-resend"))
                    }
                }
            }
        }
    };
    Ok(Some(ui::panel(&ask.t("messaging-failed"), inner)))
}
