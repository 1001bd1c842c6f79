//! Figures: the numbers of dashboards and statistics, declared by the module that can count them.
//!
//! A figure says what it is called, whose dashboards it is on, and which permission it is counted
//! with. The face that shows it (`reports`) asks for it with the caller's grant; whoever does not hold
//! the permission is shown 0, so that a dashboard has the same shape for everybody of a role.
//!
//! ```ignore
//! Module::new("patients").figure(
//!     Figure::new("total_patients", Patient::READ, |cx, grant| Box::pin(async move {
//!         figure::count::<Patient>(cx, &grant, None).await.map(Amount::Count)
//!     }))
//!     .also("totalPatients")
//!     .on_dashboards(&[BuiltinRole::Admin])
//!     .in_statistics(),
//! )
//! ```
//!
//! One figure is one query. Totals are exact ([`crate::totals`]).

use futures_util::future::BoxFuture;
use kernel::{BuiltinRole, Money};
use sea_query::Condition;
use serde::{Serialize, Serializer};

use crate::access::{Grant, Permission};
use crate::cx::Cx;
use crate::resource::Resource;
use crate::totals;
use records::error::Error;

/// What a figure amounts to; a number in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// So many.
    Count(i64),
    /// So much, in the hospital's currency.
    Money(Money),
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Amount::Count(count) => to.serialize_i64(*count),
            Amount::Money(money) => money.serialize(to),
        }
    }
}

/// Counts a figure, within the caller's grant of the figure's permission. Never called with a grant
/// that reaches nothing.
pub type Count = for<'a> fn(&'a mut Cx, Grant) -> BoxFuture<'a, Result<Amount, Error>>;

/// A number of dashboards and statistics.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// The key under which it is shown.
    pub name: &'static str,
    /// Another spelling that statistics show besides.
    pub also: Option<&'static str>,
    /// The permission it is counted with, such as `Patient::READ`.
    pub needs: Permission,
    /// Whose dashboards it is on.
    pub roles: &'static [BuiltinRole],
    /// It is one of the hospital's statistics (`dashboard-stats/`).
    pub statistic: bool,
    /// Counts it.
    pub count: Count,
}

impl Figure {
    /// A figure that is on no dashboard yet.
    pub fn new(name: &'static str, needs: Permission, count: Count) -> Figure {
        Figure {
            name,
            also: None,
            needs,
            roles: &[],
            statistic: false,
            count,
        }
    }

    /// Another spelling, in statistics.
    #[must_use]
    pub fn also(mut self, name: &'static str) -> Figure {
        self.also = Some(name);
        self
    }

    /// Shown on the dashboards of these roles. A role that an Admin made is shown every figure of any
    /// dashboard whose permission it holds.
    #[must_use]
    pub fn on_dashboards(mut self, roles: &'static [BuiltinRole]) -> Figure {
        self.roles = roles;
        self
    }

    /// One of the hospital's statistics.
    #[must_use]
    pub fn in_statistics(mut self) -> Figure {
        self.statistic = true;
        self
    }

    /// What it amounts to for the caller; 0 without the permission.
    ///
    /// # Errors
    /// When counting fails.
    pub async fn amount(&self, cx: &mut Cx) -> Result<Amount, Error> {
        let grant = cx.grant_of(self.needs);
        if grant.reach == kernel::Reach::None {
            return Ok(Amount::Count(0));
        }
        (self.count)(cx, grant).await
    }
}

/// How many of a resource's listed records a grant reaches, of those for which the condition holds.
///
/// # Errors
/// When the database fails.
pub async fn count<R: Resource>(
    cx: &mut Cx,
    grant: &Grant,
    only: Option<Condition>,
) -> Result<i64, Error> {
    let Some(mut query) = cx.scoped::<R>(grant) else {
        return Ok(0);
    };
    for condition in R::listed().into_iter().chain(only) {
        query.cond_where(condition);
    }
    totals::total(cx, &query).await
}
