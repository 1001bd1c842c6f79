//! `access-rules/`: what makes an access questionable, and how much. Rules are rows, which an Admin weighs anew.
//!
//! A rule says either why somebody may be curious (a name, an address, a colleague, a public figure) or in
//! which circumstances they looked (they do not treat the patient, nobody works with the record, at night). The
//! weights of the rules that apply are added up; from [`ENOUGH`] on, and with at least one reason to be
//! curious, a person is asked.

use jiff::civil::{DateTime, Weekday};
use kernel::BuiltinRole::Admin;
use kernel::Reach;
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::Faults;
use platform::record::Column;
use platform::resource::{Change, Resource, Said};
use platform::texts::Text;

/// The sum of weights from which on a person is asked.
pub const ENOUGH: i64 = 100;

platform::choice! {
    /// What a rule looks at.
    pub enum RuleKind {
        /// The patient has the family name of the user.
        SameSurname = "same_surname",
        /// The patient lives where the user does, by the user's own record as a patient.
        SameAddress = "same_address",
        /// The patient works here.
        Colleague = "colleague",
        /// The patient is on the list of public figures.
        PublicFigure = "public_figure",
        /// The user does not treat the patient and has written nothing about them in a month.
        NoCare = "no_care",
        /// Nobody has written anything about the patient in a week.
        NoVisit = "no_visit",
        /// Outside the hours of the rule, or on a Sunday.
        OutOfHours = "out_of_hours",
    }
}

impl RuleKind {
    /// Why somebody may be curious, rather than how they looked.
    pub fn is_curious(self) -> bool {
        matches!(
            self,
            RuleKind::SameSurname
                | RuleKind::SameAddress
                | RuleKind::Colleague
                | RuleKind::PublicFigure
        )
    }
}

platform::record! {
    /// What makes an access questionable, and how much.
    pub struct AccessRule in "access_rule" {
        client {
            /// How much it weighs, 0 to 100: from a sum of 100 on a person is asked, if one of the rules is a reason to be curious.
            weight: i64 = 0,
            /// Whether the rule is applied; one that is not weighs nothing.
            is_active: bool = true,
            /// For `out_of_hours`: the hour of the day, 0 to 23, at which the usual hours begin.
            from_hour: i64 = 7,
            /// For `out_of_hours`: the hour of the day, 1 to 24, at which they end.
            to_hour: i64 = 19,
        }
        server {
            /// What it looks at; each kind has one rule.
            kind: RuleKind = RuleKind::NoCare,
        }
        hidden {}
    }
}

impl Resource for AccessRule {
    const PATH: &'static str = "access-rules";
    const VERBS: &'static str = "ru";
    const FILTERS: &'static [Column<Self>] = &[AccessRule::kind, AccessRule::is_active];
    const ORDER: &'static str = "id";
    const LIST: &'static [Column<Self>] =
        &[AccessRule::kind, AccessRule::weight, AccessRule::is_active];
    type Extra = ();

    fn called(&self) -> Vec<Said> {
        vec![Said::Choice("kind", self.kind.as_str())]
    }

    fn access() -> Access {
        Access::nobody().role(Admin, "ru").in_person()
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            _ => Scope::Nothing,
        }
    }

    async fn prepare(_cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let row = &*change.row;
        let mut faults = Faults::new();
        let mut between = |name, value: i64, low: i64, high: i64| {
            if !(low..=high).contains(&value) {
                let text = Text::new("compliance-out-of-range");
                faults.say(name, text.with("low", low).with("high", high));
            }
        };
        between("weight", row.weight, 0, ENOUGH);
        between("from_hour", row.from_hour, 0, 23);
        between("to_hour", row.to_hour, row.from_hour.clamp(0, 23) + 1, 24);
        Ok(faults.into_result()?)
    }
}

/// What is known of an access of a user to a patient's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) same_surname: bool,
    pub(crate) same_address: bool,
    pub(crate) colleague: bool,
    pub(crate) public_figure: bool,
    /// The user treats the patient, or worked with the record.
    pub(crate) involved: bool,
    /// Somebody worked with the record lately.
    pub(crate) visited: bool,
    /// When, where the hospital is.
    pub(crate) at: DateTime,
}

