//! The whole way of one patient, from registration to the audit trail.

use serde_json::json;
use testkit::{Base, World};

use crate::house::{House, first};
use crate::page::Page;

const BEGIN: &str = "Jane Doe comes with a fever, is seen, treated, admitted and discharged, and her bill is paid \
    by her insurer and herself. Everybody who works for her does one thing, and what they do arrives where the next one \
    looks for it. What an answer shows is a part of it; `…` stands for the rest.";

#[test]
fn patient_journey() {
    testkit::run(Base::Sqlite, |world| Box::pin(journey(world)));
}

#[test]
fn patient_journey_on_postgres() {
    testkit::run(Base::Postgres, |world| Box::pin(journey(world)));
}

async fn journey(world: &World) {
    let house = House::new(world).await;
    let stock = house.stock().await;
    let mut page = Page::new("A patient's journey", BEGIN);

    page.say("## Monday: registered, insured and booked");
    page.say("Isatou at the desk registers Jane, who says that she must not take penicillin.");
    let desk = house.signed_in("isatou").await;
    let body = json!({
        "first_name": "Jane", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female",
        "contact_info": "783 4351", "email": "jane@example.org", "known_allergies": "Penicillin",
    });
    let shown = ["id", "unique_id", "known_allergies", "possible_duplicates"];
    let patient = page
        .brief(&desk, "POST", "patients/", Some(body), &shown)
        .await
        .id();
    page.say("Her insurer pays four fifths.");
    let body = json!({
        "patient": patient, "provider": "Riders Health", "policy_number": "R-2201", "coverage_percent": 80,
        "valid_until": "2027-12-31",
    });
    let shown = ["id", "provider", "coverage_percent"];
    let policy = page
        .brief(&desk, "POST", "insurance/", Some(body), &shown)
        .await
        .id();
    page.say("Dr Ceesay has time on Wednesday at ten.");
    let body = json!({
        "patient": patient, "doctor": house.doctor, "date": "2026-11-25", "time": "10:00", "reason": "Fever",
    });
    let shown = ["id", "status", "starts_at", "doctor_name"];
    let visit = page
        .brief(&desk, "POST", "appointments/", Some(body), &shown)
        .await
        .id();
    page.say("Isatou prints the slip, and a card with Jane's number.");
    page.pdf(
        &desk,
        &format!("print/appointment-slip/{visit}.pdf?paper=80mm"),
    )
    .await;
    page.pdf(&desk, &format!("print/patient-card/{patient}.pdf"))
        .await;
    house.node.settle().await;

    page.say("## Tuesday: the reminder");
    house.at("2026-11-24T10:00:00Z").await;
    page.show("text", &house.twilio.sent()[0].body);

    page.say("## Wednesday: the visit");
    house.at("2026-11-25T09:50:00Z").await;
    page.say("Jane comes, and gets a number in the queue.");
    let desk = house.signed_in("isatou").await;
    let path = format!("appointments/{visit}/check_in/");
    page.brief(
        &desk,
        "POST",
        &path,
        Some(json!({})),
        &["status", "queue_number"],
    )
    .await;
    page.say("Dr Ceesay calls her in.");
    let doctor = house.signed_in("ceesay").await;
    let path = format!("appointments/{visit}/start/");
    page.brief(
        &doctor,
        "POST",
        &path,
        Some(json!({})),
        &["status", "started_at"],
    )
    .await;
    let body = json!({
        "patient": patient, "appointment": visit, "chief_complaint": "Fever for three days, tired",
        "notes": "Pale. Chest clear. No neck stiffness.",
    });
    let shown = ["id", "status", "patient_name", "doctor_name"];
    let encounter = page
        .brief(&doctor, "POST", "encounters/", Some(body), &shown)
        .await
        .id();
    page.say("Kumba, the nurse, measures. What is out of the ordinary is flagged at once.");
    let nurse = house.signed_in("kumba").await;
    let body = json!({
        "systolic_bp": 104, "diastolic_bp": 64, "heart_rate": 112, "respiratory_rate": 20, "temperature": 38.9,
        "oxygen_saturation": 96, "height": 165, "weight": 58,
    });
    let path = format!("encounters/{encounter}/add_vitals/");
    page.brief(
        &nurse,
        "POST",
        &path,
        Some(body),
        &[
            "id",
            "bmi",
            "abnormal_flags{measure,level,usual_low,usual_high}",
            "early_warning{at_least,missing}",
        ],
    )
    .await;
    page.say("The doctor orders a haemoglobin and prescribes something against the fever.");
    let test = first(&doctor, "lab_tests/catalog/?test_code=HB").await;
    let body =
        json!({ "encounter": encounter, "priority": "stat", "items": [{ "lab_test_id": test }] });
    let shown = ["id", "status", "priority", "due_at"];
    let order = page
        .brief(&doctor, "POST", "lab_orders/", Some(body), &shown)
        .await;
    let item = doctor
        .get(&format!("lab_orders/{}/", order.id()))
        .await
        .json["items"][0]["id"]
        .clone();
    // Charges arrive as they are heard of: one after the other here, so that the bill reads the same each time.
    house.node.settle().await;
    let order = order.id();
    let body = json!({
        "encounter": encounter, "medication_item": stock.paracetamol, "dosage": "2 tablets",
        "frequency": "3 times a day", "duration": "2 days", "quantity": 12,
    });
    let shown = ["id", "medication_name", "status", "safety_outcome"];
    let prescription = page
        .brief(&doctor, "POST", "prescriptions/", Some(body), &shown)
        .await
        .id();
    page.pdf(&doctor, &format!("print/prescription/{prescription}.pdf"))
        .await;

    page.say("### At the pharmacy");
    page.say("Ousman dispenses. The batch that expires first goes first.");
    let pharmacist = house.signed_in("ousman").await;
    let body = json!({ "prescription_id": prescription, "quantity": 12 });
    let path = format!("medications/{}/dispense/", stock.paracetamol);
    let shown = [
        "status",
        "logs{batch_number,quantity_dispensed}",
        "remaining",
        "owed",
    ];
    page.brief(&pharmacist, "POST", &path, Some(body), &shown)
        .await;

    house.node.settle().await;
    page.say("### In the laboratory");
    let lab = house.signed_in("fatou").await;
    page.say("Fatou takes the blood and enters what the analyser says. The value is below the critical limit.");
    let path = format!("lab_orders/{order}/collect/");
    page.brief(
        &lab,
        "POST",
        &path,
        Some(json!({})),
        &["status", "collected_at"],
    )
    .await;
    let body = json!({ "results": [{ "lab_order_item": item, "parameter_name": "Haemoglobin", "value_numeric": 5.2, "units": "g/dL" }] });
    let path = format!("lab_orders/{order}/add_results/");
    let shown =
        ["created{parameter_name,value_numeric,units,entered_value,entered_units,abnormal_flag}"];
    page.brief(&lab, "PUT", &path, Some(body), &shown).await;
    house.node.settle().await;
    page.say("Dr Ceesay is told before the technician has put the tube away.");
    let shown = ["results{kind,severity,message}"];
    page.brief(&doctor, "GET", "alerts/?unread=true", None, &shown)
        .await;
    page.say("A report that is printed now says that nobody has reviewed it; after the review it carries the review.");
    page.pdf(&doctor, &format!("print/lab-report/{order}.pdf"))
        .await;
    let path = format!("lab_orders/{order}/review/");
    page.brief(
        &doctor,
        "POST",
        &path,
        Some(json!({})),
        &["status", "reviewed_at"],
    )
    .await;
    page.pdf(&doctor, &format!("print/lab-report/{order}.pdf"))
        .await;
    page.say("She writes what she found, and signs; the appointment is completed with it.");
    let body = json!({
        "diagnosis": "Severe anaemia", "diagnosis_code": "D64.9", "treatment_plan": "Admit, transfuse.",
    });
    let path = format!("encounters/{encounter}/");
    page.brief(
        &doctor,
        "PATCH",
        &path,
        Some(body),
        &["diagnosis", "diagnosis_code"],
    )
    .await;
    let body = json!({ "complete_appointment": true });
    let path = format!("encounters/{encounter}/sign/");
    page.brief(&doctor, "POST", &path, Some(body), &["status", "signed_at"])
        .await;

    page.say("## Admitted");
    page.say("Kumba puts Jane to bed and prints her wristband.");
    let body = json!({ "patient_id": patient, "reason": "Severe anaemia, transfusion" });
    let path = format!("beds/{}/assign_patient/", stock.bed);
    let admission = page
        .brief(
            &nurse,
            "POST",
            &path,
            Some(body),
            &["status", "bed", "admission"],
        )
        .await;
    let admission = admission.json["admission"].as_i64().unwrap();
    page.pdf(&nurse, &format!("print/wristband/{admission}.pdf"))
        .await;
    page.say("A second patient cannot be put into the same bed.");
    let body = json!({ "patient_id": patient });
    page.refused(&nurse, "POST", &path, Some(body), &["code"])
        .await;
    let shown = ["ward_name", "occupied", "available", "cleaning"];
    page.brief(&nurse, "GET", "beds/board/", None, &shown).await;

    page.say("## An hour after the visit: the follow-up");
    house.node.settle().await;
    house.at("2026-11-25T11:05:00Z").await;
    let sent = house.twilio.sent();
    page.show("text", &sent[sent.len() - 1].body);

    page.say("## Friday: discharged");
    house.at("2026-11-27T09:00:00Z").await;
    let nurse = house.signed_in("kumba").await;
    let body = json!({ "discharge_summary": "Severe anaemia. Two units transfused. Iron for three months; come back in two weeks." });
    let path = format!("beds/{}/discharge_patient/", stock.bed);
    page.brief(&nurse, "POST", &path, Some(body), &["status", "bed_days"])
        .await;
    page.pdf(&nurse, &format!("print/discharge-summary/{admission}.pdf"))
        .await;
    page.say("The next appointment is made at the desk.");
    let desk = house.signed_in("isatou").await;
    let body = json!({
        "patient": patient, "doctor": house.doctor, "date": "2026-12-11", "time": "10:00", "reason": "Control after anaemia",
    });
    page.brief(
        &desk,
        "POST",
        "appointments/",
        Some(body),
        &["id", "date", "status"],
    )
    .await;
    house.node.settle().await;

    page.say("## The bill");
    page.say("What was done for Jane, in the consulting room and on the ward, has gathered on one draft by itself: nobody typed a price.");
    let cashier = house.signed_in("ebrima").await;
    let path = format!("patients/{patient}/bills/?ordering=id");
    let shown = [
        "id",
        "status",
        "encounter",
        "total_amount",
        "items{description,quantity,unit_price,total_price,source_type}",
    ];
    let drafts = page.brief(&cashier, "GET", &path, None, &shown).await;
    let drafts: Vec<i64> = drafts
        .json
        .as_array()
        .unwrap()
        .iter()
        .map(|bill| bill["id"].as_i64().unwrap())
        .collect();
    assert_eq!(drafts.len(), 1, "{drafts:?}");
    page.say("Ebrima looks it over, names the policy, and opens it.");
    let mut due = Vec::new();
    for bill in &drafts {
        let path = format!("bills/{bill}/");
        page.brief(
            &cashier,
            "PATCH",
            &path,
            Some(json!({ "insurance": policy })),
            &["status", "insurance"],
        )
        .await;
        let shown = ["status", "total_amount", "insurance_amount", "balance_due"];
        let opened = page
            .brief(
                &cashier,
                "POST",
                &format!("bills/{bill}/open/"),
                Some(json!({})),
                &shown,
            )
            .await;
        due.push(opened.json["balance_due"].clone());
    }
    page.say("The insurer gets a claim for its part, pays it, and the bill says so.");
    let body = json!({ "bill": drafts[0] });
    let shown = ["id", "amount", "status"];
    let claim = page
        .brief(&cashier, "POST", "insurance-claims/", Some(body), &shown)
        .await
        .id();
    page.brief(
        &cashier,
        "POST",
        &format!("insurance-claims/{claim}/submit/"),
        Some(json!({})),
        &["status"],
    )
    .await;
    let amount = cashier
        .get(&format!("insurance-claims/{claim}/"))
        .await
        .json["amount"]
        .clone();
    let body = json!({ "paid_amount": amount, "reference": "RH-7781" });
    let path = format!("insurance-claims/{claim}/remittance/");
    page.brief(
        &cashier,
        "POST",
        &path,
        Some(body),
        &["status", "paid_amount"],
    )
    .await;
    page.say("Jane pays her part in cash. More than she owes is refused.");
    cashier
        .post(
            "cash-sessions/",
            json!({ "drawer": "Front", "opening_float": 500 }),
        )
        .await
        .is(201);
    let path = format!("bills/{}/payments/", drafts[0]);
    let body = json!({ "amount": 5000, "method": "Cash" });
    page.refused(
        &cashier,
        "POST",
        &path,
        Some(body),
        &["code", "balance_due"],
    )
    .await;
    let shown = ["id", "amount", "method", "receipt_number"];
    let mut payments = Vec::new();
    for (bill, due) in drafts.iter().zip(&due) {
        let path = format!("bills/{bill}/payments/");
        let body = json!({ "amount": due, "method": "Cash" });
        payments.push(
            page.brief(&cashier, "POST", &path, Some(body), &shown)
                .await
                .id(),
        );
    }
    page.pdf(
        &cashier,
        &format!("print/receipt/{}.pdf?paper=80mm", payments[0]),
    )
    .await;
    page.pdf(&cashier, &format!("print/invoice/{}.pdf", drafts[0]))
        .await;
    let shown = [
        "status",
        "is_paid",
        "balance_due",
        "paid_amount",
        "insurance_paid_amount",
    ];
    page.brief(
        &cashier,
        "GET",
        &format!("bills/{}/", drafts[0]),
        None,
        &shown,
    )
    .await;
    house.node.settle().await;

    page.say("## What the hospital sees of it");
    let admin = house.signed_in("admin").await;
    page.ask(&admin, "GET", "financial-reports/revenue_by_service/", None)
        .await;
    page.ask(&admin, "GET", "financial-reports/payer_mix/", None)
        .await;
    page.ask(&admin, "GET", "financial-reports/receivables_aging/", None)
        .await;
    page.ask(&admin, "GET", "clinical-reports/diagnoses/", None)
        .await;
    page.ask(
        &admin,
        "GET",
        "operational-reports/bed_occupancy/?start=2026-11-25&end=2026-11-27",
        None,
    )
    .await;
    page.say("The books balance: every bill, payment and account says the same.");
    let books = admin.get("financial-reports/reconciliation/").await;
    for row in books.is(200).as_array().unwrap() {
        assert_eq!(row["agrees"], true, "{row}");
    }
    page.say("Every report is a workbook, too: `?format=xlsx`.");
    let book = admin
        .get("financial-reports/revenue_by_service/?format=xlsx")
        .await;
    assert_eq!(book.status, 200);
    assert!(book.bytes.starts_with(b"PK"));

    page.say("## Who had to do with Jane's record");
    let path = format!("audit_logs/?patient={patient}&action=print&ordering=id");
    page.brief(
        &admin,
        "GET",
        &path,
        None,
        &["username", "action", "object_type", "object_id"],
    )
    .await;
    assert_eq!(house.twilio.complaints(), Vec::<String>::new());
    assert!(!house.sendgrid.sent().is_empty());
    house.node.settle().await;
    page.finish("patient-journey.md");
}
