//! The page on which a clinician opens a record in an emergency: who is meant, then why, then the record.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::Resource;
use platform::serde_json::Value as Json;
use platform::texts::Text;
use web::ui::{self, Tone};
use web::{Ask, Kind, Page, Panel, Screen, Screens};

use crate::break_glass::BreakGlass;

/// The module's screens.
pub fn screens() -> Screens {
    Screens::new("compliance")
        .screen(
            Screen::new(web::EMERGENCY, BreakGlass::CREATE, |cx, ask| {
                Box::pin(show(cx, ask))
            })
            .patient_data(),
        )
        // The derived form asks for a patient by a picker, which finds whom one reaches already.
        .panel(Panel::new(
            "new break-glass",
            BreakGlass::CREATE,
            10,
            |_, ask, _| Box::pin(async move { Ok(Some(instead(ask))) }),
        ))
}

fn instead(ask: &Ask) -> Markup {
    ui::notice(
        Tone::Warning,
        html! {
            p { (ask.t("compliance-emergency-instead")) }
            p { (ui::action(web::EMERGENCY, &ask.t("find-emergency"))) }
        },
    )
}

async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    // Who was found was put on record by the operation that found them.
    cx.saw_nothing();
    let body = html! {
        p { (ask.t("compliance-emergency-what")) }
        (opening(ask))
        (finding(ask))
    };
    Ok(Page::new(ask.t("compliance-emergency-title"), body))
}

/// By what the person is known.
fn finding(ask: &Ask) -> Markup {
    let form = ask.form("break_glass_find").tells();
    html! {
        (form.show(html! {
            (form.field("unique_id").label("compliance-emergency-card").kind(Kind::Text).bare().focus())
            fieldset.group {
                legend { (ask.t("compliance-emergency-or")) }
                (form.field("first_name").kind(Kind::Text).bare())
                (form.field("last_name").kind(Kind::Text).bare())
                (form.field("date_of_birth").bare())
            }
            (form.button("compliance-emergency-find"))
        }))
    }
}

/// Who was found, each with the question why; after a refusal the one whose record was asked for.
fn opening(ask: &Ask) -> Markup {
    let Some(sent) = ask.sent() else {
        return html! {};
    };
    if let Some(told) = sent.told() {
        let people = told.get("people").and_then(Json::as_array);
        let people = people.map(Vec::as_slice).unwrap_or_default();
        return html! {
            @if people.is_empty() {
                (ui::notice(Tone::Warning, html! { p { (ask.t("compliance-emergency-nobody")) } }))
            }
            @for one in people { (found(ask, one)) }
        };
    }
    let again = sent.typed("patient").and_then(|id| id.parse().ok());
    match again {
        Some(id) => open(ask, id, sent.typed("_who").unwrap_or_default()),
        None => html! {},
    }
}

fn found(ask: &Ask, one: &Json) -> Markup {
    let text = |name: &str| one.get(name).and_then(Json::as_str).unwrap_or_default();
    let said = |name: &str| one.get(name) == Some(&Json::Bool(true));
    let Some(id) = one.get("patient").and_then(Json::as_i64) else {
        return html! {};
    };
    let born = text("date_of_birth")
        .parse()
        .map(|day| ui::day_words(ask, day));
    let born = Text::new("compliance-emergency-born").with("day", born.unwrap_or_default());
    let born = match said("birth_estimated") {
        true => ask.say(&Text::new("patients-age-about").with("age", ask.say(&born))),
        false => ask.say(&born),
    };
    let sex = ask.word(
        &["patients-sex-", &text("gender").to_lowercase()].concat(),
        text("gender"),
    );
    let who = [text("name"), &born, &sex, text("unique_id")].join(" · ");
    if said("in_reach") {
        let address = ["/patients/", &id.to_string(), "/"].concat();
        return ui::panel(
            &who,
            html! {
                p { (ask.t("compliance-emergency-in-reach")) }
                p { (ui::action(&address, &ask.t("compliance-emergency-look"))) }
            },
        );
    }
    open(ask, id, &who)
}

/// Why the record has to be opened now.
fn open(ask: &Ask, patient: i64, who: &str) -> Markup {
    let form = ask
        .form("break_glass_create")
        .apart(patient)
        .then("/patients/{patient}/")
        .done("done-record-opened");
    let minutes = ask.app().settings.break_glass.as_secs() / 60;
    let told = Text::new("compliance-emergency-told").with("minutes", minutes);
    let open = form.sent().and_then(|sent| sent.fact("break_glass"));
    ui::panel(
        who,
        html! {
            (form.show(html! {
                (form.hidden("patient", patient))
                (form.hidden("_who", who))
                p { (ask.say(&told)) }
                (form.field("reason").kind(Kind::Area).required(true))
                (form.button("compliance-emergency-open"))
            }))
            @if open.is_some() {
                p { (ui::action(&["/patients/", &patient.to_string(), "/"].concat(), &ask.t("compliance-emergency-look"))) }
            }
        },
    )
}
