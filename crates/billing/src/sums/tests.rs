use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::allocate::allocate;

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn cents(minor: i64) -> Money {
    Money::from_minor(minor).unwrap()
}

fn opened(total: &str, insurer: &str) -> Sums {
    let mut sums = Sums::default();
    sums.charge(money(total), money(insurer), false).unwrap();
    sums
}

#[test]
fn what_is_owed_follows_from_the_sums() {
    let mut sums = opened("500", "400");
    assert_eq!(sums.balance_due(), money("100"));
    assert_eq!(sums.insurer_due(), money("400"));
    assert_eq!(sums.status(false), BillStatus::Open);
    sums.pay(money("100"), PaymentMethod::Cash).unwrap();
    assert_eq!(sums.balance_due(), Money::ZERO);
    assert_eq!(sums.status(false), BillStatus::PartiallyPaid);
    sums.pay_by_insurer(money("300")).unwrap();
    sums.reject(money("100")).unwrap();
    assert_eq!(
        (sums.balance_due(), sums.insurer_due()),
        (money("100"), Money::ZERO)
    );
    sums.write_off(money("100")).unwrap();
    assert_eq!(sums.status(false), BillStatus::Paid);
}

#[test]
fn more_than_is_owed_is_refused() {
    let mut sums = opened("300", "0");
    sums.pay(money("300"), PaymentMethod::Cash).unwrap();
    let again = sums.pay(money("0.01"), PaymentMethod::Cash);
    assert_eq!(again, Err(Refusal::MoreThanOwed(Money::ZERO)));
    assert_eq!(
        sums.pay_by_insurer(money("1")),
        Err(Refusal::MoreThanOwed(Money::ZERO))
    );
    assert_eq!(
        sums.write_off(money("1")),
        Err(Refusal::MoreThanOwed(Money::ZERO))
    );
}

#[test]
fn a_payment_is_refunded_in_parts_up_to_the_last_cent() {
    let mut sums = opened("500", "0");
    sums.pay(money("500"), PaymentMethod::Cash).unwrap();
    sums.refund(money("400"), PaymentMethod::Cash).unwrap();
    assert_eq!(sums.balance_due(), money("400"));
    sums.refund(money("100"), PaymentMethod::Cash).unwrap();
    assert_eq!(sums.status(false), BillStatus::Open);
    assert_eq!(
        sums.refund(money("0.01"), PaymentMethod::Cash),
        Err(Refusal::MoreThanPaid(Money::ZERO))
    );
}

#[test]
fn a_total_does_not_fall_below_what_was_paid_unless_it_is_credited() {
    let mut sums = opened("500", "0");
    sums.pay(money("300"), PaymentMethod::Cash).unwrap();
    assert_eq!(
        sums.charge(money("299.99"), Money::ZERO, false),
        Err(Refusal::BelowPaid)
    );
    sums.charge(money("300"), Money::ZERO, false).unwrap();
    assert_eq!(sums.status(true), BillStatus::Paid);
    sums.charge(money("250"), Money::ZERO, true).unwrap();
    assert_eq!(
        (sums.balance_due(), sums.credit_due()),
        (Money::ZERO, money("50"))
    );
    // What is owed back is given back, and not taken for something that is owed.
    sums.refund(money("50"), PaymentMethod::Cash).unwrap();
    assert_eq!(
        (sums.balance_due(), sums.credit_due()),
        (Money::ZERO, Money::ZERO)
    );
    // While something is owed back, further lines use it up first.
    sums.charge(money("200"), Money::ZERO, true).unwrap();
    sums.charge(money("230"), Money::ZERO, false).unwrap();
    assert_eq!(sums.credit_due(), money("20"));
}

#[test]
fn a_bill_that_holds_money_is_not_withdrawn() {
    let mut sums = opened("500", "100");
    sums.pay(money("1"), PaymentMethod::Card).unwrap();
    assert_eq!(sums.void(), Err(Refusal::HoldsMoney));
    sums.refund(money("1"), PaymentMethod::Card).unwrap();
    sums.void().unwrap();
    let mut insured = opened("500", "100");
    insured.pay_by_insurer(money("1")).unwrap();
    assert_eq!(insured.void(), Err(Refusal::HoldsMoney));
}

#[test]
fn a_bill_of_nothing_is_paid_once_it_has_lines() {
    assert_eq!(Sums::default().status(false), BillStatus::Open);
    assert_eq!(Sums::default().status(true), BillStatus::Paid);
}

#[derive(Debug, Clone)]
enum Step {
    Lines(Vec<(i64, i64, u8)>, u32),
    Credit(u8),
    Pay(i64, u8),
    PayInsurer(i64),
    Refund(i64),
    Reject(i64),
    RefundInsurer(i64),
    Appeal(i64),
    WriteOff(i64),
    Void,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let amount = 1i64..60_000;
    let step = prop_oneof![
        3 => (prop::collection::vec((1i64..9_999, 1i64..9, 0u8..=100), 1..8), 0u32..=10_000).prop_map(|(lines, share)| Step::Lines(lines, share)),
        2 => (0u8..=100).prop_map(Step::Credit),
        6 => (amount.clone(), 0u8..6).prop_map(|(amount, method)| Step::Pay(amount, method)),
        3 => amount.clone().prop_map(Step::PayInsurer),
        3 => amount.clone().prop_map(Step::Refund),
        1 => amount.clone().prop_map(Step::Reject),
        2 => amount.clone().prop_map(Step::RefundInsurer),
        2 => amount.clone().prop_map(Step::Appeal),
        1 => amount.prop_map(Step::WriteOff),
        1 => Just(Step::Void),
    ];
    prop::collection::vec(step, 1..40)
}

