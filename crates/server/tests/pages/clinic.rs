//! A doctor's day, a visit, prescribing and vital signs, as people without scripts use them.
#![expect(clippy::unwrap_used, reason = "tests")]

use crate::registered;
use kernel::BuiltinRole;
use kernel::BuiltinRole::{
    Admin, Cashier, Doctor, LabTechnician, Nurse, Patient, Pharmacist, Receptionist,
};
use serde_json::{Value as Json, json};
use testkit::visitor::{Visitor, form, id_in, is_a_page, leads, set, unescape};
use testkit::{Caller, World};

/// What the doctor signs in as.
const DOCTOR: &str = "drjallow";

/// A hospital's morning: Jane has come and waits for the doctor, who is signed in over the network.
struct Morning {
    admin: Caller,
    doctor: Visitor,
    me: i64,
    jane: i64,
    visit: i64,
}

impl Morning {
    async fn of(world: &World) -> Morning {
        let admin = world.admin().await;
        let me = world.user(DOCTOR, Some(Doctor)).await;
        let mut doctor = Visitor::new(world);
        doctor.caller = Caller::at(world.listen().await);
        doctor.sign_in(DOCTOR).await;
        let jane = registered(&admin, "Jane").await;
        let visit = came(world, &admin, jane, me, "Cough").await;
        Morning {
            admin,
            doctor,
            me,
            jane,
            visit,
        }
    }

    /// The doctor begins with whoever is next.
    async fn begin(&self) -> String {
        let html = is_a_page(&self.doctor.get("/clinic").await, 200);
        let address = leads(
            &self
                .doctor
                .submit("/clinic", &form(&html, "patients_begin_visit"))
                .await,
        );
        assert!(address.starts_with("/encounters/"), "{address}");
        address
    }

    /// The encounter as the API shows it.
    async fn shown(&self, address: &str) -> Json {
        let path = format!("encounters/{}/", id_in(address));
        self.admin.get(&path).await.is(200).clone()
    }
}

/// Somebody was booked for today and has come.
async fn came(world: &World, admin: &Caller, patient: i64, doctor: i64, reason: &str) -> i64 {
    let now = world.app.zone.to_local(world.app.clock.now());
    let body = json!({
        "patient": patient, "doctor": doctor, "date": now.date().to_string(),
        "time": now.time().strftime("%H:%M").to_string(), "reason": reason, "overbooked": true,
    });
    let visit = admin.post("appointments/", body).await.id();
    admin
        .post(&format!("appointments/{visit}/check_in/"), json!({}))
        .await
        .is(200);
    visit
}

/// A form with what a button adds to it.
fn by(form: &[(String, String)], name: &str, value: &str) -> Vec<(String, String)> {
    let mut pairs = form.to_vec();
    pairs.push((name.to_owned(), value.to_owned()));
    pairs
}

