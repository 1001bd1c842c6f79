//! Who somebody is: records of one person that become one, days of birth that are estimated, who looked, and whether
//! somebody may be written to.
#![expect(clippy::unwrap_used, reason = "tests")]

use kernel::BuiltinRole::{Admin, Doctor, Nurse, Patient, Receptionist};
use serde_json::json;
use testkit::visitor::{Visitor, form, is_a_page, leads, set};

use crate::registered;

testkit::on_both! {
    async fn both_records_are_seen_before_they_are_merged(world: &World) {
        let admin = world.admin().await;
        let (awa, jane) = (registered(&admin, "Awa").await, registered(&admin, "Jane").await);
        admin.post("allergies/", json!({ "patient": jane, "substance": "Latex" })).await.is(201);
        let desk = Visitor::of(world, Receptionist).await;
        let path = format!("/patients/{awa}/merge");
        assert!(is_a_page(&desk.get(&format!("/patients/{awa}/")).await, 200).contains(&path));
        assert_eq!(leads(&desk.get(&format!("/admin/patients/{awa}/do/merge")).await), path);
        let html = is_a_page(&desk.get(&path).await, 200);
        let mut choose = form(&html, "patients_merge");
        set(&mut choose, "duplicate", &jane.to_string());
        set(&mut choose, "reason", "Registered twice");
        set(&mut choose, "_look", "compare");
        let html = is_a_page(&desk.submit(&path, &choose).await, 200);
        assert!(html.contains("Awa Doe") && html.contains("Jane Doe") && html.contains("Is given up"), "{html}");
        assert!(html.contains("Allergies") && html.contains("Registered twice"), "{html}");
        assert_eq!(admin.get(&format!("patients/{jane}/")).await.is(200)["merged_into"], json!(null));
        let sure = form(&html, "patients_merge");
        assert_eq!(leads(&desk.submit(&path, &sure).await), format!("/patients/{awa}/"));
        assert_eq!(admin.get(&format!("patients/{jane}/")).await.is(200)["merged_into"], awa);
        world.settle().await;
    }

    async fn an_estimated_day_of_birth_is_said_to_be_about_that(world: &World) {
        let admin = world.admin().await;
        let person = json!({ "first_name": "Binta", "last_name": "Ceesay", "age": "34", "gender": "Female" });
        let binta = admin.post("patients/", person).await.id();
        let desk = Visitor::of(world, Receptionist).await;
        let html = is_a_page(&desk.get(&format!("/patients/{binta}/")).await, 200);
        assert!(html.contains("about 34 y") && html.contains("about 1 January 1992"), "{html}");
        for path in ["/pick/patients?q=Binta&name=patient", "/find?q=Binta"] {
            let html = desk.get(path).await.text();
            assert!(html.contains("about 34 y"), "{path}: {html}");
        }
        world.settle().await;
    }

    async fn what_somebody_said_of_messages_is_kept_with_the_registration(world: &World) {
        let admin = world.admin().await;
        let desk = Visitor::of(world, Receptionist).await;
        let mut person = form(&is_a_page(&desk.get("/patients/new").await, 200), "patients_create");
        for (name, value) in [
            ("first_name", "Fatou"), ("last_name", "Jallow"), ("date_of_birth", "1990-05-12"), ("gender", "Female"),
            ("contact_preference", "sms"), ("messaging_consent", "false"),
        ] {
            set(&mut person, name, value);
        }
        let book = leads(&desk.submit("/patients/new", &person).await);
        let fatou = testkit::visitor::id_in(&book);
        let shown = admin.get(&format!("patients/{fatou}/")).await;
        assert_eq!(shown.is(200)["contact_preference"], "sms");
        let said = admin.get(&format!("consents/?patient={fatou}")).await;
        assert_eq!((&said.is(200)[0]["consent_type"], &said.json[0]["given"]), (&json!("messaging"), &json!(false)));
        set(&mut person, "first_name", "Isatou");
        set(&mut person, "messaging_consent", "");
        person.retain(|(name, _)| name != "_key");
        let isatou = testkit::visitor::id_in(&leads(&desk.submit("/patients/new", &person).await));
        let said = admin.get(&format!("consents/?patient={isatou}")).await;
        assert_eq!(*said.is(200), json!([]));
        // Who may not keep what others agreed to does not do so by registering somebody.
        let nurse = world.nurse().await;
        let body = json!({ "first_name": "A", "last_name": "B", "date_of_birth": "1990-05-12", "gender": "Female", "messaging_consent": true });
        nurse.post("patients/", body).await.is(403);
        world.settle().await;
    }

    async fn who_oversees_the_house_reads_who_looked_by_name(world: &World) {
        let admin = world.admin().await;
        let awa = registered(&admin, "Awa").await;
        let nurse = world.nurse().await;
        nurse.get(&format!("patients/{awa}/")).await.is(200);
        world.settle().await;
        let boss = Visitor::of(world, Admin).await;
        let html = is_a_page(&boss.get(&format!("/patients/{awa}/access")).await, 200);
        assert!(html.contains("the patient’s personal data") && !html.contains("your "), "{html}");
        let name = admin.get(&format!("users/{}/", nurse.id)).await.is(200)["full_name"].as_str().unwrap().to_owned();
        assert!(!name.is_empty() && html.contains(&name), "{name}: {html}");
        world.settle().await;
    }

    async fn what_became_of_an_invitation_is_said(world: &World) {
        let admin = world.admin().await;
        let body = json!({ "username": "mariama", "email": "mariama@example.org" });
        let invited = admin.post("users/", body).await.id();
        let boss = Visitor::of(world, Admin).await;
        let html = is_a_page(&boss.get(&format!("/admin/users/{invited}/")).await, 200);
        assert!(html.contains("has no password yet"), "{html}");
        let html = is_a_page(&boss.get(&format!("/admin/users/{}/", admin.id)).await, 200);
        assert!(!html.contains("has no password yet"), "{html}");
        world.settle().await;
    }

    async fn what_was_picked_is_called_by_name_after_a_refusal(world: &World) {
        let admin = world.admin().await;
        let (awa, doctor) = (registered(&admin, "Awa").await, world.user("drjallow", Some(kernel::BuiltinRole::Doctor)).await);
        let desk = Visitor::of(world, Receptionist).await;
        let path = format!("/calendar/book?day=2026-11-26&doctor={doctor}");
        let mut book = form(&is_a_page(&desk.get(&path).await, 200), "appointments_create");
        set(&mut book, "patient", &awa.to_string());
        set(&mut book, "time", "25:99");
        let html = is_a_page(&desk.submit(&path, &book).await, 400);
        assert!(html.contains("Awa Doe") && !html.contains("№"), "{html}");
        world.settle().await;
    }

    async fn the_role_of_who_has_every_right_is_not_said_to_be_changed(world: &World) {
        let admin = world.admin().await;
        let all = admin.get("users/?is_superuser=true").await;
        let found = all.json.as_array().and_then(|rows| rows.iter().find(|row| row["is_superuser"] == true)).cloned();
        let Some(user) = found else { return };
        let path = format!("users/{}/", user["id"]);
        admin.patch(&path, json!({ "role": Receptionist.id() })).await.complains_about("role");
        admin.patch(&path, json!({ "role": Admin.id() })).await.is(200);
        world.settle().await;
    }

    /// Whatever somebody works at: what they were given to do, and what patients wrote, is on the page that they begin with.
    async fn what_waits_for_somebody_is_where_they_work(world: &World) {
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let (doctor, nurse) = (world.user("omar", Some(Doctor)).await, world.user("nora", Some(Nurse)).await);
        admin.post("encounters/", json!({ "patient": jane, "doctor": doctor, "notes": "Seen" })).await.is(201);
        let user = world.user("jane", Some(Patient)).await;
        admin.patch(&format!("patients/{jane}/"), json!({ "user": user })).await.is(200);
        let signed_in = async |name: &str| {
            let visitor = Visitor::new(world);
            visitor.sign_in(name).await;
            visitor
        };
        let me = signed_in("jane").await;
        let mut write = form(&is_a_page(&me.get("/me/messages").await, 200), "secure_messages_create");
        set(&mut write, "subject", "My tablets");
        set(&mut write, "message", "May I take them with milk?");
        leads(&me.submit("/me/messages", &write).await);

        let omar = signed_in("omar").await;
        let home = leads(&omar.get("/").await);
        let thread = format!("/patients/{jane}/messages");
        let html = is_a_page(&omar.get(&home).await, 200);
        assert!(html.contains("My tablets") && html.contains(&format!("href=\"{thread}\"")) && !html.contains("with milk"), "{html}");
        let html = is_a_page(&omar.get(&thread).await, 200);
        assert!(html.contains("with milk"), "{html}");
        leads(&omar.submit(&thread, &form(&html, "secure_messages_mark_read")).await);
        let html = is_a_page(&omar.get(&thread).await, 200);
        let mut answer = form(&html, "secure_messages_create");
        set(&mut answer, "message", "Better with water.");
        leads(&omar.submit(&thread, &answer).await);
        assert!(!is_a_page(&omar.get(&home).await, 200).contains("My tablets"));
        assert!(is_a_page(&me.get("/me/messages").await, 200).contains("Better with water."));

        let task = json!({ "title": "Change the dressing", "assignee": nurse, "related_patient": jane });
        admin.post("tasks/", task).await.is(201);
        let nora = signed_in("nora").await;
        let home = leads(&nora.get("/").await);
        let html = is_a_page(&nora.get(&home).await, 200);
        assert!(html.contains("Change the dressing") && html.contains("Jane"), "{html}");
        leads(&nora.submit(&home, &form(&html, "tasks_patch")).await);
        let html = is_a_page(&nora.get(&home).await, 200);
        assert!(!html.contains("Change the dressing") && !html.contains("All tasks"), "{html}");
        // Of many, the most urgent is not hidden behind older ones, and the rest is one step away.
        for number in 1..=21 {
            admin.post("tasks/", json!({ "title": format!("Chart {number}"), "assignee": nurse })).await.is(201);
        }
        admin.post("tasks/", json!({ "title": "Potassium of 7.1", "assignee": nurse, "priority": "high" })).await.is(201);
        let html = is_a_page(&nora.get(&home).await, 200);
        let (urgent, first) = (html.find("Potassium of 7.1").unwrap(), html.find("Chart 1<").unwrap());
        assert!(urgent < first && !html.contains("Chart 20<") && html.contains("All tasks"), "{html}");
        let all = format!("/admin/tasks/?assignee={nurse}&amp;status__in=pending,in_progress");
        assert!(html.contains(&all), "{html}");
        let all = is_a_page(&nora.get(&all.replace("&amp;", "&")).await, 200);
        assert!(all.contains("Chart 21"), "{all}");
        world.settle().await;
    }
}
