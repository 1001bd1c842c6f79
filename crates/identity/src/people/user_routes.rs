//! One's own account, and what an Admin does to others': activate, deactivate, reset the password.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::StatusCode;
use kernel::BuiltinRole;
use platform::access::Access;
use platform::app::App;
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::Field;
use platform::http::call::{Call, Prepared, Reply, ReplyBody};
use platform::http::refusal;
use platform::record::Body;
use platform::resource::{change, change_by, show_one};
use platform::texts::Text;
use platform::unit::{self, Opening};
use platform::verb::Verb;
use serde_json::{Map, Value as Json};

use crate::accounts::{by_id, revoke_sessions, same, set_password};
use crate::credential::password_policy::temporary_password;
use crate::credential::secret_text::SecretText;
use crate::door::token_invalid;
use crate::mail::tell;
use crate::passwords;
use crate::proof::{oneself, proved_anew};
use crate::user::{User, fold};
use crate::user_rules::{Whose, chosen, own_way_in, touchable};

/// What people change of their own account; everything else in the body is ignored.
const OWN: &[&str] = &[
    "username",
    "email",
    "first_name",
    "last_name",
    "language_preference",
    "phone",
];

platform::input! {
    /// A new password for somebody else.
    pub struct ResetInput {
        /// The password; without it one is made and answered once.
        new_password: Option<SecretText>,
    }
}

/// `GET users/me/`.
pub(crate) fn me<'a>(cx: &'a mut Cx, _call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let id = cx.user_id()?;
        let user: User = cx.load(id).await?;
        show_one(cx, &user).await
    })
}

/// `PUT` and `PATCH users/me/`.
pub(crate) fn change_me<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let change = async { changed(cx, call.body_for(&[])?, call.if_match()?).await };
        match change.await {
            Ok(()) => me(cx, call).await,
            Err(error) => with_message(cx, error),
        }
    })
}

/// Changes the caller's own account, by whatever path: what takes an account over needs a recent sign-in or the password,
/// the address before hears of it, and other sessions end.
///
/// # Errors
/// 400 by field, 403 without a proof, 412 when `If-Match` is stale.
pub(crate) async fn changed(cx: &mut Cx, body: Body, if_match: Option<i64>) -> Result<(), Error> {
    let mut password = Ok(None);
    let given = body
        .0
        .get("password")
        .filter(|json| !json.is_null() && json.as_str() != Some(""));
    let me = oneself_or_delegate(cx).await?;
    let grave = given.is_some() || reached_otherwise(&me, &body);
    if grave {
        let user = oneself(cx).await?;
        proved_anew(cx, &user, &body).await?;
    }
    if let Some(json) = given {
        let user = oneself(cx).await?;
        password = chosen(&cx.app, json, Whose::Account(&user))
            .await?
            .map(Some);
    }
    let kept: Map<String, Json> = body
        .0
        .into_iter()
        .filter(|(name, _)| OWN.contains(&name.as_str()))
        .collect();
    let (app, opening) = (cx.app.clone(), same(cx));
    unit::write(&app, &opening, move |cx| {
        let (body, password) = (Body(kept.clone()), password.clone());
        Box::pin(async move {
            let id = cx.user_id()?;
            let before: User = cx.hold(id).await?;
            let address = before.email.clone();
            // What is wrong with the password is told together with whatever else is wrong.
            let user = match (change(cx, before, &body, if_match).await, &password) {
                (Err(Error::Invalid(faults)), Err(more)) => {
                    return Err(faults.and(more.clone()).into());
                }
                (changed, _) => changed?,
            };
            let session = cx.actor.user().and_then(|user| user.session);
            if grave {
                // The address as it was: whoever changed it reads the new one.
                tell(cx, &user, address.as_deref())?;
                revoke_sessions(cx, id, session).await?;
            }
            if let Some(hash) = password? {
                set_password(cx, &user, &hash, false, session).await?;
            }
            Ok(())
        })
    })
    .await
}

async fn oneself_or_delegate(cx: &mut Cx) -> Result<User, Error> {
    let id = cx.user_id()?;
    by_id(cx, id).await?.ok_or_else(token_invalid)
}

/// Whether a body changes where the account's owner is reached, and so who can take the account over.
fn reached_otherwise(user: &User, body: &Body) -> bool {
    let differs = |name: &str, now: Option<&str>| {
        body.0.get(name).is_some_and(|json| {
            let sent = json.as_str().map(str::trim).filter(|text| !text.is_empty());
            let same = match (sent, now) {
                (Some(sent), Some(now)) => fold(sent) == fold(now),
                (sent, now) => sent == now,
            };
            !same
        })
    };
    differs("email", user.email.as_deref()) || differs("phone", user.phone.as_deref())
}

