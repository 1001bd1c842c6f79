//! The conventions of the HTTP API, held against every resource that any module declares.
//!
//! Bodies are made from the API document's own schemas, so a new resource is covered by being declared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use db::{Db, Dialect, Statement, ToValue};
use futures_util::future::BoxFuture;
use http::Method;
use kernel::{BuiltinRole, Reach};
use ops::backup::{Documents, backup, restore};
use platform::audit::sealer;
use platform::operation::Operation;
use platform::record::Part;
use platform::settings::Settings;
use serde_json::{Map, Value as Json, json};
use testkit::{Base, Caller, Installation, World};

/// Makes records of any resource, with whatever they refer to.
struct Maker<'w> {
    world: &'w World,
    callers: BTreeMap<Option<i64>, Caller>,
    number: u32,
    /// What was put into sealed fields, when they are to be found again: no two are alike.
    marks: Option<Vec<String>>,
    /// How what was put there begins.
    word: &'static str,
}

/// A record that was made, by whom and where.
struct Made {
    by: Caller,
    path: String,
    json: Json,
}

impl<'w> Maker<'w> {
    fn new(world: &'w World) -> Maker<'w> {
        Maker {
            world,
            callers: BTreeMap::new(),
            number: 0,
            marks: None,
            word: "zqmark",
        }
    }

    async fn caller(&mut self, role: Option<BuiltinRole>) -> Caller {
        let key = role.map(BuiltinRole::id);
        if !self.callers.contains_key(&key) {
            self.callers.insert(key, self.world.caller(role).await);
        }
        self.callers[&key].clone()
    }

    /// Somebody who may do it by default.
    async fn entitled(&mut self, operation: &Operation) -> Option<Caller> {
        let permission = operation.permission()?.clone();
        let roles = BuiltinRole::ALL.into_iter().map(Some).chain([None]);
        let mut roles: Vec<_> = roles
            .map(|role| (permission.default_for(role), role))
            .collect();
        roles.sort_by_key(|(reach, _)| std::cmp::Reverse(*reach));
        let (reach, role) = roles[0];
        if reach == Reach::None {
            None
        } else {
            Some(self.caller(role).await)
        }
    }

    fn create(&self, path: &str) -> Option<Arc<Operation>> {
        let path = format!("{path}/");
        self.world
            .operations()
            .into_iter()
            .find(|op| op.method == Method::POST && op.path == path && op.id.ends_with("_create"))
    }

    /// A body with everything that the document requires.
    async fn body(&mut self, operation: &Operation) -> Json {
        let schema = operation.doc.body.clone().unwrap().json;
        let mut body = Map::new();
        for name in schema["required"].as_array().unwrap() {
            let name = name.as_str().unwrap();
            let value = self.value(name, &schema["properties"][name]).await;
            body.insert(name.to_owned(), value);
        }
        for name in ["patient", "related_patient"] {
            if self.marks.is_some() && !schema["properties"][name]["x-references"].is_null() {
                // What is about nobody in particular may be everybody's.
                body.insert(name.to_owned(), json!(self.record_of("patient").await));
            }
        }
        for (name, value) in self.marked(operation.path.trim_end_matches('/'), &schema) {
            body.insert(name, value);
        }
        if operation.path == "users/" {
            body.insert("password".into(), json!(testkit::PASSWORD));
        }
        if operation.path == "reading-limits/" {
            // One for each role.
            self.number += 1;
            let role = json!({ "name": format!("Role {}", self.number) });
            let made = self.world.admin().await.post("roles/", role).await;
            body.insert("role".into(), json!(made.id()));
        }
        if operation.path == "organization-memberships/" {
            // Whoever founded it is a member already.
            body.insert("user".into(), json!(self.record_of("app_user").await));
        }
        if operation.path == "encounters/" {
            body.insert("notes".into(), json!(format!("Seen {}", self.number)));
        }
        if operation.path == "vitals/" {
            body.insert("heart_rate".into(), json!(70));
        }
        if operation.path == "drug-safety/" {
            body.insert("pack_table".into(), json!("synonyms"));
            body.insert(
                "csv".into(),
                json!(format!(
                    "alias,ingredients\nSample{},paracetamol\n",
                    self.number
                )),
            );
        }
        if operation.path == "appointments/" {
            // On whatever day it is.
            body.insert("noted_afterwards".into(), json!(true));
        }
        if operation.path == "reading-limits/" {
            // One for each role.
            self.number += 1;
            let name = format!("Role{}", self.number);
            let admin = self.caller(Some(BuiltinRole::Admin)).await;
            let role = admin.post("roles/", json!({ "name": name })).await.id();
            body.insert("role".into(), json!(role));
        }
        if operation.path == "organization-memberships/" {
            // Whoever makes an organization is a member already.
            let member = self.record_of("app_user").await;
            body.insert("user".into(), json!(member));
        }
        if operation.path == "lab_tests/reference_ranges/" {
            body.insert("parameter".into(), json!("K"));
            body.insert("low".into(), json!(3.5));
        }
        if operation.path == "lab_result_values/" {
            body.insert("value_numeric".into(), json!(4.1));
        }
        if operation.path == "bills/" {
            body.insert("total_amount".into(), json!(100));
        }
        if operation.path == "stock-adjustments/" {
            body.insert("adjustment_type".into(), json!("Other"));
            // Units that turned up, of a batch that is on the shelf.
            let batch = self.record_of("stock_batch").await;
            body.insert("stock_batch".into(), json!(batch));
        }
        if operation.path == "goods-received-notes/" {
            let medication = self.record_of("medication_item").await;
            let item = json!({
                "medication_item": medication, "batch_number": format!("B{}", self.number),
                "expiry_date": "2030-01-31", "quantity_received": 100, "unit_cost": 1.5, "selling_price": 2,
            });
            body.insert("items".into(), json!([item]));
            let supplier = self.record_of("supplier").await;
            body.insert("supplier".into(), json!(supplier));
        }
        if operation.path == "secure-messages/" {
            let recipient = self.record_of("app_user").await;
            body.insert("recipient".into(), json!(recipient));
        }
        if operation.path == "patient-proxies/" {
            body.insert("kind".into(), json!("carer"));
            body.insert("agreed".into(), json!(true));
            body.insert("ends_on".into(), json!("2027-11-23"));
        }
        if operation.path == "insurance-claims/" {
            self.insure(&body["bill"]).await;
        }
        Json::Object(body)
    }

    /// Gives a bill a policy, without which nothing is claimed.
    async fn insure(&mut self, bill: &Json) {
        let admin = self.caller(Some(BuiltinRole::Admin)).await;
        let path = format!("bills/{bill}/");
        let patient = admin.get(&path).await.is(200)["patient"].clone();
        let policy = json!({ "patient": patient, "provider": "Sample", "policy_number": "1" });
        let policy = admin.post("insurance/", policy).await.id();
        let insured = json!({ "insurance": policy });
        admin.patch(&path, insured).await.is(200);
    }

    /// A mark for each sealed field of a resource that clients write and that holds text or a day.
    fn marked(&mut self, path: &str, schema: &Json) -> Vec<(String, Json)> {
        let Some(marks) = &mut self.marks else {
            return Vec::new();
        };
        let tables = self.world.app.registry.tables();
        let fields = tables
            .filter(|info| info.path == path)
            .flat_map(|info| info.fields);
        let mut values = Vec::new();
        for field in fields.filter(|field| field.shape.sealed && field.part == Part::Client) {
            let schema = &schema["properties"][field.name];
            let is = |kind: &str| schema["type"] == kind || schema["type"][0] == kind;
            if !is("string") || !schema["enum"].is_null() {
                continue;
            }
            // Letters only between numbers and dates: words of the language would be found anywhere.
            let n = marks.len();
            let mark = match schema["format"].as_str() {
                Some("date") => format!("1903-07-{:02}", n % 28 + 1),
                Some(_) => continue,
                None => format!("{}{n}vx", self.word),
            };
            let email = field.name.contains("email");
            values.push((
                field.name.to_owned(),
                json!(if email {
                    format!("{mark}@hospital.example")
                } else {
                    mark.clone()
                }),
            ));
            marks.push(mark);
        }
        values
    }

    async fn value(&mut self, name: &str, schema: &Json) -> Json {
        self.number += 1;
        let number = self.number;
        if let Some(table) = schema["x-references"].as_str() {
            return json!(self.record_of(table).await);
        }
        if let Some(choices) = schema["enum"].as_array() {
            return choices[0].clone();
        }
        // What ends comes after what begins.
        let end = name.starts_with("end");
        match (schema["type"].as_str(), schema["format"].as_str()) {
            (_, Some("partial-time")) if end => json!("12:30:00"),
            (_, Some("date-time")) if end => json!("2026-11-24T12:30:00Z"),
            (Some("integer"), _) => json!(1),
            (Some("number"), _) => json!(12.5),
            (Some("boolean"), _) => json!(true),
            (Some("array"), _) => json!([]),
            // Boards show the present day.
            (_, Some("date")) if self.marks.is_some() => json!("2026-11-23"),
            (_, Some("date")) if name.starts_with("expir") => json!("2030-01-31"),
            (_, Some("date")) => json!("2020-02-29"),
            (_, Some("partial-time")) => json!("10:30:00"),
            (_, Some("date-time")) => json!("2026-11-24T10:30:00Z"),
            _ if name.contains("email") => json!(format!("sample{number}@hospital.example")),
            _ => json!(format!("Sample{number}")),
        }
    }

    fn record_of<'a>(&'a mut self, table: &'a str) -> BoxFuture<'a, i64> {
        Box::pin(async move {
            match table {
                "role" => BuiltinRole::Nurse.id(),
                "app_user" => {
                    self.number += 1;
                    let name = format!("somebody{}", self.number);
                    self.world.user(&name, Some(BuiltinRole::Doctor)).await
                }
                _ => {
                    let info = self
                        .world
                        .app
                        .registry
                        .tables()
                        .find(|info| info.table == table)
                        .unwrap();
                    let made = self.make(info.path).await.unwrap();
                    made.json["id"].as_i64().unwrap()
                }
            }
        })
    }

    /// Asks for a record to be created by whoever may; `None` where nobody may.
    async fn attempt(&mut self, path: &str) -> Option<(Caller, testkit::Reply)> {
        let operation = self.create(path)?;
        let by = self.entitled(&operation).await?;
        let body = self.body(&operation).await;
        let reply = by.post(&operation.path, body).await;
        Some((by, reply))
    }

    fn made(&self, path: &str, by: Caller, reply: &testkit::Reply) -> Made {
        let json = reply.is(201).clone();
        let one = format!("{path}/{}/", json["id"]);
        assert_eq!(reply.header("location"), format!("/api/{one}"));
        assert_eq!(reply.header("etag"), "\"1\"", "{one}");
        assert!(!reply.header("x-request-id").is_empty());
        Made {
            by,
            path: one,
            json,
        }
    }

    async fn make(&mut self, path: &str) -> Option<Made> {
        let (by, reply) = self.attempt(path).await?;
        Some(self.made(path, by, &reply))
    }
}

impl Maker<'_> {
    /// Does to a record of its own, each time, what every verb of a resource does, so that records stand in every
    /// state that they can be in. What a verb refuses stays as it was made.
    async fn every_verb(&mut self, path: &str) {
        let begins = format!("{path}/{{id}}/");
        let verbs = self.world.operations().into_iter().filter(|operation| {
            let verb = operation.path.strip_prefix(&begins).unwrap_or_default();
            operation.method == Method::POST && verb.matches('/').count() == 1
        });
        for verb in verbs.collect::<Vec<_>>() {
            let Some((by, reply)) = self.attempt(path).await else {
                return;
            };
            // Of some things there is only one at a time.
            if reply.status == 409 {
                continue;
            }
            let made = self.made(path, by, &reply);
            let body = match &verb.doc.body {
                Some(_) => self.body(&verb).await,
                None => json!({}),
            };
            if let Some(by) = self.entitled(&verb).await {
                let done = verb.path.replace("{id}", &made.json["id"].to_string());
                let reply = by.post(&done, body).await;
                assert!(reply.status.as_u16() < 500, "{verb:?}: {}", reply.text());
                // What was read in this state may be sent back, or is refused for the state.
                let shown = made.by.get(&made.path).await;
                if shown.status == 200 && has(self.world, &Method::PUT, path) {
                    let back = made.by.put(&made.path, shown.json.clone()).await;
                    assert!(
                        matches!(back.status.as_u16(), 200 | 409),
                        "{verb:?}, then sent back: {}",
                        back.text()
                    );
                }
            }
        }
    }
}

