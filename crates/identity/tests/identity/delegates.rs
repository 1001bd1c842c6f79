//! `delegateaccess/`, and `X-Act-As`: what a delegate does in somebody's name.

use futures_util::future::join_all;
use kernel::BuiltinRole;
use serde_json::{Value as Json, json};
use testkit::{Caller, PASSWORD, Reply, World};

use crate::support::{NEW_PASSWORD, rows, sign_in, statuses, username};

async fn let_act(user: &Caller, delegate: i64) -> Reply {
    let body = json!({ "delegate": delegate, "can_act_as_user": true });
    let reply = user.post("delegateaccess/", body).await;
    reply.is(201);
    reply
}

async fn acting(delegate: &Caller, user: &str, method: &str, path: &str, body: &Json) -> Reply {
    let request = delegate.request(method, path).header("x-act-as", user);
    if method == "GET" {
        request.send().await
    } else {
        request.json(body).send().await
    }
}

async fn reads_as(delegate: &Caller, user: i64, path: &str) -> Reply {
    acting(delegate, &user.to_string(), "GET", path, &Json::Null).await
}

fn awa() -> Json {
    json!({ "first_name": "Awa", "last_name": "Jallow", "date_of_birth": "1990-01-01", "gender": "Female" })
}

/// What decides who may do what, by the names of its permissions.
const IN_PERSON: &[&str] = &[
    "users",
    "roles",
    "sessions",
    "api-keys",
    "delegateaccess",
    "role-change-requests",
    "organizations",
    "organization-memberships",
];

/// An administrator and a nurse who may act as that administrator.
async fn admins_delegate(world: &World) -> (Caller, Caller) {
    let (admin, nurse) = (world.admin().await, world.nurse().await);
    let_act(&admin, nurse.id).await;
    (admin, nurse)
}

#[test]
fn who_may_do_what_is_decided_in_person() {
    let registry = platform::module::Registry::new(vec![identity::module()]);
    let mut seen = std::collections::BTreeSet::new();
    for name in registry.permissions.keys() {
        let (resource, verb) = name.split_once(':').unwrap();
        let decides = IN_PERSON.contains(&resource) && verb != "read";
        assert_eq!(registry.delegable(name), !decides, "{name}");
        seen.insert(resource);
    }
    assert!(IN_PERSON.iter().all(|resource| seen.contains(resource)));
    assert!(!registry.delegable("patients:no_such_verb"));
}

