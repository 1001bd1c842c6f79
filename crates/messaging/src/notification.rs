//! What a member of staff, or a patient in the portal, is told in the program.

use identity::user::User;
use jiff::Timestamp;
use patients::patient::Patient;
use platform::access::{Access, Grant, Scope};
use platform::audit::{Action as Deed, AuditEntry};
use platform::cx::{Cx, column};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Ref};
use platform::record::Column;
use platform::record::Record;
use platform::resource::Change;
use platform::resource::{Resource, in_a_few_words};
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::{Command, Verb};
use schemars::JsonSchema;
use sea_query::{Condition, Expr, ExprTrait};
use serde::Serialize;
use serde_json::json;

platform::choice! {
    /// What a notification is about.
    pub enum NotificationType {
        /// An appointment was booked, moved or cancelled.
        Appointment = "appointment",
        /// A task was given.
        Task = "task",
        /// A laboratory result is there.
        LabResult = "lab_result",
        /// A message is there.
        Message = "message",
        /// An alarm that must not wait.
        Alert = "alert",
        /// Anything else that the program has to say.
        System = "system",
    }
}

platform::record! {
    /// What the program told a user.
    pub struct Notification in "notification" for patient {
        client {
            /// Whether the user has read it.
            is_read: bool = false,
        }
        server {
            /// The user who is notified.
            user: Ref<User> = Ref::new(0),
            /// The text, in the user's language.
            message: Sealed<Blank<2000>> = Sealed::new(Blank::default()),
            /// What it is about.
            kind: NotificationType = NotificationType::System,
            /// The record that it is about, such as `Appointment:5`.
            related_object: Blank<100> = Blank::default(),
            /// The patient whom it names; null when it names none.
            patient: Option<Ref<Patient>> = None,
            /// When the user read it, in UTC; null before.
            read_at: Option<Timestamp> = None,
        }
        hidden {}
    }
}

/// Everybody's own, whatever their role; the program writes them, and removes those that are old (`cleanup`).
impl Resource for Notification {
    const PATH: &'static str = "notifications";
    // Somebody's own news of a patient is nobody else's to remove, and keeps no record from being removed.
    const FOLLOWS: &'static [Column<Self>] = &[Notification::patient];
    const VERBS: &'static str = "rud";
    const PATIENT_DATA: bool = true;
    const ALIASES: &'static [(&'static str, Column<Self>)] = &[("type", Notification::kind)];
    const FILTERS: &'static [Column<Self>] = &[
        Notification::is_read,
        Notification::kind,
        Notification::patient,
        Notification::related_object,
    ];
    const OWN_FILTERS: &'static [&'static str] = &["unread", "since"];
    const FILTERS_FIND: &'static [(&'static str, &'static str)] = &[
        (
            "unread",
            "With `true` those that were not read, with `false` those that were.",
        ),
        (
            "since",
            "Those after this notification (an id) or from this moment on (a timestamp), for clients that catch up.",
        ),
    ];
    const LIST: &'static [Column<Self>] = &[
        Notification::message,
        Notification::kind,
        Notification::related_object,
        Notification::is_read,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::own("rud")
    }

    fn label(&self) -> String {
        in_a_few_words(self.message.open())
    }

    fn scope(grant: &Grant) -> Scope {
        Scope::Where(Condition::all().add(column(Self::TABLE, "user").eq(grant.user)))
    }

    /// `since` takes the id of a notification, after which none is left out, or a moment.
    fn filter(_cx: &Cx, name: &str, value: &str) -> Result<Condition, Error> {
        let condition = match (name, value) {
            ("unread", "true" | "True" | "1" | "yes") => column(Self::TABLE, "is_read").eq(false),
            ("unread", "false" | "False" | "0" | "no") => column(Self::TABLE, "is_read").eq(true),
            ("since", value) => match (value.parse::<i64>(), kernel::dates::parse_timestamp(value))
            {
                (Ok(id), _) => column(Self::TABLE, "id").gt(id),
                (_, Ok(at)) => column(Self::TABLE, "created_at").gte(Expr::val(at.to_value())),
                _ => return Err(complaint(name, "notifications-since")),
            },
            _ => return Err(complaint(name, "notifications-unread")),
        };
        Ok(Condition::all().add(condition))
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let row = &mut *change.row;
        row.read_at = if row.is_read {
            row.read_at.or(Some(cx.now()))
        } else {
            None
        };
        Ok(())
    }
}

fn complaint(name: &str, key: &'static str) -> Error {
    let mut faults = Faults::new();
    faults.say(name, Text::new(key));
    faults.into()
}

/// What marking answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Marked {
    /// `marked as read`.
    status: &'static str,
}

/// What marking all answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AllMarked {
    /// `marked as read`.
    status: &'static str,
    /// How many were unread.
    count: u64,
}

const MARKED: &str = "marked as read";

/// `POST notifications/{id}/mark_read/`.
pub struct MarkRead;

impl Verb for MarkRead {
    type On = Notification;
    type Input = ();
    type Answer = Marked;
    const NAME: &'static str = "mark_read";
    const SUMMARY: &'static str = "Mark a notification as read";

    fn access() -> Access {
        Access::own("x")
    }

    async fn of_use(_cx: &mut Cx, row: &Notification) -> Result<bool, Error> {
        Ok(!row.is_read)
    }

    async fn run(cx: &mut Cx, before: Notification, _input: ()) -> Result<Marked, Error> {
        let mut row = before.clone();
        row.is_read = true;
        row.read_at = before.read_at.or(Some(cx.now()));
        cx.update(&mut row, &before).await?;
        Ok(Marked { status: MARKED })
    }
}

/// `POST notifications/mark_all_read/`.
pub struct MarkAllRead;

impl Command for MarkAllRead {
    type Of = Notification;
    type Input = ();
    type Answer = AllMarked;
    const NAME: &'static str = "mark_all_read";
    const SUMMARY: &'static str = "Mark all own notifications as read";

    fn access() -> Access {
        Access::own("x")
    }

    async fn run(cx: &mut Cx, _input: ()) -> Result<AllMarked, Error> {
        let user = cx.user_id()?;
        let sql = "UPDATE notification SET is_read = $1, read_at = $2, updated_at = $2, version = version + 1 \
                   WHERE \"user\" = $3 AND is_read = $4";
        let values = vec![
            true.to_value(),
            cx.now().to_value(),
            user.to_value(),
            false.to_value(),
        ];
        let count = cx
            .unscoped("all of one's own at once, audited in one row")
            .execute(Statement::raw(sql, values))
            .await?;
        if count > 0 {
            let entry = AuditEntry::new(Deed::Edit, Notification::NAME, None);
            cx.audit(entry.saying(MARKED).detailed(json!({ "count": count })));
        }
        cx.saw_nothing();
        Ok(AllMarked {
            status: MARKED,
            count,
        })
    }
}
