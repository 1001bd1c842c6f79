//! Create, retrieve, update and delete, the same for every resource.

use http::{Method, StatusCode};
use kernel::{Code, Reach};
use sea_query::{Alias, CaseStatement, Expr, ExprTrait, Query, UnionType};
use serde_json::{Value as Json, json};

use super::view::Visible;
use super::{Change, Resource, View, alike, besides};
use db::Statement;
use engine::access::{Grant, Permission, Scope};
use engine::call::{Call, Reply};
use engine::cx::{Cx, column};
use engine::resource::spoken;
use records::column::named;
use records::error::Error;
use records::fault::Faults;
use records::field::Field;
use records::record::{Body, Part, Record};
use texts::Text;

/// Answers one record with its `ETag`, and notes that it was seen.
///
/// # Errors
/// When its further keys cannot be worked out.
pub async fn show_one<R: Resource>(cx: &mut Cx, row: &R) -> Result<Reply, Error> {
    let extra = R::extras(cx, std::slice::from_ref(row))
        .await?
        .pop()
        .unwrap_or_default();
    reply(cx, StatusCode::OK, row, &extra)
}

fn reply<R: Resource>(
    cx: &mut Cx,
    status: StatusCode,
    row: &R,
    extra: &R::Extra,
) -> Result<Reply, Error> {
    if R::PATIENT_DATA {
        cx.saw_record(row);
    }
    let shown = Visible::to::<R>(cx, &cx.grant());
    let mut reply = Reply::json(status, &View::new(row, extra, &shown))?;
    reply.header("etag", &format!("\"{}\"", row.meta().version));
    Ok(reply)
}

pub(super) async fn retrieve<R: Resource>(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: R = cx.load(call.id()?).await?;
    show_one(cx, &row).await
}

pub(super) async fn create<R: Resource>(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let body = call.body_for(&names::<R>())?;
    if let Some(bodies) = R::several(cx, &body).await? {
        return create_all::<R>(cx, bodies).await;
    }
    create_from::<R>(cx, call, body).await
}

/// Creates a record from a body that did not come as JSON, such as an upload's form, and answers it as any
/// create does.
///
/// # Errors
/// What the resource's rules and the database's constraints refuse.
pub async fn create_from<R: Resource>(
    cx: &mut Cx,
    call: &Call,
    body: Body,
) -> Result<Reply, Error> {
    let row: R = create_one(cx, body).await?;
    let extra = R::extra_created(cx, &row, call).await?;
    let mut reply = reply(cx, StatusCode::CREATED, &row, &extra)?;
    reply.header(
        "location",
        &format!("{}{}/{}/", call.head.root(), R::PATH, row.meta().id),
    );
    Ok(reply)
}

/// Stores a record that a module makes by itself, such as what an offer that was accepted comes to, by the resource's
/// rules. Whether the caller may refer to what it names is the module's to know. `said` is what was chosen, as a body
/// would say it.
///
/// # Errors
/// What the resource's rules and the database's constraints refuse.
pub async fn store_new<R: Resource>(cx: &mut Cx, row: &mut R, said: &Body) -> Result<(), Error> {
    let mut change = Change {
        row,
        before: None,
        body: said,
    };
    R::prepare(cx, &mut change).await?;
    cx.insert(change.row).await?;
    R::stored(cx, &change).await
}

async fn create_one<R: Resource>(cx: &mut Cx, mut body: Body) -> Result<R, Error> {
    besides::check::<R>(&body)?;
    R::fill_in(cx, &mut body)?;
    R::fold(cx, &mut body).await?;
    alike::tidy::<R>(&mut body);
    let mut faults = Faults::new();
    let uid = if R::CLIENT_UID {
        faults.note("uid", body.0.get("uid").map_or(Ok(None), Field::parse))
    } else {
        None
    };
    let mut row: R = match R::create(&body) {
        Ok(row) => row,
        Err(more) => return Err(faults.and(more).into()),
    };
    faults.into_result()?;
    if let Some(Some(uid)) = uid {
        row.meta_mut().uid = uid;
    }
    references::<R>(cx, &row, None).await?;
    let mut change = Change {
        row: &mut row,
        before: None,
        body: &body,
    };
    R::prepare(cx, &mut change).await?;
    alike::check(cx, change.row, None).await?;
    cx.insert(change.row).await?;
    R::stored(cx, &change).await?;
    cx.load(row.meta().id).await.map_err(out_of_reach)
}

