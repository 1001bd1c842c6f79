//! What a person at the terminal asks for: reminders now, and a test of the providers.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use kernel::Phone;
use patients::country_code;
use platform::app::App;
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::texts::Text;
use platform::unit::{self, Opening};
use uuid::Uuid;

use super::appointment_notification::{Channel, MessageStatus, MessageType};
use super::outcome::Outcome;
use super::schedule::{follow, messages};
use super::{round, sms};

const NAME: &str = "send-appointment-reminders";

/// Reminds everybody whose appointment begins within so many hours and who was not reminded yet, and
/// sends whatever is due. Answers how many of these reminders stand how.
///
/// # Errors
/// When the database fails.
pub async fn remind(app: &Arc<App>, hours: u32) -> Result<BTreeMap<&'static str, usize>, Error> {
    let ids = unit::program(app, NAME, move |cx| {
        Box::pin(async move { expected(cx, hours).await })
    })
    .await?;
    let mut made_due = Vec::new();
    for id in &ids {
        let id = *id;
        made_due.extend(
            unit::program(app, NAME, move |cx| {
                Box::pin(async move { make_due(cx, id).await })
            })
            .await?,
        );
    }
    while round::round(app).await? > 0 {}
    unit::program(app, NAME, move |cx| {
        let (ids, made_due) = (ids.clone(), made_due.clone());
        Box::pin(async move {
            let mut counts = BTreeMap::new();
            for id in ids {
                for row in messages(cx, &[id]).await? {
                    if made_due.contains(&row.meta.id) {
                        *counts.entry(row.status.as_str()).or_default() += 1;
                    }
                }
            }
            Ok(counts)
        })
    })
    .await
}

async fn expected(cx: &mut Cx, hours: u32) -> Result<Vec<i64>, Error> {
    let until = cx.now() + SignedDuration::from_hours(i64::from(hours));
    let statement = Statement::raw(
        "SELECT id FROM appointment WHERE starts_at > $1 AND starts_at <= $2 AND voided_at IS NULL \
         AND status IN ('scheduled', 'pending') ORDER BY starts_at, id",
        vec![cx.now().to_value(), until.to_value()],
    );
    let found: Vec<(i64,)> = cx
        .unscoped("reminders are for everybody who is expected")
        .all(statement)
        .await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Makes one reminder for each channel due, unless the patient was reminded of this time that way.
async fn make_due(cx: &mut Cx, appointment: i64) -> Result<Vec<i64>, Error> {
    follow(cx, appointment).await?;
    let rows = messages(cx, &[appointment]).await?;
    let mut made = Vec::new();
    for channel in [Channel::Sms, Channel::Email] {
        let of = || {
            rows.iter().filter(move |row| {
                row.channel == channel && row.notification_type == MessageType::Reminder
            })
        };
        // Word of a change goes out by itself.
        let waiting = of()
            .filter(|row| row.status == MessageStatus::Pending && row.lead_hours >= 0)
            .max_by_key(|row| row.lead_hours);
        let Some(before) = waiting else { continue };
        let reminded = of().any(|row| {
            row.starts_at == before.starts_at
                && row.patient == before.patient
                && matches!(
                    row.status,
                    MessageStatus::Sent | MessageStatus::Sending | MessageStatus::Unknown
                )
        });
        if reminded {
            continue;
        }
        let mut row = before.clone();
        row.scheduled_for = row.scheduled_for.min(cx.now());
        row.next_attempt_at = Some(cx.now());
        cx.update(&mut row, before).await?;
        made.push(row.meta.id);
    }
    Ok(made)
}

/// Sends one SMS and one e-mail to the addresses in the settings, and says what came of each: the
/// channel, the address, and the outcome; `None` when the setting is empty.
///
/// # Errors
/// When the texts cannot be put together.
pub async fn test(app: &Arc<App>) -> Result<[(&'static str, Option<Outcome>); 2], Error> {
    let code = unit::read(app, &Opening::program("send-test-message"), |cx| {
        Box::pin(async move { Ok(country_code(cx)) })
    })
    .await?;
    let language = app.settings.language;
    let render = |key| app.texts.render(language, &Text::new(key));
    let sms = match &app.settings.test_patient_phone {
        None => None,
        Some(number) => Some(match Phone::parse(number, code) {
            Ok(phone) => sms::send(app, &phone, &render("message-test"), None).await,
            Err(error) => Outcome::Refused(error.to_string()),
        }),
    };
    let email = match &app.settings.test_patient_email {
        None => None,
        Some(mailbox) => {
            let id = format!("{}@chelal", Uuid::new_v4());
            let (subject, body) = (render("message-test-subject"), render("message-test"));
            let to = mailbox.email.to_string();
            Some(Outcome::of_mail(
                app.mailer.send(&to, &subject, &body, &id).await,
            ))
        }
    };
    Ok([("TEST_PATIENT_PHONE", sms), ("TEST_PATIENT_EMAIL", email)])
}
