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
use sea_query::{Condition, Expr, ExprTrait, Order, Query, SelectStatement};
use web::Ask;
use web::ui::{self, Tone};

use super::measures;
use crate::alert::{AlertKind, AlertSeverity, AlertStatus, ClinicalAlert};
use crate::rules::news2;
use crate::vitals::Vitals;

/// Open alerts of a patient that are looked through, and those that are named.
const ALERTS: (u64, usize) = (20, 3);
/// Measurements of a patient's day that are looked through.
const MEASURED: u64 = 50;
/// When somebody was last measured by more than a weight, as [`Vitals::has_signs`] says; else when at all.
const NEWEST: &str = "COALESCE(MAX(CASE WHEN COALESCE(systolic_bp, heart_rate, respiratory_rate, oxygen_saturation, temperature) \
    IS NOT NULL OR consciousness IS NOT NULL THEN recorded_at END), MAX(recorded_at))";
/// Patients in one statement.
const AT_ONCE: usize = 200;

/// What is known of one patient.
pub struct Signs {
    /// What nobody has dealt with, the gravest first.
    alerts: Vec<ClinicalAlert>,
    /// Measurements of a day, the newest first.
    recent: Vec<Vitals>,
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
    let mut recent = recent(cx, &ids).await?;
    let mut alerts = alerts(cx, &ids).await?;
    let signs = patients.into_iter().map(|patient| {
        let id = patient.meta.id;
        let signs = Signs {
            alerts: alerts.remove(&id).unwrap_or_default(),
            recent: recent.remove(&id).unwrap_or_default(),
            reads_vitals,
            patient: patient.clone(),
        };
        (id, signs)
    });
    Ok(signs.collect())
}

/// The measurements of a day up to the newest of each patient that says how they are, and those since, the newest first: a
/// part of them may have been taken again, and says nothing of the others.
async fn recent(cx: &mut Cx, ids: &[i64]) -> Result<HashMap<i64, Vec<Vitals>>, Error> {
    let mut newest = Query::select();
    newest
        .expr(column("vitals", "patient"))
        .expr(Expr::cust(NEWEST))
        .from("vitals")
        .and_where(among(cx.dialect(), column("vitals", "patient"), ids))
        .and_where(column("vitals", "voided_at").is_null())
        .add_group_by([column("vitals", "patient")]);
    let statement = Statement::build(cx.dialect(), &newest);
    let newest: Vec<(i64, Timestamp)> = cx
        .unscoped("only moments; what was measured is read in the caller's scope")
        .all(statement)
        .await?;
    let mut of: HashMap<i64, Vec<Vitals>> = HashMap::new();
    // A condition for each of them, and only so many conditions stand in one statement.
    for some in newest.chunks(AT_ONCE) {
        let mut wanted = Condition::any();
        for (patient, at) in some {
            let since = at
                .saturating_sub(measures::RECENT)
                .map_err(Error::internal)?;
            wanted = wanted.add(
                Vitals::patient
                    .eq(*patient)
                    .and(Vitals::recorded_at.gte(since.to_value())),
            );
        }
        let first = first_of_each("vitals", "recorded_at DESC, id DESC", wanted, MEASURED);
        let rows: Vec<Vitals> = resource::rows(cx, some.len() as u64 * MEASURED, |query| {
            query
                .and_where(Vitals::id.in_subquery(first))
                .order_by(("vitals", "recorded_at"), Order::Desc)
                .order_by(("vitals", "id"), Order::Desc);
        })
        .await?;
        for row in rows {
            of.entry(row.patient.get()).or_default().push(row);
        }
    }
    Ok(of)
}

