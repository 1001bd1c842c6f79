//! Two hospitals that begin alike: what one is told through the API the other is told through forms, declared operation
//! by declared operation, with values made by chance. They must stay alike: the same answers, the same rows, the same
//! audit trail.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use http::Method;
use identity::state::Identity;
use kernel::{BuiltinRole, Reach};
use platform::db::{Dialect, Statement};
use platform::module::TableInfo;
use platform::operation::Operation;
use platform::record::Part;
use sea_query::{Expr, Order, Query};
use serde_json::{Map, Value as Json, json};
use testkit::visitor::{Visitor, form, set, unescape};
use testkit::{Base, Caller, Reply, World};

/// Times that every resource is told something.
const ROUNDS: usize = 3;
/// Of a hundred verbs, those that are asked in a round.
const VERBS: usize = 60;
/// Times that a refused body is mended and sent again.
const MENDED: usize = 3;

/// They act on whoever asks, so that nothing could be asked afterwards.
const LEFT_OUT: [&str; 3] = [
    "users_reset_password",
    "users_deactivate",
    "sessions_id_revoke_post",
];

/// Columns in which the way of asking shows: sessions of either kind, and what counts readings, of which pages have more.
const BY_WAY: [&str; 3] = ["last_login", "last_activity", "affected_patients"];

/// Tables of what only one way of asking needs or reads, and the trail, which is compared by what was done.
const ONE_WAY: [&str; 4] = [
    "user_session",
    "login_history",
    "breach_affected",
    "audit_log",
];

/// Tables that jobs fill, in whatever order they run: nobody asks for one of their rows, and their order is no matter.
const BY_JOBS: [&str; 2] = ["notification", "clinical_alert"];

/// Those who ask, in the order in which they are chosen.
const ROLES: [BuiltinRole; 7] = [
    BuiltinRole::Admin,
    BuiltinRole::Doctor,
    BuiltinRole::Nurse,
    BuiltinRole::Pharmacist,
    BuiltinRole::LabTechnician,
    BuiltinRole::Cashier,
    BuiltinRole::Receptionist,
];

