//! The cash desk, bills, the drawer, the patient's own pages and the administrator's, as people without scripts use them.
#![expect(clippy::unwrap_used, reason = "tests")]

use crate::registered;
use kernel::BuiltinRole;
use platform::db::Statement;
use serde_json::{Value as Json, json};
use testkit::Caller;
use testkit::visitor::{Visitor, form, is_a_page, leads, set};

async fn billed(admin: &Caller, patient: i64, more: Json) -> i64 {
    let mut body = json!({ "patient": patient });
    let fields = more.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(fields);
    admin.post("bills/", body).await.id()
}

/// A copy of a row of the audit trail that says something else.
const FORGED: &str = "INSERT INTO audit_log (uid, created_at, updated_at, version, sealed, \"timestamp\", \"user\", \
    username, acting_user, action, object_type, object_id, patient, patients, description, ip_address, request_id, mac) \
    SELECT {uid}, created_at, updated_at, version, sealed, \"timestamp\", \"user\", 'nobody', acting_user, action, \
    object_type, object_id, patient, patients, description, ip_address, request_id, mac FROM audit_log WHERE id = 1";

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
        // Of several ways each is chosen: what nobody chose is not cash.
        pay = form(&is_a_page(&cash.get(&path).await, 200), "bills_pay");
        set(&mut pay, "payments.0.amount", "200");
        set(&mut pay, "payments.1.amount", "100");
        let html = is_a_page(&cash.submit(&path, &pay).await, 400);
        assert!(html.contains("id=\"f-payments.1.method-error\"") && !html.contains("id=\"f-payments.0.method-error\""), "{html}");
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
        assert!(html.contains("-discount_reason-error\"") && html.contains("value=\"100\""), "{html}");
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

    async fn a_second_window_does_not_pay_again(world: &World) {
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let bill = billed(&admin, jane, json!({ "total_amount": 300 })).await;
        let cash = Visitor::of(world, BuiltinRole::Cashier).await;
        let path = format!("/bills/{bill}/");
        let mut one = form(&is_a_page(&cash.get(&path).await, 200), "bills_pay");
        let mut other = form(&is_a_page(&cash.get(&path).await, 200), "bills_pay");
        for window in [&mut one, &mut other] {
            set(window, "payments.0.amount", "100");
        }
        leads(&cash.submit(&path, &one).await);
        // A bill that holds money is not withdrawn, and it is said why.
        let html = is_a_page(&cash.get(&path).await, 200);
        assert!(html.contains("has to be given back first") && !html.contains("value=\"bills_void\""), "{html}");
        let html = is_a_page(&cash.submit(&path, &other).await, 409);
        assert!(html.contains("Paid before") && html.contains("GMD\u{a0}100.00") && html.contains("GMD\u{a0}200.00"), "{html}");
        assert_eq!(admin.get(&format!("bills/{bill}/")).await.is(200)["paid_amount"], 100.0);
        // On purpose: what is shown now is what is owed now.
        let mut again = form(&html, "bills_pay");
        set(&mut again, "payments.0.amount", "100");
        leads(&cash.submit(&path, &again).await);
        assert_eq!(admin.get(&format!("bills/{bill}/")).await.is(200)["paid_amount"], 200.0);
        world.settle().await;
    }

    async fn a_test_without_a_price_is_given_one_before_the_bill_is_opened(world: &World) {
        let (admin, doctor) = (world.admin().await, world.doctor().await);
        let jane = registered(&admin, "Jane").await;
        let encounter = doctor.post("encounters/", json!({ "patient": jane, "notes": "Seen" })).await.id();
        let test = admin.get("lab_tests/catalog/?test_code=K").await.is(200)[0].clone();
        doctor.post("lab_orders/", json!({ "encounter": encounter, "items": [{ "lab_test_id": test["id"] }] })).await.is(201);
        world.settle().await;
        let bill = admin.get("bills/").await.is(200)[0]["id"].clone();
        let cash = Visitor::of(world, BuiltinRole::Cashier).await;
        let path = format!("/bills/{bill}/");
        let html = is_a_page(&cash.get(&path).await, 200);
        assert!(html.contains("No price yet"), "{html}");
        let html = is_a_page(&cash.submit(&path, &form(&html, "bills_open")).await, 409);
        assert!(html.contains(test["test_name"].as_str().unwrap()) && html.contains("have no price yet"), "{html}");
        let mut price = form(&html, "bill_items_patch");
        set(&mut price, "amount", "75");
        leads(&cash.submit(&path, &price).await);
        let html = is_a_page(&cash.get(&path).await, 200);
        assert!(!html.contains("No price yet"), "{html}");
        leads(&cash.submit(&path, &form(&html, "bills_open")).await);
        assert_eq!(admin.get(&format!("bills/{bill}/")).await.is(200)["balance_due"], 75.0);
        world.settle().await;
    }

    async fn the_cash_desk_tells_money_in_out_and_net_and_what_was_decided(world: &World) {
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let bill = billed(&admin, jane, json!({ "total_amount": 3000 })).await;
        billed(&admin, jane, json!({ "total_amount": 77 })).await;
        let cash = Visitor::of(world, BuiltinRole::Cashier).await;
        let path = format!("/bills/{bill}/");
        let mut pay = form(&is_a_page(&cash.get(&path).await, 200), "bills_pay");
        set(&mut pay, "payments.0.amount", "1234.5");
        set(&mut pay, "payments.1.amount", "500");
        set(&mut pay, "payments.1.method", "Card");
        leads(&cash.submit(&path, &pay).await);
        let html = is_a_page(&cash.get(&path).await, 200);
        assert!(html.contains("Also of this patient") && html.contains("GMD\u{a0}77.00"), "{html}");
        let mut refund = form(&html, "payments_refund");
        set(&mut refund, "amount", "34.5");
        set(&mut refund, "reason", "Too much");
        leads(&cash.submit(&path, &refund).await);
        let request = admin.get("refund-requests/").await.is(200)[0]["id"].clone();
        admin.post(&format!("refund-requests/{request}/approve/"), json!({})).await.is(200);
        world.settle().await;
        let html = is_a_page(&cash.get("/cash").await, 200);
        assert!(html.contains("Give the money back") && html.contains("GMD\u{a0}34.50"), "{html}");
        assert!(html.contains("out of the cash that lies in no drawer"), "{html}");
        assert!(html.contains("1,234.50") && html.contains("1,200.00") && html.contains("Net"), "{html}");
        // Not before the count, while a drawer is open.
        let mut open = form(&is_a_page(&cash.get("/drawer").await, 200), "cash_sessions_create");
        set(&mut open, "opening_float", "50");
        leads(&cash.submit("/drawer", &open).await);
        let html = is_a_page(&cash.get("/cash").await, 200);
        assert!(html.contains("after the count") && !html.contains("1,234.50") && html.contains("500.00"), "{html}");
        // The report draws money, as the reader writes it.
        let boss = Visitor::of(world, BuiltinRole::Admin).await;
        let html = is_a_page(&boss.get("/admin/reports/financial-reports/daily_cash").await, 200);
        // Which days these are, although nobody said any.
        assert_eq!(html.matches("type=\"date\" value=\"2026-11-23\"").count(), 2, "{html}");
        assert!(html.contains("1,234.50") && html.contains("GMD") && html.contains("· Cash"), "{html}");
        assert!(!html.contains("1234.5"), "{html}");
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

    async fn a_drawer_is_counted_before_anybody_is_told_what_should_be_in_it(world: &World) {
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let bill = billed(&admin, jane, json!({ "total_amount": 120 })).await;
        let cash = Visitor::of(world, BuiltinRole::Cashier).await;
        let html = is_a_page(&cash.get("/drawer").await, 200);
        assert!(html.contains("You have not opened a drawer yet"), "{html}");
        let mut open = form(&html, "cash_sessions_create");
        set(&mut open, "opening_float", "50");
        assert_eq!(leads(&cash.submit("/drawer", &open).await), "/cash");
        let html = is_a_page(&cash.get("/cash").await, 200);
        assert!(html.contains("Your drawer is open"), "{html}");
        let path = format!("/bills/{bill}/");
        leads(&cash.submit(&path, &form(&is_a_page(&cash.get(&path).await, 200), "bills_pay")).await);
        let html = is_a_page(&cash.get("/drawer").await, 200);
        assert!(html.contains("after the count") && !html.contains("170.00") && !html.contains("120.00"), "{html}");
        let mut count = form(&html, "cash_sessions_count");
        // Nothing counted is not an empty drawer.
        let html = is_a_page(&cash.submit("/drawer", &count).await, 400);
        assert!(html.contains("0 for an empty drawer") && !html.contains("170.00"), "{html}");
        let at = count.iter().find(|(_, value)| value == "50.00").unwrap().0.replace("value", "number");
        set(&mut count, &at, "3");
        leads(&cash.submit("/drawer", &count).await);
        let html = is_a_page(&cash.get("/drawer").await, 200);
        assert!(html.contains("GMD\u{a0}170.00") && html.contains("GMD\u{a0}150.00") && html.contains("Money is missing"), "{html}");
        let other = world.user("binta", Some(BuiltinRole::Cashier)).await;
        let mut give = form(&html, "cash_sessions_hand_over");
        set(&mut give, "to", &other.to_string());
        leads(&cash.submit("/drawer", &give).await);
        let binta = Visitor::new(world);
        binta.sign_in("binta").await;
        let html = is_a_page(&binta.get("/drawer").await, 200);
        assert!(html.contains("GMD\u{a0}150.00") && html.contains("Close the drawer"), "{html}");
        world.settle().await;
    }

    async fn a_patient_sees_their_own_record_and_answers(world: &World) {
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let other = registered(&admin, "Awa").await;
        let doctor = world.doctor().await;
        let user = world.user("jane", Some(BuiltinRole::Patient)).await;
        let me = Visitor::new(world);
        me.sign_in("jane").await;
        assert_eq!(leads(&me.get("/").await), "/me");
        let html = is_a_page(&me.get("/me").await, 200);
        assert!(html.contains("No record is linked to your account"), "{html}");
        admin.patch(&format!("patients/{jane}/"), json!({ "user": user })).await.is(200);
        let html = is_a_page(&me.get("/me").await, 200);
        assert!(html.contains("Hello Jane") && html.contains("No visit is booked") && html.contains("There are no results yet"), "{html}");

        let visit = json!({ "patient": jane, "doctor": doctor.id, "date": "2027-05-27", "time": "09:00", "reason": "Cough" });
        let visit = admin.post("appointments/", visit).await.id();
        let encounter = doctor.post("encounters/", json!({ "patient": jane, "notes": "Secret" })).await.id();
        let drug = json!({ "encounter": encounter, "medication_name": "Paracetamol 500 mg", "dosage": "2 tablets", "frequency": "3 times a day", "duration": "3 days" });
        doctor.post("prescriptions/", drug.clone()).await.is(201);
        let test = admin.get("lab_tests/catalog/?test_code=K").await.is(200)[0]["id"].clone();
        let order = doctor.post("lab_orders/", json!({ "encounter": encounter, "items": [{ "lab_test_id": test }] })).await.is(201).clone();
        let result = json!({ "results": [{ "lab_order_item": order["items"][0]["id"], "parameter_name": "Potassium", "value_numeric": 7.1 }] });
        admin.put(&format!("lab_orders/{}/add_results/", order["id"]), result).await.is(200);
        let bill = billed(&admin, jane, json!({ "total_amount": 300 })).await;
        billed(&admin, other, json!({ "total_amount": 999 })).await;
        let html = is_a_page(&me.get("/me").await, 200);
        assert!(html.contains("27 May 2027, 09:00") && html.contains("Paracetamol") && html.contains("GMD\u{a0}300.00"), "{html}");
        assert!(!html.contains("Potassium") && !html.contains("Secret") && !html.contains("999.00"), "not reviewed, not theirs: {html}");
        doctor.post(&format!("lab_orders/{}/review/", order["id"]), json!({})).await.is(200);
        let html = is_a_page(&me.get("/me").await, 200);
        assert!(html.contains("Potassium") && html.contains("call the hospital today") && html.contains("Needs attention"), "{html}");
        // What was taken to its end is not taken any more.
        world.pass(jiff::SignedDuration::from_hours(24 * 4));
        me.sign_in("jane").await;
        let html = is_a_page(&me.get("/me").await, 200);
        assert!(!html.contains("Paracetamol") && html.contains("No medicines"), "{html}");

        leads(&me.submit("/me", &form(&html, "appointments_confirm")).await);
        let html = is_a_page(&me.get("/me").await, 200);
        assert!(html.contains("You said that you come") && html.contains("the hospital expects you"), "{html}");
        // Too late to cancel here: told in place, and whom to call.
        let decline = form(&html, "appointments_decline");
        leads(&me.submit("/me", &decline).await);
        let html = is_a_page(&me.get("/me").await, 200);
        assert!(html.contains("The visit is cancelled") && html.contains("No visit is booked"), "{html}");
        assert_eq!(world.admin().await.get(&format!("appointments/{visit}/")).await.is(200)["status"], "cancelled");
        let soon = json!({ "patient": jane, "doctor": doctor.id, "date": "2026-11-27", "time": "09:00" });
        let now = world.app.zone.to_local(world.app.clock.now());
        let soon_date = now.date().to_string();
        let soon = { let mut soon = soon; soon["date"] = soon_date.into(); soon["time"] = now.checked_add(jiff::ToSpan::hours(1)).unwrap().strftime("%H:%M").to_string().into(); soon };
        world.admin().await.post("appointments/", soon).await.is(201);
        let html = is_a_page(&me.get("/me").await, 200);
        let refused = me.submit("/me", &form(&html, "appointments_decline")).await;
        let html = is_a_page(&refused, 409);
        assert!(html.contains("<title>Error") && html.contains("Cancel the visit"), "{html}");
        is_a_page(&me.get(&format!("/bills/{bill}/")).await, 200);
        world.settle().await;
    }

    async fn a_patient_writes_changes_their_details_and_sees_who_looked(world: &World) {
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let doctor = world.doctor().await;
        doctor.post("encounters/", json!({ "patient": jane, "notes": "Seen" })).await.is(201);
        let user = world.user("jane", Some(BuiltinRole::Patient)).await;
        admin.patch(&format!("patients/{jane}/"), json!({ "user": user })).await.is(200);
        let me = Visitor::new(world);
        me.sign_in("jane").await;
        let html = is_a_page(&me.get("/me/messages").await, 200);
        assert!(html.contains("There are no messages yet"), "{html}");
        let mut write = form(&html, "secure_messages_create");
        set(&mut write, "subject", "My tablets");
        let html = is_a_page(&me.submit("/me/messages", &write).await, 400);
        assert!(html.contains("id=\"f-message-error\"") && html.contains("My tablets"), "{html}");
        set(&mut write, "message", "May I take them with milk?");
        leads(&me.submit("/me/messages", &write).await);
        // Sent twice, written once.
        leads(&me.submit("/me/messages", &write).await);
        let html = is_a_page(&me.get("/me/messages").await, 200);
        assert_eq!(html.matches("with milk").count(), 1, "{html}");
        doctor.post(&format!("patients/{jane}/messages/"), json!({ "message": "Better with water." })).await.is(201);
        let html = is_a_page(&me.get("/me").await, 200);
        assert!(html.contains("New messages: 1"), "{html}");
        let html = is_a_page(&me.get("/me/messages").await, 200);
        leads(&me.submit("/me/messages", &form(&html, "secure_messages_mark_read")).await);
        let html = is_a_page(&me.get("/me").await, 200);
        assert!(!html.contains("New messages"), "{html}");

        let html = is_a_page(&me.get("/me/details").await, 200);
        let mut details = form(&html, "patients_patch");
        set(&mut details, "contact_info", "783 4351");
        set(&mut details, "preferred_language", "fr");
        let stale = details.clone();
        leads(&me.submit("/me/details", &details).await);
        let shown = admin.get(&format!("patients/{jane}/")).await;
        assert_eq!((&shown.is(200)["contact_info"], &shown.json["preferred_language"]), (&json!("783 4351"), &json!("fr")));
        // Somebody else was faster: both are shown.
        let mut stale = stale;
        set(&mut stale, "contact_info", "783 9999");
        set(&mut stale, "_key", "another");
        let html = is_a_page(&me.submit("/me/details", &stale).await, 412);
        assert!(html.contains("783 9999") && html.contains("<b>783 4351</b>"), "{html}");
        // What somebody did again and again is told once, with how often.
        for _ in 0..3 {
            admin.get(&format!("patients/{jane}/allergies/")).await.is(200);
        }
        let html = is_a_page(&me.get("/me/access").await, 200);
        assert!(html.contains("Doctor"), "{html}");
        let seen: Vec<&str> = html.split("<li>").filter(|line| line.contains("Admin looked at your record.")).collect();
        assert!(seen.len() == 1 && seen[0].contains(" times)"), "{html}");
        let html = is_a_page(&me.get("/me/details").await, 200);
        let mut pages = form(&html, "users_me_patch");
        set(&mut pages, "language_preference", "sw");
        leads(&me.submit("/me/details", &pages).await);
        let html = is_a_page(&me.get("/me").await, 200);
        assert!(html.contains("<html lang=\"sw\">") && html.contains("Habari Jane"), "{html}");
        world.settle().await;
    }

    async fn who_stands_in_for_a_child_sees_whose_page_it_is(world: &World) {
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let child = admin.post("patients/", json!({ "first_name": "Musa", "last_name": "Doe", "date_of_birth": "2022-01-01", "gender": "Male" })).await.id();
        let stranger = registered(&admin, "Awa").await;
        let user = world.user("jane", Some(BuiltinRole::Patient)).await;
        admin.patch(&format!("patients/{jane}/"), json!({ "user": user })).await.is(200);
        admin.post("patient-proxies/", json!({ "patient": child, "user": user, "kind": "parent" })).await.is(201);
        let me = Visitor::new(world);
        me.sign_in("jane").await;
        let html = is_a_page(&me.get("/me").await, 200);
        assert!(html.contains("Hello Jane") && html.contains(&format!("/me?patient={child}")), "{html}");
        let html = is_a_page(&me.get(&format!("/me?patient={child}")).await, 200);
        assert!(html.contains("For Musa") && html.contains(&format!("/me/messages?patient={child}")), "{html}");
        is_a_page(&me.get(&format!("/me?patient={stranger}")).await, 404);
        world.settle().await;
    }

    async fn the_administrator_sees_the_trail_the_people_and_the_reports(world: &World) {
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        admin.patch(&format!("patients/{jane}/"), json!({ "address": "12 Kairaba Avenue" })).await.is(200);
        world.user("never", Some(BuiltinRole::Nurse)).await;
        let boss = Visitor::of(world, BuiltinRole::Admin).await;
        assert_eq!(leads(&boss.get("/").await), "/admin/");
        let html = is_a_page(&boss.get("/admin/").await, 200);
        assert!(html.contains("The audit trail is as it was written"), "{html}");
        assert!(html.contains("People who sign in") && html.contains("Without a second factor: ") && html.contains("Never"), "{html}");
        assert!(html.contains(&format!("/admin/patients/{jane}/history")) && html.contains(&format!("/patients/{jane}/")), "{html}");
        let asked = "/admin/?report=%2Fadmin%2Freports%2Ffinancial-reports%2Fdaily_cash&start=2026-01-01&end=2026-12-31";
        let led = leads(&boss.get(asked).await);
        assert_eq!(led, "/admin/reports/financial-reports/daily_cash?start=2026-01-01&end=2026-12-31");
        is_a_page(&boss.get(&led).await, 200);
        // A chart, and the same numbers in a table.
        let bill = billed(&admin, jane, json!({ "items": [{ "description": "X", "amount": 100 }] })).await;
        let service = admin.post("service-catalog/", json!({ "name": "X-ray", "price": 300 })).await.id();
        let other = billed(&admin, jane, json!({ "items": [{ "service": service }] })).await;
        for (bill, amount) in [(bill, 100), (other, 300)] {
            admin.post(&format!("bills/{bill}/payments/"), json!({ "amount": amount })).await.is(201);
        }
        let html = is_a_page(&boss.get("/admin/reports/financial-reports/revenue_by_service").await, 200);
        assert!(html.contains("width=\"33.3%\"") && html.contains("<table class=\"list\""), "{html}");
        // An address that is none of the reports leads nowhere.
        is_a_page(&boss.get("/admin/?report=%2F%2Fevil.example&start=").await, 200);
        let csv = boss.get("/admin/files/security-reports/accounts.csv").await;
        assert!(csv.text().contains("never"), "{}", csv.text());
        let xlsx = boss.get("/admin/files/security-reports/accounts.xlsx").await;
        xlsx.is(200);
        assert!(xlsx.header("content-type").contains("spreadsheetml"), "{}", xlsx.header("content-type"));
        let rows = admin.get("security-reports/accounts/?start=2000-01-01&end=2000-12-31").await;
        assert_eq!(rows.is(200).as_array().unwrap().len(), 0, "of a period, those who last signed in then");
        is_a_page(&boss.get("/admin/audit_logs/?search=Patient&action=edit").await, 200);
        // Nobody else is told who signs in how, or how the trail is.
        for role in [BuiltinRole::Doctor, BuiltinRole::Cashier, BuiltinRole::Patient] {
            let other = world.caller(Some(role)).await;
            other.get("security-reports/accounts/").await.is(403);
            other.get("audit-chain/").await.is(403);
        }
        let doctor = Visitor::of(world, BuiltinRole::Doctor).await;
        let html = is_a_page(&doctor.get("/admin/").await, 200);
        assert!(!html.contains("audit trail is") && !html.contains("People who sign in"), "{html}");
        doctor.get("/admin/files/security-reports/accounts.csv").await.is(403);
        // A record that the program did not write is told at once.
        let forge = |uid: &'static str| {
            let sql = FORGED.replace("{uid}", uid);
            async move {
                let mut statement = Statement::raw("", Vec::new());
                statement.sql = sql.into();
                world.app.unguarded("a test forges a row").execute(statement).await
            }
        };
        assert!(forge("randomblob(16)").await.is_ok() || forge("gen_random_uuid()").await.is_ok());
        let html = is_a_page(&boss.get("/admin/").await, 200);
        assert!(html.contains("The audit trail was tampered with") && !html.contains("is as it was written"), "{html}");
        world.settle().await;
    }

    async fn everybody_sees_of_money_what_the_matrix_says(world: &World) {
        use BuiltinRole::{Admin, Cashier, Doctor, LabTechnician, Nurse, Patient, Pharmacist, Receptionist};
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let bill = billed(&admin, jane, json!({ "total_amount": 300 })).await;
        let cash: &[BuiltinRole] = &[Admin, Cashier];
        let bills: &[BuiltinRole] = &[Admin, Cashier, Doctor, Receptionist];
        let own: &[BuiltinRole] = &[Patient];
        let screens = [
            ("/cash".to_owned(), cash), ("/drawer".to_owned(), cash),
            (format!("/bills/{bill}/"), bills), (format!("/patients/{jane}/bills"), bills),
            ("/me".to_owned(), own), ("/me/messages".to_owned(), own), ("/me/details".to_owned(), own), ("/me/access".to_owned(), own),
        ];
        for role in [Admin, Doctor, Receptionist, Nurse, Pharmacist, LabTechnician, Cashier, Patient] {
            let browser = Visitor::of(world, role).await;
            for (address, who) in &screens {
                let reply = browser.get(address).await;
                if who.contains(&role) {
                    let html = is_a_page(&reply, 200);
                    assert!(role == Admin || role == Cashier || !html.contains("bills_pay"), "{role:?}: {html}");
                } else if role == Patient && address.contains('1') {
                    is_a_page(&reply, 404);
                } else {
                    assert_eq!(reply.status.as_u16(), 403, "{role:?} {address}");
                }
            }
        }
        world.settle().await;
    }

    async fn the_pages_of_money_speak_every_language(world: &World) {
        let admin = world.admin().await;
        let jane = registered(&admin, "Jane").await;
        let bill = billed(&admin, jane, json!({ "items": [{ "description": "X", "amount": 1250 }] })).await;
        admin.post(&format!("bills/{bill}/payments/"), json!({ "amount": 250 })).await.is(201);
        let cashier = world.user("penda", Some(BuiltinRole::Cashier)).await;
        let patient = world.user("jane", Some(BuiltinRole::Patient)).await;
        admin.patch(&format!("patients/{jane}/"), json!({ "user": patient })).await.is(200);
        for (language, due) in [("fr", "1\u{a0}000,00\u{a0}GMD"), ("sw", "GMD\u{a0}1,000.00")] {
            for (name, id, pages) in [
                ("penda", cashier, vec!["/cash".to_owned(), format!("/bills/{bill}/"), format!("/patients/{jane}/bills"), "/drawer".to_owned()]),
                ("jane", patient, vec!["/me".to_owned(), "/me/messages".to_owned(), "/me/details".to_owned(), "/me/access".to_owned()]),
            ] {
                admin.patch(&format!("users/{id}/"), json!({ "language_preference": language })).await.is(200);
                let browser = Visitor::new(world);
                browser.sign_in(name).await;
                for page in pages {
                    let html = is_a_page(&browser.get(&page).await, 200);
                    assert!(html.contains(&format!("<html lang=\"{language}\">")), "{page}: {html}");
                    let money = ["/cash", "/me"].contains(&page.as_str()) || page.contains(&format!("/{bill}/"));
                    assert!(!money || html.contains(due), "{page}: {html}");
                }
            }
        }
        world.settle().await;
    }
}
