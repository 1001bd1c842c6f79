//! `POST bills/{id}/pay/`: all that somebody pays at once, in one or several ways, booked as a whole or not at all.

use http::StatusCode;
use kernel::{BuiltinRole, Money};
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::{Fault, Faults};
use platform::field::Field;
use platform::record::{Body, Record};
use platform::resource::{Change, Resource};
use platform::texts::Text;
use platform::verb::{Input, Verb};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::bill::Bill;
use crate::bill_view::{self, BillPayment};
use crate::payment::{self, Payment};
use crate::payment_method::PaymentMethod;

/// Ways in which one bill is paid at once.
const MOST: usize = 10;

/// What is paid, one row for each way.
pub struct PayInput {
    payments: Vec<Map<String, Json>>,
    /// What was said to be owed.
    balance_due: Option<Money>,
    /// Every row says how it is paid.
    methods_said: bool,
}

impl Input for PayInput {
    fn parse(body: &Body) -> Result<Self, Faults> {
        let rows = body.0.get("payments").and_then(Json::as_array);
        let rows = rows.filter(|rows| !rows.is_empty() && rows.len() <= MOST);
        let rows = rows.and_then(|rows| rows.iter().map(|row| row.as_object().cloned()).collect());
        let balance_due = match body.0.get("balance_due") {
            None | Some(Json::Null) => None,
            Some(owed) => Some(Money::parse(owed).map_err(|why| {
                let mut faults = Faults::new();
                faults.put("balance_due", why);
                faults
            })?),
        };
        match rows {
            Some(payments) => Ok(PayInput {
                payments,
                balance_due,
                methods_said: body.0.get("methods_said") == Some(&Json::Bool(true)),
            }),
            None => Err(Faults::one(
                "payments",
                Text::new("billing-pay-rows").with("max", MOST),
            )),
        }
    }

    fn schema() -> Option<Json> {
        let field = |mut schema: Json, what: &str| {
            schema["description"] = what.into();
            schema
        };
        let row = json!({
            "type": "object",
            "properties": {
                "amount": field(Money::schema(), "Amount in the hospital's currency; more than 0."),
                "method": field(PaymentMethod::schema(), "How it is paid; in cash when it is left out."),
                "reference": { "type": "string", "maxLength": 255, "description": "The reference of the transfer, such as a mobile money transaction." },
                "tendered": field(<Option<Money>>::schema(), "What was handed over in cash, where change is to be given: the amount or more."),
            },
            "required": ["amount"],
        });
        Some(json!({
            "type": "object",
            "properties": {
                "payments": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MOST,
                    "description": "What is paid, one row for each way.",
                    "items": row,
                },
                "balance_due": field(<Option<Money>>::schema(), "What the payer was told is owed: when something else is owed by now, nothing is booked (409 `conflict`). Not compared when it is left out."),
                "methods_said": { "type": "boolean", "default": false, "description": "True from whoever offers a choice of methods: a row that names none is refused, and not taken to be in cash." },
            },
            "required": ["payments"],
        }))
    }
}

/// What was booked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Paid {
    /// The bill that was paid.
    pub bill: i64,
    /// The `id` of the first payment.
    pub first: i64,
    /// What is to be given back in cash: what was handed over less the amounts that it was for.
    pub change_due: Money,
    /// What the patient still owes on the bill.
    pub balance_due: Money,
    /// A warning for the cashier: cash that no drawer's count includes. Null otherwise.
    pub notice: Option<String>,
    /// The payments in the order of the rows, each with a receipt of its own.
    pub payments: Vec<BillPayment>,
}

/// Takes payments on a bill.
pub struct Pay;

impl Verb for Pay {
    type On = Bill;
    type Input = PayInput;
    type Answer = Paid;
    const NAME: &'static str = "pay";
    const SUMMARY: &'static str = "Take what is paid on a bill, in one or several ways";
    const DESCRIPTION: &'static str = "Each row becomes a payment with a receipt of its own; all are booked or none. More than is owed is refused (409 `overpayment`), and the payment before is named; so is what was paid twice by somebody who sent the `balance_due` that they were told (409 `conflict`).";
    const STATUS: StatusCode = StatusCode::CREATED;

    fn access() -> Access {
        use BuiltinRole::{Admin, Cashier};
        Access::may(&[Admin, Cashier])
    }

    fn offered(row: &Bill) -> bool {
        row.is_opened()
    }

    fn not_offered(row: &Bill) -> Error {
        row.refused()
    }

    async fn run(cx: &mut Cx, held: Bill, input: PayInput) -> Result<Paid, Error> {
        let rows = rows(cx, &held, &input)?;
        if input
            .balance_due
            .is_some_and(|told| told != held.balance_due)
        {
            return Err(payment::owed_otherwise(cx, &held).await?);
        }
        // Judged as a whole, so that the payment which is named in a refusal is one that was booked.
        let mut sums = held.sums();
        for row in &rows {
            if let Err(why) = payment::enter(&mut sums, row) {
                return Err(payment::too_much(cx, &held, why).await?);
            }
        }
        let mut payments = Vec::with_capacity(rows.len());
        let mut change = Money::ZERO;
        let mut notice = None;
        let nothing = Body::default();
        for mut row in rows {
            let mut new = Change {
                row: &mut row,
                before: None,
                body: &nothing,
            };
            Payment::prepare(cx, &mut new).await?;
            cx.insert(new.row).await?;
            Payment::stored(cx, &new).await?;
            if let Some(tendered) = row.tendered {
                let more = tendered.checked_sub(row.amount);
                change = more
                    .and_then(|more| change.checked_add(more))
                    .map_err(Error::internal)?;
            }
            notice = notice.or_else(|| row.outside_drawers(cx));
            payments.push(bill_view::payment(&row));
        }
        Ok(Paid {
            bill: held.meta.id,
            first: payments.first().map_or(0, |payment| payment.id),
            change_due: change,
            balance_due: sums.balance_due(),
            notice,
            payments,
        })
    }
}

/// The rows as payments, not yet stored; each fault under its row.
fn rows(cx: &Cx, bill: &Bill, input: &PayInput) -> Result<Vec<Payment>, Error> {
    let parse = |row: &Map<String, Json>| {
        let mut row = Body(row.clone());
        row.check_path("bill", bill.meta.id)?;
        let aliases = Payment::ALIASES
            .iter()
            .map(|(other, field)| (*other, field.name));
        row.fold(&aliases.collect::<Vec<_>>())?;
        let method = row.0.get("method");
        let unsaid = input.methods_said && method.is_none_or(Json::is_null);
        row.0.insert("bill".to_owned(), bill.meta.id.into());
        let payment = <Payment as Record>::create(&row)?;
        if !payment.amount.is_positive() {
            return Err(Faults::one("amount", Text::new("billing-not-positive")));
        }
        if unsaid {
            return Err(Faults::one("method", Text::new("required")));
        }
        payment::check_tendered(&payment)?;
        payment::check_method(bill, &payment)?;
        payment::check_minor_unit(cx, bill, &payment)?;
        Ok(payment)
    };
    let parsed: Vec<Result<Payment, Faults>> = input.payments.iter().map(parse).collect();
    if parsed.iter().all(Result::is_ok) {
        return Ok(parsed.into_iter().flatten().collect());
    }
    let faults = parsed.into_iter().map(Result::err).collect();
    let mut whole = Faults::new();
    whole.put("payments", Fault::Items(faults));
    Err(whole.into())
}
