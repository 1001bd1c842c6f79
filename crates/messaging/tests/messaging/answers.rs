//! What patients answer to a reminder: by text message, and behind the links of an e-mail.

use crate::common::{INBOUND, OUTSIDE, Post, hours, signed};
use counterparts::Twilio;
use jiff::SignedDuration;
use kernel::BuiltinRole;
use serde_json::{Value as Json, json};
use testkit::{Caller, Reply, World};
use tokio::task::JoinSet;

/// What somebody with Awa's number writes.
async fn writes(post: &Post<'_>, text: &str, sid: &str) -> String {
    let form = [
        ("From", "+2207834351"),
        ("To", Twilio::NUMBER),
        ("Body", text),
        ("MessageSid", sid),
    ];
    let outside = post.node.anonymous();
    let reply = signed(&outside, INBOUND, Twilio::TOKEN, &form).await;
    reply.is(200);
    reply.text()
}

async fn visit(post: &Post<'_>, visit: i64) -> Json {
    let path = format!("appointments/{visit}/");
    post.desk().await.get(&path).await.is(200).clone()
}

/// The paths of the links of the last e-mail: to confirm, and to cancel.
fn links(post: &Post<'_>) -> (String, String) {
    let mail = post.sendgrid.sent().last().unwrap().text.clone();
    let mut found = mail
        .split_whitespace()
        .filter_map(|word| word.strip_prefix(OUTSIDE))
        .map(str::to_owned);
    (found.next().unwrap(), found.next().unwrap())
}

async fn press(outside: &Caller, path: &str) -> Reply {
    let form = "application/x-www-form-urlencoded";
    outside
        .request("POST", path)
        .raw(form, Vec::new())
        .send()
        .await
}

/// The doctor of the appointments, signed in a moment ago.
async fn doctor(world: &World, id: i64) -> Caller {
    let admin = world.admin().await;
    let row = admin.get(&format!("users/{id}/")).await.is(200).clone();
    let username = row["username"].as_str().unwrap();
    world.sign_in(username, testkit::PASSWORD).await
}

/// What staff was told, the newest first.
async fn told(post: &Post<'_>, who: &Caller) -> Vec<String> {
    post.node.settle().await;
    let rows = who.get("notifications/").await.is(200).clone();
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["message"].as_str().unwrap().to_owned())
        .collect()
}

/// Somebody waits, a visit on the day of the appointments is cancelled, and its time is offered; the entry of the list.
async fn offered(post: &Post<'_>, patient: i64) -> i64 {
    let desk = post.desk().await;
    let entry = json!({ "patient": patient, "doctor": post.doctor });
    let entry = desk.post("waiting-list/", entry).await.id();
    let other = post
        .awa(json!({ "first_name": "Coumba", "contact_info": "", "email": "" }))
        .await;
    let booked = post.book(other, "10:00").await;
    let cancel = format!("appointments/{booked}/cancel/");
    desk.post(&cancel, json!({})).await.is(200);
    post.node.settle().await;
    entry
}

