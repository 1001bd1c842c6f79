//! `prescriptions/`: what is asked before a medicine is prescribed, and what is kept of it.

use kernel::BuiltinRole::Pharmacist;
use serde_json::{Value as Json, json};

use crate::prescriptions::{allergic, asked, of, prescribe};
use crate::support::{Room, count, encounter};

fn kinds(alerts: &Json) -> Vec<(&str, &str)> {
    let alerts = alerts.as_array().unwrap().iter();
    alerts
        .map(|alert| {
            (
                alert["kind"].as_str().unwrap(),
                alert["severity"].as_str().unwrap(),
            )
        })
        .collect()
}

testkit::on_both! {
    async fn a_prescription_is_made_as_the_contract_shows(world: &World) {
        let room = Room::new(world).await;
        asked(&room).await;
        let made = prescribe(&room, "Amoxicillin 500mg", json!({ "duration": "5 days", "quantity": "15", "notes": "After meals" })).await;
        let made = made.is(201);
        for (field, value) in [
            ("encounter", json!(room.encounter)), ("encounter_id", json!(room.encounter)), ("patient_id", json!(room.patient)),
            ("medication_name", json!("Amoxicillin 500mg")), ("dosage", json!("1 tablet")), ("quantity", json!(15)),
            ("status", json!("Active")), ("quantity_dispensed", json!(0)), ("override_reason", Json::Null),
            ("safety_outcome", json!("nothing_found")), ("safety_alerts", json!([])), ("safety_not_checked", json!([])), ("prescribed_by", json!(room.doctor.id)),
        ] {
            assert_eq!(made[field], value, "{field}");
        }
        assert!(made["medication_key"].is_null());
        for path in [format!("encounters/{}/prescriptions/", room.encounter), format!("patients/{}/prescriptions/", room.patient)] {
            assert_eq!(count(&room.doctor.get(&path).await), 1, "{path}");
        }
        world.settle().await;
    }

    // B07
    async fn an_allergy_to_the_ingredient_stops_the_brand_until_a_reason_is_given(world: &World) {
        let room = Room::new(world).await;
        allergic(&room, "Penicillin", json!({})).await;
        let refused = prescribe(&room, "Augmentin 625 mg", json!({})).await;
        let refused = refused.refuses(409, "override_reason_required");
        assert!(refused["override_reason"][0].as_str().unwrap().contains("override_reason"));
        assert_eq!(kinds(&refused["alerts"]), [("allergy", "severe")]);
        assert!(refused["alerts"][0]["message"].as_str().unwrap().contains("Penicillin"));
        assert_eq!(count(&room.doctor.get(&format!("prescriptions/?patient={}", room.patient)).await), 0);

        prescribe(&room, "Augmentin 625 mg", json!({ "override_reason": "  " })).await.refuses(409, "override_reason_required");
        let made = prescribe(&room, "Augmentin 625 mg", json!({ "override_reason": "Tolerated last year" })).await;
        let made = made.is(201);
        assert_eq!(made["override_reason"], "Tolerated last year");
        assert_eq!(made["safety_outcome"], "found");
        assert_eq!(made["safety_pack"], formulary::safety::STARTER_VERSION);
        // What was overridden is kept with the patient's alerts: who, why, and by which pack.
        let kept = world.audit_of("ClinicalAlert").await;
        assert_eq!(kept.len(), 1);
        world.settle().await;
    }

    // B09
    async fn the_same_medicine_twice_is_a_duplicate_until_the_first_is_cancelled(world: &World) {
        let room = Room::new(world).await;
        let first = prescribe(&room, "Paracetamol 500 mg", json!({ "status": "Active" })).await.id();
        let refused = prescribe(&room, "Panadol", json!({})).await;
        let refused = refused.refuses(409, "override_reason_required");
        assert_eq!(kinds(&refused["alerts"]), [("duplicate_therapy", "severe")]);
        room.doctor.patch(&format!("prescriptions/{first}/"), json!({ "status": "Cancelled" })).await.is(200);
        prescribe(&room, "Panadol", json!({})).await.is(201);
        // Taking the first up again asks anew.
        let back = room.doctor.patch(&format!("prescriptions/{first}/"), json!({ "status": "Active" })).await;
        back.refuses(409, "override_reason_required");
        world.settle().await;
    }

    async fn an_unknown_name_is_not_an_all_clear_and_its_neighbours_are_offered(world: &World) {
        let room = Room::new(world).await;
        let made = prescribe(&room, "Metronidazzole 400", json!({})).await;
        let made = made.is(201);
        assert_eq!(made["safety_outcome"], "could_not_check");
        assert_eq!(made["safety_unknown"][0]["name"], "Metronidazzole 400");
        assert_eq!(made["safety_unknown"][0]["nearest"][0], "metronidazole");
        assert_eq!(made["medication_name"], "Metronidazzole 400", "what looks alike is never assumed");
        world.settle().await;
    }

    async fn a_moderate_alert_is_shown_and_stops_nobody(world: &World) {
        let room = Room::new(world).await;
        prescribe(&room, "Warfarin", json!({})).await.is(201);
        let made = prescribe(&room, "Paracetamol", json!({})).await;
        assert_eq!(kinds(&made.is(201)["safety_alerts"]), [("interaction", "moderate")]);
        prescribe(&room, "Flagyl", json!({})).await.refuses(409, "override_reason_required");
        assert!(world.audit_of("ClinicalAlert").await.is_empty());
        world.settle().await;
    }

    async fn a_reason_for_one_medicine_is_none_for_another(world: &World) {
        let room = Room::new(world).await;
        allergic(&room, "Penicillin", json!({})).await;
        let id = prescribe(&room, "Amoxicillin", json!({ "override_reason": "Skin test negative" })).await.id();
        let path = format!("prescriptions/{id}/");
        let change = json!({ "medication_name": "Ampicillin" });
        room.doctor.patch(&path, change).await.refuses(409, "override_reason_required");
        let change = json!({ "medication_name": "Azithromycin 250 mg" });
        let changed = room.doctor.patch(&path, change).await;
        let changed = changed.is(200);
        assert_eq!((&changed["override_reason"], &changed["safety_outcome"]), (&Json::Null, &json!("nothing_found")));
        // The dose alone asks nothing.
        room.doctor.patch(&path, json!({ "dosage": "2 tablets" })).await.is(200);
        world.settle().await;
    }

    async fn only_active_allergies_count_and_a_mild_reaction_does_not_clear_the_substance(world: &World) {
        let room = Room::new(world).await;
        allergic(&room, "Penicillin", json!({ "status": "resolved" })).await;
        prescribe(&room, "Amoxicillin", json!({})).await.is(201);
        let room = Room::new(world).await;
        allergic(&room, "Penicillin", json!({ "severity": "mild" })).await;
        prescribe(&room, "Amoxicillin", json!({})).await.refuses(409, "override_reason_required");
        prescribe(&room, "Cefalexin", json!({})).await.is(201);
        world.settle().await;
    }

    async fn age_and_pregnancy_are_known_from_the_record(world: &World) {
        let child = Room::with(world, "2020-01-01", "Male").await;
        let refused = prescribe(&child, "Codeine", json!({})).await;
        assert_eq!(kinds(&refused.refuses(409, "override_reason_required")["alerts"]), [("age", "contraindicated")]);

        let woman = Room::with(world, "1995-01-01", "Female").await;
        let refused = prescribe(&woman, "Sodium valproate", json!({})).await;
        assert_eq!(kinds(&refused.refuses(409, "override_reason_required")["alerts"]), [("could_become_pregnant", "severe")]);
        prescribe(&woman, "Enalapril", json!({})).await.is(201);
        woman.vitals(json!({ "heart_rate": 80, "pregnant": true })).await.is(201);
        let refused = prescribe(&woman, "Losartan", json!({})).await;
        let refused = refused.refuses(409, "override_reason_required");
        assert!(kinds(&refused["alerts"]).contains(&("pregnancy", "contraindicated")), "{refused}");

        let man = Room::with(world, "1995-01-01", "Male").await;
        prescribe(&man, "Sodium valproate", json!({})).await.is(201);
        world.settle().await;
    }

    async fn active_conditions_of_the_patient_count(world: &World) {
        let room = Room::with(world, "1995-01-01", "Female").await;
        prescribe(&room, "Dapsone", json!({})).await.is(201);
        let condition = json!({ "patient": room.patient, "name": "G6PD deficiency", "code": "D55.0" });
        room.doctor.post("medical_conditions/", condition).await.is(201);
        let refused = prescribe(&room, "Primaquine", json!({})).await;
        let refused = refused.refuses(409, "override_reason_required");
        assert!(kinds(&refused["alerts"]).contains(&("g6pd_deficiency", "contraindicated")), "{refused}");
        let condition = json!({ "patient": room.patient, "name": "Breastfeeding" });
        room.doctor.post("medical_conditions/", condition).await.is(201);
        let refused = prescribe(&room, "Codeine", json!({})).await;
        let refused = refused.refuses(409, "override_reason_required");
        assert!(kinds(&refused["alerts"]).contains(&("breastfeeding", "contraindicated")), "{refused}");
        world.settle().await;
    }

    async fn a_course_that_is_over_doubles_nothing(world: &World) {
        let room = Room::new(world).await;
        prescribe(&room, "Amoxicillin", json!({ "duration": "5 days" })).await.is(201);
        prescribe(&room, "Amoxicillin", json!({ "duration": "5 days" })).await.refuses(409, "override_reason_required");
        world.pass(jiff::SignedDuration::from_hours(6 * 24));
        let doctor = world.doctor().await;
        let encounter = encounter(&doctor, room.patient).await;
        let body = of(&room, "Amoxicillin", json!({ "encounter": encounter }));
        doctor.post("prescriptions/", body).await.is(201);
        world.settle().await;
    }

    async fn a_medication_of_the_formulary_gives_name_and_route(world: &World) {
        let room = Room::new(world).await;
        let pharmacist = world.caller(Some(Pharmacist)).await;
        let item = |body: Json| { let pharmacist = pharmacist.clone(); async move { pharmacist.post("medications/", body).await.id() } };
        let gel = item(json!({ "name": "Diclofenac", "form": "Ointment", "strength": "1 %" })).await;
        let tablets = item(json!({ "name": "Diclofenac", "form": "Tablet", "strength": "50 mg" })).await;
        prescribe(&room, "Lithium", json!({})).await.is(201);
        let mut body = of(&room, "", json!({ "medication_item": gel }));
        let made = room.doctor.post("prescriptions/", body.clone()).await;
        let made = made.is(201);
        assert_eq!(made["medication_name"], "Diclofenac 1 %");
        assert_eq!(made["safety_alerts"], json!([]));
        body["medication_item"] = json!(tablets);
        let refused = room.doctor.post("prescriptions/", body.clone()).await;
        let refused = refused.refuses(409, "override_reason_required");
        assert!(kinds(&refused["alerts"]).contains(&("interaction", "severe")), "{refused}");
        // A slip of the pen: the name says one medicine, the item is another.
        body["medication_name"] = json!("Paracetamol");
        room.doctor.post("prescriptions/", body).await.complains_about("medication_item");
        prescribe(&room, "", json!({})).await.complains_about("medication_name");
        world.settle().await;
    }

    async fn a_name_that_is_not_known_is_no_safer_than_one_that_is(world: &World) {
        let room = Room::new(world).await;
        allergic(&room, "Penicillin", json!({ "severity": "severe" })).await;
        allergic(&room, "Zyrqol", json!({ "severity": "severe" })).await;
        for name in ["Penicillin", "penicilin 500 mg", "Pencillin V", "Zyrqol 5 mg", "\u{410}moxicillin"] {
            let refused = prescribe(&room, name, json!({})).await;
            let alerts = refused.refuses(409, "override_reason_required")["alerts"].clone();
            assert!(kinds(&alerts).contains(&("allergy", "severe")), "{name}: {alerts}");
            let question = json!({ "patient_id": room.patient, "medication_name": name });
            assert_eq!(room.doctor.post("prescriptions/check_drug_allergy/", question).await.is(200)["alert"], true, "{name}");
        }
        let other = prescribe(&room, "Unheardofin", json!({})).await;
        assert_eq!(other.is(201)["safety_outcome"], "could_not_check");
        world.settle().await;
    }

    async fn an_allergy_that_becomes_known_later_alarms_who_prescribed(world: &World) {
        let room = Room::new(world).await;
        let open = async || {
            world.settle().await;
            let alerts = room.doctor.get("alerts/?unread=true").await.is(200)["results"].as_array().unwrap().clone();
            let mut of_allergy: Vec<Json> = alerts.into_iter().filter(|alert| alert["kind"] == "allergy").collect();
            of_allergy.sort_by_key(|alert| alert["id"].as_i64());
            of_allergy
        };
        let prescription = prescribe(&room, "Amoxicillin", json!({})).await.id();
        prescribe(&room, "Paracetamol", json!({})).await.is(201);
        assert_eq!(open().await.len(), 0);
        let body = json!({ "patient": room.patient, "substance": "Penicillin", "severity": "severe" });
        let allergy = room.nurse.post("allergies/", body).await.id();
        let alarms = open().await;
        assert_eq!(alarms.len(), 1, "{alarms:?}");
        assert!(alarms[0]["message"].as_str().unwrap().contains("Amoxicillin"), "{alarms:?}");
        // The same news again, or another allergy, raises no second alarm.
        room.nurse.patch(&format!("allergies/{allergy}/"), json!({ "reaction": "Rash" })).await.is(200);
        room.doctor.patch(&format!("patients/{}/", room.patient), json!({ "known_allergies": "Penicillin, Latex" })).await.is(200);
        assert_eq!(open().await, alarms);
        // What is no longer true is resolved, and raised when it is true again.
        room.nurse.patch(&format!("allergies/{allergy}/"), json!({ "status": "resolved" })).await.is(200);
        assert_eq!(open().await.len(), 0);
        room.nurse.patch(&format!("allergies/{allergy}/"), json!({ "status": "active" })).await.is(200);
        assert_eq!(open().await.len(), 1);
        room.doctor.patch(&format!("prescriptions/{prescription}/"), json!({ "status": "Cancelled" })).await.is(200);
        assert_eq!(open().await.len(), 0);
    }

    async fn an_allergy_of_a_merged_record_alarms_who_prescribed(world: &World) {
        let room = Room::new(world).await;
        prescribe(&room, "Amoxicillin", json!({})).await.is(201);
        let twin = json!({ "first_name": "Janet", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female", "known_allergies": "Penicillin" });
        let admin = world.admin().await;
        let twin = admin.post("patients/", twin).await.id();
        let merge = json!({ "into": room.patient, "reason": "one person" });
        admin.post(&format!("patients/{twin}/merge/"), merge).await.is(200);
        world.settle().await;
        let alerts = room.doctor.get("alerts/?unread=true").await;
        assert!(alerts.is(200)["results"].as_array().unwrap().iter().any(|alert| alert["kind"] == "allergy"), "{}", alerts.text());
    }

    async fn after_signing_only_the_status_changes(world: &World) {
        let room = Room::new(world).await;
        let id = prescribe(&room, "Amoxicillin", json!({})).await.id();
        let path = format!("prescriptions/{id}/");
        room.doctor.post(&format!("encounters/{}/sign/", room.encounter), json!({})).await.is(200);
        room.doctor.patch(&path, json!({ "dosage": "2" })).await.refuses(409, "encounter_signed");
        room.doctor.delete(&path).await.refuses(409, "encounter_signed");
        prescribe(&room, "Paracetamol", json!({})).await.refuses(409, "encounter_signed");
        room.doctor.patch(&path, json!({ "status": "Cancelled" })).await.is(200);
        world.settle().await;
    }

    async fn quantities_are_bounded(world: &World) {
        let room = Room::new(world).await;
        for quantity in [json!(0), json!(-5), json!(100_001), json!("many")] {
            prescribe(&room, "Amoxicillin", json!({ "quantity": quantity })).await.complains_about("quantity");
        }
        world.settle().await;
    }

    async fn a_receptionist_sees_that_there_is_a_prescription_and_not_of_what(world: &World) {
        let room = Room::new(world).await;
        let id = prescribe(&room, "Amoxicillin", json!({ "notes": "Secret" })).await.id();
        let path = format!("prescriptions/{id}/");
        let seen = room.desk.get(&path).await;
        let seen = seen.is(200);
        assert_eq!(seen["status"], "Active");
        assert!(seen["medication_name"].is_null() && seen["notes"].is_null() && seen["safety_alerts"].is_null(), "{seen}");
        assert_eq!(world.caller(Some(Pharmacist)).await.get(&path).await.is(200)["medication_name"], "Amoxicillin");
        room.nurse.get(&path).await.is(200);
        for reader in [&room.desk, &room.nurse] {
            reader.post("prescriptions/", of(&room, "Paracetamol", json!({}))).await.is(403);
            reader.post(&format!("prescriptions/{id}/renew/"), json!({})).await.is(403);
        }
        let stranger = world.patient().await;
        stranger.get(&path).await.is(404);
        assert_eq!(count(&stranger.get("patient-portal/prescriptions/").await), 0);
        world.settle().await;
    }

    async fn a_dose_is_compared_with_the_highest_usual_one(world: &World) {
        let room = Room::new(world).await;
        let usual = json!({ "dosage": "2 tablets", "frequency": "4 times a day" });
        let made = prescribe(&room, "Paracetamol 500 mg", usual).await;
        assert_eq!(made.is(201)["safety_alerts"], json!([]));
        // Ten tablets, by a slip, and the same by a change of what stands.
        let path = format!("prescriptions/{}/", made.id());
        let slip = room.doctor.patch(&path, json!({ "dosage": "10 tablets" })).await;
        let alerts = &slip.refuses(409, "override_reason_required")["alerts"];
        assert_eq!(kinds(alerts), [("dose", "severe")]);
        assert!(alerts[0]["message"].as_str().unwrap().contains("20000 mg a day: the highest usual daily dose is 4000 mg"), "{alerts}");
        assert_eq!(room.doctor.get(&path).await.is(200)["dosage"], "2 tablets");
        room.doctor.patch(&path, json!({ "dosage": "1 tablet" })).await.is(200);
        room.doctor.patch(&path, json!({ "dosage": "10 tablets", "override_reason": "Said by the poisons centre" })).await.is(200);
        let alerts = room.doctor.get(&format!("patients/{}/chart/", room.patient)).await;
        assert_eq!(alerts.is(200)["alerts"], json!([]), "overridden, not open");
        // Before it is prescribed, with what could not be read said.
        let ask = |dosage: &str, frequency: &str| {
            let body = json!({ "medication_name": "Ibuprofen 400 mg", "dosage": dosage, "frequency": frequency });
            let doctor = room.doctor.clone();
            async move { doctor.post("prescriptions/check_safety/", body).await }
        };
        let answer = ask("3 tablets", "tds").await;
        assert_eq!((kinds(&answer.is(200)["alerts"]), &answer.json["dose_checked"]), (vec![("dose", "severe")], &json!(true)));
        let answer = ask("some", "tds").await;
        assert_eq!((&answer.is(200)["outcome"], &answer.json["dose_checked"]), (&json!("could_not_check"), &json!(false)));
        assert_eq!(answer.json["not_checked"], json!([{ "part": "dose", "reason": "amount", "what": "ibuprofen" }]));
        world.settle().await;
    }

    async fn nothing_found_is_said_only_when_everything_was_checked(world: &World) {
        let room = Room::new(world).await;
        let outcome = |reply: &testkit::Reply| {
            let made = reply.is(201);
            let parts = made["safety_not_checked"].as_array().unwrap().iter();
            let parts: Vec<String> = parts.map(|part| format!("{} {}", part["part"], part["reason"]).replace('"', "")).collect();
            (made["safety_outcome"].as_str().unwrap().to_owned(), parts.join(", "))
        };
        let dose = |dosage: &str, frequency: &str| json!({ "dosage": dosage, "frequency": frequency, "status": "Completed" });
        let current = |dosage: &str, frequency: &str| json!({ "dosage": dosage, "frequency": frequency, "duration": "1 day" });
        // Given a patient whom nobody asked for allergies, nothing is clear, whatever else was checked.
        let made = prescribe(&room, "Omeprazole 20 mg", current("1 capsule", "once daily")).await;
        assert_eq!(outcome(&made), ("could_not_check".to_owned(), "allergies not_asked".to_owned()));
        let question = json!({ "patient_id": room.patient, "medication_name": "Amoxicillin" });
        let answer = room.doctor.post("prescriptions/check_drug_allergy/", question.clone()).await;
        assert_eq!((&answer.is(200)["alert"], &answer.json["outcome"], &answer.json["severity"]), (&json!(true), &json!("could_not_check"), &json!("unknown")));
        assert!(answer.json["message"].as_str().unwrap().contains("nobody has asked"), "{}", answer.json);
        asked(&room).await;
        let answer = room.doctor.post("prescriptions/check_drug_allergy/", question).await;
        assert_eq!((&answer.is(200)["alert"], &answer.json["outcome"]), (&json!(false), &json!("nothing_found")));
        // Afterwards it depends on the dose: read and compared, or named.
        for (name, dosage, frequency, expected) in [
            ("Cetirizine 10 mg", "1 tablet", "once daily", ""),
            ("Loratadine", "5,000 mg", "once daily", "dose amount"),
            ("Bisacodyl 5 mg", "ten tablets", "once daily", "dose amount"),
            ("Folic acid 5 mg", "1 tablet", "as the midwife says", "dose frequency"),
            ("Ascorbic acid 100 mg", "1 tablet", "once daily", "dose no_limit"),
            ("Lopinavir/ritonavir 200/50 mg", "2 tablets", "twice daily", ""),
            ("Co-amoxiclav 700 mg", "1 tablet", "twice daily", "dose strengths, dose strengths"),
        ] {
            let made = prescribe(&room, name, current(dosage, frequency)).await;
            let expected_outcome = if expected.is_empty() { "nothing_found" } else { "could_not_check" };
            assert_eq!(outcome(&made), (expected_outcome.to_owned(), expected.to_owned()), "{name} {dosage}");
            let path = format!("prescriptions/{}/", made.id());
            room.doctor.patch(&path, dose(dosage, frequency)).await.is(200);
        }
        // A question about a patient that leaves the dose out is answered so.
        let question = json!({ "patient_id": room.patient, "medication_name": "Cetirizine 10 mg" });
        let answer = room.doctor.post("prescriptions/check_safety/", question).await;
        assert_eq!((&answer.is(200)["outcome"], &answer.json["dose_checked"]), (&json!("could_not_check"), &json!(false)));
        world.settle().await;
    }

    async fn a_childs_dose_follows_the_weight(world: &World) {
        let room = Room::with(world, "2022-01-01", "Male").await;
        let dose = |milligrams: i64| json!({ "dosage": format!("{milligrams} mg"), "frequency": "4 times a day" });
        prescribe(&room, "Paracetamol", dose(500)).await.is(201);
        room.vitals(json!({ "weight": 16 })).await.is(201);
        let refused = prescribe(&room, "Paracetamol", dose(500)).await;
        let found = kinds(&refused.refuses(409, "override_reason_required")["alerts"]).contains(&("dose", "severe"));
        assert!(found, "{}", refused.text());
        world.settle().await;
    }

    async fn a_child_whom_nobody_weighed_is_not_given_what_is_too_much_for_the_heaviest(world: &World) {
        // Given children whom nobody weighed, and what the heaviest of their age and sex weigh
        for (born, gender, kilograms) in [
            ("2024-11-23", "Male", json!("17.1")),
            ("2024-11-23", "Female", json!("17")),
            ("2024-11-23", "Unknown", json!("17.1")),
            ("2026-11-20", "Female", json!("4.9")),
        ] {
            let room = Room::with(world, born, gender).await;
            let dose = |dosage: &str| json!({ "dosage": dosage, "frequency": "3 times a day" });
            // when a grown-up's dose is prescribed, then it needs a reason, and says that they are to be weighed.
            let refused = prescribe(&room, "Paracetamol", dose("1 g")).await;
            let alerts = &refused.refuses(409, "override_reason_required")["alerts"];
            let dose = alerts.as_array().unwrap().iter().find(|one| one["kind"] == "dose").unwrap();
            assert_eq!(
                (&dose["severity"], &dose["dose"]["whom"], &dose["dose"]["weight_assumed"]),
                (&json!("severe"), &kilograms, &json!(true)),
                "{born} {gender}: {dose}"
            );
        }
        // A small dose is left to whoever prescribes, as not compared.
        let room = Room::with(world, "2024-11-23", "Male").await;
        let small = prescribe(&room, "Paracetamol", json!({ "dosage": "120 mg", "frequency": "3 times a day" })).await;
        let unchecked = small.is(201)["safety_not_checked"].to_string();
        assert!(unchecked.contains("weight"), "{}", small.text());
        // From ten years on WHO gives no weights.
        let room = Room::with(world, "2015-11-23", "Male").await;
        prescribe(&room, "Paracetamol", json!({ "dosage": "1 g", "frequency": "3 times a day" })).await.is(201);
        world.settle().await;
    }

    async fn a_counted_quantity_follows_its_words_and_a_written_one_stays(world: &World) {
        let room = Room::new(world).await;
        let counted = prescribe(&room, "Paracetamol 500 mg", json!({ "frequency": "3 times a day", "duration": "5 days" })).await;
        assert_eq!(counted.is(201)["quantity"], 15);
        let path = format!("prescriptions/{}/", counted.id());
        for (change, quantity) in [
            (json!({ "duration": "3 days" }), json!(9)),
            (json!({ "frequency": "twice a day" }), json!(6)),
            (json!({ "dosage": "2 tablets" }), json!(12)),
            (json!({ "notes": "With water" }), json!(12)),
            (json!({ "duration": "until review" }), json!(null)),
            (json!({ "duration": "4 days" }), json!(16)),
            // Written from here on.
            (json!({ "duration": "2 days", "quantity": 10 }), json!(10)),
            (json!({ "duration": "5 days" }), json!(10)),
        ] {
            assert_eq!(room.doctor.patch(&path, change.clone()).await.is(200)["quantity"], quantity, "{change}");
        }
        let written = prescribe(&room, "Amoxicillin 500 mg", json!({ "duration": "5 days", "quantity": 15 })).await;
        let path = format!("prescriptions/{}/", written.is(201)["id"]);
        assert_eq!(room.doctor.patch(&path, json!({ "duration": "3 days" })).await.is(200)["quantity"], 15);
        // A renewal counts for itself.
        let again = prescribe(&room, "Metronidazole 200 mg", json!({ "duration": "5 days" })).await;
        let renew = format!("prescriptions/{}/renew/", again.id());
        assert_eq!(room.doctor.post(&renew, json!({ "duration": "10 days" })).await.is(201)["quantity"], 30);
        world.settle().await;
    }
}
