//! The tables of the portal.

use platform::db::{Ddl, Migration};

use crate::feedback::{FeedbackCategory, FeedbackStatus};
use crate::message::Direction;

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_secure_messages",
        up: messages,
    },
    Migration {
        name: "0002_feedback",
        up: feedback,
    },
];

fn messages(ddl: &mut Ddl) {
    ddl.table("secure_message", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").null().references("patient");
        t.int("recipient").null().references("app_user");
        t.int("attachment").null().references("patient_document");
        t.int("sender").references("app_user");
        t.text("direction");
        t.bool("team");
        t.timestamp("sent_at");
        t.bool("is_read");
        t.timestamp("read_at").null();
        t.int("read_by").null().references("app_user");
        t.one_of("direction", Direction::VALUES);
        // What is between a patient and the hospital says whose it is; what is not says for whom.
        t.check(
            "secure_message_patient_check",
            "patient IS NOT NULL OR (direction = 'staff' AND recipient IS NOT NULL)",
        );
        t.check(
            "secure_message_read_check",
            "is_read = (read_at IS NOT NULL) AND is_read = (read_by IS NOT NULL)",
        );
    });
    ddl.index("secure_message", &["patient", "id"]);
    ddl.index("secure_message", &["recipient", "id"]);
    ddl.index("secure_message", &["sender", "id"]);
}

fn feedback(ddl: &mut Ddl) {
    ddl.table("feedback", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").null().references("patient");
        t.int("rating").null();
        t.text("category");
        t.int("user").references("app_user");
        t.text("status");
        t.int("responded_by").null().references("app_user");
        t.timestamp("responded_at").null();
        t.one_of("category", FeedbackCategory::VALUES);
        t.one_of("status", FeedbackStatus::VALUES);
        t.check("feedback_rating_check", "rating BETWEEN 1 AND 5");
        t.check(
            "feedback_answered_check",
            "(status = 'answered') = (responded_at IS NOT NULL)",
        );
    });
    ddl.index("feedback", &["user", "id"]);
    ddl.index("feedback", &["patient", "id"]);
}
