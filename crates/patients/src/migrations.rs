//! The tables of patients.

use platform::db::{Ddl, Migration};

use crate::allergy::{AllergyStatus, Severity};
use crate::confinement;
use crate::consent::ConsentType;
use crate::identifier;
use crate::patient::{ContactPreference, Gender, PreferredLanguage};
use crate::proxy::ProxyKind;
use crate::scope::CareSource;

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_patients",
        up: patients,
    },
    Migration {
        name: "0002_index",
        up: index,
    },
    Migration {
        name: "0003_care_relationships",
        up: care,
    },
    Migration {
        name: "0004_allergies_and_consents",
        up: history,
    },
    Migration {
        name: "0005_patient_links",
        up: links,
    },
    Migration {
        name: "0006_counted_patients",
        up: counted,
    },
    Migration {
        name: "0007_patient_numbers",
        up: numbers,
    },
    Migration {
        name: "0008_confinement",
        up: confined,
    },
    Migration {
        name: "0009_patient_proxies",
        up: proxies,
    },
    Migration {
        name: "0010_estimated_births",
        up: |ddl| {
            ddl.add_columns("patient", |t| {
                t.bool("birth_estimated").default(false);
            });
        },
    },
    Migration {
        name: "0011_care_that_ends",
        up: |ddl| {
            ddl.add_columns("care_relationship", |t| {
                t.timestamp("until").null();
            });
        },
    },
];

/// Whose records are confined to those who treat them, and who opened a record in an emergency: row scopes
/// ask both. What is said about the latter is `compliance`'s.
fn confined(ddl: &mut Ddl) {
    ddl.table("confinement", |t| {
        t.int("patient").references("patient");
        t.primary_key(&["patient"]);
    });
    ddl.sql(confinement::FIRST);
    ddl.table("break_glass", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("user").references("app_user");
        t.int("patient").references("patient");
        t.timestamp("opened_at");
        t.timestamp("expires_at");
        t.timestamp("ended_at").null();
        t.int("ended_by").null().references("app_user");
        t.timestamp("reviewed_at").null();
        t.int("reviewed_by").null().references("app_user");
        t.text("verdict").null();
        t.check("break_glass_expires_at_check", "expires_at > opened_at");
        t.check(
            "break_glass_reviewed_by_check",
            "reviewed_by IS NULL OR reviewed_by <> \"user\"",
        );
        t.check(
            "break_glass_reviewed_at_check",
            "(reviewed_at IS NULL) = (reviewed_by IS NULL) AND (reviewed_at IS NULL) = (verdict IS NULL)",
        );
        t.check(
            "break_glass_verdict_check",
            "verdict IS NULL OR verdict IN ('justified', 'not_justified')",
        );
    });
    ddl.index("break_glass", &["user", "expires_at"]);
    ddl.index("break_glass", &["patient", "id"]);
}

fn proxies(ddl: &mut Ddl) {
    ddl.table("patient_proxy", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.int("user").references("app_user").cascade();
        t.text("kind");
        t.date("ends_on").null();
        t.bool("agreed");
        t.int("created_by").null().references("app_user");
        t.timestamp("ended_at").null();
        t.timestamp("until");
        t.one_of("kind", ProxyKind::VALUES);
        // Nobody is let in as a carer without the patient's word and a day on which it ends.
        t.check(
            "patient_proxy_carer_check",
            "kind = 'parent' OR (agreed AND ends_on IS NOT NULL)",
        );
    });
    // Once at a time, whoever records it.
    ddl.unique_index(
        "patient_proxy_user_patient_key",
        "patient_proxy",
        &["user", "patient"],
        Some("ended_at IS NULL"),
    );
    ddl.index("patient_proxy", &["patient", "id"]);
}

/// Several counters for each year instead of one, which go on where it stopped.
fn numbers(ddl: &mut Ddl) {
    ddl.table("patient_number", |t| {
        t.int("year");
        t.int("lane");
        // The last number given by this counter, or the one before its first.
        t.int("last");
        t.primary_key(&["year", "lane"]);
    });
    let lanes: Vec<String> = (1..=identifier::LANES)
        .map(|lane| format!("({lane})"))
        .collect();
    ddl.sql(&format!(
        "INSERT INTO patient_number (year, lane, last) \
         SELECT year, lanes.column1, last + lanes.column1 - {} FROM patient_sequence, (VALUES {}) AS lanes",
        identifier::LANES,
        lanes.join(", ")
    ));
    ddl.sql("DROP TABLE patient_sequence");
}

