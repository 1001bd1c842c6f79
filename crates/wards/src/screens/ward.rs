//! A ward with its patients: a card for each, and who came and went today.

use std::collections::HashMap;

use clinical::Signs;
use maud::{Markup, html};
use patients::Patient;
use platform::cx::{Cx, among, column};
use platform::db::ToValue;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use sea_query::{Condition, ExprTrait, Order};
use web::{Ask, Page, ui};

use super::board::{none, number};
use crate::admission::Admission;
use crate::board::{self, BoardBed, WardBeds};
use crate::ward::Ward;

/// Patients of whom a page shows cards.
const MOST: u64 = 300;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let only = number(ask, "ward");
    let wards = board::read(cx, only).await?;
    let all: Vec<Ward> = resource::rows(cx, 100, |query| {
        query.order_by(("ward", "name"), Order::Asc);
    })
    .await?;
    let lying = wards
        .iter()
        .flat_map(|ward| &ward.beds)
        .filter_map(|bed| bed.patient);
    let ids: Vec<i64> = lying.collect();
    let known = self::lying(cx, &ids).await?;
    let known = Known {
        allergies: patients::allergy_signs(cx, ask, &known).await?,
        signs: clinical::signs(cx, &known).await?,
        patients: known.into_iter().map(|row| (row.meta.id, row)).collect(),
    };
    let (came, left) = today(cx).await?;
    let more = ask.slot(cx, "ward", only.unwrap_or(0)).await?;
    let body = html! {
        (choose(ask, &all, only))
        @if wards.is_empty() { (none(ask)) }
        (more)
        @for ward in &wards { (cards(cx, ask, ward, &known)) }
        @if !wards.is_empty() {
            div.grid {
                (ui::panel(&ask.t("wards-today-in"), names(ask, &came)))
                (ui::panel(&ask.t("wards-today-out"), names(ask, &left)))
            }
        }
    };
    Ok(Page::new(ask.t("nav-ward"), body).wide())
}

fn choose(ask: &Ask, wards: &[Ward], only: Option<i64>) -> Markup {
    html! {
        @if wards.len() > 1 || only.is_some() {
            nav.tabs aria-label=(ask.t("wards-filter")) {
                a href=(ask.here(&[("ward", "")])) aria-current=[only.is_none().then_some("true")] { (ask.t("wards-all")) }
                @for ward in wards {
                    a href=(ask.here(&[("ward", &ward.meta.id.to_string())])) aria-current=[(only == Some(ward.meta.id)).then_some("true")] { (&*ward.name) }
                }
            }
        }
    }
}

/// What the cards say of those who lie there, read for all at once.
struct Known {
    patients: HashMap<i64, Patient>,
    allergies: HashMap<i64, Markup>,
    signs: HashMap<i64, Signs>,
}

async fn lying(cx: &mut Cx, ids: &[i64]) -> Result<Vec<Patient>, Error> {
    let dialect = cx.dialect();
    resource::rows(cx, MOST, |query| {
        query.and_where(among(dialect, column("patient", "id"), ids));
    })
    .await
}

/// Who was admitted and who was discharged today: ids and names.
async fn today(cx: &mut Cx) -> Result<(Vec<(i64, String)>, Vec<(i64, String)>), Error> {
    let today = cx.today();
    let (from, to) = cx.app.zone.day_bounds(today).map_err(Error::internal)?;
    let rows: Vec<Admission> = resource::rows(cx, MOST, |query| {
        let came = Condition::all()
            .add(Admission::admitted_at.gte(from.to_value()))
            .add(Admission::admitted_at.lt(to.to_value()));
        let left = Condition::all()
            .add(Admission::discharged_at.gte(from.to_value()))
            .add(Admission::discharged_at.lt(to.to_value()));
        query
            .cond_where(Condition::any().add(came).add(left))
            .order_by(("admission", "id"), Order::Asc);
    })
    .await?;
    let names = patients::names(cx, rows.iter().map(|row| row.patient.get())).await?;
    let named = |row: &Admission| {
        let id = row.patient.get();
        (id, names.get(&id).cloned().unwrap_or_default())
    };
    let within = |at: jiff::Timestamp| at >= from && at < to;
    let came = rows.iter().filter(|row| within(row.admitted_at));
    let left = rows
        .iter()
        .filter(|row| row.discharged_at.is_some_and(within));
    Ok((came.map(named).collect(), left.map(named).collect()))
}

fn names(ask: &Ask, patients: &[(i64, String)]) -> Markup {
    html! {
        @if patients.is_empty() { p.hint { (ask.t("wards-today-none")) } }
        ul.entries { @for (id, name) in patients { li data-row { a href={ "/patients/" (id) "/" } { (name) } } } }
    }
}

fn cards(cx: &Cx, ask: &Ask, ward: &WardBeds, known: &Known) -> Markup {
    let lying = || ward.beds.iter().filter(|bed| bed.patient.is_some());
    let free = Text::new("wards-free-of")
        .with("free", ward.available)
        .with("all", ward.beds.len());
    html! {
        h2 { @if ward.ward.is_some() { (ward.ward_name) } @else { (ask.t("wards-outside")) } " " small { (ask.say(&free)) } }
        @if lying().next().is_none() { p.hint { (ask.t("wards-nobody")) } }
        div.grid { @for bed in lying() { (card(cx, ask, bed, known)) } }
    }
}

fn card(cx: &Cx, ask: &Ask, bed: &BoardBed, known: &Known) -> Markup {
    let id = bed.patient.unwrap_or_default();
    let patient = known.patients.get(&id);
    let lives = patient.is_none_or(|patient| patient.deceased_at.is_none());
    let since = bed.admitted_at.as_deref().and_then(|at| at.parse().ok());
    let days = bed
        .length_of_stay
        .map(|days| ask.say(&Text::new("wards-days").with("days", days)));
    html! {
        section.panel data-row {
            h3 {
                a href={ "/patients/" (id) "/" } { (bed.patient_name.as_deref().unwrap_or_default()) }
            }
            p {
                a href={ "/beds/" (bed.id) "/" } { (ask.say(&Text::new("wards-in-bed").with("bed", bed.number.clone()))) }
                @if let Some(patient) = patient {
                    " · " (patients::age_of(ask, patient, cx.today()))
                    " · " (patients::sex(ask, patient.gender))
                }
                @if let Some(days) = days { " · " (days) }
            }
            @if let Some(patient) = patient.filter(|_| !lives) { p { (patients::died(ask, patient)) } }
            @if let Some(allergies) = known.allergies.get(&id) { p { (allergies) } }
            @if let Some(signs) = known.signs.get(&id) {
                (signs.warnings(ask))
                @if lives { (signs.overdue(ask, since)) }
                (signs.last(ask))
            }
            @if lives && ask.may_do("patients_record_vitals") {
                p { (ui::action(&["/patients/", &id.to_string(), "/vitals?from=ward"].concat(), &ask.t("wards-vitals"))) }
            }
        }
    }
}
