//! What somebody was given to do, at their workplace whatever it is.

use std::collections::HashMap;

use kernel::Reach;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::{self, Resource};
use sea_query::{CaseStatement, Condition, ExprTrait, Order};
use web::Ask;
use web::ui::{self, Tone};

use crate::task::{self, Task, TaskPriority, TaskStatus};

/// Tasks that are shown; the list has them all.
const FEW: u64 = 20;

/// The reader's tasks that are not done, the most urgent first.
pub(super) async fn panel(cx: &mut Cx, ask: &Ask, me: i64) -> Result<Option<Markup>, Error> {
    let own = Condition::all().add(Task::assignee.eq(me));
    let title = ask.t("clinical-tasks");
    shown(cx, ask, own, (&title, &me.to_string()), None).await
}

/// Tasks without an active assignee, for roles that see more than their own.
pub(super) async fn unassigned(cx: &mut Cx, ask: &Ask, me: i64) -> Result<Option<Markup>, Error> {
    if !matches!(cx.grant_of(Task::READ).reach, Reach::All | Reach::Assigned) {
        return Ok(None);
    }
    let title = ask.t("clinical-tasks-unassigned");
    shown(cx, ask, task::unassigned(), (&title, "none"), Some(me)).await
}

/// A panel with some tasks. `filter` is the assignee in the address of the whole list; with a `taker` each can be assigned to
/// that user, otherwise completed.
async fn shown(
    cx: &mut Cx,
    ask: &Ask,
    which: Condition,
    (title, filter): (&str, &str),
    taker: Option<i64>,
) -> Result<Option<Markup>, Error> {
    let rows = tasks(cx, which).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let about = rows
        .iter()
        .filter_map(|task| Some(task.related_patient?.get()));
    let about = patients::names(cx, about).await?;
    let all = [
        "/admin/tasks/?assignee=",
        filter,
        "&status__in=pending,in_progress",
    ]
    .concat();
    let shown = usize::try_from(FEW).unwrap_or(usize::MAX);
    let inner = html! {
        ul.entries { @for row in rows.iter().take(shown) { li { (entry(cx, ask, row, &about, taker)) } } }
        @if rows.len() > shown { p { a href=(all) { (ask.t("clinical-tasks-more")) } } }
    };
    Ok(Some(ui::panel(title, inner)))
}

async fn tasks(cx: &mut Cx, which: Condition) -> Result<Vec<Task>, Error> {
    let open = [TaskStatus::Pending, TaskStatus::InProgress].map(TaskStatus::as_str);
    let urgency = CaseStatement::new()
        .case(Task::priority.eq(TaskPriority::High.as_str()), 0)
        .case(Task::priority.eq(TaskPriority::Low.as_str()), 2)
        .finally(1);
    resource::rows(cx, FEW + 1, |query| {
        query
            .cond_where(which)
            .and_where(Task::status.is_in(open))
            .order_by_expr(urgency.into(), Order::Asc)
            .order_by_expr(Task::due_date.is_null(), Order::Asc)
            .order_by(("task", "due_date"), Order::Asc)
            .order_by(("task", "id"), Order::Asc);
    })
    .await
}

fn entry(
    cx: &Cx,
    ask: &Ask,
    row: &Task,
    about: &HashMap<i64, String>,
    taker: Option<i64>,
) -> Markup {
    let late = row.due_date.is_some_and(|due| due < cx.today());
    let form = ask
        .form("tasks_patch")
        .on(row.meta.id)
        .version(row.meta.version)
        .done(match taker {
            Some(_) => "done-task-taken",
            None => "done-task",
        });
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
                @match taker {
                    Some(me) => {
                        (form.hidden("assignee", me))
                        button { (ask.t("clinical-task-take")) }
                    },
                    None => {
                        (form.hidden("status", TaskStatus::Completed.as_str()))
                        button { (ask.t("clinical-task-done")) }
                    },
                }
            }))
        }
    }
}
