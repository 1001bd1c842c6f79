//! One record with all that the caller may see of it, and what can be done with it; deleting it.

use std::sync::Arc;

use http::Method;
use maud::{Markup, html};
use platform::access::Permission;
use platform::cx::{Cx, column};
use platform::db::Statement;
use platform::error::Error;
use platform::operation::Operation;
use sea_query::{Expr, ExprTrait, Func, Query, UnionType};
use serde_json::Value as Json;

use super::{About, TRAIL, name, on_record, shown, verbs};
use crate::ask::Ask;
use crate::page::Page;
use crate::{pick, ui, words};

/// Fields that every record has, shown last and small.
const STANDARD: [&str; 5] = ["id", "uid", "created_at", "updated_at", "version"];

/// A record as the API shows it.
pub(super) async fn record(ask: &Ask, about: &About<'_>) -> Result<Json, Error> {
    let id = ask.id()?.to_string();
    let answer = ask.get(&[about.info.path, "/", &id, "/"].concat()).await?;
    if answer.status.is_success() {
        Ok(answer.json)
    } else {
        Err(Error::not_found())
    }
}

/// What the record is called, and whose it is.
pub(super) async fn title(
    cx: &mut Cx,
    ask: &Ask,
    about: &About<'_>,
    record: &Json,
) -> Result<String, Error> {
    let id = ask.id()?;
    let labels = match about.info.labels {
        Some(labels) => labels(cx, vec![id]).await?,
        None => Vec::new(),
    };
    let mut title = labels.into_iter().next().map_or_else(
        || [about.info.name, " ", &id.to_string()].concat(),
        |(_, words)| words,
    );
    if let Some((info, patient)) = pick::whose(ask, about.info, record)
        && let Some(labels) = info.labels
        && let Some((_, whose)) = labels(cx, vec![patient]).await?.into_iter().next()
    {
        title = [&title, " · ", &whose].concat();
    }
    Ok(title)
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let about = About::of(ask)?;
    let id = ask.id()?;
    let record = record(ask, &about).await?;
    let title = title(cx, ask, &about, &record).await?;
    let body = html! {
        p { (ui::link(&about.at(""), &words::resource(ask, about.info.path))) }
        (actions(cx, ask, &about, id).await?)
        (ask.slot(cx, about.info.name, id).await?)
        (facts(cx, ask, &about, &record).await?)
        (related(ask, &about, id))
    };
    Ok(Page::new(title, body))
}

/// Of these operations on the record, those that the caller may ask for and that its state offers.
pub(super) async fn offered(
    cx: &mut Cx,
    ask: &Ask,
    about: &About<'_>,
    id: i64,
    all: impl Iterator<Item = &Arc<Operation>>,
) -> Result<Vec<Arc<Operation>>, Error> {
    let all: Vec<Arc<Operation>> = all.filter(|one| ask.may_do(&one.id)).cloned().collect();
    let Some(offers) = about.info.offers.filter(|_| !all.is_empty()) else {
        return Ok(all);
    };
    let offered = offers(cx, id, &all).await?;
    let both = all.into_iter().zip(offered);
    Ok(both
        .filter(|(_, offered)| *offered)
        .map(|(one, _)| one)
        .collect())
}

/// What stands in the place of a form that the record as it is does not offer: somebody came by a bookmark, or somebody
/// else was faster to press the button.
pub(super) async fn unoffered(
    cx: &mut Cx,
    ask: &Ask,
    about: &About<'_>,
    id: i64,
    operation: &Arc<Operation>,
) -> Result<Option<Markup>, Error> {
    let offered = offered(cx, ask, about, id, std::iter::once(operation)).await?;
    if !offered.is_empty() {
        return Ok(None);
    }
    let back = about.at(&[&id.to_string(), "/"].concat());
    Ok(Some(html! {
        (ui::notice(ui::Tone::Warning, html! { p { (ask.t("verb-not-offered")) } }))
        div.actions { (ui::action(&back, &ask.t("admin-back"))) }
    }))
}

