//! Requests made from the API document, with a fixed seed: such as clients send, such as nobody means, and such as
//! attackers send. Whatever comes is answered, and as the document says.

use std::collections::{BTreeMap, BTreeSet};

use kernel::BuiltinRole;
use platform::openapi;
use serde_json::{Map, Value as Json, json};
use testkit::{Caller, Reply, World};

/// Of each operation, for each role and each seed.
const REQUESTS: usize = 2;
/// What the numbers begin with.
const SEEDS: [u64; 3] = [7, 1846, 20261];
/// Those that end a caller's account, or wait for others on purpose.
const LEFT_OUT: [&str; 2] = ["/account/delete/", "/auth/logout/"];

/// Names its record in the body, and answers 404 for one that is not there.
const NAMED_IN_THE_BODY: [&str; 2] = [
    "prescriptions_check_drug_allergy",
    "prescriptions_check_safety",
];

/// Says more than the document; the list may only shrink.
const SAYS_MORE: [&str; 2] = ["/auth/password-reset/", "/sessions/{id}/revoke/"];

/// Numbers that look like chance and are the same each time: splitmix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).unwrap()
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// The document, and requests made from it.
struct Maker {
    document: Json,
    chance: Chance,
}

impl Maker {
    fn resolved<'a>(&'a self, schema: &'a Json) -> &'a Json {
        match schema["$ref"].as_str() {
            Some(name) => self.resolved(self.document.pointer(&name[1..]).unwrap()),
            None => schema,
        }
    }

    /// A value for a schema: mostly one that it allows.
    fn value(&mut self, schema: &Json, depth: usize) -> Json {
        let schema = self.resolved(schema).clone();
        if self.chance.percent(12) {
            return self.hostile();
        }
        if let Some(choices) = schema["enum"].as_array() {
            return self.chance.of(choices).clone();
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            if let Some(choices) = schema[key].as_array().filter(|it| !it.is_empty()) {
                let choice = self.chance.of(choices).clone();
                return self.value(&choice, depth);
            }
        }
        let kind = match &schema["type"] {
            Json::Array(kinds) => self.chance.of(kinds).clone(),
            kind => kind.clone(),
        };
        match kind.as_str().unwrap_or_default() {
            "integer" => json!(
                self.chance
                    .of(&[0, 1, 2, 3, 7, -1, 100, i64::MAX, i64::MIN])
                    .to_owned()
            ),
            "number" => json!(
                self.chance
                    .of(&[0.0, 0.01, 1.5, 36.6, -1.0, 1e12, 1e-9])
                    .to_owned()
            ),
            "boolean" => json!(self.chance.percent(50)),
            "null" => Json::Null,
            "array" if depth > 3 => json!([]),
            "array" => {
                let many = self.chance.below(3);
                (0..many)
                    .map(|_| self.value(&schema["items"], depth + 1))
                    .collect()
            }
            "object" => self.object(&schema, depth),
            _ => self.text(schema["format"].as_str().unwrap_or_default()),
        }
    }