/// Numbers that look like chance and are the same each time: splitmix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % most as u64).unwrap()
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// A value that the schema allows; none for a reference to a table without rows.
    fn value(
        &mut self,
        name: &str,
        schema: &Json,
        known: &BTreeMap<String, Vec<i64>>,
    ) -> Option<Json> {
        let schema = schema["anyOf"].get(0).unwrap_or(schema);
        if let Some(table) = schema["x-references"].as_str() {
            // Doctors are those with hours, and what is newest is rarely closed.
            let ids = known.get(if name == "doctor" { "doctor" } else { table })?;
            let newest = &ids[..ids.len().min(if self.percent(70) { 2 } else { 9 })];
            return (!newest.is_empty()).then(|| json!(self.of(newest)));
        }
        if let Some(choices) = schema["enum"].as_array() {
            let choices: Vec<&Json> = choices.iter().filter(|choice| !choice.is_null()).collect();
            return Some((*self.of(&choices)).clone());
        }
        let kind = match &schema["type"] {
            Json::Array(kinds) => kinds[0].as_str(),
            kind => kind.as_str(),
        };
        let hundredths = schema["multipleOf"] == json!(0.01);
        Some(match kind.unwrap_or("string") {
            "integer" => json!(self.of(&[1, 2, 3, 5, 10, 40])),
            "number" if hundredths => json!(self.of(&[0.5, 1.0, 2.75, 20.0, 150.25])),
            "number" => json!(self.of(&[1.0, 2.5, 36.6, 72.0, 120.0])),
            "boolean" => json!(self.percent(50)),
            "array" => {
                let item = &schema["items"];
                let least = usize::from(schema["minItems"].as_u64().unwrap_or(0) > 0);
                let many = self.below(3).max(least);
                let items: Vec<Json> = (0..many)
                    .filter_map(|_| self.value(name, item, known))
                    .collect();
                if items.len() < least {
                    return None;
                }
                items.into()
            }
            "object" => self.object(schema, known, 70)?,
            _ => self.text(name, schema).into(),
        })
    }

    /// With all that is required, and some of the rest; none where what is required cannot be had.
    fn object(
        &mut self,
        schema: &Json,
        known: &BTreeMap<String, Vec<i64>>,
        likely: usize,
    ) -> Option<Json> {
        let mut object = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let required = schema["required"]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one == name));
            if !required && !self.percent(likely) {
                continue;
            }
            match self.value(name, property, known) {
                Some(value) => {
                    object.insert(name.clone(), value);
                }
                None if required => return None,
                None => {}
            }
        }
        Some(object.into())
    }

    fn text(&mut self, name: &str, schema: &Json) -> String {
        let few = self.below(1_000_000);
        let text = match schema["format"].as_str().unwrap_or_default() {
            "date" if name.contains("birth") => {
                format!("19{}-0{}-1{}", 50 + few % 50, 1 + few % 9, few % 9)
            }
            "date" => format!("2026-12-{}", 10 + few % 20),
            "date-time" => format!("2026-11-{}T{}:30:00Z", 24 + few % 7, 10 + few % 8),
            "time" => format!("{}:15:00", 10 + few % 8),
            "uuid" => return format!("0190a0a0-0000-7000-8000-{:012x}", few),
            _ if name == "username" => format!("person{few}"),
            _ if name.contains("mail") => format!("person{few}@example.org"),
            _ if name.contains("phone") || name.contains("contact") => {
                format!("+22078{:05}", few % 100_000)
            }
            "password" => format!("Kora-{few}-balafon"),
            _ => {
                let kinds = [
                    "Ŋaala Ɓah",
                    "O'Neil & <b>sons</b>",
                    "Cough, \"dry\"",
                    "East wing",
                    "line one\nline two",
                ];
                let long = schema["maxLength"].as_u64().is_some_and(|most| most > 300);
                let kinds = if long { &kinds[..] } else { &kinds[..4] };
                format!("{} {few}", self.of(kinds))
            }
        };
        let most = schema["maxLength"].as_u64().unwrap_or(200);
        text.chars().take(usize::try_from(most).unwrap()).collect()
    }
}

/// The two hospitals, and who asks in them.
struct Twins<'w> {
    api: &'w World,
    pages: &'w World,
    callers: Vec<(BuiltinRole, Caller)>,
    visitors: Vec<(BuiltinRole, Visitor)>,
    known: BTreeMap<String, Vec<i64>>,
    chance: Chance,
    /// What differed.
    faults: Vec<String>,
    /// How often each operation was asked, and how often it was done.
    asked: BTreeMap<String, (usize, usize)>,
    /// The last refusal of each.
    refused: BTreeMap<String, String>,
}

impl<'w> Twins<'w> {
    async fn new(api: &'w World, pages: &'w World) -> Twins<'w> {
        let (mut callers, mut visitors) = (Vec::new(), Vec::new());
        for role in ROLES {
            let name = ["twin", &role.id().to_string()].concat();
            for world in [api, pages] {
                world.user(&name, Some(role)).await;
            }
            callers.push((role, api.sign_in(&name, testkit::PASSWORD).await));
            let visitor = Visitor::new(pages);
            visitor.sign_in(&name).await;
            visitors.push((role, visitor));
        }
        for world in [api, pages] {
            world.user("patient", Some(BuiltinRole::Patient)).await;
            let admin = world.sign_in("twin1", testkit::PASSWORD).await;
            for first in ["Awa", "Binta"] {
                crate::registered(&admin, first).await;
            }
        }
        Twins {
            api,
            pages,
            callers,
            visitors,
            known: BTreeMap::from([("doctor".to_owned(), vec![2])]),
            chance: Chance(7),
            faults: Vec::new(),
            asked: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }

