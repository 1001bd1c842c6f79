//! One bill: what is charged, who pays for it, what was paid, and taking what is owed.

use kernel::Money;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use platform::serde_json::json;
use platform::verb::Verb;
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Decimals, Kind, Page, words};

use super::parts::{Head, money, named, price, state, step, table};
use super::{lines, patient, pay, payments};
use crate::bill::Bill;
use crate::bill_status::BillStatus;
use crate::bill_verbs::Void;
use crate::claim::InsuranceClaim;
use crate::insurance::InsuranceDetail;
use crate::payment::Payment;

/// Policies and payments of one bill that are read.
const MOST: u64 = 200;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let bill: Bill = cx.load(ask.id()?).await?;
    cx.saw_record(&bill);
    let head = patients::head(cx, ask, bill.patient.get()).await?;
    let paid: Vec<Payment> = resource::rows(cx, MOST, |query| {
        query
            .and_where(Payment::bill.eq(bill.meta.id))
            .order_by(("payment", "id"), Order::Asc);
    })
    .await?;
    let policies: Vec<InsuranceDetail> = resource::rows(cx, MOST, |query| {
        query
            .and_where(InsuranceDetail::patient.eq(bill.patient.get()))
            .order_by(("insurance_detail", "id"), Order::Asc);
    })
    .await?;
    let claims: Vec<InsuranceClaim> = resource::rows(cx, MOST, |query| {
        query
            .and_where(InsuranceClaim::bill.eq(bill.meta.id))
            .order_by(("insurance_claim", "id"), Order::Asc);
    })
    .await?;
    let items = lines::show(cx, ask, &bill).await?;
    let others = patient::others(cx, ask, &bill).await?;
    let earlier = payments::show(cx, ask, &bill, &paid).await?;
    let just = pay::just_paid(cx, ask, &paid);
    let may_void = Void::of_use(cx, &bill).await?;
    let body = html! {
        @if let Some(just) = &just { (just) }
        div.row { (state(ask, bill.status)) (ask.day(bill.date_issued)) }
        div.actions { (actions(ask, &bill, just.is_none())) }
        (items)
        div.grid {
            (ui::panel(&ask.t("billing-sums"), html! { (sums(ask, &bill, &policies)) (policy(ask, &bill, &policies)) }))
            (pay::form(ask, &bill, &paid))
        }
        (others)
        (claimed(ask, &claims))
        (earlier)
        (ends(ask, &bill, may_void))
    };
    Ok(head.page(named(ask, bill.meta.id), &body))
}

/// What comes next, and the bill on paper.
fn actions(ask: &Ask, bill: &Bill, key: bool) -> Markup {
    let open = ask
        .form("bills_open")
        .on(bill.meta.id)
        .version(bill.meta.version)
        .done("done-bill-opened");
    html! {
        @if bill.status == BillStatus::Draft && ask.may_do("bills_open") { (step(&open, ask, "billing-open", "o")) }
        @if ask.may_do("print_invoice_id_get") {
            (ui::paper("invoice", bill.meta.id, &ask.t("billing-print-invoice"), if key { "p" } else { "" }))
        }
    }
}

/// From the total to what is owed, line by line; what is nothing is not shown.
fn sums(ask: &Ask, bill: &Bill, policies: &[InsuranceDetail]) -> Markup {
    let insurer = policies.iter().find(|policy| {
        bill.insurance
            .is_some_and(|own| own.get() == policy.meta.id)
    });
    let share = match insurer {
        Some(policy) => [
            &ask.t("billing-insurer-part"),
            " (",
            &policy.provider.to_string(),
            ")",
        ]
        .concat(),
        None => ask.t("billing-insurer-part"),
    };
    let less = |amount: Money| ["− ", &price(ask, amount)].concat();
    let rows = [
        (share, bill.insurance_amount, less(bill.insurance_amount)),
        (
            ask.t("billing-paid"),
            bill.paid_amount,
            less(bill.paid_amount),
        ),
        (
            ask.t("billing-given-back"),
            bill.refunded_amount,
            price(ask, bill.refunded_amount),
        ),
        (
            ask.t("billing-written-off"),
            bill.written_off_amount,
            less(bill.written_off_amount),
        ),
    ];
    html! {
        table.sums {
            tr { th scope="row" { (ask.t("billing-total")) } td { (price(ask, bill.total_amount)) } }
            @for (name, amount, shown) in &rows {
                @if !amount.is_zero() { tr { th scope="row" { (name) } td { (shown) } } }
            }
            tr.total { th scope="row" { (ask.t("billing-due")) } td { (price(ask, bill.balance_due)) } }
        }
        @if bill.insurance_paid_amount.is_positive() {
            p.hint { (ask.t("billing-insurer-paid")) (ask.colon()) (price(ask, bill.insurance_paid_amount)) }
        }
        @let sums = bill.sums();
        @for (key, credit) in [("billing-credit-due", sums.patient_credit()), ("billing-credit-insurer", sums.insurer_credit())] {
            @if bill.credit_due.is_positive() && credit.is_positive() {
                (ui::notice(Tone::Warning, html! { p { "! " (ask.t(key)) (ask.colon()) b { (price(ask, credit)) } } }))
            }
        }
        @if bill.status == BillStatus::Void {
            (ui::notice(Tone::Plain, html! { p { (ask.t("billing-status-void")) (ask.colon()) (bill.void_reason.open().to_string()) } }))
        }
    }
}

