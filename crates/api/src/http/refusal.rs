//! How an error is answered: clear to people, stable for programs, silent about our insides.

use http::StatusCode;
use kernel::Code;
use serde_json::{Map, Value as Json, json};

use super::call::Reply;
use db::{Damage, DbError};
use engine::app::App;
use engine::outage;
use records::error::{Error, Refusal};
use records::fault::{Faults, NON_FIELD};
use texts::Text;

/// The answer to an error, in the language that the client reads.
pub fn refusal(app: &App, language: &str, request_id: &str, error: Error) -> Reply {
    match understood(app, error) {
        Ok(Error::Invalid(faults)) => json_reply(
            StatusCode::BAD_REQUEST,
            &faults.render(&app.texts, language),
        ),
        Ok(Error::Refused(refusal)) => refused(app, language, *refusal),
        Ok(other) | Err(other) => {
            let unavailable = matches!(
                &other,
                Error::Db(DbError::Unavailable(_) | DbError::Full(_) | DbError::Timeout)
            );
            if let Error::Db(DbError::Damaged(damage)) = &other {
                tracing::debug!(request_id, ?damage, "request failed");
                outage::damaged(damage);
                return damaged(app, language, request_id, damage);
            }
            // Bound values never appear in these texts; statements and constraint names may.
            if unavailable {
                tracing::debug!(request_id, error = ?other, "request failed");
                outage::log("a request failed", &other);
            } else {
                tracing::error!(request_id, error = ?other, "request failed");
            }
            let code = if unavailable {
                Code::Unavailable
            } else {
                Code::Internal
            };
            let key = match &other {
                Error::Db(DbError::Full(_)) => {
                    app.room.refused();
                    "no-room"
                }
                _ if unavailable => "unavailable",
                _ => "internal",
            };
            let detail = app.texts.render(language, &Text::new(key));
            let mut reply = json_reply(
                status(code),
                &json!({ "detail": detail, "code": code.as_str(), "request_id": request_id }),
            );
            if unavailable {
                reply.header("retry-after", "5");
            }
            reply
        }
    }
}

/// What is answered of a record that cannot be read: which one, and nothing of it.
fn damaged(app: &App, language: &str, request_id: &str, damage: &Damage) -> Reply {
    let code = Code::Damaged;
    let mut body = app.said_of(language, damage);
    body.insert("request_id".into(), request_id.into());
    json_reply(status(code), &body)
}

fn status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn json_reply(status: StatusCode, body: &impl serde::Serialize) -> Reply {
    Reply::json(status, body).unwrap_or_else(|_| Reply::empty(status))
}

fn refused(app: &App, language: &str, refusal: Refusal) -> Reply {
    let mut body = Map::new();
    body.insert(
        "detail".into(),
        Json::String(app.texts.render(language, &refusal.text)),
    );
    body.insert(
        "code".into(),
        Json::String(refusal.code.as_str().to_owned()),
    );
    body.extend(refusal.facts);
    let status = status(refusal.code);
    let mut reply = json_reply(status, &body);
    if status == StatusCode::UNAUTHORIZED {
        reply.header("www-authenticate", "Bearer");
    }
    if let Some(seconds) = refusal.retry_after {
        reply.header("retry-after", &seconds.to_string());
    }
    reply
}

/// Gives what a constraint refused the name that people know; `Err` for what is our own fault.
fn understood(app: &App, error: Error) -> Result<Error, Error> {
    match error {
        Error::Db(DbError::Unique { constraint }) => {
            let field = field_of(app, &constraint, "_key");
            Ok(Error::Invalid(Faults::one(
                field.as_deref().unwrap_or(NON_FIELD),
                Text::new("taken"),
            )))
        }
        Error::Db(DbError::Check { constraint }) => match field_of(app, &constraint, "_check") {
            Some(field) => Ok(Error::Invalid(Faults::one(&field, Text::new("conflict")))),
            None => Ok(Error::refuse(Code::Conflict, Text::new("conflict"))),
        },
        Error::Db(DbError::Exclusion { constraint }) => {
            match app.registry.exclusion(&constraint) {
                Some(known) => Ok(Error::refuse(known.code, Text::new(known.text))),
                None => Ok(Error::refuse(Code::Conflict, Text::new("conflict"))
                    .with("constraint", constraint)),
            }
        }
        Error::Db(DbError::ForeignKey { .. }) => Ok(Error::refuse(
            Code::InUse,
            Text::new("in-use").with("what", "other records"),
        )),
        // The work was tried again several times: others keep changing the same records.
        Error::Db(error) if error.is_retryable() => {
            Ok(Error::refuse(Code::Conflict, Text::new("conflict")).retry_after(1))
        }
        Error::Invalid(_) | Error::Refused(_) => Ok(error),
        other => Err(other),
    }
}

/// The field behind a constraint named `<table>_<field>…<suffix>`. A keyed hash stands for the sealed
/// field it is made of.
fn field_of(app: &App, constraint: &str, suffix: &str) -> Option<String> {
    let name = constraint.strip_suffix(suffix)?;
    let (info, rest) = app
        .registry
        .tables()
        .filter_map(|info| Some((info, name.strip_prefix(info.table)?.strip_prefix('_')?)))
        .max_by_key(|(info, _)| info.table.len())?;
    let rest = rest
        .strip_suffix("_hash")
        .or(rest.strip_suffix("_fold"))
        .unwrap_or(rest);
    // Every table has this one, which some clients choose.
    let names = info.fields.iter().map(|field| field.name).chain(["uid"]);
    names
        .filter(|name| rest == *name || rest.ends_with(&format!("_{name}")))
        .max_by_key(|name| name.len())
        .map(str::to_owned)
}
