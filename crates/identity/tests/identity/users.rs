//! `users/`: accounts as administrators keep them.

use kernel::BuiltinRole;
use serde_json::{Value as Json, json};
use testkit::PASSWORD;

use crate::support::{NEW_PASSWORD, rows, sign_in, username};

#[test]
fn a_temporary_password_opens_nothing_but_ones_own_account() {
    let registry = platform::module::Registry::new(vec![identity::module()]);
    let operations = registry.operations().iter();
    let open = operations.filter(|operation| operation.with_temporary_password);
    let open: Vec<String> = open.map(|operation| format!("{operation:?}")).collect();
    assert_eq!(
        open,
        [
            "POST auth/logout/",
            "POST auth/password/",
            "POST auth/2fa/setup/",
            "POST auth/2fa/confirm/",
            "POST auth/2fa/disable/",
            "POST auth/2fa/recovery-codes/",
            "GET users/me/",
            "PUT users/me/",
            "PATCH users/me/",
        ]
    );
}

testkit::on_both! {
    async fn look_alikes_and_reserved_names_are_no_usernames(world: &World) {
        let admin = world.admin().await;
        let make = async |name: &str| admin.post("users/", json!({ "username": name, "password": NEW_PASSWORD })).await;
        make("fatou").await.is(201);
        make("fatou-b").await.is(201);
        // What cannot be told apart is one: no shape, another dash, another alphabet.
        for name in ["fatou\u{200b}", "fa\u{ad}tou", "fatou\u{2011}b", "FATOU\u{202c}"] {
            make(name).await.complains_about("username");
        }
        for name in ["f\u{430}tou", "(job)", "system", "Chelal", "two words", "a/b", "\u{200b}"] {
            make(name).await.complains_about("username");
        }
        // Wholly Cyrillic, and drawn like a Latin name that is taken.
        make("copa").await.is(201);
        make("\u{441}\u{43e}\u{440}\u{430}").await.complains_about("username");
        for name in ["Binta.Sané", "o'brien@hospital.gm", "\u{43b}\u{435}\u{43d}\u{430}", "李伟"] {
            make(name).await.is(201);
        }
        world.sign_in("fatou\u{200b}", NEW_PASSWORD).await;
    }

    async fn whoever_invites_hears_whether_the_invitation_goes_out(world: &World) {
        let admin = world.admin().await;
        let body = |name: &str| json!({ "username": name, "email": format!("{name}@hospital.gm") });
        assert_eq!(admin.post("users/", body("lamin")).await.is(201)["invitation"], "queued");
        let with = json!({ "username": "awa", "password": NEW_PASSWORD });
        assert!(admin.post("users/", with).await.is(201).get("invitation").is_none());
        let node = world.node(&[("CHELAL_LANGUAGE", "fr")]).await;
        let here = node.as_signed_in(&admin);
        let made = here.post("users/", body("binta")).await;
        assert_eq!(made.is(201)["invitation"], "no_mail_server");
        // Nobody chose a language: the installation's.
        assert_eq!(made.json["language_preference"], "fr");
        let asked = node.anonymous().post("auth/password-reset/", json!({ "email": "binta@hospital.gm" })).await;
        assert!(!asked.is(200)["detail"].as_str().unwrap().contains("way"), "{}", asked.text());
        let alerts = here.get("alerts/").await;
        let kinds: Vec<&str> = alerts.is(200)["results"].as_array().unwrap().iter().map(|alert| alert["kind"].as_str().unwrap()).collect();
        for kind in ["no_mail", "no_sms"] {
            assert!(kinds.contains(&kind), "{kinds:?}");
        }
        node.settle().await;
        world.settle().await;
    }

    async fn an_account_is_made_with_a_role(world: &World) {
        let admin = world.admin().await;
        let made = admin.post("users/", json!({ "username": "lamin", "password": NEW_PASSWORD, "role": 4, "first_name": "Lamin", "is_superuser": true })).await;
        let row = made.is(201);
        assert_eq!((&row["role"]["name"], &row["role_id"], &row["is_superuser"], &row["is_active"]), (&json!("Nurse"), &json!(4), &json!(false), &json!(true)));
        assert!(!made.text().contains("argon2") && row.get("password").is_none());
        world.sign_in("lamin", NEW_PASSWORD).await;
        // What was read is sent back: the role is read as an object and written as an id.
        let path = format!("users/{}/", made.id());
        let back = admin.put(&path, made.json.clone()).await;
        assert_eq!((&back.is(200)["version"], &back.json["role_id"]), (&made.json["version"], &json!(4)));
        let mut other = back.json.clone();
        other["role_id"] = json!(5);
        assert_eq!(admin.put(&path, other).await.is(200)["role"]["name"], "Pharmacist");
        assert_eq!(admin.patch(&path, json!({ "role": "4", "role_id": 4 })).await.is(200)["role_id"], 4);
        admin.patch(&path, json!({ "role": 4, "role_id": 5 })).await.complains_about("role_id");
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
        // Whoever set it knows it: it is not kept.
        back.put("users/me/", json!({ "password": temporary })).await.complains_about("password");
        let same = json!({ "old_password": temporary, "new_password": temporary });
        back.post("auth/password/", same).await.complains_about("new_password");
        back.get("patients/").await.refuses(403, "password_change_required");
        back.put("users/me/", json!({ "password": NEW_PASSWORD })).await.is(200);
        back.get("patients/").await.is(200);
        sign_in(world, &name, &temporary).await.is(401);
        // With a password of the administrator's choice, none is answered.
        let chosen = admin.post(&path, json!({ "new_password": "Another quiet river 8" })).await;
        assert!(chosen.is(200).get("temporary_password").is_none());
        let again = world.sign_in(&name, "Another quiet river 8").await;
        again.get("patients/").await.refuses(403, "password_change_required");
        admin.post(&path, json!({ "new_password": "short" })).await.complains_about("new_password");
        world.settle().await;
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
        world.settle().await;
    }

    async fn somebody_who_can_sign_in_is_left_to_manage_accounts(world: &World) {
        // Given an Admin and another who was invited and has not come yet.
        let admin = world.admin().await;
        let invited = json!({ "username": "ghost", "email": "ghost@hospital.example", "role": 1 });
        let ghost = admin.post("users/", invited).await.id();
        // Then the first cannot leave,
        admin.post(&format!("users/{}/deactivate/", admin.id), Json::Null).await.refuses(409, "conflict");
        // until the other can let people in.
        admin.patch(&format!("users/{ghost}/"), json!({ "password": NEW_PASSWORD })).await.is(200);
        admin.post(&format!("users/{}/deactivate/", admin.id), Json::Null).await.is(200);
        world.settle().await;
    }

    async fn a_list_goes_on_where_what_it_is_sorted_by_is_not_known(world: &World) {
        // Given users of whom some have never signed in.
        let admin = world.admin().await;
        for name in ["awa", "binta", "cherno"] {
            world.user(name, Some(BuiltinRole::Nurse)).await;
        }
        let doctor = world.doctor().await;
        world.sign_in(&username(&doctor).await, PASSWORD).await;
        let whole = rows(&admin.get("users/").await).len();
        for (order, unknown_first) in [("last_login", true), ("-last_login", false)] {
            // Then page by page everybody is there once, in the order of the whole list.
            let mut found = Vec::new();
            let mut path = format!("users/?ordering={order}&cursor=&limit=1");
            loop {
                let page = admin.get(&path).await;
                found.extend(page.is(200)["results"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()));
                assert!(found.len() <= whole, "{found:?}");
                let Some(next) = page.json["next"].as_str() else { break };
                path = next.split_once("/api/").unwrap().1.to_owned();
            }
            let listed = admin.get(&format!("users/?ordering={order}")).await;
            let ids: Vec<i64> = rows(&listed).iter().map(|row| row["id"].as_i64().unwrap()).collect();
            assert_eq!(found, ids, "{order}");
            assert_eq!(ids.len(), whole);
            let known: Vec<bool> = rows(&listed).iter().map(|row| !row["last_login"].is_null()).collect();
            assert!(known.contains(&true) && known.contains(&false), "{known:?}");
            assert!(known.is_sorted_by(|a, b| if unknown_first { a <= b } else { a >= b }), "{order}: {known:?}");
        }
    }

    async fn as_many_values_as_are_named_are_looked_for(world: &World) {
        let admin = world.admin().await;
        let list = |more: i64| {
            let ids: Vec<String> = (0..more).map(|n| (900_000 + n).to_string()).collect();
            format!("users/?id__in={},{}", ids.join(","), admin.id)
        };
        assert_eq!(rows(&admin.get(&list(499)).await).len(), 1);
        admin.get(&list(500)).await.complains_about("id__in");
    }

    async fn a_wrong_current_password_is_on_record(world: &World) {
        let nurse = world.nurse().await;
        let wrong = json!({ "old_password": "not this one 77", "new_password": NEW_PASSWORD });
        nurse.post("auth/password/", wrong).await.complains_about("old_password");
        let failed = nurse.get("login-activity/?status=failed").await;
        assert_eq!(rows(&failed).len(), 1);
    }

    async fn a_name_that_grows_when_folded_is_refused_rather_than_cut(world: &World) {
        let name = "\u{337f}".repeat(40);
        let body = json!({ "username": name, "password": NEW_PASSWORD });
        world.admin().await.post("users/", body).await.complains_about("username");
    }

    async fn a_closed_account_stays_closed(world: &World) {
        let (admin, nurse) = (world.admin().await, world.nurse().await);
        nurse.post("account/delete/", json!({ "password": testkit::PASSWORD })).await.is(200);
        admin.post(&format!("users/{}/activate/", nurse.id), Json::Null).await.refuses(409, "conflict");
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
        world.settle().await;
    }
}
