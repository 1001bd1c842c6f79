//! The waiting list at the desk: what is offered to whom, and who waits.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::db::ToValue;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::{Ask, ui};

use super::parts::clock;
use crate::offer::{OfferStatus, SlotOffer};
use crate::waiting_entry::{WaitingEntry, WaitingStatus};

/// Offers that the desk is shown.
const OFFERS: u64 = 10;
/// People who wait that the desk is shown.
const WAITING: u64 = 8;

/// That nothing is offered at night, and from when on it is; nothing by day.
pub(super) fn rest(cx: &Cx, ask: &Ask) -> Option<Markup> {
    let at = crate::offer::rests_until(cx)?;
    let text = Text::new("scheduling-offers-rest").with("at", clock(ask, at));
    Some(html! { p.hint role="status" { (ask.say(&text)) } })
}

/// Open offers, with the buttons for somebody who calls, and the first who wait.
pub(super) async fn panel(cx: &mut Cx, ask: &Ask) -> Result<Option<Markup>, Error> {
    let now = cx.now();
    let offers: Vec<SlotOffer> = resource::rows(cx, OFFERS, |query| {
        query
            .and_where(SlotOffer::status.eq(OfferStatus::Open.as_str()))
            .and_where(SlotOffer::expires_at.gt(now.to_value()))
            .order_by(("slot_offer", "expires_at"), Order::Asc)
            .order_by(("slot_offer", "id"), Order::Asc);
    })
    .await?;
    let waiting: Vec<WaitingEntry> = resource::rows(cx, WAITING, |query| {
        query
            .and_where(WaitingEntry::status.eq(WaitingStatus::Waiting.as_str()))
            .order_by(("waiting_entry", "urgent"), Order::Desc)
            .order_by(("waiting_entry", "id"), Order::Asc);
    })
    .await?;
    let patients = offers.iter().map(|row| row.patient.get());
    let patients = patients.chain(waiting.iter().map(|row| row.patient.get()));
    let patients = patients::names(cx, patients.collect::<Vec<_>>()).await?;
    let doctors = offers.iter().map(|row| Some(row.doctor));
    let doctors = doctors
        .chain(waiting.iter().map(|row| row.doctor))
        .flatten();
    let doctors =
        identity::names(cx, doctors.map(|doctor| doctor.get()).collect::<Vec<_>>()).await?;
    let patient = |id: i64| {
        let name = patients.get(&id).map_or("", String::as_str);
        html! { a href={ "/patients/" (id) "/" } { (name) } }
    };
    let doctor = |id: i64| doctors.get(&id).cloned().unwrap_or_default();
    let day = |at| ui::day_words(ask, cx.app.zone.to_local(at).date());
    let inner = html! {
        @if offers.is_empty() && waiting.is_empty() { p.hint { (ask.t("scheduling-waiting-list-none")) } }
        @if let Some(rest) = rest(cx, ask).filter(|_| !waiting.is_empty()) { (rest) }
        ul.entries {
            @for row in &offers {
                li data-row {
                    span {
                        (patient(row.patient.get())) " · " (day(row.starts_at)) " " b { (clock(ask, row.starts_at)) } " · " (doctor(row.doctor.get()))
                        p.hint { (ask.say(&Text::new("scheduling-offered-until").with("until", clock(ask, row.expires_at)))) }
                    }
                    @for (operation, text, done) in [
                        ("slot_offers_accept", "scheduling-offer-accept", "done-booked"),
                        ("slot_offers_decline", "scheduling-offer-decline", "done-offer-declined"),
                    ] {
                        @if ask.may_do(operation) { (ask.form(operation).on(row.meta.id).done(done).only_button(text)) }
                    }
                }
            }
            @for row in &waiting {
                li data-row {
                    span {
                        (patient(row.patient.get()))
                        @if let Some(id) = row.doctor { " · " (doctor(id.get())) }
                        @if row.urgent { " " (ui::pill(ui::Tone::Warning, &ask.t("scheduling-urgent"))) }
                    }
                }
            }
        }
        div.actions {
            @if ask.may_do("waiting_list_create") { a.button href="/admin/waiting-list/new" { (ask.t("scheduling-waiting-list-add")) } }
            a href="/admin/waiting-list" { (ask.t("scheduling-waiting-list-all")) }
        }
    };
    Ok(Some(ui::panel(&ask.t("scheduling-waiting-list"), inner)))
}
