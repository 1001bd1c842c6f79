//! The pharmacy's screens, as people without scripts use them.
#![expect(clippy::unwrap_used, reason = "tests")]

use crate::registered;
use kernel::BuiltinRole;
use serde_json::{Value as Json, json};
use testkit::visitor::{Visitor, form, is_a_page, leads, set};
use testkit::{Caller, World};

const LATE: &str = "2028-01-31";

/// A pharmacy with a patient who was prescribed something.
struct Shop {
    admin: Caller,
    doctor: Caller,
    pharmacist: Visitor,
    patient: i64,
    encounter: i64,
}

impl Shop {
    async fn new(world: &World) -> Shop {
        let (admin, doctor) = (world.admin().await, world.doctor().await);
        let patient = registered(&admin, "Jane").await;
        let encounter = made(
            &doctor,
            "encounters/",
            json!({ "patient": patient, "notes": "Seen." }),
        )
        .await;
        let pharmacist = Visitor::of(world, BuiltinRole::Pharmacist).await;
        // So that a medication has another number than its prescription.
        for name in ["Zinc", "Vitamin A"] {
            made(&admin, "medications/", json!({ "name": name })).await;
        }
        Shop {
            admin,
            doctor,
            pharmacist,
            patient,
            encounter,
        }
    }

    async fn medication(&self, name: &str, change: Json) -> i64 {
        let mut body = json!({ "name": name, "strength": "500 mg", "unit_of_measure": "Tablet" });
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        made(&self.admin, "medications/", body).await
    }

    async fn batch(&self, item: i64, number: &str, expiry: &str, quantity: i64) -> i64 {
        let body = json!({
            "medication_item": item, "batch_number": number, "expiry_date": expiry, "quantity_received": quantity,
            "cost_price_per_unit": 0.5, "selling_price_per_unit": 1.25,
        });
        made(&self.admin, "stock-batches/", body).await
    }

    async fn prescribed(&self, item: i64, quantity: i64) -> i64 {
        let body = json!({
            "encounter": self.encounter, "medication_item": item, "dosage": "1 tablet", "frequency": "3 times a day",
            "duration": "5 days", "quantity": quantity, "notes": "After meals",
        });
        made(&self.doctor, "prescriptions/", body).await
    }

    async fn pharmacist_of(&self, world: &World) -> Visitor {
        let visitor = Visitor::new(world);
        visitor
            .sign_in(&["page", &BuiltinRole::Pharmacist.id().to_string()].concat())
            .await;
        visitor
    }

    async fn holds(&self, batch: i64) -> i64 {
        let reply = self.admin.get(&format!("stock-batches/{batch}/")).await;
        reply.is(200)["current_quantity"].as_i64().unwrap()
    }
}

async fn made(who: &Caller, path: &str, body: Json) -> i64 {
    let reply = who.post(path, body).await;
    reply.is(201);
    reply.id()
}

const DISPENSE: &str = "medications_id_dispense_post";
const COUNT: &str = "stock_takes_count";
const RECEIVE: &str = "goods_received_notes_create";

