//! The bill: what a patient is charged, who pays for it, and how far it is paid.

use clinical::encounter::Encounter;
use identity::user::User;
use jiff::civil::Date;
use kernel::{BuiltinRole, Code, Money};
use patients::{Patient, check_current, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::Column;
use platform::resource::{Besides, Change, Resource, Said, items};
use platform::seal::Sealed;
use platform::texts::Text;

use crate::bill_status::BillStatus;
use crate::bill_view::{self, BillExtra};
use crate::book;
use crate::claim;
use crate::insurance::InsuranceDetail;
use crate::ledger::{EntryKind, Posting, post};
use crate::lines;
use crate::minor_unit;
use crate::sums::Sums;
use crate::unpriced;

platform::record! {
    /// What a patient is charged for. A bill with lines comes to their sum; one without lines to what the client says.
    pub struct Bill in "bill" for patient {
        client {
            /// The patient who is charged.
            patient: Ref<Patient>,
            /// The encounter that it is for; null without one.
            encounter: Option<Ref<Encounter>>,
            /// The policy that pays for a part of it; null without one.
            insurance: Option<Ref<InsuranceDetail>>,
            /// The day of the services, which decides whether the policy covers them. When it is left out, the day of the encounter, or else today.
            service_date: Option<Date>,
            /// The day by which it is to be paid; null when it names none.
            due_date: Option<Date>,
            /// What the bill comes to, in the hospital's currency. Clients set it on bills without lines; with lines it is their sum.
            total_amount: Money = Money::ZERO,
            /// Where the bill stands. Clients write `Draft` or `Open`; the rest follows from payments and from `void/`.
            status: BillStatus = BillStatus::Open,
            /// Notes on the bill, for the staff.
            notes: Sealed<Blank<65536>>,
        }
        server {
            /// The day on which the bill was opened; of a draft, that on which it was begun.
            date_issued: Date = Date::ZERO,
            /// The doctor of the encounter, as whose revenue its payments count; null without an encounter.
            doctor: Option<Ref<User>> = None,
            /// The insurer's part of the total.
            insurance_amount: Money = Money::ZERO,
            /// What the insurer has paid of its part.
            insurance_paid_amount: Money = Money::ZERO,
            /// What was paid on the patient's part, refunds not deducted.
            paid_amount: Money = Money::ZERO,
            /// What was given back of payments until now.
            refunded_amount: Money = Money::ZERO,
            /// What the hospital no longer asks for.
            written_off_amount: Money = Money::ZERO,
            /// What the patient owes: total − insurer's part − paid + refunded − written off.
            balance_due: Money = Money::ZERO,
            /// What the hospital owes back because something paid was credited; 0 while the patient owes anything.
            credit_due: Money = Money::ZERO,
            /// Why the bill was withdrawn; empty unless it is void.
            void_reason: Sealed<Blank<1000>> = Sealed::new(Blank::default()),
        }
        hidden {
            /// By which a draft is found that gathers charges; none once it is opened.
            gather_key: Option<Line<40>> = None,
            /// What anybody still owes on it; nothing on drafts and void bills.
            outstanding: Money = Money::ZERO,
            /// The day from which the debt's age counts.
            age_from: Date = Date::ZERO,
        }
    }
}

impl Bill {
    /// Its sums.
    pub(crate) fn sums(&self) -> Sums {
        Sums {
            total: self.total_amount,
            insurer: self.insurance_amount,
            insurer_paid: self.insurance_paid_amount,
            paid: self.paid_amount,
            refunded: self.refunded_amount,
            written_off: self.written_off_amount,
        }
    }

    /// Takes over changed sums, and what follows from them.
    pub(crate) fn set_sums(&mut self, sums: Sums, has_lines: bool) {
        self.total_amount = sums.total;
        self.insurance_amount = sums.insurer;
        self.insurance_paid_amount = sums.insurer_paid;
        self.paid_amount = sums.paid;
        self.refunded_amount = sums.refunded;
        self.written_off_amount = sums.written_off;
        if self.status == BillStatus::Void {
            self.balance_due = Money::ZERO;
            self.credit_due = Money::ZERO;
        } else {
            self.balance_due = sums.balance_due();
            self.credit_due = sums.credit_due();
            if self.is_opened() {
                self.status = sums.status(has_lines);
            }
        }
        self.outstanding = match self.is_opened() {
            true => sums.outstanding(),
            false => Money::ZERO,
        };
        self.age_from = self.due_date.unwrap_or(self.date_issued);
    }

    /// It was opened and not withdrawn: what it says is owed, and in the ledger.
    pub(crate) fn is_opened(&self) -> bool {
        !matches!(self.status, BillStatus::Draft | BillStatus::Void)
    }

    /// Refuses what cannot be done to a bill in its state.
    pub(crate) fn refused(&self) -> Error {
        Error::refuse(
            Code::StateConflict,
            Text::new("billing-bill-state").with("state", self.status.as_str()),
        )
        .with("status", self.status.as_str())
    }

    /// Refuses a bill that takes no payments: a draft, or one that was withdrawn.
    ///
    /// # Errors
    /// 409 `state_conflict`.
    pub(crate) fn check_opened(&self) -> Result<(), Error> {
        match self.is_opened() {
            true => Ok(()),
            false => Err(self.refused()),
        }
    }

    /// Refuses a bill whose lines cannot be changed any more: one that is paid or was withdrawn. A bill that comes to
    /// nothing is paid from the first line on, and still takes others.
    ///
    /// # Errors
    /// 409 `state_conflict`.
    pub(crate) fn check_chargeable(&self) -> Result<(), Error> {
        match self.status {
            BillStatus::Draft | BillStatus::Open | BillStatus::PartiallyPaid => Ok(()),
            BillStatus::Paid if self.total_amount.is_zero() => Ok(()),
            BillStatus::Paid | BillStatus::Void => Err(self.refused()),
        }
    }
}

impl Resource for Bill {
    const PATH: &'static str = "bills";
    const PATIENT_DATA: bool = true;
    const PATIENT_CHANGES: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const ALIASES: &'static [(&'static str, Column<Self>)] = &[
        ("amount", Bill::total_amount),
        ("bill_date", Bill::date_issued),
    ];
    const BESIDES: &'static [Besides] = &[Besides {
        name: "items",
        verbs: "cu",
        schema: || {
            items::<crate::BillItem>(
                "bill",
                "The lines of the bill. While it is a draft, a change with lines puts them in the place of those that there are; lines that the program charged may not be missing among them. Later they may be sent back as they were read.",
            )
        },
    }];
    const FILTERS: &'static [Column<Self>] = &[
        Bill::patient,
        Bill::encounter,
        Bill::insurance,
        Bill::status,
        Bill::date_issued,
        Bill::due_date,
        Bill::doctor,
    ];
    const ORDERING: &'static [Column<Self>] = &[
        Bill::date_issued,
        Bill::due_date,
        Bill::status,
        Bill::total_amount,
        Bill::balance_due,
    ];
    const LIST: &'static [Column<Self>] = &[
        Bill::patient,
        Bill::date_issued,
        Bill::status,
        Bill::total_amount,
        Bill::insurance_amount,
        Bill::paid_amount,
        Bill::balance_due,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "group-visit",
            &[
                Bill::patient,
                Bill::encounter,
                Bill::insurance,
                Bill::service_date,
            ],
        ),
        (
            "group-amounts",
            &[Bill::total_amount, Bill::due_date, Bill::status],
        ),
        ("group-notes", &[Bill::notes]),
    ];
    type Extra = BillExtra;

    fn access() -> Access {
        billing()
    }

    fn called(&self) -> Vec<Said> {
        vec![Said::Numbered, Said::Day(self.date_issued)]
    }

    fn scope(grant: &Grant) -> Scope {
        reach("bill", "patient", grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if change.row.total_amount.is_negative() {
            return Err(Error::field("total_amount", Text::new("billing-negative")));
        }
        if change.changed(|row| row.total_amount) {
            minor_unit::check(cx, "total_amount", change.row.total_amount)?;
        }
        match change.before {
            None => begin(cx, change).await,
            Some(before) => edit(cx, before, change).await,
        }
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let mut items = match change.before {
            None => lines::of_body(cx, change.body, &[])
                .await?
                .unwrap_or_default(),
            Some(before) => {
                let replaced = lines::replaced_items(cx, before, change.body).await?;
                cx.remove_all(&replaced.gone).await?;
                if replaced.total.is_some() {
                    cx.renew(&*change.row, before).await?;
                }
                replaced.new
            }
        };
        for item in &mut items {
            item.bill = Ref::new(change.row.meta.id);
            item.patient = change.row.patient;
        }
        cx.insert_all(&mut items).await?;
        book::post_difference(cx, change.before, change.row, EntryKind::Charge).await
    }

    /// Takes an opened bill out of the ledger before it is deleted. One that holds money is kept, and so is one with lines
    /// that the program charged: they are charged once, and would be lost without a reason.
    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        if loses_charges(cx, row).await? {
            let text = Text::new("billing-bill-charged");
            return Err(
                Error::refuse(Code::StateConflict, text).with("status", row.status.as_str())
            );
        }
        claim::check_none_under_way(cx, row.meta.id).await?;
        claim::remove_drafts(cx, row.meta.id).await?;
        lines::remove_all(cx, row.meta.id).await?;
        if !row.is_opened() {
            return Ok(());
        }
        let mut voided = row.clone();
        let transfers = book::void(&mut voided)?;
        cx.update(&mut voided, row).await?;
        let posting = Posting {
            kind: EntryKind::Void,
            bill: row,
            payment: None,
            transfers,
        };
        post(cx, posting).await
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<BillExtra>, Error> {
        bill_view::extras(cx, rows).await
    }

    async fn removable(cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        let holds_nothing = !row.is_opened() || book::void(&mut row.clone()).is_ok();
        let claimed = claim::under_way(cx, row.meta.id).await?.is_some();
        Ok(holds_nothing && !claimed && !loses_charges(cx, row).await?)
    }
}