    fn object(&mut self, schema: &Json, depth: usize) -> Json {
        let required: BTreeSet<String> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
        let mut object = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let likely = if required.contains(name) { 97 } else { 30 };
            if depth <= 4 && self.chance.percent(likely) {
                object.insert(name.clone(), self.value(property, depth + 1));
            }
        }
        Json::Object(object)
    }

    fn text(&mut self, format: &str) -> Json {
        let choices: &[&str] = match format {
            "date" => &[
                "2026-11-23",
                "1990-02-28",
                "2024-02-29",
                "1880-01-01",
                "0001-01-01",
                "9999-12-31",
                "2026-13-01",
            ],
            "date-time" => &[
                "2026-11-23T08:00:00Z",
                "2026-11-24T10:30:00+01:00",
                "0001-01-01T00:00:00+23:59",
                "9999-12-31T23:59:59-23:59",
                "yesterday",
            ],
            "partial-time" => &["08:00:00", "23:59", "24:00:00", "00:00:00Z"],
            "uuid" => &["0190a0a0-0000-7000-8000-000000000001", "no uuid"],
            "email" => &["awa@example.org", "@"],
            _ => &[
                "Awa",
                "a",
                "Paracetamol 500 mg",
                "+2207834351",
                "1.75",
                "Ŋaala Ɓah",
                "O'Neil",
                "1",
                "2026-11-23",
            ],
        };
        json!(self.chance.of(choices))
    }

    fn hostile(&mut self) -> Json {
        let long = "ŋ".repeat(70_000);
        let deep = (0..60).fold(json!(1), |inner, _| json!([inner]));
        let choices = [
            Json::Null,
            json!(""),
            json!(" "),
            json!("\u{0}"),
            json!("\u{202e}abc"),
            json!("' OR 1=1 --"),
            json!("=HYPERLINK(\"http://x\")"),
            json!("../../etc/passwd"),
            json!("<script>alert(1)</script>"),
            json!("\u{d7ff}\u{e000}\u{fffd}"),
            json!(long),
            json!(true),
            json!([]),
            json!({}),
            json!([null]),
            json!({ "id": 1 }),
            json!(1e308),
            json!(-0.0),
            json!(u64::MAX),
            json!("9223372036854775808"),
            deep,
            json!("%00"),
            json!("NaN"),
            json!("٣"),
            json!("1e400"),
            json!("2026-02-30"),
        ];
        self.chance.of(&choices).clone()
    }

    /// The path with values for its parameters, and a query.
    fn address(&mut self, path: &str, operation: &Json) -> String {
        let mut parts = Vec::new();
        for part in path.trim_start_matches('/').split('/') {
            if part.starts_with('{') {
                let ids = [
                    "1",
                    "2",
                    "3",
                    "1",
                    "999999",
                    "0",
                    "-1",
                    "9223372036854775807",
                    "9223372036854775808",
                    "abc",
                    "%00",
                    "1.pdf",
                ];
                parts.push(part.split_once('}').map_or("", |(_, rest)| rest).to_owned());
                let id = (*self.chance.of(&ids)).to_owned();
                let rest = parts.pop().unwrap();
                parts.push(id + &rest);
            } else {
                parts.push(part.to_owned());
            }
        }
        let mut pairs: Vec<(String, String)> = Vec::new();
        let parameters = operation["parameters"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        for parameter in parameters {
            let parameter = self.resolved(&parameter).clone();
            if parameter["in"] != "query" || !self.chance.percent(25) {
                continue;
            }
            let value = self.value(&parameter["schema"], 3);
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let value: String = value.chars().take(200).collect();
            pairs.push((parameter["name"].as_str().unwrap().to_owned(), value));
        }
        let query = serde_urlencoded::to_string(&pairs).unwrap();
        match query.as_str() {
            "" => parts.join("/"),
            query => format!("{}?{query}", parts.join("/")),
        }
    }

    /// What is wrong with an answer; strict: a key that the document does not name is one too many.
    fn misfit(&self, schema: &Json, value: &Json, at: &str) -> Option<String> {
        let schema = self.resolved(schema);
        if let Some(choices) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
            let misfits: Vec<String> = choices
                .iter()
                .filter_map(|choice| self.misfit(choice, value, at))
                .collect();
            return (misfits.len() == choices.len()).then(|| misfits.join(" | "));
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            if let Some(misfit) = self.misfit(part, value, at) {
                return Some(misfit);
            }
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Json::String(kind) => vec![kind],
            Json::Array(kinds) => kinds.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        };
        let kind = match value {
            Json::Null => "null",
            Json::Bool(_) => "boolean",
            Json::Number(number) if number.is_i64() || number.is_u64() => "integer",
            Json::Number(_) => "number",
            Json::String(_) => "string",
            Json::Array(_) => "array",
            Json::Object(_) => "object",
        };
        let fits = kinds.is_empty()
            || kinds.contains(&kind)
            || (kind == "integer" && kinds.contains(&"number"));
        if !fits {
            return Some(format!("{at} is {kind}, not {kinds:?}"));
        }
        if let Some(choices) = schema["enum"].as_array()
            && !choices.contains(value)
        {
            return Some(format!("{at} is {value}, none of {choices:?}"));
        }
        match value {
            Json::Array(items) if schema["items"].is_object() => items
                .iter()
                .find_map(|item| self.misfit(&schema["items"], item, &format!("{at}[]"))),
            Json::Object(object) => self.object_misfit(schema, object, at),
            _ => None,
        }
    }

    fn object_misfit(&self, schema: &Json, object: &Map<String, Json>, at: &str) -> Option<String> {
        for name in schema["required"].as_array().into_iter().flatten() {
            if !object.contains_key(name.as_str().unwrap()) {
                return Some(format!("{at} has no {name}"));
            }
        }
        let properties = schema["properties"].as_object()?;
        object.iter().find_map(|(name, value)| {
            let at = format!("{at}.{name}");
            match (properties.get(name), &schema["additionalProperties"]) {
                (Some(property), _) => self.misfit(property, value, &at),
                (None, Json::Null | Json::Bool(false)) if schema["allOf"].is_null() => {
                    Some(format!("{at} is not in the document"))
                }
                (None, each @ Json::Object(_)) => self.misfit(each, value, &at),
                _ => None,
            }
        })
    }

    /// What is wrong with a reply; nothing when it is as the document says.
    fn wrong(&self, operation: &Json, reply: &Reply) -> Option<String> {
        let status = reply.status.as_u16();
        if status >= 500 {
            return Some(format!("{status} {}", reply.text()));
        }
        let responses = &operation["responses"];
        let described = self.resolved(&responses[status.to_string()]);
        let operation_id = operation["operationId"].as_str().unwrap();
        if status == 404 && NAMED_IN_THE_BODY.contains(&operation_id) {
            return None;
        }
        if described.is_null() {
            let few: String = reply.text().chars().take(200).collect();
            return Some(format!("{status} is not in the document: {few}"));
        }
        // A refusal names whatever it has to do with.
        if !reply.status.is_success() {
            let is_page = reply.header("content-type").starts_with("text/html");
            return (!is_page && !reply.json.is_object())
                .then(|| format!("{status} {}", reply.text()));
        }
        let schema = &described["content"]["application/json"]["schema"];
        if !schema.is_object() || reply.json.is_null() {
            return None;
        }
        self.misfit(schema, &reply.json, "answer")
    }
}

