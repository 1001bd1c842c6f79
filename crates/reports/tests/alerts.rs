//! `alerts/`.
#![expect(clippy::unwrap_used, reason = "tests")]

use kernel::BuiltinRole;
use platform::db::Statement;
use platform::jobs::{self, Job};
use platform::unit;
use serde_json::json;

testkit::on_both! {
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

        let first = admin.get("alerts/?limit=1").await;
        assert_eq!(first.json["results"].as_array().unwrap().len(), 1);
        assert_eq!(first.json["next"].is_null(), first.json["count"] == 1);
    }
}
