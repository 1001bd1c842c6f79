//! A patient's stays in hospital: from when to when, in which beds, why, and what was written at the discharge.

use std::collections::HashMap;

use maud::{Markup, html};
use platform::cx::{Cx, among};
use platform::error::Error;
use platform::record::Record;
use platform::resource;
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Page};

use crate::admission::{Admission, AdmissionExtra, CLINICAL_TEXT};
use crate::shown::{self, Place};
use crate::stay::BedStay;
use crate::ward;

/// Stays of a page.
const PAGE: u64 = 10;
/// Stays on the patient's own page.
const LAST: u64 = 3;
/// Beds of a stay that are shown.
const MOVES: u64 = 30;

/// A patient's admissions, the newest first.
async fn admissions(
    cx: &mut Cx,
    patient: i64,
    before: Option<i64>,
    most: u64,
) -> Result<Vec<Admission>, Error> {
    resource::rows(cx, most, |query| {
        query
            .and_where(Admission::patient.eq(patient))
            .order_by((Admission::TABLE, "id"), Order::Desc);
        if let Some(before) = before {
            query.and_where(Admission::id.lt(before));
        }
    })
    .await
}

/// The last ones on the patient's page; nothing for somebody who never stayed.
pub(super) async fn panel(cx: &mut Cx, ask: &Ask, patient: i64) -> Result<Option<Markup>, Error> {
    let rows = admissions(cx, patient, None, LAST).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let extras = shown::extras(cx, &rows).await?;
    let all = ["/patients/", &patient.to_string(), "/stays"].concat();
    let inner = html! {
        ul.entries { @for (row, extra) in rows.iter().zip(&extras) { li data-row {
            span { (state(ask, row)) " " (span(ask, row)) " · " (place(ask, extra)) }
            @if row.discharged_at.is_none() { (super::bed::wristband(ask, row.meta.id)) }
        } } }
        p { (ui::action(&all, &ask.t("wards-stays-all"))) }
    };
    Ok(Some(ui::panel(&ask.t("wards-stays"), inner)))
}

/// All of them, page by page.
pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let id = ask.id()?;
    let head = patients::head(cx, ask, id).await?;
    let before = ask.query("before").and_then(|text| text.parse().ok());
    let mut rows = admissions(cx, id, before, PAGE + 1).await?;
    let more = rows.len() as u64 > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let extras = shown::extras(cx, &rows).await?;
    let moves = Moves::of(cx, &rows).await?;
    let mut people = Vec::new();
    for row in &rows {
        people.extend(row.admitted_by.map(|user| user.get()));
        people.extend(row.discharged_by.map(|user| user.get()));
    }
    let people = identity::names(cx, people).await?;
    let body = html! {
        @if rows.is_empty() { (ui::empty(&ask.t("wards-stays-none"), None)) }
        @for (row, extra) in rows.iter().zip(&extras) { (one(ask, row, extra, &moves, &people)) }
        div.actions {
            @if before.is_some() { (ui::action(&ask.here(&[("before", "")]), &ask.t("wards-stays-newest"))) }
            @if let Some(last) = rows.last().filter(|_| more) {
                (ui::action(&ask.here(&[("before", &last.meta.id.to_string())]), &ask.t("wards-stays-older")))
            }
        }
    };
    Ok(head.page(ask.t("wards-stays"), &body))
}

/// Which beds belonged to which admission.
struct Moves {
    stays: HashMap<i64, Vec<BedStay>>,
    beds: HashMap<i64, Place>,
    wards: HashMap<i64, String>,
}

impl Moves {
    async fn of(cx: &mut Cx, rows: &[Admission]) -> Result<Moves, Error> {
        let ids: Vec<i64> = rows.iter().map(|row| row.meta.id).collect();
        let (dialect, most) = (cx.dialect(), ids.len() as u64 * MOVES);
        let all: Vec<BedStay> = resource::rows(cx, most, |query| {
            query
                .and_where(among(dialect, BedStay::admission, &ids))
                .order_by((BedStay::TABLE, "started_at"), Order::Asc)
                .order_by((BedStay::TABLE, "id"), Order::Asc);
        })
        .await?;
        let beds = shown::places(cx, all.iter().map(|stay| stay.bed.get())).await?;
        let mut wards = Vec::new();
        for stay in &all {
            wards.extend(stay.ward.map(|ward| ward.get()));
        }
        let wards = ward::names(cx, wards).await?;
        let mut stays: HashMap<i64, Vec<BedStay>> = HashMap::new();
        for stay in all {
            stays.entry(stay.admission.get()).or_default().push(stay);
        }
        Ok(Moves { stays, beds, wards })
    }
}

