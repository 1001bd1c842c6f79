//! The tables of clinical work.

use platform::db::{Ddl, Migration};

use crate::alert::{AlertKind, AlertSeverity, AlertStatus};
use crate::encounter::EncounterStatus;
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
