//! Events about clinical work.

use serde::{Deserialize, Serialize};

/// Somebody was given a task that they did not give themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskAssigned {
    /// The task.
    pub task: i64,
    /// Who is to do it.
    pub assignee: i64,
}

impl TaskAssigned {
    /// Under which it is emitted and heard.
    pub const TOPIC: &'static str = "TaskAssigned";
}
