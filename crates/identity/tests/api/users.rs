//! `users/`: accounts as administrators keep them.

use kernel::BuiltinRole;
use serde_json::{Value as Json, json};
use testkit::PASSWORD;

use crate::support::{NEW_PASSWORD, rows, sign_in, username};

testkit::on_both! {
    async fn an_account_is_made_with_a_role(world: &World) {
        let admin = world.admin().await;
        let made = admin.post("users/", json!({ "username": "lamin", "password": NEW_PASSWORD, "role": 4, "first_name": "Lamin", "is_superuser": true })).await;
        let row = made.is(201);
        assert_eq!((&row["role"]["name"], &row["role_id"], &row["is_superuser"], &row["is_active"]), (&json!("Nurse"), &json!(4), &json!(false), &json!(true)));
        assert!(!made.text().contains("argon2") && row.get("password").is_none());
        world.sign_in("lamin", NEW_PASSWORD).await;
        for (query, count) in [("role=4", 1), ("role__name=nurse", 1), ("role__name=Nobody", 0), ("is_active=false", 0), ("username=lamin", 1), ("search=LAM", 1)] {
            assert_eq!(rows(&admin.get(&format!("users/?{query}")).await).len(), count, "{query}");
        }
        let nurse = world.nurse().await;
        nurse.post("users/", json!({ "username": "x", "password": NEW_PASSWORD })).await.refuses(403, "permission_denied");
        assert!(rows(&nurse.get("users/").await).len() > 1, "staff see each other");
    }

    async fn all_mistakes_are_told_at_once(world: &World) {
        let admin = world.admin().await;
        world.user("fatou", None).await;
        let wrong = admin.post("users/", json!({ "username": "FATOU", "email": "no", "phone": "no", "password": "short" })).await;
        for field in ["username", "email", "phone", "password"] {
            wrong.complains_about(field);
        }
        let other = world.user("other", None).await;
        let path = format!("users/{other}/");
        admin.patch(&path, json!({ "username": "Fatou", "email": "fatou@hospital.example" })).await.complains_about("email");
        admin.patch(&path, json!({ "username": "fatou@hospital.example" })).await.complains_about("username");
        admin.patch(&path, json!({ "role": 99 })).await.complains_about("role");
        admin.patch(&path, json!({ "username": "OTHER" })).await.is(200);
    }

    async fn deactivation_is_effective_at_once(world: &World) {
        let (admin, nurse) = (world.admin().await, world.nurse().await);
        let name = username(&nurse).await;
        let refresh = sign_in(world, &name, PASSWORD).await.json["refresh"].clone();
        let path = |verb: &str| format!("users/{}/{verb}/", nurse.id);
        let off = admin.post(&path("deactivate"), Json::Null).await;
        assert_eq!(off.is(200)["status"], "deactivated");
        nurse.get("users/me/").await.is(401);
        world.anonymous().post("auth/refresh/", json!({ "refresh": refresh })).await.is(401);
        sign_in(world, &name, PASSWORD).await.is(401);
        let on = admin.post(&path("activate"), Json::Null).await;
        assert_eq!(on.is(200)["status"], "activated");
        // The old sessions ended for good.
        nurse.get("users/me/").await.is(401);
        world.anonymous().post("auth/refresh/", json!({ "refresh": refresh })).await.is(401);
        sign_in(world, &name, PASSWORD).await.is(200);
        for verb in ["activate", "deactivate", "reset_password"] {
            admin.post(&format!("users/999999/{verb}/"), json!({})).await.is(404);
            world.nurse().await.post(&path(verb), json!({})).await.refuses(403, "permission_denied");
        }
    }

    async fn a_reset_password_is_temporary(world: &World) {
        let (admin, nurse) = (world.admin().await, world.nurse().await);
        let name = username(&nurse).await;
        let path = format!("users/{}/reset_password/", nurse.id);
        let reset = admin.post(&path, json!({})).await;
        assert_eq!(reset.is(200)["status"], "password reset");
        let temporary = reset.json["temporary_password"].as_str().unwrap().to_owned();
        nurse.get("users/me/").await.is(401);
        sign_in(world, &name, PASSWORD).await.is(401);
        let back = world.sign_in(&name, &temporary).await;
        for path in ["patients/", "roles/", "users/", "sessions/"] {
            back.get(path).await.refuses(403, "password_change_required");
        }
        back.get("users/me/").await.is(200);
        back.put("users/me/", json!({ "password": NEW_PASSWORD })).await.is(200);
        back.get("patients/").await.is(200);
        sign_in(world, &name, &temporary).await.is(401);
        // With a password of the administrator's choice, none is answered.
        let chosen = admin.post(&path, json!({ "new_password": "Another quiet river 8" })).await;
        assert!(chosen.is(200).get("temporary_password").is_none());
        let again = world.sign_in(&name, "Another quiet river 8").await;
        again.get("patients/").await.refuses(403, "password_change_required");
        admin.post(&path, json!({ "new_password": "short" })).await.complains_about("new_password");
    }

    async fn nobody_but_an_admin_touches_an_admin(world: &World) {
        let admin = world.admin().await;
        let role = admin.post("roles/", json!({ "name": "Clerk", "permissions": ["users:read", "users:update", "users:delete", "users:reset_password", "users:deactivate"] })).await.id();
        admin.post("users/", json!({ "username": "modou", "password": NEW_PASSWORD, "role": role })).await.is(201);
        let clerk = world.sign_in("modou", NEW_PASSWORD).await;
        let path = format!("users/{}/", admin.id);
        clerk.patch(&path, json!({ "first_name": "X" })).await.is(403);
        clerk.delete(&path).await.is(403);
        clerk.post(&format!("{path}reset_password/"), json!({})).await.is(403);
        clerk.post(&format!("{path}deactivate/"), Json::Null).await.is(403);
        let nurse = world.user("nurse", Some(BuiltinRole::Nurse)).await;
        clerk.post(&format!("users/{nurse}/reset_password/"), json!({})).await.is(200);
    }

    async fn a_deleted_account_leaves_a_trace_of_everything(world: &World) {
        let (admin, nurse) = (world.admin().await, world.nurse().await);
        nurse.get("preferences/").await.is(200);
        nurse.post("api-keys/", json!({ "name": "scale" })).await.is(201);
        nurse.post("delegateaccess/", json!({ "delegate": admin.id })).await.is(201);
        nurse.post("auth/2fa/setup/", Json::Null).await.is(200);
        nurse.post("organizations/", json!({ "name": "Ward 3" })).await.is(201);
        nurse.post("role-change-requests/", json!({ "requested_role": 2 })).await.is(201);
        admin.delete(&format!("users/{}/", nurse.id)).await.is(204);
        nurse.get("users/me/").await.is(401);
        for kind in ["User", "Session", "ApiKey", "Preference", "DelegateAccess", "TwoFactor", "OrganizationMembership", "RoleChangeRequest"] {
            let rows = world.audit_of(kind).await;
            let traced = rows.iter().any(|row| row.action.as_str() == "delete" && row.user == Some(admin.id) && row.object_id.is_some());
            assert!(traced, "{kind}");
        }
        admin.get(&format!("users/{}/", nurse.id)).await.is(404);
    }
}
