//! What is told besides answers: by entity tags, counts, refusals, notices, in another's name, and after records were
//! merged.

use http::Method;
use serde_json::json;
use testkit::{Caller, PASSWORD, Reply, World};

async fn registered(desk: &Caller, first: &str) -> i64 {
    let body = json!({
        "first_name": first, "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female",
    });
    desk.post("patients/", body).await.id()
}

/// A patient who is treated by a doctor and confines their record to those who treat them.
async fn confined(admin: &Caller, doctor: &Caller) -> i64 {
    let patient = registered(admin, "Awa").await;
    let visit =
        json!({ "patient": patient, "doctor": doctor.id, "date": "2026-11-25", "time": "10:00" });
    admin.post("appointments/", visit).await.is(201);
    let word = json!({ "patient": patient, "consent_type": "data_processing", "given": false });
    admin.post("consents/", word).await.is(201);
    patient
}

/// All that somebody learns of an answer, but for what differs from request to request.
fn learned(reply: &Reply) -> (u16, Vec<(String, String)>, String) {
    let mut headers: Vec<(String, String)> = reply
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "date", "server-timing"].contains(&name.as_str()))
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    headers.sort();
    (reply.status.as_u16(), headers, reply.text())
}

async fn acting(delegate: &Caller, user: i64, path: &str) -> Reply {
    let request = delegate.request("GET", path);
    request.header("x-act-as", &user.to_string()).send().await
}

/// What a caller sees in every list that takes no more than being asked.
async fn all_lists(
    world: &World,
    caller: &Caller,
) -> Vec<(String, (u16, Vec<(String, String)>, String))> {
    let mut seen = Vec::new();
    for operation in world.operations().iter() {
        let listed = operation.method == Method::GET && !operation.path.contains('{');
        if listed && !OWN_OR_COUNTED.contains(&operation.path.as_str()) {
            seen.push((
                operation.path.clone(),
                learned(&caller.get(&operation.path).await),
            ));
        }
    }
    seen
}

/// What the caller did themselves, and changes by being looked at.
const OWN_OR_COUNTED: &[&str] = &[
    "account/download-data/",
    "audit_logs/",
    "audit-logs/",
    "login-activity/",
    "sessions/",
];

