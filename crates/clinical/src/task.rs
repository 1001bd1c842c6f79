//! What somebody has to do.

use contracts::TaskAssigned;
use identity::user::User;
use jiff::civil::Date;
use kernel::{BuiltinRole, Reach};
use patients::patient::Patient;
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, column};
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::Column;
use platform::record::{Body, Record, to_filter};
use platform::resource::Change;
use platform::resource::Resource;
use platform::seal::Sealed;
use sea_query::{Condition, Expr, ExprTrait, Query};
use serde_json::{Value as Json, json};

platform::choice! {
    /// How far a task is.
    pub enum TaskStatus {
        /// Nobody began.
        Pending = "pending",
        /// Somebody is at it.
        InProgress = "in_progress",
        /// Done.
        Completed = "completed" | "done",
        /// Not to be done any more.
        Cancelled = "cancelled" | "canceled",
    }
}

impl TaskStatus {
    /// Still to be done.
    pub fn is_open(self) -> bool {
        matches!(self, TaskStatus::Pending | TaskStatus::InProgress)
    }
}

platform::choice! {
    /// How soon a task is to be done.
    pub enum TaskPriority {
        /// When there is time.
        Low = "low",
        /// As usual.
        Normal = "normal" | "medium",
        /// Before others.
        High = "high" | "urgent",
    }
}

platform::choice! {
    /// Where a task came from.
    pub enum TaskSource {
        /// Somebody wrote it.
        User = "user",
        /// Decision support proposed it.
        DecisionSupport = "cds",
        /// A guideline asks for it.
        Guideline = "guideline",
    }
}

platform::record! {
    /// What somebody has to do, for a patient or otherwise.
    pub struct Task in "task" for related_patient {
        client {
            /// What is to be done, in a few words.
            title: Sealed<Line<255>>,
            /// Particulars of the task.
            description: Sealed<Blank<65536>>,
            /// The user who is to do it; null for nobody in particular. `me` stands for the caller.
            assignee: Option<Ref<User>>,
            /// State of the task.
            status: TaskStatus = TaskStatus::Pending,
            /// Urgency of the task.
            priority: TaskPriority = TaskPriority::Normal,
            /// The patient whom the task is about; null when it is about none.
            related_patient: Option<Ref<Patient>>,
            /// The day by which it is to be done; null without one.
            due_date: Option<Date>,
        }
        server {
            /// The user who wrote it; null when the program did.
            created_by: Option<Ref<User>> = None,
            /// Whether a user or the program made it.
            source: TaskSource = TaskSource::User,
            /// What kind of record made it necessary, such as `LabResultValue`; null without one.
            source_type: Option<Line<64>> = None,
            /// The id of the record that made it necessary; null without one.
            source_id: Option<i64> = None,
        }
        hidden {}
    }
}

