//! The lines of a bill as clients send them: nested in the bill, or one by one.

use std::collections::HashMap;

use kernel::{Code, Money};
use platform::cx::{Cx, among, column, select, values};
use platform::db::Statement;
use platform::error::Error;
use platform::fault::{Fault, Faults};
use platform::field::Blank;
use platform::record::{Body, Record};
use platform::seal::Sealed;
use platform::texts::Text;
use sea_query::{ExprTrait, Order, Query};
use serde_json::Value as Json;

use crate::bill::Bill;
use crate::bill_item::BillItem;
use crate::bill_status::BillStatus;
use crate::line::{Line, LineFault};
use crate::minor_unit;
use crate::service_catalog::ServiceCatalog;

/// The most lines that one request may bring.
const MOST: usize = 1000;

/// The other names of a line's fields.
pub(crate) const ALIASES: [(&str, &str); 2] = [("unit_price", "amount"), ("service_id", "service")];

/// A service as a line needs it.
pub(crate) struct Service {
    name: String,
    price: Money,
    is_active: bool,
}

/// The lines of a bill's body, complete but for the bill; none when it has no `items`. Lines that say what one of the
/// stored ones says are as they were when those were written, whatever has become of their service.
pub(crate) async fn of_body(
    cx: &mut Cx,
    body: &Body,
    stored: &[BillItem],
) -> Result<Option<Vec<BillItem>>, Error> {
    let items = match body.0.get("items") {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::Array(items)) => items,
        Some(_) => return Err(Error::field("items", Text::new("not-a-list"))),
    };
    if items.is_empty() {
        return Ok(None);
    }
    if items.len() > MOST {
        return Err(Error::field(
            "items",
            Text::new("billing-too-many-items").with("max", MOST),
        ));
    }
    let bodies: Vec<Result<Body, Faults>> = items.iter().map(folded).collect();
    let row = |body: &Result<Body, Faults>| match body {
        Ok(body) => <BillItem as Record>::create(body),
        Err(faults) => Err(faults.clone()),
    };
    let mut parsed: Vec<Result<BillItem, Faults>> = bodies.iter().map(row).collect();
    let named = parsed.iter().flatten().filter_map(|item| item.service);
    let services = services(cx, named.map(|service| service.get()).collect()).await?;
    for (item, body) in parsed.iter_mut().zip(&bodies) {
        let (Ok(row), Ok(body)) = (&mut *item, body) else {
            continue;
        };
        if let Some(known) = stored.iter().find(|known| same(known, row)) {
            row.line_total = known.line_total;
        } else if let Err(faults) = complete(cx, row, None, body, &services) {
            *item = Err(faults);
        }
    }
    if parsed.iter().all(Result::is_ok) {
        return Ok(Some(parsed.into_iter().flatten().collect()));
    }
    let faults = parsed.into_iter().map(Result::err).collect();
    let mut whole = Faults::new();
    whole.put("items", Fault::Items(faults));
    Err(whole.into())
}

/// A nested line with its other names folded, and a place for the bill that does not exist yet.
fn folded(item: &Json) -> Result<Body, Faults> {
    let mut body = match item {
        Json::Object(fields) => Body(fields.clone()),
        _ => Body::default(),
    };
    body.fold(&ALIASES)?;
    body.0.insert("bill".to_owned(), 0.into());
    Ok(body)
}

/// Services by their ids, with one statement.
pub(crate) async fn services(cx: &mut Cx, ids: Vec<i64>) -> Result<HashMap<i64, Service>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = Query::select();
    query
        .from("service_catalog")
        .columns(["id", "name", "price", "is_active"])
        .and_where(among(cx.dialect(), ServiceCatalog::id, &ids));
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, String, i64, bool)> = cx
        .unscoped("the catalogue of services is open to whoever writes bills")
        .all(statement)
        .await?;
    let service = |(id, name, price, is_active)| {
        let price = Money::from_minor(price).map_err(Error::internal)?;
        Ok((
            id,
            Service {
                name,
                price,
                is_active,
            },
        ))
    };
    rows.into_iter().map(service).collect()
}

/// Fills in what a line takes from its service, and works out what it comes to.
pub(crate) fn complete(
    cx: &Cx,
    item: &mut BillItem,
    before: Option<&BillItem>,
    body: &Body,
    services: &HashMap<i64, Service>,
) -> Result<(), Faults> {
    let mut faults = Faults::new();
    let chosen = before.is_none_or(|before| before.service != item.service);
    match item
        .service
        .map(|service| (service, services.get(&service.get())))
    {
        Some((service, None)) => {
            let text = Text::new("unknown-reference").with("id", service.get());
            faults.say("service", text.with("kind", "service"));
        }
        Some((_, Some(service))) if chosen => {
            if !service.is_active {
                faults.say("service", Text::new("billing-service-inactive"));
            }
            // The price as it is now; a later price does not change the line.
            if body.0.get("amount").is_none_or(Json::is_null) {
                item.amount = service.price;
            }
            if item.description.open().is_empty() {
                item.description = Sealed::new(Blank::cut(&service.name));
            }
        }
        _ => {}
    }
    let line = Line {
        unit_price: item.amount,
        quantity: item.quantity,
        discount: item.discount,
        reasoned: !item.discount_reason.open().is_empty(),
        minor_unit: minor_unit::of(cx),
    };
    match line.total() {
        Ok(total) => item.line_total = total,
        Err(fault) => {
            let (field, key) = match fault {
                LineFault::NegativePrice => ("amount", "billing-negative"),
                LineFault::NoQuantity => ("quantity", "billing-quantity"),
                LineFault::NegativeDiscount => ("discount", "billing-negative"),
                LineFault::DiscountAbovePrice => ("discount", "billing-discount-too-large"),
                LineFault::DiscountWithoutReason => ("discount_reason", "billing-discount-reason"),
                LineFault::TooLarge => ("amount", "billing-too-large"),
                LineFault::FinerThanMinorUnit => {
                    faults.say("amount", minor_unit::text(cx));
                    return Err(faults);
                }
            };
            faults.say(field, Text::new(key));
        }
    }
    faults.into_result()
}