async fn actions(cx: &mut Cx, ask: &Ask, about: &About<'_>, id: i64) -> Result<Markup, Error> {
    let registry = &ask.app().registry;
    let path = about.info.path;
    let own = [Method::PATCH, Method::DELETE];
    let own = own
        .iter()
        .filter_map(|method| super::find(registry, path, method, true));
    let all = own.chain(verbs(registry, path).filter(|verb| on_record(verb)));
    let offered = offered(cx, ask, about, id, all).await?;
    let of = |rest: &str| about.at(&[&id.to_string(), "/", rest].concat());
    let has = |method: Method| {
        offered
            .iter()
            .any(|one| one.method == method && is_own(one))
    };
    Ok(html! {
        div.actions {
            @if has(Method::PATCH) { (ui::primary(&of("change"), &ask.t("admin-change"), "e")) }
            @for verb in offered.iter().filter(|one| !is_own(one)) {
                (ui::action(&of(&["do/", name(verb)].concat()), &words::verb(ask, verb)))
            }
            @if ask.may(TRAIL) { (ui::action(&of("history"), &ask.t("admin-history"))) }
            @if has(Method::DELETE) {
                a.button.bad href=(of("delete")) { (ask.t("admin-delete")) }
            }
        }
    })
}

/// It is the record's own operation, and no verb.
fn is_own(operation: &Operation) -> bool {
    operation.path.ends_with("{id}/")
}

/// The fields in their groups, then whatever else the answer has.
async fn facts(cx: &mut Cx, ask: &Ask, about: &About<'_>, record: &Json) -> Result<Markup, Error> {
    let schema = about.schema();
    let keys: Vec<&str> = record
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    let names = shown::names(cx, ask, schema, &keys, std::slice::from_ref(record)).await?;
    let fields: Vec<&str> = keys
        .iter()
        .copied()
        .filter(|key| !STANDARD.contains(key) && !twin(&keys, key))
        .filter(|key| shown::property(schema, key).get("x-name-of").is_none())
        .filter(|key| !shown::repeats_a_name(schema, key, record, &names))
        .collect();
    let grouped = shown::grouped(schema, &fields).into_iter();
    let mut groups: Vec<(String, Vec<&str>)> = grouped
        .map(|(heading, fields)| (words::heading(ask, heading), fields))
        .collect();
    groups.push((
        ask.t("admin-standard"),
        STANDARD
            .iter()
            .copied()
            .filter(|name| keys.contains(name))
            .collect(),
    ));
    let rows = |fields: &[&str]| -> Vec<(String, Markup)> {
        fields
            .iter()
            .map(|name| {
                let json = record.get(*name).unwrap_or(&Json::Null);
                (
                    words::field(ask, name),
                    shown::value(ask, schema, name, json, &names),
                )
            })
            .collect()
    };
    Ok(html! {
        @for (heading, fields) in &groups {
            @if !fields.is_empty() {
                section.panel { @if !heading.is_empty() { h2 { (heading) } } (ui::facts(&rows(fields))) }
            }
        }
    })
}

/// The second name of a reference, `patient_id` beside `patient`.
fn twin(keys: &[&str], key: &str) -> bool {
    key.strip_suffix("_id")
        .is_some_and(|one| keys.contains(&one))
}

/// Where other records name this one, and a list of them can be asked for.
fn related(ask: &Ask, about: &About<'_>, id: i64) -> Markup {
    let links = references(ask, about, id);
    html! {
        @if !links.is_empty() {
            section.panel {
                h2 { (ask.t("admin-related")) }
                ul.links { @for one in &links { li { (ui::link(&one.list, &one.words)) } } }
            }
        }
    }
}

