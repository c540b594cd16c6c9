//! The report of one engine.

use std::fs;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use latchkey::database::Engine;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use crate::data::token_id;
use crate::lists;
use crate::names::{COMMON, RARE};
use crate::place::Place;
use crate::server::{Caller, Server};

/// Starts a server on the database, measures its lists and prints the report.
pub(crate) async fn measure(place: &Place) -> Result<()> {
    let tokens = place.tokens()?.context("the database is not complete")?;
    let begin = Instant::now();
    let server = Server::start(place.configuration()).await?;
    let (started, resident) = (begin.elapsed(), memory()?);
    let admin = server.log_in("admin").await?;
    admin.must_get(&format!("/tokens?q={COMMON}")).await?;
    let (searched, resident_then) = (begin.elapsed(), memory()?);
    let counts = check(&server, &admin, tokens).await?;
    let tables = lists::tables(&server).await?;
    let resident_last = memory()?;
    server.stop().await?;

    println!("# Lists in a large database: {}\n", engine(place).await?);
    println!("- Machine: {}, which server and client share", machine()?);
    println!("- Rows: {}", rows(place).await?);
    println!("- Tokens that the administrator's list counts: {counts}");
    println!(
        "- Start: it listens after {:.2} s; a login and the first search are answered after {:.2} s",
        started.as_secs_f64(),
        searched.as_secs_f64()
    );
    println!(
        "- Memory of the process (VmRSS): {resident} MB when it listens, {resident_then} after the first search, \
         {resident_last} after the lists"
    );
    println!(
        "\nMilliseconds, median / worst of 20 requests, or of fewer where ×n says so; then the number of items. \
         – is what this person has not; a bold number is the status of a failure.\n"
    );
    println!("{tables}");
    Ok(())
}

/// Asks the server whether it sees what was written.
async fn check(server: &Server, admin: &Caller, tokens: u64) -> Result<String> {
    let mut counts = Vec::new();
    for filter in ["kind=rsa", "kind=jwt", "status=active", "status=expired", "status=disabled"] {
        counts.push((filter, count(admin, filter).await?));
    }
    ensure!(counts[0].1 + counts[1].1 == tokens, "not all tokens are listed: {counts:?}");
    ensure!(counts[2..].iter().map(|(_, count)| count).sum::<u64>() == tokens, "by status: {counts:?}");
    ensure!(counts.iter().all(|&(_, count)| count > 0), "nothing is listed: {counts:?}");
    ensure!(count(admin, &format!("q={RARE}")).await? == 3, "the rare text is not in three names");
    for number in [0, 1, tokens - 1] {
        let token = admin.must_get(&format!("/tokens/{}", token_id(number))).await?;
        ensure!(token["apis"].as_array().is_some_and(|apis| !apis.is_empty()), "no grants: {token}");
    }
    let little = server.log_in("little").await?;
    ensure!(count(&little, "kind=jwt").await? == 1, "the person with one token sees others");
    Ok(counts.iter().map(|(filter, count)| format!("`{filter}` {count}")).collect::<Vec<_>>().join(", "))
}

async fn count(caller: &Caller, filter: &str) -> Result<u64> {
    let page = caller.must_get(&format!("/tokens?{filter}&total=true")).await?;
    page["total"].as_u64().context("a total")
}

/// The memory of this process, in MB.
fn memory() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(resident.trim().trim_end_matches(" kB").parse::<u64>()? / 1_000)
}

fn machine() -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let processors = fs::read_to_string("/proc/cpuinfo")?;
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    Ok(format!("{cores} cores, {}", model.trim_start_matches([' ', '\t', ':'])))
}

/// The engine and its version, and on PostgreSQL the memory that it has.
async fn engine(place: &Place) -> Result<String> {
    Ok(match place.engine {
        Engine::Sqlite => format!("SQLite {}", value(place, "SELECT sqlite_version()").await?),
        Engine::Postgres => format!(
            "PostgreSQL {} with shared_buffers = {}",
            value(place, "SHOW server_version").await?,
            value(place, "SHOW shared_buffers").await?
        ),
    })
}

/// What is in the database, and how large it is.
async fn rows(place: &Place) -> Result<String> {
    let mut written = Vec::new();
    for table in [
        "tokens",
        "token_apis",
        "token_systems",
        "token_projects",
        "token_users",
        "projects",
        "systems",
        "apis",
        "users",
        "members",
    ] {
        let statement = format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}");
        written.push(format!("{table} {}", value(place, &statement).await?));
    }
    let size = match place.engine {
        Engine::Sqlite => fs::metadata(place.file())?.len(),
        Engine::Postgres => {
            value(place, "SELECT CAST(pg_database_size(current_database()) AS TEXT)").await?.parse()?
        }
    };
    Ok(format!("{}; the database has {} MB", written.join(", "), size / 1_000_000))
}

/// The text that a statement answers with.
async fn value(place: &Place, statement: &str) -> Result<String> {
    let query = AssertSqlSafe(statement.to_owned());
    if let Some(url) = &place.database {
        let mut connection = PgConnection::connect(url.as_str()).await?;
        return Ok(sqlx::query_scalar(query).fetch_one(&mut connection).await?);
    }
    let options = SqliteConnectOptions::new().filename(place.file());
    Ok(sqlx::query_scalar(query).fetch_one(&mut options.connect().await?).await?)
}
