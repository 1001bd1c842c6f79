//! A critical value reaches a doctor, and goes on when nobody acknowledges it.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use testkit::{Caller, World};

use crate::support::{Lab, back, count};

async fn critical(lab: &Lab) -> Json {
    let order = lab.order(&["K"], json!({})).await;
    let entered = lab
        .enter(
            &order,
            json!([{ "parameter_name": "Potassium", "value_numeric": 7.1 }]),
        )
        .await;
    assert_eq!(entered.is(200)["created"][0]["abnormal_flag"], "critical");
    order
}

async fn tasks(caller: &Caller) -> Vec<Json> {
    let tasks = caller.get("tasks/?assignee=me").await;
    tasks.is(200).as_array().unwrap().clone()
}

async fn notices(world: &World, caller: &Caller) -> usize {
    let caller = back(world, caller).await;
    count(&caller.get("notifications/?kind=alert").await)
}

/// A doctor who works at this hour every day.
async fn on_duty(world: &World, start: &str, end: &str) -> Caller {
    let (admin, doctor) = (world.admin().await, world.doctor().await);
    for weekday in 0..7 {
        let hours = json!({ "doctor": doctor.id, "weekday": weekday, "start": start, "end": end });
        admin.post("doctor-schedules/", hours).await.is(201);
    }
    doctor
}

async fn passes(world: &World, minutes: i64) {
    world.settle().await;
    world.pass(SignedDuration::from_mins(minutes));
    world.settle().await;
}