    /// The first of those who may do all of it.
    async fn asker(&self, operations: &[&Operation]) -> Option<usize> {
        let identity = Identity::of(&self.api.app).unwrap();
        for (at, role) in ROLES.iter().enumerate() {
            let grants = identity
                .grants(&self.api.app, Some(role.id()))
                .await
                .unwrap();
            let may = |operation: &&Operation| {
                operation
                    .permission()
                    .is_none_or(|info| grants.reach(info.permission) != Reach::None)
            };
            if operations.iter().all(may) {
                return Some(at);
            }
        }
        None
    }

    /// The newest rows of every table.
    async fn look_around(&mut self) {
        for info in tables(self.api) {
            let mut query = Query::select();
            query
                .column("id")
                .from(info.table)
                .order_by("id", Order::Desc)
                .limit(if BY_JOBS.contains(&info.table) { 0 } else { 9 });
            let query = Statement::build(self.api.app.dialect(), &query);
            let rows = self.api.app.unguarded("test").all::<(i64,)>(query).await;
            self.known.insert(
                info.table.to_owned(),
                rows.unwrap().into_iter().map(|(id,)| id).collect(),
            );
        }
    }

    /// Asks one through the API and the other by the form on its page; whether it was done.
    async fn ask(
        &mut self,
        by: usize,
        operation: &Operation,
        page: &str,
        id: Option<i64>,
        mut body: Map<String, Json>,
    ) -> bool {
        for _ in 0..=MENDED {
            let Some(html) = self.page(by, operation, page).await else {
                return false;
            };
            // What no form offers, such as the second name of a reference, is not said to the other either.
            let offered = |name: &str| {
                html.contains(&format!("name=\"{name}\""))
                    || html.contains(&format!("data-name=\"{name}\""))
            };
            body.retain(|name, _| offered(name));
            if operation.method == Method::PATCH {
                // A form sends what was changed, and nothing that stays as it is.
                let held = form(&html, &operation.id);
                let typed = filled(self.pages, operation, &html, &body);
                body.retain(|name, _| value_of(&held, name) != value_of(&typed, name));
            }
            let path = operation
                .path
                .replace("{id}", &id.unwrap_or_default().to_string());
            let (version, fields) = (
                version_of(&html, &operation.id),
                filled(self.pages, operation, &html, &body),
            );
            let mut request = self.callers[by].1.request(operation.method.as_str(), &path);
            if let Some(version) = version {
                request = request.header("if-match", &format!("\"{version}\""));
            }
            if operation.doc.body.is_some() {
                request = request.json(&Json::Object(body.clone()));
            }
            let said = request.send().await;
            let shown = self.visitors[by].1.submit(page, &fields).await;
            self.compare(operation, &body, &said, &shown);
            let counted = self.asked.entry(operation.id.clone()).or_default();
            counted.0 += 1;
            if said.status.is_success() {
                counted.1 += 1;
                return true;
            }
            let why = format!("{} {}", Json::Object(body.clone()), said.text());
            self.refused.insert(operation.id.clone(), why);
            if said.status != 400 || !self.mend(operation, &mut body, &said) {
                return false;
            }
        }
        false
    }

    /// The page with the form, where there is one.
    async fn page(&mut self, by: usize, operation: &Operation, page: &str) -> Option<String> {
        let shown = self.visitors[by].1.get(page).await;
        let html = shown.text();
        let there = html.contains(&format!("name=\"_do\" value=\"{}\"", operation.id));
        if shown.status != 200 {
            // Of a record that the caller may change and not read, or that is not theirs.
            let known = matches!(shown.status.as_u16(), 403 | 404);
            if !known {
                self.faults.push(format!(
                    "{}: {page} answered {}",
                    operation.id, shown.status
                ));
            }
            return None;
        }
        there.then_some(html)
    }

