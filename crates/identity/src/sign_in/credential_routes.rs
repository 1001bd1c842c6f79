//! Changing, resetting and first choosing a password.
//!
//! A link is bound to the password it replaces, so it works once; whether an address has an account
//! shows neither in the answer nor in the time it takes, because a job looks it up.

use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Line;
use platform::http::call::{Call, Reply};
use platform::jobs::{self, Job};
use platform::mail::Mailer;
use platform::texts::Text;
use platform::unit;
use serde_json::json;
use uuid::Uuid;

use crate::accounts::{by_id, held, same, set_password};
use crate::credential::secret_text::SecretText;
use crate::credential::token::{Fingerprint, LinkKind, TokenError, UnboundLink};
use crate::guess;
use crate::mail;
use crate::passwords;
use crate::proof::{oneself, prove_password};
use crate::state::Identity;
use crate::user::{User, fold};

platform::input! {
    /// A change of one's own password.
    pub struct PasswordChange {
        /// The present one.
        old_password: SecretText,
        /// The next one.
        new_password: SecretText,
    }
}

platform::input! {
    /// Whose password is forgotten.
    pub struct ResetRequest {
        /// The account's e-mail address, or its username.
        email: Line<254>,
    }
}

platform::input! {
    /// A new password by a mailed link.
    pub struct LinkedPassword {
        /// The link's token.
        token: SecretText,
        /// The password.
        new_password: SecretText,
    }
}

/// Other names of the new password.
const NAMES: &[(&str, &str)] = &[("password", "new_password")];

/// `POST auth/password/`.
pub(crate) fn change<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let input = <PasswordChange as platform::verb::Input>::parse(&call.body_for(&[])?)?;
        let user = oneself(cx).await?;
        prove_password(cx, &user, "old_password", input.old_password).await?;
        let hash = passwords::replace(&cx.app, "new_password", input.new_password, &user).await?;
        let session = cx.actor.user().and_then(|user| user.session);
        let (app, opening) = (cx.app.clone(), same(cx));
        unit::write(&app, &opening, move |cx| {
            let (verified, hash) = (user.clone(), hash.clone());
            Box::pin(async move {
                let user = held(cx, verified.meta.id)
                    .await?
                    .filter(|user| user.password_hash == verified.password_hash)
                    .ok_or_else(|| Error::field("old_password", Text::new("wrong-password")))?;
                set_password(cx, &user, &hash, false, session).await
            })
        })
        .await?;
        Reply::ok(&json!({ "status": "password changed" }))
    })
}

/// `POST auth/password-reset/`.
pub(crate) fn request_reset<'a>(
    cx: &'a mut Cx,
    call: &'a Call,
) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let body = call.body_for(&[("username", "email")])?;
        let input = <ResetRequest as platform::verb::Input>::parse(&body)?;
        let folded = fold(&input.email);
        let mac = cx.app.ring().audit_mac(folded.as_bytes());
        let account = kernel::hex(&mac[..16]);
        let (from, to) = (
            format!("reset:{}", guess::address(cx)),
            format!("reset-mail:{account}"),
        );
        guess::throttle(cx, &from, 20, SignedDuration::from_secs(30)).await?;
        // Nobody's mailbox is filled by strangers; the answer does not tell.
        let quiet = guess::throttle(cx, &to, 5, SignedDuration::from_mins(10)).await;
        if quiet.is_ok() {
            let payload = json!({ "what": "reset", "login": folded, "message": Uuid::now_v7() });
            jobs::enqueue(cx, vec![Job::now(mail::KIND, payload)])?;
        }
        // Nobody waits for a mail that is never sent; this tells nothing of the account.
        let key = if matches!(cx.app.mailer, Mailer::Off) {
            "reset-without-mail"
        } else {
            "reset-requested"
        };
        let text = cx.app.texts.render(cx.origin.language, &Text::new(key));
        Reply::ok(&json!({ "status": "reset requested", "detail": text }))
    })
}