/// The path of an operation with ids that exist: of what was made, or else of the newest row of the table; and 1 for
/// what is no id.
async fn existing(world: &World, made: &BTreeMap<&str, Json>, path: &str) -> String {
    if let Some(path) = with_ids(world, made, path) {
        return path;
    }
    let parts: Vec<&str> = path.split('/').collect();
    let mut filled = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        if !part.starts_with('{') {
            filled.push((*part).to_owned());
            continue;
        }
        let above = at.checked_sub(1).map_or("", |at| parts[at]);
        let table = world.app.registry.tables().find(|info| info.path == above);
        let mut newest = 1;
        if let Some(table) = table.filter(|info| !info.path.is_empty()) {
            let mut statement = Statement::raw("", vec![]);
            statement.sql = format!("SELECT coalesce(max(id), 1) FROM \"{}\"", table.table).into();
            (newest,) = world
                .app
                .unguarded("test")
                .one::<(i64,)>(statement)
                .await
                .unwrap();
        }
        filled.push(newest.to_string());
    }
    filled.join("/")
}

fn resources(world: &World) -> Vec<&'static str> {
    let mut paths: Vec<&str> = world
        .app
        .registry
        .tables()
        .map(|info| info.path)
        .filter(|path| !path.is_empty())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

fn has(world: &World, method: &Method, path: &str) -> bool {
    let path = format!("{path}/{{id}}/");
    world
        .operations()
        .iter()
        .any(|operation| operation.method == *method && operation.path == path)
}

