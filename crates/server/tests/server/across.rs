//! A hospital that moves from SQLite to PostgreSQL and back answers as before: reads, searches and the verifier of the
//! audit trail.

use std::fmt::Write as _;
use std::process::Output;
use std::time::Instant;

use serde_json::{Value as Json, json};
use testkit::{Base, Caller, Installation, MASTER_KEY};

/// The program that this test was built with; `CHELAL_ACROSS_PROGRAM` names another, such as an optimised one.
const PROGRAM: &str = env!("CARGO_BIN_EXE_chelal");
/// Reads of single records, and searches.
const READS: usize = 1_000;
const SEARCHES: usize = 200;
const FIRST: [&str; 12] = [
    "Awa", "Binta", "Coumba", "Ebrima", "Fatou", "Isatou", "Kebba", "Lamin", "Modou", "Nyima",
    "Ousman", "Sainabou",
];
const LAST: [&str; 10] = [
    "Bah", "Bojang", "Ceesay", "Darboe", "Jallow", "Jobe", "Manneh", "Njie", "Sowe", "Touray",
];

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.clone(), output.stderr.clone()].concat()).into_owned()
}

#[track_caller]
fn done(output: &Output) {
    assert!(output.status.success(), "{}", said(output));
}

/// Numbers that look like chance and are the same each time.
fn chance(number: usize) -> usize {
    let mut z = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    usize::try_from((z ^ (z >> 31)) % 1_000_003).unwrap()
}

/// A table of so many people, none of whom is another.
fn table(patients: usize) -> String {
    let mut csv = String::from("first_name,last_name,date_of_birth,gender,contact_info\r\n");
    for number in 0..patients {
        let (first, last) = (
            FIRST[chance(number) % FIRST.len()],
            LAST[chance(number + 7) % LAST.len()],
        );
        let (year, month, day) = (
            1930 + chance(number + 1) % 90,
            1 + chance(number + 2) % 12,
            1 + chance(number + 3) % 28,
        );
        let gender = if number % 2 == 0 { "Female" } else { "Male" };
        write!(
            csv,
            "{first},{last}{number},{year}-{month:02}-{day:02},{gender},+2207{number:06}\r\n"
        )
        .unwrap();
    }
    csv
}

/// What a hospital answers to questions that are the same each time.
async fn answers(house: &Installation, patients: usize) -> Vec<Json> {
    let server = house.serve();
    let matron = server.superuser().await;
    let mut answers = Vec::new();
    let mut ask = async |matron: &Caller, path: String| {
        let reply = matron.get(&path).await;
        let mut answer = reply.json.clone();
        // The address of the next page names the server.
        if let Some(answer) = answer.as_object_mut() {
            answer.remove("next");
        }
        answers.push(json!({ "path": path, "status": reply.status.as_u16(), "answer": answer }));
    };
    for number in 0..READS {
        ask(
            &matron,
            format!("patients/{}/", 1 + chance(number) % patients),
        )
        .await;
    }
    for number in 0..SEARCHES {
        let (first, row) = (
            FIRST[chance(number) % FIRST.len()],
            chance(number + 11) % patients,
        );
        let text = match number % 4 {
            0 => first.to_lowercase(),
            1 => format!(
                "{}%20{}",
                &first[..2],
                &LAST[chance(row + 7) % LAST.len()][..3]
            ),
            2 => format!("7{row:06}"),
            _ => format!("{}{row}", LAST[chance(row + 7) % LAST.len()]),
        };
        ask(&matron, format!("patients/?search={text}&limit=20")).await;
    }
    ask(&matron, "patients/?limit=1&offset=0".to_owned()).await;
    server.stop();
    answers
}

/// Moves a hospital into an empty one, and says how long that took.
fn moved(from: &Installation, to: &Installation, what: &str) {
    let file = from.dir().join("moving.backup").display().to_string();
    let began = Instant::now();
    done(&from.run(&["backup", &file]));
    let backed_up = began.elapsed();
    let began = Instant::now();
    done(&to.run(&["restore", &file]));
    report(&format!(
        "{what}: backup {backed_up:.1?}, restore {:.1?}",
        began.elapsed()
    ));
    let began = Instant::now();
    done(&to.run(&["audit", "verify"]));
    report(&format!(
        "{what}: audit trail verified in {:.1?}",
        began.elapsed()
    ));
}

#[expect(clippy::print_stdout, reason = "a measurement")]
fn report(line: &str) {
    println!("{line}");
}

async fn there_and_back(patients: usize) {
    let program = std::env::var("CHELAL_ACROSS_PROGRAM").unwrap_or_else(|_| PROGRAM.to_owned());
    let Some(mut second) = Installation::empty(Base::Postgres, &program) else {
        return;
    };
    let first = Installation::new(Base::Sqlite, &program)
        .unwrap()
        .with_superuser();
    let mut third = Installation::empty(Base::Sqlite, &program).unwrap();
    for other in [&mut second, &mut third] {
        other.set("CHELAL_MASTER_KEY", MASTER_KEY);
    }
    let csv = first.dir().join("patients.csv");
    std::fs::write(&csv, table(patients)).unwrap();
    let began = Instant::now();
    let path = csv.display().to_string();
    done(&first.run(&["import-patients", &path, "--apply", "--with-duplicates"]));
    report(&format!(
        "{patients} patients registered in {:.1?}",
        began.elapsed()
    ));
    let before = answers(&first, patients).await;
    assert!(
        before.iter().all(|answer| answer["status"] == 200),
        "{:?}",
        before[0]
    );
    moved(&first, &second, "SQLite to PostgreSQL");
    let there = answers(&second, patients).await;
    moved(&second, &third, "PostgreSQL to SQLite");
    let back = answers(&third, patients).await;
    for ((before, there), back) in before.iter().zip(&there).zip(&back) {
        assert_eq!(before, there);
        assert_eq!(before, back);
    }
    report(&format!("{} answers are equal on all three", before.len()));
}

fn run(patients: usize) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(there_and_back(patients));
}

#[test]
fn a_hospital_that_moves_there_and_back_answers_as_before() {
    run(300);
}

/// As many as `CHELAL_ACROSS_PATIENTS` says; `docs/performance.md` has the figures.
#[test]
#[ignore = "takes as long as it takes to register 100,000 people"]
fn a_large_hospital_moves_there_and_back() {
    let patients = std::env::var("CHELAL_ACROSS_PATIENTS").ok();
    run(patients
        .and_then(|text| text.parse().ok())
        .unwrap_or(100_000));
}
