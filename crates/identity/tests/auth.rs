//! `auth/`: signing in, the second factor, and what happens when many try at once.
#![expect(clippy::unwrap_used, reason = "tests")]

use futures_util::future::join_all;
use identity::credential::totp::{TotpSecret, step};
use jiff::SignedDuration;
use kernel::BuiltinRole;
use serde_json::{Value as Json, json};
use testkit::{Caller, PASSWORD, Reply, World};

async fn sign_in(world: &World, username: &str, password: &str) -> Reply {
    let body = json!({ "username": username, "password": password });
    world.anonymous().post("auth/", body).await
}

fn statuses(replies: &[Reply], status: u16) -> usize {
    replies
        .iter()
        .filter(|r| r.status.as_u16() == status)
        .count()
}

/// The code an authenticator shows now.
fn code(world: &World, secret: &str) -> String {
    let bytes: Vec<u8> = {
        let (mut out, mut buffer, mut bits) = (Vec::new(), 0_u32, 0);
        for c in secret.bytes() {
            let value = if c.is_ascii_uppercase() {
                c - b'A'
            } else {
                c - b'2' + 26
            };
            (buffer, bits) = ((buffer << 5) | u32::from(value), bits + 5);
            if bits >= 8 {
                bits -= 8;
                out.push((buffer >> bits) as u8);
            }
        }
        out
    };
    let totp = TotpSecret::from_bytes(&bytes).unwrap();
    totp.code(step(world.clock.now()))
}

