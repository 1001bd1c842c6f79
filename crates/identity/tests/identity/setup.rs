//! `setup/`: the first administrator.

use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::json;
use testkit::{Reply, World};

use crate::support::{NEW_PASSWORD, sign_in, statuses};

async fn token(world: &World) -> Option<String> {
    let link = identity::setup_link(&world.app).await.unwrap()?;
    Some(link.split("token=").nth(1).unwrap().to_owned())
}

async fn set_up(world: &World, token: &str, username: &str, password: &str) -> Reply {
    let body = json!({ "token": token, "username": username, "password": password });
    world.anonymous().post("setup/", body).await
}

testkit::on_both! {
    async fn the_link_makes_one_administrator(world: &World) {
        let token = token(world).await.unwrap();
        set_up(world, "x", "amie", NEW_PASSWORD).await.refuses(401, "token_invalid");
        set_up(world, &token, "amie", "short").await.complains_about("password");
        set_up(world, &token, "a b", NEW_PASSWORD).await.complains_about("username");
        set_up(world, &token, "amie", NEW_PASSWORD).await.is(201);
        set_up(world, &token, "second", NEW_PASSWORD).await.refuses(401, "token_invalid");
        let amie = world.sign_in("amie", NEW_PASSWORD).await;
        let me = amie.get("users/me/").await.is(200).clone();
        assert_eq!((&me["role"]["name"], &me["is_superuser"]), (&json!("Admin"), &json!(true)));
        assert_eq!(identity::setup_link(&world.app).await.unwrap(), None);
        amie.post("users/", json!({ "username": "second", "password": NEW_PASSWORD })).await.is(201);
    }

    async fn of_twenty_at_once_one_succeeds(world: &World) {
        let token = token(world).await.unwrap();
        let names: Vec<String> = (0..20).map(|n| format!("admin{n}")).collect();
        let replies = join_all(names.iter().map(|name| set_up(world, &token, name, NEW_PASSWORD))).await;
        assert_eq!((statuses(&replies, 201), statuses(&replies, 401)), (1, 19));
        let mut signed_in = 0;
        for name in &names {
            signed_in += i32::from(sign_in(world, name, NEW_PASSWORD).await.status == 200);
        }
        assert_eq!(signed_in, 1);
    }

    async fn the_link_expires(world: &World) {
        let token = token(world).await.unwrap();
        world.pass(SignedDuration::from_hours(24));
        set_up(world, &token, "amie", NEW_PASSWORD).await.is(401);
    }

    /// Anybody may register; that must not keep the hospital from being set up.
    async fn somebody_who_registers_first_takes_nothing_over(world: &World) {
        let before = token(world).await.unwrap();
        let body = json!({ "username": "early", "password": NEW_PASSWORD });
        world.anonymous().post("register/", body).await.is(201);
        let again = token(world).await;
        assert!(again.is_some());
        set_up(world, &before, "early", NEW_PASSWORD).await.complains_about("username");
        set_up(world, &before, "amie", NEW_PASSWORD).await.is(201);
        set_up(world, &again.unwrap(), "second", NEW_PASSWORD).await.is(401);
    }
}