/// Tasks are everybody's: those that one wrote or is to do. Doctors and nurses share the work of a ward, so they
/// see and change all, also what nobody has taken yet; only the writer and an Admin delete one.
impl Resource for Task {
    const PATH: &'static str = "tasks";
    const PATIENT_DATA: bool = true;
    const PATIENT_CHANGES: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        Task::status,
        Task::priority,
        Task::related_patient,
        Task::due_date,
        Task::created_by,
        Task::source,
    ];
    const OWN_FILTERS: &'static [&'static str] = &["assignee", "assignee_id"];
    const FILTERS_FIND: &'static [(&'static str, &'static str)] = &[
        (
            "assignee",
            "Tasks of this user: an id, `me` for the caller, or `none` for unassigned tasks and those of users whose account is deactivated.",
        ),
        ("assignee_id", "Another name of `assignee`."),
    ];
    const ORDERING: &'static [Column<Self>] = &[Task::due_date, Task::priority, Task::status];
    const LIST: &'static [Column<Self>] = &[
        Task::title,
        Task::assignee,
        Task::related_patient,
        Task::due_date,
        Task::priority,
        Task::status,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        ("", &[Task::title, Task::description, Task::related_patient]),
        (
            "group-planning",
            &[Task::assignee, Task::due_date, Task::priority, Task::status],
        ),
    ];
    type Extra = ();

    fn access() -> Access {
        Access::own("crud")
            .role(BuiltinRole::Admin, "crud")
            .roles(&[BuiltinRole::Doctor, BuiltinRole::Nurse], "ru")
    }

    fn label(&self) -> String {
        self.title.open().to_string()
    }

    fn scope(grant: &Grant) -> Scope {
        let mine = Condition::any()
            .add(Task::assignee.eq(grant.user))
            .add(Task::created_by.eq(grant.user));
        match grant.reach {
            Reach::All | Reach::Assigned => {
                match patients::reach("task", "related_patient", grant) {
                    Scope::Where(in_care) => Scope::Where(mine.add(in_care)),
                    Scope::All => Scope::All,
                    Scope::Nothing => Scope::Where(mine),
                }
            }
            Reach::Own => Scope::Where(mine),
            Reach::None => Scope::Nothing,
        }
    }

    fn filter(cx: &Cx, _name: &str, value: &str) -> Result<Condition, Error> {
        let assignee = Task::assignee;
        Ok(Condition::all().add(match value {
            "me" => assignee.eq(cx.user_id()?),
            "none" => return Ok(unassigned()),
            id => {
                let id = to_filter::<Ref<User>>(&Json::String(id.to_owned()));
                let id = id.map_err(|fault| {
                    let mut faults = platform::fault::Faults::new();
                    faults.put("assignee", fault);
                    Error::from(faults)
                })?;
                assignee.eq(Expr::val(id))
            }
        }))
    }

    async fn fold(cx: &mut Cx, body: &mut Body) -> Result<(), Error> {
        if body.0.get("assignee").and_then(Json::as_str) == Some("me") {
            body.0.insert("assignee".to_owned(), json!(cx.user_id()?));
        }
        Ok(())
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &mut *change.row;
        if before.is_none() {
            row.created_by = cx.actor.user_id().map(Ref::new);
        }
        let patient_before = before.and_then(|before| before.related_patient);
        if let Some(patient) = row.related_patient
            && patient_before != Some(patient)
        {
            patients::check_current(cx, patient.get()).await?;
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &*change.row;
        announce(cx, row, before)
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        let grant = cx.grant();
        let wrote = row.created_by.map(|user| user.get()) == Some(grant.user);
        if grant.reach == Reach::All || wrote {
            Ok(())
        } else {
            Err(Error::denied())
        }
    }

    async fn removable(cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        let grant = cx.grant_of(Self::DELETE);
        let wrote = row.created_by.map(|user| user.get()) == Some(grant.user);
        Ok(grant.reach == Reach::All || wrote)
    }
}

/// Unassigned tasks, and those assigned to deactivated accounts. The latter keep their assignee until somebody takes them.
pub(crate) fn unassigned() -> Condition {
    let mut works = Query::select();
    works
        .expr(Expr::val(1))
        .from("app_user")
        .and_where(column("app_user", "id").eq(Task::assignee))
        .and_where(column("app_user", "is_active").eq(true));
    Condition::all().add(Expr::exists(works).not())
}

/// Lets the assignee know, unless it is they who took the task.
fn announce(cx: &mut Cx, row: &Task, before: Option<&Task>) -> Result<(), Error> {
    let Some(assignee) = row.assignee else {
        return Ok(());
    };
    let known = before.and_then(|before| before.assignee) == Some(assignee);
    if known || cx.actor.user_id() == Some(assignee.get()) || !row.status.is_open() {
        return Ok(());
    }
    let event = TaskAssigned {
        task: row.meta().id,
        assignee: assignee.get(),
    };
    cx.emit(&event)
}
