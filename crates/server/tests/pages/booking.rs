//! Days that are over, days on which a doctor is away, and nights in which nothing is offered.

use jiff::SignedDuration;
use kernel::BuiltinRole::{Doctor, Receptionist};
use serde_json::json;
use testkit::visitor::{Visitor, form, is_a_page, leads, set};

use crate::registered;

testkit::on_both! {
    async fn a_day_that_is_over_does_not_become_today(world: &World) {
        let admin = world.admin().await;
        let doctor = world.user("drjallow", Some(Doctor)).await;
        let awa = registered(&admin, "Awa").await;
        let desk = Visitor::of(world, Receptionist).await;
        let path = format!("/calendar/book?patient={awa}&doctor={doctor}&free=1&day=2026-11-20");
        let html = is_a_page(&desk.get(&path).await, 200);
        assert!(html.contains("is over: nothing can be booked"), "{html}");
        assert!(html.contains("20 November 2026"), "{html}");
        let mut noted = form(&html, "appointments_create");
        assert!(noted.contains(&("date".to_owned(), "2026-11-20".to_owned())), "{noted:?}");
        set(&mut noted, "time", "10:00");
        leads(&desk.submit(&path, &noted).await);
        let visit = admin.get(&format!("appointments/?patient={awa}")).await.is(200)[0].clone();
        assert_eq!((&visit["date"], &visit["noted_afterwards"]), (&json!("2026-11-20"), &json!(true)));

        // Moved into the past: what is asked for is on the page, and called as the page calls it.
        let body = json!({ "patient": awa, "doctor": doctor, "date": "2026-11-26", "time": "10:00" });
        let visit = admin.post("appointments/", body).await.id();
        let path = format!("/appointments/{visit}/");
        let mut moved = form(&is_a_page(&desk.get(&path).await, 200), "appointments_patch");
        set(&mut moved, "date", "2026-11-19");
        let html = is_a_page(&desk.submit(&path, &moved).await, 400);
        assert!(html.contains("href=\"#f-noted_afterwards\"") && html.contains("id=\"f-noted_afterwards\""), "{html}");
        assert!(html.contains("Noted afterwards") && !html.contains("(noted_afterwards)"), "{html}");
        let mut moved = form(&html, "appointments_patch");
        set(&mut moved, "noted_afterwards", "true");
        leads(&desk.submit(&path, &moved).await);
        assert_eq!(admin.get(&format!("appointments/{visit}/")).await.is(200)["date"], "2026-11-19");
        world.settle().await;
    }

    async fn whom_to_call_is_named_when_a_doctor_is_away(world: &World) {
        let admin = world.admin().await;
        let doctor = world.user("drjallow", Some(Doctor)).await;
        let person = json!({ "first_name": "Awa", "last_name": "Bah", "date_of_birth": "1990-01-01", "gender": "Female", "contact_info": "783 4351" });
        let awa = admin.post("patients/", person).await.id();
        let body = json!({ "patient": awa, "doctor": doctor, "date": "2026-11-26", "time": "10:15" });
        let visit = admin.post("appointments/", body).await.id();
        let desk = Visitor::of(world, Receptionist).await;
        let html = is_a_page(&desk.get("/desk").await, 200);
        assert!(!html.contains("the doctor is away"), "{html}");
        let away = admin.post("schedule-exceptions/", json!({ "doctor": doctor, "date": "2026-11-26" })).await.id();
        let boss = Visitor::of(world, kernel::BuiltinRole::Admin).await;
        for (who, path) in [(&boss, format!("/admin/schedule-exceptions/{away}/")), (&desk, "/desk".to_owned())] {
            let html = is_a_page(&who.get(&path).await, 200);
            assert!(html.contains("To call: the doctor is away") && html.contains("Awa Bah"), "{path}: {html}");
            assert!(html.contains("10:15") && html.contains("783 4351") && html.contains(&format!("/appointments/{visit}/")), "{path}: {html}");
        }
        world.settle().await;
    }

    async fn at_night_it_is_said_when_times_are_offered_again(world: &World) {
        let admin = world.admin().await;
        let awa = registered(&admin, "Awa").await;
        admin.post("waiting-list/", json!({ "patient": awa })).await.is(201);
        let desk = Visitor::of(world, Receptionist).await;
        let said = "times that become free are offered from 08:00 on";
        assert!(!is_a_page(&desk.get("/admin/waiting-list/").await, 200).contains(said));
        world.pass(SignedDuration::from_hours(19));
        let desk = Visitor::new(world);
        desk.sign_in(&format!("page{}", Receptionist.id())).await;
        for path in ["/admin/waiting-list/", "/desk"] {
            let html = is_a_page(&desk.get(path).await, 200);
            assert!(html.contains(said), "{path}: {html}");
        }
        world.settle().await;
    }
}
