//! What must not be told: markers are put where only some may see them, and looked for in every answer to others.

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

    async fn those_who_work_on_a_ward_treat_who_lies_there(world: &World) {
        let (admin, desk) = (world.admin().await, world.receptionist().await);
        let (inside, outside) = (world.nurse().await, world.nurse().await);
        let mut wards = Vec::new();
        for name in ["Women", "Men"] {
            let ward = admin.post("wards/", json!({ "name": name, "capacity": 2 })).await.id();
            let bed = admin.post("beds/", json!({ "ward": ward, "number": "1" })).await.id();
            wards.push((ward, bed));
        }
        let patient = registered(&desk, "Confined").await;
        let path = format!("patients/{patient}/");
        let refusal = json!({ "patient": patient, "consent_type": "data_processing", "given": false });
        admin.post("consents/", refusal).await.is(201);
        // Who works there is an Admin's to say.
        let staff = format!("wards/{}/staff/", wards[0].0);
        inside.post(&staff, json!({ "user": inside.id })).await.refuses(403, "permission_denied");
        let place = admin.post(&staff, json!({ "user": inside.id })).await;
        admin.post(&staff, json!({ "user": inside.id })).await.complains_about("user");
        for nurse in [&inside, &outside] {
            nurse.get(&path).await.is(404);
        }
        // The desk no longer reads the record, but still knows who is brought in.
        let into = json!({ "patient_id": patient });
        admin.post(&format!("beds/{}/assign_patient/", wards[0].1), into).await.is(200);
        inside.get(&path).await.is(200);
        outside.get(&path).await.is(404);
        assert_eq!(rows(inside.get("admissions/").await.is(200)).len(), 1);
        assert_eq!(rows(outside.get("admissions/").await.is(200)).len(), 0);
        // Moved: the other ward has them now.
        let other = admin.post(&format!("wards/{}/staff/", wards[1].0), json!({ "user": outside.id })).await;
        outside.get(&path).await.is(404);
        inside.post(&format!("beds/{}/transfer/", wards[0].1), json!({ "to_bed": wards[1].1 })).await.is(200);
        inside.get(&path).await.is(404);
        outside.get(&path).await.is(200);
        // No longer there, and there again.
        admin.delete(&format!("ward-staff/{}/", other.id())).await.is(204);
        outside.get(&path).await.is(404);
        admin.post("ward-staff/", json!({ "ward": wards[1].0, "user": outside.id })).await.is(201);
        outside.get(&path).await.is(200);
        // The bed itself is pushed to the other ward.
        admin.patch(&format!("beds/{}/", wards[1].1), json!({ "ward": wards[0].0, "number": "2" })).await.is(200);
        outside.get(&path).await.is(404);
        inside.get(&path).await.is(200);
        // Whoever discharges sees that they did; then it is over.
        inside.post(&format!("beds/{}/discharge_patient/", wards[1].1), json!({})).await.is(200);
        inside.get(&path).await.is(404);
        admin.get(&format!("ward-staff/{}/", place.id())).await.is(200);
        world.settle().await;
    }

    async fn a_message_bears_the_name_in_the_record(world: &World) {
        let (admin, doctor) = (world.admin().await, world.doctor().await);
        let (account, owner) = patients_account(world, &admin).await;
        let patient = rows(admin.get(&format!("patients/?user={account}")).await.is(200))[0]["id"].clone();
        let visit = json!({ "patient": patient, "doctor": doctor.id, "date": "2026-11-26", "time": "10:00" });
        admin.post("appointments/", visit).await.is(201);
        world.settle().await;
        let path = format!("patients/{patient}/messages/");
        owner.post(&path, json!({ "message": "It hurts" })).await.is(201);
        world.settle().await;
        let thread = rows(doctor.get(&path).await.is(200));
        assert_eq!((thread.len(), &thread[0]["sender_name"]), (1, &json!("Awa Doe")));
        let told = doctor.get("notifications/").await.text();
        assert!(told.contains("from Awa Doe") && !told.contains("patient-1001") && !told.contains(MARK), "{told}");
        // A user who stands in without having given a name is called that.
        let carer = world.user("patient-1002", Some(BuiltinRole::Patient)).await;
        admin.patch(&format!("users/{carer}/"), json!({ "first_name": "", "last_name": "" })).await.is(200);
        let stands_in = json!({ "patient": patient, "user": carer, "kind": "carer", "agreed": true, "ends_on": "2027-01-01" });
        admin.post("patient-proxies/", stands_in).await.is(201);
        let carer = world.sign_in("patient-1002", PASSWORD).await;
        carer.post(&path, json!({ "message": "She has fever" })).await.is(201);
        world.settle().await;
        let thread = rows(doctor.get(&path).await.is(200));
        assert_eq!(thread[0]["sender_name"], "Whoever stands in for Awa Doe");
        // Whoever may not read the record is told nothing at all.
        let nurse = world.nurse().await;
        nurse.post("secure-messages/", json!({ "recipient": account, "patient": patient, "message": "Hi" })).await;
        let probe = json!({ "recipient": world.user("patient-1003", Some(BuiltinRole::Patient)).await, "message": "Who are you?" });
        nurse.post("secure-messages/", probe).await.complains_about("recipient");
        world.settle().await;
    }

    async fn that_a_message_waits_is_told_without_what_it_says(world: &World) {
        let (admin, doctor) = (world.admin().await, world.doctor().await);
        let (account, _) = patients_account(world, &admin).await;
        let patient = rows(admin.get(&format!("patients/?user={account}")).await.is(200))[0]["id"].clone();
        admin.patch(&format!("patients/{patient}/"), json!({ "email": "awa@example.org" })).await.is(200);
        world.settle().await;
        let before = world.mails().len();
        let path = format!("patients/{patient}/messages/");
        let result = json!({ "subject": "Your result", "message": "HIV negative" });
        doctor.post(&path, result.clone()).await.is(201);
        doctor.post(&path, result.clone()).await.is(201);
        world.settle().await;
        let mails = world.mails();
        // One word for both.
        assert_eq!(mails.len(), before + 1);
        let mail = mails.last().unwrap();
        assert_eq!(mail.to, "awa@example.org");
        for secret in ["HIV", "result", "Fatou", "Awa", "doctor"] {
            assert!(!mail.subject.contains(secret) && !mail.body.contains(secret), "{}", mail.body);
        }
        // Whoever wants no messages is sent none.
        let no = json!({ "patient": patient, "consent_type": "messaging", "given": false });
        admin.post("consents/", no).await.is(201);
        world.pass(jiff::SignedDuration::from_hours(25));
        let doctor = world.doctor().await;
        doctor.post(&path, result).await.is(201);
        world.settle().await;
        assert_eq!(world.mails().len(), before + 1);
    }

    async fn what_one_did_is_told_and_not_what_the_record_said(world: &World) {
        let (admin, nurse) = (world.admin().await, world.nurse().await);
        let patient = registered(&admin, "Awa").await;
        nurse.patch(&format!("patients/{patient}/"), json!({ "address": MARK })).await.is(200);
        let own = nurse.get("audit_logs/?action=edit").await;
        assert_eq!(rows(own.is(200)).len(), 1);
        assert!(!own.text().contains(MARK), "{}", own.text());
        assert!(admin.get("audit_logs/?action=edit").await.text().contains(MARK));
    }

    async fn a_booking_that_was_removed_gives_nobody_a_patient(world: &World) {
        let admin = world.admin().await;
        let scopes = json!({ "scopes": { "patients": "assigned" } });
        admin.patch(&format!("roles/{}/", Doctor.id()), scopes).await.is(200);
        let patient = registered(&admin, "Awa").await;
        let doctor = world.doctor().await;
        let path = format!("patients/{patient}/");
        doctor.get(&path).await.is(404);
        let book = |time: &str| {
            let visit = json!({ "patient": patient, "doctor": doctor.id, "date": "2026-11-26", "time": time });
            let admin = admin.clone();
            async move { admin.post("appointments/", visit).await.id() }
        };
        let (one, two) = (book("10:00").await, book("11:00").await);
        doctor.get(&path).await.is(200);
        admin.delete(&format!("appointments/{one}/")).await.is(204);
        doctor.get(&path).await.is(200);
        admin.delete(&format!("appointments/{two}/")).await.is(204);
        doctor.get(&path).await.is(404);
        world.settle().await;
    }
}
