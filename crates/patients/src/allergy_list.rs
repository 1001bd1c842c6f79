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
/// list and were taken off it. What somebody recorded or edited as an allergy stays, and what somebody
/// resolved stays so until it is put on the list anew.
pub(crate) async fn follow(
    cx: &mut Cx,
    row: &Patient,
    before: Option<&Patient>,
) -> Result<(), Error> {
    let old = before
        .map(|before| substances(before.known_allergies.open()))
        .unwrap_or_default();
    let new = substances(row.known_allergies.open());
    let taken_off = without(&old, &new);
    let put_on = without(&new, &old);
    if taken_off.is_empty() && put_on.is_empty() {
        return Ok(());
    }
    let kept = if before.is_some() {
        of(cx, row).await?
    } else {
        Vec::new()
    };
    for allergy in kept.iter().filter(|allergy| allergy.from_list) {
        // Only what this list named before. Where a merged record brought the same, it is the same person
        // who does not have it; should the records part again, the other's list makes it anew.
        if !lacks(&taken_off, allergy.substance.open()) {
            cx.remove(allergy).await?;
        }
    }
    make(cx, row, &put_on, &kept).await
}

/// Makes what is on the list and is no allergy, as when records part: one may have had it only because the
/// other brought it along, or may have lost it when it was taken off the other's list.
pub(crate) async fn complete(cx: &mut Cx, row: &Patient) -> Result<(), Error> {
    let listed = substances(row.known_allergies.open());
    if listed.is_empty() {
        return Ok(());
    }
    let kept = of(cx, row).await?;
    make(cx, row, &listed, &kept).await
}

/// Every substance has an allergy that counts: the one that there is, or a new one.
async fn make(cx: &mut Cx, row: &Patient, listed: &[&str], kept: &[Allergy]) -> Result<(), Error> {
    let active: Vec<&str> = kept
        .iter()
        .filter(|allergy| allergy.status == AllergyStatus::Active)
        .map(|allergy| &**allergy.substance.open())
        .collect();
    for item in without(listed, &active) {
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
    Ok(())
}

/// Whether a list does not name it, however it is written.
fn lacks(list: &[&str], item: &str) -> bool {
    let folded = names::fold(item);
    !list.iter().any(|other| names::fold(other) == folded)
}

/// What the one list names and the other does not.
fn without<'a>(list: &[&'a str], other: &[&str]) -> Vec<&'a str> {
    let missing = list.iter().filter(|item| lacks(other, item));
    missing.copied().collect()
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
        .and_where(Allergy::patient.eq(row.meta.id))
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
