//! A patient sees nothing of an order before the review.

use serde_json::json;
use testkit::{Caller, World};

use crate::support::{Lab, count};

/// The patient with an account.
async fn account(world: &World, lab: &Lab) -> Caller {
    let patient = world.patient().await;
    let path = format!("patients/{}/", lab.patient);
    let admin = world.admin().await;
    admin
        .patch(&path, json!({ "user": patient.id }))
        .await
        .is(200);
    patient
}

testkit::on_both! {
    async fn nothing_before_the_review_everything_after(world: &World) {
        let lab = Lab::new(world).await;
        let patient = account(world, &lab).await;
        let order = lab.order(&["K"], json!({})).await;
        let value = lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.is(200)["created"][0]["id"].clone();
        let lists = [
            "patient-portal/laborders/".to_owned(),
            "lab_orders/".to_owned(),
            "lab_order_items/".to_owned(),
            "lab_result_values/".to_owned(),
            format!("patients/{}/laborders/", lab.patient),
            format!("patients/{}/lab_history/", lab.patient),
        ];
        let records = [
            format!("lab_orders/{}/", order["id"]),
            format!("lab_order_items/{}/", order["items"][0]["id"]),
            format!("lab_result_values/{value}/"),
        ];
        for path in &lists {
            assert_eq!(count(&patient.get(path).await), 0, "{path}");
        }
        assert_eq!(count(&patient.get("patient-portal/laborders/withdrawn/").await), 0, "never seen, never withdrawn");
        for path in &records {
            patient.get(path).await.refuses(404, "not_found");
        }
        lab.does(&lab.doctor, &order, "review").await.is(200);
        for path in &lists {
            assert_eq!(count(&patient.get(path).await), 1, "{path}");
        }
        for path in &records {
            patient.get(path).await.is(200);
        }
        // A correction waits for the next review.
        lab.tech.patch(&records[2], json!({ "value_numeric": 4.4, "correction_reason": "Typed wrong" })).await.is(200);
        for path in &lists {
            assert_eq!(count(&patient.get(path).await), 0, "{path}");
        }
        // That the earlier result counts no more is said, without any value.
        let withdrawn = || patient.get("patient-portal/laborders/withdrawn/");
        let told = withdrawn().await;
        assert_eq!((&told.is(200)[0]["tests"], &told.json[0]["is_being_checked"]), (&json!(["Potassium"]), &json!(true)));
        assert!(told.json[0]["withdrawn_at"].is_string() && !told.text().contains("4.1") && !told.text().contains("4.4"), "{}", told.text());
        let stranger = world.patient().await;
        assert_eq!(count(&stranger.get("patient-portal/laborders/withdrawn/").await), 0);
        lab.does(&lab.doctor, &order, "review").await.is(200);
        assert_eq!(count(&withdrawn().await), 0);
        assert_eq!(patient.get(&records[2]).await.is(200)["value_numeric"], 4.4);
        world.settle().await;
    }

    async fn a_cancelled_order_never_shows_and_others_orders_neither(world: &World) {
        let lab = Lab::new(world).await;
        let patient = account(world, &lab).await;
        let order = lab.order(&["K"], json!({})).await;
        lab.does(&lab.doctor, &order, "cancel").await.is(200);
        assert_eq!(count(&patient.get("patient-portal/laborders/").await), 0);
        let other = Lab::new(world).await;
        let order = other.order(&["K"], json!({})).await;
        other.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.is(200);
        other.does(&other.doctor, &order, "review").await.is(200);
        assert_eq!(count(&patient.get("patient-portal/laborders/").await), 0);
        assert_eq!(count(&patient.get("lab_result_values/").await), 0);
        patient.get(&format!("patients/{}/laborders/", other.patient)).await.refuses(404, "not_found");
        world.settle().await;
    }
}
