//! The tables of messages.

use platform::db::Migration;

use crate::delivery;

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0002_appointment_notifications",
        up: delivery::tables,
    },
    Migration {
        name: "0003_opt_outs",
        up: delivery::opt_outs,
    },
];
