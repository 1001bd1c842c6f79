//! The rules of accounts: names are folded, addresses are addresses, and somebody can always set
//! things right.

use std::sync::Arc;

use kernel::{BuiltinRole, Code};
use platform::app::App;
use platform::cx::Cx;
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Line, Ref};
use platform::http::call::{Call, Prepared};
use platform::record::Record;
use platform::texts::Text;
use serde_json::Value as Json;

use crate::close_account::is_closed;
use crate::credential::secret_text::SecretText;
use crate::passwords;
use crate::role::is_admin;
use crate::user::{User, fold};

/// A password's hash, made before the transaction, or why the password may not be chosen: that is told
/// together with whatever else is wrong.
pub(crate) struct NewPassword(pub(crate) Result<String, Faults>);

/// Hashes the password that a body brings, if it brings one.
pub(crate) async fn hashed(app: &Arc<App>, call: &Call) -> Result<Prepared, Error> {
    let body = call.body_for(&[])?;
    // Clients send an empty password for "leave it".
    let given = body
        .0
        .get("password")
        .filter(|json| !json.is_null() && json.as_str() != Some(""));
    let Some(json) = given else {
        return Ok(Prepared::default());
    };
    let words = ["username", "email", "first_name", "last_name", "phone"]
        .iter()
        .filter_map(|name| body.0.get(*name)?.as_str().map(str::to_owned))
        .collect();
    Ok(Prepared::of(NewPassword(
        chosen(app, json, Whose::Named(words)).await?,
    )))
}

/// Whose password is chosen.
pub(crate) enum Whose<'a> {
    /// An account's that is there.
    Account(&'a User),
    /// Somebody's of whom others know these words.
    Named(Vec<String>),
}

/// Reads and hashes a password that somebody chose; the inner error says what is wrong with it.
///
/// # Errors
/// 503 when too many are waiting.
pub(crate) async fn chosen(
    app: &App,
    json: &Json,
    whose: Whose<'_>,
) -> Result<Result<String, Faults>, Error> {
    let mut faults = Faults::new();
    let Some(password) = faults.note(
        "password",
        <SecretText as platform::field::Field>::parse(json),
    ) else {
        return Ok(Err(faults));
    };
    let hashed = match whose {
        Whose::Account(user) => passwords::replace(app, "password", password, user).await,
        Whose::Named(words) => passwords::choose(app, "password", password, words).await,
    };
    match hashed {
        Ok(hash) => Ok(Ok(hash)),
        Err(Error::Invalid(faults)) => Ok(Err(faults)),
        Err(error) => Err(error),
    }
}

/// Fills in what is compared by, and says what is wrong with names, address and number.
pub(crate) fn tidy(cx: &Cx, row: &mut User) -> Faults {
    let mut faults = Faults::new();
    row.username = Line::cut(kernel::lookalike::as_seen(&row.username).trim());
    if let Some(key) = unusable(&row.username) {
        faults.say("username", Text::new(key));
    }
    for (field, name) in [
        ("first_name", &row.first_name),
        ("last_name", &row.last_name),
    ] {
        if name.chars().any(char::is_control) {
            faults.say(field, Text::new("control-characters"));
        }
    }
    row.username_fold = folded("username", &row.username, &mut faults);
    if let Some(email) = &row.email {
        match kernel::Email::parse(email) {
            Ok(email) => row.email = Some(Line::cut(email.as_str())),
            Err(_) => faults.say("email", Text::new("not-an-email").with("value", email)),
        }
    }
    let email = row.email.as_deref();
    row.email_fold = email.map(|email| folded("email", email, &mut faults));
    if let Some(phone) = &row.phone {
        let country = cx.app.settings.country_code.parse().unwrap_or_default();
        match kernel::Phone::parse(phone, country) {
            Ok(phone) => row.phone = Some(Line::cut(phone.as_str())),
            Err(_) => {
                let text = Text::new("not-a-phone").with("value", phone);
                let example = kernel::Phone::example(country);
                faults.say("phone", text.with("example", example));
            }
        }
    }
    if row.is_superuser {
        row.role = Some(Ref::new(BuiltinRole::Admin.id()));
    }
    faults
}

/// Names under which the program itself acts, or that would be taken for it.
const RESERVED: [&str; 6] = [
    "system",
    "chelal",
    "anonymous",
    "nobody",
    "unknown",
    "support",
];

/// Why a name is none for an account: people read it in the audit trail and must know whose it is.
fn unusable(name: &str) -> Option<&'static str> {
    let fits =
        |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '+' | '\'' | '’');
    if name.is_empty() {
        Some("blank")
    } else if name.chars().any(char::is_whitespace) {
        Some("username-spaces")
    } else if !name.chars().all(|c| fits(c) || is_mark(c)) {
        Some("username-characters")
    } else if kernel::lookalike::mixes_scripts(name) {
        Some("username-lookalike")
    } else if RESERVED.contains(&fold(name).as_str()) {
        Some("username-reserved")
    } else {
        None
    }
}

