//! `Idempotency-Key` on the ways in, which open their own units of work: what got lost on its way to the
//! client is answered again, not done again.

use std::net::IpAddr;

use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use testkit::{Caller, PASSWORD, Reply, World};

use crate::support::{NEW_PASSWORD, bearer, rows, sign_in, statuses, username};

async fn keyed(caller: &Caller, key: &str, path: &str, body: &Json) -> Reply {
    let request = caller.request("POST", path).header("idempotency-key", key);
    request.json(body).send().await
}

fn login(password: &str) -> Json {
    json!({ "username": "fatou", "password": password })
}

async fn sessions(world: &World) -> i64 {
    let sql = r#"SELECT count(*) FROM "session""#;
    let count: (i64,) = world
        .app
        .unguarded("test")
        .one(platform::db::Statement::raw(sql, vec![]))
        .await
        .unwrap();
    count.0
}

testkit::on_both! {
    async fn a_login_sent_again_is_one_login(world: &World) {
        world.user("fatou", None).await;
        let nobody = world.anonymous();
        let right = login(PASSWORD);
        let replies = join_all((0..20).map(|_| keyed(&nobody, "k1", "auth/", &right))).await;
        assert_eq!(statuses(&replies, 200), 20);
        assert!(replies.iter().all(|reply| reply.json == replies[0].json));
        assert_eq!(replies.iter().filter(|reply| reply.header("idempotency-replayed") == "true").count(), 19);
        assert_eq!(sessions(world).await, 1);
        bearer(world, replies[0].json["access"].as_str().unwrap()).get("users/me/").await.is(200);
        // Another body is another request, and is not looked at.
        keyed(&nobody, "k1", "auth/", &login("not this")).await.refuses(409, "idempotency_key_reused");
        assert_eq!(keyed(&nobody, "k1", "auth/", &login(PASSWORD)).await.is(200), &replies[0].json);
        // Another key is another login, and so is the same one tomorrow.
        assert_ne!(keyed(&nobody, "k2", "auth/", &login(PASSWORD)).await.is(200), &replies[0].json);
        world.pass(SignedDuration::from_hours(24));
        assert_ne!(keyed(&nobody, "k1", "auth/", &login(PASSWORD)).await.is(200), &replies[0].json);
        assert_eq!(sessions(world).await, 3);
    }

    async fn a_refused_login_may_be_tried_again(world: &World) {
        world.user("fatou", None).await;
        let nobody = world.anonymous();
        keyed(&nobody, "k1", "auth/", &login("not this")).await.refuses(401, "not_authenticated");
        keyed(&nobody, "k1", "auth/", &login(PASSWORD)).await.is(200);
        // Failures are counted, with a key as without.
        let replies = join_all((0..10).map(|n| {
            let (nobody, key) = (nobody.clone(), format!("guess{n}"));
            async move { keyed(&nobody, &key, "auth/", &login("not this")).await }
        })).await;
        assert_eq!((statuses(&replies, 401), statuses(&replies, 429)), (5, 5));
    }

    /// Replaying is no way around a session that ended, and nobody else's answer is replayed.
    async fn a_replayed_login_is_worth_what_its_session_is(world: &World) {
        world.user("fatou", None).await;
        let nobody = world.anonymous();
        let first = keyed(&nobody, "k1", "auth/", &login(PASSWORD)).await.is(200).clone();
        let fatou = bearer(world, first["access"].as_str().unwrap());
        fatou.post("auth/logout/", Json::Null).await.is(200);
        let again = keyed(&nobody, "k1", "auth/", &login(PASSWORD)).await;
        assert_eq!(again.is(200), &first);
        fatou.get("users/me/").await.refuses(401, "token_invalid");
        let address: IpAddr = "198.51.100.7".parse().unwrap();
        let elsewhere = |body: Json| {
            let request = nobody.request("POST", "auth/").header("idempotency-key", "k1").from(address);
            async move { request.json(&body).send().await }
        };
        elsewhere(login("not this")).await.refuses(401, "not_authenticated");
        assert_ne!(elsewhere(login(PASSWORD)).await.is(200), &first);
        // The same key for another operation is another key.
        keyed(&nobody, "k1", "auth/refresh/", &json!({ "refresh": first["refresh"] })).await.is(401);
    }

    async fn tokens_that_are_kept_are_sealed(world: &World) {
        world.user("fatou", None).await;
        let reply = keyed(&world.anonymous(), "key-of-fatou", "auth/", &login(PASSWORD)).await;
        reply.is(200);
        let sql = "SELECT sealed, key FROM idempotent_reply";
        let kept: Vec<(Vec<u8>, String)> = world.app.unguarded("test").all(platform::db::Statement::raw(sql, vec![])).await.unwrap();
        assert_eq!(kept.len(), 1);
        assert!(!String::from_utf8_lossy(&kept[0].0).contains("access") && !kept[0].1.contains("fatou"));
    }

    async fn whoever_registers_twice_by_accident_has_one_account(world: &World) {
        let body = json!({ "username": "awa", "password": NEW_PASSWORD });
        let nobody = world.anonymous();
        let replies = join_all((0..10).map(|_| keyed(&nobody, "k1", "register/", &body))).await;
        assert_eq!(statuses(&replies, 201), 10);
        assert!(replies.iter().all(|reply| reply.json == replies[0].json));
        keyed(&nobody, "k2", "register/", &body).await.complains_about("username");
    }

    async fn a_password_is_changed_once(world: &World) {
        let nurse = world.nurse().await;
        let change = json!({ "old_password": PASSWORD, "new_password": NEW_PASSWORD });
        let first = keyed(&nurse, "k1", "auth/password/", &change).await;
        first.is(200);
        let again = keyed(&nurse, "k1", "auth/password/", &change).await;
        assert_eq!((again.is(200), again.header("idempotency-replayed")), (&first.json, "true"));
        keyed(&nurse, "k2", "auth/password/", &change).await.complains_about("old_password");
        sign_in(world, &username(&nurse).await, NEW_PASSWORD).await.is(200);
        // A key is its user's own.
        let other = world.nurse().await;
        keyed(&other, "k1", "auth/password/", &change).await.is(200);
        world.settle().await;
    }

    async fn what_is_told_once_is_told_again_for_two_minutes_and_then_no_more(world: &World) {
        let somebody = world.user("fatou", None).await;
        let reset = format!("users/{somebody}/reset_password/");
        for (path, body, told, status) in [
            ("auth/2fa/setup/", json!({}), "secret", 200),
            ("api-keys/", json!({ "name": "till" }), "key", 201),
            (reset.as_str(), json!({}), "temporary_password", 200),
        ] {
            let caller = &world.admin().await;
            let first = keyed(caller, "k-once", path, &body).await;
            let secret = first.is(status)[told].as_str().unwrap().to_owned();
            // A double click, a line that was cut.
            world.pass(SignedDuration::from_secs(60));
            let again = keyed(caller, "k-once", path, &body).await;
            assert_eq!((again.is(status), again.header("idempotency-replayed")), (&first.json, "true"), "{path}");
            // The form that somebody finds in the browser, and sends once more.
            world.pass(SignedDuration::from_secs(61));
            let late = keyed(caller, "k-once", path, &body).await;
            late.refuses(409, "already_told");
            assert!(!late.text().contains(&secret), "{path}");
            // It is erased then, and the key stays taken.
            world.settle().await;
            keyed(caller, "k-once", path, &body).await.refuses(409, "already_told");
            if path == "api-keys/" {
                let keys = caller.get("api-keys/").await;
                assert_eq!(rows(&keys).len(), 1);
                assert_ne!(rows(&keys)[0]["key"], json!(secret));
            }
        }
        let sql = "SELECT max(length(sealed)) FROM idempotent_reply";
        let (longest,): (i64,) = world.app.unguarded("test").one(platform::db::Statement::raw(sql, vec![])).await.unwrap();
        assert!(longest < 200, "{longest} bytes are left of an answer");
        // Where nothing is told, the answer is the same all day.
        let (admin, given) = (world.admin().await, json!({ "new_password": NEW_PASSWORD }));
        let first = keyed(&admin, "k-given", &reset, &given).await;
        first.is(200);
        world.pass(SignedDuration::from_mins(10));
        let again = keyed(&admin, "k-given", &reset, &given).await;
        assert_eq!((again.is(200), again.header("idempotency-replayed")), (&first.json, "true"));
        world.settle().await;
    }

    async fn what_tells_something_once_says_so(world: &World) {
        let mut found: Vec<String> = world.operations().iter()
            .filter(|operation| operation.method != http::Method::GET)
            .flat_map(|operation| operation.told_once().map(|field| format!("{} {field}", operation.id)).collect::<Vec<_>>())
            .collect();
        found.sort();
        assert_eq!(found, [
            "api_keys_patch key", "api_keys_post key", "api_keys_put key",
            "auth_2fa_confirm_post recovery_codes", "auth_2fa_recovery_codes_post recovery_codes",
            "auth_2fa_setup_post otpauth_url", "auth_2fa_setup_post secret",
            "users_reset_password temporary_password",
        ]);
    }

    async fn a_closed_account_is_asked_nothing_again(world: &World) {
        let (nurse, admin) = (world.nurse().await, world.admin().await);
        let close = json!({ "password": PASSWORD });
        keyed(&nurse, "k1", "account/delete/", &json!({ "password": "not this" })).await.complains_about("password");
        let replies = join_all((0..5).map(|_| keyed(&nurse, "k1", "account/delete/", &close))).await;
        // One closes it; the others come too late to be somebody, or hear the same.
        assert!(replies.iter().any(|reply| reply.status == 200));
        assert!(replies.iter().all(|reply| [200, 401].contains(&reply.status.as_u16())), "{:?}", replies.iter().map(Reply::text).collect::<Vec<_>>());
        keyed(&nurse, "k1", "account/delete/", &close).await.is(401);
        let audit = admin.get(&format!("audit_logs/?object_type=User&object_id={}&action=edit", nurse.id)).await;
        assert_eq!(rows(&audit).len(), 1);
    }

    async fn one_reset_mail_for_one_key(world: &World) {
        world.user("fatou", None).await;
        let ask = json!({ "email": "fatou" });
        for _ in 0..3 {
            keyed(&world.anonymous(), "k1", "auth/password-reset/", &ask).await.is(200);
        }
        world.settle().await;
        assert_eq!(world.mails().len(), 1);
    }

    async fn a_key_must_be_one(world: &World) {
        for bad in ["", " ", &"x".repeat(256)] {
            keyed(&world.anonymous(), bad, "auth/", &login(PASSWORD)).await.refuses(400, "invalid");
        }
    }
}
