//! What speaks against a medicine, in the reader's language; what the pack says of it stays in the pack's.

use maud::{Markup, html};
use platform::texts::Text;
use web::Ask;
use web::ui::Tone;

use crate::prescription_alert::{DoseAlert, SafetyAlert};

/// How grave it is, as a word with a sign.
pub(super) fn severity(ask: &Ask, alert: &SafetyAlert) -> (Tone, String) {
    let (tone, key) = match alert.severity.as_str() {
        "contraindicated" => (Tone::Bad, "clinical-safety-contraindicated"),
        "severe" => (Tone::Bad, "clinical-safety-severe"),
        "moderate" => (Tone::Warning, "clinical-safety-moderate"),
        _ => (Tone::Plain, "clinical-safety-inform"),
    };
    (tone, ask.t(key))
}

/// Which things do not go together, in the reader's language, and what the pack says of it.
pub fn alert(ask: &Ask, alert: &SafetyAlert) -> Markup {
    let said = [alert.effect.as_str(), &alert.management];
    let said: Vec<&str> = said.into_iter().filter(|part| !part.is_empty()).collect();
    html! {
        (ask.say(&sentence(alert)))
        @match &alert.dose {
            Some(dose) => {
                " " (ask.say(&exceeded(dose)))
                @if dose.weight_assumed { " " (ask.say(&Text::new("clinical-alert-dose-unweighed").with("kilograms", &dose.whom))) }
                @if !alert.management.is_empty() { " " (pack(&alert.management)) }
            },
            None if !said.is_empty() => { " " (pack(&said.join(" "))) },
            None => {},
        }
    }
}

/// In the language of the pack, so that it is read and spoken as such.
fn pack(words: &str) -> Markup {
    html! { span lang="en" { (words) } }
}

fn sentence(alert: &SafetyAlert) -> Text {
    let of = |all: &[String], at: usize| all.get(at).cloned().unwrap_or_default();
    let (ingredient, allergen) = (of(&alert.ingredients, 0), of(&alert.ingredients, 1));
    let key = match alert.kind.as_str() {
        "allergy" if ingredient == allergen => "clinical-alert-same",
        "allergy" => "clinical-alert-allergy",
        "interaction" => "clinical-alert-with",
        "duplicate_therapy" => "clinical-alert-duplicate",
        "pregnancy" => "clinical-alert-pregnancy",
        "could_become_pregnant" => "clinical-alert-could-become-pregnant",
        "breastfeeding" => "clinical-alert-breastfeeding",
        "age" => "clinical-alert-age",
        "g6pd_deficiency" => "clinical-alert-g6pd-deficiency",
        "dose" => "clinical-alert-dose",
        _ => "clinical-alert-other",
    };
    Text::new(key)
        .with("medicine", of(&alert.drugs, 0))
        .with("other", of(&alert.drugs, 1))
        .with("ingredient", ingredient)
        .with("allergen", allergen)
}

fn exceeded(dose: &DoseAlert) -> Text {
    let key = match dose.daily {
        true => "clinical-alert-dose-day",
        false => "clinical-alert-dose-once",
    };
    let ingredient = match dose.ingredient.as_str() {
        "" => "empty",
        name => name,
    };
    Text::new(key)
        .with("amount", &dose.amount)
        .with("limit", &dose.limit)
        .with("whom", &dose.whom)
        .with("ingredient", ingredient)
}
