//! `suppliers/`, `medication-categories/`, `medications/`.

use kernel::BuiltinRole::{Cashier, Pharmacist};
use serde_json::{Value as Json, json};

fn names(list: &Json) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|row| row["generic_name"].as_str().unwrap())
        .collect()
}

testkit::on_both! {
    async fn the_six_categories_are_there_and_the_next_is_the_seventh(world: &World) {
        let pharmacist = world.caller(Some(Pharmacist)).await;
        let list = pharmacist.get("medication-categories/").await;
        let seeded: Vec<(i64, &str)> = list.is(200).as_array().unwrap().iter()
            .map(|row| (row["id"].as_i64().unwrap(), row["name"].as_str().unwrap())).collect();
        assert_eq!(seeded, [
            (1, "Analgesics"), (2, "Antibiotics"), (3, "Antipyretics"), (4, "Antimalarials"), (5, "Vitamins"), (6, "Antihypertensives"),
        ]);
        let next = pharmacist.post("medication-categories/", json!({ "name": "Antacids" })).await;
        assert_eq!(next.is(201)["id"], 7);
        pharmacist.post("medication-categories/", json!({ "name": "Antacids" })).await.complains_about("name");
    }

    async fn a_medication_needs_a_name_and_answers_under_every_name_that_clients_know(world: &World) {
        let pharmacist = world.caller(Some(Pharmacist)).await;
        pharmacist.post("medications/", json!({})).await.complains_about("generic_name");
        let least = pharmacist.post("medications/", json!({ "name": "Paracetamol" })).await;
        let least = least.is(201);
        assert_eq!(least["generic_name"], "Paracetamol");
        assert_eq!(least["formulation"], "Other");
        assert_eq!(least["unit_of_measure"], "Each");
        assert_eq!(least["category_name"], Json::Null);

        let supplier = pharmacist.post("suppliers/", json!({ "name": "Central Medical Stores", "lead_time_days": 14 })).await.id();
        let body = json!({
            "name": "Amoxicillin/clavulanic acid", "brand_name": "Augmentin", "form": "Tablet", "strength": "625 mg",
            "notes": "With food", "category_id": 2, "supplier": supplier, "reorder_level": "20", "total_quantity": 99,
        });
        let made = pharmacist.post("medications/", body).await;
        let made = made.is(201);
        for (field, value) in [
            ("name", json!("Amoxicillin/clavulanic acid")), ("generic_name", json!("Amoxicillin/clavulanic acid")),
            ("form", json!("Tablet")), ("formulation", json!("Tablet")), ("notes", json!("With food")), ("description", json!("With food")),
            ("category", json!(2)), ("category_id", json!(2)), ("category_name", json!("Antibiotics")),
            ("supplier", json!(supplier)), ("supplier_id", json!(supplier)), ("supplier_name", json!("Central Medical Stores")),
            ("reorder_level", json!(20)), ("ingredients", json!("amoxicillin; clavulanic acid")),
            // What is there follows from the ledger, whatever a client sends.
            ("total_quantity", json!(0)), ("current_stock_level", json!(0)),
        ] {
            assert_eq!(made[field], value, "{field}");
        }
    }

    async fn a_medication_is_found_by_any_name(world: &World) {
        let pharmacist = world.caller(Some(Pharmacist)).await;
        let paracetamol = pharmacist.post("medications/", json!({ "name": "Paracetamol", "strength": "500 mg" })).await.id();
        pharmacist.post("medications/", json!({ "name": "Amoxicillin/clavulanic acid", "brand_name": "Clavam" })).await.is(201);
        pharmacist.post("medications/", json!({ "name": "Amoxicillin" })).await.is(201);
        let names_of = format!("medications/{paracetamol}/names/");
        pharmacist.post(&names_of, json!({ "name": "Dawa ya homa", "kind": "local" })).await.is(201);
        pharmacist.post(&names_of, json!({ "name": "DAWA YA HOMA" })).await.complains_about("name");
        pharmacist.post(&names_of, json!({ "name": "Hedex" })).await.is(201);
        for (asked, found) in [
            ("paraceta", vec!["Paracetamol"]),
            ("clavam", vec!["Amoxicillin/clavulanic acid"]),
            ("ya homa", vec!["Paracetamol"]),
            // Brands that only the drug-safety pack knows.
            ("Panadol", vec!["Paracetamol"]),
            ("Augmentin", vec!["Amoxicillin/clavulanic acid"]),
            ("amoxycillin", vec!["Amoxicillin", "Amoxicillin/clavulanic acid"]),
            ("100%", vec![]),
            ("warfarin", vec![]),
        ] {
            let list = pharmacist.get(&format!("medications/?search={}", asked.replace('%', "%25").replace(' ', "+"))).await;
            assert_eq!(names(list.is(200)), found, "{asked}");
        }
        let shown = pharmacist.get(&format!("medications/{paracetamol}/")).await;
        assert_eq!(shown.is(200)["other_names"], json!(["Dawa ya homa", "Hedex"]));
        assert_eq!(pharmacist.get(&names_of).await.is(200).as_array().unwrap().len(), 2);
    }

    async fn quantities_and_lead_times_are_bounded_and_references_must_exist(world: &World) {
        let pharmacist = world.caller(Some(Pharmacist)).await;
        pharmacist.post("medications/", json!({ "name": "x", "reorder_level": -1 })).await.complains_about("reorder_level");
        pharmacist.post("medications/", json!({ "name": "x", "formulation": "Rock" })).await.complains_about("formulation");
        pharmacist.post("medications/", json!({ "name": "x", "category": 4711 })).await.complains_about("category");
        pharmacist.post("suppliers/", json!({ "name": "x", "lead_time_days": 9999 })).await.complains_about("lead_time_days");
        pharmacist.post("suppliers/", json!({ "name": "x", "email": "nobody" })).await.complains_about("email");
    }

    async fn what_is_referred_to_cannot_be_deleted(world: &World) {
        let pharmacist = world.caller(Some(Pharmacist)).await;
        let supplier = pharmacist.post("suppliers/", json!({ "name": "Stores" })).await.id();
        let item = pharmacist.post("medications/", json!({ "name": "Zinc", "supplier": supplier })).await.id();
        pharmacist.post(&format!("medications/{item}/names/"), json!({ "name": "Zincol" })).await.is(201);
        pharmacist.delete(&format!("suppliers/{supplier}/")).await.refuses(409, "in_use");
        pharmacist.delete(&format!("medications/{item}/")).await.is(204);
        pharmacist.delete(&format!("suppliers/{supplier}/")).await.is(204);
    }

    async fn pharmacists_keep_the_formulary_and_the_wards_read_it(world: &World) {
        let pharmacist = world.caller(Some(Pharmacist)).await;
        let item = pharmacist.post("medications/", json!({ "name": "Zinc" })).await.id();
        for reader in [world.doctor().await, world.nurse().await, world.caller(Some(Cashier)).await] {
            reader.get(&format!("medications/{item}/")).await.is(200);
            reader.post("medications/", json!({ "name": "Salt" })).await.is(403);
        }
        let receptionist = world.receptionist().await;
        assert_eq!(receptionist.get("medications/").await.is(200), &json!([]));
        receptionist.get(&format!("medications/{item}/")).await.is(404);
    }
}
