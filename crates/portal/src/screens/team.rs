//! The hospital's side of the messages: what waits for whoever works here, and the thread with a patient.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::{self, Resource};
use sea_query::{Condition, ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Page};

use super::messages;
use crate::message::{Direction, MessageExtra, SecureMessage};

/// Messages that a workplace shows; the others come once these are read.
const FEW: u64 = 10;

/// What is for the reader, or for all who treat the patient, and nobody has read.
pub(super) async fn waiting(cx: &mut Cx, ask: &Ask, me: i64) -> Result<Option<Markup>, Error> {
    let rows: Vec<SecureMessage> = resource::rows(cx, FEW, |query| {
        let to_team = Condition::all()
            .add(SecureMessage::direction.eq(Direction::FromPatient.as_str()))
            .add(SecureMessage::recipient.is_null());
        query
            .and_where(SecureMessage::is_read.eq(false))
            .and_where(SecureMessage::sender.ne(me))
            .cond_where(
                Condition::any()
                    .add(to_team)
                    .add(SecureMessage::recipient.eq(me)),
            )
            .order_by(("secure_message", "id"), Order::Asc);
    })
    .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    for row in &rows {
        cx.saw_record(row);
    }
    let about = rows.iter().filter_map(|row| Some(row.patient?.get()));
    let about = patients::names(cx, about).await?;
    let names = SecureMessage::extras(cx, &rows).await?;
    let inner = html! {
        ul.entries {
            @for (row, names) in rows.iter().zip(&names) {
                li data-row {
                    span {
                        a href=(address(row)) { (subject(ask, row)) }
                        " · " (names.sender_name)
                        @if let Some(patient) = row.patient.and_then(|patient| about.get(&patient.get())).filter(|name| **name != names.sender_name) {
                            " · " (patient)
                        }
                        " · " (ask.moment(row.sent_at))
                    }
                }
            }
        }
    };
    Ok(Some(ui::panel(&ask.t("portal-waiting"), inner)))
}

/// A patient's message is read in their thread, where it is answered; one among staff by itself.
fn address(row: &SecureMessage) -> String {
    match (row.direction, row.patient) {
        (Direction::FromPatient, Some(patient)) => {
            ["/patients/", &patient.get().to_string(), "/messages"].concat()
        }
        _ => ["/admin/secure-messages/", &row.meta.id.to_string(), "/"].concat(),
    }
}

fn subject(ask: &Ask, row: &SecureMessage) -> String {
    let said: &str = row.subject.open();
    match said.trim() {
        "" => ask.t("portal-message"),
        said => said.to_owned(),
    }
}

/// The messages between a patient and the hospital that the reader may see, and the form that answers.
pub(super) async fn thread(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let id = ask.id()?;
    let head = patients::head(cx, ask, id).await?;
    let me = cx.user_id()?;
    let rows = messages::of_patient(cx, id).await?;
    let here = ["/patients/", &id.to_string(), "/messages"].concat();
    let body = html! {
        (messages::write(ask, id, here, ["portal-answer", "portal-answer-hint"]))
        @if rows.is_empty() { (ui::empty(&ask.t("portal-messages-none"), None)) }
        @for (row, names) in &rows { (message(ask, row, names, me)) }
    };
    Ok(head.page(ask.t("portal-tab-messages"), &body))
}

fn message(ask: &Ask, row: &SecureMessage, names: &MessageExtra, me: i64) -> Markup {
    let said: &str = row.subject.open();
    let text: &str = row.message.open();
    let for_me = row
        .recipient
        .map_or(row.direction == Direction::FromPatient, |recipient| {
            recipient.get() == me
        });
    let waits = for_me && row.sender.get() != me && row.read_at.is_none();
    let read = ask
        .form("secure_messages_mark_read")
        .on(row.meta.id)
        .done("done-message-read");
    html! {
        section.panel {
            @if !said.is_empty() { h2 { (said) } }
            p.hint {
                (names.sender_name)
                @if !names.recipient_name.is_empty() { " → " (names.recipient_name) }
                " · " (ask.moment(row.sent_at)) " "
                @match (waits, row.read_at) {
                    (true, _) => { (ui::pill(Tone::Warning, &ask.t("portal-new"))) },
                    (false, Some(at)) => { "· " (ask.t("portal-was-read")) " " (ask.moment(at)) },
                    (false, None) => { "· " (ask.t("portal-not-read")) },
                }
            }
            @for line in text.lines() { p { (line) } }
            @if waits { (read.only_button("portal-mark-read")) }
        }
    }
}
