//! Brings the schema up to date.
//!
//! Migrations live in the modules, in the order they were written, and never change once applied:
//! a checksum of their statements is kept in `schema_migration`. Each runs in its own transaction,
//! so that a failed one leaves nothing behind. Several nodes may start at once.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::Clock;

use super::ddl::Ddl;
use super::error::DbError;
use super::statement::{Dialect, Statement};
use super::value::ToValue;
use super::{Db, Tx};

/// One step of a module's schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Unique within the module, such as `0001_ward`.
    pub name: &'static str,
    /// Says what to do.
    pub up: fn(&mut Ddl),
}

/// A migration that was applied by this call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The module.
    pub module: String,
    /// The migration's name.
    pub name: String,
}

/// "chelal" in ASCII; any number that nobody else locks.
const LOCK: i64 = 0x6368_656c_616c;

/// Applies what is missing, set by set (so a module must come after those it refers to) and in the
/// order of each set. Does nothing when nothing is missing.
///
/// # Errors
/// [`DbError::Other`] when the database knows a migration that this program does not, or knows it
/// with other statements: it belongs to a newer or another version, and nothing is touched.
/// Otherwise whatever a statement met with; migrations before it stay applied.
pub async fn migrate(db: &Db, sets: &[(&str, &[Migration])]) -> Result<Vec<Applied>, DbError> {
    db.transaction(|tx| {
        Box::pin(async move {
            lock(tx).await?;
            tx.batch(table(tx.dialect())).await
        })
    })
    .await?;
    let plan = plan(db.dialect(), sets)?;
    let known: Vec<Known> = db
        .few(Statement::raw(
            "SELECT module, name, checksum FROM schema_migration ORDER BY module, name",
            vec![],
        ))
        .await?;
    check(&plan, &known)?;
    let mut applied = Vec::new();
    for step in plan {
        let known = known
            .iter()
            .any(|(m, n, _)| *m == step.module && *n == step.name);
        if !known && apply(db, Arc::clone(&step)).await? {
            applied.push(Applied {
                module: step.module.clone(),
                name: step.name.clone(),
            });
        }
    }
    Ok(applied)
}

/// The migrations with their checksums on both databases, one a line.
///
/// # Errors
/// [`DbError::Other`] when one is listed twice.
pub fn migrations_text(sets: &[(&str, &[Migration])]) -> Result<String, DbError> {
    let sqlite = plan(Dialect::Sqlite, sets)?;
    let postgres = plan(Dialect::Postgres, sets)?;
    let lines = sqlite.iter().zip(&postgres).map(|(sqlite, postgres)| {
        let Step { module, name, .. } = &**sqlite;
        format!(
            "{module}/{name} sqlite {} postgres {}\n",
            sqlite.checksum, postgres.checksum
        )
    });
    Ok(lines.collect())
}

/// The migrations with their checksums on one kind of database: module, name, checksum.
pub fn checksums(
    dialect: Dialect,
    sets: &[(&str, &[Migration])],
) -> Result<Vec<(String, String, String)>, DbError> {
    let steps = plan(dialect, sets)?;
    let known = steps.iter().map(|step| {
        let Step {
            module,
            name,
            checksum,
            ..
        } = &**step;
        (module.clone(), name.clone(), checksum.clone())
    });
    Ok(known.collect())
}

type Known = (String, String, String);

struct Step {
    module: String,
    name: String,
    statements: Vec<String>,
    checksum: String,
}

fn table(dialect: Dialect) -> String {
    let mut ddl = Ddl::new(dialect);
    ddl.table("schema_migration", |t| {
        t.text("module");
        t.text("name");
        t.timestamp("applied_at");
        t.text("checksum");
        t.primary_key(&["module", "name"]);
    });
    ddl.statements()
        .concat()
        .replacen("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1)
}

fn plan(dialect: Dialect, sets: &[(&str, &[Migration])]) -> Result<Vec<Arc<Step>>, DbError> {
    let mut steps: Vec<Arc<Step>> = Vec::new();
    for (module, migrations) in sets {
        for migration in *migrations {
            let mut ddl = Ddl::new(dialect);
            (migration.up)(&mut ddl);
            let (module, name) = ((*module).to_owned(), migration.name.to_owned());
            if steps.iter().any(|s| s.module == module && s.name == name) {
                return Err(DbError::Other(format!(
                    "migration {module}/{name} is listed twice"
                )));
            }
            steps.push(Arc::new(Step {
                module,
                name,
                checksum: checksum(ddl.statements()),
                statements: ddl.statements().to_vec(),
            }));
        }
    }
    Ok(steps)
}

/// SHA-256 over the statements, each with its length so that they cannot run into each other.
fn checksum(statements: &[String]) -> String {
    let mut digest = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for statement in statements {
        digest.update(&(statement.len() as u64).to_be_bytes());
        digest.update(statement.as_bytes());
    }
    let hash = digest.finish();
    kernel::hex(hash.as_ref())
}

fn check(plan: &[Arc<Step>], known: &[Known]) -> Result<(), DbError> {
    let mine: HashMap<_, _> = plan
        .iter()
        .map(|s| ((s.module.as_str(), s.name.as_str()), s.checksum.as_str()))
        .collect();
    for (module, name, checksum) in known {
        match mine.get(&(module.as_str(), name.as_str())) {
            None => {
                return Err(DbError::Other(format!(
                    "the database has migration {module}/{name}, which this program does not \
                     know: it was used with a newer version; nothing was changed"
                )));
            }
            Some(mine) if mine != checksum => {
                return Err(DbError::Other(format!(
                    "migration {module}/{name} is not the one applied to the database (checksum \
                     {checksum}, here {mine}); an applied migration must not be edited; nothing \
                     was changed"
                )));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Waits until no other node migrates; held until the transaction's end. SQLite's writer is alone
/// anyway.
async fn lock(tx: &mut Tx) -> Result<(), DbError> {
    if tx.dialect() == Dialect::Postgres {
        // A big table may take its time, and so may another node.
        tx.be_patient();
        tx.batch(format!(
            "SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock({LOCK})"
        ))
        .await?;
    }
    Ok(())
}

/// Whether it was this node that applied it.
async fn apply(db: &Db, step: Arc<Step>) -> Result<bool, DbError> {
    db.transaction(|tx| {
        let step = Arc::clone(&step);
        Box::pin(async move {
            let named = |e: DbError| match e {
                e if e.is_retryable() => e,
                e => DbError::Other(format!("migration {}/{}: {e}", step.module, step.name)),
            };
            lock(tx).await?;
            let other_node = tx
                .optional::<(String,)>(Statement::raw(
                    "SELECT checksum FROM schema_migration WHERE module = $1 AND name = $2",
                    vec![step.module.to_value(), step.name.to_value()],
                ))
                .await?;
            if other_node.is_some() {
                return Ok(false);
            }
            for statement in &step.statements {
                tx.batch(statement.clone()).await.map_err(named)?;
            }
            tx.execute(Statement::raw(
                "INSERT INTO schema_migration (module, name, applied_at, checksum) \
                 VALUES ($1, $2, $3, $4)",
                vec![
                    step.module.to_value(),
                    step.name.to_value(),
                    Clock::system().now().to_value(),
                    step.checksum.to_value(),
                ],
            ))
            .await?;
            Ok(true)
        })
    })
    .await
}
