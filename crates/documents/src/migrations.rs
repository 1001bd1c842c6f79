//! The table of documents.

use platform::db::{Ddl, Migration};

use crate::kind::DocumentKind;

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_documents",
    up: documents,
}];

fn documents(ddl: &mut Ddl) {
    ddl.table("patient_document", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.text("content_type");
        t.int("size");
        t.timestamp("uploaded_at");
        t.int("uploaded_by").null().references("app_user");
        t.text("file").unique();
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("content_type", DocumentKind::VALUES);
        t.check("size_not_negative", "size >= 0");
    });
    ddl.index("patient_document", &["patient"]);
}
