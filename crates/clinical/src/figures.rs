//! What clinical work contributes to dashboards.

use kernel::BuiltinRole::{Doctor, LabTechnician, Nurse};
use platform::access::Grant;
use platform::cx::Cx;
use platform::error::Error;
use platform::figure::{self, Amount, Figure};
use platform::module::Module;
use platform::resource::Resource;
use sea_query::{Condition, ExprTrait};

use crate::task::{Task, TaskStatus};

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module.figure(
        Figure::new("pending_tasks", Task::READ, |cx, grant| {
            Box::pin(async move { Ok(Amount::Count(pending(cx, grant).await?)) })
        })
        .on_dashboards(&[Doctor, Nurse, LabTechnician]),
    )
}

/// The caller's own that are still to be done.
async fn pending(cx: &mut Cx, grant: Grant) -> Result<i64, Error> {
    let open = [TaskStatus::Pending, TaskStatus::InProgress].map(TaskStatus::as_str);
    let only = Condition::all()
        .add(Task::assignee.eq(grant.user))
        .add(Task::status.is_in(open));
    figure::count::<Task>(cx, &grant, Some(only)).await
}
