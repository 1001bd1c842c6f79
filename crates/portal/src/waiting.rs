//! Tells a patient by e-mail or text message that a message waits in the portal: not what it says, nor who wrote it.
//!
//! Contact data, preference, consent and STOP are asked when it is sent. Of several messages that wait together only
//! the first is told: whoever signs in sees the others.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use messaging::delivery::word::Word;
use messaging::delivery::{Address, whereabouts};
use platform::app::App;
use platform::cx::{Cx, values};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::jobs::{Job, JobInfo, Run, enqueue};
use platform::serde_json::{Value as Json, json};
use platform::texts::Text;
use platform::unit::{self, Opening};
use uuid::Uuid;

use crate::message::SecureMessage;

const KIND: &str = "portal:message-waits";
const WORD: Word = Word {
    called: "that a message waits",
    subject: "portal-waits-subject",
    email: "portal-waits-email",
    sms: "portal-waits-sms",
    rather_twice: false,
};
/// As long as one that was told still waits, others are not told.
const QUIET: SignedDuration = SignedDuration::from_hours(24);

/// Sends the word for some hours; then the message waits all the same.
pub(crate) const JOB: JobInfo = JobInfo {
    kind: KIND,
    run: Run::Outside(send),
    attempts: 8,
    every: None,
};

/// Has the patient told of a message, unless one that they were told of still waits.
pub(crate) async fn tell(cx: &mut Cx, row: &SecureMessage) -> Result<(), Error> {
    let Some(patient) = row.patient.map(|patient| patient.get()) else {
        return Ok(());
    };
    let sql = "SELECT id FROM secure_message WHERE patient = $1 AND direction = 'to_patient' AND NOT is_read \
               AND id < $2 AND sent_at > $3 LIMIT 1";
    let values = vec![
        patient.to_value(),
        row.meta.id.to_value(),
        (row.sent_at - QUIET).to_value(),
    ];
    let waiting: Option<(i64,)> = cx
        .unscoped("the program tells whom it concerns")
        .optional(Statement::raw(sql, values))
        .await?;
    if waiting.is_some() {
        return Ok(());
    }
    let payload = json!({ "message": row.meta.id, "id": Uuid::now_v7() });
    enqueue(cx, vec![Job::now(KIND, payload)])
}

fn send(app: Arc<App>, payload: Json) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let message = payload["message"].as_i64().unwrap_or_default();
        let opening = Opening::program(KIND);
        let found = unit::read(&app, &opening, move |cx| {
            Box::pin(async move { whereto(cx, message).await })
        });
        let Some((language, address)) = found.await? else {
            return Ok(());
        };
        let render = |key| {
            let link = app.settings.public_url();
            let mut text = Text::new(key).with("link", link);
            if let Some(hospital) = &app.settings.hospital_name {
                text = text.with("hospital", hospital);
            }
            app.texts.render(language, &text)
        };
        let id = payload["id"].as_str().unwrap_or_default();
        WORD.send(&app, &address, id, render).await
    })
}

/// Where the word goes and in what language, as long as the message is new to the patient.
async fn whereto(cx: &mut Cx, message: i64) -> Result<Option<(&'static str, Address)>, Error> {
    let found: Option<(i64,)> = cx
        .unscoped("the program tells whom it concerns")
        .optional(Statement::raw(
            "SELECT patient FROM secure_message WHERE id = $1 AND NOT is_read AND patient IS NOT NULL",
            values([&message]),
        ))
        .await?;
    let Some((patient,)) = found else {
        return Ok(None);
    };
    let found = whereabouts(cx, patient).await?;
    Ok(found.map(|(patient, address)| (patient.preferred_language.as_str(), address)))
}
