//! `stock-batches/`, `stock-movements/`, `stock-locations/`.

use kernel::BuiltinRole;
use serde_json::json;

use crate::shop::{LATE, SOON, Shop, batch, differences, list, tamper};

testkit::on_both! {
    async fn a_batch_is_received_through_the_ledger(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({ "strength": "500 mg" })).await;
        let reply = shop.pharmacist.post("stock-batches/", batch(item, "P-1", LATE, 100)).await;
        let row = reply.is(201);
        assert_eq!(row["current_quantity"], 100);
        assert_eq!(row["quantity"], 100);
        assert_eq!(row["status"], "active");
        assert_eq!(row["location_name"], "Main");
        assert_eq!(row["medication_name"], "Paracetamol");
        assert_eq!(row["cost_price_per_unit"], 0.5);
        assert_eq!(shop.total(item).await, 100);
        let movements = list(&shop.pharmacist.get(&format!("medications/{item}/movements/")).await);
        assert_eq!(movements.len(), 1);
        assert_eq!(movements[0]["kind"], "receipt");
        assert_eq!(movements[0]["delta"], 100);
        assert_eq!(movements[0]["balance_after"], 100);
        assert_eq!(movements[0]["source_type"], "StockBatch");
        assert_eq!(list(&shop.pharmacist.get(&format!("medications/{item}/batches/")).await).len(), 1);
        assert_eq!(differences(world).await, []);
    }

    async fn older_clients_receive_a_quantity(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let body = json!({ "medication_item_id": item, "batch_number": "P-1", "expiry_date": LATE, "quantity": "40" });
        assert_eq!(shop.pharmacist.post("stock-batches/", body).await.is(201)["quantity"], 40);
    }

    async fn batch_numbers_are_unique_for_a_medication(world: &World) {
        let shop = Shop::new(world).await;
        let (one, other) = (shop.medication("Paracetamol", json!({})).await, shop.medication("Aspirin", json!({})).await);
        shop.batch(one, "X", LATE, 10).await;
        shop.batch(other, "X", LATE, 10).await;
        shop.pharmacist.post("stock-batches/", batch(one, "X", LATE, 10)).await.complains_about("batch_number");
        let ward = shop.pharmacist.post("stock-locations/", json!({ "name": "Ward" })).await.id();
        let mut elsewhere = batch(one, "X", LATE, 10);
        elsewhere["location"] = json!(ward);
        shop.pharmacist.post("stock-batches/", elsewhere).await.complains_about("batch_number");
        assert_eq!(shop.total(one).await, 10);
    }

    async fn quantities_are_not_edited(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let id = shop.batch(item, "P-1", LATE, 100).await;
        let path = format!("stock-batches/{id}/");
        shop.pharmacist.patch(&path, json!({ "quantity_received": 200 })).await.complains_about("quantity_received");
        shop.pharmacist.patch(&path, json!({ "quantity": 200 })).await.complains_about("quantity_received");
        let other = shop.medication("Aspirin", json!({})).await;
        shop.pharmacist.patch(&path, json!({ "medication_item": other })).await.complains_about("medication_item");
        shop.pharmacist.patch(&path, json!({ "status": "recalled" })).await.refuses(409, "state_conflict");
        shop.pharmacist.patch(&path, json!({ "selling_price_per_unit": -1 })).await.complains_about("selling_price_per_unit");
        // Read and written back, the record is the same and of the same version.
        let read = shop.pharmacist.get(&path).await;
        let written = shop.pharmacist.put(&path, read.is(200).clone()).await;
        assert_eq!(written.is(200)["version"], read.json["version"]);
        assert_eq!(shop.holds(id).await, 100);
        // A batch that has moved stays.
        shop.pharmacist.delete(&path).await.refuses(409, "in_use");
    }

    async fn figures_out_of_range_are_refused_by_field(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        for (field, value) in [
            ("quantity_received", json!(-1)), ("quantity_received", json!(i64::MAX)), ("quantity_received", json!(0.5)),
            ("expiry_date", json!("0001-01-01")), ("expiry_date", json!("soon")), ("medication_item", json!(9_999)),
            ("batch_number", json!("")), ("cost_price_per_unit", json!(-0.01)), ("location", json!(99)),
        ] {
            let mut body = batch(item, "P-1", LATE, 100);
            body[field] = value;
            shop.pharmacist.post("stock-batches/", body).await.complains_about(field);
        }
        assert_eq!(shop.total(item).await, 0);
    }

    async fn movements_cannot_be_changed_even_in_the_database(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        shop.batch(item, "P-1", LATE, 100).await;
        for sql in ["UPDATE stock_movement SET delta = delta + 1 WHERE medication_item = $1", "DELETE FROM stock_movement WHERE medication_item = $1"] {
            assert!(tamper(world, sql, item).await.is_err(), "{sql}");
        }
        let id = list(&shop.pharmacist.get("stock-movements/").await)[0]["id"].clone();
        shop.pharmacist.patch(&format!("stock-movements/{id}/"), json!({ "delta": 5 })).await.is(405);
        shop.pharmacist.delete(&format!("stock-movements/{id}/")).await.is(405);
    }

    async fn a_broken_balance_is_found(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let id = shop.batch(item, "P-1", SOON, 100).await;
        shop.batch(item, "P-2", LATE, 5).await;
        assert_eq!(differences(world).await, []);
        tamper(world, "UPDATE stock_batch SET current_quantity = current_quantity + 1 WHERE id = $1", id).await.unwrap();
        assert_eq!(differences(world).await, [ledger::Difference::Account { id, balance: 101, sum: 100 }]);
        tamper(world, "UPDATE stock_batch SET current_quantity = current_quantity - 1 WHERE id = $1", id).await.unwrap();
        tamper(world, "UPDATE medication_item SET total_quantity = 7 WHERE id = $1", item).await.unwrap();
        assert_eq!(differences(world).await, [ledger::Difference::Control { id: item, balance: 7, sum: 105 }]);
        tamper(world, "UPDATE medication_item SET total_quantity = 105 WHERE id = $1", item).await.unwrap();
        // A sum of weeks is kept by the database, and proven as well.
        tamper(world, "UPDATE stock_week SET total = total - 1 WHERE account = $1", id).await.unwrap();
        let wrong = ledger::Difference::Sum { id, balance: 99, sum: 100 };
        assert_eq!(differences(world).await, [wrong, wrong]);
        tamper(world, "UPDATE stock_week SET total = total + 1 WHERE account = $1", id).await.unwrap();
        tamper(world, "DELETE FROM stock_span WHERE account = $1", id).await.unwrap();
        assert_eq!(differences(world).await, [ledger::Difference::Sum { id, balance: 0, sum: 1 }]);
    }

    async fn roles_see_stock_as_their_work_needs(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let id = shop.batch(item, "P-1", LATE, 100).await;
        for (role, reads, writes) in [
            (Some(BuiltinRole::Admin), true, true), (Some(BuiltinRole::Doctor), true, false), (Some(BuiltinRole::Nurse), true, false),
            (Some(BuiltinRole::Cashier), true, false), (Some(BuiltinRole::Receptionist), false, false),
            (Some(BuiltinRole::LabTechnician), false, false), (Some(BuiltinRole::Patient), false, false), (None, false, false),
        ] {
            let caller = world.caller(role).await;
            assert_eq!(list(&caller.get("stock-batches/").await).len(), usize::from(reads), "{role:?}");
            caller.get(&format!("stock-batches/{id}/")).await.is(if reads { 200 } else { 404 });
            let changed = caller.patch(&format!("stock-batches/{id}/"), json!({ "selling_price_per_unit": 2 })).await;
            changed.is(if writes { 200 } else { 403 });
            let dispensed = caller.post(&format!("medications/{item}/dispense/"), json!({ "patient_id": shop.patient, "quantity": 1 })).await;
            dispensed.is(if writes { 201 } else { 403 });
        }
        world.settle().await;
    }
}
