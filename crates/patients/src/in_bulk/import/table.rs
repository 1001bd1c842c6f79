//! A table of patients as text.

use platform::error::Error;
use platform::fault::Faults;
use platform::serde_json::{Map, Value as Json};
use platform::texts::Text;
use uuid::Uuid;

/// The columns that a table may have; each is a field of a patient.
const COLUMNS: [&str; 15] = [
    "uid",
    "unique_id",
    "first_name",
    "last_name",
    "date_of_birth",
    "age",
    "gender",
    "contact_info",
    "email",
    "address",
    "known_allergies",
    "national_id",
    "emergency_contact",
    "preferred_language",
    "contact_preference",
];
/// What people also call them.
const OTHER_NAMES: [(&str, &str); 11] = [
    ("phone", "contact_info"),
    ("telephone", "contact_info"),
    ("mobile", "contact_info"),
    ("birth_date", "date_of_birth"),
    ("birthdate", "date_of_birth"),
    ("dob", "date_of_birth"),
    ("sex", "gender"),
    ("given_name", "first_name"),
    ("family_name", "last_name"),
    ("surname", "last_name"),
    ("mrn", "unique_id"),
];

/// A row of a table.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its line in the table.
    pub line: u64,
    /// The `uid` that it names.
    pub uid: Option<Uuid>,
    /// The patient's fields; cells that are empty are left out.
    pub fields: Map<String, Json>,
    /// What is wrong with it as a row.
    pub fault: Option<Faults>,
}

impl Row {
    /// All that the row says, the same for the same cells in whatever order.
    pub(super) fn identity(&self) -> String {
        let mut cells: Vec<String> = self
            .fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        cells.sort();
        cells.join("\n")
    }
}

/// Reads a table.
///
/// # Errors
/// 400 under `csv` when it has no rows, or a heading that is none of a patient's fields.
pub fn rows(text: &str) -> Result<Vec<Row>, Error> {
    let text = text.trim_start_matches('\u{feff}');
    let heading = text.lines().next().unwrap_or_default();
    let separator = if heading.contains(';') && !heading.contains(',') {
        b';'
    } else {
        b','
    };
    // The reader numbers a record that follows `\r\n` by the line before it.
    let lines = text.replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(lines.as_bytes());
    let columns = columns(reader.headers().map_err(|_| unreadable(1))?)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record =
            record.map_err(|error| unreadable(error.position().map_or(0, csv::Position::line)))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        rows.push(row(&columns, &record));
    }
    if rows.is_empty() {
        return Err(Error::field("csv", Text::new("patients-import-empty")));
    }
    Ok(rows)
}

fn unreadable(line: u64) -> Error {
    let text = Text::new("patients-import-unreadable");
    Error::field(
        "csv",
        text.with("line", i64::try_from(line).unwrap_or_default()),
    )
}

/// The fields of the heading's cells.
fn columns(heading: &csv::StringRecord) -> Result<Vec<&'static str>, Error> {
    let mut columns: Vec<&'static str> = Vec::new();
    for cell in heading {
        let spoken = cell.to_lowercase().replace([' ', '-'], "_");
        let other = OTHER_NAMES.iter().find(|(other, _)| *other == spoken);
        let name = other.map_or(spoken.as_str(), |(_, name)| name);
        let known = COLUMNS.iter().find(|known| **known == name);
        match known {
            Some(known) if !columns.contains(known) => columns.push(known),
            Some(_) => {
                let text = Text::new("patients-import-twice").with("column", cell);
                return Err(Error::field("csv", text));
            }
            None => {
                let text = Text::new("patients-import-column")
                    .with("column", cell)
                    .with("columns", COLUMNS.join(", "));
                return Err(Error::field("csv", text));
            }
        }
    }
    Ok(columns)
}

fn row(columns: &[&'static str], record: &csv::StringRecord) -> Row {
    let mut row = Row {
        line: record.position().map_or(0, csv::Position::line),
        uid: None,
        fields: Map::new(),
        fault: None,
    };
    if record.len() > columns.len() {
        let text = Text::new("patients-import-cells")
            .with("cells", record.len() as i64)
            .with("columns", columns.len() as i64);
        row.fault = Some(Faults::one(platform::fault::NON_FIELD, text));
        return row;
    }
    for (column, cell) in columns.iter().zip(record) {
        // A cell that our own tables wrote so that no spreadsheet takes it for a formula.
        let cell = match cell.strip_prefix('\'') {
            Some(rest) if rest.starts_with(['+', '=', '-', '@']) => rest,
            _ => cell,
        };
        match (*column, cell) {
            (_, "") => {}
            ("uid", cell) => match Uuid::parse_str(cell) {
                Ok(uid) => row.uid = Some(uid),
                Err(_) => {
                    let text = Text::new("patients-import-uid").with("value", cell);
                    row.fault = Some(Faults::one("uid", text));
                }
            },
            (column, cell) => {
                row.fields.insert(column.to_owned(), cell.into());
            }
        }
    }
    row
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_as_spreadsheets_write_them() {
        let text = "\u{feff}First name;Surname;DOB;Sex;Phone\r\nAwa;Bah;1990-01-01;Female;'+2207834351\r\n;;;;\r\n\"Fa\nto\";Jobe;1991-02-03;;\r\n";
        let rows = rows(text).unwrap();
        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(rows[0].fields["contact_info"], "+2207834351");
        assert_eq!(rows[1].fields["first_name"], "Fa\nto");
        assert!(!rows[1].fields.contains_key("gender"));
    }

    #[test]
    fn the_same_cells_are_the_same_row_in_whatever_order() {
        let one = rows("first_name,last_name\nAwa,Bah\n").unwrap();
        let other = rows("surname,given name,email\nBah,Awa,\n").unwrap();
        assert_eq!(one[0].identity(), other[0].identity());
        let third = rows("first_name,last_name\nAwa,Bahr\n").unwrap();
        assert_ne!(one[0].identity(), third[0].identity());
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for text in [
            "",
            "first_name,last_name\n",
            "first_name,shoe size\nAwa,38\n",
            "first_name,given name\nAwa,Awa\n",
        ] {
            assert!(rows(text).is_err(), "{text}");
        }
        let row = &rows("first_name\nAwa,Bah\n").unwrap()[0];
        assert!(row.fault.is_some());
    }
}