/// Several records of one request, in one transaction; answered as an array.
async fn create_all<R: Resource>(cx: &mut Cx, bodies: Vec<Body>) -> Result<Reply, Error> {
    let mut rows: Vec<R> = Vec::with_capacity(bodies.len());
    for body in bodies {
        rows.push(create_one(cx, body).await?);
    }
    let extras = R::extras(cx, &rows).await?;
    if R::PATIENT_DATA {
        for row in &rows {
            cx.saw_record(row);
        }
    }
    let shown = Visible::to::<R>(cx, &cx.grant());
    let views: Vec<View<'_, R>> = rows
        .iter()
        .zip(&extras)
        .map(|(row, extra)| View::new(row, extra, &shown))
        .collect();
    Reply::json(StatusCode::CREATED, &views)
}

pub(super) async fn update<R: Resource>(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: R = cx.hold(call.id()?).await?;
    let mut body = call.body_for(&names::<R>())?;
    besides::check::<R>(&body)?;
    R::fold(cx, &mut body).await?;
    alike::tidy::<R>(&mut body);
    if call.head.method == Method::PUT {
        R::written_back(&row, &mut body);
    }
    let row = change(cx, row, &body, call.if_match()?).await?;
    show_one(cx, &row).await
}

/// Refuses a change that is based on another version than the one that is stored.
pub(crate) fn check_version<R: Record>(row: &R, if_match: Option<i64>) -> Result<(), Error> {
    if if_match.is_some_and(|version| version != row.meta().version) {
        let text = Text::new("stale-version");
        return Err(Error::refuse(Code::StaleVersion, text));
    }
    Ok(())
}

/// Lays a body over a held row, validates the whole and stores it.
///
/// # Errors
/// 400 by field, 403 for fields that are not the caller's to change, 412 when `If-Match` is stale.
pub async fn change<R: Resource>(
    cx: &mut Cx,
    before: R,
    body: &Body,
    if_match: Option<i64>,
) -> Result<R, Error> {
    check_version(&before, if_match)?;
    let mut row = before.clone();
    row.overlay(body)?;
    if let Some(allowed) = R::writable(&cx.grant()) {
        let beyond: Vec<String> = row
            .changes(&before)
            .into_iter()
            .map(|(name, _)| name)
            .filter(|name| !named(allowed, name))
            .collect();
        if !beyond.is_empty() {
            return Err(Error::denied().with("fields", beyond));
        }
    }
    keeps_its_patient(&row, &before)?;
    references(cx, &row, Some(&before)).await?;
    store(cx, row, &before, body).await
}

/// What is recorded of a patient is not moved to another one.
fn keeps_its_patient<R: Resource>(row: &R, before: &R) -> Result<(), Error> {
    match R::PATIENT {
        Some(field) if !R::PATIENT_CHANGES && row.patient_id() != before.patient_id() => {
            Err(Error::field(field, Text::new("patient-stays")))
        }
        _ => Ok(()),
    }
}

/// Changes a held row as the program decides, through the same hooks as a client's change.
///
/// # Errors
/// What the resource's rules and the database's constraints refuse.
pub async fn change_by<R: Resource>(
    cx: &mut Cx,
    before: R,
    edit: impl FnOnce(&mut R),
) -> Result<R, Error> {
    let mut row = before.clone();
    edit(&mut row);
    store(cx, row, &before, &Body::default()).await
}

