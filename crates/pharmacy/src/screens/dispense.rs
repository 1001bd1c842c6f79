//! Dispensing what one encounter prescribed: what is owed, from which batches, and what speaks against it.

use std::collections::HashMap;

use clinical::prescription::READ_DRUG;
use clinical::prescription_safety::{self as safety, Checked};
use clinical::vitals::last_weight;
use clinical::{Prescription, PrescriptionStatus as Status};
use formulary::MedicationItem;
use kernel::Reach;
use maud::{Markup, html};
use platform::cx::{Cx, among, column};
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Page};

use super::aside;
use super::line;
use super::parts::{Items, items, number};
use super::queue::{Which, waiting};
use crate::dispensing_log::DispensingLog;
use crate::names;
use crate::set_aside::SetAside;
use crate::shelf;
use crate::stock_batch::StockBatch;

/// Prescriptions of one encounter, at most.
const MOST: u64 = 50;
/// Earlier dispenses that are shown.
const LOGS: u64 = 200;
/// Medications that a free text may mean.
const MEANT: u64 = 8;

/// What is known about the prescriptions of a page.
pub(super) struct Sheet {
    pub(super) rows: Vec<Prescription>,
    pub(super) checked: Vec<Checked>,
    pub(super) items: Items,
    pub(super) batches: Vec<StockBatch>,
    /// Batches and places by name, also of what was given before.
    pub(super) numbers: HashMap<i64, String>,
    pub(super) places: HashMap<i64, String>,
    pub(super) people: HashMap<i64, String>,
    pub(super) logs: Vec<DispensingLog>,
    /// Those that were set aside.
    pub(super) asides: Vec<SetAside>,
    /// Medications that the asked prescription may mean, when it names none.
    pub(super) meant: Vec<MedicationItem>,
}

impl Sheet {
    /// What was given of a prescription and stands, the latest first.
    pub(super) fn given(&self, row: &Prescription) -> Vec<&DispensingLog> {
        let own = |log: &&DispensingLog| {
            log.reversed_at.is_none() && log.prescription.is_some_and(|of| of.get() == row.meta.id)
        };
        self.logs.iter().filter(own).collect()
    }

    pub(super) fn item(&self, row: &Prescription) -> Option<&MedicationItem> {
        self.items.get(&row.medication_item?.get())
    }
}

/// Something is still to be handed out.
pub(super) fn is_owed(row: &Prescription) -> bool {
    row.status.is_current()
        && row
            .quantity
            .map_or(row.quantity_dispensed == 0, |quantity| {
                row.quantity_dispensed < quantity
            })
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let asked: Prescription = cx.find(ask.id()?).await?;
    cx.saw_record(&asked);
    if cx.grant_of(READ_DRUG).reach == Reach::None {
        return Err(Error::not_found());
    }
    let patient = asked.patient.get();
    let head = patients::head(cx, ask, patient).await?;
    let facts = facts(cx, ask, &asked).await?;
    let sheet = read(cx, ask, &asked).await?;
    let next = next(cx, ask, &asked).await?;
    let owed = sheet.rows.iter().any(is_owed);
    let cancelled = asked.status == Status::Cancelled;
    let mut order: Vec<usize> = (0..sheet.rows.len()).collect();
    order.sort_by_key(|at| {
        let row = &sheet.rows[*at];
        (!is_owed(row), row.meta.id != asked.meta.id, row.meta.id)
    });
    let body = html! {
        (facts)
        @if cancelled { (ui::notice(Tone::Warning, html! { p { (ask.t("pharmacy-cancelled")) } })) }
        (offers(ask, &sheet, owed || cancelled, next.as_ref()))
        @for at in order { (line::show(cx, ask, &sheet, at, asked.meta.id)) }
    };
    let title = Text::new("pharmacy-dispense-title").with("name", head.patient.full_name());
    Ok(head.page(ask.say(&title), &body))
}

/// Weight, who prescribed and when.
async fn facts(cx: &mut Cx, ask: &Ask, asked: &Prescription) -> Result<Markup, Error> {
    let weight = last_weight(cx, asked.patient.get()).await?;
    let by = asked.prescribed_by.map(|user| user.get());
    let by = identity::names(cx, by).await?.into_values().next();
    let weight = match weight {
        Some((weight, at)) => {
            let day = ui::day_words(ask, cx.app.zone.to_local(at).date());
            let text = Text::new("pharmacy-weight-on")
                .with("weight", weight.written(ask.reader()))
                .with("day", day);
            html! { b { (ask.say(&text)) } }
        }
        None => html! { (ask.t("pharmacy-weight-unknown")) },
    };
    Ok(ui::facts(&[
        (ask.t("pharmacy-weight"), weight),
        (
            ask.t("pharmacy-prescriber"),
            html! { (by.unwrap_or_default()) },
        ),
        (
            ask.t("pharmacy-prescribed-at"),
            ask.moment(asked.prescribed_at),
        ),
    ]))
}

