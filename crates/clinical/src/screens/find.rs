//! What the pickers of these screens offer.

use formulary::MedicationItem;
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::{self, Resource};
use platform::texts::Text;
use sea_query::Order;

use crate::rules::icd10::{Diagnosis, search};
use crate::site_diagnosis::candidates;

/// So many are offered.
const MOST: usize = 8;

/// Diagnoses by the beginning of their code or of their words.
pub(super) async fn diagnoses(cx: &mut Cx, typed: String) -> Result<Vec<(String, String)>, Error> {
    cx.saw_nothing();
    if typed.is_empty() {
        return Ok(Vec::new());
    }
    let site = candidates(cx, &typed).await?;
    let language = cx.origin.language;
    let found = search(&site, &typed, MOST);
    Ok(found
        .into_iter()
        .map(|one| (one.code.clone(), words(one, language)))
        .collect())
}

/// `I10 Essential hypertension`, of a code that is known or not.
pub(super) async fn diagnosis(cx: &mut Cx, code: &str) -> Result<String, Error> {
    let site = candidates(cx, code).await?;
    let found = search(&site, code, 1).into_iter().next();
    let found = found.filter(|one| one.code == code);
    Ok(found.map_or_else(|| code.to_owned(), |one| words(one, cx.origin.language)))
}

fn words(one: &Diagnosis, language: &str) -> String {
    let title = match language {
        "fr" if !one.title_fr.is_empty() => &one.title_fr,
        "sw" if !one.title_sw.is_empty() => &one.title_sw,
        _ => &one.title,
    };
    [one.code.as_str(), " ", title].concat()
}

/// Medications by any of their names, each with its form and what is in stock.
pub(super) async fn medications(
    cx: &mut Cx,
    typed: String,
) -> Result<Vec<(String, String)>, Error> {
    cx.saw_nothing();
    let most = u64::try_from(MOST).unwrap_or(u64::MAX);
    let rows: Vec<MedicationItem> = if typed.is_empty() {
        resource::rows(cx, most, |query| {
            query.order_by(("medication_item", "generic_name"), Order::Asc);
        })
        .await?
    } else {
        resource::search(cx, &typed, most).await?
    };
    Ok(rows
        .iter()
        .map(|row| (row.meta.id.to_string(), stocked(cx, row)))
        .collect())
}

/// `Amoxicillin 500 mg, Capsule: 240 in stock`.
pub(super) fn stocked(cx: &Cx, row: &MedicationItem) -> String {
    let key = if row.total_quantity > 0 {
        "clinical-in-stock"
    } else {
        "clinical-out-of-stock"
    };
    let text = Text::new(key)
        .with("name", row.label())
        .with("form", row.formulation.as_str())
        .with("quantity", row.total_quantity)
        .with("unit", row.unit_of_measure.to_string());
    cx.app.texts.render(cx.origin.language, &text)
}
