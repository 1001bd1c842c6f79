//! What a medication is stays as it is once units of it are kept or somebody waits for it: what was prescribed and what
//! lies on the shelf would become something else.

use kernel::Code;
use kernel::names::fold;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::texts::Text;

use crate::medication::MedicationItem;
use crate::safety::Pack;

/// Refuses to make another medicine, strength, form or unit of one that is kept or waited for.
///
/// # Errors
/// 409 `state_conflict` with the `field`.
pub(crate) async fn check(
    cx: &mut Cx,
    pack: &Pack,
    row: &MedicationItem,
    before: &MedicationItem,
) -> Result<(), Error> {
    let Some(field) = other(pack, row, before) else {
        return Ok(());
    };
    if before.total_quantity == 0 && !is_waited_for(cx, before.meta.id).await? {
        return Ok(());
    }
    let text = Text::new("formulary-settled").with("field", field);
    Err(Error::refuse(Code::StateConflict, text).with("field", field))
}

/// The first field in which it becomes something else.
fn other(pack: &Pack, row: &MedicationItem, before: &MedicationItem) -> Option<&'static str> {
    let one_medicine = same_medicine(pack, &before.generic_name, &row.generic_name);
    // A strength that nobody wrote yet is completed, and changes nothing that was said.
    let one_strength =
        before.strength.is_empty() || closed(&before.strength) == closed(&row.strength);
    let one_unit = fold(&before.unit_of_measure) == fold(&row.unit_of_measure);
    [
        ("generic_name", one_medicine),
        ("strength", one_strength),
        ("formulation", before.formulation == row.formulation),
        ("unit_of_measure", one_unit),
    ]
    .into_iter()
    .find_map(|(field, same)| (!same).then_some(field))
}

/// Two spellings, or two names that the pack knows entirely and for the same ingredients.
fn same_medicine(pack: &Pack, one: &str, other: &str) -> bool {
    let ingredients = |name| {
        let mut found = pack.ingredients_of(name);
        found.sort_unstable();
        found
    };
    let known = ingredients(one);
    fold(one) == fold(other)
        || !known.is_empty() && known == ingredients(other) && pack.knows(other)
}

/// Without case and white space: `500 mg` is `500MG`.
fn closed(strength: &str) -> String {
    let letters = strength.chars().filter(|letter| !letter.is_whitespace());
    letters.flat_map(char::to_lowercase).collect()
}

/// Whether it is prescribed and may still be dispensed, where prescriptions are kept at all.
async fn is_waited_for(cx: &mut Cx, item: i64) -> Result<bool, Error> {
    let mut tables = cx.app.registry.tables().map(|info| info.table);
    let is_kept = tables.any(|table| table == "prescription");
    drop(tables);
    if !is_kept {
        return Ok(false);
    }
    let found: Option<(i64,)> = cx
        .unscoped("whether anybody waits for a medication says nothing of them")
        .optional(Statement::raw(
            "SELECT id FROM prescription WHERE medication_item = $1 AND voided_at IS NULL \
             AND status IN ('Active', 'Pending Dispense') LIMIT 1",
            values([&item]),
        ))
        .await?;
    Ok(found.is_some())
}
