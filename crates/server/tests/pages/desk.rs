//! The desk, registering, booking, the queue, beds and the ward, as people without scripts use them.
#![expect(clippy::unwrap_used, reason = "tests")]

use crate::registered;
use kernel::BuiltinRole;
use serde_json::json;
use testkit::visitor::{Visitor, encoded, form, id_in, is_a_page, leads, set};

testkit::on_both! {
    async fn the_first_patient_is_registered_booked_and_seen(world: &World) {
        world.user("drjallow", Some(BuiltinRole::Doctor)).await;
        let desk = Visitor::of(world, BuiltinRole::Receptionist).await;
        assert_eq!(leads(&desk.get("/").await), "/desk");
        let html = is_a_page(&desk.get("/desk").await, 200);
        assert!(html.contains("No patients yet") && html.contains("href=\"/patients/new\""), "{html}");

        let html = is_a_page(&desk.get("/patients/new?q=Jane%20Doe").await, 200);
        let mut form = form(&html, "patients_create");
        for (name, value) in [("date_of_birth", "34"), ("gender", "Female"), ("contact_info", "783 4351")] {
            set(&mut form, name, value);
        }
        let book = leads(&desk.submit("/patients/new", &form).await);
        assert!(book.starts_with("/calendar/book?patient="), "{book}");
        let patient = id_in(&book);

        let html = is_a_page(&desk.get(&book).await, 200);
        assert!(html.contains("Jane Doe") && html.contains("any time can be booked"), "{html}");
        let mut form = self::form(&html, "appointments_create");
        set(&mut form, "reason", "Cough");
        set(&mut form, "status", "checked_in");
        let visit = leads(&desk.submit(&book, &form).await);
        let html = is_a_page(&desk.get(&visit).await, 200);
        assert!(html.contains("The appointment is booked.") && html.contains("Number in the queue"), "{html}");
        let slip = html.split("href=\"").find(|rest| rest.starts_with("/print/appointment-slip/")).unwrap();
        let slip = desk.get(slip.split('"').next().unwrap()).await;
        assert!(slip.status == 200 && slip.bytes.starts_with(b"%PDF"), "{}", slip.status);

        let html = is_a_page(&desk.get("/queue/").await, 200);
        assert!(html.contains("Jane Doe") && html.contains("Call next"), "{html}");
        let html = is_a_page(&desk.get("/queue/screen").await, 200);
        assert!(!html.contains("Jane"), "no names on the wall: {html}");
        let html = is_a_page(&desk.get("/queue/").await, 200);
        leads(&desk.submit("/queue/", &self::form(&html, "appointments_start")).await);
        let html = is_a_page(&desk.get(&visit).await, 200);
        leads(&desk.submit(&visit, &self::form(&html, "appointments_complete")).await);
        let html = is_a_page(&desk.get(&format!("/patients/{patient}/visits")).await, 200);
        assert!(html.contains("Cough") && html.contains("Seen"), "{html}");
        let shown = world.admin().await.get(&format!("patients/{patient}/")).await;
        let born = shown.is(200)["date_of_birth"].as_str().unwrap().to_owned();
        assert!(born.ends_with("-01-01"), "{born}");
        world.settle().await;
    }

    async fn a_visit_is_repeated_and_a_time_given_up_goes_to_who_waits(world: &World) {
        let doctor = world.user("drjallow", Some(BuiltinRole::Doctor)).await;
        let admin = world.admin().await;
        let (jane, awa) = (registered(&admin, "Jane").await, registered(&admin, "Awa").await);
        let booked = json!({ "patient": jane, "doctor": doctor, "date": "2026-11-30", "time": "10:00" });
        let visit = admin.post("appointments/", booked).await.id();
        let desk = Visitor::of(world, BuiltinRole::Receptionist).await;
        let path = format!("/appointments/{visit}/");
        let html = is_a_page(&desk.get(&path).await, 200);
        let mut repeat = form(&html, "appointments_repeat");
        set(&mut repeat, "times", "2");
        leads(&desk.submit(&path, &repeat).await);
        let series = admin.get(&format!("appointments/?series={visit}")).await;
        assert_eq!(series.is(200).as_array().unwrap().len(), 3);

        // Somebody waits; the desk sees it, and what is offered when a time becomes free.
        let html = is_a_page(&desk.get("/desk").await, 200);
        assert!(html.contains("Nobody waits for a time."), "{html}");
        admin.post("waiting-list/", json!({ "patient": awa, "urgent": true })).await.is(201);
        let html = is_a_page(&desk.get(&path).await, 200);
        let mut cancel = form(&html, "appointments_cancel");
        set(&mut cancel, "reason", "has no transport");
        leads(&desk.submit(&path, &cancel).await);
        let html = is_a_page(&desk.get(&path).await, 200);
        assert!(html.contains("has no transport"), "{html}");
        world.settle().await;
        let html = is_a_page(&desk.get("/desk").await, 200);
        assert!(html.contains("Offered until") && html.contains("Awa Doe"), "{html}");
        leads(&desk.submit("/desk", &form(&html, "slot_offers_accept")).await);
        let html = is_a_page(&desk.get("/desk").await, 200);
        assert!(html.contains("Nobody waits for a time."), "{html}");
        let taken = admin.get(&format!("appointments/?patient={awa}")).await;
        assert_eq!(taken.is(200)[0]["starts_at"], "2026-11-30T10:00:00Z");
        world.settle().await;
    }

    async fn whoever_is_registered_already_is_shown_beside_the_form(world: &World) {
        let admin = world.admin().await;
        let known = registered(&admin, "Jane").await;
        let desk = Visitor::of(world, BuiltinRole::Receptionist).await;
        let html = is_a_page(&desk.get("/patients/new?q=Jane%20Doe").await, 200);
        let mut form = form(&html, "patients_create");
        set(&mut form, "date_of_birth", "1990-01-01");
        set(&mut form, "gender", "Female");
        set(&mut form, "address", "12 Kairaba Avenue");
        let html = is_a_page(&desk.submit("/patients/new", &form).await, 409);
        assert!(html.contains("same name, same date of birth"), "{html}");
        assert!(html.contains(&format!("href=\"/patients/{known}/\"")), "{html}");
        assert!(html.contains("12 Kairaba Avenue") && html.contains("<title>Error"), "{html}");
        let mut again = self::form(&html, "patients_create");
        again.push(("_query.reject_duplicates".to_owned(), "false".to_owned()));
        let book = leads(&desk.submit("/patients/new", &again).await);
        assert_ne!(id_in(&book), known);
        // A field that is wrong is named, and nothing typed is lost.
        set(&mut form, "date_of_birth", "long ago");
        let html = is_a_page(&desk.submit("/patients/new", &form).await, 400);
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
        let desk = Visitor::of(world, BuiltinRole::Receptionist).await;
        let path = format!("/calendar/book?day={day}&patient={awa}");
        let html = is_a_page(&desk.get(&path).await, 200);
        let mut form = form(&html, "appointments_create");
        set(&mut form, "time", "09:15:00");
        set(&mut form, "reason", "Fever");
        // Somebody else was faster.
        let body = json!({ "patient": jane, "doctor": doctor, "date": day, "time": "09:15" });
        admin.post("appointments/", body).await.is(201);
        let html = is_a_page(&desk.submit(&path, &form).await, 409);
        assert!(html.contains("Free nearby") && html.contains("Fever"), "{html}");
        assert_eq!(html.matches("name=\"_slot\"").count(), 3, "{html}");
        let at = html.find("name=\"_slot\"").unwrap();
        let begin = html[..at].rfind("<form").unwrap();
        let offered = self::form(&html[begin..], "appointments_create");
        let visit = leads(&desk.submit(&path, &offered).await);
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
        let nurse = Visitor::of(world, BuiltinRole::Nurse).await;
        assert_eq!(leads(&nurse.get("/").await), "/ward");
        is_a_page(&nurse.get("/ward").await, 200);
        let html = is_a_page(&nurse.get(&format!("/beds/?patient={jane}")).await, 200);
        let to = format!("/beds/{one}/?patient={jane}");
        assert!(html.contains(&format!("href=\"{to}\"")) && html.contains("2 of 2 free"), "{html}");
        let html = is_a_page(&nurse.get(&to).await, 200);
        let bed = leads(&nurse.submit(&to, &form(&html, "beds_assign_patient")).await);
        let html = is_a_page(&nurse.get(&bed).await, 200);
        assert!(html.contains("Jane Doe") && html.contains("Allergies: Penicillin (severe)"), "{html}");
        let html = is_a_page(&nurse.get("/ward").await, 200);
        assert!(html.contains("Allergies: Penicillin") && html.contains("Admitted today"), "{html}");
        let html = is_a_page(&nurse.get(&bed).await, 200);
        let mut form = form(&html, "beds_transfer");
        set(&mut form, "to_bed", &two.to_string());
        let bed = leads(&nurse.submit(&bed, &form).await);
        assert_eq!(bed, format!("/beds/{two}/"));
        let html = is_a_page(&nurse.get("/beds/").await, 200);
        assert!(html.contains("To be cleaned") && html.contains("0 of 2 free"), "{html}");
        leads(&nurse.submit("/beds/", &self::form(&html, "beds_make_available")).await);
        let html = is_a_page(&nurse.get(&bed).await, 200);
        leads(&nurse.submit(&bed, &self::form(&html, "beds_discharge_patient")).await);
        let html = is_a_page(&nurse.get("/ward").await, 200);
        assert!(html.contains("Discharged today") && html.contains("Nobody lies"), "{html}");
        world.settle().await;
    }

    async fn an_administrator_who_sees_patients_says_so(world: &World) {
        let jane = registered(&world.admin().await, "Jane").await;
        let admin = Visitor::of(world, BuiltinRole::Admin).await;
        let path = format!("/calendar/book?patient={jane}");
        let html = is_a_page(&admin.get(&path).await, 200);
        assert!(html.contains("I see patients myself"), "{html}");
        assert_eq!(leads(&admin.submit(&path, &form(&html, "doctor_schedules_create")).await), path);
        let html = is_a_page(&admin.get(&path).await, 200);
        let visit = leads(&admin.submit(&path, &form(&html, "appointments_create")).await);
        let html = is_a_page(&admin.get(&visit).await, 200);
        assert!(html.contains("Check in") && html.contains("Jane Doe"), "{html}");
        world.settle().await;
    }

    async fn namesakes_are_told_apart_wherever_one_is_chosen(world: &World) {
        let admin = world.admin().await;
        world.user("drjallow", Some(BuiltinRole::Doctor)).await;
        let jane = registered(&admin, "Jane").await;
        let card = admin.get(&format!("patients/{jane}/")).await.is(200)["unique_id"].as_str().unwrap().to_owned();
        let told = format!("Jane Doe · 36 y · Female · {card}");
        let desk = Visitor::of(world, BuiltinRole::Receptionist).await;
        for page in ["/find?q=Jane", "/pick/patients?q=Jane&name=patient"] {
            let html = desk.get(page).await.text();
            assert!(html.contains(&told), "{html}");
        }
        let html = is_a_page(&desk.get(&format!("/calendar/book?patient={jane}")).await, 200);
        assert!(html.contains(&told), "{html}");
        let html = is_a_page(&desk.get("/calendar/book").await, 200);
        let mut typed = form(&html, "appointments_create");
        typed.push(("patient__q".to_owned(), "Jane".to_owned()));
        typed.push(("_look".to_owned(), "patient".to_owned()));
        let html = is_a_page(&desk.submit("/calendar/book", &typed).await, 200);
        assert!(html.contains(&told), "{html}");
        world.settle().await;
    }

    async fn who_sees_patients_calls_their_own_and_the_desk_ends_no_visit_by_accident(world: &World) {
        let admin = world.admin().await;
        let (jane, awa) = (registered(&admin, "Jane").await, registered(&admin, "Awa").await);
        let other = world.user("drother", Some(BuiltinRole::Doctor)).await;
        let doctor = Visitor::of(world, BuiltinRole::Doctor).await;
        let me = admin.get("users/?search=page2").await.is(200)[0]["id"].as_i64().unwrap();
        let visit = async |patient: i64, doctor: i64, time: &str| {
            let body = json!({ "patient": patient, "doctor": doctor, "date": "2026-11-23", "time": time });
            admin.post("appointments/", body).await.id()
        };
        let (theirs, mine) = (visit(jane, other, "08:15").await, visit(awa, me, "08:30").await);
        let late = visit(registered(&admin, "Late").await, me, "15:00").await;
        // Whoever is not expected yet is not due here either, and has not missed anything.
        let html = is_a_page(&doctor.get("/queue/").await, 200);
        assert!(html.contains("Awa Doe") && !html.contains("Late Doe"), "{html}");
        let desk = Visitor::of(world, BuiltinRole::Receptionist).await;
        let html = is_a_page(&desk.get(&format!("/appointments/{late}/")).await, 200);
        assert!(!html.contains("appointments_no_show"), "{html}");
        admin.post(&format!("appointments/{theirs}/check_in/"), json!({})).await.is(200);
        assert!(!is_a_page(&doctor.get("/queue/").await, 200).contains("Call next"));
        assert!(is_a_page(&doctor.get(&format!("/queue/?doctor={other}")).await, 200).contains("Call next"));
        admin.post(&format!("appointments/{mine}/check_in/"), json!({})).await.is(200);
        let html = is_a_page(&doctor.get("/queue/").await, 200);
        assert!(html.contains("Call next"), "{html}");
        let called = form(&html, "patients_begin_visit");
        assert!(called.contains(&("appointment".to_owned(), mine.to_string())), "{called:?}");
        // The desk is asked once more.
        admin.post(&format!("appointments/{theirs}/start/"), json!({})).await.is(200);
        let html = is_a_page(&desk.get("/queue/").await, 200);
        let at = html.find("value=\"appointments_complete\"").unwrap();
        assert!(html[..at].rfind("<details>") > html[..at].rfind("</details>"), "{html}");
        world.pass(jiff::SignedDuration::from_hours(8));
        let desk = Visitor::new(world);
        desk.sign_in(&["page", &BuiltinRole::Receptionist.id().to_string()].concat()).await;
        let html = is_a_page(&desk.get(&format!("/appointments/{late}/")).await, 200);
        assert!(html.contains("appointments_no_show"), "{html}");
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
            let browser = Visitor::of(world, role).await;
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

    async fn the_script_is_told_which_paper_comes_of_it(world: &World) {
        let doctor = world.user("drjallow", Some(BuiltinRole::Doctor)).await;
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let visit = json!({ "patient": jane, "doctor": doctor, "date": "2026-11-23", "time": "11:00" });
        let visit = admin.post("appointments/", visit).await.id();
        let desk = Visitor::of(world, BuiltinRole::Receptionist).await;
        let html = is_a_page(&desk.get("/desk").await, 200);
        assert!(html.contains("data-remember=\"slips\"") && html.contains("data-prints=\"slips\""), "{html}");
        let pairs = form(&html, "appointments_check_in");
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let request = world.anonymous().request("POST", "/desk").header("sec-fetch-site", "same-origin").header("x-form", "1");
        let answer = desk.with(request.raw("application/x-www-form-urlencoded", encoded(&pairs))).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-print"), format!("/print/appointment-slip/{visit}.pdf"));
        assert_eq!(answer.header("x-go"), "/desk");
        world.settle().await;
    }
}
