//! Who is told of money.

use contracts::RefundDecided;
use messaging::notification::NotificationType;
use messaging::{Notice, notify};
use platform::cx::{Cx, select};
use platform::error::Error;
use platform::module::Module;
use platform::record::Record;
use platform::texts::Text;
use sea_query::ExprTrait;

use crate::refund_request::RefundRequest;

/// Adds the subscribers to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module.on::<RefundDecided>("billing", |cx, event| Box::pin(refund_decided(cx, event)))
}

/// Whoever asked for a refund is told what became of it: it is their drawer that the money leaves.
async fn refund_decided(cx: &mut Cx, told: RefundDecided) -> Result<(), Error> {
    let mut query = select::<RefundRequest>();
    query.and_where(RefundRequest::id.eq(told.refund_request));
    let found: Option<RefundRequest> = cx
        .unscoped("the program tells whoever asked")
        .record(query)
        .await?;
    let Some(request) = found else { return Ok(()) };
    let (Some(asked), decided) = (request.requested_by, request.decided_by) else {
        return Ok(());
    };
    // Who took their own request back knows.
    if decided == Some(asked) {
        return Ok(());
    }
    let patient = request.patient.get();
    let names = patients::names(cx, [patient]).await?;
    let text = Text::new(match told.approved {
        true => "notice-refund-approved",
        false => "notice-refund-rejected",
    });
    let notice = Notice {
        user: asked.get(),
        kind: NotificationType::System,
        text: text
            .with("amount", request.amount)
            .with("patient", names.get(&patient).cloned().unwrap_or_default()),
        related: Some((RefundRequest::NAME, request.meta.id)),
        patient: Some(patient),
    };
    notify(cx, notice).await.map(drop)
}
