//! Dashboards of doctor and technician, and the turnaround report.

use jiff::SignedDuration;
use serde_json::json;

use crate::support::Lab;

testkit::on_both! {
    async fn dashboards_count_what_waits(world: &World) {
        let mut lab = Lab::new(world).await;
        let mut other = Lab::new(world).await;
        let orders = [lab.order(&["K"], json!({})).await, lab.order(&["K"], json!({})).await, other.order(&["K"], json!({})).await];
        lab.does(&lab.tech, &orders[0], "collect").await.is(200);
        let counts = |json: &serde_json::Value| {
            let of = |name: &str| json[name].as_i64().unwrap();
            (of("pending_lab_orders"), of("specimens_to_collect"), of("overdue_lab_orders"))
        };
        assert_eq!(counts(lab.tech.get("dashboard/").await.is(200)), (3, 2, 0));
        world.pass(SignedDuration::from_mins(121));
        lab.later(world).await;
        other.later(world).await;
        assert_eq!(counts(lab.tech.get("dashboard/").await.is(200)), (3, 2, 1));
        lab.enter(&orders[0], json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.is(200);
        assert_eq!(counts(lab.tech.get("dashboard/").await.is(200)), (2, 2, 0));
        assert_eq!(lab.doctor.get("dashboard/").await.is(200)["unread_lab_results"], 1);
        assert_eq!(other.doctor.get("dashboard/").await.is(200)["unread_lab_results"], 0);
        lab.does(&lab.doctor, &orders[0], "review").await.is(200);
        assert_eq!(lab.doctor.get("dashboard/").await.is(200)["unread_lab_results"], 0);
        world.settle().await;
    }

    async fn turnaround_is_reported_by_test(world: &World) {
        let mut lab = Lab::new(world).await;
        for (minutes, priority) in [(30, "routine"), (150, "routine"), (30, "stat"), (31, "stat")] {
            let order = lab.order(&["K"], json!({ "priority": priority })).await;
            lab.does(&lab.tech, &order, "collect").await.is(200);
            world.pass(SignedDuration::from_mins(minutes));
            lab.later(world).await;
            lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.is(200);
        }
        let pending = lab.order(&["CRP"], json!({})).await;
        lab.does(&lab.tech, &pending, "collect").await.is(200);
        let report = lab.tech.get("clinical-reports/lab_turnaround/").await.is(200).clone();
        assert_eq!(report, json!([{
            "lab_test_id": lab.test("K").await, "test_code": "K", "test_name": "Potassium", "completed": 4,
            "average_minutes": 60.3, "longest_minutes": 150.0, "within_target": 0.5,
        }]));
        let csv = lab.tech.get("clinical-reports/lab_turnaround/?format=csv").await;
        csv.is(200);
        assert!(csv.text().contains("Potassium"));
        lab.doctor.get("clinical-reports/lab_turnaround/").await.is(403);
        let later = lab.tech.get("clinical-reports/lab_turnaround/?start=2027-01-01&end=2027-02-01").await;
        assert_eq!(*later.is(200), json!([]));
        world.settle().await;
    }
}
