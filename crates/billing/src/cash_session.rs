//! A cashier's time at a drawer: what was in it, what came in, and what was counted at the end.

use identity::user::User;
use jiff::Timestamp;
use kernel::{BuiltinRole, Code, Money, Reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::module::Module;
use platform::record::{Column, Meta};
use platform::resource::{Change, Resource};
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::{One, Verb};
use sea_query::{Condition, ExprTrait};

use crate::count::CountInput;
use crate::minor_unit;

platform::choice! {
    /// How far a session is.
    pub enum SessionStatus {
        /// Cash payments of its cashier go into its drawer.
        Open = "open",
        /// The drawer was counted; nothing more goes into it.
        Counted = "counted",
        /// The drawer was handed over to another cashier.
        HandedOver = "handed_over",
    }
}

platform::record! {
    /// A cashier's time at a drawer. What should be in the drawer is told only after it was counted.
    pub struct CashSession in "cash_session" {
        client {
            /// Name of the drawer; a named drawer has one open session.
            drawer: Blank<50>,
            /// What is in the drawer at the beginning, in the hospital's currency.
            opening_float: Money = Money::ZERO,
            /// Remarks of the cashier.
            notes: Sealed<Blank<2000>>,
        }
        server {
            /// Whose session it is: the caller who opened it.
            cashier: Ref<User> = Ref::new(0),
            /// `open` until the drawer is counted, then `counted`, and `handed_over` once another user took it over.
            status: SessionStatus = SessionStatus::Open,
            /// When the session was opened, in UTC.
            opened_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// What was counted; null until then.
            counted_amount: Option<Money> = None,
            /// What should have been in the drawer: the beginning and the session's cash payments less its cash refunds; null until it was counted.
            expected_amount: Option<Money> = None,
            /// Counted less expected: below 0 when money is missing; null until it was counted.
            difference: Option<Money> = None,
            /// When it was counted; null until then.
            counted_at: Option<Timestamp> = None,
            /// The session from which the drawer was taken over; null without one.
            received_from: Option<Ref<CashSession>> = None,
            /// The user who took the drawer over; null until then.
            handed_over_to: Option<Ref<User>> = None,
            /// When it was handed over; null until then.
            handed_over_at: Option<Timestamp> = None,
        }
        hidden {
            /// The drawer's name without regard to case and spaces: by it a drawer has one open session.
            drawer_fold: Blank<50> = Blank::default(),
            /// What lies in the drawer by the ledger. Nobody is told before it was counted, but for whoever wants to give back
            /// more.
            in_drawer: Money = Money::ZERO,
        }
    }
}

impl Resource for CashSession {
    const PATH: &'static str = "cash-sessions";
    const VERBS: &'static str = "cr";
    const FILTERS: &'static [Column<Self>] = &[
        CashSession::cashier,
        CashSession::status,
        CashSession::drawer,
        CashSession::opened_at,
    ];
    const ORDERING: &'static [Column<Self>] = &[CashSession::opened_at, CashSession::counted_at];
    const LIST: &'static [Column<Self>] = &[
        CashSession::opened_at,
        CashSession::cashier,
        CashSession::drawer,
        CashSession::status,
        CashSession::opening_float,
        CashSession::counted_amount,
        CashSession::difference,
    ];
    type Extra = ();

    fn access() -> Access {
        use BuiltinRole::{Admin, Cashier};
        Access::nobody()
            .role(Admin, "cr")
            .reach(Cashier, "cr", Reach::Own)
    }

    fn label(&self) -> String {
        format!("{} #{}", self.drawer, self.meta.id)
            .trim_start()
            .to_owned()
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            Reach::None => Scope::Nothing,
            // The successor sees from whom they took the drawer over.
            _ => Scope::Where(
                Condition::any()
                    .add(CashSession::cashier.eq(grant.user))
                    .add(CashSession::handed_over_to.eq(grant.user)),
            ),
        }
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if change.row.opening_float.is_negative() {
            return Err(Error::field("opening_float", Text::new("billing-negative")));
        }
        if change.changed(|row| row.opening_float) {
            minor_unit::check(cx, "opening_float", change.row.opening_float)?;
        }
        let cashier = cx.user_id()?;
        // People write `D1`, `d1 ` and a full-width one for the same.
        change.row.drawer_fold = Blank::cut(&kernel::lookalike::fold(&change.row.drawer));
        check_free(cx, cashier, &change.row.drawer_fold).await?;
        change.row.cashier = Ref::new(cashier);
        change.row.opened_at = cx.now();
        change.row.in_drawer = change.row.opening_float;
        Ok(())
    }
}

