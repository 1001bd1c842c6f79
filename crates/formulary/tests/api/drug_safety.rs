//! `drug-safety/`: what the hospital adds to the pack.

use kernel::BuiltinRole::Pharmacist;
use serde_json::{Value as Json, json};
use testkit::Caller;

async fn ingredients(caller: &Caller, name: &str) -> Json {
    let made = caller.post("medications/", json!({ "name": name })).await;
    made.is(201)["ingredients"].clone()
}

testkit::on_both! {
    async fn an_addition_counts_at_once_until_it_is_taken_back(world: &World) {
        let pharmacist = world.caller(Some(Pharmacist)).await;
        assert_eq!(ingredients(&pharmacist, "Kilimadol").await, "");
        let rows = "alias,ingredients\nKilimadol,paracetamol;tramadol\n";
        let made = pharmacist.post("drug-safety/", json!({ "pack_table": "synonyms", "csv": rows, "notes": "Read by Amina" })).await;
        let id = made.is(201)["id"].clone();
        assert_eq!(ingredients(&pharmacist, "Kilimadol").await, "paracetamol; tramadol");
        let rows = "alias,ingredients\nKilimadol,ibuprofen\n";
        pharmacist.patch(&format!("drug-safety/{id}/"), json!({ "csv": rows })).await.is(200);
        assert_eq!(ingredients(&pharmacist, "Kilimadol").await, "ibuprofen");
        pharmacist.delete(&format!("drug-safety/{id}/")).await.is(204);
        assert_eq!(ingredients(&pharmacist, "Kilimadol").await, "");
    }

    async fn a_faulty_row_is_named_by_its_line_and_nothing_is_stored(world: &World) {
        let pharmacist = world.caller(Some(Pharmacist)).await;
        let rows = "alias,ingredients\nGood,paracetamol\nBad,paracetmol\n,ibuprofen\n";
        let refused = pharmacist.post("drug-safety/", json!({ "pack_table": "synonyms", "csv": rows })).await;
        let said = refused.complains_about("csv")["csv"].as_array().unwrap();
        assert_eq!(said.len(), 2);
        let first = said[0].as_str().unwrap();
        assert!(first.contains("line 3") || first.contains('3'), "{first}");
        assert!(first.contains("paracetmol") && first.contains("paracetamol"), "{first}");
        assert_eq!(pharmacist.get("drug-safety/").await.is(200), &json!([]));
        assert_eq!(ingredients(&pharmacist, "Good").await, "");
    }

    async fn rows_that_others_rest_on_cannot_be_taken_back(world: &World) {
        let pharmacist = world.caller(Some(Pharmacist)).await;
        let rows = "ingredient,classes\ntestastatin,statin\n";
        let made = pharmacist.post("drug-safety/", json!({ "pack_table": "ingredients", "csv": rows })).await.id();
        let rows = "alias,ingredients\nTestor,testastatin\n";
        pharmacist.post("drug-safety/", json!({ "pack_table": "synonyms", "csv": rows })).await.is(201);
        pharmacist.delete(&format!("drug-safety/{made}/")).await.is(400);
        assert_eq!(ingredients(&pharmacist, "Testor").await, "testastatin");
    }

    async fn there_is_one_addition_for_each_table_and_only_pharmacists_change_it(world: &World) {
        let pharmacist = world.caller(Some(Pharmacist)).await;
        let body = json!({ "pack_table": "synonyms", "csv": "alias,ingredients\nA1x,paracetamol\n" });
        let id = pharmacist.post("drug-safety/", body.clone()).await.id();
        pharmacist.post("drug-safety/", body.clone()).await.complains_about("pack_table");
        pharmacist.patch(&format!("drug-safety/{id}/"), json!({ "pack_table": "classes" })).await.complains_about("pack_table");
        let doctor = world.doctor().await;
        doctor.get(&format!("drug-safety/{id}/")).await.is(200);
        doctor.post("drug-safety/", body).await.is(403);
    }
}
