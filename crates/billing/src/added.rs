//! What later versions added to the tables, and how rows that were there before came by it.

use platform::db::Ddl;

/// A drawer knows what lies in it, and never has less than nothing. What was there before follows from the ledger; a
/// drawer that was below nothing by it begins with nothing, and `chelal doctor` names it.
pub(crate) fn drawers(ddl: &mut Ddl) {
    ddl.add_columns("cash_session", |t| {
        t.int("in_drawer").default(0_i64);
        t.check("cash_session_in_drawer_check", "in_drawer >= 0");
    });
    ddl.sql(
        "UPDATE cash_session SET in_drawer = opening_float + COALESCE((\
         SELECT SUM(CASE WHEN l.debit = 1 THEN l.amount ELSE -l.amount END) \
         FROM ledger_entry AS e JOIN ledger_line AS l ON l.entry = e.id \
         WHERE e.cash_session = cash_session.id AND (l.debit = 1 OR l.credit = 1)), 0) \
         WHERE opening_float + COALESCE((\
         SELECT SUM(CASE WHEN l.debit = 1 THEN l.amount ELSE -l.amount END) \
         FROM ledger_entry AS e JOIN ledger_line AS l ON l.entry = e.id \
         WHERE e.cash_session = cash_session.id AND (l.debit = 1 OR l.credit = 1)), 0) >= 0",
    );
}

/// Refunds are counted apart from payments, which were counted together before.
pub(crate) fn refunds_apart(ddl: &mut Ddl) {
    ddl.add_columns("turnover_day", |t| {
        t.int("refunds").default(0_i64);
        t.check(
            "turnover_day_refunds_check",
            "refunds >= 0 AND receipts >= 0",
        );
    });
    for (kind, key) in [
        ("method", "p.method"),
        (
            "payer",
            "CASE WHEN p.method = 'Insurance' THEN 'Insurance' ELSE 'Self-Pay' END",
        ),
        ("doctor", "CAST(COALESCE(b.doctor, 0) AS text)"),
    ] {
        ddl.sql(&format!(
            "UPDATE turnover_day SET refunds = (SELECT COUNT(*) FROM ledger_entry AS e \
             JOIN payment AS p ON p.id = e.payment JOIN bill AS b ON b.id = p.bill \
             WHERE e.kind = 'refund' AND e.day = turnover_day.day AND {key} = turnover_day.item_key) \
             WHERE kind = '{kind}' AND refunded > 0"
        ));
    }
    ddl.sql(
        "UPDATE turnover_day SET refunds = (SELECT COUNT(DISTINCT e.id) FROM ledger_entry AS e \
         JOIN ledger_line AS l ON l.entry = e.id WHERE e.kind = 'refund' AND l.credit <= 6 \
         AND e.day = turnover_day.day AND l.item_key = turnover_day.item_key) \
         WHERE kind = 'service' AND refunded > 0",
    );
    ddl.sql("UPDATE turnover_day SET receipts = receipts - refunds WHERE refunds BETWEEN 1 AND receipts");
}

/// A line says whether its price is still to be found, and lists of those are short however many lines there are.
pub(crate) fn prices_to_find(ddl: &mut Ddl) {
    ddl.add_columns("bill_item", |t| {
        t.bool("unpriced").default(false);
        t.check(
            "bill_item_unpriced_check",
            "NOT unpriced OR (amount = 0 AND credit_of IS NULL)",
        );
    });
    ddl.sql("CREATE INDEX bill_item_unpriced_idx ON bill_item (id) WHERE unpriced AND voided_at IS NULL");
}

/// What insurers owe is told by this index alone, however many bills are settled: looking up each debt cost a quarter of a
/// second with a million bills.
pub(crate) fn insurers_debts(ddl: &mut Ddl) {
    ddl.sql(
        "CREATE INDEX bill_insurer_due_idx ON bill (insurance, status, insurance_amount, insurance_paid_amount, date_issued) \
         WHERE insurance_amount > insurance_paid_amount",
    );
}

/// A drawer has one open session however its name is written. Of sessions that were open under two spellings before, the
/// later keep a key of their own until they are counted.
pub(crate) fn drawers_folded(ddl: &mut Ddl) {
    ddl.add_columns("cash_session", |t| {
        t.text("drawer_fold").default("");
    });
    ddl.sql("UPDATE cash_session SET drawer_fold = LOWER(TRIM(drawer))");
    ddl.sql(
        "UPDATE cash_session SET drawer_fold = drawer_fold || ' #' || CAST(id AS text) \
         WHERE status = 'open' AND drawer_fold <> '' AND EXISTS (SELECT 1 FROM cash_session AS other \
         WHERE other.status = 'open' AND other.drawer_fold = cash_session.drawer_fold AND other.id < cash_session.id)",
    );
    ddl.sql("DROP INDEX cash_session_drawer_key");
    ddl.unique_index(
        "cash_session_drawer_fold_key",
        "cash_session",
        &["drawer_fold"],
        Some("status = 'open' AND drawer_fold <> ''"),
    );
}

/// What an insurer paid names its claim, so that it can be taken back. Payments from before belong to the one claim of their
/// bill on which something was paid; where there are several, nobody can tell.
pub(crate) fn paid_claims(ddl: &mut Ddl) {
    ddl.add_columns("payment", |t| {
        t.int("claim").null().references("insurance_claim");
    });
    ddl.index("payment", &["claim"]);
    ddl.add_columns("insurance_claim", |t| {
        t.int("lapsed_amount").default(0_i64);
        t.check(
            "insurance_claim_lapsed_amount_check",
            "lapsed_amount >= 0 AND paid_amount + rejected_amount + lapsed_amount <= amount",
        );
    });
    ddl.sql(
        "UPDATE payment SET claim = (SELECT MIN(c.id) FROM insurance_claim AS c \
         WHERE c.bill = payment.bill AND c.paid_amount > 0) \
         WHERE by_insurer AND 1 = (SELECT COUNT(*) FROM insurance_claim AS c \
         WHERE c.bill = payment.bill AND c.paid_amount > 0) \
         AND (SELECT SUM(c.paid_amount) FROM insurance_claim AS c WHERE c.bill = payment.bill) = \
         (SELECT SUM(p.amount) FROM payment AS p WHERE p.bill = payment.bill AND p.by_insurer)",
    );
}

/// Few bills have more paid than is owed; the cash desk names them.
pub(crate) fn credits_to_find(ddl: &mut Ddl) {
    ddl.sql("CREATE INDEX bill_credit_due_idx ON bill (id) WHERE credit_due > 0");
}
