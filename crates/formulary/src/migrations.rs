//! The formulary's tables.

use platform::db::{Ddl, Dialect, Migration};

use crate::medication::Formulation;
use crate::medication_name::NameKind;
use crate::safety_addition::PackTable;

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_formulary",
        up: formulary,
    },
    Migration {
        name: "0002_drug_safety",
        up: drug_safety,
    },
    Migration {
        name: "0003_dose_additions",
        up: dose_additions,
    },
];

fn formulary(ddl: &mut Ddl) {
    ddl.table("supplier", |t| {
        t.standard();
        t.text("name");
        t.text("contact_person");
        t.text("phone");
        t.text("email");
        t.text("address");
        t.int("lead_time_days").null();
        t.check(
            "supplier_lead_time_days_check",
            "lead_time_days BETWEEN 0 AND 730",
        );
    });
    ddl.index("supplier", &["name"]);
    ddl.table("medication_category", |t| {
        t.standard();
        t.text("name").unique();
    });
    ddl.table("medication_item", |t| {
        t.standard();
        t.text("generic_name");
        t.text("brand_name");
        t.text("formulation");
        t.text("strength");
        t.text("atc_code").null();
        t.text("manufacturer");
        t.int("supplier").null().references("supplier");
        t.int("category").null().references("medication_category");
        t.text("unit_of_measure");
        t.int("reorder_level");
        t.int("reorder_quantity");
        t.text("storage_conditions");
        t.bool("is_controlled_substance");
        t.text("description");
        t.int("total_quantity");
        t.text("ingredients");
        t.one_of("formulation", Formulation::VALUES);
        t.check(
            "medication_item_total_quantity_check",
            "total_quantity >= 0",
        );
        t.check("medication_item_reorder_level_check", "reorder_level >= 0");
        t.check(
            "medication_item_reorder_quantity_check",
            "reorder_quantity >= 0",
        );
    });
    ddl.index("medication_item", &["generic_name"]);
    ddl.index("medication_item", &["category", "id"]);
    ddl.index("medication_item", &["supplier", "id"]);
    ddl.table("medication_name", |t| {
        t.standard();
        t.int("medication_item")
            .references("medication_item")
            .cascade();
        t.text("name");
        t.text("kind");
        t.text("name_fold");
        t.one_of("kind", NameKind::VALUES);
    });
    ddl.unique_index(
        "medication_name_name_fold_key",
        "medication_name",
        &["medication_item", "name_fold"],
        None,
    );
}

fn drug_safety(ddl: &mut Ddl) {
    ddl.table("drug_safety_addition", |t| {
        t.standard();
        t.text("pack_table");
        t.text("csv");
        t.text("notes");
        t.one_of("pack_table", FIRST_TABLES);
    });
    // One row: which state of the additions is the current one.
    ddl.table("drug_safety_state", |t| {
        t.int("id");
        t.int("version");
        t.uuid("token");
        t.primary_key(&["id"]);
    });
}

/// The tables that a hospital could add to at first.
const FIRST_TABLES: &[&str] = &[
    "classes",
    "ingredients",
    "synonyms",
    "ignored_words",
    "allergy_classes",
    "allergy_terms",
    "interactions",
    "duplicates",
    "pregnancy_and_age",
];

/// Highest doses and strengths may be added too. SQLite changes no check of a table that stands.
fn dose_additions(ddl: &mut Ddl) {
    const OLD: &str = "ALTER TABLE drug_safety_addition RENAME TO drug_safety_addition_before";
    let tables: Vec<String> = PackTable::VALUES
        .iter()
        .map(|name| format!("'{name}'"))
        .collect();
    let check = format!(
        "ALTER TABLE drug_safety_addition DROP CONSTRAINT drug_safety_addition_pack_table_check, \
         ADD CONSTRAINT drug_safety_addition_pack_table_check CHECK (pack_table IN ({}))",
        tables.join(", ")
    );
    ddl.sql_for(OLD, &check);
    if ddl.dialect() == Dialect::Sqlite {
        ddl.table("drug_safety_addition", |t| {
            t.standard();
            t.text("pack_table");
            t.text("csv");
            t.text("notes");
            t.one_of("pack_table", PackTable::VALUES);
        });
        ddl.sql(
            "INSERT INTO drug_safety_addition (id, uid, created_at, updated_at, version, pack_table, csv, notes) \
             SELECT id, uid, created_at, updated_at, version, pack_table, csv, notes FROM drug_safety_addition_before",
        );
        ddl.sql("DROP TABLE drug_safety_addition_before");
    }
}
