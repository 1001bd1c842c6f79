//! Charges arrive as events of other modules.

use contracts::{
    DispenseReversed, Dispensed, EncounterSigned, LabOrderCancelled, LabOrdered, PatientDischarged,
};
use kernel::Money;
use platform::cx::{Cx, among, column, values};
use platform::db::Statement;
use platform::error::Error;
use platform::module::Module;
use sea_query::{ExprTrait, Query};

use crate::bill_item::SourceKind;
use crate::gather::{self, Charge};
use crate::minor_unit;

/// The service that is charged when an encounter is signed.
const CONSULTATION: &str = "CONSULTATION";
/// The service that is charged for each bed day.
const BED_DAY: &str = "BED-DAY";
/// What they are called while they have no price.
const BED_DAYS: &str = "Bed days";
/// What a test is called that is in no catalogue any more.
const LABORATORY: &str = "Laboratory";
/// The kind under which it is noted that a whole laboratory order was cancelled.
const LAB_ORDER: &str = "lab_order";

/// Adds the subscribers to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .on::<EncounterSigned>("billing", |cx, event| Box::pin(signed(cx, event)))
        .on::<LabOrdered>("billing", |cx, event| Box::pin(ordered(cx, event)))
        .on::<LabOrderCancelled>("billing", |cx, event| Box::pin(cancelled(cx, event)))
        .on::<Dispensed>("billing", |cx, event| Box::pin(dispensed(cx, event)))
        .on::<DispenseReversed>("billing", |cx, event| Box::pin(reversed(cx, event)))
        .on::<PatientDischarged>("billing", |cx, event| Box::pin(discharged(cx, event)))
}

/// A service of the catalogue that is charged by its code.
struct Coded {
    id: i64,
    name: String,
    code: String,
    price: Money,
}

/// The active services with these codes.
async fn coded(cx: &mut Cx, codes: &[String]) -> Result<Vec<Coded>, Error> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Query::select();
    query
        .from("service_catalog")
        .columns(["id", "name", "code", "price"])
        .and_where(column("service_catalog", "is_active").eq(true))
        .and_where(column("service_catalog", "code").is_in(codes.iter().map(String::as_str)));
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, String, String, i64)> = cx
        .unscoped("the catalogue of services that the program charges by")
        .all(statement)
        .await?;
    let coded = |(id, name, code, price)| {
        let price = Money::from_minor(price).map_err(Error::internal)?;
        Ok(Coded {
            id,
            name,
            code,
            price,
        })
    };
    rows.into_iter().map(coded).collect()
}

async fn signed(cx: &mut Cx, event: EncounterSigned) -> Result<(), Error> {
    let patient = gather::turn(cx, event.patient).await?;
    let fee = coded(cx, &[CONSULTATION.to_owned()]).await?.pop();
    let Some(fee) = fee else { return Ok(()) };
    let charge = Charge {
        kind: SourceKind::Encounter,
        source: event.encounter,
        parent: None,
        patient,
        encounter: Some(event.encounter),
        service: Some(fee.id),
        description: fee.name,
        unit_price: Some(fee.price),
        quantity: 1,
    };
    gather::charge(cx, vec![charge]).await
}

async fn ordered(cx: &mut Cx, event: LabOrdered) -> Result<(), Error> {
    let patient = gather::turn(cx, event.patient).await?;
    if gather::is_cancelled(cx, LAB_ORDER, event.lab_order).await? {
        return Ok(());
    }
    let tests: Vec<i64> = event.items.iter().map(|item| item.lab_test).collect();
    let known = lab_tests(cx, &tests).await?;
    let wanted: Vec<String> = known.iter().map(|(_, code, _)| code.clone()).collect();
    let services = coded(cx, &wanted).await?;
    let charges = event.items.iter().map(|item| {
        let test = known.iter().find(|(id, ..)| *id == item.lab_test);
        let code = test.map(|(_, code, _)| code);
        let service = services.iter().find(|service| Some(&service.code) == code);
        let name = test.map_or_else(|| LABORATORY.to_owned(), |(_, _, name)| name.clone());
        Charge {
            kind: SourceKind::LabOrderItem,
            source: item.lab_order_item,
            parent: Some(event.lab_order),
            patient,
            encounter: event.encounter,
            service: service.map(|service| service.id),
            description: service.map_or(name, |service| service.name.clone()),
            unit_price: service.map(|service| service.price),
            quantity: 1,
        }
    });
    let charges = charges.collect();
    gather::charge(cx, charges).await
}

