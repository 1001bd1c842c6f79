//! What the demo hospital has before its first patient comes: prices, wards with beds, policies, medicine on order.

use serde_json::{Value as Json, json};

use super::client::Client;
use crate::commands::Failure;

/// Name, strength, form, reorder level, cost and selling price of one unit, units of a delivery, and how it is taken:
/// dose, times a day, days, units.
pub(super) type Medicine = (
    &'static str,
    &'static str,
    &'static str,
    i64,
    f64,
    f64,
    i64,
    Dose,
);

/// What is on the shelves.
pub(super) const MEDICINES: &[Medicine] = &[
    (
        "Paracetamol",
        "500 mg",
        "Tablet",
        200,
        0.4,
        1.5,
        600,
        ("2 tablets", "3 times a day", "3 days", 18),
    ),
    (
        "Artemether/lumefantrine",
        "20/120 mg",
        "Tablet",
        120,
        2.0,
        5.0,
        300,
        ("4 tablets", "twice a day", "3 days", 24),
    ),
    (
        "Amlodipine",
        "5 mg",
        "Tablet",
        90,
        0.6,
        2.0,
        400,
        ("1 tablet", "once a day", "30 days", 30),
    ),
    (
        "Metformin",
        "500 mg",
        "Tablet",
        150,
        0.5,
        1.8,
        500,
        ("1 tablet", "twice a day", "30 days", 60),
    ),
    (
        "Amoxicillin",
        "500 mg",
        "Capsule",
        100,
        1.1,
        3.5,
        300,
        ("1 capsule", "3 times a day", "7 days", 21),
    ),
    (
        "Ferrous sulfate",
        "200 mg",
        "Tablet",
        100,
        0.2,
        0.8,
        400,
        ("1 tablet", "once a day", "30 days", 30),
    ),
    (
        "Omeprazole",
        "20 mg",
        "Capsule",
        60,
        0.9,
        3.0,
        200,
        ("1 capsule", "once a day", "14 days", 14),
    ),
];

/// Dose, times a day, days, units.
pub(super) type Dose = (&'static str, &'static str, &'static str, i64);

/// Code, name and price of services; the codes are those by which charges find their price.
const SERVICES: &[(&str, &str, i64)] = &[
    ("CONSULTATION", "Consultation", 250),
    ("BED-DAY", "Bed day", 400),
    ("HB", "Haemoglobin", 60),
    ("GLUF", "Glucose, fasting", 50),
    ("MRDT", "Malaria rapid test", 40),
    ("K", "Potassium", 90),
];

/// Names and numbers of beds of wards.
const WARDS: &[(&str, &str, usize)] = &[
    ("Medical", "M", 6),
    ("Surgical", "S", 6),
    ("High care", "H", 4),
];

/// Insurers and the part that they pay, in percent.
const INSURERS: &[(&str, i64)] = &[("Riders Health", 80), ("Trust Insurance", 60)];

/// Who sets the hospital up.
pub(super) struct Founders<'a> {
    pub(super) admin: &'a Client,
    pub(super) reception: &'a Client,
    pub(super) pharmacy: &'a Client,
}

/// What is there afterwards.
pub(super) struct House {
    pub(super) medicines: Vec<Json>,
    pub(super) supplier: Json,
    /// The policy of each patient, in the order of patients; null without one.
    pub(super) policies: Vec<Json>,
}

/// Sets the hospital up.
pub(super) async fn found(founders: &Founders<'_>, patients: &[Json]) -> Result<House, Failure> {
    for (code, name, price) in SERVICES {
        let body = json!({ "code": code, "name": name, "price": price });
        founders.admin.post("service-catalog/", body).await?;
    }
    for (name, letter, count) in WARDS {
        let body = json!({ "name": name, "capacity": count });
        let ward = founders.admin.post("wards/", body).await?;
        for number in 1..=*count {
            let body = json!({ "ward": ward["id"], "number": format!("{letter}-{number}") });
            founders.admin.post("beds/", body).await?;
        }
    }
    let body = json!({ "name": "Banjul Pharmaceuticals" });
    let supplier = founders.pharmacy.post("suppliers/", body).await?["id"].take();
    let mut medicines = Vec::new();
    for (name, strength, form, reorder, ..) in MEDICINES {
        let body =
            json!({ "name": name, "strength": strength, "form": form, "reorder_level": reorder });
        medicines.push(founders.pharmacy.post("medications/", body).await?["id"].take());
    }
    let policies = insure(founders.reception, patients).await?;
    Ok(House {
        medicines,
        supplier,
        policies,
    })
}

/// Every third patient is insured.
async fn insure(reception: &Client, patients: &[Json]) -> Result<Vec<Json>, Failure> {
    let mut policies = Vec::new();
    for (n, patient) in patients.iter().enumerate() {
        if !n.is_multiple_of(3) {
            policies.push(Json::Null);
            continue;
        }
        let (provider, percent) = INSURERS[n / 3 % INSURERS.len()];
        let body = json!({
            "patient": patient, "provider": provider, "policy_number": format!("D-{:04}", 1000 + n * 7),
            "coverage_percent": percent,
        });
        policies.push(reception.post("insurance/", body).await?["id"].take());
    }
    Ok(policies)
}

/// A delivery of everything, against an order.
pub(super) async fn deliver(
    pharmacy: &Client,
    house: &House,
    number: usize,
    expires: jiff::civil::Date,
) -> Result<(), Failure> {
    let lines = || house.medicines.iter().zip(MEDICINES);
    let ordered: Vec<Json> = lines()
        .map(|(id, (.., cost, _, units, _))| {
            json!({ "medication_item": id, "quantity_ordered": units, "unit_cost_estimated": cost })
        })
        .collect();
    let body = json!({ "supplier": house.supplier, "items": ordered });
    let order = pharmacy.post("purchase-orders/", body).await?["id"].take();
    let path = format!("purchase-orders/{order}/submit/");
    pharmacy.post(&path, json!({})).await?;
    let received: Vec<Json> = lines()
        .map(|(id, (name, .., cost, price, units, _))| {
            json!({
                "medication_item": id, "batch_number": format!("{}-{number:02}", &name[..2].to_uppercase()),
                "expiry_date": expires.to_string(), "quantity_received": units, "unit_cost": cost, "selling_price": price,
            })
        })
        .collect();
    let body = json!({
        "supplier": house.supplier, "purchase_order": order, "invoice_number": format!("BP-{}", 4400 + number),
        "items": received,
    });
    pharmacy.post("goods-received-notes/", body).await?;
    Ok(())
}
