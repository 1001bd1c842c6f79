//! `insurance-claims/`.

use serde_json::{Value as Json, json};

use contracts::DispenseReversed;
use testkit::World;
use testkit::races::at_once;

use crate::support::{Desk, dispensed, emit, register};

/// An opened bill for medicines of 30 and 20 that a policy pays so many per cent of, and a claim for that.
async fn claimed_for_two_medicines(world: &World, desk: &Desk, percent: i64) -> (Json, i64) {
    emit(world, &dispensed(1, desk.patient, None, 3000)).await;
    emit(world, &dispensed(2, desk.patient, None, 2000)).await;
    world.settle().await;
    let bill = desk.cashier.get("bills/").await.is(200)[0].clone();
    let policy = desk.policy(json!({ "coverage_percent": percent })).await;
    let insured = json!({ "insurance": policy, "status": "Open" });
    desk.cashier
        .patch(&format!("bills/{}/", bill["id"]), insured)
        .await
        .is(200);
    let claim = json!({ "bill": bill["id"], "status": "submitted" });
    (
        bill,
        desk.cashier.post("insurance-claims/", claim).await.id(),
    )
}

testkit::on_both! {
    async fn a_claim_is_paid_in_parts_and_rejected_in_part(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({ "coverage_percent": 80 })).await;
        let bill = desk.bill(json!({ "total_amount": 500, "insurance": policy })).await;
        assert_eq!((&bill["insurance_amount"], &bill["balance_due"]), (&json!(400.0), &json!(100.0)));
        let claim = desk.cashier.post("insurance-claims/", json!({ "bill": bill["id"] })).await.is(201).clone();
        assert_eq!((&claim["amount"], &claim["status"], &claim["insurance"]), (&json!(400.0), &json!("draft"), &json!(policy)));
        // Nothing is claimed twice.
        desk.cashier.post("insurance-claims/", json!({ "bill": bill["id"], "amount": 0.01 })).await.complains_about("amount");
        let path = |verb: &str| format!("insurance-claims/{}/{verb}", claim["id"]);
        desk.cashier.post(&path("remittance/"), json!({ "paid_amount": 1 })).await.refuses(409, "state_conflict");
        let submitted = desk.cashier.post(&path("submit/"), json!({})).await;
        assert_eq!((&submitted.is(200)["status"], &submitted.json["submitted_at"]), (&json!("submitted"), &json!("2026-11-23T08:00:00Z")));
        desk.cashier.post(&path("approve/"), json!({ "remark": "By letter" })).await.is(200);
        let part = desk.cashier.post(&path("remittance/"), json!({ "paid_amount": 250, "reference": "BT-9" })).await;
        assert_eq!((&part.is(200)["status"], &part.json["paid_amount"], &part.json["remark"]), (&json!("approved"), &json!(250.0), &json!("By letter")));
        let read = desk.read(&bill).await;
        assert_eq!((&read["status"], &read["insurance_paid_amount"], &read["balance_due"]), (&json!("Partially Paid"), &json!(250.0), &json!(100.0)));
        assert_eq!((&read["payments"][0]["method"], &read["payments"][0]["reference"]), (&json!("Insurance"), &json!("BT-9")));
        desk.cashier.post(&path("remittance/"), json!({ "paid_amount": 150.01 })).await.complains_about("paid_amount");
        // One transfer, read from the advice twice, is booked once.
        let part = desk.cashier.post(&path("remittance/"), json!({ "paid_amount": 20, "reference": "BT-10" })).await;
        part.is(200);
        let again = json!({ "paid_amount": 20, "reference": " bt-10" });
        desk.cashier.post(&path("remittance/"), again).await.refuses(409, "already_recorded");
        let rest = json!({ "paid_amount": 100, "rejected_amount": 30, "remark": "Not covered" });
        assert_eq!(desk.cashier.post(&path("remittance/"), rest).await.is(200)["status"], "paid");
        // What the insurer rejects is the patient's.
        let read = desk.read(&bill).await;
        assert_eq!((&read["insurance_amount"], &read["balance_due"], &read["is_paid"]), (&json!(370.0), &json!(130.0), &json!(false)));
        desk.pay(&bill, 130.0).await.is(201);
        assert_eq!(desk.read(&bill).await["status"], "Paid");
        assert_eq!((desk.account("1200").await, desk.account("1040").await), (0.0, 370.0));
        desk.books_agree().await;
    }

    async fn a_status_that_is_written_does_what_the_verb_does(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({})).await;
        let bill = desk.bill(json!({ "total_amount": 500, "insurance": policy })).await;
        let whole = desk.cashier.post("insurance-claims/", json!({ "bill": bill["id"], "amount": 300 })).await.is(201).clone();
        let path = format!("insurance-claims/{}/", whole["id"]);
        desk.cashier.patch(&path, json!({ "status": "paid" })).await.refuses(409, "state_conflict");
        desk.cashier.patch(&path, json!({ "status": "submitted" })).await.is(200);
        let paid = desk.cashier.patch(&path, json!({ "status": "paid" })).await;
        assert_eq!((&paid.is(200)["paid_amount"], &paid.json["decided_at"]), (&json!(300.0), &json!("2026-11-23T08:00:00Z")));
        let rest = json!({ "bill": bill["id"], "status": "submitted" });
        let rest = desk.cashier.post("insurance-claims/", rest).await.is(201).clone();
        assert_eq!(rest["amount"], 200.0);
        let path = format!("insurance-claims/{}/reject/", rest["id"]);
        assert_eq!(desk.cashier.post(&path, json!({})).await.is(200)["status"], "rejected");
        assert_eq!(desk.read(&bill).await["balance_due"], 200.0);
        desk.admin.delete(&format!("insurance-claims/{}/", rest["id"])).await.refuses(409, "state_conflict");
        desk.books_agree().await;
    }

    /// What was credited after it was claimed is owed by nobody: neither the insurer nor the patient is asked for it later.
    async fn a_claim_rejects_no_more_than_the_patient_comes_to_owe(world: &World) {
        let desk = Desk::new(world).await;
        let (bill, claim) = claimed_for_two_medicines(world, &desk, 80).await;
        emit(world, &DispenseReversed { dispensing_log: 1, patient: desk.patient }).await;
        world.settle().await;
        assert_eq!(desk.read(&bill).await["insurance_amount"], 16.0);
        desk.cashier.post(&format!("insurance-claims/{claim}/remittance/"), json!({ "paid_amount": 16 })).await.is(200);
        let ended = desk.cashier.post(&format!("insurance-claims/{claim}/reject/"), json!({})).await.is(200).clone();
        assert_eq!((&ended["rejected_amount"], &ended["lapsed_amount"]), (&json!(0.0), &json!(24.0)));
        assert_eq!(desk.read(&bill).await["balance_due"], 4.0);
        let more = json!({ "bill": bill["id"], "description": "Plaster", "amount": 100 });
        desk.cashier.post("bill-items/", more).await.is(201);
        let read = desk.read(&bill).await;
        assert_eq!((&read["insurance_amount"], &read["balance_due"]), (&json!(96.0), &json!(24.0)));
        desk.books_agree().await;
        world.settle().await;
    }

    async fn what_both_have_paid_and_was_credited_goes_back_to_both(world: &World) {
        let desk = Desk::new(world).await;
        let (bill, claim) = claimed_for_two_medicines(world, &desk, 60).await;
        desk.cashier.post(&format!("insurance-claims/{claim}/remittance/"), json!({ "paid_amount": 30 })).await.is(200);
        desk.pay(&bill, 20.0).await.is(201);
        for log in [1, 2] {
            emit(world, &DispenseReversed { dispensing_log: log, patient: desk.patient }).await;
        }
        world.settle().await;
        assert_eq!(desk.read(&bill).await["credit_due"], 50.0);
        let payments = desk.read(&bill).await["payments"].clone();
        for (at, left) in [(0, 20.0), (1, 0.0)] {
            let payment = payments[at]["id"].as_i64().unwrap();
            let refund = desk.cashier.post(&format!("payments/{payment}/refund/"), json!({ "reason": "Returned" })).await.id();
            desk.admin.post(&format!("refund-requests/{refund}/approve/"), json!({})).await.is(200);
            let read = desk.read(&bill).await;
            assert_eq!((&read["credit_due"], &read["balance_due"], &read["insurance_amount"]), (&json!(left), &json!(0.0), &json!(0.0)));
            desk.books_agree().await;
        }
        // Nothing is left that the insurer could be asked for.
        let ended = desk.cashier.get(&format!("insurance-claims/{claim}/")).await.is(200).clone();
        assert_eq!((&ended["status"], &ended["paid_amount"], &ended["lapsed_amount"]), (&json!("rejected"), &json!(0.0), &json!(30.0)));
        desk.cashier.post(&format!("insurance-claims/{claim}/remittance/"), json!({ "paid_amount": 30 })).await.refuses(409, "state_conflict");
        desk.cashier.post(&format!("insurance-claims/{claim}/appeal/"), json!({})).await.refuses(409, "state_conflict");
        world.settle().await;
    }

    async fn what_is_claimed_is_paid_on_its_claim(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({ "coverage_percent": 80 })).await;
        let bill = desk.bill(json!({ "total_amount": 100, "insurance": policy })).await;
        let claim = desk.cashier.post("insurance-claims/", json!({ "bill": bill["id"], "amount": 50, "status": "submitted" })).await.id();
        let pay = format!("bills/{}/payments/", bill["id"]);
        // Given 80 of which 50 are claimed, then 30 may be paid without the claim, and not a cent more.
        let refused = desk.cashier.post(&pay, json!({ "amount": 30.01, "method": "Insurance" })).await;
        assert_eq!(refused.refuses(409, "state_conflict")["claim"], claim);
        let rows = json!({ "payments": [{ "amount": 20, "method": "Cash" }, { "amount": 80, "method": "Insurance" }] });
        assert_eq!(desk.cashier.post(&format!("bills/{}/pay/", bill["id"]), rows).await.refuses(409, "state_conflict")["claim"], claim);
        assert_eq!(desk.read(&bill).await["paid_amount"], 0.0);
        desk.cashier.post(&pay, json!({ "amount": 30, "method": "Insurance" })).await.is(201);
        desk.cashier.post(&format!("insurance-claims/{claim}/remittance/"), json!({ "paid_amount": 50 })).await.is(200);
        desk.books_agree().await;
    }

    async fn a_policy_stays_with_whom_a_claim_names(world: &World) {
        let desk = Desk::new(world).await;
        let other = register(&desk.admin, "Awa").await;
        let (first, second) = (desk.policy(json!({})).await, desk.policy(json!({})).await);
        let bill = desk.bill(json!({ "total_amount": 100, "insurance": first })).await;
        desk.cashier.post("insurance-claims/", json!({ "bill": bill["id"] })).await.is(201);
        desk.cashier.patch(&format!("bills/{}/", bill["id"]), json!({ "insurance": second })).await.is(200);
        let moved = desk.cashier.patch(&format!("insurance/{first}/"), json!({ "patient": other })).await;
        assert_eq!(moved.refuses(409, "state_conflict")["bill"], bill["id"]);
    }

    async fn only_an_opened_bill_with_a_policy_is_claimed_for(world: &World) {
        let desk = Desk::new(world).await;
        let bare = desk.bill(json!({ "total_amount": 500 })).await;
        desk.cashier.post("insurance-claims/", json!({ "bill": bare["id"] })).await.complains_about("insurance");
        let policy = desk.policy(json!({})).await;
        let draft = desk.bill(json!({ "total_amount": 500, "insurance": policy, "status": "Draft" })).await;
        desk.cashier.post("insurance-claims/", json!({ "bill": draft["id"] })).await.refuses(409, "state_conflict");
        desk.doctor.post("insurance-claims/", json!({ "bill": draft["id"] })).await.is(403);
    }

    async fn a_bill_that_is_claimed_is_not_withdrawn_and_a_withdrawn_one_not_claimed(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({ "coverage_percent": 80 })).await;
        let bill = desk.bill(json!({ "total_amount": 500, "insurance": policy })).await;
        let void = format!("bills/{}/void/", bill["id"]);
        let reason = json!({ "reason": "Written twice" });
        let claim = json!({ "bill": bill["id"], "status": "submitted", "amount": 100 });
        let claim = desk.cashier.post("insurance-claims/", claim).await.id();
        for step in ["approve", "reject"] {
            let refused = desk.cashier.post(&void, reason.clone()).await;
            assert_eq!(refused.refuses(409, "state_conflict")["claim"], claim);
            desk.cashier.post(&format!("insurance-claims/{claim}/{step}/"), json!({})).await.is(200);
        }
        // A cashier deletes a draft; those that are left go with the bill.
        let draft = desk.cashier.post("insurance-claims/", json!({ "bill": bill["id"], "amount": 10 })).await.id();
        desk.cashier.delete(&format!("insurance-claims/{draft}/")).await.is(204);
        let left = desk.cashier.post("insurance-claims/", json!({ "bill": bill["id"] })).await.id();
        desk.cashier.post(&void, reason).await.is(200);
        desk.cashier.post(&format!("insurance-claims/{left}/submit/"), json!({})).await.refuses(404, "not_found");
        desk.books_agree().await;
    }

    async fn what_was_booked_on_the_wrong_claim_is_taken_back(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({ "coverage_percent": 80 })).await;
        let bill = desk.bill(json!({ "total_amount": 500, "insurance": policy })).await;
        let claim = desk.cashier.post("insurance-claims/", json!({ "bill": bill["id"], "status": "submitted" })).await.id();
        let path = format!("insurance-claims/{claim}/");
        desk.cashier.post(&format!("{path}remittance/"), json!({ "paid_amount": 400 })).await.is(200);
        let payment = desk.read(&bill).await["payments"][0]["id"].as_i64().unwrap();
        assert_eq!(desk.cashier.get(&format!("payments/{payment}/")).await.is(200)["claim"], claim);
        // When a part of it is given back, then the insurer owes that part again, and not the patient.
        for (amount, paid) in [(150, 250.0), (250, 0.0)] {
            let refund = json!({ "amount": amount, "reason": "For another hospital" });
            let refund = desk.cashier.post(&format!("payments/{payment}/refund/"), refund).await.id();
            desk.admin.post(&format!("refund-requests/{refund}/approve/"), json!({})).await.is(200);
            let now = desk.cashier.get(&path).await.is(200).clone();
            assert_eq!((&now["status"], &now["paid_amount"]), (&json!("approved"), &json!(paid)));
            let read = desk.read(&bill).await;
            assert_eq!((&read["insurance_paid_amount"], &read["balance_due"]), (&json!(paid), &json!(100.0)));
            desk.books_agree().await;
        }
        assert_eq!((desk.account("1200").await, desk.account("1040").await), (400.0, 0.0));
        // Then the claim goes on as any other, to the end of the bill.
        desk.cashier.post(&format!("{path}remittance/"), json!({ "paid_amount": 20 })).await.is(200);
        desk.cashier.post(&format!("{path}reject/"), json!({})).await.is(200);
        let second = desk.read(&bill).await["payments"].as_array().unwrap().iter().filter_map(|row| row["id"].as_i64()).max().unwrap();
        let refund = desk.cashier.post(&format!("payments/{second}/refund/"), json!({ "reason": "Wrong patient" })).await.id();
        desk.admin.post(&format!("refund-requests/{refund}/approve/"), json!({})).await.is(200);
        desk.cashier.post(&format!("{path}reject/"), json!({})).await.is(200);
        let void = desk.admin.post(&format!("bills/{}/void/", bill["id"]), json!({ "reason": "Wrong patient" })).await;
        assert_eq!(void.is(200)["status"], "Void");
        desk.books_agree().await;
        world.settle().await;
    }

    async fn what_an_insurer_rejected_is_asked_for_again(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({ "coverage_percent": 80, "annual_limit": 500 })).await;
        let bill = desk.bill(json!({ "total_amount": 500, "insurance": policy })).await;
        let claim = desk.cashier.post("insurance-claims/", json!({ "bill": bill["id"], "status": "submitted" })).await.id();
        let path = |verb: &str| format!("insurance-claims/{claim}/{verb}");
        desk.cashier.post(&path("appeal/"), json!({})).await.refuses(409, "state_conflict");
        desk.cashier.post(&path("reject/"), json!({})).await.is(200);
        assert_eq!(desk.read(&bill).await["balance_due"], 500.0);
        // Given 250 that the patient has paid since, when it is appealed, then it is for what is still owed.
        let paid = desk.pay(&bill, 250.0).await.id();
        desk.cashier.post(&path("appeal/"), json!({ "amount": 251 })).await.complains_about("amount");
        let again = desk.cashier.post(&path("appeal/"), json!({ "remark": "By letter" })).await;
        assert_eq!((&again.is(200)["status"], &again.json["rejected_amount"], &again.json["decided_at"]), (&json!("submitted"), &json!(150.0), &json!(null)));
        let read = desk.read(&bill).await;
        assert_eq!((&read["insurance_amount"], &read["balance_due"]), (&json!(250.0), &json!(0.0)));
        // Given the money back, then the rest as well; of the year's limit another bill has taken 150.
        let refund = desk.cashier.post(&format!("payments/{paid}/refund/"), json!({ "reason": "The insurer pays" })).await.id();
        desk.admin.post(&format!("refund-requests/{refund}/approve/"), json!({})).await.is(200);
        desk.bill(json!({ "total_amount": 200, "insurance": policy })).await;
        desk.cashier.post(&path("appeal/"), json!({ "amount": 150 })).await.complains_about("amount");
        desk.cashier.post(&path("appeal/"), json!({})).await.is(200);
        let read = desk.read(&bill).await;
        assert_eq!((&read["insurance_amount"], &read["balance_due"]), (&json!(340.0), &json!(160.0)));
        let end = json!({ "paid_amount": 340 });
        assert_eq!(desk.cashier.post(&path("remittance/"), end).await.is(200)["status"], "paid");
        desk.pay(&bill, 160.0).await.is(201);
        assert_eq!(desk.read(&bill).await["status"], "Paid");
        desk.cashier.post(&path("appeal/"), json!({})).await.complains_about("amount");
        desk.books_agree().await;
        world.settle().await;
    }

    async fn a_bill_leaves_the_insurer_what_is_claimed_and_the_patient_what_was_rejected(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({ "coverage_percent": 80, "annual_limit": 400 })).await;
        let other = desk.policy(json!({})).await;
        let bill = desk.bill(json!({ "total_amount": 500, "insurance": policy })).await;
        let path = format!("bills/{}/", bill["id"]);
        let claim = json!({ "bill": bill["id"], "status": "submitted" });
        let claim = desk.cashier.post("insurance-claims/", claim).await.id();
        // Given a claim of 400, when less would be left to the insurer, then it is refused and names the claim.
        for change in [json!({ "insurance": null }), json!({ "insurance": other }), json!({ "total_amount": 100 })] {
            assert_eq!(desk.cashier.patch(&path, change).await.refuses(409, "state_conflict")["claim"], claim);
        }
        desk.admin.delete(&path).await.refuses(409, "state_conflict");
        // More may be charged; the year's limit is taken up already.
        desk.cashier.patch(&path, json!({ "total_amount": 600 })).await.is(200);
        assert_eq!(desk.read(&bill).await["insurance_amount"], 400.0);
        // Given 300 that the insurer rejected, when the bill changes, then they stay the patient's.
        let part = json!({ "paid_amount": 0, "rejected_amount": 300 });
        desk.cashier.post(&format!("insurance-claims/{claim}/remittance/"), part).await.is(200);
        desk.cashier.patch(&path, json!({ "total_amount": 700 })).await.is(200);
        let read = desk.read(&bill).await;
        assert_eq!((&read["insurance_amount"], &read["balance_due"]), (&json!(100.0), &json!(600.0)));
        desk.books_agree().await;
    }

    async fn a_draft_is_submitted_for_what_the_bill_still_leaves(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({})).await;
        let other = desk.policy(json!({})).await;
        let bill = desk.bill(json!({ "total_amount": 180, "insurance": policy })).await;
        let path = format!("bills/{}/", bill["id"]);
        let claim = desk.cashier.post("insurance-claims/", json!({ "bill": bill["id"] })).await.id();
        let submit = format!("insurance-claims/{claim}/submit/");
        desk.cashier.patch(&path, json!({ "total_amount": 100 })).await.is(200);
        desk.cashier.post(&submit, json!({})).await.complains_about("amount");
        desk.cashier.patch(&format!("insurance-claims/{claim}/"), json!({ "status": "submitted" })).await.complains_about("amount");
        desk.cashier.patch(&path, json!({ "total_amount": 180, "insurance": other })).await.is(200);
        desk.cashier.post(&submit, json!({})).await.complains_about("insurance");
        desk.cashier.patch(&path, json!({ "insurance": policy })).await.is(200);
        desk.cashier.post(&submit, json!({})).await.is(200);
        desk.books_agree().await;
    }

    /// Eight who submit claims race with eight who lower the bill: what is claimed is always left to the insurer.
    async fn a_claim_and_a_lower_bill_do_not_pass_each_other(world: &World) {
        let desk = Desk::new(world).await;
        let policy = desk.policy(json!({})).await;
        let cashier = desk.cashier.clone().over(world.listen().await);
        for _ in 0..4 {
            let bill = desk.bill(json!({ "total_amount": 180, "insurance": policy })).await;
            let claim = desk.cashier.post("insurance-claims/", json!({ "bill": bill["id"] })).await.id();
            let submit = (0..8).map(|_| cashier.request("POST", &format!("insurance-claims/{claim}/submit/")).json(&json!({})));
            let lower = (0..8).map(|_| cashier.request("PATCH", &format!("bills/{}/", bill["id"])).json(&json!({ "total_amount": 100 })));
            let requests = submit.zip(lower).flat_map(|(submit, lower)| [lower, submit]).collect();
            at_once(requests).await;
            let claim = desk.cashier.get(&format!("insurance-claims/{claim}/")).await.is(200).clone();
            let read = desk.read(&bill).await;
            let claimed = if claim["status"] == "submitted" { claim["amount"].as_f64().unwrap() } else { 0.0 };
            assert!(claimed <= read["insurance_amount"].as_f64().unwrap(), "{claim} {read}");
        }
        desk.books_agree().await;
    }
}
