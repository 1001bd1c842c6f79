//! Two hospitals that begin alike: what one is told through the API the other is told through forms, declared operation
//! by declared operation: first a day's work, then values made by chance. They must stay alike: the same answers, the same
//! rows, the same audit trail. Every operation that writes is asked and done, or stands in a table with the reason why not.
#![expect(clippy::unwrap_used, reason = "tests")]

mod chance;
mod day;
mod not_asked;
mod offers;

use std::collections::BTreeMap;

use chance::Chance;
use http::Method;
use identity::state::Identity;
use kernel::{BuiltinRole, Reach};
use not_asked::NOT_ASKED;
use platform::db::{Dialect, Statement};
use platform::module::TableInfo;
use platform::operation::{Effect, Operation};
use platform::record::Part;
use sea_query::{Expr, Order, Query};
use serde_json::{Map, Value as Json, json};
use testkit::visitor::{Visitor, form, set, unescape};
use testkit::{Base, Caller, Reply, World};

/// Times that every resource is told something.
const ROUNDS: usize = 2;
/// Of a hundred verbs, those that are asked in a round.
const VERBS: usize = 60;
/// Times that a refused body is mended and sent again.
const MENDED: usize = 3;
/// Times that what was never done is tried once more.
const STUBBORN: usize = 12;
/// Operations that may come to nothing but refusals: for want of a value that chance does not make, such as a table in CSV.
const REFUSED: usize = 45;
/// Where a form is sent that no page shows: any page takes one.
const ANYWHERE: &str = "/admin/";

/// Columns in which the way of asking shows: sessions of either kind, and what counts readings, of which pages have more.
/// What a provider calls a message is made by chance, and a reading that is asked about is named by its row of the trail.
const BY_WAY: [&str; 5] = [
    "audit_log",
    "last_login",
    "last_activity",
    "affected_patients",
    "provider_message_id",
];

/// Tables of what only one way of asking needs or reads, and the trail, which is compared by what was done.
const ONE_WAY: [&str; 4] = [
    "user_session",
    "login_history",
    "breach_affected",
    "audit_log",
];

/// Tables that jobs fill, in whatever order they run: nobody asks for one of their rows, and their order is no matter.
const BY_JOBS: [&str; 3] = ["notification", "clinical_alert", "appointment_notification"];

/// What is told in the day's work alone: by chance it frees many times at once, which jobs offer in whatever order they run.
const TOLD_ONLY: [&str; 1] = ["appointments_cancel_following"];

/// Those who ask, in the order in which they are chosen.
const ROLES: [BuiltinRole; 8] = [
    BuiltinRole::Admin,
    BuiltinRole::Doctor,
    BuiltinRole::Nurse,
    BuiltinRole::Pharmacist,
    BuiltinRole::LabTechnician,
    BuiltinRole::Cashier,
    BuiltinRole::Receptionist,
    BuiltinRole::Patient,
];

