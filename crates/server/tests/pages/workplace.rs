//! Pages as people use them: sessions, and what every record gets without a line of its own.
#![expect(clippy::unwrap_used, reason = "tests")]

use identity::state::Identity;
use kernel::{BuiltinRole, Reach};
use platform::access::{Access, Grant, Permission, Scope};
use platform::db::{Ddl, Migration};
use platform::field::Line;
use platform::module::Module;
use platform::record::{Column, Record};
use platform::resource::Resource;
use serde_json::{Value as Json, json};
use testkit::visitor::{Visitor, encoded, form, set, unescape};
use testkit::{Caller, PASSWORD, Reply};

/// What holds for every page here.
#[track_caller]
fn is_a_page(reply: &Reply) -> String {
    let html = testkit::visitor::is_a_page(reply, reply.status.as_u16());
    assert!(html.contains("<html lang=\"en\">"), "{}", reply.asked);
    assert_eq!(reply.header("cache-control"), "no-store", "{}", reply.asked);
    html
}

fn location(reply: &Reply) -> String {
    reply.is(303);
    reply.header("location").to_owned()
}

testkit::on_both! {
    async fn a_session_is_a_cookie_and_ends_everywhere_at_once(world: &World) {
        let id = world.user("awa", Some(BuiltinRole::Receptionist)).await;
        let browser = Visitor::new(world);
        assert_eq!(location(&browser.get("/admin/patients/").await), "/sign-in?next=%2Fadmin%2Fpatients%2F");
        let wrong = browser.post("/sign-in", &[("username", "awa"), ("password", "wrong")]).await;
        wrong.is(401);
        assert!(is_a_page(&wrong).contains("role=\"alert\""));
        let sent = [("username", "awa"), ("password", PASSWORD), ("next", "/admin/patients/")];
        let entered = browser.post("/sign-in", &sent).await;
        assert_eq!(location(&entered), "/admin/patients/");
        let cookie = entered.header("set-cookie").to_owned();
        assert!(cookie.starts_with("chelal=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let page = browser.get("/admin/patients/").await;
        page.is(200);
        is_a_page(&page);
        // Neither door takes the other's key.
        browser.get("/api/patients/").await.is(401);
        let token = world.sign_in("awa", PASSWORD).await;
        assert!(location(&token.get("/admin/patients/").await).starts_with("/sign-in"));
        // Ended by somebody else.
        let admin = world.admin().await;
        let sessions = admin.get(&format!("sessions/?user={id}")).await;
        for session in sessions.is(200).as_array().unwrap() {
            let key = session["session_key"].as_str().unwrap();
            admin.post(&format!("sessions/{key}/revoke/"), json!({})).await.is(200);
        }
        assert!(location(&browser.get("/admin/patients/").await).starts_with("/sign-in"));
        browser.sign_in("awa").await;
        browser.get("/admin/patients/").await.is(200);
        assert_eq!(location(&browser.post("/sign-out", &[]).await), "/sign-in");
        assert!(location(&browser.get("/admin/patients/").await).starts_with("/sign-in"));
        world.settle().await;
    }

    async fn nothing_is_done_for_other_sites(world: &World) {
        let browser = Visitor::of(world, BuiltinRole::Admin).await;
        let page = browser.get("/admin/wards/new").await;
        let mut pairs = form(&is_a_page(&page), "wards_create");
        set(&mut pairs, "name", "Hidden");
        let raw: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let post = || browser.caller.request("POST", "/admin/wards/new").raw("application/x-www-form-urlencoded", encoded(&raw));
        browser.with(post()).await.is(403);
        browser.with(post().header("sec-fetch-site", "cross-site")).await.is(403);
        browser.with(post().header("origin", "http://elsewhere.example")).await.is(403);
        let admin = world.admin().await;
        assert_eq!(admin.get("wards/?search=Hidden").await.is(200).as_array().unwrap().len(), 0);
        browser.with(post().header("origin", "http://localhost")).await.is(303);
        assert_eq!(admin.get("wards/?search=Hidden").await.is(200).as_array().unwrap().len(), 1);
    }

    async fn staff_who_do_nothing_sign_in_again_and_lose_nothing(world: &World) {
        let browser = Visitor::of(world, BuiltinRole::Admin).await;
        let mut pairs = form(&is_a_page(&browser.get("/admin/wards/new").await), "wards_create");
        set(&mut pairs, "name", "Maternity");
        world.pass(jiff::SignedDuration::from_mins(31));
        let over = browser.submit("/admin/wards/new", &pairs).await;
        over.is(401);
        let html = is_a_page(&over);
        let kept = html.split("name=\"_kept\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let kept = unescape(kept);
        let name = ["page", &BuiltinRole::Admin.id().to_string()].concat();
        let sent = [("username", name.as_str()), ("password", PASSWORD), ("next", "/admin/wards/new"), ("_kept", kept.as_str())];
        let again = browser.post("/sign-in", &sent).await;
        again.is(307);
        // The browser sends the same form on.
        let shown = browser.post(again.header("location"), &sent).await;
        shown.is(200);
        let pairs = form(&is_a_page(&shown), "wards_create");
        assert!(pairs.contains(&("name".to_owned(), "Maternity".to_owned())), "{pairs:?}");
        let admin = world.admin().await;
        assert_eq!(admin.get("wards/?search=Maternity").await.is(200).as_array().unwrap().len(), 0, "nothing was sent yet");
        browser.submit("/admin/wards/new", &pairs).await.is(303);
        assert_eq!(admin.get("wards/?search=Maternity").await.is(200).as_array().unwrap().len(), 1);
    }

    async fn what_was_typed_and_not_sent_waits_for_its_writer_alone(world: &World) {
        let browser = Visitor::of(world, BuiltinRole::Admin).await;
        let there = "/admin/wards/new";
        let mut pairs = form(&is_a_page(&browser.get(there).await), "wards_create");
        set(&mut pairs, "name", "Burns <unit>");
        let asked = |what: &str| {
            let mut pairs = pairs.clone();
            pairs.push(("_draft".to_owned(), what.to_owned()));
            pairs
        };
        // Kept twice, as while typing.
        browser.submit(there, &asked("keep")).await.is(204);
        browser.submit(there, &asked("keep")).await.is(204);
        let admin = world.admin().await;
        assert_eq!(admin.get("wards/?search=Burns").await.is(200).as_array().unwrap().len(), 0, "nothing was sent");
        // It is offered, and not filled in unasked.
        let html = is_a_page(&browser.get(there).await);
        assert_eq!(html.matches("value=\"resume\"").count(), 1, "{html}");
        assert!(!html.contains("Burns"), "{html}");
        // Nobody else is offered it, nor shown it when they know its key.
        world.user("other", Some(BuiltinRole::Admin)).await;
        let other = Visitor::new(world);
        other.sign_in("other").await;
        assert!(!other.get(there).await.text().contains("value=\"resume\""));
        assert!(!other.submit(there, &asked("resume")).await.text().contains("Burns"));
        let resumed = browser.submit(there, &asked("resume")).await;
        resumed.is(200);
        let again = form(&is_a_page(&resumed), "wards_create");
        assert!(again.contains(&("name".to_owned(), "Burns <unit>".to_owned())), "{again:?}");
        // Sent while its answer is lost, and sent again from the draft: done once.
        browser.submit(there, &pairs).await.is(303);
        browser.submit(there, &asked("keep")).await.is(204);
        let html = is_a_page(&browser.submit(there, &asked("resume")).await);
        browser.submit(there, &form(&html, "wards_create")).await.is(303);
        assert_eq!(admin.get("wards/?search=Burns").await.is(200).as_array().unwrap().len(), 1);
        assert!(!is_a_page(&browser.get(there).await).contains("value=\"resume\""), "it was sent");
        // Let go.
        browser.submit(there, &asked("keep")).await.is(204);
        browser.submit(there, &asked("forget")).await.is(303);
        assert!(!is_a_page(&browser.get(there).await).contains("value=\"resume\""));
        // Passwords are not kept.
        let mut secret = form(&is_a_page(&browser.get("/account/password").await), "auth_password_post");
        set(&mut secret, "new_password", "Correct-Horse-9");
        secret.push(("_draft".to_owned(), "keep".to_owned()));
        browser.submit("/account/password", &secret).await.is(204);
        assert!(!is_a_page(&browser.get("/account/password").await).contains("value=\"resume\""));
        // After a week nothing waits any more.
        browser.submit(there, &asked("keep")).await.is(204);
        world.pass(jiff::SignedDuration::from_hours(8 * 24));
        let later = Visitor::new(world);
        later.sign_in(&["page", &BuiltinRole::Admin.id().to_string()].concat()).await;
        assert!(!is_a_page(&later.get(there).await).contains("value=\"resume\""));
    }

    async fn a_record_is_made_changed_and_its_history_told(world: &World) {
        let browser = Visitor::of(world, BuiltinRole::Admin).await;
        let mut pairs = form(&is_a_page(&browser.get("/admin/wards/new").await), "wards_create");
        set(&mut pairs, "name", "");
        set(&mut pairs, "capacity", "12");
        let refused = browser.submit("/admin/wards/new", &pairs).await;
        refused.is(400);
        let html = is_a_page(&refused);
        assert!(html.contains("<title>Error: ") && html.contains("id=\"f-name-error\"") && html.contains("value=\"12\""), "{html}");
        set(&mut pairs, "name", "Children & youth");
        // A double click.
        let made = location(&browser.submit("/admin/wards/new", &pairs).await);
        assert_eq!(location(&browser.submit("/admin/wards/new", &pairs).await), made);
        let list = is_a_page(&browser.get("/admin/wards/?search=youth").await);
        assert_eq!(list.matches(&format!("href=\"{made}\"")).count(), 1, "{list}");
        let html = is_a_page(&browser.get(&made).await);
        assert!(html.contains("Children &amp; youth"), "{html}");
        let change = format!("{made}change");
        let mut first = form(&is_a_page(&browser.get(&change).await), "wards_patch");
        let mut second = first.clone();
        set(&mut first, "capacity", "20");
        set(&mut second, "capacity", "30");
        browser.submit(&change, &first).await.is(303);
        let stale = browser.submit(&change, &second).await;
        stale.is(412);
        let html = is_a_page(&stale);
        assert!(html.contains("value=\"30\"") && html.contains("<b>20</b>"), "{html}");
        let again = form(&html, "wards_patch");
        browser.submit(&change, &again).await.is(303);
        let history = is_a_page(&browser.get(&format!("{made}history")).await);
        assert!(history.contains("20</span></del>") && history.contains("30</span></ins>"), "{history}");
        let delete = format!("{made}delete");
        let pairs = form(&is_a_page(&browser.get(&delete).await), "wards_delete");
        assert_eq!(location(&browser.submit(&delete, &pairs).await), "/admin/wards/");
        browser.get(&made).await.is(404);
    }

    async fn a_form_and_the_api_leave_the_same_row_and_the_same_trail(world: &World) {
        let browser = Visitor::of(world, BuiltinRole::Admin).await;
        let admin = world.admin().await;
        let cases: [(&str, Json); 4] = [
            ("wards", json!({ "name": "?", "description": "East wing", "capacity": 8 })),
            ("suppliers", json!({ "name": "?", "contact_info": "+220 123" })),
            ("inventory", json!({ "name": "?", "quantity": 4 })),
            ("patients", json!({ "first_name": "?", "last_name": "Jallow", "date_of_birth": "1990-05-12", "gender": "female", "contact_info": "7834351", "address": "Banjul" })),
        ];
        for (path, body) in cases {
            let create = format!("{}_create", path.replace('-', "_"));
            let new = format!("/admin/{path}/new");
            let mut pairs = form(&is_a_page(&browser.get(&new).await), &create);
            let mut body = body.clone();
            let unique = body.as_object().unwrap().iter().find(|(_, value)| **value == json!("?")).unwrap().0.clone();
            for (name, value) in body.as_object().unwrap() {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                set(&mut pairs, name, if *name == unique { "Page" } else { &text });
            }
            body[&unique] = "Plain".into();
            // What a form asks and was left alone says what the API's default says.
            let made = browser.submit(&new, &pairs).await;
            let by_form: i64 = location(&made).trim_end_matches('/').rsplit('/').next().unwrap().parse().unwrap();
            let by_api = admin.post(&format!("{path}/"), body).await.is(201)["id"].as_i64().unwrap();
            let row = |id: i64| {
                let (admin, unique) = (admin.clone(), unique.clone());
                let at = format!("{path}/{id}/");
                async move {
                    let mut row = admin.get(&at).await.is(200).clone();
                    let own = ["id", "uid", "unique_id", "created_at", "updated_at", unique.as_str(), "mrn"];
                    for name in own {
                        row.as_object_mut().unwrap().remove(name);
                    }
                    row
                }
            };
            assert_eq!(row(by_form).await, row(by_api).await, "{path}");
            let kind = world.app.registry.tables().find(|info| info.path == path).unwrap().name;
            let trail = world.audit_of(kind).await;
            let of = |id: i64| -> Vec<String> {
                let mut fields = Vec::new();
                for entry in trail.iter().filter(|entry| entry.object_id == Some(id) && entry.action.as_str() == "create") {
                    let details = entry.field("details").unwrap();
                    fields.extend(details["fields"].as_object().unwrap().keys().cloned());
                }
                fields
            };
            assert!(!of(by_form).is_empty() && of(by_form) == of(by_api), "{path}: {:?} {:?}", of(by_form), of(by_api));
        }
        world.settle().await;
    }

    async fn every_derived_page_answers_each_role_as_the_matrix_says(world: &World) {
        let identity = Identity::of(&world.app).unwrap();
        let tables: Vec<&'static str> = world.app.registry.tables().filter(|info| !info.path.is_empty()).map(|info| info.path).collect();
        for role in BuiltinRole::ALL {
            let browser = Visitor::of(world, role).await;
            let grants = identity.grants(&world.app, Some(role.id())).await.unwrap();
            let home = is_a_page(&browser.get("/admin/").await);
            for path in &tables {
                let path: &'static str = path;
                let may = |verb| grants.reach(Permission::new(path, verb)) != Reach::None;
                let list = format!("/admin/{path}/");
                let reply = browser.get(&list).await;
                if reply.status == 404 {
                    continue;
                }
                assert_eq!(reply.status, if may("read") { 200 } else { 403 }, "{}: {list}: {}", role.name(), reply.text());
                assert_eq!(home.contains(&format!("href=\"{list}\"")), may("read"), "{}: {list}", role.name());
                let html = is_a_page(&reply);
                let new = browser.get(&format!("{list}new")).await;
                if new.status != 404 {
                    assert_eq!(new.status, if may("create") { 200 } else { 403 }, "{}: {list}new: {}", role.name(), new.text());
                    is_a_page(&new);
                    if may("read") {
                        assert_eq!(html.contains(&format!("href=\"{list}new\"")), may("create"), "{}: {list}", role.name());
                    }
                }
            }
        }
    }

    async fn reports_and_verbs_have_pages_for_those_who_may(world: &World) {
        let identity = Identity::of(&world.app).unwrap();
        for role in [BuiltinRole::Admin, BuiltinRole::Nurse] {
            let browser = Visitor::of(world, role).await;
            let grants = identity.grants(&world.app, Some(role.id())).await.unwrap();
            let mut seen = 0;
            for operation in world.operations() {
                let Some(info) = operation.permission() else { continue };
                let path = operation.path.trim_end_matches('/');
                let page = match (operation.method.as_str(), path.rsplit_once('/')) {
                    ("GET", _) if operation.tag == "reports" && !path.contains('{') => format!("/admin/reports/{path}"),
                    ("POST", Some((resource, verb))) if info.permission.resource() == resource => format!("/admin/{resource}/do/{verb}"),
                    _ => continue,
                };
                let reply = browser.get(&page).await;
                if reply.status == 404 {
                    continue;
                }
                seen += 1;
                let may = grants.reach(info.permission) != Reach::None;
                assert!(if may { reply.status != 403 && reply.status.as_u16() < 500 } else { reply.status == 403 }, "{}: {page}: {}", role.name(), reply.text());
                is_a_page(&reply);
            }
            assert!(seen > 10, "{seen}");
        }
    }

    async fn pages_come_over_the_network(world: &World) {
        world.user("awa", Some(BuiltinRole::Receptionist)).await;
        let mut browser = Visitor::new(world);
        browser.caller = Caller::at(world.listen().await);
        browser.sign_in("awa").await;
        let page = browser.get("/admin/patients/").await;
        page.is(200);
        let html = is_a_page(&page);
        let script = html.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(browser.get(script).await.header("content-type").starts_with("text/javascript"));
        for picked in ["/pick/patients?q=a&name=patient", "/find?q=ward"] {
            browser.get(picked).await.is(200);
        }
    }

    async fn a_list_is_saved_as_a_file_with_its_filters_order_and_rights(world: &World) {
        let admin = world.admin().await;
        for (name, note) in [("North", "=1+1"), ("South", "quiet"), ("Northeast", "@SUM(A1)")] {
            admin.post("wards/", json!({ "name": name, "description": note })).await.is(201);
        }
        let jane = crate::registered(&admin, "Jane").await;
        let browser = Visitor::of(world, BuiltinRole::Admin).await;
        let list = is_a_page(&browser.get("/admin/wards/?search=North&ordering=-name").await);
        let file = "/admin/files/wards.csv?search=North&amp;ordering=-name";
        assert!(list.contains(&format!("href=\"{file}\"")), "{list}");
        let saved = browser.get(&unescape(file)).await;
        assert!(saved.is(200).is_null() && saved.header("content-disposition").contains("wards.csv"));
        let text = saved.text();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() == 3 && lines[1].contains("Northeast") && lines[2].contains("North"), "{text}");
        // No cell begins what a spreadsheet takes for a formula.
        assert!(text.contains("'=1+1") && text.contains("'@SUM"), "{text}");
        let book = browser.get("/admin/files/wards.xlsx").await;
        book.is(200);
        assert!(book.bytes.starts_with(b"PK"), "{}", book.header("content-type"));
        // References and choices are told in words; the trail says who carried whose data away.
        admin.post(&format!("patients/{jane}/allergies/"), json!({ "substance": "Penicillin", "severity": "severe" })).await.is(201);
        let text = browser.get("/admin/files/allergies.csv").await.text();
        assert!(text.contains("Jane Doe") && text.contains("Severe"), "{text}");
        let exported = admin.get(&format!("audit_logs/?action=export&patient={jane}")).await;
        assert_eq!(exported.is(200).as_array().unwrap().len(), 1, "{}", exported.text());
        // What the list would not take, the file does not either, and who may not read gets neither.
        is_a_page(&browser.get("/admin/files/wards.csv?colour=red").await);
        browser.get("/admin/files/wards.csv?colour=red").await.is(400);
        let patient = Visitor::of(world, BuiltinRole::Patient).await;
        let text = patient.get("/admin/files/users.csv").await.text();
        assert!(text.lines().count() == 2 && text.contains(",Patient,"), "{text}");
        let mine = patient.get("/admin/files/patients.csv").await;
        assert!(mine.status == 403 || !mine.text().contains("Jane"), "{}", mine.text());
        world.settle().await;
    }

    async fn a_form_that_comes_in_parts_is_a_form(world: &World) {
        let browser = Visitor::of(world, BuiltinRole::Admin).await;
        let mut pairs = form(&is_a_page(&browser.get("/admin/wards/new").await), "wards_create");
        set(&mut pairs, "name", "Burns");
        set(&mut pairs, "description", "one\r\ntwo");
        let mut body: String = pairs.iter().map(|(name, value)| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")).collect();
        body.push_str("--b--\r\n");
        let send = |body: String| {
            let request = browser.caller.request("POST", "/admin/wards/new").header("sec-fetch-site", "same-origin");
            browser.with(request.raw("multipart/form-data; boundary=b", body.into_bytes()))
        };
        location(&send(body.clone()).await);
        let admin = world.admin().await;
        assert_eq!(admin.get("wards/?search=Burns").await.is(200)[0]["description"], "one\ntwo");
        is_a_page(&send(body[..body.len() - 40].to_owned()).await);
        assert_eq!(send("nothing".to_owned()).await.status.as_u16(), 400);
    }

    async fn everybody_chooses_the_language_of_their_pages(world: &World) {
        let browser = Visitor::of(world, BuiltinRole::Receptionist).await;
        let mut pairs = form(&is_a_page(&browser.get("/account/").await), "profile_patch");
        set(&mut pairs, "language_preference", "fr");
        browser.submit("/account/", &pairs).await.is(303);
        let html = browser.get("/account/").await.text();
        assert!(html.contains("<html lang=\"fr\">") && html.contains("Langue de ces pages"), "{html}");
        // Records are called in it, too, whatever the browser asks for.
        let office = world.admin().await;
        let (jane, doctor) = (crate::registered(&office, "Jane").await, world.doctor().await);
        let visit = json!({ "patient": jane, "doctor": doctor.id, "date": "2026-11-24", "time": "09:00" });
        let id = office.post("appointments/", visit).await.id();
        let html = browser.get(&format!("/admin/appointments/{id}/")).await.text();
        assert!(html.contains("24 novembre 2026") && !html.contains("24 November 2026"), "{html}");
        // Whom a record names is said once, although the API tells their number and their name.
        assert_eq!(html.matches("<dt>Patient</dt>").count(), 1, "{html}");
        world.settle().await;
        // What is told with its name is called by it.
        let admin = Visitor::of(world, BuiltinRole::Admin).await;
        let html = is_a_page(&admin.get("/admin/users/1/").await);
        assert!(html.contains("Receptionist") && !html.contains("&quot;description&quot;"), "{html}");
    }

    async fn a_record_offers_what_its_state_and_the_callers_reach_allow(world: &World) {
        let admin = world.admin().await;
        let jane = crate::registered(&admin, "Jane").await;
        let doctor = world.doctor().await;
        let visit = |date: &str| json!({ "patient": jane, "doctor": doctor.id, "date": date, "time": "09:00" });
        let id = admin.post("appointments/", visit("2026-11-23")).await.id();
        let desk = Visitor::of(world, BuiltinRole::Receptionist).await;
        // Nobody is checked in before the day, nor said not to have come.
        let tomorrow = admin.post("appointments/", visit("2026-11-24")).await.id();
        let early = is_a_page(&desk.get(&format!("/admin/appointments/{tomorrow}/")).await);
        assert!(early.contains("do/cancel\"") && !early.contains("do/check_in\"") && !early.contains("do/no_show\""), "{early}");
        let page = format!("/admin/appointments/{id}/");
        let offers = async |verb: &str| is_a_page(&desk.get(&page).await).contains(&format!("href=\"{page}do/{verb}\""));
        assert!(offers("cancel").await && offers("check_in").await);
        let cancel = format!("{page}do/cancel");
        let mut typed = form(&is_a_page(&desk.get(&cancel).await), "appointments_cancel");
        assert_eq!(location(&desk.submit(&cancel, &typed).await), page);
        // What was done is not offered again, nor what would follow it.
        assert!(!offers("cancel").await && !offers("check_in").await);
        let html = is_a_page(&desk.get(&cancel).await);
        assert!(html.contains("cannot be done to the record as it is now") && !html.contains("name=\"_do\" value=\"appointments_cancel\""), "{html}");
        // A form that is open in another window is refused in its place.
        set(&mut typed, "_key", "another-window");
        set(&mut typed, "_version", "");
        desk.submit(&cancel, &typed).await.is(409);
        world.settle().await;
    }

    async fn taking_a_permission_away_takes_its_page_and_button_away(world: &World) {
        let browser = Visitor::of(world, BuiltinRole::Doctor).await;
        let admin = world.admin().await;
        let ward = admin.post("wards/", json!({ "name": "North" })).await.is(201)["id"].as_i64().unwrap();
        let (page, change) = (format!("/admin/wards/{ward}/"), format!("/admin/wards/{ward}/change"));
        assert!(is_a_page(&browser.get(&page).await).contains(&change));
        browser.get(&change).await.is(200);
        let grants = admin.get("roles/2/").await;
        let mut held: Vec<String> = grants.is(200)["permissions"].as_array().unwrap().iter().filter_map(Json::as_str).map(str::to_owned).collect();
        held.retain(|name| name != "wards:update");
        admin.patch("roles/2/", json!({ "permissions": held })).await.is(200);
        assert!(!is_a_page(&browser.get(&page).await).contains(&change));
        browser.get(&change).await.is(403);
        // A panel of a page goes with its permission, and the page stays.
        let jane = crate::registered(&admin, "Jane").await;
        let chart = format!("/patients/{jane}/");
        let has_panel = async || is_a_page(&browser.get(&chart).await).contains("Problems");
        assert!(has_panel().await);
        held.retain(|name| name != "medical_conditions:read");
        admin.patch("roles/2/", json!({ "permissions": held })).await.is(200);
        assert!(!has_panel().await);
    }
}

platform::record! {
    /// Something lent to a patient.
    pub struct Loan in "made_up_loan" {
        client {
            /// What was lent.
            thing: Line<80>,
            /// For how many days: 1 or more.
            days: i64 = 7,
        }
    }
}

impl Resource for Loan {
    const PATH: &'static str = "made-up-loans";
    const SEARCH: &'static [Column<Self>] = &[Loan::thing];
    type Extra = ();

    fn access() -> Access {
        Access::nobody().role(BuiltinRole::Admin, "crud")
    }

    fn scope(_: &Grant) -> Scope {
        Scope::All
    }

    fn label(&self) -> String {
        self.thing.to_string()
    }
}

const LOANS: &[Migration] = &[Migration {
    name: "0001_loans",
    up: |ddl: &mut Ddl| {
        ddl.table("made_up_loan", |t| {
            t.standard();
            t.text("thing");
            t.int("days");
        });
    },
}];

testkit::on_both! {
    async fn a_made_up_resource_has_its_pages_with_no_further_line(world: &World) {
        let module = Module::new("made_up").migrations(LOANS).resource::<Loan>();
        let node = world.node_with(&[], vec![module]).await;
        let mut browser = Visitor::of(world, BuiltinRole::Admin).await;
        browser.caller = node.anonymous();
        assert!(is_a_page(&browser.get("/admin/").await).contains("href=\"/admin/made-up-loans/\""));
        let new = "/admin/made-up-loans/new";
        let mut pairs = form(&is_a_page(&browser.get(new).await), "made_up_loans_create");
        set(&mut pairs, "thing", "Crutches");
        let made = location(&browser.submit(new, &pairs).await);
        let list = is_a_page(&browser.get("/admin/made-up-loans/?search=Crutch").await);
        assert!(list.contains("Crutches"), "{list}");
        let history = is_a_page(&browser.get(&format!("{made}history")).await);
        assert!(history.contains("<ins>Crutches</ins>"), "{history}");
        let found = is_a_page(&browser.get("/find?q=made").await);
        assert!(found.contains("href=\"/admin/made-up-loans/\""), "{found}");
        node.settle().await;
    }
}
