//! What those who run the hospital are told at once about the protection of patients' data.
//!
//! The notices name no patient: whoever must judge opens the record of what happened.

use contracts::{AccessQuestioned, BreachNoticeDue, GlassBroken};
use kernel::BuiltinRole;
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::module::Module;
use platform::texts::Text;

use crate::notification::NotificationType;
use crate::notify::{Notice, notify};

/// So many Admins are told, the longest-serving first: a hospital has a handful.
const ADMINS: i64 = 100;

pub(crate) fn declare(module: Module) -> Module {
    module
        .on::<GlassBroken>("glass-broken", |cx, told| Box::pin(glass_broken(cx, told)))
        .on::<BreachNoticeDue>("breach-due", |cx, told| Box::pin(breach_due(cx, told)))
        .on::<AccessQuestioned>("access-questioned", |cx, told| {
            Box::pin(questioned(cx, told))
        })
}

async fn glass_broken(cx: &mut Cx, told: GlassBroken) -> Result<(), Error> {
    let text = Text::new("notice-glass-broken").with("user", name_of(cx, told.user).await?);
    let related = ("BreakGlass", told.break_glass);
    tell(cx, &text, Some(related)).await
}

async fn breach_due(cx: &mut Cx, told: BreachNoticeDue) -> Result<(), Error> {
    let key = if told.overdue {
        "notice-breach-overdue"
    } else {
        "notice-breach-due"
    };
    let due = cx.app.zone.to_local(told.due_at);
    let text = Text::new(key)
        .with("breach", told.breach)
        .with("due", due.strftime("%Y-%m-%d %H:%M").to_string());
    tell(cx, &text, Some(("Breach", told.breach))).await
}

async fn questioned(cx: &mut Cx, told: AccessQuestioned) -> Result<(), Error> {
    let text = Text::new("notice-access-questioned").with("open", told.open);
    tell(cx, &text, None).await
}

async fn tell(cx: &mut Cx, text: &Text, related: Option<(&'static str, i64)>) -> Result<(), Error> {
    // In the order of their ids, as everybody who tells several of them does.
    let admins: Vec<(i64,)> = cx
        .unscoped("the program tells those who run the hospital")
        .all(Statement::raw(
            "SELECT id FROM app_user WHERE is_active AND (is_superuser OR role = $1) ORDER BY id LIMIT $2",
            vec![BuiltinRole::Admin.id().to_value(), ADMINS.to_value()],
        ))
        .await?;
    for (user,) in admins {
        let notice = Notice {
            user,
            kind: NotificationType::Alert,
            text: text.clone(),
            related,
            patient: None,
        };
        notify(cx, notice).await?;
    }
    Ok(())
}

async fn name_of(cx: &mut Cx, user: i64) -> Result<String, Error> {
    let found: Option<(String,)> = cx
        .unscoped("the program says who it was")
        .optional(Statement::raw(
            "SELECT username FROM app_user WHERE id = $1",
            vec![user.to_value()],
        ))
        .await?;
    Ok(found.map(|(name,)| name).unwrap_or_default())
}
