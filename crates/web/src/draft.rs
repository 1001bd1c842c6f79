//! What somebody typed and has not sent yet, kept for them on the server, sealed.
//!
//! The script sends a form's pairs to the page's own address while its reader types; nothing is done with them.
//! Whoever comes back to the page is told, and goes on or lets it go: a form is never filled in unasked, lest it be
//! sent for another patient. The form that is shown again has the idempotency key that it began with, so what was
//! sent already, and only its answer got lost, is not done again.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use platform::app::App;
use platform::cx::select;
use platform::db::{Ddl, Statement, ToValue};
use platform::error::Error;
use platform::field::{Doc, Line, Ref};
use platform::operation::Operation;
use platform::record::Meta;
use platform::seal::Sealed;
use platform::texts::Text;
use platform::unit;
use sea_query::{ExprTrait, Order};
use serde_json::Value as Json;
use std::sync::Arc;
use uuid::Uuid;

use crate::ask::{Ask, value};
use crate::ui::{self, Tone};

/// What is asked for by a form of ours: `keep`, `resume` or `forget`.
pub(crate) const ASKED: &str = "_draft";
/// The idempotency key of the form, by which a draft is found.
const KEY: &str = "_key";
/// A draft is kept so long.
const LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Drafts kept for one user, the newest.
const MOST: i64 = 50;
/// The longest draft, in bytes.
const LONGEST: usize = 64 * 1024;

const WHY: &str = "one's own unsent words";

platform::record! {
    /// A form that somebody began.
    pub struct PageDraft in "page_draft" {
        client {}
        server {
            /// Who typed it. Nobody else is shown it.
            user: Ref<identity::user::User> = Ref::new(0),
        }
        hidden {
            /// Hash of the page's address.
            place: Line<64> = Line::cut(""),
            /// The form's idempotency key.
            form: Line<36> = Line::cut(""),
            /// Names and values as they are posted.
            pairs: Sealed<Doc> = Sealed::new(Doc::default()),
        }
    }
}

pub(crate) fn tables(ddl: &mut Ddl) {
    ddl.table("page_draft", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("user").references("app_user").cascade();
        t.text("place");
        t.text("form");
        t.unique(&["user", "form"]);
    });
    ddl.index("page_draft", &["user", "place"]);
    ddl.index("page_draft", &["created_at"]);
}

/// A draft that waits at this page.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    form: String,
    at: Timestamp,
}

/// Whether what is typed for an operation may be kept: no passwords, no files.
pub(crate) fn may_be_kept(operation: &Operation) -> bool {
    let fields = operation.doc.body.as_ref().and_then(|body| {
        let fields = body.json.get("properties")?;
        fields.as_object()
    });
    let secret = |field: &Json| {
        let formats = [field.get("format"), field.pointer("/anyOf/0/format")];
        formats
            .into_iter()
            .flatten()
            .any(|format| format == "password")
    };
    !operation.upload && fields.is_some_and(|fields| !fields.values().any(secret))
}

fn oldest(now: Timestamp) -> Timestamp {
    now.checked_sub(LASTS).unwrap_or(Timestamp::MIN)
}

fn place(ask: &Ask) -> Line<64> {
    Line::cut(&identity::credential::api_key::hash(&ask.here(&[])))
}

fn form(pairs: &[(String, String)]) -> Option<Uuid> {
    value(pairs, KEY)?.parse().ok()
}

/// Keeps what was typed so far, instead of what was kept of the same form before.
///
/// # Errors
/// When the database fails. What may not be kept is silently not kept.
pub(crate) async fn keep(ask: &Ask, pairs: Vec<(String, String)>) -> Result<(), Error> {
    let operation = value(&pairs, "_do").and_then(|id| ask.operation(id));
    let length: usize = pairs
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    let (Some(user), Some(form)) = (ask.actor().user_id(), form(&pairs)) else {
        return Ok(());
    };
    if length > LONGEST || !operation.is_some_and(|operation| may_be_kept(operation)) {
        return Ok(());
    }
    let kept: Vec<_> = pairs
        .into_iter()
        .filter(|(name, _)| name != ASKED)
        .collect();
    let row = PageDraft {
        meta: Meta::unstored(),
        user: Ref::new(user),
        place: place(ask),
        form: Line::cut(&form.to_string()),
        pairs: Sealed::new(Doc(serde_json::to_value(kept)?)),
    };
    unit::program(ask.app(), "page-draft", move |cx| {
        let mut row = row.clone();
        Box::pin(async move {
            let old = oldest(cx.now());
            let sql = "DELETE FROM page_draft WHERE created_at < $1 OR (\"user\" = $2 AND form = $3) OR id IN \
                       (SELECT id FROM page_draft WHERE \"user\" = $2 ORDER BY id DESC LIMIT 100 OFFSET $4)";
            let values = vec![old.to_value(), row.user.get().to_value(), row.form.to_string().to_value(), MOST.to_value()];
            cx.unscoped(WHY).untraced().execute(Statement::raw(sql, values)).await?;
            cx.unscoped(WHY).untraced().insert(&mut row).await
        })
    })
    .await
}

