//! Who may do what, and what is on record about it.

use kernel::BuiltinRole::{Cashier, LabTechnician, Pharmacist};
use serde_json::json;

use crate::{House, count};

testkit::on_both! {
    async fn who_may_do_what_with_wards_beds_and_admissions(world: &World) {
        let house = House::new(world).await;
        let id = house.assign(0, 0).await["admission"].as_i64().unwrap();
        let (doctor, cashier) = (world.doctor().await, world.caller(Some(Cashier)).await);
        let (bed, admission) = (format!("beds/{}/", house.beds[0]), format!("admissions/{id}/"));
        let ward = format!("wards/{}/", house.ward);
        for reader in [&house.admin, &doctor, &house.nurse, &house.desk, &cashier] {
            for path in [&ward, &bed, &admission] {
                reader.get(path).await.is(200);
            }
        }
        for stranger in [world.caller(Some(Pharmacist)).await, world.caller(Some(LabTechnician)).await, world.patient().await] {
            for path in [&ward, &bed, &admission] {
                stranger.get(path).await.refuses(404, "not_found");
            }
            for path in ["wards/", "beds/", "admissions/", "bed-stays/"] {
                assert_eq!(*stranger.get(path).await.is(200), json!([]), "{path}");
            }
            stranger.post(&house.verb(1, "assign_patient"), json!({ "patient_id": house.patients[1] })).await.refuses(403, "permission_denied");
        }
        // Setting up wards and beds is an Admin's; a doctor changes what is there.
        for caller in [&doctor, &house.nurse, &house.desk, &cashier] {
            caller.post("wards/", json!({ "name": "Men" })).await.refuses(403, "permission_denied");
            caller.post("beds/", json!({ "number": "Z" })).await.refuses(403, "permission_denied");
            caller.delete(&bed).await.refuses(403, "permission_denied");
        }
        doctor.patch(&ward, json!({ "description": "First floor" })).await.is(200);
        doctor.patch(&admission, json!({ "discharge_summary": "Malaria" })).await.is(200);
        house.nurse.patch(&bed, json!({ "number": "N" })).await.refuses(403, "permission_denied");
        for caller in [&doctor, &cashier] {
            caller.post(&house.verb(1, "assign_patient"), json!({ "patient_id": house.patients[1] })).await.refuses(403, "permission_denied");
            caller.post(&house.verb(0, "discharge_patient"), json!({})).await.refuses(403, "permission_denied");
        }
        world.anonymous().get("beds/").await.is(401);
        house.desk.post(&house.verb(1, "assign_patient"), json!({ "patient_id": house.patients[1] })).await.is(200);
        house.desk.post(&house.verb(1, "discharge_patient"), json!({})).await.is(200);
        world.settle().await;
    }

    async fn what_is_written_about_an_illness_is_for_those_who_treat(world: &World) {
        let house = House::new(world).await;
        let body = json!({ "patient_id": house.patients[0], "reason": "HIV, fever" });
        let id = house.desk.post(&house.verb(0, "assign_patient"), body).await.is(200)["admission"].as_i64().unwrap();
        house.nurse.post(&house.verb(0, "discharge_patient"), json!({ "discharge_summary": "Candida" })).await.is(200);
        let path = format!("admissions/{id}/");
        for caller in [world.doctor().await, house.nurse.clone(), house.admin.clone()] {
            let row = caller.get(&path).await.is(200).clone();
            assert_eq!((&row["reason"], &row["discharge_summary"]), (&json!("HIV, fever"), &json!("Candida")));
        }
        for caller in [world.caller(Some(Cashier)).await, house.desk.clone()] {
            for path in [path.as_str(), "admissions/"] {
                let text = caller.get(path).await.is(200).to_string();
                assert!(!text.contains("HIV") && !text.contains("Candida"), "{text}");
            }
        }
        // Nor does it lie in the database as it was written.
        let columns = world.columns("admission").await;
        assert!(columns.contains(&"sealed".to_owned()) && !columns.contains(&"reason".to_owned()), "{columns:?}");
        world.settle().await;
    }

    async fn who_looked_at_a_bed_looked_at_the_patient(world: &World) {
        let house = House::new(world).await;
        house.assign(0, 0).await;
        for path in ["beds/", "beds/board/"] {
            house.desk.get(path).await.is(200);
            let query = format!("audit_logs/?patient={}&user={}&action=view", house.patients[0], house.desk.id);
            world.settle().await;
            assert_ne!(count(house.admin.get(&query).await.is(200)), 0, "{path}");
        }
        let made = world.audit_of("Admission").await;
        assert_eq!(made.len(), 1);
        assert_eq!(world.audit_of("BedStay").await.len(), 1);
    }

    async fn dashboards_know_the_beds(world: &World) {
        let house = House::new(world).await;
        house.assign(0, 0).await;
        house.assign(1, 1).await;
        house.nurse.post(&house.verb(1, "discharge_patient"), json!({})).await.is(200);
        let nurse = house.nurse.get("dashboard/").await.is(200).clone();
        assert_eq!((&nurse["occupied_beds"], &nurse["available_beds"], &nurse["beds_to_clean"]), (&json!(1), &json!(1), &json!(1)));
        assert_eq!(house.desk.get("dashboard/").await.is(200)["available_beds"], 1);
        world.settle().await;
    }
}
