//! Registering patients from a table: `patients/import/` and the command.

use serde_json::{Value as Json, json};
use testkit::{Base, Caller, Installation};

const HEADING: &str = "first_name,last_name,date_of_birth,gender,contact_info,unique_id";

fn table(rows: &[&str]) -> String {
    [&[HEADING], rows].concat().join("\n")
}

async fn import(who: &Caller, body: Json) -> testkit::Reply {
    who.post("patients/import/", body).await
}

/// A name like no other: its letters are far apart in sound.
fn name(n: usize) -> String {
    const SOUNDS: [&str; 10] = ["ba", "ko", "di", "fu", "le", "mo", "ni", "ru", "se", "ta"];
    [n / 100, n / 10 % 10, n % 10]
        .map(|digit| SOUNDS[digit])
        .concat()
}

fn counts(report: &Json) -> [i64; 5] {
    ["rows", "created", "already", "duplicates", "failed"]
        .map(|name| report[name].as_i64().unwrap())
}

fn outcomes(report: &Json) -> Vec<&str> {
    let results = report["results"].as_array().unwrap();
    results
        .iter()
        .map(|row| row["outcome"].as_str().unwrap())
        .collect()
}

async fn registered(who: &Caller) -> usize {
    who.get("patients/").await.is(200).as_array().unwrap().len()
}

