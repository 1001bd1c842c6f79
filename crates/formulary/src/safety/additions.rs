//! What a hospital adds to the starter pack: its own brands, ingredients and rules, as CSV.

use std::fmt;

use thiserror::Error;

use super::load;
use super::pack::Pack;
use super::table::Table;

/// Rows of one table, as CSV text with a header.
#[derive(Debug, Clone, Copy)]
pub struct Addition<'a> {
    /// Which table they belong to.
    pub table: Table,
    /// The CSV text.
    pub csv: &'a str,
}

/// A row that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// The table.
    pub table: Table,
    /// The line of the file, beginning with 1 for the header.
    pub line: u64,
    pub(super) fault: Fault,
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, line {}: {}",
            self.table.as_str(),
            self.line,
            self.fault
        )
    }
}

impl RowFault {
    /// The key of the sentence that says it, with `table`, `line` and [`RowFault::arguments`].
    pub fn key(&self) -> &'static str {
        match self.fault {
            Fault::Column(_) => "formulary-row-column",
            Fault::Missing(_) => "formulary-row-missing",
            Fault::Value { .. } => "formulary-row-value",
            Fault::Ingredient { .. } => "formulary-row-ingredient",
            Fault::Class(_) => "formulary-row-class",
            Fault::Allergen(_) => "formulary-row-allergen",
            Fault::OwnName(_) => "formulary-row-own-name",
            Fault::Known(_) => "formulary-row-known",
            Fault::IgnoredMedicine(_) => "formulary-row-ignored-medicine",
            Fault::Csv(_) => "formulary-row-csv",
            Fault::Many(_) => "formulary-row-many",
        }
    }

    /// What the sentence speaks of.
    pub fn arguments(&self) -> Vec<(&'static str, String)> {
        match &self.fault {
            Fault::Column(column) | Fault::Missing(column) => {
                vec![("column", (*column).to_owned())]
            }
            Fault::Value {
                column,
                value,
                allowed,
            } => vec![
                ("column", (*column).to_owned()),
                ("value", value.clone()),
                ("allowed", (*allowed).to_owned()),
            ],
            Fault::Ingredient { name, nearest } => {
                vec![("value", name.clone()), ("nearest", nearest.join(", "))]
            }
            Fault::Class(value)
            | Fault::Allergen(value)
            | Fault::OwnName(value)
            | Fault::Known(value)
            | Fault::IgnoredMedicine(value)
            | Fault::Csv(value) => vec![("value", value.clone())],
            Fault::Many(max) => vec![("max", max.to_string())],
        }
    }
}

/// Why a row cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Fault {
    #[error("the column `{0}` is missing from the header")]
    Column(&'static str),
    #[error("`{0}` must not be empty")]
    Missing(&'static str),
    #[error("`{column}` is `{value}`; it must be {allowed}")]
    Value {
        column: &'static str,
        value: String,
        allowed: &'static str,
    },
    #[error("`{name}` is no ingredient that is known{}; add it to `ingredients` first", offer(.nearest))]
    Ingredient { name: String, nearest: Vec<String> },
    #[error("`{0}` is no class that is known; add it to `classes` first")]
    Class(String),
    #[error("`{0}` is no allergen that is known; add it to `allergy_classes` first")]
    Allergen(String),
    #[error("`{0}` is the name of an ingredient and cannot mean anything else")]
    OwnName(String),
    #[error("`{0}` is known already")]
    Known(String),
    #[error("`{0}` names a medicine and cannot be ignored")]
    IgnoredMedicine(String),
    #[error("this line is not CSV as expected: {0}")]
    Csv(String),
    #[error("there are more than {0} rows")]
    Many(usize),
}

fn offer(names: &[String]) -> String {
    match names {
        [] => String::new(),
        names => format!(" (nearest: {})", names.join(", ")),
    }
}

impl Pack {
    /// The starter pack with a hospital's rows over it. `version` names the state of the rows; it is shown behind the
    /// starter pack's on everything that is found.
    ///
    /// A hospital's names and rules go before the starter pack's: an interaction of the hospital about a pair is the
    /// only one that counts for the pair, and `none` as its severity silences it.
    ///
    /// # Errors
    /// Every row that cannot be used; the other rows are checked all the same, so that one reading shows all faults.
    pub fn with(additions: &[Addition<'_>], version: &str) -> Result<Pack, Vec<RowFault>> {
        let (pack, faults) = laid_over(additions, version);
        if faults.is_empty() {
            Ok(pack)
        } else {
            Err(faults)
        }
    }

    /// As [`Pack::with`], without the rows that cannot be used: for additions that were checked against another starter
    /// pack.
    pub fn with_all_that_fits(additions: &[Addition<'_>], version: &str) -> Pack {
        laid_over(additions, version).0
    }
}

fn laid_over(additions: &[Addition<'_>], version: &str) -> (Pack, Vec<RowFault>) {
    let mut pack = load::starter();
    let mut faults = Vec::new();
    for table in Table::ALL {
        for addition in additions.iter().filter(|addition| addition.table == table) {
            faults.extend(load::rows(&mut pack, table, addition.csv, true));
        }
    }
    pack.finish(Some(version));
    (pack, faults)
}
