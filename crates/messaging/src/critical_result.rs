//! A critical laboratory value reaches those who must act on it.

use clinical::task::Task;
use contracts::{CriticalResult, CriticalResultUnacknowledged};
use futures_util::future::BoxFuture;
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::record::Record;
use platform::texts::Text;
use sea_query::ExprTrait;

use crate::notification::NotificationType;
use crate::notify::{Notice, notify};

/// The ordering doctor is told.
pub(crate) fn stored(cx: &mut Cx, told: CriticalResult) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async move { tell(cx, "notice-critical-result", told.task, told.lab_order).await })
}

/// Nobody acknowledged it in time: those who were given it are told.
pub(crate) fn passed_on(
    cx: &mut Cx,
    told: CriticalResultUnacknowledged,
) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async move {
        for task in told.tasks {
            tell(cx, "notice-critical-result-passed-on", task, told.lab_order).await?;
        }
        Ok(())
    })
}

async fn tell(cx: &mut Cx, key: &'static str, task: i64, order: i64) -> Result<(), Error> {
    let mut query = select::<Task>();
    query
        .and_where(Task::id.eq(task))
        .and_where(column(Task::TABLE, "voided_at").is_null());
    let found: Option<Task> = cx
        .unscoped("the program tells the assignee")
        .record(query)
        .await?;
    // The task may be done by now.
    let Some(task) = found.filter(|task| task.status.is_open()) else {
        return Ok(());
    };
    let (Some(user), Some(patient)) = (task.assignee, task.related_patient) else {
        return Ok(());
    };
    let names = patients::names(cx, [patient.get()]).await?;
    let name = names.get(&patient.get()).cloned().unwrap_or_default();
    let text = Text::new(key)
        .with("title", &**task.title.open())
        .with("patient", name);
    let notice = Notice {
        user: user.get(),
        kind: NotificationType::Alert,
        text,
        related: Some(("LabOrder", order)),
        patient: Some(patient.get()),
    };
    notify(cx, notice).await?;
    Ok(())
}
