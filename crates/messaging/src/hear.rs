//! What happened elsewhere, and who is told.

use clinical::task::Task;
use contracts::TaskAssigned;
use futures_util::future::BoxFuture;
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::record::Record;
use platform::texts::Text;
use sea_query::ExprTrait;

use crate::notification::NotificationType;
use crate::notify::{Notice, notify};

/// Whoever was given a task is told.
pub(crate) fn task_assigned(cx: &mut Cx, told: TaskAssigned) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async move {
        let mut query = select::<Task>();
        query
            .and_where(Task::id.eq(told.task))
            .and_where(column(Task::TABLE, "voided_at").is_null());
        let found: Option<Task> = cx
            .unscoped("the program tells the assignee")
            .record(query)
            .await?;
        // It may have been done, or given to somebody else, since.
        let Some(task) = found.filter(|task| {
            task.status.is_open() && task.assignee.map(|user| user.get()) == Some(told.assignee)
        }) else {
            return Ok(());
        };
        let text = Text::new("notice-task-assigned").with("title", &**task.title.open());
        let notice = Notice {
            user: told.assignee,
            kind: NotificationType::Task,
            text,
            related: Some(("Task", told.task)),
            patient: task.related_patient.map(|patient| patient.get()),
        };
        notify(cx, notice).await?;
        Ok(())
    })
}
