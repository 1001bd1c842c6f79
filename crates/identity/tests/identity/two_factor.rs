//! `auth/2fa/…`: switching the second factor on and off, and signing in with it.

use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use testkit::PASSWORD;

use crate::support::{
    NEW_PASSWORD, answer, bearer, challenge, code, rows, sign_in, statuses, username, with_factor,
};

testkit::on_both! {
    async fn it_counts_from_its_first_code_on(world: &World) {
        let doctor = world.doctor().await;
        let name = username(&doctor).await;
        doctor.post("auth/2fa/confirm/", json!({ "code": "123456" })).await.refuses(409, "state_conflict");
        let first = doctor.post("auth/2fa/setup/", Json::Null).await.is(200)["secret"].clone();
        // Set up anew: the first secret is none any more.
        let setup = doctor.post("auth/2fa/setup/", Json::Null).await.is(200).clone();
        assert_ne!(first, setup["secret"]);
        let secret = setup["secret"].as_str().unwrap();
        assert!(setup["otpauth_url"].as_str().unwrap().starts_with("otpauth://totp/Chelal"));
        assert!(sign_in(world, &name, PASSWORD).await.is(200)["access"].is_string(), "not confirmed yet");
        doctor.post("auth/2fa/confirm/", json!({ "code": "000000" })).await.complains_about("code");
        let confirmed = doctor.post("auth/2fa/confirm/", json!({ "code": code(world, secret) })).await;
        assert_eq!(confirmed.is(200)["recovery_codes"].as_array().unwrap().len(), 10);
        doctor.post("auth/2fa/confirm/", json!({ "code": code(world, secret) })).await.refuses(409, "state_conflict");
        doctor.post("auth/2fa/setup/", Json::Null).await.refuses(409, "state_conflict");

        let due = challenge(world, &doctor).await;
        answer(world, &due, "000000").await.refuses(401, "not_authenticated");
        world.pass(SignedDuration::from_secs(60));
        let pair = answer(world, &due, &code(world, secret)).await;
        let signed_in = bearer(world, pair.is(200)["access"].as_str().unwrap());
        signed_in.get("users/me/").await.is(200);
        // A challenge is answered once, also with another good code.
        world.pass(SignedDuration::from_secs(60));
        answer(world, &due, &code(world, secret)).await.is(401);
        let seen = signed_in.get("login-activity/?status=2fa_failed").await;
        assert!(!rows(&seen).is_empty());
        world.settle().await;
    }

    async fn a_code_may_follow_the_password_after_a_blank(world: &World) {
        let (user, secret, codes) = with_factor(world).await;
        let name = username(&user).await;
        world.pass(SignedDuration::from_secs(60));
        // A client that knows no second step sends what was typed.
        let typed = format!("{PASSWORD} {}", code(world, &secret));
        let pair = sign_in(world, &name, &typed).await;
        bearer(world, pair.is(200)["access"].as_str().unwrap()).get("users/me/").await.is(200);
        // A code counts once; a recovery code does, too.
        sign_in(world, &name, &typed).await.refuses(401, "not_authenticated");
        let recovery = format!("{PASSWORD} {}", codes[0]);
        assert!(sign_in(world, &name, &recovery).await.is(200)["access"].is_string());
        sign_in(world, &name, &recovery).await.refuses(401, "not_authenticated");
        world.pass(SignedDuration::from_secs(60));
        sign_in(world, &name, &format!("{PASSWORD} 000000")).await.refuses(401, "not_authenticated");
        sign_in(world, &name, &format!("wrong {}", code(world, &secret))).await.refuses(401, "not_authenticated");
        assert_eq!(sign_in(world, &name, PASSWORD).await.is(200)["two_factor_required"], true);
        let failed = user.get("login-activity/?status=2fa_failed").await;
        assert_eq!(rows(&failed).len(), 3);
        // Nobody without a second factor signs in by putting one behind their password.
        let nurse = world.nurse().await;
        let plain = username(&nurse).await;
        sign_in(world, &plain, &format!("{PASSWORD} 123456")).await.refuses(401, "not_authenticated");
        world.settle().await;
    }

    async fn a_challenge_expires_and_ends_with_the_password(world: &World) {
        let (user, secret, _) = with_factor(world).await;
        let due = challenge(world, &user).await;
        world.pass(SignedDuration::from_mins(5));
        answer(world, &due, &code(world, &secret)).await.refuses(401, "token_expired");
        let due = challenge(world, &user).await;
        let change = json!({ "old_password": PASSWORD, "new_password": NEW_PASSWORD });
        user.post("auth/password/", change).await.is(200);
        answer(world, &due, &code(world, &secret)).await.is(401);
        world.settle().await;
    }

    async fn a_recovery_code_works_once(world: &World) {
        let (user, _, codes) = with_factor(world).await;
        let name = username(&user).await;
        let mut challenges = Vec::new();
        for _ in 0..20 {
            challenges.push(challenge(world, &user).await);
        }
        let replies = join_all(challenges[..19].iter().map(|due| answer(world, due, &codes[0]))).await;
        assert_eq!(statuses(&replies, 200), 1, "{:?}", replies.iter().map(|r| r.status).collect::<Vec<_>>());
        world.pass(SignedDuration::from_mins(15));
        let due = challenge(world, &user).await;
        answer(world, &due, &codes[0]).await.is(401);
        // As people type it, when the failures of the race have been waited for.
        world.pass(SignedDuration::from_mins(15));
        let due = sign_in(world, &name, PASSWORD).await.is(200)["challenge"].as_str().unwrap().to_owned();
        answer(world, &due, &codes[1].to_lowercase().replace('-', " ")).await.is(200);
        world.settle().await;
    }

    async fn a_one_time_code_works_once(world: &World) {
        let (user, secret, _) = with_factor(world).await;
        world.pass(SignedDuration::from_secs(60));
        let (one, two) = (challenge(world, &user).await, challenge(world, &user).await);
        let code = code(world, &secret);
        let replies = join_all([&one, &two, &one, &two].map(|due| answer(world, due, &code))).await;
        assert_eq!(statuses(&replies, 200), 1);
        world.settle().await;
    }

    async fn switching_off_takes_password_and_code(world: &World) {
        let (user, secret, codes) = with_factor(world).await;
        let off = |password: &str, code: &str| user.post("auth/2fa/disable/", json!({ "password": password, "code": code }));
        world.pass(SignedDuration::from_secs(60));
        off("not this", &code(world, &secret)).await.complains_about("password");
        off(PASSWORD, "000000").await.complains_about("code");
        let renewed = json!({ "password": PASSWORD, "code": codes[0] });
        let renewed = user.post("auth/2fa/recovery-codes/", renewed).await;
        let renewed = renewed.is(200)["recovery_codes"].as_array().unwrap().clone();
        off(PASSWORD, &codes[1]).await.complains_about("code");
        off(PASSWORD, renewed[0].as_str().unwrap()).await.is(200);
        off(PASSWORD, &code(world, &secret)).await.refuses(409, "state_conflict");
        let name = username(&user).await;
        assert!(sign_in(world, &name, PASSWORD).await.is(200)["access"].is_string());
        let audit = world.audit_of("TwoFactor").await;
        let actions: Vec<&str> = audit.iter().map(|row| row.action.as_str()).collect();
        assert_eq!(actions, ["create", "edit", "edit", "delete"]);
        world.settle().await;
    }

    async fn a_database_alone_gives_no_code(world: &World) {
        let (_, secret, codes) = with_factor(world).await;
        let sealed: Vec<(Vec<u8>,)> = world.app.unguarded("test")
            .all(platform::db::Statement::raw("SELECT sealed FROM two_factor", vec![])).await.unwrap();
        assert!(!String::from_utf8_lossy(&sealed[0].0).contains(&secret));
        let hashes: Vec<(String,)> = world.app.unguarded("test")
            .all(platform::db::Statement::raw("SELECT hash FROM recovery_code", vec![])).await.unwrap();
        assert!(hashes.iter().all(|(hash,)| !codes.contains(hash)));
        world.settle().await;
    }
}
