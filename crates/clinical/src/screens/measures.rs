//! Vital signs as people read them: the newest value of each, whether it is unusual, and the one before.

use jiff::{SignedDuration, Timestamp};
use kernel::HospitalZone;
use maud::{Markup, html};
use patients::Patient;
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use sea_query::{Expr, ExprTrait, Order};
use web::Ask;
use web::ui::{self, Tone};

use crate::rules::Milli;
use crate::rules::bounds::{AbnormalFlag, Level, Measure};
use crate::rules::danger::DangerSign;
use crate::rules::news2::{Band, Score};
use crate::vitals::{Measured, Vitals};
use crate::vitals_judged::danger_signs;

/// Measurements that are looked through for the newest value of each measure.
const MOST: u64 = 20;

/// The newest value of a measure.
pub(super) struct Seen {
    pub(super) measure: Measure,
    pub(super) value: Milli,
    pub(super) at: Timestamp,
    pub(super) flag: Option<AbnormalFlag>,
    /// The value before.
    pub(super) before: Option<Milli>,
}

/// The last measurements of a patient, the newest first.
pub(super) async fn last(cx: &mut Cx, patient: i64) -> Result<Vec<Vitals>, Error> {
    newest(cx, Vitals::patient.eq(patient)).await
}

/// The measurements of a visit, the newest first.
pub(super) async fn of_visit(cx: &mut Cx, encounter: i64) -> Result<Vec<Vitals>, Error> {
    newest(cx, Vitals::encounter.eq(encounter)).await
}

async fn newest(cx: &mut Cx, of: Expr) -> Result<Vec<Vitals>, Error> {
    resource::rows(cx, MOST, |query| {
        query
            .and_where(of)
            .order_by(("vitals", "recorded_at"), Order::Desc)
            .order_by(("vitals", "id"), Order::Desc);
    })
    .await
}

/// The period after which a measurement is no longer current.
pub(super) const RECENT: SignedDuration = SignedDuration::from_hours(24);

/// Those within [`RECENT`] of the newest that says how somebody is; `rows` come newest first.
pub(super) fn recent(rows: &[Vitals]) -> &[Vitals] {
    let newest = rows.iter().find(|row| row.has_signs()).or(rows.first());
    let newest = newest.map(|row| row.recorded_at).unwrap_or_default();
    let old = |row: &Vitals| newest.duration_since(row.recorded_at) > RECENT;
    &rows[..rows.iter().position(old).unwrap_or(rows.len())]
}

/// The newest value of each measure, in the order in which they are declared.
pub(super) fn seen(zone: &HospitalZone, rows: &[Vitals], patient: &Patient) -> Vec<Seen> {
    let mut all: Vec<Seen> = Vec::new();
    for row in rows {
        let flags = row.flags(&row.person(patient, zone));
        for (measure, value) in row.measures() {
            match all.iter_mut().find(|seen| seen.measure == measure) {
                Some(seen) => seen.before = seen.before.or(Some(value)),
                None => all.push(Seen {
                    measure,
                    value,
                    at: row.recorded_at,
                    flag: flags.iter().find(|flag| flag.measure == measure).cloned(),
                    before: None,
                }),
            }
        }
    }
    all.sort_by_key(|seen| order(seen.measure));
    all
}

fn order(measure: Measure) -> usize {
    let mut all = ALL.iter();
    all.position(|one| *one == measure).unwrap_or(ALL.len())
}

/// In the order in which they are taken.
pub(super) const ALL: [Measure; 14] = [
    Measure::SystolicBp,
    Measure::DiastolicBp,
    Measure::HeartRate,
    Measure::RespiratoryRate,
    Measure::Temperature,
    Measure::OxygenSaturation,
    Measure::Weight,
    Measure::Height,
    Measure::BloodGlucose,
    Measure::Pain,
    Measure::Gcs,
    Measure::CapillaryRefill,
    Measure::Muac,
    Measure::HeadCircumference,
];

/// A value as a form sends it: `37.2`.
pub(super) fn plain(value: Milli) -> String {
    Measured::from_steps(value).map_or_else(|_| String::new(), |value| value.to_string())
}

/// A value as the reader writes it: `37.2`, in French `37,2`.
pub(super) fn written(ask: &Ask, value: Milli) -> String {
    let value = Measured::from_steps(value);
    value.map_or_else(|_| String::new(), |value| value.written(ask.reader()))
}

/// What a measure is called, with its unit.
pub(super) fn name(ask: &Ask, measure: Measure) -> String {
    web::words::field(ask, measure.as_str())
}

