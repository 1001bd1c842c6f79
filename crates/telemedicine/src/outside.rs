//! Rooms of an outside service, such as Jitsi Meet: the room in the path, who comes in a token.
//!
//! The token is that of Jitsi's own authentication (JWT, HS256; claims `aud`, `iss`, `sub`, `room`, `exp` and
//! `context.user`): <https://github.com/jitsi/lib-jitsi-meet/blob/master/doc/tokens.md>. It carries no name: the
//! service learns nobody's.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use platform::app::App;
use platform::error::Error;
use serde_json::json;

use crate::participant::Role;

/// A token may be used from a little before it was made: clocks differ.
const LEEWAY: i64 = 60;

/// The address of a room for one participant.
///
/// # Errors
/// When the token cannot be made.
pub(crate) fn url(
    app: &App,
    base: &str,
    room: &str,
    role: Role,
    now: Timestamp,
    until: Timestamp,
) -> Result<String, Error> {
    let mut url = format!("{base}/{room}?role={}", role.as_str());
    if let Some(secret) = &app.settings.video_secret {
        let host = base.split("://").nth(1).unwrap_or(base);
        let host = host.split(['/', ':']).next().unwrap_or(host);
        let claims = json!({
            "aud": app.settings.video_app_id,
            "iss": app.settings.video_app_id,
            "sub": host,
            "room": room,
            "nbf": now.as_second() - LEEWAY,
            "exp": until.as_second(),
            "context": { "user": { "id": role.as_str(), "moderator": role == Role::Doctor } },
        });
        let key = EncodingKey::from_secret(secret.expose().as_bytes());
        let token = encode(&Header::new(Algorithm::HS256), &claims, &key);
        url.push_str("&jwt=");
        url.push_str(&token.map_err(Error::internal)?);
    }
    Ok(url)
}
