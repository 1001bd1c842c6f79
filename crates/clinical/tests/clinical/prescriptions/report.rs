//! `report/top_prescribed_medications/`.

use kernel::BuiltinRole::Pharmacist;
use serde_json::json;

use crate::prescriptions::prescribe;
use crate::support::Room;

testkit::on_both! {
    async fn what_is_prescribed_most_comes_first(world: &World) {
        for _ in 0..3 {
            let room = Room::new(world).await;
            prescribe(&room, "Amoxicillin", json!({})).await.is(201);
        }
        let room = Room::new(world).await;
        prescribe(&room, "AMOXICILLIN", json!({})).await.is(201);
        prescribe(&room, "Paracetamol", json!({})).await.is(201);
        prescribe(&room, "Ibuprofen", json!({ "status": "Cancelled" })).await.is(201);
        let expected = json!({ "top_medications": [
            { "medication_name": "AMOXICILLIN", "count": 4 },
            { "medication_name": "Paracetamol", "count": 1 },
        ]});
        for reader in [world.admin().await, world.caller(Some(Pharmacist)).await] {
            let report = reader.get("report/top_prescribed_medications/").await;
            assert_eq!(report.is(200), &expected);
        }
        let own = room.doctor.get("report/top_prescribed_medications/").await;
        assert_eq!(own.is(200)["top_medications"].as_array().unwrap().len(), 2);
        assert_eq!(own.json["top_medications"][0]["count"], 1);
        room.desk.get("report/top_prescribed_medications/").await.is(403);
        world.settle().await;
    }
}
