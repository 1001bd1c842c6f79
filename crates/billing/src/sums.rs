//! The sums of a bill and every way in which they change, as pure arithmetic.
//!
//! Each change answers the ledger transfers that belong to it, so that a bill and its ledger entries cannot tell
//! different stories. The verbs around it only read, decide here, and write.

use kernel::{Money, MoneyError};

use crate::bill_status::BillStatus;
use crate::ledger::{Account, Transfer};
use crate::payment_method::PaymentMethod;

/// What is charged on a bill and what became of it. All are at least nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sums {
    /// What the bill comes to.
    pub(crate) total: Money,
    /// The insurer's part of it.
    pub(crate) insurer: Money,
    /// What the insurer has paid of its part.
    pub(crate) insurer_paid: Money,
    /// What was paid on the patient's part.
    pub(crate) paid: Money,
    /// What was given back of that.
    pub(crate) refunded: Money,
    /// What the hospital no longer asks for.
    pub(crate) written_off: Money,
}

/// Why a change of a bill's sums is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// More than is owed; so much is.
    MoreThanOwed(Money),
    /// More than was paid and not given back; so much was.
    MoreThanPaid(Money),
    /// The total would fall below what was paid.
    BelowPaid,
    /// Money was paid that was not given back.
    HoldsMoney,
    /// An amount that is too large to be one.
    TooLarge,
}

impl From<MoneyError> for Refusal {
    fn from(_: MoneyError) -> Refusal {
        Refusal::TooLarge
    }
}

/// The transfers of a change.
pub(crate) type Transfers = Vec<Transfer>;

impl Sums {
    /// The patient's side: what they owe, or, below nothing, what is owed to them.
    fn patient_side(&self) -> i64 {
        // Five amounts of at most 10^13 fit many times over.
        self.total.minor() - self.insurer.minor() - self.paid.minor() + self.refunded.minor()
            - self.written_off.minor()
    }

    /// What the patient owes: total − insurer's part − paid + refunded − written off, never below nothing.
    pub(crate) fn balance_due(&self) -> Money {
        Money::from_minor(self.patient_side().max(0)).unwrap_or_default()
    }

    /// What the hospital owes back, because something that was paid for was credited.
    pub(crate) fn credit_due(&self) -> Money {
        Money::from_minor((-self.patient_side()).max(0)).unwrap_or_default()
    }

    /// What the insurer still owes.
    pub(crate) fn insurer_due(&self) -> Money {
        Money::from_minor(self.insurer.minor() - self.insurer_paid.minor()).unwrap_or_default()
    }

    /// What the hospital still waits for, from whomever.
    pub(crate) fn outstanding(&self) -> Money {
        let sum = self.balance_due().checked_add(self.insurer_due());
        sum.unwrap_or(Money::MAX)
    }

    /// Money that the hospital has received on this bill and not given back.
    pub(crate) fn held(&self) -> Money {
        let held = self.paid.minor() - self.refunded.minor() + self.insurer_paid.minor();
        Money::from_minor(held).unwrap_or_default()
    }

    /// The status of an opened bill.
    pub(crate) fn status(&self, has_lines: bool) -> BillStatus {
        let settled = self.outstanding().is_zero() && (self.total.is_positive() || has_lines);
        match settled {
            true => BillStatus::Paid,
            false if self.held().is_positive() || self.written_off.is_positive() => {
                BillStatus::PartiallyPaid
            }
            false => BillStatus::Open,
        }
    }

    /// Sets the total and the insurer's part, as when a bill is opened or its lines change.
    ///
    /// The insurer's part is never less than it has paid, and never more than the total besides. A total that
    /// falls below what was paid is refused, unless it is a credit: then the difference is owed back, but for what was
    /// written off, which nobody paid.
    pub(crate) fn charge(
        &mut self,
        total: Money,
        insurer: Money,
        credit: bool,
    ) -> Result<Transfers, Refusal> {
        let insurer = insurer.min(total).max(self.insurer_paid);
        let mut changed = Sums {
            total,
            insurer,
            ..*self
        };
        if changed.patient_side() < self.patient_side().min(0) && !credit {
            return Err(Refusal::BelowPaid);
        }
        let by_insurer = insurer.checked_sub(self.insurer)?;
        let by_patient = total.checked_sub(self.total)?.checked_sub(by_insurer)?;
        let given_up = changed.written_off.min(changed.credit_due());
        changed.written_off = changed.written_off.checked_sub(given_up)?;
        *self = changed;
        Ok(transfers([
            Transfer::of(Account::Receivable, Account::Revenue, by_patient),
            Transfer::of(Account::InsurerReceivable, Account::Revenue, by_insurer),
            Transfer::of(Account::Receivable, Account::WriteOffs, given_up),
        ]))
    }

    /// The patient, or somebody for them, pays.
    pub(crate) fn pay(
        &mut self,
        amount: Money,
        method: PaymentMethod,
    ) -> Result<Transfers, Refusal> {
        if amount > self.balance_due() {
            return Err(Refusal::MoreThanOwed(self.balance_due()));
        }
        self.paid = self.paid.checked_add(amount)?;
        Ok(transfers([Transfer::of(
            Account::Money(method),
            Account::Receivable,
            amount,
        )]))
    }

