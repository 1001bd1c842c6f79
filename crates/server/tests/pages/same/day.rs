//! A day's work that reaches every state which chance does not: told to both hospitals step by step.

use kernel::BuiltinRole::{
    self, Admin, Cashier, Doctor, LabTechnician, Nurse, Patient, Pharmacist,
};
use platform::db::Statement;
use sea_query::{Order, Query};
use serde_json::{Value as Json, json};

use super::{ANYWHERE, Place, ROLES, Twins, place_of, resource_of};

fn id(row: &Json) -> i64 {
    row["id"].as_i64().unwrap_or_default()
}

impl Twins<'_> {
    /// Tells both, by whoever may first. What should be done and is not is a fault.
    async fn tell(&mut self, name: &str, params: &[(&'static str, i64)], body: Json) -> Json {
        self.told(name, None, params, body).await
    }

    async fn tell_as(
        &mut self,
        role: BuiltinRole,
        name: &str,
        params: &[(&'static str, i64)],
        body: Json,
    ) -> Json {
        self.told(name, Some(role), params, body).await
    }

    async fn told(
        &mut self,
        name: &str,
        role: Option<BuiltinRole>,
        params: &[(&'static str, i64)],
        body: Json,
    ) -> Json {
        let operation = self.api.operations().into_iter();
        let mut operation = operation.filter(|operation| operation.id == name);
        let operation = operation.next().unwrap_or_else(|| panic!("no {name}"));
        let by = match role {
            Some(role) => ROLES.iter().position(|known| *known == role),
            None => self.asker_of(&operation).await,
        };
        let by = by.unwrap_or_else(|| panic!("nobody may {name}"));
        let body = body.as_object().cloned().unwrap_or_default();
        let mut place = place_of(self.api, &operation, params);
        // Lines and the like are written on pages made by hand.
        if let Some((info, _)) = resource_of(self.api, &operation)
            && operation.path.trim_end_matches('/') == info.path
            && body
                .keys()
                .any(|name| !info.fields.iter().any(|field| field.name == name))
        {
            place = Place::bare(params);
        }
        let before = self.faults.len();
        let done = self.ask(by, &operation, &place, body).await;
        if done.is_none() && self.faults.len() == before {
            let why = self.refused.get(name).cloned().unwrap_or_default();
            self.faults
                .push(format!("{name} {params:?} was not done: {why}"));
        }
        self.settle().await;
        done.unwrap_or(Json::Null)
    }

    /// Sends a file to both.
    async fn upload(&mut self, name: &str, path: &str, params: &str) {
        let body = "--b\r\nContent-Disposition: form-data; name=\"patient\"\r\n\r\n1\r\n\
             --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"letter.txt\"\r\n\
             Content-Type: text/plain\r\n\r\nDear colleague\r\n--b--\r\n";
        let kind = "multipart/form-data; boundary=b";
        let request = self.callers[0].1.request("POST", path);
        let said = request.raw(kind, body.as_bytes().to_vec()).send().await;
        let visitor = &self.visitors[0].1;
        let page = format!("{ANYWHERE}?_do={name}{params}");
        let request = visitor.caller.request("POST", &page);
        let request = request.header("sec-fetch-site", "same-origin");
        let shown = visitor
            .with(request.raw(kind, body.as_bytes().to_vec()))
            .await;
        if said.status.as_u16() == 201 && shown.status.as_u16() == 303 {
            self.asked.insert(name.to_owned(), (1, 1));
        } else {
            self.faults
                .push(format!("{name}: {} and {}", said.text(), shown.status));
        }
        self.settle().await;
    }

    /// The newest row of a table that something else made.
    async fn newest(&self, table: &'static str) -> i64 {
        let mut query = Query::select();
        query
            .column("id")
            .from(table)
            .order_by("id", Order::Desc)
            .limit(1);
        let query = Statement::build(self.api.app.dialect(), &query);
        let rows = self.api.app.unguarded("test").all::<(i64,)>(query).await;
        rows.unwrap().first().map_or(0, |(id,)| *id)
    }
}

/// The whole of it.
pub(super) async fn work(twins: &mut Twins<'_>) {
    people(twins).await;
    desk(twins).await;
    let encounter = clinic(twins).await;
    laboratory(twins, encounter).await;
    pharmacy(twins, encounter).await;
    cash(twins).await;
    ward(twins).await;
    portal(twins).await;
}

async fn people(t: &mut Twins<'_>) {
    let user = json!({ "username": "kora", "password": "Kora-1-balafon", "role": Nurse.id() });
    let kora = id(&t.tell("users_create", &[], user).await);
    t.tell("users_deactivate", &[("id", kora)], json!({})).await;
    t.tell("users_activate", &[("id", kora)], json!({})).await;
    let other = json!({ "new_password": "Kora-22-balafon" });
    t.tell("users_reset_password", &[("id", kora)], other).await;
    for (role, decided) in [(Cashier, "approve"), (Nurse, "reject")] {
        let wish =
            json!({ "requested_role": LabTechnician.id(), "reason": "I have trained for it" });
        let wish = id(&t
            .tell_as(role, "role_change_requests_create", &[], wish)
            .await);
        if decided == "reject" {
            let why = json!({ "admin_response": "Not yet" });
            t.tell("role_change_requests_reject", &[("id", wish)], why)
                .await;
        }
    }
    t.tell("users_me_patch", &[], json!({ "first_name": "Isatou" }))
        .await;
    t.tell("profile_patch", &[], json!({ "last_name": "Jallow" }))
        .await;
    t.tell("preferences_patch", &[], json!({ "theme": "dark" }))
        .await;
    t.tell("ws_ticket_post", &[], json!({})).await;
    let table = "first_name,last_name,date_of_birth,gender\nLamin,Jobe,1980-02-03,Male\n";
    t.tell(
        "patients_import_post",
        &[],
        json!({ "csv": table, "dry_run": false }),
    )
    .await;
    let twice = json!({ "first_name": "Fatou", "last_name": "Sarr", "date_of_birth": "1991-04-05", "gender": "Female",
        "email": "fatou@example.org", "contact_info": "+2207834351" });
    let fatou = id(&t.tell("patients_create", &[], twice).await);
    t.tell("patients_invite", &[("id", fatou)], json!({})).await;
    let twin = json!({ "first_name": "Fatoumata", "last_name": "Saar", "date_of_birth": "1961-04-05", "gender": "Female" });
    let twin = id(&t.tell("patients_create", &[], twin).await);
    t.tell("patients_merge", &[("id", twin)], json!({ "into": fatou }))
        .await;
    t.tell("patients_unmerge", &[("id", twin)], json!({})).await;
    let consent = json!({ "patient": 1, "consent_type": "research", "given": true });
    let consent = id(&t.tell("consents_create", &[], consent).await);
    let nested = [("id", 1), ("sub_id", consent)];
    t.tell(
        "patients_consents_patch",
        &nested,
        json!({ "notes": "Told again" }),
    )
    .await;
    t.tell("patients_consents_delete", &nested, json!({})).await;
    let stands_in = json!({ "patient": 2, "user": ROLES.len(), "kind": "carer", "agreed": true });
    let proxy = id(&t.tell("patient_proxies_create", &[], stands_in).await);
    t.tell("patient_proxies_end", &[("id", proxy)], json!({}))
        .await;
    let reason = json!({ "patient": 2, "reason": "Unconscious on arrival" });
    let glass = id(&t.tell_as(Doctor, "break_glass_create", &[], reason).await);
    t.tell_as(Doctor, "break_glass_end", &[("id", glass)], json!({}))
        .await;
    t.tell(
        "break_glass_review",
        &[("id", glass)],
        json!({ "verdict": "justified" }),
    )
    .await;
}

async fn book(t: &mut Twins<'_>, patient: i64, date: &str, time: &str) -> i64 {
    let visit = json!({ "patient": patient, "doctor": 2, "date": date, "time": time, "duration_minutes": 15 });
    id(&t.tell("appointments_create", &[], visit).await)
}

async fn desk(t: &mut Twins<'_>) {
    let today = "2026-11-23";
    let first = book(t, 1, today, "11:00").await;
    for step in ["check_in", "start", "complete", "undo"] {
        t.tell(&format!("appointments_{step}"), &[("id", first)], json!({}))
            .await;
    }
    let left = book(t, 2, today, "11:30").await;
    t.tell("appointments_check_in", &[("id", left)], json!({}))
        .await;
    t.tell("appointments_no_show", &[("id", left)], json!({}))
        .await;
    let comes = book(t, 1, "2026-11-26", "10:00").await;
    t.tell("appointments_confirm", &[("id", comes)], json!({}))
        .await;
    t.tell_as(Patient, "appointments_decline", &[("id", comes)], json!({}))
        .await;
    let series = book(t, 2, "2026-12-01", "10:00").await;
    t.tell(
        "appointments_repeat",
        &[("id", series)],
        json!({ "every_days": 7, "times": 3, "mode": "all" }),
    )
    .await;
    let following = json!({ "reason": "Moved away" });
    t.tell(
        "appointments_cancel_following",
        &[("id", series)],
        following,
    )
    .await;
    // Messages about a visit wait to be sent.
    t.tell(
        "consents_create",
        &[],
        json!({ "patient": 4, "consent_type": "messaging", "given": true }),
    )
    .await;
    book(t, 4, "2026-12-04", "10:00").await;
    let message = t.newest("appointment_notification").await;
    t.tell(
        "appointment_notifications_cancel",
        &[("id", message)],
        json!({}),
    )
    .await;
    t.tell(
        "appointment_notifications_resend",
        &[("id", message)],
        json!({}),
    )
    .await;
    // Times that are given up are offered to those who wait.
    let mut waiting = Vec::new();
    for patient in [1, 2, 3] {
        let wish = json!({ "patient": patient, "doctor": 2, "duration_minutes": 15 });
        waiting.push(id(&t.tell("waiting_list_create", &[], wish).await));
    }
    for (time, answer) in [
        ("14:00", "accept"),
        ("15:00", "decline"),
        ("16:00", "withdraw"),
    ] {
        let freed = book(t, 4, "2026-11-27", time).await;
        t.tell(
            "appointments_cancel",
            &[("id", freed)],
            json!({ "reason": "Travels" }),
        )
        .await;
        let offer = t.newest("slot_offer").await;
        t.tell(
            &format!("slot_offers_{answer}"),
            &[("id", offer)],
            json!({}),
        )
        .await;
    }
    let wish = json!({ "patient": 4, "doctor": 2, "duration_minutes": 20 });
    let waits = id(&t.tell("waiting_list_create", &[], wish).await);
    t.tell("waiting_list_remove", &[("id", waits)], json!({}))
        .await;
    let call = book(t, 2, "2026-12-10", "10:00").await;
    let at = json!({ "appointment": call, "scheduled_start": "2026-12-10T10:00:00Z" });
    let call = id(&t.tell("telemedicine_sessions_create", &[], at).await);
    let end = json!({ "scheduled_end": "2026-12-10T10:40:00Z" });
    t.tell("telemedicine_sessions_patch", &[("id", call)], end)
        .await;
    t.tell("telemedicine_sessions_end", &[("id", call)], json!({}))
        .await;
}

/// An encounter that is still open.
async fn clinic(t: &mut Twins<'_>) -> i64 {
    let open = id(&t
        .tell_as(Doctor, "patients_begin_visit", &[("id", 2)], json!({}))
        .await);
    let grave = json!({ "systolic_bp": 190, "diastolic_bp": 100, "heart_rate": 80 });
    t.tell("patients_record_vitals", &[("id", 2)], grave).await;
    let alert = t.newest("clinical_alert").await;
    t.tell(
        "alerts_acknowledge",
        &[("id", alert)],
        json!({ "reason": "Seen at once" }),
    )
    .await;
    let written = json!({ "patient": 1, "doctor": 2, "notes": "Cough since three days" });
    let signed = id(&t.tell_as(Doctor, "encounters_create", &[], written).await);
    t.tell(
        "encounters_add_vitals_create",
        &[("id", signed)],
        json!({ "encounter": signed, "heart_rate": 70 }),
    )
    .await;
    t.tell(
        "patients_vitals_history_create",
        &[("id", 1)],
        json!({ "encounter": signed, "heart_rate": 71 }),
    )
    .await;
    let drug = json!({ "encounter": signed, "medication_name": "Zinc", "dosage": "20 mg", "frequency": "once daily", "quantity": 10 });
    let drug = id(&t
        .tell_as(
            Doctor,
            "encounters_prescriptions_create",
            &[("id", signed)],
            drug,
        )
        .await);
    t.tell_as(
        Doctor,
        "encounters_sign",
        &[("id", signed)],
        json!({ "diagnosis": "Bronchitis", "complete_appointment": false }),
    )
    .await;
    let later = json!({ "encounter": signed, "text": "Culture came back negative" });
    t.tell("encounters_addenda_create", &[("id", signed)], later)
        .await;
    let again = id(&t
        .tell_as(
            Doctor,
            "encounters_create",
            &[],
            json!({ "patient": 1, "doctor": 2, "notes": "Control" }),
        )
        .await);
    t.tell_as(
        Doctor,
        "prescriptions_renew",
        &[("id", drug)],
        json!({ "encounter": again }),
    )
    .await;
    open
}

async fn laboratory(t: &mut Twins<'_>, encounter: i64) {
    let test = json!({ "test_code": "ZZK", "test_name": "Potassium, plasma", "department": "Chemistry", "specimen_type": "Blood",
        "critical_range_low": 2.5, "critical_range_high": 6.5 });
    let test = id(&t.tell("lab_tests_catalog_create", &[], test).await);
    let parameter =
        json!({ "test": test, "code": "ZZK", "name": "Potassium, plasma", "units": "mmol/L" });
    t.tell("lab_tests_parameters_create", &[], parameter).await;
    let other = json!({ "test_code": "ZZN", "test_name": "Sodium, plasma", "department": "Chemistry", "specimen_type": "Blood" });
    let other = id(&t.tell("lab_tests_catalog_create", &[], other).await);
    let order = json!({ "encounter": encounter, "items": [{ "lab_test": test }] });
    let order = t.tell_as(Doctor, "lab_orders_create", &[], order).await;
    let (order, item) = (id(&order), id(&order["items"][0]));
    let nested = json!({ "encounter": encounter, "items": [{ "lab_test": other }] });
    let nested = id(&t
        .tell_as(
            Doctor,
            "encounters_add_lab_order_create",
            &[("id", encounter)],
            nested,
        )
        .await);
    t.tell(
        "lab_orders_add_items",
        &[("id", order)],
        json!({ "items": [{ "lab_test_id": other }] }),
    )
    .await;
    for step in ["collect", "start"] {
        t.tell_as(
            LabTechnician,
            &format!("lab_orders_{step}"),
            &[("id", order)],
            json!({}),
        )
        .await;
    }
    let results = json!({ "results": [{ "lab_order_item": item, "parameter_name": "ZZK", "value_numeric": 7.1, "units": "mmol/L" }] });
    t.tell_as(
        LabTechnician,
        "lab_orders_add_results",
        &[("id", order)],
        results,
    )
    .await;
    t.tell(
        "lab_orders_told",
        &[("id", order)],
        json!({ "told_to": "Dr Jallow, by phone" }),
    )
    .await;
    t.tell_as(
        LabTechnician,
        "lab_orders_complete",
        &[("id", order)],
        json!({}),
    )
    .await;
    t.tell_as(Doctor, "lab_orders_review", &[("id", order)], json!({}))
        .await;
    t.tell_as(Doctor, "lab_orders_cancel", &[("id", nested)], json!({}))
        .await;
    t.tell(
        "icd10_site_load",
        &[],
        json!({ "csv": "code,title\nB54,Malaria\n" }),
    )
    .await;
}

async fn medicine(t: &mut Twins<'_>, name: &str, controlled: bool) -> (i64, i64) {
    let item = json!({ "generic_name": name, "form": "Tablet", "strength": "100 mg", "unit_of_measure": "tablet", "is_controlled_substance": controlled });
    let item = id(&t.tell_as(Admin, "medications_create", &[], item).await);
    let batch = json!({ "medication_item": item, "batch_number": format!("B-{name}"), "expiry_date": "2028-03-01", "quantity_received": 100 });
    (
        item,
        id(&t
            .tell_as(Pharmacist, "stock_batches_create", &[], batch)
            .await),
    )
}

async fn pharmacy(t: &mut Twins<'_>, encounter: i64) {
    let (item, batch) = medicine(t, "Placebo", false).await;
    let (strong, sealed) = medicine(t, "Placebo forte", true).await;
    let drug = json!({ "encounter": encounter, "medication_item": item, "medication_name": "Placebo", "dosage": "100 mg", "frequency": "once daily", "quantity": 20 });
    let drug = id(&t.tell_as(Doctor, "prescriptions_create", &[], drug).await);
    let aside = json!({ "prescription": drug, "kind": "later", "reason": "Fetches money" });
    t.tell_as(Pharmacist, "set_asides_create", &[], aside).await;
    let out = json!({ "prescription": drug, "medication_item": item, "patient": 2, "quantity": 5 });
    let out = t
        .tell_as(Pharmacist, "dispensing_logs_post", &[], out)
        .await;
    t.tell_as(
        Pharmacist,
        "dispensing_logs_reverse",
        &[("id", id(&out["logs"][0]))],
        json!({ "reason": "Wrong box" }),
    )
    .await;
    let out = json!({ "patient": 2, "quantity": 2, "reason": "Without a prescription" });
    let out = t
        .tell_as(
            Pharmacist,
            "medications_id_dispense_post",
            &[("id", strong)],
            out,
        )
        .await;
    t.tell_as(
        Nurse,
        "dispensing_logs_witness",
        &[("id", id(&out["logs"][0]))],
        json!({}),
    )
    .await;
    let broken = json!({ "stock_batch": sealed, "adjustment_type": "Damaged", "quantity": -3, "reason": "Broken" });
    let broken = id(&t
        .tell_as(Pharmacist, "stock_adjustments_create", &[], broken)
        .await);
    t.tell_as(
        Nurse,
        "stock_adjustments_witness",
        &[("id", broken)],
        json!({}),
    )
    .await;
    let lost = json!({ "stock_batch": batch, "adjustment_type": "Damaged", "quantity": -3, "reason": "Wet" });
    let lost = id(&t
        .tell_as(Pharmacist, "stock_adjustments_create", &[], lost)
        .await);
    t.tell_as(
        Pharmacist,
        "stock_adjustments_reverse",
        &[("id", lost)],
        json!({}),
    )
    .await;
    let take = id(&t
        .tell_as(
            Pharmacist,
            "stock_takes_create",
            &[],
            json!({ "name": "Shelf A" }),
        )
        .await);
    let counted = json!({ "lines": [{ "stock_batch": batch, "counted": 97 }] });
    t.tell_as(Pharmacist, "stock_takes_count", &[("id", take)], counted)
        .await;
    let line = json!({ "stock_take": take, "stock_batch": sealed, "counted": 95 });
    t.tell_as(
        Pharmacist,
        "stock_takes_lines_create",
        &[("id", take)],
        line,
    )
    .await;
    t.tell_as(Pharmacist, "stock_takes_post", &[("id", take)], json!({}))
        .await;
    let supplier = id(&t
        .tell("suppliers_create", &[], json!({ "name": "Riverside" }))
        .await);
    let wanted = json!({ "supplier": supplier, "items": [{ "medication_item": item, "quantity_ordered": 50, "unit_cost": 2.5 }] });
    let order = id(&t
        .tell_as(Pharmacist, "purchase_orders_create", &[], wanted.clone())
        .await);
    t.tell_as(
        Pharmacist,
        "purchase_orders_submit",
        &[("id", order)],
        json!({}),
    )
    .await;
    let came = json!({ "purchase_order": order, "invoice_number": "R-77",
        "items": [{ "medication_item": item, "batch_number": "R-1", "expiry_date": "2028-05-01", "quantity_received": 50, "unit_cost": 2.5 }] });
    t.tell_as(Pharmacist, "goods_received_notes_create", &[], came)
        .await;
    let other = id(&t
        .tell_as(Pharmacist, "purchase_orders_create", &[], wanted)
        .await);
    t.tell_as(
        Pharmacist,
        "purchase_orders_cancel",
        &[("id", other)],
        json!({}),
    )
    .await;
    t.tell_as(
        Pharmacist,
        "stock_batches_recall",
        &[("id", batch)],
        json!({ "reason": "The maker asks for it" }),
    )
    .await;
}

async fn bill(t: &mut Twins<'_>, more: Json) -> i64 {
    let mut body = json!({ "patient": 2, "status": "Draft", "items": [{ "description": "Dressing", "amount": 100, "quantity": 1 }] });
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    let bill = id(&t.tell_as(Cashier, "bills_create", &[], body).await);
    t.tell_as(Cashier, "bills_open", &[("id", bill)], json!({}))
        .await;
    bill
}

async fn cash(t: &mut Twins<'_>) {
    let drawer = id(&t
        .tell_as(
            Cashier,
            "cash_sessions_create",
            &[],
            json!({ "drawer": "Front", "opening_float": 50 }),
        )
        .await);
    let paid = bill(t, json!({})).await;
    let money = json!({ "payments": [{ "amount": 60, "method": "Cash" }] });
    t.tell_as(Cashier, "bills_pay", &[("id", paid)], money)
        .await;
    let rest = json!({ "bill": paid, "amount": 40, "method": "Card", "reference": "V-1" });
    let payment = id(&t
        .tell_as(Cashier, "bills_payments_create", &[("id", paid)], rest)
        .await);
    for decided in ["approve", "reject"] {
        let back = json!({ "amount": 10, "reason": "Paid twice" });
        let back = id(&t
            .tell_as(Cashier, "payments_refund", &[("id", payment)], back)
            .await);
        t.tell_as(
            Admin,
            &format!("refund_requests_{decided}"),
            &[("id", back)],
            json!({}),
        )
        .await;
    }
    let void = bill(t, json!({})).await;
    t.tell_as(
        Admin,
        "bills_void",
        &[("id", void)],
        json!({ "reason": "Wrong patient" }),
    )
    .await;
    let poor = bill(t, json!({})).await;
    t.tell_as(
        Admin,
        "bills_write_off",
        &[("id", poor)],
        json!({ "reason": "Cannot pay" }),
    )
    .await;
    let policy = json!({ "patient": 2, "provider": "Riders", "policy_number": "R-1", "coverage_percent": 80 });
    let policy = id(&t.tell("insurance_create", &[], policy).await);
    for decided in ["remittance", "reject"] {
        let insured = bill(t, json!({ "insurance": policy })).await;
        let claim = id(&t
            .tell_as(
                Cashier,
                "insurance_claims_create",
                &[],
                json!({ "bill": insured }),
            )
            .await);
        t.tell_as(
            Cashier,
            "insurance_claims_submit",
            &[("id", claim)],
            json!({}),
        )
        .await;
        if decided == "remittance" {
            t.tell_as(
                Cashier,
                "insurance_claims_approve",
                &[("id", claim)],
                json!({}),
            )
            .await;
            let came = json!({ "paid_amount": 80, "reference": "BT-9" });
            t.tell_as(
                Cashier,
                "insurance_claims_remittance",
                &[("id", claim)],
                came,
            )
            .await;
        } else {
            t.tell_as(
                Cashier,
                "insurance_claims_reject",
                &[("id", claim)],
                json!({ "remark": "Not covered" }),
            )
            .await;
        }
    }
    t.tell_as(
        Cashier,
        "cash_sessions_count",
        &[("id", drawer)],
        json!({ "counted_amount": 110 }),
    )
    .await;
    t.tell_as(
        Cashier,
        "cash_sessions_hand_over",
        &[("id", drawer)],
        json!({ "to": 1 }),
    )
    .await;
}

async fn ward(t: &mut Twins<'_>) {
    let ward = id(&t
        .tell("wards_create", &[], json!({ "name": "Medical" }))
        .await);
    let mut beds = Vec::new();
    for number in ["M-1", "M-2"] {
        beds.push(id(&t
            .tell(
                "beds_create",
                &[],
                json!({ "ward": ward, "number": number }),
            )
            .await));
    }
    let (first, second) = (beds[0], beds[1]);
    t.tell(
        "beds_assign_patient",
        &[("id", first)],
        json!({ "patient_id": 2, "reason": "Observation" }),
    )
    .await;
    t.tell(
        "beds_transfer",
        &[("id", first)],
        json!({ "to_bed": second }),
    )
    .await;
    t.tell(
        "beds_discharge_patient",
        &[("id", second)],
        json!({ "discharge_summary": "Well" }),
    )
    .await;
    t.tell("beds_make_available", &[("id", second)], json!({}))
        .await;
    t.tell(
        "wards_staff_create",
        &[("id", ward)],
        json!({ "ward": ward, "user": 3 }),
    )
    .await;
}

async fn portal(t: &mut Twins<'_>) {
    let said = json!({ "patient": 1, "subject": "Your results", "message": "All is well" });
    let said = id(&t.tell_as(Doctor, "secure_messages_create", &[], said).await);
    t.tell_as(
        Patient,
        "secure_messages_mark_read",
        &[("id", said)],
        json!({}),
    )
    .await;
    let asked = json!({ "message": "Thank you" });
    t.tell_as(Patient, "patients_messages_create", &[("id", 1)], asked)
        .await;
    t.upload("documents_post", "documents/", "").await;
    t.upload(
        "patients_id_documents_post",
        "patients/1/documents/",
        "&_id=1",
    )
    .await;
    let word = json!({ "category": "waiting", "message": "An hour is long", "rating": 3 });
    let word = id(&t.tell_as(Patient, "feedback_create", &[], word).await);
    t.tell(
        "feedback_respond",
        &[("id", word)],
        json!({ "response": "We have a second doctor now" }),
    )
    .await;
}
