//! The letter of a referral: `print/referral-letter/{id}/`.

use kernel::Reach;
use paper::Sheet;
use paper::documents::ReferralLetter;
use platform::access::Right;
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::operation::{Operation, Without};
use print::{Issue, PrintedKind};

use crate::encounter::READ_TEXT;
use crate::referral::Referral;

const WHAT: &str = "referral-letter";
const SHEETS: &[Sheet] = &[Sheet::A4, Sheet::A5];

pub(crate) fn declare() -> Operation {
    print::route("referrals", WHAT, |cx, call| Box::pin(print(cx, call)), SHEETS)
        .with::<Referral>(Right::Read, Without::Nothing)
        .summary("A referral as a letter in PDF, with a code to check it by")
        .description(
            "The id may end in `.pdf`. Needs the permission `encounters:clinical_text` as well, since the letter says why.",
        )
        .done()
}

async fn print(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: Referral = cx.load(print::id_of(call)?).await?;
    if cx.grant_of(READ_TEXT).reach == Reach::None {
        return Err(Error::not_found());
    }
    cx.saw_record(&row);
    let (patient, reader) = print::about(cx, row.patient.get()).await?;
    let allergies = print::allergies(cx, &patient).await?;
    let issue = Issue {
        kind: PrintedKind::ReferralLetter,
        object: row.meta.id,
        patient: Some(row.patient.get()),
    };
    let form = print::form(cx, call, issue, SHEETS, reader).await?;
    let letter = ReferralLetter {
        number: row.meta.id.to_string(),
        patient: print::patient(&patient, form.language),
        from: row.referring_doctor_details.open().to_string(),
        to: row.referred_to_doctor_details.open().to_string(),
        reason: row.reason_for_referral.open().to_string(),
        allergies,
        medicines: String::new(),
    };
    print::answer(cx, WHAT, row.meta.id, move || letter.print(&form)).await
}
