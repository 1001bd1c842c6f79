//! What a hospital adds to the starter pack: its own brands, ingredients and rules, as CSV.

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
    /// What is wrong with it and what to do about it.
    pub fault: String,
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
        let mut pack = load::starter();
        let mut faults = Vec::new();
        for table in Table::ALL {
            for addition in additions.iter().filter(|addition| addition.table == table) {
                faults.extend(load::rows(&mut pack, table, addition.csv, true));
            }
        }
        if faults.is_empty() {
            pack.finish(Some(version));
            Ok(pack)
        } else {
            Err(faults)
        }
    }
}
