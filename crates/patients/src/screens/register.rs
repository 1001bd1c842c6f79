//! Registering a patient: few fields, and who it may be already beside them.

use maud::{Markup, html};
use platform::cx::{Cx, among, column};
use platform::error::Error;
use platform::resource;
use serde_json::Value as Json;
use web::ui::{self, Tone};
use web::{Ask, Form, Kind, Page};

use super::{age_of, sex};
use crate::patient::Patient;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    cx.saw_nothing();
    let form = ask
        .form("patients_create")
        .then("/calendar/book?patient={id}")
        .done("done-registered");
    let alike = alike(cx, ask, &form).await?;
    let (first, last, phone) = carried(ask.query("q").unwrap_or_default());
    let found = alike.is_some();
    let body = html! {
        div.grid {
            @if let Some(alike) = &alike { div.beside { (alike) } }
            (form.show(html! {
                (form.hidden("_age", "date_of_birth"))
                (form.hidden("_query.reject_duplicates", "true"))
                (form.field("first_name").label("patients-first-name").value(first).required(true).focus())
                (form.field("last_name").label("patients-last-name").value(last).required(true))
                (form.field("date_of_birth").label("patients-born").kind(Kind::Text).hint("patients-born-hint").required(true))
                (form.field("gender").kind(Kind::Choice(sexes(ask))))
                (form.field("contact_info").label("patients-phone").value(phone))
                (form.field("contact_preference").label("patients-messages-by").value("both"))
                @if ask.may_do("consents_create") {
                    (form.field("messaging_consent").label("patients-messages-agrees").kind(Kind::Choice(answers(ask))).bare())
                }
                details {
                    summary { (ask.t("patients-more")) }
                    (form.field("unique_id").label("patients-card").hint("patients-card-hint"))
                    (form.field("national_id").label("patients-national-id"))
                    (form.field("address").label("patients-address").kind(Kind::Text))
                    (form.field("email").label("patients-email").kind(Kind::Text))
                    (form.field("emergency_contact").label("patients-emergency").kind(Kind::Text))
                    (form.field("known_allergies").label("patients-known-allergies").kind(Kind::Text).hint("patients-known-allergies-hint"))
                    (form.field("preferred_language").label("patients-language").kind(Kind::Choice(languages(ask))))
                }
                div.actions {
                    @if found {
                        (form.button_with("patients-different", "_query.reject_duplicates", "false"))
                    } @else {
                        (form.button("patients-register-and-book"))
                        (form.button_with("patients-register-only", "_then", "/patients/{id}/"))
                    }
                }
            }))
        }
    };
    Ok(Page::new(ask.t("patients-register-title"), body))
}

/// What was typed into the box for finding, as the fields of this form.
fn carried(asked: &str) -> (String, String, String) {
    let asked = asked.trim();
    if asked.chars().any(|c| c.is_ascii_digit()) {
        return (String::new(), String::new(), asked.to_owned());
    }
    match asked.rsplit_once(char::is_whitespace) {
        Some((first, last)) => (first.trim().to_owned(), last.to_owned(), String::new()),
        None => (asked.to_owned(), String::new(), String::new()),
    }
}

fn sexes(ask: &Ask) -> Vec<(String, String)> {
    use crate::patient::Gender::{Female, Male, Other, Unknown};
    [Female, Male, Other, Unknown]
        .map(|gender| (gender.as_str().to_owned(), sex(ask, gender)))
        .into()
}

/// What was answered when somebody was asked whether they may be written to; nothing while nobody asked.
fn answers(ask: &Ask) -> Vec<(String, String)> {
    [
        ("", "patients-messages-not-asked"),
        ("true", "yes"),
        ("false", "no"),
    ]
    .map(|(value, key)| (value.to_owned(), ask.t(key)))
    .into()
}

fn languages(ask: &Ask) -> Vec<(String, String)> {
    [
        ("en", "patients-language-en"),
        ("fr", "patients-language-fr"),
        ("sw", "patients-language-sw"),
    ]
    .map(|(value, key)| (value.to_owned(), ask.t(key)))
    .into()
}

/// Who it may be already, when the registration was refused for that: with the reasons, and the way to each.
async fn alike(cx: &mut Cx, ask: &Ask, form: &Form<'_>) -> Result<Option<Markup>, Error> {
    let listed = form
        .sent()
        .filter(|sent| sent.code() == Some("duplicate_patient"));
    let listed = listed.and_then(|sent| sent.fact("possible_duplicates")?.as_array().cloned());
    let Some(listed) = listed else {
        return Ok(None);
    };
    let ids: Vec<i64> = listed
        .iter()
        .filter_map(|one| one.get("id").and_then(Json::as_i64))
        .collect();
    let dialect = cx.dialect();
    let known: Vec<Patient> = resource::rows(cx, 20, |query| {
        query.and_where(among(dialect, column("patient", "id"), &ids));
    })
    .await?;
    let today = cx.today();
    let cards = listed.iter().map(|one| {
        let id = one.get("id").and_then(Json::as_i64).unwrap_or_default();
        let patient = known.iter().find(|patient| patient.meta.id == id);
        html! {
            li {
                span { @match patient {
                    Some(patient) => {
                        strong { (patient.full_name()) } " · "
                        (age_of(ask, patient, today)) " · " (sex(ask, patient.gender))
                        " · " (&**patient.unique_id.open())
                    },
                    None => { (ask.t("patients-out-of-reach")) },
                }
                p.hint { (reasons(ask, one)) } }
                @if let Some(patient) = patient {
                    (ui::action(&["/patients/", &id.to_string(), "/"].concat(), &opens(ask, patient)))
                }
            }
        }
    });
    Ok(Some(ui::notice(
        Tone::Warning,
        html! { h2 { (ask.t("patients-alike")) } ul.entries { @for card in cards { (card) } } },
    )))
}

fn opens(ask: &Ask, patient: &Patient) -> String {
    ask.say(&platform::texts::Text::new("patients-open").with("name", patient.full_name()))
}

/// What speaks for or against it being the same person.
fn reasons(ask: &Ask, one: &Json) -> String {
    let codes = one.get("reasons").and_then(Json::as_array);
    let words = codes
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .map(|code| reason(ask, code));
    words.collect::<Vec<_>>().join(", ")
}

/// A reason in words.
pub(super) fn reason(ask: &Ask, code: &str) -> String {
    let key = ["patients-reason-", &code.replace('_', "-")].concat();
    ask.word(&key, code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_for_finding_fills_the_form() {
        let said = |text| {
            let (first, last, phone) = carried(text);
            [first, last, phone].join("|")
        };
        assert_eq!(said("Jane Doe"), "Jane|Doe|");
        assert_eq!(said(" Awa Binta Bah "), "Awa Binta|Bah|");
        assert_eq!(said("Jane"), "Jane||");
        assert_eq!(said("783 4351"), "||783 4351");
        assert_eq!(said(""), "||");
    }
}
