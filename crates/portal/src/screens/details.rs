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
            (ask.t("portal-born"), patients::born_of(ask, patient)),
            (ask.t("portal-card"), html! { (&**patient.unique_id.open()) }),
        ]))
        p.hint { (ask.t("portal-details-hint")) }
        (form(ask, patient))
        (pages(ask))
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
        (form.field("preferred_language").label("portal-language").kind(choices(ask, &LANGUAGES)).required(true))
        (form.field("contact_preference").label("portal-reached").kind(choices(ask, &ways)).required(true))
        (form.button("portal-save"))
    })
}

/// The languages that texts exist in.
const LANGUAGES: [(&str, &str); 3] = [
    ("en", "portal-language-en"),
    ("fr", "portal-language-fr"),
    ("sw", "portal-language-sw"),
];

fn choices(ask: &Ask, all: &[(&'static str, &'static str)]) -> Kind {
    let worded = |(value, key): &(&'static str, &'static str)| ((*value).to_owned(), ask.t(key));
    Kind::Choice(all.iter().map(worded).collect())
}

/// The language of the pages: the reader's own, whoever's record they look at.
fn pages(ask: &Ask) -> Markup {
    let form = ask
        .form("users_me_patch")
        .holding(json!({ "language_preference": ask.language() }))
        .done("done-language");
    let inner = form.show(html! {
        (form.field("language_preference").label("portal-pages-language").kind(choices(ask, &LANGUAGES)).required(true))
        div.actions { button { (ask.t("portal-save")) } }
    });
    ui::panel(&ask.t("portal-pages"), inner)
}