testkit::on_both! {
    async fn the_ordering_doctor_gets_a_task_an_alert_and_a_notice(world: &World) {
        let lab = Lab::new(world).await;
        let order = critical(&lab).await;
        // In the same transaction, before any worker ran.
        let tasks = tasks(&lab.doctor).await;
        assert_eq!(tasks.len(), 1);
        assert_eq!(tasks[0]["title"], "Critical result: Potassium 7.1 mmol/L");
        assert_eq!(tasks[0]["priority"], "high");
        assert_eq!(tasks[0]["source"], "cds");
        assert_eq!(tasks[0]["related_patient"], lab.patient);
        let alerts = lab.doctor.get("alerts/?unread=true").await.is(200)["results"].clone();
        let alert = alerts.as_array().unwrap().iter().find(|alert| alert["kind"] == "critical_lab").unwrap().clone();
        assert_eq!(alert["severity"], "critical");
        assert_eq!(alert["patient"], lab.patient);
        assert_eq!(alert["message"], "Critical result: Potassium 7.1 mmol/L");
        world.settle().await;
        let notice = lab.doctor.get("notifications/?kind=alert").await.is(200)[0].clone();
        assert_eq!(notice["message"], "Critical result: Potassium 7.1 mmol/L. Patient: Jane Doe. Acknowledge it now.");
        assert_eq!(notice["related_object"], format!("LabOrder:{}", order["id"]));
        assert_eq!(notice["patient"], lab.patient);
        // What was done about it is on record: nobody else is told of it any more.
        lab.doctor.post(&format!("alerts/{}/acknowledge/", alert["id"]), json!({ "reason": " " })).await.complains_about("reason");
        let acknowledged = lab.doctor.post(&format!("alerts/{}/acknowledge/", alert["id"]), json!({ "reason": "Potassium given" })).await;
        assert_eq!(acknowledged.is(200)["status"], "acknowledged");
    }

    async fn a_normal_value_raises_nothing_and_a_correction_to_critical_does(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        let id = lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.is(200)["created"][0]["id"].clone();
        assert_eq!(tasks(&lab.doctor).await.len(), 0);
        let path = format!("lab_result_values/{id}/");
        lab.tech.patch(&path, json!({ "value_numeric": 6.9, "correction_reason": "Typed wrong" })).await.is(200);
        assert_eq!(tasks(&lab.doctor).await.len(), 1);
        // A word about the reason is no new alarm.
        lab.tech.patch(&path, json!({ "reference_range_high": 5.2, "correction_reason": "Typed wrong" })).await.is(200);
        assert_eq!(tasks(&lab.doctor).await.len(), 1);
        lab.tech.patch(&path, json!({ "value_numeric": 7.2, "correction_reason": "Typed wrong" })).await.is(200);
        assert_eq!(tasks(&lab.doctor).await.len(), 2);
        world.settle().await;
    }

    async fn whoever_was_alarmed_by_a_mistake_is_told_that_it_was_one(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        let id = lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 7.5 }])).await.is(200)["created"][0]["id"].clone();
        let messages = |alerts: &Json| {
            let alerts = alerts.get("results").unwrap_or(alerts).as_array().unwrap().clone();
            alerts.iter().filter(|alert| alert["is_read"] == false).map(|alert| alert["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(messages(&lab.doctor.get("alerts/").await.is(200).clone()), ["Critical result: Potassium 7.5 mmol/L"]);
        lab.tech.patch(&format!("lab_result_values/{id}/"), json!({ "value_numeric": 4.2, "correction_reason": "Typed wrong" })).await.is(200);
        let left = messages(&lab.doctor.get("alerts/").await.is(200).clone());
        assert_eq!(left, ["Corrected result: Potassium is 4.2 mmol/L and not critical. What was reported before does not hold."]);
        let titles: Vec<Json> = tasks(&lab.doctor).await.iter().map(|task| task["title"].clone()).collect();
        assert!(titles.contains(&json!(left[0])), "{titles:?}");
        world.settle().await;
    }

    async fn a_critical_value_that_is_spoilt_or_deleted_is_no_all_clear(world: &World) {
        let lab = Lab::new(world).await;
        let entered = json!([{ "parameter_name": "K", "value_numeric": 7.5 }]);
        let order = lab.order(&["K"], json!({})).await;
        let id = lab.enter(&order, entered.clone()).await.is(200)["created"][0]["id"].clone();
        let spoilt = json!({ "value_numeric": null, "value_text": "haemolysed", "correction_reason": "Seen in the tube" });
        lab.tech.patch(&format!("lab_result_values/{id}/"), spoilt).await.is(200);
        let order = lab.order(&["K"], json!({})).await;
        let id = lab.enter(&order, entered).await.is(200)["created"][0]["id"].clone();
        let admin = world.admin().await;
        admin.delete(&format!("lab_result_values/{id}/")).await.is(204);
        let titles: Vec<String> = tasks(&lab.doctor).await.iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect();
        let told = |words: &str| titles.iter().any(|title| title.starts_with(words));
        assert!(told("Corrected result: Potassium is now “haemolysed”.") && told("The critical result Potassium 7.5 mmol/L was deleted."), "{titles:?}");
        assert!(!titles.iter().any(|title| title.contains("not critical")), "{titles:?}");
        // A test without a value is the laboratory's again.
        assert_eq!(admin.get(&format!("lab_orders/{}/", order["id"])).await.is(200)["status"], "In Progress");
        world.settle().await;
    }

    async fn the_critical_limits_of_the_test_count_as_well(world: &World) {
        let lab = Lab::new(world).await;
        let test = lab.test("K").await;
        lab.tech.patch(&format!("lab_tests/catalog/{test}/"), json!({ "critical_range_high": 5.9 })).await.is(200);
        let order = lab.order(&["K"], json!({})).await;
        let flag = |value: f64| json!([{ "parameter_name": "K", "value_numeric": value }]);
        assert_eq!(lab.enter(&order, flag(5.9)).await.is(200)["created"][0]["abnormal_flag"], "critical");
        world.settle().await;
    }

    async fn unacknowledged_it_goes_to_the_doctors_on_duty_then_to_admins(world: &World) {
        let lab = Lab::new(world).await;
        let admin = world.admin().await;
        let on = on_duty(world, "08:00", "18:00").await;
        let off = on_duty(world, "18:00", "23:00").await;
        critical(&lab).await;
        passes(world, 29).await;
        assert_eq!((notices(world, &lab.doctor).await, notices(world, &on).await), (1, 0));
        passes(world, 1).await;
        assert_eq!((notices(world, &on).await, notices(world, &off).await, notices(world, &admin).await), (1, 0, 0));
        let on = back(world, &on).await;
        assert_eq!(tasks(&on).await[0]["title"], "Critical result: Potassium 7.1 mmol/L");
        let notice = on.get("notifications/?kind=alert").await.is(200)[0]["message"].clone();
        assert!(notice.as_str().unwrap().starts_with("Nobody has acknowledged this"), "{notice}");
        passes(world, 30).await;
        assert_eq!((notices(world, &on).await, notices(world, &admin).await), (1, 1));
        passes(world, 120).await;
        assert_eq!((notices(world, &on).await, notices(world, &admin).await, notices(world, &lab.doctor).await), (1, 1, 1));
    }

    /// Whoever ordered has left, or does something else now: an alarm that nobody hears goes on at once, and nobody who may
    /// not see results is told of a patient.
    async fn who_cannot_act_any_more_is_not_told_and_it_goes_on_at_once(world: &World) {
        for leaves in [json!(null), json!({ "role": kernel::BuiltinRole::Cashier.id() })] {
            let lab = Lab::new(world).await;
            let (admin, on) = (world.admin().await, on_duty(world, "08:00", "18:00").await);
            let user = format!("users/{}/", lab.doctor.id);
            let order = lab.order(&["K"], json!({})).await;
            match leaves.is_null() {
                true => admin.post(&format!("{user}deactivate/"), json!({})).await.is(200),
                false => admin.patch(&user, leaves).await.is(200),
            };
            lab.enter(&order, json!([{ "parameter_name": "Potassium", "value_numeric": 7.1 }])).await.is(200);
            world.settle().await;
            assert_eq!(notices(world, &on).await, 1);
            let theirs = admin.get(&format!("tasks/?assignee={}", lab.doctor.id)).await;
            assert_eq!(count(&theirs), 0);
            admin.post(&format!("users/{}/deactivate/", on.id), json!({})).await.is(200);
        }
    }

    async fn with_nobody_on_duty_it_goes_to_admins_at_once(world: &World) {
        let lab = Lab::new(world).await;
        let admin = world.admin().await;
        let off = on_duty(world, "18:00", "23:00").await;
        critical(&lab).await;
        passes(world, 30).await;
        assert_eq!((notices(world, &off).await, notices(world, &admin).await), (0, 1));
        passes(world, 30).await;
        assert_eq!(notices(world, &admin).await, 1);
    }

    async fn acknowledged_or_reviewed_it_goes_to_nobody_else(world: &World) {
        let lab = Lab::new(world).await;
        let admin = world.admin().await;
        critical(&lab).await;
        let reviewed = critical(&lab).await;
        let alerts = lab.doctor.get("alerts/?unread=true").await.is(200)["results"].clone();
        let of_lab = alerts.as_array().unwrap().iter().filter(|alert| alert["kind"] == "critical_lab");
        let ids: Vec<i64> = of_lab.map(|alert| alert["id"].as_i64().unwrap()).collect();
        assert_eq!(ids.len(), 2);
        // Newest first: the review acknowledges one, the doctor the other.
        lab.does(&lab.doctor, &reviewed, "review").await.is(200);
        assert_eq!(lab.doctor.get(&format!("alerts/{}/", ids[0])).await.is(200)["status"], "acknowledged");
        lab.doctor.post(&format!("alerts/{}/acknowledge/", ids[1]), json!({ "reason": "Called the ward" })).await.is(200);
        passes(world, 30).await;
        passes(world, 30).await;
        assert_eq!(notices(world, &admin).await, 0);
    }

    async fn whom_the_laboratory_told_is_on_record_until_the_value_changes(world: &World) {
        let lab = Lab::new(world).await;
        let order = critical(&lab).await;
        let path = format!("lab_orders/{}/told/", order["id"]);
        let told = json!({ "told_to": "Dr Jallow, by phone" });
        lab.tech.post(&path, json!({})).await.is(400);
        world.nurse().await.post(&path, told.clone()).await.is(403);
        let shown = lab.tech.post(&path, told.clone()).await;
        let value = shown.is(200)["items"][0]["results"][0].clone();
        assert_eq!((&value["told_to"], value["told_at"].is_string()), (&told["told_to"], true));
        // Nobody else waits to be told.
        assert_eq!(lab.tech.post(&path, told.clone()).await.is(409)["code"], "state_conflict");
        let value = format!("lab_result_values/{}/", value["id"]);
        lab.tech.patch(&value, json!({ "value_numeric": 7.4, "correction_reason": "Typed wrong" })).await.is(200);
        let now = lab.tech.get(&value).await.is(200).clone();
        assert_eq!((&now["told_to"], &now["told_at"], &now["told_by"]), (&json!(""), &json!(null), &json!(null)));
        lab.tech.post(&path, told).await.is(200);
        world.settle().await;
    }
}
