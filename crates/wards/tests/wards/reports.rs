use serde_json::json;

use crate::House;

testkit::on_both! {
    async fn how_full_the_wards_were(world: &World) {
        let mut house = House::new(world).await;
        house.admin.post("beds/", json!({ "number": "Corridor" })).await.is(201);
        let empty = house.admin.post("wards/", json!({ "name": "Empty" })).await.id();
        let day = world.app.zone.today(world.clock.now()).tomorrow().unwrap();
        let start: jiff::Timestamp = format!("{day}T00:00:00Z").parse().unwrap();
        house.pass(world, start.duration_since(world.clock.now())).await;
        // A day and a half in one bed, and half a day in another after a transfer.
        house.assign(0, 0).await;
        house.pass(world, jiff::SignedDuration::from_hours(36)).await;
        house.nurse.post(&house.verb(0, "transfer"), json!({ "to_bed": house.beds[1] })).await.is(200);
        house.pass(world, jiff::SignedDuration::from_hours(12)).await;
        let path = format!("operational-reports/bed_occupancy/?start={day}");
        let rows = house.admin.get(&path).await.is(200).clone();
        let rows = rows.as_array().unwrap();
        // Beds outside of wards first, then wards by name; a ward without beds was not full.
        assert_eq!(rows.len(), 2, "{rows:?}");
        let women = &rows[1];
        for (field, value) in [
            ("ward_id", json!(house.ward)), ("ward_name", json!("Women")), ("beds", json!(3)), ("arrivals", json!(2)),
            ("occupied_days", json!(2.0)), ("bed_days", json!(6.0)), ("occupancy_rate", json!(0.3333)),
        ] {
            assert_eq!(women[field], value, "{field}");
        }
        assert_eq!(rows[0]["occupied_days"], 0.0);
        assert!(rows.iter().all(|row| row["ward_id"] != empty));
        // The first day only.
        let first = house.admin.get(&format!("{path}&end={day}")).await.is(200).clone();
        assert_eq!((&first[1]["occupied_days"], &first[1]["occupancy_rate"]), (&json!(1.0), &json!(0.3333)));
        house.nurse.get(&path).await.is(403);
        let csv = house.admin.get(&format!("{path}&format=csv")).await;
        assert!(csv.text().starts_with("\u{feff}ward_id,ward_name,beds"), "{}", csv.text());
        world.settle().await;
    }
}