/// A sign above or below the letter before it.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// What a name is compared by. A few letters become several when they are folded; a name that is cut off
/// would be found by nobody, or be taken for another.
fn folded<const MAX: usize>(field: &str, name: &str, faults: &mut Faults) -> Line<MAX> {
    let folded = fold(name);
    let length = folded.chars().count();
    if length > MAX {
        let text = Text::new("too-long");
        faults.say(field, text.with("max", MAX).with("length", length));
    }
    Line::cut(&folded)
}

/// An active account with every right.
pub(crate) fn is_admin_account(user: &User) -> bool {
    user.is_active && is_admin_role(user)
}

fn is_admin_role(user: &User) -> bool {
    user.is_superuser || user.role == Some(Ref::new(BuiltinRole::Admin.id()))
}

/// Only an Admin touches an Admin's account: whoever may edit users could take it over.
pub(crate) fn touchable(cx: &Cx, user: &User) -> Result<(), Error> {
    let own = cx.actor.user_id() == Some(user.meta.id);
    if is_admin_role(user) && !own && !is_admin(cx) {
        return Err(Error::denied());
    }
    Ok(())
}

/// Whatever opens an account is its owner's, and done in person: by nobody in their name, and by no
/// program with their API key. Both could otherwise stay for good, however soon they are revoked.
///
/// # Errors
/// 403 for a delegate and for an API key.
pub fn in_person(cx: &Cx) -> Result<(), Error> {
    match cx.actor.user() {
        Some(user) if user.acting.is_some() || user.session.is_none() => Err(Error::denied()),
        _ => Ok(()),
    }
}

/// What a second person has to confirm is begun by nobody in another's name: they would confirm it as themselves.
///
/// # Errors
/// 403 for a delegate.
pub fn as_oneself(cx: &Cx) -> Result<(), Error> {
    match cx.actor.delegate() {
        Some(_) => Err(Error::denied()),
        None => Ok(()),
    }
}

/// As [`in_person`] where it is the caller's own account whose way in changes.
pub(crate) fn own_way_in(cx: &Cx, user: &User) -> Result<(), Error> {
    if cx.actor.user_id() == Some(user.meta.id) {
        in_person(cx)
    } else {
        Ok(())
    }
}

/// What a change of an account must not do.
pub(crate) async fn guard(cx: &mut Cx, row: &User, before: Option<&User>) -> Result<(), Error> {
    if let Some(before) = before {
        touchable(cx, before)?;
        if (&row.username_fold, &row.email_fold) != (&before.username_fold, &before.email_fold) {
            own_way_in(cx, before)?;
        }
        if is_admin_account(before) && !is_admin_account(row) {
            another_admin(cx, before.meta.id).await?;
        }
    }
    if let Some(before) = before
        && is_closed(before)
        && row.is_active
    {
        return Err(Error::refuse(Code::Conflict, Text::new("account-closed")));
    }
    let role_before = before.and_then(|before| before.role);
    if row.role != role_before {
        let own = cx.actor.user_id() == before.map(|before| before.meta.id);
        if own && !is_admin(cx) {
            return Err(Error::denied().with("fields", vec!["role"]));
        }
        may_give_role(cx, row)?;
    }
    Ok(())
}

/// Only an Admin makes an Admin, by whatever way an account gets its role.
///
/// # Errors
/// 403 naming the field.
pub(crate) fn may_give_role(cx: &Cx, row: &User) -> Result<(), Error> {
    if is_admin_role(row) && !is_admin(cx) {
        return Err(Error::denied().with("fields", vec!["role"]));
    }
    Ok(())
}

/// Refuses when nobody but this account could manage accounts. Holds the role's row, so that two
/// Admins who step down at once are decided one after the other.
///
/// # Errors
/// 409 when it is the last one.
pub(crate) async fn another_admin(cx: &mut Cx, but: i64) -> Result<(), Error> {
    const WHY: &str = "the rule counts every account";
    let admin = BuiltinRole::Admin.id();
    if cx.dialect() == Dialect::Postgres {
        let sql = "SELECT id FROM role WHERE id = $1 FOR UPDATE";
        let _: Option<(i64,)> = cx
            .unscoped(WHY)
            .optional(Statement::raw(sql, vec![admin.to_value()]))
            .await?;
    }
    // Who was invited and never came could let nobody in.
    let sql = "SELECT id FROM app_user WHERE is_active = $1 AND (role = $2 OR is_superuser = $1) \
               AND password_hash IS NOT NULL AND id <> $3 LIMIT 1";
    let values = vec![true.to_value(), admin.to_value(), but.to_value()];
    let other: Option<(i64,)> = cx
        .unscoped(WHY)
        .optional(Statement::raw(sql, values))
        .await?;
    match other {
        Some(_) => Ok(()),
        None => Err(Error::refuse(Code::Conflict, Text::new("last-admin"))),
    }
}

/// An account as it starts, with nothing but a name.
pub(crate) fn blank(username: &str) -> Result<User, Error> {
    let mut body = platform::record::Body::default();
    body.0.insert("username".to_owned(), username.into());
    Ok(User::create(&body)?)
}
