//! Whom a doctor who sees only their own patients has in care, while records are merged and part again.

use crate::common::{Ward, ids};
use serde_json::json;
use testkit::{Caller, World};

/// A ward whose doctors see only their own patients, and one of the doctors.
async fn ward(world: &World) -> (Ward, Caller) {
    let ward = Ward::new(world).await;
    let role = format!("roles/{}/", kernel::BuiltinRole::Doctor.id());
    let scopes = json!({ "scopes": { "patients": "assigned", "appointments": "assigned" } });
    world.admin().await.patch(&role, scopes).await.is(200);
    (ward, world.doctor().await)
}

async fn merge(ward: &Ward, lost: i64, kept: i64) {
    let path = format!("patients/{lost}/merge/");
    ward.desk.post(&path, json!({ "into": kept })).await.is(200);
}

async fn unmerge(ward: &Ward, lost: i64) {
    let path = format!("patients/{lost}/unmerge/");
    ward.desk.post(&path, json!({})).await.is(200);
}

/// Which of these patients the doctor is shown.
async fn shown(doctor: &Caller, patients: &[i64]) -> Vec<i64> {
    let mut shown = Vec::new();
    for patient in patients {
        let status = doctor.get(&format!("patients/{patient}/")).await.status;
        if status == 200 {
            shown.push(*patient);
        }
    }
    shown
}

