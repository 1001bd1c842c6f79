//! `access-reviews/`: who looked without a reason, in a week of a hospital.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kernel::{BuiltinRole, Reach};
use platform::actor::{Actor, Origin, SignedIn, Who};
use platform::audit::{Action, AuditEntry};
use platform::unit::{self, Opening};
use serde_json::{Value as Json, json};
use testkit::{Caller, World};

use crate::{again, job, register, somebody, treats};

const NAMES: [&str; 20] = [
    "Bah", "Barry", "Bojang", "Camara", "Ceesay", "Darboe", "Diallo", "Drammeh", "Fofana", "Gomez",
    "Jallow", "Jammeh", "Jatta", "Jobe", "Kanteh", "Manneh", "Njie", "Saidy", "Sowe", "Touray",
];

/// The same numbers each time (Marsaglia's xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn percent(&mut self, so_many: usize) -> bool {
        self.below(100) < so_many
    }
}

/// What a user did with records just now, as the trail has it.
async fn did(world: &World, user: i64, deeds: Vec<(Action, i64)>) {
    let opening = Opening {
        actor: Arc::new(Actor {
            who: Who::User(SignedIn {
                id: user,
                username: format!("user{user}").into(),
                role: None,
                session: None,
                acting: None,
                must_change_password: false,
            }),
            grants: Arc::default(),
            language: None,
        }),
        origin: Arc::new(Origin {
            language: "en",
            ..Origin::default()
        }),
        reach: Reach::All,
    };
    let done = unit::write(&world.app, &opening, move |cx| {
        let deeds = deeds.clone();
        Box::pin(async move {
            for (action, patient) in deeds {
                cx.audit(AuditEntry {
                    patient: Some(patient),
                    ..AuditEntry::new(action, "Patient", Some(patient))
                });
            }
            Ok(())
        })
    });
    done.await.unwrap();
}

async fn employ(
    world: &World,
    admin: &Caller,
    name: &str,
    role: BuiltinRole,
    surname: &str,
) -> i64 {
    let id = world.user(name, Some(role)).await;
    admin
        .patch(&format!("users/{id}/"), json!({ "last_name": surname }))
        .await
        .is(200);
    id
}

