//! The ways into a visit and to vital signs, from other screens.

use jiff::SignedDuration;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::db::ToValue;
use platform::error::Error;
use platform::resource;
use sea_query::{ExprTrait, Order};
use web::{Ask, ui};

use crate::encounter::{Encounter, EncounterStatus};

/// The address of a visit.
pub(super) fn address(encounter: i64) -> String {
    ["/encounters/", &encounter.to_string(), "/"].concat()
}

/// One button that begins a visit or goes on with it, for an appointment or without one.
pub(super) fn button(
    ask: &Ask,
    patient: i64,
    appointment: Option<i64>,
    text: &'static str,
    key: Option<&str>,
) -> Markup {
    let form = ask
        .form("patients_begin_visit")
        .on(patient)
        .then("/encounters/{id}/");
    form.show(html! {
        @if let Some(appointment) = appointment { (form.hidden("appointment", appointment)) }
        button.primary[key.is_some()] data-key=[key] {
            (ask.t(text)) @if let Some(key) = key { kbd aria-hidden="true" { (key) } }
        }
    })
}

/// On the patient's page: begin a visit, or go on with one's own.
pub(super) async fn of_patient(
    cx: &mut Cx,
    ask: &Ask,
    patient: i64,
) -> Result<Option<Markup>, Error> {
    let me = cx.user_id()?;
    let since = cx.now() - SignedDuration::from_hours(24);
    let open: Vec<Encounter> = resource::rows(cx, 1, |query| {
        query
            .and_where(Encounter::patient.eq(patient))
            .and_where(Encounter::doctor.eq(me))
            .and_where(Encounter::status.eq(EncounterStatus::Open.as_str()))
            .and_where(Encounter::encounter_date.gte(since.to_value()))
            .order_by(("encounter", "id"), Order::Desc);
    })
    .await?;
    Ok(Some(match open.first() {
        Some(open) => ui::primary(&address(open.meta.id), &ask.t("clinical-visit-go-on"), "v"),
        None => button(ask, patient, None, "clinical-visit-begin", Some("v")),
    }))
}

/// On the patient's page: vital signs.
pub(super) fn vitals(ask: &Ask, patient: i64) -> Markup {
    let address = ["/patients/", &patient.to_string(), "/vitals"].concat();
    ui::action(&address, &ask.t("clinical-vitals-take"))
}

/// On the ward's page: one patient after the other.
pub(super) fn round(ask: &Ask, ward: i64) -> Markup {
    let mut address = "/vitals?from=ward".to_owned();
    if ward > 0 {
        address.push_str("&ward=");
        address.push_str(&ward.to_string());
    }
    html! { div.actions { (ui::primary(&address, &ask.t("clinical-vitals-round"), "v")) } }
}
