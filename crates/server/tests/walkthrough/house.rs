//! A hospital that is ready for its first patient: people, prices, a ward, medicine on the shelf.

use counterparts::{SendGrid, Twilio};
use kernel::BuiltinRole::{Admin, Cashier, Doctor, LabTechnician, Nurse, Pharmacist, Receptionist};
use serde_json::{Value as Json, json};
use testkit::{Caller, Node, World};

pub(crate) struct House<'w> {
    pub(crate) world: &'w World,
    pub(crate) node: Node,
    pub(crate) twilio: Twilio,
    pub(crate) sendgrid: SendGrid,
    pub(crate) doctor: i64,
}

/// What is on the shelf and in the catalogues.
pub(crate) struct Stock {
    pub(crate) paracetamol: i64,
    pub(crate) amoxicillin: i64,
    pub(crate) morphine: i64,
    pub(crate) bed: i64,
}

const STAFF: [(&str, kernel::BuiltinRole); 7] = [
    ("admin", Admin),
    ("ceesay", Doctor),
    ("isatou", Receptionist),
    ("kumba", Nurse),
    ("ousman", Pharmacist),
    ("fatou", LabTechnician),
    ("ebrima", Cashier),
];

impl House<'_> {
    pub(crate) async fn new(world: &World) -> House<'_> {
        let (twilio, sendgrid) = (Twilio::start().await, SendGrid::start().await);
        let node = world
            .node(&[
                ("CHELAL_HOSPITAL_NAME", "Edward Francis Hospital"),
                ("TWILIO_API_URL", &twilio.url),
                ("TWILIO_ACCOUNT_SID", Twilio::ACCOUNT),
                ("TWILIO_AUTH_TOKEN", Twilio::TOKEN),
                ("TWILIO_PHONE_NUMBER", Twilio::NUMBER),
                ("SENDGRID_API_URL", &sendgrid.url),
                ("SENDGRID_API_KEY", SendGrid::KEY),
                ("DEFAULT_FROM_EMAIL", "no-reply@hospital.gm"),
            ])
            .await;
        let mut doctor = 0;
        for (name, role) in STAFF {
            let id = world.user(name, Some(role)).await;
            if role == Doctor {
                doctor = id;
            }
        }
        House {
            world,
            node,
            twilio,
            sendgrid,
            doctor,
        }
    }

    /// Somebody, signed in at this moment: tokens last a quarter of an hour.
    pub(crate) async fn signed_in(&self, name: &str) -> Caller {
        self.world.sign_in(name, testkit::PASSWORD).await
    }

    /// It is then.
    pub(crate) async fn at(&self, moment: &str) {
        self.world.clock.set(moment.parse().unwrap());
        self.node.settle().await;
    }

    pub(crate) async fn stock(&self) -> Stock {
        let admin = self.signed_in("admin").await;
        for (name, code, price) in [
            ("Consultation", "CONSULTATION", 300),
            ("Bed day", "BED-DAY", 450),
            ("Haemoglobin", "HB", 75),
        ] {
            let body = json!({ "name": name, "code": code, "price": price });
            made(&admin, "service-catalog/", body).await;
        }
        let ward = made(&admin, "wards/", json!({ "name": "Women", "capacity": 8 })).await;
        let bed = made(&admin, "beds/", json!({ "ward": ward, "number": "W-1" })).await;
        let pharmacist = self.signed_in("ousman").await;
        let paracetamol = json!({
            "name": "Paracetamol", "strength": "500 mg", "form": "Tablet", "reorder_level": 50,
        });
        let paracetamol = made(&pharmacist, "medications/", paracetamol).await;
        let amoxicillin = json!({ "name": "Amoxicillin", "strength": "500 mg", "form": "Capsule" });
        let amoxicillin = made(&pharmacist, "medications/", amoxicillin).await;
        let morphine = json!({
            "name": "Morphine", "strength": "10 mg", "form": "Tablet", "is_controlled_substance": true,
        });
        let morphine = made(&pharmacist, "medications/", morphine).await;
        for (item, number, expiry, quantity, price) in [
            (paracetamol, "P-26-031", "2027-01-31", 15, 1.5),
            (paracetamol, "P-26-118", "2028-04-30", 200, 1.5),
            (amoxicillin, "A-26-007", "2027-12-31", 60, 4.0),
            (morphine, "M-26-002", "2028-02-29", 40, 6.0),
        ] {
            let batch = json!({
                "medication_item": item, "batch_number": number, "expiry_date": expiry,
                "quantity_received": quantity, "cost_price_per_unit": 0.5, "selling_price_per_unit": price,
            });
            made(&pharmacist, "stock-batches/", batch).await;
        }
        self.node.settle().await;
        Stock {
            paracetamol,
            amoxicillin,
            morphine,
            bed,
        }
    }

    pub(crate) async fn register(&self) -> i64 {
        let desk = self.signed_in("isatou").await;
        let body = json!({
            "first_name": "Jane", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female",
            "contact_info": "783 4351", "email": "jane@example.org", "known_allergies": "Penicillin",
        });
        made(&desk, "patients/", body).await
    }
}

/// Makes something behind the scenes; answers its id.
pub(crate) async fn made(who: &Caller, path: &str, body: Json) -> i64 {
    let reply = who.post(path, body).await;
    reply.is(201);
    reply.id()
}

/// The id of the first record of a list.
pub(crate) async fn first(who: &Caller, path: &str) -> i64 {
    who.get(path).await.is(200)[0]["id"].as_i64().unwrap()
}
