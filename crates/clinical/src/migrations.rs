//! The tables of clinical work.

use platform::db::{Ddl, Migration};

use crate::task::{TaskPriority, TaskSource, TaskStatus};

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_tasks",
    up: tasks,
}];

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