/// Whether deleting the bill would lose charges. The charges of a void bill were given up with a reason.
async fn loses_charges(cx: &mut Cx, row: &Bill) -> Result<bool, Error> {
    Ok(row.status != BillStatus::Void && lines::any_charged(cx, row.meta.id).await?)
}

/// A new bill: its lines, its day, and who pays which part.
async fn begin(cx: &mut Cx, change: &mut Change<'_, Bill>) -> Result<(), Error> {
    check_current(cx, change.row.patient.get()).await?;
    let items = lines::of_body(cx, change.body, &[]).await?;
    let row = &mut *change.row;
    if !matches!(row.status, BillStatus::Draft | BillStatus::Open) {
        return Err(Error::field("status", Text::new("billing-status-new")));
    }
    if let Some(items) = &items {
        row.total_amount = lines::total(items)?;
    }
    row.date_issued = cx.today();
    book::attribute(cx, row).await?;
    book::check_policy(cx, row).await?;
    let has_lines = items.is_some_and(|items| !items.is_empty());
    book::recharge(cx, row, row.total_amount, has_lines, false).await
}

/// A client's change. What a bill comes to can be changed until it is paid; whose it is and who pays for it, until
/// something was paid.
async fn edit(cx: &mut Cx, before: &Bill, change: &mut Change<'_, Bill>) -> Result<(), Error> {
    let asked = change.row.total_amount;
    let recharged = change.changed(|bill| {
        (
            bill.insurance,
            bill.service_date,
            bill.encounter,
            bill.patient,
        )
    });
    let row = &mut *change.row;
    let opened = match (before.status, row.status) {
        (was, is) if was == is => false,
        (BillStatus::Draft, BillStatus::Open) => true,
        _ => return Err(before.refused()),
    };
    let replaced = lines::replaced_items(cx, before, change.body).await?;
    let had_lines = book::has_lines(cx, row.meta.id).await?;
    let (has_lines, retotalled) = match replaced.total {
        Some(total) => {
            row.total_amount = total;
            (replaced.some_left, total != before.total_amount)
        }
        None => {
            if had_lines {
                row.total_amount = before.total_amount;
            }
            (had_lines, !had_lines && asked != before.total_amount)
        }
    };
    if row.patient != before.patient {
        if had_lines || before.is_opened() {
            return Err(before.refused());
        }
        check_current(cx, row.patient.get()).await?;
    }
    if retotalled {
        before.check_chargeable()?;
    }
    if recharged && !matches!(before.status, BillStatus::Draft | BillStatus::Open) {
        return Err(before.refused());
    }
    if opened {
        unpriced::check(cx, row.meta.id).await?;
        row.date_issued = cx.today();
        row.gather_key = None;
    }
    if row.insurance != before.insurance {
        claim::check_none_under_way(cx, row.meta.id).await?;
    }
    if recharged {
        book::check_policy(cx, row).await?;
    }
    if recharged || row.service_date.is_none() {
        book::attribute(cx, row).await?;
    }
    if recharged || retotalled || opened || replaced.total.is_some() {
        let total = row.total_amount;
        // The sums are changed from what they were, by the same rule as everything else.
        row.total_amount = before.total_amount;
        book::recharge(cx, row, total, has_lines, false).await?;
    } else {
        row.set_sums(before.sums(), has_lines);
    }
    Ok(())
}

/// Who may do what with bills, their lines and payments.
pub(crate) fn billing() -> Access {
    use BuiltinRole::{Admin, Cashier, Doctor, Patient, Receptionist};
    Access::nobody()
        .role(Admin, "crud")
        .role(Cashier, "cru")
        .roles(&[Doctor, Receptionist, Patient], "r")
}