/// A path with its parameters filled in by records that were made; a nested record below the one that it
/// belongs to.
fn with_ids(world: &World, made: &BTreeMap<&str, Json>, path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let mut filled = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let id = match *part {
            "{id}" => {
                let (above, below) = (parts.get(at.checked_sub(1)?)?, parts.get(at + 1)?);
                let mut tables = world.app.registry.tables();
                let table = tables.find(|info| info.path == *above)?.table;
                let nested = made.get(below).and_then(|json| json[table].as_i64());
                nested.or_else(|| made.get(above)?["id"].as_i64())?
            }
            "{sub_id}" => made.get(parts.get(at.checked_sub(1)?)?)?["id"].as_i64()?,
            part if part.starts_with('{') => return None,
            part => {
                filled.push(part.to_owned());
                continue;
            }
        };
        filled.push(id.to_string());
    }
    Some(filled.join("/"))
}

async fn actions_on(world: &World, kind: &str, id: i64) -> Vec<String> {
    let rows = world.audit_of(kind).await;
    rows.iter()
        .filter(|row| row.object_id == Some(id))
        .map(|row| row.action.as_str().to_owned())
        .collect()
}

/// Shows what is sealed and about no patient; the list may only shrink.
const ABOUT_STAFF: &[&str] = &[
    "schedule-exceptions/",
    "schedule-exceptions/{id}/",
    // What a cashier notes of their own drawer.
    "cash-sessions/",
    "cash-sessions/{id}/",
];

/// Every patient says no to the use of their data.
async fn confine_all(world: &World, desk: &Caller) {
    let all = Statement::raw(
        "SELECT id FROM patient WHERE merged_into IS NULL AND voided_at IS NULL",
        vec![],
    );
    let all: Vec<(i64,)> = world.app.unguarded("test").all(all).await.unwrap();
    for (patient,) in all {
        let word = json!({ "patient": patient, "consent_type": "data_processing", "given": false });
        desk.post("consents/", word).await.is(201);
    }
}

/// The first mark that a text holds. Most texts hold none, which is known at once by how all of them begin.
fn mark_in<'m>(marks: &'m [String], text: &str) -> Option<&'m String> {
    let begins = ["zqmark", "1903-07-"]
        .iter()
        .any(|begin| text.contains(begin));
    begins.then(|| marks.iter().find(|mark| text.contains(mark.as_str())))?
}

/// Whether a list counts rows about patients, who are all confined.
fn counts_confined(world: &World, operation: &Operation, reply: &testkit::Reply) -> bool {
    let mut tables = world.app.registry.tables();
    let path = operation.path.trim_end_matches('/');
    let Some(column) = tables
        .find(|info| info.path == path)
        .and_then(|info| info.patient)
    else {
        return false;
    };
    let Some(rows) = reply.json.as_array() else {
        return false;
    };
    let about = rows.iter().filter(|row| !row[column].is_null()).count();
    about > 0 || reply.header("x-total-count") != rows.len().to_string()
}

/// The audit trail says what was changed to those who guard the records, as far back as a page reaches.
const TRAIL: &[&str] = &[
    "audit_logs/",
    "audit-logs/",
    "audit_logs/{id}/",
    "audit-logs/{id}/",
];

/// Shows what patients confined, to those who must see it all the same; the list may only shrink.
const SHOWN_ALL_THE_SAME: &[&str] = &[
    // Why a record was opened, for those who judge it.
    "break-glass/",
    "break-glass/{id}/",
    // What happened, and no patient by name.
    "breaches/",
    "breaches/{id}/",
    // The name of a medicine, and how often it was prescribed to whomever.
    "report/top_prescribed_medications/",
    // The address with which the owner of an account signs in, to whoever keeps accounts.
    "users/",
    // What a patient tells the hospital itself, and is answered.
    "feedback/",
    "feedback/{id}/",
];

/// A page of a list takes no more than so many: the page, its count, what belongs to its rows, the trace
/// of the reading.
const STATEMENTS: u64 = 6;

/// How many statements a list takes, and how many rows it shows. Of several tries the one in which
/// nothing else was at work.
async fn statements(world: &World, caller: &Caller, path: &str) -> (u64, usize) {
    let mut least = (u64::MAX, 0);
    for _ in 0..3 {
        let before = world.app.unguarded("test").stats().await.statements;
        let page = caller.get(&format!("{path}?limit=100")).await;
        let rows = page.is(200)["results"].as_array().unwrap().len();
        least = least.min((
            world.app.unguarded("test").stats().await.statements - before,
            rows,
        ));
    }
    least
}

/// Which files below these places hold one of the words, in whatever case.
fn files_with(words: &[String], places: &[PathBuf]) -> String {
    let mut grep = Command::new("grep");
    grep.args(["-rlaiF"]).env("LC_ALL", "C");
    for word in words {
        grep.args(["-e", word]);
    }
    let found = grep.args(places).output().unwrap();
    String::from_utf8(found.stdout).unwrap()
}

/// Where the database keeps anything: its files with their logs, the server's log, temporary files.
async fn files(world: &World) -> Vec<PathBuf> {
    let mut places = vec![world.dir().to_owned()];
    if world.app.dialect() == Dialect::Postgres
        && let Some(server) = testkit::postgres::server()
        && let Some(cluster) = server.directory()
    {
        server.checkpoint();
        let oid = "SELECT oid::bigint FROM pg_database WHERE datname = current_database()";
        let (oid,): (i64,) = world
            .app
            .unguarded("test")
            .one(Statement::raw(oid, vec![]))
            .await
            .unwrap();
        places.extend(["log", "data/pg_wal", "data/base/pgsql_tmp"].map(|name| cluster.join(name)));
        places.push(cluster.join(format!("data/base/{oid}")));
        places.retain(|place| place.exists());
    }
    places
}

/// What everybody who works here sees, whoever made it: organizations, of which people choose the one that they join.
const OPEN_TO_STAFF: &[&str] = &["organizations"];