/// Old clients show `message` beside the complaints about fields.
fn with_message(cx: &Cx, error: Error) -> Result<Reply, Error> {
    let language = cx.origin.language;
    let mut reply = refusal(&cx.app, language, &cx.origin.request_id, error);
    if reply.status == StatusCode::BAD_REQUEST
        && let ReplyBody::Whole(bytes) = &reply.body
        && let Ok(Json::Object(mut body)) = serde_json::from_slice::<Json>(bytes)
    {
        let mut message = cx.app.texts.render(language, &Text::new("check-fields"));
        for (field, complaints) in &body {
            let said = complaints
                .as_array()
                .and_then(|list| list.first()?.as_str());
            if let Some(said) = said {
                message.push_str(&format!(" {field}: {said}"));
            }
        }
        body.entry("message").or_insert(Json::String(message));
        reply.body = ReplyBody::Whole(serde_json::to_vec(&body)?.into());
    }
    Ok(reply)
}

/// What switching an account on or off answers.
#[derive(Debug, serde::Serialize, schemars::JsonSchema)]
pub(crate) struct Switched {
    /// `activated` or `deactivated`.
    pub status: &'static str,
    /// The `id` of the account.
    pub id: i64,
    /// Whether its user can sign in.
    pub is_active: bool,
}

/// `POST users/{id}/activate/`, or `deactivate/`, which ends all sessions of the account.
pub(crate) struct Switch<const ACTIVE: bool>;

impl<const ACTIVE: bool> Verb for Switch<ACTIVE> {
    type On = User;
    type Input = ();
    type Answer = Switched;
    const NAME: &'static str = if ACTIVE { "activate" } else { "deactivate" };
    const SUMMARY: &'static str = if ACTIVE {
        "Activate an account"
    } else {
        "Deactivate an account and end its sessions at once"
    };
    const GRAVE: bool = !ACTIVE;

    fn access() -> Access {
        Access::may(&[BuiltinRole::Admin])
    }

    async fn of_use(_cx: &mut Cx, row: &User) -> Result<bool, Error> {
        Ok(row.is_active != ACTIVE)
    }

    async fn run(cx: &mut Cx, held: User, _input: ()) -> Result<Switched, Error> {
        let user = change_by(cx, held, |user| user.is_active = ACTIVE).await?;
        Ok(Switched {
            status: if ACTIVE { "activated" } else { "deactivated" },
            id: user.meta.id,
            is_active: user.is_active,
        })
    }
}

/// A chosen or made password.
struct Reset {
    hash: String,
    temporary: Option<String>,
}

/// The answer to a reset.
#[derive(Debug, serde::Serialize, schemars::JsonSchema)]
pub(crate) struct PasswordReset {
    /// `password reset`.
    pub status: &'static str,
    /// Always true: the user chooses another password at the next sign-in.
    pub must_change_password: bool,
    /// The password that was made, shown this once; absent when one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-once" = true))]
    pub temporary_password: Option<String>,
}

/// `POST users/{id}/reset_password/`: the password must be changed at the next login; one that was made
/// is answered once.
pub(crate) struct ResetPassword;

impl Verb for ResetPassword {
    type On = User;
    type Input = ResetInput;
    type Answer = PasswordReset;
    const NAME: &'static str = "reset_password";
    const SUMMARY: &'static str = "Set a new password for an account";
    const DESCRIPTION: &'static str = "Without `new_password` one is made and answered once as `temporary_password`. The user must change it at the next sign-in.";
    const ALIASES: &'static [(&'static str, &'static str)] = &[("password", "new_password")];
    const GRAVE: bool = true;

    fn access() -> Access {
        Access::may(&[BuiltinRole::Admin])
    }

    /// Hashes before the transaction.
    async fn before(app: &Arc<App>, _opening: &Opening, call: &Call) -> Result<Prepared, Error> {
        let body = call.body_for(Self::ALIASES)?;
        let given = body
            .0
            .get("new_password")
            .filter(|json| !json.is_null() && json.as_str() != Some(""));
        let (password, temporary) = match given {
            None => {
                let made = temporary_password().map_err(Error::internal)?;
                let shown = made.expose().to_owned();
                (made, Some(shown))
            }
            Some(json) => {
                let mut faults = Faults::new();
                let password = faults.note("new_password", <SecretText as Field>::parse(json));
                match password {
                    Some(password) => (password, None),
                    None => return Err(faults.into()),
                }
            }
        };
        let hash = passwords::choose(app, "new_password", password, Vec::new()).await?;
        Ok(Prepared::of(Reset { hash, temporary }))
    }

    async fn run(cx: &mut Cx, user: User, _input: ResetInput) -> Result<PasswordReset, Error> {
        touchable(cx, &user)?;
        own_way_in(cx, &user)?;
        let reset = cx
            .prepared::<Reset>()
            .ok_or_else(|| Error::internal("no password was prepared"))?;
        set_password(cx, &user, &reset.hash, true, None).await?;
        Ok(PasswordReset {
            status: "password reset",
            must_change_password: true,
            temporary_password: reset.temporary.clone(),
        })
    }
}

/// What a route answers that needs no more words.
#[derive(Debug, serde::Serialize, schemars::JsonSchema)]
pub(crate) struct Status {
    /// What was done, in a word or two.
    pub status: String,
}
