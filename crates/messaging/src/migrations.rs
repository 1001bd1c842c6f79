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
];

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
