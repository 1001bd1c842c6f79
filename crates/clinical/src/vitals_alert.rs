//! Alerts about vital signs that lie beyond their critical limits.

use patients::Patient;
use platform::cx::{Cx, select};
use platform::error::Error;
use platform::record::Record;
use platform::texts::Text;
use sea_query::{Expr, ExprTrait};

use crate::alert::{self, AlertKind, AlertSeverity, NewAlert};
use crate::rules::news2::Band;
use crate::vitals::Vitals;

/// Raises an alert when a value is critical, and resolves one that a correction made untrue.
pub(crate) async fn follow(
    cx: &mut Cx,
    row: &Vitals,
    before: Option<&Vitals>,
) -> Result<(), Error> {
    let message = message(cx, row).await?;
    if before.is_some() {
        alert::withdraw(cx, Vitals::NAME, row.meta.id).await?;
    }
    let Some(message) = message else {
        return Ok(());
    };
    let new = NewAlert {
        source: Some((Vitals::NAME, row.meta.id)),
        ..NewAlert::new(
            row.patient.get(),
            AlertKind::AbnormalVital,
            AlertSeverity::Critical,
            &message,
        )
    };
    alert::raise(cx, new).await?;
    Ok(())
}

/// What is critical, in the hospital's language; `None` when nothing is.
async fn message(cx: &mut Cx, row: &Vitals) -> Result<Option<String>, Error> {
    let patient: Option<Patient> = {
        let mut query = select::<Patient>();
        query.and_where(Expr::col((Patient::TABLE, "id")).eq(row.patient.get()));
        let why = "age and sex decide what vital signs mean";
        cx.unscoped(why).record(query).await?
    };
    let Some(patient) = patient else {
        return Ok(None);
    };
    let person = row.person(&patient, &cx.app.zone);
    let language = cx.app.settings.language;
    let say = |text: Text| cx.app.texts.render(language, &text);
    let values: std::collections::HashMap<_, _> = row.measures().collect();
    let critical = row
        .flags(&person)
        .into_iter()
        .filter(|flag| flag.level.is_critical());
    let mut parts: Vec<String> = critical
        .map(|flag| {
            let value = values
                .get(&flag.measure)
                .map_or(0.0, |value| *value as f64 / 1000.0);
            let text = Text::new("clinical-critical-value").with("measure", flag.measure.as_str());
            say(text.with("value", value))
        })
        .collect();
    if let Some(score) = row.early_warning(&person)
        && score.band == Some(Band::High)
    {
        parts.push(say(
            Text::new("clinical-news2-high").with("score", score.at_least)
        ));
    }
    Ok((!parts.is_empty()).then(|| parts.join("; ")))
}