/// The newest draft of the caller's at this page.
///
/// # Errors
/// When the database fails.
pub(crate) async fn waiting(ask: &Ask) -> Result<Option<Waiting>, Error> {
    let Some(user) = ask.actor().user_id() else {
        return Ok(None);
    };
    let sql = "SELECT form, created_at FROM page_draft WHERE \"user\" = $1 AND place = $2 AND created_at > $3 ORDER BY id DESC LIMIT 1";
    let values = vec![
        user.to_value(),
        place(ask).to_string().to_value(),
        oldest(ask.app().clock.now()).to_value(),
    ];
    let found: Option<(String, Timestamp)> = ask
        .app()
        .unguarded(WHY)
        .optional(Statement::raw(sql, values))
        .await?;
    Ok(found.map(|(form, at)| Waiting { form, at }))
}

/// What was typed, to be shown again.
///
/// # Errors
/// When the database fails.
pub(crate) async fn resume(
    ask: &Ask,
    pairs: &[(String, String)],
) -> Result<Option<Vec<(String, String)>>, Error> {
    let (Some(user), Some(form)) = (ask.actor().user_id(), form(pairs)) else {
        return Ok(None);
    };
    let here = place(ask).to_string();
    let found: Option<PageDraft> = unit::program(ask.app(), "page-draft", move |cx| {
        let (form, here) = (form.to_string(), here.clone());
        Box::pin(async move {
            let mut query = select::<PageDraft>();
            query
                .and_where(PageDraft::user.eq(user))
                .and_where(PageDraft::form.eq(form))
                .and_where(PageDraft::place.eq(here))
                .order_by(("page_draft", "id"), Order::Desc)
                .limit(1);
            cx.unscoped(WHY).untraced().record(query).await
        })
    })
    .await?;
    let pairs = found.map(|draft| serde_json::from_value(draft.pairs.open().0.clone()));
    Ok(pairs.transpose()?)
}

/// Forgets the draft of a form that was sent, or let go.
///
/// # Errors
/// When the database fails.
pub(crate) async fn forget(
    app: &Arc<App>,
    user: Option<i64>,
    pairs: &[(String, String)],
) -> Result<(), Error> {
    let (Some(user), Some(form)) = (user, form(pairs)) else {
        return Ok(());
    };
    let sql = "SELECT id FROM page_draft WHERE \"user\" = $1 AND form = $2";
    let values = vec![user.to_value(), form.to_string().to_value()];
    let kept: Option<(i64,)> = app
        .unguarded(WHY)
        .optional(Statement::raw(sql, values))
        .await?;
    if kept.is_none() {
        return Ok(());
    }
    unit::program(app, "page-draft", move |cx| {
        Box::pin(async move {
            let sql = "DELETE FROM page_draft WHERE \"user\" = $1 AND form = $2";
            let values = vec![user.to_value(), form.to_string().to_value()];
            cx.unscoped(WHY)
                .untraced()
                .execute(Statement::raw(sql, values))
                .await
                .map(drop)
        })
    })
    .await
}

/// Says that something waits, and offers to go on or to let it go.
pub(crate) fn notice(ask: &Ask, waiting: &Waiting) -> Markup {
    let local = ask.app().zone.to_local(waiting.at);
    let clock = local.time().strftime("%H:%M").to_string();
    let said = Text::new("draft-waits")
        .with("day", ui::day_words(ask, local.date()))
        .with("time", clock);
    ui::notice(
        Tone::Warning,
        html! {
            p { (ask.say(&said)) }
            form.actions method="post" action=(ask.here(&[])) {
                input type="hidden" name=(KEY) value=(waiting.form);
                button name=(ASKED) value="resume" { (ask.t("draft-resume")) }
                button.quiet name=(ASKED) value="forget" { (ask.t("draft-forget")) }
            }
        },
    )
}
