//! What the hospital adds to the drug-safety pack, checked row by row.

use kernel::BuiltinRole::{Admin, Doctor, Nurse, Pharmacist};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::{Fault, Faults};
use platform::field::{Blank, Line};
use platform::record::{Body, Column, Record};
use platform::resource::{Change, Resource, Said};
use platform::texts::Text;

use crate::pack;
use crate::safety::{RowFault, Table};

/// So many faulty rows are named; who has more begins with these.
const SHOWN: usize = 20;

platform::choice! {
    /// A table of the drug-safety pack.
    pub enum PackTable {
        /// Classes: `class`, `meaning`.
        Classes = "classes",
        /// Ingredients: `ingredient`, `classes`.
        Ingredients = "ingredients",
        /// Brands and other names: `alias`, `ingredients`.
        Synonyms = "synonyms",
        /// Words to skip: `word`, `where`.
        IgnoredWords = "ignored_words",
        /// What an allergy covers.
        AllergyClasses = "allergy_classes",
        /// How an allergy is written: `written`, `allergen`.
        AllergyTerms = "allergy_terms",
        /// Pairs: `a`, `b`, `severity`, `effect`.
        Interactions = "interactions",
        /// Duplicate therapy: `kind`, `a`, `b`, `severity`, `message`.
        Duplicates = "duplicates",
        /// Warnings: `subject`, `context`, `when`, `severity`, `message`.
        PregnancyAndAge = "pregnancy_and_age",
        /// Highest usual doses: `ingredient`, `route` (oral, iv, im, injection, infiltration), `population` (adult, child), `unit`, and what is known of `max_single`, `max_daily`, `max_single_per_kg`, `max_daily_per_kg`.
        MaxDose = "max_dose",
        /// What products of several ingredients hold: `ingredients`, `strengths` in the same order, `unit`, and `label` where they are called by one number.
        Strengths = "strengths",
    }
}

platform::record! {
    /// Rows that the hospital adds to one table of the drug-safety pack. They go before the rows of the starter pack; an interaction with the severity `none` silences a pair. A table may have several records, each read after those before it.
    pub struct SafetyAddition in "drug_safety_addition" {
        client {
            /// The table that the rows belong to.
            pack_table: PackTable,
            /// The rows as CSV with a header, lists within a field separated by semicolons; further rows go into another record. Columns are those of the starter pack's table: for `synonyms` `alias` and `ingredients`; for `interactions` `a`, `b`, `severity` (none, moderate, severe, contraindicated), `effect` and, if wanted, `mechanism`, `management`, `route`, `source`; a row of `max_dose` takes the place of the starter pack's for the same ingredient, route and population. Each row is checked, and none is stored while one is faulty.
            csv: Line<65536>,
            /// Where the rows come from and who checked them.
            notes: Blank<2000>,
        }
    }
}

impl Resource for SafetyAddition {
    const PATH: &'static str = "drug-safety";
    const FILTERS: &'static [Column<Self>] = &[SafetyAddition::pack_table];
    const LIST: &'static [Column<Self>] = &[SafetyAddition::pack_table, SafetyAddition::notes];
    type Extra = ();

    fn access() -> Access {
        Access::nobody()
            .roles(&[Admin, Pharmacist], "crud")
            .roles(&[Doctor, Nurse], "r")
    }

    fn scope(_grant: &Grant) -> Scope {
        Scope::All
    }

    fn called(&self) -> Vec<Said> {
        vec![Said::Choice("pack_table", self.pack_table.as_str())]
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        pack::changing(cx).await?;
        let row = &*change.row;
        let table = table(row.pack_table)?;
        let checked = pack::check(
            cx,
            change.before.map(|before| before.meta.id),
            Some((table, &row.csv)),
        )
        .await?;
        checked.map_err(|faults| refused("csv", &faults))
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        pack::changing(cx).await?;
        // Other additions may speak of ingredients and classes that come from these rows.
        pack::check(cx, Some(row.meta.id), None)
            .await?
            .map_err(|faults| refused("non_field_errors", &faults))
    }
}

/// Adds rows to a table by its name, as a client's create does.
///
/// # Errors
/// 400 naming the faulty rows.
pub async fn add(
    cx: &mut Cx,
    table: &str,
    csv: &str,
    notes: &str,
) -> Result<SafetyAddition, Error> {
    let mut body = Body::default();
    for (name, value) in [("pack_table", table), ("csv", csv), ("notes", notes)] {
        body.0.insert(name.to_owned(), value.into());
    }
    let mut row = SafetyAddition::create(&body)?;
    let mut change = Change {
        row: &mut row,
        before: None,
        body: &body,
    };
    SafetyAddition::prepare(cx, &mut change).await?;
    cx.insert(change.row).await?;
    SafetyAddition::stored(cx, &change).await?;
    Ok(row)
}

fn table(table: PackTable) -> Result<Table, Error> {
    Table::parse(table.as_str())
        .ok_or_else(|| Error::internal("a table of the pack without a name"))
}

/// Names the first faulty rows, each with its line and the remedy.
fn refused(field: &str, faults: &[RowFault]) -> Error {
    let mut said: Vec<Text> = faults.iter().take(SHOWN).map(sentence).collect();
    if let Some(more) = faults.len().checked_sub(SHOWN + 1) {
        said.push(Text::new("formulary-more-rows").with("count", more + 1));
    }
    let mut all = Faults::new();
    all.put(field, Fault::Said(said));
    Error::from(all)
}

fn sentence(fault: &RowFault) -> Text {
    let text = Text::new(fault.key())
        .with("table", fault.table.as_str())
        .with("line", fault.line);
    let arguments = fault.arguments();
    arguments
        .into_iter()
        .fold(text, |text, (name, value)| text.with(name, value))
}