/// Records that requests meet.
async fn furnished(world: &World) -> Caller {
    let admin = world.admin().await;
    for first in ["Awa", "Binta", "Coumba"] {
        let body = json!({
            "first_name": first, "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female",
        });
        admin.post("patients/", body).await.is(201);
    }
    let doctor = world.doctor().await;
    let hours = json!({ "doctor": doctor.id, "day_of_week": 2, "start_time": "08:00", "end_time": "16:00" });
    admin.post("doctor-schedules/", hours).await;
    let visit = json!({ "patient": 1, "doctor": doctor.id, "date": "2026-11-25", "time": "10:00" });
    admin.post("appointments/", visit).await.is(201);
    let ward = admin
        .post("wards/", json!({ "name": "Women", "capacity": 2 }))
        .await
        .id();
    admin
        .post("beds/", json!({ "ward": ward, "number": "1" }))
        .await
        .is(201);
    admin
}

async fn every_operation(world: &World, seed: u64) -> (usize, usize) {
    let document = openapi::document(&world.app.registry, &openapi::Info::default());
    let paths = document["paths"].as_object().unwrap().clone();
    let mut maker = Maker {
        document,
        chance: Chance(seed),
    };
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    let (mut asked, mut taken) = (0, 0);
    for role in [BuiltinRole::Admin, BuiltinRole::Nurse, BuiltinRole::Patient] {
        let mut caller = world.caller(Some(role)).await;
        for (path, item) in &paths {
            let methods = item
                .as_object()
                .unwrap()
                .iter()
                .filter(|(key, _)| *key != "parameters");
            for (method, operation) in methods {
                if LEFT_OUT.contains(&path.as_str()) || SAYS_MORE.contains(&path.as_str()) {
                    continue;
                }
                for _ in 0..REQUESTS {
                    let address = maker.address(path, operation);
                    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
                    let mut request = caller.request(&method.to_uppercase(), &address);
                    let mut sent = Json::Null;
                    if body.is_object() {
                        sent = maker.value(body, 0);
                        request = request.json(&sent);
                    }
                    let reply = request.send().await;
                    asked += 1;
                    taken += usize::from(reply.status.is_success());
                    // Somebody ended the session, or has to choose a password first.
                    if reply.status == 401 || reply.text().contains("password_change_required") {
                        caller = world.caller(Some(role)).await;
                        continue;
                    }
                    if let Some(what) = maker.wrong(operation, &reply) {
                        let few: String = sent.to_string().chars().take(300).collect();
                        let name = format!("{method} {path}");
                        wrong
                            .entry(name)
                            .or_insert(format!("{} {address} {few}: {what}", role.name()));
                    }
                }
            }
            world.settle().await;
        }
    }
    assert!(
        wrong.is_empty(),
        "seed {seed}, {} of {asked}: {wrong:#?}",
        wrong.len()
    );
    (asked, taken)
}

