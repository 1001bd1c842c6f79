//! Guideline reminders.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use testkit::Caller;

use crate::support::Room;

/// The open reminders of a patient, by rule.
async fn reminders(doctor: &Caller, patient: i64) -> Vec<String> {
    let chart = doctor.get(&format!("patients/{patient}/chart/")).await;
    let alerts = chart.is(200)["alerts"].as_array().unwrap().clone();
    let rules = alerts.iter().filter(|alert| alert["kind"] == "guideline");
    let mut rules: Vec<String> = rules
        .map(|alert| alert["rule"].as_str().unwrap().to_owned())
        .collect();
    rules.sort();
    rules
}

fn has(rules: &[String], rule: &str) -> bool {
    rules.iter().any(|known| known == rule)
}

testkit::on_both! {
    async fn a_reminder_opens_and_closes_by_itself(world: &World) {
        let room = Room::new(world).await;
        room.doctor.post("medical_conditions/", json!({ "patient": room.patient, "name": "Diabetes", "code": "E11.9" })).await.is(201);
        world.settle().await;
        let due = reminders(&room.doctor, room.patient).await;
        for rule in ["bp-adult-yearly", "dm-bp", "dm-foot", "dm-hba1c", "cervix-screen"] {
            assert!(has(&due, rule), "{rule}: {due:?}");
        }
        room.vitals(json!({ "systolic_bp": 120, "diastolic_bp": 80 })).await.is(201);
        let foot = json!({ "patient": room.patient, "kind": "procedure", "code": "foot_exam", "done_on": "2026-11-20" });
        room.nurse.post("care-events/", foot).await.is(201);
        let smear = json!({ "patient": room.patient, "kind": "lab", "code": "PAP", "done_on": "2025-01-10" });
        room.nurse.post("care-events/", smear).await.is(201);
        world.settle().await;
        let due = reminders(&room.doctor, room.patient).await;
        for rule in ["bp-adult-yearly", "dm-bp", "dm-foot", "cervix-screen"] {
            assert!(!has(&due, rule), "{rule}: {due:?}");
        }
        assert!(has(&due, "dm-hba1c"));
        // Time passes: the daily job finds what is due again.
        world.pass(SignedDuration::from_hours(24 * 120));
        world.settle().await;
        let doctor = world.doctor().await;
        assert!(has(&reminders(&doctor, room.patient).await, "dm-bp"));
    }

    async fn a_child_is_called_in_for_vaccinations(world: &World) {
        // 2 months old at the hospital's day.
        let room = Room::with(world, "2026-09-20", "Female").await;
        world.settle().await;
        let due = reminders(&room.doctor, room.patient).await;
        assert!(has(&due, "immunisation:PENTA:1"), "{due:?}");
        assert!(has(&due, "immunisation:BCG:1"));
        let penta = json!({ "patient": room.patient, "vaccine_name": "Pentavalent", "dose_number": "1", "date_administered": "2026-11-23" });
        room.nurse.post("vaccinations/", penta).await.is(201);
        world.settle().await;
        let due = reminders(&room.doctor, room.patient).await;
        assert!(!due.iter().any(|rule| rule.starts_with("immunisation:PENTA")), "{due:?}");
    }

    async fn an_acknowledged_reminder_stays_quiet_until_it_is_due_again(world: &World) {
        let room = Room::new(world).await;
        world.settle().await;
        let alerts = room.doctor.get("alerts/?unread=true").await;
        let bp = alerts.is(200)["results"].as_array().unwrap().iter().find(|alert| alert["message"].as_str().unwrap().contains("Blood pressure")).cloned().unwrap();
        room.doctor.post(&format!("alerts/{}/acknowledge/", bp["id"]), json!({})).await.is(200);
        room.vitals(json!({ "weight": 60 })).await.is(201);
        world.settle().await;
        assert!(!has(&reminders(&room.doctor, room.patient).await, "bp-adult-yearly"));
        // Others, who do not have the patient in their care, are not shown the reminders of everyone.
        let other = world.doctor().await;
        let theirs = other.get("alerts/").await;
        assert!(theirs.is(200)["results"].as_array().unwrap().iter().all(|alert| alert["kind"] != "guideline"), "{}", theirs.text());
    }

    async fn a_site_switches_rules_on_and_off(world: &World) {
        let (admin, room) = (world.admin().await, Room::new(world).await);
        let rule = admin.get("guideline-rules/?key=bp-adult-yearly").await.json[0].clone();
        assert_eq!(rule["is_active"], true);
        let one = format!("guideline-rules/{}/", rule["id"]);
        room.doctor.patch(&one, json!({ "is_active": false })).await.is(403);
        admin.patch(&one, json!({ "is_active": false })).await.is(200);
        world.settle().await;
        let due = reminders(&room.doctor, room.patient).await;
        assert!(!has(&due, "bp-adult-yearly") && has(&due, "cervix-screen"), "{due:?}");
        let rules = room.nurse.get("guideline-rules/?is_active=true").await;
        assert!(rules.is(200).as_array().unwrap().len() >= 5);
        assert!(rules.json.as_array().unwrap().iter().all(|rule| rule["source"] != Json::Null));
    }
}
