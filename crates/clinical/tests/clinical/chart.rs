//! `patients/{id}/chart/` and `timeline/`.

use kernel::BuiltinRole::Cashier;
use serde_json::json;
use testkit::{Caller, World};

use crate::support::Room;

/// Records of many kinds, `more` times.
async fn fill(room: &Room, from: i64, more: i64) {
    for n in from..from + more {
        room.vitals(json!({ "heart_rate": 60 + n, "weight": 60, "height": 170 }))
            .await
            .is(201);
        let id = room.patient;
        let encounter = json!({ "patient": id, "notes": format!("Visit {n}") });
        room.doctor.post("encounters/", encounter).await.is(201);
        room.doctor.post("medical_conditions/", json!({ "patient": id, "name": format!("Illness {n}"), "diagnosed_at": "2020-01-01" })).await.is(201);
        room.doctor.post("vaccinations/", json!({ "patient": id, "vaccine_name": format!("Vaccine {n}"), "date_administered": "2020-01-01" })).await.is(201);
        room.doctor.post("surgical_history/", json!({ "patient": id, "procedure": format!("Operation {n}"), "date": "2020-01-01" })).await.is(201);
        room.doctor
            .post(
                "allergies/",
                json!({ "patient": id, "substance": format!("Nut {n}") }),
            )
            .await
            .is(201);
    }
}

/// The least of several tries: now and then the door looks the caller up again.
async fn spent(world: &World, caller: &Caller, path: &str) -> u64 {
    let mut least = u64::MAX;
    for _ in 0..4 {
        let before = world.app.unguarded("test").stats().await.statements;
        caller.get(path).await.is(200);
        least = least.min(world.app.unguarded("test").stats().await.statements - before);
    }
    least
}

testkit::on_both! {
    async fn a_chart_costs_the_same_however_long_the_history(world: &World) {
        let room = Room::new(world).await;
        fill(&room, 0, 1).await;
        world.settle().await;
        let paths = ["chart", "timeline", "vitals_history"].map(|name| format!("patients/{}/{name}/", room.patient));
        let mut few = Vec::new();
        for path in &paths {
            few.push(spent(world, &room.doctor, path).await);
        }
        fill(&room, 1, 15).await;
        world.settle().await;
        for (path, few) in paths.iter().zip(few) {
            let many = spent(world, &room.doctor, path).await;
            assert!(many <= few, "{path}: {many} statements instead of {few}");
            assert!(many <= 40, "{path}: {many} statements");
        }
    }

    async fn a_chart_shows_what_the_caller_may_read(world: &World) {
        let room = Room::new(world).await;
        fill(&room, 0, 2).await;
        let path = format!("patients/{}/chart/", room.patient);
        let chart = room.doctor.get(&path).await;
        let chart = chart.is(200);
        assert_eq!(chart["patient"]["first_name"], "Jane");
        for (section, rows) in [("encounters", 3), ("vitals", 2), ("medical_conditions", 2), ("vaccinations", 2), ("surgical_history", 2), ("allergies", 2), ("family_history", 0)] {
            assert_eq!(chart[section].as_array().unwrap().len(), rows, "{section}");
        }
        assert_eq!(chart["vitals"][0]["bmi"], 20.76);
        let seen = room.desk.get(&path).await;
        assert_eq!(seen.is(200)["vitals"], json!([]));
        assert_eq!(seen.json["encounters"].as_array().unwrap().len(), 3);
        assert!(!seen.text().contains("Visit") && !seen.text().contains("Bronchitis"), "{}", seen.text());
        let line = room.desk.get(&format!("patients/{}/timeline/", room.patient)).await;
        assert!(!line.is(200).to_string().contains("Visit"), "{}", line.text());

        let (patient, stranger) = (world.patient().await, world.patient().await);
        room.desk.patch(&format!("patients/{}/", room.patient), json!({ "user": patient.id })).await.is(200);
        assert_eq!(patient.get(&path).await.is(200)["vitals"].as_array().unwrap().len(), 2);
        stranger.get(&path).await.is(404);
        let cashier = world.caller(Some(Cashier)).await;
        let seen = cashier.get(&path).await;
        assert_eq!((&seen.is(200)["encounters"], &seen.json["medical_conditions"]), (&json!([]), &json!([])));
        world.settle().await;
    }

    async fn a_timeline_is_turned_page_by_page_without_gap_or_repetition(world: &World) {
        let room = Room::new(world).await;
        fill(&room, 0, 5).await;
        let path = format!("patients/{}/timeline/", room.patient);
        let whole = room.doctor.get(&format!("{path}?limit=200")).await;
        let name = |entry: &serde_json::Value| format!("{} {}", entry["kind"], entry["id"]);
        let all: Vec<String> = whole.is(200)["results"].as_array().unwrap().iter().map(name).collect();
        assert_eq!(all.len(), 5 + 6 + 5 + 5 + 5);
        assert_eq!(whole.json["next_cursor"], json!(null));
        for limit in [1, 2, 7] {
            let mut turned = Vec::new();
            let mut next = format!("{path}?limit={limit}");
            loop {
                let page = room.doctor.get(&next).await;
                turned.extend(page.is(200)["results"].as_array().unwrap().iter().map(name));
                let Some(cursor) = page.json["next_cursor"].as_str() else { break };
                next = format!("{path}?limit={limit}&cursor={cursor}");
            }
            assert_eq!(turned, all, "in pages of {limit}");
        }
        room.doctor.get(&format!("{path}?cursor=x")).await.complains_about("cursor");
        room.doctor.get(&format!("{path}?limit=0")).await.complains_about("limit");
        world.settle().await;
    }
}
