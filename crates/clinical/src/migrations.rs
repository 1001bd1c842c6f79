//! The tables of clinical work.

use platform::db::{Ddl, Migration};

use crate::alert::{AlertKind, AlertSeverity, AlertStatus};
use crate::care_event::CareKind;
use crate::encounter::EncounterStatus;
use crate::medical_condition::ConditionStatus;
use crate::referral::ReferralStatus;
use crate::rules::growth::Position;
use crate::rules::news2::{Breathing, Consciousness};
use crate::task::{TaskPriority, TaskSource, TaskStatus};

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_tasks",
        up: tasks,
    },
    Migration {
        name: "0002_encounters",
        up: encounters,
    },
    Migration {
        name: "0003_clinical_alerts",
        up: clinical_alerts,
    },
    Migration {
        name: "0004_vitals",
        up: vitals,
    },
    Migration {
        name: "0005_histories",
        up: histories,
    },
    Migration {
        name: "0006_guidelines",
        up: guidelines,
    },
    Migration {
        name: "0007_notes_and_referrals",
        up: notes_and_referrals,
    },
    Migration {
        name: "0008_site_diagnoses",
        up: site_diagnoses,
    },
    Migration {
        name: "0009_prescriptions",
        up: crate::prescription_table::prescriptions,
    },
    Migration {
        name: "0010_timeline",
        // A page of a timeline reads as many rows as it shows, however many there are.
        up: |ddl| ddl.index("prescription", &["patient", "prescribed_at"]),
    },
    Migration {
        name: "0011_quantity_at_the_counter",
        up: |ddl| {
            ddl.add_columns("prescription", |t| {
                t.int("quantity_by").null().references("app_user");
            });
        },
    },
    Migration {
        name: "0012_own_visits",
        up: |ddl| {
            ddl.add_columns("encounter", |t| {
                t.bool("own_visit").default(false);
            });
        },
    },
    Migration {
        name: "0013_referral_letters",
        up: |ddl| {
            ddl.add_columns("referral", |t| {
                t.int("referral_letter_document")
                    .null()
                    .references("patient_document");
            });
            ddl.index("referral", &["referral_letter_document"]);
        },
    },
    Migration {
        name: "0014_quantity_counted",
        up: |ddl| {
            ddl.add_columns("prescription", |t| {
                t.bool("quantity_counted").default(false);
            });
        },
    },
    Migration {
        name: "0015_task_sources",
        up: |ddl| {
            ddl.add_columns("task", |t| {
                t.text("source_type").null();
                t.int("source_id").null();
            });
        },
    },
];

fn tasks(ddl: &mut Ddl) {
    ddl.table("task", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("assignee").null().references("app_user");
        t.text("status");
        t.text("priority");
        t.int("related_patient").null().references("patient");
        t.date("due_date").null();
        t.int("created_by").null().references("app_user");
        t.text("source");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("status", TaskStatus::VALUES);
        t.one_of("priority", TaskPriority::VALUES);
        t.one_of("source", TaskSource::VALUES);
    });
    ddl.index("task", &["assignee", "status"]);
    ddl.index("task", &["created_by"]);
    ddl.index("task", &["related_patient"]);
    ddl.index("task", &["status", "due_date"]);
}

fn encounters(ddl: &mut Ddl) {
    ddl.table("encounter", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.int("appointment").null().references("appointment");
        t.int("doctor").references("app_user");
        t.timestamp("encounter_date");
        t.text("diagnosis_code").null();
        t.text("status");
        t.timestamp("signed_at").null();
        t.int("signed_by").null().references("app_user");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("status", EncounterStatus::VALUES);
        t.check(
            "encounter_signed_at_check",
            "(status = 'signed') = (signed_at IS NOT NULL) AND (status = 'signed') = (signed_by IS NOT NULL)",
        );
    });
    ddl.index("encounter", &["patient", "id"]);
    ddl.index("encounter", &["doctor", "id"]);
    ddl.index("encounter", &["appointment"]);
    ddl.index("encounter", &["status", "id"]);
    ddl.index("encounter", &["patient", "encounter_date"]);
    ddl.index("encounter", &["encounter_date"]);
    ddl.index("encounter", &["diagnosis_code", "id"]);
    ddl.table("encounter_addendum", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("encounter").references("encounter");
        t.int("patient").references("patient");
        t.int("author").null().references("app_user");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
    });
    ddl.index("encounter_addendum", &["encounter", "id"]);
    ddl.index("encounter_addendum", &["patient", "id"]);
}