/// Totals are counted along this index, which is a fraction of the table: sealed records are long.
fn counted(ddl: &mut Ddl) {
    ddl.sql(
        r#"CREATE INDEX "patient_counted_idx" ON "patient" ("created_at") WHERE "voided_at" IS NULL AND "merged_into" IS NULL"#,
    );
}

fn patients(ddl: &mut Ddl) {
    ddl.table("patient", |t| {
        t.standard();
        t.bytes("sealed");
        t.text("gender");
        t.text("preferred_language");
        t.text("contact_preference");
        t.int("user").null().references("app_user");
        t.timestamp("deceased_at").null();
        t.int("birth_year");
        t.int("merged_into").null().references("patient");
        t.timestamp("last_appointment_at").null();
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("gender", Gender::VALUES);
        t.one_of("preferred_language", PreferredLanguage::VALUES);
        t.one_of("contact_preference", ContactPreference::VALUES);
        t.check("patient_merged_into_check", "merged_into <> id");
    });
    // An account shows one record.
    ddl.unique_index(
        "patient_user_key",
        "patient",
        &["user"],
        Some("voided_at IS NULL"),
    );
    ddl.index("patient", &["merged_into"]);
    ddl.index("patient", &["birth_year", "id"]);
    ddl.index("patient", &["created_at"]);
    // The last number given in each year.
    ddl.table("patient_sequence", |t| {
        t.int("year");
        t.int("last");
        t.primary_key(&["year"]);
    });
}

fn index(ddl: &mut Ddl) {
    ddl.table("patient_identifier", |t| {
        t.int("generation");
        t.bytes("digest");
        t.int("patient").references("patient");
        t.text("kind");
        t.unique(&["generation", "digest"]);
        t.one_of("kind", &["unique_id"]);
    });
    ddl.index("patient_identifier", &["patient"]);
    // The primary key is the whole row: on SQLite the table is its own index. No foreign key: it would
    // need an index by patient, half as large as the table again, to be of use to anybody.
    let columns = "generation {int} NOT NULL, field {small} NOT NULL, tag {int} NOT NULL, \
                   patient {int} NOT NULL, CONSTRAINT patient_term_pkey PRIMARY KEY (generation, field, tag, patient)";
    ddl.sql_for(
        &format!(
            "CREATE TABLE patient_term ({}) STRICT, WITHOUT ROWID",
            columns
                .replace("{int}", "INTEGER")
                .replace("{small}", "INTEGER")
        ),
        &format!(
            "CREATE TABLE patient_term ({})",
            columns
                .replace("{int}", "bigint")
                .replace("{small}", "smallint")
        ),
    );
}

fn care(ddl: &mut Ddl) {
    ddl.table("care_relationship", |t| {
        t.int("user").references("app_user").cascade();
        t.int("patient").references("patient");
        t.text("source");
        t.timestamp("since");
        t.one_of("source", CareSource::VALUES);
        t.primary_key(&["user", "patient", "source"]);
    });
    ddl.index("care_relationship", &["patient"]);
}

fn history(ddl: &mut Ddl) {
    ddl.table("allergy", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.text("code").null();
        t.text("severity");
        t.text("status");
        t.bool("from_list");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("severity", Severity::VALUES);
        t.one_of("status", AllergyStatus::VALUES);
    });
    ddl.index("allergy", &["patient", "id"]);
    ddl.table("consent", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.text("consent_type");
        t.bool("given");
        t.timestamp("given_at");
        t.timestamp("revoked_at").null();
        t.int("created_by").null().references("app_user");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("consent_type", ConsentType::VALUES);
    });
    ddl.index("consent", &["patient", "id"]);
}

fn links(ddl: &mut Ddl) {
    ddl.table("patient_link", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient");
        t.int("merged_into");
        t.int("score");
        t.json("reasons");
        t.int("decided_by").null();
        t.timestamp("undone_at").null();
        t.int("undone_by").null();
    });
    ddl.index("patient_link", &["patient", "id"]);
    ddl.index("patient_link", &["merged_into", "id"]);
}
