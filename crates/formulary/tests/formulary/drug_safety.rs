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

    async fn a_hospital_has_highest_doses_of_its_own(world: &World) {
        let pharmacist = world.caller(Some(Pharmacist)).await;
        let ask = |milligrams: i64| {
            let body = json!({ "medication_name": "Vitamin C", "dosage": format!("{milligrams} mg"), "frequency": "once daily" });
            let pharmacist = pharmacist.clone();
            async move { pharmacist.post("prescriptions/check_safety/", body).await.is(200).clone() }
        };
        assert_eq!(ask(5_000).await["not_checked"][0]["reason"], "no_limit");
        let rows = "ingredient,route,population,max_single,max_daily,unit,note,source\nascorbic acid,oral,adult,1000,2000,mg,kidney stones,Our committee\n";
        let made = pharmacist.post("drug-safety/", json!({ "pack_table": "max_dose", "csv": rows })).await;
        let found = ask(5_000).await;
        assert_eq!((&found["outcome"], &found["alerts"][0]["kind"], &found["alerts"][0]["source"]), (&json!("found"), &json!("dose"), &json!("Our committee")));
        let fine = ask(1_000).await;
        assert_eq!((&fine["outcome"], &fine["dose_checked"]), (&json!("nothing_found"), &json!(true)));
        let products = "ingredients,strengths,unit\nparacetamol;caffeine citrate,500;65,mg\n";
        pharmacist.post("drug-safety/", json!({ "pack_table": "strengths", "csv": products })).await.is(201);
        for (table, rows) in [
            ("max_dose", "ingredient,route,population,unit,max_single\nascorbic acid,nose,adult,mg,1\n"),
            ("strengths", "ingredients,strengths,unit\nparacetamol;codeine,500,mg\n"),
        ] {
            pharmacist.post("drug-safety/", json!({ "pack_table": table, "csv": rows })).await.complains_about("csv");
        }
        pharmacist.delete(&format!("drug-safety/{}/", made.id())).await.is(204);
        assert_eq!(ask(5_000).await["not_checked"][0]["reason"], "no_limit");
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

    async fn a_table_may_have_several_additions_and_only_pharmacists_change_them(world: &World) {
        let pharmacist = world.caller(Some(Pharmacist)).await;
        let rows = |alias: &str| json!({ "pack_table": "synonyms", "csv": format!("alias,ingredients\n{alias},paracetamol\n") });
        let id = pharmacist.post("drug-safety/", rows("A1x")).await.id();
        pharmacist.post("drug-safety/", rows("B2x")).await.is(201);
        assert_eq!(ingredients(&pharmacist, "A1x").await, "paracetamol");
        assert_eq!(ingredients(&pharmacist, "B2x").await, "paracetamol");
        let body = rows("C3x");
        let doctor = world.doctor().await;
        doctor.get(&format!("drug-safety/{id}/")).await.is(200);
        doctor.post("drug-safety/", body).await.is(403);
    }
}
