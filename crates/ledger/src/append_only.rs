//! Entries cannot be changed, whatever program asks.

use platform::db::Ddl;

/// Makes a table of entries append-only, and lets each entry be reversed once: for the migration that
/// makes the table, which has a nullable column `reverses`. An update or delete is then refused by the
/// database (`<table>_append_only`).
pub fn append_only(ddl: &mut Ddl, entries: &str) {
    let rule = format!("{entries}_append_only");
    for event in ["UPDATE", "DELETE"] {
        let trigger = format!("{rule}_{}", event.to_lowercase());
        ddl.sql_for(
            &format!(
                "CREATE TRIGGER \"{trigger}\" BEFORE {event} ON \"{entries}\" BEGIN \
                 SELECT RAISE(ABORT, 'constraint:{rule}'); END"
            ),
            "",
        );
    }
    ddl.sql_for(
        "",
        &format!(
            "CREATE FUNCTION \"{rule}\"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             RAISE EXCEPTION 'entries of {entries} are never changed' USING ERRCODE = 'exclusion_violation', CONSTRAINT = '{rule}'; \
             END $$"
        ),
    );
    ddl.sql_for(
        "",
        &format!(
            "CREATE TRIGGER \"{rule}\" BEFORE UPDATE OR DELETE ON \"{entries}\" \
             FOR EACH ROW EXECUTE FUNCTION \"{rule}\"()"
        ),
    );
    ddl.unique_index(
        &format!("{entries}_reverses_key"),
        entries,
        &["reverses"],
        Some("reverses IS NOT NULL"),
    );
}
