//! Charges that other modules' events bring.

use contracts::{
    DispenseReversed, EncounterSigned, LabOrderCancelled, LabOrdered, LabOrderedItem,
    PatientDischarged,
};
use serde_json::{Value as Json, json};
use testkit::World;

use crate::support::{Desk, cashier, dispensed, emit, register};

async fn bills(desk: &Desk) -> Vec<Json> {
    desk.cashier
        .get("bills/?ordering=id")
        .await
        .is(200)
        .as_array()
        .unwrap()
        .clone()
}

async fn signed(world: &World, desk: &Desk, encounter: i64) {
    let event = EncounterSigned {
        encounter,
        patient: desk.patient,
        doctor: desk.doctor.id,
        signed_at: world.clock.now(),
    };
    emit(world, &event).await;
}

testkit::on_both! {
    async fn charges_of_an_encounter_are_gathered_on_one_draft_once_each(world: &World) {
        let desk = Desk::new(world).await;
        desk.service("Consultation", 100.0, "CONSULTATION").await;
        let encounter = desk.encounter().await;
        for _ in 0..2 {
            signed(world, &desk, encounter).await;
            emit(world, &dispensed(7, desk.patient, Some(encounter), 2550)).await;
            world.settle().await;
        }
        let found = bills(&desk).await;
        assert_eq!(found.len(), 1);
        let draft = &found[0];
        assert_eq!((&draft["status"], &draft["total_amount"], &draft["encounter"]), (&json!("Draft"), &json!(125.5), &json!(encounter)));
        assert_eq!(draft["doctor"], desk.doctor.id);
        assert_eq!(draft["items"].as_array().unwrap().len(), 2);
        // A copy from before a charge does not take it off.
        let bill = format!("bills/{}/", draft["id"]);
        let mut written = draft["items"].as_array().unwrap().clone();
        desk.cashier.patch(&bill, json!({ "items": written })).await.is(200);
        written.push(json!({ "description": "Bandage", "amount": 3 }));
        let more = desk.cashier.patch(&bill, json!({ "items": written })).await;
        assert_eq!((&more.is(200)["total_amount"], more.json["items"].as_array().unwrap().len()), (&json!(128.5), 3));
        desk.cashier.patch(&bill, json!({ "items": [{ "description": "Bandage", "amount": 3 }] })).await.refuses(409, "state_conflict");
        let less = desk.cashier.patch(&bill, json!({ "items": draft["items"] })).await;
        assert_eq!((&less.is(200)["total_amount"], less.json["items"].as_array().unwrap().len()), (&json!(125.5), 2));
        // Reviewed, opened and paid; what comes later is gathered anew.
        let path = format!("bills/{}/open/", draft["id"]);
        assert_eq!(desk.cashier.post(&path, json!({})).await.is(200)["balance_due"], 125.5);
        emit(world, &dispensed(8, desk.patient, Some(encounter), 100)).await;
        world.settle().await;
        let found = bills(&desk).await;
        assert_eq!((found.len(), &found[1]["status"], &found[1]["total_amount"]), (2, &json!("Draft"), &json!(1.0)));
        desk.books_agree().await;
    }

    async fn without_a_price_a_consultation_is_not_charged(world: &World) {
        let desk = Desk::new(world).await;
        let encounter = desk.encounter().await;
        signed(world, &desk, encounter).await;
        world.settle().await;
        assert_eq!(bills(&desk).await.len(), 0);
    }

    async fn what_is_reversed_leaves_the_draft_or_is_credited(world: &World) {
        let desk = Desk::new(world).await;
        emit(world, &dispensed(1, desk.patient, None, 3000)).await;
        emit(world, &dispensed(2, desk.patient, None, 2000)).await;
        world.settle().await;
        let draft = bills(&desk).await[0].clone();
        assert_eq!(draft["total_amount"], 50.0);
        emit(world, &DispenseReversed { dispensing_log: 1, patient: desk.patient }).await;
        world.settle().await;
        let draft = desk.read(&draft).await;
        assert_eq!((&draft["total_amount"], draft["items"].as_array().unwrap().len()), (&json!(20.0), 1));
        desk.cashier.post(&format!("bills/{}/open/", draft["id"]), json!({})).await.is(200);
        desk.pay(&draft, 15.0).await.is(201);
        for _ in 0..2 {
            emit(world, &DispenseReversed { dispensing_log: 2, patient: desk.patient }).await;
            world.settle().await;
        }
        // 15 was paid for nothing, and is given back.
        let bill = desk.read(&draft).await;
        assert_eq!((&bill["total_amount"], &bill["balance_due"], &bill["credit_due"]), (&json!(0.0), &json!(0.0), &json!(15.0)));
        assert_eq!((&bill["items"][1]["line_total"], &bill["items"][1]["credit_of"]), (&json!(-20.0), &bill["items"][0]["id"]));
        desk.books_agree().await;
        let payment = bill["payments"][0]["id"].clone();
        let request = desk.cashier.post(&format!("payments/{payment}/refund/"), json!({ "reason": "Returned" })).await.is(201).clone();
        desk.admin.post(&format!("refund-requests/{}/approve/", request["id"]), json!({})).await.is(200);
        let bill = desk.read(&draft).await;
        assert_eq!((&bill["credit_due"], &bill["balance_due"], &bill["status"]), (&json!(0.0), &json!(0.0), &json!("Paid")));
        desk.books_agree().await;
        world.settle().await;
    }

    async fn a_reversal_that_is_heard_first_leaves_nothing_to_charge(world: &World) {
        let desk = Desk::new(world).await;
        emit(world, &DispenseReversed { dispensing_log: 5, patient: desk.patient }).await;
        world.settle().await;
        emit(world, &dispensed(5, desk.patient, None, 3000)).await;
        world.settle().await;
        assert_eq!(bills(&desk).await.len(), 0);
    }

    async fn a_cancelled_test_is_on_no_draft(world: &World) {
        let desk = Desk::new(world).await;
        let test = json!({ "test_code": "FBC-X", "test_name": "Full blood count", "specimen_type": "Blood", "department": "Haematology" });
        let test = desk.admin.post("lab_tests/catalog/", test).await.is(201)["id"].as_i64().unwrap();
        desk.service("Full blood count", 35.0, "FBC-X").await;
        let ordered = |order: i64, items: &[i64]| LabOrdered {
            lab_order: order,
            patient: desk.patient,
            encounter: None,
            items: items.iter().map(|item| LabOrderedItem { lab_order_item: *item, lab_test: test }).collect(),
        };
        emit(world, &ordered(1, &[1, 2])).await;
        emit(world, &ordered(2, &[3])).await;
        world.settle().await;
        let draft = bills(&desk).await[0].clone();
        assert_eq!((&draft["total_amount"], draft["items"].as_array().unwrap().len()), (&json!(105.0), 3));
        emit(world, &LabOrderCancelled { lab_order: 1, patient: desk.patient }).await;
        world.settle().await;
        // Further tests of it that are heard of late are not charged either.
        emit(world, &ordered(1, &[4])).await;
        emit(world, &LabOrderCancelled { lab_order: 9, patient: desk.patient }).await;
        world.settle().await;
        emit(world, &ordered(9, &[5])).await;
        world.settle().await;
        let draft = desk.read(&draft).await;
        assert_eq!((&draft["total_amount"], draft["items"].as_array().unwrap().len()), (&json!(35.0), 1));
        assert_eq!(draft["items"][0]["source_id"], 3);
    }

    async fn what_has_no_price_is_on_the_draft_and_stays_one(world: &World) {
        let desk = Desk::new(world).await;
        let test = json!({ "test_code": "HIV-VL", "test_name": "Viral load", "specimen_type": "Blood", "department": "Serology" });
        let test = desk.admin.post("lab_tests/catalog/", test).await.id();
        let ordered = |order: i64, item: i64| LabOrdered {
            lab_order: order, patient: desk.patient, encounter: None,
            items: vec![LabOrderedItem { lab_order_item: item, lab_test: test }],
        };
        emit(world, &ordered(1, 1)).await;
        emit(world, &ordered(2, 2)).await;
        emit(world, &ordered(3, 3)).await;
        world.settle().await;
        let draft = bills(&desk).await[0].clone();
        let items = draft["items"].as_array().unwrap().clone();
        assert!(items.iter().all(|item| item["unpriced"] == true && item["description"] == "Viral load"), "{items:?}");
        // Opening it names them.
        let open = format!("bills/{}/open/", draft["id"]);
        let refused = desk.cashier.post(&open, json!({})).await;
        refused.refuses(409, "state_conflict");
        assert_eq!(refused.json["unpriced"].as_array().unwrap().len(), 3);
        assert!(refused.json["detail"].as_str().unwrap().contains("Viral load"), "{}", refused.json);
        desk.cashier.patch(&format!("bills/{}/", draft["id"]), json!({ "status": "Open" })).await.refuses(409, "state_conflict");
        let report = desk.cashier.get("financial-reports/charges_without_price/").await;
        let day = world.app.zone.today(world.clock.now()).to_string();
        assert_eq!(report.is(200), &json!([
            { "description": "Viral load", "source_type": "lab_order_item", "lines": 3, "since": day },
        ]));
        let alerts = desk.cashier.get("alerts/").await;
        assert_eq!(alerts.is(200)["results"][0]["kind"], "charge_without_price", "{}", alerts.json);
        // A price, a reason why it is free, a service of the catalogue; nothing of it is no answer.
        let line = |at: usize| format!("bill-items/{}/", items[at]["id"]);
        desk.cashier.patch(&line(0), json!({ "amount": 0 })).await.complains_about("discount_reason");
        let read = desk.cashier.get(&line(0)).await;
        desk.cashier.put(&line(0), read.is(200).clone()).await.is(200);
        assert_eq!(desk.read(&draft).await["items"][0]["unpriced"], true);
        desk.cashier.patch(&line(0), json!({ "amount": 250 })).await.is(200);
        desk.cashier.patch(&line(1), json!({ "discount_reason": "National programme" })).await.is(200);
        desk.cashier.post(&open, json!({})).await.refuses(409, "state_conflict");
        let service = desk.service("Viral load", 200.0, "HIV-VL").await;
        desk.cashier.patch(&line(2), json!({ "service": service })).await.is(200);
        let opened = desk.cashier.post(&open, json!({})).await;
        assert_eq!((&opened.is(200)["total_amount"], &opened.json["status"]), (&json!(450.0), &json!("Open")));
        assert_eq!(desk.cashier.get("alerts/").await.is(200)["count"], 0);
        // From then on it has a price.
        emit(world, &ordered(4, 4)).await;
        world.settle().await;
        assert_eq!(bills(&desk).await[1]["total_amount"], 200.0);
        desk.books_agree().await;
    }

    async fn units_are_charged_one_by_one(world: &World) {
        let desk = Desk::new(world).await;
        emit(world, &dispensed(1, desk.patient, None, 2500)).await;
        world.settle().await;
        let draft = bills(&desk).await[0].clone();
        let item = &draft["items"][0];
        assert_eq!((&item["quantity"], &item["unit_price"], &item["line_total"]), (&json!(10), &json!(2.5), &json!(25.0)));
    }

    async fn a_visit_with_a_stay_is_one_bill(world: &World) {
        let desk = Desk::new(world).await;
        desk.service("Consultation", 100.0, "CONSULTATION").await;
        desk.service("Bed day", 40.0, "BED-DAY").await;
        let encounter = desk.encounter().await;
        // Something was given before anybody saw the patient; what the stay comes to is heard last, and twice.
        emit(world, &dispensed(1, desk.patient, None, 500)).await;
        world.settle().await;
        signed(world, &desk, encounter).await;
        emit(world, &dispensed(2, desk.patient, Some(encounter), 1000)).await;
        world.settle().await;
        for _ in 0..2 {
            emit(world, &PatientDischarged { admission: 3, patient: desk.patient, bed_days: 4, at: world.clock.now() }).await;
            world.settle().await;
        }
        let found = bills(&desk).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((&found[0]["total_amount"], &found[0]["encounter"], &found[0]["doctor"]), (&json!(275.0), &json!(encounter), &json!(desk.doctor.id)));
        // Another visit is another bill, and the next stay belongs to it.
        let second = desk.encounter().await;
        signed(world, &desk, second).await;
        world.settle().await;
        emit(world, &PatientDischarged { admission: 4, patient: desk.patient, bed_days: 1, at: world.clock.now() }).await;
        world.settle().await;
        let found = bills(&desk).await;
        assert_eq!((found.len(), &found[1]["total_amount"], &found[1]["encounter"]), (2, &json!(140.0), &json!(second)));
        desk.books_agree().await;
    }

    async fn a_stay_is_charged_by_its_bed_days(world: &World) {
        let desk = Desk::new(world).await;
        desk.service("Bed day", 40.0, "BED-DAY").await;
        let policy = desk.policy(json!({ "coverage_percent": 50 })).await;
        emit(world, &PatientDischarged { admission: 3, patient: desk.patient, bed_days: 4, at: world.clock.now() }).await;
        world.settle().await;
        let draft = bills(&desk).await[0].clone();
        assert_eq!((&draft["total_amount"], &draft["items"][0]["quantity"]), (&json!(160.0), &json!(4)));
        // The patient's only valid policy is proposed.
        assert_eq!((&draft["insurance"], &draft["insurance_amount"]), (&json!(policy), &json!(80.0)));
    }

    async fn a_stay_without_a_price_is_not_forgotten(world: &World) {
        let desk = Desk::new(world).await;
        emit(world, &PatientDischarged { admission: 3, patient: desk.patient, bed_days: 4, at: world.clock.now() }).await;
        world.settle().await;
        let draft = bills(&desk).await[0].clone();
        assert_eq!((&draft["items"][0]["quantity"], &draft["items"][0]["unpriced"]), (&json!(4), &json!(true)));
    }

    async fn charges_follow_a_merged_patient(world: &World) {
        let desk = Desk::new(world).await;
        let twin = crate::support::register(&desk.admin, "Jayne").await;
        emit(world, &dispensed(1, twin, None, 1000)).await;
        world.settle().await;
        desk.admin.post(&format!("patients/{twin}/merge/"), json!({ "into": desk.patient })).await.is(200);
        emit(world, &dispensed(2, twin, None, 500)).await;
        world.settle().await;
        let found = bills(&desk).await;
        assert!(found.iter().all(|bill| bill["patient"] == desk.patient), "{found:?}");
        assert_eq!(found.iter().map(|bill| bill["total_amount"].as_f64().unwrap()).sum::<f64>(), 15.0);
    }

    async fn the_policy_of_the_day_of_the_services_pays(world: &World) {
        let desk = Desk::new(world).await;
        desk.service("Consultation", 100.0, "CONSULTATION").await;
        let policy = desk.policy(json!({ "valid_until": "2026-11-23", "coverage_percent": 80 })).await;
        let encounter = desk.encounter().await;
        world.pass(jiff::SignedDuration::from_hours(24));
        signed(world, &desk, encounter).await;
        // What belongs to no visit is of today, when the policy is over.
        let other = register(&world.admin().await, "Awa").await;
        let body = json!({ "patient": other, "provider": "Riders", "policy_number": "R-2", "valid_until": "2026-11-23" });
        cashier(world).await.post("insurance/", body).await.is(201);
        emit(world, &dispensed(1, other, None, 3000)).await;
        world.settle().await;
        let found = cashier(world).await.get("bills/?ordering=id").await.is(200).clone();
        let gathered = found.as_array().unwrap();
        assert_eq!(gathered.len(), 2);
        let of = |patient: i64| gathered.iter().find(|bill| bill["patient"] == patient).unwrap();
        let visit = of(desk.patient);
        assert_eq!((&visit["service_date"], &visit["insurance"], &visit["insurance_amount"]), (&json!("2026-11-23"), &json!(policy), &json!(80.0)));
        assert_eq!((&of(other)["service_date"], &of(other)["insurance"]), (&json!("2026-11-24"), &json!(null)));
    }

    async fn a_bill_with_charges_is_withdrawn_and_not_deleted(world: &World) {
        let desk = Desk::new(world).await;
        emit(world, &dispensed(1, desk.patient, None, 3000)).await;
        world.settle().await;
        let draft = bills(&desk).await[0].clone();
        let path = format!("bills/{}/", draft["id"]);
        desk.admin.delete(&path).await.refuses(409, "state_conflict");
        assert_eq!(desk.read(&draft).await["total_amount"], 30.0);
        // The lines go one by one; then nothing is lost with the bill.
        desk.admin.delete(&format!("bill-items/{}/", draft["items"][0]["id"])).await.is(204);
        desk.admin.delete(&path).await.is(204);
        // So may a bill that was withdrawn, for a reason.
        emit(world, &dispensed(2, desk.patient, None, 500)).await;
        world.settle().await;
        let next = bills(&desk).await[0].clone();
        desk.cashier.post(&format!("bills/{}/void/", next["id"]), json!({ "reason": "A gift" })).await.is(200);
        desk.admin.delete(&format!("bills/{}/", next["id"])).await.is(204);
        desk.books_agree().await;
    }
}
