//! The comma-separated `known_allergies` of a patient: the active allergies in another form.
//!
//! The allergies are what is known. The list is put together anew whenever one of them changes, and what a
//! client writes into it is done to the allergies first. That there are none stands on it as it was said, as long
//! as there are none.

use contracts::AllergiesChanged;
use kernel::{Code, Reach, names};
use platform::cx::{Cx, column, select};
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use platform::field::{Blank, Line};
use platform::record::{Meta, Record};
use platform::resource::Resource;
use platform::seal::Sealed;
use platform::serde_json::json;
use platform::texts::Text;
use sea_query::{Alias, ExprTrait, Order};

use super::none_known::names_nothing;
use crate::allergy::{Allergy, AllergyStatus, Severity};
use crate::patient::Patient;

/// Between two on the list.
const SEPARATOR: &str = ", ";

/// The substances in a list of allergies, each once, as written; nothing for a list that says there are none.
pub fn substances(list: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for item in list.split([',', ';', '\n']).map(str::trim) {
        let folded = names::fold(item);
        let known = found.iter().any(|other| names::fold(other) == folded);
        if !folded.is_empty() && !known && !names_nothing(item) {
            found.push(item);
        }
    }
    found
}

/// Reads what a client wrote into the list, does to the allergies what it says, and puts the list as it is then
/// into the row. The list of a new patient is only brought into its form: [`record`] makes its allergies once
/// there is a patient.
///
/// Whoever changes the list changes allergies, and needs the rights for it. An allergy that somebody recorded and
/// that may be severe is resolved only when `confirmed`.
pub(crate) async fn write(
    cx: &mut Cx,
    row: &mut Patient,
    before: Option<&Patient>,
    confirmed: bool,
) -> Result<(), Error> {
    let written: &str = row.known_allergies.open();
    let listed: Vec<String> = substances(written).into_iter().map(str::to_owned).collect();
    let said = statement(written);
    let Some(before) = before else {
        let text = if listed.is_empty() {
            said
        } else {
            listed.join(SEPARATOR)
        };
        row.known_allergies = Sealed::new(Blank::cut(&text));
        return Ok(());
    };
    if before.known_allergies.open() == row.known_allergies.open() {
        return Ok(());
    }
    let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
    let active = active(cx, row.meta.id).await?;
    let names: Vec<&str> = active.iter().map(|one| &**one.substance.open()).collect();
    let put_on = without(&listed, &names);
    let taken_off: Vec<&Allergy> = active
        .iter()
        .filter(|allergy| lacks(&listed, allergy.substance.open()))
        .collect();
    allowed(cx, !put_on.is_empty(), !taken_off.is_empty())?;
    if !confirmed {
        confirm(&taken_off)?;
    }
    for allergy in taken_off {
        give_up(cx, allergy).await?;
    }
    make(cx, row, &put_on).await?;
    tell(cx, row.meta.id)?;
    let now = self::active(cx, row.meta.id).await?;
    row.known_allergies = Sealed::new(Blank::cut(&text(&now, &said)));
    Ok(())
}

fn allowed(cx: &Cx, adds: bool, removes: bool) -> Result<(), Error> {
    let lacks = |right| cx.grant_of(right).reach == Reach::None;
    if (adds && lacks(Allergy::CREATE)) || (removes && lacks(Allergy::UPDATE)) {
        return Err(Error::denied());
    }
    Ok(())
}

/// Refuses to take off what somebody recorded and what may be severe.
fn confirm(taken_off: &[&Allergy]) -> Result<(), Error> {
    let grave = taken_off.iter().filter(|allergy| {
        !allergy.from_list && matches!(allergy.severity, Severity::Severe | Severity::Unknown)
    });
    let named: Vec<_> = grave
        .map(|allergy| {
            json!({
                "id": allergy.meta.id,
                "substance": &**allergy.substance.open(),
                "severity": allergy.severity.as_str(),
            })
        })
        .collect();
    if named.is_empty() {
        return Ok(());
    }
    let text = Text::new("patients-allergy-removal").with("count", named.len());
    Err(Error::refuse(Code::ConfirmationRequired, text).with("allergies", named))
}

/// What only the list made goes with it; what somebody recorded is resolved, and stays as history.
async fn give_up(cx: &mut Cx, allergy: &Allergy) -> Result<(), Error> {
    if allergy.from_list {
        return cx.remove(allergy).await;
    }
    let mut resolved = allergy.clone();
    resolved.status = AllergyStatus::Resolved;
    cx.update(&mut resolved, allergy).await
}

/// Makes the allergies of a new patient's list, of unknown severity.
pub(crate) async fn record(cx: &mut Cx, row: &Patient) -> Result<(), Error> {
    let listed = substances(row.known_allergies.open());
    make(cx, row, &listed).await
}

