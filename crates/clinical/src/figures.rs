//! What clinical work contributes to dashboards.

use kernel::BuiltinRole::{Doctor, LabTechnician, Nurse};
use platform::access::Grant;
use platform::cx::Cx;
use platform::error::Error;
use platform::figure::{self, Amount, Figure};
use platform::module::Module;
use platform::resource::Resource;
use sea_query::{Condition, ExprTrait};

use crate::alert::{AlertSeverity, AlertStatus, ClinicalAlert};
use crate::encounter::{Encounter, EncounterStatus};
use crate::task::{Task, TaskStatus};

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .figure(
            Figure::new("pending_tasks", Task::READ, |cx, grant| {
                Box::pin(async move { Ok(Amount::Count(pending(cx, grant).await?)) })
            })
            .on_dashboards(&[Doctor, Nurse, LabTechnician]),
        )
        .figure(
            Figure::new("open_encounters", Encounter::READ, |cx, grant| {
                Box::pin(async move {
                    let mine = Condition::all()
                        .add(Encounter::doctor.eq(grant.user))
                        .add(Encounter::status.eq(EncounterStatus::Open.as_str()));
                    let count = figure::count::<Encounter>(cx, &grant, Some(mine)).await?;
                    Ok(Amount::Count(count))
                })
            })
            .on_dashboards(&[Doctor]),
        )
        .figure(
            Figure::new("critical_alerts", ClinicalAlert::READ, |cx, grant| {
                Box::pin(async move {
                    let open = Condition::all()
                        .add(ClinicalAlert::severity.eq(AlertSeverity::Critical.as_str()))
                        .add(ClinicalAlert::status.eq(AlertStatus::Open.as_str()));
                    let count = figure::count::<ClinicalAlert>(cx, &grant, Some(open)).await?;
                    Ok(Amount::Count(count))
                })
            })
            .on_dashboards(&[Doctor, Nurse]),
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
