//! Small pieces that these screens share.

use kernel::{Language, Money};
use maud::{Markup, html};
use web::ui::{self, Tone};
use web::{Ask, Form};

use crate::bill_status::BillStatus;
use crate::payment_method::PaymentMethod;

fn language(ask: &Ask) -> Language {
    Language::parse(ask.language()).unwrap_or_default()
}

/// `GMD 1,250.00`, as the reader writes it.
pub(super) fn price(ask: &Ask, amount: Money) -> String {
    paper::format::price(amount, &ask.app().settings.currency, language(ask))
}

/// `1,250.00`, where the currency is understood.
pub(super) fn money(ask: &Ask, amount: Money) -> String {
    paper::format::money(amount, &ask.app().settings.currency, language(ask))
}

/// Where a bill stands, as a word with a sign.
pub(super) fn state(ask: &Ask, status: BillStatus) -> Markup {
    let (tone, key) = match status {
        BillStatus::Draft => (Tone::Plain, "billing-status-draft"),
        BillStatus::Open => (Tone::Warning, "billing-status-open"),
        BillStatus::PartiallyPaid => (Tone::Warning, "billing-status-partly"),
        BillStatus::Paid => (Tone::Good, "billing-status-paid"),
        BillStatus::Void => (Tone::Plain, "billing-status-void"),
    };
    ui::pill(tone, &ask.t(key))
}

/// A way of paying in the reader's words.
pub(super) fn method(ask: &Ask, method: PaymentMethod) -> String {
    ask.t(match method {
        PaymentMethod::Cash => "billing-method-cash",
        PaymentMethod::Card => "billing-method-card",
        PaymentMethod::Insurance => "billing-method-insurance",
        PaymentMethod::MobileMoney => "billing-method-mobile-money",
        PaymentMethod::BankTransfer => "billing-method-bank-transfer",
        PaymentMethod::Other => "billing-method-other",
    })
}

/// Every way of paying, for a choice.
pub(super) fn methods(ask: &Ask) -> Vec<(String, String)> {
    use PaymentMethod::{BankTransfer, Card, Cash, Insurance, MobileMoney, Other};
    [Cash, MobileMoney, Card, BankTransfer, Insurance, Other]
        .map(|one| (one.as_str().to_owned(), method(ask, one)))
        .into()
}

/// A head of a table: its words, and whether numbers stand below it.
pub(super) type Head = (String, bool);

/// A table with columns of numbers.
pub(super) fn table(heads: &[Head], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.scroll {
            table.list {
                thead { tr { @for (head, number) in heads { th.number[*number] scope="col" { (head) } } } }
                tbody {
                    @for row in rows {
                        tr { @for (cell, (head, number)) in row.iter().zip(heads) {
                            td.number[*number] data-label=(head) { (cell) }
                        } }
                    }
                }
            }
        }
    }
}

/// One button that asks an operation, with the key that presses it.
pub(super) fn step(form: &Form<'_>, ask: &Ask, text: &'static str, key: &str) -> Markup {
    form.show(html! {
        button.primary data-key=(key) { (ask.t(text)) kbd aria-hidden="true" { (key) } }
    })
}

/// The address of a bill.
pub(super) fn address(bill: i64) -> String {
    ["/bills/", &bill.to_string(), "/"].concat()
}

/// What a bill is called in sentences.
pub(super) fn named(ask: &Ask, bill: i64) -> String {
    ask.say(&platform::texts::Text::new("billing-bill-named").with("number", bill.to_string()))
}
