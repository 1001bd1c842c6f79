//! Guideline rules as data: who is due for what, and when. The built-in rules and their sources are in
//! `data/guideline_rules.csv`.

use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::data;
use super::person::{Person, Sex, days_between};

/// What counts as having done what a rule asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A laboratory test, by its test code.
    Lab,
    /// A vital sign, by the name of its field.
    Vital,
    /// A vaccination, by the vaccine of the schedule.
    Vaccination,
    /// An encounter; `any` is every one.
    Encounter,
    /// A procedure, by its code.
    Procedure,
    /// A medicine, by its generic name.
    Medication,
}

/// What a rule counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The last time it was done.
    LastDone,
    /// Birth.
    Birth,
    /// The diagnosis that the rule is for.
    Diagnosis,
    /// Something that records do not hold in a form a rule can count from (first day of the last period,
    /// delivery, start of a treatment). Such a rule is not evaluated.
    NotRecorded,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Stable name.
    pub id: String,
    /// In a few words.
    pub title: String,
    /// Only for this sex.
    pub sex: Option<Sex>,
    from: i64,
    to: i64,
    pregnant: Option<bool>,
    /// Beginnings of ICD-10 codes, one of which the patient must have.
    pub conditions: Vec<String>,
    /// Beginnings of ICD-10 codes that take the patient out.
    pub exclude: Vec<String>,
    /// What it counts from.
    pub trigger: Trigger,
    offsets: Vec<i64>,
    interval: Option<i64>,
    /// What is to be done.
    pub kind: Kind,
    codes: Vec<(String, Option<i64>)>,
    grace: i64,
    /// Before others.
    pub high_priority: bool,
    /// Holds only where this is so; empty for everywhere.
    pub setting: String,
    texts: [String; 3],
    /// Keys of the guidelines, joined by `+`.
    pub source: String,
}

const TABLE: &str = include_str!("../../data/guideline_rules.csv");

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    data::rows(TABLE, |line| {
        Some(Rule {
            id: line.owned("id"),
            title: line.owned("title"),
            sex: Sex::from_table(line.text("sex")),
            from: line.needed("age_from_days")?,
            to: line.needed("age_to_days")?,
            pregnant: match line.text("pregnancy") {
                "" => None,
                text => Some(text != "no"),
            },
            conditions: line.list("conditions", '|'),
            exclude: line.list("exclude_conditions", '|'),
            trigger: match line.text("trigger") {
                "last done" => Trigger::LastDone,
                "birth" => Trigger::Birth,
                "diagnosis" => Trigger::Diagnosis,
                _ => Trigger::NotRecorded,
            },
            offsets: line
                .list("offset_days", ';')
                .iter()
                .map(|text| text.parse().ok())
                .collect::<Option<_>>()?,
            interval: line.optional("interval_days")?,
            kind: kind(line.text("done_by_kind"))?,
            codes: line
                .list("done_by_code", '|')
                .iter()
                .map(|text| code(text))
                .collect::<Option<_>>()?,
            grace: line.needed("grace_days")?,
            high_priority: line.text("priority") == "high",
            setting: line.owned("setting"),
            texts: ["text_en", "text_fr", "text_sw"].map(|column| line.owned(column)),
            source: line.owned("source"),
        })
    })
});

fn kind(text: &str) -> Option<Kind> {
    Some(match text {
        "lab" => Kind::Lab,
        "vital" => Kind::Vital,
        "vaccination" => Kind::Vaccination,
        "encounter" => Kind::Encounter,
        "procedure" => Kind::Procedure,
        "medication" => Kind::Medication,
        _ => return None,
    })
}

/// `VIA:1096`: a smear counts for 1096 days, whatever the rule's own interval.
fn code(text: &str) -> Option<(String, Option<i64>)> {
    match text.split_once(':') {
        Some((code, days)) => Some((code.to_owned(), Some(days.parse().ok()?))),
        None => Some((text.to_owned(), None)),
    }
}

/// Every built-in rule.
pub fn rules() -> &'static [Rule] {
    &RULES
}

/// What is known of a patient.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Day of birth.
    pub birth: Date,
    /// Age, sex and pregnancy today.
    pub person: Person,
    /// Codes of active conditions and since when, as far as it is known.
    pub conditions: Vec<(String, Option<Date>)>,
    /// What was done.
    pub done: Vec<Done>,
}