    fn compare(
        &mut self,
        operation: &Operation,
        body: &Map<String, Json>,
        said: &Reply,
        shown: &Reply,
    ) {
        let (one, other) = (said.status.as_u16(), shown.status.as_u16());
        let fault = if said.status.is_success() {
            // What was answered and no page says is told by the form's own.
            let told = other == 200 && shown.text().contains("class=\"panel told\"");
            (other != 303 && !told).then(|| {
                format!(
                    "was done, and the form answered {other}: {}",
                    summary(&shown.text())
                )
            })
        } else if one != other {
            Some(format!(
                "answered {one} {}, and the form {other} {}",
                said.text(),
                summary(&shown.text())
            ))
        } else {
            let page = unescape(&shown.text());
            let complaints = said.json.as_object().into_iter().flatten();
            let missing = complaints
                .filter(|(name, _)| !matches!(name.as_str(), "code" | "request_id"))
                .find(|(_, words)| {
                    words
                        .get(0)
                        .and_then(Json::as_str)
                        .is_some_and(|words| !page.contains(words))
                });
            missing.map(|(name, words)| format!("{name}: {words} is not on the page"))
        };
        if let Some(fault) = fault {
            self.faults.push(format!(
                "{} {}: {fault}",
                operation.id,
                Json::Object(body.clone())
            ));
        }
    }

    /// Says something else where it was refused; whether that could be done.
    fn mend(&mut self, operation: &Operation, body: &mut Map<String, Json>, said: &Reply) -> bool {
        let Some(schema) = operation.doc.body.as_ref().map(|body| &body.json) else {
            return false;
        };
        let named: Vec<String> = said
            .json
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect();
        let mut mended = false;
        for name in named {
            let Some(property) = schema["properties"].get(&name) else {
                continue;
            };
            let value = self.chance.value(&name, property, &self.known);
            let required = schema["required"]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| *one == name));
            // What was too much is left out, what was missing is said.
            if body.contains_key(&name) && !required && self.chance.percent(60) {
                body.remove(&name);
            } else if let Some(value) = value {
                body.insert(name, value);
            }
            mended = true;
        }
        mended
    }

    async fn create(&mut self, info: &TableInfo) {
        let Some(operation) = find(self.api, &Method::POST, &format!("{}/", info.path)) else {
            return;
        };
        let Some(by) = self.asker(&[&operation]).await else {
            return;
        };
        let body = written(info, &operation.doc.body.as_ref().unwrap().json);
        if let Some(Json::Object(body)) = self.chance.object(&body, &self.known, 50) {
            self.ask(
                by,
                &operation,
                &format!("/admin/{}/new", info.path),
                None,
                body,
            )
            .await;
        }
    }

    async fn change(&mut self, info: &TableInfo) {
        let at = format!("{}/{{id}}/", info.path);
        let Some(operation) = find(self.api, &Method::PATCH, &at) else {
            return;
        };
        let Some(read) = find(self.api, &Method::GET, &at) else {
            return;
        };
        let (Some(by), Some(id)) = (self.asker(&[&operation, &read]).await, self.any(info)) else {
            return;
        };
        let body = written(info, &operation.doc.body.as_ref().unwrap().json);
        if let Some(Json::Object(body)) = self.chance.object(&body, &self.known, 25) {
            self.ask(
                by,
                &operation,
                &format!("/admin/{}/{id}/change", info.path),
                Some(id),
                body,
            )
            .await;
        }
    }

    async fn verbs(&mut self, info: &TableInfo) {
        for operation in self.api.operations() {
            let Some(rest) = operation
                .path
                .strip_prefix(info.path)
                .and_then(|rest| rest.strip_prefix('/'))
            else {
                continue;
            };
            let one = rest.starts_with("{id}/");
            let name = rest.trim_start_matches("{id}/").trim_end_matches('/');
            let own = operation
                .permission()
                .is_some_and(|own| own.permission.resource() == info.path);
            if operation.method != Method::POST
                || name.is_empty()
                || name.contains('/')
                || !own
                || operation.upload
                || LEFT_OUT.contains(&operation.id.as_str())
                || !self.chance.percent(VERBS)
            {
                continue;
            }
            let read = find(self.api, &Method::GET, &format!("{}/", info.path));
            let needed: Vec<&Operation> = [Some(&*operation), read.as_deref()]
                .into_iter()
                .flatten()
                .collect();
            let Some(by) = self.asker(&needed).await else {
                continue;
            };
            let id = if one { self.any(info) } else { None };
            if one && id.is_none() {
                continue;
            }
            let page = match id {
                Some(id) => format!("/admin/{}/{id}/do/{name}", info.path),
                None => format!("/admin/{}/do/{name}", info.path),
            };
            let nothing = json!({});
            let schema = operation
                .doc
                .body
                .as_ref()
                .map_or(&nothing, |body| &body.json);
            if let Some(Json::Object(body)) = self.chance.object(schema, &self.known, 50) {
                self.ask(by, &operation, &page, id, body).await;
            }
        }
    }

    fn any(&mut self, info: &TableInfo) -> Option<i64> {
        // Those who ask stay as they are.
        let askers = i64::try_from(ROLES.len()).unwrap() + 1;
        let users = info.table == "app_user";
        let ids = self.known.get(info.table)?.iter().copied();
        let ids: Vec<i64> = ids.filter(|id| !users || *id > askers).collect();
        (!ids.is_empty()).then(|| *self.chance.of(&ids))
    }

    async fn settle(&self) {
        self.api.settle().await;
        self.pages.settle().await;
    }
}

