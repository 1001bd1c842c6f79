//! `dashboard/`, `dashboard-stats/` and `report/patient_count/`.

use jiff::SignedDuration;
use kernel::{BuiltinRole, Reach};
use serde_json::{Value as Json, json};
use testkit::Caller;

async fn register(receptionist: &Caller, name: &str) -> i64 {
    let body = json!({ "first_name": name, "last_name": "Bah", "date_of_birth": "1990-04-07", "gender": "Female" });
    let reply = receptionist.post("patients/", body).await;
    reply.is(201);
    reply.id()
}

testkit::on_both! {
    async fn every_role_has_its_dashboard_of_numbers(world: &World) {
        for role in BuiltinRole::ALL {
            let caller = world.caller(Some(role)).await;
            let dashboard = caller.get("dashboard/").await;
            let shown = dashboard.is(200).as_object().unwrap();
            for name in reports::promised(role) {
                assert!(shown.contains_key(*name), "{role}: {name}");
            }
            assert!(shown.values().all(Json::is_number), "{role}: {shown:?}");
            let statistics = caller.get("dashboard-stats/").await;
            let shown = statistics.is(200).as_object().unwrap();
            for name in reports::STATISTICS {
                assert!(shown[*name].is_number(), "{role}: {name}");
            }
        }
        let guest = world.caller(None).await;
        assert_eq!(*guest.get("dashboard/").await.is(200), json!({}));
        guest.get("dashboard-stats/").await.is(200);
        world.anonymous().get("dashboard/").await.refuses(401, "not_authenticated");
    }

    async fn totals_are_exact_and_follow_what_happens(world: &World) {
        let admin = world.admin().await;
        let receptionist = world.receptionist().await;
        let first = register(&receptionist, "Awa").await;
        for name in ["Binta", "Isatou"] {
            register(&receptionist, name).await;
        }
        let twin = register(&receptionist, "Awa").await;
        receptionist.post(&format!("patients/{first}/merge/"), json!({ "duplicate": twin })).await.is(200);
        let gone = register(&receptionist, "Kumba").await;
        receptionist.delete(&format!("patients/{gone}/")).await.is(204);

        let listed = admin.get("patients/?limit=1").await.json["count"].clone();
        assert_eq!(listed, 3);
        let dashboard = admin.get("dashboard/").await;
        assert_eq!(dashboard.json["total_patients"], listed);
        assert_eq!(dashboard.json["active_users"], 2);
        assert_eq!(dashboard.json["revenue_today"].as_f64(), Some(0.0));
        let statistics = admin.get("dashboard-stats/").await;
        for name in ["total_patients", "totalPatients", "newPatientsThisMonth"] {
            assert_eq!(statistics.json[name], listed, "{name}");
        }
        assert_eq!(*admin.get("report/patient_count/").await.is(200), json!({ "patient_count": listed }));

        world.user("away", Some(BuiltinRole::Nurse)).await;
        assert_eq!(admin.get("dashboard/").await.json["active_users"], 3);
        let away = admin.get("users/?username=away").await.json[0]["id"].clone();
        admin.post(&format!("users/{away}/deactivate/"), json!({})).await.is(200);
        assert_eq!(admin.get("dashboard/").await.json["active_users"], 2);
        // Whose appointments there are is told to those who write messages.
        world.settle().await;
    }

    async fn the_month_begins_at_the_hospitals_midnight(world: &World) {
        let admin = world.admin().await;
        register(&admin, "Awa").await;
        // Eight days on it is the 1st of December.
        world.pass(SignedDuration::from_hours(24 * 8));
        let admin = world.admin().await;
        assert_eq!(admin.get("dashboard-stats/").await.json["newPatientsThisMonth"], 0);
        register(&admin, "Binta").await;
        let statistics = admin.get("dashboard-stats/").await;
        assert_eq!(statistics.json["newPatientsThisMonth"], 1);
        assert_eq!(statistics.json["totalPatients"], 2);

        let count = |query: &str| {
            let (admin, path) = (admin.clone(), format!("report/patient_count/?{query}"));
            async move { admin.get(&path).await.is(200)["patient_count"].clone() }
        };
        assert_eq!(count("start=2026-11-23&end=2026-11-23").await, 1);
        assert_eq!(count("end=2026-11-30").await, 1);
        assert_eq!(count("start=2026-12-01").await, 1);
        assert_eq!(count("start=2026-11-23&end=2026-12-01").await, 2);
        assert_eq!(count("start=&end=").await, 2);
        assert_eq!(count("end=9999-12-31").await, 2);
    }

    async fn reports_say_what_is_wrong_and_speak_csv(world: &World) {
        let admin = world.admin().await;
        admin.get("report/patient_count/?start=yesterday").await.complains_about("start");
        admin.get("report/patient_count/?end=2026-02-30").await.complains_about("end");
        admin.get("report/patient_count/?start=2026-02-02&end=2026-02-01").await.complains_about("end");
        admin.get("report/patient_count/?format=pdf").await.complains_about("format");
        let sheet = admin.get("report/patient_count/?format=csv").await;
        sheet.is(200);
        assert_eq!(sheet.text(), "\u{feff}patient_count\r\n0\r\n");
        assert_eq!(sheet.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(sheet.header("content-disposition"), "attachment; filename=\"patient_count.csv\"");
        for role in BuiltinRole::ALL.into_iter().filter(|role| *role != BuiltinRole::Admin) {
            world.caller(Some(role)).await.get("report/patient_count/").await.refuses(403, "permission_denied");
        }
    }

    async fn pending_registrations_are_accounts_without_a_record(world: &World) {
        let receptionist = world.receptionist().await;
        let account = world.patient().await;
        world.patient().await;
        assert_eq!(receptionist.get("dashboard/").await.json["pending_registrations"], 2);
        let id = register(&receptionist, "Awa").await;
        receptionist.patch(&format!("patients/{id}/"), json!({ "user": account.id })).await.is(200);
        assert_eq!(receptionist.get("dashboard/").await.json["pending_registrations"], 1);
    }

    async fn figures_honour_what_a_role_may(world: &World) {
        let admin = world.admin().await;
        register(&admin, "Awa").await;
        let patient = world.patient().await;
        assert_eq!(patient.get("dashboard-stats/").await.json["total_patients"], 0, "nothing of theirs");

        let body = json!({ "name": "Registrar", "description": "", "permissions": ["patients:read"] });
        let role = admin.post("roles/", body).await;
        role.is(201);
        let user = world.user("registrar", None).await;
        admin.patch(&format!("users/{user}/"), json!({ "role": role.id() })).await.is(200);
        let registrar = world.sign_in("registrar", testkit::PASSWORD).await;
        let dashboard = registrar.get("dashboard/").await;
        assert_eq!(dashboard.is(200)["total_patients"], 1);
        assert_eq!(dashboard.json["active_users"], Json::Null);
        assert_eq!(registrar.get("dashboard-stats/").await.json["active_users"], 1, "only themselves");
    }

    async fn one_figure_is_one_query(world: &World) {
        let admin = world.admin().await;
        admin.get("dashboard-stats/").await.is(200);
        let before = world.app.unguarded("test").stats().await.statements;
        admin.get("dashboard-stats/").await.is(200);
        let statistics = world.app.registry.figures().filter(|figure| figure.statistic).count() as u64;
        let spent = world.app.unguarded("test").stats().await.statements - before;
        assert!(spent <= statistics, "{spent} statements for {statistics} figures");
    }

    async fn figures_are_declared_well(world: &World) {
        let mut names: Vec<&str> = Vec::new();
        for figure in world.app.registry.figures() {
            assert!(world.app.registry.permissions.contains_key(&figure.needs.to_string()), "{figure:?}");
            assert!(figure.statistic || !figure.roles.is_empty(), "nobody sees {figure:?}");
            for role in figure.roles {
                let permission = &world.app.registry.permissions[&figure.needs.to_string()];
                assert_ne!(permission.default_for(Some(*role)), Reach::None, "always 0 for {role}: {figure:?}");
            }
            names.extend([figure.name].into_iter().chain(figure.also));
        }
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "a name stands for one figure");
    }
}