/// `POST auth/password-reset/confirm/`.
pub(crate) fn confirm_reset<'a>(
    cx: &'a mut Cx,
    call: &'a Call,
) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        by_link(cx, call, LinkKind::Reset).await?;
        Reply::ok(&json!({ "status": "password reset" }))
    })
}

/// `POST auth/accept-invitation/`.
pub(crate) fn accept_invitation<'a>(
    cx: &'a mut Cx,
    call: &'a Call,
) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        by_link(cx, call, LinkKind::Invitation).await?;
        Reply::ok(&json!({ "status": "invitation accepted" }))
    })
}

platform::choice! {
    /// What a link is for.
    pub enum LinkPurpose {
        /// A new password.
        Reset = "password-reset",
        /// The first password of an account that somebody else made.
        Invitation = "accept-invitation",
        /// The first administrator.
        Setup = "setup",
    }
}

platform::input! {
    /// A link that somebody followed.
    pub struct FollowedLink {
        /// What it is for: the link's last part.
        purpose: LinkPurpose,
        /// The link's token.
        token: SecretText,
    }
}

/// `POST auth/check-link/`: so that nobody fills a form in for nothing.
pub(crate) fn check_link<'a>(
    cx: &'a mut Cx,
    call: &'a Call,
) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let input = <FollowedLink as platform::verb::Input>::parse(&call.body_for(&[])?)?;
        let kind = match input.purpose {
            LinkPurpose::Reset => LinkKind::Reset,
            LinkPurpose::Invitation => LinkKind::Invitation,
            LinkPurpose::Setup => LinkKind::Setup,
        };
        let link = Identity::of(&cx.app)?
            .tokens(&cx.app)?
            .verify_link(kind, input.token.expose(), cx.now())
            .map_err(bad_link)?;
        if kind == LinkKind::Setup {
            if crate::bootstrap::exists(cx).await? {
                return Err(bad_link(TokenError::Expired));
            }
        } else {
            let user = by_id(cx, link.user_id)
                .await?
                .filter(|user| user.is_active)
                .ok_or_else(|| bad_link(TokenError::Expired))?;
            bound(link, &user)?;
        }
        Reply::ok(&json!({ "status": "good" }))
    })
}

/// Sets the password that a link allows.
async fn by_link(cx: &mut Cx, call: &Call, kind: LinkKind) -> Result<(), Error> {
    let input = <LinkedPassword as platform::verb::Input>::parse(&call.body_for(NAMES)?)?;
    let link = Identity::of(&cx.app)?
        .tokens(&cx.app)?
        .verify_link(kind, input.token.expose(), cx.now())
        .map_err(bad_link)?;
    let user = by_id(cx, link.user_id)
        .await?
        .filter(|user| user.is_active)
        .ok_or_else(|| bad_link(TokenError::Expired))?;
    // A used link costs no hashing.
    bound(link.clone(), &user)?;
    let hash = passwords::replace(&cx.app, "new_password", input.new_password, &user).await?;
    let (app, opening) = (cx.app.clone(), same(cx));
    unit::write(&app, &opening, move |cx| {
        let (link, hash) = (link.clone(), hash.clone());
        Box::pin(async move {
            let user = held(cx, link.user_id)
                .await?
                .filter(|user| user.is_active)
                .ok_or_else(|| bad_link(TokenError::Expired))?;
            bound(link, &user)?;
            set_password(cx, &user, &hash, false, None).await
        })
    })
    .await
}

fn bound(link: UnboundLink, user: &User) -> Result<(), Error> {
    link.bind(&fingerprint(user)).map(|_| ()).map_err(bad_link)
}

/// What a user's links are bound to.
pub(crate) fn fingerprint(user: &User) -> Fingerprint {
    Fingerprint::new(user.password_hash.as_deref(), user.email.as_deref())
}

/// 400 under `token`.
pub(crate) fn bad_link(error: TokenError) -> Error {
    let key = match error {
        TokenError::Expired => "link-expired",
        TokenError::Malformed | TokenError::Forged | TokenError::WrongType => "link-invalid",
    };
    Error::field("token", Text::new(key))
}