async fn with_factor(world: &World) -> (Caller, String, Vec<String>) {
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

async fn challenge(world: &World, user: &Caller) -> String {
    let me = user.get("users/me/").await.is(200)["username"].clone();
    let reply = sign_in(world, me.as_str().unwrap(), PASSWORD).await;
    assert_eq!(reply.is(200)["two_factor_required"], true);
    reply.json["challenge"].as_str().unwrap().to_owned()
}

testkit::on_both! {
    async fn name_or_address_in_any_case(world: &World) {
        world.user("fatou", Some(BuiltinRole::Nurse)).await;
        for name in ["fatou", "FATOU", "Fatou@Hospital.Example"] {
            let reply = sign_in(world, name, PASSWORD).await;
            assert!(reply.is(200)["access"].is_string() && reply.json["refresh"].is_string());
        }
        let wrong = sign_in(world, "fatou", "not this").await;
        let nobody = sign_in(world, "nobody", "not this").await;
        wrong.refuses(401, "not_authenticated");
        assert_eq!(wrong.json, nobody.json);
        assert_eq!(wrong.header("www-authenticate"), "Bearer");
    }

    async fn parallel_refreshes_all_succeed(world: &World) {
        world.user("fatou", None).await;
        let refresh = sign_in(world, "fatou", PASSWORD).await.json["refresh"].clone();
        let caller = world.anonymous();
        let replies = join_all((0..20).map(|_| caller.post("auth/refresh/", json!({ "refresh": refresh })))).await;
        assert_eq!(statuses(&replies, 200), 20);
    }

    async fn signing_out_ends_the_session_at_once(world: &World) {
        world.user("fatou", None).await;
        let refresh = sign_in(world, "fatou", PASSWORD).await.json["refresh"].clone();
        let caller = world.sign_in("fatou", PASSWORD).await;
        caller.post("auth/logout/", Json::Null).await.is(200);
        caller.get("users/me/").await.refuses(401, "token_invalid");
        world.anonymous().post("auth/refresh/", json!({ "refresh": refresh })).await.is(200);
    }

    async fn parallel_guesses_are_all_counted(world: &World) {
        world.user("fatou", None).await;
        let replies = join_all((0..30).map(|_| sign_in(world, "fatou", "not this"))).await;
        assert_eq!((statuses(&replies, 401), statuses(&replies, 429)), (5, 25));
        let locked = sign_in(world, "fatou", PASSWORD).await;
        locked.refuses(429, "locked_out");
        assert!(locked.header("retry-after").parse::<u64>().unwrap() <= 30);
        world.pass(SignedDuration::from_secs(31));
        sign_in(world, "fatou", PASSWORD).await.is(200);
    }

    async fn a_recovery_code_works_once(world: &World) {
        let (user, _, codes) = with_factor(world).await;
        let mut challenges = Vec::new();
        for _ in 0..4 {
            challenges.push(challenge(world, &user).await);
        }
        let caller = world.anonymous();
        let replies = join_all((0..20).map(|n| caller.post(
            "auth/2fa/",
            json!({ "challenge": challenges[n % 4], "code": codes[0] }),
        ))).await;
        assert_eq!(statuses(&replies, 200), 1, "{:?}", replies.iter().map(|r| r.status).collect::<Vec<_>>());
    }

    async fn a_one_time_code_works_once(world: &World) {
        let (user, secret, _) = with_factor(world).await;
        world.pass(SignedDuration::from_secs(60));
        let (one, two) = (challenge(world, &user).await, challenge(world, &user).await);
        let code = code(world, &secret);
        let caller = world.anonymous();
        let replies = join_all([&one, &two, &one, &two].map(|challenge| caller.post(
            "auth/2fa/",
            json!({ "challenge": challenge, "code": code }),
        ))).await;
        assert_eq!(statuses(&replies, 200), 1);
    }

    async fn a_reset_link_works_once_and_ends_sessions(world: &World) {
        world.user("fatou", None).await;
        let old = world.sign_in("fatou", PASSWORD).await;
        let stranger = world.anonymous();
        let ask = |email: &str| stranger.post("auth/password-reset/", json!({ "email": email }));
        let known = ask("fatou@hospital.example").await.is(200).clone();
        assert_eq!(&known, ask("nobody@hospital.example").await.is(200));
        world.settle().await;
        let mails = world.mails();
        assert_eq!(mails.len(), 1);
        let token = mails[0].body.split("token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        let body = json!({ "token": token, "new_password": "A quiet river at dusk 7" });
        world.anonymous().post("auth/password-reset/confirm/", body.clone()).await.is(200);
        world.anonymous().post("auth/password-reset/confirm/", body).await.complains_about("token");
        old.get("users/me/").await.refuses(401, "token_invalid");
        sign_in(world, "fatou", "A quiet river at dusk 7").await.is(200);
    }

    async fn users_roles_sessions_and_keys(world: &World) {
        let admin = world.admin().await;
        let created = admin.post("users/", json!({ "username": "lamin", "password": "A quiet river at dusk 7", "role": 4 })).await;
        assert_eq!(created.is(201)["role"]["name"], "Nurse");
        let (id, lamin) = (created.id(), world.sign_in("lamin", "A quiet river at dusk 7").await);
        admin.post("users/", json!({ "username": "LAMIN", "password": "A quiet river at dusk 7" })).await.complains_about("username");
        lamin.put("users/me/", json!({ "email": "no" })).await.complains_about("email");
        assert!(lamin.put("users/me/", json!({ "email": "no" })).await.json["message"].is_string());
        lamin.post("users/", json!({ "username": "x" })).await.is(403);
        assert_eq!(admin.get("users/?role__name=nurse").await.is(200).as_array().unwrap().len(), 1);

        let key = lamin.post("api-keys/", json!({ "name": "scale" })).await;
        let shown = key.is(201)["key"].as_str().unwrap().to_owned();
        let by_key = || world.anonymous().request("GET", "users/me/").header("x-api-key", &shown).send();
        assert_eq!(by_key().await.is(200)["username"], "lamin");
        assert!(lamin.get("api-keys/").await.is(200)[0]["key"].as_str().unwrap().starts_with("********"));

        let sessions = lamin.get("sessions/").await.is(200).clone();
        assert_eq!(sessions[0]["user"], "lamin");
        let second = world.sign_in("lamin", "A quiet river at dusk 7").await;
        let path = format!("sessions/{}/revoke/", sessions[0]["session_key"].as_str().unwrap());
        second.post(&path, Json::Null).await.is(200);
        lamin.get("users/me/").await.refuses(401, "token_invalid");

        let grants = admin.patch("roles/4/", json!({ "permissions": ["users:reed"] })).await;
        grants.complains_about("permissions");
        admin.patch("roles/4/", json!({ "permissions": [] })).await.is(200);
        assert_eq!(second.get("users/").await.is(200).as_array().unwrap().len(), 1, "only their own");
        admin.patch("roles/1/", json!({ "permissions": [] })).await.complains_about("permissions");

        let reset = admin.post(&format!("users/{id}/reset_password/"), json!({})).await;
        assert_eq!(reset.is(200)["status"], "password reset");
        let temporary = world.sign_in("lamin", reset.json["temporary_password"].as_str().unwrap()).await;
        temporary.get("roles/").await.refuses(403, "password_change_required");
        admin.post(&format!("users/{id}/deactivate/"), Json::Null).await.is(200);
        temporary.get("users/me/").await.is(401);
        by_key().await.is(401);
        admin.post(&format!("users/{}/deactivate/", admin.id), Json::Null).await.refuses(409, "conflict");
    }
}
