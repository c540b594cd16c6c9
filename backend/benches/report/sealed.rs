//! Sealed requests, and the share that RSA has in them.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, anyhow};
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey,
};
use latchkey::crypto::jwe::{Header, seal};
use latchkey::crypto::jwt::Algorithm;
use latchkey::crypto::rsa::{PublicJwk, PublicKey};
use serde_json::json;

use crate::load::Until;
use crate::place::Place;
use crate::platform::{PATH, Platform, text};
use crate::process::cpu;
use crate::report::{Report, a_second, time};
use crate::server::Server;

/// Sealed requests wait for one another's commit: fewer would measure the disk.
const CONNECTIONS: usize = 128;
/// The sealed requests of a round, for each second that other loads take.
const A_SECOND: u64 = 1_200;
/// How often sealed requests are measured.
const ROUNDS: usize = 3;
/// The private-key operations of each core that are measured.
const OPERATIONS: u32 = 3_000;

pub(crate) async fn measure(report: &mut Report, place: &Place, span: Duration) -> Result<()> {
    let server = Server::start(place, Algorithm::default())?;
    let platform = Platform::on(&server).await?;
    let count = span.as_secs() * A_SECOND;
    let run = async |count| {
        let calls = sealed(&platform, count)?;
        platform.calls(&calls).run(CONNECTIONS, Until::Once).await
    };
    // The first ones load the key.
    run(count / 10).await?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push((run(count).await?, private_operation()?));
    }
    let best = rounds.into_iter().max_by(|one, other| one.0.per_second.total_cmp(&other.0.per_second));
    let (rate, operation) = best.context("a round")?;

    let note = "An RSA token's requests, each sealed for itself; the best of three rounds.";
    let mut column = report.column("Sealed requests", note, place.title());
    column.row("decisions", "", a_second(rate.per_second));
    column.row("CPU", "", time(rate.cpu));
    column.row("CPU of an RSA-2048 private operation alone", "", time(operation));
    let share = operation.div_duration_f64(rate.cpu);
    column.row("the share of this operation in the CPU", "≥ 0.85", format!("{share:.2}"));
    match openssl() {
        Ok(operations) => {
            let share = format!("{:.2}", rate.per_second / operations);
            column.row("as a share of `openssl speed rsa2048` on all cores", "≥ 0.8", share);
        }
        Err(error) => eprintln!("openssl cannot be measured: {error:#}"),
    }
    Ok(())
}

/// Calls that are sealed now.
fn sealed(platform: &Platform, count: u64) -> Result<Vec<Vec<u8>>> {
    let file = &platform.file;
    let public: PublicJwk = serde_json::from_value(file["public_key"].clone())?;
    let public = PublicKey::from_jwk(&public).map_err(|error| anyhow!("{error:?}"))?;
    let kid = text(file, "kid")?;
    let header = Header { kid, typ: Some("seal+jwe".to_owned()) };
    let issued_at = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let sealed = (0..count).map(|_| {
        // At random, as clients make it.
        let jti = format!("{:032x}", rand::random::<u128>());
        let claims = json!({
            "sec": file["secret"], "iat": issued_at, "jti": jti, "htm": "GET", "htu": PATH,
        });
        platform.call(&seal(&public, &header, claims.to_string().as_bytes()))
    });
    Ok(sealed.collect())
}

/// The CPU time of one RSA-2048 private operation, while all cores work.
fn private_operation() -> Result<Duration> {
    let key = PrivateDecryptingKey::generate(KeySize::Rsa2048)?;
    let public = OaepPublicEncryptingKey::new(key.public_key())?;
    let key = OaepPrivateDecryptingKey::new(key)?;
    let mut sealed = vec![0; public.ciphertext_size()];
    let sealed = &*public.encrypt(&OAEP_SHA256_MGF1SHA256, &[7; 32], &mut sealed, None)?;
    let open = || {
        let mut opened = vec![0; key.min_output_size()];
        for _ in 0..OPERATIONS {
            key.decrypt(&OAEP_SHA256_MGF1SHA256, sealed, &mut opened, None).expect("it was sealed");
        }
    };
    let before = cpu(std::process::id())?;
    let cores = std::thread::available_parallelism()?.get();
    std::thread::scope(|threads| (0..cores).for_each(|_| drop(threads.spawn(open))));
    Ok(cpu(std::process::id())?.saturating_sub(before) / (OPERATIONS * u32::try_from(cores)?))
}

/// RSA-2048 private operations per second that openssl does on all cores.
fn openssl() -> Result<f64> {
    let cores = std::thread::available_parallelism()?.to_string();
    let output =
        Command::new("openssl").args(["speed", "-seconds", "3", "-multi", &cores, "rsa2048"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().rev().find(|line| line.contains("2048 bits")).context("no result")?;
    // `rsa  2048 bits 0.000250s 0.000008s   4000.0 128000.0`: times, then signatures and verifications a second.
    let numbers: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    numbers.iter().rev().nth(1).copied().context("no rate")
}
