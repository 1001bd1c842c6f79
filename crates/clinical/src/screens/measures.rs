//! Vital signs as people read them: the newest value of each, whether it is unusual, and the one before.

use jiff::Timestamp;
use maud::{Markup, html};
use patients::Patient;
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::Ask;
use web::ui::{self, Tone};

use crate::rules::Milli;
use crate::rules::bounds::{AbnormalFlag, Level, Measure};
use crate::rules::danger::DangerSign;
use crate::rules::news2::{Band, Score};
use crate::vitals::{Measured, Vitals};

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
    resource::rows(cx, MOST, |query| {
        query
            .and_where(Vitals::patient.eq(patient))
            .order_by(("vitals", "recorded_at"), Order::Desc)
            .order_by(("vitals", "id"), Order::Desc);
    })
    .await
}

/// The newest value of each measure, in the order in which they are declared.
pub(super) fn seen(cx: &Cx, rows: &[Vitals], patient: &Patient) -> Vec<Seen> {
    let mut all: Vec<Seen> = Vec::new();
    for row in rows {
        let flags = row.flags(&row.person(patient, &cx.app.zone));
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

/// The newest values in one strip; what would be here when there are none.
pub(super) fn strip(ask: &Ask, all: &[Seen]) -> Markup {
    html! {
        @if all.is_empty() { p.hint { (ask.t("clinical-vitals-none")) } }
        ul.measures {
            @for seen in all {
                li {
                    small { (name(ask, seen.measure)) }
                    span { b { (written(ask, seen.value)) } " " (flag(ask, seen.flag.as_ref())) }
                    @if let Some(before) = seen.before {
                        small { (ask.say(&Text::new("clinical-before").with("value", written(ask, before)))) }
                    }
                }
            }
        }
        @if let Some(newest) = all.iter().map(|seen| seen.at).max() {
            @if ask.app().clock.now().duration_since(newest) > jiff::SignedDuration::from_hours(24) {
                p { (ui::pill(Tone::Warning, &ask.t("clinical-taken-before"))) " " (ask.moment(newest)) }
            } @else {
                p.hint { (ask.t("clinical-taken")) " " (ask.moment(newest)) }
            }
        }
    }
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

/// The early-warning score, as far as it is known, and what it asks for.
pub(super) fn score(ask: &Ask, score: &Score) -> Markup {
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
    html! { p { (ui::pill(tone, &ask.say(&text))) " " (advice) } }
}
