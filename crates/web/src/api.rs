//! Asking a declared operation in process, in the caller's name, through the same router as the API.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use kernel::Code;
use platform::error::Error;
use platform::http::Entered;
use platform::socket::Berth;
use serde_json::Value as Json;
use tower::ServiceExt;

use crate::ask::Ask;

/// The most of an answer that a page looks at.
const LARGEST: usize = 8 << 20;

/// An operation's answer.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; null when it is none.
    pub json: Json,
}

/// A question to an operation, not yet asked.
pub(crate) struct Question {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: Vec<(header::HeaderName, String)>,
    pub(crate) body: Body,
}

impl Question {
    pub(crate) fn get(path: impl Into<String>) -> Question {
        Question {
            method: Method::GET,
            path: path.into(),
            headers: Vec::new(),
            body: Body::empty(),
        }
    }

    pub(crate) fn post(path: impl Into<String>, body: &Json) -> Question {
        Question {
            method: Method::POST,
            path: path.into(),
            headers: vec![(header::CONTENT_TYPE, "application/json".to_owned())],
            body: Body::from(body.to_string()),
        }
    }
}

impl Ask {
    /// What an operation answers to a GET below `/api/`, such as `patients/?search=fatou`: with its permission,
    /// scope and audit.
    ///
    /// # Errors
    /// When it cannot be asked at all.
    pub async fn get(&self, path: &str) -> Result<Answer, Error> {
        self.put(Question::get(["/api/", path].concat())).await
    }

    pub(crate) async fn put(&self, question: Question) -> Result<Answer, Error> {
        let response = self.raw(question).await?;
        let (parts, body) = response.into_parts();
        let body: Bytes = to_bytes(body, LARGEST).await.map_err(Error::internal)?;
        let mut json = serde_json::from_slice(&body).unwrap_or_default();
        if parts.status.is_success() {
            self.without_damaged(&mut json);
        }
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            json,
        })
    }

    /// Takes what stands in the place of records that cannot be read out of lists: the page says it above.
    fn without_damaged(&self, json: &mut Json) {
        let said = |row: &Json| {
            let code = row.get("code").and_then(Json::as_str);
            let detail = row.get("detail").and_then(Json::as_str);
            detail
                .filter(|_| code == Some(Code::Damaged.as_str()))
                .map(str::to_owned)
        };
        match json {
            Json::Array(rows) => rows.retain(|row| {
                said(row).is_none_or(|detail| {
                    self.damaged.lock().insert(detail);
                    false
                })
            }),
            Json::Object(parts) => {
                let lists = parts.values_mut().filter(|part| part.is_array());
                lists.for_each(|list| self.without_damaged(list));
            }
            _ => {}
        }
    }

    /// The answer as it comes, such as a file.
    pub(crate) async fn raw(&self, question: Question) -> Result<axum::response::Response, Error> {
        let mut request = Request::new(question.body);
        *request.method_mut() = question.method;
        *request.uri_mut() = question
            .path
            .parse()
            .map_err(|_| crate::post::unreadable())?;
        // Where it comes from; the parameters of the page's own address are among the extensions too, and mean
        // something else here.
        if let Some(peer) = self.extensions.get::<ConnectInfo<SocketAddr>>() {
            request.extensions_mut().insert(*peer);
        }
        if let Some(berth) = self.extensions.get::<Berth>() {
            request.extensions_mut().insert(berth.clone());
        }
        if self.actor.user().is_some() {
            request
                .extensions_mut()
                .insert(Entered(Arc::clone(&self.actor)));
        }
        let headers = request.headers_mut();
        // Who sends and from where; never what the browser adds by itself.
        for name in ["host", "user-agent", "x-forwarded-for", "x-forwarded-proto"] {
            if let Some(value) = self.head.headers.get(name) {
                headers.insert(header::HeaderName::from_static(name), value.clone());
            }
        }
        headers.insert(
            header::ACCEPT_LANGUAGE,
            HeaderValue::from_static(self.language),
        );
        if let Ok(id) = HeaderValue::from_str(&self.request_id) {
            headers.insert(platform::http::origin::REQUEST_ID, id);
        }
        for (name, value) in question.headers {
            headers.insert(
                name,
                HeaderValue::from_str(&value).map_err(|_| crate::post::unreadable())?,
            );
        }
        let Ok(response) = self.house.api.clone().oneshot(request).await;
        Ok(response)
    }
}