/// Says what stands in the way of a new session; two that are opened in one moment are told apart by the database.
async fn check_free(cx: &mut Cx, cashier: i64, drawer_fold: &str) -> Result<(), Error> {
    let open: Option<(i64,)> = cx
        .unscoped("a drawer has one open session, whoever holds it")
        .optional(Statement::raw(
            "SELECT MIN(id) FROM cash_session WHERE status = 'open' AND (cashier = $1 OR (drawer_fold = $2 AND drawer_fold <> '')) \
             HAVING MIN(id) IS NOT NULL",
            values([&cashier, &drawer_fold]),
        ))
        .await?;
    match open {
        None => Ok(()),
        Some((session,)) => Err(Error::refuse(
            Code::StateConflict,
            Text::new("billing-session-open"),
        )
        .with("cash_session", session)),
    }
}

/// Puts cash into the open drawer of a user, or takes it out where it is below nothing, and answers whose session it is;
/// none when they have no drawer open. The session stays locked until the end, so that its drawer is not counted meanwhile.
///
/// # Errors
/// 409 `state_conflict` when less lies in the drawer than is to be taken out; it tells how much does.
pub(crate) async fn put(
    cx: &mut Cx,
    user: Option<i64>,
    amount: Money,
) -> Result<Option<Ref<CashSession>>, Error> {
    let Some(user) = user else { return Ok(None) };
    let minor = amount.minor();
    let put: Option<(i64,)> = cx
        .unscoped("the drawer through which the caller's cash goes")
        .part_of::<crate::payment::Payment>()
        .optional(Statement::raw(
            "UPDATE cash_session SET in_drawer = in_drawer + $2 \
             WHERE cashier = $1 AND status = 'open' AND in_drawer + $2 >= 0 RETURNING id",
            values([&user, &minor]),
        ))
        .await?;
    if let Some((id,)) = put {
        return Ok(Some(Ref::new(id)));
    }
    let holds: Option<(i64, i64)> = cx
        .unscoped("why cash cannot be taken out of a drawer")
        .optional(Statement::raw(
            "SELECT id, in_drawer FROM cash_session WHERE cashier = $1 AND status = 'open'",
            values([&user]),
        ))
        .await?;
    match holds {
        None => Ok(None),
        Some((id, there)) => {
            let there = Money::from_minor(there).map_err(Error::internal)?;
            Err(Error::refuse(
                Code::StateConflict,
                Text::new("billing-drawer-short")
                    .with("wanted", amount.neg())
                    .with("there", there),
            )
            .with("in_drawer", platform::serde_json::json!(there))
            .with("cash_session", id))
        }
    }
}

/// Adds the verbs to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module.verb::<Count>().verb::<HandOver>()
}

/// `POST cash-sessions/{id}/count/`.
pub struct Count;

impl Verb for Count {
    type On = CashSession;
    type Input = CountInput;
    type Answer = One<CashSession>;
    const NAME: &'static str = "count";
    const SUMMARY: &'static str = "Close a session with what was counted in its drawer";
    const DESCRIPTION: &'static str = "The answer tells what should have been in the drawer, and the difference. A session is counted once.";
    const GRAVE: bool = true;

    fn access() -> Access {
        own()
    }

    fn offered(row: &CashSession) -> bool {
        row.status == SessionStatus::Open
    }

    async fn refusal(cx: &mut Cx, row: &CashSession) -> Result<Error, Error> {
        let text = Text::new("billing-counted-before");
        let (by, at) = (Some(row.cashier), row.counted_at);
        identity::done_before(cx, Self::not_offered(row), text, by, at).await
    }

