//! `alerts/`.

use kernel::BuiltinRole;
use platform::audit::{anchor, sealer};
use platform::db::Statement;
use platform::jobs::{self, Job};
use platform::unit;
use serde_json::json;

/// The kinds of alerts that somebody is shown.
async fn kinds(caller: &testkit::Caller) -> Vec<String> {
    let page = caller.get("alerts/").await;
    let alerts = page.is(200)["results"].as_array().unwrap().iter();
    alerts
        .map(|alert| alert["kind"].as_str().unwrap().to_owned())
        .collect()
}

testkit::on_both! {
    async fn refused_access_is_on_record_and_told_when_it_repeats(world: &World) {
        let (desk, cashier, admin) = (world.receptionist().await, world.caller(Some(BuiltinRole::Cashier)).await, world.admin().await);
        let jane = json!({ "first_name": "Jane", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female" });
        let patient = desk.post("patients/", jane).await.id();
        let path = format!("patients/{patient}/");
        cashier.patch(&path, json!({ "address": "x" })).await.refuses(403, "permission_denied");
        world.anonymous().get(&path).await.refuses(401, "not_authenticated");
        desk.get("patients/999999/").await.refuses(404, "not_found");
        desk.request("GET", "users/me/").header("x-act-as", &admin.id.to_string()).send().await.refuses(403, "permission_denied");
        let rows = world.audit_of("Refusal").await;
        let said: Vec<(Option<i64>, Option<i64>, &str)> = rows.iter().map(|row| (row.user, row.patient, &*row.description)).collect();
        assert_eq!(said[..3], [
            (Some(cashier.id), Some(patient), "patients_patch refused: permission_denied"),
            (None, Some(patient), "patients_retrieve refused: not_authenticated"),
            (Some(desk.id), Some(999_999), "patients_retrieve refused: not_found"),
        ]);
        assert_eq!(said.len(), 4, "{said:?}");
        // What is allowed, and a field that is wrong, are none.
        desk.get(&path).await.is(200);
        desk.patch(&path, json!({ "gender": "x" })).await.is(400);
        assert_eq!(world.audit_of("Refusal").await.len(), 4);
        assert!(!kinds(&admin).await.contains(&"refusals".to_owned()));
        for n in 0..20 {
            desk.get(&format!("patients/{}/", 900_000 + n)).await.refuses(404, "not_found");
        }
        assert!(kinds(&admin).await.contains(&"refusals".to_owned()));
        // Strangers fill no trail.
        for _ in 0..100 {
            world.anonymous().get(&path).await.is(401);
        }
        assert!(world.audit_of("Refusal").await.len() < 60);
        world.settle().await;
    }

    async fn an_anchor_that_cannot_be_written_or_says_more_is_told(world: &World) {
        let admin = world.admin().await;
        let place = world.dir().join("elsewhere");
        let file = place.join("anchor.log");
        let node = world.node(&[("CHELAL_AUDIT_ANCHOR", file.to_str().unwrap())]).await;
        let here = node.as_signed_in(&admin);
        assert!(sealer::seal_now(&node.app).await.is_err());
        assert!(kinds(&here).await.contains(&"anchor_unwritable".to_owned()));
        std::fs::create_dir(&place).unwrap();
        sealer::seal_now(&node.app).await.unwrap();
        let told = kinds(&here).await;
        assert!(!told.contains(&"anchor_unwritable".to_owned()) && !told.contains(&"trail_shorter".to_owned()), "{told:?}");
        // A former primary, or an old backup, leads the database.
        let mut head = sealer::end(&node.app).await.unwrap();
        head.sequence += 1000;
        anchor::append(&file, &node.app.ring().sign_head(head)).unwrap();
        sealer::seal_now(&node.app).await.unwrap();
        assert!(kinds(&here).await.contains(&"trail_shorter".to_owned()));
    }

    async fn everybody_has_a_page_of_alerts(world: &World) {
        let empty = json!({ "count": 0, "next": null, "previous": null, "results": [] });
        for role in BuiltinRole::ALL.into_iter().map(Some).chain([None]) {
            if role != Some(BuiltinRole::Admin) {
                let caller = world.caller(role).await;
                assert_eq!(*caller.get("alerts/?unread=true").await.is(200), empty, "{role:?}");
            }
        }
        let admin = world.admin().await;
        admin.get("alerts/?limit=x").await.complains_about("limit");
        admin.get("alerts/?offset=-1").await.complains_about("offset");
        world.anonymous().get("alerts/").await.refuses(401, "not_authenticated");
    }

    async fn jobs_that_failed_for_good_are_told_to_admins(world: &World) {
        let admin = world.admin().await;
        let before = admin.get("alerts/").await.json["count"].as_u64().unwrap();
        unit::program(&world.app, "test", |cx| Box::pin(std::future::ready(jobs::enqueue(cx, vec![
            Job::now("test:nothing", json!({})), Job::now("test:nothing", json!({})),
        ])))).await.unwrap();
        world.app.unguarded("test").execute(Statement::raw("UPDATE job SET state = 'dead' WHERE kind = 'test:nothing'", vec![])).await.unwrap();
        let page = admin.get("alerts/?unread=true").await;
        assert_eq!(page.is(200)["count"], before + 2 - 1);
        let alert = page.json["results"].as_array().unwrap().iter().find(|alert| alert["kind"] == "jobs_failed").unwrap();
        assert_eq!(alert["severity"], "critical");
        assert!(alert["message"].as_str().unwrap().starts_with("2 background tasks"), "{alert}");
        let french = admin.request("GET", "alerts/").header("accept-language", "fr").send().await;
        assert!(french.text().contains("tâches de fond"), "{}", french.text());

        // What is misspelt is not answered as if nobody had asked.
        admin.get("alerts/?unraed=true").await.complains_about("unraed");
        admin.get("alerts/?severity=critical").await.complains_about("severity");

        let first = admin.get("alerts/?limit=1").await;
        assert_eq!(first.json["results"].as_array().unwrap().len(), 1);
        assert_eq!(first.json["next"].is_null(), first.json["count"] == 1);
    }
}
