//! A record opened in an emergency, by the pages alone: from "nothing here" to the record.
#![expect(clippy::unwrap_used, reason = "tests")]

use kernel::BuiltinRole::{Doctor, Receptionist};
use serde_json::json;
use testkit::visitor::{Visitor, form, is_a_page, leads, set};

use crate::registered;

/// The same fields in the form that was answered: each search is one of its own.
fn anew(find: &mut Vec<(String, String)>, html: &str) {
    let fresh = form(html, "break_glass_find");
    let (_, key) = fresh.iter().find(|(name, _)| name == "_key").unwrap();
    set(find, "_key", key);
}

testkit::on_both! {
    async fn a_doctor_opens_a_record_that_they_do_not_reach(world: &World) {
        let admin = world.admin().await;
        let awa = registered(&admin, "Awa").await;
        let allergy = json!({ "patient": awa, "substance": "Penicillin", "severity": "severe" });
        admin.post("allergies/", allergy).await.is(201);
        let card = admin.get(&format!("patients/{awa}/")).await.is(200)["unique_id"].as_str().unwrap().to_owned();
        let scopes = json!({ "scopes": { "patients": "assigned", "allergies": "assigned" } });
        admin.patch(&format!("roles/{}/", Doctor.id()), scopes).await.is(200);
        let doctor = Visitor::of(world, Doctor).await;
        let path = format!("/patients/{awa}/");
        // The same words and the same way, whether somebody is there or not.
        let ways = [path.as_str(), "/patients/99999/"].map(str::to_owned);
        for way in &ways {
            let html = is_a_page(&doctor.get(way).await, 404);
            assert!(html.contains("href=\"/emergency\"") && !html.contains("Awa"), "{html}");
        }
        for way in [format!("/find?q={card}"), "/patients/?q=Awa".to_owned(), format!("/pick/patients?q={card}&name=patient")] {
            let html = doctor.get(&way).await.text();
            assert!(html.contains("href=\"/emergency\"") && !html.contains("Doe"), "{way}: {html}");
        }
        let html = is_a_page(&doctor.get("/admin/break-glass/new").await, 200);
        assert!(html.contains("href=\"/emergency\""), "{html}");
        let desk = Visitor::of(world, Receptionist).await;
        let html = is_a_page(&desk.get("/patients/99999/").await, 404);
        assert!(!html.contains("/emergency"), "{html}");

        let html = is_a_page(&doctor.get("/emergency").await, 200);
        let mut find = form(&html, "break_glass_find");
        // Nobody is found by a part of anything.
        for part in [&card[..card.len() - 1], "P", "Awa"] {
            set(&mut find, "unique_id", part);
            let html = doctor.submit("/emergency", &find).await.text();
            assert!(html.contains("Nobody is recorded with exactly this") && !html.contains("Doe"), "{html}");
            anew(&mut find, &html);
        }
        set(&mut find, "unique_id", "");
        set(&mut find, "first_name", "awa");
        let html = is_a_page(&doctor.submit("/emergency", &find).await, 400);
        assert!(html.contains("id=\"f-last_name-error\"") && html.contains("id=\"f-date_of_birth-error\""), "{html}");
        anew(&mut find, &html);
        set(&mut find, "last_name", "DOE");
        set(&mut find, "date_of_birth", "1990-01-02");
        let html = doctor.submit("/emergency", &find).await.text();
        assert!(html.contains("Nobody is recorded with exactly this"), "{html}");
        anew(&mut find, &html);
        set(&mut find, "date_of_birth", "1990-01-01");
        let html = is_a_page(&doctor.submit("/emergency", &find).await, 200);
        assert!(html.contains("Awa Doe") && html.contains(&card) && !html.contains("Penicillin"), "{html}");
        anew(&mut find, &html);
        set(&mut find, "unique_id", &card.to_lowercase());
        let html = is_a_page(&doctor.submit("/emergency", &find).await, 200);
        assert!(html.contains("Awa Doe") && !html.contains("Penicillin"), "{html}");

        // Without a reason nothing is opened, and who is meant is still said.
        let mut open = form(&html, "break_glass_create");
        let html = is_a_page(&doctor.submit("/emergency", &open).await, 400);
        assert!(html.contains("Awa Doe") && html.contains("-reason-error\""), "{html}");
        is_a_page(&doctor.get(&path).await, 404);
        set(&mut open, "reason", "Unconscious in the emergency room");
        assert_eq!(leads(&doctor.submit("/emergency", &open).await), path);
        let html = is_a_page(&doctor.get(&path).await, 200);
        assert!(html.contains("The record is open to you") && html.contains("Penicillin"), "{html}");
        // Each look is on record: of her whom it found, and those that found nobody.
        let trail = admin.get(&format!("audit_logs/?patient={awa}&action=search")).await;
        assert_eq!(trail.is(200).as_array().unwrap().len(), 2, "{}", trail.text());
        let trail = admin.get("audit_logs/?object_type=BreakGlass&action=search").await;
        assert_eq!(trail.is(200).as_array().unwrap().len(), 4, "{}", trail.text());
        world.settle().await;
    }
}