/// What insurers are asked for, and what became of it: there it is recorded what they pay.
fn claimed(ask: &Ask, claims: &[InsuranceClaim]) -> Markup {
    let heads: [Head; 4] = [
        ("kind-insurance-claim", false),
        ("field-status", false),
        ("billing-amount", true),
        ("billing-claim-left", true),
    ]
    .map(|(key, number)| (ask.t(key), number));
    let rows: Vec<Vec<Markup>> = claims
        .iter()
        .map(|claim| {
            let id = claim.meta.id.to_string();
            vec![
                html! { a href=(["/admin/insurance-claims/", &id, "/"].concat()) { (id) } },
                html! { (words::choice(ask, "status", claim.status.as_str())) },
                html! { (money(ask, claim.amount)) },
                html! { (money(ask, claim.left())) },
            ]
        })
        .collect();
    html! {
        @if !claims.is_empty() {
            h2 { (words::resource(ask, "insurance-claims")) }
            (table(&heads, &rows))
        }
    }
}

/// Which policy pays a part, until something was paid.
fn policy(ask: &Ask, bill: &Bill, policies: &[InsuranceDetail]) -> Markup {
    let open = matches!(bill.status, BillStatus::Draft | BillStatus::Open);
    if !open || policies.is_empty() || !ask.may_do("bills_patch") {
        return html! {};
    }
    let mut choices = vec![(String::new(), ask.t("billing-no-policy"))];
    choices.extend(policies.iter().map(|policy| {
        let words = [
            policy.provider.to_string(),
            ", ".to_owned(),
            policy.coverage_percent.to_string(),
            " %".to_owned(),
        ];
        (policy.meta.id.to_string(), words.concat())
    }));
    let form = ask
        .form("bills_patch")
        .on(bill.meta.id)
        .version(bill.meta.version)
        .holding(json!({ "insurance": bill.insurance.map(|policy| policy.get().to_string()).unwrap_or_default() }))
        .done("done-policy");
    html! {
        details open[form.sent().is_some()] {
            summary { (ask.t("billing-policy")) }
            (form.show(html! {
                (form.field("insurance").label("billing-policy-which").kind(Kind::Choice(choices)))
                div.actions { button { (ask.t("billing-save")) } }
            }))
        }
    }
}

/// Voiding the bill, and writing off what is owed: both with a reason. Without `may_void`, while payments or claims are on the
/// bill, a hint stands in the place of the form.
fn ends(ask: &Ask, bill: &Bill, may_void: bool) -> Markup {
    let void = ask
        .form("bills_void")
        .on(bill.meta.id)
        .apart("void")
        .version(bill.meta.version)
        .done("done-bill-void");
    let forgive = ask
        .form("bills_write_off")
        .on(bill.meta.id)
        .apart("forgive")
        .version(bill.meta.version)
        .done("done-written-off");
    let owed = bill.is_opened() && bill.balance_due.is_positive();
    html! {
        @if owed && ask.may_do("bills_write_off") {
            details open[forgive.sent().is_some()] {
                summary { (ask.t("billing-write-off")) }
                (forgive.show(html! {
                    (forgive.field("amount").label("billing-amount").kind(Kind::Number(Decimals::Some)).hint("billing-write-off-hint"))
                    (forgive.field("reason").label("billing-reason").kind(Kind::Text))
                    div.actions { button.bad { (ask.t("billing-write-off")) } }
                }))
            }
        }
        @if bill.status != BillStatus::Void && ask.may_do("bills_void") {
            details open[void.sent().is_some()] {
                summary { (ask.t("billing-void")) }
                @if !may_void && void.sent().is_none() {
                    p.hint { (ask.t("billing-void-later")) }
                } @else { (void.show(html! {
                    p.hint { (ask.t("billing-void-hint")) }
                    (void.field("reason").label("billing-reason").kind(Kind::Text))
                    div.actions { button.bad { (ask.t("billing-void")) } }
                })) }
            }
        }
    }
}
