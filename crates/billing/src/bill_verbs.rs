//! What is done to a bill: opened, withdrawn, given up.

use kernel::{BuiltinRole, Money};
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line};
use platform::module::Module;
use platform::resource::change_by;
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::{One, Verb};

use crate::bill::Bill;
use crate::bill_status::BillStatus;
use crate::book;
use crate::claim;
use crate::ledger::{EntryKind, Posting, post};
use crate::pay::Pay;

/// Adds the verbs to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .verb::<Open>()
        .verb::<Pay>()
        .verb::<Void>()
        .verb::<WriteOff>()
}

/// `POST bills/{id}/open/`.
pub struct Open;

impl Verb for Open {
    type On = Bill;
    type Input = ();
    type Answer = One<Bill>;
    const NAME: &'static str = "open";
    const SUMMARY: &'static str = "Open a draft: from now on it is owed";
    const DESCRIPTION: &'static str = "The insurer's part is worked out with what is left of the policy's annual limit, and the bill is issued today. A draft with lines that have no price yet is refused (409 `state_conflict`), and they are named.";

    fn access() -> Access {
        use BuiltinRole::{Admin, Cashier};
        Access::may(&[Admin, Cashier])
    }

    fn offered(row: &Bill) -> bool {
        row.status == BillStatus::Draft
    }

    fn not_offered(row: &Bill) -> Error {
        row.refused()
    }

    async fn run(cx: &mut Cx, held: Bill, _: ()) -> Result<One<Bill>, Error> {
        change_by(cx, held, |bill| bill.status = BillStatus::Open)
            .await
            .map(One)
    }
}

platform::input! {
    /// Why a bill is withdrawn.
    pub struct VoidInput {
        /// Why it is done, for the audit trail and the bill.
        reason: Line<1000>,
    }
}

/// `POST bills/{id}/void/`.
pub struct Void;

impl Verb for Void {
    type On = Bill;
    type Input = VoidInput;
    type Answer = One<Bill>;
    const NAME: &'static str = "void";
    const SUMMARY: &'static str = "Withdraw a bill";
    const DESCRIPTION: &'static str = "The bill stays to be read, and nothing is owed on it. A bill on which money was paid is withdrawn after the money was given back, and one that is claimed from an insurer after the claim was rejected. Claims that are still drafts are deleted with it.";
    const GRAVE: bool = true;

    fn access() -> Access {
        use BuiltinRole::{Admin, Cashier};
        Access::may(&[Admin, Cashier])
    }

    fn offered(row: &Bill) -> bool {
        row.status != BillStatus::Void
    }

    fn not_offered(row: &Bill) -> Error {
        row.refused()
    }

    /// Not while money that was paid is on it, or an insurer is asked for some.
    async fn of_use(cx: &mut Cx, row: &Bill) -> Result<bool, Error> {
        Ok(book::void(&mut row.clone()).is_ok()
            && claim::under_way(cx, row.meta.id).await?.is_none())
    }

    async fn run(cx: &mut Cx, held: Bill, input: VoidInput) -> Result<One<Bill>, Error> {
        let mut bill = held.clone();
        claim::check_none_under_way(cx, held.meta.id).await?;
        claim::remove_drafts(cx, held.meta.id).await?;
        bill.void_reason = Sealed::new(Blank::cut(&input.reason));
        let transfers = book::void(&mut bill)?;
        cx.update(&mut bill, &held).await?;
        let posting = Posting {
            kind: EntryKind::Void,
            bill: &bill,
            payment: None,
            transfers,
        };
        post(cx, posting).await?;
        Ok(One(bill))
    }
}

platform::input! {
    /// What the hospital no longer asks for.
    pub struct WriteOffInput {
        /// How much, in the hospital's currency; all that the patient owes when it is left out.
        amount: Option<Money>,
        /// Why it is done, for the audit trail and the bill.
        reason: Line<1000>,
    }
}

/// `POST bills/{id}/write_off/`.
pub struct WriteOff;

impl Verb for WriteOff {
    type On = Bill;
    type Input = WriteOffInput;
    type Answer = One<Bill>;
    const NAME: &'static str = "write_off";
    const SUMMARY: &'static str = "Stop asking the patient for what they owe, or a part of it";
    const GRAVE: bool = true;

    fn access() -> Access {
        Access::may(&[BuiltinRole::Admin])
    }

    fn offered(row: &Bill) -> bool {
        row.is_opened() && row.balance_due.is_positive()
    }

    fn not_offered(row: &Bill) -> Error {
        row.refused()
    }

    async fn run(cx: &mut Cx, held: Bill, input: WriteOffInput) -> Result<One<Bill>, Error> {
        let amount = input.amount.unwrap_or(held.balance_due);
        if !amount.is_positive() {
            return Err(Error::field("amount", Text::new("billing-not-positive")));
        }
        let mut noted = held.clone();
        let note = format!("{}\n{}", held.notes.open().trim(), &*input.reason);
        noted.notes = Sealed::new(Blank::cut(note.trim()));
        let (mut bill, transfers) = book::changed(&noted, |sums| sums.write_off(amount))?;
        cx.update(&mut bill, &held).await?;
        let posting = Posting {
            kind: EntryKind::WriteOff,
            bill: &bill,
            payment: None,
            transfers,
        };
        post(cx, posting).await?;
        Ok(One(bill))
    }
}
