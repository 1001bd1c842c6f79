//! `print/…`: what is handed to people, and who may print it.

use kernel::BuiltinRole::{Cashier, LabTechnician, Pharmacist};
use serde_json::{Value as Json, json};
use testkit::{Caller, Reply, World};

/// The text of a PDF by an independent reader; `None` where it is not installed.
fn text_of(pdf: &[u8]) -> Option<String> {
    let mut child = std::process::Command::new("pdftotext")
        .args(["-enc", "UTF-8", "-raw", "-", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .ok()?;
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), pdf).unwrap();
    let output = child.wait_with_output().unwrap();
    // Words that a line break parts are one sentence all the same.
    Some(
        String::from_utf8(output.stdout)
            .unwrap()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// Prints; every part must stand on the paper.
async fn prints(who: &Caller, path: &str, parts: &[&str]) -> Reply {
    let reply = who.get(path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    assert_eq!(reply.header("content-type"), "application/pdf");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert!(reply.bytes.starts_with(b"%PDF-1.7"), "{path}");
    if let Some(text) = text_of(&reply.bytes) {
        for part in parts {
            assert!(text.contains(part), "{path}: no {part} in {text}");
        }
    }
    reply
}

async fn made(who: &Caller, path: &str, body: Json) -> i64 {
    let reply = who.post(path, body).await;
    reply.is(201);
    reply.id()
}

/// A patient with a name that forms must get right, in an open encounter.
struct Case {
    desk: Caller,
    doctor: Caller,
    patient: i64,
    encounter: i64,
}

impl Case {
    async fn new(world: &World) -> Case {
        let (desk, doctor) = (world.receptionist().await, world.doctor().await);
        let body = json!({
            "first_name": "Zoë", "last_name": "O'Brien & Sons <Life>", "date_of_birth": "1990-01-01", "gender": "Female",
            "known_allergies": "Penicillin, Latex", "preferred_language": "fr",
        });
        let patient = made(&desk, "patients/", body).await;
        let body = json!({ "patient": patient, "notes": "Seen." });
        let encounter = made(&doctor, "encounters/", body).await;
        Case {
            desk,
            doctor,
            patient,
            encounter,
        }
    }
}

const NAME: &str = "Zoë O'Brien & Sons <Life>";

testkit::on_both! {
    async fn an_invoice_and_its_receipt_on_every_paper(world: &World) {
        let case = Case::new(world).await;
        let cashier = world.caller(Some(Cashier)).await;
        let body = json!({ "patient": case.patient, "provider": "Riders", "policy_number": "R-77", "coverage_percent": 80 });
        let policy = made(&case.desk, "insurance/", body).await;
        let items = json!([{ "description": "Dressing", "amount": 125.5, "quantity": 2, "discount": 1, "discount_reason": "Regular" }]);
        let bill = made(&cashier, "bills/", json!({ "patient": case.patient, "insurance": policy, "items": items })).await;
        let body = json!({ "amount": 20, "method": "Mobile Money", "reference": "MM-9" });
        let payment = made(&cashier, &format!("bills/{bill}/payments/"), body).await;
        let english = ["Invoice", NAME, "Dressing", "250.00", "Riders, R-77", "Insurer’s part GMD 200.00", "of which the insurer has paid GMD 0.00", "20.00", "Mobile money", "MM-9"];
        prints(&cashier, &format!("print/invoice/{bill}.pdf?language=en"), &english).await;
        let receipt = format!("print/receipt/{payment}/");
        for paper in ["a4", "a5", "80mm"] {
            let parts = [NAME, "Dressing", "20,00", "Argent mobile", "MM-9"];
            prints(&cashier, &format!("{receipt}?paper={paper}"), &parts).await;
            prints(&cashier, &format!("print/invoice/{bill}/?paper={paper}"), &[NAME, "Dressing"]).await;
        }
        // What may still change is not taken for what is owed.
        let draft = json!({ "patient": case.patient, "total_amount": 5, "status": "Draft" });
        let draft = made(&cashier, "bills/", draft).await;
        prints(&cashier, &format!("print/invoice/{draft}/?language=en"), &["Draft, not issued yet"]).await;
        cashier.get(&format!("{receipt}?paper=label")).await.complains_about("paper");
        cashier.get(&format!("{receipt}?language=de")).await.complains_about("language");
        // Who may not read the payment does not learn that there is one.
        for stranger in [world.nurse().await, world.patient().await, world.caller(Some(LabTechnician)).await] {
            stranger.get(&receipt).await.refuses(404, "not_found");
            stranger.get(&format!("print/invoice/{bill}/")).await.refuses(404, "not_found");
        }
        world.anonymous().get(&receipt).await.is(401);
        let admin = world.admin().await;
        let printed = admin.get(&format!("audit_logs/?action=print&patient={}", case.patient)).await;
        assert_eq!(printed.is(200).as_array().unwrap().len(), 8);
        world.settle().await;
    }

    /// A refund is printed as one, and the code on a paper tells that it was issued here.
    async fn a_refund_has_a_receipt_and_a_code_can_be_checked(world: &World) {
        let case = Case::new(world).await;
        let (cashier, admin) = (world.caller(Some(Cashier)).await, world.admin().await);
        let bill = made(&cashier, "bills/", json!({ "patient": case.patient, "total_amount": 500 })).await;
        let payment = made(&cashier, &format!("bills/{bill}/payments/"), json!({ "amount": 120, "method": "Cash" })).await;
        let request = made(&cashier, &format!("payments/{payment}/refund/"), json!({ "amount": 20, "reason": "Wrong" })).await;
        admin.post(&format!("refund-requests/{request}/approve/"), json!({})).await.is(200);
        let refund = cashier.get("payments/?ordering=-id").await.is(200)[0]["id"].clone();
        let paper = prints(&cashier, &format!("print/receipt/{refund}/?language=en"), &["Refunded", "20.00"]).await;
        if let Some(text) = text_of(&paper.bytes) {
            let at = text.find("/api/verify/").unwrap() + "/api/verify/".len();
            let code: String = text[at..].chars().filter(|c| !c.is_whitespace()).take_while(|c| *c != '/').collect();
            let verified = world.anonymous().get(&format!("verify/{code}/")).await;
            assert_eq!(verified.is(200)["status"], "issued");
            assert!(!verified.text().contains("O'Brien"));
        }
        world.settle().await;
    }

    async fn what_a_doctor_hands_out(world: &World) {
        let case = Case::new(world).await;
        let body = json!({
            "encounter": case.encounter, "medication_name": "Paracetamol 500 mg", "dosage": "2 tablets", "frequency": "3 times a day",
            "duration": "3 days", "quantity": 18, "notes": "After meals",
        });
        let first = made(&case.doctor, "prescriptions/", body).await;
        let body = json!({ "encounter": case.encounter, "medication_name": "Omeprazole 20 mg", "dosage": "1 capsule", "frequency": "once a day" });
        let second = made(&case.doctor, "prescriptions/", body).await;
        let path = format!("print/prescription/{first}.pdf");
        let parts = ["Ordonnance", NAME, "Penicillin, Latex", "Paracetamol 500 mg", "After meals", "18", "Omeprazole 20 mg", "Fatou Ceesay"];
        prints(&case.doctor, &path, &parts).await;
        // What was cancelled is not on the sheet of the others.
        case.doctor.patch(&format!("prescriptions/{second}/"), json!({ "status": "Cancelled" })).await.is(200);
        let paper = prints(&case.doctor, &path, &["Paracetamol"]).await;
        if let Some(text) = text_of(&paper.bytes) {
            assert!(!text.contains("Omeprazole"), "{text}");
        }
        prints(&world.caller(Some(Pharmacist)).await, &path, &["Paracetamol"]).await;
        let body = json!({
            "patient": case.patient, "referring_doctor_details": "Dr Ceesay", "referred_to_doctor_details": "Dr Jones, Dakar",
            "reason_for_referral": "Headache.\nNothing found here.",
        });
        let referral = made(&case.doctor, "referrals/", body).await;
        let letter = format!("print/referral-letter/{referral}.pdf");
        prints(&case.doctor, &letter, &["Dr Jones, Dakar", "Headache. Nothing found here.", NAME]).await;
        // The desk sees that there is a prescription or referral, not what it says.
        for path in [&path, &letter] {
            case.desk.get(path).await.refuses(404, "not_found");
            world.caller(Some(Cashier)).await.get(path).await.is(404);
        }
        world.settle().await;
    }

    /// A report that is printed again after the review carries the review.
    async fn a_laboratory_report_says_whether_it_is_final(world: &World) {
        let case = Case::new(world).await;
        let lab = world.caller(Some(LabTechnician)).await;
        let test = lab.get("lab_tests/catalog/?test_code=K").await.is(200)[0]["id"].clone();
        let body = json!({ "encounter": case.encounter, "items": [{ "lab_test_id": test }] });
        let order = case.doctor.post("lab_orders/", body).await.is(201).clone();
        let path = format!("print/lab-report/{}/", order["id"]);
        lab.get(&path).await.refuses(409, "state_conflict");
        let body = json!({ "results": [{ "lab_order_item": order["items"][0]["id"], "parameter_name": "Potassium", "value_numeric": 7.1 }] });
        let entered = lab.put(&format!("lab_orders/{}/add_results/", order["id"]), body).await.is(200)["created"][0].clone();
        let before = prints(&case.doctor, &format!("{path}?language=en"), &["Potassium", "7.1", "mmol/L", "CRITICAL", NAME]).await;
        case.doctor.post(&format!("lab_orders/{}/review/", order["id"]), json!({})).await.is(200);
        let after = prints(&case.doctor, &format!("{path}?language=en"), &["Potassium", "7.1", "Reviewed"]).await;
        prints(&case.doctor, &path, &["7,1", "CRITIQUE"]).await;
        if let (Some(before), Some(after)) = (text_of(&before.bytes), text_of(&after.bytes)) {
            assert!(before.contains("Not reviewed yet"), "{before}");
            assert!(!after.contains("Not reviewed yet"), "{after}");
        }
        // A value that is corrected is told apart from one that was right at once.
        let body = json!({ "value_numeric": 4.2, "correction_reason": "Haemolysed" });
        lab.patch(&format!("lab_result_values/{}/", entered["id"]), body).await.is(200);
        prints(&case.doctor, &format!("{path}?language=en"), &["Corrected report", "4.2", "corrected, was 7.1"]).await;
        case.desk.get(&path).await.refuses(404, "not_found");
        world.settle().await;
    }

    /// The paper of a prescription is no younger, and worth no more, for being printed again.
    async fn a_prescription_says_when_it_was_written_and_what_was_given_of_it(world: &World) {
        let case = Case::new(world).await;
        let admin = world.admin().await;
        let item = made(&admin, "medications/", json!({ "name": "Paracetamol", "strength": "500 mg" })).await;
        let stock = json!({ "medication_item": item, "batch_number": "A", "expiry_date": "2028-01-31", "quantity_received": 100 });
        made(&admin, "stock-batches/", stock).await;
        let body = json!({
            "encounter": case.encounter, "medication_item": item, "dosage": "1 tablet", "frequency": "3 times a day", "duration": "4 days", "quantity": 12,
        });
        let id = made(&case.doctor, "prescriptions/", body).await;
        let path = format!("print/prescription/{id}.pdf?language=en");
        let fresh = prints(&case.doctor, &path, &["Prescribed", "23 November 2026", "Printed"]).await;
        world.pass(jiff::SignedDuration::from_hours(24 * 3));
        let (doctor, pharmacist) = (world.doctor().await, world.caller(Some(Pharmacist)).await);
        let dispense = format!("medications/{item}/dispense/");
        let give = |units: i64| json!({ "prescription": id, "quantity": units, "override_reason": "Seen", "reason": "Seen" });
        pharmacist.post(&dispense, give(5)).await.is(201);
        let part = prints(&doctor, &path, &["23 November 2026", "5 of 12 given, last on 26 November 2026"]).await;
        let last = pharmacist.post(&dispense, give(7)).await.is(201)["logs"][0]["id"].clone();
        let whole = prints(&doctor, &path, &["23 November 2026", "12 of 12 given, last on 26 November 2026", "COMPLETED"]).await;
        for (paper, ended) in [(&fresh, false), (&part, false), (&whole, true)] {
            if let Some(text) = text_of(&paper.bytes) {
                assert_eq!(text.contains("COMPLETED"), ended, "{text}");
            }
        }
        pharmacist.post(&format!("dispensing-logs/{last}/reverse/"), json!({ "reason": "By mistake" })).await.is(200);
        prints(&doctor, &path, &["5 of 12 given, last on 26 November 2026"]).await;
        doctor.patch(&format!("prescriptions/{id}/"), json!({ "status": "Cancelled" })).await.is(200);
        prints(&doctor, &path, &["CANCELLED: not to be dispensed", "5 of 12 given"]).await;
        world.settle().await;
    }

    /// That nobody asked, that there are none, and which there are.
    async fn allergies_stand_on_every_paper_as_they_are_known(world: &World) {
        let case = Case::new(world).await;
        let (admin, nurse) = (world.admin().await, world.nurse().await);
        let ward = made(&admin, "wards/", json!({ "name": "Women", "capacity": 3 })).await;
        for (n, (said, shown)) in [("", "Not asked yet"), ("NKDA", "NKDA"), ("Latex", "Latex")].into_iter().enumerate() {
            let body = json!({ "first_name": "Awa", "last_name": "Bah", "date_of_birth": format!("199{n}-01-01"), "gender": "Female", "known_allergies": said });
            let patient = made(&case.desk, "patients/", body).await;
            let encounter = made(&case.doctor, "encounters/", json!({ "patient": patient, "notes": "Seen." })).await;
            let body = json!({ "encounter": encounter, "medication_name": "Zinc", "dosage": "1 tablet", "frequency": "once a day" });
            let prescription = made(&case.doctor, "prescriptions/", body).await;
            let body = json!({ "patient": patient, "referring_doctor_details": "A", "referred_to_doctor_details": "B", "reason_for_referral": "C" });
            let referral = made(&case.doctor, "referrals/", body).await;
            let bed = made(&admin, "beds/", json!({ "ward": ward, "number": format!("W-{n}") })).await;
            let put = nurse.post(&format!("beds/{bed}/assign_patient/"), json!({ "patient_id": patient })).await;
            let admission = put.is(200)["admission"].clone();
            let papers = [(&case.doctor, format!("prescription/{prescription}")), (&case.doctor, format!("referral-letter/{referral}")), (&nurse, format!("wristband/{admission}"))];
            for (who, paper) in papers {
                let printed = prints(who, &format!("print/{paper}.pdf?language=en"), &["Allergies", shown]).await;
                if let Some(text) = text_of(&printed.bytes) {
                    assert_eq!(text.contains("Not asked"), said.is_empty(), "{text}");
                }
            }
        }
        world.settle().await;
    }

    async fn slips_cards_and_wristbands_carry_no_more_than_they_must(world: &World) {
        let case = Case::new(world).await;
        let body = json!({ "patient": case.patient, "doctor": case.doctor.id, "date": "2026-11-25", "time": "10:00", "reason": "HIV test" });
        let visit = made(&case.desk, "appointments/", body).await;
        let slip = prints(&case.desk, &format!("print/appointment-slip/{visit}/?paper=80mm&language=en"), &["25 November 2026", "10:00", NAME]).await;
        let card = prints(&case.desk, &format!("print/patient-card/{}/", case.patient), &[NAME]).await;
        let admin = world.admin().await;
        let ward = made(&admin, "wards/", json!({ "name": "Women", "capacity": 2 })).await;
        let bed = made(&admin, "beds/", json!({ "ward": ward, "number": "W-1" })).await;
        let nurse = world.nurse().await;
        let put = nurse.post(&format!("beds/{bed}/assign_patient/"), json!({ "patient_id": case.patient })).await;
        let admission = put.is(200)["admission"].clone();
        let band = format!("print/wristband/{admission}.pdf");
        prints(&nurse, &band, &[NAME, "Women W-1", "Penicillin, Latex"]).await;
        for paper in [&slip, &card] {
            if let Some(text) = text_of(&paper.bytes) {
                assert!(!text.contains("HIV") && !text.contains("Penicillin"), "{text}");
            }
        }
        world.caller(Some(LabTechnician)).await.get(&band).await.refuses(404, "not_found");
        world.patient().await.get(&format!("print/patient-card/{}/", case.patient)).await.refuses(404, "not_found");
        world.settle().await;
    }

    async fn every_report_is_a_workbook_as_well(world: &World) {
        let admin = world.admin().await;
        for operation in world.operations() {
            let formats = operation.doc.query.iter().find(|(name, schema, _)| name == "format" && schema.to_string().contains("xlsx"));
            if formats.is_none() {
                continue;
            }
            let path = operation.path.trim_end_matches('/');
            let of_one = operation.doc.query.iter().any(|(name, _, _)| name == "medication_id");
            let of_one = if of_one { "&medication_id=1" } else { "" };
            let reply = admin.get(&format!("{path}/?format=xlsx{of_one}")).await;
            if reply.status == 404 || reply.status == 400 {
                // Reports about one medication, of which there is none here.
                assert!(path.contains("medication"), "{path}: {}", reply.text());
                continue;
            }
            assert_eq!(reply.status, 200, "{path}: {}", reply.text());
            assert!(reply.header("content-type").contains("spreadsheetml"), "{path}");
            assert!(reply.header("content-disposition").contains(".xlsx"), "{path}");
            let mut book = zip::ZipArchive::new(std::io::Cursor::new(reply.bytes.clone())).unwrap();
            let mut sheet = String::new();
            std::io::Read::read_to_string(&mut book.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet).unwrap();
            assert!(sheet.contains("<row "), "{path}: no heading");
        }
        admin.get("report/patient_count/?format=pdf").await.complains_about("format");
        world.settle().await;
    }
}
