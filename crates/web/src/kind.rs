//! How a field is typed, by its declaration.

use serde_json::Value as Json;

use crate::form::Form;

/// How a field is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One line.
    Text,
    /// Several lines.
    Area,
    /// A password; never shown again.
    Password,
    /// A day.
    Date,
    /// A day and a time.
    Moment,
    /// A time of day.
    Time,
    /// A number.
    Number(Decimals),
    /// A measured number, which may begin with `<` or `>`.
    Measure,
    /// Yes or no.
    Tick,
    /// One of few: value and words.
    Choice(Vec<(String, String)>),
    /// A record of a resource with this path, found by a few letters.
    Pick(String),
    /// A file.
    File,
}

/// Whether a number may have decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimals {
    /// It is whole.
    None,
    /// It may have some.
    Some,
}

/// The kind of input that a declared field has.
pub(crate) fn kind_of(form: &Form<'_>, name: &str, schema: &Json) -> Kind {
    let schema = match schema.get("anyOf").and_then(|all| all.get(0)) {
        Some(first) => first,
        None => schema,
    };
    if let Some(table) = schema.get("x-references").and_then(Json::as_str) {
        let tables = form.ask.app().registry.tables();
        let path = tables
            .filter(|info| info.table == table && !info.path.is_empty())
            .map(|info| info.path);
        return path.last().map_or(Kind::Number(Decimals::None), |path| {
            Kind::Pick(path.to_owned())
        });
    }
    if let Some(choices) = schema.get("enum").and_then(Json::as_array) {
        let last = name.rsplit('.').next().unwrap_or(name);
        let choices = choices.iter().filter_map(Json::as_str);
        let worded = |value: &str| {
            (
                value.to_owned(),
                crate::words::choice(form.ask, last, value),
            )
        };
        return Kind::Choice(choices.map(worded).collect());
    }
    let is = |kind: &str| match schema.get("type") {
        Some(Json::String(one)) => one == kind,
        Some(Json::Array(several)) => several.iter().any(|one| one == kind),
        _ => false,
    };
    let format = schema
        .get("format")
        .and_then(Json::as_str)
        .unwrap_or_default();
    let longest = schema.get("maxLength").and_then(Json::as_u64);
    match format {
        "date" => Kind::Date,
        "date-time" => Kind::Moment,
        "time" | "partial-time" => Kind::Time,
        "password" => Kind::Password,
        "binary" => Kind::File,
        _ if is("boolean") && is_nullable(schema) => {
            let answer = |value: &str, key| (value.to_owned(), form.ask.t(key));
            Kind::Choice(vec![answer("true", "yes"), answer("false", "no")])
        }
        _ if is("boolean") => Kind::Tick,
        _ if is("integer") => {
            let last = name.rsplit('.').next().unwrap_or(name);
            let worded = (0..).map_while(|at: i64| {
                let words = crate::words::of_number(form.ask, last, at)?;
                Some((at.to_string(), words))
            });
            let worded: Vec<(String, String)> = worded.collect();
            match worded.is_empty() {
                true => Kind::Number(Decimals::None),
                false => Kind::Choice(worded),
            }
        }
        _ if is("number") => Kind::Number(Decimals::Some),
        _ if longest.is_some_and(|longest| longest > 300) => Kind::Area,
        _ => Kind::Text,
    }
}

/// Whether a field may hold nothing.
pub(crate) fn is_nullable(schema: &Json) -> bool {
    let null = |kind: &Json| kind == "null";
    let listed = |all: &Json| all.as_array().is_some_and(|all| all.iter().any(null));
    schema.get("type").is_some_and(listed)
        || schema
            .get("anyOf")
            .and_then(Json::as_array)
            .is_some_and(|all| all.iter().any(|one| one.get("type").is_some_and(null)))
}

/// Whether a field holds a moment.
pub(crate) fn is_moment(schema: &Json) -> bool {
    let one = schema
        .get("anyOf")
        .and_then(|all| all.get(0))
        .unwrap_or(schema);
    one.get("format").and_then(Json::as_str) == Some("date-time")
}
