//! Merging two records of one person: who it is, then both side by side, then the merging. A mistyped number must not
//! merge a stranger, so nothing is asked of the operation before both were seen.

use std::collections::BTreeMap;

use maud::{Markup, html};
use platform::access::Permission;
use platform::cx::{Cx, column};
use platform::db::Statement;
use platform::error::Error;
use platform::field::Line;
use platform::record::Record;
use platform::texts::Text;
use sea_query::{Expr, ExprTrait, Func, Query, SelectStatement, UnionType};
use web::ui::{self, Tone};
use web::{Ask, Kind, Page};

use super::{born_of, head, sex};
use crate::duplicates;
use crate::patient::Patient;

/// What the button asks that shows both.
const COMPARE: &str = "compare";

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let id = ask.id()?;
    let head = head(cx, ask, id).await?;
    let form = ask
        .form("patients_merge")
        .on(id)
        .then("/patients/{merged_into}/")
        .done("done-merged");
    let other = other(cx, ask, id).await?;
    let reason = form
        .field("reason")
        .label("patients-merge-reason")
        .kind(Kind::Text);
    let body = match &other {
        None => html! {
            p { (ask.t("patients-merge-what")) }
            (form.show(html! {
                (form.field("duplicate").kind(Kind::Pick("patients".into())).label("patients-merge-other").required(true).focus())
                (reason)
                div.actions {
                    (form.button_look("patients-merge-compare", COMPARE))
                    (ui::action(&["/patients/", &id.to_string(), "/"].concat(), &ask.t("patients-merge-not")))
                }
            }))
        },
        Some(other) => {
            let here = &head.patient;
            let sides = sides(cx, ask, here, other).await?;
            let text = Text::new("patients-merge-sure")
                .with("given", named(other))
                .with("stays", named(here));
            let again = ask.path().to_owned();
            html! {
                (ui::notice(Tone::Warning, html! { p { (ask.say(&text)) } p { (ask.t("patients-merge-undo")) } }))
                (sides)
                (form.show(html! {
                    (form.hidden("duplicate", other.meta.id))
                    (form.hidden(CHOSEN, other.meta.id))
                    (reason)
                    div.actions {
                        button.bad { (ask.t("patients-merge-do")) }
                        (ui::action(&again, &ask.t("patients-merge-another")))
                    }
                }))
            }
        }
    };
    Ok(head.page(ask.t("patients-merge-title"), &body))
}

/// Carries whose record was shown beside the other.
const CHOSEN: &str = "_chosen";

/// The other record, once it was chosen and both are to be seen; also after the merging was refused.
async fn other(cx: &mut Cx, ask: &Ask, id: i64) -> Result<Option<Patient>, Error> {
    let sent = ask.sent();
    let compared =
        sent.filter(|sent| sent.looked_for() == Some(COMPARE) || sent.typed(CHOSEN).is_some());
    let typed = compared.and_then(|sent| sent.typed("duplicate"));
    let chosen = typed
        .or_else(|| ask.query("with"))
        .and_then(|text| text.parse().ok());
    let Some(chosen) = chosen.filter(|chosen| *chosen != id) else {
        return Ok(None);
    };
    let other: Patient = cx.find(chosen).await?;
    cx.saw_record(&other);
    Ok(Some(other))
}

fn named(patient: &Patient) -> String {
    [
        patient.full_name().as_str(),
        " (",
        &**patient.unique_id.open(),
        ")",
    ]
    .concat()
}

/// Both, line by line, with what speaks for and against their being one person.
async fn sides(cx: &mut Cx, ask: &Ask, here: &Patient, other: &Patient) -> Result<Markup, Error> {
    let both = [other, here];
    let heads = [
        String::new(),
        ask.t("patients-merge-given-up"),
        ask.t("patients-merge-stays"),
    ];
    let line = |key: &'static str, value: &dyn Fn(&Patient) -> Markup| {
        let mut row = vec![html! { (ask.t(key)) }];
        row.extend(both.map(value));
        row
    };
    let optional =
        |line: &Option<Line<64>>| line.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut rows = vec![
        line("patients-name", &|one| {
            html! {
                a href={ "/patients/" (one.meta.id) "/" } { (one.full_name()) }
            }
        }),
        line("patients-born", &|one| born_of(ask, one)),
        line("field-gender", &|one| html! { (sex(ask, one.gender)) }),
        line(
            "patients-number",
            &|one| html! { (&**one.unique_id.open()) },
        ),
        line(
            "patients-phone",
            &|one| html! { (&**one.contact_info.open()) },
        ),
        line("patients-address", &|one| html! { (&**one.address.open()) }),
        line(
            "patients-national-id",
            &|one| html! { (optional(one.national_id.open())) },
        ),
    ];
    // What is known of neither says nothing.
    rows.retain(|row| row.iter().skip(1).any(|cell| !cell.0.is_empty()));
    let counts = counts(cx, ask, [other.meta.id, here.meta.id]).await?;
    for (what, [given, stays]) in counts {
        let words = web::words::resource(ask, what);
        rows.push(vec![
            html! { (words) },
            html! { (given) },
            html! { (stays) },
        ]);
    }
    let (_, reasons) = duplicates::compare(cx, other, here);
    let reasons: Vec<String> = reasons
        .iter()
        .map(|reason| super::register::reason(ask, reason.code()))
        .collect();
    let compared = match reasons.is_empty() {
        true => ask.t("patients-merge-nothing-alike"),
        false => ask.say(&Text::new("patients-merge-compared").with("reasons", reasons.join(", "))),
    };
    Ok(html! { (ui::table(&heads, &rows)) p { (compared) } })
}

/// How much of each kind both have, of what the reader may read: one statement for all.
async fn counts(
    cx: &mut Cx,
    ask: &Ask,
    of: [i64; 2],
) -> Result<BTreeMap<&'static str, [i64; 2]>, Error> {
    let app = cx.app.clone();
    let mut labels = Vec::new();
    let mut whole: Option<SelectStatement> = None;
    for named in app.registry.patient_columns() {
        let info = app.registry.tables().find(|info| info.table == named.table);
        let Some(info) = info.filter(|info| !info.path.is_empty()) else {
            continue;
        };
        if !ask.may(Permission::new(info.path, "read")) || named.table == Patient::TABLE {
            continue;
        }
        let patient = || column(named.table, named.column);
        let mut query = Query::select();
        let at = ["CAST(", &labels.len().to_string(), " AS BIGINT)"].concat();
        query
            .expr(Expr::cust(at))
            .expr(patient())
            .expr(Func::count(patient()))
            .from(named.table)
            .and_where(patient().is_in(of))
            .add_group_by([patient()]);
        if info.retained {
            query.and_where(column(named.table, "voided_at").is_null());
        }
        match &mut whole {
            Some(whole) => {
                whole.union(UnionType::All, query);
            }
            None => whole = Some(query),
        }
        labels.push(info.path);
    }
    let mut counts: BTreeMap<&'static str, [i64; 2]> = BTreeMap::new();
    let Some(whole) = whole else {
        return Ok(counts);
    };
    let statement = Statement::build(cx.dialect(), &whole);
    let found: Vec<(i64, i64, i64)> = cx
        .unscoped("only how many, of two patients whom the caller reaches")
        .all(statement)
        .await?;
    for (at, patient, count) in found {
        let label = usize::try_from(at).ok().and_then(|at| labels.get(at));
        if let Some(label) = label {
            let both = counts.entry(label).or_default();
            both[usize::from(patient == of[1])] += count;
        }
    }
    Ok(counts)
}
