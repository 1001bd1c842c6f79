//! Workbooks: a sheet with a heading, numbers as numbers, dates as dates, and text that is never a formula.

use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use kernel::HospitalZone;
use rust_xlsxwriter::{ColNum, Format, RowNum, Workbook, Worksheet, XlsxError};
use serde_json::Value as Json;

use records::error::Error;

/// The media type.
pub const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The rows that a sheet has room for, the heading included.
pub const MOST_ROWS: usize = 1_048_576;
/// The characters that a cell has room for.
const MOST_CHARACTERS: usize = 32_767;
/// Larger integers are not exact as a spreadsheet's number.
const EXACT: u64 = 1 << 53;
/// Day 0. Spreadsheets count a 29 February 1900, so that days are right from March 1900 on.
const EPOCH: Date = jiff::civil::date(1899, 12, 30);
const FIRST: Date = jiff::civil::date(1900, 3, 1);
/// A column is as wide as its text, within these limits, in characters.
const WIDTH: (usize, usize) = (8, 60);

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub name: String,
    /// Its numbers are amounts of money, shown with two decimals.
    pub money: bool,
}

/// A workbook with one sheet. A text that is a day (`2026-03-01`) becomes a date, one that is a moment (RFC 3339) a
/// date and time where the hospital is; integers that would lose digits stay text.
///
/// # Errors
/// When there are more rows than a sheet has room for; a caller that may have as many says so before.
pub fn write(columns: &[Column], rows: &[Vec<Json>], zone: &HospitalZone) -> Result<Bytes, Error> {
    let mut book = Workbook::new();
    let looks = Looks::new();
    let sheet = book.add_worksheet();
    fill(sheet, &looks, columns, rows, zone).map_err(Error::internal)?;
    book.save_to_buffer()
        .map(Bytes::from)
        .map_err(Error::internal)
}

/// The ways a cell is shown.
struct Looks {
    heading: Format,
    money: Format,
    day: Format,
    moment: Format,
}

impl Looks {
    fn new() -> Looks {
        Looks {
            heading: Format::new().set_bold(),
            money: Format::new().set_num_format("#,##0.00"),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm"),
        }
    }
}

fn fill(
    sheet: &mut Worksheet,
    looks: &Looks,
    columns: &[Column],
    rows: &[Vec<Json>],
    zone: &HospitalZone,
) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(1, 0)?;
    for (at, column) in (0..).zip(columns) {
        let texts = rows.iter().filter_map(|row| row.get(usize::from(at)));
        let widest = texts.map(length).max().unwrap_or_default();
        let width = widest.max(column.name.chars().count() + 2);
        sheet.set_column_width(at, width.clamp(WIDTH.0, WIDTH.1) as f64)?;
        sheet.write_string_with_format(0, at, &column.name, &looks.heading)?;
    }
    for (at, row) in (1..).zip(rows) {
        for ((column, place), value) in columns.iter().zip(0..).zip(row) {
            cell(sheet, looks, (at, place), column, value, zone)?;
        }
    }
    Ok(())
}

fn length(value: &Json) -> usize {
    match value {
        Json::String(text) => text.chars().count(),
        other => other.to_string().len() + 2,
    }
}

fn cell(
    sheet: &mut Worksheet,
    looks: &Looks,
    (row, place): (RowNum, ColNum),
    column: &Column,
    value: &Json,
    zone: &HospitalZone,
) -> Result<(), XlsxError> {
    match value {
        Json::Null => {}
        Json::Bool(yes) => {
            sheet.write_boolean(row, place, *yes)?;
        }
        Json::Number(number) => match exact(number) {
            Some(number) if column.money => {
                sheet.write_number_with_format(row, place, number, &looks.money)?;
            }
            Some(number) => {
                sheet.write_number(row, place, number)?;
            }
            None => {
                sheet.write_string(row, place, number.to_string())?;
            }
        },
        Json::String(text) => match time(text, zone) {
            Some(Time::Day(serial)) => {
                sheet.write_number_with_format(row, place, serial, &looks.day)?;
            }
            Some(Time::Moment(serial)) => {
                sheet.write_number_with_format(row, place, serial, &looks.moment)?;
            }
            None => {
                sheet.write_string(row, place, fitting(text))?;
            }
        },
        nested => {
            sheet.write_string(row, place, fitting(&nested.to_string()))?;
        }
    }
    Ok(())
}