/// The name under which a user signs in.
async fn admin_name(world: &World, user: i64) -> String {
    let row = world.admin().await.get(&format!("users/{user}/")).await;
    row.is(200)["username"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

testkit::on_both! {
    async fn who_was_booked_with_meanwhile_keeps_the_patient(world: &World) {
        let (ward, doctor) = ward(world).await;
        let [lost, kept] = [ward.another_patient().await, ward.another_patient().await];
        // Given a record brought along with the doctor's appointment
        let first = ward.book("10:00", json!({ "patient": lost, "doctor": doctor.id })).await;
        assert_eq!(shown(&doctor, &[lost, kept]).await, [lost]);
        merge(&ward, lost, kept).await;
        assert_eq!(shown(&doctor, &[lost, kept]).await, [lost, kept]);
        // when the one that stays is booked with the same doctor before the two part
        let second = ward.book("11:00", json!({ "patient": kept, "doctor": doctor.id })).await;
        unmerge(&ward, lost).await;
        // then the doctor has both, each with its appointment.
        assert_eq!(shown(&doctor, &[lost, kept]).await, [lost, kept]);
        for (patient, appointment) in [(lost, first), (kept, second)] {
            let list = doctor.get(&format!("patients/{patient}/appointments/")).await;
            assert_eq!(ids(list.is(200)), [appointment]);
            doctor.get(&format!("appointments/{appointment}/")).await.is(200);
        }
        world.settle().await;
    }

    async fn a_booking_with_oneself_gives_no_lasting_access_and_is_asked_about(world: &World) {
        let (ward, doctor) = ward(world).await;
        let [stranger, known] = [ward.another_patient().await, ward.another_patient().await];
        ward.book("09:00", json!({ "patient": known, "doctor": doctor.id })).await;
        assert_eq!(shown(&doctor, &[stranger, known]).await, [known]);
        // Given a doctor who books with themselves
        let own = |patient: i64, time: &str| ward.at(time, json!({ "patient": patient, "doctor": doctor.id }));
        let visit = doctor.post("appointments/", own(stranger, "10:00")).await.id();
        doctor.post("appointments/", own(known, "11:00")).await.is(201);
        assert_eq!(shown(&doctor, &[stranger, known]).await, [stranger, known]);
        // then a person is asked about the one who was not their patient,
        world.settle().await;
        let admin = world.admin().await;
        let asked = admin.get("access-reviews/?open=true").await.is(200).clone();
        assert_eq!(asked.as_array().unwrap().len(), 1, "{asked}");
        assert_eq!((&asked[0]["user"], &asked[0]["patient"], &asked[0]["reasons"]), (&json!(doctor.id), &json!(stranger), &json!("own_booking")));
        // a booking that is called off ends it at once,
        doctor.post(&format!("appointments/{visit}/cancel/"), json!({})).await.is(200);
        assert_eq!(shown(&doctor, &[stranger, known]).await, [known]);
        doctor.post("appointments/", own(stranger, "12:00")).await.is(201);
        // and the end of the day on which it was made ends it in any case, however far ahead the visit is.
        world.pass(jiff::SignedDuration::from_hours(24));
        let name = admin_name(world, doctor.id).await;
        let later = world.sign_in(&name, testkit::PASSWORD).await;
        assert_eq!(shown(&later, &[stranger, known]).await, [known]);
        world.settle().await;
    }

    async fn what_a_delegate_books_with_themselves_is_their_own_booking(world: &World) {
        let (ward, doctor) = ward(world).await;
        let [stranger, other] = [ward.another_patient().await, ward.another_patient().await];
        ward.desk.post("delegateaccess/", json!({ "delegate": doctor.id, "can_act_as_user": true })).await.is(201);
        for (patient, time) in [(stranger, "10:00"), (other, "11:00")] {
            let body = ward.at(time, json!({ "patient": patient, "doctor": doctor.id }));
            let booked = doctor.request("POST", "appointments/").header("x-act-as", &ward.desk.id.to_string()).json(&body).send().await;
            booked.is(201);
        }
        world.settle().await;
        let admin = world.admin().await;
        let asked = admin.get("access-reviews/?open=true").await.is(200).clone();
        assert_eq!(asked.as_array().unwrap().len(), 2, "{asked}");
        assert_eq!(shown(&doctor, &[stranger, other]).await, [stranger, other]);
        // Somebody judges that there was no reason: it ends at once.
        let review = asked.as_array().unwrap().iter().find(|one| one["patient"] == stranger).unwrap()["id"].clone();
        admin.post(&format!("access-reviews/{review}/decide/"), json!({ "verdict": "not_justified", "notes": "No visit" })).await.is(200);
        assert_eq!(shown(&doctor, &[stranger, other]).await, [other]);
        world.pass(jiff::SignedDuration::from_hours(24));
        let name = admin_name(world, doctor.id).await;
        let later = world.sign_in(&name, testkit::PASSWORD).await;
        assert_eq!(shown(&later, &[stranger, other]).await, Vec::<i64>::new());
        world.settle().await;
    }

    async fn who_came_to_an_appointment_meanwhile_goes_with_it(world: &World) {
        let (ward, doctor) = ward(world).await;
        let [lost, kept] = [ward.another_patient().await, ward.another_patient().await];
        let appointment = ward.book("10:00", json!({ "patient": lost })).await;
        merge(&ward, lost, kept).await;
        ward.desk.patch(&format!("appointments/{appointment}/"), json!({ "doctor": doctor.id })).await.is(200);
        assert_eq!(shown(&doctor, &[kept]).await, [kept]);
        unmerge(&ward, lost).await;
        assert_eq!(shown(&doctor, &[lost, kept]).await, [lost]);
        world.settle().await;
    }

    async fn nobody_keeps_a_patient_whose_record_came_out_of_a_chain(world: &World) {
        let (ward, doctor) = ward(world).await;
        let [a, b, c] = [ward.another_patient().await, ward.another_patient().await, ward.another_patient().await];
        ward.book("10:00", json!({ "patient": a, "doctor": doctor.id })).await;
        merge(&ward, a, b).await;
        merge(&ward, b, c).await;
        assert_eq!(shown(&doctor, &[a, b, c]).await, [a, b, c]);
        unmerge(&ward, a).await;
        assert_eq!(shown(&doctor, &[a, b, c]).await, [a]);
        unmerge(&ward, b).await;
        assert_eq!(shown(&doctor, &[a, b, c]).await, [a]);
        // The other way round.
        merge(&ward, a, b).await;
        merge(&ward, b, c).await;
        unmerge(&ward, b).await;
        assert_eq!(shown(&doctor, &[a, b, c]).await, [a, b]);
        unmerge(&ward, a).await;
        assert_eq!(shown(&doctor, &[a, b, c]).await, [a]);
        world.settle().await;
    }

    async fn what_was_booked_within_a_chain_goes_back_to_where_it_was_booked(world: &World) {
        let (ward, doctor) = ward(world).await;
        let [a, b, c] = [ward.another_patient().await, ward.another_patient().await, ward.another_patient().await];
        ward.book("10:00", json!({ "patient": a, "doctor": doctor.id })).await;
        merge(&ward, a, b).await;
        ward.book("11:00", json!({ "patient": b, "doctor": doctor.id })).await;
        merge(&ward, b, c).await;
        unmerge(&ward, a).await;
        assert!(shown(&doctor, &[a, c]).await == [a, c], "B's appointment is with C");
        unmerge(&ward, b).await;
        assert_eq!(shown(&doctor, &[a, b, c]).await, [a, b]);
        world.settle().await;
    }

    async fn who_has_two_of_three_loses_none_of_them(world: &World) {
        let (ward, doctor) = ward(world).await;
        let [a, b, c] = [ward.another_patient().await, ward.another_patient().await, ward.another_patient().await];
        ward.book("10:00", json!({ "patient": a, "doctor": doctor.id })).await;
        let cancelled = ward.book("11:00", json!({ "patient": b, "doctor": doctor.id })).await;
        ward.desk.post(&format!("appointments/{cancelled}/cancel/"), json!({})).await.is(200);
        // Given two that were merged into a third, each with the doctor.
        merge(&ward, a, c).await;
        merge(&ward, b, c).await;
        unmerge(&ward, a).await;
        assert_eq!(shown(&doctor, &[a, b, c]).await, [a, b, c], "B is still one with C");
        unmerge(&ward, b).await;
        assert_eq!(shown(&doctor, &[a, b, c]).await, [a, b]);
        world.settle().await;
    }

    async fn who_had_the_one_that_stays_before_keeps_it(world: &World) {
        let (ward, doctor) = ward(world).await;
        let [lost, kept] = [ward.another_patient().await, ward.another_patient().await];
        // Given an appointment that was cancelled: cancelling takes nobody out of care.
        let cancelled = ward.book("10:00", json!({ "patient": kept, "doctor": doctor.id })).await;
        ward.desk.post(&format!("appointments/{cancelled}/cancel/"), json!({})).await.is(200);
        merge(&ward, lost, kept).await;
        unmerge(&ward, lost).await;
        assert_eq!(shown(&doctor, &[lost, kept]).await, [kept]);
        world.settle().await;
    }
}