/// What each account's balance comes to.
#[derive(Default)]
struct Books(BTreeMap<Account, i64>);

impl Books {
    fn post(&mut self, transfers: &Transfers) {
        for transfer in transfers {
            assert!(transfer.amount.is_positive());
            assert_ne!(transfer.debit, transfer.credit);
            *self.0.entry(transfer.debit).or_default() += transfer.amount.minor();
            *self.0.entry(transfer.credit).or_default() -= transfer.amount.minor();
        }
    }

    fn of(&self, account: Account) -> i64 {
        self.0.get(&account).copied().unwrap_or_default()
    }

    fn money(&self) -> i64 {
        let money = self
            .0
            .iter()
            .filter(|(account, _)| matches!(account, Account::Money(_)));
        money.map(|(_, balance)| balance).sum()
    }
}

proptest! {
    #[test]
    fn ledger_and_bill_agree_whatever_happens(steps in steps()) {
        let mut sums = Sums::default();
        let mut books = Books::default();
        for step in steps {
            let before = sums;
            let done = match &step {
                Step::Lines(lines, share) => {
                    let totals: Vec<Money> = lines.iter().map(|(unit, quantity, percent)| {
                        let gross = cents(*unit).checked_mul(*quantity).unwrap();
                        gross.checked_sub(gross.percent(u32::from(*percent)).unwrap()).unwrap()
                    }).collect();
                    let total = Money::sum(totals.iter().copied()).unwrap();
                    let insurer = total.basis_points(*share).unwrap();
                    // The insurer's part by line: not a cent is lost.
                    let parts = allocate(insurer, &totals);
                    prop_assert_eq!(Money::sum(parts.iter().copied()).unwrap(), insurer);
                    prop_assert!(parts.iter().zip(&totals).all(|(part, line)| part <= line));
                    sums.charge(total, insurer, false)
                }
                Step::Credit(percent) => {
                    let less = |amount: Money| amount.checked_sub(amount.percent(u32::from(*percent)).unwrap()).unwrap();
                    sums.charge(less(sums.total), less(sums.insurer), true)
                }
                Step::Pay(amount, method) => {
                    let method = PaymentMethod::from_text(PaymentMethod::VALUES[usize::from(*method)]).unwrap();
                    sums.pay(cents(*amount), method)
                }
                Step::PayInsurer(amount) => sums.pay_by_insurer(cents(*amount)),
                Step::Refund(amount) => sums.refund(cents(*amount), PaymentMethod::Cash),
                Step::Reject(amount) => sums.reject(cents(*amount)),
                Step::RefundInsurer(amount) => sums.refund_insurer(cents(*amount)),
                Step::Appeal(amount) => sums.appeal(cents(*amount)),
                Step::WriteOff(amount) => sums.write_off(cents(*amount)),
                Step::Void => sums.void(),
            };
            let voided = matches!(step, Step::Void) && done.is_ok();
            match done {
                Ok(transfers) => books.post(&transfers),
                Err(_) => prop_assert_eq!(sums, before, "a refusal changes nothing"),
            }
            // Always balanced, and equal to the bill.
            prop_assert_eq!(books.0.values().sum::<i64>(), 0);
            prop_assert_eq!(books.money(), sums.held().minor());
            prop_assert_eq!(books.of(Account::Refunds), 0);
            if voided {
                for account in [Account::Receivable, Account::InsurerReceivable, Account::Revenue, Account::WriteOffs] {
                    prop_assert_eq!(books.of(account), 0);
                }
                return Ok(());
            }
            prop_assert_eq!(books.of(Account::Receivable), sums.balance_due().minor() - sums.credit_due().minor());
            prop_assert_eq!(books.of(Account::InsurerReceivable), sums.insurer_due().minor());
            prop_assert_eq!(-books.of(Account::Revenue), sums.total.minor());
            prop_assert_eq!(books.of(Account::WriteOffs), sums.written_off.minor());
            // What is owed is never below nothing, and owed to one side only.
            prop_assert!(!sums.balance_due().is_negative() && !sums.insurer_due().is_negative());
            prop_assert!(sums.balance_due().is_zero() || sums.credit_due().is_zero());
            let formula = sums.total.minor() - sums.insurer.minor() - sums.paid.minor() + sums.refunded.minor() - sums.written_off.minor();
            prop_assert_eq!(formula, sums.balance_due().minor() - sums.credit_due().minor());
            // What is owed back is owed to those who paid it, and to no one else.
            let both = sums.patient_credit().checked_add(sums.insurer_credit()).unwrap();
            prop_assert_eq!(both, sums.credit_due());
            prop_assert!(sums.insurer_credit() <= sums.insurer_paid);
            // Only a credit makes the hospital owe something.
            if !matches!(step, Step::Credit(_)) {
                prop_assert!(sums.credit_due() <= before.credit_due());
            }
        }
    }
}