fn exact(number: &serde_json::Number) -> Option<f64> {
    let whole = number.as_i64().map(i64::unsigned_abs);
    if whole.or(number.as_u64()).is_some_and(|whole| whole > EXACT) {
        return None;
    }
    number.as_f64()
}

/// A moment as a spreadsheet counts it: days since its day 0.
enum Time {
    Day(f64),
    Moment(f64),
}

fn time(text: &str, zone: &HospitalZone) -> Option<Time> {
    // What is no date is most often told by its length.
    if text.len() == 10 {
        let day = text.parse::<Date>().ok()?;
        return days(day).map(Time::Day);
    }
    if !(20..=35).contains(&text.len()) {
        return None;
    }
    let local: DateTime = zone.to_local(text.parse::<Timestamp>().ok()?);
    let seconds =
        local.hour() as f64 * 3600.0 + local.minute() as f64 * 60.0 + local.second() as f64;
    days(local.date()).map(|day| Time::Moment(day + seconds / 86_400.0))
}

fn days(day: Date) -> Option<f64> {
    let since = EPOCH.until(day).ok()?.get_days();
    (day >= FIRST).then_some(f64::from(since))
}

/// As much as a cell has room for, without what a workbook cannot hold.
fn fitting(text: &str) -> String {
    let held = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
    let mut room = MOST_CHARACTERS;
    text.chars()
        .filter(held)
        .take_while(|letter| {
            // Room is counted in UTF-16.
            let left = room.checked_sub(letter.len_utf16());
            room = left.unwrap_or_default();
            left.is_some()
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;
    use std::io::Read;

    /// The sheet's XML and the shared texts.
    fn opened(columns: &[Column], rows: &[Vec<Json>]) -> [String; 2] {
        let zone = HospitalZone::new("Africa/Nairobi").unwrap();
        let book = write(columns, rows, &zone).unwrap();
        let mut book = zip::ZipArchive::new(std::io::Cursor::new(book.to_vec())).unwrap();
        ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"].map(|name| {
            let mut text = String::new();
            let mut part = book.by_name(name).unwrap();
            part.read_to_string(&mut text).unwrap();
            text
        })
    }

    fn column(name: &str, money: bool) -> Column {
        let name = name.to_owned();
        Column { name, money }
    }

    #[test]
    fn numbers_are_numbers_dates_are_dates_and_formulas_are_text() {
        let columns = [column("what", false), column("paid", true)];
        let rows = [
            vec![json!("=HYPERLINK(\"http://x\")"), json!(12.5)],
            vec![json!("2026-03-01"), json!(0)],
            vec![
                json!("2026-03-01T21:30:00Z"),
                json!(9_007_199_254_740_993_u64),
            ],
            vec![json!(true), Json::Null],
            vec![json!("+2207834351"), json!(-3)],
        ];
        let [sheet, texts] = opened(&columns, &rows);
        assert!(!sheet.contains("<f>"), "{sheet}");
        assert!(texts.contains("=HYPERLINK"), "{texts}");
        assert!(texts.contains("+2207834351"), "{texts}");
        assert!(texts.contains("9007199254740993"), "{texts}");
        assert!(sheet.contains("<v>12.5</v>"), "{sheet}");
        assert!(sheet.contains("<v>46082</v>"), "{sheet}");
        // Half past midnight of the next day in Nairobi.
        assert!(sheet.contains("<v>46083.0208333333"), "{sheet}");
        assert!(sheet.contains("t=\"b\""), "{sheet}");
        assert!(sheet.contains("<v>-3</v>"), "{sheet}");
    }

    #[test]
    fn what_no_cell_can_hold_is_cut_and_old_days_stay_text() {
        let long = "é".repeat(40_000);
        let rows = [
            vec![json!(long)],
            vec![json!("1900-02-28")],
            vec![json!("a\u{1}b")],
        ];
        let [_, texts] = opened(&[column("text", false)], &rows);
        assert_eq!(texts.matches('é').count(), MOST_CHARACTERS);
        assert!(texts.contains("1900-02-28"));
        assert!(texts.contains(">ab<"), "{}", texts.len());
    }
}
