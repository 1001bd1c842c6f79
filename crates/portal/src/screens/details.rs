//! How the patient is reached and in which language: what patients may change themselves.

use maud::{Markup, html};
use patients::Patient;
use platform::cx::Cx;
use platform::error::Error;
use platform::serde_json::json;
use web::{Ask, Kind, Page, ui};

use super::parts::{nobody, whose};

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let Some(whose) = whose(cx, ask).await? else {
        return Ok(nobody(cx, ask));
    };
    let patient = &whose.patient;
    let body = html! {
        (ui::facts(&[
            (ask.t("portal-name"), html! { (patient.full_name()) }),
            (ask.t("portal-born"), ask.day(*patient.date_of_birth.open())),
            (ask.t("portal-card"), html! { (&**patient.unique_id.open()) }),
        ]))
        p.hint { (ask.t("portal-details-hint")) }
        (form(ask, patient))
        p { (ui::paper("patient-card", patient.meta.id, &ask.t("portal-print-card"), "")) }
    };
    Ok(whose.page(ask, ask.t("portal-tab-details"), &body))
}

fn form(ask: &Ask, patient: &Patient) -> Markup {
    let emergency = patient.emergency_contact.open().as_ref();
    let holding = json!({
        "contact_info": patient.contact_info.open().to_string(),
        "email": patient.email.open().to_string(),
        "address": patient.address.open().to_string(),
        "emergency_contact": emergency.map(ToString::to_string).unwrap_or_default(),
        "preferred_language": patient.preferred_language.as_str(),
        "contact_preference": patient.contact_preference.as_str(),
    });
    let form = ask
        .form("patients_patch")
        .on(patient.meta.id)
        .version(patient.meta.version)
        .holding(holding)
        .only_changes()
        .done("done-details");
    let choices = |all: [(&'static str, &'static str); 4], many: usize| {
        let chosen = all.iter().take(many);
        Kind::Choice(
            chosen
                .map(|(value, key)| ((*value).to_owned(), ask.t(key)))
                .collect(),
        )
    };
    let languages = [
        ("en", "portal-language-en"),
        ("fr", "portal-language-fr"),
        ("sw", "portal-language-sw"),
        ("", "portal-language-en"),
    ];
    let ways = [
        ("sms", "portal-by-sms"),
        ("email", "portal-by-email"),
        ("both", "portal-by-both"),
        ("none", "portal-by-none"),
    ];
    form.show(html! {
        (form.field("contact_info").label("portal-phone").kind(Kind::Text).complete("tel"))
        (form.field("email").label("portal-email").kind(Kind::Text).complete("email"))
        (form.field("address").label("portal-address").kind(Kind::Text))
        (form.field("emergency_contact").label("portal-emergency").kind(Kind::Text))
        (form.field("preferred_language").label("portal-language").kind(choices(languages, 3)).required(true))
        (form.field("contact_preference").label("portal-reached").kind(choices(ways, 4)).required(true))
        (form.button("portal-save"))
    })
}
