//! The tables of wards.

use platform::db::{Ddl, Migration};

use crate::bed::BedStatus;

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_wards",
        up: wards,
    },
    Migration {
        name: "0002_ward_staff",
        up: staff,
    },
    Migration {
        name: "0003_admissions_on_the_timeline",
        up: timeline,
    },
];

/// A page of a patient's timeline is read in its order.
fn timeline(ddl: &mut Ddl) {
    ddl.index("admission", &["patient", "admitted_at"]);
    ddl.index("admission", &["patient", "discharged_at"]);
}

fn staff(ddl: &mut Ddl) {
    ddl.table("ward_staff", |t| {
        t.standard();
        t.int("ward").references("ward").cascade();
        t.int("user").references("app_user").cascade();
        t.unique(&["ward", "user"]);
    });
    ddl.index("ward_staff", &["user"]);
}

fn wards(ddl: &mut Ddl) {
    ddl.table("ward", |t| {
        t.standard();
        t.text("name").unique();
        t.text("description");
        t.int("capacity");
        t.check("ward_capacity_check", "capacity BETWEEN 0 AND 100000");
    });
    ddl.table("bed", |t| {
        t.standard();
        t.int("ward").null().references("ward");
        t.text("number");
        t.text("status");
        t.int("assigned_patient").null().references("patient");
        t.timestamp("last_assigned").null();
        t.one_of("status", BedStatus::VALUES);
        // A bed is occupied exactly while it is somebody's.
        t.check(
            "bed_occupied_check",
            "(status = 'occupied') = (assigned_patient IS NOT NULL)",
        );
    });
    ddl.unique_index("bed_ward_number_key", "bed", &["ward", "number"], None);
    // NULLs are distinct in a unique index: beds outside of wards need one of their own.
    ddl.unique_index("bed_number_key", "bed", &["number"], Some("ward IS NULL"));
    ddl.unique_index(
        "bed_assigned_patient_key",
        "bed",
        &["assigned_patient"],
        Some("assigned_patient IS NOT NULL"),
    );
    ddl.index("bed", &["status", "id"]);
    admissions(ddl);
    stays(ddl);
}

fn admissions(ddl: &mut Ddl) {
    ddl.table("admission", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.int("bed").references("bed");
        t.timestamp("admitted_at");
        t.int("admitted_by").null().references("app_user");
        t.timestamp("discharged_at").null();
        t.int("discharged_by").null().references("app_user");
        t.int("bed_days").null();
        t.bool("open").null();
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.check(
            "admission_discharged_at_check",
            "discharged_at IS NULL OR discharged_at >= admitted_at",
        );
        t.check(
            "admission_bed_days_check",
            "(bed_days IS NULL) = (discharged_at IS NULL) AND (bed_days IS NULL OR bed_days >= 1)",
        );
        t.check(
            "admission_open_check",
            "(open IS NULL) = (discharged_at IS NOT NULL)",
        );
    });
    // One open admission for each patient and each bed, whoever writes and however many at once.
    ddl.unique_index(
        "admission_patient_key",
        "admission",
        &["patient"],
        Some("discharged_at IS NULL AND voided_at IS NULL"),
    );
    ddl.unique_index(
        "admission_bed_key",
        "admission",
        &["bed"],
        Some("discharged_at IS NULL AND voided_at IS NULL"),
    );
    ddl.index("admission", &["patient", "id"]);
    ddl.index("admission", &["bed", "id"]);
    ddl.index("admission", &["admitted_at"]);
    ddl.index("admission", &["discharged_at"]);
}

fn stays(ddl: &mut Ddl) {
    ddl.table("bed_stay", |t| {
        t.standard();
        t.int("admission").references("admission");
        t.int("patient").references("patient");
        t.int("bed").references("bed");
        t.int("ward").null().references("ward");
        t.timestamp("started_at");
        t.timestamp("ended_at").null();
        t.int("moved_by").null().references("app_user");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.check(
            "bed_stay_ended_at_check",
            "ended_at IS NULL OR ended_at >= started_at",
        );
    });
    ddl.unique_index(
        "bed_stay_bed_key",
        "bed_stay",
        &["bed"],
        Some("ended_at IS NULL AND voided_at IS NULL"),
    );
    ddl.unique_index(
        "bed_stay_admission_key",
        "bed_stay",
        &["admission"],
        Some("ended_at IS NULL AND voided_at IS NULL"),
    );
    ddl.index("bed_stay", &["admission", "id"]);
    ddl.index("bed_stay", &["bed", "id"]);
    ddl.index("bed_stay", &["patient", "id"]);
    ddl.index("bed_stay", &["started_at"]);
    ddl.index("bed_stay", &["ended_at"]);
}