fn clinical_alerts(ddl: &mut Ddl) {
    ddl.table("clinical_alert", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.text("kind");
        t.text("severity");
        t.text("source_type").null();
        t.int("source_id").null();
        t.text("rule").null();
        t.int("addressee").null().references("app_user");
        t.text("status");
        t.int("acknowledged_by").null().references("app_user");
        t.timestamp("acknowledged_at").null();
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("kind", AlertKind::VALUES);
        t.one_of("severity", AlertSeverity::VALUES);
        t.one_of("status", AlertStatus::VALUES);
    });
    ddl.index("clinical_alert", &["patient", "status"]);
    ddl.index("clinical_alert", &["status", "id"]);
    ddl.index("clinical_alert", &["source_type", "source_id"]);
}

fn vitals(ddl: &mut Ddl) {
    ddl.table("vitals", |t| {
        t.standard();
        t.int("encounter").references("encounter");
        for measure in [
            "systolic_bp",
            "diastolic_bp",
            "heart_rate",
            "respiratory_rate",
            "temperature",
            "oxygen_saturation",
            "height",
            "weight",
            "head_circumference",
            "muac",
            "blood_glucose",
            "capillary_refill",
            "pain",
            "gcs",
        ] {
            t.int(measure).null();
        }
        t.text("height_position").null();
        t.text("consciousness").null();
        t.text("breathing").null();
        t.bool("saturation_scale_2");
        t.bool("pregnant").null();
        t.int("patient").references("patient");
        t.timestamp("recorded_at");
        t.int("recorded_by").null().references("app_user");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("height_position", Position::VALUES);
        t.one_of("consciousness", Consciousness::VALUES);
        t.one_of("breathing", Breathing::VALUES);
        t.check("vitals_bp_check", "diastolic_bp < systolic_bp");
        t.check(
            "vitals_temperature_check",
            "temperature BETWEEN 24000 AND 45000",
        );
        t.check("vitals_height_check", "height BETWEEN 20000 AND 260000");
        t.check("vitals_weight_check", "weight BETWEEN 300 AND 500000");
    });
    ddl.index("vitals", &["encounter", "id"]);
    ddl.index("vitals", &["patient", "id"]);
    ddl.index("vitals", &["patient", "recorded_at"]);
    ddl.index("vitals", &["recorded_at"]);
}

fn histories(ddl: &mut Ddl) {
    ddl.table("medical_condition", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.text("code").null();
        t.date("diagnosed_at").null();
        t.text("status");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("status", ConditionStatus::VALUES);
    });
    ddl.index("medical_condition", &["patient", "id"]);
    ddl.index("medical_condition", &["code", "id"]);
    ddl.table("surgical_history", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.date("date").null();
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
    });
    ddl.index("surgical_history", &["patient", "id"]);
    ddl.table("family_history", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
    });
    ddl.index("family_history", &["patient", "id"]);
    ddl.table("vaccination", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.text("code").null();
        t.date("date_administered");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
    });
    ddl.index("vaccination", &["patient", "id"]);
    ddl.index("vaccination", &["patient", "date_administered"]);
    ddl.index("vaccination", &["date_administered"]);
    ddl.index("vaccination", &["code", "id"]);
}

fn guidelines(ddl: &mut Ddl) {
    ddl.table("care_event", |t| {
        t.standard();
        t.int("patient").references("patient");
        t.text("kind");
        t.text("code");
        t.date("done_on");
        t.int("recorded_by").null().references("app_user");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("kind", CareKind::VALUES);
    });
    ddl.index("care_event", &["patient", "id"]);
    ddl.table("guideline_rule", |t| {
        t.standard();
        t.bool("is_active");
        t.text("key").unique();
        t.text("name");
        t.text("setting");
        t.text("source");
    });
}

fn notes_and_referrals(ddl: &mut Ddl) {
    ddl.table("note_template", |t| {
        t.standard();
        t.text("title");
        t.text("content");
        t.bool("is_active");
        t.int("created_by").null().references("app_user");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
    });
    ddl.table("referral", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.text("status");
        t.timestamp("answered_at").null();
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("status", ReferralStatus::VALUES);
    });
    ddl.index("referral", &["patient", "id"]);
    ddl.index("referral", &["status", "id"]);
}

fn site_diagnoses(ddl: &mut Ddl) {
    ddl.table("site_diagnosis", |t| {
        t.standard();
        t.text("code").unique();
        t.text("title");
        t.int("rank");
        t.text("bare");
        t.text("words");
        t.check("site_diagnosis_rank_check", "rank BETWEEN 1 AND 3");
    });
}