async fn store<R: Resource>(cx: &mut Cx, mut row: R, before: &R, body: &Body) -> Result<R, Error> {
    let mut change = Change {
        row: &mut row,
        before: Some(before),
        body,
    };
    R::prepare(cx, &mut change).await?;
    alike::check(cx, change.row, Some(before)).await?;
    cx.update(change.row, before).await?;
    R::stored(cx, &change).await?;
    cx.load(row.meta().id).await.map_err(out_of_reach)
}

pub(super) async fn delete<R: Resource>(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: R = cx.hold(call.id()?).await?;
    check_version(&row, call.if_match()?)?;
    R::removing(cx, &row).await?;
    dependents::<R>(cx, &row).await?;
    cx.remove(&row).await?;
    if R::PATIENT_DATA {
        cx.saw_record(&row);
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Whoever writes a row must still reach it afterwards: nobody moves one out of their own sight.
fn out_of_reach(error: Error) -> Error {
    if error.code() == Some(Code::NotFound) {
        Error::denied()
    } else {
        error
    }
}

fn names<R: Resource>() -> Vec<(&'static str, &'static str)> {
    let references = R::FIELDS
        .iter()
        .filter(|field| field.shape.reference.is_some())
        .map(|field| (field.name, ""));
    let aliases = R::ALIASES.iter().map(|(other, field)| (*other, field.name));
    aliases.chain(references).collect()
}

/// Every reference that the change sets must name a record that exists, and one of the same patient
/// where both belong to one. Staff may refer to what they may not read; whoever is confined to their
/// own records may refer only to those, and to what they may read anyway.
async fn references<R: Resource>(cx: &mut Cx, row: &R, before: Option<&R>) -> Result<(), Error> {
    let app = cx.app.clone();
    let grant = cx.grant();
    let patient = R::PATIENT.and_then(|name| row.field(name)?.as_i64());
    // A row below another takes its patient from there, once it is known that the other exists.
    let patient = patient.filter(|id| *id != 0);
    let mut union: Option<sea_query::SelectStatement> = None;
    let mut wanted = Vec::new();
    // What the program keeps is set later, and by itself.
    for field in R::FIELDS.iter().filter(|field| field.part == Part::Client) {
        let Some(table) = field.shape.reference else {
            continue;
        };
        let value = row.field(field.name);
        if before.is_some_and(|before| before.field(field.name) == value) {
            continue;
        }
        let Some(id) = value.as_ref().and_then(Json::as_i64) else {
            continue;
        };
        let info = app.registry.tables().find(|info| info.table == table);
        let mut exists = Query::select();
        exists
            .expr(Expr::cust(wanted.len().to_string()))
            .from(Alias::new(table))
            .and_where(Expr::col(Alias::new("id")).eq(id));
        match info.and_then(|info| info.patient) {
            Some(name) if patient.is_some() => exists.expr(column(table, name)),
            _ => exists.expr(Expr::cust("CAST(NULL AS bigint)")),
        };
        match info.and_then(|info| info.referred_while) {
            Some(name) => exists.expr(
                CaseStatement::new()
                    .case(column(table, name).eq(true), Expr::cust("1"))
                    .finally(Expr::cust("0")),
            ),
            None => exists.expr(Expr::cust("1")),
        };
        if info.is_some_and(|info| info.retained) {
            exists.and_where(Expr::col(Alias::new("voided_at")).is_null());
        }
        if !named(R::OPEN_REFERENCES, field.name)
            && let Some(info) = info
        {
            let read = cx.grant_of(Permission::new(info.path, "read"));
            let own = info.scope.filter(|_| grant.reach == Reach::Own);
            let scopes = [
                own.map(|scope| reachable(scope, grant, read)),
                info.referable.map(|referable| referable(&read)),
            ];
            for scope in scopes.into_iter().flatten() {
                within(&mut exists, scope);
            }
        }
        let kind = info.map_or_else(|| table.to_owned(), |info| spoken(info.name));
        wanted.push((field.name, kind, id));
        match &mut union {
            Some(union) => {
                union.union(UnionType::All, exists);
            }
            None => union = Some(exists),
        }
    }
    let Some(union) = union else { return Ok(()) };
    let statement = Statement::build(cx.dialect(), &union);
    let found: Vec<(i64, Option<i64>, i64)> = cx
        .unscoped("a reference is checked for existence only")
        .all(statement)
        .await?;
    let mut faults = Faults::new();
    for (at, (name, kind, id)) in wanted.iter().enumerate() {
        match found.iter().find(|(index, ..)| *index == at as i64) {
            None => faults.say(
                name,
                Text::new("unknown-reference")
                    .with("id", id)
                    .with("kind", kind),
            ),
            Some((_, _, 0)) => faults.say(
                name,
                Text::new("inactive-reference")
                    .with("id", id)
                    .with("kind", kind),
            ),
            Some((_, Some(whose), _)) if patient.is_some_and(|patient| patient != *whose) => {
                faults.say(name, Text::new("other-patient"));
            }
            Some(_) => {}
        }
    }
    Ok(faults.into_result()?)
}

/// The rows that a caller who is confined to their own records may refer to.
fn reachable(scope: fn(&Grant) -> Scope, opened: Grant, read: Grant) -> Scope {
    match read.reach {
        Reach::All => Scope::All,
        reach => scope(&Grant {
            reach: reach.max(opened.reach),
            ..opened
        }),
    }
}

/// Narrows a query to a scope.
fn within(query: &mut sea_query::SelectStatement, scope: Scope) {
    match scope {
        Scope::All => {}
        Scope::Nothing => {
            query.and_where(Expr::cust("1 = 0"));
        }
        Scope::Where(condition) => {
            query.cond_where(condition);
        }
    }
}

/// A record that others depend on is not removed; the answer names them.
async fn dependents<R: Resource>(cx: &mut Cx, row: &R) -> Result<(), Error> {
    let app = cx.app.clone();
    let mut union: Option<sea_query::SelectStatement> = None;
    let mut labels = Vec::new();
    for (info, field) in app
        .registry
        .references_to(R::TABLE)
        .filter(|(_, field)| !field.shape.sealed)
        .filter(|(info, field)| !info.follows.contains(&field.name))
    {
        let mut first = Query::select();
        first
            .expr(Expr::cust(labels.len().to_string()))
            .from(Alias::new(info.table))
            .and_where(column(info.table, field.name).eq(row.meta().id))
            .limit(1);
        // A voided row still refers to what it was about; it only stops holding on to a record that
        // is itself merely voided.
        if info.retained && R::RETAINED {
            first.and_where(column(info.table, "voided_at").is_null());
        }
        labels.push(if info.path.is_empty() {
            info.name
        } else {
            info.path
        });
        // A limit inside a union needs parentheses that SQLite does not take; a subquery is the same.
        let mut wrapped = Query::select();
        wrapped
            .expr(Expr::col(sea_query::Asterisk))
            .from_subquery(first, Alias::new("dependent"));
        match &mut union {
            Some(union) => {
                union.union(UnionType::All, wrapped);
            }
            None => union = Some(wrapped),
        }
    }
    let Some(union) = union else { return Ok(()) };
    let statement = Statement::build(cx.dialect(), &union);
    let found: Vec<(i64,)> = cx
        .unscoped("whatever depends on the record counts")
        .all(statement)
        .await?;
    let mut named: Vec<&str> = found
        .iter()
        .filter_map(|(at,)| labels.get(usize::try_from(*at).ok()?).copied())
        .collect();
    named.sort_unstable();
    named.dedup();
    if named.is_empty() {
        return Ok(());
    }
    let text = Text::new("in-use").with("what", named.join(", "));
    Err(Error::refuse(Code::InUse, text).with("dependents", json!(named)))
}
