//! A patient's way through the hospital, at the pages of everybody who meets them: once with a mouse, with keys
//! alone, without scripts, on a phone, in French and in Swahili.

use kernel::BuiltinRole::{
    self, Admin, Cashier, Doctor, LabTechnician, Nurse, Patient, Pharmacist, Receptionist,
};
use serde_json::{Value as Json, json};
use testkit::{Base, Browser, Caller, PASSWORD, World};

use crate::hands::{Hands, Manner};

/// How the way is gone.
struct Way {
    manner: Manner,
    width: u32,
    language: &'static str,
    base: Base,
}

const STAFF: [(&str, BuiltinRole); 8] = [
    ("admin", Admin),
    ("isatou", Receptionist),
    ("kumba", Nurse),
    ("ceesay", Doctor),
    ("fatou", LabTechnician),
    ("ousman", Pharmacist),
    ("ebrima", Cashier),
    ("jane", Patient),
];

async fn made(who: &Caller, path: &str, body: Json) -> i64 {
    let reply = who.post(path, body).await;
    reply.is(201);
    reply.id()
}

/// Prices, and medicine on the shelf.
async fn stocked(admin: &Caller) -> i64 {
    for (name, code, price) in [
        ("Consultation", "CONSULTATION", 300),
        ("Haemoglobin", "HB", 75),
    ] {
        made(
            admin,
            "service-catalog/",
            json!({ "name": name, "code": code, "price": price }),
        )
        .await;
    }
    let item = json!({ "name": "Paracetamol", "strength": "500 mg", "form": "Tablet" });
    let item = made(admin, "medications/", item).await;
    let batch = json!({
        "medication_item": item, "batch_number": "P-1", "expiry_date": "2031-01-31", "quantity_received": 100,
        "cost_price_per_unit": 0.5, "selling_price_per_unit": 1.5,
    });
    made(admin, "stock-batches/", batch).await
}

impl Way {
    /// A decimal as the pages write it.
    fn written(&self, number: &str) -> String {
        match self.language {
            "fr" => number.replace('.', ","),
            _ => number.to_owned(),
        }
    }

    async fn enter(&self, world: &World, browser: &Browser, name: &str) -> Hands {
        let caller = world.sign_in(name, PASSWORD).await;
        let own = json!({ "language_preference": self.language });
        caller.patch("profile/", own).await.is(200);
        let at = format!("http://{}", world.listen().await);
        let page = browser.page("about:blank").await;
        page.resize(self.width, 800).await;
        page.scripts(self.manner != Manner::Scriptless).await;
        page.open(&format!("{at}/sign-in")).await;
        page.until(
            "document.readyState === 'complete' && document.querySelector('[name=username]')",
        )
        .await;
        page.fill("[name=username]", name).await;
        page.fill("[name=password]", PASSWORD).await;
        page.press("Enter").await;
        page.until("document.querySelector('.me')").await;
        Hands {
            page,
            at,
            manner: self.manner,
        }
    }
}

