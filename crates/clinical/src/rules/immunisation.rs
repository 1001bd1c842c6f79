//! Which vaccinations a child is due for, by a schedule of `data/immunisation.csv`.
//!
//! A vaccination is recognised by its CVX code or by the vaccine's name. A dose number that was written down
//! counts as that dose; without one, it is the earliest dose that is still open.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::Date;
use kernel::names::fold;

use super::data;
use super::person::{Person, Sex, days_between};

/// A schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// WHO's common schedule for Africa, without what depends on the country.
    Who,
    /// The national schedule of The Gambia.
    Gambia,
}

impl Schedule {
    /// Of a country, by its calling code.
    pub fn of_country(calling_code: &str) -> Schedule {
        match calling_code {
            "220" => Schedule::Gambia,
            _ => Schedule::Who,
        }
    }
}

/// A vaccination that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// CVX code.
    pub code: Option<String>,
    /// Name as written.
    pub name: String,
    /// Dose as written.
    pub dose: String,
    /// The day.
    pub on: Date,
}

/// A dose that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueDose {
    /// The vaccine's short name in the schedule, such as `PENTA`.
    pub vaccine: &'static str,
    /// The vaccine's name.
    pub name: &'static str,
    /// Which dose.
    pub dose: i64,
    /// Since when.
    pub since: Date,
}

struct Dose {
    schedule: Schedule,
    vaccine: String,
    name: String,
    dose: i64,
    due: i64,
    least: i64,
    most: Option<i64>,
    interval: i64,
    cvx: String,
    sex: Option<Sex>,
}

const TABLE: &str = include_str!("../../data/immunisation.csv");

/// The birth dose of oral polio vaccine is for the first days; afterwards the series begins with dose 1.
const OPV_BIRTH_DOSE_DAYS: i64 = 14;
/// 18 years, in days: the schedules are for children.
pub const ADULT: i64 = 6_575;

/// The doses that go by age and are for everybody.
static DOSES: LazyLock<Vec<Dose>> = LazyLock::new(|| {
    data::rows(TABLE, |line| {
        let schedule = match line.text("schedule") {
            "GMB" => Schedule::Gambia,
            _ => Schedule::Who,
        };
        let everywhere = line.text("countries").is_empty() || schedule == Schedule::Gambia;
        (line.text("trigger") == "birth" && line.text("who") == "all" && everywhere)
            .then_some(())?;
        let dose: i64 = line.needed("dose")?;
        // The boosters go on with the series of three.
        let booster = line.text("vaccine") == "DTPB";
        let dose = if booster { dose + 3 } else { dose };
        let most: Option<i64> = line.optional("max_age_days")?;
        Some(Dose {
            schedule,
            vaccine: if booster {
                "PENTA".to_owned()
            } else {
                line.owned("vaccine")
            },
            name: line.owned("vaccine_name"),
            dose,
            due: line.needed("due_age_days")?,
            least: line.needed("min_age_days")?,
            most: most.or((dose == 0).then_some(OPV_BIRTH_DOSE_DAYS)),
            interval: line.optional("min_interval_days")?.unwrap_or(0),
            cvx: line.owned("cvx"),
            sex: Sex::from_table(line.text("sex")),
        })
    })
});

/// The name of the vaccine with a CVX code; empty when no schedule has it.
pub fn name(code: &str) -> &'static str {
    let bare = |code: &str| code.trim_start_matches('0').to_owned();
    let wanted = bare(code);
    let dose = DOSES
        .iter()
        .find(|dose| !wanted.is_empty() && bare(&dose.cvx) == wanted);
    dose.map_or("", |dose| &dose.name)
}

/// The next dose of each vaccine that is due on a day, at most one for a vaccine.
pub fn due(
    schedule: Schedule,
    person: &Person,
    birth: Date,
    given: &[Given],
    today: Date,
) -> Vec<DueDose> {
    if person.age_days >= ADULT {
        return Vec::new();
    }
    let mut series: BTreeMap<&'static str, Vec<&'static Dose>> = BTreeMap::new();
    let for_them =
        |dose: &&Dose| dose.schedule == schedule && (dose.sex.is_none() || dose.sex == person.sex);
    for dose in DOSES.iter().filter(for_them) {
        series.entry(&dose.vaccine).or_default().push(dose);
    }
    let doses = series
        .into_values()
        .filter_map(|doses| next(&doses, birth, given, today));
    doses.collect()
}

