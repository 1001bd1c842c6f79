//! The comma-separated `known_allergies` of a patient, kept as allergies as well.

use kernel::names;
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::field::{Blank, Line};
use platform::record::{Meta, Record};
use platform::seal::Sealed;
use sea_query::ExprTrait;

use crate::allergy::{Allergy, AllergyStatus, Severity};
use crate::patient::Patient;

/// What people write when there is none, folded; English, French and Swahili.
const NOTHING: &[&str] = &[
    "none",
    "no",
    "nil",
    "n a",
    "na",
    "nka",
    "nkda",
    "no known allergies",
    "no known drug allergies",
    "none known",
    "unknown",
    "aucune",
    "neant",
    "pas dallergie",
    "aucune allergie connue",
    "hakuna",
    "hana",
];

/// The substances in a list, each once, as written.
pub(crate) fn substances(list: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for item in list.split([',', ';', '\n']).map(str::trim) {
        let folded = names::fold(item);
        let known = found.iter().any(|other| names::fold(other) == folded);
        if !folded.is_empty() && !known && !NOTHING.contains(&folded.as_str()) {
            found.push(item);
        }
    }
    found
}

/// Makes allergies of what is new in the list, of unknown severity, and voids those that came from the
/// list and were taken off it. What somebody recorded or edited as an allergy stays.
pub(crate) async fn follow(
    cx: &mut Cx,
    row: &Patient,
    before: Option<&Patient>,
) -> Result<(), Error> {
    let old = before
        .map(|before| substances(before.known_allergies.open()))
        .unwrap_or_default();
    let new = substances(row.known_allergies.open());
    let lacks = |list: &[&str], item: &str| {
        let folded = names::fold(item);
        !list.iter().any(|other| names::fold(other) == folded)
    };
    if old.iter().all(|item| !lacks(&new, item)) && new.iter().all(|item| !lacks(&old, item)) {
        return Ok(());
    }
    let kept = if before.is_some() {
        of(cx, row).await?
    } else {
        Vec::new()
    };
    for allergy in kept.iter().filter(|allergy| allergy.from_list) {
        let substance = allergy.substance.open();
        // Only what this patient's own list named before: what a merged record brought along stays.
        if lacks(&new, substance) && !lacks(&old, substance) {
            cx.remove(allergy).await?;
        }
    }
    for item in new.iter().filter(|item| lacks(&old, item)) {
        let known: Vec<&str> = kept
            .iter()
            .map(|allergy| &**allergy.substance.open())
            .collect();
        if lacks(&known, item) {
            let mut allergy = Allergy {
                meta: Meta::unstored(),
                patient: row.reference(),
                substance: Sealed::new(Line::cut(item)),
                code: None,
                reaction: Sealed::new(Blank::default()),
                severity: Severity::Unknown,
                status: AllergyStatus::Active,
                from_list: true,
            };
            cx.insert(&mut allergy).await?;
        }
    }
    Ok(())
}

/// Voids what only the list made: it goes with the patient and does not hold the record back.
pub(crate) async fn remove(cx: &mut Cx, row: &Patient) -> Result<(), Error> {
    for allergy in of(cx, row)
        .await?
        .iter()
        .filter(|allergy| allergy.from_list)
    {
        cx.remove(allergy).await?;
    }
    Ok(())
}

async fn of(cx: &mut Cx, row: &Patient) -> Result<Vec<Allergy>, Error> {
    let mut query = select::<Allergy>();
    query
        .and_where(column(Allergy::TABLE, "patient").eq(row.meta.id))
        .and_where(column(Allergy::TABLE, "voided_at").is_null());
    cx.unscoped("the list and the allergies are one thing")
        .records(query)
        .await
}

#[cfg(test)]
mod tests {
    use super::substances;

    #[test]
    fn a_list_is_taken_apart() {
        for (list, expected) in [
            ("", &[] as &[&str]),
            ("Penicillin", &["Penicillin"]),
            (" Penicillin , peanuts,", &["Penicillin", "peanuts"]),
            ("Penicillin, PENICILLIN, Pénicillin", &["Penicillin"]),
            ("None", &[]),
            ("no known allergies", &[]),
            ("N/A", &[]),
            ("NKDA; latex", &["latex"]),
            ("Aucune", &[]),
            ("Hakuna", &[]),
        ] {
            assert_eq!(substances(list), expected, "{list}");
        }
    }
}
