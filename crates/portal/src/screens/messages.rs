//! Messages between the patient and those who treat them: read, marked as read, written.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::{self, Resource};
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Kind, Page};

use super::parts::{nobody, whose};
use crate::message::{Direction, MessageExtra, SecureMessage};

/// Messages that are shown, the latest first.
const MOST: u64 = 50;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let Some(whose) = whose(cx, ask).await? else {
        return Ok(nobody(cx, ask));
    };
    let id = whose.patient.meta.id;
    let rows = of_patient(cx, id).await?;
    let words = ["portal-write", "portal-write-hint"];
    let body = html! {
        (write(ask, id, whose.to("/me/messages"), words))
        @if rows.is_empty() { (ui::empty(&ask.t("portal-messages-none"), None)) }
        @for (row, names) in &rows { (message(ask, row, names)) }
    };
    Ok(whose.page(ask, ask.t("portal-tab-messages"), &body))
}

/// The messages of a patient that the reader may see, the latest first, with their people's names.
pub(super) async fn of_patient(
    cx: &mut Cx,
    patient: i64,
) -> Result<Vec<(SecureMessage, MessageExtra)>, Error> {
    let rows: Vec<SecureMessage> = resource::rows(cx, MOST, |query| {
        query
            .and_where(SecureMessage::patient.eq(patient))
            .order_by(("secure_message", "id"), Order::Desc);
    })
    .await?;
    let names = SecureMessage::extras(cx, &rows).await?;
    Ok(rows.into_iter().zip(names).collect())
}

/// The form that writes about a patient, with its heading and its hint.
pub(super) fn write(
    ask: &Ask,
    patient: i64,
    then: String,
    [heading, hint]: [&'static str; 2],
) -> Markup {
    let form = ask
        .form("secure_messages_create")
        .then(then)
        .done("done-message-sent");
    let fields = html! {
        p.hint { (ask.t(hint)) }
        (form.hidden("patient", patient))
        (form.field("subject").label("portal-subject").kind(Kind::Text))
        (form.field("message").label("portal-message").kind(Kind::Area))
        (form.button("portal-send"))
    };
    ui::panel(&ask.t(heading), form.show(fields))
}

fn message(ask: &Ask, row: &SecureMessage, names: &MessageExtra) -> Markup {
    let mine = row.direction == Direction::FromPatient;
    let subject: &str = row.subject.open();
    let text: &str = row.message.open();
    let read = ask.form("secure_messages_mark_read").on(row.meta.id);
    html! {
        section.panel {
            @if !subject.is_empty() { h2 { (subject) } }
            p.hint {
                @if mine { (ask.t("portal-from-you")) } @else { (names.sender_name) }
                " · " (ask.moment(row.sent_at)) " "
                @match (mine, row.read_at) {
                    (true, Some(at)) => { "· " (ask.t("portal-was-read")) " " (ask.moment(at)) },
                    (true, None) => { "· " (ask.t("portal-not-read")) },
                    (false, None) => { (ui::pill(Tone::Warning, &ask.t("portal-new"))) },
                    (false, Some(_)) => {},
                }
            }
            @for line in text.lines() { p { (line) } }
            @if !mine && row.read_at.is_none() { (read.only_button("portal-mark-read")) }
        }
    }
}

/// How many messages to the patient nobody has read.
pub(super) async fn unread(cx: &mut Cx, patient: i64) -> Result<usize, Error> {
    let rows: Vec<SecureMessage> = resource::rows(cx, MOST, |query| {
        query
            .and_where(SecureMessage::patient.eq(patient))
            .and_where(SecureMessage::direction.eq(Direction::ToPatient.as_str()))
            .and_where(SecureMessage::is_read.eq(false));
    })
    .await?;
    Ok(rows.len())
}
