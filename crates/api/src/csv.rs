//! Tables for spreadsheets: RFC 4180, with cells that no spreadsheet takes for a formula.

use bytes::Bytes;

use records::error::Error;

/// Text that no spreadsheet takes for a formula: an apostrophe stands before what would begin one, as
/// OWASP advises against CSV injection. A phone number is none, and stays as people dial it.
///
/// ```
/// assert_eq!(api::csv::harmless("=1+1".to_owned()), "'=1+1");
/// assert_eq!(api::csv::harmless("Awa".to_owned()), "Awa");
/// assert_eq!(api::csv::harmless("+2207834351".to_owned()), "+2207834351");
/// ```
#[must_use]
pub fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
        && !is_phone(&text)
    {
        format!("'{text}")
    } else {
        text
    }
}

/// A plus sign and 7 to 15 digits, with single blanks between them at most: a number, and nothing that is worked out.
fn is_phone(text: &str) -> bool {
    let Some(number) = text.strip_prefix('+') else {
        return false;
    };
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let fits = number.bytes().all(|b| b.is_ascii_digit() || b == b' ');
    fits && (7..=15).contains(&digits) && number == number.trim() && !number.contains("  ")
}

/// What spreadsheets know UTF-8 by: it stands before the first row of a file.
pub const MARK: &str = "\u{feff}";

/// A whole file: the mark, then the rows.
///
/// # Errors
/// As [`write()`].
pub fn file(rows: impl IntoIterator<Item = Vec<String>>) -> Result<Bytes, Error> {
    let rows = write(rows)?;
    Ok([MARK.as_bytes(), &rows].concat().into())
}

/// Rows of cells, each row ended by CR LF.
///
/// # Errors
/// When the rows are not of one length, which is our own fault.
pub fn write(rows: impl IntoIterator<Item = Vec<String>>) -> Result<Bytes, Error> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(Error::internal)?;
    }
    writer
        .into_inner()
        .map(Bytes::from)
        .map_err(|error| Error::internal(error.to_string()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_become_text() {
        for (text, cell) in [
            ("Jane", "Jane"),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("+2207834351", "+2207834351"),
            ("+220 783 4351", "+220 783 4351"),
            ("+1+1", "'+1+1"),
            ("+220783", "'+220783"),
            ("+2207834351 ", "'+2207834351 "),
            ("+22078343512207834", "'+22078343512207834"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("a=1", "a=1"),
        ] {
            assert_eq!(harmless(text.to_owned()), cell);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_and_never_starts_a_formula(text in any::<String>()) {
            let bytes = write([vec![harmless(text.clone()), "end".to_owned()]]).unwrap();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&*bytes);
            let row = reader.records().next().unwrap().unwrap();
            let marked = ["'", &text].concat();
            prop_assert!(row[0] == text || row[0] == marked);
            prop_assert!(is_phone(&row[0]) || !row[0].starts_with(['=', '+', '-', '@', '\t', '\r']));
        }
    }
}
