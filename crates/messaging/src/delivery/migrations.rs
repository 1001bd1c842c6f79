//! The tables of messages to patients.

use platform::db::Ddl;

use super::appointment_notification::{Channel, MessageStatus, MessageType};

pub(crate) fn tables(ddl: &mut Ddl) {
    ddl.table("appointment_notification", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("appointment").references("appointment");
        t.int("patient").references("patient");
        t.text("notification_type");
        t.text("channel");
        t.text("status");
        t.timestamp("scheduled_for");
        t.timestamp("sent_at").null();
        t.int("attempts");
        t.timestamp("next_attempt_at").null();
        t.text("provider_message_id").null();
        t.int("lead_hours");
        t.timestamp("starts_at");
        t.text("claim");
        t.timestamp("lease_until").null();
        t.one_of("notification_type", MessageType::VALUES);
        t.one_of("channel", Channel::VALUES);
        t.one_of("status", MessageStatus::VALUES);
        // Whatever waits is found by its time, and whatever is being sent by the end of its claim.
        t.check(
            "appointment_notification_status_next_attempt_at_check",
            "(status = 'pending') = (next_attempt_at IS NOT NULL)",
        );
        t.check(
            "appointment_notification_status_lease_until_check",
            "(status = 'sending') = (lease_until IS NOT NULL)",
        );
    });
    // One message of a kind waits at a time, whoever plans it.
    ddl.unique_index(
        "appointment_notification_waiting_key",
        "appointment_notification",
        &["appointment", "notification_type", "channel", "lead_hours"],
        Some("status = 'pending'"),
    );
    ddl.index("appointment_notification", &["appointment", "id"]);
    ddl.index("appointment_notification", &["patient", "id"]);
    ddl.index("appointment_notification", &["status", "next_attempt_at"]);
    ddl.index("appointment_notification", &["status", "lease_until"]);
    ddl.index("appointment_notification", &["scheduled_for", "id"]);
}

/// What people decided about a message.
pub(crate) fn decisions(ddl: &mut Ddl) {
    ddl.add_columns("appointment_notification", |t| {
        t.bool("withdrawn").default(false);
        t.int("resends").default(0i64);
        t.timestamp("resent_at").null();
        t.check(
            "appointment_notification_resends_resent_at_check",
            "(resends > 0) = (resent_at IS NOT NULL)",
        );
        // What is sent is not withdrawn, and the other way round.
        t.check(
            "appointment_notification_status_withdrawn_check",
            "NOT withdrawn OR status = 'cancelled'",
        );
    });
}

/// One message of a kind waits for each patient: whoever lost a visit is told so while whose it is now is reminded of it.
pub(crate) fn waiting_by_patient(ddl: &mut Ddl) {
    ddl.sql(r#"DROP INDEX "appointment_notification_waiting_key""#);
    ddl.unique_index(
        "appointment_notification_waiting_key",
        "appointment_notification",
        &[
            "appointment",
            "patient",
            "notification_type",
            "channel",
            "lead_hours",
        ],
        Some("status = 'pending'"),
    );
}

pub(crate) fn opt_outs(ddl: &mut Ddl) {
    ddl.table("messaging_opt_out", |t| {
        t.standard();
        t.bytes("sealed");
    });
    ddl.table("messaging_opt_out_digest", |t| {
        t.int("generation");
        t.bytes("digest");
        t.int("opt_out").references("messaging_opt_out").cascade();
        t.primary_key(&["generation", "digest"]);
    });
    ddl.index("messaging_opt_out_digest", &["opt_out"]);
}
