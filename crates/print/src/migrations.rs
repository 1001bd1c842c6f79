//! The table of printed documents.

use platform::db::{Ddl, Migration};

use crate::PrintedKind;

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_printed_document",
    up: printed_document,
}];

fn printed_document(ddl: &mut Ddl) {
    ddl.table("printed_document", |t| {
        t.standard();
        t.text("kind");
        t.int("object");
        t.int("patient").null().references("patient");
        t.int("issued_by").null().references("app_user");
        t.timestamp("issued_at");
        t.bytes("code_hash").unique();
        t.one_of("kind", PrintedKind::VALUES);
    });
    ddl.index("printed_document", &["patient", "id"]);
    ddl.index("printed_document", &["issued_by"]);
}
