//! Names that people read as one are one, however they are written.

use kernel::BuiltinRole::Cashier;
use serde_json::{Value as Json, json};
use testkit::races::{at_once, counted, expected};

testkit::on_both! {
    async fn another_writing_of_a_name_is_taken(world: &World) {
        let admin = world.admin().await;
        let test = admin.post("lab_tests/catalog/", json!({ "test_code": "ZQ1", "test_name": "Zinc", "department": "Chemistry", "specimen_type": "Serum" })).await.id();
        let catalogue = [
            ("wards/", "name", json!({})),
            ("beds/", "number", json!({})),
            ("stock-locations/", "name", json!({})),
            ("medication-categories/", "name", json!({})),
            ("inventory/", "name", json!({ "quantity": 1 })),
            ("service-catalog/", "code", json!({ "name": "X-ray", "price": 300 })),
            ("lab_tests/catalog/", "test_code", json!({ "test_name": "Zinc", "department": "Chemistry", "specimen_type": "Serum" })),
            ("lab_tests/parameters/", "code", json!({ "test": test, "name": "Zinc", "units": "umol/L" })),
            ("organizations/", "name", json!({})),
            ("roles/", "name", json!({})),
        ];
        for (path, field, rest) in &catalogue {
            let named = |name: &str| {
                let mut body = rest.clone();
                body[*field] = json!(name);
                body
            };
            let first = admin.post(path, named("Dx-1 B")).await;
            first.is(201);
            // Case, width, blanks, what is not seen, dashes.
            for other in ["dX-1 b", "\u{ff24}x-1 B", " Dx-1\u{a0} B ", "Dx\u{ad}-1 B", "Dx\u{2011}1 B"] {
                let refused = admin.post(path, named(other)).await;
                refused.complains_about(field);
            }
            // Its own name may be written otherwise, and is kept as it is seen.
            let one = format!("{path}{}/", first.id());
            let renamed = admin.patch(&one, json!({ (*field): " DX-1  \u{ff22} " })).await;
            assert_eq!(renamed.is(200)[*field], "DX-1 B", "{path}");
            let second = admin.post(path, named("Dx-2")).await;
            second.is(201);
            admin.patch(&format!("{path}{}/", second.id()), json!({ (*field): "dx-1 b" })).await.complains_about(field);
        }
        // A bed's number is taken within its ward.
        let wards = admin.get("wards/").await;
        let ward = wards.is(200)[0]["id"].clone();
        admin.post("beds/", json!({ "ward": ward, "number": "dx-1 b" })).await.is(201);
        admin.post("beds/", json!({ "ward": ward, "number": "DX-1 B" })).await.complains_about("number");
        world.settle().await;
    }

    async fn of_many_writings_at_once_one_is_made(world: &World) {
        let admin = world.admin().await;
        let writings = (0..32_u32).map(|n| {
            let letters = "maternity".char_indices();
            let name: String = letters.map(|(at, c)| if n >> (at % 5) & 1 == 1 { c.to_ascii_uppercase() } else { c }).collect();
            admin.request("POST", "wards/").json(&json!({ "name": name }))
        });
        let replies = at_once(writings.collect()).await;
        assert_eq!(counted(&replies), expected(&[("201", 1), ("400", 31)]));
        world.settle().await;
    }

    async fn a_drawer_is_one_however_its_name_is_written(world: &World) {
        let (one, other) = (world.caller(Some(Cashier)).await, world.caller(Some(Cashier)).await);
        one.post("cash-sessions/", json!({ "drawer": "D1", "opening_float": 100 })).await.is(201);
        for name in ["d1", " D1 ", "\u{ff24}1", "\u{ff24}\u{ff11}", "D\u{200b}1"] {
            let refused = other.post("cash-sessions/", json!({ "drawer": name, "opening_float": 100 })).await;
            let found: &Json = refused.refuses(409, "state_conflict");
            assert!(found["cash_session"].is_i64(), "{name}");
        }
        other.post("cash-sessions/", json!({ "drawer": "D2", "opening_float": 100 })).await.is(201);
        world.settle().await;
    }
}
