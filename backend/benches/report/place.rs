//! Where a server and its database are.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

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
/// The file that says that a large database is complete, and what is in it.
const MARK: &str = "complete";

/// A folder with the data of one server, and its database.
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    /// The database on PostgreSQL.
    pub(crate) database: Option<Url>,
}

impl Place {
    /// A new place without a database.
    pub(crate) async fn empty(engine: Engine) -> Result<Self> {
        let place = Self::unused(engine)?;
        place.create().await?;
        Ok(place)
    }

    /// The place of the large installation in a folder, which remembers the name of its database.
    pub(crate) fn in_folder(folder: &Path, engine: Engine) -> Result<Self> {
        let folder = folder.join(format!("{engine:?}").to_lowercase());
        fs::create_dir_all(&folder)?;
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => {
                let file = folder.join("database");
                if !file.exists() {
                    fs::write(&file, unused_name())?;
                }
                Some(database_url(&fs::read_to_string(&file)?)?)
            }
        };
        Ok(Self { folder, database })
    }

    /// A copy of this place, whose server must be stopped.
    pub(crate) async fn copy(&self) -> Result<Self> {
        let copy = Self::unused(self.engine())?;
        if let (Some(from), Some(to)) = (&self.database, &copy.database) {
            on_server(&format!("CREATE DATABASE {} TEMPLATE {}", name(to), name(from))).await?;
        } else {
            fs::copy(self.file(), copy.file())?;
        }
        Ok(copy)
    }

    /// A place of another node on the same database.
    pub(crate) fn node(&self, number: usize) -> Self {
        Self { folder: self.folder.join(format!("node-{number}")), database: self.database.clone() }
    }

    /// A new folder, and the name of a new database.
    fn unused(engine: Engine) -> Result<Self> {
        let name = unused_name();
        let folder = std::env::temp_dir().join(&name);
        fs::create_dir(&folder)?;
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(database_url(&name)?),
        };
        Ok(Self { folder, database })
    }

    /// The name of the engine.
    pub(crate) fn title(&self) -> &'static str {
        title(self.engine())
    }

    fn engine(&self) -> Engine {
        if self.database.is_some() { Engine::Postgres } else { Engine::Sqlite }
    }

    /// Whether the database is complete and has this in it.
    ///
    /// # Errors
    /// It was begun, or something else is in it.
    pub(crate) fn has(&self, content: &str) -> Result<bool> {
        let folder = self.folder.display();
        let Ok(found) = fs::read_to_string(self.folder.join(MARK)) else {
            ensure!(!self.file().exists(), "{folder} is incomplete: remove it");
            return Ok(false);
        };
        ensure!(found == content, "{folder} has {found}, not {content}: use another folder");
        Ok(true)
    }

    /// Makes the database on PostgreSQL. SQLite makes it by itself.
    pub(crate) async fn create(&self) -> Result<()> {
        if let Some(url) = &self.database {
            on_server(&format!("CREATE DATABASE {}", name(url))).await?;
        }
        Ok(())
    }

    /// Records that the database is complete.
    pub(crate) fn complete(&self, content: &str) -> Result<()> {
        Ok(fs::write(self.folder.join(MARK), content)?)
    }

    /// Works here, and clears away also after a failure.
    pub(crate) async fn once<T>(self, work: impl AsyncFnOnce(&Self) -> Result<T>) -> Result<T> {
        let done = work(&self).await;
        if let Some(url) = &self.database {
            on_server(&format!("DROP DATABASE {} WITH (FORCE)", name(url))).await?;
        }
        fs::remove_dir_all(&self.folder)?;
        done
    }

    /// The database file of SQLite.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("latchkey.db")
    }

    pub(crate) fn configuration(&self) -> Configuration {
        Configuration {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)).into(),
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

/// The name of an engine.
pub(crate) fn title(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    }
}

fn unused_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("latchkey_bench_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn name(url: &Url) -> &str {
    url.path().trim_start_matches('/')
}

/// The database through which others are made.
pub(crate) fn server_url() -> Result<Url> {
    let url = std::env::var(POSTGRES_URL).with_context(|| format!("{POSTGRES_URL} is not set"))?;
    Ok(url.parse()?)
}

fn database_url(name: &str) -> Result<Url> {
    let mut url = server_url()?;
    url.set_path(name);
    Ok(url)
}

async fn on_server(statement: &str) -> Result<()> {
    let mut connection = PgConnection::connect(server_url()?.as_str()).await?;
    connection.execute(AssertSqlSafe(statement.to_owned())).await?;
    Ok(connection.close().await?)
}