fn tables(world: &World) -> Vec<TableInfo> {
    world
        .app
        .registry
        .tables()
        .filter(|info| !info.path.is_empty())
        .cloned()
        .collect()
}

fn find(world: &World, method: &Method, path: &str) -> Option<std::sync::Arc<Operation>> {
    world
        .operations()
        .into_iter()
        .find(|operation| operation.method == *method && operation.path == path)
}

/// The part of a body's schema that the declared fields have under their own names.
fn written(info: &TableInfo, schema: &Json) -> Json {
    let mut schema = schema.clone();
    let own = |name: &str| {
        info.fields
            .iter()
            .any(|field| field.part == Part::Client && field.name == name)
    };
    schema["properties"]
        .as_object_mut()
        .unwrap()
        .retain(|name, _| own(name));
    schema
}

/// The version that a form carries.
fn version_of(html: &str, operation: &str) -> Option<String> {
    let pairs = form(html, operation);
    pairs
        .into_iter()
        .find(|(name, _)| name == "_version")
        .map(|(_, version)| version)
}

fn value_of(pairs: &[(String, String)], name: &str) -> String {
    let found = pairs.iter().rev().find(|(known, _)| known == name);
    found
        .map(|(_, value)| value.replace("\r\n", "\n"))
        .unwrap_or_default()
}

/// The page's form with a body typed into it, as browsers send it.
fn filled(
    world: &World,
    operation: &Operation,
    html: &str,
    body: &Map<String, Json>,
) -> Vec<(String, String)> {
    let mut pairs = form(html, &operation.id);
    for (name, value) in body {
        let schema = operation
            .doc
            .body
            .as_ref()
            .map_or(&Json::Null, |body| &body.json["properties"][name]);
        let moment = schema["format"] == "date-time";
        let text = match value {
            Json::String(text) if moment => {
                let at: jiff::Timestamp = text.parse().unwrap();
                world.app.zone.to_local(at).to_string()
            }
            Json::String(text) => text.replace('\n', "\r\n"),
            other => other.to_string(),
        };
        set(&mut pairs, name, &text);
    }
    pairs
}

/// What a page says above its form.
fn summary(html: &str) -> String {
    let from = html
        .find("id=\"error-summary\"")
        .or_else(|| html.find("<h1"))
        .unwrap_or(0);
    html[from..].chars().take(400).collect()
}

