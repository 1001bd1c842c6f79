//! `roles/`: permissions and scopes that an Admin edits take effect at once.

use futures_util::future::join_all;
use kernel::BuiltinRole;
use serde_json::{Value as Json, json};

use crate::support::{NEW_PASSWORD, rows, statuses};

fn awa() -> Json {
    json!({ "first_name": "Awa", "last_name": "Jallow", "date_of_birth": "1990-01-01", "gender": "Female" })
}

testkit::on_both! {
    async fn the_eight_built_in_roles_have_their_ids(world: &World) {
        let admin = world.admin().await;
        let listed = admin.get("roles/?ordering=id").await;
        let seen: Vec<_> = rows(&listed).iter().map(|row| (row["id"].clone(), row["name"].clone())).collect();
        let expected = ["Admin", "Doctor", "Receptionist", "Nurse", "Pharmacist", "Lab Technician", "Cashier", "Patient"];
        let expected: Vec<_> = (1..).zip(expected).map(|(id, name)| (json!(id), json!(name))).collect();
        assert_eq!(seen, expected);
        admin.patch("roles/2/", json!({ "name": "Physician" })).await.complains_about("name");
        admin.delete("roles/2/").await.refuses(409, "conflict");
        admin.post("roles/", json!({ "name": "Doctor" })).await.complains_about("name");
        let nurse = world.nurse().await;
        for (method, path) in [("POST", "roles/"), ("PATCH", "roles/4/"), ("DELETE", "roles/4/")] {
            nurse.request(method, path).json(&json!({ "name": "x" })).send().await.refuses(403, "permission_denied");
        }
        let patient = world.patient().await;
        assert_eq!(rows(&patient.get("roles/").await)[0]["name"], "Patient");
    }

    /// A new role may do what everybody may, and its permissions say so.
    async fn a_new_role_begins_with_what_everybody_may(world: &World) {
        let admin = world.admin().await;
        let made = admin.post("roles/", json!({ "name": "Porter" })).await;
        let names = made.is(201)["permissions"].as_array().unwrap().clone();
        for everybodys in ["users:read", "roles:read", "sessions:read", "api-keys:create", "audit_logs:read", "role-change-requests:create"] {
            assert!(names.contains(&json!(everybodys)), "{everybodys}");
        }
        for more in ["patients:read", "users:update"] {
            assert!(!names.contains(&json!(more)), "{more}");
        }
        assert!(made.json["scopes"].as_object().unwrap().values().all(|reach| reach == "own"), "{}", made.text());
        let user = admin.post("users/", json!({ "username": "modou", "password": NEW_PASSWORD, "role": made.id() })).await;
        user.is(201);
        let porter = world.sign_in("modou", NEW_PASSWORD).await;
        assert_eq!(rows(&porter.get("users/").await).len(), 1);
        assert_eq!(rows(&porter.get("roles/").await)[0]["name"], "Porter");
        assert!(rows(&porter.get("patients/").await).is_empty());
        porter.post("patients/", awa()).await.is(403);
        admin.delete(&format!("roles/{}/", made.id())).await.refuses(409, "in_use");
        // Said otherwise, it is otherwise.
        let bare = admin.post("roles/", json!({ "name": "Bare", "permissions": ["patients:read"] })).await;
        assert_eq!(bare.is(201)["permissions"], json!(["patients:read"]));
        admin.delete(&format!("roles/{}/", bare.id())).await.is(204);
    }

    async fn edited_permissions_and_scopes_take_effect_at_once(world: &World) {
        let admin = world.admin().await;
        admin.post("patients/", awa()).await.is(201);
        let role = admin.post("roles/", json!({ "name": "Porter", "permissions": [] })).await.id();
        let path = format!("roles/{role}/");
        admin.post("users/", json!({ "username": "modou", "password": NEW_PASSWORD, "role": role })).await.is(201);
        let porter = world.sign_in("modou", NEW_PASSWORD).await;
        let sees = || async { rows(&porter.get("patients/").await).len() };
        assert_eq!(sees().await, 0);
        admin.patch(&path, json!({ "permissions": ["patients:read"] })).await.is(200);
        assert_eq!(sees().await, 1);
        porter.post("patients/", awa()).await.refuses(403, "permission_denied");
        let both = admin.patch(&path, json!({ "permissions": ["patients:read", "patients:create"] })).await;
        assert_eq!(both.is(200)["scopes"], json!({ "patients": "all" }));
        porter.post("patients/", awa()).await.is(201);
        assert_eq!(sees().await, 2);
        // Own records only: a porter is nobody's patient.
        admin.patch(&path, json!({ "scopes": { "patients": "own" } })).await.is(200);
        assert_eq!(sees().await, 0);
        admin.patch(&path, json!({ "scopes": { "patients:read": "all" } })).await.is(200);
        assert_eq!(sees().await, 2);
        admin.patch(&path, json!({ "permissions": [] })).await.is(200);
        assert_eq!(sees().await, 0);
        for wrong in [json!({ "permissions": ["patients:reed"] }), json!({ "permissions": "all" }), json!({ "permissions": [1] })] {
            admin.patch(&path, wrong).await.complains_about("permissions");
        }
        for wrong in [json!({ "scopes": { "patients": "all" } }), json!({ "scopes": [] })] {
            admin.patch(&path, wrong).await.complains_about("scopes");
        }
    }

    /// An `If-Match` protects what an Admin looked at, also when only the grants changed since.
    async fn edited_grants_are_a_new_version(world: &World) {
        let admin = world.admin().await;
        let made = admin.post("roles/", json!({ "name": "Porter", "permissions": [] })).await;
        let path = format!("roles/{}/", made.id());
        assert_eq!(made.header("etag"), "\"1\"");
        let edit = |etag: &str, body: Json| {
            let request = admin.request("PATCH", &path).header("if-match", etag).json(&body);
            async move { request.send().await }
        };
        let first = edit("\"1\"", json!({ "permissions": ["patients:read"] })).await;
        assert_eq!((&first.is(200)["version"], first.header("etag")), (&json!(2), "\"2\""));
        edit("\"1\"", json!({ "permissions": [] })).await.refuses(412, "stale_version");
        // The same again changes nothing; name and grants together are one change.
        let same = edit("\"2\"", json!({ "permissions": ["patients:read"] })).await;
        assert_eq!(same.is(200)["version"], 2);
        let both = edit("\"2\"", json!({ "name": "Carrier", "scopes": { "patients": "own" } })).await;
        assert_eq!(both.is(200)["version"], 3);
        assert_eq!(admin.get(&path).await.header("etag"), "\"3\"");
        let replies = join_all((0..6).map(|n| edit("\"3\"", json!({ "permissions": if n % 2 == 0 { json!([]) } else { json!(["users:read"]) } })))).await;
        assert_eq!((statuses(&replies, 200), statuses(&replies, 412)), (1, 5));
        let audit = world.audit_of("Role").await;
        let changed = audit.iter().filter(|row| &*row.description == "grants changed").count();
        assert_eq!(changed, 3);
    }

    async fn the_role_admin_keeps_the_way_to_set_things_right(world: &World) {
        let admin = world.admin().await;
        admin.patch("roles/1/", json!({ "permissions": [] })).await.complains_about("permissions");
        admin.patch("roles/1/", json!({ "scopes": { "users": "own" } })).await.complains_about("permissions");
        // Whoever may edit roles, but is no Admin, does not give rights.
        let made = admin.post("roles/", json!({ "name": "Clerk", "permissions": ["roles:read", "roles:update", "roles:create", "users:read", "users:update"] })).await.id();
        admin.post("users/", json!({ "username": "modou", "password": NEW_PASSWORD, "role": made })).await.is(201);
        let clerk = world.sign_in("modou", NEW_PASSWORD).await;
        let me = clerk.get("users/me/").await.is(200)["id"].clone();
        clerk.patch(&format!("roles/{made}/"), json!({ "permissions": ["audit_logs:read"] })).await.is(403);
        clerk.post("roles/", json!({ "name": "Mine", "permissions": ["users:create"] })).await.is(403);
        clerk.patch(&format!("roles/{made}/"), json!({ "description": "Desk" })).await.is(200);
        clerk.patch(&format!("users/{me}/"), json!({ "role": 2 })).await.is(403);
        let victim = world.user("victim", Some(BuiltinRole::Nurse)).await;
        clerk.patch(&format!("users/{victim}/"), json!({ "role": 1 })).await.is(403);
        clerk.patch(&format!("users/{}/", admin.id), json!({ "password": NEW_PASSWORD })).await.is(403);
        clerk.patch(&format!("users/{}/", admin.id), json!({ "email": "mine@elsewhere.example" })).await.is(403);
    }
}
