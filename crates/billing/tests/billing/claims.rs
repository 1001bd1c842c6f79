//! `insurance-claims/`.

use serde_json::json;

use crate::support::Desk;
use testkit::races::at_once;

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
        let rest = json!({ "paid_amount": 120, "rejected_amount": 30, "remark": "Not covered" });
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
        let left = desk.cashier.post("insurance-claims/", json!({ "bill": bill["id"] })).await.id();
        desk.cashier.post(&void, reason).await.is(200);
        desk.cashier.post(&format!("insurance-claims/{left}/submit/"), json!({})).await.refuses(409, "state_conflict");
        desk.cashier.patch(&format!("insurance-claims/{left}/"), json!({ "status": "submitted" })).await.refuses(409, "state_conflict");
        desk.admin.delete(&format!("insurance-claims/{left}/")).await.is(204);
        desk.books_agree().await;
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
