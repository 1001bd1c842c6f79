//! `service-catalog/`.

use jiff::SignedDuration;
use serde_json::json;

use crate::support::Desk;

testkit::on_both! {
    async fn a_new_price_changes_no_bill_that_exists(world: &World) {
        let desk = Desk::new(world).await;
        let service = desk.service("Consultation", 100.0, "CONSULTATION").await;
        let old = desk.bill(json!({ "items": [{ "service": service }] })).await;
        world.pass(SignedDuration::from_mins(20));
        let path = format!("service-catalog/{service}/");
        desk.admin.patch(&path, json!({ "price": 120 })).await.is(200);
        let new = desk.bill(json!({ "items": [{ "service_id": service }] })).await;
        assert_eq!(desk.read(&old).await["total_amount"], 100.0);
        assert_eq!(new["total_amount"], 120.0);
        // Another change of the line keeps its price.
        let line = format!("bill-items/{}/", old["items"][0]["id"]);
        assert_eq!(desk.cashier.patch(&line, json!({ "quantity": 2 })).await.is(200)["line_total"], 200.0);
        let prices = desk.cashier.get(&format!("service-catalog/{service}/prices/")).await;
        let prices: Vec<_> = prices.is(200).as_array().unwrap().iter().map(|row| (row["price"].clone(), row["valid_from"].clone())).collect();
        assert_eq!(prices, [(json!(120.0), json!("2026-11-23T08:20:00Z")), (json!(100.0), json!("2026-11-23T08:00:00Z"))]);
        desk.books_agree().await;
    }

    async fn a_service_that_is_not_offered_is_not_charged(world: &World) {
        let desk = Desk::new(world).await;
        let service = desk.service("Leeches", 5.0, "LEECH").await;
        desk.admin.patch(&format!("service-catalog/{service}/"), json!({ "is_active": false })).await.is(200);
        let reply = desk.try_bill(json!({ "items": [{ "service": service }] })).await;
        assert!(reply.is(400)["items"][0]["service"].is_array());
        desk.admin.post("service-catalog/", json!({ "name": "x", "price": -1 })).await.complains_about("price");
        desk.admin.post("service-catalog/", json!({ "name": "x", "code": "LEECH" })).await.complains_about("code");
        desk.cashier.post("service-catalog/", json!({ "name": "x" })).await.is(403);
    }
}
