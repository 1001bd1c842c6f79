//! The laboratory, results to review, and the chart, as people without scripts use them.
#![expect(clippy::unwrap_used, reason = "tests")]

use kernel::BuiltinRole;
use serde_json::{Value as Json, json};
use testkit::visitor::{Visitor, form, is_a_page, leads, set};
use testkit::{Caller, World};

/// The name of the field for a value, by the words that its row is called by.
#[track_caller]
fn field(pairs: &[(String, String)], called: &str, last: &str) -> String {
    let row = pairs
        .iter()
        .find(|(name, value)| name.starts_with("_called.") && value == called);
    let row = row.unwrap_or_else(|| panic!("no {called} in {pairs:?}"));
    [row.0.trim_start_matches("_called."), ".", last].concat()
}

/// A doctor, a patient and an open encounter.
struct Ward {
    doctor: Caller,
    tech: Caller,
    patient: i64,
    encounter: i64,
}

impl Ward {
    async fn new(world: &World, name: &str) -> Ward {
        let doctor = world.doctor().await;
        let body = json!({ "first_name": name, "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female" });
        let patient = world.admin().await.post("patients/", body).await.id();
        let body = json!({ "patient": patient, "notes": "Palpitations" });
        let encounter = doctor.post("encounters/", body).await.id();
        let tech = world.caller(Some(BuiltinRole::LabTechnician)).await;
        Ward {
            doctor,
            tech,
            patient,
            encounter,
        }
    }

    async fn order(&self, codes: &[&str], priority: &str) -> i64 {
        let mut items = Vec::new();
        for code in codes {
            let found = self
                .tech
                .get(&format!("lab_tests/catalog/?test_code={code}"))
                .await;
            items.push(json!({ "lab_test_id": found.is(200)[0]["id"] }));
        }
        let body = json!({ "encounter": self.encounter, "items": items, "priority": priority });
        self.doctor.post("lab_orders/", body).await.id()
    }

    async fn shown(&self, order: i64) -> Json {
        self.doctor
            .get(&format!("lab_orders/{order}/"))
            .await
            .is(200)
            .clone()
    }

    /// Enters one value of the first test.
    async fn enter(&self, order: i64, parameter: &str, value: f64) {
        let item = self.shown(order).await["items"][0]["id"].clone();
        let results = json!([{ "lab_order_item": item, "parameter_name": parameter, "value_numeric": value }]);
        let path = format!("lab_orders/{order}/add_results/");
        self.tech
            .put(&path, json!({ "results": results }))
            .await
            .is(200);
    }
}

