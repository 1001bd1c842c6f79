//! Two people at one bed: what was meant for one patient is never followed by what could be done to another.
#![expect(clippy::unwrap_used, reason = "tests")]

use kernel::BuiltinRole::Nurse;
use serde_json::json;
use testkit::visitor::{Visitor, form, is_a_page, leads, set};

use crate::registered;

testkit::on_both! {
    async fn a_bed_that_was_taken_meanwhile_is_refused_and_another_offered(world: &World) {
        let admin = world.admin().await;
        let (awa, jane) = (registered(&admin, "Awa").await, registered(&admin, "Jane").await);
        let bed = admin.post("beds/", json!({ "number": "B1" })).await.id();
        let other = admin.post("beds/", json!({ "number": "B2" })).await.id();
        let nurse = Visitor::of(world, Nurse).await;
        let path = format!("/beds/{bed}/?patient={awa}");
        let mut assign = form(&is_a_page(&nurse.get(&path).await, 200), "beds_assign_patient");
        set(&mut assign, "reason", "Observation after a fall");
        admin.post(&format!("beds/{bed}/assign_patient/"), json!({ "patient_id": jane })).await.is(200);
        for html in [is_a_page(&nurse.submit(&path, &assign).await, 409), is_a_page(&nurse.get(&path).await, 200)] {
            assert!(html.contains("This bed is not free any more") && html.contains("Awa Doe"), "{html}");
            assert!(!html.contains("Jane") && !html.contains("beds_discharge_patient"), "{html}");
        }
        let html = is_a_page(&nurse.submit(&path, &assign).await, 409);
        let said = html.find("error-summary").unwrap();
        let free = format!("/beds/{other}/?patient={awa}");
        assert!(said < html.find(&format!("href=\"{free}\"")).unwrap() && html.contains("Observation after a fall"), "{html}");
        let mut elsewhere = form(&is_a_page(&nurse.get(&free).await, 200), "beds_assign_patient");
        set(&mut elsewhere, "reason", "Observation after a fall");
        assert_eq!(leads(&nurse.submit(&free, &elsewhere).await), format!("/beds/{other}/"));
        let html = is_a_page(&nurse.get(&format!("/beds/{other}/")).await, 200);
        assert!(html.contains("Awa Doe") && html.contains("Observation after a fall"), "{html}");
        // The band is where somebody is admitted, and the card where somebody is known.
        assert!(html.contains("/print/wristband/"), "{html}");
        let html = is_a_page(&nurse.get(&format!("/patients/{awa}/")).await, 200);
        assert!(html.contains("/print/wristband/") && html.contains(&format!("/print/patient-card/{awa}.pdf")), "{html}");
        world.settle().await;
    }

    async fn a_summary_that_was_typed_is_kept_when_the_patient_was_moved(world: &World) {
        let admin = world.admin().await;
        let (awa, jane) = (registered(&admin, "Awa").await, registered(&admin, "Jane").await);
        let bed = admin.post("beds/", json!({ "number": "B1" })).await.id();
        let other = admin.post("beds/", json!({ "number": "B2" })).await.id();
        admin.post(&format!("beds/{bed}/assign_patient/"), json!({ "patient_id": awa })).await.is(200);
        let nurse = Visitor::of(world, Nurse).await;
        let path = format!("/beds/{bed}/");
        let mut leave = form(&is_a_page(&nurse.get(&path).await, 200), "beds_discharge_patient");
        set(&mut leave, "discharge_summary", "Fever gone since Monday");
        admin.post(&format!("beds/{bed}/transfer/"), json!({ "to_bed": other })).await.is(200);
        // Empty, and then with somebody else in it.
        let html = is_a_page(&nurse.submit(&path, &leave).await, 412);
        assert!(html.contains("Awa Doe lies in bed B2 now") && html.contains("Fever gone since Monday"), "{html}");
        admin.post(&format!("beds/{bed}/make_available/"), json!({})).await.is(200);
        admin.post(&format!("beds/{bed}/assign_patient/"), json!({ "patient_id": jane })).await.is(200);
        let html = is_a_page(&nurse.submit(&path, &leave).await, 412);
        assert!(html.contains("Awa Doe lies in bed B2 now") && html.contains("error-summary") && !html.contains("Jane"), "{html}");
        let now = form(&html, "beds_discharge_patient");
        assert!(now.contains(&("discharge_summary".to_owned(), "Fever gone since Monday".to_owned())), "{now:?}");
        leads(&nurse.submit(&path, &now).await);
        let beds = admin.get(&format!("beds/{bed}/")).await;
        assert_eq!(beds.is(200)["assigned_patient"], jane);
        // Once more: she has left.
        let html = is_a_page(&nurse.submit(&path, &leave).await, 412);
        assert!(html.contains("lies in no bed any more") && html.contains("Fever gone since Monday"), "{html}");
        world.settle().await;
    }
}
