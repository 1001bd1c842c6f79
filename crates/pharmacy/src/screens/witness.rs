//! Controlled substances that a second person has still to confirm.

use maud::{Markup, html};
use platform::access::Permission;
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::ui;
use web::{Ask, Page};

use super::parts::{items, units};
use crate::dispensing_log::DispensingLog;
use crate::names;

/// Being the second person.
pub(super) const WITNESS: Permission = Permission::new("dispensing-logs", "witness");
/// Dispenses of one page.
const MOST: u64 = 100;

async fn awaiting(cx: &mut Cx, most: u64) -> Result<Vec<DispensingLog>, Error> {
    resource::rows(cx, most, |query| {
        query
            .and_where(DispensingLog::witness_required.eq(true))
            .and_where(DispensingLog::witness.is_null())
            .and_where(DispensingLog::reversed_at.is_null())
            .order_by(("dispensing_log", "id"), Order::Asc);
    })
    .await
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let logs = awaiting(cx, MOST).await?;
    let items = items(cx, logs.iter().map(|log| log.medication_item.get())).await?;
    let patients = patients::names(cx, logs.iter().map(|log| log.patient.get())).await?;
    let batches = names::batches(cx, logs.iter().map(|log| log.stock_batch.get())).await?;
    let people = logs.iter().filter_map(|log| Some(log.dispensed_by?.get()));
    let people = identity::names(cx, people).await?;
    let body = html! {
        p { (ask.t("pharmacy-witness-what")) }
        @if logs.is_empty() { (ui::empty(&ask.t("pharmacy-witness-none"), None)) }
        ul.entries {
            @for log in &logs {
                @let item = items.get(&log.medication_item.get());
                li data-row {
                    span {
                        b { (item.map(resource::Resource::label).unwrap_or_default()) } " · "
                        (units(log.quantity_dispensed, item)) " · "
                        (ask.t("pharmacy-batch")) " " (names::of(&batches, log.stock_batch.get())) br;
                        (names::of(&patients, log.patient.get())) " · " (ask.moment(log.dispense_date))
                        @if let Some(by) = log.dispensed_by { " · " (names::of(&people, by.get())) }
                    }
                    (confirm(cx, ask, log))
                }
            }
        }
    };
    Ok(Page::new(ask.t("pharmacy-witness-title"), body))
}

/// The button, for everybody but the one who dispensed.
fn confirm(cx: &Cx, ask: &Ask, log: &DispensingLog) -> Markup {
    let own = log.dispensed_by.map(|by| by.get()) == cx.actor.user_id();
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

/// On other people's workplaces: how many wait, and where.
pub(super) async fn panel(cx: &mut Cx, ask: &Ask) -> Result<Option<Markup>, Error> {
    let logs = awaiting(cx, MOST).await?;
    if logs.is_empty() {
        return Ok(None);
    }
    let text = Text::new("pharmacy-witness-count").with("count", logs.len());
    Ok(Some(ui::notice(
        ui::Tone::Warning,
        html! { p { (ask.say(&text)) " " (ui::link("/pharmacy/witness", &ask.t("pharmacy-witness-open"))) } },
    )))
}
