//! A hospital whose messages go to local counterparts of the providers.

use counterparts::{SendGrid, Twilio};
use jiff::SignedDuration;
use messaging::delivery::signature;
use serde_json::{Value as Json, json};
use testkit::{Caller, Node, Reply, World};

/// The day of the appointments.
pub(crate) const DAY: &str = "2026-11-26";
/// Where the hospital is reached from outside.
pub(crate) const OUTSIDE: &str = "https://chelal.hospital.gm";

/// The hospital, its providers, and a worker that knows them.
pub(crate) struct Post<'w> {
    pub(crate) world: &'w World,
    pub(crate) doctor: i64,
    pub(crate) twilio: Twilio,
    pub(crate) sendgrid: SendGrid,
    pub(crate) node: Node,
}

impl<'w> Post<'w> {
    pub(crate) async fn new(world: &'w World) -> Post<'w> {
        Post::with(world, &[]).await
    }

    pub(crate) async fn with(world: &'w World, further: &[(&str, &str)]) -> Post<'w> {
        let (twilio, sendgrid) = (Twilio::start().await, SendGrid::start().await);
        let node = node(world, &twilio, &sendgrid, further).await;
        Post {
            doctor: world.doctor().await.id,
            world,
            twilio,
            sendgrid,
            node,
        }
    }

    /// Somebody at the desk, signed in a moment ago: time passes faster here than tokens last.
    pub(crate) async fn desk(&self) -> Caller {
        self.world.receptionist().await
    }

    /// Registers Awa, with changes laid over.
    pub(crate) async fn awa(&self, change: Json) -> i64 {
        let mut body = json!({
            "first_name": "Awa", "last_name": "Bah", "date_of_birth": "1990-01-01", "gender": "Female",
            "contact_info": "783 4351", "email": "awa@example.org",
        });
        let change = change.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(change);
        self.desk().await.post("patients/", body).await.id()
    }

    /// Books an appointment on [`DAY`].
    pub(crate) async fn book(&self, patient: i64, time: &str) -> i64 {
        let body = json!({ "patient": patient, "doctor": self.doctor, "date": DAY, "time": time, "reason": "malaria" });
        let reply = self.desk().await.post("appointments/", body).await;
        reply.is(201);
        reply.id()
    }

    /// Lets time pass, and the worker work.
    pub(crate) async fn pass(&self, time: SignedDuration) {
        self.world.pass(time);
        self.node.settle().await;
    }

    /// The messages of an appointment, oldest first.
    pub(crate) async fn messages(&self, appointment: i64) -> Vec<Json> {
        self.node.settle().await;
        let path = format!("appointments/{appointment}/notifications/");
        let mut rows = self
            .desk()
            .await
            .get(&path)
            .await
            .is(200)
            .as_array()
            .unwrap()
            .clone();
        rows.reverse();
        rows
    }

    /// Kind, channel, status and time of the messages of an appointment, in this order.
    pub(crate) async fn told(&self, appointment: i64) -> Vec<String> {
        let text = |json: &Json| json.as_str().unwrap().to_owned();
        let rows = self.messages(appointment).await;
        let mut told: Vec<String> = rows
            .iter()
            .map(|row| {
                [
                    text(&row["notification_type"]),
                    text(&row["channel"]),
                    text(&row["status"]),
                    text(&row["scheduled_for"]),
                ]
                .join(" ")
            })
            .collect();
        told.sort();
        told
    }
}

/// An application that knows the providers.
pub(crate) async fn node(
    world: &World,
    twilio: &Twilio,
    sendgrid: &SendGrid,
    further: &[(&str, &str)],
) -> Node {
    let mut settings = vec![
        ("CHELAL_PUBLIC_URL", OUTSIDE),
        ("CHELAL_SEND_TIMEOUT_SECONDS", "1"),
        ("TWILIO_API_URL", twilio.url.as_str()),
        ("TWILIO_ACCOUNT_SID", Twilio::ACCOUNT),
        ("TWILIO_AUTH_TOKEN", Twilio::TOKEN),
        ("TWILIO_PHONE_NUMBER", Twilio::NUMBER),
        ("SENDGRID_API_URL", sendgrid.url.as_str()),
        ("SENDGRID_API_KEY", SendGrid::KEY),
        (
            "DEFAULT_FROM_EMAIL",
            "Royal Hospital <no-reply@hospital.gm>",
        ),
    ];
    settings.retain(|(name, _)| further.iter().all(|(other, _)| other != name));
    settings.extend(further);
    world.node(&settings).await
}

pub(crate) fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// A signed form, as Twilio sends it.
pub(crate) async fn signed(to: &Caller, path: &str, token: &str, fields: &[(&str, &str)]) -> Reply {
    let fields: Vec<(String, String)> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let signature = signature::sign(token, &format!("{OUTSIDE}{path}"), &fields);
    let body = serde_urlencoded::to_string(&fields).unwrap();
    to.request("POST", path)
        .header("x-twilio-signature", &signature)
        .raw("application/x-www-form-urlencoded", body.into_bytes())
        .send()
        .await
}

/// Where Twilio passes answers on.
pub(crate) const INBOUND: &str = "/api/messaging/twilio/inbound/";
