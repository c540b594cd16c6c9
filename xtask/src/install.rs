//! Tools that the tests need besides Rust. They are found, or installed on Debian as root. Otherwise an error
//! says what to install.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::command::{program, read, root, run, target};

/// The compilation target of the screens.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The gateways that the tests start. Program and package have the same name.
const GATEWAYS: [&str; 3] = ["nginx", "caddy", "haproxy"];

/// Programs that check packages.
const PACKAGE_CHECKS: [&str; 7] =
    ["debootstrap", "docker-compose", "lintian", "man", "systemd-analyze", "systemd-nspawn", "umoci"];

/// Libraries that the generated Java client needs and its generator does not contain.
const JAVA_LIBRARIES: [&str; 2] = ["httpmime.jar", "geronimo-annotation-1.3-spec.jar"];

/// A tool that is not part of Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    /// The database server, with `initdb`.
    PostgreSql,
    /// Node.js 20 or later, and npm.
    Node,
    /// curl, jq and openssl, which commands in the README and on the integrators' page use.
    Curl,
    /// Python with the modules to create a virtual environment.
    Python,
    /// Chromium.
    Chromium,
    /// A font with Chinese characters, so that screenshots are readable.
    ChineseFont,
    /// The SQLite command line, which fills a database faster than the API.
    Sqlite,
    /// nginx, Caddy and HAProxy, whose recipes are tested.
    Gateways,
    /// A library that changes the time that a process sees.
    Faketime,
    /// Prometheus, with `promtool`.
    Prometheus,
    /// The Java compiler, and the libraries for the generated client.
    Jdk,
    /// apt and dpkg, which make the Debian package and take the C library for the image.
    Dpkg,
    /// What checks packages: lintian, umoci, and Debian in a container of systemd.
    PackageChecks,
}

impl Tool {
    fn is_there(self) -> bool {
        match self {
            Self::PostgreSql => postgres_program("initdb").is_ok(),
            Self::Node => find("npm").is_some() && has_node_20(),
            Self::Curl => ["curl", "jq", "openssl"].iter().all(|name| find(name).is_some()),
            Self::Python => python().is_some(),
            Self::Chromium => chromium().is_ok(),
            Self::ChineseFont => {
                find("fc-list").is_some()
                    && read(Command::new("fc-list").arg(":lang=zh")).is_ok_and(|fonts| !fonts.is_empty())
            }
            Self::Sqlite => find("sqlite3").is_some(),
            Self::Faketime => find("faketime").is_some(),
            Self::Prometheus => find("prometheus").is_some() && find("promtool").is_some(),
            Self::Jdk => {
                find("javac").is_some()
                    && JAVA_LIBRARIES.iter().all(|name| Path::new("/usr/share/java").join(name).is_file())
            }
            Self::Dpkg => ["apt-get", "dpkg-deb"].iter().all(|name| find(name).is_some()),
            Self::PackageChecks => PACKAGE_CHECKS.iter().all(|name| is_program(name)),
            Self::Gateways => GATEWAYS.iter().all(|name| is_program(name)),
        }
    }

    /// The text for users who install the tool themselves.
    fn wanted(self) -> &'static str {
        match self {
            Self::PostgreSql => "PostgreSQL 14 or later",
            Self::Node => "Node.js 20 or later, with npm",
            Self::Curl => "curl 7.82 or later, jq, and openssl",
            Self::Python => "Python 3.10 or later, with venv and ensurepip",
            Self::Chromium => "Chromium",
            Self::ChineseFont => "fontconfig and a font with Chinese characters",
            Self::Sqlite => "the sqlite3 program",
            Self::Faketime => "faketime",
            Self::Prometheus => "Prometheus 2.40 or later, with promtool",
            Self::Jdk => "a JDK of Java 17 or later, and in /usr/share/java the libraries of the packages",
            Self::Gateways => "nginx, Caddy 2.6 or later, and HAProxy 2.6 or later",
            Self::Dpkg => "apt and dpkg: packages are made on Debian or Ubuntu",
            Self::PackageChecks => {
                "lintian, umoci, man, debootstrap, docker-compose, and systemd with systemd-nspawn"
            }
        }
    }

    /// The Debian packages that contain the tool.
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::PostgreSql => &["postgresql"],
            Self::Node => &["nodejs"],
            Self::Curl => &["curl", "jq", "openssl"],
            Self::Python => &["python3", "python3-venv"],
            Self::Chromium => &["chromium"],
            Self::ChineseFont => &["fontconfig", "fonts-noto-cjk"],
            Self::Sqlite => &["sqlite3"],
            Self::Gateways => &GATEWAYS,
            Self::Faketime => &["faketime"],
            Self::Prometheus => &["prometheus"],
            Self::Dpkg => &["apt", "dpkg"],
            Self::PackageChecks => &[
                "debootstrap",
                "docker-compose",
                "lintian",
                "man-db",
                "systemd",
                "systemd-container",
                "umoci",
            ],
            Self::Jdk => {
                &["default-jdk-headless", "libhttpmime-java", "libgeronimo-annotation-1.3-spec-java"]
            }
        }
    }
}

