//! `inventory/`, kept for older clients.

use serde_json::json;

use crate::shop::{LATE, Shop, list};

testkit::on_both! {
    async fn a_simple_stock_is_kept(world: &World) {
        let shop = Shop::new(world).await;
        let body = json!({ "name": "Gloves", "description": "Nitrile, M", "quantity": 10, "unit": "Box" });
        let reply = shop.pharmacist.post("inventory/", body.clone()).await;
        assert_eq!(reply.is(201)["quantity"], 10);
        let path = format!("inventory/{}/", reply.id());
        shop.pharmacist.post("inventory/", body).await.complains_about("name");
        let adjust = format!("{path}adjust_stock/");
        assert_eq!(shop.pharmacist.post(&adjust, json!({ "amount": -4 })).await.is(200)["quantity"], 6);
        assert_eq!(shop.pharmacist.post(&adjust, json!({ "amount": "3" })).await.is(200)["quantity"], 9);
        let refused = shop.pharmacist.post(&adjust, json!({ "amount": -10 })).await;
        assert_eq!(refused.refuses(409, "insufficient_stock")["available"], 9);
        shop.pharmacist.post(&adjust, json!({ "amount": 0 })).await.complains_about("amount");
        shop.pharmacist.patch(&path, json!({ "quantity": -1 })).await.complains_about("quantity");
        assert_eq!(shop.pharmacist.get(&path).await.is(200)["quantity"], 9);
    }

    async fn adjustments_reach_it_and_are_reversed(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.pharmacist.post("inventory/", json!({ "name": "Gloves", "quantity": 10 })).await.id();
        let body = json!({ "inventory_item": item, "adjustment_type": "Damaged", "quantity": -3 });
        let adjustment = shop.adjust(body).await.id();
        assert_eq!(shop.pharmacist.get(&format!("inventory/{item}/")).await.is(200)["quantity"], 7);
        shop.pharmacist.post(&format!("stock-adjustments/{adjustment}/reverse/"), json!({ "reason": "By mistake" })).await.is(200);
        assert_eq!(shop.pharmacist.get(&format!("inventory/{item}/")).await.is(200)["quantity"], 10);
        shop.adjust(json!({ "inventory_item": item, "adjustment_type": "Damaged", "quantity": -11 })).await.refuses(409, "insufficient_stock");
    }

    async fn medications_are_shown_in_its_shape(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        shop.batch(item, "P-1", LATE, 20).await;
        let rows = list(&shop.pharmacist.get("inventory/medications/").await);
        assert_eq!((&rows[0]["id"], &rows[0]["name"], &rows[0]["quantity"]), (&json!(item), &json!("Paracetamol"), &json!(20)));
    }
}