testkit::on_both! {
    async fn a_word_confirms_another_cancels_in_every_language(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "email": "" })).await;
        let first = post.book(awa, "10:00").await;
        post.pass(hours(50)).await;
        assert_eq!(writes(&post, "OUI", "SM1").await.matches("Thank you. We expect you on Thursday 26 November 2026 at 10:00.").count(), 1);
        let row = visit(&post, first).await;
        assert_eq!((&row["status"], row["confirmed_at"].is_string()), (&json!("scheduled"), true));
        // Saying it again is answered by nothing and changes nothing.
        assert!(!writes(&post, "1", "SM2").await.contains("<Message>"));
        assert_eq!(visit(&post, first).await["version"], row["version"]);
        assert!(writes(&post, "hapana", "SM3").await.contains("is cancelled"));
        assert_eq!(visit(&post, first).await["status"], "cancelled");
        assert!(writes(&post, "yes", "SM4").await.contains("cannot be confirmed or cancelled"));
        post.node.settle().await;
    }

    async fn anything_else_reaches_the_front_desk_once(world: &World) {
        let post = Post::new(world).await;
        world.user("isatou", Some(BuiltinRole::Receptionist)).await;
        let awa = post.awa(json!({ "email": "" })).await;
        let booked = post.book(awa, "10:00").await;
        post.pass(hours(50)).await;
        let question = "Can I come on <Friday> & bring my son?";
        assert!(writes(&post, question, "SM1").await.contains("passed on to the front desk"));
        // The provider hands it over again.
        assert!(!writes(&post, question, "SM1").await.contains("<Message>"));
        let desk = world.sign_in("isatou", testkit::PASSWORD).await;
        let told = told(&post, &desk).await;
        assert_eq!(told.iter().filter(|text| text.contains(question)).count(), 1, "{told:?}");
        assert!(told[0].starts_with("SMS from Awa Bah: "), "{told:?}");
        assert_eq!(visit(&post, booked).await["status"], "scheduled");
    }

    async fn where_it_is_not_clear_which_visit_is_meant_people_decide(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "email": "" })).await;
        let son = post.awa(json!({ "email": "", "first_name": "Lamin" })).await;
        let visits = [post.book(awa, "10:00").await, post.book(son, "11:00").await];
        post.pass(hours(51)).await;
        assert!(writes(&post, "2", "SM1").await.contains("passed on"));
        for booked in visits {
            assert_eq!(visit(&post, booked).await["status"], "scheduled");
        }
        // Nobody knows this number, and nobody signed that.
        let outside = post.node.anonymous();
        let form = [("From", "+2207000000"), ("Body", "1"), ("MessageSid", "SM2")];
        assert!(signed(&outside, INBOUND, Twilio::TOKEN, &form).await.text().contains("passed on"));
        signed(&outside, INBOUND, "another token", &form).await.is(401);
    }

    async fn a_link_shows_a_page_and_its_button_acts(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "contact_info": "", "preferred_language": "fr" })).await;
        let booked = post.book(awa, "10:00").await;
        post.pass(hours(50)).await;
        let (confirm, cancel) = links(&post);
        let outside = post.node.anonymous();
        // Whatever opens links by itself changes nothing.
        let version = visit(&post, booked).await["version"].clone();
        for path in [&confirm, &cancel, &confirm] {
            let page = outside.get(path).await;
            page.is(200);
            assert!(page.header("content-type").starts_with("text/html"));
            assert_eq!(page.text().matches("<button>").count(), 1, "{}", page.text());
            assert!(!page.text().contains("Awa") && !page.text().contains("malaria"));
        }
        assert_eq!(visit(&post, booked).await["version"], version);
        assert!(press(&outside, &confirm).await.text().contains("Merci. Nous vous attendons le jeudi 26 novembre 2026"));
        assert!(visit(&post, booked).await["confirmed_at"].is_string());
        press(&outside, &confirm).await.is(200);
        press(&outside, &cancel).await.is(200);
        assert_eq!(visit(&post, booked).await["status"], "cancelled");
        press(&outside, &confirm).await.is(409);
        // Staff who read what was sent cannot answer for the patient.
        let sent = post.messages(booked).await;
        assert!(sent.iter().all(|row| !row["message"].as_str().unwrap().contains("/visits/")), "{sent:?}");
        post.node.settle().await;
    }

    async fn a_link_that_was_changed_or_outlived_its_time_leads_nowhere(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "contact_info": "" })).await;
        let booked = post.book(awa, "10:00").await;
        let other = post.book(post.awa(json!({ "contact_info": "", "email": "" })).await, "12:00").await;
        post.pass(hours(50)).await;
        let (confirm, cancel) = links(&post);
        let outside = post.node.anonymous();
        let turned = confirm.replace("-confirm-", "-cancel-");
        let others = cancel.replace(&format!("/{booked}-"), &format!("/{other}-"));
        for path in [turned.as_str(), &others, "/api/visits/answer/x/", "/api/visits/answer/1-2-3-cancel-/"] {
            outside.get(path).await.is(404);
            press(&outside, path).await.is(404);
        }
        // The time is given to somebody else, who is not answered for by whom it was taken from.
        let desk = post.desk().await;
        let binta = post.awa(json!({ "first_name": "Binta", "contact_info": "", "email": "" })).await;
        desk.patch(&format!("appointments/{booked}/"), json!({ "patient": binta })).await.is(200);
        for path in [&confirm, &cancel] {
            press(&outside, path).await.is(404);
        }
        desk.patch(&format!("appointments/{booked}/"), json!({ "patient": awa })).await.is(200);
        outside.get(&cancel).await.is(200);
        desk.patch(&format!("appointments/{booked}/"), json!({ "time": "11:00" })).await.is(200);
        press(&outside, &cancel).await.is(404);
        for id in [booked, other] {
            assert_eq!(visit(&post, id).await["status"], "scheduled");
        }
        post.node.settle().await;
    }

    async fn a_link_that_was_used_does_not_cancel_again_what_the_desk_took_back(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "contact_info": "" })).await;
        let booked = post.book(awa, "10:00").await;
        post.pass(hours(50)).await;
        let (confirm, cancel) = links(&post);
        let outside = post.node.anonymous();
        press(&outside, &cancel).await.is(200);
        press(&outside, &cancel).await.is(200);
        // Given a patient who calls that they come after all.
        let path = format!("appointments/{booked}/");
        post.desk().await.patch(&path, json!({ "status": "scheduled" })).await.is(200);
        post.node.settle().await;
        outside.get(&cancel).await.is(404);
        press(&outside, &cancel).await.is(404);
        assert_eq!(visit(&post, booked).await["status"], "scheduled");
        // What was not said yet may be said.
        press(&outside, &confirm).await.is(200);
        // Whoever is asked again answers again.
        post.pass(SignedDuration::from_mins(5)).await;
        let rows = post.messages(booked).await;
        let reminder = rows.iter().find(|row| row["message"].as_str().unwrap().contains("I cannot come")).unwrap();
        post.desk().await.post(&format!("appointment-notifications/{}/resend/", reminder["id"]), json!({})).await.is(200);
        post.node.settle().await;
        press(&outside, &cancel).await.is(200);
        assert_eq!(visit(&post, booked).await["status"], "cancelled");
        post.node.settle().await;
    }

    async fn a_time_that_is_offered_is_taken_by_a_word(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "email": "" })).await;
        let entry = offered(&post, awa).await;
        let sent = post.twilio.sent();
        let said = &sent.last().unwrap().body;
        assert!(said.contains("a time became free: Thursday 26 November 2026 at 10:00") && said.contains("until Monday 23 November 2026 at 09:00"), "{said}");
        assert_eq!(sent.len(), 1);
        assert!(writes(&post, "1", "SM1").await.contains("We expect you on Thursday 26 November 2026 at 10:00."));
        let row = post.desk().await.get(&format!("waiting-list/{entry}/")).await.is(200).clone();
        assert_eq!(row["status"], "booked");
        let booked = visit(&post, row["appointment"].as_i64().unwrap()).await;
        assert_eq!((&booked["patient"], &booked["status"]), (&json!(awa), &json!("scheduled")));
        // Said again it concerns nothing that is open.
        assert!(writes(&post, "1", "SM2").await.contains("passed on"));
        post.node.settle().await;
    }

    async fn a_word_leaves_it_to_the_next(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "email": "", "preferred_language": "fr" })).await;
        let next = post.awa(json!({ "first_name": "Binta", "contact_info": "783 4352", "email": "" })).await;
        let first = offered(&post, awa).await;
        let second = post.desk().await.post("waiting-list/", json!({ "patient": next, "doctor": post.doctor })).await.id();
        assert!(writes(&post, "NON", "SM1").await.contains("Vous restez sur la liste d’attente."));
        post.node.settle().await;
        let sent = post.twilio.sent();
        assert_eq!(sent.last().unwrap().to, "+2207834352");
        let desk = post.desk().await;
        for (entry, status) in [(first, "waiting"), (second, "offered")] {
            assert_eq!(desk.get(&format!("waiting-list/{entry}/")).await.is(200)["status"], status);
        }
        // An hour later the time is nobody's any more.
        post.pass(hours(1)).await;
        assert_eq!(post.desk().await.get(&format!("waiting-list/{second}/")).await.is(200)["status"], "waiting");
    }

    async fn a_time_that_is_offered_is_taken_behind_a_link(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "contact_info": "" })).await;
        let entry = offered(&post, awa).await;
        let (accept, decline) = links(&post);
        let outside = post.node.anonymous();
        for path in [&accept, &decline, &accept] {
            let page = outside.get(path).await;
            page.is(200);
            assert_eq!(page.text().matches("<button>").count(), 1, "{}", page.text());
            assert!(!page.text().contains("Awa"), "{}", page.text());
        }
        let stands = post.desk().await.get(&format!("waiting-list/{entry}/")).await.is(200)["status"].clone();
        assert_eq!(stands, "offered");
        for path in [accept.replace("-confirm-", "-cancel-"), "/api/offers/answer/1-confirm-/".to_owned()] {
            outside.get(&path).await.is(404);
            press(&outside, &path).await.is(404);
        }
        assert!(press(&outside, &accept).await.text().contains("We expect you on Thursday 26 November 2026 at 10:00."));
        press(&outside, &accept).await.is(200);
        press(&outside, &decline).await.is(409);
        let row = post.desk().await.get(&format!("waiting-list/{entry}/")).await.is(200).clone();
        assert_eq!((&row["status"], row["appointment"].is_number()), (&json!("booked"), true));
        post.node.settle().await;
    }

    async fn fifty_answers_by_every_way_at_once_have_one_outcome(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({})).await;
        let booked = post.book(awa, "10:00").await;
        post.pass(hours(50)).await;
        let account = world.user("awa", Some(BuiltinRole::Patient)).await;
        world.admin().await.patch(&format!("patients/{awa}/"), json!({ "user": account })).await.is(200);
        let (confirm, cancel) = links(&post);
        let address = post.node.listen().await;
        let outside = post.node.anonymous().over(address);
        let signed_in = world.sign_in("awa", testkit::PASSWORD).await.over(address);
        let mut sent: JoinSet<Reply> = JoinSet::new();
        for turn in 0..50 {
            let yes = turn % 2 == 0;
            match turn % 3 {
                0 => {
                    let verb = if yes { "confirm" } else { "decline" };
                    let path = format!("appointments/{booked}/{verb}/");
                    sent.spawn(signed_in.request("POST", &path).json(&json!({})).send());
                }
                1 => {
                    let path = if yes { &confirm } else { &cancel };
                    let form = "application/x-www-form-urlencoded";
                    sent.spawn(outside.request("POST", path).raw(form, Vec::new()).send());
                }
                _ => {
                    let outside = outside.clone();
                    sent.spawn(async move {
                        let sid = format!("SM{turn}");
                        let form = [
                            ("From", "+2207834351"),
                            ("Body", if yes { "1" } else { "2" }),
                            ("MessageSid", sid.as_str()),
                        ];
                        signed(&outside, INBOUND, Twilio::TOKEN, &form).await
                    });
                }
            }
        }
        let replies = sent.join_all().await;
        let statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
        assert!(statuses.iter().all(|status| [200, 409].contains(status)), "{statuses:?}");
        assert_eq!(visit(&post, booked).await["status"], "cancelled");
        // Once on record, and the doctor is told once.
        let cancelled = world.audit_of("VisitAnswer").await;
        assert!((1..=2).contains(&cancelled.len()), "{}", cancelled.len());
        post.node.settle().await;
        let told = told(&post, &doctor(world, post.doctor).await).await;
        assert_eq!(told.iter().filter(|text| text.starts_with("Appointment cancelled")).count(), 1, "{told:?}");
        // By text message, the change is said once; who says the same again hears nothing.
        let said = replies.iter().filter(|reply| reply.text().contains("<Message>Your appointment")).count();
        assert!(said <= 1, "{said}");
    }
}