fn next(doses: &[&'static Dose], birth: Date, given: &[Given], today: Date) -> Option<DueDose> {
    let mut of_vaccine: Vec<&Given> = given.iter().filter(|given| is(doses, given)).collect();
    of_vaccine.sort_by_key(|given| given.on);
    of_vaccine.dedup_by_key(|given| given.on);
    let mut done = vec![false; doses.len()];
    let mut unnumbered = 0_usize;
    for given in &of_vaccine {
        match number(&given.dose).and_then(|dose| doses.iter().position(|it| it.dose == dose)) {
            Some(at) if !done[at] => done[at] = true,
            _ => unnumbered += 1,
        }
    }
    // A birth dose that was missed is not made up for; the series goes on with the next.
    let age = days_between(birth, today);
    let open = |at: &usize| !done[*at] && doses[*at].most.is_none_or(|most| age <= most);
    let at = (0..doses.len()).filter(open).nth(unnumbered)?;
    // Later doses that were given count for those before them.
    if done[at..].iter().any(|done| *done) {
        return None;
    }
    let dose = doses[at];
    let last = of_vaccine
        .last()
        .map(|given| later(given.on, dose.interval));
    let since = later(birth, dose.due);
    let since = last
        .map_or(since, |after| since.max(after))
        .max(later(birth, dose.least));
    (since <= today).then_some(DueDose {
        vaccine: &dose.vaccine,
        name: &dose.name,
        dose: dose.dose,
        since,
    })
}

/// Whether what was given is the vaccine: by code, else by name.
fn is(doses: &[&Dose], given: &Given) -> bool {
    let bare = |code: &str| code.trim_start_matches('0').to_owned();
    if let Some(code) = &given.code {
        let code = bare(code);
        return !code.is_empty() && doses.iter().any(|dose| bare(&dose.cvx) == code);
    }
    let Some(dose) = doses.first() else {
        return false;
    };
    let words = fold(&given.name);
    let has = |name: &str| words.split(' ').any(|word| word.starts_with(name));
    let names: &[&str] = match dose.vaccine.as_str() {
        "BCG" => &["bcg"],
        "HEPB-BD" => return has("hepb") || (has("hepatitis") && words.contains(" b")),
        "OPV" => return has("opv") || has("bopv") || (has("polio") && has("oral")),
        "IPV" => return has("ipv") || (has("polio") && has("inactivated")),
        "PENTA" => &["penta", "dtp", "dpt", "td"],
        "PCV" => &["pcv", "pneumo", "prevenar", "synflorix"],
        "ROTA" => &["rota"],
        "MR" => &["mr", "measles", "mmr"],
        "YF" => &["yf", "yellow"],
        "HPV" => &["hpv", "papilloma", "gardasil", "cervarix"],
        _ => return words == fold(&dose.name),
    };
    names.iter().any(|name| has(name))
}

/// `2`, `dose 2`, `2nd`: the first number of the text.
fn number(text: &str) -> Option<i64> {
    let digits = text.chars().skip_while(|c| !c.is_ascii_digit());
    let digits: String = digits.take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn later(day: Date, days: i64) -> Date {
    day.checked_add(days.days()).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TODAY: Date = date(2027, 5, 27);

    fn asked(age: i64, given: &[(&str, &str, i64)]) -> Vec<String> {
        let birth = later(TODAY, -age);
        let person = Person {
            age_days: age,
            sex: Some(Sex::Male),
            pregnant: false,
        };
        let given: Vec<Given> = given
            .iter()
            .map(|(name, dose, day)| Given {
                code: name.parse::<i64>().is_ok().then(|| (*name).to_owned()),
                name: (*name).to_owned(),
                dose: (*dose).to_owned(),
                on: later(birth, *day),
            })
            .collect();
        let due = due(Schedule::Gambia, &person, birth, &given, TODAY);
        due.into_iter()
            .map(|dose| format!("{} {}", dose.vaccine, dose.dose))
            .collect()
    }

    #[test]
    fn the_next_dose_is_asked_for_by_age() {
        assert_eq!(asked(0, &[]), ["BCG 1", "HEPB-BD 1", "OPV 0"]);
        assert_eq!(
            asked(30, &[("BCG", "", 0)]),
            ["HEPB-BD 1"],
            "the birth dose of OPV is over"
        );
        assert_eq!(
            asked(
                61,
                &[("BCG", "", 0), ("Hepatitis B", "", 1), ("OPV", "0", 1)]
            ),
            ["OPV 1", "PCV 1", "PENTA 1", "ROTA 1"]
        );
    }

    #[test]
    fn a_dose_waits_for_its_interval() {
        let penta = |given: &[(&str, &str, i64)]| {
            asked(122, given)
                .into_iter()
                .filter(|dose| dose.starts_with("PENTA"))
                .collect::<Vec<_>>()
        };
        assert_eq!(penta(&[("Pentavalent", "1", 61)]), ["PENTA 2"]);
        assert!(
            penta(&[("Pentavalent", "1", 100)]).is_empty(),
            "28 days have not passed"
        );
        assert_eq!(
            penta(&[("198", "dose 1", 61), ("198", "dose 2", 91)]),
            ["PENTA 3"]
        );
        assert_eq!(
            penta(&[("198", "", 61), ("198", "", 91)]),
            ["PENTA 3"],
            "without numbers"
        );
        assert!(
            penta(&[("DTP-HepB-Hib", "3", 110)]).is_empty(),
            "a later dose stands for those before"
        );
        assert_eq!(
            penta(&[("19", "1", 61)]),
            ["PENTA 1"],
            "another vaccine's code"
        );
    }

    #[test]
    fn what_is_too_late_is_not_asked_for() {
        assert!(!asked(60, &[]).contains(&"HEPB-BD 1".to_owned()));
        assert!(asked(ADULT, &[]).is_empty());
        assert!(
            asked(4_000, &[])
                .iter()
                .all(|dose| !dose.starts_with("HPV")),
            "girls only"
        );
    }

    #[test]
    fn every_vaccine_of_both_schedules_is_recognised_by_its_own_name() {
        for dose in DOSES.iter() {
            let given = Given {
                code: None,
                name: dose.name.clone(),
                dose: String::new(),
                on: TODAY,
            };
            assert!(is(&[dose], &given), "{}", dose.name);
        }
        assert!(DOSES.len() > 30);
    }

    proptest! {
        /// However the card looks, nothing is asked for twice, too early, or twice on one day.
        #[test]
        fn a_dose_given_today_is_not_asked_for_again_today(age in 0_i64..5_000, vaccine in 0_usize..10) {
            let due = asked(age, &[]);
            let Some(first) = due.get(vaccine % due.len().max(1)) else { return Ok(()) };
            let (name, dose) = first.split_once(' ').unwrap();
            let name = if name == "HEPB-BD" { "HepB" } else { name };
            let again = asked(age, &[(name, dose, age)]);
            prop_assert!(!again.contains(first), "{} {:?}", first, again);
        }
    }
}
