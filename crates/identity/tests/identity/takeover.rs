//! A stolen token, or a session that was left open, does not become an account of somebody else's.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use testkit::{Caller, PASSWORD, World};

use crate::support::{NEW_PASSWORD, bearer, sign_in, username};

fn later(world: &World, minutes: i64) {
    world.clock.advance(SignedDuration::from_mins(minutes));
}

async fn key(world: &World, owner: &Caller) -> Caller {
    let made = owner.post("api-keys/", json!({ "name": "Scale" })).await;
    let key = made.is(201)["key"].as_str().unwrap().to_owned();
    bearer(world, &key)
}

async fn works(world: &World, key: &Caller) -> bool {
    let token = key.token.clone().unwrap();
    let request = world.anonymous().request("GET", "users/me/");
    let header = format!("Api-Key {token}");
    request
        .header("authorization", &header)
        .send()
        .await
        .status
        .as_u16()
        == 200
}

testkit::on_both! {
    async fn a_new_password_ends_keys_and_delegations(world: &World) {
        let (admin, doctor, clerk) = (world.admin().await, world.doctor().await, world.receptionist().await);
        let entrust = async || {
            let made = key(world, &doctor).await;
            let body = json!({ "delegate": clerk.id, "can_act_as_user": true });
            doctor.post("delegateaccess/", body).await.is(201);
            assert!(works(world, &made).await);
            made
        };
        let acts = async || {
            let request = clerk.request("GET", "users/me/").header("x-act-as", &doctor.id.to_string());
            request.send().await.status.as_u16() == 200
        };
        let made = entrust().await;
        assert!(acts().await);
        let change = json!({ "old_password": PASSWORD, "new_password": NEW_PASSWORD });
        doctor.post("auth/password/", change).await.is(200);
        later(world, 1);
        assert!(!works(world, &made).await);
        assert!(!acts().await);
        // The same when an Admin resets it.
        let made = entrust().await;
        admin.post(&format!("users/{}/reset_password/", doctor.id), json!({})).await.is(200);
        later(world, 1);
        assert!(!works(world, &made).await);
        assert!(!acts().await);
        world.settle().await;
    }

    async fn what_was_prepared_before_an_account_stands_for_a_patient_ends(world: &World) {
        // Given an account that somebody registered in a patient's name, with a key and a delegate arranged
        let (admin, desk, account, other) = (world.admin().await, world.receptionist().await, world.patient().await, world.patient().await);
        let made = key(world, &account).await;
        let name = username(&other).await;
        account.post("delegateaccess/", json!({ "delegate_username": name, "can_act_as_user": true })).await.is(201);
        let acts = async || {
            let request = other.request("GET", "patients/").header("x-act-as", &account.id.to_string());
            request.send().await.status.as_u16() == 200
        };
        assert!(works(world, &made).await && acts().await);
        // when the desk has the patient's record shown to it
        let body = json!({ "first_name": "Awa", "last_name": "Bah", "date_of_birth": "1990-01-01", "gender": "Female" });
        let patient = desk.post("patients/", body).await.id();
        admin.patch(&format!("patients/{patient}/"), json!({ "user": account.id })).await.is(200);
        later(world, 1);
        // then neither key nor delegate reads it; whoever knows the password does.
        assert!(!works(world, &made).await);
        assert!(!acts().await);
        let name = username(&account).await;
        let owner = world.sign_in(&name, PASSWORD).await;
        assert_eq!(owner.get("patients/").await.is(200)[0]["id"], patient);
        world.settle().await;
    }

    async fn a_second_factor_ends_what_was_arranged_before(world: &World) {
        let doctor = world.doctor().await;
        let made = key(world, &doctor).await;
        let name = username(&doctor).await;
        let other = sign_in(world, &name, PASSWORD).await;
        let other = bearer(world, other.is(200)["access"].as_str().unwrap());
        other.get("users/me/").await.is(200);
        let setup = doctor.post("auth/2fa/setup/", json!({})).await;
        let secret = setup.is(200)["secret"].as_str().unwrap().to_owned();
        let code = crate::support::code(world, &secret);
        doctor.post("auth/2fa/confirm/", json!({ "code": code })).await.is(200);
        later(world, 1);
        assert!(!works(world, &made).await);
        other.get("users/me/").await.is(401);
        doctor.get("users/me/").await.is(200);
        world.settle().await;
    }

    async fn grave_steps_take_a_recent_sign_in_or_the_password(world: &World) {
        let (doctor, clerk) = (world.doctor().await, world.receptionist().await);
        doctor.patch("users/me/", json!({ "email": "mine@example.org" })).await.is(200);
        world.settle().await;
        later(world, 11);
        for (method, path, body) in [
            ("POST", "api-keys/", json!({ "name": "mine" })),
            ("POST", "delegateaccess/", json!({ "delegate": clerk.id, "can_act_as_user": true })),
            ("POST", "auth/2fa/setup/", Json::Null),
            ("PATCH", "users/me/", json!({ "password": NEW_PASSWORD })),
            ("PATCH", "users/me/", json!({ "email": "thief@example.org" })),
            ("PUT", "users/me/", json!({ "username": "doctor", "email": "thief@example.org" })),
            ("PATCH", "users/me/", json!({ "phone": "+2207834351" })),
            ("PATCH", "profile/", json!({ "email": "thief@example.org" })),
            ("PUT", "profile/", json!({ "email": "thief@example.org" })),
            ("PATCH", "profile/", json!({ "phone": "+2207834351" })),
            ("POST", "account/delete/", json!({})),
        ] {
            let request = doctor.request(method, path).json(&body);
            request.send().await.refuses(403, "reauthentication_required");
        }
        // What others cannot take the account over by needs nothing.
        doctor.patch("profile/", json!({ "first_name": "Awa", "email": "mine@example.org" })).await.is(200);
        doctor.patch("users/me/", json!({ "first_name": "Awa", "email": "mine@example.org" })).await.is(200);
        let wrong = json!({ "email": "new@example.org", "old_password": "wrong wrong wrong" });
        doctor.patch("users/me/", wrong).await.complains_about("old_password");
        let name = username(&doctor).await;
        let other = sign_in(world, &name, PASSWORD).await;
        let other = bearer(world, other.is(200)["access"].as_str().unwrap());
        let before = world.mails().len();
        let right = json!({ "email": "new@example.org", "old_password": PASSWORD });
        doctor.patch("profile/", right).await.is(200);
        world.settle().await;
        // The old address hears of it, and other sessions end.
        let mails = world.mails();
        assert_eq!(mails.len(), before + 1);
        assert_eq!(mails[before].to, "mine@example.org");
        later(world, 1);
        other.get("users/me/").await.is(401);
        doctor.get("users/me/").await.is(200);
    }

    async fn a_key_ends_after_a_year(world: &World) {
        let doctor = world.doctor().await;
        let name = username(&doctor).await;
        let made = key(world, &doctor).await;
        assert!(works(world, &made).await);
        world.clock.advance(SignedDuration::from_hours(24 * 366));
        assert!(!works(world, &made).await);
        // No longer life for it with an old session.
        let again = sign_in(world, &name, PASSWORD).await;
        let doctor = bearer(world, again.is(200)["access"].as_str().unwrap());
        let id = doctor.get("api-keys/").await.is(200)[0]["id"].clone();
        later(world, 11);
        let longer = json!({ "expires_at": "2030-01-01T00:00:00Z" });
        doctor.patch(&format!("api-keys/{id}/"), longer).await.refuses(403, "reauthentication_required");
        world.settle().await;
    }

    async fn an_idle_session_of_staff_is_over(world: &World) {
        let doctor = world.doctor().await;
        let name = username(&doctor).await;
        let tokens = sign_in(world, &name, PASSWORD).await;
        let refresh = json!({ "refresh": tokens.is(200)["refresh"] });
        later(world, 60 * 11);
        world.anonymous().post("auth/refresh/", refresh.clone()).await.is(200);
        world.clock.advance(SignedDuration::from_hours(24 * 13));
        world.anonymous().post("auth/refresh/", refresh).await.refuses(401, "token_expired");
        world.settle().await;
    }

    async fn mails_carry_no_words_of_strangers(world: &World) {
        let register = |first: &str| {
            let body = json!({
                "username": "visit-evil.example", "password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD,
                "email": "victim@example.org", "first_name": first, "last_name": "Bah",
            });
            async move { world.anonymous().post("register/", body).await }
        };
        register("Hello\nOpen https://evil.example now").await.complains_about("first_name");
        register("Visit evil.example").await.is(201);
        world.settle().await;
        let before = world.mails().len();
        let body = json!({ "email": "victim@example.org" });
        world.anonymous().post("auth/password-reset/", body).await.is(200);
        world.settle().await;
        let mails = world.mails();
        assert_eq!(mails.len(), before + 1);
        let mail = &mails[before];
        assert!(!mail.body.contains("evil") && !mail.subject.contains("evil"), "{}", mail.body);
    }

    async fn patients_name_their_delegate_exactly(world: &World) {
        let (patient, nurse) = (world.patient().await, world.nurse().await);
        let body = json!({ "delegate": nurse.id, "can_view_data": true });
        patient.post("delegateaccess/", body).await.complains_about("delegate");
        let name = username(&nurse).await;
        let body = json!({ "delegate_username": name, "can_view_data": true });
        patient.post("delegateaccess/", body).await.is(201);
    }
}