/// What lines come to.
pub(crate) fn total(items: &[BillItem]) -> Result<Money, Error> {
    Money::sum(items.iter().map(|item| item.line_total))
        .and_then(Money::within_limit)
        .map_err(|_| Error::field("items", Text::new("billing-too-large")))
}

/// What a change of a bill makes of its lines.
#[derive(Default)]
pub(crate) struct ReplacedItems {
    /// Lines that are not among those sent.
    pub(crate) gone: Vec<BillItem>,
    /// Lines that were not there.
    pub(crate) new: Vec<BillItem>,
    /// What all lines come to after it; none when it leaves them as they are.
    pub(crate) total: Option<Money>,
    /// There are lines after it.
    pub(crate) some_left: bool,
}

/// What is to become of a bill's lines when a change brings `items`: those sent take the place of those that there are,
/// while the bill is a draft. A client that sends back what it read changes nothing.
///
/// # Errors
/// 409 when the bill is a draft no more, or when a line is left out that the program charged or credited: such a line is
/// changed or removed by itself, so that nothing that was done for a patient is left off by an old copy of their bill.
pub(crate) async fn replaced_items(
    cx: &mut Cx,
    before: &Bill,
    body: &Body,
) -> Result<ReplacedItems, Error> {
    if body.0.get("items").is_none_or(Json::is_null) {
        return Ok(ReplacedItems::default());
    }
    let mut query = select::<BillItem>();
    query
        .and_where(BillItem::bill.eq(before.meta.id))
        .and_where(column(BillItem::TABLE, "voided_at").is_null())
        .order_by(BillItem::id, Order::Asc);
    let stored: Vec<BillItem> = cx
        .unscoped("the lines of a bill that the caller writes")
        .records(query)
        .await?;
    let sent = of_body(cx, body, &stored).await?.unwrap_or_default();
    let (mut gone, mut new) = (stored.clone(), Vec::new());
    for line in sent {
        match gone.iter().position(|known| same(known, &line)) {
            Some(at) => drop(gone.swap_remove(at)),
            None => new.push(line),
        }
    }
    if gone.is_empty() && new.is_empty() {
        return Ok(ReplacedItems::default());
    }
    let charged = |line: &BillItem| line.source_type.is_some() || line.credit_of.is_some();
    let why = if before.status != BillStatus::Draft {
        Some("billing-lines-settled")
    } else if gone.iter().any(charged) {
        Some("billing-line-charged")
    } else {
        None
    };
    if let Some(why) = why {
        let refusal = Error::refuse(Code::StateConflict, Text::new(why));
        return Err(refusal.with("status", before.status.as_str()));
    }
    let kept = stored
        .iter()
        .filter(|line| !gone.iter().any(|lost| lost.meta.id == line.meta.id));
    let after: Vec<BillItem> = kept.chain(&new).cloned().collect();
    Ok(ReplacedItems {
        total: Some(total(&after)?),
        some_left: !after.is_empty(),
        gone,
        new,
    })
}

/// Whether a line says what a stored one says.
fn same(stored: &BillItem, sent: &BillItem) -> bool {
    let told = |line: &BillItem| {
        let texts = [&line.description, &line.discount_reason].map(|text| text.open().to_string());
        (
            line.service,
            texts,
            line.amount,
            line.quantity,
            line.discount,
        )
    };
    told(stored) == told(sent)
}

/// The names of services, with one statement.
pub(crate) async fn service_names(
    cx: &mut Cx,
    mut ids: Vec<i64>,
) -> Result<HashMap<i64, String>, Error> {
    ids.sort_unstable();
    ids.dedup();
    let found = services(cx, ids).await?;
    let names = found.into_iter().map(|(id, service)| (id, service.name));
    Ok(names.collect())
}

/// Whether a bill has lines that the program charged.
pub(crate) async fn any_charged(cx: &mut Cx, bill: i64) -> Result<bool, Error> {
    let found: Option<(i64,)> = cx
        .unscoped("the lines of a bill that the caller writes")
        .optional(Statement::raw(
            "SELECT id FROM bill_item WHERE bill = $1 AND source_type IS NOT NULL AND voided_at IS NULL LIMIT 1",
            values([&bill]),
        ))
        .await?;
    Ok(found.is_some())
}

/// Voids the lines of a bill that is deleted: they are on record with it.
pub(crate) async fn remove_all(cx: &mut Cx, bill: i64) -> Result<(), Error> {
    let statement = Statement::raw(
        "UPDATE bill_item SET voided_at = $1, voided_by = $2 WHERE bill = $3 AND voided_at IS NULL",
        values([&cx.now(), &cx.actor.user_id(), &bill]),
    );
    cx.unscoped("the lines of a bill that the caller deletes")
        .part_of::<Bill>()
        .execute(statement)
        .await?;
    Ok(())
}
