//! What must not be told: markers are put where only some may see them, and looked for in every answer to others.
#![expect(clippy::unwrap_used, reason = "tests")]

use http::Method;
use kernel::BuiltinRole::{self, Cashier, Doctor, LabTechnician, Nurse, Pharmacist, Receptionist};
use serde_json::{Value as Json, json};
use testkit::visitor::Visitor;
use testkit::{Caller, PASSWORD, World};

const STAFF: [BuiltinRole; 6] = [
    Doctor,
    Receptionist,
    Nurse,
    Pharmacist,
    LabTechnician,
    Cashier,
];
/// Begins everything that is to be withheld.
const MARK: &str = "zqhidden";

async fn registered(desk: &Caller, first: &str) -> i64 {
    let body = json!({
        "first_name": first, "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female",
    });
    desk.post("patients/", body).await.id()
}

/// Every path that lists something and names no record.
fn lists(world: &World) -> Vec<String> {
    let operations = world.operations();
    let found = operations
        .iter()
        .filter(|op| op.method == Method::GET && !op.path.contains('{'));
    found.map(|op| op.path.clone()).collect()
}

fn rows(json: &Json) -> Vec<Json> {
    let rows = json.get("results").unwrap_or(json);
    rows.as_array().cloned().unwrap_or_default()
}

/// A patient's account whose owner gave it a name and an address.
async fn patients_account(world: &World, admin: &Caller) -> (i64, Caller) {
    let patient = registered(admin, "Awa").await;
    let id = world.user("patient-1001", Some(BuiltinRole::Patient)).await;
    admin
        .patch(&format!("patients/{patient}/"), json!({ "user": id }))
        .await
        .is(200);
    let owner = world.sign_in("patient-1001", PASSWORD).await;
    let own = json!({
        "first_name": format!("{MARK}first"), "last_name": format!("{MARK}last"),
        "email": format!("{MARK}@example.org"), "phone": "+2207834351",
    });
    owner.patch("users/me/", own).await.is(200);
    world.settle().await;
    (id, owner)
}

testkit::on_both! {
    async fn staff_see_the_accounts_of_colleagues_and_not_of_patients(world: &World) {
        let admin = world.admin().await;
        let (account, _) = patients_account(world, &admin).await;
        let guest = world.caller(None).await;
        let nurse = world.nurse().await;
        for role in STAFF {
            let one = world.caller(Some(role)).await;
            let seen = rows(one.get("users/").await.is(200));
            let ids: Vec<i64> = seen.iter().filter_map(|row| row["id"].as_i64()).collect();
            assert!(ids.contains(&nurse.id) && ids.contains(&admin.id) && ids.contains(&one.id), "{seen:?}");
            assert!(!ids.contains(&account) && !ids.contains(&guest.id), "{seen:?}");
            one.get(&format!("users/{account}/")).await.is(404);
            // Neither a search, a filter, an order nor a count tells that it is there.
            for query in [
                format!("search={MARK}"), format!("email={MARK}@example.org"), "username=patient-1001".to_owned(),
                "role__name=Patient".to_owned(), format!("id__in={account}"), format!("role={}", BuiltinRole::Patient.id()),
            ] {
                let found = one.get(&format!("users/?{query}")).await;
                assert_eq!(rows(found.is(200)).len(), 0, "{query}");
                let counted = one.get(&format!("users/?{query}&limit=1&offset=0")).await;
                assert!(counted.json.get("count").is_none_or(|count| count == 0), "{query}: {}", counted.json);
            }
        }
        // Whoever keeps accounts sees all of them.
        assert_eq!(rows(admin.get(&format!("users/?search={MARK}")).await.is(200)).len(), 1);
        admin.get(&format!("users/{account}/")).await.is(200);
        // Everybody sees their own.
        assert_eq!(rows(guest.get("users/").await.is(200)).len(), 1);
    }

    async fn no_list_export_or_page_tells_staff_what_stands_on_a_patients_account(world: &World) {
        let admin = world.admin().await;
        let (_, owner) = patients_account(world, &admin).await;
        owner.post("feedback/", json!({ "rating": 4, "message": "Thank you" })).await.is(201);
        world.settle().await;
        for role in STAFF {
            let one = world.caller(Some(role)).await;
            for path in lists(world) {
                let reply = one.get(&path).await;
                assert!(!reply.status.is_server_error(), "{path}: {}", reply.text());
                assert!(!reply.text().contains(MARK), "{} reads in {path}: {}", role.name(), reply.text());
            }
            let pages = Visitor::of(world, role).await;
            for path in [
                "/admin/users".to_owned(), format!("/admin/users?search={MARK}"), format!("/pick/users?q={MARK}"),
                "/admin/patients".to_owned(), format!("/find?q={MARK}"),
            ] {
                let text = pages.get(&path).await.text().replace(&format!("value=\"{MARK}\""), "");
                assert!(!text.contains(&format!("{MARK}first")), "{} reads in {path}: {text}", role.name());
                assert!(!text.contains("patient-1001"), "{} reads in {path}: {text}", role.name());
            }
        }
    }

    async fn naming_a_patients_account_does_not_tell_whose_it_is(world: &World) {
        let admin = world.admin().await;
        let (account, owner) = patients_account(world, &admin).await;
        let (doctor, nurse) = (world.doctor().await, world.nurse().await);
        let task = |who: i64| json!({ "title": "Call back", "assignee": who });
        doctor.post("tasks/", task(nurse.id)).await.is(201);
        world.settle().await;
        doctor.post("tasks/", task(account)).await.complains_about("assignee");
        // What does not exist is answered alike.
        doctor.post("tasks/", task(999_999)).await.complains_about("assignee");
        let mine = |body: Json| {
            let doctor = doctor.clone();
            async move { doctor.post("delegateaccess/", body).await }
        };
        mine(json!({ "delegate": account, "can_view_data": true })).await.complains_about("delegate");
        let by_address = json!({ "delegate_username": format!("{MARK}@example.org"), "can_view_data": true });
        mine(by_address).await.complains_about("delegate_username");
        mine(json!({ "delegate": nurse.id, "can_view_data": true })).await.is(201);
        // A patient gives somebody access by the exact username.
        let given = json!({ "delegate_username": "PATIENT-1001", "can_view_data": true });
        mine(given).await.is(201);
        owner.get("users/me/").await.is(200);
    }

    async fn whose_account_a_patient_has_is_said_by_the_desk_alone(world: &World) {
        let desk = world.receptionist().await;
        let patient = registered(&desk, "Binta").await;
        let account = world.patient().await;
        let path = format!("patients/{patient}/");
        for role in [Doctor, Nurse] {
            let one = world.caller(Some(role)).await;
            one.patch(&path, json!({ "user": account.id })).await.refuses(403, "permission_denied");
            // What was read may be written back.
            one.patch(&path, json!({ "user": null, "address": "Bakau" })).await.is(200);
        }
        account.get(&path).await.is(404);
        desk.patch(&path, json!({ "user": account.id })).await.is(200);
        account.get(&path).await.is(200);
    }
}
