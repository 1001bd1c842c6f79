//! The accounts of the ledger.

use kernel::Money;

use crate::payment_method::PaymentMethod;

/// An account. Its id and code are stored, so they are only ever added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Account {
    /// Money that came in by a method; what lies in which drawer is told by the entry's cash session.
    Money(PaymentMethod),
    /// What patients owe on opened bills; below zero for a bill on which the hospital owes them.
    Receivable,
    /// What insurers owe on opened bills.
    InsurerReceivable,
    /// Refunds that were approved and not yet handed out. Approving pays out, so its balance is nothing and its
    /// turnover is what was refunded.
    Refunds,
    /// What opened bills come to.
    Revenue,
    /// What patients owed and the hospital no longer asks for.
    WriteOffs,
}

impl Account {
    /// Every account with its id, code, name and kind.
    pub(crate) const ALL: [(Account, i64, &'static str, &'static str, &'static str); 11] = [
        (
            Account::Money(PaymentMethod::Cash),
            1,
            "1000",
            "Cash",
            "asset",
        ),
        (
            Account::Money(PaymentMethod::Card),
            2,
            "1010",
            "Card payments",
            "asset",
        ),
        (
            Account::Money(PaymentMethod::MobileMoney),
            3,
            "1020",
            "Mobile money",
            "asset",
        ),
        (
            Account::Money(PaymentMethod::BankTransfer),
            4,
            "1030",
            "Bank transfers",
            "asset",
        ),
        (
            Account::Money(PaymentMethod::Insurance),
            5,
            "1040",
            "Insurance remittances",
            "asset",
        ),
        (
            Account::Money(PaymentMethod::Other),
            6,
            "1090",
            "Other payments",
            "asset",
        ),
        (
            Account::Receivable,
            7,
            "1100",
            "Receivable from patients",
            "asset",
        ),
        (
            Account::InsurerReceivable,
            8,
            "1200",
            "Receivable from insurers",
            "asset",
        ),
        (Account::Refunds, 9, "2000", "Refunds payable", "liability"),
        (Account::Revenue, 10, "4000", "Revenue", "income"),
        (Account::WriteOffs, 11, "5000", "Write-offs", "expense"),
    ];

    /// As stored.
    pub(crate) fn id(self) -> i64 {
        let known = Account::ALL.iter().find(|(account, ..)| *account == self);
        known.map_or(0, |(_, id, ..)| *id)
    }
}

/// Money that moves from one account to another. It names both sides, so an entry made of transfers cannot be
/// out of balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Transfer {
    /// The account that is debited.
    pub(crate) debit: Account,
    /// The account that is credited.
    pub(crate) credit: Account,
    /// How much; more than nothing.
    pub(crate) amount: Money,
}

impl Transfer {
    /// A movement of so much from `credit` to `debit`, or the other way when it is negative; none of nothing.
    pub(crate) fn of(debit: Account, credit: Account, amount: Money) -> Option<Transfer> {
        let (debit, credit) = match amount.is_negative() {
            true => (credit, debit),
            false => (debit, credit),
        };
        let amount = match amount.is_negative() {
            true => amount.neg(),
            false => amount,
        };
        amount.is_positive().then_some(Transfer {
            debit,
            credit,
            amount,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_has_an_id_and_a_code_of_its_own() {
        let mut ids: Vec<i64> = Account::ALL
            .iter()
            .map(|(account, ..)| account.id())
            .collect();
        let mut codes: Vec<&str> = Account::ALL.iter().map(|(_, _, code, ..)| *code).collect();
        assert!(codes.is_sorted());
        codes.dedup();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((ids.len(), codes.len()), (11, 11));
        assert!(!ids.contains(&0));
        for method in PaymentMethod::VALUES {
            let method = PaymentMethod::from_text(method).unwrap();
            assert!(Account::Money(method).id() > 0, "{method:?}");
        }
    }

    #[test]
    fn accounts_have_the_ids_that_statements_name() {
        let money = PaymentMethod::VALUES
            .iter()
            .map(|text| Account::Money(PaymentMethod::from_text(text).unwrap()).id());
        assert!(money.into_iter().all(|id| id <= 6));
        assert_eq!(Account::Money(PaymentMethod::Cash).id(), 1);
        assert_eq!(
            (Account::Receivable.id(), Account::InsurerReceivable.id()),
            (7, 8)
        );
        assert_eq!((Account::Revenue.id(), Account::WriteOffs.id()), (10, 11));
    }

    #[test]
    fn a_negative_movement_goes_the_other_way() {
        let amount = Money::from_minor(5).unwrap();
        let there = Transfer::of(Account::Receivable, Account::Revenue, amount).unwrap();
        assert_eq!(there.debit, Account::Receivable);
        let back = Transfer::of(Account::Receivable, Account::Revenue, amount.neg()).unwrap();
        assert_eq!(
            (back.debit, back.credit, back.amount),
            (Account::Revenue, Account::Receivable, amount)
        );
        assert_eq!(
            Transfer::of(Account::Receivable, Account::Revenue, Money::ZERO),
            None
        );
    }
}