/// The rows of a table as one text for each, without what is sealed, hidden or made up by chance.
async fn rows(world: &World, info: &TableInfo) -> Vec<String> {
    let seen = info
        .fields
        .iter()
        .filter(|field| field.part != Part::Hidden && !field.shape.sealed);
    let jobs = BY_JOBS.contains(&info.table);
    let columns: Vec<&str> = (!jobs)
        .then_some("id")
        .into_iter()
        .chain(["version", "created_at", "updated_at"])
        .chain(seen.map(|field| field.name))
        .filter(|name| !BY_WAY.contains(name))
        .collect();
    let texts: Vec<String> = columns
        .iter()
        .map(|name| match world.app.dialect() {
            Dialect::Sqlite => format!("'{name}=' || quote(\"{name}\")"),
            Dialect::Postgres => format!("'{name}=' || coalesce(\"{name}\"::text, 'NULL')"),
        })
        .collect();
    let mut query = Query::select();
    query
        .expr(Expr::cust(texts.join(" || ' ' || ")))
        .from(info.table)
        .order_by("id", Order::Asc);
    let query = Statement::build(world.app.dialect(), &query);
    let rows = world.app.unguarded("test").all::<(String,)>(query).await;
    let mut rows: Vec<String> = rows.unwrap().into_iter().map(|(row,)| row).collect();
    if jobs {
        rows.sort();
    }
    rows
}

/// The audit trail of what was done to a kind of record: by whom, to which, and what.
async fn trail(world: &World, info: &TableInfo) -> Vec<String> {
    let rows = world.audit_of(info.name).await;
    let jobs = BY_JOBS.contains(&info.table);
    let done = rows.iter().filter(|row| {
        !matches!(
            row.action.as_str(),
            "view" | "search" | "login" | "logout" | "export"
        )
    });
    let done = done.map(|row| {
        let mut details = platform::record::Record::field(row, "details").unwrap();
        if let Some(fields) = details["fields"].as_object_mut() {
            fields.retain(|name, _| !BY_WAY.contains(&name.as_str()) && name != "uid");
        }
        let id = row.object_id.filter(|_| !jobs);
        let (action, told) = (row.action.as_str(), &*row.description);
        format!(
            "{action} {:?} {id:?} {:?} {told} {details}",
            row.user, row.patient
        )
    });
    let mut done: Vec<String> = done.collect();
    if jobs {
        done.sort();
    }
    done
}

/// The first place at which two lists differ.
fn differ(one: &[String], other: &[String]) -> Option<String> {
    let most = one.len().max(other.len());
    let at = (0..most).find(|at| one.get(*at) != other.get(*at))?;
    Some(format!(
        "\n    API  {:?}\n    form {:?}",
        one.get(at),
        other.get(at)
    ))
}

async fn alike(api: &World, pages: &World) {
    let mut twins = Twins::new(api, pages).await;
    for _ in 0..ROUNDS {
        for info in tables(api) {
            twins.look_around().await;
            twins.create(&info).await;
            twins.look_around().await;
            twins.change(&info).await;
            twins.verbs(&info).await;
            // What several jobs make of it has the order in which they ran.
            twins.settle().await;
        }
    }
    for info in tables(api)
        .iter()
        .filter(|info| !ONE_WAY.contains(&info.table))
    {
        for (what, one, other) in [
            ("row", rows(api, info).await, rows(pages, info).await),
            ("audit", trail(api, info).await, trail(pages, info).await),
        ] {
            twins.faults.extend(
                differ(&one, &other).map(|where_| format!("{what} of {}:{where_}", info.table)),
            );
        }
    }
    let done = twins.asked.values().filter(|(_, done)| *done > 0).count();
    assert!(
        twins.faults.is_empty(),
        "{} differences:\n{}",
        twins.faults.len(),
        twins.faults.join("\n")
    );
    let never = twins.asked.iter().filter(|(_, (_, done))| *done == 0);
    let never: Vec<(&String, Option<&String>)> =
        never.map(|(id, _)| (id, twins.refused.get(id))).collect();
    assert!(
        done > 100,
        "{done} of {}: never {never:?}",
        twins.asked.len()
    );
}

#[test]
fn forms_and_the_api_leave_the_same_rows_and_the_same_trail_sqlite() {
    testkit::run_two(Base::Sqlite, |api, pages| Box::pin(alike(api, pages)));
}

#[test]
fn forms_and_the_api_leave_the_same_rows_and_the_same_trail_postgres() {
    testkit::run_two(Base::Postgres, |api, pages| Box::pin(alike(api, pages)));
}