testkit::on_both! {
    async fn a_specimen_is_taken_its_results_are_entered_and_the_next_order_opens(world: &World) {
        let ward = Ward::new(world, "Jane").await;
        let usual = ward.order(&["HB"], "routine").await;
        let urgent = ward.order(&["K", "HB"], "stat").await;
        let lab = Visitor::of(world, BuiltinRole::LabTechnician).await;
        assert_eq!(leads(&lab.get("/").await), "/lab");
        let html = is_a_page(&lab.get("/lab").await, 200);
        let (first, second) = (html.find(&format!("/lab-orders/{urgent}/")).unwrap(), html.find(&format!("/lab-orders/{usual}/")).unwrap());
        assert!(first < second && html.contains("At once") && html.contains("No specimen waits for results"), "{html}");
        // The specimens of both.
        assert_eq!(leads(&lab.submit("/lab", &form(&html, "lab_orders_collect")).await), "/lab");
        let html = is_a_page(&lab.get("/lab").await, 200);
        assert!(html.contains("The specimen is on the bench.") && html.contains("Specimen under a minute old"), "{html}");
        lab.submit("/lab", &form(&html, "lab_orders_collect")).await.is(303);
        let path = format!("/lab-orders/{urgent}/");
        let html = is_a_page(&lab.get(&path).await, 200);
        assert!(html.contains("Jane Doe") && html.contains("data-limits=\"12 15 ") && html.contains("Normal 12–15"), "{html}");
        let mut pairs = form(&html, "lab_orders_add_results");
        let potassium = field(&pairs, "Potassium", "value_numeric");
        let haemoglobin = field(&pairs, "Haemoglobin", "value_numeric");
        set(&mut pairs, &potassium, "4.1");
        let next = leads(&lab.submit(&path, &pairs).await);
        // Something is left to enter: back to the order.
        assert_eq!(leads(&lab.get(&next).await), path);
        let html = is_a_page(&lab.get(&path).await, 200);
        assert!(html.contains("The results are saved.") && html.contains("4.1 mmol/L") && html.contains("In part"), "{html}");
        let mut pairs = form(&html, "lab_orders_add_results");
        // What could not be a number is refused, and nothing that was typed is lost.
        set(&mut pairs, &haemoglobin, "thirteen");
        let html = is_a_page(&lab.submit(&path, &pairs).await, 400);
        assert!(html.contains("<title>Error: ") && html.contains(&format!("id=\"f-{haemoglobin}-error\"")), "{html}");
        assert!(html.contains("value=\"thirteen\"") && html.contains(&format!("href=\"#f-{haemoglobin}\"")), "{html}");
        let mut pairs = form(&html, "lab_orders_add_results");
        set(&mut pairs, &haemoglobin, "11.5");
        let next = leads(&lab.submit(&path, &pairs).await);
        // A double click stores nothing twice, and says so in place.
        let again = is_a_page(&lab.submit(&path, &pairs).await, 409);
        assert!(again.contains("There is a result for"), "{again}");
        assert_eq!(ward.shown(urgent).await["items"][1]["results"].as_array().unwrap().len(), 1);
        // It is complete: the next one opens.
        assert_eq!(leads(&lab.get(&next).await), format!("/lab-orders/{usual}/"));
        let html = is_a_page(&lab.get(&path).await, 200);
        assert!(html.contains("↓ Low") && html.contains("✓ Normal") && html.contains("Waits for review"), "{html}");
        world.settle().await;
    }

    async fn a_critical_value_asks_whom_was_told(world: &World) {
        let ward = Ward::new(world, "Jane").await;
        let order = ward.order(&["K"], "routine").await;
        let lab = Visitor::of(world, BuiltinRole::LabTechnician).await;
        let path = format!("/lab-orders/{order}/");
        let html = is_a_page(&lab.get(&path).await, 200);
        let mut pairs = form(&html, "lab_orders_add_results");
        set(&mut pairs, &field(&form(&html, "lab_orders_add_results"), "Potassium", "value_numeric"), ">7.1");
        let next = leads(&lab.submit(&path, &pairs).await);
        assert_eq!(leads(&lab.get(&next).await), path, "somebody must be told first");
        let list = is_a_page(&lab.get("/lab").await, 200);
        assert!(list.contains("Critical: nobody was told yet") && list.contains("&gt;7.1 mmol/L"), "{list}");
        let html = is_a_page(&lab.get(&path).await, 200);
        assert!(html.contains("Whom did you tell?"), "{html}");
        let mut told = form(&html, "lab_orders_told");
        let html = is_a_page(&lab.submit(&path, &told).await, 400);
        assert!(html.contains("id=\"f-told_to-error\""), "{html}");
        set(&mut told, "told_to", "Dr Jallow, by phone");
        leads(&lab.submit(&path, &told).await);
        // A double click.
        leads(&lab.submit(&path, &told).await);
        let html = is_a_page(&lab.get(&path).await, 200);
        assert!(html.contains("told to Dr Jallow, by phone") && !html.contains("Whom did you tell?"), "{html}");
        assert!(!is_a_page(&lab.get("/lab").await, 200).contains("nobody was told"));
        world.settle().await;
    }

    async fn a_value_is_corrected_on_a_page_that_says_what_follows(world: &World) {
        let ward = Ward::new(world, "Jane").await;
        let order = ward.order(&["K"], "routine").await;
        ward.enter(order, "Potassium", 5.6).await;
        ward.doctor.post(&format!("lab_orders/{order}/review/"), json!({})).await.is(200);
        let value = ward.shown(order).await["items"][0]["results"][0]["id"].as_i64().unwrap();
        let lab = Visitor::of(world, BuiltinRole::LabTechnician).await;
        let (path, back) = (format!("/lab-results/{value}/correct"), format!("/lab-orders/{order}/"));
        assert!(is_a_page(&lab.get(&back).await, 200).contains(&format!("href=\"{path}\"")));
        let html = is_a_page(&lab.get(&path).await, 200);
        assert!(html.contains("Jane Doe") && html.contains("<b>5.6 mmol/L</b>") && html.contains("the patient no longer sees them"), "{html}");
        let mut right = form(&html, "lab_result_values_patch");
        set(&mut right, "value_numeric", "no number");
        let refused = is_a_page(&lab.submit(&path, &right).await, 400);
        assert!(refused.contains("f-value_numeric-error") && refused.contains("no number") && refused.contains("5.6 mmol/L"), "{refused}");
        let mut right = form(&refused, "lab_result_values_patch");
        set(&mut right, "value_numeric", "4.6");
        set(&mut right, "correction_reason", "Haemolysed");
        assert_eq!(leads(&lab.submit(&path, &right).await), back);
        // Sent again, what stands there meanwhile is not written over.
        is_a_page(&lab.submit(&path, &right).await, 412);
        let shown = ward.shown(order).await;
        let result = &shown["items"][0]["results"][0];
        assert_eq!((&shown["status"], &result["value_numeric"], result["earlier"].as_array().unwrap().len()), (&json!("Completed"), &json!(4.6), 1));
        // Everywhere it says so first: on the order, among the results to review, in the chart.
        let doctor = Visitor::of(world, BuiltinRole::Doctor).await;
        let chart = format!("/patients/{}/results", ward.patient);
        for page in [back.as_str(), "/results?of=all", &chart] {
            let html = is_a_page(&doctor.get(page).await, 200);
            assert!(html.contains("<strong>Corrected.</strong> The earlier results were reviewed already"), "{page}: {html}");
            assert!(html.contains("corrected, was 5.6 mmol/L: Haemolysed"), "{page}: {html}");
        }
        let html = is_a_page(&doctor.get(&format!("/patients/{}/", ward.patient)).await, 200);
        assert!(html.contains("! Corrected.") && html.contains("corrected, was 5.6"), "{html}");
        // The earlier value's own address leads to what stands there now.
        let earlier = result["earlier"][0]["id"].as_i64().unwrap();
        assert_eq!(leads(&lab.get(&format!("/lab-results/{earlier}/correct")).await), path);
        let html = is_a_page(&lab.get(&path).await, 200);
        assert!(html.contains("What stood there before") && !html.contains("no longer sees them"), "{html}");
        let nurse = Visitor::of(world, BuiltinRole::Nurse).await;
        assert!(matches!(nurse.get(&path).await.status.as_u16(), 403 | 404));
        // The patient is told that what they saw counts no more, and no value of either.
        let user = world.user("jane", Some(BuiltinRole::Patient)).await;
        world.admin().await.patch(&format!("patients/{}/", ward.patient), json!({ "user": user })).await.is(200);
        let me = Visitor::new(world);
        me.sign_in("jane").await;
        let html = is_a_page(&me.get("/me").await, 200);
        assert!(html.contains("Potassium") && html.contains("was withdrawn: please do not go by it"), "{html}");
        assert!(!html.contains("5.6") && !html.contains("4.6"), "{html}");
        ward.doctor.post(&format!("lab_orders/{order}/review/"), json!({})).await.is(200);
        let html = is_a_page(&me.get("/me").await, 200);
        assert!(!html.contains("was withdrawn") && html.contains("4.6"), "{html}");
        world.settle().await;
    }

    async fn a_report_in_words_is_not_written_over_a_newer_one(world: &World) {
        let ward = Ward::new(world, "Jane").await;
        let order = ward.order(&["FILM"], "routine").await;
        let lab = Visitor::of(world, BuiltinRole::LabTechnician).await;
        let path = format!("/lab-orders/{order}/");
        let html = is_a_page(&lab.get(&path).await, 200);
        let (mut mine, mut theirs) = (form(&html, "lab_orders_patch"), form(&html, "lab_orders_patch"));
        set(&mut theirs, "result_details", "Ring forms seen");
        set(&mut mine, "result_details", "No parasites");
        leads(&lab.submit(&path, &theirs).await);
        let html = is_a_page(&lab.submit(&path, &mine).await, 412);
        assert!(html.contains("No parasites") && html.contains("<b>Ring forms seen</b>"), "{html}");
        leads(&lab.submit(&path, &form(&html, "lab_orders_patch")).await);
        assert_eq!(ward.shown(order).await["result_details"], "No parasites");
        // Given a report, when it is complete, then it waits for the doctor's review.
        let html = is_a_page(&lab.get(&path).await, 200);
        assert!(html.contains("name=\"status\" value=\"Completed\"") && html.contains("lab_orders_complete"), "{html}");
        let mut whole = form(&html, "lab_orders_patch");
        set(&mut whole, "result_details", "No parasites in 200 fields");
        set(&mut whole, "status", "Completed");
        leads(&lab.submit(&path, &whole).await);
        let shown = ward.shown(order).await;
        assert_eq!((&shown["status"], &shown["result_details"]), (&json!("Completed"), &json!("No parasites in 200 fields")));
        assert!(!is_a_page(&lab.get(&path).await, 200).contains("name=\"status\" value=\"Completed\""));
        let doctor = Visitor::of(world, BuiltinRole::Doctor).await;
        let html = is_a_page(&doctor.get("/results?of=all").await, 200);
        assert!(html.contains("No parasites in 200 fields"), "{html}");
        world.settle().await;
    }

    async fn results_are_reviewed_by_a_key_the_critical_ones_first(world: &World) {
        let ward = Ward::new(world, "Jane").await;
        let earlier = ward.order(&["K"], "routine").await;
        ward.enter(earlier, "Potassium", 4.4).await;
        ward.doctor.post(&format!("lab_orders/{earlier}/review/"), json!({})).await.is(200);
        let usual = ward.order(&["HB"], "routine").await;
        ward.enter(usual, "Haemoglobin", 12.5).await;
        let alarming = ward.order(&["K"], "routine").await;
        ward.enter(alarming, "Potassium", 7.1).await;
        // Another doctor's list begins with their own orders, of which there are none.
        let doctor = Visitor::of(world, BuiltinRole::Doctor).await;
        let html = is_a_page(&doctor.get("/results").await, 200);
        assert!(html.contains("None of your own orders waits") && html.contains("href=\"/results?of=all\""), "{html}");
        let path = "/results?of=all";
        let html = is_a_page(&doctor.get(path).await, 200);
        let at = |order: i64| html.find(&format!("href=\"/lab-orders/{order}/\"")).unwrap();
        assert!(at(alarming) < at(usual), "{html}");
        assert!(html.contains("‼ Critical") && html.contains("data-key=\"1\"") && html.contains("data-key=\"2\""), "{html}");
        // The value before stands beside it.
        assert!(html.contains("7.1 mmol/L") && html.contains(">4.4 <small>"), "{html}");
        // A correction comes in while the doctor reads: the review is not of what is there now.
        let review = form(&html, "lab_orders_review");
        let value = ward.shown(alarming).await["items"][0]["results"][0]["id"].clone();
        ward.tech.patch(&format!("lab_orders/{alarming}/"), json!({ "result_details": "Haemolysed" })).await.is(200);
        ward.tech.patch(&format!("lab_result_values/{value}/"), json!({ "value_numeric": 4.8, "correction_reason": "Typed wrong" })).await.is(200);
        let html = is_a_page(&doctor.submit(path, &review).await, 412);
        assert!(html.contains("4.8 mmol/L") && html.contains("Haemolysed") && html.contains("corrected, was 7.1"), "{html}");
        let of_alarming = html.split("<section").find(|part| part.contains(&format!("/lab-orders/{alarming}/"))).unwrap();
        let review = form(of_alarming, "lab_orders_review");
        leads(&doctor.submit(path, &review).await);
        // A double click.
        leads(&doctor.submit(path, &review).await);
        let html = is_a_page(&doctor.get(path).await, 200);
        assert!(html.contains("The patient can see these results now.") && !html.contains("4.8 mmol/L"), "{html}");
        assert_eq!(ward.shown(alarming).await["status"], "Reviewed");
        world.settle().await;
    }

    async fn tests_are_ordered_by_ticking_them(world: &World) {
        let ward = Ward::new(world, "Jane").await;
        let doctor = Visitor::of(world, BuiltinRole::Doctor).await;
        let path = format!("/encounters/{}/lab-orders", ward.encounter);
        let html = is_a_page(&doctor.get(&path).await, 200);
        assert!(html.contains("Jane Doe") && html.contains("Haematology") && html.contains("First trimester"), "{html}");
        let mut order = form(&html, "lab_orders_create");
        // Nothing was ticked.
        set(&mut order, "priority", "stat");
        let html = is_a_page(&doctor.submit(&path, &order).await, 400);
        assert!(html.contains("Choose at least one test") && html.contains("value=\"stat\" checked"), "{html}");
        for code in ["Potassium", "Haemoglobin"] {
            let tick = html.split("<label class=\"tick\"").find(|part| part.contains(&format!("<span>{code} <small>"))).unwrap();
            let attribute = |name: &str| tick.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
            set(&mut order, &attribute("name"), &attribute("value"));
        }
        let back = leads(&doctor.submit(&path, &order).await);
        assert_eq!(back, format!("/encounters/{}/", ward.encounter));
        // A double click.
        leads(&doctor.submit(&path, &order).await);
        let html = is_a_page(&doctor.get(&path).await, 200);
        assert_eq!(html.matches("<li data-row>").count(), 1, "{html}");
        assert!(html.contains("Haemoglobin, Potassium") || html.contains("Potassium, Haemoglobin"), "{html}");
        // When it is signed, nothing more is ordered in it: what was typed before is refused in place.
        ward.doctor.post(&format!("encounters/{}/sign/", ward.encounter), json!({})).await.is(200);
        let mut late = order.clone();
        late.retain(|(name, _)| name != "_key");
        let html = is_a_page(&doctor.submit(&path, &late).await, 409);
        assert!(html.contains("This encounter is signed") && !html.contains("lab_test_id"), "{html}");
        world.settle().await;
    }

    async fn a_patients_results_are_on_their_page_and_all_of_them_on_its_own(world: &World) {
        let ward = Ward::new(world, "Jane").await;
        let doctor = Visitor::of(world, BuiltinRole::Doctor).await;
        let (page, all) = (format!("/patients/{}/", ward.patient), format!("/patients/{}/results", ward.patient));
        assert!(is_a_page(&doctor.get(&page).await, 200).contains("No test was ordered"));
        assert!(is_a_page(&doctor.get(&all).await, 200).contains("No test was ordered"));
        let mut orders = Vec::new();
        for value in 0..17 {
            let order = ward.order(&["K"], "routine").await;
            if value < 16 {
                ward.enter(order, "Potassium", 4.0 + f64::from(value) / 10.0).await;
            }
            orders.push(order);
        }
        let html = is_a_page(&doctor.get(&page).await, 200);
        assert!(html.contains("5.5 mmol/L") && html.contains("↑ High") && !html.contains("4.1 mmol/L"), "{html}");
        let html = is_a_page(&doctor.get(&all).await, 200);
        assert!(html.contains("No results yet") && html.contains("5.5 mmol/L") && html.contains(">5.4 <small>"), "{html}");
        // The newest six as a line, and the same in words.
        assert_eq!(html.matches("<polyline").count(), 1, "{html}");
        assert!(html.contains("Potassium (mmol/L)") && html.contains("<b>↑ 5.5</b>"), "{html}");
        let older = format!("{all}?before={}", orders[2]);
        assert!(html.contains(&format!("href=\"{older}\"")), "{html}");
        let html = is_a_page(&doctor.get(&older).await, 200);
        assert!(html.contains("4.1 mmol/L") && !html.contains("4.2 mmol/L") && html.contains("Back to the newest"), "{html}");
        world.settle().await;
    }

    async fn the_chart_shows_what_a_doctor_asks_first(world: &World) {
        let ward = Ward::new(world, "Jane").await;
        let doctor = Visitor::of(world, BuiltinRole::Doctor).await;
        let page = format!("/patients/{}/", ward.patient);
        let html = is_a_page(&doctor.get(&page).await, 200);
        for empty in ["No problem is on record", "No medicine was prescribed yet", "No vital signs were taken yet"] {
            assert!(html.contains(empty), "{empty}: {html}");
        }
        for (systolic, temperature) in [(118, 36.8), (126, 37.0), (210, 38.9)] {
            let body = json!({ "encounter": ward.encounter, "systolic_bp": systolic, "diastolic_bp": 80, "temperature": temperature });
            ward.doctor.post("vitals/", body).await.is(201);
            world.pass(jiff::SignedDuration::from_mins(5));
        }
        let body = json!({ "encounter": ward.encounter, "medication_name": "Paracetamol", "dosage": "500 mg", "frequency": "3 times a day", "duration": "5 days", "quantity": 15 });
        ward.doctor.post("prescriptions/", body).await.is(201);
        let order = ward.order(&["K"], "routine").await;
        ward.enter(order, "Potassium", 7.1).await;
        let html = is_a_page(&doctor.get(&page).await, 200);
        // The line has the numbers of the table, the earliest on the left.
        assert!(html.contains("<polyline points=\"4,24 60,") && html.contains("‼ ↑ 210<span class=\"sr\"> critically high</span>"), "{html}");
        assert!(html.contains(">118<") && html.contains(">126<"), "{html}");
        assert!(html.contains("<b>Paracetamol</b>") && html.contains("7.1 mmol/L") && html.contains("‼ Critical"), "{html}");
        assert!(html.contains("210/80 mmHg") && html.contains(">Visit</a>") && html.contains(&format!("href=\"/lab-orders/{order}/\"")), "{html}");
        // A problem is added, refused twice, and resolved.
        let mut problem = form(&html, "medical_conditions_create");
        set(&mut problem, "name", "Hypertension");
        set(&mut problem, "code", "what?");
        let html = is_a_page(&doctor.submit(&page, &problem).await, 400);
        assert!(html.contains("id=\"f-code-error\"") && html.contains("value=\"Hypertension\""), "{html}");
        set(&mut problem, "code", "I10");
        leads(&doctor.submit(&page, &problem).await);
        leads(&doctor.submit(&page, &problem).await);
        let html = is_a_page(&doctor.get(&page).await, 200);
        assert_eq!(html.matches(">Hypertension</a>").count(), 1, "{html}");
        let mut resolved = form(&html, "medical_conditions_patch");
        resolved.push(("status".to_owned(), "resolved".to_owned()));
        leads(&doctor.submit(&page, &resolved).await);
        // Somebody who looks at the earlier version is told so, in place.
        is_a_page(&doctor.submit(&page, &resolved).await, 412);
        let html = is_a_page(&doctor.get(&page).await, 200);
        assert!(html.contains("Resolved: 1") && html.contains("No problem is on record"), "{html}");
        // A course that is over is taken no more.
        let html = is_a_page(&doctor.get(&format!("{page}medicines")).await, 200);
        assert!(html.contains("0 of 15") && !html.contains("<h2>Earlier</h2>"), "{html}");
        world.settle().await;
    }

    async fn what_is_not_taken_any_more_says_so_and_what_is_still_to_come_too(world: &World) {
        let ward = Ward::new(world, "Jane").await;
        let item = world.admin().await.post("medications/", json!({ "name": "Zinc", "strength": "20 mg" })).await.id();
        let body = json!({ "encounter": ward.encounter, "medication_item": item, "dosage": "1 spoon", "frequency": "when needed" });
        let prescription = ward.doctor.post("prescriptions/", body).await.id();
        let visitor = Visitor::of(world, BuiltinRole::Admin).await;
        let html = is_a_page(&visitor.get(&format!("/patients/{}/medicines", ward.patient)).await, 200);
        assert!(html.contains("Not dispensed yet") && !html.contains("Not dispensed here"), "{html}");
        ward.doctor.patch(&format!("prescriptions/{prescription}/"), json!({ "status": "Cancelled" })).await.is(200);
        let order = ward.order(&["K"], "Routine").await;
        ward.doctor.patch(&format!("lab_orders/{order}/"), json!({ "status": "Cancelled" })).await.is(200);
        let html = is_a_page(&visitor.get(&format!("/patients/{}/timeline", ward.patient)).await, 200);
        assert_eq!(html.matches("Cancelled").count(), 2, "{html}");
        world.settle().await;
    }

    async fn a_timeline_is_read_page_by_page(world: &World) {
        let ward = Ward::new(world, "Jane").await;
        for pulse in 0..33 {
            let body = json!({ "encounter": ward.encounter, "heart_rate": 60 + pulse });
            ward.doctor.post("vitals/", body).await.is(201);
            world.pass(jiff::SignedDuration::from_secs(10));
        }
        let doctor = Visitor::of(world, BuiltinRole::Doctor).await;
        let page = format!("/patients/{}/timeline", ward.patient);
        let html = is_a_page(&doctor.get(&page).await, 200);
        assert!(html.contains(" 92/min") || html.contains("92/min"), "{html}");
        assert!(!html.contains("60/min") && !html.contains(">Visit</a>"), "{html}");
        let older = html.split("href=\"").find(|part| part.starts_with(&format!("{page}?cursor="))).unwrap();
        let older = testkit::visitor::unescape(older.split('"').next().unwrap());
        let html = is_a_page(&doctor.get(&older).await, 200);
        assert!(html.contains("60/min") && html.contains(">Visit</a>") && html.contains("Back to the newest"), "{html}");
        is_a_page(&doctor.get(&format!("{page}?cursor=yesterday")).await, 200);
        world.settle().await;
    }

    async fn who_looked_at_a_record_is_told_to_an_administrator(world: &World) {
        let ward = Ward::new(world, "Jane").await;
        let doctor = Visitor::of(world, BuiltinRole::Doctor).await;
        is_a_page(&doctor.get(&format!("/patients/{}/", ward.patient)).await, 200);
        let admin = Visitor::of(world, BuiltinRole::Admin).await;
        let html = is_a_page(&admin.get(&format!("/patients/{}/access", ward.patient)).await, 200);
        assert!(html.contains("Doctor") && html.contains("<li>"), "{html}");
        world.settle().await;
    }

    async fn tests_are_ordered_from_a_visit_and_counted_for_its_doctor(world: &World) {
        let ward = Ward::new(world, "Jane").await;
        let order = ward.order(&["K"], "stat").await;
        ward.enter(order, "Potassium", 7.1).await;
        let doctor = Visitor::of(world, BuiltinRole::Doctor).await;
        let html = is_a_page(&doctor.get(&format!("/encounters/{}/", ward.encounter)).await, 200);
        assert!(html.contains("Waits for review") && html.contains("7.1 mmol/L"), "{html}");
        assert!(html.contains(&format!("value=\"/encounters/{}/lab-orders\" data-key=\"l\"", ward.encounter)), "{html}");
        // Another doctor's day does not count it; an administrator's does.
        let html = is_a_page(&doctor.get("/clinic").await, 200);
        assert!(html.contains("No results wait for a review"), "{html}");
        let admin = Visitor::of(world, BuiltinRole::Admin).await;
        let html = is_a_page(&admin.get("/clinic").await, 200);
        assert!(html.contains("1 critical") && html.contains("href=\"/results\""), "{html}");
        world.settle().await;
    }

    async fn everybody_sees_of_the_chart_what_the_matrix_says(world: &World) {
        use BuiltinRole::{Admin, Cashier, Doctor, LabTechnician, Nurse, Patient, Pharmacist, Receptionist};
        let ward = Ward::new(world, "Jane").await;
        let body = json!({ "encounter": ward.encounter, "medication_name": "Paracetamol", "dosage": "500 mg", "frequency": "3 times a day" });
        ward.doctor.post("prescriptions/", body).await.is(201);
        ward.doctor.patch(&format!("encounters/{}/", ward.encounter), json!({ "chief_complaint": "Blackouts" })).await.is(200);
        let all: &[BuiltinRole] = &[Admin, Doctor, Receptionist, Nurse, Pharmacist, LabTechnician, Cashier];
        let drugs: &[BuiltinRole] = &[Admin, Doctor, Nurse, Pharmacist];
        let page = format!("/patients/{}/", ward.patient);
        let screens = [(page.clone(), all), (format!("{page}timeline"), all), (format!("{page}medicines"), drugs), (format!("{page}access"), &[Admin])];
        for role in [Admin, Doctor, Receptionist, Nurse, Pharmacist, LabTechnician, Cashier, Patient] {
            let browser = Visitor::of(world, role).await;
            for (address, who) in &screens {
                let reply = browser.get(address).await;
                if !who.contains(&role) {
                    assert!(matches!(reply.status.as_u16(), 403 | 404), "{role:?} {}", reply.asked);
                    assert!(!reply.text().contains("Jane"), "{}", reply.text());
                    continue;
                }
                let html = is_a_page(&reply, 200);
                assert!(drugs.contains(&role) || !html.contains("Paracetamol"), "{role:?} {address}: {html}");
                assert!([Admin, Doctor, Nurse].contains(&role) || !html.contains("Blackouts"), "{role:?} {address}: {html}");
                assert_eq!(html.contains(&format!("href=\"{page}access\"")), role == Admin, "{role:?} {address}");
            }
        }
        world.settle().await;
    }

    async fn a_document_is_added_and_fetched_again(world: &World) {
        let ward = Ward::new(world, "Jane").await;
        let doctor = Visitor::of(world, BuiltinRole::Doctor).await;
        let page = format!("/patients/{}/documents", ward.patient);
        let html = is_a_page(&doctor.get(&page).await, 200);
        assert!(html.contains("No document is kept yet") && html.contains("multipart/form-data"), "{html}");
        let upload = |content: &'static str| {
            let to = html.split("action=\"").map(|part| testkit::visitor::unescape(part.split('"').next().unwrap()));
            let to = to.filter(|part| part.contains("documents_post")).last().unwrap();
            let (patient, doctor) = (ward.patient, &doctor);
            async move {
                let body = format!("--b\r\nContent-Disposition: form-data; name=\"patient\"\r\n\r\n{patient}\r\n--b\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\nReferral letter\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"letter.txt\"\r\nContent-Type: text/plain\r\n\r\n{content}\r\n--b--\r\n");
                let request = doctor.caller.request("POST", &to).header("sec-fetch-site", "same-origin");
                doctor.with(request.raw("multipart/form-data; boundary=b", body.into_bytes())).await
            }
        };
        let html = is_a_page(&upload("<html>").await, 400);
        assert!(html.contains("This kind of file is not accepted"), "{html}");
        leads(&upload("Dear colleague").await);
        // A double click.
        leads(&upload("Dear colleague").await);
        let html = is_a_page(&doctor.get(&page).await, 200);
        assert!(html.contains("Referral letter") && html.matches(">letter.txt</a>").count() == 1, "{html}");
        let file = html.split("href=\"").find(|part| part.starts_with("/files/documents/")).unwrap().split('"').next().unwrap();
        let fetched = doctor.get(file).await;
        fetched.is(200);
        assert!(fetched.text() == "Dear colleague" && fetched.header("content-disposition").starts_with("attachment"));
        let cashier = Visitor::of(world, BuiltinRole::Cashier).await;
        assert!(!cashier.get(file).await.status.is_success());
        assert_eq!(cashier.get(&page).await.status.as_u16(), 403);
        assert_eq!(doctor.get("/files/documents/999").await.status.as_u16(), 404);
        assert_eq!(doctor.get("/files/patients/1").await.status.as_u16(), 404);
        world.settle().await;
    }

    async fn everybody_sees_of_the_laboratory_what_the_matrix_says(world: &World) {
        use BuiltinRole::{Admin, Cashier, Doctor, LabTechnician, Nurse, Patient, Pharmacist, Receptionist};
        let ward = Ward::new(world, "Jane").await;
        let order = ward.order(&["K"], "urgent").await;
        ward.enter(order, "Potassium", 7.1).await;
        let works: &[BuiltinRole] = &[Admin, Doctor, LabTechnician];
        let reviews: &[BuiltinRole] = &[Admin, Doctor];
        let reads: &[BuiltinRole] = &[Admin, Doctor, LabTechnician, Nurse];
        let orders: &[BuiltinRole] = &[Admin, Doctor];
        let encounter = format!("/encounters/{}/lab-orders", ward.encounter);
        let results = format!("/patients/{}/results", ward.patient);
        let screens = [(results, reads), (encounter, orders), ("/lab".to_owned(), works), (format!("/lab-orders/{order}/"), reads), ("/results?of=all".to_owned(), reviews)];
        for role in [Admin, Doctor, Receptionist, Nurse, Pharmacist, LabTechnician, Cashier, Patient] {
            let browser = Visitor::of(world, role).await;
            for (address, who) in &screens {
                let reply = browser.get(address).await;
                if who.contains(&role) {
                    let html = is_a_page(&reply, 200);
                    assert!(html.contains("Potassium"), "{role:?} {address}: {html}");
                    assert_eq!(html.contains("lab_orders_told"), role != Nurse && address.starts_with("/lab-orders"), "{role:?} {address}");
                } else {
                    assert!(matches!(reply.status.as_u16(), 403 | 404), "{role:?} {}", reply.asked);
                    assert!(!reply.text().contains("Jane"), "{}", reply.text());
                }
            }
        }
        world.settle().await;
    }

    async fn the_laboratory_speaks_french_and_swahili(world: &World) {
        let ward = Ward::new(world, "Jane").await;
        let order = ward.order(&["K", "HB"], "stat").await;
        ward.enter(order, "Potassium", 7.1).await;
        let patient = ward.patient;
        for (language, words) in [("fr", ["Laboratoire", "Qui avez-vous prévenu", "Chronologie"]), ("sw", ["Maabara", "Umemwambia nani?", "Mfuatano wa matukio"])] {
            let id = world.user(language, Some(BuiltinRole::LabTechnician)).await;
            world.admin().await.patch(&format!("users/{id}/"), json!({ "language_preference": language })).await.is(200);
            let lab = Visitor::new(world);
            lab.sign_in(language).await;
            let mut html = String::new();
            for address in ["/lab".to_owned(), format!("/lab-orders/{order}/"), format!("/patients/{patient}/"), format!("/patients/{patient}/results"), format!("/patients/{patient}/timeline")] {
                html += &is_a_page(&lab.get(&address).await, 200);
            }
            assert!(words.iter().all(|word| html.contains(word)), "{language}: {html}");
            assert!(!html.contains("Specimen") && !html.contains("Whom"), "{language}: {html}");
        }
        world.settle().await;
    }
}
