//! `chelal backup` and `chelal restore`: everything in one file, and back.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use db::{DbError, Retryable};
use engine::keys;
use kernel::Clock;
use ops::backup;
use ops::backup::{Documents, DocumentsDump};
use ops::boot::attach;
use platform::audit::{Action, AuditEntry, sealer};
use platform::error::Error;
use platform::settings::Settings;
use platform::unit;

use super::{Failure, parts};

/// Said where the trail has no room for the note.
const NOT_NOTED: &str = "The disk of the database is full: the backup is made, but that it was made is not on record in the audit trail. Make room.";
/// So long the note of a backup waits for its turn.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, clap::Args)]
pub(super) struct BackupArgs {
    /// The new file; one that exists is not replaced
    file: PathBuf,
    /// Leaves out the files of documents, which then must be copied by other means
    #[arg(long)]
    without_documents: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct RestoreArgs {
    /// A file that `chelal backup` made
    file: PathBuf,
}

/// The database is taken as it is: a backup before an upgrade must not be the upgrade.
#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command talks to its terminal"
)]
pub(super) async fn backup(settings: Settings, args: BackupArgs) -> Result<ExitCode, Failure> {
    let file = args.file;
    if file.exists() {
        return Err(Failure::Failed(format!(
            "{} exists already, and is not replaced; choose another name",
            file.display()
        )));
    }
    let app = attach(parts(settings)?).await?;
    let now = app.clock.now();
    // A busy server leaves another process few gaps to write in.
    let patience = Instant::now() + PATIENCE;
    let noted = loop {
        let noted = unit::program(&app, "backup", |cx| {
            Box::pin(async move {
                cx.audit(AuditEntry::new(Action::Export, "Backup", None).saying("backup"));
                Ok(())
            })
        })
        .await;
        match noted {
            Err(error) if error.retryable() && Instant::now() < patience => {}
            // Just then a copy on another disk is what is needed.
            Err(Error::Db(DbError::Full(_))) => {
                eprintln!("{NOT_NOTED}");
                break Ok(());
            }
            noted => break noted,
        }
    };
    let made = match noted {
        // On record before anything leaves, and so part of the copy.
        Ok(()) => {
            let documents = if args.without_documents {
                Documents::LeftOut
            } else {
                Documents::carried(&app)
            };
            backup::backup(
                app.unguarded("a backup is all of it, sealed as it lies there"),
                &app.settings,
                &documents,
                now,
                &file,
            )
            .await
        }
        Err(error) => Err(error),
    };
    app.close().await;
    let made = made?;
    let bytes = std::fs::metadata(&file).map_or(0, |file| file.len());
    println!("{} holds everything up to {now}.", file.display());
    println!(
        "  {:.1} MiB, {} database, Chelal {}",
        bytes as f64 / 1_048_576.0,
        made.database,
        made.version
    );
    println!("  {}", documents_held(&made.documents));
    println!(
        "  opens with master key {}, which is not in it: keep a copy of the key elsewhere",
        made.master_key
    );
    Ok(ExitCode::SUCCESS)
}

/// What the archive has of the documents.
fn documents_held(held: &DocumentsDump) -> String {
    match held {
        held if !held.carried => {
            "the files of documents are not in it: copy their folder or bucket as well".to_owned()
        }
        held if held.missing > 0 => format!(
            "{} documents; {} more have lost their file in {}, `chelal doctor` names them",
            held.count, held.missing, held.kept_in
        ),
        held => format!("{} documents", held.count),
    }
}

/// What became of the documents, and whether all are there.
fn documents_restored(restored: &backup::Restored) -> (String, bool) {
    let census = &restored.documents;
    let text = match census.is_whole() {
        true => format!("{}, each with its file", census.rows),
        false if restored.manifest.documents.carried => format!(
            "{} of {} have no file, and had none when the backup was made: {}",
            census.missing + census.cut,
            census.rows,
            census.words()
        ),
        false => format!(
            "{} of {} have no file here, as the backup was made without them; put their folder or bucket in its place. `chelal doctor` tells when none is missing",
            census.missing + census.cut,
            census.rows
        ),
    };
    (text, census.is_whole())
}

#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
pub(super) async fn restore(settings: Settings, args: RestoreArgs) -> Result<ExitCode, Failure> {
    if !args.file.is_file() {
        return Err(Failure::Failed(format!(
            "{}: there is no such file",
            args.file.display()
        )));
    }
    // Said first: without the key nothing else matters.
    keys::master(&settings, false).map_err(|error| {
        Failure::Failed(format!(
            "{}\nA backup does not contain the master key. Give the one that the backed-up installation used.",
            super::words(&error)
        ))
    })?;
    let now = Clock::system().now();
    let restored = backup::restore(&args.file, &settings, now, crate::modules::modules()).await?;
    // That it was restored is linked and anchored at once, not only when somebody serves it.
    let app = attach(parts(settings)?).await?;
    let linked = sealer::seal_now(&app).await;
    app.close().await;
    linked?;
    println!(
        "{} of {} is restored (made by Chelal {}).",
        args.file.display(),
        restored.manifest.made_at,
        restored.manifest.version
    );
    if restored.migrated > 0 {
        println!(
            "  {} changes brought the database to version {}",
            restored.migrated,
            env!("CARGO_PKG_VERSION")
        );
    }
    if let Some(moved) = &restored.anchor_moved_to {
        println!(
            "  the anchor that lay here before is now {}",
            moved.display()
        );
    }
    println!("  audit trail: {}", restored.audit);
    let (documents, whole) = documents_restored(&restored);
    println!("  documents: {documents}");
    Ok(if restored.audit.is_intact() && whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