/// Installs the tools that are missing.
///
/// # Errors
/// Says what to install if that is not possible here.
pub(crate) fn tools(wanted: &[Tool]) -> Result<()> {
    let missing: Vec<Tool> = wanted.iter().copied().filter(|tool| !tool.is_there()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().flat_map(|tool| tool.packages()).copied().collect();
    if find("apt-get").is_none() || read(program("id").arg("-u"))? != "0" {
        let wanted: Vec<&str> = missing.iter().map(|tool| tool.wanted()).collect();
        bail!(
            "please install {}; on Debian, as root: apt-get install {}",
            wanted.join(", "),
            packages.join(" ")
        );
    }
    apt_get(&["update"])?;
    apt_get(&[&["install", "--yes", "--no-install-recommends"], packages.as_slice()].concat())?;
    // In some archives the package `nodejs` contains npm and conflicts with the package `npm`.
    if missing.contains(&Tool::Node) && find("npm").is_none() {
        apt_get(&["install", "--yes", "--no-install-recommends", "npm"])?;
    }
    match missing.iter().find(|tool| !tool.is_there()) {
        Some(tool) => {
            bail!("the {tool:?} of this system's packages is missing or too old: {}", tool.wanted())
        }
        None => Ok(()),
    }
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    run(program("apt-get")
        .arg("--quiet")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null()))
}

/// Installs the compilation target of the screens, if it is missing.
pub(crate) fn wasm_target() -> Result<()> {
    let sysroot = PathBuf::from(read(program("rustc").args(["--print", "sysroot"]))?);
    if sysroot.join("lib/rustlib").join(WASM_TARGET).exists() {
        return Ok(());
    }
    run(program("rustup").args(["target", "add", WASM_TARGET]))
        .with_context(|| format!("install the Rust target {WASM_TARGET}: rustup target add {WASM_TARGET}"))
}

/// The cache folder that later runs reuse, also of other clones: `$LATCHKEY_CACHE`, `~/.cache/latchkey`, or
/// the target folder.
pub(crate) fn cache() -> Result<PathBuf> {
    let named = std::env::var_os("LATCHKEY_CACHE").map(PathBuf::from);
    let home = std::env::home_dir().map(|home| home.join(".cache").join("latchkey"));
    match named.or(home) {
        Some(folder) if fs::create_dir_all(&folder).is_ok() => Ok(folder),
        _ => target(),
    }
}

/// A command of cargo from crates.io. The version is pinned, so that a new release does not break our build.
pub(crate) struct CargoTool {
    name: &'static str,
    version: &'static str,
}

/// Checks the licences and the advisories of dependencies.
pub(crate) const CARGO_DENY: CargoTool = CargoTool { name: "cargo-deny", version: "0.20.2" };

/// Lists dependencies in the format `CycloneDX`.
pub(crate) const CARGO_CYCLONEDX: CargoTool = CargoTool { name: "cargo-cyclonedx", version: "0.5.9" };

