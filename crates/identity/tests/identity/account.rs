//! The account itself: `register/`, `profile/`, `users/me/`, `preferences/`, `account/…`.

use futures_util::future::join_all;
use kernel::BuiltinRole;
use serde_json::{Value as Json, json};
use testkit::PASSWORD;

use crate::support::{NEW_PASSWORD, rows, sign_in, statuses, username, with_factor};

testkit::on_both! {
    async fn whoever_registers_is_a_patient_and_never_more(world: &World) {
        let nobody = world.anonymous();
        for (n, asked) in [json!({ "role": 1 }), json!({ "role_id": 2 }), json!({ "role": "Admin", "is_superuser": true, "is_active": false })].iter().enumerate() {
            let name = format!("awa{n}");
            let mut body = json!({ "username": name, "password": NEW_PASSWORD, "email": format!("{name}@example.org"), "first_name": "Awa" });
            body.as_object_mut().unwrap().extend(asked.as_object().unwrap().clone());
            let made = nobody.post("register/", body).await;
            assert_eq!(made.is(201)["role"]["name"], "Patient");
            assert!(made.json.get("password").is_none() && !made.text().contains("argon2"));
            let awa = world.sign_in(&name, NEW_PASSWORD).await;
            let me = awa.get("users/me/").await.is(200).clone();
            assert_eq!((&me["role"]["id"], &me["is_superuser"], &me["is_active"]), (&json!(8), &json!(false), &json!(true)));
            assert_eq!(rows(&awa.get("users/").await).len(), 1, "only oneself");
        }
        let none = nobody.post("register/", json!({ "username": "lamin", "password": NEW_PASSWORD, "role": null })).await;
        assert_eq!(none.is(201)["role"], Json::Null);
    }

    async fn a_registration_hears_of_all_its_mistakes_at_once(world: &World) {
        world.user("fatou", None).await;
        let nobody = world.anonymous();
        let body = json!({ "username": "FATOU", "password": "short", "email": "no", "phone": "no" });
        let wrong = nobody.post("register/", body).await;
        for field in ["username", "password", "email", "phone"] {
            wrong.complains_about(field);
        }
        let taken = json!({ "username": "other", "password": NEW_PASSWORD, "email": "Fatou@Hospital.Example" });
        nobody.post("register/", taken).await.complains_about("email");
        // An address is nobody else's username, nor the reverse.
        let as_name = json!({ "username": "fatou@hospital.example", "password": NEW_PASSWORD });
        nobody.post("register/", as_name).await.complains_about("username");
        nobody.post("register/", json!({})).await.complains_about("password");
        let twice = json!({ "username": "binta", "password": NEW_PASSWORD });
        let replies = join_all((0..10).map(|_| nobody.post("register/", twice.clone()))).await;
        assert_eq!((statuses(&replies, 201), statuses(&replies, 400)), (1, 9));
    }

    async fn users_me_has_the_contracts_shape(world: &World) {
        let admin = world.admin().await;
        let me = admin.get("users/me/").await;
        let json = me.is(200);
        assert_eq!(me.header("etag"), "\"1\"");
        assert_eq!((&json["id"], &json["profile_image"]), (&json!(admin.id), &Json::Null));
        for text in ["username", "email", "first_name", "last_name", "language_preference"] {
            assert!(json[text].is_string(), "{text}");
        }
        assert_eq!(json["role"], json!({ "id": 1, "name": "Admin", "description": json["role"]["description"] }));
        assert!(!me.text().contains("argon2") && json.get("password_hash").is_none());
        assert_eq!(world.caller(None).await.get("users/me/").await.is(200)["role"], Json::Null);
    }

    async fn people_change_how_they_are_called_and_not_what_they_may(world: &World) {
        let nurse = world.nurse().await;
        let sent = json!({
            "first_name": "Binta", "last_name": "Touray", "phone": "7834351", "role": 1, "is_active": false,
            "is_superuser": true, "must_change_password": true, "id": 1,
        });
        for method in ["PUT", "PATCH"] {
            let me = nurse.request(method, "users/me/").json(&sent).send().await;
            let me = me.is(200);
            assert_eq!((&me["first_name"], &me["phone"], &me["role"]["id"]), (&json!("Binta"), &json!("+2207834351"), &json!(4)));
            assert_eq!((&me["is_active"], &me["is_superuser"], &me["id"]), (&json!(true), &json!(false), &json!(nurse.id)));
        }
        let stale = nurse.request("PATCH", "users/me/").header("if-match", "\"1\"").json(&json!({ "first_name": "X" })).send().await;
        stale.refuses(412, "stale_version");
        // The complaint is said twice: by field, and as a message for old clients.
        let taken = username(&world.doctor().await).await;
        let wrong = nurse.put("users/me/", json!({ "username": taken, "email": "no", "phone": "no", "password": "short" })).await;
        for field in ["username", "email", "phone", "password", "message"] {
            wrong.complains_about(field);
        }
        let message = wrong.json["message"].as_str().unwrap();
        for field in ["username", "email", "phone", "password"] {
            let why = wrong.json[field][0].as_str().unwrap();
            assert!(message.contains(&format!("{field}: {why}")), "{message}");
        }

        let elsewhere = world.sign_in(&username(&nurse).await, PASSWORD).await;
        nurse.put("users/me/", json!({ "password": NEW_PASSWORD })).await.is(200);
        nurse.get("users/me/").await.is(200);
        elsewhere.get("users/me/").await.is(401);
        sign_in(world, &username(&nurse).await, NEW_PASSWORD).await.is(200);
        world.settle().await;
    }

    async fn the_profile_is_the_same_account(world: &World) {
        let nurse = world.nurse().await;
        let shown = nurse.get("profile/").await;
        assert_eq!(shown.is(200)["role"]["name"], "Nurse");
        let change = json!({ "first_name": "Binta", "email": "Binta@Hospital.Example", "username": "x", "role": 1 });
        let changed = nurse.patch("profile/", change).await;
        let me = nurse.get("users/me/").await;
        assert_eq!((&me.is(200)["first_name"], &me.json["email"]), (&json!("Binta"), &changed.is(200)["email"]));
        assert_eq!((&me.json["role"]["id"], &me.json["username"]), (&json!(4), &shown.json["username"]));
        assert_eq!(changed.header("etag"), me.header("etag"));
        world.user("fatou", None).await;
        nurse.patch("profile/", json!({ "email": "fatou@hospital.example" })).await.complains_about("email");
        let stale = nurse.request("PUT", "profile/").header("if-match", "\"1\"").json(&json!({})).send().await;
        stale.refuses(412, "stale_version");
        world.settle().await;
    }

    async fn preferences_are_ones_own(world: &World) {
        let nurse = world.nurse().await;
        let looks = join_all((0..10).map(|_| nurse.get("preferences/"))).await;
        let ids: Vec<_> = looks.iter().map(|look| look.is(200)["id"].clone()).collect();
        assert!(ids.iter().all(|id| *id == ids[0]));
        assert_eq!(looks[0].json["theme"], "system");
        let set = nurse.put("preferences/", json!({ "theme": "dark", "language": "sw", "notification_channels": ["sms", "email"], "user": 1 })).await;
        assert_eq!((&set.is(200)["theme"], &set.json["user"]), (&json!("dark"), &json!(nurse.id)));
        nurse.patch("preferences/", json!({ "theme": "loud" })).await.complains_about("theme");
        nurse.patch("preferences/", json!({ "notification_channels": ["pigeon"] })).await.complains_about("notification_channels");
        assert_eq!(nurse.get("preferences/").await.is(200)["notification_channels"], json!(["sms", "email"]));
        assert_eq!(world.nurse().await.get("preferences/").await.is(200)["theme"], "system");
    }

    async fn a_copy_of_ones_data_is_safe_to_open(world: &World) {
        let (user, secret, codes) = with_factor(world).await;
        user.patch("users/me/", json!({ "first_name": "=HYPERLINK(\"http://x\",\"y\")", "last_name": "Bah, \"B\"" })).await.is(200);
        let key = user.post("api-keys/", json!({ "name": "@scale" })).await.is(201)["key"].as_str().unwrap().to_owned();
        user.get("preferences/").await.is(200);
        let copy = user.get("account/download-data/").await;
        copy.is(200);
        assert!(copy.header("content-type").starts_with("text/csv"));
        assert!(copy.header("content-disposition").starts_with("attachment"));
        let text = copy.text();
        assert!(text.starts_with("\u{feff}section,record,field,value\r\n"));
        assert!(text.contains(r#",first_name,"'=HYPERLINK(""http://x"",""y"")""#), "{text}");
        assert!(text.contains(",name,'@scale"), "{text}");
        for section in ["account,", "preferences,", "sessions,", "login-activity,", "two-factor,", "api-keys,"] {
            assert!(text.lines().any(|line| line.starts_with(section)), "{section}");
        }
        for hidden in ["argon2", &secret, &codes[0], &key, "password_hash"] {
            assert!(!text.contains(hidden), "{hidden}");
        }
        // No cell begins a formula.
        for line in text.lines() {
            for cell in line.split(',') {
                assert!(!cell.trim_start_matches('"').starts_with(['=', '@', '\t']), "{line}");
            }
        }
        let audit = world.audit_of("").await;
        assert!(audit.iter().any(|row| row.action.as_str() == "export" && row.user == Some(user.id)));
        world.settle().await;
    }

    async fn closing_the_account_empties_it_and_leaves_a_trace_of_everything(world: &World) {
        let admin = world.admin().await;
        let (user, _, _) = with_factor(world).await;
        let name = username(&user).await;
        let key = user.post("api-keys/", json!({ "name": "scale" })).await.is(201)["key"].as_str().unwrap().to_owned();
        user.get("preferences/").await.is(200);
        user.post("organizations/", json!({ "name": "Ward 3" })).await.is(201);
        user.post("delegateaccess/", json!({ "delegate": admin.id, "can_act_as_user": true })).await.is(201);
        user.post("role-change-requests/", json!({ "requested_role": 1 })).await.is(201);
        let close = |password: &str| {
            let body = json!({ "password": password });
            let request = user.request("DELETE", "account/delete/").json(&body);
            async move { request.send().await }
        };
        close("not this").await.complains_about("password");
        user.get("users/me/").await.is(200);
        close(PASSWORD).await.is(204);
        user.get("users/me/").await.is(401);
        // Whoever lost the answer and asks again learns that the account's tokens are revoked, so it is closed.
        close(PASSWORD).await.refuses(401, "token_invalid");
        user.post("account/delete/", json!({ "password": PASSWORD })).await.refuses(401, "token_invalid");
        sign_in(world, &name, PASSWORD).await.is(401);
        world.anonymous().request("GET", "users/me/").header("x-api-key", &key).send().await.is(401);
        let left = admin.get(&format!("users/{}/", user.id)).await;
        assert!(left.is(200)["username"].as_str().unwrap().starts_with("deleted-"));
        assert_eq!((&left.json["email"], &left.json["role"], &left.json["is_active"]), (&Json::Null, &Json::Null, &json!(false)));
        for (kind, action) in [
            ("TwoFactor", "delete"), ("Preference", "delete"), ("OrganizationMembership", "delete"), ("ApiKey", "edit"),
            ("DelegateAccess", "edit"), ("RoleChangeRequest", "edit"), ("User", "edit"),
        ] {
            let rows = world.audit_of(kind).await;
            let traced = rows.iter().any(|row| row.action.as_str() == action && row.user == Some(user.id) && row.object_id.is_some());
            assert!(traced, "{kind} {action}");
        }
        // The names are free again.
        let body = json!({ "username": name, "password": NEW_PASSWORD, "email": format!("{name}@hospital.example") });
        world.anonymous().post("register/", body).await.is(201);
        world.settle().await;
    }

    async fn the_last_administrator_stays(world: &World) {
        let (one, two) = (world.admin().await, world.admin().await);
        let body = json!({ "password": PASSWORD });
        // Both at once: one of them has to stay.
        let (first, second) = tokio::join!(one.post("account/delete/", body.clone()), two.post("account/delete/", body.clone()));
        let mut both = [first.status.as_u16(), second.status.as_u16()];
        both.sort_unstable();
        assert_eq!(both, [200, 409]);
        let last = if first.status == 200 { two } else { one };
        last.post("account/delete/", body).await.refuses(409, "conflict");
        let path = format!("users/{}/", last.id);
        last.patch(&path, json!({ "role": 2 })).await.refuses(409, "conflict");
        last.patch(&path, json!({ "is_active": false })).await.refuses(409, "conflict");
        last.delete(&path).await.refuses(409, "conflict");
        let patient = world.caller(Some(BuiltinRole::Patient)).await;
        patient.post("account/delete/", json!({ "password": PASSWORD })).await.is(200);
    }
}