testkit::on_both! {
    async fn an_admin_sees_their_own_delegations_until_they_ask_for_others(world: &World) {
        let (doctor, clerk, admin) = (world.doctor().await, world.receptionist().await, world.admin().await);
        doctor.post("delegateaccess/", json!({ "delegate": clerk.id, "can_view_data": true })).await.is(201);
        assert!(rows(&admin.get("delegateaccess/").await).is_empty());
        assert_eq!(rows(&admin.get("delegateaccess/?all=true").await).len(), 1);
        assert_eq!(rows(&admin.get(&format!("delegateaccess/?user={}", doctor.id)).await).len(), 1);
        assert_eq!(rows(&doctor.get("delegateaccess/").await).len(), 1);
        assert_eq!(rows(&clerk.get("delegateaccess/").await).len(), 1);
        admin.get("delegateaccess/?all=perhaps").await.complains_about("all");
    }

    async fn a_delegate_is_not_shown_what_the_user_asked_for(world: &World) {
        // Given a user who began to set up a second factor, and sent a key with it.
        let (doctor, clerk) = (world.doctor().await, world.caller(Some(BuiltinRole::Cashier)).await);
        let_act(&doctor, clerk.id).await;
        let setup = |caller: &Caller| {
            let request = caller.request("POST", "auth/2fa/setup/").header("idempotency-key", "setup-1");
            request.json(&json!({}))
        };
        let secret = setup(&doctor).send().await.is(200).clone();
        assert_eq!(setup(&doctor).send().await.is(200), &secret);
        // Then the same key is another one when somebody acts for them.
        let user = doctor.id.to_string();
        setup(&clerk).header("x-act-as", &user).send().await.refuses(403, "permission_denied");
    }

    async fn a_delegate_acts_as_the_user_and_both_names_are_audited(world: &World) {
        let doctor = world.doctor().await;
        let clerk = world.caller(Some(BuiltinRole::Cashier)).await;
        let_act(&doctor, clerk.id).await;
        let me = reads_as(&clerk, doctor.id, "users/me/").await;
        assert_eq!(me.is(200)["id"], doctor.id);
        clerk.post("patients/", awa()).await.refuses(403, "permission_denied");
        let made = acting(&clerk, &doctor.id.to_string(), "POST", "patients/", &awa()).await;
        made.is(201);
        let audit = world.audit_of("Patient").await;
        let row = audit.iter().find(|row| row.action.as_str() == "create").unwrap();
        assert_eq!((row.user, row.acting_user), (Some(doctor.id), Some(clerk.id)));
        let (doctor_name, clerk_name) = (username(&doctor).await, username(&clerk).await);
        assert_eq!(&*row.username, format!("{clerk_name} for {doctor_name}"));
        // What was only read is on record in the same way, and both find it.
        reads_as(&clerk, doctor.id, &format!("patients/{}/", made.id())).await.is(200);
        for caller in [&doctor, &clerk] {
            let trail = caller.get("audit_logs/?object_type=Patient").await;
            let seen: Vec<_> = rows(&trail).iter().map(|row| (row["action"].as_str().unwrap(), row["acting_user"].clone())).collect();
            assert!(seen.contains(&("view", json!(clerk.id))) && seen.contains(&("create", json!(clerk.id))), "{seen:?}");
        }
        // Without the header they are who they are.
        assert_eq!(clerk.get("users/me/").await.is(200)["id"], clerk.id);
        assert_eq!(reads_as(&clerk, clerk.id, "users/me/").await.is(200)["id"], clerk.id);
    }

    async fn only_who_was_let_may_act(world: &World) {
        let (doctor, clerk) = (world.doctor().await, world.caller(Some(BuiltinRole::Cashier)).await);
        let refused = || async { reads_as(&clerk, doctor.id, "users/me/").await.refuses(403, "permission_denied").clone() };
        refused().await;
        let given = doctor.post("delegateaccess/", json!({ "delegate": clerk.id, "can_view_data": true, "can_manage_schedule": true })).await;
        given.is(201);
        refused().await;
        let path = format!("delegateaccess/{}/", given.id());
        doctor.patch(&path, json!({ "can_act_as_user": true })).await.is(200);
        reads_as(&clerk, doctor.id, "users/me/").await.is(200);
        let revoked = doctor.patch(&path, json!({ "revoked": true })).await;
        assert_eq!(revoked.is(200)["revoked_at"], testkit::MORNING);
        refused().await;
        doctor.patch(&path, json!({ "revoked": false })).await.is(200);
        reads_as(&clerk, doctor.id, "users/me/").await.is(200);
        // Not the other way round, not somebody else, not nobody.
        reads_as(&doctor, clerk.id, "users/me/").await.is(403);
        for target in ["999999", "0", "-1", "x", "", "1e3", "9223372036854775808"] {
            acting(&clerk, target, "GET", "users/me/", &Json::Null).await.refuses(403, "permission_denied");
        }
        doctor.delete(&path).await.is(204);
        refused().await;
    }

    async fn delegation_ends_with_either_account(world: &World) {
        let admin = world.admin().await;
        let (doctor, clerk) = (world.doctor().await, world.nurse().await);
        let_act(&doctor, clerk.id).await;
        let path = format!("users/{}/", doctor.id);
        admin.patch(&path, json!({ "is_active": false })).await.is(200);
        reads_as(&clerk, doctor.id, "users/me/").await.is(403);
        admin.patch(&path, json!({ "is_active": true })).await.is(200);
        reads_as(&clerk, doctor.id, "users/me/").await.is(200);
        admin.post(&format!("users/{}/deactivate/", clerk.id), Json::Null).await.is(200);
        reads_as(&clerk, doctor.id, "users/me/").await.is(401);
    }

    async fn the_delegates_session_is_what_counts(world: &World) {
        let (doctor, clerk) = (world.doctor().await, world.nurse().await);
        let_act(&doctor, clerk.id).await;
        acting(&clerk, &doctor.id.to_string(), "POST", "auth/logout/", &Json::Null).await.is(200);
        reads_as(&clerk, doctor.id, "users/me/").await.is(401);
        doctor.get("users/me/").await.is(200);
    }

    /// Credentials and the account itself stay the user's: whoever stands in for a day must not stay for good.
    async fn a_delegate_never_touches_the_account(world: &World) {
        let (doctor, clerk) = (world.doctor().await, world.nurse().await);
        let_act(&doctor, clerk.id).await;
        let key = doctor.post("api-keys/", json!({ "name": "scale" })).await.id();
        let delegation = let_act(&doctor, world.user("third", Some(BuiltinRole::Nurse)).await).await.id();
        let as_user = doctor.id.to_string();
        for (method, path, body) in [
            ("POST", "auth/password/".to_owned(), json!({ "old_password": PASSWORD, "new_password": NEW_PASSWORD })),
            ("POST", "auth/2fa/setup/".into(), Json::Null),
            ("POST", "auth/2fa/confirm/".into(), json!({ "code": "123456" })),
            ("POST", "auth/2fa/disable/".into(), json!({ "password": PASSWORD, "code": "123456" })),
            ("POST", "auth/2fa/recovery-codes/".into(), json!({ "password": PASSWORD, "code": "123456" })),
            ("PATCH", "users/me/".into(), json!({ "password": NEW_PASSWORD })),
            ("PATCH", "users/me/".into(), json!({ "email": "clerk@elsewhere.example" })),
            ("PATCH", "users/me/".into(), json!({ "email": null })),
            ("PUT", "users/me/".into(), json!({ "username": "mine" })),
            ("PATCH", "profile/".into(), json!({ "email": "clerk@elsewhere.example" })),
            ("POST", "api-keys/".into(), json!({ "name": "mine" })),
            ("PATCH", format!("api-keys/{key}/"), json!({ "name": "mine" })),
            ("DELETE", format!("api-keys/{key}/"), Json::Null),
            ("POST", "delegateaccess/".into(), json!({ "delegate": clerk.id, "can_act_as_user": true })),
            ("PATCH", format!("delegateaccess/{delegation}/"), json!({ "can_view_data": true })),
            ("DELETE", format!("delegateaccess/{delegation}/"), Json::Null),
            ("POST", "role-change-requests/".into(), json!({ "requested_role": 1 })),
            ("GET", "account/download-data/".into(), Json::Null),
            ("POST", "account/delete/".into(), json!({ "password": PASSWORD })),
            ("DELETE", "account/delete/".into(), json!({ "password": PASSWORD })),
        ] {
            let reply = acting(&clerk, &as_user, method, &path, &body).await;
            assert_eq!((reply.status.as_u16(), &reply.json["code"]), (403, &json!("permission_denied")), "{method} {path}: {}", reply.text());
        }
        // What does not give the account away may be done.
        acting(&clerk, &as_user, "PATCH", "users/me/", &json!({ "first_name": "Binta" })).await.is(200);
        acting(&clerk, &as_user, "PATCH", "preferences/", &json!({ "theme": "dark" })).await.is(200);
        sign_in(world, &username(&doctor).await, PASSWORD).await.is(200);
        world.settle().await;
    }

    /// An administrator's delegate does an administrator's daily work, and gives nobody any right.
    async fn an_admins_delegate_gives_no_rights(world: &World) {
        let (admin, nurse) = admins_delegate(world).await;
        let as_admin = admin.id.to_string();
        let (other, session) = (world.doctor().await, {
            let sessions = admin.get("sessions/").await;
            rows(&sessions)[0]["session_key"].as_str().unwrap().to_owned()
        });
        let request = other.post("role-change-requests/", json!({ "requested_role": 4 })).await.id();
        for (method, path, body) in [
            ("PATCH", format!("users/{}/", nurse.id), json!({ "role": 1 })),
            ("PATCH", format!("users/{}/", other.id), json!({ "email": "nurse@elsewhere.example" })),
            ("PATCH", format!("users/{}/", admin.id), json!({ "password": NEW_PASSWORD })),
            ("DELETE", format!("users/{}/", other.id), Json::Null),
            ("POST", "users/".into(), json!({ "username": "mine", "password": NEW_PASSWORD, "role": 1 })),
            ("POST", format!("users/{}/reset_password/", admin.id), json!({})),
            ("POST", format!("users/{}/deactivate/", other.id), Json::Null),
            ("POST", format!("users/{}/activate/", other.id), Json::Null),
            ("POST", "roles/".into(), json!({ "name": "Mine", "permissions": ["users:update"] })),
            ("PATCH", "roles/4/".into(), json!({ "permissions": ["users:update"] })),
            ("POST", format!("role-change-requests/{request}/approve/"), json!({})),
            ("POST", format!("role-change-requests/{request}/reject/"), json!({})),
            ("POST", format!("sessions/{session}/revoke/"), Json::Null),
            ("POST", "organizations/".into(), json!({ "name": "Mine" })),
        ] {
            let reply = acting(&nurse, &as_admin, method, &path, &body).await;
            // A session that one may not revoke is none that exists.
            assert!([403, 404].contains(&reply.status.as_u16()), "{method} {path}: {}", reply.text());
        }
        for path in ["users/", "roles/", "audit_logs/", "login-activity/", "sessions/", "role-change-requests/"] {
            assert!(!rows(&reads_as(&nurse, admin.id, path).await).is_empty(), "{path}");
        }
        acting(&nurse, &as_admin, "POST", "patients/", &awa()).await.is(201);
    }

    async fn what_people_let_others_do(world: &World) {
        let (doctor, clerk) = (world.doctor().await, world.nurse().await);
        let (doctor_name, clerk_name) = (username(&doctor).await, username(&clerk).await);
        let give = |body: Json| doctor.post("delegateaccess/", body);
        give(json!({ "delegate_username": "nobody" })).await.complains_about("delegate_username");
        give(json!({ "delegate": 999_999 })).await.complains_about("delegate");
        give(json!({ "delegate": doctor.id })).await.complains_about("delegate");
        give(json!({})).await.complains_about("delegate");
        let given = give(json!({ "delegate_username": clerk_name.to_uppercase(), "user": clerk.id, "can_view_data": true })).await;
        let row = given.is(201);
        assert_eq!((&row["delegate"], &row["delegate_id"], &row["delegate_username"]), (&json!(clerk.id), &json!(clerk.id), &json!(clerk_name)));
        assert_eq!((&row["user"], &row["username"]), (&json!(doctor.id), &json!(doctor_name)));
        assert_eq!((&row["can_act_as_user"], &row["revoked"], &row["revoked_at"]), (&json!(false), &json!(false), &Json::Null));
        // One live delegation for each pair, whoever asks at the same time.
        let again = join_all((0..5).map(|_| give(json!({ "delegate_id": clerk.id })))).await;
        assert_eq!(statuses(&again, 400), 5);
        let path = format!("delegateaccess/{}/", given.id());
        assert_eq!(rows(&clerk.get("delegateaccess/").await).len(), 1, "the delegate sees it");
        clerk.patch(&path, json!({ "can_act_as_user": true })).await.is(403);
        clerk.delete(&path).await.is(403);
        world.nurse().await.get(&path).await.is(404);
        doctor.patch(&path, json!({ "delegate": world.user("third", None).await })).await.complains_about("delegate");
        doctor.patch(&path, json!({ "revoked": true })).await.is(200);
        give(json!({ "delegate": clerk.id })).await.is(201);
        assert_eq!(rows(&doctor.get("delegateaccess/?revoked=true").await).len(), 1);
    }
}
