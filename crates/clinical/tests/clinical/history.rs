//! Conditions, operations, family, vaccinations, templates, referrals, the diagnosis list.

use kernel::BuiltinRole::{Cashier, Pharmacist};
use serde_json::{Value as Json, json};

use crate::support::{Room, count};

testkit::on_both! {
    async fn nothing_happened_to_a_patient_before_they_were_born(world: &World) {
        let room = Room::with(world, "2026-11-20", "Female").await;
        for (path, field, body) in [
            ("medical_conditions", "diagnosed_at", json!({ "name": "Jaundice" })),
            ("surgical_history", "date", json!({ "procedure": "Repair of a hernia" })),
            ("vaccinations", "date_administered", json!({ "vaccine_name": "BCG", "code": "19" })),
            ("care-events", "done_on", json!({ "kind": "lab", "code": "TSH" })),
            ("encounters", "encounter_date", json!({ "notes": "Seen at home" })),
        ] {
            let on = |day: &str| {
                let mut body = body.clone();
                body["patient"] = json!(room.patient);
                body[field] = json!(if path == "encounters" { format!("{day}T12:00:00Z") } else { day.to_owned() });
                body
            };
            let path = format!("{path}/");
            room.doctor.post(&path, on("2026-11-19")).await.complains_about(field);
            // On the day itself it may be.
            let made = room.doctor.post(&path, on("2026-11-20")).await;
            made.is(201);
            if path != "care-events/" {
                let one = format!("{path}{}/", made.id());
                room.doctor.patch(&one, json!({ field: on("1926-11-20")[field] })).await.complains_about(field);
            }
        }
        // An estimated day of birth is no proof.
        let about = json!({ "first_name": "Nyima", "last_name": "Bah", "age": "5y", "gender": "Female" });
        let about = room.desk.post("patients/", about).await.id();
        let body = json!({ "patient": about, "vaccine_name": "BCG", "code": "19", "date_administered": "2019-01-01" });
        room.doctor.post("encounters/", json!({ "patient": about, "notes": "Seen" })).await.is(201);
        room.doctor.post("vaccinations/", body).await.is(201);
        world.settle().await;
    }

    async fn the_past_is_recorded_under_the_patient_and_by_itself(world: &World) {
        let room = Room::new(world).await;
        let cases = [
            ("medical_conditions", json!({ "name": "Hypertension", "code": "i10", "diagnosed_at": "2020-01-01", "notes": "mild" })),
            ("surgical_history", json!({ "procedure": "Appendectomy", "date": "2015-05-01" })),
            ("family_history", json!({ "relation": "Mother", "condition": "Diabetes" })),
            ("vaccinations", json!({ "vaccine_name": "Yellow fever", "code": "37", "date_administered": "2019-02-03", "dose_number": 1, "lot": "L-77" })),
        ];
        for (path, body) in cases {
            let nested = format!("patients/{}/{path}/", room.patient);
            let made = room.nurse.post(&nested, body.clone()).await;
            assert_eq!(made.is(201)["patient"], room.patient);
            assert_eq!(count(&room.doctor.get(&nested).await), 1);
            assert_eq!(count(&room.desk.get(&format!("{path}/?patient={}", room.patient)).await), 1);
            // The same thing twice is refused, whatever its spelling, and the refusal names the row.
            let mut again = body.clone();
            again["patient"] = json!(room.patient);
            for (field, value) in again.clone().as_object().unwrap() {
                if let Some(text) = value.as_str().filter(|_| matches!(field.as_str(), "name" | "procedure" | "condition" | "vaccine_name")) {
                    again[field] = json!(format!(" {} ", text.to_uppercase()));
                }
            }
            let twice = room.doctor.post(&format!("{path}/"), again).await;
            let refused = twice.refuses(409, "already_recorded");
            assert_eq!((&refused["id"], &refused["resource"]), (&json!(made.id()), &json!(path)));
            // Writing it back is not recording it twice.
            let one = format!("{path}/{}/", made.id());
            let read = room.doctor.get(&one).await.json;
            assert_eq!(room.doctor.put(&one, read).await.is(200)["version"], 1);
            room.doctor.delete(&one).await.is(204);
            room.doctor.post(&nested, body).await.is(201);
        }
        world.settle().await;
    }

    async fn what_is_wrong_is_said_by_field(world: &World) {
        let room = Room::new(world).await;
        for (path, body, field) in [
            ("medical_conditions", json!({ "name": "" }), "name"),
            ("medical_conditions", json!({ "name": "x", "code": "diabetes" }), "code"),
            ("medical_conditions", json!({ "name": "x", "diagnosed_at": "2099-01-01" }), "diagnosed_at"),
            ("surgical_history", json!({ "procedure": "x", "date": "2099-01-01" }), "date"),
            ("family_history", json!({ "relation": "Mother" }), "condition"),
            ("vaccinations", json!({ "vaccine_name": "BCG" }), "date_administered"),
            ("vaccinations", json!({ "vaccine_name": "BCG", "date_administered": "2099-01-01" }), "date_administered"),
            ("vaccinations", json!({ "vaccine_name": "BCG", "date_administered": "2020-01-01", "code": "BCG" }), "code"),
        ] {
            room.doctor.post(&format!("patients/{}/{path}/", room.patient), body).await.complains_about(field);
        }
        // A condition that is over may come again.
        let made = room.doctor.post("medical_conditions/", json!({ "patient": room.patient, "name": "Malaria", "code": "B54" })).await;
        let one = format!("medical_conditions/{}/", made.id());
        room.doctor.patch(&one, json!({ "status": "resolved" })).await.is(200);
        room.doctor.post("medical_conditions/", json!({ "patient": room.patient, "name": "Malaria", "code": "B54" })).await.is(201);
        room.doctor.patch(&one, json!({ "status": "active" })).await.refuses(409, "already_recorded");
        for stranger in [world.patient().await, world.caller(Some(Cashier)).await] {
            assert_eq!(count(&stranger.get("medical_conditions/").await), 0);
            stranger.get(&one).await.is(404);
        }
        let pharmacist = world.caller(Some(Pharmacist)).await;
        pharmacist.get(&one).await.is(200);
        pharmacist.patch(&one, json!({ "notes": "x" })).await.is(403);
        world.settle().await;
    }

    async fn a_diagnosis_is_looked_up_while_it_is_typed(world: &World) {
        let doctor = world.doctor().await;
        let first = doctor.get("icd10/?search=i10").await;
        assert_eq!(first.is(200)[0]["code"], "I10");
        let words = doctor.get("icd10/?search=typhoid%20fev&limit=3").await;
        assert!(words.is(200).as_array().unwrap().len() <= 3);
        assert_eq!(words.json[0]["code"], "A01.0");
        assert_eq!(doctor.get("icd10/?search=").await.is(200), &json!([]));
        doctor.get("icd10/?search=a&limit=x").await.complains_about("limit");
        world.anonymous().get("icd10/?search=i10").await.is(401);
    }

    async fn a_site_loads_its_own_list(world: &World) {
        let (admin, doctor) = (world.admin().await, world.doctor().await);
        let list = json!({ "csv": "code,title,rank\nW59.1,\"Bite, of a black mamba\",1\nI10,High blood pressure,1" });
        doctor.post("icd10-site/load/", list.clone()).await.is(403);
        assert_eq!(admin.post("icd10-site/load/", list.clone()).await.is(200)["loaded"], 2);
        assert_eq!(admin.post("icd10-site/load/", list).await.is(200)["loaded"], 2, "again");
        assert_eq!(doctor.get("icd10/?search=black%20mam").await.is(200)[0]["code"], "W59.1");
        assert_eq!(doctor.get("icd10/?search=w591").await.is(200)[0]["title"], "Bite, of a black mamba");
        let replaced = doctor.get("icd10/?search=i10").await;
        assert_eq!((count(&replaced), &replaced.json[0]["title"]), (1, &json!("High blood pressure")));
        let wrong = json!({ "csv": "code,title\nW59.2,Fine\nmalaria,Not a code" });
        assert!(admin.post("icd10-site/load/", wrong).await.complains_about("csv").to_string().contains("3"));
        assert_eq!(doctor.get("icd10/?search=w592").await.is(200), &json!([]), "all or nothing");
        admin.post("icd10-site/", json!({ "code": "w59.2", "title": "Bite of a puff adder" })).await.is(201);
        admin.post("icd10-site/", json!({ "code": "W59.2", "title": "Again" })).await.complains_about("code");
        assert_eq!(doctor.get("icd10/?search=puff").await.is(200)[0]["code"], "W59.2");
    }

    async fn templates_come_with_the_program_and_can_be_written(world: &World) {
        let (admin, doctor, nurse) = (world.admin().await, world.doctor().await, world.nurse().await);
        let seeded = nurse.get("note_templates/?search=Antenatal").await;
        assert!(seeded.is(200)[0]["content"].as_str().unwrap().contains('\n'), "lines are kept");
        let mine = doctor.post("note_templates/", json!({ "title": "Wound", "content": "Size ___" })).await;
        assert_eq!(mine.is(201)["created_by"], doctor.id);
        nurse.post("note_templates/", json!({ "title": "x", "content": "y" })).await.is(403);
        doctor.delete(&format!("note_templates/{}/", mine.id())).await.is(403);
        admin.delete(&format!("note_templates/{}/", mine.id())).await.is(204);
        assert_eq!(count(&world.patient().await.get("note_templates/").await), 0);
    }

    async fn a_referral_is_answered_step_by_step(world: &World) {
        let room = Room::new(world).await;
        let body = json!({
            "patient": room.patient, "referring_doctor_details": "Dr. Smith (ID: 2)", "referred_to_doctor_details": "Dr. Jones (ID: 3)",
            "reason_for_referral": "Specialist evaluation for chronic headache", "status": "Pending",
        });
        let made = room.doctor.post("referrals/", body).await;
        assert_eq!(made.is(201)["status"], "Pending");
        let one = format!("referrals/{}/", made.id());
        let seen = room.desk.get(&one).await;
        assert_eq!(seen.is(200)["reason_for_referral"], Json::Null);
        assert_eq!(room.doctor.patch(&one, json!({ "status": "Accepted" })).await.is(200)["status"], "Accepted");
        // A letter that was written elsewhere is one of the patient's documents.
        let letter = async |patient: i64| {
            let form = format!(
                "--x\r\nContent-Disposition: form-data; name=\"patient\"\r\n\r\n{patient}\r\n--x\r\n\
                 Content-Disposition: form-data; name=\"file\"; filename=\"letter.txt\"\r\n\r\nDear colleague\r\n--x--\r\n"
            );
            let sent = room.doctor.request("POST", "documents/").raw("multipart/form-data; boundary=x", form.into_bytes()).send().await;
            sent.is(201);
            sent.id()
        };
        let own = letter(room.patient).await;
        let with_letter = room.doctor.patch(&one, json!({ "referral_letter_document": own })).await;
        assert_eq!(with_letter.is(200)["referral_letter_document_id"], own);
        let body = json!({ "first_name": "Awa", "last_name": "Ceesay", "date_of_birth": "1990-01-01", "gender": "Female" });
        let other = letter(room.desk.post("patients/", body).await.id()).await;
        room.doctor.patch(&one, json!({ "referral_letter_document": other })).await.complains_about("referral_letter_document");
        room.doctor.delete(&format!("documents/{own}/")).await.refuses(409, "in_use");
        room.doctor.patch(&one, json!({ "status": "Completed" })).await.is(200);
        room.doctor.patch(&one, json!({ "status": "Pending" })).await.refuses(409, "state_conflict");
        room.nurse.post("referrals/", json!({})).await.is(403);
        world.settle().await;
    }

    async fn reports_count_diagnoses_and_vaccinations(world: &World) {
        let room = Room::new(world).await;
        room.doctor.post("vaccinations/", json!({ "patient": room.patient, "vaccine_name": "BCG", "code": "19", "date_administered": "2026-11-01" })).await.is(201);
        let admin = world.admin().await;
        let diagnoses = admin.get("clinical-reports/diagnoses/").await;
        assert_eq!(diagnoses.is(200)[0]["diagnosis_code"], "J20.9");
        assert_eq!(diagnoses.json[0]["count"], 1);
        assert_eq!(count(&world.doctor().await.get("clinical-reports/diagnoses/").await), 0, "own encounters only");
        let vaccinations = admin.get("clinical-reports/vaccinations/").await;
        assert_eq!((&vaccinations.is(200)[0]["code"], &vaccinations.json[0]["count"]), (&json!("19"), &json!(1)));
        assert!(admin.get("clinical-reports/diagnoses/?format=csv").await.text().contains("J20.9"));
        room.nurse.get("clinical-reports/diagnoses/").await.is(403);
        assert_eq!(room.doctor.get("dashboard/").await.is(200)["open_encounters"], 1);
        world.settle().await;
    }
}
