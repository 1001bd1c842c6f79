//! What is dangerous about patients of a list, and how they were when somebody measured last: for the cards of a ward
//! and the doctor's day. A fixed number of queries, whoever is on the list.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use kernel::Reach;
use maud::{Markup, html};
use patients::Patient;
use platform::cx::{Cx, among, column};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::resource::{self, Resource, in_a_few_words};
use platform::texts::Text;
use sea_query::{ExprTrait, Func, Order, Query};
use web::Ask;
use web::ui::{self, Tone};

use super::measures;
use crate::alert::{AlertKind, AlertSeverity, AlertStatus, ClinicalAlert};
use crate::rules::news2;
use crate::vitals::Vitals;

/// Open alerts of a patient that are looked through, and those that are named.
const ALERTS: (u64, usize) = (20, 3);

/// What is known of one patient.
pub struct Signs {
    /// What nobody has dealt with, the gravest first.
    alerts: Vec<ClinicalAlert>,
    last: Option<Vitals>,
    /// Whether the reader may know of measurements at all.
    reads_vitals: bool,
    patient: Patient,
}

/// Reads them for all at once, by the patient's id. What the reader may not know is left out.
///
/// # Errors
/// When the database fails.
pub async fn signs(
    cx: &mut Cx,
    patients: impl IntoIterator<Item = &Patient>,
) -> Result<HashMap<i64, Signs>, Error> {
    let patients: Vec<&Patient> = patients.into_iter().collect();
    let ids: Vec<i64> = patients.iter().map(|patient| patient.meta.id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let reads_vitals = cx.grant_of(Vitals::READ).reach != Reach::None;
    let mut last = last(cx, &ids).await?;
    let mut alerts = alerts(cx, &ids).await?;
    let signs = patients.into_iter().map(|patient| {
        let id = patient.meta.id;
        let signs = Signs {
            alerts: alerts.remove(&id).unwrap_or_default(),
            last: last.remove(&id),
            reads_vitals,
            patient: patient.clone(),
        };
        (id, signs)
    });
    Ok(signs.collect())
}

/// The newest measurement of each patient.
async fn last(cx: &mut Cx, ids: &[i64]) -> Result<HashMap<i64, Vitals>, Error> {
    let mut newest = Query::select();
    newest
        .expr(column("vitals", "patient"))
        .expr(Func::max(column("vitals", "recorded_at")))
        .from("vitals")
        .and_where(among(cx.dialect(), column("vitals", "patient"), ids))
        .and_where(column("vitals", "voided_at").is_null())
        .add_group_by([column("vitals", "patient")]);
    let statement = Statement::build(cx.dialect(), &newest);
    let newest: Vec<(i64, Timestamp)> = cx
        .unscoped("only moments; what was measured is read in the caller's scope")
        .all(statement)
        .await?;
    let Some(first) = newest.iter().map(|(_, at)| *at).min() else {
        return Ok(HashMap::new());
    };
    let moments: Vec<_> = newest.iter().map(|(_, at)| at.to_value()).collect();
    let (dialect, most) = (cx.dialect(), ids.len() as u64 * 2);
    let rows: Vec<Vitals> = resource::rows(cx, most, |query| {
        query
            .and_where(among(dialect, column("vitals", "patient"), ids))
            .and_where(Vitals::recorded_at.gte(first.to_value()))
            .and_where(Vitals::recorded_at.is_in(moments))
            .order_by(("vitals", "id"), Order::Desc);
    })
    .await?;
    let at: HashMap<i64, Timestamp> = newest.into_iter().collect();
    let mut last = HashMap::new();
    for row in rows {
        let patient = row.patient.get();
        if at.get(&patient) == Some(&row.recorded_at) {
            last.entry(patient).or_insert(row);
        }
    }
    Ok(last)
}

/// What is open of each patient; reminders of guidelines are for the chart.
async fn alerts(cx: &mut Cx, ids: &[i64]) -> Result<HashMap<i64, Vec<ClinicalAlert>>, Error> {
    let (dialect, most) = (cx.dialect(), ids.len() as u64 * ALERTS.0);
    let mut rows: Vec<ClinicalAlert> = resource::rows(cx, most, |query| {
        query
            .and_where(among(dialect, column("clinical_alert", "patient"), ids))
            .and_where(ClinicalAlert::status.eq(AlertStatus::Open.as_str()))
            .and_where(ClinicalAlert::kind.ne(AlertKind::Guideline.as_str()))
            .order_by(("clinical_alert", "id"), Order::Desc);
    })
    .await?;
    rows.sort_by_key(|row| match row.severity {
        AlertSeverity::Critical => 0,
        AlertSeverity::Warning => 1,
        AlertSeverity::Info => 2,
    });
    let mut of: HashMap<i64, Vec<ClinicalAlert>> = HashMap::new();
    for row in rows {
        of.entry(row.patient.get()).or_default().push(row);
    }
    Ok(of)
}

impl Signs {
    /// What nobody has dealt with yet; nothing when there is none.
    pub fn warnings(&self, ask: &Ask) -> Markup {
        let more = self.alerts.len().saturating_sub(ALERTS.1);
        html! {
            @for alert in self.alerts.iter().take(ALERTS.1) {
                p { (ui::pill(tone(alert.severity), &in_a_few_words(alert.message.open()))) }
            }
            @if more > 0 { p { (ask.say(&Text::new("clinical-alerts-more").with("count", more))) } }
        }
    }

    /// The newest values with when they were taken, and the early-warning score or a child's danger signs.
    pub fn last(&self, ask: &Ask) -> Markup {
        let Some(row) = &self.last else {
            return html! { @if self.reads_vitals { p.hint { (ask.t("clinical-vitals-none")) } } };
        };
        let person = row.person(&self.patient, &ask.app().zone);
        let flags = row.flags(&person);
        html! {
            p.signs {
                small { (ask.moment(row.recorded_at)) " · " (ago(ask, self.age(ask, row))) }
                @for (measure, value) in row.measures() {
                    span {
                        (measures::name(ask, measure)) " " b { (measures::written(ask, value)) } " "
                        (measures::flag(ask, flags.iter().find(|flag| flag.measure == measure)))
                    }
                }
            }
            (self.judged(ask))
        }
    }

    /// On a ward: that they are to be measured again, where the newest measurement is older than its early-warning score
    /// allows, or 12 hours.
    pub fn overdue(&self, ask: &Ask) -> Markup {
        let Some(row) = &self.last else {
            return html! {};
        };
        let person = row.person(&self.patient, &ask.app().zone);
        let hours = news2::observed_within(row.early_warning(&person).as_ref());
        let late = self.age(ask, row) >= SignedDuration::from_hours(hours);
        let text = Text::new("clinical-vitals-overdue").with("hours", hours);
        html! { @if late { p { (ui::pill(Tone::Warning, &ask.say(&text))) } } }
    }

    fn age(&self, ask: &Ask, row: &Vitals) -> SignedDuration {
        ask.app().clock.now().duration_since(row.recorded_at)
    }

    /// The early-warning score of the newest measurement, or a child's danger signs.
    pub fn judged(&self, ask: &Ask) -> Markup {
        let Some(row) = &self.last else {
            return html! {};
        };
        let person = row.person(&self.patient, &ask.app().zone);
        html! {
            @if let Some(score) = row.early_warning(&person) { (measures::score(ask, &score)) }
            (measures::danger(ask, &row.danger_signs(&person)))
        }
    }

    /// Whether the newest measurement is of this moment's day.
    pub(super) fn is_of_today(&self, cx: &Cx) -> bool {
        let last = self.last.as_ref();
        last.is_some_and(|row| cx.app.zone.today(row.recorded_at) == cx.today())
    }
}

/// How long ago something was measured.
fn ago(ask: &Ask, age: SignedDuration) -> String {
    let minutes = Ord::max(age.as_mins(), 0);
    let (key, count) = match minutes {
        0..120 => ("clinical-minutes-ago", minutes),
        120..2_880 => ("clinical-hours-ago", minutes / 60),
        _ => ("clinical-days-ago", minutes / 1_440),
    };
    ask.say(&Text::new(key).with("count", count))
}

fn tone(severity: AlertSeverity) -> Tone {
    match severity {
        AlertSeverity::Critical => Tone::Bad,
        AlertSeverity::Warning => Tone::Warning,
        AlertSeverity::Info => Tone::Plain,
    }
}
