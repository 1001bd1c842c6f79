//! `breaches/`: the register, its deadline, and whose records were seen.

use jiff::SignedDuration;
use kernel::BuiltinRole;
use serde_json::{Value as Json, json};
use testkit::{Caller, World};

use crate::{again, job, register};

async fn told(admin: &Caller) -> Vec<String> {
    let rows = admin.get("notifications/?ordering=id").await;
    let rows = rows.is(200).as_array().unwrap();
    rows.iter()
        .map(|row| row["message"].as_str().unwrap().to_owned())
        .collect()
}

async fn in_charge(world: &World) -> Caller {
    let id = world.user("isatou", Some(BuiltinRole::Admin)).await;
    let mut admin = world.sign_in("isatou", testkit::PASSWORD).await;
    admin.id = id;
    admin
}

async fn affected(admin: &Caller, breach: i64) -> Vec<(i64, i64)> {
    let rows = admin.get(&format!("breaches/{breach}/affected/")).await;
    let number = |row: &Json, name: &str| row[name].as_i64().unwrap();
    rows.is(200)
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (number(row, "patient"), number(row, "accesses")))
        .collect()
}

testkit::on_both! {
    async fn admins_are_reminded_before_the_deadline_and_when_it_passed(world: &World) {
        let mut admin = in_charge(world).await;
        let breach = admin.post("breaches/", json!({ "description": "A laptop was stolen", "severity": "high" })).await;
        assert_eq!((&breach.is(201)["regulator_due_at"], &breach.json["status"]), (&json!("2026-11-26T08:00:00Z"), &json!("open")));
        let one = format!("breaches/{}/", breach.id());
        // Hours after the discovery, and how many reminders there are by then: from a day before the deadline, each
        // day, and when it passes.
        for (hours, count) in [(0, 0), (47, 0), (48, 1), (49, 1), (71, 1), (72, 2), (73, 2), (95, 2), (96, 3)] {
            let reached = world.clock.now().duration_since("2026-11-23T08:00:00Z".parse().unwrap());
            world.pass(SignedDuration::from_hours(hours) - reached);
            job(world, "compliance:reminders").await;
            job(world, "compliance:reminders").await;
            admin = again(world, &admin, "isatou").await;
            assert_eq!(told(&admin).await.len(), count, "after {hours} hours");
        }
        let told_now = told(&admin).await;
        assert!(told_now[0].contains("must be told by 26 November 2026, 08:00") && told_now[1].contains("should have been told"), "{told_now:?}");
        let alerts = admin.get("alerts/").await;
        assert!(alerts.is(200)["results"].as_array().unwrap().iter().any(|alert| alert["kind"] == "breach" && alert["severity"] == "critical"), "{}", alerts.text());
        // Late, and no word why.
        let notice = json!({ "notified_at": "2026-11-27T08:00:00Z" });
        admin.patch(&one, notice).await.complains_about("delay_reason");
        let notice = json!({ "notified_at": "2026-11-27T08:00:00Z", "delay_reason": "The line was down" });
        assert_eq!(admin.patch(&one, notice).await.is(200)["status"], "notified");
        world.pass(SignedDuration::from_hours(48));
        job(world, "compliance:reminders").await;
        let admin = again(world, &admin, "isatou").await;
        assert_eq!(told(&admin).await.len(), 3);
    }

    async fn what_is_on_record_is_not_taken_back(world: &World) {
        let admin = in_charge(world).await;
        let breach = admin.post("breaches/", json!({ "description": "Papers in the bin", "discovered_at": "2026-11-23T06:00:00Z" })).await;
        let one = format!("breaches/{}/", breach.is(201)["id"]);
        admin.patch(&one, json!({ "discovered_at": "2026-11-23T07:00:00Z" })).await.complains_about("discovered_at");
        admin.patch(&one, json!({ "contained_at": "2026-11-23T05:00:00Z" })).await.complains_about("contained_at");
        admin.patch(&one, json!({ "contained_at": "2026-11-23T09:00:00Z" })).await.complains_about("contained_at");
        assert_eq!(admin.patch(&one, json!({ "contained_at": "2026-11-23T07:00:00Z" })).await.is(200)["status"], "contained");
        admin.patch(&one, json!({ "contained_at": null })).await.complains_about("contained_at");
        admin.patch(&one, json!({ "period_start": "2026-11-23T07:00:00Z", "period_end": "2026-11-23T06:00:00Z" })).await.complains_about("period_end");
        assert_eq!(admin.patch(&one, json!({ "notified_at": "2026-11-23T07:30:00Z" })).await.is(200)["status"], "notified");
        let gone = admin.delete(&one).await;
        assert!([404, 405].contains(&gone.status.as_u16()));
        admin.post("breaches/", json!({})).await.complains_about("description");
        for caller in [world.doctor().await, world.receptionist().await, world.patient().await] {
            caller.get(&one).await.is(404);
            assert_eq!(*caller.get("breaches/").await.is(200), json!([]));
            caller.post("breaches/", json!({ "description": "x" })).await.is(403);
        }
        assert!(!world.columns("breach_incident").await.contains(&"description".to_owned()));
        world.settle().await;
    }

    async fn whose_records_were_seen_follows_from_the_trail(world: &World) {
        let admin = in_charge(world).await;
        let desk = world.receptionist().await;
        let (nurse, other) = (world.nurse().await, world.nurse().await);
        let mut seen = Vec::new();
        for name in ["Awa", "Binta", "Coumba", "Dado"] {
            seen.push(register(&desk, name, "Bah").await);
        }
        world.pass(SignedDuration::from_mins(10));
        nurse.get(&format!("patients/{}/", seen[0])).await.is(200);
        other.get(&format!("patients/{}/", seen[3])).await.is(200);
        nurse.get("patients/?limit=2").await.is(200);
        let place = "203.0.113.7".parse().unwrap();
        other.request("GET", &format!("patients/{}/", seen[1])).from(place).send().await.is(200);
        world.pass(SignedDuration::from_mins(10));
        nurse.get(&format!("patients/{}/", seen[1])).await.is(200);
        let period = |extra: Json| {
            let mut body = json!({
                "description": "Looked around", "period_start": "2026-11-23T08:05:00Z", "period_end": "2026-11-23T08:15:00Z",
            });
            for (name, value) in extra.as_object().unwrap() {
                body[name] = value.clone();
            }
            body
        };
        let by_user = admin.post("breaches/", period(json!({ "suspect": nurse.id }))).await;
        let by_place = admin.post("breaches/", period(json!({ "from_address": "203.0.113.7" }))).await;
        // Of nobody in particular, nothing is looked up.
        let open = admin.post("breaches/", period(json!({}))).await;
        world.settle().await;
        assert_eq!(affected(&admin, by_user.id()).await, [(seen[0], 1), (seen[2], 1), (seen[3], 1)]);
        assert_eq!(affected(&admin, by_place.id()).await, [(seen[1], 1)]);
        assert_eq!(affected(&admin, open.id()).await, []);
        let one = format!("breaches/{}/", by_user.id());
        assert_eq!(admin.get(&one).await.is(200)["affected_patients"], 3);
        // A longer period is looked up anew.
        admin.patch(&one, json!({ "period_end": "2026-11-23T08:30:00Z" })).await.is(200);
        world.settle().await;
        assert_eq!(affected(&admin, by_user.id()).await, [(seen[0], 1), (seen[1], 1), (seen[2], 1), (seen[3], 1)]);
        // As many as before, and others.
        admin.patch(&one, json!({ "period_start": "2026-11-23T08:15:01Z" })).await.is(200);
        world.settle().await;
        assert_eq!(affected(&admin, by_user.id()).await, [(seen[1], 1)]);
        admin.patch(&one, json!({ "suspect": other.id, "period_start": "2026-11-23T08:05:00Z", "period_end": "2026-11-23T08:15:00Z", "from_address": null })).await.is(200);
        world.settle().await;
        let theirs = affected(&admin, by_user.id()).await;
        assert!(theirs.contains(&(seen[3], 1)) && !theirs.contains(&(seen[0], 1)), "{theirs:?}");
        desk.get(&format!("breaches/{}/affected/", by_user.id())).await.is(404);
    }
}