/// Laboratory tests with their codes, by which the catalogue of services prices them, and their names.
async fn lab_tests(cx: &mut Cx, tests: &[i64]) -> Result<Vec<(i64, String, String)>, Error> {
    if tests.is_empty() || !has_table(cx, "lab_test") {
        return Ok(Vec::new());
    }
    let mut query = Query::select();
    query
        .from("lab_test")
        .columns(["id", "test_code", "test_name"])
        .and_where(among(cx.dialect(), column("lab_test", "id"), tests));
    let statement = Statement::build(cx.dialect(), &query);
    cx.unscoped("the catalogue of tests that the program charges by")
        .all(statement)
        .await
}

async fn cancelled(cx: &mut Cx, event: LabOrderCancelled) -> Result<(), Error> {
    gather::turn(cx, event.patient).await?;
    if !gather::cancel(cx, LAB_ORDER, event.lab_order).await? {
        return Ok(());
    }
    let kind = SourceKind::LabOrderItem;
    for item in gather::parts_of(cx, kind.as_str(), event.lab_order).await? {
        gather::take_back(cx, kind, item).await?;
    }
    Ok(())
}

async fn dispensed(cx: &mut Cx, event: Dispensed) -> Result<(), Error> {
    let patient = gather::turn(cx, event.patient).await?;
    let name = medication_name(cx, event.medication_item).await?;
    // What the whole quantity costs was worked out where it was dispensed.
    let amount = event.amount.rounded_to(minor_unit::of(cx));
    let (unit_price, quantity) = each(amount.map_err(Error::internal)?, event.quantity);
    let charge = Charge {
        kind: SourceKind::Dispense,
        source: event.dispensing_log,
        parent: None,
        patient,
        encounter: event.encounter,
        service: None,
        description: match quantity == event.quantity {
            true => name,
            false => format!("{name} × {}", event.quantity),
        },
        unit_price: Some(unit_price),
        quantity,
    };
    gather::charge(cx, vec![charge]).await
}

/// Units and what one of them costs, or one of the whole where that is no amount of cents.
fn each(amount: Money, quantity: i64) -> (Money, i64) {
    let whole = (amount, 1);
    if quantity < 1 || amount.minor() % quantity != 0 {
        return whole;
    }
    Money::from_minor(amount.minor() / quantity).map_or(whole, |unit| (unit, quantity))
}

/// What a medication is called on a bill.
async fn medication_name(cx: &mut Cx, item: i64) -> Result<String, Error> {
    let without = "Medication".to_owned();
    if !has_table(cx, "medication_item") {
        return Ok(without);
    }
    let found: Option<(String, String)> = cx
        .unscoped("what a medication is called is no secret")
        .optional(Statement::raw(
            "SELECT generic_name, strength FROM medication_item WHERE id = $1",
            values([&item]),
        ))
        .await?;
    let name = found.map(|(name, strength)| format!("{name} {strength}").trim().to_owned());
    Ok(name.unwrap_or(without))
}

async fn reversed(cx: &mut Cx, event: DispenseReversed) -> Result<(), Error> {
    gather::turn(cx, event.patient).await?;
    let kind = SourceKind::Dispense;
    if gather::cancel(cx, kind.as_str(), event.dispensing_log).await? {
        gather::take_back(cx, kind, event.dispensing_log).await?;
    }
    Ok(())
}

async fn discharged(cx: &mut Cx, event: PatientDischarged) -> Result<(), Error> {
    let patient = gather::turn(cx, event.patient).await?;
    let day = coded(cx, &[BED_DAY.to_owned()]).await?.pop();
    let charge = Charge {
        kind: SourceKind::Admission,
        source: event.admission,
        parent: None,
        patient,
        encounter: None,
        service: day.as_ref().map(|day| day.id),
        description: day
            .as_ref()
            .map_or_else(|| BED_DAYS.to_owned(), |day| day.name.clone()),
        unit_price: day.map(|day| day.price),
        quantity: Ord::max(event.bed_days, 1),
    };
    gather::charge(cx, vec![charge]).await
}

/// Whether a module keeps this table here; a hospital may run without it.
fn has_table(cx: &Cx, table: &str) -> bool {
    cx.app.registry.tables().any(|info| info.table == table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_priced_one_by_one_where_no_cent_is_lost() {
        for (amount, quantity, unit, units) in [
            (3000, 20, 150, 20),
            (3000, 1, 3000, 1),
            (0, 20, 0, 20),
            (1000, 3, 1000, 1),
            (1000, 0, 1000, 1),
        ] {
            let money = |minor| Money::from_minor(minor).unwrap();
            assert_eq!(each(money(amount), quantity), (money(unit), units));
        }
    }
}
