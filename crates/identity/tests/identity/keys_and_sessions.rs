//! `api-keys/`, `sessions/` and `login-activity/`.

use serde_json::{Value as Json, json};
use testkit::{PASSWORD, Reply, World};

use crate::support::{NEW_PASSWORD, rows, username};

async fn by_key(world: &World, key: &str, method: &str, path: &str, body: &Json) -> Reply {
    let request = world
        .anonymous()
        .request(method, path)
        .header("authorization", &format!("Api-Key {key}"));
    if method == "GET" {
        request.send().await
    } else {
        request.json(body).send().await
    }
}

testkit::on_both! {
    async fn a_key_acts_with_its_owners_rights(world: &World) {
        let (admin, nurse) = (world.admin().await, world.nurse().await);
        let made = nurse.post("api-keys/", json!({ "name": "Scale", "user": admin.id, "is_superuser": true })).await;
        let key = made.is(201)["key"].as_str().unwrap().to_owned();
        assert_eq!((&made.json["user"], made.header("location")), (&json!(nurse.id), &*format!("/api/api-keys/{}/", made.id())));
        let reads = |path: &'static str| { let key = key.clone(); async move { by_key(world, &key, "GET", path, &Json::Null).await } };
        assert_eq!(reads("users/me/").await.is(200)["id"], nurse.id);
        reads("patients/").await.is(200);
        by_key(world, &key, "POST", "users/", &json!({ "username": "x" })).await.is(403);
        // The owner's rights as they are now.
        admin.patch(&format!("users/{}/", nurse.id), json!({ "role": 1 })).await.is(200);
        assert!(rows(&reads("audit_logs/").await).len() > 1);
        admin.patch(&format!("users/{}/", nurse.id), json!({ "role": null })).await.is(200);
        assert!(rows(&reads("patients/").await).is_empty());
        admin.post(&format!("users/{}/deactivate/", nurse.id), Json::Null).await.is(200);
        reads("users/me/").await.is(401);
        admin.post(&format!("users/{}/activate/", nurse.id), Json::Null).await.is(200);
        reads("users/me/").await.is(200);
        world.settle().await;
    }

    async fn a_key_does_not_switch_another_on(world: &World) {
        let nurse = world.nurse().await;
        let made = nurse.post("api-keys/", json!({ "name": "Scale" })).await;
        let other = nurse.post("api-keys/", json!({ "name": "Printer" })).await;
        let key = made.is(201)["key"].as_str().unwrap().to_owned();
        let path = format!("api-keys/{}/", other.id());
        let switch = |on: bool| json!({ "is_active": on });
        by_key(world, &key, "PATCH", &path, &switch(false)).await.is(200);
        by_key(world, &key, "PATCH", &path, &switch(true)).await.refuses(403, "permission_denied");
        nurse.patch(&path, switch(true)).await.is(200);
        world.settle().await;
    }

    async fn a_key_is_shown_once_and_revoked_at_once(world: &World) {
        let nurse = world.nurse().await;
        let made = nurse.post("api-keys/", json!({ "name": "Scale" })).await;
        let key = made.is(201)["key"].as_str().unwrap().to_owned();
        let path = format!("api-keys/{}/", made.id());
        let masked = format!("********{}", &key[key.len() - 6..]);
        assert_eq!(nurse.get(&path).await.is(200)["key"], masked);
        assert_eq!(rows(&nurse.get("api-keys/").await)[0]["key"], masked);
        assert_eq!(nurse.patch(&path, json!({ "name": "Old scale", "key": "chk_mine" })).await.is(200)["key"], masked);
        let stored: Vec<(String, String)> = world.app.unguarded("test")
            .all(platform::db::Statement::raw("SELECT hash, masked FROM api_key", vec![])).await.unwrap();
        assert!(stored.iter().all(|(hash, masked)| !hash.contains(&key[4..]) && masked.len() < 16));
        let works = || async { by_key(world, &key, "GET", "users/me/", &Json::Null).await.status.as_u16() };
        assert_eq!(works().await, 200);
        // Nobody else's to see or end, not even an administrator's.
        for other in [world.admin().await, world.nurse().await] {
            other.get(&path).await.is(404);
            other.delete(&path).await.is(404);
            assert!(rows(&other.get("api-keys/").await).is_empty());
        }
        nurse.patch(&path, json!({ "is_active": false })).await.is(200);
        assert_eq!(works().await, 401);
        nurse.patch(&path, json!({ "is_active": true })).await.is(200);
        assert_eq!(works().await, 200);
        nurse.delete(&path).await.is(204);
        assert_eq!(works().await, 401);
        for bad in ["", "chk_", "x", &key.to_uppercase(), &format!("{key}0"), "chk_0000000000000000000000000000000000000000000000000000"] {
            by_key(world, bad, "GET", "users/me/", &Json::Null).await.is(401);
        }
        let audit = world.audit_of("ApiKey").await;
        assert!(audit.iter().all(|row| !row.details.open().0.to_string().contains(&key[4..])));
        world.settle().await;
    }

    /// A key that leaks can be revoked; it must not have made itself a way to stay.
    async fn a_key_makes_no_other_way_in(world: &World) {
        let nurse = world.nurse().await;
        let other = world.user("other", None).await;
        let key = nurse.post("api-keys/", json!({ "name": "Scale" })).await.is(201)["key"].as_str().unwrap().to_owned();
        for (method, path, body) in [
            ("POST", "auth/password/", json!({ "old_password": PASSWORD, "new_password": NEW_PASSWORD })),
            ("PATCH", "users/me/", json!({ "password": NEW_PASSWORD })),
            ("PATCH", "users/me/", json!({ "email": "thief@elsewhere.example" })),
            ("PATCH", "profile/", json!({ "email": "thief@elsewhere.example" })),
            ("POST", "api-keys/", json!({ "name": "Another" })),
            ("POST", "auth/2fa/setup/", Json::Null),
            ("POST", "auth/logout/", Json::Null),
            ("POST", "delegateaccess/", json!({ "delegate": other, "can_act_as_user": true })),
            ("POST", "account/delete/", json!({ "password": PASSWORD })),
        ] {
            let reply = by_key(world, &key, method, path, &body).await;
            assert_eq!(reply.status.as_u16(), 403, "{method} {path}: {}", reply.text());
        }
        by_key(world, &key, "PATCH", "users/me/", &json!({ "first_name": "Binta" })).await.is(200);
        world.settle().await;
    }

    async fn the_last_use_is_noted(world: &World) {
        let nurse = world.nurse().await;
        let made = nurse.post("api-keys/", json!({ "name": "Scale" })).await;
        let key = made.is(201)["key"].as_str().unwrap().to_owned();
        assert_eq!(made.json["last_used_at"], Json::Null);
        by_key(world, &key, "GET", "users/me/", &Json::Null).await.is(200);
        let path = format!("api-keys/{}/", made.id());
        let mut seen = Json::Null;
        for _ in 0..200 {
            seen = nurse.get(&path).await.is(200)["last_used_at"].clone();
            if !seen.is_null() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(seen, testkit::MORNING);
        world.settle().await;
    }

    async fn sessions_are_listed_and_end_at_once(world: &World) {
        let nurse = world.nurse().await;
        let name = username(&nurse).await;
        let other = world.sign_in(&name, PASSWORD).await;
        let listed = nurse.get("sessions/").await;
        assert_eq!(rows(&listed).len(), 2);
        let (newest, oldest) = (&rows(&listed)[0], &rows(&listed)[1]);
        assert_eq!((&newest["user"], &newest["is_current"], &oldest["is_current"]), (&json!(name), &json!(false), &json!(true)));
        assert_eq!(newest["expire_date"], "2026-12-07T08:00:00Z");
        let path = |row: &Json| format!("sessions/{}/revoke/", row["session_key"].as_str().unwrap());
        // Another's session does not exist for one.
        let stranger = world.doctor().await;
        stranger.post(&path(newest), Json::Null).await.is(404);
        stranger.post("sessions/x/revoke/", Json::Null).await.is(404);
        stranger.post("sessions/00000000-0000-0000-0000-000000000000/revoke/", Json::Null).await.is(404);
        assert_eq!(rows(&stranger.get("sessions/").await).len(), 1);
        nurse.post(&path(newest), Json::Null).await.is(200);
        other.get("users/me/").await.refuses(401, "token_invalid");
        nurse.post(&path(newest), Json::Null).await.is(404);
        assert_eq!(rows(&nurse.get("sessions/").await).len(), 1);
        let admin = world.admin().await;
        assert_eq!(rows(&admin.get("sessions/").await).len(), 3);
        let hers = admin.get(&format!("sessions/?user={}", nurse.id)).await;
        let by_number = format!("sessions/{}/revoke/", rows(&hers)[0]["id"]);
        admin.post(&by_number, Json::Null).await.is(200);
        nurse.get("users/me/").await.is(401);
        let audit = world.audit_of("Session").await;
        let ended: Vec<_> = audit.iter().filter(|row| row.action.as_str() == "session_revoke").map(|row| row.user).collect();
        assert_eq!(ended, [Some(nurse.id), Some(admin.id)]);
    }

    async fn login_activity_is_ones_own_and_read_only(world: &World) {
        let (nurse, doctor) = (world.nurse().await, world.doctor().await);
        let own = nurse.get("login-activity/").await;
        assert_eq!(rows(&own).len(), 1);
        assert_eq!((&rows(&own)[0]["status"], &rows(&own)[0]["user"]), (&json!("success"), &json!(nurse.id)));
        let path = format!("login-activity/{}/", rows(&own)[0]["id"]);
        doctor.get(&path).await.is(404);
        assert!(rows(&doctor.get(&format!("login-activity/?user={}", nurse.id)).await).is_empty());
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            world.admin().await.request(method, &path).json(&json!({})).send().await.refuses(405, "method_not_allowed");
        }
    }
}
