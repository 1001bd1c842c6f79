//! Sends what is due: claims a few rows in one unit of work, hands them over without holding anything,
//! and writes down what came of each in another.
//!
//! What a row says between the two is `sending`, under a claim that ends. A worker that dies in between
//! leaves a row of which nobody knows whether it was sent: the next worker makes it `unknown`, and a
//! person decides. So nobody is written to twice, see `docs/decisions/0008-sending-once.md`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use platform::app::App;
use platform::audit::{Action, AuditEntry};
use platform::cx::{Cx, column, select};
use platform::db::{DbError, Dialect, Statement, ToValue};
use platform::error::Error;
use platform::field::{Blank, Line};
use platform::record::Record;
use platform::seal::Sealed;
use platform::unit;
use scheduling::appointment::Appointment;
use scheduling::state::AppointmentStatus;
use sea_query::{Alias, Expr, ExprTrait, LockBehavior, LockType, Order, Query};
use uuid::Uuid;

use super::appointment_notification::{
    AppointmentNotification, Channel, MessageStatus, MessageType,
};
use super::audience::{self, Address};
use super::opt_out::{self, Wish};
use super::outcome::{self, Outcome};
use super::plan::{self, FOLLOWUP_WITHIN};
use super::schedule::{appointment, cancel, is_expected, last_told, read_messages};
use super::wording::{self, About, Words};
use super::{callback, sms};

/// Rows claimed and sent at the same time: what a worker that dies leaves in doubt.
const AT_ONCE: u64 = 8;
/// After so long a message that cannot be read is looked at again.
const PUT_OFF: SignedDuration = SignedDuration::from_hours(1);
/// So long the news of a change has until a message that it concerns is looked at again.
const NEWS: SignedDuration = SignedDuration::from_mins(1);
const NAME: &str = "messages to patients";
const WHY: &str = "the queue of messages belongs to the program";

/// A message on its way.
struct Parcel {
    id: i64,
    uid: Uuid,
    claim: String,
    lease_until: Timestamp,
    to: Address,
    words: Words,
}

/// Does one round; answers how many rows were dealt with.
pub(super) async fn round(app: &Arc<App>) -> Result<usize, Error> {
    // Most often nothing is due, and nobody is kept from writing for that.
    if !anything_due(app).await? {
        return Ok(0);
    }
    let (dealt_with, parcels) =
        unit::program(app, NAME, |cx| Box::pin(async move { claim(cx).await })).await?;
    let sending = parcels.into_iter().map(|parcel| {
        let app = app.clone();
        async move {
            let outcome = hand_over(&app, &parcel).await;
            write_down(&app, &parcel, outcome).await;
        }
    });
    futures_util::future::join_all(sending).await;
    Ok(dealt_with)
}

/// How long a claim holds: twice what a provider may take, since an e-mail takes two steps, and time to
/// claim and to write down.
fn lease(app: &App) -> SignedDuration {
    let timeout = SignedDuration::try_from(app.settings.send_timeout).unwrap_or_default();
    timeout * 2 + SignedDuration::from_secs(10)
}

async fn anything_due(app: &Arc<App>) -> Result<bool, Error> {
    let now = app.clock.now().to_value();
    let statement = Statement::raw(
        "SELECT id FROM appointment_notification WHERE status = 'pending' AND next_attempt_at <= $1 \
         UNION ALL SELECT id FROM appointment_notification WHERE status = 'sending' AND lease_until <= $1 \
         LIMIT 1",
        vec![now],
    );
    let found: Option<(i64,)> = app
        .unguarded("whether a message is due is asked without a transaction")
        .optional(statement)
        .await?;
    Ok(found.is_some())
}

/// Takes what is due, as it is now: what is not to be sent any more is settled here.
async fn claim(cx: &mut Cx) -> Result<(usize, Vec<Parcel>), Error> {
    let lost = due(cx, MessageStatus::Sending, "lease_until").await?;
    for before in &lost {
        let mut row = before.clone();
        row.status = MessageStatus::Unknown;
        row.lease_until = None;
        let text = "the worker stopped while it was sending; it may have been sent";
        row.error_message = Sealed::new(Blank::cut(text));
        cx.update(&mut row, before).await?;
    }
    let waiting = due(cx, MessageStatus::Pending, "next_attempt_at").await?;
    let mut parcels = Vec::new();
    for before in &waiting {
        let mut row = before.clone();
        let readiness = match ready(cx, &row).await {
            // The patient's record, or the visit's, waits for somebody to mend it; the others do not.
            Err(Error::Db(DbError::Damaged(damage))) => {
                cx.found_damaged(damage)?;
                Ready::Later(cx.now() + PUT_OFF, row.starts_at)
            }
            ready => ready?,
        };
        match readiness {
            Ready::Send(to, words, starts_at) => {
                let lease_until = cx.now() + lease(&cx.app);
                let claim = Uuid::new_v4().to_string();
                row.status = MessageStatus::Sending;
                // What the patient is told of now: news of a change that comes after finds it told.
                row.starts_at = starts_at;
                row.attempts += 1;
                row.next_attempt_at = None;
                row.lease_until = Some(lease_until);
                row.claim = Blank::cut(&claim);
                row.message = Sealed::new(Blank::cut(&words.shown));
                parcels.push(Parcel {
                    id: row.meta.id,
                    uid: row.meta.uid,
                    claim,
                    lease_until,
                    to,
                    words,
                });
            }
            Ready::Later(at, starts_at) => {
                row.scheduled_for = at;
                row.next_attempt_at = Some(at);
                row.starts_at = starts_at;
            }
            Ready::Never(why) => cancel(&mut row, why),
        }
        cx.update(&mut row, before).await?;
    }
    Ok((lost.len() + waiting.len(), parcels))
}

