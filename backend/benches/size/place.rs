//! Where a server and its large database are.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use latchkey::configuration::Configuration;
use latchkey::crypto::Secret;
use latchkey::database::Engine;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use url::Url;

/// The password of everybody.
pub(crate) const PASSWORD: &str = "correct horse battery staple";
const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const POSTGRES_URL: &str = "LATCHKEY_TEST_POSTGRES_URL";

/// A folder with the data of one server, and its database.
pub(crate) struct Place {
    pub(crate) engine: Engine,
    pub(crate) folder: PathBuf,
    /// The database on PostgreSQL.
    pub(crate) database: Option<Url>,
}

impl Place {
    /// The place for an engine in a folder. The folder remembers the name of the database.
    pub(crate) fn in_folder(folder: &Path, engine: Engine) -> Result<Self> {
        let folder = folder.join(match engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        });
        fs::create_dir_all(&folder)?;
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => {
                let file = folder.join("database");
                if !file.exists() {
                    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
                    fs::write(&file, format!("latchkey_size_{seconds}"))?;
                }
                let mut url = server_url()?;
                url.set_path(&fs::read_to_string(&file)?);
                Some(url)
            }
        };
        Ok(Self { engine, folder, database })
    }

    /// The file that says that the database is complete, and how many tokens it has.
    fn mark(&self) -> PathBuf {
        self.folder.join("tokens")
    }

    /// How many tokens the database has; none if it must still be made.
    pub(crate) fn tokens(&self) -> Result<Option<u64>> {
        if self.mark().exists() {
            return Ok(Some(fs::read_to_string(self.mark())?.trim().parse()?));
        }
        Ok(None)
    }

    /// Makes the database, which must not exist.
    pub(crate) async fn create(&self) -> Result<()> {
        ensure!(
            !self.file().exists(),
            "{} has an incomplete database: remove the folder",
            self.folder.display()
        );
        if let Some(url) = &self.database {
            on_server(&format!("CREATE DATABASE {}", name(url))).await?;
        }
        Ok(())
    }

    /// Records that the database is complete.
    pub(crate) fn complete(&self, tokens: u64) -> Result<()> {
        Ok(fs::write(self.mark(), tokens.to_string())?)
    }

    /// Removes what is not in the folder.
    pub(crate) async fn clear_away(&self) -> Result<()> {
        match &self.database {
            Some(url) => on_server(&format!("DROP DATABASE {} WITH (FORCE)", name(url))).await,
            None => Ok(()),
        }
    }

    /// The database file of SQLite.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("latchkey.db")
    }

    pub(crate) fn configuration(&self) -> Configuration {
        Configuration {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            // The port is another one at each start, and the issuer must stay.
            public_url: "http://latchkey.example".parse().ok(),
            data_dir: self.folder.clone(),
            database_url: self.database.clone().map(Into::into),
            master_key: Some(Secret::from(MASTER_KEY.to_owned())),
            admin_password: Some(Secret::from(PASSWORD.to_owned())),
            ..Configuration::default()
        }
    }
}

fn name(url: &Url) -> &str {
    url.path().trim_start_matches('/')
}

fn server_url() -> Result<Url> {
    let url = std::env::var(POSTGRES_URL).with_context(|| format!("{POSTGRES_URL} is not set"))?;
    Ok(url.parse()?)
}

async fn on_server(statement: &str) -> Result<()> {
    let mut connection = PgConnection::connect(server_url()?.as_str()).await?;
    connection.execute(AssertSqlSafe(statement.to_owned())).await?;
    Ok(connection.close().await?)
}
