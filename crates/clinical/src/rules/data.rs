//! Reading the tables that are compiled in.
//!
//! A row that cannot be read is left out instead of stopping the program; a test next to each table shows
//! that none is.

/// A measured value in thousandths of its unit: 36.7 °C is 36 700. Exact, so that a limit means what it says.
pub type Milli = i64;

/// The rows of a table with one header row, each made by `read`.
pub(super) fn rows<T>(text: &str, read: impl Fn(&Line<'_>) -> Option<T>) -> Vec<T> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let Ok(header) = reader.headers().cloned() else {
        return Vec::new();
    };
    let records = reader.records().flatten();
    records
        .filter_map(|record| {
            read(&Line {
                header: &header,
                record: &record,
            })
        })
        .collect()
}

/// One row, read by the names of its columns.
pub(super) struct Line<'a> {
    header: &'a csv::StringRecord,
    record: &'a csv::StringRecord,
}

impl Line<'_> {
    /// The text of a column, empty when there is none.
    pub(super) fn text(&self, column: &str) -> &str {
        let at = self.header.iter().position(|name| name == column);
        at.and_then(|at| self.record.get(at)).unwrap_or_default()
    }

    /// The text of a column as a value of its own.
    pub(super) fn owned(&self, column: &str) -> String {
        self.text(column).to_owned()
    }

    /// A list inside a column.
    pub(super) fn list(&self, column: &str, separator: char) -> Vec<String> {
        let items = self.text(column).split(separator).map(str::trim);
        items
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// A number that must be there.
    pub(super) fn needed<T: std::str::FromStr>(&self, column: &str) -> Option<T> {
        self.text(column).parse().ok()
    }

    /// A number that may be missing; the row is refused (outer `None`) when it is there and wrong.
    pub(super) fn optional<T: std::str::FromStr>(&self, column: &str) -> Option<Option<T>> {
        match self.text(column) {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        }
    }

    /// A decimal that may be missing, in thousandths.
    pub(super) fn milli(&self, column: &str) -> Option<Option<Milli>> {
        match self.text(column) {
            "" => Some(None),
            text => milli(text).map(Some),
        }
    }
}

/// A plain decimal with at most three places, exact.
pub(super) fn milli(text: &str) -> Option<Milli> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(places) || places.len() > 3 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let places: i64 = format!("{places:0<3}").parse().ok()?;
    whole
        .checked_mul(1000)?
        .checked_add(places)
        .map(|value| sign * value)
}

/// Thousandths as a plain number for people and for JSON.
pub(super) fn plain(value: Milli) -> f64 {
    value as f64 / 1000.0
}

/// How many rows a table has, for tests that show that none was left out.
#[cfg(test)]
pub(super) fn count(text: &str) -> usize {
    csv::Reader::from_reader(text.as_bytes())
        .records()
        .flatten()
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn thousandths_are_exact_or_refused() {
        let cases = [
            ("36.7", Some(36_700)),
            ("0.3", Some(300)),
            ("500", Some(500_000)),
            ("-1.005", Some(-1_005)),
            ("36,7", None),
            ("1.2345", None),
            ("", None),
            (".5", None),
            ("1e3", None),
            ("99999999999999999999", None),
        ];
        for (text, value) in cases {
            assert_eq!(milli(text), value, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_what_is_shown_changes_nothing(value in -1_000_000_i64..1_000_000) {
            let shown = format!("{}{}.{:03}", if value < 0 { "-" } else { "" }, value.abs() / 1000, value.abs() % 1000);
            prop_assert_eq!(milli(&shown), Some(value));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,12}") {
            let _ = milli(&text);
        }
    }
}
