//! How guessing is slowed down: growing waits for an account from an address, and for nobody else.

use std::net::IpAddr;

use futures_util::future::join_all;
use jiff::SignedDuration;
use kernel::BuiltinRole;
use serde_json::json;
use testkit::{PASSWORD, Reply, World};

use crate::support::{answer, challenge, rows, sign_in, statuses, with_factor};

async fn sign_in_from(world: &World, address: &str, username: &str, password: &str) -> Reply {
    let address: IpAddr = address.parse().unwrap();
    let body = json!({ "username": username, "password": password });
    let request = world.anonymous().request("POST", "auth/").from(address);
    request.json(&body).send().await
}

fn wait(reply: &Reply) -> i64 {
    reply.refuses(429, "locked_out");
    reply.header("retry-after").parse().unwrap()
}

testkit::on_both! {
    async fn parallel_guesses_are_all_counted(world: &World) {
        world.user("fatou", None).await;
        let replies = join_all((0..30).map(|_| sign_in(world, "fatou", "not this"))).await;
        assert_eq!((statuses(&replies, 401), statuses(&replies, 429)), (5, 25));
        let locked = sign_in(world, "fatou", PASSWORD).await;
        assert!(wait(&locked) <= 30);
        world.pass(SignedDuration::from_secs(31));
        sign_in(world, "fatou", PASSWORD).await.is(200);
    }

    async fn waits_grow_until_the_right_password_ends_them(world: &World) {
        world.user("fatou", None).await;
        for _ in 0..4 {
            sign_in(world, "fatou", "not this").await.is(401);
        }
        for expected in [30, 60, 120, 240, 480, 900, 900] {
            sign_in(world, "fatou", "not this").await.is(401);
            // Also by the other name of the account, and with the right password.
            assert_eq!(wait(&sign_in(world, "fatou@hospital.example", PASSWORD).await), expected);
            world.pass(SignedDuration::from_secs(expected));
        }
        sign_in(world, "fatou", PASSWORD).await.is(200);
        sign_in(world, "fatou", "not this").await.is(401);
        sign_in(world, "fatou", PASSWORD).await.is(200);
    }

    async fn nobody_else_is_locked_out(world: &World) {
        world.user("fatou", None).await;
        world.user("lamin", None).await;
        for _ in 0..5 {
            sign_in_from(world, "198.51.100.7", "fatou", "not this").await.is(401);
        }
        sign_in_from(world, "198.51.100.7", "fatou", PASSWORD).await.refuses(429, "locked_out");
        // Not the account's owner at their own desk, and not somebody else at the same address.
        sign_in_from(world, "192.0.2.20", "fatou", PASSWORD).await.is(200);
        sign_in_from(world, "198.51.100.7", "lamin", PASSWORD).await.is(200);
        // Logging in elsewhere does not free the guesser.
        sign_in_from(world, "198.51.100.7", "fatou", PASSWORD).await.refuses(429, "locked_out");
        // An IPv6 customer has a whole network to walk through.
        for last in 1..=5 {
            sign_in_from(world, &format!("2001:db8:7::{last}"), "lamin", "not this").await.is(401);
        }
        sign_in_from(world, "2001:db8:7::99", "lamin", PASSWORD).await.refuses(429, "locked_out");
        sign_in_from(world, "2001:db8:8::1", "lamin", PASSWORD).await.is(200);
    }

    async fn names_that_nobody_has_are_counted_alike(world: &World) {
        for _ in 0..5 {
            sign_in(world, "nobody", "not this").await.is(401);
        }
        assert_eq!(wait(&sign_in(world, "NOBODY", "not this").await), 30);
        sign_in(world, "somebody", "not this").await.is(401);
    }

    async fn second_factors_are_guarded_from_every_address_together(world: &World) {
        let (user, _, _) = with_factor(world).await;
        let challenge = challenge(world, &user).await;
        for _ in 0..5 {
            answer(world, &challenge, "000000").await.refuses(401, "not_authenticated");
        }
        answer(world, &challenge, "000000").await.refuses(429, "locked_out");
        // Whoever knows the password and has many addresses does not get a million guesses.
        let (mut refused, mut last) = (0, None);
        for n in 0..60 {
            let address: IpAddr = format!("198.51.100.{n}").parse().unwrap();
            let body = json!({ "challenge": challenge, "code": "000000" });
            let reply = world.anonymous().request("POST", "auth/2fa/").from(address).json(&body).send().await;
            refused += i32::from(reply.status == 429);
            last = Some(reply);
        }
        assert_eq!(refused, 15, "fifty guesses in all");
        assert!(wait(&last.unwrap()) <= 60);
        world.settle().await;
    }

    async fn one_account_guessed_at_from_everywhere_slows_down_and_its_owner_is_told(world: &World) {
        world.user("fatou", None).await;
        sign_in_from(world, "192.0.2.20", "fatou", PASSWORD).await.is(200);
        let (mut tried, mut refused) = (0, 0);
        for n in 0..300 {
            let address = format!("198.51.{}.{}", 100 + n / 200, n % 200);
            let reply = sign_in_from(world, &address, "fatou", "not this").await;
            tried += i32::from(reply.status == 401);
            refused += i32::from(reply.status == 429);
        }
        assert_eq!((tried, refused), (50, 250));
        // Never the owner, where they were before.
        sign_in_from(world, "192.0.2.20", "fatou", PASSWORD).await.is(200);
        let elsewhere = sign_in_from(world, "203.0.113.5", "fatou", PASSWORD).await;
        assert!(wait(&elsewhere) <= 120);
        world.pass(SignedDuration::from_mins(2));
        sign_in_from(world, "203.0.113.5", "fatou", PASSWORD).await.is(200);
        world.settle().await;
        let mails = world.mails();
        assert_eq!(mails.len(), 1, "once a day");
        assert!(mails[0].subject.starts_with("Many failed attempts"), "{}", mails[0].subject);
        // A name that nobody has is no different.
        for n in 0..51 {
            let reply = sign_in_from(world, &format!("198.18.0.{n}"), "nobody-here", "not this").await;
            assert_eq!(reply.status, if n < 50 { 401 } else { 429 }, "{n}");
        }
    }

    async fn every_attempt_is_on_record(world: &World) {
        let id = world.user("fatou", Some(BuiltinRole::Nurse)).await;
        for _ in 0..5 {
            sign_in(world, "fatou", "not this").await.is(401);
        }
        sign_in(world, "fatou", "not this").await.is(429);
        sign_in(world, "nobody", "not this").await.is(401);
        world.pass(SignedDuration::from_secs(60));
        let fatou = world.sign_in("fatou", PASSWORD).await;
        let seen = fatou.get("login-activity/").await;
        let seen: Vec<&str> = rows(&seen).iter().map(|row| row["status"].as_str().unwrap()).collect();
        assert_eq!(seen, ["success", "locked", "failed", "failed", "failed", "failed", "failed"]);
        let admin = world.admin().await;
        assert!(rows(&admin.get("login-activity/?status=failed").await).is_empty(), "one's own");
        let all = admin.get("login-activity/?status=failed&all=true").await;
        assert_eq!(rows(&all).len(), 6);
        assert_eq!(rows(&all)[0]["user"], json!(null), "nobody's");
        let hers = admin.get(&format!("login-activity/?user={id}&status__in=success,locked")).await;
        assert_eq!(rows(&hers).len(), 2);
        let audit = world.audit_of("User").await;
        let logins = audit.iter().filter(|row| row.action.as_str() == "login" && row.object_id == Some(id));
        assert_eq!(logins.count(), 7);
    }
}
