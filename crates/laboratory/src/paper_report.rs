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
use crate::order::LabOrder;
use crate::view::{EarlierView, ItemView, ResultView};
use crate::written;

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
        ordered_by: shown.ordered_by_name,
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
    let was = |earlier: &EarlierView| {
        let (number, sign) = (earlier.value_numeric, earlier.comparator);
        written::measured(number, sign, &earlier.units, &earlier.value_text, language)
    };
    let named = |result: &ResultView| match several {
        true => [&item.lab_test.test_name, language.colon(), &result.called].concat(),
        false => result.called.clone(),
    };
    if item.results.is_empty() {
        return vec![LabResult {
            parameter: item.lab_test.test_name.clone(),
            value: none(language).to_owned(),
            ..LabResult::default()
        }];
    }
    item.results
        .iter()
        .map(|result| LabResult {
            parameter: named(result),
            value: written::measured(
                result.value_numeric,
                result.comparator,
                "",
                &result.value_text,
                language,
            ),
            was: result.earlier.first().map(was).unwrap_or_default(),
            unit: written::unit(&result.units),
            range: written::range(
                result.reference_range_low,
                result.reference_range_high,
                language,
            ),
            flag: flag(result.abnormal_flag, language).to_owned(),
        })
        .collect()
}

/// That a test was ordered and has no result.
fn none(language: Language) -> &'static str {
    match language {
        Language::En => "no result",
        Language::Fr => "pas de résultat",
        Language::Sw => "hakuna jibu",
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
