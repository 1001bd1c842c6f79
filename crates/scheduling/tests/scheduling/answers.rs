//! Patients confirm and cancel their coming visits.

use crate::common::{DAY, Ward};
use jiff::SignedDuration;
use kernel::BuiltinRole;
use serde_json::json;
use testkit::{Caller, World};
use tokio::task::JoinSet;

/// The patient's account.
async fn account(world: &World, patient: i64) -> Caller {
    let id = world.user("jane", Some(BuiltinRole::Patient)).await;
    let admin = world.admin().await;
    let path = format!("patients/{patient}/");
    admin.patch(&path, json!({ "user": id })).await.is(200);
    world.sign_in("jane", testkit::PASSWORD).await
}

testkit::on_both! {
    async fn a_patient_confirms_and_may_still_cancel(world: &World) {
        let ward = Ward::new(world).await;
        let visit = ward.book("10:00", json!({})).await;
        let jane = account(world, ward.patient).await;
        let path = format!("appointments/{visit}/");
        let confirmed = jane.post(&format!("{path}confirm/"), json!({})).await.is(200).clone();
        assert_eq!((&confirmed["status"], &confirmed["confirmed_at"]), (&json!("scheduled"), &json!("2026-11-23T08:00:00Z")));
        // Saying it again changes nothing.
        world.pass(SignedDuration::from_mins(1));
        let again = jane.post(&format!("{path}confirm/"), json!({})).await.is(200).clone();
        assert_eq!(again["version"], confirmed["version"]);
        let cancelled = jane.post(&format!("{path}decline/"), json!({})).await.is(200).clone();
        assert_eq!(cancelled["status"], "cancelled");
        jane.post(&format!("{path}decline/"), json!({})).await.is(200);
        // Booked anew at the desk only.
        jane.post(&format!("{path}confirm/"), json!({})).await.refuses(409, "state_conflict");
        let stands = ward.desk.patch(&path, json!({ "status": "scheduled" })).await.is(200).clone();
        assert_eq!(stands["confirmed_at"], json!(null));
        assert_eq!(world.audit_of("VisitAnswer").await.len(), 2);
        world.settle().await;
    }

    async fn a_visit_that_is_moved_is_confirmed_anew(world: &World) {
        let ward = Ward::new(world).await;
        let visit = ward.book("10:00", json!({})).await;
        let path = format!("appointments/{visit}/");
        ward.desk.post(&format!("{path}confirm/"), json!({})).await.is(200);
        let noted = ward.desk.patch(&path, json!({ "notes": "Called" })).await.is(200).clone();
        assert_ne!(noted["confirmed_at"], json!(null));
        let moved = ward.desk.patch(&path, json!({ "time": "11:00" })).await.is(200).clone();
        assert_eq!(moved["confirmed_at"], json!(null));
        world.settle().await;
    }

    async fn only_ones_own_and_within_the_hospitals_rules(world: &World) {
        let ward = Ward::new(world).await;
        let visit = ward.book("10:00", json!({})).await;
        let other = ward.another_patient().await;
        let others = ward.book("12:00", json!({ "patient": other })).await;
        let jane = account(world, ward.patient).await;
        for verb in ["confirm", "decline"] {
            jane.post(&format!("appointments/{others}/{verb}/"), json!({})).await.refuses(404, "not_found");
        }
        ward.desk.post(&format!("appointments/{visit}/decline/"), json!({})).await.refuses(403, "permission_denied");
        // Three hours before, it is done by phone; confirming is still welcome.
        world.clock.set(format!("{DAY}T07:00:00Z").parse().unwrap());
        let jane = world.sign_in("jane", testkit::PASSWORD).await;
        let late = jane.post(&format!("appointments/{visit}/decline/"), json!({})).await;
        assert!(late.refuses(409, "state_conflict").to_string().contains("4 hours"), "{}", late.text());
        jane.post(&format!("appointments/{visit}/confirm/"), json!({})).await.is(200);
        world.settle().await;
    }

    async fn so_often_and_no_more(world: &World) {
        let ward = Ward::new(world).await;
        let jane = account(world, ward.patient).await;
        for hour in 8..13 {
            let visit = ward.book(&format!("{hour:02}:00"), json!({})).await;
            jane.post(&format!("appointments/{visit}/decline/"), json!({})).await.is(200);
        }
        let visit = ward.book("14:00", json!({})).await;
        jane.post(&format!("appointments/{visit}/decline/"), json!({})).await.refuses(409, "state_conflict");
        jane.post(&format!("appointments/{visit}/confirm/"), json!({})).await.is(200);
        world.settle().await;
    }

    async fn many_answers_at_once_have_one_outcome(world: &World) {
        let ward = Ward::new(world).await;
        let visit = ward.book("10:00", json!({})).await;
        let jane = account(world, ward.patient).await;
        let jane = jane.over(world.listen().await);
        let mut sent = JoinSet::new();
        for turn in 0..50 {
            let verb = if turn % 2 == 0 { "confirm" } else { "decline" };
            sent.spawn(jane.request("POST", &format!("appointments/{visit}/{verb}/")).json(&json!({})).send());
        }
        let statuses: Vec<u16> = sent.join_all().await.iter().map(|reply| reply.status.as_u16()).collect();
        assert!(statuses.iter().all(|status| [200, 409].contains(status)), "{statuses:?}");
        let row = ward.desk.get(&format!("appointments/{visit}/")).await.is(200).clone();
        assert_eq!(row["status"], "cancelled");
        let answers = world.audit_of("VisitAnswer").await;
        assert!((1..=2).contains(&answers.len()), "{}", answers.len());
        world.settle().await;
    }
}