/// Resources that people call by their kind and number, and why.
const BY_NUMBER: &[(&str, &str)] = &[
    ("AccessReview", "the names are other tables'"),
    ("AffectedRecord", "the patient's name is another table's"),
    ("Breach", "what happened is for few people"),
    ("BreakGlass", "the names are other tables'"),
    ("Feedback", "what people think is for few people"),
    ("PatientProxy", "the names are other tables'"),
    ("SetAside", "the names are other tables'"),
    ("PublicFigure", "the patient's name is another table's"),
    ("ReadingLimit", "the role's name is another table's"),
    ("WaitingEntry", "the names are other tables'"),
    (
        "DelegateAccess",
        "the names of the two users are another table's",
    ),
    ("InsuranceClaim", "insurers and clerks quote its number"),
    ("LabOrderItem", "the test's name is the catalogue's"),
    (
        "OrganizationMembership",
        "the names of user and organization are other tables'",
    ),
    ("Preference", "a user has one"),
    (
        "PurchaseOrderItem",
        "the medication's name is the formulary's",
    ),
    ("RefundRequest", "cashiers call it by its number"),
    (
        "RoleChangeRequest",
        "the names of user and role are other tables'",
    ),
    ("StockTakeLine", "the batch's number is another table's"),
    ("WardStaff", "the names are other tables'"),
];

/// More fields than this are asked for in groups.
const ONE_GROUP: usize = 6;

