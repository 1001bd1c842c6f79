//! Servers that help two browsers to reach each other.
//!
//! Credentials for TURN are made for one call and work for a while: the user's name is the moment at which they end
//! (Unix time, seconds), a colon and any name; the password is base64(HMAC-SHA1(shared secret, user's name)). This is
//! "A REST API For Access To TURN Services" (<https://datatracker.ietf.org/doc/html/draft-uberti-behave-turn-rest-00>,
//! section 2.2), which coturn implements as `use-auth-secret` with `static-auth-secret`.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use platform::settings::Settings;
use serde_json::{Value as Json, json};

/// Longer than any call, so that one is not cut off in the middle.
const LIFETIME: SignedDuration = SignedDuration::from_hours(12);

/// The servers, as `RTCPeerConnection` takes them.
pub(crate) fn servers(settings: &Settings, now: Timestamp) -> Json {
    let mut servers = Vec::new();
    if !settings.stun_urls.is_empty() {
        servers.push(json!({ "urls": settings.stun_urls }));
    }
    if let Some(secret) = &settings.turn_secret {
        let username = format!("{}:call", (now + LIFETIME).as_second());
        let credential = credential(secret.expose(), &username);
        servers.push(json!({
            "urls": settings.turn_urls, "username": username, "credential": credential,
        }));
    }
    json!(servers)
}

/// The password that belongs to a user's name.
fn credential(secret: &str, username: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    STANDARD.encode(hmac::sign(&key, username.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2202, test case 2 for HMAC-SHA1, in base64.
    #[test]
    fn the_password_is_the_hmac_of_the_name() {
        assert_eq!(
            credential("Jefe", "what do ya want for nothing?"),
            "7/zfauXrL6LSdBbV8YTfnCWafHk="
        );
    }

    #[test]
    fn credentials_say_when_they_end() {
        let pairs = [
            ("CHELAL_STUN_URLS", "stun:turn.hospital.gm:3478"),
            ("CHELAL_TURN_URLS", "turn:a.hospital.gm,turns:b.hospital.gm"),
            ("CHELAL_TURN_SECRET", "north"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let settings = Settings::from_pairs(pairs).unwrap().settings;
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let servers = servers(&settings, now);
        assert_eq!(
            servers[0],
            json!({ "urls": ["stun:turn.hospital.gm:3478"] })
        );
        assert_eq!(
            servers[1]["urls"],
            json!(["turn:a.hospital.gm", "turns:b.hospital.gm"])
        );
        let username = servers[1]["username"].as_str().unwrap();
        assert_eq!(username, "1795464000:call");
        assert_eq!(servers[1]["credential"], credential("north", username));
        let none = Settings::from_pairs([]).unwrap().settings;
        assert_eq!(super::servers(&none, now), json!([]));
    }
}
