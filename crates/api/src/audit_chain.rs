//! `audit-chain/`: whether the end of the audit trail is as it was written, for those who look after it.

use jiff::Timestamp;
use kernel::BuiltinRole;
use schemars::JsonSchema;
use serde::Serialize;

use crate::route::Route;
use engine::access::{Access, Permission};
use engine::audit::verify::verify_tail;
use engine::call::Reply;
use engine::cx::Cx;
use engine::inside::InsideApp;
use engine::operation::Operation;
use records::error::Error;

/// Records at the end of the chain that one question verifies.
const ROWS: i64 = 1_000;

/// The state of the audit trail.
#[derive(Debug, Serialize, JsonSchema)]
struct ChainState {
    /// Whether every record that was looked at is as it was written, and the anchor of this process fits.
    intact: bool,
    /// How many records at the end of the chain were looked at.
    checked: u64,
    /// The number of the last record of the chain.
    last: i64,
    /// Records that wait to be linked, usually for less than a second.
    waiting: u64,
    /// The first record that is not as it was written, in English; null when there is none.
    problem: Option<String>,
    /// Since when the anchor, which is kept outside of the database, cannot be written; null while it can.
    #[schemars(with = "Option<String>")]
    anchor_unwritable_since: Option<Timestamp>,
    /// Since when the anchor promises more records than there are; null while it does not.
    #[schemars(with = "Option<String>")]
    anchor_ahead_since: Option<Timestamp>,
}

/// The route's declaration.
pub fn route() -> Operation {
    Route::get("audit_logs", "audit-chain/", |cx, _| Box::pin(show(cx)))
        .own_units()
        .may(
            Permission::new("audit_logs", "chain"),
            Access::may(&[BuiltinRole::Admin]),
        )
        .answers::<ChainState>(200)
        .summary("Whether the end of the audit trail is as it was written")
        .description("Verifies the last 1,000 records among themselves, and tells what is known of the anchor. `chelal audit verify` verifies all of them against the anchor.")
        .done()
}

async fn show(cx: &mut Cx) -> Result<Reply, Error> {
    let app = cx.app.clone();
    let verdict = verify_tail(app.database(), &app.settings, ROWS).await?;
    let trouble = app.anchor_trouble.now();
    Reply::ok(&ChainState {
        intact: verdict.is_intact() && trouble.shorter.is_none(),
        checked: verdict.linked,
        last: verdict.last,
        waiting: verdict.waiting,
        problem: verdict.bad.map(|bad| bad.to_string()),
        anchor_unwritable_since: trouble.unwritable,
        anchor_ahead_since: trouble.shorter.map(|(.., since)| since),
    })
}