testkit::on_both! {
    async fn what_is_prescribed_waits_is_dispensed_and_labelled(world: &World) {
        let shop = Shop::new(world).await;
        assert_eq!(leads(&shop.pharmacist.get("/").await), "/pharmacy");
        let html = is_a_page(&shop.pharmacist.get("/pharmacy").await, 200);
        assert!(html.contains("Nobody waits"), "{html}");
        let item = shop.medication("Paracetamol", json!({})).await;
        let soon = shop.batch(item, "P-1", "2026-12-10", 6).await;
        let late = shop.batch(item, "P-2", LATE, 40).await;
        shop.admin.post(&format!("patients/{}/allergies/", shop.patient), json!({ "substance": "Latex" })).await.is(201);
        let body = json!({ "encounter": shop.encounter, "weight": 61.5 });
        made(&shop.doctor, "vitals/", body).await;
        let prescription = shop.prescribed(item, 15).await;
        // Somebody who came later.
        let awa = registered(&shop.admin, "Awa").await;
        let other = made(&shop.doctor, "encounters/", json!({ "patient": awa, "notes": "Seen." })).await;
        let body = json!({ "encounter": other, "medication_item": item, "dosage": "1", "frequency": "daily", "quantity": 3 });
        let second = made(&shop.doctor, "prescriptions/", body).await;

        let html = is_a_page(&shop.pharmacist.get("/pharmacy").await, 200);
        assert!(html.find("Jane Doe").unwrap() < html.find("Awa Doe").unwrap(), "the longest waiting first: {html}");
        assert!(html.contains("Paracetamol 500 mg · 15 Tablet"), "{html}");
        let path = format!("/prescriptions/{prescription}/dispense");
        assert!(html.contains(&format!("href=\"{path}\" data-key=\"n\"")) || html.contains(&path), "{html}");
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        for part in ["61.5 kg", "Latex", "Fatou Ceesay", "After meals", "15 Tablet owed", "nothing found", "P-1", "P-2"] {
            assert!(html.contains(part), "no {part} in {html}");
        }
        let fields = form(&html, DISPENSE);
        assert!(fields.contains(&("quantity".to_owned(), "15".to_owned())), "{fields:?}");
        // A double click.
        let to = leads(&shop.pharmacist.submit(&path, &fields).await);
        assert_eq!(leads(&shop.pharmacist.submit(&path, &fields).await), to);
        assert_eq!((shop.holds(soon).await, shop.holds(late).await), (0, 31));
        let html = is_a_page(&shop.pharmacist.get(&to).await, 200);
        for part in ["Everything that was prescribed here is given", "Print label", "Next: Awa Doe"] {
            assert!(html.contains(part), "no {part} in {html}");
        }
        assert!(html.contains(&format!("/prescriptions/{second}/dispense")), "{html}");
        assert!(!html.contains(DISPENSE), "nothing is owed: {html}");
        let label = html.split("href=\"/print/").nth(1).unwrap().split('"').next().unwrap();
        let pdf = shop.pharmacist.get(&format!("/print/{label}")).await;
        assert_eq!(pdf.status.as_u16(), 200, "{}", pdf.text());
        assert!(pdf.bytes.starts_with(b"%PDF"), "{}", pdf.asked);
        let html = is_a_page(&shop.pharmacist.get("/pharmacy").await, 200);
        assert!(!html.contains("Jane Doe") && html.contains("Awa Doe"), "{html}");
        world.settle().await;
    }

    async fn a_refused_dispense_says_what_can_be_done_instead(world: &World) {
        let mut shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let soon = shop.batch(item, "P-1", "2026-12-10", 6).await;
        let late = shop.batch(item, "P-2", LATE, 10).await;
        let path = format!("/prescriptions/{}/dispense", shop.prescribed(item, 20).await);
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(html.contains("Only 16 Tablet can be handed out now"), "{html}");
        let mut fields = form(&html, DISPENSE);
        assert!(fields.contains(&("quantity".to_owned(), "16".to_owned())), "as much as there is: {fields:?}");

        // More than there is: what was typed stays, and what is left is one button.
        set(&mut fields, "quantity", "18");
        let html = is_a_page(&shop.pharmacist.submit(&path, &fields).await, 409);
        assert!(html.contains("<title>Error") && html.contains("value=\"18\""), "{html}");
        assert!(html.contains("name=\"quantity\" value=\"16\"") && html.contains("Give 16 Tablet now"), "{html}");
        // More than is owed.
        set(&mut fields, "quantity", "21");
        let html = is_a_page(&shop.pharmacist.submit(&path, &fields).await, 409);
        assert!(html.contains("name=\"quantity\" value=\"20\""), "{html}");
        // Another batch than the one that expires first, with no reason.
        let mut fields = form(&html, DISPENSE);
        set(&mut fields, "quantity", "4");
        set(&mut fields, "stock_batch", &late.to_string());
        let html = is_a_page(&shop.pharmacist.submit(&path, &fields).await, 409);
        assert!(html.contains("<details open") && html.contains("Next batch: P-1") && html.contains("Take what expires first"), "{html}");
        let fields = form(&html, DISPENSE);
        assert!(fields.contains(&("stock_batch".to_owned(), late.to_string())), "{fields:?}");
        // The batch expires while the page is open.
        let mut fields = fields;
        set(&mut fields, "stock_batch", &soon.to_string());
        world.pass(jiff::SignedDuration::from_hours(24 * 20));
        shop.pharmacist.sign_in(&["page", &BuiltinRole::Pharmacist.id().to_string()].concat()).await;
        let html = is_a_page(&shop.pharmacist.submit(&path, &fields).await, 409);
        assert!(html.contains("expired on") && html.contains("Next batch: P-2"), "{html}");
        // The way out, as the button sends it.
        shop.admin = world.admin().await;
        let mut fields = form(&html, DISPENSE);
        fields.push(("stock_batch".to_owned(), String::new()));
        let to = leads(&shop.pharmacist.submit(&path, &fields).await);
        assert_eq!((shop.holds(soon).await, shop.holds(late).await), (6, 6));
        let html = is_a_page(&shop.pharmacist.get(&to).await, 200);
        assert!(html.contains("16 Tablet owed: 20 prescribed, 4 given") && html.contains("Expired"), "{html}");
        // A field that is wrong is named within its own form.
        let mut fields = form(&html, DISPENSE);
        set(&mut fields, "quantity", "many");
        let html = is_a_page(&shop.pharmacist.submit(&path, &fields).await, 400);
        assert!(html.contains("-quantity-error") && html.contains("value=\"many\""), "{html}");
        world.settle().await;
    }

    async fn what_speaks_against_it_is_said_before_and_asks_for_a_reason(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Amoxicillin", json!({})).await;
        shop.batch(item, "A-1", LATE, 50).await;
        let prescription = shop.prescribed(item, 15).await;
        let path = format!("/prescriptions/{prescription}/dispense");
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(html.contains("Could not be checked: allergies, since nobody has asked") && !html.contains("checked: nothing found"), "{html}");
        shop.admin.patch(&format!("patients/{}/", shop.patient), json!({ "known_allergies": "none" })).await.is(200);
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(html.contains("checked: nothing found") && !html.contains("Could not be checked") && !html.contains("override_reason"), "{html}");
        let unknown = shop.medication("Zzyzx root", json!({})).await;
        shop.prescribed(unknown, 5).await;
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(!html.contains("checked: nothing found") && html.contains("Could not be checked: Zzyzx root") && !html.contains("override_reason"), "{html}");
        // Learnt after it was prescribed.
        shop.admin.post(&format!("patients/{}/allergies/", shop.patient), json!({ "substance": "Penicillin", "severity": "severe" })).await.is(201);
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(html.contains("notice bad") && html.contains("allergic to Penicillin") && html.contains("override_reason"), "{html}");
        let mut fields = form(&html, DISPENSE);
        let html = is_a_page(&shop.pharmacist.submit(&path, &fields).await, 409);
        assert!(html.contains("error-summary") && html.matches("name=\"override_reason\"").count() == 1, "{html}");
        set(&mut fields, "override_reason", "Dr Ceesay: tolerated before");
        leads(&shop.pharmacist.submit(&path, &fields).await);
        world.settle().await;
    }

    async fn what_is_written_in_words_is_matched_with_the_formulary(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let batch = shop.batch(item, "P-1", LATE, 50).await;
        let body = json!({ "encounter": shop.encounter, "medication_name": "Paracetamol", "dosage": "1", "frequency": "daily" });
        let path = format!("/prescriptions/{}/dispense", made(&shop.doctor, "prescriptions/", body).await);
        let html = is_a_page(&shop.pharmacist.get("/pharmacy").await, 200);
        assert!(html.contains("Not linked to the formulary"), "{html}");
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(html.contains("Which of the formulary it is") && html.contains("No quantity prescribed"), "{html}");
        let mut fields = form(&html, "dispensing_logs_post");
        set(&mut fields, "medication_item", &item.to_string());
        set(&mut fields, "quantity", "7");
        // `1` is no dose that can be counted: somebody says what the prescription comes to.
        let html = is_a_page(&shop.pharmacist.submit(&path, &fields).await, 400);
        assert!(html.contains("state how many units it comes to"), "{html}");
        set(&mut fields, "prescription_quantity", "7");
        leads(&shop.pharmacist.submit(&path, &fields).await);
        assert_eq!(shop.holds(batch).await, 43);
        let html = is_a_page(&shop.pharmacist.get(&format!("{path}?q=nothing-like-it")).await, 200);
        assert!(!html.contains("Which of the formulary"), "it was given: {html}");
        world.settle().await;
    }

    async fn what_is_not_dispensed_is_set_aside_and_leaves_the_queue(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        shop.batch(item, "P-1", LATE, 50).await;
        // The longest waiting is in no formulary; somebody else waits behind it.
        let body = json!({ "encounter": shop.encounter, "medication_name": "Zzyzx root", "dosage": "1", "frequency": "daily", "quantity": 5 });
        let first = made(&shop.doctor, "prescriptions/", body).await;
        let awa = registered(&shop.admin, "Awa").await;
        let encounter = made(&shop.doctor, "encounters/", json!({ "patient": awa, "notes": "Seen." })).await;
        let body = json!({ "encounter": encounter, "medication_item": item, "dosage": "1", "frequency": "daily", "quantity": 5 });
        let second = made(&shop.doctor, "prescriptions/", body).await;
        let html = is_a_page(&shop.pharmacist.get("/pharmacy").await, 200);
        assert!(html.contains(&format!("class=\"button primary\" href=\"/prescriptions/{first}/dispense\"")), "{html}");
        let path = format!("/prescriptions/{first}/dispense");
        let mut aside = form(&is_a_page(&shop.pharmacist.get(&path).await, 200), "set_asides_create");
        let html = is_a_page(&shop.pharmacist.submit(&path, &aside).await, 400);
        assert!(html.contains("-reason-error"), "{html}");
        set(&mut aside, "reason", "Bought at the market");
        leads(&shop.pharmacist.submit(&path, &aside).await);
        let html = is_a_page(&shop.pharmacist.get("/pharmacy").await, 200);
        assert!(html.contains(&format!("href=\"/prescriptions/{second}/dispense\"")) && !html.contains("Zzyzx"), "{html}");
        let html = is_a_page(&shop.pharmacist.get("/pharmacy?aside=1").await, 200);
        assert!(html.contains("Zzyzx"), "{html}");
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(html.contains("The patient gets it elsewhere: Bought at the market"), "{html}");
        // Whoever has died waits for nothing; what was set aside for them is still found.
        for patient in [shop.patient, awa] {
            let died = json!({ "deceased_at": "2026-11-23T07:00:00Z" });
            shop.admin.patch(&format!("patients/{patient}/"), died).await.is(200);
        }
        let html = is_a_page(&shop.pharmacist.get("/pharmacy").await, 200);
        assert!(!html.contains("/dispense\"") && html.contains("Nobody waits"), "{html}");
        let html = is_a_page(&shop.pharmacist.get("/pharmacy?aside=1").await, 200);
        assert!(html.contains("Zzyzx") && html.contains("Died"), "{html}");
        // It was an error.
        shop.admin.patch(&format!("patients/{}/", shop.patient), json!({ "deceased_at": null })).await.is(200);
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        leads(&shop.pharmacist.submit(&path, &form(&html, "set_asides_delete")).await);
        let html = is_a_page(&shop.pharmacist.get("/pharmacy").await, 200);
        assert!(html.contains("Zzyzx"), "{html}");
        world.settle().await;
    }

    async fn what_was_handed_out_is_taken_back_where_it_was(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let batch = shop.batch(item, "P-1", LATE, 50).await;
        let path = format!("/prescriptions/{}/dispense", shop.prescribed(item, 15).await);
        let stale = form(&is_a_page(&shop.pharmacist.get(&path).await, 200), DISPENSE);
        let mut part = stale.clone();
        set(&mut part, "quantity", "5");
        set(&mut part, "_key", "first");
        leads(&shop.pharmacist.submit(&path, &part).await);
        // Another window still shows that nothing was given.
        let mut again = part.clone();
        set(&mut again, "_key", "second");
        let html = is_a_page(&shop.pharmacist.submit(&path, &again).await, 409);
        assert!(html.contains("Somebody dispensed meanwhile") && shop.holds(batch).await == 45, "{html}");
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        let mut back = form(&html, "dispensing_logs_reverse");
        set(&mut back, "reason", "Wrong box");
        leads(&shop.pharmacist.submit(&path, &back).await);
        assert_eq!(shop.holds(batch).await, 50);
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(!html.contains("dispensing_logs_reverse"), "{html}");
        world.settle().await;
    }

    async fn a_second_person_confirms_on_a_page_of_their_own(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Morphine", json!({ "is_controlled_substance": true })).await;
        shop.batch(item, "M-1", LATE, 50).await;
        let path = format!("/prescriptions/{}/dispense", shop.prescribed(item, 5).await);
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(html.contains("Controlled: a second person confirms"), "{html}");
        let to = leads(&shop.pharmacist.submit(&path, &form(&html, DISPENSE)).await);
        let html = is_a_page(&shop.pharmacist.get(&to).await, 200);
        assert!(html.contains("Waits for a second person"), "{html}");
        let html = is_a_page(&shop.pharmacist.get("/pharmacy/witness").await, 200);
        assert!(html.contains("You dispensed it") && !html.contains("dispensing_logs_witness"), "{html}");
        let nurse = Visitor::of(world, BuiltinRole::Nurse).await;
        let html = is_a_page(&nurse.get("/ward").await, 200);
        assert!(html.contains("href=\"/pharmacy/witness\""), "{html}");
        let html = is_a_page(&nurse.get("/pharmacy/witness").await, 200);
        assert!(html.contains("Morphine") && html.contains("Jane Doe"), "{html}");
        leads(&nurse.submit("/pharmacy/witness", &form(&html, "dispensing_logs_witness")).await);
        let html = is_a_page(&nurse.get("/pharmacy/witness").await, 200);
        assert!(html.contains("It is confirmed.") && html.contains("Nothing waits"), "{html}");
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(html.contains("Confirmed by a second person"), "{html}");
        // Taken back, it is confirmed once more, by somebody else than who took it back.
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        let mut back = form(&html, "dispensing_logs_reverse");
        set(&mut back, "reason", "The patient refused it");
        leads(&shop.pharmacist.submit(&path, &back).await);
        let html = is_a_page(&nurse.get("/pharmacy/witness").await, 200);
        assert!(html.contains("Taken back: confirm that it is on the shelf"), "{html}");
        leads(&nurse.submit("/pharmacy/witness", &form(&html, "dispensing_logs_witness")).await);
        let html = is_a_page(&nurse.get("/pharmacy/witness").await, 200);
        assert!(html.contains("Nothing waits for a second person."), "{html}");
        world.settle().await;
    }

    async fn goods_are_received_without_an_order(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let supplier = made(&shop.admin, "suppliers/", json!({ "name": "Banjul Pharma" })).await;
        let path = "/pharmacy/receive";
        let html = is_a_page(&shop.pharmacist.get(path).await, 200);
        assert!(html.contains("No order is open"), "{html}");
        let mut fields = form(&html, RECEIVE);
        // What a picker finds without scripts, also in a row.
        set(&mut fields, "items.0.medication_item__q", "parac");
        set(&mut fields, "items.0.batch_number", "P-7");
        fields.push(("_look".to_owned(), "items.0.medication_item".to_owned()));
        let html = is_a_page(&shop.pharmacist.submit(path, &fields).await, 200);
        assert!(html.contains(&format!("name=\"items.0.medication_item\" value=\"{item}\"")) && html.contains("P-7"), "{html}");
        // More rows, and nothing typed is lost.
        let mut fields = form(&html, RECEIVE);
        set(&mut fields, "supplier", &supplier.to_string());
        set(&mut fields, "items.0.medication_item", &item.to_string());
        fields.push(("_look".to_owned(), "rows".to_owned()));
        let html = is_a_page(&shop.pharmacist.submit(path, &fields).await, 200);
        assert!(html.contains("items.7.batch_number") && html.contains("Paracetamol 500 mg (Tablet)"), "{html}");
        // A fault is named in its row, also below rows that are empty.
        let mut fields = form(&html, RECEIVE);
        for (name, value) in [("items.0.quantity_received", "100"), ("items.0.expiry_date", LATE), ("items.0.unit_cost", "0.50"), ("items.0.selling_price", "1.25")] {
            set(&mut fields, name, value);
        }
        for (name, value) in [("items.5.medication_item", &item.to_string()[..]), ("items.5.batch_number", "P-8"), ("items.5.expiry_date", LATE)] {
            set(&mut fields, name, value);
        }
        let html = is_a_page(&shop.pharmacist.submit(path, &fields).await, 400);
        assert!(html.contains("href=\"#f-items.5.quantity_received\"") && html.contains("Row 6"), "{html}");
        assert!(html.contains("f-items.5.quantity_received-error") && html.contains("value=\"P-8\""), "{html}");
        let mut fields = form(&html, RECEIVE);
        set(&mut fields, "items.5.quantity_received", "20");
        // A double click.
        let to = leads(&shop.pharmacist.submit(path, &fields).await);
        assert_eq!(leads(&shop.pharmacist.submit(path, &fields).await), to);
        let html = is_a_page(&shop.pharmacist.get(&to).await, 200);
        for part in ["The goods are received", "P-7", "P-8", "50.00"] {
            assert!(html.contains(part), "no {part} in {html}");
        }
        let total = shop.admin.get(&format!("medications/{item}/")).await;
        assert_eq!(total.is(200)["total_quantity"], 120);
        world.settle().await;
    }

    async fn goods_are_received_with_an_order_and_differences_are_said(world: &World) {
        let shop = Shop::new(world).await;
        let (para, amox) = (shop.medication("Paracetamol", json!({})).await, shop.medication("Amoxicillin", json!({})).await);
        let supplier = made(&shop.admin, "suppliers/", json!({ "name": "Banjul Pharma" })).await;
        let items = json!([
            { "medication_item": para, "quantity_ordered": 100, "unit_cost_estimated": 0.4 }, { "medication_item": amox, "quantity_ordered": 50 },
        ]);
        let order = made(&shop.admin, "purchase-orders/", json!({ "supplier": supplier, "status": "Ordered", "items": items })).await;
        let path = format!("/pharmacy/receive?order={order}");
        let html = is_a_page(&shop.pharmacist.get("/pharmacy/receive").await, 200);
        assert!(html.contains(&format!("href=\"{path}\"")), "{html}");
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(html.contains("100 Tablet to come") && html.contains("value=\"0.40\""), "{html}");
        let mut fields = form(&html, RECEIVE);
        for (name, value) in [("items.0.batch_number", "P-1"), ("items.0.expiry_date", LATE), ("items.0.quantity_received", "120")] {
            set(&mut fields, name, value);
        }
        // Beyond the order: said, with what it takes to accept it. The line that did not come is not sent.
        let html = is_a_page(&shop.pharmacist.submit(&path, &fields).await, 409);
        assert!(html.contains("120 delivered, 100 to come") && html.contains("name=\"accept_over_delivery\""), "{html}");
        let mut fields = form(&html, RECEIVE);
        set(&mut fields, "accept_over_delivery", "true");
        let to = leads(&shop.pharmacist.submit(&path, &fields).await);
        let html = is_a_page(&shop.pharmacist.get(&to).await, 200);
        assert!(html.contains("20 too many") && html.contains("50 missing") && html.contains("Receive the rest"), "{html}");
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(!html.contains("100 Tablet to come") && html.contains("50 Tablet to come"), "{html}");
        world.settle().await;
    }

    /// One doubt is told after the other, and what was said of the first is not asked again.
    async fn what_makes_one_doubt_a_delivery_is_shown_with_the_way_on(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Morphine", json!({})).await;
        let supplier = made(&shop.admin, "suppliers/", json!({ "name": "Banjul Pharma" })).await;
        let line = json!({ "medication_item": item, "batch_number": "MO-2", "expiry_date": LATE, "quantity_received": 10, "selling_price": 1.5 });
        let body = json!({ "supplier": supplier, "invoice_number": "INV-7", "items": [line] });
        let earlier = made(&shop.admin, "goods-received-notes/", body).await;
        let path = "/pharmacy/receive";
        let mut fields = form(&is_a_page(&shop.pharmacist.get(path).await, 200), RECEIVE);
        let (item, supplier) = (item.to_string(), supplier.to_string());
        for (name, value) in [
            ("supplier", &*supplier), ("invoice_number", "inv-7"),
            ("items.0.medication_item", &*item), ("items.0.batch_number", "mo-2"), ("items.0.expiry_date", LATE), ("items.0.quantity_received", "600"), ("items.0.selling_price", "150"),
            ("items.1.medication_item", &*item), ("items.1.batch_number", "OLD"), ("items.1.expiry_date", "2026-11-22"), ("items.1.quantity_received", "5"),
        ] {
            set(&mut fields, name, value);
        }
        let html = is_a_page(&shop.pharmacist.submit(path, &fields).await, 400);
        assert!(html.contains("f-items.1.expiry_date-error") && html.contains("name=\"accept_expired\""), "{html}");
        let mut fields = form(&html, RECEIVE);
        set(&mut fields, "accept_expired", "true");
        let html = is_a_page(&shop.pharmacist.submit(path, &fields).await, 409);
        assert!(html.contains(&format!("href=\"/pharmacy/receive?note={earlier}\"")) && html.contains("name=\"accept_same_invoice\""), "{html}");
        let mut fields = form(&html, RECEIVE);
        set(&mut fields, "accept_same_invoice", "true");
        let html = is_a_page(&shop.pharmacist.submit(path, &fields).await, 409);
        assert!(html.contains("GMD\u{a0}1.50 until now, GMD\u{a0}150.00 from now on"), "{html}");
        let mut fields = form(&html, RECEIVE);
        set(&mut fields, "accept_new_prices", "true");
        leads(&shop.pharmacist.submit(path, &fields).await);
        let batches = shop.admin.get(&format!("stock-batches/?medication_item={item}&ordering=id")).await;
        let batches = batches.is(200).as_array().unwrap();
        assert_eq!((batches.len(), &batches[0]["current_quantity"], &batches[0]["selling_price_per_unit"]), (2, &json!(610), &json!(150.0)));
        assert_eq!(batches[1]["status"], "quarantined");
        world.settle().await;
    }

    /// A report has a field for whatever it is asked with.
    async fn a_report_about_one_medication_asks_for_it(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Morphine", json!({ "is_controlled_substance": true })).await;
        shop.batch(item, "MO-1", LATE, 10).await;
        for report in ["controlled_register", "stock_movement", "movement_lines"] {
            let path = format!("/admin/reports/medications/{report}");
            let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
            assert!(html.contains("data-name=\"medication_id\"") && !html.contains(".csv?") && !html.contains("name=\"medication_item\""), "{report}: {html}");
            let html = is_a_page(&shop.pharmacist.get(&format!("{path}?medication_id__q=morph&start=2026-01-01")).await, 400);
            assert!(html.contains(&format!("name=\"medication_id\" value=\"{item}\"")), "{report}: {html}");
            let html = is_a_page(&shop.pharmacist.get(&format!("{path}?medication_id={item}&medication_id__q=&start=")).await, 200);
            assert!(html.contains("Morphine 500 mg") && html.contains(&format!("value=\"{item}\" checked")), "{report}: {html}");
            let html = is_a_page(&shop.pharmacist.get(&format!("{path}?medication_id={item}&start=soon")).await, 400);
            assert!(html.contains("class=\"error\""), "{report}: {html}");
        }
        let file = "/admin/files/medications/controlled_register";
        for ending in ["csv", "xlsx"] {
            shop.pharmacist.get(&format!("{file}.{ending}?medication_id={item}")).await.is(200);
            is_a_page(&shop.pharmacist.get(&format!("{file}.{ending}")).await, 400);
        }
        let html = is_a_page(&shop.pharmacist.get("/admin/reports/medications/stock_as_of").await, 200);
        assert!(html.contains("name=\"date\" type=\"date\""), "{html}");
        world.settle().await;
    }

    async fn the_shelf_is_counted_page_by_page_and_posted(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let (a, b) = (shop.batch(item, "P-1", "2027-01-31", 10).await, shop.batch(item, "P-2", LATE, 7654321).await);
        let list = "/pharmacy/counts/";
        let html = is_a_page(&shop.pharmacist.get(list).await, 200);
        assert!(html.contains("Nothing is being counted"), "{html}");
        let path = leads(&shop.pharmacist.submit(list, &form(&html, "stock_takes_create")).await);
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(html.contains("0 of 2 counted") && !html.contains("7654321"), "what is expected is hidden: {html}");
        let mut fields = form(&html, COUNT);
        set(&mut fields, "lines.0.counted", "8");
        // A double click.
        let to = leads(&shop.pharmacist.submit(&path, &fields).await);
        assert_eq!(leads(&shop.pharmacist.submit(&path, &fields).await), to);
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(html.contains("1 of 2 counted") && html.contains("2 fewer than 10") && !html.contains("7654321"), "{html}");
        // What is wrong is said in its row, and what was typed stays.
        let mut fields = form(&html, COUNT);
        set(&mut fields, "lines.0.counted", "7");
        set(&mut fields, "lines.1.counted", "many");
        let html = is_a_page(&shop.pharmacist.submit(&path, &fields).await, 400);
        assert!(html.contains("f-lines.1.counted-error") && html.contains("value=\"many\"") && html.contains("value=\"7\""), "{html}");
        let mut fields = form(&html, COUNT);
        set(&mut fields, "lines.1.counted", "7654321");
        leads(&shop.pharmacist.submit(&path, &fields).await);
        // A batch moves: it is to be counted again before posting.
        let body = json!({ "patient_id": shop.patient, "quantity": 1, "stock_batch": a });
        shop.admin.post(&format!("medications/{item}/dispense/"), body).await.is(201);
        let differences = format!("{path}?show=differences");
        let html = is_a_page(&shop.pharmacist.get(&differences).await, 200);
        assert!(html.contains("3 fewer than 10") && html.contains("Moved since"), "{html}");
        let html = is_a_page(&shop.pharmacist.submit(&differences, &form(&html, "stock_takes_post")).await, 409);
        assert!(html.contains("P-1") && html.contains("Count them"), "{html}");
        let left = format!("{path}?show=left");
        let html = is_a_page(&shop.pharmacist.get(&left).await, 200);
        assert!(html.contains("Moved since: count again") && !html.contains("P-2"), "{html}");
        let mut fields = form(&html, COUNT);
        assert!(fields.contains(&("lines.0.counted".to_owned(), String::new())), "{fields:?}");
        set(&mut fields, "lines.0.counted", "7");
        leads(&shop.pharmacist.submit(&left, &fields).await);
        let html = is_a_page(&shop.pharmacist.get(&left).await, 200);
        assert!(html.contains("Everything is counted"), "{html}");
        let html = is_a_page(&shop.pharmacist.get(&differences).await, 200);
        leads(&shop.pharmacist.submit(&differences, &form(&html, "stock_takes_post")).await);
        assert_eq!((shop.holds(a).await, shop.holds(b).await), (7, 7654321));
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(!html.contains("Moved since"), "nothing is counted after it was posted: {html}");
        assert!(html.contains("Posted") && !html.contains("stock_takes_post") && !html.contains(COUNT), "{html}");
        // Another one is given up; somebody else changed it meanwhile.
        let html = is_a_page(&shop.pharmacist.get(list).await, 200);
        let path = leads(&shop.pharmacist.submit(list, &form(&html, "stock_takes_create")).await);
        let differences = format!("{path}?show=differences");
        let html = is_a_page(&shop.pharmacist.get(&differences).await, 200);
        let id = path.trim_end_matches('/').rsplit('/').next().unwrap();
        shop.admin.patch(&format!("stock-takes/{id}/"), json!({ "name": "Renamed" })).await.is(200);
        let html = is_a_page(&shop.pharmacist.submit(&differences, &form(&html, "stock_takes_patch")).await, 412);
        assert_eq!(leads(&shop.pharmacist.submit(&differences, &form(&html, "stock_takes_patch")).await), list);
        world.settle().await;
    }

    async fn fifty_batches_make_a_page(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        for number in 10..62 {
            shop.batch(item, &format!("P-{number}"), LATE, 1).await;
        }
        let html = is_a_page(&shop.pharmacist.get("/pharmacy/counts/").await, 200);
        let path = leads(&shop.pharmacist.submit("/pharmacy/counts/", &form(&html, "stock_takes_create")).await);
        let html = is_a_page(&shop.pharmacist.get(&path).await, 200);
        assert!(html.contains("P-59") && !html.contains("P-60"), "{html}");
        assert!(html.len() < 60_000, "{}", html.len());
        let mut fields = form(&html, COUNT);
        set(&mut fields, "lines.49.counted", "1");
        let to = leads(&shop.pharmacist.submit(&path, &fields).await);
        let html = is_a_page(&shop.pharmacist.get(&to).await, 200);
        assert!(html.contains("P-60") && html.contains("P-61") && html.contains("1 of 52 counted"), "{html}");
        world.settle().await;
    }

    async fn the_workplace_says_what_has_to_be_looked_at(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({ "reorder_level": 100 })).await;
        shop.batch(item, "P-1001", "2026-12-01", 10).await;
        let bad = shop.batch(item, "P-1002", LATE, 5).await;
        shop.admin.post(&format!("stock-batches/{bad}/recall/"), json!({ "reason": "Notice" })).await.is(200);
        let supplier = made(&shop.admin, "suppliers/", json!({ "name": "Banjul Pharma" })).await;
        made(&shop.admin, "purchase-orders/", json!({ "supplier": supplier, "status": "Pending" })).await;
        let html = is_a_page(&shop.pharmacist.get("/pharmacy").await, 200);
        for part in ["10 left, reorder at 100", "P-1001", "Recalled and still here", "P-1002", "Banjul Pharma", "Waits for approval", "/admin/reports/medications/"] {
            assert!(html.contains(part), "no {part} in {html}");
        }
        assert!(html.len() < 40_000, "{}", html.len());
        for report in html.split("href=\"/admin/reports/").skip(1) {
            let address = format!("/admin/reports/{}", report.split('"').next().unwrap());
            let reply = shop.pharmacist.get(&address).await;
            assert!(matches!(reply.status.as_u16(), 200 | 400), "{address}: {}", reply.status);
        }
        let to = leads(&shop.pharmacist.get("/scan?code=P-1002").await);
        assert_eq!(to, format!("/admin/stock-batches/{bad}/"));
        // In the reader's language, with no key in the raw.
        let prescription = shop.prescribed(item, 5).await;
        let take = made(&shop.admin, "stock-takes/", json!({ "name": "Novembre" })).await;
        for (language, titles) in [
            ("fr", ["À délivrer", "Délivrer à", "Réceptionner", "À confirmer", "Inventaires", "Conserver"]),
            ("sw", ["Dawa za kutolewa", "Mpe dawa", "Pokea bidhaa", "Kuthibitisha", "Hesabu za rafu", "Hifadhi"]),
        ] {
            let id = world.user(&["pharmacist", language].concat(), Some(BuiltinRole::Pharmacist)).await;
            shop.admin.patch(&format!("users/{id}/"), json!({ "language_preference": language })).await.is(200);
            let reader = Visitor::new(world);
            reader.sign_in(&["pharmacist", language].concat()).await;
            let pages = [
                "/pharmacy".to_owned(), format!("/prescriptions/{prescription}/dispense"), "/pharmacy/receive".to_owned(),
                "/pharmacy/witness".to_owned(), "/pharmacy/counts/".to_owned(), format!("/pharmacy/counts/{take}/"),
            ];
            for (page, title) in pages.iter().zip(titles) {
                let html = is_a_page(&reader.get(page).await, 200);
                assert!(html.contains(title) && html.contains(&format!("lang=\"{language}\"")), "no {title} in {html}");
            }
        }
        world.settle().await;
    }

    async fn everybody_sees_what_the_matrix_says(world: &World) {
        use BuiltinRole::{Admin, Cashier, Doctor, LabTechnician, Nurse, Patient, Pharmacist, Receptionist};
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let prescription = shop.prescribed(item, 5).await;
        let take = made(&shop.admin, "stock-takes/", json!({ "name": "November" })).await;
        let counter: &[BuiltinRole] = &[Admin, Pharmacist];
        let readers: &[BuiltinRole] = &[Admin, Pharmacist, Doctor, Nurse];
        let screens = [
            ("/pharmacy".to_owned(), counter), (format!("/prescriptions/{prescription}/dispense"), counter),
            ("/pharmacy/receive".to_owned(), counter), ("/pharmacy/witness".to_owned(), readers),
            ("/pharmacy/counts/".to_owned(), readers), (format!("/pharmacy/counts/{take}/"), readers),
        ];
        for role in [Admin, Doctor, Receptionist, Nurse, Pharmacist, LabTechnician, Cashier, Patient] {
            let browser = if role == Pharmacist { shop.pharmacist_of(world).await } else { Visitor::of(world, role).await };
            for (address, who) in &screens {
                let reply = browser.get(address).await;
                if who.contains(&role) {
                    let html = is_a_page(&reply, 200);
                    assert_eq!(html.contains("stock_takes_create"), address.ends_with("counts/") && counter.contains(&role), "{role:?} {address}");
                } else {
                    assert_eq!(reply.status.as_u16(), 403, "{role:?} {address}");
                }
            }
        }
        for nowhere in ["/prescriptions/999/dispense", "/prescriptions/x/dispense", "/pharmacy/counts/999/", "/pharmacy/receive?order=999", "/pharmacy/receive?note=999"] {
            is_a_page(&shop.pharmacist.get(nowhere).await, 404);
        }
        world.settle().await;
    }
}
