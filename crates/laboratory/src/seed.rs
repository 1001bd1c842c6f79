//! Stores the starter catalogue in a database that has no tests yet. What a laboratory changes afterwards stays.

use std::collections::HashMap;

use platform::audit::{Action, AuditEntry};
use platform::cx::{Cx, select};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Blank, Line, List, Ref};
use platform::record::{self, Meta, Record};
use sea_query::{Alias, Expr, Query};
use serde_json::json;

use crate::catalogue::LabTest;
use crate::flag::Flag;
use crate::parameter::{LabParameter, ParameterKind};
use crate::range::LabReferenceRange;
use crate::starter;

const WHY: &str = "the starter catalogue is part of the program";

/// Rows in one statement.
const AT_ONCE: usize = 100;

/// See the [module](self).
///
/// # Errors
/// When the database fails.
pub(crate) async fn seed(cx: &mut Cx) -> Result<(), Error> {
    let any = Statement::raw("SELECT id FROM lab_test LIMIT 1", Vec::new());
    if cx.unscoped(WHY).optional::<(i64,)>(any).await?.is_some() {
        return Ok(());
    }
    store(cx, starter::tests().into_iter().map(test).collect()).await?;
    let tests: Vec<LabTest> = cx.unscoped(WHY).records(select::<LabTest>()).await?;
    let ids = tests
        .iter()
        .map(|test| (test.test_code.to_string(), test.meta.id))
        .collect();
    store(cx, parameters(&ids)).await?;
    store(cx, ranges()).await
}

fn meta(cx: &Cx, row: &mut Meta) {
    row.uid = uuid::Uuid::now_v7();
    row.created_at = cx.now();
    row.updated_at = cx.now();
}

/// Audited in one row.
async fn store<R: Record>(cx: &mut Cx, mut rows: Vec<R>) -> Result<(), Error> {
    let count = rows.len();
    for rows in rows.chunks_mut(AT_ONCE) {
        let mut insert = Query::insert();
        insert
            .into_table(Alias::new(R::TABLE))
            .columns(R::columns().iter().skip(1).map(|name| Alias::new(*name)));
        for row in rows {
            meta(cx, row.meta_mut());
            let values = record::values(row, &cx.app.ring())?;
            insert
                .values(values.into_iter().map(Expr::val))
                .map_err(Error::internal)?;
        }
        let statement = Statement::build(cx.dialect(), &insert);
        cx.unscoped(WHY).execute(statement).await?;
    }
    let entry = AuditEntry::new(Action::Create, R::NAME, None);
    cx.audit(
        entry
            .saying("starter catalogue")
            .detailed(json!({ "count": count })),
    );
    Ok(())
}

fn optional<const MAX: usize>(text: &str) -> Option<Line<MAX>> {
    (!text.is_empty()).then(|| Line::cut(text))
}

fn test(row: starter::StarterTest) -> LabTest {
    LabTest {
        meta: Meta::unstored(),
        test_code: Line::cut(&row.test_code),
        test_name: Line::cut(&row.test_name),
        specimen_type: Line::cut(&row.specimen_type),
        department: Line::cut(&row.department),
        container: Blank::cut(&row.container),
        loinc: optional(&row.loinc),
        critical_range_low: None,
        critical_range_high: None,
        turnaround_minutes: row.tat_routine_min,
        turnaround_stat_minutes: row.tat_stat_min,
        notes: Blank::cut(&row.note),
        is_active: true,
    }
}

fn parameters(tests: &HashMap<String, i64>) -> Vec<LabParameter> {
    let mut flags: HashMap<String, Vec<(String, Option<Flag>)>> = HashMap::new();
    for (parameter, choice, flag) in starter::choices() {
        flags.entry(parameter).or_default().push((choice, flag));
    }
    let rows = starter::parameters().into_iter().filter_map(|row| {
        let (plausible_low, plausible_high) = row.plausible();
        let flagged = |wanted: Flag| {
            let known = flags.get(&row.code).into_iter().flatten();
            let of_flag = known.filter(|(_, flag)| *flag == Some(wanted));
            List(of_flag.map(|(choice, _)| Line::cut(choice)).collect())
        };
        let choices = row.choices.split('|').filter(|choice| !choice.is_empty());
        Some(LabParameter {
            meta: Meta::unstored(),
            test: Ref::new(*tests.get(&row.test_code)?),
            code: Line::cut(&row.code),
            name: Line::cut(&row.name),
            sort: row.sort,
            kind: ParameterKind::from_text(&row.kind)?,
            units: Blank::cut(&row.unit),
            decimals: row.decimals,
            choices: List(choices.map(Line::cut).collect()),
            normal_choices: flagged(Flag::Normal),
            abnormal_choices: flagged(Flag::Abnormal),
            critical_choices: flagged(Flag::Critical),
            loinc: optional(&row.loinc),
            plausible_low,
            plausible_high,
            notes: Blank::cut(&row.note),
        })
    });
    rows.collect()
}

fn ranges() -> Vec<LabReferenceRange> {
    let rows = starter::ranges().into_iter().map(|row| {
        let [low, high, critical_low, critical_high] = row.limits();
        LabReferenceRange {
            meta: Meta::unstored(),
            test: None,
            parameter: Line::cut(&row.parameter),
            sex: row.sex(),
            age_from: Some(row.age_from_days),
            age_to: row.age_to_days(),
            pregnancy: row.pregnancy(),
            low,
            high,
            critical_low,
            critical_high,
            units: Blank::cut(&row.unit),
            source: Blank::cut(&row.source()),
        }
    });
    rows.collect()
}
