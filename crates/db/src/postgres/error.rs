//! PostgreSQL's errors, translated into [`DbError`].

use std::error::Error as _;

use deadpool_postgres::{HookError, PoolError, TimeoutType};
use tokio_postgres::error::SqlState;

use super::types::Misfit;
use crate::error::DbError;

/// What an error of the server means.
pub fn map(error: &tokio_postgres::Error) -> DbError {
    let Some(db) = error.as_db_error() else {
        if let Some(misfit) = error.source().and_then(|s| s.downcast_ref::<Misfit>()) {
            return DbError::Value(misfit.to_string());
        }
        let io = error
            .source()
            .is_some_and(|s| s.downcast_ref::<std::io::Error>().is_some());
        let text = with_source(error);
        return if error.is_closed() || io {
            DbError::Unavailable(text)
        } else {
            DbError::Other(text)
        };
    };
    let message = db.message();
    let constraint = || db.constraint().unwrap_or_default().to_owned();
    match *db.code() {
        SqlState::UNIQUE_VIOLATION => DbError::Unique {
            constraint: constraint(),
        },
        SqlState::FOREIGN_KEY_VIOLATION | SqlState::RESTRICT_VIOLATION => DbError::ForeignKey {
            constraint: db.constraint().map(str::to_owned),
        },
        SqlState::CHECK_VIOLATION => DbError::Check {
            constraint: constraint(),
        },
        SqlState::EXCLUSION_VIOLATION => DbError::Exclusion {
            constraint: constraint(),
        },
        SqlState::NOT_NULL_VIOLATION => DbError::NotNull {
            column: db.column().unwrap_or_default().to_owned(),
        },
        // A trigger may speak the same language as on SQLite.
        SqlState::RAISE_EXCEPTION => match message.strip_prefix("constraint:") {
            Some(name) => DbError::Exclusion {
                constraint: name.trim().to_owned(),
            },
            None => DbError::Other(message.to_owned()),
        },
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => {
            DbError::Retry(message.to_owned())
        }
        SqlState::FEATURE_NOT_SUPPORTED if is_stale_plan(error) => {
            DbError::Retry(message.to_owned())
        }
        SqlState::LOCK_NOT_AVAILABLE => DbError::Busy,
        SqlState::QUERY_CANCELED | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => {
            DbError::Timeout
        }
        SqlState::DISK_FULL | SqlState::OUT_OF_MEMORY | SqlState::IO_ERROR => {
            DbError::Full(message.to_owned())
        }
        // A standby, or a primary that was demoted.
        SqlState::READ_ONLY_SQL_TRANSACTION => {
            DbError::Unavailable(format!("the server cannot be written to: {message}"))
        }
        ref code if ["08", "53", "57", "28", "3D"].contains(&&code.code()[..2]) => {
            DbError::Unavailable(message.to_owned())
        }
        ref code if code.code().starts_with("22") => DbError::Value(message.to_owned()),
        ref code => DbError::Other(format!("{message} ({})", code.code())),
    }
}

/// A cached statement outlived a change of its table.
pub(super) fn is_stale_plan(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|db| {
        *db.code() == SqlState::FEATURE_NOT_SUPPORTED
            && db.message().starts_with("cached plan must not change")
    })
}

pub(super) fn map_pool(error: &PoolError) -> DbError {
    match error {
        PoolError::Timeout(TimeoutType::Wait) => DbError::Timeout,
        PoolError::Timeout(_) => {
            DbError::Unavailable("no connection to the server in time".to_owned())
        }
        PoolError::PostCreateHook(HookError::Message(why)) => {
            DbError::Unavailable(why.clone().into_owned())
        }
        PoolError::PostCreateHook(HookError::Backend(e)) => DbError::Unavailable(with_source(e)),
        PoolError::Backend(e) => match map(e) {
            DbError::Other(text) => DbError::Unavailable(text),
            named => named,
        },
        other => DbError::Unavailable(other.to_string()),
    }
}

fn with_source(error: &tokio_postgres::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
