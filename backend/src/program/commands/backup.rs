//! Makes, checks and restores backups, on the machine of the server and without its API.

use anyhow::{Context as _, bail};
use latchkey_shared::time::Timestamp;

use crate::backups::{self, Manifest};
use crate::configuration::Configuration;
use crate::configuration::backups::{Backup, BackupCommand, Sealed};
use crate::database::now;

/// `latchkey backup`.
pub async fn backup(configuration: &Configuration, how: Backup) -> anyhow::Result<()> {
    match how.command {
        None => {
            let file = how.file.context("name the file to make")?;
            let taking = backups::take(configuration, &file, &how.recipients, how.most_log);
            println!("{}: {}", file.display(), describe(&unless_interrupted(taking).await?));
        }
        Some(BackupCommand::Key { file }) => println!("{}", backups::make_identity(&file)?),
        Some(BackupCommand::Check(Sealed { file, identity })) => {
            let checking = backups::check(configuration, &file, &identity);
            let found = unless_interrupted(checking).await?;
            println!("{}: {}", file.display(), describe(&found.manifest));
            println!("installation: {}", found.manifest.installation);
            println!("data keys that it needs: {}", found.manifest.data_keys.join(", "));
            println!("tokens: {}", found.tokens);
            let opened =
                if found.opened.is_empty() { "none has a row".to_owned() } else { found.opened.join(", ") };
            println!("sealed columns that the master key opens: {opened}");
            println!("The backup is whole.");
        }
    }
    Ok(())
}

/// `latchkey restore`. On PostgreSQL, standard output is for `psql`.
pub async fn restore(configuration: &Configuration, how: Sealed) -> anyhow::Result<()> {
    let restoring = backups::restore(configuration, &how.file, &how.identity);
    let manifest = unless_interrupted(restoring).await?;
    eprintln!("restored: {}", describe(&manifest));
    eprintln!(
        "The next start ends all sessions and JWTs, and suspends all tokens, since withdrawals from {} to {} may be \
         missing.",
        manifest.taken_at,
        Timestamp::from_millis(now())
    );
    Ok(())
}

fn describe(manifest: &Manifest) -> String {
    let Manifest { engine, schema, program, taken_at, .. } = manifest;
    format!("{} of {taken_at}, schema {schema}, by latchkey {program}", engine.as_str())
}

/// Runs `work` until a signal comes. What it was writing is removed then.
async fn unless_interrupted<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    #[cfg(unix)]
    let ended = async {
        use tokio::signal::unix::{SignalKind, signal};
        let mut ended = signal(SignalKind::terminate())?;
        ended.recv().await;
        Ok::<_, std::io::Error>(())
    };
    #[cfg(not(unix))]
    let ended = std::future::pending::<std::io::Result<()>>();
    tokio::select! {
        done = work => done,
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
        _ = ended => bail!("interrupted"),
    }
}
