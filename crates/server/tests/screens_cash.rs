//! The cash desk, bills, the drawer, the patient's own pages and the administrator's, as people without scripts use them.
#![expect(clippy::unwrap_used, reason = "tests")]

use kernel::BuiltinRole;
use serde_json::{Value as Json, json};
use testkit::visitor::{Visitor, form, set};
use testkit::{Caller, Reply};

/// What holds for every page, in a language.
#[track_caller]
fn is_a_page(reply: &Reply, status: u16) -> String {
    let html = reply.text();
    assert_eq!(reply.status.as_u16(), status, "{}: {html}", reply.asked);
    assert_eq!(html.matches("<h1").count(), 1, "{}: {html}", reply.asked);
    assert!(
        html.contains("<html lang=\"") && html.contains("<title>"),
        "{}",
        reply.asked
    );
    for raw in [
        ">billing-",
        ">portal-",
        ">admin-",
        ">patients-",
        ">nav-",
        ">done-",
        ">field-",
        ">choice-",
        " style=",
        "<script>",
    ] {
        assert!(!html.contains(raw), "{raw} in {}: {html}", reply.asked);
    }
    html
}

/// Where a post led.
#[track_caller]
fn leads(reply: &Reply) -> String {
    assert_eq!(
        reply.status.as_u16(),
        303,
        "{}: {}",
        reply.asked,
        reply.text()
    );
    reply.header("location").to_owned()
}

async fn registered(admin: &Caller, first: &str) -> i64 {
    let body = json!({
        "first_name": first, "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female",
    });
    admin.post("patients/", body).await.id()
}

async fn billed(admin: &Caller, patient: i64, more: Json) -> i64 {
    let mut body = json!({ "patient": patient });
    let fields = more.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(fields);
    admin.post("bills/", body).await.id()
}