async fn whole_way(world: &World, browser: &Browser, way: &Way) {
    for (name, role) in STAFF {
        world.user(name, Some(role)).await;
    }
    let admin = world.sign_in("admin", PASSWORD).await;
    let batch = stocked(&admin).await;

    // The desk registers somebody and books them for now.
    let desk = way.enter(world, browser, "isatou").await;
    desk.follow("main a[href=\"/patients/new\"]").await;
    for (name, value) in [
        ("first_name", "Jane"),
        ("last_name", "Doe"),
        ("date_of_birth", "34"),
        ("gender", "Female"),
        ("contact_info", "783 4351"),
    ] {
        desk.set("patients_create", name, value).await;
    }
    desk.send("patients_create", "button.primary").await;
    desk.set("appointments_create", "reason", "Fever").await;
    desk.send("appointments_create", "button.primary").await;
    let patient = admin.get("patients/").await.is(200)[0]["id"].clone();
    let page = format!("/patients/{patient}/");
    world.settle().await;

    // The nurse takes what the doctor wants to know.
    let nurse = way.enter(world, browser, "kumba").await;
    nurse.open(&page).await;
    nurse
        .follow(&format!("main a[href^=\"{page}vitals\"]"))
        .await;
    for (name, value) in [
        ("temperature", "38.6"),
        ("systolic_bp", "118"),
        ("diastolic_bp", "76"),
        ("weight", "61.5"),
    ] {
        nurse.set("patients_record_vitals", name, value).await;
    }
    nurse.send("patients_record_vitals", "button.primary").await;

    // The doctor writes, orders, prescribes and signs.
    let doctor = way.enter(world, browser, "ceesay").await;
    assert_eq!(doctor.path().await, "/clinic");
    doctor.shows("Jane Doe").await;
    doctor.send("patients_begin_visit", "button.primary").await;
    let visit = doctor.path().await;
    doctor.shows(&way.written("38.6")).await;
    doctor
        .set(
            "encounters_patch",
            "presenting_illness_history",
            "Three days of fever",
        )
        .await;
    doctor
        .set("encounters_patch", "treatment_plan", "Rest")
        .await;
    doctor
        .send("encounters_patch", ".stay button:not([data-final])")
        .await;
    doctor
        .send("encounters_patch", "[name=_then][value*=lab-orders]")
        .await;
    let test = admin.get("lab_tests/catalog/?test_code=HB").await.is(200)[0]["id"].to_string();
    let tick = format!("main input[type=checkbox][value=\"{test}\"][name$=lab_test_id]");
    let name = doctor.attribute(&tick, "name").await;
    doctor.set("lab_orders_create", &name, &test).await;
    doctor.send("lab_orders_create", "button.primary").await;
    doctor
        .send("encounters_patch", "[name=_then][value*=prescribe]")
        .await;
    doctor
        .pick("prescriptions_create", "medication_item", "paracet")
        .await;
    for (name, value) in [
        ("dosage", "1 tablet"),
        ("frequency", "3 times a day"),
        ("duration", "5 days"),
    ] {
        doctor.set("prescriptions_create", name, value).await;
    }
    doctor.send("prescriptions_create", "button.primary").await;
    doctor.follow(&format!("main a[href=\"{visit}\"]")).await;
    doctor.send("encounters_patch", "[data-final]").await;
    world.settle().await;

    // The laboratory takes the specimen and enters the result; the doctor reviews it.
    let lab = way.enter(world, browser, "fatou").await;
    lab.send("lab_orders_collect", "button.primary").await;
    lab.follow("main a[href^=\"/lab-orders/\"]").await;
    let name = lab
        .attribute("main input[name$=value_numeric]", "name")
        .await;
    lab.set("lab_orders_add_results", &name, "13.2").await;
    lab.send("lab_orders_add_results", "button.primary").await;
    world.settle().await;
    doctor.open("/results").await;
    doctor.shows(&way.written("13.2")).await;
    doctor.send("lab_orders_review", "button").await;

    // The pharmacist hands out what was prescribed.
    let pharmacist = way.enter(world, browser, "ousman").await;
    pharmacist.shows("Jane Doe").await;
    pharmacist.follow("main a[href$=\"/dispense\"]").await;
    pharmacist
        .send("medications_id_dispense_post", "button.primary")
        .await;
    world.settle().await;

    // The cashier opens a drawer, closes the bill that gathered by itself, and takes the money.
    let cashier = way.enter(world, browser, "ebrima").await;
    cashier.open("/drawer").await;
    cashier
        .set("cash_sessions_create", "opening_float", "50")
        .await;
    cashier.send("cash_sessions_create", "button.primary").await;
    cashier.follow("main a[href^=\"/bills/\"]").await;
    cashier.send("bills_open", "button").await;
    cashier.send("bills_pay", "[data-final]").await;
    world.settle().await;

    // The patient sees what they may, and nothing else.
    let user = admin.get("users/?search=jane").await;
    let user = user.is(200)["results"][0]["id"].clone();
    let user = if user.is_null() {
        admin.get("users/?search=jane").await.json[0]["id"].clone()
    } else {
        user
    };
    admin
        .patch(&format!("patients/{patient}/"), json!({ "user": user }))
        .await
        .is(200);
    let jane = way.enter(world, browser, "jane").await;
    assert_eq!(jane.path().await, "/me");
    jane.shows("Haemoglobin").await;
    jane.shows("Paracetamol").await;

    // The administrator finds all of it.
    let office = way.enter(world, browser, "admin").await;
    office.open(&page).await;
    office.shows("Jane Doe").await;

    // All of it happened, and once.
    for (path, field, value) in [
        ("encounters/", "status", json!("signed")),
        ("lab_orders/", "status", json!("Reviewed")),
        ("prescriptions/", "status", json!("Completed")),
        ("bills/", "status", json!("Paid")),
        ("appointments/", "status", json!("completed")),
    ] {
        let list = admin.get(path).await;
        let rows = list.is(200)["results"]
            .as_array()
            .or(list.json.as_array())
            .unwrap()
            .clone();
        assert_eq!(rows.len(), 1, "{path} {rows:?}");
        assert_eq!(rows[0][field], value, "{path}");
    }
    let left = admin.get(&format!("stock-batches/{batch}/")).await;
    assert_eq!(left.is(200)["current_quantity"], 85);
    for hands in [
        &desk,
        &nurse,
        &doctor,
        &lab,
        &pharmacist,
        &cashier,
        &jane,
        &office,
    ] {
        let complaints = hands.page.complaints();
        assert!(complaints.is_empty(), "{complaints:?}");
    }
}

fn gone(way: Way) {
    testkit::run(way.base, |world| {
        Box::pin(async move {
            if let Some(browser) = Browser::start().await {
                whole_way(world, &browser, &way).await;
            }
        })
    });
}

#[test]
fn with_a_mouse() {
    gone(Way {
        manner: Manner::Mouse,
        width: 1280,
        language: "en",
        base: Base::Postgres,
    });
}

#[test]
fn with_keys_alone() {
    gone(Way {
        manner: Manner::Keys,
        width: 1280,
        language: "en",
        base: Base::Sqlite,
    });
}

#[test]
fn without_scripts() {
    gone(Way {
        manner: Manner::Scriptless,
        width: 1280,
        language: "en",
        base: Base::Sqlite,
    });
}

#[test]
fn on_a_phone() {
    gone(Way {
        manner: Manner::Mouse,
        width: 360,
        language: "en",
        base: Base::Sqlite,
    });
}

#[test]
fn in_french() {
    gone(Way {
        manner: Manner::Mouse,
        width: 1280,
        language: "fr",
        base: Base::Sqlite,
    });
}

#[test]
fn in_swahili() {
    gone(Way {
        manner: Manner::Mouse,
        width: 1280,
        language: "sw",
        base: Base::Sqlite,
    });
}
