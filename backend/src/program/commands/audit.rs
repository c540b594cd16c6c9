//! `latchkey audit`: exports of the audit trail, and their check.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use latchkey_shared::audit::AuditChain;

use super::administrator::Session;
use crate::audit::verify::verify;
use crate::configuration::audit::{Audit, Export, Verify};
use crate::configuration::{Administrator, Configuration};
use crate::crypto::note::PublicNoteKey;

/// Does what is asked for.
pub async fn run(configuration: &Configuration, what: Audit) -> anyhow::Result<()> {
    match what {
        Audit::Export(what) => export(configuration, what).await,
        Audit::Verify(what) => check(&what),
        Audit::PublicKey(at) => {
            println!("{}", chain(configuration, at).await?.public_key);
            Ok(())
        }
        Audit::Checkpoint(at) => {
            let checkpoint =
                chain(configuration, at).await?.checkpoint.context("there is no checkpoint yet")?;
            print!("{}", checkpoint.note);
            Ok(())
        }
    }
}

async fn chain(configuration: &Configuration, who: Administrator) -> anyhow::Result<AuditChain> {
    let session = Session::log_in(configuration, who).await?;
    let chain = session.get("/audit/chain").await?;
    session.log_out().await?;
    Ok(chain)
}

async fn export(configuration: &Configuration, what: Export) -> anyhow::Result<()> {
    let session = Session::log_in(configuration, what.administrator).await?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("format", what.format.as_str());
    for (name, time) in [("since", what.since), ("until", what.until)] {
        query.extend_pairs(time.map(|time| (name, time)));
    }
    let mut answer = session.read(&format!("/audit/export?{}", query.finish())).await?;
    let mut output = std::io::stdout().lock();
    while let Some(piece) = answer.chunk().await.context("the export broke off")? {
        output.write_all(&piece)?;
    }
    output.flush()?;
    drop(output);
    session.log_out().await
}

/// Prints what an export shows and what it does not. It fails if something does not fit.
fn check(what: &Verify) -> anyhow::Result<()> {
    let read = |path: &Path| fs::read_to_string(path).with_context(|| path.display().to_string());
    let key = match what.public_key.parse::<PublicNoteKey>() {
        Err(_) if Path::new(&what.public_key).is_file() => read(Path::new(&what.public_key))?.trim().parse(),
        parsed => parsed,
    };
    let key = key.context("the public key")?;
    let checkpoints = what.checkpoint.as_deref().map(read).transpose()?.unwrap_or_default();
    let file = File::open(&what.export).with_context(|| what.export.display().to_string())?;
    // A line that is no text is not one of an export.
    let lines = BufReader::new(file).split(b'\n').map_while(Result::ok);
    let report = verify(lines.map(|line| String::from_utf8_lossy(&line).into_owned()), &checkpoints, &key);
    if let Some(fault) = report.fault {
        bail!("{fault}");
    }
    let list = |heading: &str, sentences: &[String]| {
        if !sentences.is_empty() {
            println!("{heading}");
        }
        for sentence in sentences {
            println!("- {sentence}");
        }
    };
    list("This export shows:", &report.shown);
    list("This export does not show:", &report.not_shown);
    Ok(())
}
