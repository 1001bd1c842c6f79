//! The board: wards as rows, beds as cells with word and sign, how many are free.

use maud::{Markup, html};
use patients::Patient;
use platform::cx::Cx;
use platform::error::Error;
use platform::texts::Text;
use web::ui::{self, Tone};
use web::{Ask, Page};

use super::state;
use crate::board::{self, BoardBed, WardBeds};

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let patient = match number(ask, "patient") {
        Some(id) => Some(cx.find::<Patient>(id).await?),
        None => None,
    };
    if let Some(patient) = &patient {
        cx.saw_record(patient);
    }
    let wards = board::read(cx, number(ask, "ward")).await?;
    let first = wards
        .iter()
        .flat_map(|ward| &ward.beds)
        .find(|bed| bed.status == "available");
    let body = html! {
        @if let Some(patient) = &patient {
            (ui::notice(Tone::Plain, html! { p { (ask.say(&Text::new("wards-assign-for").with("patient", patient.full_name()))) } }))
        }
        @if let Some(bed) = first.filter(|_| ask.may_do("beds_assign_patient")) {
            div.actions { (ui::primary(&address(ask, bed), &ask.t("wards-assign"), "n")) }
        }
        @if wards.is_empty() { (none(ask)) }
        @for ward in &wards { (row(ask, ward)) }
    };
    Ok(Page::new(ask.t("nav-beds"), body).wide())
}

/// A number of the query.
pub(super) fn number(ask: &Ask, name: &str) -> Option<i64> {
    ask.query(name).and_then(|text| text.parse().ok())
}

/// No bed is set up.
pub(super) fn none(ask: &Ask) -> Markup {
    let may = ask.may_do("beds_create");
    let way = may.then(|| ui::action("/admin/beds/new", &ask.t("wards-set-up")));
    ui::empty(&ask.t("wards-none"), way)
}

/// The bed's page, with the patient who is to be put into one.
fn address(ask: &Ask, bed: &BoardBed) -> String {
    let mut address = ["/beds/", &bed.id.to_string(), "/"].concat();
    if let Some(patient) = number(ask, "patient") {
        address.push_str("?patient=");
        address.push_str(&patient.to_string());
    }
    address
}

fn row(ask: &Ask, ward: &WardBeds) -> Markup {
    let free = Text::new("wards-free-of")
        .with("free", ward.available)
        .with("all", ward.beds.len());
    let name = match ward.ward {
        Some(_) => ward.ward_name.clone(),
        None => ask.t("wards-outside"),
    };
    html! {
        section.panel {
            h2 { (name) " " small { (ask.say(&free)) } }
            ul.cells { @for bed in &ward.beds { (cell(ask, bed)) } }
        }
    }
}

fn cell(ask: &Ask, bed: &BoardBed) -> Markup {
    let (tone, word) = state(bed.status);
    let days = bed
        .length_of_stay
        .map(|days| ask.say(&Text::new("wards-days").with("days", days)));
    html! {
        li data-row {
            a href=(address(ask, bed)) { b { (bed.number) } }
            (ui::pill(tone, &ask.t(word)))
            @if let Some(name) = &bed.patient_name {
                span { (name) @if let Some(days) = &days { " · " (days) } }
            }
            @if bed.status == "cleaning" && ask.may_do("beds_make_available") {
                @let form = ask.form("beds_make_available").on(bed.id).done("done-available");
                (form.only_button("wards-make-available"))
            }
        }
    }
}
