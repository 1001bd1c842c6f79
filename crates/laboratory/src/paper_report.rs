//! The results of an order on paper: `print/lab-report/{id}/`. It is made of what is on record when it is printed, so one
//! printed after the review carries the review, and one printed before says that it is not final.

use kernel::{Code, Language};
use paper::Sheet;
use paper::documents::{LabReport, LabResult, Review};
use platform::access::Right;
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::operation::{Operation, Without};
use platform::resource::Resource;
use platform::texts::Text;
use print::{Issue, PrintedKind};

use crate::flag::Flag;
use crate::measured::Measured;
use crate::order::LabOrder;
use crate::view::{ItemView, ResultView};

const WHAT: &str = "lab-report";
const SHEETS: &[Sheet] = &[Sheet::A4, Sheet::A5];

pub(crate) fn declare() -> Operation {
    print::route("lab-orders", WHAT, |cx, call| Box::pin(print(cx, call)), SHEETS)
        .with::<LabOrder>(Right::Read, Without::Nothing)
        .conflicts()
        .summary("The results of an order as PDF, with a code to check it by")
        .description(
            "The id may end in `.pdf`. A report says who reviewed it and when, or that it is not final; patients have only reviewed ones. 409 `state_conflict` while there are no results.",
        )
        .done()
}

async fn print(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: LabOrder = cx.load(print::id_of(call)?).await?;
    let shown = LabOrder::extras(cx, std::slice::from_ref(&row))
        .await?
        .pop();
    let shown = shown.unwrap_or_default();
    let has_results = shown.items.iter().any(|item| !item.results.is_empty());
    if !has_results && row.result_details.open().is_empty() {
        let text = Text::new("laboratory-no-results");
        return Err(Error::refuse(Code::StateConflict, text));
    }
    cx.saw_record(&row);
    let (patient, reader) = print::about(cx, row.patient.get()).await?;
    let reviewer = row.reviewed_by.map(|user| user.get());
    let mut names = identity::names(cx, reviewer).await?;
    let issue = Issue {
        kind: PrintedKind::LabReport,
        object: row.meta.id,
        patient: Some(row.patient.get()),
    };
    let form = print::form(cx, call, issue, SHEETS, reader).await?;
    let local = |at| cx.app.zone.to_local(at);
    let review = row.reviewed_at.map(|at| Review {
        by: reviewer
            .and_then(|user| names.remove(&user))
            .unwrap_or_default(),
        at: local(at),
    });
    let report = LabReport {
        number: row.meta.id.to_string(),
        patient: print::patient(&patient, form.language),
        specimen: row.specimen_type.open().to_string(),
        collected: row.collected_at.map(local),
        doctor: shown.ordered_by_name,
        results: shown
            .items
            .iter()
            .flat_map(|item| results(item, form.language))
            .collect(),
        comment: row.result_details.open().to_string(),
        review,
    };
    print::answer(cx, WHAT, row.meta.id, move || report.print(&form)).await
}

/// A test's values; a test with several stands before the name of each.
fn results(item: &ItemView, language: Language) -> Vec<LabResult> {
    let several = item.results.len() > 1;
    let named = |result: &ResultView| match several {
        true => format!("{}: {}", item.lab_test.test_name, result.called),
        false => result.called.clone(),
    };
    item.results
        .iter()
        .map(|result| LabResult {
            parameter: named(result),
            value: value(result, language),
            unit: result.units.clone(),
            range: range(
                result.reference_range_low,
                result.reference_range_high,
                language,
            ),
            flag: flag(result.abnormal_flag, language).to_owned(),
        })
        .collect()
}

fn value(result: &ResultView, language: Language) -> String {
    let Some(number) = result.value_numeric else {
        return result.value_text.clone();
    };
    let sign = result
        .comparator
        .map(|sign| sign.as_str())
        .unwrap_or_default();
    format!("{sign}{} {}", shown(number, language), result.value_text)
        .trim_end()
        .to_owned()
}

/// Without zeros at its end, with the reader's decimal sign.
fn shown(number: Measured, language: Language) -> String {
    let text = number.to_string();
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text.as_str(),
    };
    match language {
        Language::Fr => text.replace('.', ","),
        Language::En | Language::Sw => text.to_owned(),
    }
}

fn range(low: Option<Measured>, high: Option<Measured>, language: Language) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("{}–{}", shown(low, language), shown(high, language)),
        (Some(low), None) => format!("≥ {}", shown(low, language)),
        (None, Some(high)) => format!("≤ {}", shown(high, language)),
        (None, None) => String::new(),
    }
}

/// A flag in the reader's words; nothing for what is normal or not judged.
fn flag(flag: Option<Flag>, language: Language) -> &'static str {
    use Language::{En, Fr, Sw};
    let Some(flag) = flag else { return "" };
    match (flag, language) {
        (Flag::Normal, _) => "",
        (Flag::Low, En) => "low",
        (Flag::Low, Fr) => "bas",
        (Flag::Low, Sw) => "chini",
        (Flag::High, En) => "high",
        (Flag::High, Fr) => "élevé",
        (Flag::High, Sw) => "juu",
        (Flag::Abnormal, En) => "abnormal",
        (Flag::Abnormal, Fr) => "anormal",
        (Flag::Abnormal, Sw) => "si ya kawaida",
        (Flag::Critical, En) => "CRITICAL",
        (Flag::Critical, Fr) => "CRITIQUE",
        (Flag::Critical, Sw) => "HATARI",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_ranges_are_written_as_the_reader_writes_them() {
        let measured = |text: &str| text.parse::<Measured>().ok();
        for (low, high, language, said) in [
            (Some("3.5"), Some("5"), Language::En, "3.5–5"),
            (Some("3.5"), Some("5.25"), Language::Fr, "3,5–5,25"),
            (Some("100"), None, Language::Sw, "≥ 100"),
            (None, Some("0.05"), Language::En, "≤ 0.05"),
            (None, None, Language::En, ""),
        ] {
            let [low, high] = [low, high].map(|text| text.and_then(measured));
            assert_eq!(range(low, high, language), said);
        }
    }
}