testkit::on_both! {
    async fn a_dry_run_says_what_each_row_would_do_and_stores_nothing(world: &World) {
        let admin = world.admin().await;
        let known = json!({
            "first_name": "Awa", "last_name": "Bah", "date_of_birth": "1990-01-01", "gender": "Female",
            "contact_info": "+2207834351", "unique_id": "MRN-7",
        });
        let known = admin.post("patients/", known).await.id();
        let csv = table(&[
            "Lamin,Sillah,1985-05-05,Male,+2207000001,",
            "Awa,Bah,1990-01-01,Female,+2207834351,",
            "Binta,,1990-13-01,Woman,,",
            "Coumba,Jobe,1991-01-01,Female,,MRN-7",
            "Lamin,Sillah,1985-05-05,Male,+2207000001,",
            "Lamine,Sillah,1985-05-05,Male,+2207000001,",
        ]);
        let before = registered(&admin).await;
        let report = import(&admin, json!({ "csv": csv })).await.is(200).clone();
        assert_eq!(report["dry_run"], true);
        assert_eq!(outcomes(&report), ["created", "duplicate", "failed", "failed", "already", "duplicate"]);
        assert_eq!(counts(&report), [6, 1, 1, 2, 2]);
        let row = |at: usize| report["results"][at].clone();
        assert_eq!(row(5)["like_line"], 2);
        assert_eq!((&row(0)["line"], &row(0)["id"]), (&json!(2), &Json::Null));
        assert_eq!(row(1)["possible_duplicates"][0]["id"], known);
        let errors = row(2)["errors"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(errors, ["date_of_birth", "gender", "last_name"]);
        assert!(row(3)["errors"]["unique_id"][0].as_str().unwrap().contains("MRN-7"));
        assert_eq!(registered(&admin).await, before);
        world.settle().await;
    }

    async fn rows_that_can_be_taken_are_taken_once(world: &World) {
        let admin = world.admin().await;
        let rows = ["Lamin,Sillah,1985-05-05,Male,+2207000001,", "Nobody,,1985-05-05,Male,,", "Ousman,Ceesay,1970-02-03,Male,,MRN-9"];
        let body = |csv: String| json!({ "csv": csv, "dry_run": false });
        let report = import(&admin, body(table(&rows))).await.is(200).clone();
        assert_eq!(outcomes(&report), ["created", "failed", "created"]);
        let id = &report["results"][0]["id"];
        let patient = admin.get(&format!("patients/{id}/")).await.is(200).clone();
        assert_eq!((&patient["first_name"], &patient["contact_info"]), (&json!("Lamin"), &json!("+2207000001")));
        assert_eq!(admin.get("patients/?search=sillah").await.is(200)[0]["id"], *id);
        // Sent again, in another order and with one more: what is there stays as it is.
        admin.patch(&format!("patients/{id}/"), json!({ "address": "Bakau" })).await.is(200);
        let again = [rows[2], rows[0], "Fatou,Jallow,2001-09-09,Female,,"];
        let report = import(&admin, body(table(&again))).await.is(200).clone();
        assert_eq!(outcomes(&report), ["already", "already", "created"]);
        assert_eq!(admin.get(&format!("patients/{id}/")).await.is(200)["address"], "Bakau");
        // One that was removed does not come back.
        admin.delete(&format!("patients/{id}/")).await.is(204);
        let report = import(&admin, body(table(&rows[..1]))).await.is(200).clone();
        assert_eq!(outcomes(&report), ["failed"]);
        // Each is on record as registered.
        let trail = admin.get("audit_logs/?action=create&object_type=Patient").await;
        assert_eq!(trail.is(200).as_array().unwrap().len(), 3);
        world.settle().await;
    }

    async fn all_or_none(world: &World) {
        let admin = world.admin().await;
        let csv = table(&["Lamin,Sillah,1985-05-05,Male,,", "Nobody,,1985-05-05,Male,,"]);
        let refused = import(&admin, json!({ "csv": csv, "dry_run": false, "mode": "all" })).await;
        assert_eq!(outcomes(&refused.refuses(409, "conflict")["report"]), ["created", "failed"]);
        assert_eq!(registered(&admin).await, 0);
        let csv = table(&["Lamin,Sillah,1985-05-05,Male,,"]);
        import(&admin, json!({ "csv": csv, "dry_run": false, "mode": "all" })).await.is(200);
        assert_eq!(registered(&admin).await, 1);
        world.settle().await;
    }

    async fn who_may_be_registered_is_registered_when_asked_for(world: &World) {
        let admin = world.admin().await;
        let csv = table(&["Awa,Bah,1990-01-01,Female,+2207834351,", "Awa,Baah,1990-01-01,Female,+2207834351,"]);
        let body = json!({ "csv": csv, "dry_run": false, "duplicates": "create" });
        let report = import(&admin, body).await.is(200).clone();
        assert_eq!(outcomes(&report), ["created", "created"]);
        assert_eq!(report["results"][1]["like_line"], 2);
        // Once they are registered each is a candidate for the next.
        let third = table(&["Awwa,Bah,1990-01-01,Female,+2207834351,"]);
        let report = import(&admin, json!({ "csv": third })).await.is(200).clone();
        assert_eq!(report["results"][0]["possible_duplicates"].as_array().unwrap().len(), 2);
        world.settle().await;
    }

    async fn what_is_no_table_is_refused_and_only_admins_import(world: &World) {
        let admin = world.admin().await;
        for csv in ["", "first_name,last_name", "first_name,shoe size\nAwa,38", "\u{feff}"] {
            import(&admin, json!({ "csv": csv })).await.complains_about("csv");
        }
        import(&admin, json!({})).await.complains_about("csv");
        let many: Vec<String> = (0..501).map(|n| format!("Awa,Bah{n},1990-01-01,Female,,")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        import(&admin, json!({ "csv": table(&many) })).await.complains_about("csv");
        for who in [world.receptionist().await, world.doctor().await, world.patient().await] {
            import(&who, json!({ "csv": table(&[]) })).await.refuses(403, "permission_denied");
        }
    }

    async fn two_who_import_the_same_people_at_once_register_them_once(world: &World) {
        let admin = world.admin().await;
        let people: Vec<String> = (0..20).map(|n| format!("Awa,{},19{}-01-01,Female,,", name(n), 50 + n)).collect();
        let people: Vec<&str> = people.iter().map(String::as_str).collect();
        let body = json!({ "csv": table(&people), "dry_run": false });
        let imports = (0..8).map(|_| import(&admin, body.clone()));
        let done = futures_util::future::join_all(imports).await;
        let created: i64 = done.iter().map(|reply| counts(reply.is(200))[1]).sum();
        assert_eq!((created, registered(&admin).await), (20, 20));
        world.settle().await;
    }
}

/// The command, cut off in the middle and given again.
fn by_command(base: Base) {
    let Some(house) = Installation::new(base, env!("CARGO_BIN_EXE_chelal")) else {
        return;
    };
    let people: Vec<String> = (0..450)
        .map(|n| {
            format!(
                "{},{},{}-{:02}-15,Female,,",
                name(n),
                name(999 - n),
                1950 + n % 50,
                1 + n / 50
            )
        })
        .collect();
    let mut rows: Vec<&str> = people.iter().map(String::as_str).collect();
    rows.push("Nobody,,1985-05-05,Male,,");
    let write = |name: &str, rows: &[&str]| {
        let path = house.dir().join(name);
        std::fs::write(&path, table(rows)).unwrap();
        path.display().to_string()
    };
    let said = |output: &std::process::Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let (whole, part) = (write("whole.csv", &rows), write("part.csv", &rows[..250]));
    let tried = house.run(&["import-patients", &whole]);
    assert!(
        said(&tried).contains("450 would be registered"),
        "{tried:?}"
    );
    assert!(said(&tried).contains("line 452: last_name"), "{tried:?}");
    assert!(
        !house
            .run(&["import-patients", &whole, "--apply", "--all"])
            .status
            .success()
    );
    let first = house.run(&["import-patients", &part, "--apply"]);
    assert!(
        first.status.success() && said(&first).contains("250 registered"),
        "{first:?}"
    );
    let then = house.run(&["import-patients", &whole, "--apply"]);
    assert!(
        said(&then).contains("200 registered, 250 there already"),
        "{then:?}"
    );
    assert!(said(&then).contains("250 of 451 rows taken"), "{then:?}");
    let wrong = house.run(&["import-patients", "nowhere.csv"]);
    assert!(!wrong.status.success());
}

#[test]
fn the_command_goes_on_where_it_was_cut_off_on_sqlite() {
    by_command(Base::Sqlite);
}

#[test]
fn the_command_goes_on_where_it_was_cut_off_on_postgres() {
    by_command(Base::Postgres);
}

/// A site's own diagnoses and drug-safety rows, all of a file or nothing.
fn lists_by_command(base: Base) {
    let Some(house) = Installation::new(base, env!("CARGO_BIN_EXE_chelal")) else {
        return;
    };
    let house = house.with_superuser();
    let write = |name: &str, text: &str| {
        let path = house.dir().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let codes = write(
        "codes.csv",
        "code,title\nJ45.8,Brittle asthma of ours\nB50.9,Tertian fever of ours\n",
    );
    let loaded = house.run(&["load-diagnoses", &codes]);
    assert!(loaded.status.success(), "{loaded:?}");
    assert_eq!(
        String::from_utf8_lossy(&loaded.stdout),
        "2 diagnoses are loaded.\n"
    );
    let wrong = write(
        "wrong.csv",
        "code,title\nA09,Gastroenteritis of ours\nnothing,\n",
    );
    let refused = house.run(&["load-diagnoses", &wrong]);
    assert!(
        !refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("3"),
        "{refused:?}"
    );

    let brands = write("brands.csv", "alias,ingredients\nZyxacillin,amoxicillin\n");
    let added = house.run(&[
        "add-drug-safety",
        "synonyms",
        &brands,
        "--notes",
        "Our pharmacy",
    ]);
    assert!(added.status.success(), "{added:?}");
    assert!(
        String::from_utf8_lossy(&added.stdout).contains("drug-safety pack 2026.11+"),
        "{added:?}"
    );
    let unknown = write("unknown.csv", "alias,ingredients\nZyxofen,no such thing\n");
    let refused = house.run(&["add-drug-safety", "synonyms", &unknown]);
    assert!(
        !refused.status.success()
            && String::from_utf8_lossy(&refused.stderr).contains("no such thing"),
        "{refused:?}"
    );
    assert!(
        !house
            .run(&["add-drug-safety", "no_table", &brands])
            .status
            .success()
    );

    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let server = house.serve();
        let caller = server.superuser().await;
        let found = caller.get("icd10/?search=of%20ours").await;
        assert!(
            found.text().contains("Brittle asthma") && found.text().contains("Tertian"),
            "{}",
            found.text()
        );
        assert!(
            !found.text().contains("Gastroenteritis of ours"),
            "{}",
            found.text()
        );
        let asked = json!({ "medication_name": "Zyxacillin 500 mg" });
        let answer = caller.post("prescriptions/check_safety/", asked).await;
        assert_eq!(
            (&answer.is(200)["ingredients"], &answer.json["outcome"]),
            (&json!(["amoxicillin"]), &json!("nothing_found"))
        );
        assert!(
            answer.json["safety_pack"]
                .as_str()
                .unwrap()
                .starts_with("2026.11+"),
            "{}",
            answer.text()
        );
        server.stop();
    });
}

#[test]
fn lists_are_loaded_by_commands_on_sqlite() {
    lists_by_command(Base::Sqlite);
}

#[test]
fn lists_are_loaded_by_commands_on_postgres() {
    lists_by_command(Base::Postgres);
}