/// Something that was done for a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What kind of thing.
    pub kind: Kind,
    /// Its code.
    pub code: String,
    /// The day.
    pub on: Date,
}

/// Something that is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Since when.
    pub since: Date,
    /// Longer than the rule tolerates.
    pub overdue: bool,
}

impl Rule {
    /// What it counts from is recorded, so that it can be evaluated.
    pub fn is_countable(&self) -> bool {
        self.trigger != Trigger::NotRecorded && self.kind != Kind::Vaccination
    }

    /// What to do, in a language (`en`, `fr`, `sw`).
    pub fn text(&self, language: &str) -> &str {
        let at = match language {
            "fr" => 1,
            "sw" => 2,
            _ => 0,
        };
        &self.texts[at]
    }

    /// Whether the rule is for this patient.
    pub fn is_for(&self, facts: &Facts) -> bool {
        let has = |prefixes: &[String]| {
            let mut codes = facts.conditions.iter().map(|(code, _)| code);
            codes.any(|code| prefixes.iter().any(|prefix| code.starts_with(prefix)))
        };
        facts.person.aged(self.from, self.to)
            && (self.sex.is_none() || self.sex == facts.person.sex)
            && self
                .pregnant
                .is_none_or(|pregnant| pregnant == facts.person.pregnant)
            && (self.conditions.is_empty() || has(&self.conditions))
            && !has(&self.exclude)
    }

    /// Whether it is due on a day for a patient that the rule is for.
    pub fn due(&self, facts: &Facts, today: Date) -> Option<Due> {
        if !self.is_for(facts) {
            return None;
        }
        let since = match self.trigger {
            Trigger::LastDone => self.since_last(facts, today),
            Trigger::Birth => self.since_offsets(facts, facts.birth, today)?,
            Trigger::Diagnosis => self.since_offsets(facts, self.diagnosed(facts)?, today)?,
            Trigger::NotRecorded => return None,
        };
        (since <= today).then(|| Due {
            since,
            overdue: days_between(since, today) > self.grace,
        })
    }

    fn matching<'a>(&'a self, facts: &'a Facts) -> impl Iterator<Item = (Date, Option<i64>)> + 'a {
        facts.done.iter().filter_map(move |done| {
            let same = |(code, _): &&(String, Option<i64>)| code == "any" || *code == done.code;
            let (_, own) = self
                .codes
                .iter()
                .find(same)
                .filter(|_| done.kind == self.kind)?;
            Some((done.on, *own))
        })
    }

    /// Due again an interval after the last time, or since the patient came under the rule.
    fn since_last(&self, facts: &Facts, today: Date) -> Date {
        let again = self
            .matching(facts)
            .filter_map(|(on, own)| Some(later(on, own.or(self.interval)?)));
        again.max().unwrap_or_else(|| {
            let of_age = later(facts.birth, self.from);
            let ill = self.diagnosed(facts).unwrap_or(of_age);
            of_age.max(ill).min(today)
        })
    }

    /// Due on certain days from an event. What was missed is not made up for: only the latest day counts, and
    /// it counts as done when it was done at most half-way back to the day before it.
    fn since_offsets(&self, facts: &Facts, from: Date, today: Date) -> Option<Date> {
        let age = days_between(from, today);
        let at = self.offsets.iter().rposition(|&offset| offset <= age)?;
        let offset = self.offsets[at];
        let before = at.checked_sub(1).map_or(0, |earlier| self.offsets[earlier]);
        let early = later(from, offset - (offset - before) / 2);
        let last = self.matching(facts).map(|(on, _)| on).max();
        match last.filter(|on| *on >= early) {
            None => Some(later(from, offset)),
            Some(on) if at + 1 == self.offsets.len() => {
                Some(later(on.max(later(from, offset)), self.interval?))
            }
            Some(_) => None,
        }
    }

    /// The earliest known day of a condition that the rule is for.
    fn diagnosed(&self, facts: &Facts) -> Option<Date> {
        let of_rule = facts.conditions.iter().filter(|(code, _)| {
            self.conditions
                .iter()
                .any(|prefix| code.starts_with(prefix))
        });
        of_rule.filter_map(|(_, since)| *since).min()
    }
}

fn later(day: Date, days: i64) -> Date {
    let span: Span = days.days();
    day.checked_add(span).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests;