impl CargoTool {
    /// Returns the installed program, or builds it once into the cache.
    ///
    /// # Errors
    /// It is not installed and the build fails.
    pub(crate) fn program(&self) -> Result<PathBuf> {
        let Self { name, version } = self;
        if let Some(installed) = find(name) {
            return Ok(installed);
        }
        let folder = cache()?.join("tools").join(format!("{name}-{version}"));
        let built = folder.join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        if !built.exists() {
            run(crate::command::cargo()
                .args(["install", "--quiet", "--locked", name, "--version", version, "--root"])
                .arg(&folder)
                // Do not fill the target folder of the workspace: no other build uses these artefacts.
                .env_remove("CARGO_TARGET_DIR"))?;
        }
        Ok(built)
    }
}

/// Returns the Python of a virtual environment with the packages that a file of the repository lists.
pub(crate) fn python_environment(requirements: &str) -> Result<PathBuf> {
    let requirements = root().join(requirements);
    let wanted =
        fs::read(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    let python = python().context("no Python with venv and ensurepip")?;
    let version = read(Command::new(&python).arg("--version"))?;
    // The name of the environment depends on the requirements, so that clones of different age can share the
    // cache.
    let hash = Sha256::new().chain_update(&wanted).chain_update(&version).finalize();
    let name = hash[..8].iter().fold("python-".to_owned(), |name, byte| format!("{name}{byte:02x}"));
    let folder = cache()?.join(name);
    let environment = folder.join("bin").join("python");
    let complete = folder.join("complete");
    if !complete.exists() {
        run(program(&python).args(["-m", "venv", "--clear"]).arg(&folder))?;
        run(program(&environment)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&requirements)
            .env("PIP_CACHE_DIR", cache()?.join("pip")))?;
        fs::write(complete, "")?;
    }
    Ok(environment)
}

/// Updates the `node_modules` of a folder to match its `package-lock.json`.
pub(crate) fn node_modules(folder: &str) -> Result<()> {
    let folder = root().join(folder);
    let lock = fs::read(folder.join("package-lock.json")).context("cannot read package-lock.json")?;
    let stamp = folder.join("node_modules").join(".latchkey-lock");
    if fs::read(&stamp).is_ok_and(|stamped| stamped == lock) {
        return Ok(());
    }
    run(program("npm")
        .args(["ci", "--no-audit", "--no-fund", "--prefer-offline"])
        .current_dir(&folder)
        .env("npm_config_cache", cache()?.join("npm"))
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    Ok(fs::write(stamp, lock)?)
}

/// Finds a Python 3.10 or later that can create virtual environments. Tries the first in `PATH`, then
/// Debian's.
fn python() -> Option<PathBuf> {
    let first = find("python3");
    first.into_iter().chain([PathBuf::from("/usr/bin/python3")]).find(|python| {
        let can = Command::new(python)
            .args(["-c", "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        can.is_ok_and(|status| status.success())
    })
}

/// Whether Node.js is recent enough for Playwright and `jose`.
fn has_node_20() -> bool {
    let Ok(version) = read(Command::new("node").arg("--version")) else { return false };
    let major = version.trim_start_matches('v').split('.').next();
    major.and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major >= 20)
}

/// Finds a program of the PostgreSQL server. Debian has them outside the path, in one folder per version. The
/// latest version wins.
pub(crate) fn postgres_program(name: &str) -> Result<PathBuf> {
    if let Some(found) = find(name) {
        return Ok(found);
    }
    let versions = fs::read_dir("/usr/lib/postgresql").context("PostgreSQL is not installed")?;
    let newest = versions
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|version| version.join("bin").join(name).exists())
        .max_by_key(|version| version.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()));
    newest.map(|version| version.join("bin").join(name)).with_context(|| format!("PostgreSQL has no {name}"))
}

/// Finds Chromium under the names that Debian, Alpine and Google use.
pub(crate) fn chromium() -> Result<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    names.into_iter().find_map(find).context("Chromium is not installed")
}

/// Whether a program is there. Debian installs servers in a folder that is not in every `PATH`.
fn is_program(name: &str) -> bool {
    find(name).is_some() || Path::new("/usr/sbin").join(name).is_file()
}

/// Finds a program in `PATH`.
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
