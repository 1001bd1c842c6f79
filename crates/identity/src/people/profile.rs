//! The caller's own account: how they are called and reached. What they may do is not theirs to
//! change.

use futures_util::future::BoxFuture;
use http::{Method, StatusCode};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line};
use platform::http::call::{Call, Reply};
use platform::operation::{Effect, Operation};
use platform::route::Route;

use crate::accounts;
use crate::shown::{self, ShownRole};
use crate::user::{User, UserLanguage};
use crate::user_routes::changed;

platform::input! {
    /// A change of one's own account; what is absent stays.
    pub struct ProfileChange {
        /// Given name of the user.
        first_name: Blank<150>,
        /// Family name of the user.
        last_name: Blank<150>,
        /// The address to sign in with and to write to; unique, whatever its case.
        email: Option<Line<254>>,
        /// A number to call; a local one is completed with the hospital's country code.
        phone: Option<Line<32>>,
        /// The language of what is written to them.
        language_preference: UserLanguage = UserLanguage::English,
    }
}

/// The fields that are the caller's to change.
const OWN: &[&str] = &[
    "first_name",
    "last_name",
    "email",
    "phone",
    "language_preference",
];

/// What proves who asks, where the sign-in was a while ago.
const PROOF: &[&str] = &["old_password", "code"];

/// An account as its owner sees it.
#[derive(Debug, serde::Serialize, schemars::JsonSchema)]
pub struct OwnAccount {
    /// The `id` of the role.
    pub id: i64,
    /// The name to sign in with.
    pub username: String,
    /// The address to sign in with and to write to.
    pub email: Option<String>,
    /// Given name of the user.
    pub first_name: String,
    /// Family name of the user.
    pub last_name: String,
    /// The role of the user; null without one.
    pub role: Option<ShownRole>,
    /// The `id` of the role; null without one.
    pub role_id: Option<i64>,
    /// A number to call, with its country code.
    pub phone: Option<String>,
    /// The language of what is written to them.
    pub language_preference: &'static str,
    /// Whether the user may sign in.
    pub is_active: bool,
    /// A picture; there is none yet.
    pub profile_image: Option<String>,
    /// Since when there is an account.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
    /// One more with each change.
    pub version: i64,
}

impl OwnAccount {
    /// An account with its role.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(cx: &mut Cx, user: &User) -> Result<OwnAccount, Error> {
        let role = user.role.map(|role| role.get());
        let roles = shown::roles(cx, role).await?;
        Ok(OwnAccount {
            id: user.meta.id,
            username: user.username.to_string(),
            email: user.email.as_ref().map(ToString::to_string),
            first_name: user.first_name.to_string(),
            last_name: user.last_name.to_string(),
            role: role.and_then(|id| roles.get(&id)).map(ShownRole::from),
            role_id: role,
            phone: user.phone.as_ref().map(ToString::to_string),
            language_preference: user.language_preference.as_str(),
            is_active: user.is_active,
            profile_image: None,
            created_at: user.meta.created_at.to_string(),
            updated_at: user.meta.updated_at.to_string(),
            version: user.meta.version,
        })
    }
}

/// The operations on the caller's own account.
pub(crate) fn operations() -> Vec<Operation> {
    let get = Route::get("profile", "profile/", |cx, _| show(cx))
        .signed_in()
        .summary("The caller's account");
    let changes = [Method::PUT, Method::PATCH].map(|method| {
        Route::new(method, "profile", "profile/", Effect::Own, |cx, call| {
            set(cx, call)
        })
        .signed_in()
        .summary("Change the caller's account")
        .description("Another e-mail address or phone number takes a sign-in of the last ten minutes, or `old_password` (and `code` with a second factor) in the body: 403 `reauthentication_required` without. The address before is told, and other sessions end.")
        .takes::<ProfileChange>()
    });
    std::iter::once(get)
        .chain(changes)
        .map(|route| route.answers::<OwnAccount>(200).done())
        .collect()
}

fn show(cx: &mut Cx) -> BoxFuture<'_, Result<Reply, Error>> {
    Box::pin(async move {
        let me = cx.user_id()?;
        let user = accounts::by_id(cx, me)
            .await?
            .ok_or_else(Error::not_found)?;
        answer(cx, &user).await
    })
}

fn set<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let mut body = call.body_for(&[])?;
        let kept = |name: &str| OWN.contains(&name) || PROOF.contains(&name);
        body.0.retain(|name, _| kept(name));
        changed(cx, body, call.if_match()?).await?;
        show(cx).await
    })
}

async fn answer(cx: &mut Cx, user: &User) -> Result<Reply, Error> {
    let mut reply = Reply::json(StatusCode::OK, &OwnAccount::of(cx, user).await?)?;
    reply.header("etag", &format!("\"{}\"", user.meta.version));
    Ok(reply)
}
