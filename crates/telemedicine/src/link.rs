//! Join links: who holds one joins in the part that it names, for a while.
//!
//! What a link says is sealed with the data key for this one use (AES-256-GCM, see `platform::seal`): nobody makes or
//! alters one, and it tells nothing. A participant's link belongs to the sign-in that asked for it, and dies with that.
//! A patient without an account is handed one that belongs to nobody.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use kernel::Code;
use platform::app::App;
use platform::error::Error;
use platform::seal::Aad;
use platform::texts::Text;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::outside;
use crate::participant::{Call, Role};
use crate::session::TelemedicineSession;

/// How long a link opens a call. Whoever is inside stays.
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// The longest link that is looked at; ours have about 350 characters.
const LONGEST: usize = 1024;

/// Whose a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Holder {
    /// A user, by the sign-in that asked for it.
    SignedIn((i64, Uuid)),
    /// Whoever was handed it.
    Anybody,
}

/// What a link says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The room that it opens.
    pub(crate) room: String,
    /// The part that its holder has there.
    pub(crate) role: Role,
    /// Whose it is.
    pub(crate) holder: Holder,
    /// Until when it opens.
    pub(crate) until: Timestamp,
}

impl Claims {
    /// Whether its holder still has this part in the call. A doctor comes with a sign-in only.
    pub(crate) fn fits(&self, call: &Call) -> bool {
        match self.holder {
            Holder::SignedIn((user, _)) => call.role_of(user) == Some(self.role),
            Holder::Anybody => self.role == Role::Patient,
        }
    }
}

fn place() -> Aad<'static> {
    Aad::new("telemedicine_session", "join_link", Uuid::nil())
}

/// The address that somebody opens to join.
///
/// # Errors
/// When the system has no randomness to give.
pub(crate) fn url(
    app: &App,
    row: &TelemedicineSession,
    role: Role,
    holder: Holder,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    let until = now + LIFETIME;
    if let Some(base) = &app.settings.video_base_url {
        // An outside service knows nothing of sign-ins: nobody is handed a doctor's place there.
        if role == Role::Doctor && holder == Holder::Anybody {
            return Ok(None);
        }
        return outside::url(app, base, &row.room, role, now, until).map(Some);
    }
    let claims = Claims {
        room: row.room.to_string(),
        role,
        holder,
        until,
    };
    let sealed = app.ring().seal(&place(), &serde_json::to_vec(&claims)?)?;
    Ok(Some(format!(
        "{}/api/{}?role={}&link={}",
        app.settings.public_url(),
        crate::page::PATH,
        role.as_str(),
        URL_SAFE_NO_PAD.encode(sealed),
    )))
}

/// 401: what was shown is no link of ours, or was altered.
pub(crate) fn not_ours() -> Error {
    Error::refuse(Code::TokenInvalid, Text::new("telemedicine-link-invalid"))
}

/// What a link says, whatever its age.
///
/// # Errors
/// 401 for what is none of ours, or was altered.
pub(crate) fn open(app: &App, link: &str) -> Result<Claims, Error> {
    if link.len() > LONGEST {
        return Err(not_ours());
    }
    let sealed = URL_SAFE_NO_PAD.decode(link).map_err(|_| not_ours())?;
    let plain = app.ring().open(&place(), &sealed).map_err(|_| not_ours())?;
    serde_json::from_slice(&plain).map_err(|_| not_ours())
}

/// The same, and it still opens.
///
/// # Errors
/// 401, also when it is too old.
pub(crate) fn open_in_time(app: &App, link: &str) -> Result<Claims, Error> {
    let claims = open(app, link)?;
    if app.clock.now() < claims.until {
        Ok(claims)
    } else {
        let text = Text::new("telemedicine-link-expired");
        Err(Error::refuse(Code::TokenExpired, text))
    }
}