/// Makes what is on the list and is no allergy, as when records part: one may have lost it when it was taken off
/// the other's list.
pub(crate) async fn complete(cx: &mut Cx, row: &Patient) -> Result<(), Error> {
    let listed = substances(row.known_allergies.open());
    if listed.is_empty() {
        return Ok(());
    }
    let active = active(cx, row.meta.id).await?;
    let names: Vec<&str> = active.iter().map(|one| &**one.substance.open()).collect();
    make(cx, row, &without(&listed, &names)).await?;
    tell(cx, row.meta.id)
}

/// Whatever the patient takes is compared with the allergies anew.
fn tell(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    cx.emit(&AllergiesChanged { patient })
}

/// Locks a patient's allergies and the list of them against others who change them at this moment.
pub(crate) async fn hold(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    if cx.dialect() == Dialect::Postgres {
        let lock = "SELECT id FROM patient WHERE id = $1 FOR NO KEY UPDATE";
        let lock = Statement::raw(lock, vec![patient.to_value()]);
        let why = "the list and the allergies are one thing";
        cx.unscoped(why).optional::<(i64,)>(lock).await?;
    }
    Ok(())
}

/// Puts a patient's list as the allergies are, after some of them changed; one that is about to go is left out.
pub(crate) async fn derive(cx: &mut Cx, patient: i64, without: Option<i64>) -> Result<(), Error> {
    hold(cx, patient).await?;
    tell(cx, patient)?;
    let mut query = select::<Patient>();
    query.and_where(column(Patient::TABLE, "id").eq(patient));
    let why = "the list and the allergies are one thing";
    let Some(before) = cx.unscoped(why).record::<Patient>(query).await? else {
        return Ok(());
    };
    let mut now = active(cx, patient).await?;
    now.retain(|allergy| Some(allergy.meta.id) != without);
    let said = statement(before.known_allergies.open());
    let list = text(&now, &said);
    if **before.known_allergies.open() == *list {
        return Ok(());
    }
    let mut row = before.clone();
    row.known_allergies = Sealed::new(Blank::cut(&list));
    cx.update(&mut row, &before).await
}

/// An active allergy to the same, however it is written, beside the row itself.
pub(crate) async fn same(cx: &mut Cx, row: &Allergy) -> Result<Option<Allergy>, Error> {
    let folded = names::fold(row.substance.open());
    let others = active(cx, row.patient.get()).await?;
    Ok(others.into_iter().find(|other| {
        other.meta.id != row.meta.id && names::fold(other.substance.open()) == folded
    }))
}

/// The list of the allergies that count; without any, what was said of there being none.
fn text(active: &[Allergy], said: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    for allergy in active {
        // What separates allergies cannot stand within one.
        let name = allergy.substance.open().replace([',', ';', '\n'], " /");
        if !names
            .iter()
            .any(|other| names::fold(other) == names::fold(&name))
        {
            names.push(name);
        }
    }
    match names.is_empty() {
        true => said.to_owned(),
        false => names.join(SEPARATOR),
    }
}

/// What a text without substances says: that there are none, or that nobody knows, as it was written; or nothing.
fn statement(text: &str) -> String {
    let text = text.trim();
    let is_said = substances(text).is_empty() && !names::fold(text).is_empty();
    if is_said {
        text.to_owned()
    } else {
        String::new()
    }
}

async fn make(cx: &mut Cx, row: &Patient, listed: &[&str]) -> Result<(), Error> {
    let rows = listed.iter().map(|item| Allergy {
        meta: Meta::unstored(),
        patient: row.reference(),
        substance: Sealed::new(Line::cut(item)),
        code: None,
        reaction: Sealed::new(Blank::default()),
        severity: Severity::Unknown,
        status: AllergyStatus::Active,
        from_list: true,
    });
    cx.insert_all(&mut rows.collect::<Vec<_>>()).await
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
    for allergy in active(cx, row.meta.id)
        .await?
        .iter()
        .filter(|allergy| allergy.from_list)
    {
        cx.remove(allergy).await?;
    }
    Ok(())
}

async fn active(cx: &mut Cx, patient: i64) -> Result<Vec<Allergy>, Error> {
    let mut query = select::<Allergy>();
    query
        .and_where(Allergy::patient.eq(patient))
        .and_where(Allergy::status.eq(AllergyStatus::Active.as_str()))
        .order_by((Alias::new(Allergy::TABLE), Alias::new("id")), Order::Asc)
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
            ("No allergies", &[]),
            ("Aucune allergie; hakuna mzio", &[]),
            ("No known allergies, Penicillin", &["Penicillin"]),
            ("No penicillin", &["No penicillin"]),
            ("Not known", &[]),
        ] {
            assert_eq!(substances(list), expected, "{list}");
        }
    }
}