/// Whether a value is unusual, as a word with a sign; nothing for a usual one.
pub(super) fn flag(ask: &Ask, flag: Option<&AbnormalFlag>) -> Markup {
    let Some(flag) = flag else {
        return html! {};
    };
    let (tone, key) = match flag.level {
        Level::Low => (Tone::Warning, "clinical-level-low"),
        Level::High => (Tone::Warning, "clinical-level-high"),
        Level::CriticalLow => (Tone::Bad, "clinical-level-critical-low"),
        Level::CriticalHigh => (Tone::Bad, "clinical-level-critical-high"),
    };
    ui::pill(tone, &ask.t(key))
}

/// When a value was taken, where that was before the newest ones were.
pub(super) fn earlier(ask: &Ask, seen: &Seen, newest: Timestamp) -> Markup {
    html! { @if seen.at < newest { small { (ask.moment(seen.at)) } } }
}

/// The newest values in one strip; what would be here when there are none.
pub(super) fn strip(ask: &Ask, all: &[Seen]) -> Markup {
    let newest = all.iter().map(|seen| seen.at).max().unwrap_or_default();
    html! {
        @if all.is_empty() { p.hint { (ask.t("clinical-vitals-none")) } }
        ul.measures {
            @for seen in all {
                li {
                    small { (name(ask, seen.measure)) }
                    span { b { (written(ask, seen.value)) } " " (flag(ask, seen.flag.as_ref())) }
                    (earlier(ask, seen, newest))
                    @if let Some(before) = seen.before {
                        small { (ask.say(&Text::new("clinical-before").with("value", written(ask, before)))) }
                    }
                }
            }
        }
        @if let Some(newest) = all.iter().map(|seen| seen.at).max() {
            @if ask.app().clock.now().duration_since(newest) > RECENT {
                p { (ui::pill(Tone::Warning, &ask.t("clinical-taken-before"))) " " (ask.moment(newest)) }
            } @else {
                p.hint { (ask.t("clinical-taken")) " " (ask.moment(newest)) }
            }
        }
    }
}

/// What measurements of one patient, the newest first, come to: the early-warning score, or a child's danger signs. A weight
/// taken afterwards says nothing of an earlier score, so that the last whole one stays beside what is known since.
pub(super) fn judged(ask: &Ask, rows: &[Vitals], patient: &Patient) -> Markup {
    let zone = &ask.app().zone;
    let Some(newest) = rows.first() else {
        return html! {};
    };
    let scores = scores(ask, rows, patient);
    html! {
        @for (at, known) in &scores {
            @let before = (*at < newest.recorded_at).then(|| ask.moment(*at));
            (score(ask, known, before))
        }
        (danger(ask, &danger_signs(rows, &newest.person(patient, zone))))
    }
}

/// The last whole score, and the part of one that is known since; each with its moment.
pub(super) fn scores(ask: &Ask, rows: &[Vitals], patient: &Patient) -> Vec<(Timestamp, Score)> {
    let mut known: Vec<(Timestamp, Score)> = Vec::new();
    for row in rows {
        let Some(score) = row.early_warning(&row.person(patient, &ask.app().zone)) else {
            continue;
        };
        let whole = score.total.is_some();
        if whole || known.is_empty() {
            known.push((row.recorded_at, score));
        }
        if whole {
            break;
        }
    }
    known
}

/// Signs for which a child is seen at once, each with what is done first; nothing when there are none.
pub(super) fn danger(ask: &Ask, signs: &[DangerSign]) -> Markup {
    let said = |what: &str, sign: &DangerSign, otherwise| {
        ask.word(&["clinical-danger-", what, sign.code].concat(), otherwise)
    };
    html! {
        @for sign in signs {
            @let tone = if sign.level == "emergency" { Tone::Bad } else { Tone::Warning };
            p { (ui::pill(tone, &said("", sign, sign.sign))) " " (said("first-", sign, sign.first_action)) }
        }
    }
}

/// The early-warning score, as far as it is known, and what it asks for; with when it was, if that is not known otherwise.
pub(super) fn score(ask: &Ask, score: &Score, at: Option<Markup>) -> Markup {
    let tone = match score.band {
        Some(Band::High) => Tone::Bad,
        Some(Band::Medium | Band::LowMedium) => Tone::Warning,
        _ => Tone::Plain,
    };
    let text = match score.total {
        Some(total) => Text::new("clinical-news2").with("score", total),
        None => Text::new("clinical-news2-at-least").with("score", score.at_least),
    };
    let advice = match score.band {
        Some(Band::High) => ask.t("clinical-news2-advice-high"),
        Some(Band::Medium) => ask.t("clinical-news2-advice-medium"),
        Some(Band::LowMedium) => ask.t("clinical-news2-advice-low-medium"),
        Some(Band::Low) => ask.t("clinical-news2-advice-low"),
        None => score.advice.to_owned(),
    };
    html! { p { (ui::pill(tone, &ask.say(&text))) " " (advice) @if let Some(at) = at { " " small { (at) } } } }
}
