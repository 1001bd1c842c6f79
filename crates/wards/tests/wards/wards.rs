use serde_json::json;

use crate::{House, count};

testkit::on_both! {
    async fn a_ward_tells_how_full_it_is(world: &World) {
        let house = House::new(world).await;
        let path = format!("wards/{}/", house.ward);
        let ward = house.admin.get(&path).await.is(200).clone();
        assert_eq!((&ward["name"], &ward["capacity"], &ward["occupied"], &ward["available"]), (&json!("Women"), &json!(4), &json!(0), &json!(3)));
        house.assign(0, 0).await;
        house.admin.patch(&format!("beds/{}/", house.beds[1]), json!({ "status": "maintenance" })).await.is(200);
        let ward = house.nurse.get(&path).await.is(200).clone();
        assert_eq!((&ward["occupied"], &ward["available"]), (&json!(1), &json!(1)));
        world.settle().await;
    }

    async fn names_of_wards_and_numbers_of_beds_are_unique(world: &World) {
        let house = House::new(world).await;
        house.admin.post("wards/", json!({ "name": "Women" })).await.complains_about("name");
        house.admin.post("wards/", json!({ "name": "Men", "capacity": -1 })).await.complains_about("capacity");
        let men = house.admin.post("wards/", json!({ "name": "Men" })).await.id();
        house.admin.post("beds/", json!({ "ward": house.ward, "number": "W-1" })).await.complains_about("number");
        house.admin.post("beds/", json!({ "ward": men, "number": "W-1" })).await.is(201);
        // Beds outside of wards are told apart by their number as well.
        house.admin.post("beds/", json!({ "number": "X" })).await.is(201);
        house.admin.post("beds/", json!({ "number": "X" })).await.complains_about("number");
        house.admin.post("beds/", json!({ "number": "12345678901" })).await.complains_about("number");
    }

    async fn the_beds_of_a_ward_and_the_board(world: &World) {
        let house = House::new(world).await;
        house.admin.post("beds/", json!({ "number": "Corridor" })).await.is(201);
        house.assign(1, 0).await;
        let beds = house.nurse.get(&format!("wards/{}/beds/", house.ward)).await.is(200).clone();
        assert_eq!(count(&beds), 3);
        assert!(beds.as_array().unwrap().iter().all(|bed| bed["ward_name"] == "Women" && bed["ward_id"] == house.ward));
        let board = house.nurse.get("beds/board/").await.is(200).clone();
        assert_eq!(count(&board), 2);
        let women = board.as_array().unwrap().iter().find(|ward| ward["ward_name"] == "Women").unwrap();
        assert_eq!((&women["occupied"], &women["available"], &women["cleaning"]), (&json!(1), &json!(2), &json!(0)));
        let bed = &women["beds"][1];
        assert_eq!((&bed["number"], &bed["patient_name"], &bed["length_of_stay"]), (&json!("W-2"), &json!("Awa Bah"), &json!(1)));
        let one = house.nurse.get(&format!("beds/board/?ward={}", house.ward)).await.is(200).clone();
        assert_eq!(count(&one), 1);
        house.nurse.get("beds/board/?ward=x").await.complains_about("ward");
        world.settle().await;
    }

    async fn a_ward_with_beds_is_not_deleted(world: &World) {
        let house = House::new(world).await;
        house.admin.delete(&format!("wards/{}/", house.ward)).await.refuses(409, "in_use");
        house.admin.delete(&format!("beds/{}/", house.beds[0])).await.is(204);
        house.assign(1, 0).await;
        house.admin.delete(&format!("beds/{}/", house.beds[1])).await.refuses(409, "in_use");
        world.settle().await;
    }
}
