//! `patient-proxies/`: who stands in for a patient.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::{Side, list, register};

async fn carer(side: &Side, user: i64, last: &str) -> Json {
    let body = json!({ "patient": side.patient, "user": user, "kind": "carer", "agreed": true, "ends_on": last });
    side.desk
        .post("patient-proxies/", body)
        .await
        .is(201)
        .clone()
}

testkit::on_both! {
    async fn a_parent_sees_the_child_until_it_is_of_age(world: &World) {
        let side = Side::new(world).await;
        // Eighteen in a week.
        let child = register(&side.desk, "Lamin", "2008-11-30").await;
        let path = format!("patients/{child}/");
        side.jane.get(&path).await.refuses(404, "not_found");
        let body = json!({ "user": side.jane.id, "kind": "parent" });
        side.desk.post(&format!("{path}proxies/"), body.clone()).await.is(201);
        side.desk.post(&format!("{path}proxies/"), body).await.is(400);
        assert_eq!(side.jane.get(&path).await.is(200)["first_name"], "Lamin");
        let visit = json!({ "patient": child, "doctor": side.doctor.id, "date": "2026-11-27", "time": "10:00" });
        let visit = side.desk.post("appointments/", visit).await.id();
        assert_eq!(list(&side.jane, "patient-portal/appointments/").await.len(), 2);
        side.jane.post(&format!("appointments/{visit}/confirm/"), json!({})).await.is(200);
        // Writes in her own name, for the child.
        let sent = side.jane.post(&format!("{path}messages/"), json!({ "message": "He coughs" })).await.is(201).clone();
        assert_eq!((&sent["sender"], &sent["patient"]), (&json!(side.jane.id), &json!(child)));
        let answer = side.doctor.post(&format!("{path}messages/"), json!({ "message": "Come" })).await.is(201).clone();
        assert_eq!(answer["direction"], "to_patient");
        side.jane.get(&format!("secure-messages/{}/", answer["id"])).await.is(200);
        // Both names are on record.
        let log = world.audit_of("SecureMessage").await;
        assert!(log.iter().any(|row| row.user == Some(side.jane.id) && row.patient == Some(child)));
        world.clock.set("2026-11-30T09:00:00Z".parse().unwrap());
        world.settle().await;
        let admin = world.admin().await;
        let ended = list(&admin, &format!("{path}proxies/")).await;
        assert_eq!(ended[0]["ended_at"], "2026-11-30T09:00:00Z");
    }

    async fn a_carer_is_let_in_by_the_patient_and_until_a_day(world: &World) {
        let side = Side::new(world).await;
        let id = world.user("musa", Some(kernel::BuiltinRole::Patient)).await;
        let musa = world.sign_in("musa", testkit::PASSWORD).await;
        let path = format!("patients/{}/", side.patient);
        let body = json!({ "patient": side.patient, "user": id, "kind": "carer", "ends_on": "2026-11-23" });
        side.desk.post("patient-proxies/", body).await.complains_about("agreed");
        side.jane.post("patient-proxies/", json!({})).await.refuses(403, "permission_denied");
        carer(&side, id, "2026-11-23").await;
        musa.get(&path).await.is(200);
        assert_eq!(list(&musa, "patient-portal/appointments/").await.len(), 1);
        // What a patient may not change, who stands in may not either.
        let changed = musa.patch(&path, json!({ "first_name": "Musa", "address": "Bakau" })).await;
        assert_ne!(changed.status, 500);
        assert_eq!(side.desk.get(&path).await.is(200)["first_name"], "Jane");
        // The day is over by itself, without anybody doing anything.
        let end = |at: &str| world.clock.set(at.parse().unwrap());
        end("2026-11-23T23:59:59Z");
        let musa = world.sign_in("musa", testkit::PASSWORD).await;
        musa.get(&path).await.is(200);
        end("2026-11-24T00:00:00Z");
        musa.get(&path).await.refuses(404, "not_found");
        world.settle().await;
    }

    async fn it_ends_at_once_when_the_patient_says_so(world: &World) {
        let side = Side::new(world).await;
        let musa = world.patient().await;
        let proxy = carer(&side, musa.id, "2027-01-31").await;
        let path = format!("patients/{}/", side.patient);
        musa.get(&path).await.is(200);
        let end = format!("patient-proxies/{}/end/", proxy["id"]);
        world.patient().await.post(&end, json!({})).await.refuses(404, "not_found");
        side.jane.post(&end, json!({})).await.is(200);
        side.jane.post(&end, json!({})).await.refuses(409, "state_conflict");
        for gone in [path.as_str(), &format!("{path}messages/")] {
            musa.get(gone).await.refuses(404, "not_found");
        }
        assert_eq!(list(&musa, "patient-portal/appointments/").await, Vec::<Json>::new());
        // May be let in again.
        carer(&side, musa.id, "2027-01-31").await;
        musa.get(&path).await.is(200);
        world.pass(SignedDuration::from_mins(1));
        world.settle().await;
    }
}
