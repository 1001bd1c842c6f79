//! What medications are grouped by.

use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, values};
use platform::db::{Dialect, Statement};
use platform::error::Error;
use platform::field::Line;
use platform::record::Column;
use platform::resource::Resource;
use uuid::Uuid;

use crate::access;

/// The categories that every hospital begins with; their numbers are their places, from 1.
pub const SEEDED: [&str; 6] = [
    "Analgesics",
    "Antibiotics",
    "Antipyretics",
    "Antimalarials",
    "Vitamins",
    "Antihypertensives",
];

platform::record! {
    /// A group of medications. The first six are 1 Analgesics, 2 Antibiotics, 3 Antipyretics, 4 Antimalarials, 5 Vitamins, 6 Antihypertensives.
    pub struct MedicationCategory in "medication_category" {
        client {
            /// The category's name; unique.
            name: Line<100>,
        }
    }
}

impl Resource for MedicationCategory {
    const PATH: &'static str = "medication-categories";
    const CALLED: &'static [Column<Self>] = &[MedicationCategory::name];
    const ORDERING: &'static [Column<Self>] = &[MedicationCategory::name];
    const ORDER: &'static str = "id";
    const SEARCH: &'static [Column<Self>] = &[MedicationCategory::name];
    const LIST: &'static [Column<Self>] = &[MedicationCategory::name];
    type Extra = ();

    fn access() -> Access {
        access::medications()
    }

    fn scope(_grant: &Grant) -> Scope {
        Scope::All
    }

    fn label(&self) -> String {
        self.name.to_string()
    }
}

/// Stores the first categories while there is none at all, so that one that was renamed or deleted stays so.
pub(crate) async fn seed(cx: &mut Cx) -> Result<(), Error> {
    const WHY: &str = "the first categories are part of the program";
    let any: Option<(i64,)> = cx
        .unscoped(WHY)
        .optional(Statement::raw(
            "SELECT id FROM medication_category LIMIT 1",
            Vec::new(),
        ))
        .await?;
    if any.is_some() {
        return Ok(());
    }
    let now = cx.now();
    for (id, name) in (1_i64..).zip(SEEDED) {
        let sql = "INSERT INTO medication_category (id, uid, created_at, updated_at, version, name) \
                   VALUES ($1, $2, $3, $3, 1, $4) ON CONFLICT DO NOTHING";
        let bound = values([&id, &Uuid::now_v7(), &now, &name.to_owned()]);
        cx.unscoped(WHY)
            .untraced()
            .execute(Statement::raw(sql, bound))
            .await?;
    }
    if cx.dialect() == Dialect::Postgres {
        // Given ids do not move the sequence.
        let sql = "SELECT setval(pg_get_serial_sequence('medication_category', 'id'), \
                   (SELECT max(id) FROM medication_category))";
        let _: Vec<(i64,)> = cx
            .unscoped(WHY)
            .all(Statement::raw(sql, Vec::new()))
            .await?;
    }
    Ok(())
}