/// Rows of a status whose time has come, locked; rows that another worker holds are left to it.
async fn due(
    cx: &mut Cx,
    status: MessageStatus,
    since: &'static str,
) -> Result<Vec<AppointmentNotification>, Error> {
    let table = AppointmentNotification::TABLE;
    let mut query = select::<AppointmentNotification>();
    query
        .and_where(column(table, "status").eq(status.as_str()))
        .and_where(column(table, since).lte(cx.now().to_value()))
        .order_by((Alias::new(table), Alias::new(since)), Order::Asc)
        .order_by((Alias::new(table), Alias::new("id")), Order::Asc)
        .limit(AT_ONCE);
    if cx.dialect() == Dialect::Postgres {
        query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let known = cx.damaged().len();
    let rows = cx.unscoped(WHY).readable(query).await?;
    put_damaged_off(cx, since, known).await?;
    Ok(rows)
}

/// Messages that cannot be read, found after so many others, are looked at again later: they do not stand before the rest.
async fn put_damaged_off(cx: &mut Cx, since: &'static str, known: usize) -> Result<(), Error> {
    let table = AppointmentNotification::TABLE;
    let found = cx.damaged().iter().skip(known);
    let ids: Vec<i64> = found.map(|damage| damage.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut update = Query::update();
    update
        .table(Alias::new(table))
        .value(
            Alias::new(since),
            Expr::val((cx.now() + PUT_OFF).to_value()),
        )
        .and_where(Expr::col(Alias::new("id")).is_in(ids.clone()));
    let update = Statement::build(cx.dialect(), &update);
    cx.unscoped(WHY).execute(update).await?;
    for id in ids {
        let entry = AuditEntry::new(Action::Edit, AppointmentNotification::NAME, Some(id));
        cx.audit(entry.saying("cannot be read; put off"));
    }
    Ok(())
}

/// What is to be done with a row whose time has come.
enum Ready {
    /// To whom, what, and of which start.
    Send(Address, Words, Timestamp),
    /// When, and before which start.
    Later(Timestamp, Timestamp),
    Never(&'static str),
}

/// The appointment may have changed since, and the patient may not want to be written to any more.
async fn ready(cx: &mut Cx, row: &AppointmentNotification) -> Result<Ready, Error> {
    let visit = appointment(cx, row.appointment.get(), false).await?;
    let of_patient = visit.as_ref().filter(|visit| visit.patient == row.patient);
    let (otherwise, starts_at) = match (About::of(row), &visit, of_patient) {
        // What does not take place is the time that they know, whatever became of the visit.
        (About::Cancelled, _, visit) => (not_off(cx, row, visit), row.starts_at),
        (_, None, _) => return Ok(Ready::Never("the appointment was removed")),
        (_, _, None) => return Ok(Ready::Never("the appointment is another patient's now")),
        (_, _, Some(visit)) => (contradiction(cx, row, visit).await?, visit.starts_at),
    };
    if let Some(otherwise) = otherwise {
        return Ok(otherwise);
    }
    let Some(patient) = audience::patient(cx, row.patient.get()).await? else {
        return Ok(Ready::Never("there is no such patient any more"));
    };
    match audience::address(cx, &patient, row.channel).await? {
        Err(not) => Ok(Ready::Never(not.words())),
        Ok(to) => {
            let about_visit = (row.appointment.get(), starts_at);
            let about = About::of(row);
            let words = wording::words(&cx.app, &patient, about, row.channel, about_visit);
            Ok(Ready::Send(to, words, starts_at))
        }
    }
}

/// Why the patient is not told that the appointment does not take place.
fn not_off(cx: &Cx, row: &AppointmentNotification, visit: Option<&Appointment>) -> Option<Ready> {
    if visit.is_some_and(|visit| visit.status != AppointmentStatus::Cancelled) {
        return Some(Ready::Never("the appointment stands again"));
    }
    let over = row.starts_at <= cx.now();
    over.then_some(Ready::Never("the appointment would be over"))
}

/// Why another message does not fit the patient's appointment any more.
async fn contradiction(
    cx: &mut Cx,
    row: &AppointmentNotification,
    visit: &Appointment,
) -> Result<Option<Ready>, Error> {
    Ok(match row.notification_type {
        MessageType::Reminder if !is_expected(visit.status) => {
            Some(Ready::Never("the patient is not expected any more"))
        }
        MessageType::Reminder if visit.starts_at <= cx.now() => {
            Some(Ready::Never("the appointment has begun"))
        }
        MessageType::Reminder if visit.starts_at != row.starts_at => moved(cx, row, visit).await?,
        MessageType::Followup if visit.status != AppointmentStatus::Completed => {
            Some(Ready::Never("the appointment was not completed"))
        }
        _ => None,
    })
}

/// What becomes of a message whose appointment was moved a moment ago, while the news of it is on its way.
async fn moved(
    cx: &mut Cx,
    row: &AppointmentNotification,
    visit: &Appointment,
) -> Result<Option<Ready>, Error> {
    let rows = read_messages(cx, row.appointment.get()).await?;
    let told = last_told(rows.iter().filter(|told| told.patient == row.patient));
    Ok(match told {
        // Word of a move says the time as it is now.
        Some(told) if row.lead_hours == plan::MOVED && told.starts_at != visit.starts_at => None,
        // Whether they are to be told of a move, or of nothing since they know, the news settles.
        Some(_) => Some(Ready::Later(cx.now() + NEWS, row.starts_at)),
        None => {
            let hours = u16::try_from(row.lead_hours).unwrap_or_default();
            let at = plan::remind_at(&cx.app.zone, visit.starts_at, hours);
            (at > cx.now()).then_some(Ready::Later(at, visit.starts_at))
        }
    })
}

/// Gives a message to its provider. Holds no transaction and no lock.
async fn hand_over(app: &App, parcel: &Parcel) -> Outcome {
    let timeout = SignedDuration::try_from(app.settings.send_timeout).unwrap_or_default();
    if app.clock.now() + timeout > parcel.lease_until {
        // This process was put to sleep: somebody else may already have given the row up.
        return Outcome::Later("the worker was too slow".to_owned(), None);
    }
    match &parcel.to {
        Address::Phone(phone) => {
            let callback = callback::url(&app.settings.public_url(), parcel.uid);
            sms::send(app, phone, &parcel.words.body, callback.as_deref()).await
        }
        Address::Email(email) => {
            // The same for each attempt, so that mail systems can tell a repetition.
            let message_id = format!("{}@chelal", parcel.uid);
            let (subject, body) = (&parcel.words.subject, &parcel.words.body);
            let sent = app
                .mailer
                .send(email.as_str(), subject, body, &message_id)
                .await;
            Outcome::of_mail(sent)
        }
    }
}

/// Writes down what came of it, again until its claim ends if the database is away: the row becomes `unknown`
/// only then.
async fn write_down(app: &Arc<App>, parcel: &Parcel, outcome: Outcome) {
    // The claim of a test whose clock stands still ends, too.
    let claimed = lease(app).unsigned_abs();
    let until = Instant::now() + claimed;
    let mut wait = Duration::from_millis(250);
    loop {
        let Err(error) = record(app, parcel, &outcome).await else {
            return;
        };
        platform::outage::log("what came of a message could not be written down", &error);
        if app.clock.now() >= parcel.lease_until || Instant::now() >= until {
            tracing::error!(
                message = parcel.id,
                "whether a message was sent stays unknown: the database was away until its claim ended"
            );
            return;
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(2));
    }
}

async fn record(app: &Arc<App>, parcel: &Parcel, outcome: &Outcome) -> Result<(), Error> {
    let (id, claim) = (parcel.id, parcel.claim.clone());
    let (outcome, to) = (outcome.clone(), parcel.to.clone());
    let jitter: f64 = rand::random();
    unit::program(app, NAME, move |cx| {
        let (claim, outcome, to) = (claim.clone(), outcome.clone(), to.clone());
        Box::pin(async move {
            if let Address::Phone(phone) = &to
                && sms::is_unsubscribed(&outcome)
            {
                opt_out::note(cx, phone, Wish::Out).await?;
            }
            let before: AppointmentNotification = cx.hold(id).await?;
            let mine = *before.claim == *claim;
            let open = matches!(
                before.status,
                MessageStatus::Sending | MessageStatus::Unknown
            );
            // The provider's own word may have come before ours, or a person has decided.
            if !mine || !open {
                return Ok(());
            }
            let mut row = before.clone();
            let useless_after = useless_after(&row);
            let said = outcome::settle(outcome, row.attempts, cx.now(), useless_after, jitter);
            row.status = said.status;
            row.next_attempt_at = said.next_attempt_at;
            row.lease_until = None;
            row.sent_at = said.sent_at;
            row.provider_message_id = said.provider_message_id.map(|id| Line::cut(&id));
            row.error_message = Sealed::new(Blank::cut(&said.error_message));
            cx.update(&mut row, &before).await
        })
    })
    .await
}

/// From when on nobody needs the message.
fn useless_after(row: &AppointmentNotification) -> Timestamp {
    match (row.notification_type, row.channel) {
        (MessageType::Reminder, Channel::Sms | Channel::Email) => row.starts_at,
        (MessageType::Followup, _) => row.scheduled_for + FOLLOWUP_WITHIN,
    }
}
