//! What the patient suffers from.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::{Ask, ui};

use crate::medical_condition::{ConditionStatus, MedicalCondition};

/// Problems that are shown.
const MOST: u64 = 60;

pub(super) async fn panel(cx: &mut Cx, ask: &Ask, patient: i64) -> Result<Option<Markup>, Error> {
    let all: Vec<MedicalCondition> = resource::rows(cx, MOST, |query| {
        query
            .and_where(MedicalCondition::patient.eq(patient))
            .order_by(("medical_condition", "status"), Order::Asc)
            .order_by(("medical_condition", "id"), Order::Desc);
    })
    .await?;
    let (active, over): (Vec<_>, Vec<_>) = all
        .iter()
        .partition(|row| row.status == ConditionStatus::Active);
    let inner = html! {
        @if active.is_empty() { p.hint { (ask.t("chart-problems-none")) } }
        ul.entries { @for row in &active { li { span { (line(ask, row)) } (resolve(ask, row)) } } }
        @if !over.is_empty() {
            details {
                summary { (ask.say(&Text::new("chart-problems-over").with("count", over.len()))) }
                ul.entries { @for row in &over { li { span { (line(ask, row)) } } } }
            }
        }
        (add(ask, patient))
    };
    Ok(Some(ui::panel(&ask.t("chart-problems"), inner)))
}

fn line(ask: &Ask, row: &MedicalCondition) -> Markup {
    let address = ["/admin/medical_conditions/", &row.meta.id.to_string(), "/"].concat();
    let notes = row.notes.open().to_string();
    html! {
        (ui::link(&address, row.name.open()))
        @if let Some(code) = &row.code { " " small { (&**code) } }
        @if let Some(day) = row.diagnosed_at { " " small { (ask.t("chart-since")) " " (ask.day(day)) } }
        @if !notes.is_empty() { br; small { (resource::in_a_few_words(&notes)) } }
    }
}

fn resolve(ask: &Ask, row: &MedicalCondition) -> Markup {
    if !ask.may_do("medical_conditions_patch") {
        return html! {};
    }
    let form = ask
        .form("medical_conditions_patch")
        .on(row.meta.id)
        .version(row.meta.version)
        .done("done-problem-resolved");
    form.show(html! { (form.button_with("chart-problem-resolved", "status", ConditionStatus::Resolved.as_str())) })
}

/// A further problem.
fn add(ask: &Ask, patient: i64) -> Markup {
    if !ask.may_do("medical_conditions_create") {
        return html! {};
    }
    let form = ask
        .form("medical_conditions_create")
        .done("done-problem-added");
    html! {
        details open[form.sent().is_some()] {
            summary { (ask.t("chart-problem-add")) }
            (form.show(html! {
                (form.hidden("patient", patient))
                (form.field("name").label("chart-problem").required(true))
                (form.field("code").label("chart-code"))
                (form.field("diagnosed_at").label("chart-since-day"))
                (form.button("chart-add"))
            }))
        }
    }
}
