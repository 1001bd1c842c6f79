//! `PUT lab_orders/{id}/add_results/`: the results of an order, all of them or none.

use http::Method;
use kernel::BuiltinRole::{Admin, Doctor, LabTechnician};
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::{Fault, Faults};
use platform::record::{Body, Part, Record, tidy};
use platform::texts::Text;
use platform::verb::{Input, Verb};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::critical;
use crate::entering::Entering;
use crate::order::{LabOrder, not_from};
use crate::result::{LabResultValue, follow};
use crate::state::LabOrderStatus;
use crate::view::{self, ResultView};

/// Values in one request.
const MOST: usize = 500;
/// What is said of numbers here besides what they are.
const SIGNED: &str = " As text it may begin with the sign of `comparator`, such as `<20`.";

/// The values, each read like a record of its own.
pub struct AddResultsInput {
    results: Vec<Entry>,
}

struct Entry {
    row: LabResultValue,
    flag_sent: bool,
}

impl Input for AddResultsInput {
    fn parse(body: &Body) -> Result<Self, Faults> {
        let results = body.0.get("results").and_then(Json::as_array);
        let Some(results) = results.filter(|list| (1..=MOST).contains(&list.len())) else {
            let text = Text::new("laboratory-results").with("max", MOST);
            return Err(Faults::one("results", text));
        };
        let parsed: Vec<Result<Entry, Faults>> = results.iter().map(entry).collect();
        if parsed.iter().any(Result::is_err) {
            let faults = parsed.into_iter().map(Result::err).collect();
            return Err(at_items(faults));
        }
        Ok(AddResultsInput {
            results: parsed.into_iter().flatten().collect(),
        })
    }

    fn schema() -> Option<Json> {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in LabResultValue::FIELDS
            .iter()
            .filter(|field| field.part == Part::Client)
        {
            let mut schema = (field.schema)();
            let doc = tidy(field.doc);
            schema["description"] = match field.name {
                "value_numeric" => [&doc, SIGNED].concat(),
                _ => doc,
            }
            .into();
            properties.insert(field.name.to_owned(), schema);
            if (field.required)() {
                required.push(field.name);
            }
        }
        Some(json!({
            "type": "object",
            "properties": { "results": {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST,
                "description": "Values to be entered, all of them or none.",
                "items": { "type": "object", "properties": properties, "required": required },
            } },
            "required": ["results"],
        }))
    }
}

fn entry(json: &Json) -> Result<Entry, Faults> {
    let mut object = json.as_object().cloned().unwrap_or_default();
    split_sign(&mut object);
    let mut body = Body(object);
    body.fold(&[("lab_order_item", "")])?;
    Ok(Entry {
        row: LabResultValue::create(&body)?,
        flag_sent: body.0.contains_key("abnormal_flag"),
    })
}

/// `<20`, as analysers print it, is the sign and the number.
fn split_sign(object: &mut Map<String, Json>) {
    let named = object.get("comparator").is_some_and(|sign| !sign.is_null());
    let Some(text) = object.get("value_numeric").and_then(Json::as_str) else {
        return;
    };
    let text = text.trim();
    let Some(sign) = text.get(..1).filter(|sign| ["<", ">"].contains(sign)) else {
        return;
    };
    if named {
        return;
    }
    let (sign, number) = (sign.to_owned(), text[1..].trim().to_owned());
    object.insert("comparator".to_owned(), sign.into());
    object.insert("value_numeric".to_owned(), number.into());
}

fn at_items(faults: Vec<Option<Faults>>) -> Faults {
    let mut all = Faults::new();
    all.put("results", Fault::Items(faults));
    all
}

/// What entering results answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AddedResults {
    /// The values that were stored.
    created: Vec<ResultView>,
}

/// Enters results.
pub struct AddResults;

impl Verb for AddResults {
    type On = LabOrder;
    type Input = AddResultsInput;
    type Answer = AddedResults;
    const NAME: &'static str = "add_results";
    const SUMMARY: &'static str = "Enter results of the order";
    const DESCRIPTION: &'static str = "Values are converted to the catalogue's units, get their reference range by sex, \
        age and pregnancy, and are flagged. A value that is there already is corrected at `lab_result_values/{id}/`. \
        When every test of the order has a result, the order is `Completed`.";
    const METHOD: Method = Method::PUT;

    fn access() -> Access {
        Access::may(&[Admin, Doctor, LabTechnician])
    }

    fn offered(row: &LabOrder) -> bool {
        row.status != LabOrderStatus::Cancelled
    }

    fn not_offered(row: &LabOrder) -> Error {
        not_from(row.status)
    }

    async fn run(
        cx: &mut Cx,
        held: LabOrder,
        input: AddResultsInput,
    ) -> Result<AddedResults, Error> {
        let mut entering = Entering::open(cx, &held).await?;
        let mut rows = judged(cx, &entering, input)?;
        for row in &mut rows {
            entering.free(row)?;
            cx.insert(row).await?;
            entering.took(row);
        }
        for row in &rows {
            critical::raise(cx, &held, row, None).await?;
        }
        follow(cx, held).await?;
        let created = view::of_values(cx, &rows).await?;
        Ok(AddedResults { created })
    }
}

/// Every value checked and flagged; each complaint stands at its value.
fn judged(
    cx: &Cx,
    entering: &Entering,
    input: AddResultsInput,
) -> Result<Vec<LabResultValue>, Faults> {
    let mut faults = Vec::with_capacity(input.results.len());
    let mut rows = Vec::with_capacity(input.results.len());
    for mut entry in input.results {
        let fault = entering.judge(cx, &mut entry.row, entry.flag_sent).err();
        faults.push(fault);
        rows.push(entry.row);
    }
    if faults.iter().any(Option::is_some) {
        return Err(at_items(faults));
    }
    Ok(rows)
}
