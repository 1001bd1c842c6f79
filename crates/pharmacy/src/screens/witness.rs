//! Controlled substances that a second person has still to confirm.

use jiff::Timestamp;
use kernel::Reach;
use maud::{Markup, html};
use platform::access::Permission;
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use sea_query::Order;
use web::ui::{self, Tone};
use web::{Ask, Page};

use super::parts::{items, units};
use crate::dispensing_log::DispensingLog;
use crate::names;
use crate::stock_adjustment::StockAdjustment;

/// Being the second person.
pub(super) const WITNESS: Permission = Permission::new("dispensing-logs", "witness");
/// The same of an adjustment.
const WITNESS_ADJUSTMENT: Permission = Permission::new("stock-adjustments", "witness");
/// Dispenses of one page.
const MOST: u64 = 100;

async fn awaiting(cx: &mut Cx, most: u64) -> Result<Vec<DispensingLog>, Error> {
    resource::rows(cx, most, |query| {
        query
            .cond_where(DispensingLog::awaiting_witness())
            .order_by(("dispensing_log", "id"), Order::Asc);
    })
    .await
}

async fn adjusted(cx: &mut Cx, most: u64) -> Result<Vec<StockAdjustment>, Error> {
    if cx.grant_of(WITNESS_ADJUSTMENT).reach == Reach::None {
        return Ok(Vec::new());
    }
    resource::rows(cx, most, |query| {
        query
            .cond_where(StockAdjustment::awaiting_witness())
            .order_by(("stock_adjustment", "id"), Order::Asc);
    })
    .await
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let logs = awaiting(cx, MOST).await?;
    let adjusted = adjusted(cx, MOST).await?;
    let of_adjusted = adjusted
        .iter()
        .filter_map(|row| Some(row.medication_item?.get()));
    let ids = logs.iter().map(|log| log.medication_item.get());
    let items = items(cx, ids.chain(of_adjusted)).await?;
    let patients = patients::names(cx, logs.iter().map(|log| log.patient.get())).await?;
    let batches = names::batches(cx, logs.iter().map(|log| log.stock_batch.get())).await?;
    let of_logs = logs.iter().map(DispensingLog::entered_by);
    let people = of_logs.chain(adjusted.iter().map(StockAdjustment::entered_by));
    let people = identity::names(cx, people.flatten().map(|user| user.get())).await?;
    let body = html! {
        p { (ask.t("pharmacy-witness-what")) }
        @if logs.is_empty() && adjusted.is_empty() { (ui::empty(&ask.t("pharmacy-witness-none"), None)) }
        ul.entries {
            @for log in &logs {
                @let item = items.get(&log.medication_item.get());
                li data-row {
                    span {
                        b { (item.map(resource::Resource::label).unwrap_or_default()) } " · "
                        (units(log.quantity_dispensed, item)) " · "
                        (ask.t("pharmacy-batch")) " " (names::of(&batches, log.stock_batch.get())) br;
                        (names::of(&patients, log.patient.get())) " · " (ask.moment(log.dispense_date))
                        (back(ask, log.reversed_at))
                        @if let Some(by) = log.entered_by() { " · " (names::of(&people, by.get())) }
                    }
                    (confirm(cx, ask, log))
                }
            }
            @for row in &adjusted {
                @let item = row.medication_item.and_then(|item| items.get(&item.get()));
                li data-row {
                    span {
                        b { (item.map(resource::Resource::label).unwrap_or_default()) } " · "
                        (sign(row.quantity)) (units(row.quantity.abs(), item)) " · "
                        (web::words::choice(ask, "adjustment_type", row.adjustment_type.as_str())) br;
                        (&*row.reason) " · " (ask.moment(row.adjustment_date))
                        (back(ask, row.reversed_at))
                        @if let Some(by) = row.entered_by() { " · " (names::of(&people, by.get())) }
                    }
                    (confirm_adjusted(cx, ask, row))
                }
            }
        }
    };
    Ok(Page::new(ask.t("pharmacy-witness-title"), body))
}

/// Marks an entry as reversed, with the time.
fn back(ask: &Ask, reversed_at: Option<Timestamp>) -> Markup {
    html! {
        @if let Some(at) = reversed_at {
            " · " (ui::pill(Tone::Warning, &ask.t("pharmacy-witness-back"))) " " (ask.moment(at))
        }
    }
}

/// The button, for everybody but the user who dispensed or reversed.
fn confirm(cx: &Cx, ask: &Ask, log: &DispensingLog) -> Markup {
    let own = log.entered_by().map(|by| by.get()) == cx.actor.user_id();
    if own {
        return html! { span.hint { (ask.t("pharmacy-witness-own")) } };
    }
    let form = ask
        .form("dispensing_logs_witness")
        .on(log.meta.id)
        .version(log.meta.version)
        .done("done-witnessed");
    form.only_button("pharmacy-confirm")
}

fn sign(quantity: i64) -> &'static str {
    if quantity < 0 { "− " } else { "+ " }
}

/// The same of an adjustment.
fn confirm_adjusted(cx: &Cx, ask: &Ask, row: &StockAdjustment) -> Markup {
    if row.entered_by().map(|by| by.get()) == cx.actor.user_id() {
        return html! { span.hint { (ask.t("pharmacy-witness-own-adjustment")) } };
    }
    let form = ask
        .form("stock_adjustments_witness")
        .on(row.meta.id)
        .version(row.meta.version)
        .done("done-witnessed");
    form.only_button("pharmacy-confirm")
}

/// On other people's workplaces: how many wait, and where.
pub(super) async fn panel(cx: &mut Cx, ask: &Ask) -> Result<Option<Markup>, Error> {
    let waiting = awaiting(cx, MOST).await?.len() + adjusted(cx, MOST).await?.len();
    if waiting == 0 {
        return Ok(None);
    }
    let text = Text::new("pharmacy-witness-count").with("count", waiting);
    Ok(Some(ui::notice(
        Tone::Warning,
        html! { p { (ask.say(&text)) " " (ui::link("/pharmacy/witness", &ask.t("pharmacy-witness-open"))) } },
    )))
}
