//! The table of sessions.

use platform::db::{Ddl, Migration};

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_telemedicine_sessions",
    up: sessions,
}];

fn sessions(ddl: &mut Ddl) {
    ddl.table("telemedicine_session", |t| {
        t.standard();
        t.int("appointment").references("appointment");
        t.int("patient").references("patient");
        t.int("doctor").references("app_user");
        t.timestamp("scheduled_start");
        t.timestamp("scheduled_end").null();
        t.bool("is_active");
        t.timestamp("ended_at").null();
        t.text("room").unique();
        t.timestamp("appointment_start");
        t.bool("called_off");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.check(
            "telemedicine_session_scheduled_end_check",
            "scheduled_end IS NULL OR scheduled_end > scheduled_start",
        );
        t.check(
            "telemedicine_session_ended_at_check",
            "is_active = (ended_at IS NULL)",
        );
    });
    // One for each appointment, whoever writes and however many at once.
    ddl.unique_index(
        "telemedicine_session_appointment_key",
        "telemedicine_session",
        &["appointment"],
        Some("voided_at IS NULL"),
    );
    ddl.index("telemedicine_session", &["patient", "id"]);
    ddl.index("telemedicine_session", &["doctor", "id"]);
    ddl.index("telemedicine_session", &["scheduled_start"]);
}
