//! Controlled substances: a second person confirms, and the register tells of every unit.

use serde_json::{Value as Json, json};

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

    async fn nobody_begins_in_anothers_name_what_they_confirm(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Morphine", json!({ "is_controlled_substance": true })).await;
        let batch = shop.batch(item, "M-1", LATE, 20).await;
        let nurse = world.nurse().await;
        shop.pharmacist.post("delegateaccess/", json!({ "delegate": nurse.id, "can_act_as_user": true })).await.is(201);
        let acting = |path: String, body: Json| nurse.request("POST", &path).header("x-act-as", &shop.pharmacist.id.to_string()).json(&body).send();
        let out = json!({ "stock_batch": batch, "adjustment_type": "Damaged", "quantity": -3, "reason": "Broken" });
        acting("stock-adjustments/".to_owned(), out).await.refuses(403, "permission_denied");
        let out = json!({ "quantity": 2, "patient": shop.patient });
        acting(format!("medications/{item}/dispense/"), out).await.refuses(403, "permission_denied");
        // Nor does a pharmacist say alone that it is none.
        let none = json!({ "is_controlled_substance": false });
        shop.pharmacist.patch(&format!("medications/{item}/"), none.clone()).await.refuses(403, "permission_denied");
        world.admin().await.patch(&format!("medications/{item}/"), none).await.is(200);
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

    async fn nobody_puts_a_controlled_substance_back_alone(world: &World) {
        let shop = Shop::new(world).await;
        let (nurse, colleague) = (world.nurse().await, world.caller(Some(kernel::BuiltinRole::Pharmacist)).await);
        let item = shop.medication("Morphine", json!({ "is_controlled_substance": true })).await;
        let batch = shop.batch(item, "M-1", LATE, 20).await;
        // Given units that went out, one dispense confirmed and one not, and an adjustment that was confirmed
        let mut dispensed = Vec::new();
        for _ in 0..2 {
            dispensed.push(shop.dispense(item, 2, json!({})).await.is(201)["logs"][0]["id"].as_i64().unwrap());
        }
        nurse.post(&format!("dispensing-logs/{}/witness/", dispensed[0]), json!({})).await.is(200);
        let adjusted = shop.adjust(json!({ "stock_batch": batch, "adjustment_type": "Damaged", "quantity": -3 })).await.id();
        nurse.post(&format!("stock-adjustments/{adjusted}/witness/"), json!({})).await.is(200);
        // when they are taken back, which nobody does in another's name,
        shop.pharmacist.post("delegateaccess/", json!({ "delegate": colleague.id, "can_act_as_user": true })).await.is(201);
        let rows = [("dispensing-logs", dispensed[0]), ("dispensing-logs", dispensed[1]), ("stock-adjustments", adjusted)];
        for (path, id) in rows {
            let reverse = format!("{path}/{id}/reverse/");
            let body = json!({ "reason": "Not given" });
            let acting = colleague.request("POST", &reverse).header("x-act-as", &shop.pharmacist.id.to_string()).json(&body).send();
            acting.await.refuses(403, "permission_denied");
            let reversed = shop.pharmacist.post(&reverse, body).await;
            assert_eq!(
                (&reversed.is(200)["reversal_witness_required"], &reversed.json["reversal_witness"]),
                (&json!(true), &json!(null))
            );
        }
        let waiting = async |path: &str| list(&shop.pharmacist.get(&format!("{path}/?awaiting_witness=true")).await).len();
        assert_eq!((waiting("dispensing-logs").await, waiting("stock-adjustments").await), (2, 1));
        assert_eq!(shop.pharmacist.get("dashboard/").await.is(200)["awaiting_witness"], 3);
        // then somebody else than who took them back confirms that they are there.
        for (path, id) in rows {
            let witness = format!("{path}/{id}/witness/");
            shop.pharmacist.post(&witness, json!({})).await.refuses(409, "second_person_required");
            assert_eq!(colleague.post(&witness, json!({})).await.is(200)["reversal_witness"], colleague.id);
            nurse.post(&witness, json!({})).await.refuses(409, "state_conflict");
        }
        assert_eq!((waiting("dispensing-logs").await, waiting("stock-adjustments").await), (0, 0));
        let register = list(&shop.pharmacist.get(&format!("medications/controlled_register/?medication_id={item}")).await);
        let told: Vec<_> = register.iter().map(|line| (line["delta"].as_i64().unwrap(), line["witness_name"] != "")).collect();
        let (confirmed, not) = (true, false);
        assert_eq!(told, [(20, not), (-2, confirmed), (-2, not), (-3, confirmed), (2, confirmed), (2, confirmed), (3, confirmed)]);
        // Of what is not controlled nobody asks.
        let plain = shop.medication("Paracetamol", json!({})).await;
        shop.batch(plain, "P-1", LATE, 20).await;
        let log = shop.dispense(plain, 2, json!({})).await.is(201)["logs"][0]["id"].clone();
        let reversed = shop.pharmacist.post(&format!("dispensing-logs/{log}/reverse/"), json!({ "reason": "Not given" })).await;
        assert_eq!(reversed.is(200)["reversal_witness_required"], false);
        world.settle().await;
    }

    async fn nobody_writes_off_a_controlled_substance_alone(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Morphine", json!({ "is_controlled_substance": true })).await;
        let batch = shop.batch(item, "M-1", LATE, 20).await;
        let row = shop.adjust(json!({ "stock_batch": batch, "adjustment_type": "Damaged", "quantity": -3 })).await;
        assert_eq!((&row.is(201)["witness_required"], &row.json["witness"]), (&json!(true), &json!(null)));
        let path = format!("stock-adjustments/{}/witness/", row.id());
        shop.pharmacist.post(&path, json!({})).await.refuses(409, "second_person_required");
        world.receptionist().await.post(&path, json!({})).await.is(403);
        // What is counted is the same.
        let take = shop.pharmacist.post("stock-takes/", json!({ "name": "Morphine" })).await.id();
        let count = json!({ "lines": [{ "stock_batch": batch, "counted": 15 }] });
        shop.pharmacist.post(&format!("stock-takes/{take}/count/"), count.clone()).await.is(200);
        let posted = shop.pharmacist.post(&format!("stock-takes/{take}/post/"), json!({})).await;
        let counted = posted.is(200)["adjustments"][0]["id"].as_i64().unwrap();
        let waiting = list(&shop.pharmacist.get("stock-adjustments/?awaiting_witness=true").await);
        assert_eq!(waiting.len(), 2);
        assert_eq!(shop.pharmacist.get("dashboard/").await.is(200)["awaiting_witness"], 2);
        let again = shop.pharmacist.post(&format!("stock-takes/{take}/post/"), json!({})).await;
        again.refuses(409, "state_conflict");
        assert_eq!(again.json["by"], shop.pharmacist.id);
        let nurse = world.nurse().await;
        assert_eq!(nurse.post(&path, json!({})).await.is(200)["witness"], nurse.id);
        let again = nurse.post(&path, json!({})).await;
        again.refuses(409, "state_conflict");
        assert!(again.json["detail"].as_str().unwrap().contains("Fatou Ceesay"), "{}", again.text());
        nurse.post(&format!("stock-adjustments/{counted}/witness/"), json!({})).await.is(200);
        assert!(list(&shop.pharmacist.get("stock-adjustments/?awaiting_witness=true").await).is_empty());
        let register = list(&shop.pharmacist.get(&format!("medications/controlled_register/?medication_id={item}")).await);
        let told: Vec<_> = register.iter().map(|line| (line["delta"].as_i64().unwrap(), line["witness_name"].as_str().unwrap())).collect();
        assert_eq!(told, [(20, ""), (-3, "Fatou Ceesay"), (-2, "Fatou Ceesay")]);
        // Any other medication is adjusted by whoever has its key.
        let plain = shop.medication("Paracetamol", json!({})).await;
        let batch = shop.batch(plain, "P-1", LATE, 20).await;
        let row = shop.adjust(json!({ "stock_batch": batch, "adjustment_type": "Damaged", "quantity": -3 })).await;
        assert_eq!(row.is(201)["witness_required"], false);
        nurse.post(&format!("stock-adjustments/{}/witness/", row.id()), json!({})).await.refuses(409, "state_conflict");
        world.settle().await;
    }
}
