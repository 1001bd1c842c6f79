//! Rows that were changed in a stopped database: named by the doctor, in the place where they stood, and by nobody's name.

use db::{Statement, ToValue};
use kernel::BuiltinRole::Receptionist;
use ops::doctor::{Finding, Level, examine};
use platform::settings::Loaded;
use serde_json::{Value as Json, json};
use testkit::visitor::{Visitor, is_a_page};
use testkit::{Caller, World};

async fn registered(desk: &Caller, first: &str) -> i64 {
    let body = json!({
        "first_name": first, "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female",
        "known_allergies": format!("{first}cillin"),
    });
    desk.post("patients/", body).await.id()
}

async fn sealed(world: &World, table: &str, id: i64) -> Vec<u8> {
    let mut statement = Statement::raw("", vec![id.to_value()]);
    statement.sql = format!("SELECT sealed FROM {table} WHERE id = $1").into();
    let (sealed,): (Vec<u8>,) = world.app.unguarded("test").one(statement).await.unwrap();
    sealed
}

async fn put(world: &World, table: &str, id: i64, sealed: &[u8]) {
    let mut statement = Statement::raw("", vec![sealed.to_vec().to_value(), id.to_value()]);
    statement.sql = format!("UPDATE {table} SET sealed = $1 WHERE id = $2").into();
    assert_eq!(
        world
            .app
            .unguarded("test")
            .execute(statement)
            .await
            .unwrap(),
        1
    );
}

async fn swap(world: &World, table: &str, one: i64, other: i64) {
    let (first, second) = (
        sealed(world, table, one).await,
        sealed(world, table, other).await,
    );
    put(world, table, one, &second).await;
    put(world, table, other, &first).await;
}

/// What the doctor says of sealed records.
async fn doctor(world: &World) -> Finding {
    let loaded = Loaded {
        settings: world.app.settings.clone(),
        notices: Vec::new(),
    };
    let found = examine(
        Ok(loaded),
        server::modules::modules(),
        world.app.clock.now(),
    )
    .await;
    found
        .into_iter()
        .find(|finding| finding.check == "sealed records")
        .unwrap()
}

fn rows(json: &Json) -> Vec<Json> {
    json.get("results")
        .unwrap_or(json)
        .as_array()
        .cloned()
        .unwrap_or_default()
}

fn damaged(json: &Json) -> Vec<i64> {
    let all = rows(json);
    let damaged = all.iter().filter(|row| row["code"] == "damaged");
    damaged.map(|row| row["id"].as_i64().unwrap()).collect()
}

