//! The lines of a bill: what was charged and for what, discounts with their reason, and further lines.

use kernel::Money;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use platform::serde_json::json;
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Decimals, Kind};

use super::parts::{Head, money, table};
use crate::allocate::allocate;
use crate::bill::Bill;
use crate::bill_item::{BillItem, SourceKind};
use crate::lines::service_names;

/// Lines of a bill that are shown.
const MOST: u64 = 1000;

pub(super) async fn show(cx: &mut Cx, ask: &Ask, bill: &Bill) -> Result<Markup, Error> {
    let items: Vec<BillItem> = resource::rows(cx, MOST, |query| {
        query
            .and_where(BillItem::bill.eq(bill.meta.id))
            .order_by(("bill_item", "id"), Order::Asc);
    })
    .await?;
    let services = items.iter().filter_map(|item| item.service);
    let services = service_names(cx, services.map(|service| service.get()).collect()).await?;
    let totals: Vec<Money> = items.iter().map(|item| item.line_total).collect();
    let parts = allocate(bill.insurance_amount, &totals);
    let change = bill.check_chargeable().is_ok();
    let discounted = items.iter().any(|item| item.discount.is_positive());
    let insured = bill.insurance_amount.is_positive();
    let rows: Vec<Vec<Markup>> = items
        .iter()
        .zip(parts)
        .map(|(item, part)| {
            let service = item
                .service
                .and_then(|service| services.get(&service.get()));
            let mut row = vec![
                html! { div { (said(item, service)) @if change { @if item.unpriced { (give_price(ask, item)) } @else { (discount(ask, item)) } } } },
                html! { (source(ask, item)) },
                html! { (item.quantity) },
                unit_price(ask, item),
            ];
            if discounted {
                row.push(taken_off(ask, item));
            }
            if insured {
                row.push(html! { (money(ask, part)) });
            }
            row.push(html! { b { (money(ask, item.line_total)) } });
            row
        })
        .collect();
    let mut heads: Vec<Head> = [
        ("billing-line", false),
        ("billing-source", false),
        ("billing-how-many", true),
        ("billing-price", true),
    ]
    .map(|(key, number)| (ask.t(key), number))
    .into();
    if discounted {
        heads.push((ask.t("billing-discount"), true));
    }
    if insured {
        heads.push((ask.t("billing-insurer-part"), true));
    }
    heads.push((ask.t("billing-line-total"), true));
    Ok(html! {
        @if !rows.is_empty() {
            (table(&heads, &rows))
        } @else if bill.total_amount.is_zero() {
            (ui::empty(&ask.t("billing-lines-none"), None))
        } @else {
            p.hint { (ask.t("billing-lines-one-sum")) }
        }
        @if change && ask.may_do("bill_items_create") { (add(ask, bill, rows.is_empty() && bill.total_amount.is_zero())) }
    })
}

/// What a line says: what was written, or the service's name.
fn said(item: &BillItem, service: Option<&String>) -> String {
    let written: &str = item.description.open();
    match (written.trim(), service) {
        ("", Some(name)) => name.clone(),
        (text, _) => text.to_owned(),
    }
}

/// What it was charged for.
fn source(ask: &Ask, item: &BillItem) -> String {
    ask.t(match (item.credit_of, item.source_type) {
        (Some(_), _) => "billing-source-credit",
        (_, Some(SourceKind::Encounter)) => "billing-source-encounter",
        (_, Some(SourceKind::LabOrderItem)) => "billing-source-lab",
        (_, Some(SourceKind::Dispense)) => "billing-source-dispense",
        (_, Some(SourceKind::Admission)) => "billing-source-admission",
        (_, None) => "billing-source-none",
    })
}

/// What one costs; what has no price yet must not look as if it were free.
fn unit_price(ask: &Ask, item: &BillItem) -> Markup {
    if item.unpriced {
        return ui::pill(Tone::Warning, &ask.t("billing-no-price"));
    }
    html! {
        (money(ask, item.amount))
        @if item.amount.is_zero() && item.credit_of.is_none() { " " small { (ask.t("billing-free")) } }
    }
}

/// The price of a line that has none yet, or why it is free.
fn give_price(ask: &Ask, item: &BillItem) -> Markup {
    if !ask.may_do("bill_items_patch") {
        return html! {};
    }
    let form = ask
        .form("bill_items_patch")
        .on(item.meta.id)
        .apart(["price-", &item.meta.id.to_string()].concat())
        .version(item.meta.version)
        .done("done-priced");
    html! {
        details open {
            summary { (ask.t("billing-give-price")) }
            (form.show(html! {
                (form.field("amount").label("billing-price").kind(Kind::Number(Decimals::Some)).required(true))
                (form.field("discount_reason").label("billing-reason").kind(Kind::Text).hint("billing-free-hint"))
                div.actions { button { (ask.t("billing-save")) } }
            }))
        }
    }
}

fn taken_off(ask: &Ask, item: &BillItem) -> Markup {
    let why: &str = item.discount_reason.open();
    html! {
        @if item.discount.is_positive() {
            (money(ask, item.discount)) @if !why.is_empty() { " " small { (why) } }
        }
    }
}

/// A discount on one line, with its reason, and taking the line off.
fn discount(ask: &Ask, item: &BillItem) -> Markup {
    if item.credit_of.is_some() || !ask.may_do("bill_items_patch") {
        return html! {};
    }
    let holding = json!({
        "discount": item.discount.to_string(),
        "discount_reason": item.discount_reason.open().to_string(),
    });
    let form = ask
        .form("bill_items_patch")
        .on(item.meta.id)
        .apart(item.meta.id)
        .version(item.meta.version)
        .holding(holding)
        .done("done-discount");
    let remove = ask
        .form("bill_items_delete")
        .on(item.meta.id)
        .version(item.meta.version)
        .done("done-line-removed");
    html! {
        details open[form.sent().is_some() || remove.sent().is_some()] {
            summary { (ask.t("billing-give-discount")) }
            (form.show(html! {
                (form.field("discount").label("billing-discount").kind(Kind::Number(Decimals::Some)))
                (form.field("discount_reason").label("billing-reason").kind(Kind::Text))
                div.actions { button { (ask.t("billing-save")) } }
            }))
            @if ask.may_do("bill_items_delete") { (remove.show(html! { button.bad { (ask.t("billing-line-remove")) } })) }
        }
    }
}

/// Another line: a service of the catalogue, or anything else with its price.
fn add(ask: &Ask, bill: &Bill, first: bool) -> Markup {
    let form = ask.form("bill_items_create").done("done-line-added");
    html! {
        details.panel open[first || form.sent().is_some()] {
            summary { (ask.t("billing-line-add")) }
            (form.show(html! {
                (form.hidden("bill", bill.meta.id))
                (form.field("service").label("billing-service"))
                (form.field("description").label("billing-line").kind(Kind::Text).hint("billing-line-hint"))
                (form.field("quantity").label("billing-how-many").value(1))
                (form.field("amount").label("billing-price").kind(Kind::Number(Decimals::Some)).hint("billing-price-hint"))
                div.actions { button { (ask.t("billing-line-add")) } }
            }))
        }
    }
}
