//! Documents on paper and as files: the API's own, at addresses of the pages.

use std::sync::Arc;

use axum::extract::{Path, Request};
use axum::response::Response;
use http::{Method, StatusCode};
use platform::error::Error;

use crate::api::Question;
use crate::ask::Ask;
use crate::house::House;
use crate::serve::Visit;
use crate::{guard, refused, sign_in};

/// `/print/{what}/{id}.pdf?paper=&language=`: what `print/{what}/{id}/` of the API answers, with its permission,
/// scope and audit.
pub(crate) async fn paper(
    house: Arc<House>,
    Path((what, name)): Path<(String, String)>,
    request: Request,
) -> Response {
    let visit = match Visit::begin(&house, Vec::new(), "/print", request).await {
        Ok(visit) => visit,
        Err(answer) => return *answer,
    };
    let ask = &visit.ask;
    if ask.actor().user().is_none() {
        return sign_in::first(&visit);
    }
    let id = name.strip_suffix(".pdf").unwrap_or(&name);
    let path = ["print/", &what, "/{id}/"].concat();
    sent(&house, ask, &path, id).await
}

/// `/files/{resource}/{id}`: the content of a record, such as a document, as a file.
pub(crate) async fn file(
    house: Arc<House>,
    Path((resource, id)): Path<(String, String)>,
    request: Request,
) -> Response {
    let visit = match Visit::begin(&house, Vec::new(), "/files", request).await {
        Ok(visit) => visit,
        Err(answer) => return *answer,
    };
    if visit.ask.actor().user().is_none() {
        return sign_in::first(&visit);
    }
    let path = [&resource, "/{id}/download/"].concat();
    sent(&house, &visit.ask, &path, &id).await
}

/// What an operation for one record answers, if one with this path is declared.
async fn sent(house: &House, ask: &Ask, path: &str, id: &str) -> Response {
    let mut operations = house.app.registry.operations().iter();
    let declared =
        operations.any(|operation| operation.method == Method::GET && operation.path == path);
    if !declared || id.is_empty() || !id.bytes().all(|b| b.is_ascii_digit()) {
        return refused::page(ask, Error::not_found());
    }
    let query = serde_urlencoded::to_string(&ask.head.query).unwrap_or_default();
    let path = ["/api/", &path.replace("{id}", id), "?", &query].concat();
    match ask.raw(Question::get(path)).await {
        Ok(mut response) if response.status().is_success() => {
            guard::headers(&mut response);
            response
        }
        Ok(response) if response.status() == StatusCode::FORBIDDEN => refused::not_yours(ask),
        // A paper or language that is not offered is nowhere either.
        Ok(_) => refused::page(ask, Error::not_found()),
        Err(error) => refused::page(ask, error),
    }
}
