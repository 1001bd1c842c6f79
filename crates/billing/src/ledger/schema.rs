//! The tables of the ledger.

use platform::db::Ddl;

use super::account::Account;
use super::post::EntryKind;

/// Makes the tables, with the accounts in them.
pub(crate) fn tables(ddl: &mut Ddl) {
    ddl.table("ledger_account", |t| {
        t.id();
        t.text("code").unique();
        t.text("name");
        t.one_of("kind", &["asset", "liability", "income", "expense"]);
    });
    for (_, id, code, name, kind) in Account::ALL {
        ddl.sql(&format!(
            "INSERT INTO ledger_account (id, code, name, kind) VALUES ({id}, '{code}', '{name}', '{kind}')"
        ));
    }
    ddl.table("ledger_entry", |t| {
        t.id();
        t.text("kind");
        t.int("bill").references("bill");
        t.int("payment").null().references("payment");
        t.int("cash_session").null().references("cash_session");
        t.int("posted_by").null();
        t.timestamp("at");
        t.date("day");
        t.one_of("kind", EntryKind::VALUES);
    });
    ddl.index("ledger_entry", &["bill", "id"]);
    ddl.index("ledger_entry", &["cash_session"]);
    ddl.index("ledger_entry", &["day"]);
    ddl.table("ledger_line", |t| {
        t.id();
        t.int("entry").references("ledger_entry");
        t.int("debit").references("ledger_account");
        t.int("credit").references("ledger_account");
        t.int("amount");
        t.text("item_key");
        t.check("ledger_line_amount_check", "amount > 0");
        t.check("ledger_line_credit_check", "debit <> credit");
    });
    ddl.index("ledger_line", &["entry"]);
    for table in ["ledger_entry", "ledger_line"] {
        ddl.append_only(table, "rows");
    }
    ddl.table("turnover_day", |t| {
        t.text("kind");
        t.date("day");
        t.text("item_key");
        t.int("received");
        t.int("refunded");
        t.int("receipts");
        t.primary_key(&["kind", "day", "item_key"]);
        t.check(
            "turnover_day_received_check",
            "received >= 0 AND refunded >= 0",
        );
    });
}