    /// The insurer pays on its part.
    pub(crate) fn pay_by_insurer(&mut self, amount: Money) -> Result<Transfers, Refusal> {
        if amount > self.insurer_due() {
            return Err(Refusal::MoreThanOwed(self.insurer_due()));
        }
        self.insurer_paid = self.insurer_paid.checked_add(amount)?;
        Ok(transfers([Transfer::of(
            Account::Money(PaymentMethod::Insurance),
            Account::InsurerReceivable,
            amount,
        )]))
    }

    /// Gives back what the patient paid.
    pub(crate) fn refund(
        &mut self,
        amount: Money,
        method: PaymentMethod,
    ) -> Result<Transfers, Refusal> {
        let held = self.paid.checked_sub(self.refunded)?;
        if amount > held {
            return Err(Refusal::MoreThanPaid(held));
        }
        self.refunded = self.refunded.checked_add(amount)?;
        Ok(transfers([
            Transfer::of(Account::Receivable, Account::Refunds, amount),
            Transfer::of(Account::Refunds, Account::Money(method), amount),
        ]))
    }

    /// What the hospital owes back to the patient: no more than they paid.
    pub(crate) fn patient_credit(&self) -> Money {
        let held = self.paid.checked_sub(self.refunded).unwrap_or_default();
        self.credit_due().min(held)
    }

    /// What the hospital owes back to the insurer, who paid what was credited since.
    pub(crate) fn insurer_credit(&self) -> Money {
        let rest = self.credit_due().checked_sub(self.patient_credit());
        rest.unwrap_or_default().min(self.insurer_paid)
    }

    /// Takes back what the insurer was booked to have paid: it owes it again, but for what was credited since.
    pub(crate) fn refund_insurer(&mut self, amount: Money) -> Result<Transfers, Refusal> {
        if amount > self.insurer_paid {
            return Err(Refusal::MoreThanPaid(self.insurer_paid));
        }
        let credited = amount.min(self.insurer_credit());
        let owed = amount.checked_sub(credited)?;
        self.insurer_paid = self.insurer_paid.checked_sub(amount)?;
        self.insurer = self.insurer.checked_sub(credited)?;
        Ok(transfers([
            Transfer::of(Account::InsurerReceivable, Account::Refunds, owed),
            Transfer::of(Account::Receivable, Account::Refunds, credited),
            Transfer::of(
                Account::Refunds,
                Account::Money(PaymentMethod::Insurance),
                amount,
            ),
        ]))
    }

    /// The insurer rejects so much of its part: the patient owes it.
    pub(crate) fn reject(&mut self, amount: Money) -> Result<Transfers, Refusal> {
        if amount > self.insurer_due() {
            return Err(Refusal::MoreThanOwed(self.insurer_due()));
        }
        self.insurer = self.insurer.checked_sub(amount)?;
        Ok(transfers([Transfer::of(
            Account::Receivable,
            Account::InsurerReceivable,
            amount,
        )]))
    }

    /// The insurer is asked again for so much of what it rejected, which the patient does not owe meanwhile.
    pub(crate) fn appeal(&mut self, amount: Money) -> Result<Transfers, Refusal> {
        if amount > self.balance_due() {
            return Err(Refusal::MoreThanOwed(self.balance_due()));
        }
        self.insurer = self.insurer.checked_add(amount)?;
        Ok(transfers([Transfer::of(
            Account::InsurerReceivable,
            Account::Receivable,
            amount,
        )]))
    }

    /// The hospital no longer asks the patient for so much.
    pub(crate) fn write_off(&mut self, amount: Money) -> Result<Transfers, Refusal> {
        if amount > self.balance_due() {
            return Err(Refusal::MoreThanOwed(self.balance_due()));
        }
        self.written_off = self.written_off.checked_add(amount)?;
        Ok(transfers([Transfer::of(
            Account::WriteOffs,
            Account::Receivable,
            amount,
        )]))
    }

    /// Withdraws an opened bill on which no money is held: nothing is owed and nothing was earned. The total
    /// stays on it to be read.
    pub(crate) fn void(&mut self) -> Result<Transfers, Refusal> {
        if self.held().is_positive() {
            return Err(Refusal::HoldsMoney);
        }
        let by_patient = self.total.checked_sub(self.insurer)?;
        let undone = transfers([
            Transfer::of(Account::Receivable, Account::WriteOffs, self.written_off),
            Transfer::of(Account::Revenue, Account::Receivable, by_patient),
            Transfer::of(Account::Revenue, Account::InsurerReceivable, self.insurer),
        ]);
        self.insurer = Money::ZERO;
        self.written_off = Money::ZERO;
        Ok(undone)
    }
}

fn transfers<const N: usize>(made: [Option<Transfer>; N]) -> Transfers {
    made.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
