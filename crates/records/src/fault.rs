//! What is wrong with the input, field by field.
//!
//! A [`Fault`] mirrors the shape of the body it complains about, so that a form can put each
//! sentence beside the box it belongs to, also inside nested items.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use texts::{Text, Texts};

/// The key under which complaints about the whole body are answered.
pub const NON_FIELD: &str = "non_field_errors";

/// What is wrong with one value.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Sentences about the value itself.
    Said(Vec<Text>),
    /// Complaints about parts of an object.
    Inside(Faults),
    /// Complaints about items of a list; an item without one is `None`.
    Items(Vec<Option<Faults>>),
}

impl Fault {
    /// One sentence.
    pub fn of(text: Text) -> Fault {
        Fault::Said(vec![text])
    }

    /// One sentence without arguments.
    pub fn key(key: &'static str) -> Fault {
        Fault::of(Text::new(key))
    }

    fn render(&self, texts: &Texts, language: &str) -> Json {
        match self {
            Fault::Said(said) => said
                .iter()
                .map(|t| Json::String(texts.render(language, t)))
                .collect(),
            Fault::Inside(faults) => Json::Object(faults.render(texts, language)),
            Fault::Items(items) => items
                .iter()
                .map(|item| {
                    Json::Object(
                        item.as_ref()
                            .map(|f| f.render(texts, language))
                            .unwrap_or_default(),
                    )
                })
                .collect(),
        }
    }
}

/// Complaints by field name; empty when nothing is wrong.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Faults(BTreeMap<String, Fault>);

impl Faults {
    /// Nothing wrong yet.
    pub fn new() -> Faults {
        Faults::default()
    }

    /// One complaint about one field.
    pub fn one(field: &str, text: Text) -> Faults {
        let mut faults = Faults::new();
        faults.say(field, text);
        faults
    }

    /// Adds a sentence about a field.
    pub fn say(&mut self, field: &str, text: Text) {
        self.put(field, Fault::of(text));
    }

    /// Adds a complaint; sentences about one field are kept together.
    pub fn put(&mut self, field: &str, fault: Fault) {
        match (self.0.get_mut(field), fault) {
            (Some(Fault::Said(said)), Fault::Said(more)) => said.extend(more),
            (_, fault) => {
                self.0.insert(field.to_owned(), fault);
            }
        }
    }

    /// Takes the value, or notes the fault under the field's name.
    pub fn note<T>(&mut self, field: &str, parsed: Result<T, Fault>) -> Option<T> {
        parsed.map_err(|fault| self.put(field, fault)).ok()
    }

    /// These and others.
    #[must_use]
    pub fn and(mut self, others: Faults) -> Faults {
        for (field, fault) in others.0 {
            self.put(&field, fault);
        }
        self
    }

    /// Nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Something is wrong with this field.
    pub fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// `Err` with the faults when there are any.
    pub fn into_result(self) -> Result<(), Faults> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// As `{"field": ["sentence", …]}` in a language.
    pub fn render(&self, texts: &Texts, language: &str) -> Map<String, Json> {
        self.0
            .iter()
            .map(|(field, fault)| (field.clone(), fault.render(texts, language)))
            .collect()
    }
}
