//! Medicines as lines: what, how much, and what the safety check came to.

use std::collections::HashMap;

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::{self, Resource};
use platform::serde_json::{self, Value as Json};
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::Ask;
use web::ui::{self, Tone};

use super::alerts;
use super::encounter::prescribing;
use super::unchecked::unchecked;
use crate::encounter::{Encounter, EncounterStatus};
use crate::prescription::{Prescription, PrescriptionStatus, READ_DRUG, SafetyOutcome};
use crate::prescription_alert::{NotChecked, SafetyAlert, UnknownName};
use crate::prescription_safety::{Checked, look};

/// Medicines of a visit that are shown.
const MOST: u64 = 100;

/// The medicines of a visit, in the order in which they were prescribed.
pub(super) async fn of(cx: &mut Cx, encounter: i64) -> Result<Vec<Prescription>, Error> {
    resource::rows(cx, MOST, |query| {
        query
            .and_where(Prescription::encounter.eq(encounter))
            .order_by(("prescription", "id"), Order::Asc);
    })
    .await
}

/// On the page of the visit. While the note is written, a button of its form leads to prescribing.
pub(super) async fn panel(
    cx: &mut Cx,
    ask: &Ask,
    row: &Encounter,
    button: Option<&Markup>,
) -> Result<Markup, Error> {
    if !ask.may(Prescription::READ) {
        return Ok(html! {});
    }
    let rows = of(cx, row.meta.id).await?;
    let open = row.status == EncounterStatus::Open;
    let now = Now::of(cx, ask, row.patient.get(), &rows).await?;
    let alone = open && button.is_none() && ask.may_do("prescriptions_create");
    let inner = html! {
        @if rows.is_empty() { p.hint { (ask.t("clinical-medicines-none")) } }
        (list(ask, &rows, &now))
        @if let Some(button) = button { (button) }
        @if alone { (ui::primary(&prescribing(row.meta.id), &ask.t("clinical-prescribe"), "m")) }
    };
    Ok(ui::panel(&ask.t("clinical-medicines"), inner))
}

/// What the safety check says of medicines at this moment, which takes the place of what it said when they were
/// prescribed: what came later may not go with them.
pub(super) struct Now {
    checked: HashMap<i64, Checked>,
    /// Another check is on the page: that nothing was found belongs to the newest one alone.
    quiet: bool,
}

impl Now {
    /// Of those among the rows that the patient takes.
    pub(super) async fn of(
        cx: &mut Cx,
        ask: &Ask,
        patient: i64,
        rows: &[Prescription],
    ) -> Result<Now, Error> {
        let at = cx.now();
        let taken = rows.iter().filter(|row| row.is_taken(at));
        let taken: Vec<Prescription> = taken.cloned().collect();
        let checked = match ask.may(READ_DRUG) && !taken.is_empty() {
            true => look(cx, patient, &taken).await?,
            false => Vec::new(),
        };
        let ids = taken.iter().map(|row| row.meta.id);
        Ok(Now {
            checked: ids.zip(checked).collect(),
            quiet: false,
        })
    }

    /// Beside the check of something else.
    pub(super) fn beside(mut self, another: bool) -> Now {
        self.quiet = another;
        self
    }
}

/// Lines with the way to take one back.
pub(super) fn list(ask: &Ask, rows: &[Prescription], now: &Now) -> Markup {
    if !ask.may(READ_DRUG) {
        let text = Text::new("clinical-medicines-number").with("count", rows.len());
        return html! { @if !rows.is_empty() { p { (ask.say(&text)) } } };
    }
    html! { ul.entries { @for row in rows { li { (line(ask, row, now)) (stop(ask, row)) } } } }
}

fn line(ask: &Ask, row: &Prescription, now: &Now) -> Markup {
    let reason = row.override_reason.open().as_ref().map(ToString::to_string);
    html! {
        span {
            strong { (row.medication_name.open().to_string()) }
            " · " (doses(ask, row))
            @if row.status != PrescriptionStatus::Active { " " (status(ask, row.status)) }
            @if row.status.is_current() {
                (found_now(ask, row, now))
                @if let Some(reason) = reason {
                    p.hint { (ask.say(&Text::new("clinical-override-because").with("reason", reason))) }
                }
            }
        }
    }
}