async fn read(cx: &mut Cx, ask: &Ask, asked: &Prescription) -> Result<Sheet, Error> {
    let encounter = asked.encounter.get();
    let mut rows: Vec<Prescription> = resource::rows(cx, MOST, |query| {
        query
            .and_where(Prescription::encounter.eq(encounter))
            .and_where(Prescription::status.ne(Status::Cancelled.as_str()))
            .order_by(("prescription", "id"), Order::Asc);
    })
    .await?;
    if !rows.iter().any(|row| row.meta.id == asked.meta.id) {
        rows.insert(0, asked.clone());
    }
    let checked = safety::look(cx, asked.patient.get(), &rows).await?;
    let ids = rows
        .iter()
        .filter_map(|row| Some(row.medication_item?.get()));
    let items = items(cx, ids).await?;
    let mut wanted: Vec<i64> = items.keys().copied().collect();
    wanted.sort_unstable();
    let batches = shelf::of_items(cx, &wanted).await?;
    let logs = logs(cx, &rows).await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.meta.id).collect();
    let asides = aside::of(cx, &ids).await?;
    let numbers = names::batches(cx, logs.iter().map(|log| log.stock_batch.get())).await?;
    let places = names::locations(cx, batches.iter().map(|batch| batch.location.get())).await?;
    let people = logs.iter().filter_map(|log| Some(log.dispensed_by?.get()));
    let people = identity::names(cx, people).await?;
    let meant = if asked.medication_item.is_none() && is_owed(asked) {
        let name: &str = asked.medication_name.open();
        resource::search(cx, ask.query("q").unwrap_or(name), MEANT).await?
    } else {
        Vec::new()
    };
    Ok(Sheet {
        rows,
        checked,
        items,
        batches,
        numbers,
        places,
        people,
        logs,
        asides,
        meant,
    })
}

async fn logs(cx: &mut Cx, rows: &[Prescription]) -> Result<Vec<DispensingLog>, Error> {
    let ids: Vec<i64> = rows.iter().map(|row| row.meta.id).collect();
    let dialect = cx.dialect();
    resource::rows(cx, LOGS, |query| {
        query
            .and_where(among(
                dialect,
                column("dispensing_log", "prescription"),
                &ids,
            ))
            .order_by(("dispensing_log", "id"), Order::Desc);
    })
    .await
}

/// Where the next in the queue is, and who.
async fn next(
    cx: &mut Cx,
    ask: &Ask,
    asked: &Prescription,
) -> Result<Option<(String, String)>, Error> {
    let first = waiting(cx, Which::Lately, 1, Some(asked.encounter.get())).await?;
    let Some(first) = first.first() else {
        return Ok(None);
    };
    let patient = first.patient.get();
    let names = patients::names(cx, [patient]).await?;
    let text = Text::new("pharmacy-next").with("name", names::of(&names, patient));
    let address = ["/prescriptions/", &first.meta.id.to_string(), "/dispense"].concat();
    Ok(Some((address, ask.say(&text))))
}

/// What was just given can be labelled; then comes the next patient.
fn offers(ask: &Ask, sheet: &Sheet, owed: bool, next: Option<&(String, String)>) -> Markup {
    let just = number(ask, "row");
    let row = just.and_then(|id| sheet.rows.iter().find(|row| row.meta.id == id));
    let given = row.map(|row| sheet.given(row)).unwrap_or_default();
    let last = given.first().map(|log| log.dispense_date);
    let given = given.iter().filter(|log| Some(log.dispense_date) == last);
    let labels: Vec<String> = given.map(|log| label(log.meta.id)).collect();
    html! {
        @if !owed { (ui::notice(Tone::Good, html! { p { (ask.t("pharmacy-all-given")) } })) }
        div.actions {
            @for (at, address) in labels.iter().enumerate() {
                a.button href=(address) target="_blank" rel="noopener" data-key=[(at == 0).then_some("p")] {
                    (ask.t("pharmacy-print-label"))
                    @if labels.len() > 1 { " " (at + 1) }
                    @if at == 0 { kbd aria-hidden="true" { "p" } }
                }
            }
            @match next {
                Some((address, words)) if owed => {
                    a.button href=(address) data-key="n" { (words) kbd aria-hidden="true" { "n" } }
                },
                Some((address, words)) => { (ui::primary(address, words, "n")) },
                None => { a.button href="/pharmacy" { (ask.t("pharmacy-back")) } },
            }
        }
    }
}

/// The address of a label.
pub(super) fn label(log: i64) -> String {
    ["/print/medicine-label/", &log.to_string(), ".pdf"].concat()
}