testkit::on_both! {
    async fn a_doctor_sees_the_next_patient_writes_and_signs(world: &World) {
        let morning = Morning::of(world).await;
        let doctor = &morning.doctor;
        assert_eq!(leads(&doctor.get("/").await), "/clinic");
        let html = is_a_page(&doctor.get("/clinic").await, 200);
        assert!(html.contains("Jane Doe") && html.contains("Cough") && html.contains("Start next"), "{html}");
        assert!(html.contains("No vital signs were taken yet") && html.contains("Every visit of yours is signed."), "{html}");
        let visit = morning.begin().await;
        let html = is_a_page(&doctor.get(&visit).await, 200);
        assert!(html.contains("Jane Doe") && html.contains("Not signed") && html.contains(">Cough</textarea>"), "{html}");
        // Begun once more, from the patient's page or the queue, it is the same.
        let page = format!("/patients/{}/", morning.jane);
        let html = is_a_page(&doctor.get(&page).await, 200);
        assert!(html.contains(&format!("href=\"{visit}\"")), "{html}");
        let queue = is_a_page(&doctor.get(&format!("/appointments/{}/", morning.visit)).await, 200);
        assert!(queue.contains("Complete") && queue.contains("Go on with the visit"), "{queue}");
        let again = form(&queue, "patients_begin_visit");
        assert_eq!(leads(&doctor.submit(&format!("/appointments/{}/", morning.visit), &again).await), visit);
        // While typing, scripts ask the same.
        let found = doctor.get("/pick/icd10?q=bronch&name=diagnosis_code").await;
        assert!(found.text().contains("value=\"J20.9\"") && found.status == 200, "{}", found.text());

        let html = is_a_page(&doctor.get(&visit).await, 200);
        let mut note = form(&html, "encounters_patch");
        set(&mut note, "presenting_illness_history", "Three days of cough.");
        set(&mut note, "diagnosis", "Bronchitis");
        set(&mut note, "diagnosis_code__q", "bronchitis");
        // The code is found by words, and nothing typed is lost while it is looked up.
        let html = is_a_page(&doctor.submit(&visit, &by(&note, "_look", "diagnosis_code")).await, 200);
        assert!(html.contains("Three days of cough.") && html.contains("value=\"J20.9\""), "{html}");
        set(&mut note, "diagnosis_code", "J20.9");
        set(&mut note, "_looked.diagnosis_code", "bronchitis");
        // A template goes below what was typed.
        let template = morning.admin.post("note_templates/", json!({ "title": "Cough", "content": "Since: ___" })).await.id();
        let asked = by(&note, "_look", &format!("template-{template}"));
        let html = is_a_page(&doctor.submit(&visit, &asked).await, 200);
        assert!(html.contains("Three days of cough.\n\nSince: ___</textarea>"), "{html}");
        // `/` at the end of a field offers those that it names; the one that is chosen takes its place there.
        let mut slash = note.clone();
        set(&mut slash, "treatment_plan", "Rest.\n/cou");
        let html = is_a_page(&doctor.submit(&visit, &by(&slash, "_look", "slash")).await, 200);
        let offers = &html[html.find("id=\"templates\"").unwrap()..];
        let offers = &offers[..offers.find("<details").unwrap()];
        assert_eq!(offers.matches("name=\"_look\"").count(), 1, "{offers}");
        assert!(offers.contains(&format!("template-{template}")), "{offers}");
        let html = is_a_page(&doctor.submit(&visit, &by(&slash, "_look", &format!("template-{template}"))).await, 200);
        assert!(html.contains("Rest.\n\nSince: ___</textarea>") && html.contains("Three days of cough.</textarea>"), "{html}");
        let mut nothing = note.clone();
        set(&mut nothing, "treatment_plan", "Rest.\n/zyx");
        let html = is_a_page(&doctor.submit(&visit, &by(&nothing, "_look", "slash")).await, 200);
        assert!(html.contains("Rest.\n/zyx</textarea>"), "{html}");
        assert_eq!(leads(&doctor.submit(&visit, &note).await), visit);
        let html = is_a_page(&doctor.get(&visit).await, 200);
        assert!(html.contains("The note is kept.") && html.contains("J20.9 "), "{html}");
        let shown = morning.shown(&visit).await;
        assert_eq!(shown["diagnosis_code"], "J20.9");
        assert_eq!(shown["chief_complaint"], "Cough");
        assert_eq!(shown["appointment"], morning.visit);

        // What was typed last is signed with it, and the appointment is completed.
        let mut note = form(&html, "encounters_patch");
        set(&mut note, "treatment_plan", "Rest and fluids");
        set(&mut note, "diagnosis", "");
        let signing = by(&note, "_do", "encounters_sign");
        assert_eq!(leads(&doctor.submit(&visit, &signing).await), visit);
        // Pressed twice, it is signed once.
        assert_eq!(leads(&doctor.submit(&visit, &signing).await), visit);
        let html = is_a_page(&doctor.get(&visit).await, 200);
        assert!(html.contains("The visit is signed.") && html.contains("Rest and fluids") && html.contains("Next patient"), "{html}");
        assert!(!html.contains("encounters_patch"), "{html}");
        let shown = morning.shown(&visit).await;
        assert_eq!((&shown["status"], &shown["diagnosis"]), (&json!("signed"), &json!("")));
        let booked = morning.admin.get(&format!("appointments/{}/", morning.visit)).await;
        assert_eq!(booked.is(200)["status"], "completed");

        let mut more = form(&html, "encounter_addenda_create");
        set(&mut more, "text", "X-ray was clear");
        let first = doctor.submit(&visit, &more).await;
        assert_eq!(leads(&first), visit);
        assert_eq!(leads(&doctor.submit(&visit, &more).await), visit);
        let html = is_a_page(&doctor.get(&visit).await, 200);
        assert_eq!(html.matches("X-ray was clear").count(), 1, "{html}");
        let html = is_a_page(&doctor.get("/clinic").await, 200);
        assert!(html.contains("Seen today: 1") && !html.contains("Start next"), "{html}");
        world.settle().await;
    }

    async fn nothing_typed_is_lost_when_somebody_was_faster_or_something_is_wrong(world: &World) {
        let morning = Morning::of(world).await;
        let doctor = &morning.doctor;
        let visit = morning.begin().await;
        let html = is_a_page(&doctor.get(&visit).await, 200);
        let mut note = form(&html, "encounters_patch");
        set(&mut note, "physical_examination", "Crackles on the left");
        set(&mut note, "treatment_plan", "Amoxicillin");
        // A code that is none, with the signature: refused in place.
        let mut wrong = note.clone();
        set(&mut wrong, "diagnosis_code", "cough");
        let html = is_a_page(&doctor.submit(&visit, &by(&wrong, "_do", "encounters_sign")).await, 400);
        assert!(html.contains("Crackles on the left") && html.contains("<title>Error") && html.contains("f-diagnosis_code-error"), "{html}");
        assert_eq!(morning.shown(&visit).await["status"], "open");
        // A colleague writes meanwhile.
        let path = format!("encounters/{}/", id_in(&visit));
        morning.admin.patch(&path, json!({ "treatment_plan": "Fluids", "diagnosis": "Bronchitis" })).await.is(200);
        for signing in [false, true] {
            let sent = if signing { by(&note, "_do", "encounters_sign") } else { note.clone() };
            let html = is_a_page(&doctor.submit(&visit, &sent).await, 412);
            assert!(html.contains("Somebody else changed this meanwhile") && html.contains("Crackles on the left"), "{html}");
            assert!(html.contains("Stored now:") && html.contains("<b>Fluids</b>"), "{html}");
            assert_eq!(morning.shown(&visit).await["treatment_plan"], "Fluids");
        }
        // Sent again it replaces what was seen, and what the colleague wrote elsewhere stays.
        let html = is_a_page(&doctor.submit(&visit, &note).await, 412);
        let mut again = form(&html, "encounters_patch");
        set(&mut again, "diagnosis", "Bronchitis");
        leads(&doctor.submit(&visit, &again).await);
        let shown = morning.shown(&visit).await;
        assert_eq!((&shown["treatment_plan"], &shown["diagnosis"]), (&json!("Amoxicillin"), &json!("Bronchitis")));
        // Nothing is signed in which nothing is written.
        let awa = registered(&morning.admin, "Awa").await;
        let page = format!("/patients/{awa}/");
        let html = is_a_page(&doctor.get(&page).await, 200);
        let begin = form(&html, "patients_begin_visit");
        let other = leads(&doctor.submit(&page, &begin).await);
        assert_eq!(leads(&doctor.submit(&page, &begin).await), other, "pressed twice");
        let html = is_a_page(&doctor.get(&other).await, 200);
        let signing = by(&form(&html, "encounters_patch"), "_do", "encounters_sign");
        let html = is_a_page(&doctor.submit(&other, &signing).await, 400);
        assert!(html.contains("Nothing is written yet.") && html.contains("href=\"#f-chief_complaint\""), "{html}");
        let html = is_a_page(&doctor.get("/clinic").await, 200);
        assert!(html.contains("nothing written yet") && html.contains(&format!("href=\"{other}\"")), "{html}");
        world.settle().await;
    }

    async fn everybody_sees_of_a_visit_what_the_matrix_says(world: &World) {
        let morning = Morning::of(world).await;
        let visit = morning.begin().await;
        let path = format!("encounters/{}/", id_in(&visit));
        morning.admin.patch(&path, json!({ "physical_examination": "Crackles" })).await.is(200);
        let prescribe = format!("{visit}prescribe");
        let vitals = format!("/patients/{}/vitals", morning.jane);
        let screens: [(&str, &[BuiltinRole]); 5] = [
            ("/clinic", &[Admin, Doctor]),
            (&visit, &[Admin, Doctor, Receptionist, Nurse]),
            (&prescribe, &[Admin, Doctor]),
            (&vitals, &[Admin, Doctor, Nurse]),
            ("/vitals?from=queue", &[Admin, Doctor, Nurse]),
        ];
        for role in [Admin, Doctor, Receptionist, Nurse, Pharmacist, LabTechnician, Cashier, Patient] {
            let browser = if role == Doctor { None } else { Some(Visitor::of(world, role).await) };
            let browser = browser.as_ref().unwrap_or(&morning.doctor);
            for (address, who) in screens {
                let reply = browser.get(address).await;
                if who.contains(&role) && address.starts_with("/vitals") {
                    assert_eq!(leads(&reply), format!("{vitals}?from=queue"), "{role:?}");
                } else if who.contains(&role) {
                    let html = is_a_page(&reply, 200);
                    let knows = html.contains("Crackles");
                    assert_eq!(knows, address == visit && role != Receptionist, "{role:?} {address}: {html}");
                    let writes = html.contains("encounters_patch") || html.contains("prescriptions_create");
                    assert_eq!(writes, (address == visit || address == prescribe) && matches!(role, Admin | Doctor), "{role:?} {address}");
                } else {
                    assert!(matches!(reply.status.as_u16(), 403 | 404), "{role:?} {address}: {}", reply.status);
                    assert!(!reply.text().contains("Jane"), "{role:?} {address}");
                }
            }
        }
        for language in ["fr", "sw"] {
            morning.admin.patch(&format!("users/{}/", morning.me), json!({ "language_preference": language })).await.is(200);
            let fresh = Visitor::new(world);
            fresh.sign_in(DOCTOR).await;
            for address in ["/clinic", &visit, &prescribe, &vitals] {
                let html = is_a_page(&fresh.get(address).await, 200);
                assert!(html.contains(&format!("<html lang=\"{language}\"")), "{html}");
            }
        }
        world.settle().await;
    }

    async fn a_medicine_is_checked_counted_and_given_again(world: &World) {
        let morning = Morning::of(world).await;
        let (doctor, admin) = (&morning.doctor, &morning.admin);
        let allergy = json!({ "substance": "Penicillin", "severity": "severe" });
        admin.post(&format!("patients/{}/allergies/", morning.jane), allergy).await.is(201);
        let body = json!({ "generic_name": "Paracetamol", "strength": "500 mg", "formulation": "Tablet", "unit_of_measure": "Tablet" });
        let item = admin.post("medications/", body).await.id();
        let visit = morning.begin().await;
        let html = is_a_page(&doctor.get(&visit).await, 200);
        assert!(html.contains(&format!("value=\"{visit}prescribe\"")), "{html}");
        // The button that leads there keeps the note first.
        let mut note = form(&html, "encounters_patch");
        set(&mut note, "treatment_plan", "Paracetamol");
        let page = leads(&doctor.submit(&visit, &by(&note, "_then", &format!("{visit}prescribe"))).await);
        assert_eq!(page, format!("{visit}prescribe"));
        assert_eq!(morning.shown(&visit).await["treatment_plan"], "Paracetamol");
        let html = is_a_page(&doctor.get(&page).await, 200);
        assert!(html.contains("Allergies: Penicillin (severe)") && html.contains("No medicine is prescribed"), "{html}");

        let mut wanted = form(&html, "prescriptions_create");
        for (name, value) in [("dosage", "1 tablet"), ("frequency", "3 times a day"), ("duration", "5 days"), ("medication_item__q", "parac")] {
            set(&mut wanted, name, value);
        }
        let html = is_a_page(&doctor.submit(&page, &by(&wanted, "_look", "medication_item")).await, 200);
        assert!(html.contains("Paracetamol 500 mg · Tablet · out of stock") && html.contains("3 times a day"), "{html}");
        // What was typed and not chosen from is looked up first: nothing is prescribed by mistake.
        set(&mut wanted, "medication_item", &item.to_string());
        let html = is_a_page(&doctor.submit(&page, &wanted).await, 200);
        assert!(html.contains("No medicine is prescribed") && html.contains("name=\"_looked.medication_item\" value=\"parac\""), "{html}");
        set(&mut wanted, "_looked.medication_item", "parac");
        let html = is_a_page(&doctor.submit(&page, &by(&wanted, "_look", "check")).await, 200);
        assert!(html.contains("Checked, nothing found") && html.contains("15 when left empty"), "{html}");
        assert_eq!(leads(&doctor.submit(&page, &wanted).await), page);
        assert_eq!(leads(&doctor.submit(&page, &wanted).await), page);
        let html = is_a_page(&doctor.get(&page).await, 200);
        assert!(html.contains("It is prescribed.") && html.contains("(15 in all)"), "{html}");
        assert_eq!(html.matches("<strong>Paracetamol 500 mg</strong>").count(), 1, "pressed twice: {html}");

        // Found: the reason is asked for in place. What could not be checked looks like neither.
        let mut wanted = form(&html, "prescriptions_create");
        for (name, value) in [("medication_name", "Amoxicillin 500mg"), ("dosage", "500 mg"), ("frequency", "tds")] {
            set(&mut wanted, name, value);
        }
        let html = is_a_page(&doctor.submit(&page, &wanted).await, 409);
        assert!(html.contains("Amoxicillin 500mg") && html.contains("Why it is right for this patient") && html.contains("notice bad"), "{html}");
        let mut all_the_same = form(&html, "prescriptions_create");
        set(&mut all_the_same, "override_reason", "Tolerated last year");
        leads(&doctor.submit(&page, &all_the_same).await);
        let mut unknown = wanted.clone();
        set(&mut unknown, "medication_name", "Zyxorbin");
        let html = is_a_page(&doctor.submit(&page, &by(&unknown, "_look", "check")).await, 200);
        assert!(html.contains("notice unknown") && html.contains("Could not be checked: Zyxorbin is not known"), "{html}");
        let html = is_a_page(&doctor.get(&visit).await, 200);
        assert!(html.contains("Prescribed all the same: Tolerated last year"), "{html}");
        let mut cancel = form(&html, "prescriptions_patch");
        assert!(cancel.iter().any(|(name, value)| name == "status" && value == "Cancelled"), "{cancel:?}");
        set(&mut cancel, "_version", "99");
        is_a_page(&doctor.submit(&visit, &cancel).await, 412);
        leads(&doctor.submit(&visit, &form(&html, "prescriptions_patch")).await);
        let html = is_a_page(&doctor.get(&visit).await, 200);
        assert!(html.contains("The medicine is cancelled."), "{html}");

        // At the next visit it is offered again.
        let mut note = form(&html, "encounters_patch");
        set(&mut note, "diagnosis", "Bronchitis");
        leads(&doctor.submit(&visit, &by(&note, "_do", "encounters_sign")).await);
        is_a_page(&doctor.get(&page).await, 200);
        let patient = format!("/patients/{}/", morning.jane);
        let html = is_a_page(&doctor.get(&patient).await, 200);
        let next = leads(&doctor.submit(&patient, &form(&html, "patients_begin_visit")).await);
        assert_ne!(next, visit);
        let page = format!("{next}prescribe");
        let html = is_a_page(&doctor.get(&page).await, 200);
        assert!(html.contains("Prescribed before"), "{html}");
        let again = form(&html, "prescriptions_renew");
        let html = is_a_page(&doctor.submit(&page, &again).await, 409);
        let at = html.find("prescriptions_renew").unwrap();
        let mut again = form(&html[html[..at].rfind("<form").unwrap()..], "prescriptions_renew");
        set(&mut again, "override_reason", "Tolerated twice");
        leads(&doctor.submit(&page, &again).await);
        let html = is_a_page(&doctor.get(&next).await, 200);
        assert!(html.contains("Amoxicillin 500mg") && html.contains("Tolerated twice"), "{html}");
        world.settle().await;
    }

    async fn a_later_check_takes_the_place_of_an_earlier_one(world: &World) {
        let morning = Morning::of(world).await;
        let doctor = &morning.doctor;
        let visit = morning.begin().await;
        let page = format!("{visit}prescribe");
        let nothing = "Checked, nothing found";
        // Nobody asked for allergies, and a dose that is not read: neither stands beside an all-clear.
        let mut wanted = form(&is_a_page(&doctor.get(&page).await, 200), "prescriptions_create");
        for (name, value) in [("medication_name", "Paracetamol"), ("dosage", "5,000 mg"), ("frequency", "once daily")] {
            set(&mut wanted, name, value);
        }
        let html = is_a_page(&doctor.submit(&page, &by(&wanted, "_look", "check")).await, 200);
        for part in ["notice unknown", "Could not be checked: allergies, since nobody has asked", "the dose of paracetamol, since it could not be read", "Nothing was found in the rest."] {
            assert!(html.contains(part) && !html.contains(nothing), "no {part} in {html}");
        }
        morning.admin.patch(&format!("patients/{}/", morning.jane), json!({ "known_allergies": "none" })).await.is(200);
        for dosage in ["5,000 mg", "ten tablets", ""] {
            set(&mut wanted, "dosage", dosage);
            let html = is_a_page(&doctor.submit(&page, &by(&wanted, "_look", "check")).await, 200);
            assert!(html.contains("Could not be checked: the dose of paracetamol") && !html.contains(nothing), "{dosage}: {html}");
        }
        let mut wanted = form(&is_a_page(&doctor.get(&page).await, 200), "prescriptions_create");
        for (name, value) in [("medication_name", "Warfarin 5 mg"), ("dosage", "5 mg"), ("frequency", "once daily")] {
            set(&mut wanted, name, value);
        }
        leads(&doctor.submit(&page, &wanted).await);
        let html = is_a_page(&doctor.get(&page).await, 200);
        assert_eq!(html.matches(nothing).count(), 1, "{html}");
        // Something that does not go with it is typed: nothing on the page says any more that nothing was found.
        let mut wanted = form(&html, "prescriptions_create");
        for (name, value) in [("medication_name", "Aspirin 300 mg"), ("dosage", "300 mg"), ("frequency", "once daily")] {
            set(&mut wanted, name, value);
        }
        let html = is_a_page(&doctor.submit(&page, &by(&wanted, "_look", "check")).await, 200);
        assert!(html.contains("<b>Aspirin 300 mg: </b>") && html.contains("notice bad") && !html.contains(nothing), "{html}");
        // A picker that finds nothing says for what, with a script and without.
        let mut unknown = wanted.clone();
        set(&mut unknown, "medication_item__q", "zyx");
        let html = is_a_page(&doctor.submit(&page, &by(&unknown, "_look", "medication_item")).await, 200);
        assert!(html.contains("Nothing was found for “zyx”. Try fewer letters"), "{html}");
        let found = doctor.get("/pick/medications?q=zyx&name=medication_item").await;
        assert!(found.text().contains("Nothing was found for “zyx”."), "{}", found.text());
        // A check that finds nothing says of what.
        let mut harmless = wanted.clone();
        set(&mut harmless, "medication_name", "Cetirizine");
        set(&mut harmless, "dosage", "10 mg");
        let html = is_a_page(&doctor.submit(&page, &by(&harmless, "_look", "check")).await, 200);
        assert!(html.contains("<b>Cetirizine: </b>") && html.matches(nothing).count() == 1, "{html}");
        let html = is_a_page(&doctor.submit(&page, &wanted).await, 409);
        assert!(!html.contains(nothing), "{html}");
        let mut all_the_same = form(&html, "prescriptions_create");
        set(&mut all_the_same, "override_reason", "Mechanical valve");
        leads(&doctor.submit(&page, &all_the_same).await);
        // Both lines say it, on both pages.
        for page in [&page, &visit] {
            let html = is_a_page(&doctor.get(page).await, 200);
            assert!(!html.contains(nothing), "{html}");
            for line in ["<strong>Warfarin 5 mg</strong>", "<strong>Aspirin 300 mg</strong>"] {
                let said = html.split(line).nth(1).unwrap().split("</li>").next().unwrap();
                assert!(said.contains("notice bad"), "{line}: {said}");
            }
        }
        // Taken back, it speaks against nothing.
        let html = is_a_page(&doctor.get(&page).await, 200);
        let aspirin = html.split("<li").find(|line| line.contains("<strong>Aspirin")).unwrap();
        leads(&doctor.submit(&page, &form(aspirin, "prescriptions_patch")).await);
        let html = is_a_page(&doctor.get(&page).await, 200);
        assert_eq!(html.matches(nothing).count(), 1, "{html}");
        world.settle().await;
    }

    async fn a_nurse_takes_vital_signs_of_one_after_the_other(world: &World) {
        let morning = Morning::of(world).await;
        let awa = registered(&morning.admin, "Awa").await;
        came(world, &morning.admin, awa, morning.me, "Fever").await;
        let nurse = Visitor::of(world, Nurse).await;
        let html = is_a_page(&nurse.get("/queue/").await, 200);
        let page = format!("/patients/{}/vitals?from=queue", morning.jane);
        assert!(html.contains(&format!("href=\"{page}\"")), "{html}");
        let html = is_a_page(&nurse.get(&page).await, 200);
        assert!(html.contains("Save and next") && html.contains("without vital signs today: 1"), "{html}");
        let mut measures = form(&html, "patients_record_vitals");
        set(&mut measures, "systolic_bp", "120");
        set(&mut measures, "diastolic_bp", "80");
        // What no living person has is refused in words, and what was typed stays.
        set(&mut measures, "temperature", "102.5");
        let html = is_a_page(&nurse.submit(&page, &measures).await, 400);
        assert!(html.contains("102.5 °F is 39.2 °C") && html.contains("value=\"120\""), "{html}");
        set(&mut measures, "temperature", "39.2");
        set(&mut measures, "oxygen_saturation", "88");
        let seen = leads(&nurse.submit(&page, &measures).await);
        assert_eq!(leads(&nurse.submit(&page, &measures).await), seen);
        assert!(seen.starts_with("/vitals?from=queue&after="), "{seen}");
        // What is critical is seen first, on a page that is Jane's alone.
        let html = is_a_page(&nurse.get(&seen).await, 200);
        assert!(html.contains("Recorded for Jane Doe") && html.contains("critically low") && html.contains("notice bad"), "{html}");
        assert!(!html.contains("Awa Doe"), "{html}");
        let on = html.split("<a ").find(|link| link.contains("Seen, go on")).unwrap();
        let next = unescape(on.split("href=\"").nth(1).unwrap().split('"').next().unwrap());
        assert!(next.starts_with(&format!("/patients/{awa}/vitals?from=queue&after=")), "{next}");
        // On the next patient's page the former one's result is short, apart, and without a number.
        let html = is_a_page(&nurse.get(&next).await, 200);
        let former = html.split("<aside class=\"former\">").nth(1).unwrap().split("</aside>").next().unwrap();
        assert!(former.contains("The former patient, Jane Doe: saved.") && former.contains("critically low"), "{former}");
        assert!(!html.contains("39.2") && !html.contains(">88<") && !html.contains(">120<"), "{html}");
        let kept = morning.admin.get(&format!("vitals/?patient={}", morning.jane)).await;
        assert_eq!(kept.is(200).as_array().unwrap().len(), 1, "pressed twice");
        let mut measures = form(&html, "patients_record_vitals");
        set(&mut measures, "heart_rate", "72");
        let last = leads(&nurse.submit(&next, &measures).await);
        assert!(last.contains("?from=queue&after="), "{last}");
        let html = is_a_page(&nurse.get(&last).await, 200);
        assert!(html.contains("href=\"/queue/\"") && html.contains("Recorded for Awa Doe"), "{html}");
        is_a_page(&nurse.get("/vitals?from=queue").await, 200);
        // The doctor goes on with what the nurse began.
        let html = is_a_page(&morning.doctor.get("/clinic").await, 200);
        assert!(html.contains("39.2") && html.contains("critically low"), "{html}");
        let visit = morning.begin().await;
        let html = is_a_page(&morning.doctor.get(&visit).await, 200);
        assert!(html.contains("39.2") && html.contains(">Cough</textarea>"), "{html}");
        assert_eq!(kept.json[0]["encounter"], id_in(&visit));
        assert_eq!(morning.shown(&visit).await["doctor"], morning.me);
        // No doctor sees this patient: the values are kept, and it is said what to do.
        let binta = registered(&morning.admin, "Binta").await;
        let page = format!("/patients/{binta}/vitals");
        let html = is_a_page(&nurse.get(&page).await, 200);
        let mut measures = form(&html, "patients_record_vitals");
        set(&mut measures, "weight", "61.5");
        let kept = leads(&nurse.submit(&page, &measures).await);
        let html = is_a_page(&nurse.get(&kept).await, 200);
        assert!(html.contains("No doctor sees Binta Doe yet") && html.contains("61.5"), "{html}");
        assert!(html.contains(&format!("href=\"/calendar/book?patient={binta}\"")), "{html}");
        world.settle().await;
    }

    async fn a_round_of_the_ward_goes_from_bed_to_bed(world: &World) {
        let morning = Morning::of(world).await;
        let admin = &morning.admin;
        let ward = admin.post("wards/", json!({ "name": "Maternity" })).await.id();
        let awa = registered(admin, "Awa").await;
        for (number, patient) in [("1", awa), ("2", morning.jane)] {
            let bed = admin.post("beds/", json!({ "ward": ward, "number": number })).await.id();
            admin.post(&format!("beds/{bed}/assign_patient/"), json!({ "patient_id": patient })).await.is(200);
            admin.post(&format!("patients/{patient}/begin_visit/"), json!({})).await.is(201);
        }
        let nurse = Visitor::of(world, Nurse).await;
        let html = is_a_page(&nurse.get("/ward").await, 200);
        assert!(html.contains("href=\"/vitals?from=ward\"") && html.contains(&format!("href=\"/patients/{awa}/vitals?from=ward\"")), "{html}");
        let first = leads(&nurse.get(&format!("/vitals?from=ward&ward={ward}")).await);
        assert_eq!(first, format!("/patients/{awa}/vitals?from=ward&ward={ward}"));
        let html = is_a_page(&nurse.get(&first).await, 200);
        let mut measures = form(&html, "patients_record_vitals");
        set(&mut measures, "heart_rate", "70");
        let on = leads(&nurse.submit(&first, &measures).await);
        assert!(on.starts_with(&format!("/vitals?from=ward&ward={ward}&after=")), "{on}");
        let next = leads(&nurse.get(&on).await);
        assert!(next.starts_with(&format!("/patients/{}/vitals?from=ward&ward={ward}&after=", morning.jane)), "{next}");
        let html = is_a_page(&nurse.get(&next).await, 200);
        let mut measures = form(&html, "patients_record_vitals");
        set(&mut measures, "heart_rate", "71");
        let last = leads(&nurse.submit(&next, &measures).await);
        assert!(last.contains(&format!("?from=ward&ward={ward}&after=")), "{last}");
        let html = is_a_page(&nurse.get(&last).await, 200);
        assert!(html.contains(&format!("href=\"/ward?ward={ward}\"")), "{html}");
        let html = is_a_page(&nurse.get(&format!("/vitals?from=ward&ward={ward}")).await, 200);
        assert!(html.contains("Everybody has vital signs today."), "{html}");
        world.settle().await;
    }

    async fn a_ward_and_a_doctors_day_say_what_is_dangerous(world: &World) {
        let morning = Morning::of(world).await;
        let admin = &morning.admin;
        let (awa_id, binta_id) = (registered(admin, "Awa").await, registered(admin, "Binta").await);
        let ward = admin.post("wards/", json!({ "name": "Medical" })).await.id();
        for (number, patient) in [("1", awa_id), ("2", binta_id), ("3", morning.jane)] {
            let bed = admin.post("beds/", json!({ "ward": ward, "number": number })).await.id();
            admin.post(&format!("beds/{bed}/assign_patient/"), json!({ "patient_id": patient })).await.is(200);
        }
        let allergy = json!({ "substance": "Penicillin", "severity": "severe" });
        admin.post(&format!("patients/{}/allergies/", morning.jane), allergy).await.is(201);
        admin.patch(&format!("patients/{awa_id}/"), json!({ "known_allergies": "None known" })).await.is(200);
        admin.post(&format!("patients/{}/begin_visit/", morning.jane), json!({})).await.is(201);
        for taken in [
            json!({ "heart_rate": 70, "temperature": 36.6 }),
            json!({ "systolic_bp": 85, "diastolic_bp": 50, "heart_rate": 135, "respiratory_rate": 26, "temperature": 39.4, "oxygen_saturation": 89, "breathing": "air", "consciousness": "alert" }),
        ] {
            world.pass(jiff::SignedDuration::from_secs(1));
            admin.post(&format!("patients/{}/record_vitals/", morning.jane), taken).await.is(201);
        }
        let nurse = Visitor::of(world, Nurse).await;
        let html = is_a_page(&nurse.get("/ward").await, 200);
        // A card for each; none known and not asked are told apart from each other and from an allergy.
        let card = |name: &str| {
            let at = html.find(&format!("{name} Doe</a></h3>")).unwrap();
            html[at..].split("</section>").next().unwrap().to_owned()
        };
        let jane = card("Jane");
        assert!(jane.contains("Allergies: Penicillin (severe)") && jane.contains("39.4") && jane.contains("critically low"), "{jane}");
        assert!(jane.contains("Early-warning score (NEWS2): 14") && jane.contains("Oxygen (%) <b>89</b>"), "{jane}");
        assert!(!jane.contains("36.6"), "only the newest: {jane}");
        assert!(jane.contains("0 min ago") && !jane.contains("Overdue"), "{jane}");
        let awa = card("Awa");
        assert!(awa.contains("Allergies: “None known”") && awa.contains("No vital signs were taken yet.") && !awa.contains("not asked"), "{awa}");
        let binta = card("Binta");
        assert!(binta.contains("? Allergies: not asked yet") && !binta.contains("None known"), "{binta}");
        // The doctor's day says the same of whoever waits.
        let html = is_a_page(&morning.doctor.get("/clinic").await, 200);
        let entry = html.split("<li data-row>").find(|entry| entry.contains("Jane Doe") && entry.contains("Cough")).unwrap();
        for said in ["Allergies: Penicillin (severe)", "Early-warning score (NEWS2): 14", "Oxygen (%) <b>89</b>", "39.4"] {
            assert!(entry.contains(said), "{said}: {entry}");
        }
        // A weight taken afterwards hides nothing of it.
        world.pass(jiff::SignedDuration::from_secs(1));
        admin.post(&format!("patients/{}/record_vitals/", morning.jane), json!({ "weight": 60 })).await.is(201);
        let html = is_a_page(&nurse.get("/ward").await, 200);
        for said in ["Weight (kg) <b>60</b>", "Early-warning score (NEWS2): 14", "39.4", "critically low"] {
            assert!(html.contains(said), "{said}: {html}");
        }
        // Whoever is measured all the time takes nobody else's place on the card.
        admin.post(&format!("patients/{awa_id}/begin_visit/"), json!({})).await.is(201);
        for _ in 0..150 {
            world.pass(jiff::SignedDuration::from_secs(1));
            admin.post(&format!("patients/{awa_id}/record_vitals/"), json!({ "heart_rate": 80 })).await.is(201);
        }
        let html = is_a_page(&nurse.get("/ward").await, 200);
        assert!(html.contains("Early-warning score (NEWS2): 14"), "{html}");
        // On the next day the old values are said to be of another day.
        world.pass(jiff::SignedDuration::from_hours(24));
        came(world, &world.admin().await, morning.jane, morning.me, "Worse").await;
        let fresh = Visitor::new(world);
        fresh.sign_in(DOCTOR).await;
        let html = is_a_page(&fresh.get("/clinic").await, 200);
        let entry = html.split("<li data-row>").find(|entry| entry.contains("Jane Doe") && entry.contains("Worse")).unwrap();
        assert!(entry.contains("No vital signs today") && entry.contains("39.4"), "{entry}");
        // On the ward they are to be taken again: hourly, as sick as she was.
        let late = Visitor::new(world);
        late.sign_in(&["page", &Nurse.id().to_string()].concat()).await;
        let html = is_a_page(&late.get("/ward").await, 200);
        assert!(html.contains("Overdue: measure at least every 1 h") && html.contains("24 h ago"), "{html}");
        // Whoever was never measured waits since they lie there; and a weight is no sign of how somebody is.
        let card = |html: &str, name: &str| {
            let at = html.find(&format!("{name} Doe</a></h3>")).unwrap();
            html[at..].split("</section>").next().unwrap().to_owned()
        };
        assert!(card(&html, "Binta").contains("Overdue: measure at least every 12 h"), "{html}");
        let weight = json!({ "weight": 59 });
        world.admin().await.post(&format!("patients/{}/record_vitals/", morning.jane), weight).await.is(201);
        let jane = card(&is_a_page(&late.get("/ward").await, 200), "Jane");
        for said in ["Overdue: measure at least every 1 h", "Early-warning score (NEWS2): 14", "Weight (kg) <b>59</b>"] {
            assert!(jane.contains(said), "{said}: {jane}");
        }
        // Nobody measures the dead, who lie there until they are discharged.
        let died = json!({ "deceased_at": "2026-11-23T11:00:00Z" });
        world.admin().await.patch(&format!("patients/{binta_id}/"), died).await.is(200);
        let html = is_a_page(&late.get("/ward").await, 200);
        let binta = card(&html, "Binta");
        assert!(binta.contains("Died") && !binta.contains("Overdue") && !binta.contains("/vitals"), "{binta}");
        assert!(!card(&html, "Awa").contains("Died"), "{html}");
        // Whoever may read beds and no clinical records sees neither.
        let desk = Visitor::of(world, Receptionist).await;
        let html = is_a_page(&desk.get("/ward").await, 200);
        assert!(html.contains("Jane Doe") && !html.contains("39.4") && !html.contains("NEWS2") && !html.contains("No vital signs"), "{html}");
        world.settle().await;
    }

    async fn a_ward_and_a_doctors_day_take_as_many_statements_for_many_as_for_few(world: &World) {
        let morning = Morning::of(world).await;
        let admin = &morning.admin;
        let ward = admin.post("wards/", json!({ "name": "Medical" })).await.id();
        let nurse = Visitor::of(world, Nurse).await;
        let mut few = Vec::new();
        for many in [2, 9] {
            for n in 0..many {
                let patient = registered(admin, &format!("Awa{many}{n}")).await;
                let bed = admin.post("beds/", json!({ "ward": ward, "number": format!("{many}-{n}") })).await.id();
                admin.post(&format!("beds/{bed}/assign_patient/"), json!({ "patient_id": patient })).await.is(200);
                came(world, admin, patient, morning.me, "Fever").await;
                let allergy = json!({ "substance": "Penicillin", "severity": "severe" });
                admin.post(&format!("patients/{patient}/allergies/"), allergy).await.is(201);
                for temperature in [41.5, 38.0] {
                    let taken = json!({ "temperature": temperature, "heart_rate": 150 });
                    admin.post(&format!("patients/{patient}/record_vitals/"), taken).await.is(201);
                }
            }
            world.settle().await;
            for (browser, page) in [(&nurse, "/ward"), (&morning.doctor, "/clinic")] {
                // The least of several tries: now and then the door looks the caller up again.
                let mut least = u64::MAX;
                for _ in 0..4 {
                    let before = world.app.unguarded("test").stats().await.statements;
                    is_a_page(&browser.get(page).await, 200);
                    least = least.min(world.app.unguarded("test").stats().await.statements - before);
                }
                few.push(least);
            }
        }
        assert!(few[2] <= few[0] && few[3] <= few[1], "{few:?}");
        world.settle().await;
    }

    async fn a_stay_with_its_transfers_and_its_summary_is_in_the_chart(world: &World) {
        let morning = Morning::of(world).await;
        let (admin, doctor, jane) = (&morning.admin, &morning.doctor, morning.jane);
        let stays = format!("/patients/{jane}/stays");
        let html = is_a_page(&doctor.get(&stays).await, 200);
        assert!(html.contains("This patient never stayed here."), "{html}");
        let mut beds = Vec::new();
        for (ward, number) in [("Medical", "M-1"), ("Surgical", "S-1")] {
            let ward = admin.post("wards/", json!({ "name": ward })).await.id();
            beds.push(admin.post("beds/", json!({ "ward": ward, "number": number })).await.id());
        }
        let body = json!({ "patient_id": jane, "reason": "Pneumonia" });
        admin.post(&format!("beds/{}/assign_patient/", beds[0]), body).await.is(200);
        world.pass(jiff::SignedDuration::from_mins(5));
        admin.post(&format!("beds/{}/transfer/", beds[0]), json!({ "to_bed": beds[1] })).await.is(200);
        let html = is_a_page(&doctor.get(&stays).await, 200);
        for said in ["In hospital now", "Pneumonia", "Bed M-1", "Bed S-1", "Surgical"] {
            assert!(html.contains(said), "{said}: {html}");
        }
        assert!(!html.contains("/print/discharge-summary/"), "{html}");
        world.pass(jiff::SignedDuration::from_mins(5));
        let body = json!({ "discharge_summary": "Recovered; amoxicillin for 5 days" });
        admin.post(&format!("beds/{}/discharge_patient/", beds[1]), body).await.is(200);
        let html = is_a_page(&doctor.get(&stays).await, 200);
        assert!(html.contains("Recovered; amoxicillin for 5 days") && html.contains("href=\"/print/discharge-summary/1.pdf\""), "{html}");
        // It is on the patient's page, with a tab, and on the timeline: when it began and when it ended.
        let html = is_a_page(&doctor.get(&format!("/patients/{jane}/")).await, 200);
        assert!(html.contains(&format!("href=\"{stays}\"")) && html.contains("Surgical, Bed S-1"), "{html}");
        let html = is_a_page(&doctor.get(&format!("/patients/{jane}/timeline")).await, 200);
        assert!(html.contains("Admitted · ") && html.contains("Discharged · ") && html.contains(&format!("href=\"{stays}\"")), "{html}");
        let chart = admin.get(&format!("patients/{jane}/chart/")).await;
        assert_eq!(chart.is(200)["admissions"][0]["discharge_summary"], "Recovered; amoxicillin for 5 days");
        // The desk reads when and where, and nothing of the illness; whoever reads no admissions has no tab.
        let desk = Visitor::of(world, Receptionist).await;
        for page in [stays.clone(), format!("/patients/{jane}/timeline")] {
            let html = is_a_page(&desk.get(&page).await, 200);
            assert!(html.contains("S-1") && !html.contains("Pneumonia") && !html.contains("Recovered") && !html.contains("/print/discharge"), "{html}");
        }
        let pharmacist = Visitor::of(world, Pharmacist).await;
        assert!(matches!(pharmacist.get(&stays).await.status.as_u16(), 403 | 404));
        assert!(!pharmacist.get(&format!("/patients/{jane}/")).await.text().contains("/stays"));
        world.settle().await;
    }

    async fn a_doctors_tasks_are_done_from_the_page_of_the_day(world: &World) {
        let morning = Morning::of(world).await;
        let task = json!({ "title": "Call the family", "assignee": morning.me, "priority": "high", "due_date": "2020-01-01", "related_patient": morning.jane });
        let task = morning.admin.post("tasks/", task).await.id();
        let html = is_a_page(&morning.doctor.get("/clinic").await, 200);
        assert!(html.contains("Call the family") && html.contains("late") && html.contains("urgent"), "{html}");
        leads(&morning.doctor.submit("/clinic", &form(&html, "tasks_patch")).await);
        let html = is_a_page(&morning.doctor.get("/clinic").await, 200);
        assert!(html.contains("The task is done.") && !html.contains("Call the family"), "{html}");
        assert_eq!(morning.admin.get(&format!("tasks/{task}/")).await.is(200)["status"], "completed");
        // What nobody has, or somebody who has gone, is offered to whoever shares the work.
        let gone = world.nurse().await;
        for (title, assignee) in [("Weigh her again", json!(null)), ("Change the dressing", json!(gone.id))] {
            morning.admin.post("tasks/", json!({ "title": title, "assignee": assignee, "related_patient": morning.jane })).await.is(201);
        }
        let html = is_a_page(&morning.doctor.get("/clinic").await, 200);
        assert!(html.contains("Weigh her again") && !html.contains("Change the dressing"), "{html}");
        morning.admin.post(&format!("users/{}/deactivate/", gone.id), json!({})).await.is(200);
        let html = is_a_page(&morning.doctor.get("/clinic").await, 200);
        assert!(html.contains("Tasks that nobody has") && html.contains("Change the dressing"), "{html}");
        leads(&morning.doctor.submit("/clinic", &form(&html, "tasks_patch")).await);
        let html = is_a_page(&morning.doctor.get("/clinic").await, 200);
        assert!(html.contains("The task is yours."), "{html}");
        let mine = morning.admin.get(&format!("tasks/?assignee={}&status=pending", morning.me)).await;
        assert_eq!(mine.is(200)[0]["title"], "Weigh her again");
        let desk = Visitor::of(world, Receptionist).await;
        let html = is_a_page(&desk.get("/desk").await, 200);
        assert!(!html.contains("Tasks that nobody has"), "{html}");
        world.settle().await;
    }
}
