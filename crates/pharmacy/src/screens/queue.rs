//! What waits to be dispensed, the longest first.

use std::collections::HashMap;

use clinical::prescription::READ_DRUG;
use clinical::{Prescription, PrescriptionStatus as Status};
use jiff::SignedDuration;
use kernel::Reach;
use maud::{Markup, html};
use patients::Patient;
use platform::cx::{Cx, among, column};
use platform::db::ToValue;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use sea_query::{Condition, Expr, ExprTrait, Order, Query};
use web::ui::{self, Tone};
use web::{Ask, Page};

use super::panels;
use super::parts::{Items, items, units, waits};
use crate::rules::fefo;
use crate::shelf;
use crate::stock_batch::StockBatch;
use crate::stock_location::MAIN;

/// Prescriptions of one page.
const MOST: u64 = 100;
/// Whoever did not come for so long is not waiting any more; their prescriptions are found under another heading.
const LATELY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Which of the prescriptions that are owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Of the last days, the longest waiting first; without deceased patients.
    Lately,
    /// Older ones, the newest first.
    Older,
    /// Those that were set aside, the newest first, also of deceased patients, whose packed medicines go back to the shelf.
    Aside,
}

impl Which {
    fn of(ask: &Ask) -> Which {
        match (ask.query("older"), ask.query("aside")) {
            (_, Some(_)) => Which::Aside,
            (Some(_), None) => Which::Older,
            (None, None) => Which::Lately,
        }
    }
}

/// Prescriptions of which something is owed.
pub(super) async fn waiting(
    cx: &mut Cx,
    which: Which,
    most: u64,
    except: Option<i64>,
) -> Result<Vec<Prescription>, Error> {
    let since = cx.now() - LATELY;
    resource::rows(cx, most, |query| {
        let open = [Status::Active, Status::PendingDispense].map(Status::as_str);
        let given = column("prescription", "quantity_dispensed");
        let owed = Condition::any()
            .add(given.clone().lt(column("prescription", "quantity")))
            .add(
                Condition::all()
                    .add(Prescription::quantity.is_null())
                    .add(given.eq(0)),
            );
        let mut aside = Query::select();
        aside
            .expr(Expr::val(1))
            .from("set_aside")
            .and_where(column("set_aside", "prescription").eq(column("prescription", "id")))
            .and_where(column("set_aside", "voided_at").is_null());
        let aside = Expr::exists(aside);
        let mut died = Query::select();
        died.expr(Expr::val(1))
            .from("patient")
            .and_where(column("patient", "id").eq(column("prescription", "patient")))
            .and_where(Patient::deceased_at.is_not_null());
        query
            .and_where(Prescription::status.is_in(open))
            .cond_where(owed)
            .and_where(if which == Which::Aside {
                aside
            } else {
                aside.not().and(Expr::exists(died).not())
            });
        match which {
            Which::Lately => query
                .and_where(Prescription::prescribed_at.gte(since.to_value()))
                .order_by(("prescription", "prescribed_at"), Order::Asc)
                .order_by(("prescription", "id"), Order::Asc),
            Which::Older => query
                .and_where(Prescription::prescribed_at.lt(since.to_value()))
                .order_by(("prescription", "id"), Order::Desc),
            Which::Aside => query.order_by(("prescription", "id"), Order::Desc),
        };
        if let Some(encounter) = except {
            query.and_where(Prescription::encounter.ne(encounter));
        }
    })
    .await
}

/// One patient with what one encounter prescribed.
struct Waiting<'a> {
    patient: i64,
    rows: Vec<&'a Prescription>,
}