/// Who is asked about whom, and why.
async fn asked(admin: &Caller) -> BTreeMap<(i64, i64), String> {
    let rows = admin.get("access-reviews/?limit=500").await;
    let row = |row: &Json| {
        let number = |name: &str| row[name].as_i64().unwrap();
        (
            (number("user"), number("patient")),
            row["reasons"].as_str().unwrap().to_owned(),
        )
    };
    rows.is(200)["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(row)
        .collect()
}

async fn in_charge(world: &World) -> Caller {
    let id = world.user("isatou", Some(BuiltinRole::Admin)).await;
    let mut admin = world.sign_in("isatou", testkit::PASSWORD).await;
    admin.id = id;
    admin
}

fn until(world: &World, moment: &str) -> SignedDuration {
    moment
        .parse::<Timestamp>()
        .unwrap()
        .duration_since(world.clock.now())
}

testkit::on_both! {
    async fn a_week_raises_hardly_a_question_and_every_planted_one(world: &World) {
        let mut dice = Dice(0x5eed_5eed_5eed_5eed);
        let admin = in_charge(world).await;
        let desk = world.receptionist().await;
        let roles = [BuiltinRole::Receptionist, BuiltinRole::Nurse, BuiltinRole::Cashier, BuiltinRole::Pharmacist];
        let mut staff = Vec::new();
        for n in 0..24 {
            let surname = NAMES[dice.below(NAMES.len())];
            staff.push(employ(world, &admin, &format!("staff{n}"), roles[n % roles.len()], surname).await);
        }
        let mut patients = Vec::new();
        for n in 0..150 {
            patients.push(register(&desk, &format!("Awa{n}"), NAMES[dice.below(NAMES.len())]).await);
        }
        // Planted: somebody with a rare name, who lives with a nurse, who works here, whom everybody knows.
        let nosy = employ(world, &admin, "nosy", BuiltinRole::Nurse, "Mballow").await;
        let cousin = register(&desk, "Sira", "Mballow").await;
        let treated_cousin = register(&desk, "Musa", "Mballow").await;
        let home = |first: &str, last: &str, user: Option<i64>| {
            let mut body = somebody(first, last);
            body["address"] = json!("7 Kairaba Avenue");
            body["user"] = json!(user);
            body
        };
        let neighbour = desk.post("patients/", home("Haddy", "Njie", None)).await.id();
        let own = admin.post("patients/", home("Nosy", "Mballow", Some(nosy))).await.id();
        let mut body = somebody("Colleague", "Sowe");
        body["user"] = json!(staff[0]);
        let colleague = admin.post("patients/", body).await.id();
        let singer = register(&desk, "Singer", "Kouyate").await;
        admin.post("public-figures/", json!({ "patient": singer, "note": "A singer" })).await.is(201);
        treats(world, nosy, treated_cousin).await;
        // All that was weeks ago.
        world.pass(until(world, "2027-01-04T06:00:00Z"));
        job(world, "compliance:watch").await;
        let admin = again(world, &admin, "isatou").await;
        assert_eq!(asked(&admin).await, BTreeMap::new());

        // A week from Monday on, in which 10,000 records are opened: by whoever works with them, nineteen times out of
        // twenty, else for a call or by mistake, and now and then of somebody who was not here for long.
        let (here, gone) = patients.split_at(110);
        let mut views = 0;
        for day in 4..11 {
            for hour in [7, 9, 11, 13, 15, 17, 21] {
                world.pass(until(world, &format!("2027-01-{day:02}T{hour:02}:00:00Z")));
                let mut deeds: BTreeMap<i64, Vec<(Action, i64)>> = BTreeMap::new();
                for _ in 0..(if hour == 21 { 86 } else { 224 }) {
                    let user = staff[dice.below(staff.len())];
                    let works = dice.percent(95);
                    let patient = if !works && dice.percent(10) { gone[dice.below(gone.len())] } else { here[dice.below(here.len())] };
                    let done = deeds.entry(user).or_default();
                    done.push((Action::View, patient));
                    views += 1;
                    if works {
                        done.push((Action::Edit, patient));
                    }
                }
                for (user, deeds) in deeds {
                    did(world, user, deeds).await;
                }
                if day == 6 && hour == 11 {
                    did(world, nosy, [cousin, treated_cousin, neighbour, own, colleague, singer].map(|patient| (Action::View, patient)).to_vec()).await;
                    // Who looks and then works with it, and a page of a list, are no question.
                    did(world, staff[1], vec![(Action::View, singer)]).await;
                    world.pass(SignedDuration::from_mins(20));
                    did(world, staff[1], vec![(Action::Edit, singer)]).await;
                }
            }
            job(world, "compliance:watch").await;
        }
        world.pass(SignedDuration::from_hours(2));
        job(world, "compliance:watch").await;
        assert!(views >= 10_000, "{views}");
        let admin = again(world, &admin, "isatou").await;
        let asked = asked(&admin).await;
        let planted: BTreeMap<(i64, i64), String> = [
            ((nosy, cousin), "same_surname,no_care,no_visit"),
            ((nosy, neighbour), "same_address,no_care,no_visit"),
            ((nosy, colleague), "colleague,no_care,no_visit"),
            ((nosy, singer), "public_figure,no_care"),
        ]
        .map(|(pair, reasons)| (pair, reasons.to_owned()))
        .into();
        let (found, others): (BTreeMap<_, _>, BTreeMap<_, _>) = asked.into_iter().partition(|(pair, _)| planted.contains_key(pair));
        assert_eq!(found, planted);
        assert!(others.len() < 5, "{others:?}");
        // Given these dice, one: a namesake who was not here for long.
        assert_eq!(others.values().collect::<Vec<_>>(), ["same_surname,no_care,no_visit"]);
        // The trail was read once: nobody is asked again.
        job(world, "compliance:watch").await;
        assert_eq!(self::asked(&admin).await.len(), planted.len() + others.len());
        let told = admin.get("notifications/").await;
        assert!(told.text().contains("need your verdict"), "{}", told.text());
    }

    async fn a_verdict_is_given_once_and_by_somebody_else(world: &World) {
        let admin = in_charge(world).await;
        let desk = world.receptionist().await;
        let nosy = employ(world, &admin, "nosy", BuiltinRole::Nurse, "Mballow").await;
        let other = employ(world, &admin, "other", BuiltinRole::Nurse, "Mballow").await;
        let cousin = register(&desk, "Sira", "Mballow").await;
        world.pass(SignedDuration::from_hours(9 * 24));
        for user in [nosy, other] {
            did(world, user, vec![(Action::View, cousin)]).await;
        }
        // Not before there was time to work with the record.
        job(world, "compliance:watch").await;
        let admin = again(world, &admin, "isatou").await;
        assert_eq!(asked(&admin).await.len(), 0);
        world.pass(SignedDuration::from_mins(62));
        job(world, "compliance:watch").await;
        let admin = again(world, &admin, "isatou").await;
        assert_eq!(asked(&admin).await.len(), 2);
        let rows = admin.get("access-reviews/?ordering=id").await;
        let row = |user: i64| rows.json.as_array().unwrap().iter().find(|row| row["user"] == user).unwrap()["id"].clone();
        let decide = |user: i64| format!("access-reviews/{}/decide/", row(user));
        let said = |verdict: &str| json!({ "verdict": verdict, "notes": "They asked the ward" });
        let justified = admin.post(&decide(nosy), said("justified")).await;
        assert_eq!((&justified.is(200)["decided_by"], &justified.json["breach"]), (&json!(admin.id), &Json::Null));
        admin.post(&decide(nosy), said("not_justified")).await.refuses(409, "state_conflict");
        // Whoever looked does not judge it, not even as an Admin.
        admin.patch(&format!("users/{other}/"), json!({ "role": BuiltinRole::Admin.id() })).await.is(200);
        let themselves = world.sign_in("other", testkit::PASSWORD).await;
        themselves.post(&decide(other), said("justified")).await.refuses(403, "permission_denied");
        let breach = admin.post(&decide(other), said("not_justified")).await.is(200)["breach"].as_i64().unwrap();
        world.settle().await;
        let breach = admin.get(&format!("breaches/{breach}/")).await;
        assert_eq!((&breach.is(200)["suspect"], &breach.json["affected_patients"]), (&json!(other), &json!(1)));
        // For a while nobody is asked about the same two again.
        world.pass(SignedDuration::from_hours(9 * 24));
        did(world, nosy, vec![(Action::View, cousin)]).await;
        world.pass(SignedDuration::from_hours(2));
        job(world, "compliance:watch").await;
        let admin = again(world, &admin, "isatou").await;
        assert_eq!(admin.get("access-reviews/?open=true").await.is(200).as_array().unwrap().len(), 0);
        world.pass(SignedDuration::from_hours(90 * 24));
        did(world, nosy, vec![(Action::View, cousin)]).await;
        world.pass(SignedDuration::from_hours(2));
        job(world, "compliance:watch").await;
        let admin = again(world, &admin, "isatou").await;
        assert_eq!(admin.get("access-reviews/?open=true").await.is(200).as_array().unwrap().len(), 1);
    }

    async fn whoever_opens_far_more_records_than_others_raises_an_alert(world: &World) {
        let admin = in_charge(world).await;
        let desk = world.receptionist().await;
        let patients: Vec<i64> = (1..=6).collect();
        for number in &patients {
            register(&desk, &format!("Awa{number}"), "Bah").await;
        }
        let usual = admin.get("reading-limits/").await.is(200)[0].clone();
        assert_eq!((&usual["role"], &usual["records_per_hour"]), (&Json::Null, &json!(120)));
        let many = employ(world, &admin, "lamin", BuiltinRole::Receptionist, "Jatta").await;
        let few = employ(world, &admin, "binta", BuiltinRole::Receptionist, "Sowe").await;
        let views = |times: usize| patients.iter().cycle().take(times).map(|patient| (Action::View, *patient)).collect::<Vec<_>>();
        admin.patch(&format!("reading-limits/{}/", usual["id"]), json!({ "records_per_hour": 5 })).await.is(200);
        did(world, many, views(6)).await;
        did(world, few, views(5)).await;
        let told = async || {
            let alerts = admin.get("alerts/").await.is(200)["results"].clone();
            let alerts = alerts.as_array().unwrap().clone();
            let of = alerts.into_iter().filter(|alert| alert["kind"] == "many_records");
            of.map(|alert| alert["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        world.pass(SignedDuration::from_mins(12));
        job(world, "compliance:watch").await;
        let said = told().await;
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("lamin") && said[0].contains('6') && said[0].contains('5'), "{said:?}");
        // A role may have a limit of its own; one that is switched off is none.
        let of_role = json!({ "role": BuiltinRole::Receptionist.id(), "records_per_hour": 50 });
        let own = admin.post("reading-limits/", of_role.clone()).await.id();
        assert!(told().await.is_empty());
        admin.post("reading-limits/", of_role).await.complains_about("role");
        admin.patch(&format!("reading-limits/{own}/"), json!({ "records_per_hour": 0 })).await.complains_about("records_per_hour");
        desk.get("reading-limits/").await;
        assert_eq!(desk.get("reading-limits/").await.is(200), &json!([]));
    }

    async fn rules_are_rows_that_an_admin_weighs(world: &World) {
        let admin = in_charge(world).await;
        let rules = admin.get("access-rules/").await;
        let rules = rules.is(200).as_array().unwrap().clone();
        assert_eq!(rules.len(), 7);
        let same_surname = rules.iter().find(|rule| rule["kind"] == "same_surname").unwrap();
        let path = format!("access-rules/{}/", same_surname["id"]);
        admin.patch(&path, json!({ "weight": 101 })).await.complains_about("weight");
        admin.patch(&path, json!({ "from_hour": 9, "to_hour": 8 })).await.complains_about("to_hour");
        admin.patch(&path, json!({ "weight": 0 })).await.is(200);
        world.doctor().await.get(&path).await.is(404);
        // Without its weight, the name is no reason.
        let desk = world.receptionist().await;
        let nosy = employ(world, &admin, "nosy", BuiltinRole::Nurse, "Mballow").await;
        let cousin = register(&desk, "Sira", "Mballow").await;
        world.pass(SignedDuration::from_hours(9 * 24));
        did(world, nosy, vec![(Action::View, cousin)]).await;
        world.pass(SignedDuration::from_hours(2));
        job(world, "compliance:watch").await;
        let admin = again(world, &admin, "isatou").await;
        assert_eq!(asked(&admin).await.len(), 0);
    }
}
