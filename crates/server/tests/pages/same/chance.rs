//! Values by chance, as the declared schemas allow.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

/// Numbers that look like chance and are the same each time: splitmix64.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % most as u64).unwrap()
    }

    pub(super) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub(super) fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// A value that the schema allows; none for a reference to a table without rows.
    pub(super) fn value(
        &mut self,
        name: &str,
        schema: &Json,
        known: &BTreeMap<String, Vec<i64>>,
    ) -> Option<Json> {
        let schema = schema["anyOf"].get(0).unwrap_or(schema);
        // What is refused in somebody's language is compared with the page in words, which are English.
        if ["language", "language_preference"].contains(&name) {
            return Some(json!("en"));
        }
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
    pub(super) fn object(
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

    pub(super) fn text(&mut self, name: &str, schema: &Json) -> String {
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