fn grouped(rows: &[Prescription]) -> Vec<Waiting<'_>> {
    let mut groups: Vec<(i64, Waiting<'_>)> = Vec::new();
    for row in rows {
        let encounter = row.encounter.get();
        match groups.iter_mut().find(|(known, _)| *known == encounter) {
            Some((_, group)) => group.rows.push(row),
            None => groups.push((
                encounter,
                Waiting {
                    patient: row.patient.get(),
                    rows: vec![row],
                },
            )),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// What is needed to say something about a row.
struct Known {
    names: HashMap<i64, String>,
    died: HashMap<i64, Patient>,
    prescribers: HashMap<i64, String>,
    items: Items,
    batches: Vec<StockBatch>,
    /// The reader may know what is prescribed.
    drugs: bool,
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    cx.saw_nothing();
    let which = Which::of(ask);
    let rows = waiting(cx, which, MOST, None).await?;
    let known = known(cx, &rows).await?;
    let groups = grouped(&rows);
    let slot = ask.slot(cx, "pharmacy", 0).await?;
    let shelf = panels::show(cx, ask).await?;
    let body = html! {
        (slot)
        div.actions {
            @if let Some(first) = groups.first().filter(|_| which == Which::Lately) {
                (ui::primary(&address(first), &ask.t("pharmacy-first"), "n"))
            }
            (panels::ways(ask))
        }
        nav.tabs aria-label=(ask.t("pharmacy-queue-tabs")) {
            @for (one, older, aside, words) in [
                (Which::Lately, "", "", "pharmacy-waiting"),
                (Which::Older, "1", "", "pharmacy-older"),
                (Which::Aside, "", "1", "pharmacy-aside"),
            ] {
                a href=(ask.here(&[("older", older), ("aside", aside)])) aria-current=[(one == which).then_some("page")] { (ask.t(words)) }
            }
        }
        @if groups.is_empty() {
            (ui::empty(&ask.t(match which {
                Which::Lately => "pharmacy-waiting-none",
                Which::Older => "pharmacy-older-none",
                Which::Aside => "pharmacy-aside-none",
            }), None))
        }
        @if !groups.is_empty() {
            section.panel { ul.entries { @for group in &groups { (entry(cx, ask, group, &known)) } } }
        }
        @if u64::try_from(rows.len()).is_ok_and(|count| count == MOST) {
            p.hint { (ask.t("pharmacy-more-waiting")) }
        }
        (shelf)
    };
    Ok(Page::new(ask.t("pharmacy-title"), body))
}

async fn known(cx: &mut Cx, rows: &[Prescription]) -> Result<Known, Error> {
    let ids = || {
        rows.iter()
            .filter_map(|row| Some(row.medication_item?.get()))
    };
    let items = items(cx, ids()).await?;
    let mut wanted: Vec<i64> = items.keys().copied().collect();
    wanted.sort_unstable();
    Ok(Known {
        names: patients::names(cx, rows.iter().map(|row| row.patient.get())).await?,
        died: died(cx, rows).await?,
        prescribers: identity::names(
            cx,
            rows.iter().filter_map(|row| Some(row.prescribed_by?.get())),
        )
        .await?,
        items,
        batches: shelf::of_items(cx, &wanted).await?,
        drugs: cx.grant_of(READ_DRUG).reach != Reach::None,
    })
}

/// Those of the patients who have died.
async fn died(cx: &mut Cx, rows: &[Prescription]) -> Result<HashMap<i64, Patient>, Error> {
    let mut ids: Vec<i64> = rows.iter().map(|row| row.patient.get()).collect();
    ids.sort_unstable();
    ids.dedup();
    let dialect = cx.dialect();
    let found: Vec<Patient> = resource::rows(cx, MOST, |query| {
        query
            .and_where(among(dialect, Patient::id, &ids))
            .and_where(Patient::deceased_at.is_not_null());
    })
    .await?;
    Ok(found.into_iter().map(|row| (row.meta.id, row)).collect())
}

fn address(group: &Waiting<'_>) -> String {
    let first = group.rows.first().map_or(0, |row| row.meta.id);
    ["/prescriptions/", &first.to_string(), "/dispense"].concat()
}

fn entry(cx: &Cx, ask: &Ask, group: &Waiting<'_>, known: &Known) -> Markup {
    let first = group.rows.first();
    let name = known.names.get(&group.patient).map_or("", String::as_str);
    let by = first.and_then(|row| known.prescribers.get(&row.prescribed_by?.get()));
    html! {
        li.waits data-row {
            span {
                a href=(address(group)) { b { (name) } }
                @if let Some(patient) = known.died.get(&group.patient) { " " (patients::died(ask, patient)) }
                @if let Some(by) = by { " · " (by) }
                @if known.drugs {
                    ul.stack { @for row in &group.rows { li { (medicine(cx, ask, row, known)) } } }
                } @else {
                    " · " (ask.say(&Text::new("pharmacy-medicines").with("count", group.rows.len())))
                }
            }
            @if let Some(row) = first { span.when { (waits(ask, row.prescribed_at, cx.now())) } }
        }
    }
}

/// What is prescribed and owed, and whether it is there.
fn medicine(cx: &Cx, ask: &Ask, row: &Prescription, known: &Known) -> Markup {
    let item = row
        .medication_item
        .and_then(|item| known.items.get(&item.get()));
    let owed = row
        .quantity
        .map(|quantity| quantity - row.quantity_dispensed);
    html! {
        (row.medication_name.open())
        @if let Some(owed) = owed { " · " (units(owed, item)) }
        @if let Some(item) = item {
            @let held: Vec<_> = known.batches.iter()
                .filter(|batch| batch.medication_item.get() == item.meta.id && batch.location.get() == MAIN)
                .map(StockBatch::held).collect();
            @let there = fefo::available(&held, cx.today());
            @if there == 0 {
                " " (ui::pill(Tone::Bad, &ask.t("pharmacy-none-there")))
            } @else if owed.is_some_and(|owed| owed > there) {
                " " (ui::pill(Tone::Warning, &ask.say(&Text::new("pharmacy-only-there").with("units", units(there, None)))))
            }
            @if item.is_controlled_substance { " " span.pill.warning.long { "! " (ask.t("pharmacy-controlled")) } }
        } @else {
            " " (ui::pill(Tone::Plain, &ask.t("pharmacy-not-in-formulary")))
        }
    }
}
