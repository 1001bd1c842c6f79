//! Many messages, several workers, one of them killed: counted by the provider's counterpart.

use std::collections::BTreeMap;
use std::process::Child;
use std::time::{Duration, Instant};

use counterparts::wire::{Cut, State, Wire, server_of};
use counterparts::{Behaviour, Twilio};
use jiff::SignedDuration;
use messaging::delivery::appointment_notification::{
    AppointmentNotification, Channel, MessageStatus, MessageType,
};
use platform::cx::{Cx, select};
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::Meta;
use platform::seal::Sealed;
use platform::unit;
use scheduling::AppointmentStatus;
use scheduling::appointment::Appointment;
use serde_json::json;
use testkit::{Base, Installation, World};

const MESSAGES: usize = 1_000;

/// As many patients' appointments tomorrow, each with an SMS that is due.
async fn due(world: &World, desk: &testkit::Caller, doctor: i64, messages: usize) {
    let mut patients = Vec::new();
    for n in 0..20 {
        let body = json!({
            "first_name": format!("Awa{n}"), "last_name": "Bah", "date_of_birth": "1990-01-01", "gender": "Female",
            "contact_info": format!("78343{n:02}"), "contact_preference": "sms",
        });
        patients.push(desk.post("patients/", body).await.id());
    }
    unit::program(&world.app, "test", move |cx| {
        let patients = patients.clone();
        Box::pin(async move {
            for n in 0..messages {
                store(cx, patients[n % patients.len()], doctor, n).await?;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
}

async fn store(cx: &mut Cx, patient: i64, doctor: i64, n: usize) -> Result<(), Error> {
    let hours = i64::try_from(n / 20).unwrap_or_default();
    // The workers are processes of their own, with the real time of day.
    let now = kernel::Clock::system().now();
    let starts_at = now + SignedDuration::from_hours(24 + hours);
    let local = cx.app.zone.to_local(starts_at);
    let mut visit = Appointment {
        meta: Meta::unstored(),
        patient: Ref::new(patient),
        doctor: Ref::new(doctor),
        date: local.date(),
        time: local.time(),
        duration_minutes: 15,
        status: AppointmentStatus::Scheduled,
        reason: Sealed::new(Blank::default()),
        notes: Sealed::new(Blank::default()),
        overbooked: true,
        noted_afterwards: false,
        starts_at,
        ends_at: starts_at + SignedDuration::from_mins(15),
        queue_number: None,
        checked_in_at: None,
        started_at: None,
        completed_at: None,
        confirmed_at: None,
        left_at: None,
        cancel_reason: Sealed::new(Blank::default()),
        series: None,
        own_booking: false,
        taken_back: 0,
    };
    cx.insert(&mut visit).await?;
    let mut message = AppointmentNotification {
        meta: Meta::unstored(),
        appointment: Ref::new(visit.meta.id),
        patient: Ref::new(patient),
        notification_type: MessageType::Reminder,
        channel: Channel::Sms,
        status: MessageStatus::Pending,
        scheduled_for: now,
        sent_at: None,
        message: Sealed::new(Blank::default()),
        error_message: Sealed::new(Blank::default()),
        attempts: 0,
        next_attempt_at: Some(now),
        provider_message_id: None,
        lead_hours: 24,
        starts_at,
        claim: Blank::default(),
        lease_until: None,
        withdrawn: false,
        resends: 0,
        resent_at: None,
    };
    cx.insert(&mut message).await
}

fn worker(world: &World, twilio: &Twilio, database: &str, send_timeout: &str) -> Child {
    std::process::Command::new(env!("CARGO_BIN_EXE_chelal"))
        .arg("worker")
        .env_clear()
        .envs([
            ("DATABASE_URL", database),
            ("CHELAL_DATA_DIR", &world.dir().display().to_string()),
            ("CHELAL_MASTER_KEY", testkit::MASTER_KEY),
            ("CHELAL_PUBLIC_URL", "https://chelal.hospital.gm"),
            ("CHELAL_SEND_TIMEOUT_SECONDS", send_timeout),
            ("CHELAL_DB_POOL", "8"),
            ("CHELAL_LOG", "warn"),
            ("TWILIO_API_URL", &twilio.url),
            ("TWILIO_ACCOUNT_SID", Twilio::ACCOUNT),
            ("TWILIO_AUTH_TOKEN", Twilio::TOKEN),
            ("TWILIO_PHONE_NUMBER", Twilio::NUMBER),
        ])
        .current_dir(world.dir())
        .spawn()
        .unwrap()
}

async fn rows(world: &World) -> Vec<AppointmentNotification> {
    unit::program(&world.app, "test", |cx| {
        Box::pin(async move {
            let all = select::<AppointmentNotification>();
            cx.unscoped("a test looks at everything").records(all).await
        })
    })
    .await
    .unwrap()
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn each_of_a_thousand_is_sent_once_or_marked_by_three_workers_of_which_one_is_killed() {
    testkit::run(Base::Postgres, |world| {
        Box::pin(async move {
            let desk = world.receptionist().await;
            let doctor = world.doctor().await.id;
            due(world, &desk, doctor, MESSAGES).await;
            let twilio = Twilio::start().await;
            twilio
                .script
                .always(Behaviour::Slow(Duration::from_millis(30)));
            // A few of the usual troubles on the way.
            twilio
                .script
                .next(std::iter::repeat_n(Behaviour::Usual, 50));
            twilio.script.next([
                Behaviour::AcceptAndHangUp,
                Behaviour::HangUp,
                Behaviour::Silence,
                Behaviour::Garbage,
            ]);
            let database = world.database_url();
            let mut workers: Vec<Child> = (0..3)
                .map(|_| worker(world, &twilio, database, "2"))
                .collect();
            let patience = Instant::now() + Duration::from_secs(240);
            while twilio.sent().len() < MESSAGES / 2 {
                assert!(Instant::now() < patience, "{} sent", twilio.sent().len());
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            end(workers.remove(0));
            let settled = loop {
                let rows = rows(world).await;
                let open = |row: &&AppointmentNotification| {
                    matches!(row.status, MessageStatus::Pending | MessageStatus::Sending)
                };
                if !rows.iter().any(|row| open(&row)) {
                    break rows;
                }
                // The web side is not held up meanwhile.
                let asked = Instant::now();
                desk.get("appointments/?limit=5").await.is(200);
                assert!(asked.elapsed() < Duration::from_secs(5));
                assert!(Instant::now() < patience);
                tokio::time::sleep(Duration::from_millis(200)).await;
            };
            workers.into_iter().for_each(end);

            let mut counted: BTreeMap<String, usize> = BTreeMap::new();
            for sms in twilio.sent() {
                *counted.entry(sms.status_callback.unwrap()).or_default() += 1;
            }
            let most = counted.values().max().copied();
            assert_eq!(most, Some(1), "somebody was written to twice");
            let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
            for row in &settled {
                *statuses.entry(row.status.as_str()).or_default() += 1;
                let accepted = counted
                    .keys()
                    .any(|url| url.contains(&row.meta.uid.to_string()));
                match row.status {
                    MessageStatus::Sent => assert!(accepted, "{row:?}"),
                    MessageStatus::Unknown => {}
                    _ => panic!("{row:?}"),
                }
            }
            let unknown = statuses.get("unknown").copied().unwrap_or_default();
            assert!((4..=12).contains(&unknown), "{statuses:?}");
            assert_eq!(settled.len(), MESSAGES);
            assert_eq!(twilio.complaints(), Vec::<String>::new());
        })
    });
}

/// The provider has taken the messages when the database goes away, and comes back before the claim on them ends.
#[test]
fn what_a_provider_took_is_written_down_when_the_database_comes_back() {
    const TAKEN: usize = 8;
    const AWAY: Duration = Duration::from_secs(18);
    testkit::run(Base::Postgres, |world| {
        Box::pin(async move {
            let desk = world.receptionist().await;
            let doctor = world.doctor().await.id;
            due(world, &desk, doctor, TAKEN).await;
            let twilio = Twilio::start().await;
            let slowly = Behaviour::Slow(Duration::from_secs(1));
            twilio.script.next(std::iter::repeat_n(slowly, TAKEN));
            let wire = Wire::to(server_of(world.database_url())).await;
            // Twice eight seconds and ten: so long a claim holds.
            let worker = worker(world, &twilio, &wire.through(world.database_url()), "8");
            tokio::time::timeout(Duration::from_secs(60), twilio.script.reached())
                .await
                .unwrap();
            wire.set(State::Refusing);
            wire.cut(Cut::Reset);
            tokio::time::sleep(AWAY).await;
            assert_eq!(twilio.sent().len(), TAKEN);
            for row in rows(world).await {
                assert_eq!(row.status, MessageStatus::Sending, "{row:?}");
            }
            wire.set(State::Open);
            let patience = Instant::now() + Duration::from_secs(20);
            let settled = loop {
                let rows = rows(world).await;
                if rows.iter().all(|row| row.status != MessageStatus::Sending) {
                    break rows;
                }
                assert!(Instant::now() < patience, "{rows:?}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            };
            end(worker);
            for row in settled {
                assert_eq!(row.status, MessageStatus::Sent, "{row:?}");
            }
            assert_eq!(twilio.sent().len(), TAKEN, "somebody was written to twice");
        })
    });
}

/// What a person at the terminal asks for, with providers that answer and without any.
#[test]
fn commands_send_and_say_what_came_of_it() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let twilio = runtime.block_on(Twilio::start());
    let binary = env!("CARGO_BIN_EXE_chelal");
    let mut installation = Installation::new(Base::Sqlite, binary)
        .unwrap()
        .with_superuser();
    let said = |installation: &Installation, arguments: &[&str]| {
        let output = installation.run(arguments);
        (
            output.status.success(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    // Nothing set: nothing to send to.
    assert!(!said(&installation, &["send-test-message"]).0);
    installation.set("TEST_PATIENT_PHONE", "783 4351");
    let (well, text) = said(&installation, &["send-test-message"]);
    assert!(
        !well && text.contains("TEST_PATIENT_PHONE: not sent: no SMS provider is configured"),
        "{text}"
    );
    installation.set("TWILIO_API_URL", &twilio.url);
    installation.set("TWILIO_ACCOUNT_SID", Twilio::ACCOUNT);
    installation.set("TWILIO_AUTH_TOKEN", Twilio::TOKEN);
    installation.set("TWILIO_PHONE_NUMBER", Twilio::NUMBER);
    let (well, text) = said(&installation, &["send-test-message"]);
    assert!(
        well && text.contains("TEST_PATIENT_PHONE: accepted as SM"),
        "{text}"
    );
    assert!(text.contains("TEST_PATIENT_EMAIL: not set"), "{text}");
    assert_eq!(twilio.sent()[0].to, "+2207834351");

    let server = installation.serve_with(&["--no-worker"]);
    runtime.block_on(async {
        let admin = server.superuser().await;
        let doctor = json!({
            "username": "ceesay", "role": 2, "password": testkit::PASSWORD, "email": "ceesay@hospital.example",
        });
        let doctor = admin.post("users/", doctor).await.id();
        let patient = json!({
            "first_name": "Awa", "last_name": "Bah", "date_of_birth": "1990-01-01", "gender": "Female",
            "contact_info": "783 4351", "contact_preference": "sms",
        });
        let patient = admin.post("patients/", patient).await.id();
        // Banjul keeps UTC.
        let soon = kernel::Clock::system().now() + SignedDuration::from_hours(20);
        let soon = kernel::HospitalZone::new("UTC").unwrap().to_local(soon);
        let visit = json!({
            "patient": patient, "doctor": doctor, "date": soon.date().to_string(),
            "time": soon.time().to_string()[..5],
        });
        admin.post("appointments/", visit).await.is(201);
    });
    server.stop();
    let remind = ["send-appointment-reminders", "--hours", "10"];
    assert_eq!(
        said(&installation, &remind).1,
        "Nobody is to be reminded.\n"
    );
    let remind = ["send-appointment-reminders", "--hours", "24"];
    assert_eq!(said(&installation, &remind), (true, "sent: 1\n".to_owned()));
    assert_eq!(
        said(&installation, &remind).1,
        "Nobody is to be reminded.\n"
    );
    assert_eq!(twilio.sent().len(), 2);

    // A demonstration writes to nobody.
    installation.set("CHELAL_MESSAGES", "console");
    let (well, text) = said(&installation, &["send-test-message"]);
    assert!(well && text.contains("--- SMS to +2207834351"), "{text}");
    assert_eq!(twilio.sent().len(), 2);
}
