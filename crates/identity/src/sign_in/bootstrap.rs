//! The first account: by the command line, or by a link that works once, on an empty installation.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::StatusCode;
use kernel::BuiltinRole;
use platform::app::App;
use platform::cx::Cx;
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use platform::field::Line;
use platform::http::call::{Call, Reply};
use platform::unit;
use serde_json::json;

use crate::account_rules::check;
use crate::credential::secret_text::SecretText;
use crate::credential::token::{Fingerprint, LinkKind};
use crate::door::token_invalid;
use crate::passwords;
use crate::state::Identity;
use crate::user::{User, usual_language};
use crate::user_rules::blank;

platform::input! {
    /// The first administrator.
    pub struct FirstAdmin {
        /// The set-up link's token.
        token: SecretText,
        /// The name to sign in with.
        username: Line<150>,
        /// The address to sign in with.
        email: Option<Line<254>>,
        /// The password of the new account; it must meet the password rules.
        password: SecretText,
    }
}

/// Makes an account with every right.
///
/// # Errors
/// 400 by field: the name or address is taken or none, the password may not be chosen.
pub async fn create_superuser(
    app: &Arc<App>,
    username: &str,
    email: Option<&str>,
    password: SecretText,
) -> Result<i64, Error> {
    let user = draft(app, username, email, password).await?;
    unit::program(app, "createsuperuser", move |cx| {
        let mut user = user.clone();
        Box::pin(async move {
            check(cx, &mut user, None).await?;
            cx.insert(&mut user).await?;
            Ok(user.meta.id)
        })
    })
    .await
}

/// The link by which the first administrator is made, as long as there is none. It is good for a day
/// and works once. Accounts without rights do not count: anybody may register one.
///
/// # Errors
/// When the database fails.
pub async fn setup_link(app: &Arc<App>) -> Result<Option<String>, Error> {
    let found: Option<(i64,)> = app
        .unguarded(
            "whether there is an administrator is asked at the start, before anybody can sign in",
        )
        .optional(any_admin())
        .await?;
    if found.is_some() {
        return Ok(None);
    }
    let issued = Identity::of(app)?
        .tokens(app)?
        .issue_link(LinkKind::Setup, 0, &nobody(), app.clock.now())
        .map_err(Error::internal)?;
    let url = app.settings.public_url();
    Ok(Some(format!("{url}/setup?token={}", issued.token)))
}

/// `POST setup/`.
pub(crate) fn setup<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let input = <FirstAdmin as platform::verb::Input>::parse(&call.body_for(&[])?)?;
        Identity::of(&cx.app)?
            .tokens(&cx.app)?
            .verify_link(LinkKind::Setup, input.token.expose(), cx.now())
            .and_then(|link| link.bind(&nobody()))
            .map_err(|_| token_invalid())?;
        if exists(cx).await? {
            return Err(token_invalid());
        }
        let user = draft(
            &cx.app,
            &input.username,
            input.email.as_deref(),
            input.password,
        )
        .await?;
        let app = cx.app.clone();
        let id = unit::write(&app, &crate::accounts::same(cx), move |cx| {
            let mut user = user.clone();
            Box::pin(async move {
                if cx.dialect() == Dialect::Postgres {
                    // Two links used at once are decided one after the other.
                    let sql = "LOCK TABLE app_user IN SHARE ROW EXCLUSIVE MODE";
                    cx.unscoped("nobody has an account yet")
                        .execute(Statement::raw(sql, vec![]))
                        .await?;
                }
                if exists(cx).await? {
                    return Err(token_invalid());
                }
                check(cx, &mut user, None).await?;
                cx.insert(&mut user).await?;
                Ok(user.meta.id)
            })
        })
        .await?;
        Reply::json(
            StatusCode::CREATED,
            &json!({ "status": "created", "id": id, "username": &*input.username }),
        )
    })
}

/// Finds an administrator, also one who may not sign in at present: the last one cannot go, so there
/// is one from the first on.
fn any_admin() -> Statement {
    let sql = "SELECT id FROM app_user WHERE is_superuser = $1 OR role = $2 LIMIT 1";
    let values = vec![true.to_value(), BuiltinRole::Admin.id().to_value()];
    Statement::raw(sql, values)
}

/// Whether there is an administrator.
pub(crate) async fn exists(cx: &mut Cx) -> Result<bool, Error> {
    let found: Option<(i64,)> = cx
        .unscoped("nobody has an account yet")
        .optional(any_admin())
        .await?;
    Ok(found.is_some())
}

async fn draft(
    app: &App,
    username: &str,
    email: Option<&str>,
    password: SecretText,
) -> Result<User, Error> {
    let mut user = blank(username)?;
    user.email = email.map(Line::cut);
    user.is_superuser = true;
    user.language_preference = usual_language(app);
    let hash = passwords::choose(app, "password", password, passwords::words(&user)).await?;
    user.password_hash = Some(Line::cut(&hash));
    Ok(user)
}

/// The set-up link belongs to no account.
fn nobody() -> Fingerprint {
    Fingerprint::new(None, None)
}
