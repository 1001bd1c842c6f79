//! A call in two real browsers.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{Base, Browser, Page};

use crate::{Practice, end, letter_of, link, path_of};

/// Whether pictures of the other side were decoded.
const SEES: &str = "callStatistics().then(all => all.some(one => one.type === 'inbound-rtp' && one.kind === 'video' \
    && one.framesDecoded > 0))";

/// Whether sound of the other side came.
const HEARS: &str = "callStatistics().then(all => all.some(one => one.type === 'inbound-rtp' && one.kind === 'audio' \
    && one.packetsReceived > 0))";

async fn is(page: &Page, state: &str) {
    page.until(&format!(
        "document.getElementById('call').dataset.state === '{state}'"
    ))
    .await;
}

async fn write(page: &Page, text: &str) {
    page.fill("#text", text).await;
    page.press("Enter").await;
}

#[test]
fn two_browsers_see_and_hear_each_other() {
    testkit::run(Base::Sqlite, |world| {
        Box::pin(async move {
            let Some(browser) = Browser::start().await else {
                return;
            };
            let practice = Practice::new(world).await;
            let id = practice.session().await;
            let address = world.listen().await;
            let at = |url: &str| format!("http://{address}{}", path_of(url));

            // Given the patient, who waits.
            let patients = link(&practice.patient, id, "patient").await;
            let patient = browser.page(&at(&patients)).await;
            patient.click("#join").await;
            is(&patient, "waiting").await;
            assert!(
                patient
                    .text()
                    .await
                    .contains("The call begins when the doctor joins")
            );

            // When the doctor joins, then both see and hear each other.
            let doctor = browser
                .page(&at(&link(&practice.doctor, id, "doctor").await))
                .await;
            doctor.click("#join").await;
            for page in [&doctor, &patient] {
                is(page, "talking").await;
                page.until(SEES).await;
                page.until(HEARS).await;
            }
            write(&doctor, "Where does it hurt?").await;
            patient
                .until("document.body.innerText.includes('Where does it hurt?')")
                .await;
            write(&patient, "<b>Here</b>").await;
            doctor
                .until("document.body.innerText.includes('<b>Here</b>')")
                .await;

            // A third is refused: with an altered link, and with an account of their own.
            let letter = letter_of(&patients);
            let stranger = browser
                .page(&at(&patients.replace(&letter, &letter.to_lowercase())))
                .await;
            stranger.until("document.getElementById('status')").await;
            assert!(stranger.text().await.contains("This link is not valid"));
            let room = patient
                .run("document.getElementById('call').dataset.room")
                .await;
            let nurse = world.nurse().await;
            let knock = format!(
                "new Promise(done => {{ const socket = new WebSocket('ws://{address}/ws/telemedicine/{}/', ['chelal', '{}']); \
                 socket.onopen = () => done('inside'); socket.onclose = () => done('refused'); }})",
                room.as_str().unwrap(),
                nurse.token.as_deref().unwrap(),
            );
            // The stranger's page has no right to open sockets; the patient's own may.
            assert_eq!(patient.run(&knock).await, "refused");
            for page in [&doctor, &patient] {
                is(page, "talking").await;
            }

            // A revoked session is out at once.
            let began = Instant::now();
            practice.patient.post("auth/logout/", json!({})).await;
            is(&patient, "refused").await;
            assert!(
                began.elapsed() < Duration::from_secs(1),
                "{:?}",
                began.elapsed()
            );
            is(&doctor, "left").await;

            // Handed another link, the patient comes again, and the doctor's cancellation ends it.
            patient
                .open(&at(&link(&practice.desk, id, "patient").await))
                .await;
            patient.click("#join").await;
            for page in [&doctor, &patient] {
                is(page, "talking").await;
                page.until(SEES).await;
            }
            practice
                .doctor
                .post(&format!("{}cancel/", practice.at()), json!({}))
                .await
                .is(200);
            world.settle().await;
            for page in [&doctor, &patient] {
                is(page, "over").await;
            }
            practice.doctor.post(&end(id), json!({})).await.is(200);
            assert_eq!(doctor.complaints(), Vec::<String>::new());
        })
    });
}
