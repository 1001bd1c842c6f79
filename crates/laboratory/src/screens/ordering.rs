//! Ordering tests in an encounter: what was ordered with its results, and a page with the whole catalogue.

use clinical::encounter::{Encounter, EncounterStatus};
use maud::{Markup, html};
use patients::patient::Gender;
use platform::cx::Cx;
use platform::db::Statement;
use platform::error::Error;
use platform::record::Record;
use platform::resource;
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Form, Page};

use super::parts::{address, corrected, flag, priority, state, tests, value};
use crate::catalogue::LabTest;
use crate::order::LabOrder;
use crate::view::{self, ItemView};

/// Orders of one encounter that are shown.
const MOST: u64 = 50;
/// Tests that the form offers; a catalogue is shorter.
const ALL: u64 = 400;

/// What was ordered in an encounter, and the way to order more.
pub(super) async fn panel(cx: &mut Cx, ask: &Ask, id: i64) -> Result<Option<Markup>, Error> {
    let encounter: Encounter = cx.find(id).await?;
    cx.saw_record(&encounter);
    let ordered = ordered(cx, ask, id).await?;
    let may = ask.may_do("lab_orders_create") && encounter.status == EncounterStatus::Open;
    let page = ["/encounters/", &id.to_string(), "/lab-orders"].concat();
    let inner = html! {
        (ordered)
        @if may {
            p { (clinical::leave_visit(ask, &encounter, &page, &ask.t("laboratory-order-tests"), "l")) }
        }
    };
    Ok(Some(ui::panel(&ask.t("laboratory-tests"), inner)))
}

/// What is ordered most, then the whole catalogue by department, as a request form.
pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let id = ask.id()?;
    let encounter: Encounter = cx.find(id).await?;
    cx.saw_record(&encounter);
    let head = patients::head(cx, ask, encounter.patient.get()).await?;
    let ordered = ordered(cx, ask, id).await?;
    let title = ask.t("laboratory-order-tests");
    let back = ["/encounters/", &id.to_string(), "/"].concat();
    if encounter.status != EncounterStatus::Open {
        let body = html! {
            (refused(ask))
            (ordered)
            p.hint { (ask.t("laboratory-encounter-signed")) }
            p { (ui::action(&back, &ask.t("laboratory-to-encounter"))) }
        };
        return Ok(head.page(title, &body));
    }
    let offered: Vec<LabTest> = resource::rows(cx, ALL, |query| {
        query
            .and_where(LabTest::is_active.eq(true))
            .order_by((LabTest::TABLE, "department"), Order::Asc)
            .order_by((LabTest::TABLE, "test_name"), Order::Asc);
    })
    .await?;
    let often = often(cx).await?;
    let (first, rest): (Vec<_>, Vec<_>) = offered
        .iter()
        .enumerate()
        .partition(|(_, test)| often.contains(&test.meta.id));
    let form = ask
        .form("lab_orders_create")
        .then(back.clone())
        .done("done-lab-ordered");
    let pregnant = head.patient.gender == Gender::Female;
    let body = html! {
        (ordered)
        div.order {
        (form.show(html! {
            (form.hidden("encounter", id))
            (form.list("items"))
            (form.field("priority").value("routine").bare())
            @if !first.is_empty() { (ticks(&form, &ask.t("laboratory-often"), &first)) }
            @for group in rest.chunk_by(|(_, one), (_, other)| one.department == other.department) {
                (ticks(&form, &department(ask, group), group))
            }
            (form.field("test_name").label("laboratory-something-else").hint("laboratory-something-else-hint"))
            @if pregnant { (form.field("pregnancy").hint("laboratory-pregnancy-hint")) }
            div.actions { (form.button("laboratory-order-button")) (ui::action(&back, &ask.t("laboratory-to-encounter"))) }
        }))
        }
    };
    Ok(head.page(title, &body))
}

/// What was wrong with an order that cannot be sent again.
fn refused(ask: &Ask) -> Markup {
    let form = ask.form("lab_orders_create");
    html! { @if form.sent().is_some() { (form.show(html! {})) } }
}

fn ticks(form: &Form<'_>, legend: &str, tests: &[(usize, &LabTest)]) -> Markup {
    html! {
        fieldset.group {
            legend { (legend) }
            div.fields { @for (at, test) in tests { (tick(form, *at, test)) } }
        }
    }
}

fn department(ask: &Ask, group: &[(usize, &LabTest)]) -> String {
    let name = group.first().map_or("", |(_, test)| &test.department);
    let key = ["laboratory-department-", &name.replace([' ', '_'], "-")].concat();
    let mut letters = name.chars();
    let otherwise = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect());
    ask.word(
        &key,
        &otherwise.unwrap_or_else(|| ask.t("laboratory-tests")),
    )
}

/// A test of the catalogue as a tick, kept when the order is refused.
fn tick(form: &Form<'_>, at: usize, test: &LabTest) -> Markup {
    let name = ["items.", &at.to_string(), ".lab_test_id"].concat();
    let ticked = form.sent().is_some_and(|sent| sent.typed(&name).is_some());
    html! {
        label.tick {
            input type="checkbox" name=(name) value=(test.meta.id) checked[ticked];
            span { (&*test.test_name) " " small { (&*test.specimen_type) } }
        }
    }
}

/// Which tests were ordered most among the newest orders.
async fn often(cx: &mut Cx) -> Result<Vec<i64>, Error> {
    let statement = Statement::raw(
        "SELECT lab_test, count(*) FROM (SELECT lab_test FROM lab_order_item WHERE voided_at IS NULL \
         ORDER BY id DESC LIMIT 1000) AS newest GROUP BY lab_test ORDER BY count(*) DESC, lab_test LIMIT 12",
        Vec::new(),
    );
    let found: Vec<(i64, i64)> = cx
        .unscoped("which tests are ordered most is no patient's data")
        .all(statement)
        .await?;
    Ok(found.into_iter().map(|(test, _)| test).collect())
}

/// Orders of an encounter with their state and results.
async fn ordered(cx: &mut Cx, ask: &Ask, encounter: i64) -> Result<Markup, Error> {
    let orders: Vec<LabOrder> = resource::rows(cx, MOST, |query| {
        query
            .and_where(LabOrder::encounter.eq(encounter))
            .order_by((LabOrder::TABLE, "id"), Order::Asc);
    })
    .await?;
    let ids: Vec<i64> = orders.iter().map(|order| order.meta.id).collect();
    let items = view::of_orders(cx, &ids).await?;
    let none = Vec::new();
    Ok(html! {
        @if orders.is_empty() { p.hint { (ask.t("laboratory-ordered-none")) } }
        ul.entries {
            @for order in &orders { (entry(ask, order, items.get(&order.meta.id).unwrap_or(&none))) }
        }
    })
}

/// An order in a line, and its results below.
pub(super) fn entry(ask: &Ask, order: &LabOrder, items: &[ItemView]) -> Markup {
    let name = tests(order, items);
    let name = if name.is_empty() {
        ask.t("laboratory-order")
    } else {
        name
    };
    html! {
        li data-row {
            span {
                (priority(ask, order.priority)) " "
                a href=(address(order.meta.id)) { (name) }
                @for result in items.iter().flat_map(|item| &item.results) {
                    br;
                    (result.called) " " b { (value(ask, result)) } " " (flag(ask, result.abnormal_flag))
                    (corrected(ask, result))
                }
                @if order.withdrawn_at.is_some() { br; (ui::pill(Tone::Warning, &ask.t("laboratory-amended"))) }
            }
            (state(ask, order.status))
        }
    }
}