/// What is open of each patient; reminders of guidelines are for the chart.
async fn alerts(cx: &mut Cx, ids: &[i64]) -> Result<HashMap<i64, Vec<ClinicalAlert>>, Error> {
    let most = ids.len() as u64 * ALERTS.0;
    let open = Condition::all()
        .add(among(
            cx.dialect(),
            column("clinical_alert", "patient"),
            ids,
        ))
        .add(ClinicalAlert::status.eq(AlertStatus::Open.as_str()))
        .add(ClinicalAlert::kind.ne(AlertKind::Guideline.as_str()));
    let gravest = "CASE severity WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, id DESC";
    let first = first_of_each("clinical_alert", gravest, open, ALERTS.0);
    let mut rows: Vec<ClinicalAlert> = resource::rows(cx, most, |query| {
        query
            .and_where(ClinicalAlert::id.in_subquery(first))
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

/// The ids of each patient's first rows in an order: those of one are not crowded out by those of another.
fn first_of_each(
    table: &'static str,
    order: &'static str,
    wanted: Condition,
    most: u64,
) -> SelectStatement {
    let place = format!("ROW_NUMBER() OVER (PARTITION BY patient ORDER BY {order})");
    let mut placed = Query::select();
    placed
        .column("id")
        .expr_as(Expr::cust(place), "place")
        .from(table)
        .cond_where(wanted)
        .and_where(column(table, "voided_at").is_null());
    let mut first = Query::select();
    first
        .column("id")
        .from_subquery(placed, "placed")
        .and_where(Expr::col("place").lte(i64::try_from(most).unwrap_or(i64::MAX)));
    first
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
        let Some(newest) = self.recent.first() else {
            return html! { @if self.reads_vitals { p.hint { (ask.t("clinical-vitals-none")) } } };
        };
        let seen = measures::seen(&ask.app().zone, &self.recent, &self.patient);
        html! {
            p.signs {
                small { (ask.moment(newest.recorded_at)) " · " (ago(ask, age(ask, newest.recorded_at))) }
                @for seen in &seen {
                    span {
                        (measures::name(ask, seen.measure)) " " b { (measures::written(ask, seen.value)) } " "
                        (measures::flag(ask, seen.flag.as_ref())) " "
                        (measures::earlier(ask, seen, newest.recorded_at))
                    }
                }
            }
            (self.judged(ask))
        }
    }

    /// On a ward: that they are to be measured again, where what was measured is older than its early-warning score allows,
    /// or 12 hours. Whoever was never measured waits since they lie there.
    pub fn overdue(&self, ask: &Ask, lies_since: Option<Timestamp>) -> Markup {
        let scores = measures::scores(ask, &self.recent, &self.patient);
        let scored = scores.iter();
        let scored = scored.map(|(at, score)| (*at, news2::observed_within(Some(score))));
        let measured = self.recent.iter().find(|row| row.has_signs());
        let measured = measured.map(|row| row.recorded_at);
        let unscored = measured.or(lies_since.filter(|_| self.reads_vitals));
        let late = scored
            .chain(unscored.map(|at| (at, news2::observed_within(None))))
            .filter(|(at, hours)| age(ask, *at) >= SignedDuration::from_hours(*hours))
            .map(|(_, hours)| hours)
            .min();
        html! {
            @if let Some(hours) = late {
                @let text = Text::new("clinical-vitals-overdue").with("hours", hours);
                p { (ui::pill(Tone::Warning, &ask.say(&text))) }
            }
        }
    }

    /// The early-warning score of what was measured, or a child's danger signs.
    pub fn judged(&self, ask: &Ask) -> Markup {
        measures::judged(ask, &self.recent, &self.patient)
    }

    /// Whether anything was ever measured that the reader may know of.
    pub(super) fn was_measured(&self) -> bool {
        !self.recent.is_empty()
    }

    /// Whether the newest measurement that says how they are is of this moment's day.
    pub(super) fn is_of_today(&self, cx: &Cx) -> bool {
        let last = self.recent.iter().find(|row| row.has_signs());
        last.is_some_and(|row| cx.app.zone.today(row.recorded_at) == cx.today())
    }
}

fn age(ask: &Ask, at: Timestamp) -> SignedDuration {
    ask.app().clock.now().duration_since(at)
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
