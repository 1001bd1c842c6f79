//! A doctor's day.

use std::time::Duration;

use futures_util::StreamExt;
use http::HeaderValue;
use serde_json::{Value as Json, json};
use testkit::{Base, Caller, World};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::house::{House, first};
use crate::page::{Page, picked, pretty};

const BEGIN: &str = "Dr Ceesay signs in, sees who waits, prescribes what her patient must not have, is stopped, \
    orders a test, is told of a critical result at once, and signs. What an answer shows is a part of it; `…` stands for \
    the rest.";

#[test]
fn doctors_day() {
    testkit::run(Base::Sqlite, |world| Box::pin(day(world)));
}

#[test]
fn doctors_day_on_postgres() {
    testkit::run(Base::Postgres, |world| Box::pin(day(world)));
}

async fn day(world: &World) {
    let house = House::new(world).await;
    let stock = house.stock().await;
    let patient = house.register().await;
    let desk = house.signed_in("isatou").await;
    let body = json!({
        "patient": patient, "doctor": house.doctor, "date": "2026-11-23", "time": "09:00", "reason": "Cough",
    });
    let visit = crate::house::made(&desk, "appointments/", body).await;
    desk.post(&format!("appointments/{visit}/check_in/"), json!({}))
        .await
        .is(200);
    house.node.settle().await;
    let mut page = Page::new("A doctor's day", BEGIN);

    page.say("## Signing in");
    let mut doctor = house.signed_in("ceesay").await;
    doctor.id = house.doctor;
    page.say("`POST /api/auth/` with name and password gives a token, which goes along with each request. What waits:");
    page.ask(&doctor, "GET", "dashboard/", None).await;
    page.say("## Who waits");
    let path = format!("appointments/queue/?doctor={}", house.doctor);
    page.brief(
        &doctor,
        "GET",
        &path,
        None,
        &["patient_name", "status", "queue_number"],
    )
    .await;
    page.say("## The chart");
    page.brief(
        &doctor,
        "GET",
        &format!("patients/{patient}/chart/"),
        None,
        &[
            "patient{first_name,last_name,known_allergies}",
            "prescriptions",
        ],
    )
    .await;
    let path = format!("appointments/{visit}/start/");
    page.brief(&doctor, "POST", &path, Some(json!({})), &["status"])
        .await;
    let body = json!({ "patient": patient, "appointment": visit, "chief_complaint": "Cough for a week, weak legs", "notes": "Crackles at the right base." });
    let encounter = page
        .brief(
            &doctor,
            "POST",
            "encounters/",
            Some(body),
            &["id", "status"],
        )
        .await
        .id();
    page.say("## Vital signs");
    page.say("A decimal comma is not guessed at.");
    let path = format!("encounters/{encounter}/add_vitals/");
    let body = json!({ "temperature": "38,4" });
    page.refused(&doctor, "POST", &path, Some(body), &["temperature"])
        .await;
    let body = json!({ "systolic_bp": 118, "diastolic_bp": 76, "heart_rate": 96, "respiratory_rate": 22, "temperature": 38.4, "oxygen_saturation": 94 });
    page.brief(
        &doctor,
        "POST",
        &path,
        Some(body),
        &[
            "id",
            "abnormal_flags{measure,level,usual_low,usual_high}",
            "early_warning{at_least,missing}",
        ],
    )
    .await;
    page.say("## A prescription that is refused");
    let body = json!({
        "encounter": encounter, "medication_item": stock.amoxicillin, "dosage": "500 mg", "frequency": "3 times a day",
        "duration": "7 days", "quantity": 21,
    });
    page.refused(
        &doctor,
        "POST",
        "prescriptions/",
        Some(body.clone()),
        &["code", "alerts{kind,severity,effect,source}"],
    )
    .await;
    page.say("Jane has taken it since, without harm. The reason is kept with the prescription.");
    let mut body = body;
    body["override_reason"] =
        json!("Tolerated amoxicillin in 2024; the rash in childhood was measles.");
    page.brief(
        &doctor,
        "POST",
        "prescriptions/",
        Some(body),
        &["id", "safety_outcome", "override_reason"],
    )
    .await;
    page.say("## A test");
    let test = first(&doctor, "lab_tests/catalog/?test_code=K").await;
    let body = json!({ "encounter": encounter, "items": [{ "lab_test_id": test }] });
    let order = page
        .brief(
            &doctor,
            "POST",
            "lab_orders/",
            Some(body),
            &["id", "status"],
        )
        .await
        .id();
    let item = doctor.get(&format!("lab_orders/{order}/")).await.json["items"][0]["id"].clone();
    page.say("## The result arrives by itself");
    page.say("The doctor's workplace holds a WebSocket open, `/ws/notifications/<user>/`. The laboratory enters a potassium of 7.1 mmol/L, and it hears:");
    let mut socket = open(world, &doctor).await;
    let lab = house.signed_in("fatou").await;
    let body = json!({ "results": [{ "lab_order_item": item, "parameter_name": "Potassium", "value_numeric": 7.1 }] });
    lab.put(&format!("lab_orders/{order}/add_results/"), body)
        .await
        .is(200);
    // The socket is the first node's.
    world.settle().await;
    let heard = hear_alert(&mut socket).await;
    let shown = ["event", "title", "priority"];
    let shown: Vec<&str> = shown
        .into_iter()
        .filter(|key| heard.get(key).is_some())
        .collect();
    page.show("json", &pretty(&picked(&heard, &shown)));
    page.brief(
        &doctor,
        "GET",
        "alerts/?unread=true",
        None,
        &["results{kind,severity,message}"],
    )
    .await;
    page.say("## Reviewed");
    let path = format!("lab_orders/{order}/review/");
    page.brief(
        &doctor,
        "POST",
        &path,
        Some(json!({})),
        &["status", "reviewed_at"],
    )
    .await;
    page.say("## Signed");
    let body = json!({ "diagnosis": "Pneumonia; hyperkalaemia", "diagnosis_code": "J18.9", "treatment_plan": "Calcium gluconate now, control in an hour." });
    page.brief(
        &doctor,
        "PATCH",
        &format!("encounters/{encounter}/"),
        Some(body),
        &["diagnosis_code"],
    )
    .await;
    let path = format!("encounters/{encounter}/sign/");
    page.brief(
        &doctor,
        "POST",
        &path,
        Some(json!({ "complete_appointment": true })),
        &["status", "signed_at"],
    )
    .await;
    page.say("From now on the encounter is final.");
    page.refused(
        &doctor,
        "PATCH",
        &format!("encounters/{encounter}/"),
        Some(json!({ "notes": "Something else" })),
        &["code"],
    )
    .await;
    page.say("## An addendum");
    let body = json!({ "text": "Control after an hour: 5.4 mmol/L." });
    page.brief(
        &doctor,
        "POST",
        &format!("encounters/{encounter}/addenda/"),
        Some(body),
        &["id", "text"],
    )
    .await;
    world.settle().await;
    page.finish("doctors-day.md");
}

type Socket = WebSocketStream<TcpStream>;

async fn open(world: &World, caller: &Caller) -> Socket {
    let address = world.listen().await;
    let stream = TcpStream::connect(address).await.unwrap();
    let url = format!("ws://{address}/ws/notifications/{}/", caller.id);
    let mut request = url.into_client_request().unwrap();
    let shown = format!("chelal, {}", caller.token.as_deref().unwrap());
    request.headers_mut().insert(
        "sec-websocket-protocol",
        HeaderValue::from_str(&shown).unwrap(),
    );
    client_async(request, stream).await.unwrap().0
}

/// The first alert among what the socket says.
async fn hear_alert(socket: &mut Socket) -> Json {
    let heard = tokio::time::timeout(Duration::from_secs(30), async {
        while let Some(Ok(message)) = socket.next().await {
            let Message::Text(text) = message else {
                continue;
            };
            let said: Json = serde_json::from_str(&text).unwrap();
            if said.to_string().contains("alert") {
                return said;
            }
        }
        panic!("the socket was closed")
    });
    heard.await.unwrap()
}