/// Where an operation is asked.
struct Place {
    /// The page with its form; where no page has one, the form is sent without.
    page: Option<String>,
    /// What stands in its path, by name.
    params: Vec<(&'static str, i64)>,
}

impl Place {
    fn bare(params: &[(&'static str, i64)]) -> Place {
        Place {
            page: None,
            params: params.to_vec(),
        }
    }

    fn of(page: String, id: Option<i64>) -> Place {
        Place {
            page: Some(page),
            params: id.into_iter().map(|id| ("id", id)).collect(),
        }
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
    /// The code of the last refusal of all; none where the last was done.
    last: Option<String>,
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
            let admin = world.sign_in("twin1", testkit::PASSWORD).await;
            for first in ["Awa", "Binta"] {
                crate::registered(&admin, first).await;
            }
            let own = json!({ "user": ROLES.len() });
            admin.patch("patients/1/", own).await.is(200);
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
            last: None,
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
        let all = tables(self.api).into_iter().map(|info| info.table);
        let tables: Vec<&str> = all.filter(|table| !BY_JOBS.contains(table)).collect();
        let newest = |table: &&str| {
            format!(
                "SELECT * FROM (SELECT '{table}', id FROM \"{table}\" ORDER BY id DESC LIMIT 9) AS \"{table}\""
            )
        };
        let mut query = Statement::raw("", Vec::new());
        query.sql = tables
            .iter()
            .map(newest)
            .collect::<Vec<_>>()
            .join(" UNION ALL ")
            .into();
        let rows = self
            .api
            .app
            .unguarded("test")
            .all::<(String, i64)>(query)
            .await;
        self.known = tables
            .iter()
            .map(|table| ((*table).to_owned(), Vec::new()))
            .collect();
        for (table, id) in rows.unwrap() {
            self.known.entry(table).or_default().push(id);
        }
        self.known
            .values_mut()
            .for_each(|ids| ids.sort_by_key(|id| std::cmp::Reverse(*id)));
    }

    /// Asks one through the API and the other by the form on its page; what the API answered when it was done.
    async fn ask(
        &mut self,
        by: usize,
        operation: &Operation,
        place: &Place,
        mut body: Map<String, Json>,
    ) -> Option<Json> {
        for _ in 0..=MENDED {
            let html = match &place.page {
                Some(page) => Some(self.page(by, operation, page).await?),
                None => None,
            };
            if let Some(html) = &html {
                self.as_offered(operation, html, &mut body);
            }
            let mut path = operation.path.clone();
            for (name, value) in &place.params {
                path = path.replace(&format!("{{{name}}}"), &value.to_string());
            }
            let held = match &html {
                Some(html) => form(html, &operation.id),
                None => bare(operation, place),
            };
            let fields = filled(self.pages, operation, held, &body);
            let mut request = self.callers[by].1.request(operation.method.as_str(), &path);
            let version = fields.iter().find(|(name, _)| name == "_version");
            if let Some((_, version)) = version {
                request = request.header("if-match", &format!("\"{version}\""));
            }
            if operation.doc.body.is_some() {
                request = request.json(&Json::Object(body.clone()));
            }
            let page = place.page.as_deref().unwrap_or(ANYWHERE);
            let (said, shown) =
                tokio::join!(request.send(), self.visitors[by].1.submit(page, &fields));
            self.compare(operation, place, &body, &said, &shown);
            let counted = self.asked.entry(operation.id.clone()).or_default();
            counted.0 += 1;
            if said.status.is_success() {
                counted.1 += 1;
                self.last = None;
                return Some(said.json);
            }
            self.last = said.json["code"].as_str().map(str::to_owned);
            let why = format!("{} {}", Json::Object(body.clone()), said.text());
            self.refused.insert(operation.id.clone(), why);
            if said.status != 400 || !self.mend(operation, &mut body, &said) {
                return None;
            }
        }
        None
    }

    /// Leaves out of a body what the form does not offer, such as the second name of a reference; and of a change, what
    /// stays as it is.
    fn as_offered(&self, operation: &Operation, html: &str, body: &mut Map<String, Json>) {
        let offered = |name: &str| {
            html.contains(&format!("name=\"{name}\""))
                || html.contains(&format!("data-name=\"{name}\""))
        };
        body.retain(|name, _| offered(name));
        if operation.method == Method::PATCH {
            let held = form(html, &operation.id);
            let typed = filled(self.pages, operation, held.clone(), body);
            body.retain(|name, _| value_of(&held, name) != value_of(&typed, name));
        }
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
        place: &Place,
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
        } else if place.page.is_none() {
            // Only the form's own page says why.
            None
        } else {
            let page = unescape(&shown.text());
            let complaints = said.json.as_object().into_iter().flatten();
            let missing = complaints
                .filter(|(name, _)| !matches!(name.as_str(), "code" | "request_id"))
                // Who is asked for a reason reads so in `detail`: the field's own words are for programs.
                .filter(|(name, _)| {
                    name.as_str() != "override_reason"
                        || said.json["code"] != "override_reason_required"
                })
                .find(|(_, words)| {
                    words
                        .get(0)
                        .and_then(Json::as_str)
                        .is_some_and(|words| !says(&page, words))
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

    /// Where an operation is asked of a record by chance, and what it takes; nothing where there is no record yet.
    fn place(&mut self, operation: &Operation) -> Option<(Place, Json)> {
        let nothing = json!({});
        let body = operation.doc.body.as_ref();
        let schema = body.map_or(&nothing, |body| &body.json);
        let Some((info, rest)) = resource_of(self.api, operation) else {
            let alone = !operation.path.contains('{');
            return alone.then(|| (Place::bare(&[]), schema.clone()));
        };
        let id = match rest.starts_with("{id}") {
            true => Some(self.any(&info)?),
            false => None,
        };
        let params: Vec<_> = id.map(|id| ("id", id)).into_iter().collect();
        let place = place_of(self.api, operation, &params);
        let fields = matches!(rest.as_str(), "" | "{id}") && !schema["properties"].is_null();
        let schema = if fields {
            written(&info, schema)
        } else {
            schema.clone()
        };
        (rest.matches('{').count() <= 1).then_some((place, schema))
    }

    /// Asks for an operation with values made by chance.
    async fn attempt(&mut self, operation: &Operation, likely: usize) -> bool {
        let Some((place, schema)) = self.place(operation) else {
            return false;
        };
        let Some(by) = self.asker_of(operation).await else {
            return false;
        };
        let Some(Json::Object(body)) = self.chance.object(&schema, &self.known, likely) else {
            return false;
        };
        self.ask(by, operation, &place, body).await.is_some()
    }

    /// Who may ask for an operation, and read what it is about.
    async fn asker_of(&self, operation: &Operation) -> Option<usize> {
        let own = operation.permission().map(|own| own.permission.resource());
        let read = own.and_then(|own| find(self.api, &Method::GET, &format!("{own}/{{id}}/")));
        let read = read.filter(|_| operation.path.contains("{id}"));
        let needed: Vec<&Operation> = [Some(operation), read.as_deref()]
            .into_iter()
            .flatten()
            .collect();
        self.asker(&needed).await
    }

    /// What is written of a resource, then what is done to its records.
    async fn round(&mut self, info: &TableInfo) {
        let of: Vec<_> = by_chance(self.api)
            .filter(|operation| operation.tag == info.path)
            .collect();
        let rank = |operation: &Operation| match operation.method {
            Method::POST if operation.path == format!("{}/", info.path) => 0,
            Method::PATCH => 1,
            _ => 2,
        };
        for wanted in 0..3 {
            for operation in of.iter().filter(|operation| rank(operation) == wanted) {
                let (often, likely) = match wanted {
                    0 => (100, 50),
                    1 => (100, 25),
                    _ => (VERBS, 50),
                };
                let removes = operation.method == Method::DELETE;
                if !removes && self.chance.percent(often) {
                    self.attempt(operation, likely).await;
                }
            }
            self.look_around().await;
        }
    }

    /// Tries what was never done a few times more: of it all, what removes comes last.
    async fn insist(&mut self) {
        let mut all = asked_for(self.api);
        all.sort_by_key(|operation| operation.method == Method::DELETE);
        for operation in all {
            for _ in 0..STUBBORN {
                if self.was_done(&operation.id) {
                    break;
                }
                self.look_around().await;
                self.attempt(&operation, 40).await;
                self.settle().await;
            }
        }
    }

    fn was_done(&self, operation: &str) -> bool {
        self.asked.get(operation).is_some_and(|(_, done)| *done > 0)
    }

    fn any(&mut self, info: &TableInfo) -> Option<i64> {
        // Those who ask stay as they are.
        let askers = i64::try_from(ROLES.len()).unwrap();
        let users = info.table == "app_user";
        let ids = self.known.get(info.table)?.iter().copied();
        let ids: Vec<i64> = ids.filter(|id| !users || *id > askers).collect();
        (!ids.is_empty()).then(|| *self.chance.of(&ids))
    }

    async fn settle(&self) {
        tokio::join!(self.api.settle(), self.pages.settle());
    }
}

/// Whether a page says what the API says: names of fields, such as `override_reason`, it says in words.
fn says(page: &str, sentence: &str) -> bool {
    let is_name = |word: &&str| word.contains(['_', '`']);
    let words: Vec<&str> = sentence.split(' ').collect();
    words
        .split(is_name)
        .all(|part| page.contains(&part.join(" ")))
}

/// Operations whose derived page leads to one of a module's own, which asks in several steps.
const OWN_PAGE: &[&str] = &["patients_merge"];

/// The resource below which an operation's path lies, and the rest of the path.
fn resource_of(world: &World, operation: &Operation) -> Option<(TableInfo, String)> {
    let below = |info: &TableInfo| {
        let rest = operation.path.strip_prefix(info.path)?.strip_prefix('/')?;
        Some(rest.trim_end_matches('/').to_owned())
    };
    let found = tables(world).into_iter();
    let found = found.filter_map(|info| below(&info).map(|rest| (info, rest)));
    found.max_by_key(|(info, _)| info.path.len())
}

/// The derived page with an operation's form, where it has one.
fn place_of(world: &World, operation: &Operation, params: &[(&'static str, i64)]) -> Place {
    let Some((info, rest)) = resource_of(world, operation) else {
        return Place::bare(params);
    };
    let own = operation.permission().is_some_and(|own| {
        own.permission.resource() == info.path
            && (rest.is_empty() || own.permission.to_string() != format!("{}:create", info.path))
    });
    let id = params.first().map(|(_, id)| *id);
    let verb = rest.trim_start_matches("{id}/").to_owned();
    let derived = own && !operation.upload && !OWN_PAGE.contains(&operation.id.as_str());
    let page = match (&operation.method, rest.as_str(), id) {
        (&Method::POST, "", _) => "new".to_owned(),
        (&Method::PATCH, "{id}", Some(id)) => format!("{id}/change"),
        (&Method::DELETE, "{id}", Some(id)) => format!("{id}/delete"),
        (&Method::POST, _, _) if verb.contains(['/', '{']) => return Place::bare(params),
        (&Method::POST, _, Some(id)) => format!("{id}/do/{verb}"),
        (&Method::POST, _, None) => format!("do/{verb}"),
        _ => return Place::bare(params),
    };
    match derived {
        true => Place::of(format!("/admin/{}/{page}", info.path), id),
        false => Place::bare(params),
    }
}

/// Every operation that writes and that is not another's second name.
fn asked_for(world: &World) -> Vec<std::sync::Arc<Operation>> {
    let all = world.operations();
    let twice = |operation: &Operation| {
        let same = |other: &std::sync::Arc<Operation>| {
            other.method == Method::PATCH && other.path == operation.path
        };
        operation.method == Method::PUT && all.iter().any(same)
    };
    let writes = |operation: &&std::sync::Arc<Operation>| {
        operation.method != Method::GET && operation.effect != Effect::Read && !twice(operation)
    };
    let excused = |id: &str| NOT_ASKED.iter().any(|(known, _)| *known == id);
    let wanted = all.iter().filter(writes);
    wanted
        .filter(|operation| !excused(&operation.id))
        .cloned()
        .collect()
}

/// Of those, what is asked by chance.
fn by_chance(world: &World) -> impl Iterator<Item = std::sync::Arc<Operation>> {
    let all = asked_for(world).into_iter();
    all.filter(|operation| !TOLD_ONLY.contains(&operation.id.as_str()))
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

/// A form without a page.
fn bare(operation: &Operation, place: &Place) -> Vec<(String, String)> {
    let named = place.params.iter();
    let params = named.map(|(name, value)| (format!("_{name}"), value.to_string()));
    let asked = ("_do".to_owned(), operation.id.clone());
    std::iter::once(asked).chain(params).collect()
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
    mut pairs: Vec<(String, String)>,
    body: &Map<String, Json>,
) -> Vec<(String, String)> {
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
    day::work(&mut twins).await;
    for _ in 0..ROUNDS {
        for info in tables(api) {
            twins.look_around().await;
            twins.round(&info).await;
            // What several jobs make of it has the order in which they ran.
            twins.settle().await;
        }
    }
    offers::fit(&mut twins).await;
    twins.insist().await;
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
    assert!(
        twins.faults.is_empty(),
        "{} differences:\n{}",
        twins.faults.len(),
        twins.faults.join("\n")
    );
    all_were_asked(&twins);
}

/// Nearly every operation that writes was done at least once; the others were refused alike both ways, or found no record
/// to be about. Those that are not asked are excused with a reason that still holds.
fn all_were_asked(twins: &Twins<'_>) {
    let never = asked_for(twins.api).into_iter();
    let never = never.filter(|operation| !twins.was_done(&operation.id));
    let never: Vec<String> = never
        .map(|operation| {
            let why = twins.refused.get(&operation.id).map_or("", String::as_str);
            format!("{}: {why}", operation.id)
        })
        .collect();
    assert!(
        never.len() <= REFUSED,
        "{} of {} were never done:\n{}",
        never.len(),
        asked_for(twins.api).len(),
        never.join("\n")
    );
    let all = twins.api.operations();
    for (id, reason) in NOT_ASKED {
        assert!(!reason.is_empty(), "{id}");
        assert!(
            all.iter().any(|operation| operation.id == *id),
            "{id} is excused, and there is none"
        );
    }
}

#[test]
fn forms_and_the_api_leave_the_same_rows_and_the_same_trail_sqlite() {
    testkit::run_two(Base::Sqlite, |api, pages| Box::pin(alike(api, pages)));
}

#[test]
fn forms_and_the_api_leave_the_same_rows_and_the_same_trail_postgres() {
    testkit::run_two(Base::Postgres, |api, pages| Box::pin(alike(api, pages)));
}
