//! What the patient takes and took.

use std::collections::HashMap;

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::{self, Resource};
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::{Ask, Page, ui};

use crate::encounter::Encounter;
use crate::prescription::Prescription;
use crate::screens::medicines::{doses, status};

/// Prescriptions that are looked through, the newest first.
const MOST: u64 = 200;

/// On the patient's page: what is taken now.
pub(super) async fn panel(cx: &mut Cx, ask: &Ask, patient: i64) -> Result<Option<Markup>, Error> {
    let all = of_patient(cx, patient).await?;
    let now: Vec<&Prescription> = all.iter().filter(|row| is_taken(cx, row)).collect();
    let page = ["/patients/", &patient.to_string(), "/medicines"].concat();
    let inner = html! {
        @if now.is_empty() {
            p.hint { (ask.t(if all.is_empty() { "chart-medicines-never" } else { "chart-medicines-none" })) }
        }
        ul.entries { @for row in &now { li { span { (line(ask, row)) } } } }
        @if !all.is_empty() { p { (ui::action(&page, &ask.t("chart-medicines-all"))) } }
    };
    Ok(Some(ui::panel(&ask.t("chart-medicines-now"), inner)))
}

/// All of them, on a page of their own.
pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let id = ask.id()?;
    let head = patients::head(cx, ask, id).await?;
    let all = of_patient(cx, id).await?;
    let doctors = all.iter().filter_map(|row| row.prescribed_by);
    let doctors = identity::names(cx, doctors.map(|user| user.get())).await?;
    let (now, before): (Vec<_>, Vec<_>) = all.iter().partition(|row| is_taken(cx, row));
    let body = html! {
        @if all.is_empty() {
            (ui::empty(&ask.t("chart-medicines-never"), None))
        } @else {
            h2 { (ask.t("chart-medicines-now")) }
            @if now.is_empty() { p.hint { (ask.t("chart-medicines-none")) } } @else { (table(cx, ask, &now, &doctors)) }
            @if !before.is_empty() {
                h2 { (ask.t("chart-medicines-before")) }
                (table(cx, ask, &before, &doctors))
            }
        }
    };
    Ok(head.page(ask.t("chart-medicines"), &body))
}

async fn of_patient(cx: &mut Cx, patient: i64) -> Result<Vec<Prescription>, Error> {
    resource::rows(cx, MOST, |query| {
        query
            .and_where(Prescription::patient.eq(patient))
            .order_by(("prescription", "id"), Order::Desc);
    })
    .await
}

/// As the safety checks see it.
fn is_taken(cx: &Cx, row: &Prescription) -> bool {
    row.is_taken(cx.now())
}

fn line(ask: &Ask, row: &Prescription) -> Markup {
    let day = ask.app().zone.to_local(row.prescribed_at).date();
    html! {
        b { (row.medication_name.open().to_string()) } " · " (doses(ask, row))
        " " small { (ask.t("chart-since")) " " (ask.day(day)) }
    }
}

fn table(cx: &Cx, ask: &Ask, rows: &[&Prescription], doctors: &HashMap<i64, String>) -> Markup {
    let heads = [
        "chart-medicine",
        "chart-doses",
        "chart-dispensed",
        "chart-prescribed",
        "chart-state",
    ]
    .map(|key| ask.t(key));
    let rows: Vec<Vec<Markup>> = rows
        .iter()
        .map(|row| {
            let day = cx.app.zone.to_local(row.prescribed_at).date();
            let doctor = row.prescribed_by.and_then(|user| doctors.get(&user.get()));
            let visit = ["/encounters/", &row.encounter.get().to_string(), "/"].concat();
            let notes = row.notes.open().to_string();
            vec![
                html! { span {
                    b { (row.medication_name.open().to_string()) }
                    @if !notes.is_empty() { br; small { (notes) } }
                } },
                html! { (doses(ask, row)) },
                html! { (dispensed(ask, row)) },
                html! { span {
                    @if ask.may(Encounter::READ) { a href=(visit) { (ask.day(day)) } } @else { (ask.day(day)) }
                    @if let Some(doctor) = doctor { br; small { (doctor) } }
                } },
                status(ask, row.status),
            ]
        })
        .collect();
    ui::table(&heads, &rows)
}

fn dispensed(ask: &Ask, row: &Prescription) -> String {
    match row.quantity {
        Some(of) => ask.say(
            &Text::new("chart-dispensed-of")
                .with("given", row.quantity_dispensed)
                .with("of", of),
        ),
        None if row.quantity_dispensed > 0 => row.quantity_dispensed.to_string(),
        // What the formulary has can be handed out here; how much is settled when it is.
        None if row.status.is_current() && row.medication_item.is_some() => {
            ask.t("chart-dispensed-not-yet")
        }
        None => ask.t("chart-dispensed-not"),
    }
}
