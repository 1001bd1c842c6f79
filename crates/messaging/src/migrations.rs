//! The tables of messages.

use platform::db::{Ddl, Migration};

use crate::delivery;
use crate::notification::NotificationType;

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_notifications",
        up: notifications,
    },
    Migration {
        name: "0002_appointment_notifications",
        up: delivery::tables,
    },
    Migration {
        name: "0003_opt_outs",
        up: delivery::opt_outs,
    },
    Migration {
        name: "0004_decisions",
        up: delivery::decisions,
    },
    Migration {
        name: "0005_old_notifications",
        up: old_notifications,
    },
    Migration {
        name: "0006_waiting_by_patient",
        up: delivery::waiting_by_patient,
    },
];

/// What is old enough to be deleted is found at the beginning of these.
fn old_notifications(ddl: &mut Ddl) {
    ddl.sql(
        r#"CREATE INDEX "notification_read_at_idx" ON "notification" ("read_at") WHERE "read_at" IS NOT NULL"#,
    );
    ddl.sql(
        r#"CREATE INDEX "notification_created_at_idx" ON "notification" ("created_at") WHERE "read_at" IS NULL"#,
    );
}

fn notifications(ddl: &mut Ddl) {
    ddl.table("notification", |t| {
        t.standard();
        t.bytes("sealed");
        t.bool("is_read");
        t.int("user").references("app_user").cascade();
        t.text("kind");
        t.text("related_object");
        t.int("patient").null().references("patient");
        t.timestamp("read_at").null();
        t.one_of("kind", NotificationType::VALUES);
    });
    ddl.index("notification", &["user", "id"]);
    ddl.index("notification", &["user", "is_read", "id"]);
    ddl.index("notification", &["patient"]);
}
