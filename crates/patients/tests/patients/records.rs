//! `patients/` and what lies below one of them.

use serde_json::{Value as Json, json};
use testkit::Caller;

fn jane() -> Json {
    json!({
        "unique_id": "P12345", "first_name": "Jane", "last_name": "Doe", "date_of_birth": "1990-01-01",
        "gender": "female", "contact_info": "+2207834351", "address": "Banjul", "known_allergies": "Penicillin",
    })
}

fn named(first: &str, last: &str, born: &str) -> Json {
    json!({ "first_name": first, "last_name": last, "date_of_birth": born, "gender": "Female" })
}

async fn register(caller: &Caller, body: Json) -> i64 {
    let reply = caller.post("patients/", body).await;
    reply.is(201);
    reply.id()
}

async fn found(caller: &Caller, text: &str) -> Vec<i64> {
    let query = text.replace('+', "%2B").replace(' ', "%20");
    let reply = caller.get(&format!("patients/?search={query}")).await;
    reply
        .is(200)
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_i64().unwrap())
        .collect()
}

testkit::on_both! {
    async fn numbers_that_look_alike_are_one(world: &World) {
        let desk = world.receptionist().await;
        let with = |number: &str| {
            let mut body = jane();
            body["unique_id"] = json!(number);
            body
        };
        desk.post("patients/", with("MRN-0042")).await.is(201);
        for number in ["MRN\u{2011}0042", "MRN-0042\u{200b}", "mrn\u{2013}0042"] {
            desk.post("patients/", with(number)).await.complains_about("unique_id");
        }
        assert_eq!(desk.post("patients/", with("MRN\u{2011}0043\u{feff}")).await.is(201)["unique_id"], "MRN-0043");
        world.settle().await;
    }

    async fn a_patient_is_registered_as_the_contract_shows(world: &World) {
        let desk = world.receptionist().await;
        let reply = desk.post("patients/", jane()).await;
        let row = reply.is(201).clone();
        for (field, value) in [
            ("unique_id", json!("P12345")), ("first_name", json!("Jane")), ("last_name", json!("Doe")),
            ("date_of_birth", json!("1990-01-01")), ("gender", json!("Female")), ("contact_info", json!("+2207834351")),
            ("address", json!("Banjul")), ("known_allergies", json!("Penicillin")), ("has_recent_appointment", json!(false)),
            ("possible_duplicates", json!([])), ("birth_year", json!(1990)), ("merged_into", json!(null)), ("version", json!(1)),
        ] {
            assert_eq!(row[field], value, "{field}");
        }
        assert!(row.get("last_appointment_at").is_none());
        let id = reply.id();
        let allergies = desk.get(&format!("patients/{id}/allergies/")).await;
        let allergies = allergies.is(200).as_array().unwrap().clone();
        assert_eq!(allergies.len(), 1);
        assert_eq!((&allergies[0]["substance"], &allergies[0]["severity"]), (&json!("Penicillin"), &json!("unknown")));
        // Nothing of it stands in the clear.
        let stored: Vec<(Vec<u8>,)> = world.app.unguarded("test")
            .all(platform::db::Statement::raw("SELECT sealed FROM patient", vec![])).await.unwrap();
        assert!(!String::from_utf8_lossy(&stored[0].0).contains("Jane"));
        let audit = world.audit_of("Patient").await;
        assert!(audit.iter().any(|row| row.action.as_str() == "create" && row.patient == Some(id)));
    }

    async fn what_nobody_sees_is_no_name(world: &World) {
        let desk = world.receptionist().await;
        for unseen in ["", "  ", "\u{200b}", "\u{202e} \u{feff}"] {
            desk.post("patients/", named(unseen, "Bah", "1990-01-01")).await.complains_about("first_name");
        }
        desk.post("patients/", named("Ŋ\u{200b}aala", "Bah", "1990-01-01")).await.is(201);
    }

    async fn numbers_are_made_up_and_unique_whatever_their_case(world: &World) {
        let desk = world.receptionist().await;
        let first = desk.post("patients/", named("Awa", "Bah", "1990-01-01")).await.is(201)["unique_id"].clone();
        let second = desk.post("patients/", named("Binta", "Ceesay", "1991-01-01")).await.is(201)["unique_id"].clone();
        assert!(first.as_str().unwrap().starts_with("P2026000001"), "{first}");
        assert!(second.as_str().unwrap().starts_with("P2026000002"), "{second}");
        let id = register(&desk, jane()).await;
        let mut other = jane();
        other["unique_id"] = json!(" p12345 ");
        desk.post("patients/", other.clone()).await.complains_about("unique_id");
        // Renaming frees the old number, voiding the new one.
        desk.patch(&format!("patients/{id}/"), json!({ "unique_id": "Q1" })).await.is(200);
        let second = register(&desk, other).await;
        desk.patch(&format!("patients/{second}/"), json!({ "unique_id": "q1" })).await.complains_about("unique_id");
        desk.delete(&format!("patients/{id}/")).await.is(204);
        desk.delete(&format!("patients/{id}/")).await.refuses(404, "not_found");
        desk.patch(&format!("patients/{second}/"), json!({ "unique_id": "q1" })).await.is(200);
        assert_eq!(found(&desk, "q1").await, [second]);
    }

    async fn a_search_finds_by_names_numbers_and_dates(world: &World) {
        let desk = world.receptionist().await;
        let mut fatou = named("Fatou Binta", "Jallow", "1990-03-04");
        fatou["contact_info"] = json!("783 4351, fatou@example.org");
        let fatou = register(&desk, fatou).await;
        let diallo = register(&desk, named("Fatu", "Diallo", "1985-05-05")).await;
        let lamin = register(&desk, named("Lamin", "Jallowe", "1970-01-01")).await;
        for (text, expected) in [
            ("fatou", vec![fatou, diallo]),
            ("jallow", vec![fatou, lamin, diallo]),
            ("jal", vec![lamin, fatou]),
            ("jallow fatou", vec![fatou, diallo]),
            ("binta jal", vec![fatou]),
            ("lamin fatou", vec![]),
            ("f", vec![]),
            ("7834351", vec![fatou]),
            ("+220 783 4351", vec![fatou]),
            ("FATOU@example.org", vec![fatou]),
            ("1985-05-05", vec![diallo]),
            ("fa 1985-05-05", vec![diallo]),
        ] {
            let ids = found(&desk, text).await;
            if text == "jal" {
                assert_eq!(ids[..2], expected[..], "{text}");
            } else {
                assert_eq!(ids, expected, "{text}");
            }
        }
        desk.patch(&format!("patients/{lamin}/"), json!({ "last_name": "Touray" })).await.is(200);
        assert_eq!(found(&desk, "toura").await, [lamin]);
        assert!(!found(&desk, "jallow").await.contains(&lamin));
        let cashier = world.caller(Some(kernel::BuiltinRole::Cashier)).await;
        assert_eq!(found(&cashier, "lamin").await, [lamin]);
        assert_eq!(found(&world.caller(None).await, "lamin").await, [0; 0]);
        assert!(world.audit_of("Patient").await.iter().any(|row| row.action.as_str() == "search"));
    }

    async fn duplicates_are_shown_or_refused(world: &World) {
        let desk = world.receptionist().await;
        let first = register(&desk, jane()).await;
        let swapped = named("Doe", "Jane", "1990-01-01");
        desk.post("patients/?reject_duplicates=ture", swapped.clone()).await.complains_about("reject_duplicates");
        let refused = desk.post("patients/?reject_duplicates=TRUE", swapped.clone()).await;
        assert_eq!(refused.refuses(409, "duplicate_patient")["possible_duplicates"][0]["id"], first);
        assert_eq!(desk.get("patients/").await.is(200).as_array().unwrap().len(), 1);
        let reply = desk.post("patients/", swapped).await;
        let listed = &reply.is(201)["possible_duplicates"];
        assert_eq!(listed[0], json!({ "id": first, "score": 68, "reasons": ["swapped_names", "same_birth_date"] }));
        let list = desk.get(&format!("patients/{first}/duplicates/")).await;
        assert_eq!(list.is(200)[0]["id"], reply.id());
        desk.post("patients/?reject_duplicates=true", named("Lamin", "Sow", "1960-02-03")).await.is(201);
        desk.get("patients/999999/duplicates/").await.refuses(404, "not_found");
    }

    async fn a_duplicate_is_found_among_thousands_born_on_one_guessed_day(world: &World) {
        let desk = world.receptionist().await;
        let first = register(&desk, named("Awa", "Njie", "1980-01-01")).await;
        // Given 4,500 later ones of the same day, more than are looked through.
        let crowd = platform::db::Statement::raw(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500) \
             INSERT INTO patient_term (generation, field, tag, patient) \
             SELECT generation, field, tag, patient + 1000 + i FROM patient_term, n WHERE field = 6",
            vec![],
        );
        assert_eq!(world.app.unguarded("test").execute(crowd).await.unwrap(), 4500);
        // When she comes again, her names swapped and spelt otherwise, then she is found.
        let reply = desk.post("patients/", named("Njai", "Awa", "1980-01-01")).await;
        assert_eq!(reply.is(201)["possible_duplicates"][0]["id"], first);
        // And who only shares the day is not.
        let reply = desk.post("patients/", named("Lamin", "Touray", "1980-01-01")).await;
        assert_eq!(reply.is(201)["possible_duplicates"], json!([]));
    }

    async fn an_account_is_linked_by_somebody_else_and_taken_from_nobody(world: &World) {
        let desk = world.receptionist().await;
        let id = register(&desk, jane()).await;
        let record = format!("patients/{id}/");
        desk.patch(&record, json!({ "user": desk.id })).await.complains_about("user");
        let (jane, other) = (world.patient().await, world.patient().await);
        desk.patch(&record, json!({ "user": jane.id })).await.is(200);
        desk.patch(&record, json!({ "user": other.id })).await.complains_about("user");
        jane.get(&record).await.is(200);
        desk.patch(&record, json!({ "user": null })).await.is(200);
        desk.patch(&record, json!({ "user": other.id })).await.is(200);
        jane.get(&record).await.refuses(404, "not_found");
    }

    async fn a_patient_reaches_only_their_own_record(world: &World) {
        let admin = world.admin().await;
        let patient = world.patient().await;
        let mut own = jane();
        own["user"] = json!(patient.id);
        let own = register(&admin, own).await;
        let other = register(&admin, named("Awa", "Bah", "1980-01-01")).await;
        let list = patient.get("patients/").await;
        assert_eq!(list.is(200).as_array().unwrap().len(), 1);
        patient.get(&format!("patients/{own}/")).await.is(200);
        patient.get(&format!("patients/{other}/")).await.refuses(404, "not_found");
        patient.get(&format!("patients/{other}/allergies/")).await.refuses(404, "not_found");
        assert_eq!(patient.get(&format!("patients/{own}/allergies/")).await.is(200).as_array().unwrap().len(), 1);
        assert_eq!(found(&patient, "awa").await, [0; 0]);
        assert_eq!(found(&patient, "jane").await, [own]);
        patient.patch(&format!("patients/{own}/"), json!({ "address": "Brikama" })).await.is(200);
        patient.patch(&format!("patients/{own}/"), json!({ "first_name": "Eve" })).await.refuses(403, "permission_denied");
        patient.post("patients/", jane()).await.refuses(403, "permission_denied");
        let consent = json!({ "patient": own, "consent_type": "research", "given": true });
        patient.post("consents/", consent).await.is(201);
        let consent = json!({ "patient": other, "consent_type": "research", "given": true });
        patient.post("consents/", consent).await.complains_about("patient");
    }

    async fn consents_are_served_in_full_below_a_patient(world: &World) {
        let desk = world.receptionist().await;
        let (here, there) = (register(&desk, jane()).await, register(&desk, named("Awa", "Bah", "1980-01-01")).await);
        let path = format!("patients/{here}/consents/");
        let body = json!({ "consent_type": "treatment", "given": true });
        let made = desk.post(&path, body).await;
        assert_eq!(made.is(201)["patient"], here);
        assert_eq!(made.json["created_by"], desk.id);
        let one = format!("{path}{}/", made.id());
        desk.get(&one).await.is(200);
        desk.get(&format!("patients/{there}/consents/{}/", made.id())).await.refuses(404, "not_found");
        let revoked = desk.patch(&one, json!({ "revoked_at": "2000-01-01T00:00:00Z" })).await;
        revoked.complains_about("revoked_at");
        desk.patch(&one, json!({ "given": false, "patient": there })).await.complains_about("patient");
        desk.patch(&one, json!({ "given": false })).await.is(200);
        assert_eq!(desk.get(&path).await.is(200).as_array().unwrap().len(), 1);
        assert_eq!(desk.get(&format!("patients/{there}/consents/")).await.is(200), &json!([]));
        world.admin().await.delete(&one).await.is(204);
        assert_eq!(desk.get(&path).await.is(200), &json!([]));
    }

    async fn what_is_sent_names_the_record_that_the_path_names(world: &World) {
        let doctor = world.doctor().await;
        let (awa, binta) = (register(&doctor, named("Awa", "Bah", "1980-01-01")).await, register(&doctor, named("Binta", "Sow", "1990-01-01")).await);
        let path = format!("patients/{awa}/allergies/");
        for name in ["patient", "patient_id"] {
            doctor.post(&path, json!({ "substance": "Penicillin", "severity": "mild", name: binta })).await.complains_about(name);
        }
        doctor.get(&format!("{path}?patient={binta}")).await.complains_about("patient");
        let same = json!({ "substance": "Penicillin", "severity": "mild", "patient": awa.to_string(), "patient_id": awa });
        doctor.post(&path, same).await.is(201);
        assert_eq!(doctor.get(&format!("{path}?patient={awa}")).await.is(200).as_array().unwrap().len(), 1);
        world.settle().await;
    }

    async fn the_list_of_allergies_and_the_allergies_are_one(world: &World) {
        let doctor = world.doctor().await;
        let id = register(&doctor, jane()).await;
        let path = format!("patients/{id}/allergies/");
        doctor.post(&path, json!({ "substance": "Latex", "severity": "severe" })).await.is(201);
        doctor.patch(&format!("patients/{id}/"), json!({ "known_allergies": "Peanuts, latex" })).await.is(200);
        let reply = doctor.get(&path).await;
        let mut names: Vec<&str> = reply.is(200).as_array().unwrap().iter().map(|row| row["substance"].as_str().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, ["Latex", "Peanuts"]);
        // What somebody recorded and may be severe is not given up by a text alone.
        let none = json!({ "known_allergies": "None" });
        let refused = doctor.patch(&format!("patients/{id}/"), none).await;
        refused.refuses(409, "confirmation_required");
        assert_eq!(refused.json["allergies"][0]["substance"], "Latex");
        let confirmed = json!({ "known_allergies": "None", "confirm_allergies": true });
        let now = doctor.patch(&format!("patients/{id}/"), confirmed).await;
        assert_eq!(now.is(200)["known_allergies"], "None");
        let reply = doctor.get(&path).await;
        assert_eq!(reply.is(200).as_array().unwrap().len(), 1, "it is history");
        assert_eq!((&reply.json[0]["substance"], &reply.json[0]["status"]), (&json!("Latex"), &json!("resolved")));
        world.settle().await;
    }

    async fn the_list_of_allergies_says_what_the_allergies_say(world: &World) {
        let (doctor, nurse) = (world.doctor().await, world.nurse().await);
        let mut body = jane();
        body["known_allergies"] = json!("None");
        let id = register(&doctor, body).await;
        let (path, rows) = (format!("patients/{id}/"), format!("patients/{id}/allergies/"));
        let list = async || doctor.get(&path).await.is(200)["known_allergies"].clone();
        assert_eq!(list().await, "None");
        let severe = json!({ "substance": "Penicillin", "severity": "severe" });
        let one = doctor.post(&rows, severe).await;
        one.is(201);
        assert_eq!(list().await, "Penicillin");
        doctor.patch(&path, json!({ "known_allergies": "No known allergies" })).await.refuses(409, "confirmation_required");
        assert_eq!(list().await, "Penicillin");
        let two = nurse.post(&rows, json!({ "substance": "Nuts, of trees" })).await;
        two.is(201);
        assert_eq!(list().await, "Penicillin, Nuts / of trees");
        doctor.patch(&format!("allergies/{}/", two.id()), json!({ "status": "resolved" })).await.is(200);
        assert_eq!(list().await, "Penicillin");
        doctor.delete(&format!("allergies/{}/", one.id())).await.is(204);
        assert_eq!(list().await, "");
        doctor.post(&rows, json!({ "substance": "Latex" })).await.is(201);
        assert_eq!(list().await, "Latex");
        // After a merging the survivor has both, and so has the export.
        let mut other = named("Fatou", "Sowe", "1980-02-02");
        other["known_allergies"] = json!("Aspirin");
        let lost = register(&doctor, other).await;
        let admin = world.admin().await;
        admin.post(&format!("patients/{lost}/merge/"), json!({ "into": id })).await.is(200);
        assert_eq!(list().await, "Latex, Aspirin");
        let export = admin.get("patients/export/").await;
        assert!(export.text().contains("\"Latex, Aspirin\""), "{}", export.text());
        admin.post(&format!("patients/{lost}/unmerge/"), json!({})).await.is(200);
        assert_eq!(list().await, "Latex");
        assert_eq!(doctor.get(&format!("patients/{lost}/")).await.is(200)["known_allergies"], "Aspirin");
        world.settle().await;
    }

    async fn the_list_of_allergies_takes_the_rights_of_allergies(world: &World) {
        let desk = world.receptionist().await;
        let id = register(&desk, jane()).await;
        let path = format!("patients/{id}/");
        // What is said at registration is recorded; what a desk may not change in allergies, it may not here.
        for list in ["Latex", "None", "Penicillin, Latex"] {
            desk.patch(&path, json!({ "known_allergies": list })).await.refuses(403, "permission_denied");
        }
        desk.patch(&path, json!({ "known_allergies": "Penicillin", "address": "Brikama" })).await.is(200);
        let cashier = world.caller(Some(kernel::BuiltinRole::Cashier)).await;
        let seen = cashier.get(&path).await;
        assert_eq!(seen.is(200)["known_allergies"], json!(null));
        world.settle().await;
    }

    async fn the_same_allergy_is_recorded_once(world: &World) {
        let doctor = world.doctor().await;
        let id = register(&doctor, jane()).await;
        let path = format!("patients/{id}/allergies/");
        // The one on the list gives way to what is known better.
        let known = doctor.post(&path, json!({ "substance": "penicillin", "severity": "severe" })).await;
        known.is(201);
        assert_eq!(doctor.get(&path).await.is(200).as_array().unwrap().len(), 1);
        let again = doctor.post(&path, json!({ "substance": "Penicillin" })).await;
        again.refuses(409, "already_recorded");
        assert_eq!(again.json["allergy"], known.id());
        doctor.patch(&format!("allergies/{}/", known.id()), json!({ "status": "resolved" })).await.is(200);
        doctor.post(&path, json!({ "substance": "Penicillin" })).await.is(201);
        doctor.patch(&format!("allergies/{}/", known.id()), json!({ "status": "active" })).await.refuses(409, "already_recorded");
        world.settle().await;
    }

    async fn an_allergy_put_on_the_list_again_counts_again(world: &World) {
        let doctor = world.doctor().await;
        let id = register(&doctor, jane()).await;
        let path = format!("patients/{id}/allergies/");
        let active = async || {
            let reply = doctor.get(&path).await;
            reply.is(200).as_array().unwrap().iter().filter(|row| row["status"] == "active").count()
        };
        // Given one that was resolved, and with that is off the list, when it is put on it again
        let one = doctor.get(&path).await.is(200)[0]["id"].as_i64().unwrap();
        doctor.patch(&format!("allergies/{one}/"), json!({ "status": "resolved" })).await.is(200);
        doctor.patch(&format!("patients/{id}/"), json!({ "known_allergies": "Latex, Penicillin" })).await.is(200);
        // then it is an allergy again, and the resolved one is history.
        assert_eq!(active().await, 2);
        assert_eq!(doctor.get(&path).await.is(200).as_array().unwrap().len(), 3);
        world.settle().await;
    }

    async fn nobody_dies_before_being_born(world: &World) {
        let desk = world.receptionist().await;
        let id = register(&desk, jane()).await;
        let path = format!("patients/{id}/");
        desk.patch(&path, json!({ "deceased_at": "1989-12-31T12:00:00Z" })).await.complains_about("deceased_at");
        desk.patch(&path, json!({ "deceased_at": "1990-01-01T12:00:00Z" })).await.is(200);
        desk.patch(&path, json!({ "date_of_birth": "1990-01-02" })).await.complains_about("deceased_at");
        world.settle().await;
    }

    async fn a_taken_uid_is_said_of_its_field(world: &World) {
        let desk = world.receptionist().await;
        let mut body = jane();
        body["uid"] = json!("0190b7a0-0000-7000-8000-000000000001");
        register(&desk, body.clone()).await;
        body["unique_id"] = json!("P999");
        desk.post("patients/", body).await.complains_about("uid");
    }

    async fn a_patient_is_not_told_who_else_resembles_them(world: &World) {
        let desk = world.receptionist().await;
        let patient = world.patient().await;
        let mut own = jane();
        own["user"] = json!(patient.id);
        let own = register(&desk, own).await;
        let twin = register(&desk, named("Jane", "Doe", "1990-01-01")).await;
        let path = format!("patients/{own}/duplicates/");
        assert_eq!(desk.get(&path).await.is(200)[0]["id"], twin);
        assert_eq!(patient.get(&path).await.is(200), &json!([]));
        patient.get(&format!("patients/{twin}/duplicates/")).await.refuses(404, "not_found");
    }

    async fn the_export_is_csv_without_formulas_and_on_record(world: &World) {
        let admin = world.admin().await;
        let mut row = jane();
        row["last_name"] = json!("=HYPERLINK(1)");
        register(&admin, row).await;
        for path in ["patients/export/?format=csv", "patients/export_csv/"] {
            let reply = admin.get(path).await;
            reply.is(200);
            assert!(reply.header("content-type").starts_with("text/csv"), "{path}");
            let text = reply.text();
            let lines: Vec<&str> = text.split("\r\n").collect();
            assert!(lines[0].starts_with("\u{feff}id,uid,unique_id,first_name"), "{text}");
            assert!(lines[1].contains(",Jane,'=HYPERLINK(1),1990-01-01,Female,+2207834351,"), "{text}");
            assert_eq!(lines.len(), 3);
        }
        world.doctor().await.get("patients/export/").await.refuses(403, "permission_denied");
        admin.get("patients/export/?format=pdf").await.complains_about("format");
        let exports = world.audit_of("").await;
        assert_eq!(exports.iter().filter(|row| row.action.as_str() == "export").count(), 2);
    }

    async fn a_contradicting_passport_speaks_against_and_a_slip_of_the_pen_does_not(world: &World) {
        let desk = world.receptionist().await;
        let with = |change: Json| {
            let mut body = json!({
                "first_name": "Fatoumata", "last_name": "Ceesay", "date_of_birth": "2015-06-07", "gender": "Female",
            });
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            body
        };
        let phone = "+2207834351";
        let first = desk.post("patients/", with(json!({ "contact_info": phone, "national_id": "GM111" }))).await.id();
        let twin = with(json!({ "contact_info": phone, "national_id": "GM222" }));
        let twin = desk.post("patients/?reject_duplicates=true", twin).await;
        let twin = twin.id();
        desk.delete(&format!("patients/{twin}/")).await.is(204);
        for change in [
            json!({ "date_of_birth": "2015-07-06" }), json!({ "date_of_birth": "2015-01-01" }), json!({ "gender": "Male" }),
            json!({ "date_of_birth": "2010-03-04", "contact_info": phone }), json!({ "date_of_birth": "2015-06-17" }),
        ] {
            let made = desk.post("patients/", with(change.clone())).await.is(201).clone();
            let found = made["possible_duplicates"].as_array().unwrap();
            assert!(found.iter().any(|one| one["id"] == first), "{change}: {found:?}");
            desk.delete(&format!("patients/{}/", made["id"])).await.is(204);
        }
        // Somebody else of that name.
        let other = desk.post("patients/", with(json!({ "date_of_birth": "1988-11-23" }))).await.is(201).clone();
        assert_eq!(other["possible_duplicates"], json!([]));
        world.settle().await;
    }

    async fn an_age_or_a_year_is_kept_as_an_estimated_day(world: &World) {
        let desk = world.receptionist().await;
        // 23 November 2026.
        let register = |body: Json| {
            let mut all = json!({ "first_name": "Isatou", "last_name": "Sowe", "gender": "Female" });
            all.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            all
        };
        for (said, day) in [
            (json!({ "age": "34" }), "1992-01-01"),
            (json!({ "age": 34 }), "1992-01-01"),
            (json!({ "age": "8m" }), "2026-03-01"),
            (json!({ "age": "12d" }), "2026-11-11"),
            (json!({ "date_of_birth": "1960" }), "1960-01-01"),
            (json!({ "date_of_birth": 1960 }), "1960-01-01"),
            (json!({ "date_of_birth": "1960-05" }), "1960-05-01"),
        ] {
            let made = desk.post("patients/", register(said.clone())).await;
            assert_eq!((&made.is(201)["date_of_birth"], &made.json["birth_estimated"]), (&json!(day), &json!(true)), "{said}");
        }
        let made = desk.post("patients/", register(json!({ "date_of_birth": "1985-01-01" }))).await;
        assert_eq!(made.is(201)["birth_estimated"], false, "said to the day");
        for (wrong, field) in [
            (json!({ "age": "old" }), "age"),
            (json!({ "age": "131" }), "age"),
            (json!({ "age": "3", "date_of_birth": "2023-04-05" }), "age"),
            (json!({ "date_of_birth": "2031" }), "date_of_birth"),
            (json!({ "date_of_birth": "34" }), "date_of_birth"),
            (json!({}), "date_of_birth"),
        ] {
            desk.post("patients/", register(wrong)).await.complains_about(field);
        }
        // Written back as it is, it stays estimated; whoever learns the day says it, and whoever says an age estimates again.
        let made = desk.post("patients/", register(json!({ "age": "40" }))).await;
        let path = format!("patients/{}/", made.id());
        let mut same = made.json.clone();
        same.as_object_mut().unwrap().remove("birth_estimated");
        same.as_object_mut().unwrap().remove("possible_duplicates");
        let kept = desk.put(&path, same).await;
        assert_eq!((&kept.is(200)["birth_estimated"], &kept.json["version"]), (&json!(true), &made.json["version"]));
        let known = desk.patch(&path, json!({ "date_of_birth": "1986-07-09" })).await;
        assert_eq!((&known.is(200)["date_of_birth"], &known.json["birth_estimated"]), (&json!("1986-07-09"), &json!(false)));
        let again = desk.patch(&path, json!({ "age": "41" })).await;
        assert_eq!((&again.is(200)["date_of_birth"], &again.json["birth_estimated"]), (&json!("1985-01-01"), &json!(true)));
        world.settle().await;
    }

    async fn words_for_no_allergy_are_no_allergy(world: &World) {
        let doctor = world.doctor().await;
        for (said, allergies, list) in [
            ("No allergies", 0, "No allergies"), ("Hakuna mzio", 0, "Hakuna mzio"), ("Non", 0, "Non"), ("Pas d'allergie", 0, "Pas d'allergie"),
            ("not known", 0, "not known"), ("No known allergies, penicillin", 1, "penicillin"), ("No penicillin", 1, "No penicillin"),
        ] {
            let mut body = named("Awa", said, "1980-01-01");
            body["known_allergies"] = json!(said);
            let id = register(&doctor, body).await;
            let recorded = doctor.get(&format!("patients/{id}/allergies/")).await;
            assert_eq!(recorded.is(200).as_array().unwrap().len(), allergies, "{said}");
            assert_eq!(doctor.get(&format!("patients/{id}/")).await.is(200)["known_allergies"], list, "{said}");
            // Nor is it one when it is recorded by itself.
            let path = format!("patients/{id}/allergies/");
            doctor.post(&path, json!({ "substance": "NKDA" })).await.complains_about("substance");
            doctor.post(&path, json!({ "substance": "No sulfa drugs" })).await.is(201);
        }
        world.settle().await;
    }

    async fn who_is_known_by_age_and_comes_with_a_day_is_found(world: &World) {
        let desk = world.receptionist().await;
        let body = |said: Json| {
            let mut all = json!({ "first_name": "Kaddy", "last_name": "Manneh", "gender": "Female" });
            all.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
            all
        };
        let first = desk.post("patients/", body(json!({ "age": "8m" }))).await.id();
        let path = "patients/?reject_duplicates=true";
        let found = desk.post(path, body(json!({ "date_of_birth": "2026-03-19" }))).await;
        found.refuses(409, "duplicate_patient");
        assert_eq!(found.json["possible_duplicates"][0]["id"], first);
        assert!(found.text().contains("estimated_birth_date"), "{}", found.text());
        desk.post(path, body(json!({ "date_of_birth": "2024-08-19" }))).await.is(201);
        world.settle().await;
    }
}
