//! One's own account, and what is told once and never again.
#![expect(clippy::unwrap_used, reason = "tests")]

use identity::credential::totp::{TotpSecret, step};
use kernel::BuiltinRole;
use serde_json::json;
use testkit::visitor::{Visitor, form, is_a_page, leads, set, unescape};
use testkit::{PASSWORD, World};

/// What stands in an element, such as `<code>`.
fn inside<'h>(html: &'h str, tag: &str) -> Vec<&'h str> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    html.split(&open)
        .skip(1)
        .filter_map(|rest| rest.split(&close).next())
        .collect()
}

/// What an authenticator app shows for a key that was typed into it.
fn code(world: &World, key: &str) -> String {
    let (mut bytes, mut buffer, mut bits) = (Vec::new(), 0_u32, 0);
    for c in key.bytes().filter(u8::is_ascii_alphanumeric) {
        let value = if c.is_ascii_uppercase() {
            c - b'A'
        } else {
            c - b'2' + 26
        };
        (buffer, bits) = ((buffer << 5) | u32::from(value), bits + 5);
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
        }
    }
    TotpSecret::from_bytes(&bytes)
        .unwrap()
        .code(step(world.clock.now()))
}

testkit::on_both! {
    async fn a_second_factor_is_switched_on_used_and_switched_off(world: &World) {
        let nurse = Visitor::of(world, BuiltinRole::Nurse).await;
        let html = is_a_page(&nurse.get("/account/").await, 200);
        assert!(html.contains("href=\"/account/two-factor\""), "{html}");
        let at = "/account/two-factor";
        let html = is_a_page(&nurse.get(at).await, 200);
        assert!(html.contains("the password alone is enough"), "{html}");

        // The key is shown as a picture and in letters, and stays when the first code is mistyped.
        let html = is_a_page(&nurse.submit(at, &form(&html, "auth_2fa_setup_post")).await, 200);
        assert!(html.contains("<svg") && html.contains("role=\"img\""), "{html}");
        let key = inside(&html, "code")[0].to_owned();
        let mut first = form(&html, "auth_2fa_confirm_post");
        set(&mut first, "code", "000000");
        let html = is_a_page(&nurse.submit(at, &first).await, 400);
        assert_eq!(inside(&html, "code")[0], key);
        let mut first = form(&html, "auth_2fa_confirm_post");
        set(&mut first, "code", &code(world, &key));
        let html = is_a_page(&nurse.submit(at, &first).await, 200);
        let codes: Vec<String> = inside(&html, "code").into_iter().map(str::to_owned).collect();
        assert!(codes.len() >= 8 && html.contains("shown only now"), "{html}");

        // From now on the password is half of it; a recovery code stands in for the app.
        let again = Visitor::new(world);
        let name = format!("page{}", BuiltinRole::Nurse.id());
        let asked = again.post("/sign-in", &[("username", name.as_str()), ("password", PASSWORD)]).await;
        let html = is_a_page(&asked, 200);
        assert!(html.contains("name=\"code\""), "{html}");
        let challenge = html.split("name=\"challenge\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        again.post("/sign-in", &[("challenge", challenge), ("code", &codes[0])]).await.is(303);

        let html = is_a_page(&again.get(at).await, 200);
        assert!(html.contains("signing in asks for a code"), "{html}");
        let mut off = form(&html, "auth_2fa_disable_post");
        set(&mut off, "password", PASSWORD);
        set(&mut off, "code", &codes[1]);
        leads(&again.submit(at, &off).await);
        let html = is_a_page(&again.get(at).await, 200);
        assert!(html.contains("the password alone is enough"), "{html}");
        world.settle().await;
    }

    async fn a_key_is_shown_once(world: &World) {
        let office = Visitor::of(world, BuiltinRole::Admin).await;
        let html = is_a_page(&office.get("/admin/api-keys/new").await, 200);
        let mut new = form(&html, "api_keys_post");
        set(&mut new, "name", "Laboratory analyser");
        let told = office.submit("/admin/api-keys/new", &new).await;
        let html = is_a_page(&told, 200);
        assert_eq!(told.header("cache-control"), "no-store");
        assert!(html.contains("chk_") && html.contains("shown only now"), "{html}");
        let key = html.split("chk_").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let on = html.split("href=\"/admin/api-keys/").nth(1).unwrap().split('"').next().unwrap();
        let html = is_a_page(&office.get(&format!("/admin/api-keys/{on}")).await, 200);
        assert!(html.contains("Laboratory analyser") && !html.contains(&key), "{html}");
        // It works.
        let name = format!("chk_{key}");
        let asked = world.anonymous().request("GET", "users/me/").header("x-api-key", &name).send().await;
        asked.is(200);
        world.settle().await;
    }

    async fn a_password_for_the_first_time_is_shown_to_who_made_it(world: &World) {
        let nurse = world.user("kumba", Some(BuiltinRole::Nurse)).await;
        let office = Visitor::of(world, BuiltinRole::Admin).await;
        let at = format!("/admin/users/{nurse}/do/reset_password");
        let html = is_a_page(&office.get(&at).await, 200);
        let html = is_a_page(&office.submit(&at, &form(&html, "users_reset_password")).await, 200);
        let password = html.split("Temporary password</dt><dd>").nth(1).unwrap().split('<').next().unwrap();
        let password = unescape(password);
        let signed = Visitor::new(world).post("/sign-in", &[("username", "kumba"), ("password", &password)]).await;
        leads(&signed);
        world.settle().await;
    }

    async fn what_is_grave_asks_who_it_is_once_more(world: &World) {
        let office = Visitor::of(world, BuiltinRole::Admin).await;
        let html = is_a_page(&office.get("/admin/api-keys/new").await, 200);
        let mut new = form(&html, "api_keys_post");
        set(&mut new, "name", "Laboratory analyser");
        // So much later that signing in proves nothing any more, with a look at something in between.
        for _ in 0..3 {
            world.pass(jiff::SignedDuration::from_mins(20));
            is_a_page(&office.get("/account/").await, 200);
        }
        let html = is_a_page(&office.submit("/admin/api-keys/new", &new).await, 401);
        assert!(html.contains("proof that it is you") && html.contains("Laboratory%20analyser") || html.contains("Laboratory+analyser"), "{html}");
        let name = format!("page{}", BuiltinRole::Admin.id());
        let kept = html.split("name=\"_kept\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let kept = unescape(kept);
        let sent = [("username", name.as_str()), ("password", PASSWORD), ("next", "/admin/api-keys/new"), ("_kept", kept.as_str())];
        let answer = office.post("/sign-in", &sent).await;
        assert_eq!(answer.status, 307, "{}", answer.text());
        let html = is_a_page(&office.post("/admin/api-keys/new", &[("_kept", kept.as_str())]).await, 200);
        assert!(html.contains("value=\"Laboratory analyser\""), "{html}");
        let html = is_a_page(&office.submit("/admin/api-keys/new", &form(&html, "api_keys_post")).await, 200);
        assert!(html.contains("chk_"), "{html}");
        world.settle().await;
    }

    async fn a_history_says_who_and_when_in_words(world: &World) {
        let admin = world.admin().await;
        let jane = crate::registered(&admin, "Jane").await;
        let doctor = world.user("drjallow", Some(BuiltinRole::Doctor)).await;
        let body = json!({ "patient": jane, "doctor": doctor, "date": "2026-11-30", "time": "10:00" });
        let visit = admin.post("appointments/", body).await.id();
        let office = Visitor::of(world, BuiltinRole::Admin).await;
        let html = is_a_page(&office.get(&format!("/admin/appointments/{visit}/history")).await, 200);
        for words in ["Jane Doe", "30 November 2026", "10:00", "Booked"] {
            assert!(html.contains(words), "{words}: {html}");
        }
        for raw in [">2026-11-30T10", "scheduled", ">false<", "Completed at"] {
            assert!(!html.contains(raw), "{raw}: {html}");
        }
        // A change names only what may be left empty as such.
        let html = is_a_page(&office.get(&format!("/admin/appointments/{visit}/change")).await, 200);
        let doctor = html.split("data-name=\"doctor\"").next().unwrap();
        assert!(!doctor.contains("(optional)"), "{doctor}");
        world.settle().await;
    }

    async fn what_depends_on_a_record_is_counted_before_it_goes(world: &World) {
        let admin = world.admin().await;
        let ward = admin.post("wards/", json!({ "name": "Maternity", "capacity": 2 })).await.id();
        let office = Visitor::of(world, BuiltinRole::Admin).await;
        let at = format!("/admin/wards/{ward}/delete");
        let html = is_a_page(&office.get(&at).await, 200);
        assert!(html.contains("Nothing names it."), "{html}");
        for number in ["M-1", "M-2"] {
            admin.post("beds/", json!({ "ward": ward, "number": number })).await.id();
        }
        let html = is_a_page(&office.get(&at).await, 200);
        assert!(html.contains("<span class=\"count\">2</span>") && !html.contains("Nothing names it."), "{html}");
        world.settle().await;
    }
}
