//! The desk, registering, booking, the queue, beds and the ward, as people without scripts use them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;

use kernel::BuiltinRole;
use parking_lot::Mutex;
use serde_json::json;
use testkit::{Caller, PASSWORD, Reply, World};

/// A browser without scripts: it keeps cookies and sends forms.
struct Browser {
    caller: Caller,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Browser {
    async fn new(world: &World) -> Browser {
        let caller = world.anonymous().over(world.listen().await);
        Browser {
            caller,
            cookies: Mutex::default(),
        }
    }

    /// Signed in with a role of a new user.
    async fn of(world: &World, role: BuiltinRole) -> Browser {
        let name = ["page", &role.id().to_string()].concat();
        world.user(&name, Some(role)).await;
        let browser = Browser::new(world).await;
        browser.sign_in(&name).await;
        browser
    }

    async fn sign_in(&self, name: &str) {
        let sent = [("username", name), ("password", PASSWORD)];
        self.post("/sign-in", &sent).await.is(303);
    }

    async fn get(&self, path: &str) -> Reply {
        self.with(self.caller.request("GET", path)).await
    }

    async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Reply {
        let request = self
            .caller
            .request("POST", path)
            .header("sec-fetch-site", "same-origin");
        self.with(request.raw("application/x-www-form-urlencoded", encoded(pairs)))
            .await
    }

    async fn with(&self, request: testkit::Request) -> Reply {
        let cookies: Vec<String> = {
            let kept = self.cookies.lock();
            kept.iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect()
        };
        let reply = request.header("cookie", &cookies.join("; ")).send().await;
        for cookie in reply.headers.get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            let mut kept = self.cookies.lock();
            if rest.contains("Max-Age=0") {
                kept.remove(name);
            } else {
                kept.insert(name.to_owned(), value.to_owned());
            }
        }
        reply
    }
}

fn encoded(pairs: &[(&str, &str)]) -> Vec<u8> {
    let percent =
        |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", percent(value)))
        .collect();
    pairs.join("&").into_bytes()
}

