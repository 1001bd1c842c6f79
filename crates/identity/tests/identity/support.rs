//! What the tests of several paths need.

use identity::credential::totp::{TotpSecret, step};
use kernel::BuiltinRole;
use platform::mail::Mail;
use serde_json::{Value as Json, json};
use testkit::{Caller, PASSWORD, Reply, World};

/// A password that the policy lets pass and nobody has yet.
pub(crate) const NEW_PASSWORD: &str = "A quiet river at dusk 7";

pub(crate) async fn sign_in(world: &World, username: &str, password: &str) -> Reply {
    let body = json!({ "username": username, "password": password });
    world.anonymous().post("auth/", body).await
}

pub(crate) fn statuses(replies: &[Reply], status: u16) -> usize {
    replies
        .iter()
        .filter(|r| r.status.as_u16() == status)
        .count()
}

/// Somebody who shows this token.
pub(crate) fn bearer(world: &World, token: &str) -> Caller {
    let mut caller = world.anonymous();
    caller.token = Some(token.into());
    caller
}

/// The token of the link in an e-mail.
pub(crate) fn link(mail: &Mail) -> String {
    let rest = mail.body.split("token=").nth(1).unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

/// The rows of a bare array.
pub(crate) fn rows(reply: &Reply) -> &Vec<Json> {
    reply.is(200).as_array().unwrap()
}

/// A user's own name.
pub(crate) async fn username(user: &Caller) -> String {
    let me = user.get("users/me/").await;
    me.is(200)["username"].as_str().unwrap().to_owned()
}

/// The code an authenticator shows now.
pub(crate) fn code(world: &World, secret: &str) -> String {
    let (mut bytes, mut buffer, mut bits) = (Vec::new(), 0_u32, 0);
    for c in secret.bytes() {
        let value = if c.is_ascii_uppercase() {
            c - b'A'
        } else {
            c - b'2' + 26
        };
        (buffer, bits) = ((buffer << 5) | u32::from(value), bits + 5);
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
        }
    }
    let totp = TotpSecret::from_bytes(&bytes).unwrap();
    totp.code(step(world.clock.now()))
}

/// Somebody with a second factor, its secret and their recovery codes.
pub(crate) async fn with_factor(world: &World) -> (Caller, String, Vec<String>) {
    let doctor = world.caller(Some(BuiltinRole::Doctor)).await;
    let setup = doctor.post("auth/2fa/setup/", Json::Null).await;
    let secret = setup.is(200)["secret"].as_str().unwrap().to_owned();
    let first = json!({ "code": code(world, &secret) });
    let codes = doctor.post("auth/2fa/confirm/", first).await;
    let codes = codes.is(200)["recovery_codes"].as_array().unwrap().clone();
    let codes = codes
        .iter()
        .map(|c| c.as_str().unwrap().to_owned())
        .collect();
    (doctor, secret, codes)
}

/// What the first step of signing in answers to somebody with a second factor.
pub(crate) async fn challenge(world: &World, user: &Caller) -> String {
    let reply = sign_in(world, &username(user).await, PASSWORD).await;
    assert_eq!(reply.is(200)["two_factor_required"], true);
    assert!(reply.json.get("access").is_none());
    reply.json["challenge"].as_str().unwrap().to_owned()
}

/// The second step.
pub(crate) async fn answer(world: &World, challenge: &str, code: &str) -> Reply {
    let body = json!({ "challenge": challenge, "code": code });
    world.anonymous().post("auth/2fa/", body).await
}
