//! Controlled substances: a second person confirms, and the register tells of every unit.

use serde_json::json;

use crate::shop::{LATE, Shop, list};

testkit::on_both! {
    async fn a_second_person_confirms_with_their_own_token(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Morphine", json!({ "is_controlled_substance": true })).await;
        shop.batch(item, "M-1", LATE, 20).await;
        let reply = shop.dispense(item, 2, json!({})).await;
        assert_eq!(reply.is(201)["status"], "awaiting_witness");
        let log = reply.json["logs"][0]["id"].as_i64().unwrap();
        let path = format!("dispensing-logs/{log}/witness/");
        assert_eq!(list(&shop.pharmacist.get("dispensing-logs/?awaiting_witness=true").await).len(), 1);
        shop.pharmacist.post(&path, json!({})).await.refuses(409, "second_person_required");
        world.receptionist().await.post(&path, json!({})).await.is(403);
        let nurse = world.nurse().await;
        assert_eq!(nurse.post(&path, json!({})).await.is(200)["witness"], nurse.id);
        nurse.post(&path, json!({})).await.refuses(409, "state_conflict");
        assert!(list(&shop.pharmacist.get("dispensing-logs/?awaiting_witness=true").await).is_empty());
        world.settle().await;
    }

    async fn only_controlled_substances_are_witnessed(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        shop.batch(item, "P-1", LATE, 20).await;
        let log = shop.dispense(item, 2, json!({})).await.is(201)["logs"][0]["id"].clone();
        world.nurse().await.post(&format!("dispensing-logs/{log}/witness/"), json!({})).await.refuses(409, "state_conflict");
        world.settle().await;
    }

    async fn the_register_has_a_running_balance(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Morphine", json!({ "is_controlled_substance": true })).await;
        shop.batch(item, "M-1", LATE, 20).await;
        let log = shop.dispense(item, 2, json!({})).await.is(201)["logs"][0]["id"].clone();
        let nurse = world.nurse().await;
        nurse.post(&format!("dispensing-logs/{log}/witness/"), json!({})).await.is(200);
        let path = format!("medications/controlled_register/?medication_id={item}");
        let lines = list(&shop.pharmacist.get(&path).await);
        let balances: Vec<_> = lines.iter().map(|line| (line["delta"].as_i64(), line["balance"].as_i64())).collect();
        assert_eq!(balances, [(Some(20), Some(20)), (Some(-2), Some(18))]);
        assert_eq!(lines[1]["patient_name"], "Jane Doe");
        assert_eq!(lines[1]["witness_name"], "Fatou Ceesay");
        assert_eq!(lines[0]["patient"], json!(null));
        nurse.get(&path).await.is(403);
        let csv = shop.pharmacist.get(&format!("{path}&format=csv")).await;
        assert!(csv.text().starts_with("\u{feff}at,kind,delta,balance,"), "{}", csv.text());
        world.settle().await;
    }
}