/// The rules that apply to an access, if a person has to be asked.
pub(crate) fn questionable(facts: &Facts, rules: &[AccessRule]) -> Option<Vec<RuleKind>> {
    if facts.involved {
        return None;
    }
    let applies = |rule: &&AccessRule| match rule.kind {
        RuleKind::SameSurname => facts.same_surname,
        RuleKind::SameAddress => facts.same_address,
        RuleKind::Colleague => facts.colleague,
        RuleKind::PublicFigure => facts.public_figure,
        RuleKind::NoCare => true,
        RuleKind::NoVisit => !facts.visited,
        RuleKind::OutOfHours => is_out_of_hours(facts.at, rule.from_hour, rule.to_hour),
    };
    let found: Vec<&AccessRule> = rules
        .iter()
        .filter(|rule| rule.is_active)
        .filter(applies)
        .collect();
    let sum: i64 = found.iter().map(|rule| rule.weight).sum();
    let curious = found
        .iter()
        .any(|rule| rule.kind.is_curious() && rule.weight > 0);
    (curious && sum >= ENOUGH).then(|| found.iter().map(|rule| rule.kind).collect())
}

fn is_out_of_hours(at: DateTime, from: i64, to: i64) -> bool {
    at.weekday() == Weekday::Sunday || !(from..to).contains(&i64::from(at.hour()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::RULES;
    use platform::record::Meta;

    fn rules() -> Vec<AccessRule> {
        let rule = |(kind, weight): &(RuleKind, i64)| AccessRule {
            meta: Meta::unstored(),
            weight: *weight,
            is_active: true,
            from_hour: 7,
            to_hour: 19,
            kind: *kind,
        };
        RULES.iter().map(rule).collect()
    }

    #[test]
    fn a_person_is_asked_when_there_is_a_reason_to_be_curious_and_none_to_look() {
        // A Monday morning, and the night after.
        let (day, night) = (
            "2026-11-23T10:00:00".parse().unwrap(),
            "2026-11-23T23:00:00".parse().unwrap(),
        );
        let usual = Facts {
            same_surname: false,
            same_address: false,
            colleague: false,
            public_figure: false,
            involved: false,
            visited: true,
            at: day,
        };
        for (facts, asked) in [
            (usual, false),
            (
                Facts {
                    visited: false,
                    at: night,
                    ..usual
                },
                false,
            ),
            (
                Facts {
                    same_surname: true,
                    ..usual
                },
                false,
            ),
            (
                Facts {
                    same_surname: true,
                    at: night,
                    ..usual
                },
                false,
            ),
            (
                Facts {
                    same_surname: true,
                    visited: false,
                    ..usual
                },
                true,
            ),
            (
                Facts {
                    same_surname: true,
                    visited: false,
                    involved: true,
                    ..usual
                },
                false,
            ),
            (
                Facts {
                    same_address: true,
                    ..usual
                },
                true,
            ),
            (
                Facts {
                    colleague: true,
                    ..usual
                },
                false,
            ),
            (
                Facts {
                    colleague: true,
                    at: night,
                    ..usual
                },
                true,
            ),
            (
                Facts {
                    colleague: true,
                    visited: false,
                    ..usual
                },
                true,
            ),
            (
                Facts {
                    public_figure: true,
                    ..usual
                },
                true,
            ),
            (
                Facts {
                    public_figure: true,
                    involved: true,
                    at: night,
                    ..usual
                },
                false,
            ),
        ] {
            assert_eq!(questionable(&facts, &rules()).is_some(), asked, "{facts:?}");
        }
    }

    #[test]
    fn a_rule_that_is_off_or_weighs_nothing_is_no_reason() {
        let facts = Facts {
            same_surname: false,
            same_address: false,
            colleague: false,
            public_figure: true,
            involved: false,
            visited: false,
            at: "2026-11-22T10:00:00".parse().unwrap(),
        };
        let asked = questionable(&facts, &rules()).unwrap();
        assert_eq!(
            asked,
            [
                RuleKind::PublicFigure,
                RuleKind::NoCare,
                RuleKind::NoVisit,
                RuleKind::OutOfHours
            ],
            "a Sunday"
        );
        let without = |edit: fn(&mut AccessRule)| {
            let mut rules = rules();
            rules
                .iter_mut()
                .filter(|rule| rule.kind.is_curious())
                .for_each(edit);
            rules
        };
        assert_eq!(
            questionable(&facts, &without(|rule| rule.is_active = false)),
            None
        );
        assert_eq!(questionable(&facts, &without(|rule| rule.weight = 0)), None);
    }
}
