//! What the hospital knows of a user: the copy of their data that everybody may ask for.
//!
//! Each module adds what it keeps ([`Module::account_section`](crate::declared::Declared::account_sections));
//! identity puts the sections together. A module says only what is about the user as a user: a
//! patient's record is asked for in other ways.

use std::borrow::Cow;

use futures_util::future::BoxFuture;
use serde_json::{Map, Value as Json};

use crate::cx::Cx;
use records::error::Error;
use records::record::{Part, Record};

/// What a module knows of the user with an id: one object for each record, in the order to be read.
pub type AccountRows =
    for<'a> fn(&'a mut Cx, i64) -> BoxFuture<'a, Result<Vec<Map<String, Json>>, Error>>;

/// A part of the copy.
#[derive(Clone, Copy)]
pub struct AccountSection {
    /// What it holds, such as `sessions`.
    pub name: &'static str,
    /// Reads it.
    pub rows: AccountRows,
}

/// All of a record but what never leaves the server, as a row of a section.
pub fn account_row<R: Record>(record: &R) -> Map<String, Json> {
    let meta = record.meta();
    let mut row = Map::new();
    row.insert("id".to_owned(), meta.id.into());
    for field in R::FIELDS.iter().filter(|field| field.part != Part::Hidden) {
        row.insert(
            field.name.to_owned(),
            record.field(field.name).unwrap_or_default(),
        );
    }
    row.insert("created_at".to_owned(), meta.created_at.to_string().into());
    row
}

/// Text for a cell of a file that a spreadsheet opens. What a spreadsheet would take for a formula
/// gets an apostrophe first, so that a name like `=cmd|…` is shown and not run (OWASP, CSV
/// injection). Numbers stay numbers.
///
/// ```
/// use engine::account::cell;
///
/// assert_eq!(cell("=1+1"), "'=1+1");
/// assert_eq!(cell("-12.50"), "-12.50");
/// assert_eq!(cell("Fatou"), "Fatou");
/// ```
pub fn cell(text: &str) -> Cow<'_, str> {
    let risky = text
        .trim_start_matches(' ')
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if risky && text.parse::<f64>().is_err() {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_numbers_kept() {
        for risky in [
            "=1+1",
            "+SUM(A1)",
            "-cmd|' /C calc'!A0",
            "@x",
            "\t=1",
            "\r=1",
            "\n=1",
            " =1",
            "＝1+1",
            "-",
        ] {
            assert_eq!(cell(risky), format!("'{risky}"));
        }
        for plain in [
            "",
            "12",
            "-12",
            "-1.5",
            "+220",
            "a=b",
            "Fatou",
            "'x",
            "2026-01-01",
        ] {
            assert_eq!(cell(plain), plain);
        }
    }
}
