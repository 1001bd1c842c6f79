//! `patients/{id}/access_log/`.

use serde_json::{Value as Json, json};

use crate::{Side, account, register};

fn texts(log: &Json) -> Vec<&str> {
    let rows = log["results"].as_array().unwrap().iter();
    rows.map(|row| row["text"].as_str().unwrap()).collect()
}

testkit::on_both! {
    async fn a_patient_reads_who_looked_in_words(world: &World) {
        let side = Side::new(world).await;
        let path = format!("patients/{}/access_log/", side.patient);
        side.doctor.get(&format!("patients/{}/", side.patient)).await.is(200);
        side.nurse.get(&format!("patients/{}/appointments/", side.patient)).await.is(200);
        side.jane.get(&format!("patients/{}/", side.patient)).await.is(200);
        world.settle().await;
        let log = side.jane.get(&path).await.is(200).clone();
        let said = texts(&log);
        assert!(said.contains(&"Doctor looked at your personal data."), "{said:?}");
        assert!(said.iter().any(|text| text.starts_with("Nurse looked at")), "{said:?}");
        assert!(!said.iter().any(|text| text.contains("Patient")), "{said:?}");
        assert!(log["results"].as_array().unwrap().iter().all(|row| row["emergency"] == false));
        // In the language that is asked for.
        let other = account(world, &side.admin, register(&side.desk, "Awa", "1980-01-01").await).await;
        other.get(&path).await.refuses(404, "not_found");
        for staff in [&side.doctor, &side.desk] {
            staff.get(&path).await.refuses(404, "not_found");
        }
        world.settle().await;
    }

    async fn it_is_read_page_by_page(world: &World) {
        let side = Side::new(world).await;
        for _ in 0..60 {
            side.doctor.get(&format!("patients/{}/", side.patient)).await.is(200);
        }
        world.settle().await;
        let path = format!("patients/{}/access_log/", side.patient);
        let first = side.jane.get(&path).await.is(200).clone();
        assert_eq!(first["results"].as_array().unwrap().len(), 50);
        let rest = side.jane.get(&format!("{path}?before={}", first["next_before"])).await.is(200).clone();
        assert!(rest["results"].as_array().unwrap().len() >= 10 && rest["next_before"].is_null());
        side.jane.get(&format!("{path}?before=x")).await.complains_about("before");
        world.settle().await;
    }

    async fn who_stands_in_is_named(world: &World) {
        let side = Side::new(world).await;
        let musa = world.patient().await;
        let body = json!({ "patient": side.patient, "user": musa.id, "kind": "carer", "agreed": true, "ends_on": "2026-12-31" });
        side.desk.post("patient-proxies/", body).await.is(201);
        musa.get(&format!("patients/{}/", side.patient)).await.is(200);
        world.settle().await;
        let log = side.jane.get(&format!("patients/{}/access_log/", side.patient)).await.is(200).clone();
        let row = log["results"].as_array().unwrap().iter().find(|row| row["proxy"] == true).unwrap().clone();
        assert_eq!(row["text"], "Fatou Ceesay (stands in for you) looked at your personal data.");
        world.settle().await;
    }
}
