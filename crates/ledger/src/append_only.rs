//! Entries cannot be changed, whatever program asks.

use platform::db::Ddl;

/// Makes a table of entries append-only, and lets each entry be reversed once: for the migration that
/// makes the table, which has a nullable column `reverses`. An update or delete is then refused by the
/// database (`<table>_append_only`).
pub fn append_only(ddl: &mut Ddl, entries: &str) {
    ddl.append_only(entries, "entries");
    ddl.unique_index(
        &format!("{entries}_reverses_key"),
        entries,
        &["reverses"],
        Some("reverses IS NOT NULL"),
    );
}
