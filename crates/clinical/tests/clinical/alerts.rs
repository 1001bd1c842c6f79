//! `alerts/` of vital signs.

use serde_json::json;

use crate::support::Room;

testkit::on_both! {
    async fn a_critical_value_raises_an_alert_that_is_acknowledged(world: &World) {
        let room = Room::new(world).await;
        room.vitals(json!({ "heart_rate": 70 })).await.is(201);
        assert_eq!(room.doctor.get("alerts/?unread=true").await.is(200)["count"], 0);
        let made = room.vitals(json!({ "systolic_bp": 190, "diastolic_bp": 100 })).await;
        made.is(201);
        let alerts = room.nurse.get("alerts/?unread=true").await;
        assert_eq!(alerts.is(200)["count"], 1);
        let alert = alerts.json["results"][0].clone();
        assert_eq!((&alert["kind"], &alert["severity"], &alert["patient"]), (&json!("abnormal_vital"), &json!("critical"), &json!(room.patient)));
        assert!(alert["message"].as_str().unwrap().contains("190"), "{alert}");
        let pages = [("page=1&page_size=1", 1), ("page=2&page_size=1", 0), ("page=18446744073709551615", 0)];
        for (page, shown) in pages {
            let alerts = room.nurse.get(&format!("alerts/?{page}")).await;
            assert_eq!((&alerts.is(200)["count"], alerts.json["results"].as_array().unwrap().len()), (&json!(1), shown), "{page}");
        }
        room.nurse.get("alerts/?page=first").await.complains_about("page");
        for stranger in [&room.desk, &world.patient().await] {
            assert_eq!(stranger.get("alerts/").await.is(200)["count"], 0);
            stranger.get(&format!("alerts/{}/", alert["id"])).await.is(404);
            stranger.post(&format!("alerts/{}/acknowledge/", alert["id"]), json!({})).await.is(403);
        }
        let seen = room.nurse.post(&format!("alerts/{}/acknowledge/", alert["id"]), json!({ "reason": "Doctor called" })).await;
        assert_eq!((&seen.is(200)["status"], &seen.json["acknowledged_by"]), (&json!("acknowledged"), &json!(room.nurse.id)));
        room.doctor.post(&format!("alerts/{}/acknowledge/", alert["id"]), json!({})).await.refuses(409, "state_conflict");
        assert_eq!(room.doctor.get("alerts/?unread=true").await.is(200)["count"], 0);
        assert_eq!(room.doctor.get("alerts/").await.is(200)["results"][0]["is_read"], true);
        world.settle().await;
    }

    async fn a_correction_resolves_the_alert(world: &World) {
        let room = Room::new(world).await;
        let made = room.vitals(json!({ "temperature": 41.2 })).await;
        assert_eq!(room.doctor.get("alerts/?unread=true").await.is(200)["count"], 1);
        room.doctor.patch(&format!("vitals/{}/", made.id()), json!({ "temperature": 37.2 })).await.is(200);
        assert_eq!(room.doctor.get("alerts/?unread=true").await.is(200)["count"], 0);
        world.settle().await;
    }
}
