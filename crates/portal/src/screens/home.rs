//! The patient's own page: what comes next, what is new, what is to be paid.

use billing::Bill;
use billing::bill_status::BillStatus;
use clinical::Prescription;
use kernel::{Language, Money};
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use scheduling::Appointment;
use scheduling::appointment::upcoming;
use scheduling::slot::hours_and_minutes;
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Page};

use super::parts::{Whose, nobody, whose};
use super::{messages, results};

/// Visits, medicines and bills that are shown.
const MOST: u64 = 50;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let Some(whose) = whose(cx, ask).await? else {
        return Ok(nobody(cx, ask));
    };
    let id = whose.patient.meta.id;
    let visits = visits(cx, ask, id).await?;
    let results = results::show(cx, ask, id).await?;
    let medicines = medicines(cx, ask, id).await?;
    let bills = bills(cx, ask, id).await?;
    let unread = messages::unread(cx, id).await?;
    let body = html! {
        @if unread > 0 {
            (ui::notice(Tone::Warning, html! { p {
                "! " a href=(whose.to("/me/messages")) { (ask.say(&Text::new("portal-unread").with("count", unread))) }
            } }))
        }
        (visits)
        (ui::panel(&ask.t("portal-results"), results))
        div.grid {
            (ui::panel(&ask.t("portal-medicines"), medicines))
            (ui::panel(&ask.t("portal-bills"), bills))
        }
    };
    Ok(whose.page(ask, hello(ask, &whose), &body))
}

/// The reader is greeted by name; of somebody else the page says whose it is.
fn hello(ask: &Ask, whose: &Whose) -> String {
    let name: &str = whose.patient.first_name.open();
    let text = Text::new(if whose.own {
        "portal-hello"
    } else {
        "portal-of"
    });
    ask.say(&text.with("name", name.to_owned()))
}

/// The next visit with both answers, and those after it.
async fn visits(cx: &mut Cx, ask: &Ask, patient: i64) -> Result<Markup, Error> {
    let coming = upcoming(cx);
    let rows: Vec<Appointment> = resource::rows(cx, MOST, |query| {
        query
            .and_where(Appointment::patient.eq(patient))
            .cond_where(coming)
            .order_by(("appointment", "starts_at"), Order::Asc);
    })
    .await?;
    let doctors = identity::names(cx, rows.iter().map(|row| row.doctor.get())).await?;
    let doctor = |row: &Appointment| doctors.get(&row.doctor.get()).cloned().unwrap_or_default();
    let Some((next, later)) = rows.split_first() else {
        return Ok(ui::panel(
            &ask.t("portal-visit"),
            html! { p.hint { (ask.t("portal-visit-none")) } },
        ));
    };
    Ok(ui::panel(
        &ask.t("portal-visit"),
        html! {
            p.big { b { (when(ask, next)) } }
            p { (doctor(next)) @if let Some(reason) = reason(next) { " · " (reason) } }
            (answers(ask, next))
            @if !later.is_empty() {
                h3 { (ask.t("portal-visits-later")) }
                ul.entries { @for row in later { li { span { b { (when(ask, row)) } " · " (doctor(row)) } } } }
            }
        },
    ))
}

fn when(ask: &Ask, row: &Appointment) -> String {
    let there = ask.app().zone.to_local(row.starts_at);
    [
        &ui::day_words(ask, there.date()),
        ", ",
        &hours_and_minutes(there.time()),
    ]
    .concat()
}

fn reason(row: &Appointment) -> Option<String> {
    let reason = row.reason.open().to_string();
    (!reason.is_empty()).then_some(reason)
}

/// That they come, or that they cannot.
fn answers(ask: &Ask, row: &Appointment) -> Markup {
    let confirm = ask
        .form("appointments_confirm")
        .on(row.meta.id)
        .done("done-visit-confirmed");
    let decline = ask
        .form("appointments_decline")
        .on(row.meta.id)
        .done("done-visit-declined");
    let day = ask.app().zone.to_local(row.starts_at).date();
    html! {
        @if row.confirmed_at.is_some() {
            p { (ui::pill(Tone::Good, &ask.t("portal-visit-confirmed"))) }
        }
        div.actions {
            @if row.confirmed_at.is_none() {
                (confirm.show(html! {
                    button.primary data-key="c" { (ask.t("portal-visit-confirm")) kbd aria-hidden="true" { "c" } }
                }))
            }
            (ui::paper("appointment-slip", row.meta.id, &ask.t("portal-visit-slip"), ""))
        }
        details open[decline.sent().is_some()] {
            summary { (ask.t("portal-visit-cannot")) }
            (decline.show(html! {
                p { (ask.say(&Text::new("portal-visit-sure").with("day", ui::day_words(ask, day)))) }
                div.actions { button.bad { (ask.t("portal-visit-decline")) } }
            }))
        }
    }
}

/// What is taken now, in words.
async fn medicines(cx: &mut Cx, ask: &Ask, patient: i64) -> Result<Markup, Error> {
    let rows: Vec<Prescription> = resource::rows(cx, MOST, |query| {
        query
            .and_where(Prescription::patient.eq(patient))
            .cond_where(Prescription::may_be_taken())
            .order_by(("prescription", "id"), Order::Desc);
    })
    .await?;
    let now = cx.now();
    let rows: Vec<Prescription> = rows.into_iter().filter(|row| row.is_taken(now)).collect();
    Ok(html! {
        @if rows.is_empty() { p.hint { (ask.t("portal-medicines-none")) } }
        ul.entries { @for row in &rows { li {
            span {
                b { (&**row.medication_name.open()) }
                p.hint {
                    (&**row.dosage.open()) ", " (&**row.frequency.open())
                    @let duration: &str = row.duration.open();
                    @if !duration.is_empty() { ", " (duration) }
                    " · " (ask.t("portal-since")) " " (ask.day(cx.app.zone.to_local(row.prescribed_at).date()))
                }
                @let notes: &str = row.notes.open();
                @if !notes.is_empty() { p { (notes) } }
            }
        } } }
    })
}

/// What is to be paid.
async fn bills(cx: &mut Cx, ask: &Ask, patient: i64) -> Result<Markup, Error> {
    let open = [BillStatus::Open, BillStatus::PartiallyPaid];
    let rows: Vec<Bill> = resource::rows(cx, MOST, |query| {
        query
            .and_where(Bill::patient.eq(patient))
            .and_where(Bill::status.is_in(open.map(BillStatus::as_str)))
            .and_where(Bill::balance_due.gt(0))
            .order_by(("bill", "id"), Order::Desc);
    })
    .await?;
    let owed = Money::sum(rows.iter().map(|bill| bill.balance_due)).unwrap_or_default();
    let price = |amount: Money| {
        let language = Language::parse(ask.language()).unwrap_or_default();
        paper::format::price(amount, &ask.app().settings.currency, language)
    };
    Ok(html! {
        @if rows.is_empty() {
            p.hint { (ask.t("portal-bills-none")) }
        } @else {
            p { (ask.t("portal-owed")) (ask.colon()) b { (price(owed)) } }
        }
        ul.entries { @for bill in &rows { li {
            span { a href={ "/bills/" (bill.meta.id) "/" } { (ask.day(bill.date_issued)) } }
            b.sum { (price(bill.balance_due)) }
        } } }
        p { a href={ "/patients/" (patient) "/bills" } { (ask.t("portal-bills-all")) } }
    })
}