/// What names the record that is about to go, and how often: one statement for all of them.
async fn depending(cx: &mut Cx, ask: &Ask, about: &About<'_>, id: i64) -> Result<Markup, Error> {
    let all = references(ask, about, id);
    let each = all.iter().enumerate().map(|(at, one)| {
        let mut query = Query::select();
        query
            .expr(Expr::cust(
                ["CAST(", &at.to_string(), " AS BIGINT)"].concat(),
            ))
            .expr(Func::count(column(one.table, "id")))
            .from(one.table)
            .and_where(column(one.table, one.column).eq(id));
        if one.retained {
            query.and_where(column(one.table, "voided_at").is_null());
        }
        query
    });
    let whole = each.reduce(|mut whole, one| {
        whole.union(UnionType::All, one);
        whole
    });
    let counts: Vec<(i64, i64)> = match whole {
        None => Vec::new(),
        Some(query) => {
            let statement = Statement::build(cx.dialect(), &query);
            cx.unscoped("only how many; their lists are read in the caller's scope")
                .all(statement)
                .await?
        }
    };
    let found: Vec<(&Reference, i64)> = counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .filter_map(|(at, count)| Some((all.get(usize::try_from(at).ok()?)?, count)))
        .collect();
    Ok(html! {
        section.panel {
            h2 { (ask.t("admin-related")) }
            @if found.is_empty() { p.hint { (ask.t("admin-related-none")) } }
            ul.links { @for (one, count) in &found { li { (ui::link(&one.list, &one.words)) " " span.count { (count) } } } }
        }
    })
}

/// A column that names this record, and the list of those that do.
struct Reference {
    table: &'static str,
    column: &'static str,
    retained: bool,
    list: String,
    words: String,
}

/// Where others name this record, as far as the reader may look there.
fn references(ask: &Ask, about: &About<'_>, id: i64) -> Vec<Reference> {
    let registry = &ask.app().registry;
    registry
        .references_to(about.info.table)
        .filter(|(info, _)| !info.path.is_empty() && ask.may(Permission::new(info.path, "read")))
        .filter_map(|(info, field)| {
            let list = super::find(registry, info.path, &http::Method::GET, false)?;
            list.doc
                .query
                .iter()
                .any(|(name, _, _)| name == field.name)
                .then(|| {
                    let list =
                        ["/admin/", info.path, "/?", field.name, "=", &id.to_string()].concat();
                    let words = [
                        words::resource(ask, info.path),
                        words::field(ask, field.name),
                    ]
                    .join(" · ");
                    Reference {
                        table: info.table,
                        column: field.name,
                        retained: info.retained,
                        list,
                        words,
                    }
                })
        })
        .collect()
}

/// Asks once more before a record goes, and shows what may depend on it.
pub(super) async fn delete(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let about = About::of(ask)?;
    let id = ask.id()?;
    let record = record(ask, &about).await?;
    let title = title(cx, ask, &about, &record).await?;
    let operation = super::find(
        &ask.app().registry,
        about.info.path,
        &http::Method::DELETE,
        true,
    )
    .ok_or_else(Error::not_found)?;
    let mut form = ask
        .form(&operation.id)
        .on(id)
        .then(about.at(""))
        .done("done-deleted");
    let asked = platform::texts::Text::new("admin-delete-title").with("what", title);
    if form.sent().is_none()
        && let Some(notice) = unoffered(cx, ask, &about, id, operation).await?
    {
        return Ok(Page::new(ask.say(&asked), notice));
    }
    if let Some(version) = record.get("version").and_then(Json::as_i64) {
        form = form.version(version);
    }
    let kept = if about.info.retained {
        "admin-delete-kept"
    } else {
        "admin-delete-gone"
    };
    let body = html! {
        (ui::notice(ui::Tone::Warning, html! { p { (ask.t(kept)) } }))
        (form.show(html! { div.actions {
            button.bad { (ask.t("admin-delete")) }
            (ui::action(&about.at(&[&id.to_string(), "/"].concat()), &ask.t("admin-keep")))
        } }))
        (depending(cx, ask, &about, id).await?)
    };
    Ok(Page::new(ask.say(&asked), body))
}