testkit::on_both! {
    async fn a_record_out_of_reach_is_answered_like_one_that_is_not_there(world: &World) {
        let (admin, doctor) = (world.admin().await, world.doctor().await);
        let patient = confined(&admin, &doctor).await;
        let tag = doctor.get(&format!("patients/{patient}/")).await.header("etag").to_owned();
        assert!(!tag.is_empty());
        let nurse = world.nurse().await;
        let unknown = 99_999_i64;
        let operations = world.operations();
        let below = operations.iter().filter(|operation| {
            operation.path.starts_with("patients/{id}/") && operation.path.matches('{').count() == 1
        });
        let mut asked = 0;
        for operation in below {
            let ask = |id: i64, header: Option<(&'static str, String)>| {
                let path = operation.path.replace("{id}", &id.to_string());
                let mut request = nurse.request(operation.method.as_str(), &path);
                if let Some((name, value)) = header {
                    request = request.header(name, &value);
                }
                if operation.method != Method::GET {
                    request = request.json(&json!({}));
                }
                async move { request.send().await }
            };
            for header in [None, Some(("if-none-match", tag.clone())), Some(("if-match", tag.clone()))] {
                let hidden = learned(&ask(patient, header.clone()).await);
                let absent = learned(&ask(unknown, header).await);
                let plain = |text: &str| text.replace(&unknown.to_string(), "N").replace(&patient.to_string(), "N");
                assert_eq!((hidden.0, plain(&hidden.2)), (absent.0, plain(&absent.2)), "{operation:?}");
                let names = |of: &[(String, String)]| of.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
                assert_eq!(names(&hidden.1), names(&absent.1), "{operation:?}");
                asked += 1;
            }
        }
        assert!(asked > 60, "{asked}");
        world.settle().await;
    }

    /// Nobody can tell by a clock what is there and kept from them: both take the same statements.
    async fn a_record_out_of_reach_costs_what_one_that_is_not_there_costs(world: &World) {
        let (admin, doctor) = (world.admin().await, world.doctor().await);
        let patient = confined(&admin, &doctor).await;
        let nurse = world.nurse().await;
        world.settle().await;
        let statements = async || world.app.unguarded("test").stats().await.statements;
        let operations = world.operations();
        let below = operations.iter().filter(|operation| {
            operation.path.starts_with("patients/{id}/") && operation.path.matches('{').count() == 1
        });
        let (mut asked, mut wrong) = (0, Vec::new());
        for operation in below {
            // What runs beside requests asks the database too: the least of several tries is the request's own.
            let mut took = [u64::MAX; 2];
            for _ in 0..4 {
                for (of, id) in [patient, 99_999].into_iter().enumerate() {
                    let path = operation.path.replace("{id}", &id.to_string());
                    let mut request = nurse.request(operation.method.as_str(), &path);
                    if operation.method != Method::GET {
                        request = request.json(&json!({}));
                    }
                    let before = statements().await;
                    request.send().await;
                    took[of] = took[of].min(statements().await - before);
                }
            }
            if took[0] != took[1] {
                wrong.push(format!("{operation:?}: {} and {}", took[0], took[1]));
            }
            asked += 1;
        }
        assert!(wrong.is_empty() && asked > 20, "{asked} asked, {wrong:#?}");
        world.settle().await;
    }

    async fn what_is_done_with_a_confined_record_changes_nothing_that_others_see(world: &World) {
        let (admin, doctor) = (world.admin().await, world.doctor().await);
        let patient = confined(&admin, &doctor).await;
        let account = world.user("patient-1001", Some(kernel::BuiltinRole::Patient)).await;
        admin.patch(&format!("patients/{patient}/"), json!({ "user": account })).await;
        world.settle().await;
        let nurse = world.nurse().await;
        let before = all_lists(world, &nurse).await;
        // Those who treat them work with the record.
        let path = format!("patients/{patient}/");
        doctor.patch(&path, json!({ "address": "Bakau" })).await.is(200);
        doctor.post(&format!("{path}allergies/"), json!({ "allergen": "Penicillin", "severity": "severe" })).await;
        doctor.post(&format!("{path}messages/"), json!({ "message": "Your result is there" })).await;
        doctor.post("encounters/", json!({ "patient": patient, "reason_for_visit": "Cough" })).await;
        doctor.post(&format!("{path}medical_conditions/"), json!({ "condition": "Asthma" })).await;
        world.settle().await;
        let after = all_lists(world, &nurse).await;
        let differing: Vec<_> = before
            .iter()
            .zip(&after)
            .filter(|(before, after)| before != after)
            .map(|(before, after)| format!("{}: {:?} then {:?}", before.0, before.1, after.1))
            .collect();
        assert!(differing.is_empty(), "{differing:#?}");
        assert!(before.len() > 60, "{}", before.len());
    }

    async fn who_acts_for_somebody_sees_what_they_see_as_long_as_they_may(world: &World) {
        let (admin, doctor) = (world.admin().await, world.doctor().await);
        let patient = confined(&admin, &doctor).await;
        let (clerk, stranger, other) = (world.nurse().await, world.nurse().await, world.doctor().await);
        let path = format!("patients/{patient}/");
        let let_act = |who: &Caller, delegate: i64| {
            let who = who.clone();
            let body = json!({ "delegate": delegate, "can_act_as_user": true, "can_view_data": true });
            async move { who.post("delegateaccess/", body).await.id() }
        };
        let given = let_act(&doctor, clerk.id).await;
        let_act(&other, stranger.id).await;
        acting(&clerk, doctor.id, &path).await.is(200);
        clerk.get(&path).await.refuses(404, "not_found");
        // Neither for somebody who does not treat the patient, nor for somebody who let them do nothing.
        acting(&stranger, other.id, &path).await.refuses(404, "not_found");
        acting(&stranger, doctor.id, &path).await.refuses(403, "permission_denied");
        doctor.patch(&format!("delegateaccess/{given}/"), json!({ "revoked": true })).await.is(200);
        acting(&clerk, doctor.id, &path).await.refuses(403, "permission_denied");
        world.settle().await;
    }

    async fn nobody_but_those_who_treat_is_told_of_news(world: &World) {
        let (admin, doctor, nurse) = (world.admin().await, world.doctor().await, world.nurse().await);
        let (account, other) = (world.patient().await, world.patient().await);
        let patient = registered(&admin, "Awa").await;
        admin.patch(&format!("patients/{patient}/"), json!({ "user": account.id })).await.is(200);
        let stranger = registered(&admin, "Binta").await;
        admin.patch(&format!("patients/{stranger}/"), json!({ "user": other.id })).await.is(200);
        let visit = json!({ "patient": patient, "doctor": doctor.id, "date": "2026-11-25", "time": "10:00" });
        let visit = admin.post("appointments/", visit).await.id();
        world.settle().await;
        let told = |who: &Caller| {
            let who = who.clone();
            async move {
                let rows = who.get("notifications/").await.is(200).as_array().unwrap().clone();
                rows.iter().map(|row| row["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
            }
        };
        // The patient hears of the call when it is arranged, moved and called off.
        admin.post("telemedicine/sessions/", json!({ "appointment": visit, "scheduled_start": "2026-11-25T10:00:00Z" })).await.is(201);
        world.settle().await;
        assert_eq!(told(&account).await, ["Your video call: 25 November 2026, 10:00."]);
        admin.patch(&format!("appointments/{visit}/"), json!({ "time": "11:00" })).await.is(200);
        world.settle().await;
        assert_eq!(told(&account).await[0], "Your video call is now: 25 November 2026, 11:00.");
        admin.post(&format!("appointments/{visit}/cancel/"), json!({})).await.is(200);
        world.settle().await;
        assert_eq!(told(&account).await[0], "Your video call will not take place: 25 November 2026, 11:00.");
        assert!(!told(&doctor).await.is_empty());
        for somebody in [&nurse, &other] {
            assert_eq!(told(somebody).await, Vec::<String>::new());
        }
    }

    async fn who_stands_in_follows_the_person_when_records_are_merged(world: &World) {
        let admin = world.admin().await;
        let (kept, lost) = (registered(&admin, "Awa").await, registered(&admin, "Awaa").await);
        let carer = world.user("carer", Some(kernel::BuiltinRole::Patient)).await;
        let stands_in = json!({
            "patient": lost, "user": carer, "kind": "carer", "agreed": true, "ends_on": "2027-01-01",
        });
        admin.post("patient-proxies/", stands_in).await.is(201);
        let carer = world.sign_in("carer", PASSWORD).await;
        let seen = |who: &Caller| {
            let who = who.clone();
            async move {
                let rows = who.get("patients/").await.is(200).as_array().unwrap().clone();
                rows.iter().map(|row| row["id"].as_i64().unwrap()).collect::<Vec<_>>()
            }
        };
        assert_eq!(seen(&carer).await, [lost]);
        let merging = json!({ "duplicate": lost, "reason": "One person" });
        admin.post(&format!("patients/{kept}/merge/"), merging).await.is(200);
        // One person has one record now, and one who stands in.
        assert_eq!(seen(&carer).await, [kept]);
        carer.get(&format!("patients/{kept}/")).await.is(200);
        admin.post(&format!("patients/{lost}/unmerge/"), json!({})).await.is(200);
        // Two people after all: nothing of the other one's is left to see.
        assert_eq!(seen(&carer).await, [lost]);
        carer.get(&format!("patients/{kept}/")).await.refuses(404, "not_found");
        world.settle().await;
    }
}