/// What the form of an operation on a page would send, untouched.
fn form(html: &str, operation: &str) -> Vec<(String, String)> {
    let at = html
        .find(&format!("name=\"_do\" value=\"{operation}\""))
        .unwrap_or_else(|| panic!("no {operation} in {html}"));
    let begin = html[..at].rfind("<form").unwrap();
    let end = begin + html[begin..].find("</form>").unwrap();
    let mut pairs = Vec::new();
    for tag in html[begin..end]
        .split('<')
        .filter(|tag| tag.starts_with("input"))
    {
        let attribute = |name: &str| {
            let rest = tag.split_once(&format!(" {name}=\""))?.1;
            Some(unescape(rest.split('"').next()?))
        };
        let ticked = !tag.contains("type=\"checkbox\"") && !tag.contains("type=\"radio\"")
            || tag.contains(" checked");
        if let Some(name) = attribute("name").filter(|_| ticked) {
            pairs.push((name, attribute("value").unwrap_or_default()));
        }
    }
    for (tag, end) in [("<textarea", "</textarea>"), ("<select", "</select>")] {
        for part in html[begin..begin + html[begin..].find("</form>").unwrap()]
            .split(tag)
            .skip(1)
        {
            let name = part
                .split_once("name=\"")
                .unwrap()
                .1
                .split('"')
                .next()
                .unwrap();
            let inner = part.split(end).next().unwrap();
            let value = if tag == "<textarea" {
                inner.split_once('>').unwrap().1.to_owned()
            } else {
                let chosen = inner
                    .split("<option")
                    .find(|option| option.contains(" selected"));
                chosen
                    .and_then(|option| option.split_once("value=\""))
                    .map(|(_, rest)| rest.split('"').next().unwrap().to_owned())
                    .unwrap_or_default()
            };
            pairs.push((name.to_owned(), unescape(&value)));
        }
    }
    pairs
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

fn set(pairs: &mut Vec<(String, String)>, name: &str, value: &str) {
    pairs.retain(|(known, _)| known != name);
    pairs.push((name.to_owned(), value.to_owned()));
}

async fn submit(browser: &Browser, path: &str, pairs: &[(String, String)]) -> Reply {
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser.post(path, &pairs).await
}

/// What holds for every page, in a language.
#[track_caller]
fn is_a_page(reply: &Reply, status: u16) -> String {
    let html = reply.text();
    assert_eq!(reply.status.as_u16(), status, "{}: {html}", reply.asked);
    assert_eq!(html.matches("<h1").count(), 1, "{}: {html}", reply.asked);
    assert!(
        html.contains("<html lang=\"") && html.contains("<title>"),
        "{}",
        reply.asked
    );
    for raw in [
        ">scheduling-",
        ">patients-",
        ">wards-",
        ">nav-",
        ">done-",
        " style=",
        "<script>",
    ] {
        assert!(!html.contains(raw), "{raw} in {}: {html}", reply.asked);
    }
    html
}

/// Where a post led.
#[track_caller]
fn leads(reply: &Reply) -> String {
    assert_eq!(
        reply.status.as_u16(),
        303,
        "{}: {}",
        reply.asked,
        reply.text()
    );
    reply.header("location").to_owned()
}

fn id_in(address: &str) -> i64 {
    let digits: String = address.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

async fn registered(admin: &Caller, first: &str) -> i64 {
    let body = json!({
        "first_name": first, "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female",
    });
    admin.post("patients/", body).await.id()
}

testkit::on_both! {
    async fn the_first_patient_is_registered_booked_and_seen(world: &World) {
        world.user("drjallow", Some(BuiltinRole::Doctor)).await;
        let desk = Browser::of(world, BuiltinRole::Receptionist).await;
        assert_eq!(leads(&desk.get("/").await), "/desk");
        let html = is_a_page(&desk.get("/desk").await, 200);
        assert!(html.contains("No patients yet") && html.contains("href=\"/patients/new\""), "{html}");

        let html = is_a_page(&desk.get("/patients/new?q=Jane%20Doe").await, 200);
        let mut form = form(&html, "patients_create");
        for (name, value) in [("date_of_birth", "34"), ("gender", "Female"), ("contact_info", "783 4351")] {
            set(&mut form, name, value);
        }
        let book = leads(&submit(&desk, "/patients/new", &form).await);
        assert!(book.starts_with("/calendar/book?patient="), "{book}");
        let patient = id_in(&book);

        let html = is_a_page(&desk.get(&book).await, 200);
        assert!(html.contains("Jane Doe") && html.contains("any time can be booked"), "{html}");
        let mut form = self::form(&html, "appointments_create");
        set(&mut form, "reason", "Cough");
        set(&mut form, "status", "checked_in");
        let visit = leads(&submit(&desk, &book, &form).await);
        let html = is_a_page(&desk.get(&visit).await, 200);
        assert!(html.contains("The appointment is booked.") && html.contains("Number in the queue"), "{html}");

        let html = is_a_page(&desk.get("/queue/").await, 200);
        assert!(html.contains("Jane Doe") && html.contains("Call next"), "{html}");
        let html = is_a_page(&desk.get("/queue/screen").await, 200);
        assert!(!html.contains("Jane"), "no names on the wall: {html}");
        let html = is_a_page(&desk.get("/queue/").await, 200);
        leads(&submit(&desk, "/queue/", &self::form(&html, "appointments_start")).await);
        let html = is_a_page(&desk.get(&visit).await, 200);
        leads(&submit(&desk, &visit, &self::form(&html, "appointments_complete")).await);
        let html = is_a_page(&desk.get(&format!("/patients/{patient}/visits")).await, 200);
        assert!(html.contains("Cough") && html.contains("Seen"), "{html}");
        let shown = world.admin().await.get(&format!("patients/{patient}/")).await;
        let born = shown.is(200)["date_of_birth"].as_str().unwrap().to_owned();
        assert!(born.ends_with("-01-01"), "{born}");
        world.settle().await;
    }

    async fn whoever_is_registered_already_is_shown_beside_the_form(world: &World) {
        let admin = world.admin().await;
        let known = registered(&admin, "Jane").await;
        let desk = Browser::of(world, BuiltinRole::Receptionist).await;
        let html = is_a_page(&desk.get("/patients/new?q=Jane%20Doe").await, 200);
        let mut form = form(&html, "patients_create");
        set(&mut form, "date_of_birth", "1990-01-01");
        set(&mut form, "gender", "Female");
        set(&mut form, "address", "12 Kairaba Avenue");
        let html = is_a_page(&submit(&desk, "/patients/new", &form).await, 409);
        assert!(html.contains("same name, same date of birth"), "{html}");
        assert!(html.contains(&format!("href=\"/patients/{known}/\"")), "{html}");
        assert!(html.contains("12 Kairaba Avenue") && html.contains("<title>Error"), "{html}");
        let mut again = self::form(&html, "patients_create");
        again.push(("_query.reject_duplicates".to_owned(), "false".to_owned()));
        let book = leads(&submit(&desk, "/patients/new", &again).await);
        assert_ne!(id_in(&book), known);
        // A field that is wrong is named, and nothing typed is lost.
        set(&mut form, "date_of_birth", "long ago");
        let html = is_a_page(&submit(&desk, "/patients/new", &form).await, 400);
        assert!(html.contains("id=\"f-date_of_birth-error\"") && html.contains("long ago"), "{html}");
    }

    async fn a_time_that_is_taken_is_refused_with_what_is_free_nearby(world: &World) {
        let admin = world.admin().await;
        let doctor = world.user("drjallow", Some(BuiltinRole::Doctor)).await;
        let (jane, awa) = (registered(&admin, "Jane").await, registered(&admin, "Awa").await);
        let day = "2027-05-27";
        for weekday in 0..7 {
            let hours = json!({ "doctor": doctor, "weekday": weekday, "start": "09:00", "end": "10:00" });
            admin.post("doctor-schedules/", hours).await.is(201);
        }
        let desk = Browser::of(world, BuiltinRole::Receptionist).await;
        let path = format!("/calendar/book?day={day}&patient={awa}");
        let html = is_a_page(&desk.get(&path).await, 200);
        let mut form = form(&html, "appointments_create");
        set(&mut form, "time", "09:15:00");
        set(&mut form, "reason", "Fever");
        // Somebody else was faster.
        let body = json!({ "patient": jane, "doctor": doctor, "date": day, "time": "09:15" });
        admin.post("appointments/", body).await.is(201);
        let html = is_a_page(&submit(&desk, &path, &form).await, 409);
        assert!(html.contains("Free nearby") && html.contains("Fever"), "{html}");
        assert_eq!(html.matches("name=\"_slot\"").count(), 3, "{html}");
        let at = html.find("name=\"_slot\"").unwrap();
        let begin = html[..at].rfind("<form").unwrap();
        let offered = self::form(&html[begin..], "appointments_create");
        let visit = leads(&submit(&desk, &path, &offered).await);
        let html = is_a_page(&desk.get(&visit).await, 200);
        assert!(html.contains("Fever") && html.contains("Awa Doe"), "{html}");
        // The calendar says who is taken and what is free.
        let html = is_a_page(&desk.get(&format!("/calendar/?day={day}")).await, 200);
        assert!(html.contains("Jane Doe") && html.contains("Awa Doe"), "{html}");
        assert_eq!(html.matches("class=\"slot free\"").count(), 2, "{html}");
        is_a_page(&desk.get(&format!("/calendar/?day={day}&show=resources")).await, 200);
        world.settle().await;
    }

    async fn a_patient_gets_a_bed_moves_and_leaves(world: &World) {
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let ward = admin.post("wards/", json!({ "name": "Maternity" })).await.id();
        let one = admin.post("beds/", json!({ "ward": ward, "number": "1" })).await.id();
        let two = admin.post("beds/", json!({ "ward": ward, "number": "2" })).await.id();
        admin.post(&format!("patients/{jane}/allergies/"), json!({ "substance": "Penicillin", "severity": "severe" })).await.is(201);
        let nurse = Browser::of(world, BuiltinRole::Nurse).await;
        assert_eq!(leads(&nurse.get("/").await), "/ward");
        is_a_page(&nurse.get("/ward").await, 200);
        let html = is_a_page(&nurse.get(&format!("/beds/?patient={jane}")).await, 200);
        let to = format!("/beds/{one}/?patient={jane}");
        assert!(html.contains(&format!("href=\"{to}\"")) && html.contains("2 of 2 free"), "{html}");
        let html = is_a_page(&nurse.get(&to).await, 200);
        let bed = leads(&submit(&nurse, &to, &form(&html, "beds_assign_patient")).await);
        let html = is_a_page(&nurse.get(&bed).await, 200);
        assert!(html.contains("Jane Doe") && html.contains("Allergies: Penicillin (severe)"), "{html}");
        let html = is_a_page(&nurse.get("/ward").await, 200);
        assert!(html.contains("Allergies: Penicillin") && html.contains("Admitted today"), "{html}");
        let html = is_a_page(&nurse.get(&bed).await, 200);
        let mut form = form(&html, "beds_transfer");
        set(&mut form, "to_bed", &two.to_string());
        let bed = leads(&submit(&nurse, &bed, &form).await);
        assert_eq!(bed, format!("/beds/{two}/"));
        let html = is_a_page(&nurse.get("/beds/").await, 200);
        assert!(html.contains("To be cleaned") && html.contains("0 of 2 free"), "{html}");
        leads(&submit(&nurse, "/beds/", &self::form(&html, "beds_make_available")).await);
        let html = is_a_page(&nurse.get(&bed).await, 200);
        leads(&submit(&nurse, &bed, &self::form(&html, "beds_discharge_patient")).await);
        let html = is_a_page(&nurse.get("/ward").await, 200);
        assert!(html.contains("Discharged today") && html.contains("Nobody lies"), "{html}");
        world.settle().await;
    }

    async fn an_administrator_who_sees_patients_says_so(world: &World) {
        let jane = registered(&world.admin().await, "Jane").await;
        let admin = Browser::of(world, BuiltinRole::Admin).await;
        let path = format!("/calendar/book?patient={jane}");
        let html = is_a_page(&admin.get(&path).await, 200);
        assert!(html.contains("I see patients myself"), "{html}");
        assert_eq!(leads(&submit(&admin, &path, &form(&html, "doctor_schedules_create")).await), path);
        let html = is_a_page(&admin.get(&path).await, 200);
        let visit = leads(&submit(&admin, &path, &form(&html, "appointments_create")).await);
        let html = is_a_page(&admin.get(&visit).await, 200);
        assert!(html.contains("Check in") && html.contains("Jane Doe"), "{html}");
        world.settle().await;
    }

    async fn everybody_sees_what_the_matrix_says(world: &World) {
        use BuiltinRole::{Admin, Cashier, Doctor, LabTechnician, Nurse, Patient, Pharmacist, Receptionist};
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let doctor = world.user("drjallow", Some(Doctor)).await;
        let body = json!({ "patient": jane, "doctor": doctor, "date": "2027-05-27", "time": "09:00" });
        let visit = admin.post("appointments/", body).await.id();
        let bed = admin.post("beds/", json!({ "number": "1" })).await.id();
        let desk: &[BuiltinRole] = &[Admin, Doctor, Receptionist, Nurse];
        let staff: &[BuiltinRole] = &[Admin, Doctor, Receptionist, Nurse, Pharmacist, LabTechnician, Cashier];
        let beds: &[BuiltinRole] = &[Admin, Doctor, Receptionist, Nurse, Cashier];
        let screens = [
            ("/desk".to_owned(), desk), ("/calendar/book".to_owned(), desk), ("/queue/".to_owned(), desk),
            ("/queue/screen".to_owned(), desk), ("/patients/new".to_owned(), desk), ("/patients/".to_owned(), staff),
            (format!("/patients/{jane}/"), staff), (format!("/patients/{jane}/visits"), staff),
            (format!("/appointments/{visit}/"), staff), ("/calendar/".to_owned(), staff),
            ("/beds/".to_owned(), beds), (format!("/beds/{bed}/"), beds), ("/ward".to_owned(), beds),
        ];
        for role in [Admin, Doctor, Receptionist, Nurse, Pharmacist, LabTechnician, Cashier, Patient] {
            let browser = Browser::of(world, role).await;
            for (address, who) in &screens {
                let reply = browser.get(address).await;
                if who.contains(&role) {
                    is_a_page(&reply, 200);
                } else if role == Patient && !matches!(address.as_str(), "/desk" | "/calendar/book" | "/queue/" | "/queue/screen" | "/patients/new" | "/ward" | "/beds/") {
                    // Their own, or nothing.
                    assert!(matches!(reply.status.as_u16(), 200 | 403 | 404), "{}", reply.asked);
                    assert!(!reply.text().contains("Jane"), "{}", reply.text());
                } else {
                    assert_eq!(reply.status.as_u16(), 403, "{role:?} {address}");
                }
            }
        }
        world.settle().await;
    }
}
