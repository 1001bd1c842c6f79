//! Refused access to patients' data is on record: who tried, whence, and what.
//!
//! The row is written beside the answer, which a database that is away does not change. Callers who are not known
//! cannot fill the trail: of one network so many are noted in a minute, and then no more.

use std::sync::Arc;

use kernel::Code;
use serde_json::json;

use super::call::Head;
use super::limit::Limiter;
use engine::actor::{Actor, Origin};
use engine::app::App;
use engine::audit::{Action, AuditEntry, REFUSAL};
use engine::operation::Operation;
use engine::outage;
use engine::unit::{self, Opening};
use records::error::Error;

/// In whose name somebody asks to act.
const ACT_AS: &str = "x-act-as";

/// The code under which an answer is put on record: that somebody may not, or that there is no such patient for
/// them. That a token has ended is everyday life.
pub(super) fn to_be_noted(operation: &Operation, head: &Head, error: &Error) -> Option<Code> {
    let acts = head.headers.contains_key(ACT_AS);
    if !operation.patient_data && !acts {
        return None;
    }
    let code = error.code()?;
    let refused = match code {
        Code::NotAuthenticated | Code::TokenInvalid | Code::PermissionDenied => true,
        Code::NotFound => operation.path.contains("{id}"),
        _ => false,
    };
    refused.then_some(code)
}

/// Puts it on record.
pub(super) async fn note(
    app: &Arc<App>,
    limiter: &Limiter,
    asking: Option<Arc<Actor>>,
    origin: &Arc<Origin>,
    operation: &Operation,
    params: &[(String, String)],
    code: Code,
) {
    if !app.settings.read_audit {
        return;
    }
    if asking.is_none() && limiter.note(origin.ip, app.clock.now()).is_err() {
        return;
    }
    let id = params
        .iter()
        .find(|(name, _)| name == "id")
        .and_then(|(_, value)| value.parse::<i64>().ok());
    let patient = id.filter(|_| operation.path.starts_with("patients/{id}"));
    let details = json!({ "operation": operation.id, "code": code.as_str() });
    let entry = AuditEntry::new(Action::Other, REFUSAL, id)
        .of_patient(patient)
        .saying(format!("{} refused: {code}", operation.id))
        .detailed(details);
    let opening = Opening {
        actor: asking.unwrap_or_else(|| Arc::new(Actor::anonymous())),
        origin: origin.clone(),
        reach: kernel::Reach::None,
    };
    if let Err(error) = unit::refused(app, &opening, entry).await {
        outage::log("a refusal could not be put on record", &error);
    }
}