fn one(
    ask: &Ask,
    row: &Admission,
    extra: &AdmissionExtra,
    moves: &Moves,
    people: &HashMap<i64, String>,
) -> Markup {
    let name = |user: Option<i64>| user.and_then(|user| people.get(&user)).cloned();
    let mut facts = vec![(
        ask.t("wards-admitted"),
        html! {
            (ask.moment(row.admitted_at))
            @if let Some(by) = name(row.admitted_by.map(|user| user.get())) { ", " (by) }
        },
    )];
    if let Some(at) = row.discharged_at {
        facts.push((
            ask.t("wards-discharged"),
            html! {
                (ask.moment(at))
                @if let Some(by) = name(row.discharged_by.map(|user| user.get())) { ", " (by) }
            },
        ));
    }
    let reason = extra.reason.as_deref().unwrap_or_default();
    if !reason.is_empty() {
        facts.push((ask.t("wards-reason"), html! { (reason) }));
    }
    let days = ask.say(&Text::new("wards-days").with("days", extra.length_of_stay));
    let none = Vec::new();
    let stays = moves.stays.get(&row.meta.id).unwrap_or(&none);
    html! {
        section.panel data-row {
            h2 { (span(ask, row)) " " small { (place(ask, extra)) " · " (days) } }
            p.row { (state(ask, row)) }
            (ui::facts(&facts))
            @if stays.len() > 1 { h3 { (ask.t("wards-stays-beds")) } (beds(ask, stays, moves)) }
            (summary(ask, row, extra))
        }
    }
}

/// What was written at the discharge, and the way to it on paper.
fn summary(ask: &Ask, row: &Admission, extra: &AdmissionExtra) -> Markup {
    if row.discharged_at.is_none() {
        return html! { div.actions { (super::bed::wristband(ask, row.meta.id)) } };
    }
    if !ask.may(CLINICAL_TEXT) {
        return html! {};
    }
    let text = extra.discharge_summary.as_ref().and_then(Option::as_deref);
    html! {
        h3 { (ask.t("wards-stays-summary")) }
        @match text.filter(|text| !text.is_empty()) {
            Some(text) => { p.text { (text) } },
            None => { p { (ui::pill(Tone::Warning, &ask.t("wards-stays-no-summary"))) } },
        }
        div.actions { (ui::paper("discharge-summary", row.meta.id, &ask.t("wards-stays-print"), "")) }
    }
}

fn beds(ask: &Ask, stays: &[BedStay], moves: &Moves) -> Markup {
    html! {
        ul.entries { @for stay in stays {
            @let number = moves.beds.get(&stay.bed.get()).map_or("", |(number, _)| number.as_str());
            @let ward = stay.ward.and_then(|ward| moves.wards.get(&ward.get()));
            li {
                span.dated { (ask.moment(stay.started_at)) }
                span {
                    (ask.say(&Text::new("wards-bed-named").with("bed", number.to_owned())))
                    @if let Some(ward) = ward { ", " (ward) }
                }
            }
        } }
    }
}

fn state(ask: &Ask, row: &Admission) -> Markup {
    match row.discharged_at {
        None => ui::pill(Tone::Warning, &ask.t("wards-stays-here")),
        Some(_) => ui::pill(Tone::Plain, &ask.t("wards-discharged")),
    }
}

/// `24 Nov 2026 – 28 Nov 2026`, or from when on.
fn span(ask: &Ask, row: &Admission) -> Markup {
    let day = |at| ask.day(ask.app().zone.to_local(at).date());
    html! { (day(row.admitted_at)) " – " @if let Some(at) = row.discharged_at { (day(at)) } }
}

fn place(ask: &Ask, extra: &AdmissionExtra) -> String {
    let bed = ask.say(&Text::new("wards-bed-named").with("bed", extra.bed_number.clone()));
    match extra.ward_name.is_empty() {
        true => bed,
        false => [extra.ward_name.as_str(), ", ", &bed].concat(),
    }
}
