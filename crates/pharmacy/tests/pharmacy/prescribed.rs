//! Dispensing against a prescription, and the patient's safety at the counter.

use serde_json::{Value as Json, json};
use testkit::{Caller, World};

use crate::shop::{LATE, Shop, extend, list};

/// An encounter's prescription; the caller is its doctor.
async fn prescribe(world: &World, shop: &Shop, change: Json) -> (Caller, i64) {
    let doctor = world.doctor().await;
    let encounter = doctor
        .post(
            "encounters/",
            json!({ "patient": shop.patient, "notes": "Fever" }),
        )
        .await;
    encounter.is(201);
    let mut body = json!({
        "encounter": encounter.id(), "medication_name": "Paracetamol 500 mg", "dosage": "1 tablet", "frequency": "3 times a day", "quantity": 20,
    });
    extend(&mut body, change);
    let reply = doctor.post("prescriptions/", body).await;
    reply.is(201);
    (doctor, reply.id())
}

async fn state(doctor: &Caller, id: i64) -> (String, i64) {
    let reply = doctor.get(&format!("prescriptions/{id}/")).await;
    let row = reply.is(200);
    (
        row["status"].as_str().unwrap().to_owned(),
        row["quantity_dispensed"].as_i64().unwrap(),
    )
}

testkit::on_both! {
    async fn a_part_is_dispensed_and_the_rest_is_owed(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({ "strength": "500 mg", "form": "Tablet" })).await;
        let batch = shop.batch(item, "P-1", LATE, 100).await;
        let (doctor, id) = prescribe(world, &shop, json!({ "medication_item": item })).await;
        let ask = |quantity: i64| shop.dispense(item, quantity, json!({ "prescription_id": id, "patient_id": null }));
        assert_eq!(ask(12).await.is(201)["owed"], 8);
        assert_eq!(state(&doctor, id).await, ("Pending Dispense".to_owned(), 12));
        let refused = ask(9).await;
        assert_eq!(refused.refuses(409, "exceeds_prescription")["owed"], 8);
        let last = ask(8).await;
        assert_eq!(last.is(201)["owed"], 0);
        assert_eq!(last.json["logs"][0]["patient"], shop.patient);
        assert_eq!(state(&doctor, id).await, ("Completed".to_owned(), 20));
        ask(1).await.refuses(409, "exceeds_prescription");
        // A reversal owes it again.
        let log = last.json["logs"][0]["id"].clone();
        shop.pharmacist.post(&format!("dispensing-logs/{log}/reverse/"), json!({ "reason": "By mistake" })).await.is(200);
        assert_eq!(state(&doctor, id).await, ("Pending Dispense".to_owned(), 12));
        assert_eq!(ask(8).await.is(201)["owed"], 0);
        assert_eq!(shop.holds(batch).await, 80);
        world.settle().await;
    }

    async fn a_dose_in_milligrams_is_counted_in_the_tablets_at_hand(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({ "strength": "500 mg", "form": "Tablet", "unit_of_measure": "Tablet" })).await;
        shop.batch(item, "P-1", LATE, 100).await;
        let words = json!({ "medication_item": item, "dosage": "500 mg", "frequency": "3 times a day", "duration": "7 days", "quantity": null });
        let (doctor, id) = prescribe(world, &shop, words).await;
        assert_eq!(doctor.get(&format!("prescriptions/{id}/")).await.is(200)["quantity"], Json::Null);
        let ask = |quantity: i64, change: Json| {
            let mut body = json!({ "prescription_id": id, "patient_id": null });
            extend(&mut body, change);
            shop.dispense(item, quantity, body)
        };
        assert_eq!(ask(22, json!({})).await.refuses(409, "exceeds_prescription")["owed"], 21);
        ask(21, json!({ "prescription_quantity": 100 })).await.complains_about("prescription_quantity");
        assert_eq!(ask(20, json!({})).await.is(201)["owed"], 1);
        assert_eq!(ask(2, json!({})).await.refuses(409, "exceeds_prescription")["owed"], 1);
        assert_eq!(ask(1, json!({})).await.is(201)["owed"], 0);
        let row = doctor.get(&format!("prescriptions/{id}/")).await.is(200).clone();
        assert_eq!((&row["quantity"], &row["status"], &row["quantity_by"]), (&json!(21), &json!("Completed"), &json!(shop.pharmacist.id)));
        world.settle().await;
    }

    async fn what_cannot_be_counted_is_said_by_the_pharmacist_and_bounds_what_is_dispensed(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({ "strength": "500 mg", "form": "Tablet", "unit_of_measure": "Tablet" })).await;
        let batch = shop.batch(item, "P-1", LATE, 100).await;
        let words = json!({ "medication_item": item, "dosage": "500 mg", "frequency": "when in pain", "duration": "7 days", "quantity": null });
        let (doctor, id) = prescribe(world, &shop, words).await;
        let ask = |quantity: i64, said: Json| {
            shop.dispense(item, quantity, json!({ "prescription_id": id, "patient_id": null, "prescription_quantity": said }))
        };
        for said in [json!(null), json!(0), json!(-1), json!(100_001)] {
            ask(5, said).await.complains_about("prescription_quantity");
        }
        assert_eq!(ask(11, json!(10)).await.refuses(409, "exceeds_prescription")["owed"], 10);
        let given = ask(5, json!(10)).await;
        assert_eq!(given.is(201)["owed"], 5);
        let row = doctor.get(&format!("prescriptions/{id}/")).await.is(200).clone();
        assert_eq!((&row["quantity"], &row["quantity_by"]), (&json!(10), &json!(shop.pharmacist.id)));
        // From there on it stands: nobody says more.
        ask(20, json!(30)).await.complains_about("prescription_quantity");
        assert_eq!(ask(6, json!(null)).await.refuses(409, "exceeds_prescription")["owed"], 5);
        assert_eq!(state(&doctor, id).await, ("Pending Dispense".to_owned(), 5));
        // It is on record.
        let admin = world.admin().await;
        let audit = admin.get(&format!("audit-logs/?object_type=Prescription&object_id={id}")).await;
        assert!(audit.is(200).to_string().contains("quantity_by"), "{}", audit.text());
        // Said wrong, it is said anew once nothing of it is given out.
        let log = given.json["logs"][0]["id"].clone();
        shop.pharmacist.post(&format!("dispensing-logs/{log}/reverse/"), json!({ "reason": "By mistake" })).await.is(200);
        ask(5, json!(null)).await.complains_about("prescription_quantity");
        // Another number than before, with the reason; the same one needs none.
        ask(12, json!(12)).await.complains_about("reason");
        let why = |quantity: i64, reason: &str| shop.dispense(item, quantity, json!({ "prescription_id": id, "patient_id": null, "prescription_quantity": quantity, "reason": reason }));
        why(12, "  ").await.complains_about("reason");
        let changed = why(12, "Two days more, by the doctor's word").await;
        assert_eq!(changed.is(201)["owed"], 0);
        let log = format!("dispensing-logs/{}/", changed.json["logs"][0]["id"]);
        assert_eq!(shop.pharmacist.get(&log).await.is(200)["reason"], "Two days more, by the doctor's word");
        // Who stated it first, and who changed it to what, is in the trail.
        let audit = admin.get(&format!("audit-logs/?object_type=Prescription&object_id={id}")).await;
        let edits: Vec<Json> = audit.is(200)["results"].as_array().unwrap().iter().map(|row| row["details"]["fields"]["quantity"].clone()).filter(Json::is_array).collect();
        assert!(edits.contains(&json!([null, 10])) && edits.contains(&json!([10, 12])), "{}", audit.text());
        assert_eq!(shop.holds(batch).await, 88);
        world.settle().await;
    }

    async fn who_saw_another_quantity_dispenses_nothing(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        shop.batch(item, "P-1", LATE, 100).await;
        let (_, id) = prescribe(world, &shop, json!({ "medication_item": item })).await;
        let seen = |already: i64| shop.dispense(item, 5, json!({ "prescription_id": id, "already_dispensed": already }));
        seen(0).await.is(201);
        // A second press, from a window that shows nothing as dispensed.
        let refused = seen(0).await;
        refused.refuses(409, "conflict");
        assert_eq!((&refused.json["quantity_dispensed"], &refused.json["owed"]), (&json!(5), &json!(15)));
        assert_eq!(shop.total(item).await, 95);
        seen(5).await.is(201);
        assert_eq!(shop.total(item).await, 90);
        world.settle().await;
    }

    async fn who_read_another_dose_dispenses_nothing(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        shop.batch(item, "P-1", LATE, 100).await;
        let (doctor, id) = prescribe(world, &shop, json!({ "medication_item": item })).await;
        let path = format!("prescriptions/{id}/");
        let read = shop.pharmacist.get(&path).await.is(200)["version"].as_i64().unwrap();
        let seen = |version: i64| shop.dispense(item, 5, json!({ "prescription_id": id, "prescription_version": version }));
        doctor.patch(&path, json!({ "dosage": "250 mg" })).await.is(200);
        let refused = seen(read).await;
        refused.refuses(409, "conflict");
        assert_eq!(refused.json["prescription_version"], read + 1);
        assert_eq!(shop.total(item).await, 100);
        seen(read + 1).await.is(201);
        assert_eq!(shop.total(item).await, 95);
        world.settle().await;
    }

    async fn a_prescription_is_set_aside_and_taken_up_again(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        shop.batch(item, "P-1", LATE, 100).await;
        let (doctor, id) = prescribe(world, &shop, json!({ "medication_item": item })).await;
        let aside = json!({ "prescription": id, "kind": "elsewhere", "reason": "Not in the formulary" });
        shop.pharmacist.post("set-asides/", json!({ "prescription": id, "kind": "later" })).await.complains_about("reason");
        doctor.post("set-asides/", aside.clone()).await.is(403);
        let set = shop.pharmacist.post("set-asides/", aside.clone()).await.is(201).clone();
        assert_eq!((&set["patient"], &set["set_by"]), (&json!(shop.patient), &json!(shop.pharmacist.id)));
        assert_eq!(shop.pharmacist.post("set-asides/", aside.clone()).await.refuses(409, "state_conflict")["set_aside"], set["id"]);
        // The prescriber reads why.
        assert_eq!(list(&doctor.get(&format!("set-asides/?prescription={id}")).await)[0]["reason"], "Not in the formulary");
        shop.pharmacist.delete(&format!("set-asides/{}/", set["id"])).await.is(204);
        shop.pharmacist.post("set-asides/", aside.clone()).await.is(201);
        // Dispensing takes it up by itself, and what is dispensed as a whole waits for nothing.
        shop.dispense(item, 20, json!({ "prescription": id })).await.is(201);
        assert!(list(&shop.pharmacist.get("set-asides/").await).is_empty());
        shop.pharmacist.post("set-asides/", aside).await.refuses(409, "state_conflict");
        world.settle().await;
    }

    async fn what_was_handed_out_is_taken_and_still_checked_against(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Warfarin", json!({ "strength": "5 mg", "form": "Tablet" })).await;
        shop.batch(item, "W-1", LATE, 100).await;
        let month = json!({ "medication_item": item, "medication_name": "Warfarin 5 mg", "duration": "30 days" });
        let (doctor, id) = prescribe(world, &shop, month).await;
        shop.dispense(item, 20, json!({ "prescription_id": id, "patient_id": null })).await.is(201);
        assert_eq!(state(&doctor, id).await, ("Completed".to_owned(), 20));
        let check = json!({ "patient_id": shop.patient, "medication_name": "Ibuprofen" });
        let found = async |doctor: &Caller| {
            let checked = doctor.post("prescriptions/check_safety/", check.clone()).await;
            checked.is(200)["alerts"].as_array().unwrap().iter().filter(|alert| alert["kind"] == "interaction").count()
        };
        assert_eq!(found(&doctor).await, 1, "handed out, so it is taken");
        // It lingers for a while after its course, and then it is over.
        world.pass(jiff::SignedDuration::from_hours(24 * 40));
        assert_eq!(found(&world.doctor().await).await, 1);
        world.pass(jiff::SignedDuration::from_hours(24 * 5));
        assert_eq!(found(&world.doctor().await).await, 0);
        world.settle().await;
    }

    async fn a_filter_does_not_tell_what_is_not_shown(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let (doctor, _) = prescribe(world, &shop, json!({ "medication_item": item })).await;
        let desk = world.receptionist().await;
        for (path, seen) in [
            (format!("prescriptions/?medication_item={item}"), 1),
            ("prescriptions/?safety_outcome=could_not_check".to_owned(), 1),
            (format!("prescriptions/?patient={}", shop.patient), 1),
        ] {
            assert_eq!(doctor.get(&path).await.is(200).as_array().unwrap().len(), seen, "{path}");
            let shown = usize::from(path.contains("patient=")) * seen;
            assert_eq!(desk.get(&path).await.is(200).as_array().unwrap().len(), shown, "{path}");
        }
        world.settle().await;
    }

    async fn words_are_dispensed_as_what_they_name(world: &World) {
        let shop = Shop::new(world).await;
        let right = shop.medication("Paracetamol", json!({ "strength": "500 mg" })).await;
        let wrong = shop.medication("Metformin", json!({ "strength": "500 mg" })).await;
        let unknown = shop.medication("Ward mixture 7", json!({})).await;
        for item in [right, wrong, unknown] {
            shop.batch(item, &format!("B-{item}"), LATE, 100).await;
        }
        let (_, id) = prescribe(world, &shop, json!({ "medication_name": "Panadol 500 mg" })).await;
        shop.dispense(wrong, 1, json!({ "prescription": id })).await.complains_about("prescription");
        assert_eq!(shop.total(wrong).await, 100);
        // A brand of the same ingredient, and what nobody can compare.
        shop.dispense(right, 1, json!({ "prescription": id })).await.is(201);
        shop.dispense(unknown, 1, json!({ "prescription": id })).await.is(201);
        world.settle().await;
    }

    async fn prescription_patient_and_medication_agree(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Paracetamol", json!({})).await;
        let other = shop.medication("Amoxicillin", json!({})).await;
        shop.batch(item, "P-1", LATE, 100).await;
        shop.batch(other, "A-1", LATE, 100).await;
        let (doctor, id) = prescribe(world, &shop, json!({ "medication_item": item })).await;
        shop.dispense(other, 1, json!({ "prescription": id })).await.complains_about("prescription");
        let desk = world.receptionist().await;
        let body = json!({ "first_name": "Awa", "last_name": "Bah", "date_of_birth": "1980-02-03", "gender": "Female" });
        let stranger = desk.post("patients/", body).await.id();
        shop.dispense(item, 1, json!({ "prescription": id, "patient_id": stranger })).await.complains_about("patient");
        doctor.patch(&format!("prescriptions/{id}/"), json!({ "status": "Cancelled" })).await.is(200);
        shop.dispense(item, 1, json!({ "prescription": id })).await.refuses(409, "state_conflict");
        assert_eq!(shop.total(item).await, 100);
        world.settle().await;
    }

    async fn an_allergy_is_asked_about_at_the_counter(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Amoxicillin", json!({ "strength": "500 mg" })).await;
        shop.batch(item, "A-1", LATE, 100).await;
        let (doctor, id) = prescribe(world, &shop, json!({ "medication_name": "Amoxicillin 500 mg", "medication_item": item })).await;
        // Learnt after it was prescribed.
        doctor.post("allergies/", json!({ "patient": shop.patient, "substance": "Penicillin", "severity": "severe" })).await.is(201);
        let refused = shop.dispense(item, 1, json!({ "prescription": id })).await;
        assert!(refused.refuses(409, "override_reason_required")["alerts"].is_array());
        assert_eq!(shop.total(item).await, 100);
        let reason = json!({ "prescription": id, "override_reason": "Tolerated last year, Dr Sanyang agreed" });
        shop.dispense(item, 1, reason).await.is(201);
        let log = list(&shop.pharmacist.get("dispensing-logs/").await).remove(0);
        assert_eq!((&log["override_reason"], &log["dispensed_by"]), (&json!("Tolerated last year, Dr Sanyang agreed"), &json!(shop.pharmacist.id)));
        world.settle().await;
    }

    async fn what_the_prescriber_decided_is_not_asked_again(world: &World) {
        let shop = Shop::new(world).await;
        let item = shop.medication("Amoxicillin", json!({ "strength": "500 mg" })).await;
        shop.batch(item, "A-1", LATE, 100).await;
        let doctor = world.doctor().await;
        doctor.post("allergies/", json!({ "patient": shop.patient, "substance": "Penicillin", "severity": "severe" })).await.is(201);
        let change = json!({ "medication_name": "Amoxicillin 500 mg", "medication_item": item, "override_reason": "No alternative" });
        let (_, id) = prescribe(world, &shop, change).await;
        shop.dispense(item, 1, json!({ "prescription": id })).await.is(201);
        // Without the prescription it is asked about.
        shop.dispense(item, 1, json!({})).await.refuses(409, "override_reason_required");
        world.settle().await;
    }

    async fn what_is_kept_or_waited_for_stays_what_it_is(world: &World) {
        let shop = Shop::new(world).await;
        let body = json!({ "strength": "500 mg", "form": "Tablet", "unit_of_measure": "Tablet" });
        let others = [
            ("strength", json!("1 g")), ("generic_name", json!("Warfarin")), ("generic_name", json!("Paracetamol and Warfarin")),
            ("unit_of_measure", json!("Box of 100")), ("formulation", json!("Syrup")),
        ];
        // Until then a mistake is put right.
        let fresh = shop.medication("Warfarin", body.clone()).await;
        shop.pharmacist.patch(&format!("medications/{fresh}/"), json!({ "generic_name": "Amoxicillin", "strength": "250 mg" })).await.is(200);
        let kept = shop.medication("Paracetamol", body.clone()).await;
        let stock = shop.batch(kept, "P-1", LATE, 20).await;
        let waited = shop.medication("Paracetamol", body).await;
        let (doctor, prescription) = prescribe(world, &shop, json!({ "medication_item": waited })).await;
        for item in [kept, waited] {
            let path = format!("medications/{item}/");
            for (field, other) in &others {
                let refused = shop.pharmacist.patch(&path, json!({ *field: other })).await;
                assert_eq!(refused.refuses(409, "state_conflict")["field"], *field, "{other}");
            }
            // Another spelling, and a name of the same ingredients.
            for same in [json!({ "strength": "500MG" }), json!({ "generic_name": "PARACETAMOL" }), json!({ "generic_name": "Acetaminophen", "unit_of_measure": "tablet" })] {
                shop.pharmacist.patch(&path, same).await.is(200);
            }
            shop.pharmacist.patch(&path, json!({ "reorder_level": 5, "brand_name": "Panadol" })).await.is(200);
        }
        // Nothing is left, and nobody waits.
        shop.adjust(json!({ "stock_batch": stock, "adjustment_type": "Damaged", "quantity": -20 })).await.is(201);
        doctor.patch(&format!("prescriptions/{prescription}/"), json!({ "status": "Cancelled" })).await.is(200);
        for item in [kept, waited] {
            shop.pharmacist.patch(&format!("medications/{item}/"), json!({ "strength": "1 g" })).await.is(200);
        }
        world.settle().await;
    }
}
