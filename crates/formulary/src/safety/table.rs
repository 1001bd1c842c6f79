//! The tables of a pack, and how a row of one is read.

use csv::StringRecord;

use super::additions::Fault;
use super::answer::Severity;

/// A table of the pack; a hospital adds rows to it in the same columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Table {
    /// Classes that ingredients belong to.
    Classes,
    /// Active ingredients.
    Ingredients,
    /// Other names: brands, combinations, spellings.
    Synonyms,
    /// Words in a prescription that name no ingredient.
    IgnoredWords,
    /// What an allergy covers.
    AllergyClasses,
    /// How an allergy is written.
    AllergyTerms,
    /// Pairs that do not go together.
    Interactions,
    /// Duplicate therapy and its exceptions.
    Duplicates,
    /// Warnings in pregnancy and breastfeeding, by age, and in enzyme deficiency.
    PregnancyAndAge,
    /// Highest usual doses.
    MaxDose,
    /// What products of several ingredients hold of each.
    Strengths,
}

impl Table {
    /// Every table, each after those that it refers to.
    pub const ALL: [Table; 11] = [
        Table::Classes,
        Table::Ingredients,
        Table::Synonyms,
        Table::IgnoredWords,
        Table::AllergyClasses,
        Table::AllergyTerms,
        Table::Interactions,
        Table::Duplicates,
        Table::PregnancyAndAge,
        Table::MaxDose,
        Table::Strengths,
    ];

    /// Its name, which is the name of its file without `.csv`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Table::Classes => "classes",
            Table::Ingredients => "ingredients",
            Table::Synonyms => "synonyms",
            Table::IgnoredWords => "ignored_words",
            Table::AllergyClasses => "allergy_classes",
            Table::AllergyTerms => "allergy_terms",
            Table::Interactions => "interactions",
            Table::Duplicates => "duplicates",
            Table::PregnancyAndAge => "pregnancy_and_age",
            Table::MaxDose => "max_dose",
            Table::Strengths => "strengths",
        }
    }

    /// The table of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Table::ALL.into_iter().find(|table| table.as_str() == name)
    }

    /// The columns that a file must have; see `crates/formulary/data/README.md` for the others.
    pub const fn required(self) -> &'static [&'static str] {
        match self {
            Table::Classes => &["class", "meaning"],
            Table::Ingredients => &["ingredient"],
            Table::Synonyms => &["alias", "ingredients"],
            Table::IgnoredWords => &["word", "where"],
            Table::AllergyClasses => &["allergen", "covers", "relation", "severity", "from_member"],
            Table::AllergyTerms => &["written", "allergen"],
            Table::Interactions => &["a", "b", "severity", "effect"],
            Table::Duplicates => &["kind", "a", "b", "severity", "message"],
            Table::PregnancyAndAge => &["subject", "context", "when", "severity", "message"],
            Table::MaxDose => &["ingredient", "route", "population", "unit"],
            Table::Strengths => &["ingredients", "strengths", "unit"],
        }
    }

    /// The starter pack's rows.
    pub(super) const fn starter(self) -> &'static str {
        match self {
            Table::Classes => include_str!("../../data/classes.csv"),
            Table::Ingredients => include_str!("../../data/ingredients.csv"),
            Table::Synonyms => include_str!("../../data/synonyms.csv"),
            Table::IgnoredWords => include_str!("../../data/ignored_words.csv"),
            Table::AllergyClasses => include_str!("../../data/allergy_classes.csv"),
            Table::AllergyTerms => include_str!("../../data/allergy_terms.csv"),
            Table::Interactions => include_str!("../../data/interactions.csv"),
            Table::Duplicates => include_str!("../../data/duplicates.csv"),
            Table::PregnancyAndAge => include_str!("../../data/pregnancy_and_age.csv"),
            Table::MaxDose => include_str!("../../data/max_dose.csv"),
            Table::Strengths => include_str!("../../data/strengths.csv"),
        }
    }
}

/// One row, read by the names of its columns.
pub(super) struct Fields<'a> {
    header: &'a StringRecord,
    record: &'a StringRecord,
}

impl<'a> Fields<'a> {
    pub(super) fn new(header: &'a StringRecord, record: &'a StringRecord) -> Self {
        Fields { header, record }
    }

    /// A column's text without outer blanks; empty when the file has no such column.
    pub(super) fn get(&self, column: &str) -> &'a str {
        let at = self.header.iter().position(|name| name.trim() == column);
        at.and_then(|at| self.record.get(at))
            .unwrap_or_default()
            .trim()
    }

    /// A column that must say something.
    pub(super) fn text(&self, column: &'static str) -> Result<&'a str, Fault> {
        match self.get(column) {
            "" => Err(Fault::Missing(column)),
            text => Ok(text),
        }
    }

    /// The parts of a list that is separated by semicolons.
    pub(super) fn list(&self, column: &str) -> impl Iterator<Item = &'a str> {
        self.get(column)
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
    }

    /// A severity; `none` silences a rule.
    pub(super) fn severity(&self) -> Result<Option<Severity>, Fault> {
        match self.text("severity")? {
            "none" => Ok(None),
            word => match Severity::parse(word) {
                Some(severity) => Ok(Some(severity)),
                None => Err(self.wrong("severity", "none, moderate, severe or contraindicated")),
            },
        }
    }

    /// A value that is not one of those that there are.
    pub(super) fn wrong(&self, column: &'static str, allowed: &'static str) -> Fault {
        let value = self.get(column).to_owned();
        Fault::Value {
            column,
            value,
            allowed,
        }
    }
}