impl Maker {
    /// Values that a parameter's schema allows: each of its examples and choices, or one of its kind.
    fn allowed(&self, schema: &Json) -> Vec<String> {
        let schema = self.resolved(schema);
        let text = |json: &Json| {
            json.as_str()
                .map_or_else(|| json.to_string(), str::to_owned)
        };
        for key in ["examples", "enum"] {
            if let Some(values) = schema[key].as_array() {
                return values
                    .iter()
                    .filter(|value| !value.is_null())
                    .map(text)
                    .collect();
            }
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(choices) = schema[key].as_array() {
                return choices
                    .iter()
                    .flat_map(|choice| self.allowed(choice))
                    .collect();
            }
        }
        let one = match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("integer" | "number"), _) => schema["minimum"].as_i64().unwrap_or(1).to_string(),
            (Some("boolean"), _) => "true".to_owned(),
            (_, Some("date")) => "2026-11-23".to_owned(),
            (_, Some("date-time")) => "2026-11-23T08:00:00Z".to_owned(),
            (_, Some("uuid")) => "0190a0a0-0000-7000-8000-000000000001".to_owned(),
            (_, Some("email")) => "awa@example.org".to_owned(),
            _ => return Vec::new(),
        };
        vec![one]
    }
}

/// Reads with every parameter that is a day or a moment at the ends of the calendar and at the ends of what is taken, beside
/// whatever must be there: what is refused is refused by name.
async fn every_end_of_time(world: &World) {
    let document = openapi::document(&world.app.registry, &openapi::Info::default());
    let paths = document["paths"].as_object().unwrap().clone();
    let maker = Maker {
        document,
        chance: Chance(0),
    };
    let admin = world.admin().await;
    // What is asked about is there, so that nothing is complained about but the day.
    let item = json!({ "generic_name": "Placebo", "form": "Tablet", "strength": "100 mg", "unit_of_measure": "tablet" });
    assert_eq!(admin.post("medications/", item).await.id(), 1);
    let (mut asked, mut wrong) = (0, Vec::new());
    for (path, item) in &paths {
        let parameters = item["get"]["parameters"].as_array();
        let parameters: Vec<Json> = parameters
            .into_iter()
            .flatten()
            .map(|parameter| maker.resolved(parameter).clone())
            .filter(|parameter| parameter["in"] == "query")
            .collect();
        let of = |parameter: &Json| {
            let name = parameter["name"].as_str().unwrap().to_owned();
            let value = maker.allowed(&parameter["schema"]).into_iter().next();
            (name, value.unwrap_or_default())
        };
        for parameter in &parameters {
            let schema = maker.resolved(&parameter["schema"]);
            let ends: &[&str] = match schema["format"].as_str() {
                Some("date") => &DAYS,
                Some("date-time") => &MOMENTS,
                _ => continue,
            };
            let needed = parameters
                .iter()
                .filter(|other| is_needed(other) && *other != parameter);
            let mut pairs: Vec<(String, String)> = needed.map(of).collect();
            pairs.push(of(parameter));
            for end in ends {
                pairs.last_mut().unwrap().1 = (*end).to_owned();
                let query = serde_urlencoded::to_string(&pairs).unwrap();
                let mut address = path.trim_start_matches('/').to_owned();
                while let (Some(from), Some(to)) = (address.find('{'), address.find('}')) {
                    address.replace_range(from..=to, "1");
                }
                let reply = admin.get(&format!("{address}?{query}")).await;
                asked += 1;
                let name = &pairs.last().unwrap().0;
                let beyond = end.starts_with("0001");
                let taken = beyond && reply.status.is_success();
                // Another parameter may be complained about before this one is looked at.
                let unnamed =
                    beyond && reply.status == 400 && !reply.text().contains(name.as_str());
                if reply.status.is_server_error() || taken || unnamed {
                    let few: String = reply.text().chars().take(200).collect();
                    wrong.push(format!("{address}?{query}: {} {few}", reply.status));
                }
            }
        }
    }
    assert!(asked > 300, "{asked}");
    assert!(wrong.is_empty(), "{} of {asked}: {wrong:#?}", wrong.len());
}

