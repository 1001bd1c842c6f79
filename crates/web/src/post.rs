//! What a page posts: from pairs of a form to a declared operation, and where it leads when it is done.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use http::{Method, StatusCode, header};
use kernel::Code;
use platform::error::Error;
use platform::operation::Operation;

use crate::api::{Answer, Question};
use crate::ask::Ask;
use crate::convert;
use crate::looked::{look, name_picked};
use crate::sent::{PRINTS, Sent, TELLS};
use crate::told;

/// How a post ended.
pub(crate) enum Ended {
    /// Done: the next page, the sentence it begins with, and the paper that comes of it.
    Done {
        address: String,
        said: Option<String>,
        paper: Option<String>,
    },
    /// Done, and the page says what was answered.
    Told { sent: Sent, said: Option<String> },
    /// Only kept, for later.
    Kept,
    /// The session ended meanwhile.
    SignedOut(Sent),
    /// To be shown again, with what was typed.
    Again(Sent),
}

/// Sends a form to its operation.
pub(crate) async fn post(
    ask: &Arc<Ask>,
    pairs: Vec<(String, String)>,
    upload: Option<Body>,
) -> Result<Ended, Error> {
    let mut sent = Sent::new(pairs);
    let operation = ask
        .operation(&sent.operation)
        .cloned()
        .ok_or_else(Error::not_found)?;
    let wanted = sent.typed("_look").or_else(|| sent.unlooked());
    if let Some(name) = wanted.map(str::to_owned) {
        look(ask, &operation, &mut sent, &name).await?;
        name_picked(ask, &operation, &mut sent).await?;
        return Ok(Ended::Again(sent));
    }
    let question = question(ask, &operation, &sent, upload)?;
    let answer = ask.put(question).await?;
    if answer.status.is_success() {
        crate::draft::forget(ask.app(), ask.actor.user_id(), sent.pairs()).await?;
        let own = sent.typed(&["_done.", &sent.operation].concat());
        let said = own.or_else(|| sent.typed("_done")).map(str::to_owned);
        let address = next(ask, &sent, &answer);
        let asked = sent.typed(TELLS).is_some();
        if asked && !told::news(ask, &operation, &answer.json, sent.param("id")).is_empty() {
            sent.tells(answer, address);
            return Ok(Ended::Told { sent, said });
        }
        let paper = sent.typed(PRINTS).filter(|paper| is_ours(paper));
        let paper = paper.map(|paper| filled(paper, &answer));
        return Ok(Ended::Done {
            address,
            said,
            paper,
        });
    }
    let status = answer.status;
    sent.refused(ask, &operation, answer);
    name_picked(ask, &operation, &mut sent).await?;
    // Also where what is asked is grave, and signing in is long ago.
    let again = sent.code() == Some(Code::ReauthenticationRequired.as_str());
    Ok(if again || status == StatusCode::UNAUTHORIZED {
        Ended::SignedOut(sent)
    } else {
        Ended::Again(sent)
    })
}

/// A form's pairs as the operation's request.
fn question(
    ask: &Ask,
    operation: &Arc<Operation>,
    sent: &Sent,
    upload: Option<Body>,
) -> Result<Question, Error> {
    let mut path = "/api/".to_owned();
    for part in operation.path.split('/').filter(|part| !part.is_empty()) {
        match part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        {
            Some(name) => path += named(sent, name)?,
            None => path += part,
        }
        path.push('/');
    }
    path += &asked(sent);
    let mut headers = Vec::new();
    if let Some(version) = sent.typed("_version").filter(|version| !version.is_empty()) {
        headers.push((header::IF_MATCH, ["\"", version, "\""].concat()));
    }
    if operation.method == Method::POST
        && let Some(key) = sent.typed("_key").filter(|key| !key.is_empty())
    {
        headers.push((
            header::HeaderName::from_static("idempotency-key"),
            key.to_owned(),
        ));
    }
    let body = match upload {
        Some(body) => {
            let kind = ask.head.header("content-type").unwrap_or_default();
            headers.push((header::CONTENT_TYPE, kind.to_owned()));
            body
        }
        None if operation.method == Method::DELETE => Body::empty(),
        None => {
            headers.push((header::CONTENT_TYPE, "application/json".to_owned()));
            Body::from(convert::body(ask, operation, sent.pairs()).to_string())
        }
    };
    Ok(Question {
        method: operation.method.clone(),
        path,
        headers,
        body,
    })
}

/// What a form says in the operation's query: fields named `_query.…`, of which the last of a name counts.
fn asked(sent: &Sent) -> String {
    let named = sent.pairs().iter().filter_map(|(name, value)| {
        let name = name.strip_prefix("_query.")?;
        Some((name, value.as_str()))
    });
    let last: BTreeMap<&str, &str> = named.collect();
    if last.is_empty() {
        return String::new();
    }
    let query = serde_urlencoded::to_string(last).unwrap_or_default();
    ["?", &query].concat()
}

/// A parameter of the operation's path, which names a record and nothing else.
fn named<'a>(sent: &'a Sent, name: &str) -> Result<&'a str, Error> {
    let value = sent.param(name).unwrap_or_default();
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if value.is_empty() || !value.bytes().all(plain) {
        return Err(Error::not_found());
    }
    Ok(value)
}

/// Where to go when it is done: an address of ours.
fn next(ask: &Ask, sent: &Sent, answer: &Answer) -> String {
    match sent.typed("_then").filter(|then| is_ours(then)) {
        Some(then) => filled(then, answer),
        None => ask.here(&[]),
    }
}

fn is_ours(address: &str) -> bool {
    crate::ui::safe(address) == address
}

/// An address with keys of the answer in it, such as `{id}` or `{logs.0.id}`.
fn filled(template: &str, answer: &Answer) -> String {
    let mut address = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        address.push_str(before);
        match after.split_once('}') {
            Some((key, after)) => {
                let value = answer
                    .json
                    .pointer(&["/", &key.replace('.', "/")].concat())
                    .and_then(crate::form::plain)
                    .unwrap_or_default();
                let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
                address.extend(value.chars().filter(|c| plain(*c)));
                rest = after;
            }
            None => rest = after,
        }
    }
    address.push_str(rest);
    address
}

/// The refusal of a form that a page cannot read.
pub(crate) fn unreadable() -> Error {
    Error::refuse(Code::Invalid, platform::texts::Text::new("form-unreadable"))
}
