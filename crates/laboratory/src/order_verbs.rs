//! The steps of an order as verbs: `collect/`, `start/`, `complete/`, `review/`, `cancel/`.
//!
//! Each is a change of the status and nothing else, through the same hooks as a client that writes the status itself;
//! only doing the same twice is refused.

use kernel::BuiltinRole::{Admin, Doctor, LabTechnician};
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::module::Module;
use platform::resource::change_by;
use platform::verb::{One, Verb};

use crate::order::{LabOrder, not_from};
use crate::state::LabOrderStatus;

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .verb::<Collect>()
        .verb::<Start>()
        .verb::<Complete>()
        .verb::<Review>()
        .verb::<Cancel>()
}

macro_rules! step {
    ($(#[doc = $doc:literal])* $verb:ident => $to:ident, $name:literal, $summary:literal, $who:expr) => {
        $(#[doc = $doc])*
        pub struct $verb;

        impl $verb {
            const TO: LabOrderStatus = LabOrderStatus::$to;
        }

        impl Verb for $verb {
            type On = LabOrder;
            type Input = ();
            type Answer = One<LabOrder>;
            const NAME: &'static str = $name;
            const SUMMARY: &'static str = $summary;
            // What is cancelled is ordered anew, not taken up again.
            const GRAVE: bool = matches!(Self::TO, LabOrderStatus::Cancelled);

            fn access() -> Access {
                Access::may(&$who)
            }

            fn offered(row: &LabOrder) -> bool {
                row.status.next().contains(&Self::TO)
            }

            fn not_offered(row: &LabOrder) -> Error {
                not_from(row.status)
            }

            async fn run(cx: &mut Cx, held: LabOrder, _: ()) -> Result<One<LabOrder>, Error> {
                change_by(cx, held, |row| row.status = Self::TO).await.map(One)
            }
        }
    };
}

step!(
    /// The specimen was taken.
    Collect => Collected, "collect", "Record that the specimen was taken", [Admin, Doctor, LabTechnician]
);
step!(
    /// The laboratory has begun.
    Start => InProgress, "start", "Start the laboratory's work, or send a completed order back to it",
    [Admin, Doctor, LabTechnician]
);
step!(
    /// Every result is there.
    Complete => Completed, "complete", "Declare the results complete", [Admin, Doctor, LabTechnician]
);
step!(
    /// A doctor has reviewed the results.
    Review => Reviewed, "review", "Review the results; from now on the patient sees them", [Admin, Doctor]
);
step!(
    /// It is not to be done.
    Cancel => Cancelled, "cancel", "Cancel the order", [Admin, Doctor, LabTechnician]
);