/// The ends of the calendar, and the first and the last day that are taken.
const DAYS: [&str; 3] = ["0001-01-01", "1800-01-01", "9999-12-31"];
/// The same as moments, each as far out as an offset takes it.
const MOMENTS: [&str; 3] = [
    "0001-01-01T00:00:00+23:59",
    "1800-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
];

/// Whether a parameter must be there, as the document says beside its schema or in words.
fn is_needed(parameter: &Json) -> bool {
    let said = parameter["description"].as_str().unwrap_or_default();
    parameter["required"] == true || said.ends_with("; required.")
}

/// Reads with each parameter that the document names, one after the other.
async fn every_parameter(world: &World) {
    let document = openapi::document(&world.app.registry, &openapi::Info::default());
    let paths = document["paths"].as_object().unwrap().clone();
    let maker = Maker {
        document,
        chance: Chance(0),
    };
    let (mut asked, mut wrong) = (0, Vec::new());
    for role in [BuiltinRole::Admin, BuiltinRole::Nurse, BuiltinRole::Patient] {
        let caller = world.caller(Some(role)).await;
        for (path, item) in &paths {
            let operation = &item["get"];
            // What must be there is what is asked for; without it the rest is no question.
            let parameters = operation["parameters"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let parameters: Vec<Json> = parameters
                .iter()
                .map(|parameter| maker.resolved(parameter).clone())
                .filter(|parameter| parameter["in"] == "query")
                .collect();
            if parameters.iter().any(is_needed) || path.contains("{token}") {
                continue;
            }
            for parameter in &parameters {
                let name = parameter["name"].as_str().unwrap();
                for value in maker.allowed(&parameter["schema"]) {
                    let query = serde_urlencoded::to_string([(name, &value)]).unwrap();
                    let mut address = path.trim_start_matches('/').to_owned();
                    while let (Some(from), Some(to)) = (address.find('{'), address.find('}')) {
                        address.replace_range(from..=to, "1");
                    }
                    let reply = caller.get(&format!("{address}?{query}")).await;
                    asked += 1;
                    if reply.status == 400 || reply.status.is_server_error() {
                        let few: String = reply.text().chars().take(200).collect();
                        wrong.push(format!("{} {address}?{query}: {few}", role.name()));
                    }
                }
            }
        }
    }
    assert!(asked > 3_000, "{asked}");
    assert!(wrong.is_empty(), "{} of {asked}: {wrong:#?}", wrong.len());
}

testkit::on_both! {
    async fn whatever_is_sent_is_answered_as_the_document_says(world: &World) {
        furnished(world).await;
        let (mut asked, mut taken) = (0, 0);
        for seed in SEEDS {
            let (more_asked, more_taken) = every_operation(world, seed).await;
            asked += more_asked;
            taken += more_taken;
        }
        assert!(asked > 5_000 && taken > asked / 20, "{taken} of {asked} were taken");
    }

    async fn no_day_at_the_ends_of_the_calendar_is_too_much(world: &World) {
        furnished(world).await;
        every_end_of_time(world).await;
        world.settle().await;
    }

    async fn nothing_that_the_document_lets_one_ask_is_refused(world: &World) {
        furnished(world).await;
        every_parameter(world).await;
        world.settle().await;
    }
}