testkit::on_both! {
    async fn a_bill_is_paid_in_two_ways_with_change_and_a_receipt(world: &World) {
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let items = json!({ "items": [
            { "description": "Consultation", "amount": 200 },
            { "description": "Dressing", "amount": 50, "quantity": 2, "discount": 12.5, "discount_reason": "Staff" },
        ] });
        let bill = billed(&admin, jane, items).await;
        let cash = Visitor::of(world, BuiltinRole::Cashier).await;
        assert_eq!(leads(&cash.get("/").await), "/cash");
        let html = is_a_page(&cash.get("/cash").await, 200);
        assert!(html.contains("Next: Jane Doe") && html.contains("287.50") && html.contains("no open drawer"), "{html}");
        let path = format!("/bills/{bill}/");
        let html = is_a_page(&cash.get(&path).await, 200);
        assert!(html.contains("Dressing") && html.contains("Staff") && html.contains("data-final"), "{html}");
        let mut pay = form(&html, "bills_pay");
        assert!(pay.contains(&("payments.0.amount".to_owned(), "287.50".to_owned())), "{pay:?}");
        set(&mut pay, "payments.0.amount", "187.50");
        set(&mut pay, "payments.0.tendered", "200");
        set(&mut pay, "payments.1.amount", "100");
        set(&mut pay, "payments.1.method", "Mobile Money");
        set(&mut pay, "payments.1.reference", "MM-1");
        let paid = leads(&cash.submit(&path, &pay).await);
        // A double click.
        assert_eq!(leads(&cash.submit(&path, &pay).await), paid);
        let html = is_a_page(&cash.get(&paid).await, 200);
        assert!(html.contains("The payment is booked.") && html.contains("Change to give:"), "{html}");
        assert!(html.contains("GMD\u{a0}12.50") && html.contains("receipt 1") && html.contains("receipt 2"), "{html}");
        assert!(!html.contains("data-final"), "nothing is owed any more: {html}");
        let shown = admin.get(&format!("bills/{bill}/")).await;
        assert_eq!((&shown.is(200)["status"], shown.json["payments"].as_array().unwrap().len()), (&json!("Paid"), 2));
        let receipt = shown.json["payments"][0]["id"].as_i64().unwrap();
        let pdf = cash.get(&format!("/print/receipt/{receipt}.pdf?paper=80mm")).await;
        pdf.is(200);
        assert_eq!(pdf.header("content-type"), "application/pdf");
        for wrong in ["/print/receipt/0.pdf", "/print/receipt/x.pdf", "/print/nothing/1.pdf", "/print/receipt/99.pdf"] {
            is_a_page(&cash.get(wrong).await, 404);
        }
        let html = is_a_page(&cash.get("/cash").await, 200);
        assert!(html.contains("No bill waits to be paid."), "{html}");
        world.settle().await;
    }

    async fn more_than_is_owed_names_the_earlier_payment_and_the_way_out(world: &World) {
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let bill = billed(&admin, jane, json!({ "total_amount": 300 })).await;
        let cash = Visitor::of(world, BuiltinRole::Cashier).await;
        let path = format!("/bills/{bill}/");
        let mut pay = form(&is_a_page(&cash.get(&path).await, 200), "bills_pay");
        // Somebody else was faster with a part of it.
        admin.post(&format!("bills/{bill}/payments/"), json!({ "amount": 250 })).await.is(201);
        let html = is_a_page(&cash.submit(&path, &pay).await, 409);
        assert!(html.contains("<title>Error") && html.contains("Paid before") && html.contains("receipt 1"), "{html}");
        assert!(html.contains("Take GMD\u{a0}50.00 and give GMD\u{a0}250.00 back"), "{html}");
        assert!(html.contains("value=\"300.00\""), "what was typed stays: {html}");
        let less = form(&html, "bills_pay");
        assert!(less.contains(&("payments.0.tendered".to_owned(), "300.00".to_owned())), "{less:?}");
        let html = is_a_page(&cash.get(&leads(&cash.submit(&path, &less).await)).await, 200);
        assert!(html.contains("GMD\u{a0}250.00"), "{html}");
        // A row that is wrong is named, and nothing is booked.
        let bill = billed(&admin, jane, json!({ "total_amount": 300 })).await;
        let path = format!("/bills/{bill}/");
        pay = form(&is_a_page(&cash.get(&path).await, 200), "bills_pay");
        set(&mut pay, "payments.0.tendered", "10");
        set(&mut pay, "payments.1.reference", "MM-7");
        let html = is_a_page(&cash.submit(&path, &pay).await, 400);
        assert!(html.contains("id=\"f-payments.0.tendered-error\"") && html.contains("MM-7"), "{html}");
        // More rows without scripts.
        let html = is_a_page(&cash.get(&format!("{path}?rows=4")).await, 200);
        assert!(html.contains("payments.3.amount"), "{html}");
        assert_eq!(admin.get(&format!("bills/{bill}/")).await.is(200)["paid_amount"], 0.0);
        world.settle().await;
    }

    async fn a_draft_is_written_discounted_opened_and_withdrawn(world: &World) {
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let service = admin.post("service-catalog/", json!({ "name": "X-ray", "price": 400 })).await.id();
        admin.post("insurance/", json!({ "patient": jane, "provider": "Riders", "policy_number": "R-1", "coverage_percent": 50 })).await.is(201);
        let cash = Visitor::of(world, BuiltinRole::Cashier).await;
        let page = format!("/patients/{jane}/bills");
        let html = is_a_page(&cash.get(&page).await, 200);
        assert!(html.contains("No bill was written"), "{html}");
        let path = leads(&cash.submit(&page, &form(&html, "bills_create")).await);
        let html = is_a_page(&cash.get(&path).await, 200);
        assert!(html.contains("Draft") && !html.contains("data-final"), "{html}");
        let mut line = form(&html, "bill_items_create");
        set(&mut line, "service", &service.to_string());
        leads(&cash.submit(&path, &line).await);
        let html = is_a_page(&cash.get(&path).await, 200);
        assert!(html.contains("X-ray") && html.contains("400.00"), "{html}");
        // A discount needs its reason.
        let mut less = form(&html, "bill_items_patch");
        set(&mut less, "discount", "100");
        let html = is_a_page(&cash.submit(&path, &less).await, 400);
        assert!(html.contains("id=\"f-discount_reason-error\"") && html.contains("value=\"100\""), "{html}");
        set(&mut less, "discount_reason", "Hardship");
        leads(&cash.submit(&path, &less).await);
        // Somebody else changed the line meanwhile: both versions are shown.
        set(&mut less, "discount", "150");
        set(&mut less, "_key", "another");
        let html = is_a_page(&cash.submit(&path, &less).await, 412);
        assert!(html.contains("value=\"150\"") && html.contains("<b>100.00</b>"), "{html}");
        // The insurer's share.
        let html = is_a_page(&cash.get(&path).await, 200);
        let mut policy = form(&html, "bills_patch");
        let insurance = admin.get("insurance/").await.is(200)[0]["id"].to_string();
        set(&mut policy, "insurance", &insurance);
        leads(&cash.submit(&path, &policy).await);
        let html = is_a_page(&cash.get(&path).await, 200);
        assert!(html.contains("Riders") && html.contains("150.00"), "{html}");
        leads(&cash.submit(&path, &form(&html, "bills_open")).await);
        let html = is_a_page(&cash.get(&path).await, 200);
        assert!(html.contains("To be paid") && html.contains("data-final"), "{html}");
        let html = is_a_page(&cash.get(&format!("/patients/{jane}/")).await, 200);
        assert!(html.contains("Bills to be paid") && html.contains("GMD\u{a0}150.00"), "{html}");
        let html = is_a_page(&cash.get(&path).await, 200);
        let mut void = form(&html, "bills_void");
        set(&mut void, "reason", "");
        is_a_page(&cash.submit(&path, &void).await, 400);
        set(&mut void, "reason", "Wrong patient");
        leads(&cash.submit(&path, &void).await);
        let html = is_a_page(&cash.get(&path).await, 200);
        assert!(html.contains("Withdrawn: Wrong patient") && !html.contains("data-final"), "{html}");
        world.settle().await;
    }

    async fn a_refund_is_asked_for_by_one_and_approved_by_another(world: &World) {
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let bill = billed(&admin, jane, json!({ "total_amount": 300 })).await;
        admin.post(&format!("bills/{bill}/payments/"), json!({ "amount": 300 })).await.is(201);
        let cash = Visitor::of(world, BuiltinRole::Cashier).await;
        let path = format!("/bills/{bill}/");
        let mut refund = form(&is_a_page(&cash.get(&path).await, 200), "payments_refund");
        set(&mut refund, "amount", "301");
        set(&mut refund, "reason", "Paid twice");
        let html = is_a_page(&cash.submit(&path, &refund).await, 409);
        assert!(html.contains("300.00") && html.contains("Paid twice"), "{html}");
        set(&mut refund, "amount", "100");
        leads(&cash.submit(&path, &refund).await);
        let html = is_a_page(&cash.get("/cash").await, 200);
        assert!(html.contains("Paid twice") && html.contains("somebody else’s decision"), "{html}");
        assert!(!html.contains("refund_requests_approve"), "nobody approves their own wish: {html}");
        let boss = Visitor::of(world, BuiltinRole::Admin).await;
        let html = is_a_page(&boss.get("/cash").await, 200);
        leads(&boss.submit("/cash", &form(&html, "refund_requests_approve")).await);
        let html = is_a_page(&cash.get(&path).await, 200);
        assert!(html.contains("Given back") && html.contains("Print the refund") && html.contains("data-final"), "{html}");
        world.settle().await;
    }
}
