//! How the program tells a user something.

use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::Meta;
use platform::seal::Sealed;
use platform::texts::Text;

use crate::notification::{Notification, NotificationType};

/// Something to tell a user.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Whom.
    pub user: i64,
    /// What it is about.
    pub kind: NotificationType,
    /// What to say, in their language.
    pub text: Text,
    /// The record that it is about: what it is called, and its id.
    pub related: Option<(&'static str, i64)>,
    /// The patient whom it names.
    pub patient: Option<i64>,
}

/// The topic on which a user's sockets hear that there is something new.
pub fn topic(user: i64) -> String {
    format!("messaging:user:{user}")
}

/// Stores a notification with the unit's transaction; once that is committed, the user's sockets are told. Returns its
/// id, or `None` when there is no such user.
///
/// A user's notifications become visible in the order of their ids, so that whoever has seen one has seen all before
/// it: on PostgreSQL the transactions that notify the same user wait for each other from here to their commit. Call it
/// late, or in a unit of its own, as subscribers to events do.
///
/// # Errors
/// When the database fails.
pub async fn notify(cx: &mut Cx, notice: Notice) -> Result<Option<i64>, Error> {
    let Some(language) = language_of(cx, notice.user).await? else {
        return Ok(None);
    };
    cx.take_turn(&[("notification", notice.user)]).await?;
    let message = cx.app.texts.render(&language, &notice.text);
    let related = notice
        .related
        .map(|(name, id)| Blank::cut(&format!("{name}:{id}")));
    let mut row = Notification {
        meta: Meta::unstored(),
        is_read: false,
        user: Ref::new(notice.user),
        message: Sealed::new(Blank::cut(&message)),
        kind: notice.kind,
        related_object: related.unwrap_or_default(),
        patient: notice.patient.map(Ref::new),
        read_at: None,
    };
    cx.insert(&mut row).await?;
    cx.tell(topic(notice.user), "");
    Ok(Some(row.meta.id))
}

/// The language in which a user is told things; `None` when there is no such user.
///
/// # Errors
/// When the database fails.
pub(crate) async fn language_of(cx: &mut Cx, user: i64) -> Result<Option<String>, Error> {
    let statement = Statement::raw(
        "SELECT language_preference FROM app_user WHERE id = $1",
        vec![user.to_value()],
    );
    let found: Option<(String,)> = cx
        .unscoped("people are told things in their own language")
        .optional(statement)
        .await?;
    Ok(found.map(|(language,)| language))
}
