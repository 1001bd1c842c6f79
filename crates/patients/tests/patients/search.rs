//! `patients/?search=` where names are common: complete as long as one word is rare, and the newest otherwise.

use platform::db::{Statement, ToValue};
use serde_json::{Value as Json, json};
use testkit::{Caller, World};

fn named(first: &str, last: &str) -> Json {
    json!({ "first_name": first, "last_name": last, "date_of_birth": "1990-01-01", "gender": "Female" })
}

async fn register(caller: &Caller, first: &str, last: &str) -> i64 {
    let reply = caller.post("patients/", named(first, last)).await;
    reply.is(201);
    reply.id()
}

async fn found(caller: &Caller, text: &str) -> Vec<i64> {
    let reply = caller
        .get(&format!("patients/?search={}", text.replace(' ', "%20")))
        .await;
    let rows = reply.is(200).as_array().unwrap();
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

/// Namesakes of a patient in the index: so many who share every term with them, with the numbers from there on.
async fn crowd(world: &World, of: i64, many: i64, from: i64) {
    let crowd = Statement::raw(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
         INSERT INTO patient_term (generation, field, tag, patient) \
         SELECT generation, field, tag, $2 + i FROM patient_term CROSS JOIN n WHERE patient = $3",
        vec![many.to_value(), from.to_value(), of.to_value()],
    );
    assert!(
        world.app.unguarded("test").execute(crowd).await.unwrap() >= u64::try_from(many).unwrap()
    );
}

/// What a list answers page by page.
async fn paged(caller: &Caller, path: &str) -> Vec<i64> {
    let (mut ids, mut path) = (Vec::new(), path.to_owned());
    loop {
        let page = caller.get(&path).await;
        let rows = page.is(200)["results"].as_array().unwrap().clone();
        ids.extend(rows.iter().map(|row| row["id"].as_i64().unwrap()));
        assert!(ids.len() < 100, "no end: {path}");
        let Some(next) = page.json["next"].as_str() else {
            return ids;
        };
        next.split_once("/api/").unwrap().1.clone_into(&mut path);
    }
}

testkit::on_both! {
    async fn one_letter_more_empties_no_list(world: &World) {
        let desk = world.receptionist().await;
        let lamin = register(&desk, "Lamin", "Sillah").await;
        for typed in ["lamin", "lamin s", "lamin si", "s lamin", "lamin x"] {
            assert_eq!(found(&desk, typed).await, [lamin], "{typed}");
        }
        let jobe = register(&desk, "O", "Jobe").await;
        assert_eq!(found(&desk, "o jobe").await, [jobe]);
        let wang = register(&desk, "王伟", "王").await;
        for typed in ["王", "王伟"] {
            assert_eq!(found(&desk, &typed.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>()).await, [wang], "{typed}");
        }
    }

    async fn the_number_of_an_identity_card_and_a_written_birth_date_find(world: &World) {
        let desk = world.receptionist().await;
        let body = json!({
            "first_name": "Awa", "last_name": "Bah", "date_of_birth": "1992-03-04", "gender": "Female", "national_id": "GM 111-7",
        });
        let awa = desk.post("patients/", body).await.id();
        register(&desk, "Binta", "Bah").await;
        for typed in ["GM111-7", "gm1117", "04/03/1992", "4/3/1992", "bah 04/03/1992"] {
            assert_eq!(found(&desk, typed).await, [awa], "{typed}");
        }
        for typed in ["GM111", "03/04/1992"] {
            assert_eq!(found(&desk, typed).await, Vec::<i64>::new(), "{typed}");
        }
    }

    async fn a_part_of_a_number_and_a_year_of_birth_find(world: &World) {
        let desk = world.receptionist().await;
        let body = json!({
            "first_name": "Awa", "last_name": "Bah", "date_of_birth": "1992-03-04", "gender": "Female",
            "contact_info": "+2207837712", "unique_id": "MRN-00421",
        });
        let awa = desk.post("patients/", body).await.id();
        let binta = register(&desk, "Binta", "Bah").await;
        // The last digits of a phone number, the beginning of a card number, the year, alone or beside a name.
        for typed in ["7712", "37712", "837 712", "MRN-", "mrn-00", "MRN-004", "mrn-0042", "1992", "bah 1992", "awa 7712", "bah mrn-0042"] {
            let expected = match typed {
                // Without a figure it may be anything.
                "MRN-" => Vec::new(),
                _ => vec![awa],
            };
            assert_eq!(found(&desk, typed).await, expected, "{typed}");
        }
        for typed in ["47712", "712", "mrn-0043", "1993", "binta 7712"] {
            assert_eq!(found(&desk, typed).await, Vec::<i64>::new(), "{typed}");
        }
        // One letter over and over is nobody's name.
        assert_eq!(found(&desk, "aaaa").await, Vec::<i64>::new());
        // Another number takes the place of the former.
        desk.patch(&format!("patients/{awa}/"), json!({ "contact_info": "+2207000000" })).await.is(200);
        assert_eq!(found(&desk, "7712").await, Vec::<i64>::new());
        assert_eq!(found(&desk, "0000").await, [awa]);
        assert_eq!(found(&desk, "binta").await, [binta]);
        world.settle().await;
    }

    async fn old_names_and_numbers_find_the_survivor(world: &World) {
        let desk = world.receptionist().await;
        let mut gone = named("Awa", "Gone");
        gone["contact_info"] = json!("+2207834351");
        let lost = desk.post("patients/", gone).await.id();
        let kept = register(&desk, "Awa", "Keep").await;
        desk.post(&format!("patients/{lost}/merge/"), json!({ "into": kept })).await.is(200);
        for typed in ["gone", "awa gone", "7834351", "keep", "awa"] {
            assert_eq!(found(&desk, typed).await, [kept], "{typed}");
        }
        desk.post(&format!("patients/{lost}/unmerge/"), json!({})).await.is(200);
        assert_eq!(found(&desk, "gone").await, [lost]);
        assert_eq!(found(&desk, "keep").await, [kept]);
        world.settle().await;
    }

    async fn what_is_found_comes_page_by_page_and_in_the_order_asked_for(world: &World) {
        let desk = world.receptionist().await;
        let mut ids = Vec::new();
        for last in ["Bah", "Jallow", "Sow", "Touray", "Ceesay"] {
            ids.push(register(&desk, "Fatou", last).await);
        }
        // The best come first, which a whole name is.
        let whole = register(&desk, "Fat", "Njie").await;
        let best: Vec<i64> = [whole].into_iter().chain(ids.iter().rev().copied()).collect();
        assert_eq!(found(&desk, "fat").await, best);
        for form in ["cursor=", "offset=0", "page=1", "page=1&offset=0", "cursor=&ordering="] {
            for limit in [1, 2, 5, 6, 7] {
                let path = format!("patients/?search=fat&limit={limit}&{form}");
                assert_eq!(paged(&desk, &path).await, best, "{path}");
            }
        }
        ids.push(whole);
        for form in ["cursor=&limit=2", "offset=0&limit=2", "page=1&page_size=4"] {
            let path = format!("patients/?search=fat&ordering=id&{form}");
            assert_eq!(paged(&desk, &path).await, ids, "{path}");
        }
        desk.get("patients/?search=fat&cursor=nonsense").await.complains_about("cursor");
    }

    async fn a_rare_name_is_found_beside_the_most_common_one(world: &World) {
        let desk = world.receptionist().await;
        let zainab = register(&desk, "Zainab Kumba", "Jallow").await;
        let fatou = register(&desk, "Fatou", "Jallow").await;
        // Given 6,000 later ones called Fatou Jallow, more than are read.
        crowd(world, fatou, 6000, 1000).await;
        for text in ["zainab jallow", "jallow zainab", "zai jal", "zaina jallo", "kumba jallow", "zeinab jalloh", "zai kumba jallow"] {
            assert_eq!(found(&desk, text).await, [zainab], "{text}");
        }
        assert_eq!(found(&desk, "zainab").await, [zainab]);
        assert_eq!(found(&desk, "zainab jallow 1990-01-01").await, [zainab]);
        assert_eq!(found(&desk, "zainab touray").await, [0; 0]);
    }

    async fn of_two_common_names_the_newest_are_found(world: &World) {
        let desk = world.receptionist().await;
        // Given namesakes of both names, never of both at once, and then one.
        let fatou = register(&desk, "Fatou", "Bah").await;
        let jallow = register(&desk, "Lamin", "Jallow").await;
        crowd(world, fatou, 3000, -10_000).await;
        crowd(world, jallow, 3000, -20_000).await;
        let both = register(&desk, "Fatou", "Jallow").await;
        // By their beginnings together, by their sounds together, and by the one's beginning and the other's sound.
        for text in ["fatou jallow", "fat jal", "fatu jalloh", "fato jalloh", "fatoumata jallow"] {
            let expected = if text.starts_with("fatoumata") { vec![] } else { vec![both] };
            assert_eq!(found(&desk, text).await, expected, "{text}");
        }
        // Two letters have no pair: the newest of either are looked through.
        assert_eq!(found(&desk, "fa ja").await, [both]);
    }

    async fn a_doctor_finds_all_their_patients_among_namesakes(world: &World) {
        let desk = world.receptionist().await;
        let doctor = world.doctor().await;
        // Given a hospital where doctors see only their own.
        let role = format!("roles/{}/", kernel::BuiltinRole::Doctor.id());
        world.admin().await.patch(&role, json!({ "scopes": { "patients": "assigned" } })).await.is(200);
        let mine = register(&desk, "Fatou", "Jallow").await;
        let other = register(&desk, "Fatou", "Jallow").await;
        let care = Statement::raw(
            "INSERT INTO care_relationship (patient, \"user\", source, since) \
             SELECT id, $1, 'assigned', created_at FROM patient WHERE id = $2",
            vec![doctor.id.to_value(), mine.to_value()],
        );
        assert_eq!(world.app.unguarded("test").execute(care).await.unwrap(), 1);
        assert_eq!(doctor.get("patients/").await.is(200).as_array().unwrap().len(), 1);
        crowd(world, other, 6000, 1000).await;
        for text in ["fatou", "fat", "fatu", "jallow", "fatou jallow", "fat jal", "fatu jalo"] {
            let found = found(&doctor, text).await;
            assert!(found.contains(&mine) && !found.contains(&other), "{text}: {found:?}");
        }
    }

    async fn one_name_by_its_beginning_and_the_other_by_its_sound_is_found(world: &World) {
        let desk = world.receptionist().await;
        let sought = register(&desk, "Fatoumata", "Diallo").await;
        // Given somebody who has both beginnings but not both words, so that beginnings were looked up one by one,
        // and more who sound like the second word than like the first.
        register(&desk, "Fatoumata", "Jaleh").await;
        register(&desk, "Lamin", "Diallo").await;
        register(&desk, "Fatu", "Bah").await;
        for text in ["fatou jallow", "jallow fatou"] {
            assert!(found(&desk, text).await.contains(&sought), "{text}");
        }
    }
}
