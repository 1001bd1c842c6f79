//! Bills and payments on paper.

mod invoice;
mod receipt;

use identity::names;
use kernel::Language;
use platform::access::Right;
use platform::cx::Cx;
use platform::error::Error;
use platform::module::Module;
use platform::operation::Without;

use crate::bill::Bill;
use crate::bill_view::BillLine;
use crate::payment::Payment;
use crate::payment_method::PaymentMethod;

/// Adds the routes to the module.
pub(crate) fn declare(module: Module) -> Module {
    module
        .route(
            print::route(
                "bills",
                invoice::WHAT,
                |cx, call| Box::pin(invoice::print(cx, call)),
                invoice::SHEETS,
            )
            .with::<Bill>(Right::Read, Without::Nothing)
            .summary("The invoice of a bill as PDF, with a code to check it by")
            .description(print::DESCRIPTION)
            .done(),
        )
        .route(
            print::route(
                "payments",
                receipt::WHAT,
                |cx, call| Box::pin(receipt::print(cx, call)),
                receipt::SHEETS,
            )
            .with::<Payment>(Right::Read, Without::Nothing)
            .summary("The receipt of a payment or refund as PDF, with a code to check it by")
            .description(print::DESCRIPTION)
            .done(),
        )
}

/// What a line says: what was written, or the service's name.
fn description(line: &BillLine) -> String {
    match (line.description.trim(), &line.service_name) {
        ("", Some(name)) => name.clone(),
        (text, _) => text.to_owned(),
    }
}

/// A user's name; empty for the program.
async fn name_of(cx: &mut Cx, user: Option<i64>) -> Result<String, Error> {
    let mut found = names(cx, user).await?;
    Ok(user
        .and_then(|user| found.remove(&user))
        .unwrap_or_default())
}

/// A way of paying in the reader's words.
fn method(method: PaymentMethod, language: Language) -> &'static str {
    use Language::{En, Fr, Sw};
    use PaymentMethod::{BankTransfer, Card, Cash, Insurance, MobileMoney, Other};
    match (method, language) {
        (Cash, En) => "Cash",
        (Cash, Fr) => "Espèces",
        (Cash, Sw) => "Pesa taslimu",
        (Card, En) => "Card",
        (Card, Fr) => "Carte",
        (Card, Sw) => "Kadi",
        (Insurance, En) => "Insurance",
        (Insurance, Fr) => "Assurance",
        (Insurance, Sw) => "Bima",
        (MobileMoney, En) => "Mobile money",
        (MobileMoney, Fr) => "Argent mobile",
        (MobileMoney, Sw) => "Pesa kwa simu",
        (BankTransfer, En) => "Bank transfer",
        (BankTransfer, Fr) => "Virement bancaire",
        (BankTransfer, Sw) => "Uhamisho wa benki",
        (Other, En) => "Other",
        (Other, Fr) => "Autre",
        (Other, Sw) => "Nyingine",
    }
}
