//! The tables of scheduling.

use platform::db::{Ddl, Migration, NoOverlap};

use crate::state::AppointmentStatus;

/// Appointments that take up time, in SQL that both databases understand.
macro_rules! occupies {
    () => {
        "status NOT IN ('cancelled', 'no_show') AND voided_at IS NULL"
    };
}
pub(crate) use occupies;

/// A doctor sees one patient at a time; an overbooked appointment is squeezed in beside.
pub(crate) const ONE_PATIENT_AT_A_TIME: NoOverlap = NoOverlap {
    name: "appointment_doctor_excl",
    table: "appointment",
    keys: &["doctor"],
    from: "starts_at",
    to: "ends_at",
    only: concat!("NOT overbooked AND ", occupies!()),
};

/// A patient is in one place at a time.
pub(crate) const ONE_PLACE_AT_A_TIME: NoOverlap = NoOverlap {
    name: "appointment_patient_excl",
    table: "appointment",
    keys: &["patient"],
    from: "starts_at",
    to: "ends_at",
    only: occupies!(),
};

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_appointments",
    up: appointments,
}];

fn appointments(ddl: &mut Ddl) {
    ddl.table("appointment", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.int("doctor").references("app_user");
        t.date("date");
        t.time("time");
        t.int("duration_minutes");
        t.text("status");
        t.bool("overbooked");
        t.timestamp("starts_at");
        t.timestamp("ends_at");
        t.int("queue_number").null();
        t.timestamp("checked_in_at").null();
        t.timestamp("started_at").null();
        t.timestamp("completed_at").null();
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("status", AppointmentStatus::VALUES);
        t.check(
            "appointment_duration_minutes_check",
            "duration_minutes BETWEEN 1 AND 1440",
        );
        // What the rule against overlaps relies on.
        t.check("appointment_ends_at_check", "ends_at > starts_at");
    });
    ddl.no_overlap(ONE_PATIENT_AT_A_TIME);
    ddl.no_overlap(ONE_PLACE_AT_A_TIME);
    // A day's list, whole or of one doctor; what comes next; and each filter in the lists' own order.
    ddl.index("appointment", &["date", "doctor"]);
    ddl.index("appointment", &["starts_at"]);
    ddl.index("appointment", &["doctor", "id"]);
    ddl.index("appointment", &["patient", "id"]);
    ddl.index("appointment", &["status", "id"]);
    ddl.unique_index(
        "appointment_queue_number_key",
        "appointment",
        &["doctor", "date", "queue_number"],
        None,
    );
    // The last number given in each doctor's queue of each day.
    ddl.table("queue_counter", |t| {
        t.int("doctor");
        t.date("date");
        t.int("last");
        t.primary_key(&["doctor", "date"]);
    });
}
