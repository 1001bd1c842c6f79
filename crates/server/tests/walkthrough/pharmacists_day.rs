//! A pharmacist's day.

use serde_json::json;
use testkit::{Base, World};

use crate::house::{House, made};
use crate::page::Page;

const BEGIN: &str = "Ousman receives a delivery, dispenses what doctors prescribed, is stopped where something is wrong, \
    counts a shelf, and calls a batch back. What an answer shows is a part of it; `…` stands for the rest.";

#[test]
fn pharmacists_day() {
    testkit::run(Base::Sqlite, |world| Box::pin(day(world)));
}

#[test]
fn pharmacists_day_on_postgres() {
    testkit::run(Base::Postgres, |world| Box::pin(day(world)));
}

async fn day(world: &World) {
    let house = House::new(world).await;
    let stock = house.stock().await;
    let patient = house.register().await;
    let doctor = house.signed_in("ceesay").await;
    let body = json!({ "patient": patient, "notes": "Fever" });
    let encounter = made(&doctor, "encounters/", body).await;
    let body = json!({
        "encounter": encounter, "medication_item": stock.paracetamol, "dosage": "2 tablets", "frequency": "3 times a day",
        "duration": "5 days", "quantity": 30,
    });
    let prescription = made(&doctor, "prescriptions/", body).await;
    let pharmacist = house.signed_in("ousman").await;
    let supplier = made(
        &pharmacist,
        "suppliers/",
        json!({ "name": "Banjul Pharma" }),
    )
    .await;
    house.node.settle().await;
    let mut page = Page::new("A pharmacist's day", BEGIN);

    page.say("## What waits");
    page.ask(&pharmacist, "GET", "dashboard/", None).await;
    page.brief(
        &pharmacist,
        "GET",
        "prescriptions/?status=Active",
        None,
        &["id", "patient", "medication_name", "quantity"],
    )
    .await;

    page.say("## A delivery");
    page.say("Paracetamol was ordered last week.");
    let body = json!({ "supplier": supplier, "items": [{ "medication_item": stock.paracetamol, "quantity_ordered": 500, "unit_cost_estimated": 0.45 }] });
    let shown = ["id", "status", "total_estimated_cost"];
    let order = page
        .brief(&pharmacist, "POST", "purchase-orders/", Some(body), &shown)
        .await
        .id();
    page.brief(
        &pharmacist,
        "POST",
        &format!("purchase-orders/{order}/submit/"),
        Some(json!({})),
        &["status"],
    )
    .await;
    let body = json!({
        "supplier": supplier, "purchase_order": order, "invoice_number": "BP-4471",
        "items": [{ "medication_item": stock.paracetamol, "batch_number": "P-26-204", "expiry_date": "2028-09-30", "quantity_received": 300, "unit_cost": 0.45, "selling_price": 1.5 }],
    });
    let shown = [
        "id",
        "invoice_number",
        "items{medication_name,batch_number,quantity_received}",
    ];
    page.brief(
        &pharmacist,
        "POST",
        "goods-received-notes/",
        Some(body),
        &shown,
    )
    .await;
    page.say("Two hundred are still to come, and the order knows.");
    page.brief(
        &pharmacist,
        "GET",
        &format!("purchase-orders/{order}/"),
        None,
        &["status", "items{quantity_ordered,quantity_received}"],
    )
    .await;

    page.say("## At the counter");
    page.say("Jane comes with the prescription. The batch that expires first goes first.");
    let path = format!("medications/{}/dispense/", stock.paracetamol);
    let body = json!({ "prescription_id": prescription, "quantity": 20 });
    let shown = [
        "status",
        "logs{id,batch_number,quantity_dispensed}",
        "remaining",
        "owed",
    ];
    let dispensed = page
        .brief(&pharmacist, "POST", &path, Some(body), &shown)
        .await;
    page.say("More than is owed is refused.");
    let body = json!({ "prescription_id": prescription, "quantity": 15 });
    page.refused(&pharmacist, "POST", &path, Some(body), &["code", "owed"])
        .await;
    page.say("One strip was a mistake: it goes back to exactly the batch that it came from, once.");
    let log = dispensed.json["logs"][1]["id"].as_i64().unwrap();
    let path = format!("dispensing-logs/{log}/reverse/");
    page.brief(
        &pharmacist,
        "POST",
        &path,
        Some(json!({ "reason": "One strip too many" })),
        &["id", "reversed_at"],
    )
    .await;
    page.refused(
        &pharmacist,
        "POST",
        &path,
        Some(json!({ "reason": "One strip too many" })),
        &["code"],
    )
    .await;

    page.say("## A controlled substance");
    page.say("A second person confirms, signed in as themselves.");
    let path = format!("medications/{}/dispense/", stock.morphine);
    let body = json!({ "patient_id": patient, "quantity": 4 });
    let shown = ["status", "logs{id,batch_number,quantity_dispensed}"];
    let dispensed = page
        .brief(&pharmacist, "POST", &path, Some(body), &shown)
        .await;
    let log = dispensed.json["logs"][0]["id"].as_i64().unwrap();
    let path = format!("dispensing-logs/{log}/witness/");
    page.refused(&pharmacist, "POST", &path, Some(json!({})), &["code"])
        .await;
    let nurse = house.signed_in("kumba").await;
    page.brief(
        &nurse,
        "POST",
        &path,
        Some(json!({})),
        &["id", "witnessed_at"],
    )
    .await;

    page.say("## Counting a shelf");
    let take = page
        .brief(
            &pharmacist,
            "POST",
            "stock-takes/",
            Some(json!({ "name": "Antibiotics, November" })),
            &["id", "status"],
        )
        .await
        .id();
    let batch = crate::house::first(&pharmacist, "stock-batches/?batch_number=A-26-007").await;
    let body = json!({ "stock_batch": batch, "counted": 58 });
    page.brief(
        &pharmacist,
        "POST",
        &format!("stock-takes/{take}/lines/"),
        Some(body),
        &["expected", "counted", "variance"],
    )
    .await;
    page.brief(
        &pharmacist,
        "POST",
        &format!("stock-takes/{take}/post/"),
        Some(json!({})),
        &["status"],
    )
    .await;

    page.say("## A recall");
    page.say("The manufacturer calls a batch back. One call blocks it everywhere and names who received it.");
    let batch = crate::house::first(&pharmacist, "stock-batches/?batch_number=P-26-031").await;
    let body = json!({ "reason": "Manufacturer's notice 12" });
    let shown = [
        "status",
        "quantity_blocked",
        "recipients{patient_name,quantity_dispensed}",
    ];
    page.brief(
        &pharmacist,
        "POST",
        &format!("stock-batches/{batch}/recall/"),
        Some(body),
        &shown,
    )
    .await;

    page.say("## The end of the day");
    page.ask(&pharmacist, "GET", "medications/stock_valuation/", None)
        .await;
    let path = format!(
        "medications/stock_movement/?medication_id={}",
        stock.paracetamol
    );
    page.brief(&pharmacist, "GET", &path, None, &["opening", "closing"])
        .await;
    house.node.settle().await;
    page.finish("pharmacists-day.md");
}