/// `1 tablet, 3 times a day, 5 days: 15`.
pub(super) fn doses(ask: &Ask, row: &Prescription) -> String {
    let parts = [
        row.dosage.open().to_string(),
        row.frequency.open().to_string(),
        row.duration.open().to_string(),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let said = parts.join(", ");
    match row.quantity {
        Some(quantity) => ask.say(
            &Text::new("clinical-doses")
                .with("doses", said)
                .with("quantity", quantity),
        ),
        None => said,
    }
}

pub(super) fn status(ask: &Ask, status: PrescriptionStatus) -> Markup {
    let (tone, key) = match status {
        PrescriptionStatus::Active => (Tone::Good, "clinical-medicine-active"),
        PrescriptionStatus::PendingDispense => (Tone::Warning, "clinical-medicine-pending"),
        PrescriptionStatus::Completed => (Tone::Plain, "clinical-medicine-completed"),
        PrescriptionStatus::Cancelled => (Tone::Plain, "clinical-medicine-cancelled"),
    };
    ui::pill(tone, &ask.t(key))
}

/// What the check says now, or of what is taken no more, said when it was prescribed.
fn found_now(ask: &Ask, row: &Prescription, now: &Now) -> Markup {
    let Some(checked) = now.checked.get(&row.meta.id) else {
        return html! { p.hint { (ask.t("clinical-safety-then")) } (stored(ask, row)) };
    };
    if now.quiet && checked.outcome() == SafetyOutcome::NothingFound {
        return html! {};
    }
    safety(ask, &Said::of(checked))
}

/// What the check said when it was prescribed.
fn stored(ask: &Ask, row: &Prescription) -> Markup {
    let alerts = &row.safety_alerts.open().0;
    let said = Said {
        outcome: row.safety_outcome,
        alerts: serde_json::from_value(alerts.clone()).unwrap_or_default(),
        unknown: names(&row.safety_unknown.open().0),
        not_checked: parts(&row.safety_not_checked.open().0),
    };
    safety(ask, &said)
}

/// What a check came to, to be shown.
pub(super) struct Said {
    pub(super) outcome: SafetyOutcome,
    pub(super) alerts: Vec<SafetyAlert>,
    pub(super) unknown: Vec<UnknownName>,
    pub(super) not_checked: Vec<NotChecked>,
}

impl Said {
    pub(super) fn of(checked: &Checked) -> Said {
        Said {
            outcome: checked.outcome(),
            alerts: checked.found(),
            unknown: checked.unknown_names(),
            not_checked: checked.not_checked(),
        }
    }
}

/// Parts of the check that could not be done. Where nobody kept them, the dose may not have been compared.
pub(super) fn parts(json: &Json) -> Vec<NotChecked> {
    match json {
        Json::Null => vec![NotChecked::new("dose", "not_kept", "")],
        kept => serde_json::from_value(kept.clone()).unwrap_or_default(),
    }
}

/// Names that could not be checked, with what they may have been meant as.
pub(super) fn names(json: &Json) -> Vec<UnknownName> {
    let texts = |json: Option<&Json>| {
        let all = json.and_then(Json::as_array).into_iter().flatten();
        let all = all.filter_map(Json::as_str).map(str::to_owned);
        all.collect::<Vec<_>>()
    };
    let all = json.as_array().into_iter().flatten();
    all.map(|one| UnknownName {
        name: one
            .get("name")
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned(),
        words: texts(one.get("words")),
        nearest: texts(one.get("nearest")),
    })
    .collect()
}

/// The safety line: nothing found, found, and could not check never look alike; what could not be checked is named in
/// the same line.
pub(super) fn safety(ask: &Ask, said: &Said) -> Markup {
    let clear = said.outcome == SafetyOutcome::NothingFound && said.not_checked.is_empty();
    html! {
        @if clear { " " (ui::pill(Tone::Good, &ask.t("clinical-safety-nothing"))) }
        @for alert in &said.alerts { (found(ask, alert)) }
        @if !clear && !said.not_checked.is_empty() {
            (ui::could_not_check(&unchecked(ask, &said.not_checked, &said.unknown, !said.alerts.is_empty())))
        }
    }
}

fn found(ask: &Ask, alert: &SafetyAlert) -> Markup {
    let (tone, words) = alerts::severity(ask, alert);
    let inner = html! { p { (ui::pill(tone, &words)) " " (alerts::alert(ask, alert)) } };
    ui::notice(tone, inner)
}

/// Takes a medicine back that nobody got yet.
fn stop(ask: &Ask, row: &Prescription) -> Markup {
    if !row.status.is_current() || !ask.may_do("prescriptions_patch") {
        return html! {};
    }
    let form = ask
        .form("prescriptions_patch")
        .on(row.meta.id)
        .version(row.meta.version)
        .done("done-medicine-cancelled");
    form.show(html! {
        (form.hidden("status", PrescriptionStatus::Cancelled.as_str()))
        button.quiet aria-label={ (ask.t("clinical-medicine-cancel")) (ask.colon()) (row.medication_name.open().to_string()) } {
            (ask.t("clinical-medicine-cancel"))
        }
    })
}
