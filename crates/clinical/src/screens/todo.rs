//! What somebody was given to do, at their workplace whatever it is.

use std::collections::HashMap;

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use sea_query::{CaseStatement, ExprTrait, Order};
use web::Ask;
use web::ui::{self, Tone};

use crate::task::{Task, TaskPriority, TaskStatus};

/// Tasks that are shown; the list has them all.
const FEW: u64 = 20;

/// The reader's tasks that are not done, the most urgent first.
pub(super) async fn panel(cx: &mut Cx, ask: &Ask, me: i64) -> Result<Option<Markup>, Error> {
    let rows = tasks(cx, me).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let about = rows
        .iter()
        .filter_map(|task| Some(task.related_patient?.get()));
    let about = patients::names(cx, about).await?;
    let all = [
        "/admin/tasks/?assignee=",
        &me.to_string(),
        "&status__in=pending,in_progress",
    ]
    .concat();
    let shown = usize::try_from(FEW).unwrap_or(usize::MAX);
    let inner = html! {
        ul.entries { @for row in rows.iter().take(shown) { li { (task(cx, ask, row, &about)) } } }
        @if rows.len() > shown { p { a href=(all) { (ask.t("clinical-tasks-more")) } } }
    };
    Ok(Some(ui::panel(&ask.t("clinical-tasks"), inner)))
}

async fn tasks(cx: &mut Cx, me: i64) -> Result<Vec<Task>, Error> {
    let open = [TaskStatus::Pending, TaskStatus::InProgress].map(TaskStatus::as_str);
    let urgency = CaseStatement::new()
        .case(Task::priority.eq(TaskPriority::High.as_str()), 0)
        .case(Task::priority.eq(TaskPriority::Low.as_str()), 2)
        .finally(1);
    resource::rows(cx, FEW + 1, |query| {
        query
            .and_where(Task::assignee.eq(me))
            .and_where(Task::status.is_in(open))
            .order_by_expr(urgency.into(), Order::Asc)
            .order_by_expr(Task::due_date.is_null(), Order::Asc)
            .order_by(("task", "due_date"), Order::Asc)
            .order_by(("task", "id"), Order::Asc);
    })
    .await
}

fn task(cx: &Cx, ask: &Ask, row: &Task, about: &HashMap<i64, String>) -> Markup {
    let late = row.due_date.is_some_and(|due| due < cx.today());
    let form = ask
        .form("tasks_patch")
        .on(row.meta.id)
        .version(row.meta.version)
        .done("done-task");
    html! {
        span {
            @match row.related_patient {
                Some(patient) => {
                    a href={ "/patients/" (patient.get()) "/" } { (about.get(&patient.get()).map_or("", String::as_str)) }
                    " · " (row.title.open().to_string())
                },
                None => { (row.title.open().to_string()) },
            }
            @if row.priority == TaskPriority::High { " " (ui::pill(Tone::Warning, &ask.t("clinical-task-high"))) }
            @if let Some(due) = row.due_date {
                " · " (ask.day(due))
                @if late { " " (ui::pill(Tone::Bad, &ask.t("clinical-task-late"))) }
            }
        }
        @if ask.may_do("tasks_patch") {
            (form.show(html! {
                (form.hidden("status", TaskStatus::Completed.as_str()))
                button { (ask.t("clinical-task-done")) }
            }))
        }
    }
}
