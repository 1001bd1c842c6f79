//! `vitals/`.

use serde_json::json;

use crate::support::{Room, count};

testkit::on_both! {
    async fn vitals_are_recorded_under_every_name_that_clients_use(world: &World) {
        let room = Room::new(world).await;
        let body = json!({
            "systolic_bp": 120, "diastolic_bp": 80, "heart_rate": 70, "respiratory_rate": 16, "temperature": 36.7,
            "oxygen_saturation": 98, "height": 175, "weight": 70,
        });
        let made = room.nurse.post(&format!("encounters/{}/add_vitals/", room.encounter), body).await;
        let row = made.is(201);
        for (field, value) in [
            ("bmi", json!(22.86)), ("temperature", json!(36.7)), ("temperature_celsius", json!(36.7)),
            ("blood_pressure_systolic", json!(120)), ("blood_pressure_diastolic", json!(80)), ("heart_rate_bpm", json!(70)),
            ("respiratory_rate_bpm", json!(16)), ("oxygen_saturation_percent", json!(98)), ("is_abnormal", json!(false)),
            ("abnormal_flags", json!([])), ("recorded_by", json!(room.nurse.id)), ("patient", json!(room.patient)),
            ("encounter", json!(room.encounter)), ("encounter_id", json!(room.encounter)),
        ] {
            assert_eq!(row[field], value, "{field}");
        }
        let other = json!({
            "encounter_id": room.encounter, "temperature_celsius": "38.6", "blood_pressure_systolic": 130,
            "blood_pressure_diastolic": "85", "heart_rate_bpm": 95, "respiratory_rate_bpm": 18, "oxygen_saturation_percent": 97,
        });
        let other = room.doctor.post("vitals/", other).await;
        assert_eq!(other.is(201)["temperature"], 38.6);
        assert_eq!(other.json["heart_rate"], 95);
        assert_eq!(count(&room.nurse.get(&format!("encounters/{}/vitals/", room.encounter)).await), 2);
        assert_eq!(count(&room.nurse.get(&format!("vitals/?patient={}", room.patient)).await), 2);
        world.settle().await;
    }

    async fn what_no_living_person_has_is_refused_with_the_remedy(world: &World) {
        let room = Room::new(world).await;
        // B04
        let fahrenheit = room.vitals(json!({ "temperature": 98.6 })).await;
        assert!(fahrenheit.complains_about("temperature").to_string().contains("37"), "{}", fahrenheit.text());
        room.vitals(json!({ "temperature": 36.6 })).await.is(201);
        // B06
        let metres = room.vitals(json!({ "weight": 70, "height": 1.75 })).await;
        assert!(metres.complains_about("height").to_string().contains("175"), "{}", metres.text());
        assert_eq!(room.vitals(json!({ "weight": 70 })).await.is(201)["bmi"], json!(null));
        assert_eq!(room.vitals(json!({ "weight": 70, "height": 175 })).await.is(201)["bmi"], 22.86);

        for (body, field) in [
            (json!({}), "non_field_errors"),
            (json!({ "temperature": "36,7" }), "temperature"),
            (json!({ "weight": "1,750" }), "weight"),
            (json!({ "weight": 3245 }), "weight"),
            (json!({ "muac": 12.5 }), "muac"),
            (json!({ "oxygen_saturation": 101 }), "oxygen_saturation"),
            (json!({ "heart_rate": 0 }), "heart_rate"),
            (json!({ "heart_rate": i64::MAX }), "heart_rate"),
            (json!({ "heart_rate": 70.5 }), "heart_rate"),
            (json!({ "systolic_bp": 80, "diastolic_bp": 120 }), "diastolic_bp"),
            (json!({ "temperature": 1e300 }), "temperature"),
            (json!({ "temperature": 36.12345 }), "temperature"),
            (json!({ "consciousness": "sleepy", "pain": 1 }), "consciousness"),
        ] {
            room.vitals(body.clone()).await.complains_about(field);
        }
        let other = room.desk.post("patients/", json!({ "first_name": "Awa", "last_name": "Bah", "date_of_birth": "1980-02-03", "gender": "Female" })).await.id();
        let crossed = json!({ "encounter": room.encounter, "pain": 2 });
        room.doctor.post(&format!("patients/{other}/vitals_history/"), crossed).await.complains_about("encounter");
        world.settle().await;
    }

    async fn values_are_flagged_by_age_and_scored_for_adults(world: &World) {
        let room = Room::new(world).await;
        let ill = json!({
            "systolic_bp": 88, "diastolic_bp": 50, "heart_rate": 135, "respiratory_rate": 26, "temperature": 39.2,
            "oxygen_saturation": 90, "breathing": "oxygen", "consciousness": "confusion",
        });
        let made = room.vitals(ill).await;
        let row = made.is(201);
        assert_eq!(row["is_abnormal"], true);
        let flag = |name: &str| row["abnormal_flags"].as_array().unwrap().iter().find(|flag| flag["measure"] == name).cloned().unwrap();
        assert_eq!(flag("heart_rate")["level"], "critical_high");
        assert_eq!(flag("temperature")["level"], "high");
        assert_eq!(flag("oxygen_saturation")["level"], "critical_low");
        assert_eq!((&row["early_warning"]["total"], &row["early_warning"]["band"]), (&json!(19), &json!("high")));
        let partly = room.vitals(json!({ "heart_rate": 70, "temperature": 36.8 })).await;
        let score = &partly.is(201)["early_warning"];
        assert_eq!(score["total"], json!(null));
        assert_eq!(score["missing"].as_array().unwrap().len(), 5);
        let pregnant = room.vitals(json!({ "systolic_bp": 160, "diastolic_bp": 100, "pregnant": true })).await;
        assert_eq!(pregnant.is(201)["abnormal_flags"][0]["level"], "critical_high");
        assert_eq!(pregnant.json["early_warning"], json!(null));
        world.settle().await;
    }

    async fn a_child_is_compared_with_the_growth_tables(world: &World) {
        let room = Room::with(world, "2025-11-24", "Male").await;
        let first = room.vitals(json!({ "weight": 9.2, "height": 76, "respiratory_rate": 30 })).await;
        let row = first.is(201);
        assert_eq!(row["early_warning"], json!(null));
        let z = |row: &serde_json::Value, name: &str| row["growth"].as_array().unwrap().iter().find(|it| it["indicator"] == name).cloned().unwrap();
        assert!(z(row, "weight_for_age")["z"].as_f64().unwrap() > -1.0);
        assert!(z(row, "weight_for_length")["z"].is_number());
        let thin = room.vitals(json!({ "weight": 7.2, "height": 76, "muac": 114, "temperature": 39.0 })).await;
        let row = thin.is(201);
        let weight = z(row, "weight_for_age");
        assert!(weight["z"].as_f64().unwrap() < -2.0);
        assert!(weight["crossed"].as_array().unwrap().contains(&json!(-2)), "{weight}");
        assert_eq!(weight["now"], "below");
        let signs: Vec<_> = row["danger_signs"].as_array().unwrap().iter().map(|sign| sign["level"].clone()).collect();
        assert_eq!(signs, ["priority", "priority"]);
        let history = room.doctor.get(&format!("patients/{}/vitals_history/", room.patient)).await;
        assert_eq!(count(&history), 2);
        assert_eq!(row["abnormal_flags"].as_array().unwrap().iter().filter(|flag| flag["measure"] == "weight").count(), 0);
        // A point that was lost on the way: no child of a year weighs that.
        let lost = room.vitals(json!({ "weight": 92 })).await;
        let flags = lost.is(201)["abnormal_flags"].as_array().unwrap();
        assert_eq!((&flags[0]["measure"], &flags[0]["level"]), (&json!("weight"), &json!("critical_high")));
        assert_eq!(z(&history.json[0], "weight_for_age")["crossed"], weight["crossed"], "the same in the history");
        world.settle().await;
    }

    async fn saving_untouched_changes_nothing(world: &World) {
        // B14
        let room = Room::new(world).await;
        let made = room.vitals(json!({ "weight": 23.7, "temperature": 36.65 })).await;
        let one = format!("vitals/{}/", made.id());
        let read = room.doctor.get(&one).await;
        assert_eq!(read.is(200)["weight"], 23.7);
        world.settle().await;
        let before = world.audit_of("Vitals").await.len();
        let same = room.doctor.put(&one, read.json.clone()).await;
        assert_eq!((&same.is(200)["weight"], &same.json["version"]), (&json!(23.7), &json!(1)));
        let edits = world.audit_of("Vitals").await.into_iter().skip(before).filter(|row| row.action.as_str() == "edit");
        assert_eq!(edits.count(), 0);
        world.settle().await;
    }
}
