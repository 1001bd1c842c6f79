//! `auth/`: signing in, refreshing, signing out.

use futures_util::future::join_all;
use jiff::SignedDuration;
use kernel::BuiltinRole;
use serde_json::{Value as Json, json};
use testkit::PASSWORD;

use crate::support::{NEW_PASSWORD, bearer, challenge, sign_in, statuses, with_factor};

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

    async fn signing_out_ends_that_session_and_no_other(world: &World) {
        world.user("fatou", None).await;
        let other = sign_in(world, "fatou", PASSWORD).await.json["refresh"].clone();
        let here = sign_in(world, "fatou", PASSWORD).await.json.clone();
        let caller = bearer(world, here["access"].as_str().unwrap());
        caller.post("auth/logout/", Json::Null).await.is(200);
        caller.get("users/me/").await.refuses(401, "token_invalid");
        let refresh = |token: &Json| {
            let caller = world.anonymous();
            let body = json!({ "refresh": token });
            async move { caller.post("auth/refresh/", body).await }
        };
        refresh(&here["refresh"]).await.refuses(401, "token_invalid");
        refresh(&other).await.is(200);
        let audit = world.audit_of("User").await;
        assert!(audit.iter().any(|row| row.action.as_str() == "logout" && &*row.username == "fatou"));
    }

    async fn a_token_is_good_for_its_own_purpose_only(world: &World) {
        world.user("fatou", None).await;
        let pair = sign_in(world, "fatou", PASSWORD).await.json.clone();
        let (access, refresh) = (pair["access"].as_str().unwrap(), pair["refresh"].as_str().unwrap());
        bearer(world, refresh).get("users/me/").await.refuses(401, "token_invalid");
        let nobody = world.anonymous();
        nobody.post("auth/refresh/", json!({ "refresh": access })).await.refuses(401, "token_invalid");
        nobody.post("auth/2fa/", json!({ "challenge": access, "code": "123456" })).await.refuses(401, "token_invalid");
        nobody.post("auth/password-reset/confirm/", json!({ "token": access, "new_password": NEW_PASSWORD })).await.complains_about("token");
        nobody.post("setup/", json!({ "token": access, "username": "x", "password": NEW_PASSWORD })).await.is(401);
        // The factor's challenge opens nothing by itself.
        let (user, _, _) = with_factor(world).await;
        let challenge = challenge(world, &user).await;
        bearer(world, &challenge).get("users/me/").await.refuses(401, "token_invalid");
        nobody.post("auth/refresh/", json!({ "refresh": challenge })).await.refuses(401, "token_invalid");
        world.settle().await;
    }

    async fn forged_tokens_are_refused(world: &World) {
        world.user("fatou", None).await;
        let access = sign_in(world, "fatou", PASSWORD).await.json["access"].as_str().unwrap().to_owned();
        let parts: Vec<&str> = access.split('.').collect();
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
        let rs256 = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9";
        for forged in [
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            format!("{rs256}.{}.{}", parts[1], parts[2]),
            format!("{}.{}.{}", parts[0], parts[1], &parts[2][..20]),
            format!("{}.{}", parts[0], parts[1]),
            "x".repeat(10_000),
            String::new(),
        ] {
            bearer(world, &forged).get("users/me/").await.is(401);
        }
    }

    async fn access_and_refresh_tokens_expire(world: &World) {
        world.user("fatou", None).await;
        let pair = sign_in(world, "fatou", PASSWORD).await.json.clone();
        let caller = bearer(world, pair["access"].as_str().unwrap());
        world.pass(SignedDuration::from_mins(29));
        caller.get("users/me/").await.is(200);
        world.pass(SignedDuration::from_mins(1));
        caller.get("users/me/").await.refuses(401, "token_expired");
        let body = json!({ "refresh": pair["refresh"] });
        let renewed = world.anonymous().post("auth/refresh/", body.clone()).await;
        let renewed = bearer(world, renewed.is(200)["access"].as_str().unwrap());
        renewed.get("users/me/").await.is(200);
        world.pass(SignedDuration::from_hours(14 * 24));
        world.anonymous().post("auth/refresh/", body).await.refuses(401, "token_expired");
    }

    /// Argon2 dominates what a login costs; whoever the name belongs to, it is run once.
    async fn every_refused_login_costs_the_same_work(world: &World) {
        world.user("fatou", None).await;
        let admin = world.admin().await;
        let invited = admin.post("users/", json!({ "username": "invited", "email": "invited@hospital.example" })).await;
        invited.is(201);
        let gone = world.user("gone", None).await;
        admin.post(&format!("users/{gone}/deactivate/"), Json::Null).await.is(200);
        let hasher = identity::state::Identity::of(&world.app).unwrap().hasher().clone();
        let mut texts = Vec::new();
        for name in ["fatou", "nobody", "nobody@hospital.example", "invited", "gone", "a b", "😀"] {
            let before = hasher.verifications();
            let refused = sign_in(world, name, "not this").await;
            refused.refuses(401, "not_authenticated");
            assert_eq!(hasher.verifications() - before, 1, "{name}");
            texts.push(refused.text());
        }
        texts.dedup();
        assert_eq!(texts.len(), 1, "{texts:?}");
        world.settle().await;
    }
}