testkit::on_both! {
    /// The contents of two patients' records swapped.
    async fn records_that_were_swapped_are_named_and_take_nobody_along(world: &World) {
        let (desk, doctor_) = (world.receptionist().await, world.doctor().await);
        let (one, other) = (registered(&desk, "Zainab").await, registered(&desk, "Yassin").await);
        let whole = registered(&desk, "Awa").await;
        for (patient, time) in [(one, "09:00"), (whole, "10:00")] {
            let visit = json!({ "patient": patient, "doctor": doctor_.id, "date": "2031-03-03", "time": time });
            desk.post("appointments/", visit).await.is(201);
        }
        world.settle().await;
        assert_eq!(doctor(world).await.level, Level::Ok);

        swap(world, "patient", one, other).await;
        let said = doctor(world).await;
        assert_eq!(said.level, Level::Fail, "{said}");
        for id in [one, other] {
            assert!(said.text.contains(&format!("patient {id} ")), "{said}");
        }
        assert!(!said.text.contains(&format!("patient {whole} ")), "{said}");

        // The record itself answers that it is damaged, and neither shows nor changes anything.
        for id in [one, other] {
            let path = format!("patients/{id}/");
            let refused = desk.get(&path).await;
            let json = refused.refuses(503, "damaged");
            assert_eq!((&json["record"], &json["id"]), (&json!("Patient"), &json!(id)));
            assert!(!refused.text().contains("Zainab") && !refused.text().contains("Yassin"), "{}", refused.text());
            desk.patch(&path, json!({ "address": "Banjul" })).await.refuses(503, "damaged");
        }
        desk.get(&format!("patients/{whole}/")).await.is(200);

        // Lists show the others, and in the place of these that they are damaged.
        for path in ["patients/", "patients/?limit=10", "patients/?cursor=", "patients/?ordering=-created_at", "patients/?labels=true", "patients/?limit=1&offset=2"] {
            let list = desk.get(path).await;
            let all = rows(list.is(200));
            let text = list.text();
            assert!(!text.contains("Zainab") && !text.contains("Yassin"), "{path}: {text}");
            if !path.contains("offset") {
                let mut found = damaged(&list.json);
                found.sort_unstable();
                assert_eq!(found, [one, other], "{path}: {text}");
                assert!(all.iter().any(|row| row["id"] == whole && row["code"].is_null()), "{path}: {text}");
                assert_eq!(list.header("x-total-count"), "3", "{path}");
            }
        }
        // A page that could not be gone on from says why.
        desk.get("patients/?cursor=&limit=1&ordering=id").await.refuses(503, "damaged");
        // What belongs to them is listed, under nobody's name.
        let visits = desk.get("appointments/").await;
        let names: Vec<Json> = rows(visits.is(200)).iter().map(|row| row["patient_name"].clone()).collect();
        assert!(names.contains(&json!("Awa Doe")) && names.iter().any(|name| name.as_str().unwrap().contains("cannot be read")), "{names:?}");
        let found = desk.get("patients/?search=Awa").await;
        assert_eq!(rows(found.is(200))[0]["id"], whole);
        let csv = world.admin().await.get("patients/export/?format=csv").await;
        csv.is(200);
        assert!(csv.text().contains("Awa") && csv.text().contains("cannot be read") && !csv.text().contains("Zainab"), "{}", csv.text());

        // People read it above the list.
        let visitor = Visitor::of(world, Receptionist).await;
        for address in ["/admin/patients/", "/patients/"] {
            let page = is_a_page(&visitor.get(address).await, 200);
            assert!(!page.contains("Zainab") && !page.contains("Yassin"), "{address}");
        }
        let page = is_a_page(&visitor.get("/admin/patients/").await, 200);
        assert!(page.contains("Awa") && page.contains(&format!("Patient {one} cannot be read")), "{page}");
        is_a_page(&visitor.get(&format!("/patients/{one}/")).await, 503);

        // Restored, everything is as it was.
        swap(world, "patient", one, other).await;
        assert_eq!(doctor(world).await.level, Level::Ok);
        assert_eq!(desk.get(&format!("patients/{one}/")).await.is(200)["first_name"], "Zainab");
        assert!(damaged(desk.get("patients/").await.is(200)).is_empty());
        world.settle().await;
    }

    /// One record is spoilt in each of the ways in which that happens.
    async fn a_spoilt_record_is_damaged_whatever_was_spoilt(world: &World) {
        let desk = world.receptionist().await;
        let (one, other) = (registered(&desk, "Zainab").await, registered(&desk, "Awa").await);
        let whole = sealed(world, "patient", one).await;
        let changed = |change: fn(&mut Vec<u8>)| {
            let mut bytes = whole.clone();
            change(&mut bytes);
            bytes
        };
        let ways = [
            changed(|bytes| *bytes.last_mut().unwrap() ^= 1),
            // Another format, another key, cut short, nothing at all.
            changed(|bytes| bytes[0] = 9),
            changed(|bytes| bytes[4] ^= 0x40),
            changed(|bytes| bytes.truncate(20)),
            Vec::new(),
        ];
        for bytes in ways {
            put(world, "patient", one, &bytes).await;
            desk.get(&format!("patients/{one}/")).await.refuses(503, "damaged");
            let list = desk.get("patients/").await;
            assert_eq!(damaged(list.is(200)), [one]);
            assert_eq!(rows(&list.json)[0]["id"], other);
            let said = doctor(world).await;
            assert!(said.level == Level::Fail && said.text.contains(&format!("patient {one} ")), "{said}");
        }
        world.settle().await;
    }

    /// Whoever treats somebody sees what can be read of their history, and that there is more.
    async fn a_damaged_visit_leaves_the_rest_of_the_timeline(world: &World) {
        let (desk, doctor_) = (world.receptionist().await, world.doctor().await);
        let patient = registered(&desk, "Haddy").await;
        let mut visits = Vec::new();
        for notes in ["Cough", "Fever"] {
            visits.push(doctor_.post("encounters/", json!({ "patient": patient, "notes": notes })).await.id());
        }
        let bytes = sealed(world, "encounter", visits[0]).await;
        put(world, "encounter", visits[0], &bytes[..bytes.len() - 1]).await;
        let timeline = doctor_.get(&format!("patients/{patient}/timeline/")).await;
        let shown: Vec<i64> = rows(&timeline.is(200)["results"]).iter().filter_map(|entry| entry["id"].as_i64()).collect();
        assert_eq!(shown, [visits[1]]);
        let left = &timeline.json["damaged"];
        assert_eq!((&left[0]["record"], &left[0]["id"], &left[0]["code"]), (&json!("Encounter"), &json!(visits[0]), &json!("damaged")));
        world.settle().await;
    }

    /// An allergy that cannot be read is not left out: whoever prescribes must know that there is one.
    async fn a_damaged_allergy_stops_prescribing_and_stands_in_the_chart(world: &World) {
        let (desk, doctor_) = (world.receptionist().await, world.doctor().await);
        let patient = registered(&desk, "Zainab").await;
        let allergies = doctor_.get(&format!("allergies/?patient={patient}")).await;
        let allergy = rows(allergies.is(200))[0]["id"].as_i64().unwrap();
        let bytes = sealed(world, "allergy", allergy).await;
        put(world, "allergy", allergy, &bytes[..bytes.len() - 1]).await;
        let list = doctor_.get(&format!("allergies/?patient={patient}")).await;
        assert_eq!(damaged(list.is(200)), [allergy]);
        let check = json!({ "patient_id": patient, "medication_name": "Paracetamol" });
        doctor_.post("prescriptions/check_drug_allergy/", check).await.refuses(503, "damaged");
        let chart = doctor_.get(&format!("patients/{patient}/chart/")).await;
        let text = chart.text();
        assert!(chart.status == 503 || text.contains("damaged"), "{text}");
        world.settle().await;
    }
}
