//! `verify/{code}/`: whether a document was issued here.

use jiff::Timestamp;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use schemars::JsonSchema;
use serde::Serialize;

use crate::code;

/// A document that was issued here.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Verified {
    /// Always `issued`.
    status: &'static str,
    /// The name of the user who issued it; empty when the program did.
    issued_by: String,
    /// The hospital's name; empty when none is set.
    hospital: String,
    /// When it was issued.
    issued_at: String,
}

pub(crate) async fn verify(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let hash = code::hash(call.param("code")).ok_or_else(Error::not_found)?;
    let found: Option<(Option<i64>, Timestamp)> = cx
        .unscoped("who holds the code may know that it was given out")
        .optional(Statement::raw(
            "SELECT issued_by, issued_at FROM printed_document WHERE code_hash = $1",
            values([&hash]),
        ))
        .await?;
    let (issued_by, issued_at) = found.ok_or_else(Error::not_found)?;
    let mut names = identity::names(cx, issued_by).await?;
    Reply::ok(&Verified {
        status: "issued",
        issued_by: issued_by
            .and_then(|user| names.remove(&user))
            .unwrap_or_default(),
        hospital: cx.app.settings.hospital_name.clone().unwrap_or_default(),
        issued_at: issued_at.to_string(),
    })
}
