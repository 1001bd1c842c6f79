//! A patient's visits: all of them, and the next ones on the patient's own page.

use std::collections::HashMap;

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use sea_query::{ExprTrait, Order};
use web::{Ask, Page, ui};

use super::parts::{clock, state};
use crate::appointment::{Appointment, upcoming};

/// Visits that are shown, newest first.
const MOST: u64 = 100;
/// Of what is to come, on the patient's page.
const NEXT: u64 = 3;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let id = ask.id()?;
    let head = patients::head(cx, ask, id).await?;
    let rows: Vec<Appointment> = resource::rows(cx, MOST, |query| {
        query
            .and_where(Appointment::patient.eq(id))
            .order_by(("appointment", "starts_at"), Order::Desc)
            .order_by(("appointment", "id"), Order::Desc);
    })
    .await?;
    let body = html! {
        @if ask.may_do("appointments_create") {
            p { (ui::primary(&["/calendar/book?patient=", &id.to_string()].concat(), &ask.t("scheduling-book-visit"), "n")) }
        }
        @if rows.is_empty() { (ui::empty(&ask.t("scheduling-visits-none"), None)) } @else { (list(cx, ask, &rows).await?) }
    };
    Ok(head.page(ask.t("scheduling-visits"), &body))
}

/// What is to come, on the patient's page.
pub(super) async fn panel(cx: &mut Cx, ask: &Ask, id: i64) -> Result<Option<Markup>, Error> {
    let coming = upcoming(cx);
    let rows: Vec<Appointment> = resource::rows(cx, NEXT, |query| {
        query
            .and_where(Appointment::patient.eq(id))
            .cond_where(coming)
            .order_by(("appointment", "starts_at"), Order::Asc);
    })
    .await?;
    let inner = if rows.is_empty() {
        html! { p.hint { (ask.t("scheduling-visits-to-come-none")) } }
    } else {
        list(cx, ask, &rows).await?
    };
    Ok(Some(ui::panel(&ask.t("scheduling-visits-to-come"), inner)))
}

async fn list(cx: &mut Cx, ask: &Ask, rows: &[Appointment]) -> Result<Markup, Error> {
    let doctors = identity::names(cx, rows.iter().map(|row| row.doctor.get())).await?;
    let heads = [
        "scheduling-day",
        "scheduling-doctor",
        "scheduling-reason",
        "scheduling-status",
    ]
    .map(|key| ask.t(key));
    let rows: Vec<Vec<Markup>> = rows
        .iter()
        .map(|row| line(cx, ask, row, &doctors))
        .collect();
    Ok(ui::table(&heads, &rows))
}

fn line(cx: &Cx, ask: &Ask, row: &Appointment, doctors: &HashMap<i64, String>) -> Vec<Markup> {
    let day = ui::day_words(ask, cx.app.zone.to_local(row.starts_at).date());
    let when = [&day, ", ", &clock(ask, row.starts_at)].concat();
    vec![
        ui::link(
            &["/appointments/", &row.meta.id.to_string(), "/"].concat(),
            &when,
        ),
        html! { (doctors.get(&row.doctor.get()).map_or("", String::as_str)) },
        html! { (row.reason.open().to_string()) },
        state(ask, row.status),
    ]
}