    async fn run(
        cx: &mut Cx,
        held: CashSession,
        input: CountInput,
    ) -> Result<One<CashSession>, Error> {
        let came: Option<(i64,)> = cx
            .unscoped("the cash of the caller's own session")
            .optional(Statement::raw(
                "SELECT CAST(COALESCE(SUM(CASE WHEN l.debit = 1 THEN l.amount ELSE -l.amount END), 0) AS bigint) \
                 FROM ledger_entry AS e JOIN ledger_line AS l ON l.entry = e.id \
                 WHERE e.cash_session = $1 AND (l.debit = 1 OR l.credit = 1)",
                values([&held.meta.id]),
            ))
            .await?;
        let came = Money::from_minor(came.map_or(0, |(sum,)| sum)).map_err(Error::internal)?;
        let expected = held
            .opening_float
            .checked_add(came)
            .map_err(Error::internal)?;
        let difference = input.counted_amount.checked_sub(expected);
        let mut session = held.clone();
        session.status = SessionStatus::Counted;
        session.counted_amount = Some(input.counted_amount);
        session.expected_amount = Some(expected);
        session.difference = Some(difference.map_err(Error::internal)?);
        session.counted_at = Some(cx.now());
        cx.update(&mut session, &held).await?;
        Ok(One(session))
    }
}

platform::input! {
    /// Who takes the drawer over.
    pub struct HandOverInput {
        /// The user who takes it over; another than the one who hands it over.
        to: Ref<User>,
    }
}

/// `POST cash-sessions/{id}/hand_over/`.
pub struct HandOver;

impl Verb for HandOver {
    type On = CashSession;
    type Input = HandOverInput;
    type Answer = One<CashSession>;
    const NAME: &'static str = "hand_over";
    const SUMMARY: &'static str = "Hand a counted drawer over to another cashier";
    const DESCRIPTION: &'static str = "Opens a session of the successor, which begins with what was counted. Answers the session that was handed over.";
    const GRAVE: bool = true;

    fn access() -> Access {
        own()
    }

    fn offered(row: &CashSession) -> bool {
        row.status == SessionStatus::Counted
    }

    async fn refusal(cx: &mut Cx, row: &CashSession) -> Result<Error, Error> {
        if row.status == SessionStatus::Open {
            let text = Text::new("billing-count-first");
            return Ok(Error::refuse(Code::StateConflict, text));
        }
        let text = Text::new("billing-drawer-handed-over");
        let (by, at) = (row.handed_over_to, row.handed_over_at);
        identity::done_before(cx, Self::not_offered(row), text, by, at).await
    }

    async fn run(
        cx: &mut Cx,
        held: CashSession,
        input: HandOverInput,
    ) -> Result<One<CashSession>, Error> {
        let to = input.to.get();
        let known: Option<(bool,)> = cx
            .unscoped("whether a colleague works here is no secret")
            .optional(Statement::raw(
                "SELECT u.is_active AND COALESCE(r.name, '') <> 'Patient' FROM app_user AS u LEFT JOIN role AS r ON r.id = u.role \
                 WHERE u.id = $1",
                values([&to]),
            ))
            .await?;
        if to == held.cashier.get() || known != Some((true,)) {
            return Err(Error::field("to", Text::new("billing-successor")));
        }
        check_free(cx, to, &held.drawer_fold).await?;
        let mut session = held.clone();
        session.status = SessionStatus::HandedOver;
        session.handed_over_to = Some(input.to);
        session.handed_over_at = Some(cx.now());
        cx.update(&mut session, &held).await?;
        let mut next = CashSession {
            meta: Meta::unstored(),
            drawer: held.drawer.clone(),
            drawer_fold: held.drawer_fold.clone(),
            opening_float: held.counted_amount.unwrap_or_default(),
            notes: Sealed::new(Blank::default()),
            cashier: input.to,
            status: SessionStatus::Open,
            opened_at: cx.now(),
            counted_amount: None,
            expected_amount: None,
            difference: None,
            counted_at: None,
            received_from: Some(Ref::new(held.meta.id)),
            handed_over_to: None,
            handed_over_at: None,
            in_drawer: held.counted_amount.unwrap_or_default(),
        };
        cx.insert(&mut next).await?;
        Ok(One(session))
    }
}

fn own() -> Access {
    use BuiltinRole::{Admin, Cashier};
    Access::may(&[Admin]).reach(Cashier, "x", Reach::Own)
}
