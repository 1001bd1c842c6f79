//! Switching one's second factor on and off.

use futures_util::future::BoxFuture;
use kernel::Code;
use platform::audit::{Action, AuditEntry};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::http::call::{Call, Reply};
use platform::record::Meta;
use platform::seal::Sealed;
use platform::texts::Text;
use platform::unit;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::accounts::{revoke_sessions, same};
use crate::belongings;
use crate::credential::secret_text::SecretText;
use crate::credential::totp::TotpSecret;
use crate::guess::{self, Attempt};
use crate::mail;
use crate::proof::{count_factor, oneself, prove_password, recent};
use crate::two_factor::{self, FactorKind, Proof, TwoFactor};

platform::input! {
    /// The first code of a new authenticator.
    pub struct FirstCode {
        /// The six digits that the authenticator app shows.
        code: SecretText,
    }
}

platform::input! {
    /// Password and code.
    pub struct PasswordAndCode {
        /// The password of the caller's account.
        password: SecretText,
        /// A code of the app, or a recovery code.
        code: SecretText,
    }
}

/// What an authenticator app needs.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Setup {
    /// The shared secret in base32, for typing into an authenticator app; told this once.
    #[schemars(extend("x-once" = true))]
    secret: String,
    /// For scanning as a QR code; told this once.
    #[schemars(extend("x-once" = true))]
    otpauth_url: String,
}

/// Recovery codes, which are shown this once.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RecoveryCodes {
    /// Recovery codes; each replaces a code of the authenticator app once. They are told this once.
    #[schemars(extend("x-once" = true))]
    recovery_codes: Vec<String>,
}

/// `POST auth/2fa/setup/`: a new secret, which counts once it is confirmed.
pub(crate) fn setup<'a>(cx: &'a mut Cx, _call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let user = oneself(cx).await?;
        recent(cx).await?;
        if let Some(factor) = two_factor::find(cx, user.meta.id).await? {
            if factor.confirmed_at.is_some() {
                return Err(already_on());
            }
            two_factor::erase(cx, &factor).await?;
        }
        let secret = TotpSecret::generate().map_err(Error::internal)?;
        let account = user.email.as_deref().unwrap_or(&user.username);
        let setup = Setup {
            secret: secret.to_base32().to_string(),
            otpauth_url: secret.url(account).map_err(Error::internal)?.to_string(),
        };
        let mut factor = TwoFactor {
            meta: Meta::unstored(),
            user: Ref::new(user.meta.id),
            kind: FactorKind::Totp,
            confirmed_at: None,
            secret: Sealed::new(Line::cut(&setup.secret)),
            last_used_step: None,
        };
        cx.insert(&mut factor).await?;
        Reply::ok(&setup)
    })
}

/// `POST auth/2fa/confirm/`: the first code switches it on; the recovery codes are shown once.
pub(crate) fn confirm<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let input = <FirstCode as platform::verb::Input>::parse(&call.body_for(&[])?)?;
        let user = oneself(cx).await?;
        let factor = two_factor::find(cx, user.meta.id)
            .await?
            .ok_or_else(|| Error::refuse(Code::StateConflict, Text::new("second-factor-off")))?;
        if factor.confirmed_at.is_some() {
            return Err(already_on());
        }
        let step = two_factor::secret(&factor)?
            .verify(input.code.expose(), cx.now(), None)
            .ok_or_else(|| Error::field("code", Text::new("wrong-code")))?;
        let mut confirmed = factor.clone();
        confirmed.confirmed_at = Some(cx.now());
        confirmed.last_used_step = Some(i64::try_from(step).map_err(Error::internal)?);
        cx.update(&mut confirmed, &factor).await?;
        let recovery_codes = two_factor::renew_codes(cx, &factor).await?;
        // Whoever had the password alone has nothing any more.
        belongings::end_entrusted(cx, user.meta.id).await?;
        let session = cx.actor.user().and_then(|user| user.session);
        revoke_sessions(cx, user.meta.id, session).await?;
        mail::tell(cx, &user, user.email.as_deref())?;
        Reply::ok(&RecoveryCodes { recovery_codes })
    })
}

/// `POST auth/2fa/disable/`.
pub(crate) fn disable<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let code = proved_password(cx, call).await?;
        let (app, opening) = (cx.app.clone(), same(cx));
        unit::write(&app, &opening, move |cx| {
            let code = code.clone();
            Box::pin(async move {
                let factor = proved_factor(cx, &code).await?;
                two_factor::erase(cx, &factor).await
            })
        })
        .await?;
        Reply::ok(&json!({ "status": "disabled" }))
    })
}

/// `POST auth/2fa/recovery-codes/`: new ones; the old ones no longer work.
pub(crate) fn recovery_codes<'a>(
    cx: &'a mut Cx,
    call: &'a Call,
) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let code = proved_password(cx, call).await?;
        let (app, opening) = (cx.app.clone(), same(cx));
        let recovery_codes = unit::write(&app, &opening, move |cx| {
            let code = code.clone();
            Box::pin(async move {
                let factor = proved_factor(cx, &code).await?;
                let codes = two_factor::renew_codes(cx, &factor).await?;
                let entry = AuditEntry::new(Action::Edit, "TwoFactor", Some(factor.meta.id))
                    .saying("new recovery codes");
                cx.audit(entry);
                Ok(codes)
            })
        })
        .await?;
        Reply::ok(&RecoveryCodes { recovery_codes })
    })
}

/// The code, from somebody whose password is right.
async fn proved_password(cx: &mut Cx, call: &Call) -> Result<SecretText, Error> {
    let input = <PasswordAndCode as platform::verb::Input>::parse(&call.body_for(&[])?)?;
    let user = oneself(cx).await?;
    if !two_factor::is_on(cx, user.meta.id).await? {
        return Err(Error::refuse(
            Code::StateConflict,
            Text::new("second-factor-off"),
        ));
    }
    prove_password(cx, &user, "password", input.password).await?;
    let attempt = Attempt::at_factor(cx, user.meta.id);
    count_factor(cx, &attempt, user.meta.id).await?;
    Ok(input.code)
}

/// The caller's factor, after its code was used.
pub(crate) async fn proved_factor(cx: &mut Cx, code: &SecretText) -> Result<TwoFactor, Error> {
    let user = cx.user_id()?;
    two_factor::prove(cx, user, code, Proof::Any)
        .await
        .map_err(|error| match error.code() {
            Some(Code::NotAuthenticated) => Error::field("code", Text::new("wrong-code")),
            _ => error,
        })?;
    let attempt = Attempt::at_factor(cx, user);
    guess::forgive_factor(cx, user).await?;
    guess::forgive(cx, &attempt).await?;
    two_factor::find(cx, user)
        .await?
        .ok_or_else(two_factor::wrong_code)
}

fn already_on() -> Error {
    Error::refuse(Code::StateConflict, Text::new("second-factor-on"))
}