/// The declarations of resources, with their names.
fn declarations() -> Vec<(String, String)> {
    fn sources(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(crates).unwrap() {
        let source = entry.unwrap().path().join("src");
        if source.is_dir() {
            sources(&source, &mut texts);
        }
    }
    let mut found = Vec::new();
    for text in &texts {
        for part in text.split("\nimpl ").skip(1) {
            let block = part.split_once("\n}").unwrap_or((part, "")).0;
            let head = block.lines().next().unwrap_or_default();
            let named = head.split_once("Resource for ");
            if let Some((_, name)) =
                named.filter(|(path, _)| path.is_empty() || path.ends_with("::"))
            {
                found.push((name.trim_end_matches(" {").to_owned(), block.to_owned()));
            }
        }
    }
    found
}

#[test]
fn every_resource_says_what_its_list_shows_and_what_it_is_called() {
    let declared = declarations();
    assert!(declared.len() > 60, "{}", declared.len());
    let mut wrong = Vec::new();
    for (name, block) in &declared {
        let by_number = BY_NUMBER.iter().any(|(known, _)| known == name);
        if !block.contains("const LIST:") {
            wrong.push(format!(
                "{name} has no LIST: which columns does the person at the desk want?"
            ));
        }
        let own = block.contains("fn label(") || block.contains("fn called(");
        if own == by_number {
            wrong.push(format!(
                "{name} has a label of its own, or a reason in BY_NUMBER, but not both"
            ));
        }
    }
    for (name, why) in BY_NUMBER {
        assert!(!why.is_empty());
        if !declared.iter().any(|(declared, _)| declared == name) {
            wrong.push(format!("{name} is no resource"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The settings of a place that is restored to.
fn settings_of(place: &Installation) -> Settings {
    let pairs = [
        ("DATABASE_URL", place.database_url().to_owned()),
        ("CHELAL_DATA_DIR", place.dir().display().to_string()),
        ("CHELAL_MASTER_KEY", testkit::MASTER_KEY.to_owned()),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value));
    Settings::from_pairs(pairs).unwrap().settings
}

/// Every table with its columns, but the one that says what was done to this database alone.
async fn tables(world: &World) -> Vec<(String, Vec<String>)> {
    let sql = match world.app.dialect() {
        Dialect::Sqlite => {
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        }
        Dialect::Postgres => {
            "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()"
        }
    };
    let db = world.app.unguarded("the names of tables");
    let names: Vec<(String,)> = db.all(Statement::raw(sql, vec![])).await.unwrap();
    let mut tables = Vec::new();
    for (name,) in names
        .into_iter()
        .filter(|(name,)| name != "schema_migration")
    {
        let columns = world.columns(&name).await;
        tables.push((name, columns));
    }
    tables
}

/// All rows of all tables, each value as text.
async fn rows_of(db: &Db, tables: &[(String, Vec<String>)]) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut all = BTreeMap::new();
    for (table, columns) in tables {
        let value = |column: &String| match db.dialect() {
            Dialect::Sqlite => format!("quote(\"{column}\")"),
            Dialect::Postgres => format!("\"{column}\"::text"),
        };
        let values: Vec<String> = columns.iter().map(value).collect();
        let array = match db.dialect() {
            Dialect::Sqlite => "json_array",
            Dialect::Postgres => "json_build_array",
        };
        let cast = match db.dialect() {
            Dialect::Sqlite => "",
            Dialect::Postgres => "::text",
        };
        let sql = format!(
            "SELECT {array}({}){cast} FROM \"{table}\"",
            values.join(", ")
        );
        let sql: &'static str = sql.leak();
        let found: Vec<(String,)> = db.all(Statement::raw(sql, vec![])).await.unwrap();
        let mut rows: Vec<Vec<String>> = found
            .iter()
            .map(|(row,)| serde_json::from_str::<Vec<Option<String>>>(row).unwrap())
            .map(|row| {
                row.into_iter()
                    .map(|value| same_json(value.unwrap_or_default()))
                    .collect()
            })
            .collect();
        rows.sort();
        all.insert(table.clone(), rows);
    }
    all
}

/// JSON that means the same reads the same.
fn same_json(value: String) -> String {
    let inner = value
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''));
    let inner = inner.filter(|text| text.starts_with(['{', '[']));
    let read = inner.and_then(|text| serde_json::from_str::<Json>(&text.replace("''", "'")).ok());
    read.map_or(value, |json| json.to_string())
}

/// The field of an operation's body that names a patient.
fn about_a_patient(operation: &Operation) -> Option<&'static str> {
    let schema = operation.doc.body.clone()?.json;
    let names = |name: &&str| schema["properties"][*name]["x-references"] == "patient";
    ["patient", "related_patient"].into_iter().find(names)
}

testkit::on_both! {
    async fn nobody_gives_themselves_access_that_lasts(world: &World) {
        const NAME: &str = "drcurious";
        // Given a doctor who reaches only patients in their care, of everything that is about patients,
        let doctors: BTreeSet<String> = world
            .operations()
            .iter()
            .filter_map(|operation| operation.permission().cloned())
            .filter(|permission| permission.default_for(Some(BuiltinRole::Doctor)) != Reach::None)
            .map(|permission| permission.permission.resource().to_owned())
            .collect();
        let of_patients = world.app.registry.tables().filter(|info| info.patient.is_some() && doctors.contains(info.path));
        let mut scopes: Map<String, Json> = of_patients.map(|info| (info.path.to_owned(), json!("assigned"))).collect();
        scopes.insert("patients".to_owned(), json!("assigned"));
        let role = format!("roles/{}/", BuiltinRole::Doctor.id());
        world.admin().await.patch(&role, json!({ "scopes": scopes })).await.is(200);
        let me = world.user(NAME, Some(BuiltinRole::Doctor)).await;
        let doctor = world.sign_in(NAME, testkit::PASSWORD).await;
        // who records whatever can be recorded of strangers, each time naming themselves,
        let mut maker = Maker::new(world);
        let mut strangers = Vec::new();
        for path in resources(world) {
            let Some(operation) = maker.create(path) else { continue };
            let Some(field) = about_a_patient(&operation) else { continue };
            let mut body = maker.body(&operation).await;
            let stranger = maker.record_of("patient").await;
            body[field] = json!(stranger);
            for oneself in ["doctor", "assignee", "recipient"] {
                if operation.doc.body.clone().unwrap().json["properties"][oneself]["x-references"] == "app_user" {
                    body[oneself] = json!(me);
                }
            }
            let reply = doctor.post(&operation.path, body).await;
            assert!(reply.status.as_u16() < 500, "{path}: {}", reply.text());
            strangers.push((path, stranger));
        }
        assert!(strangers.len() > 10, "{strangers:?}");
        world.settle().await;
        // the record of none of them is open on the day after.
        world.pass(jiff::SignedDuration::from_hours(25));
        let doctor = world.sign_in(NAME, testkit::PASSWORD).await;
        for (path, stranger) in strangers {
            let seen = doctor.get(&format!("patients/{stranger}/")).await;
            assert_eq!(seen.status, 404, "by {path}");
        }
    }

    async fn a_record_lives_and_leaves_its_trace(world: &World) {
        let mut maker = Maker::new(world);
        for path in resources(world) {
            let Some(made) = maker.make(path).await else { continue };
            let info = world.app.registry.tables().find(|info| info.path == path).unwrap();
            let id = made.json["id"].as_i64().unwrap();
            assert!(actions_on(world, info.name, id).await.contains(&"create".to_owned()), "{path}");
            for field in info.fields.iter().filter(|field| field.shape.reference.is_some()) {
                if let Some(value) = made.json.get(field.name).filter(|value| !value.is_object()) {
                    assert_eq!(value, &made.json[format!("{}_id", field.name)], "{path} {}", field.name);
                }
            }

            let shown = made.by.get(&made.path).await;
            let version = shown.is(200)["version"].clone();
            assert_eq!(shown.header("etag"), format!("\"{version}\""), "{path}");

            if has(world, &Method::PATCH, path) {
                // Nothing changes, and a key that nobody knows is ignored.
                let same = made.by.patch(&made.path, json!({ "no_such_key": 1 })).await;
                assert_eq!(same.is(200)["version"], version, "{path}");
                let put = made.by.put(&made.path, json!({})).await;
                assert_eq!(put.is(200)["version"], version, "{path}: PUT merges");
                // A client that saves what it read changes nothing.
                let back = made.by.put(&made.path, shown.json.clone()).await;
                assert_eq!(back.json["version"], version, "{path}: sent back as read: {}", back.text());
                let stale = made.by.request("PATCH", &made.path).header("if-match", "\"999\"").json(&json!({})).send().await;
                stale.refuses(412, "stale_version");
                let odd = made.by.request("PATCH", &made.path).header("if-match", "yesterday").json(&json!({})).send().await;
                odd.is(400);
                let wrong = made.by.patch(&made.path, json!([1])).await;
                wrong.complains_about("non_field_errors");
            }
            if has(world, &Method::DELETE, path) {
                let gone = made.by.delete(&made.path).await;
                if gone.status == 403 {
                    continue;
                }
                // One that brought rows of its own, such as a batch its movements, stays with them.
                if gone.status == 409 {
                    gone.refuses(409, "in_use");
                    continue;
                }
                gone.is(204);
                made.by.delete(&made.path).await.refuses(404, "not_found");
                made.by.get(&made.path).await.refuses(404, "not_found");
                assert!(actions_on(world, info.name, id).await.contains(&"delete".to_owned()), "{path}");
            }
        }
        world.settle().await;
    }

    async fn what_is_sealed_is_nowhere_in_the_clear(world: &World) {
        let mut maker = Maker::new(world);
        // A word of its own: PostgreSQL's log is the whole server's, and accounts of other tests have addresses in it.
        maker.word = "zqseal";
        maker.marks = Some(Vec::new());
        for path in resources(world) {
            let Some(operation) = maker.create(path) else { continue };
            let Some(by) = maker.entitled(&operation).await else { continue };
            let body = maker.body(&operation).await;
            let fields = maker.marked(path, &operation.doc.body.as_ref().unwrap().json);
            if fields.is_empty() {
                continue;
            }
            // Every trace that a record leaves: its row, the answer that is kept, the audit trail, searches.
            let made = by.request("POST", &operation.path).header("idempotency-key", &format!("mark-{path}")).json(&body).send().await;
            made.is(201);
            let one = format!("{path}/{}/", made.id());
            if has(world, &Method::PATCH, path) {
                let changed = by.patch(&one, Json::Object(fields.iter().cloned().collect())).await;
                changed.is(200);
                for (name, value) in &fields {
                    assert_eq!(changed.json[name], *value, "{path} {name}");
                }
            }
            for (_, value) in &fields {
                let sought = value.as_str().unwrap();
                by.get(&format!("{path}/?search={sought}")).await;
                by.get(&format!("{path}/?ordering={sought}")).await.is(400);
            }
            by.delete(&one).await;
        }
        world.settle().await;
        let marks = maker.marks.take().unwrap();
        assert!(marks.len() > 20, "{marks:?}");
        world.user("zqclear", None).await;
        let archive = world.dir().join("backup.tar");
        ops::backup::backup(
            world.app.unguarded("test"),
            &world.app.settings,
            &ops::backup::Documents::carried(&world.app),
            world.clock.now(),
            &archive,
        )
       .await.unwrap();
        let places = files(world).await;
        // What is kept in the clear is found in the database and in the backup: looking works.
        let clear = files_with(&["zqclear".to_owned()], &places);
        // The files of a server that was given are not at hand.
        let databases = usize::from(places.len() > 1 || world.app.dialect() == Dialect::Sqlite);
        assert!(clear.contains("backup.tar") && clear.lines().count() > databases, "{clear} of {places:?}");
        let words: Vec<String> = marks.into_iter().chain([maker.word.to_owned()]).collect();
        assert_eq!(files_with(&words, &places), "", "{places:?}");
    }

    async fn whoever_is_shown_something_sealed_leaves_a_trace(world: &World) {
        let mut maker = Maker::new(world);
        maker.marks = Some(Vec::new());
        let mut made = BTreeMap::new();
        for path in resources(world) {
            if let Some(one) = maker.make(path).await {
                made.insert(path, one.json);
            }
        }
        world.settle().await;
        let (mut shown, mut wrong, mut exempt) = (Vec::new(), Vec::new(), ABOUT_STAFF.to_vec());
        for operation in world.operations().iter().filter(|operation| operation.method == Method::GET) {
            let Some(path) = with_ids(world, &made, &operation.path) else { continue };
            let by = match operation.permission() {
                Some(_) => maker.entitled(operation).await,
                None => Some(maker.caller(Some(BuiltinRole::Admin)).await),
            };
            let Some(by) = by else { continue };
            let request = format!("look-{}", operation.id);
            let reply = by.request("GET", &path).header("x-request-id", &request).send().await;
            if !maker.marks.iter().flatten().any(|mark| reply.text().contains(mark.as_str())) {
                continue;
            }
            shown.push(operation.path.clone());
            let noted = Statement::raw("SELECT count(*) FROM audit_log WHERE request_id = $1", vec![request.to_value()]);
            let (noted,): (i64,) = world.app.unguarded("test").one(noted).await.unwrap();
            if noted == 0 {
                match exempt.iter().position(|known| *known == operation.path) {
                    Some(at) => drop(exempt.remove(at)),
                    None => wrong.push(path),
                }
            }
        }
        // What is looked for is shown: by lists, single records, nested lists and exports.
        for path in ["patients/", "patients/{id}/", "patients/{id}/allergies/", "patients/export/", "tasks/{id}/"] {
            assert!(shown.iter().any(|shown| shown == path), "{path} is not in {shown:?}");
        }
        assert!(wrong.is_empty(), "shown, and on no record: {wrong:#?}");
        assert!(exempt.is_empty(), "no longer exempt: {exempt:?}");
    }

    async fn whoever_has_nothing_to_do_with_a_record_does_not_see_it(world: &World) {
        let mut maker = Maker::new(world);
        let mut made = BTreeMap::new();
        for path in resources(world) {
            if let Some(one) = maker.make(path).await {
                made.insert(path, one.json["id"].as_i64().unwrap());
            }
        }
        world.settle().await;
        let (mut shut, mut wrong) = (Vec::new(), Vec::new());
        let operations = world.operations();
        for path in resources(world) {
            let one = format!("{path}/{{id}}/");
            let Some(read) = operations.iter().find(|op| op.method == Method::GET && op.path == one) else { continue };
            let permission = read.permission().unwrap();
            let owner = maker.entitled(read).await.unwrap();
            // What nobody creates comes from what others did.
            let id = match made.get(path) {
                Some(id) => Some(*id),
                None => owner.get(&format!("{path}/")).await.is(200)[0]["id"].as_i64(),
            };
            let Some(id) = id else { continue };
            for role in BuiltinRole::ALL.into_iter().map(Some).chain([None]) {
                let reach = permission.default_for(role);
                if !matches!(reach, Reach::Own | Reach::Assigned) {
                    continue;
                }
                if reach == Reach::Assigned && OPEN_TO_STAFF.contains(&path) {
                    continue;
                }
                let stranger = world.caller(role).await;
                shut.push(path);
                let shown = stranger.get(&format!("{path}/{id}/")).await;
                let listed = stranger.get(&format!("{path}/")).await;
                let among = listed.is(200).as_array().unwrap().iter().any(|row| row["id"] == id);
                if shown.status != 404 || among {
                    wrong.push(format!("{role:?} {path}/{id}/: {} and {among}", shown.status));
                }
            }
        }
        for path in ["patients", "appointments", "allergies", "tasks", "sessions", "users"] {
            assert!(shut.contains(&path), "{path} is not in {shut:?}");
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn a_hospital_moves_to_the_other_kind_of_database_and_back(world: &World) {
        let other = match world.app.dialect() {
            Dialect::Sqlite => Base::Postgres,
            Dialect::Postgres => Base::Sqlite,
        };
        let Some(there) = Installation::empty(other, env!("CARGO_BIN_EXE_chelal")) else { return };
        let here = match other {
            Base::Postgres => Base::Sqlite,
            Base::Sqlite => Base::Postgres,
        };
        let Some(back) = Installation::empty(here, env!("CARGO_BIN_EXE_chelal")) else { return };
        let mut maker = Maker::new(world);
        for path in resources(world) {
            maker.make(path).await;
            maker.every_verb(path).await;
        }
        world.settle().await;
        sealer::seal_now(&world.app).await.unwrap();
        let tables = tables(world).await;
        assert!(tables.len() > 100, "{}", tables.len());
        let before = rows_of(world.app.unguarded("all rows are compared"), &tables).await;
        let filled = before.values().filter(|rows| !rows.is_empty()).count();
        assert!(filled > 80, "{filled} tables have rows");

        let archive = world.dir().join("here.backup");
        let documents = Documents::carried(&world.app);
        let now = world.app.clock.now();
        let db = world.app.unguarded("a backup is all of it");
        backup(db, &world.app.settings, &documents, now, &archive).await.unwrap();
        let settings = settings_of(&there);
        let restored = restore(&archive, &settings, now, server::modules::modules()).await.unwrap();
        assert!(restored.audit.is_intact(), "{}", restored.audit);
        assert!(restored.documents.is_whole(), "{}", restored.documents.words());
        let db = Db::connect(&settings.db_config()).await.unwrap();
        let moved = rows_of(&db, &tables).await;
        for (table, rows) in &before {
            let more = usize::from(table == "audit_log");
            assert_eq!(moved[table].len(), rows.len() + more, "{table}");
        }

        // Each row is the same when it comes back, and what is new was done there.
        let archive = there.dir().join("there.backup");
        backup(&db, &settings, &Documents::LeftOut, now, &archive).await.unwrap();
        db.close().await;
        let settings = settings_of(&back);
        let restored = restore(&archive, &settings, now, server::modules::modules()).await.unwrap();
        assert!(restored.audit.is_intact(), "{}", restored.audit);
        let db = Db::connect(&settings.db_config()).await.unwrap();
        let after = rows_of(&db, &tables).await;
        for (table, rows) in &before {
            let returned = &after[table];
            let lost: Vec<_> = rows.iter().filter(|row| !returned.contains(row)).collect();
            assert!(lost.is_empty(), "{table}: {lost:#?} of {returned:#?}");
            let more = 2 * usize::from(table == "audit_log");
            assert_eq!(returned.len(), rows.len() + more, "{table}");
        }
        // Numbering goes on: what was given once is not given again.
        let insert = "INSERT INTO organization (uid, created_at, updated_at, version, name, description, is_active) \
                      SELECT $1, created_at, updated_at, 1, 'Numbered', '', is_active FROM organization LIMIT 1 RETURNING id";
        let uid = uuid::Uuid::now_v7().to_value();
        let numbered: (i64,) = db
            .transaction(|tx| {
                let uid = uid.clone();
                Box::pin(async move { tx.one(Statement::raw(insert, vec![uid])).await })
            })
            .await
            .unwrap();
        let highest = db.all::<(i64,)>(Statement::raw("SELECT max(id) FROM organization", vec![])).await.unwrap();
        assert_eq!(numbered, highest[0]);
        db.close().await;
    }

    async fn no_answer_shows_a_stranger_anything_sealed(world: &World) {
        let mut maker = Maker::new(world);
        maker.marks = Some(Vec::new());
        let mut made = BTreeMap::new();
        for path in resources(world) {
            if let Some(one) = maker.make(path).await {
                made.insert(path, one.json);
            }
            maker.every_verb(path).await;
        }
        world.settle().await;
        let marks = maker.marks.take().unwrap();
        let (mut asked, mut wrong) = (0, Vec::new());
        for role in BuiltinRole::ALL.into_iter().map(Some).chain([None]) {
            let stranger = world.caller(role).await;
            for operation in world.operations().iter().filter(|operation| operation.method == Method::GET) {
                if operation.permission().is_some_and(|needed| needed.default_for(role) == Reach::All) {
                    continue;
                }
                // Alerts are shown to whoever may read the patient.
                if operation.path == "alerts/" && [BuiltinRole::Admin, BuiltinRole::Doctor, BuiltinRole::Nurse].map(Some).contains(&role) {
                    continue;
                }
                let path = existing(world, &made, &operation.path).await;
                let mut forms = vec![path.clone()];
                if operation.doc.query.iter().any(|(name, ..)| name == "search") {
                    forms.push(format!("{path}?search=zqmark"));
                }
                if operation.doc.query.iter().any(|(name, ..)| name == "format") {
                    forms.push(format!("{path}?format=csv"));
                }
                for path in forms {
                    let reply = stranger.get(&path).await;
                    asked += 1;
                    let text = reply.text();
                    assert!(reply.status.as_u16() < 500, "{role:?} {path}: {text}");
                    if let Some(mark) = mark_in(&marks, &text) {
                        wrong.push(format!("{role:?} {path}: {mark}"));
                    }
                }
            }
        }
        // What is looked for is there: those who may see it all do.
        let admin = maker.caller(Some(BuiltinRole::Admin)).await;
        for path in ["patients/", "appointments/", "appointments/queue/", "tasks/"] {
            let text = admin.get(path).await.text();
            assert!(marks.iter().any(|mark| text.contains(mark.as_str())), "{path}: {text}");
        }
        assert!(asked > 300, "{asked}");
        assert!(wrong.is_empty(), "shown to strangers: {wrong:#?}");
    }

    async fn no_answer_shows_whose_word_confines_them_to_those_who_treat_them(world: &World) {
        let mut maker = Maker::new(world);
        maker.marks = Some(Vec::new());
        let mut made = BTreeMap::new();
        for path in resources(world) {
            if let Some(one) = maker.make(path).await {
                made.insert(path, one.json);
            }
            maker.every_verb(path).await;
        }
        world.settle().await;
        let marks = maker.marks.take().unwrap();
        let desk = maker.caller(Some(BuiltinRole::Receptionist)).await;
        let admin = maker.caller(Some(BuiltinRole::Admin)).await;
        // What is looked for is there.
        for path in ["patients/", "appointments/", "bills/", "patients/export/"] {
            let text = admin.get(path).await.text();
            assert!(marks.iter().any(|mark| text.contains(mark.as_str())), "{path}: {text}");
        }
        // Somebody who opened a record in an emergency, and whose time is over.
        let former = world.doctor().await;
        let opened = former.post("break-glass/", json!({ "patient": made["patients"]["id"], "reason": "Shock" })).await;
        admin.post(&format!("break-glass/{}/end/", opened.is(201)["id"]), json!({})).await.is(200);
        confine_all(world, &desk).await;
        let mut callers = vec![("a former carer".to_owned(), former)];
        for role in BuiltinRole::ALL.into_iter().map(Some).chain([None]) {
            callers.push((format!("{role:?}"), world.caller(role).await));
        }
        let (mut asked, mut wrong, mut exempt) = (0, Vec::new(), SHOWN_ALL_THE_SAME.to_vec());
        for (who, caller) in &callers {
            for operation in world.operations().iter().filter(|operation| operation.method == Method::GET) {
                let path = existing(world, &made, &operation.path).await;
                let mut forms = vec![path.clone()];
                for (form, asks) in [("search", "search=zqmark"), ("format", "format=csv"), ("ordering", "limit=1"), ("labels", "labels=true"), ("purpose", "purpose=research")] {
                    if operation.doc.query.iter().any(|(name, ..)| name == form) {
                        forms.push(format!("{path}?{asks}"));
                    }
                }
                for path in forms {
                    let reply = caller.get(&path).await;
                    asked += 1;
                    assert!(reply.status.as_u16() < 500, "{who} {path}: {}", reply.text());
                    let said = format!("{:?} {}", reply.headers, reply.text());
                    if mark_in(&marks, &said).is_none() && !counts_confined(world, operation, &reply) {
                        continue;
                    }
                    if ABOUT_STAFF.iter().chain(TRAIL).any(|known| *known == operation.path) {
                        continue;
                    }
                    match SHOWN_ALL_THE_SAME.iter().find(|known| **known == operation.path) {
                        Some(known) => exempt.retain(|other| other != known),
                        None => wrong.push(format!("{who} {path}")),
                    }
                }
            }
        }
        assert!(asked > 1000, "{asked}");
        assert!(wrong.is_empty(), "shown to those who do not treat the patient: {wrong:#?}");
        assert!(exempt.is_empty(), "no longer shown: {exempt:?}");
        world.settle().await;
    }

    async fn a_list_takes_as_many_statements_for_many_rows_as_for_few(world: &World) {
        let mut maker = Maker::new(world);
        let mut wrong = Vec::new();
        let operations = world.operations();
        let lists = operations.iter().filter(|operation| operation.id.ends_with("_list") && !operation.path.contains('{'));
        for list in lists {
            let path = list.path.trim_end_matches('/');
            let Some(by) = maker.entitled(list).await else { continue };
            if let Some(create) = maker.create(path)
                && let Some(author) = maker.entitled(&create).await
            {
                let body = maker.body(&create).await;
                author.post(&create.path, body).await;
            }
            let few = statements(world, &by, &list.path).await;
            if let Some(create) = maker.create(path)
                && let Some(author) = maker.entitled(&create).await
            {
                for _ in 0..12 {
                    let body = maker.body(&create).await;
                    author.post(&create.path, body).await;
                }
            }
            let many = statements(world, &by, &list.path).await;
            let page = by.get(&format!("{}?limit=1", list.path)).await;
            let shown = page.is(200)["results"].as_array().unwrap().len();
            let huge = by.get(&format!("{}?limit=100000000", list.path)).await;
            if shown > 1 || huge.status == 200 && huge.json["results"].as_array().unwrap().len() > 1000 {
                wrong.push(format!("{}: a page of 1 has {shown} rows", list.path));
            }
            // An empty list needs not even look for what belongs to its rows.
            // The first time may also read what is remembered from then on.
            if many.0 > STATEMENTS || (few.1 > 0 && many.0 > few.0) {
                wrong.push(format!("{}: {few:?} and {many:?} (statements, rows)", list.path));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        world.settle().await;
    }

    async fn one_key_has_one_effect(world: &World) {
        let mut maker = Maker::new(world);
        for path in resources(world) {
            let Some(operation) = maker.create(path) else { continue };
            let Some(by) = maker.entitled(&operation).await else { continue };
            let body = maker.body(&operation).await;
            let send = |body: Json| by.request("POST", &operation.path).header("idempotency-key", &format!("once-{path}")).json(&body).send();
            let (first, second) = tokio::join!(send(body.clone()), send(body.clone()));
            assert_eq!((first.is(201), second.status), (second.is(201), first.status), "{path}");
            let mut other = body.clone();
            other["another_body"] = json!(true);
            send(other).await.refuses(409, "idempotency_key_reused");
        }
        world.settle().await;
    }

    async fn what_is_recorded_of_a_patient_stays_theirs(world: &World) {
        let mut maker = Maker::new(world);
        let two = [maker.make("patients").await.unwrap(), maker.make("patients").await.unwrap()].map(|made| made.json["id"].clone());
        let mut stays = Vec::new();
        for path in resources(world) {
            let info = world.app.registry.tables().find(|info| info.path == path).unwrap();
            let one = format!("{path}/{{id}}/");
            let change = world.operations().into_iter().find(|op| op.method == Method::PATCH && op.path == one);
            let (Some(field), Some(change)) = (info.patient, change) else { continue };
            let written = info.fields.iter().any(|known| known.name == field && known.part == Part::Client);
            if info.patient_changes || !written {
                continue;
            }
            let Some(made) = maker.make(path).await else { continue };
            let by = maker.entitled(&change).await.unwrap();
            let other = two.iter().find(|patient| **patient != made.json[field]).unwrap();
            by.patch(&made.path, json!({ field: other })).await.complains_about(field);
            stays.push(path);
        }
        for path in ["allergies", "consents", "encounters", "medical_conditions", "vaccinations"] {
            assert!(stays.contains(&path), "{path} among {stays:?}");
        }
        world.settle().await;
    }

    async fn nonsense_is_answered_clearly_and_stores_nothing(world: &World) {
        let admin = world.admin().await;
        for path in resources(world) {
            let maker = Maker::new(world);
            let Some(operation) = maker.create(path) else { continue };
            let permission = operation.permission().unwrap();
            if permission.default_for(Some(BuiltinRole::Admin)) == Reach::None {
                continue;
            }
            let raw = |content_type: &str, body: &[u8]| admin.request("POST", &operation.path).raw(content_type, body.to_vec()).send();
            raw("application/json", b"{\"a\": ").await.refuses(400, "malformed_json");
            raw("application/json", b"{\"a\": \"\\ud800\"}").await.refuses(400, "malformed_json");
            raw("application/json", "[".repeat(10_000).as_bytes()).await.refuses(400, "malformed_json");
            raw("application/json", b"\xff\xfe").await.refuses(400, "malformed_json");
            raw("text/plain", b"{}").await.refuses(415, "unsupported_media_type");
            raw("application/json; charset=utf-16", b"{}").await.refuses(415, "unsupported_media_type");
            raw("application/json; charset=iso-8859-1", b"{}").await.refuses(415, "unsupported_media_type");
            raw("application/json; charset=\"UTF-8\"", b"[]").await.complains_about("non_field_errors");
            raw("application/json", b"[]").await.complains_about("non_field_errors");
            raw("application/json", &vec![b' '; 1024 * 1024 + 1]).await.refuses(413, "payload_too_large");
            let schema = &operation.doc.body.as_ref().unwrap().json["properties"];
            for (name, schema) in schema.as_object().unwrap() {
                // Of another name, complaints are under the declared one.
                let other = schema["description"].as_str().and_then(|said| said.strip_prefix("Another name of `"));
                let under = other.and_then(|said| said.strip_suffix("`.")).unwrap_or(name);
                let one = |value: Json| admin.post(&operation.path, json!({ name: value }));
                // An object or a list is right nowhere but in fields that hold one.
                if schema.get("type").is_some_and(|kind| kind != "array" && kind != "object") && schema["x-references"].is_null() {
                    one(json!({ "a": [1] })).await.complains_about(under);
                }
                if schema["format"] == "date" {
                    one(json!("2025-02-30")).await.complains_about(under);
                    one(json!("30.02.2025")).await.complains_about(under);
                }
                if schema["type"] == "string" && schema["format"].is_null() && schema["enum"].is_null() {
                    one(json!("a\u{0}b")).await.complains_about(under);
                    one(json!("x".repeat(70_000))).await.complains_about(under);
                }
                if !schema["x-references"].is_null() {
                    one(json!("nobody")).await.complains_about(under);
                }
            }
        }
    }

    async fn a_form_asks_for_every_field_once_in_groups_with_headings(world: &World) {
        let mut wrong = Vec::new();
        for path in resources(world) {
            let one = format!("{path}/{{id}}/");
            let operations = world.operations();
            let Some(read) = operations.iter().find(|op| op.method == Method::GET && op.path == one) else { continue };
            let shown = &read.doc.answer.as_ref().unwrap().json;
            let info = world.app.registry.tables().find(|info| info.path == path).unwrap();
            let columns = shown["x-list-columns"].as_array().unwrap();
            for column in columns {
                if shown["properties"].get(column.as_str().unwrap()).is_none() {
                    wrong.push(format!("{path}: nobody sees {column}"));
                }
            }
            let groups = shown["x-field-groups"].as_array().unwrap();
            let mut asked: Vec<&str> = groups.iter().flat_map(|group| group["fields"].as_array().unwrap()).filter_map(Json::as_str).collect();
            let mut written: Vec<&str> = info.fields.iter().filter(|field| field.part == Part::Client).map(|field| field.name).collect();
            asked.sort_unstable();
            written.sort_unstable();
            if asked != written {
                wrong.push(format!("{path}: the form asks for {asked:?}, clients write {written:?}"));
            }
            if written.len() > ONE_GROUP && groups.len() < 2 {
                wrong.push(format!("{path}: {} fields in one group", written.len()));
            }
            for heading in groups.iter().filter_map(|group| group["heading"].as_str()) {
                if !heading.is_empty() && !world.app.texts.contains(heading) {
                    wrong.push(format!("{path}: no text is called {heading}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn a_picker_is_told_what_each_record_is_called(world: &World) {
        let mut maker = Maker::new(world);
        let mut wrong = Vec::new();
        for path in resources(world) {
            let list = format!("{path}/");
            let operations = world.operations();
            let Some(read) = operations.iter().find(|op| op.method == Method::GET && op.path == list) else { continue };
            maker.make(path).await;
            let Some(by) = maker.entitled(read).await else { continue };
            let name = world.app.registry.tables().find(|info| info.path == path).unwrap().name;
            let by_number = BY_NUMBER.iter().any(|(known, _)| *known == name);
            let labels = by.get(&format!("{list}?labels=true&limit=5")).await;
            for row in labels.is(200)["results"].as_array().unwrap() {
                let label = row["label"].as_str().unwrap();
                // What was noted without any of its words, such as a booking without a purpose, has its number.
                if label.trim() != label || label.is_empty() || (by_number && !label.ends_with(&row["id"].to_string())) {
                    wrong.push(format!("{path}: {label:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        world.settle().await;
    }
}
