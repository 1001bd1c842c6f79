//! `auth/password/`, `auth/password-reset/…` and `auth/accept-invitation/`.

use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::json;
use testkit::{PASSWORD, Reply, World};

use crate::support::{NEW_PASSWORD, link, rows, sign_in, statuses, username};

async fn ask(world: &World, login: &str) -> Reply {
    let body = json!({ "email": login });
    world.anonymous().post("auth/password-reset/", body).await
}

async fn confirm(world: &World, token: &str, password: &str) -> Reply {
    let body = json!({ "token": token, "new_password": password });
    world
        .anonymous()
        .post("auth/password-reset/confirm/", body)
        .await
}

/// The token that the newest e-mail brings.
async fn mailed(world: &World) -> String {
    world.settle().await;
    link(world.mails().last().unwrap())
}

testkit::on_both! {
    async fn a_change_needs_the_old_password_and_ends_the_other_sessions(world: &World) {
        let here = world.nurse().await;
        let name = username(&here).await;
        let elsewhere = world.sign_in(&name, PASSWORD).await;
        let change = |old: &str, new: &str| here.post("auth/password/", json!({ "old_password": old, "new_password": new }));
        change("not this", NEW_PASSWORD).await.complains_about("old_password");
        change(PASSWORD, "short").await.complains_about("new_password");
        change(PASSWORD, &name).await.complains_about("new_password");
        change(PASSWORD, "").await.complains_about("new_password");
        change(PASSWORD, NEW_PASSWORD).await.is(200);
        here.get("users/me/").await.is(200);
        elsewhere.get("users/me/").await.refuses(401, "token_invalid");
        sign_in(world, &name, PASSWORD).await.is(401);
        sign_in(world, &name, NEW_PASSWORD).await.is(200);
        let audit = world.audit_of("User").await;
        let changed = audit.iter().find(|row| row.action.as_str() == "edit").unwrap();
        let details = changed.details.open().0.to_string();
        assert!(details.contains("password_hash") && !details.contains("argon2"), "{details}");
        world.settle().await;
    }

    async fn guessing_the_old_password_is_slowed_down(world: &World) {
        let here = world.nurse().await;
        let change = json!({ "old_password": "not this", "new_password": NEW_PASSWORD });
        let replies = join_all((0..8).map(|_| here.post("auth/password/", change.clone()))).await;
        assert_eq!((statuses(&replies, 400), statuses(&replies, 429)), (5, 3));
    }

    async fn a_reset_link_works_once_and_ends_every_session(world: &World) {
        world.user("fatou", None).await;
        let old = world.sign_in("fatou", PASSWORD).await;
        ask(world, "Fatou@Hospital.Example").await.is(200);
        let token = mailed(world).await;
        confirm(world, &token, "short").await.complains_about("new_password");
        let replies = join_all((0..20).map(|n| {
            let password = format!("{NEW_PASSWORD}{n}");
            let token = token.clone();
            async move { confirm(world, &token, &password).await }
        })).await;
        assert_eq!((statuses(&replies, 200), statuses(&replies, 400)), (1, 19));
        confirm(world, &token, NEW_PASSWORD).await.complains_about("token");
        old.get("users/me/").await.refuses(401, "token_invalid");
        sign_in(world, "fatou", PASSWORD).await.is(401);
        let taken = replies.iter().position(|reply| reply.status == 200).unwrap();
        sign_in(world, "fatou", &format!("{NEW_PASSWORD}{taken}")).await.is(200);
        world.settle().await;
    }

    async fn a_link_ends_with_time_with_the_next_one_used_and_with_the_address(world: &World) {
        let id = world.user("fatou", None).await;
        ask(world, "fatou").await.is(200);
        let first = mailed(world).await;
        world.pass(SignedDuration::from_hours(1));
        confirm(world, &first, NEW_PASSWORD).await.complains_about("token");
        ask(world, "fatou").await.is(200);
        let second = mailed(world).await;
        ask(world, "fatou").await.is(200);
        let third = mailed(world).await;
        confirm(world, &third, NEW_PASSWORD).await.is(200);
        world.settle().await;
        confirm(world, &second, NEW_PASSWORD).await.complains_about("token");
        ask(world, "fatou").await.is(200);
        let fourth = mailed(world).await;
        let admin = world.admin().await;
        admin.patch(&format!("users/{id}/"), json!({ "email": "other@hospital.example" })).await.is(200);
        confirm(world, &fourth, NEW_PASSWORD).await.complains_about("token");
        for bad in ["", "x", "a.b.c", &fourth[..fourth.len() - 2]] {
            confirm(world, bad, NEW_PASSWORD).await.complains_about("token");
        }
    }

    async fn whether_an_address_has_an_account_does_not_show(world: &World) {
        world.user("fatou", None).await;
        let gone = world.user("gone", None).await;
        let admin = world.admin().await;
        admin.post(&format!("users/{gone}/deactivate/"), json!(null)).await.is(200);
        let known = ask(world, "fatou@hospital.example").await;
        for login in ["nobody@hospital.example", "gone@hospital.example", "nobody", "no address at all"] {
            let reply = ask(world, login).await;
            assert_eq!((reply.status, &reply.json), (known.status, &known.json), "{login}");
        }
        world.settle().await;
        assert_eq!(world.mails().len(), 1, "nothing to strangers and closed accounts");
    }

    async fn nobodys_mailbox_is_filled(world: &World) {
        world.user("fatou", None).await;
        for _ in 0..12 {
            ask(world, "fatou").await.is(200);
        }
        world.settle().await;
        assert_eq!(world.mails().len(), 5);
        for _ in 0..8 {
            ask(world, "somebody").await.is(200);
        }
        ask(world, "somebody").await.refuses(429, "rate_limited");
        world.settle().await;
    }

    async fn an_invitation_brings_the_first_password(world: &World) {
        let admin = world.admin().await;
        admin.post("users/", json!({ "username": "lamin" })).await.complains_about("password");
        let user = admin.post("users/", json!({ "username": "lamin", "email": "lamin@hospital.example", "role": 2, "language_preference": "fr" })).await;
        user.is(201);
        let token = mailed(world).await;
        let mail = world.mails().last().unwrap().clone();
        assert!(mail.to.contains("lamin@hospital.example") && mail.body.contains("lamin"));
        sign_in(world, "lamin", "").await.is(400);
        sign_in(world, "lamin", NEW_PASSWORD).await.is(401);
        // A link is for what it was sent for.
        confirm(world, &token, NEW_PASSWORD).await.complains_about("token");
        let accept = |password: &str| {
            let body = json!({ "token": token, "new_password": password });
            let nobody = world.anonymous();
            async move { nobody.post("auth/accept-invitation/", body).await }
        };
        accept("lamin@hospital.example").await.complains_about("new_password");
        accept(NEW_PASSWORD).await.is(200);
        accept("Another quiet river 8").await.complains_about("token");
        let lamin = world.sign_in("lamin", NEW_PASSWORD).await;
        assert_eq!(lamin.get("users/me/").await.is(200)["role"]["name"], "Doctor");
        assert_eq!(rows(&lamin.get("sessions/").await).len(), 1);

        admin.post("users/", json!({ "username": "isatou", "email": "isatou@hospital.example" })).await.is(201);
        let late = mailed(world).await;
        world.pass(SignedDuration::from_hours(7 * 24));
        let body = json!({ "token": late, "new_password": NEW_PASSWORD });
        world.anonymous().post("auth/accept-invitation/", body).await.complains_about("token");
    }
}
