//! Builds the single-page app into `frontend/dist`. The WebAssembly is split into the code for the first
//! screens and chunks that are loaded later. wasm-bindgen generates the glue code. File names contain a hash
//! of their content, and each file is compressed once here instead of at every request.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use sha2::{Digest as _, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::command::{cargo, cargo_home, root, run, target};
use crate::install::{WASM_TARGET, wasm_target};

/// The maximum size of all wasm, JavaScript and CSS that the login page or the list of tokens needs, in bytes
/// after brotli.
const START_LIMIT: u64 = 250 * 1024;

/// The maximum size including all chunks that are loaded later. It is a little above the current size, so
/// that growth is noticed.
const TOTAL_LIMIT: u64 = 620 * 1024;

/// The inputs of the bundle. It is rebuilt only when they change.
const INPUTS: [&str; 8] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "rust-toolchain.toml",
    "frontend",
    "gateways",
    "shared",
    "xtask/src/bundle.rs",
];

/// How the screens are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Optimised for size and compressed: the build for users.
    Spa,
    /// Compiled quickly and not compressed: the build for development.
    Dev,
}

/// Builds `frontend/dist` for development.
pub(crate) fn quick() -> Result<()> {
    write_dist(&build(Profile::Dev)?, Profile::Dev)
}

/// Updates `frontend/dist` if its inputs have changed. Returns the fingerprint of its content.
pub(crate) fn bundle() -> Result<String> {
    let stamp = target()?.join("spa").join("stamp");
    let inputs = fingerprint(&INPUTS.map(|input| root().join(input)), &dist())?;
    if dist().join("index.html").exists() {
        let outputs = fingerprint(&[dist()], Path::new(""))?;
        if fs::read_to_string(&stamp).is_ok_and(|stamped| stamped == format!("{inputs} {outputs}")) {
            return Ok(outputs);
        }
    }

    write_dist(&build(Profile::Spa)?, Profile::Spa)?;

    let outputs = fingerprint(&[dist()], Path::new(""))?;
    fs::write(stamp, format!("{inputs} {outputs}"))?;
    check_size()?;
    Ok(outputs)
}

/// Prints the size of each file and both totals. Fails if a total exceeds its limit.
pub(crate) fn check_size() -> Result<()> {
    let page = fs::read_to_string(dist().join("index.html")).context("the screens are not built")?;
    let (mut start, mut total) = (0, 0);
    for file in files(&dist().join("assets"), Path::new(""))? {
        let path = file.to_string_lossy();
        if ![".wasm.br", ".js.br", ".css.br"].iter().any(|end| path.ends_with(end)) {
            continue;
        }
        let size = fs::metadata(&file)?.len();
        let address = path.trim_start_matches(&*dist().to_string_lossy()).trim_end_matches(".br");
        let is_first = page.contains(address);
        eprintln!("{:>8.1} KB brotli  {address}{}", kilobytes(size), if is_first { "" } else { ", later" });
        total += size;
        start += if is_first { size } else { 0 };
    }
    for (what, size, limit) in [("first", start, START_LIMIT), ("in all", total, TOTAL_LIMIT)] {
        eprintln!("{:>8.1} KB brotli  {what}, of {:.0}", kilobytes(size), kilobytes(limit));
        if size > limit {
            bail!("the bundle is larger than its limit");
        }
    }
    Ok(())
}

#[allow(clippy::cast_precision_loss, reason = "sizes of files, printed with one digit")]
fn kilobytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}

fn dist() -> PathBuf {
    root().join("frontend").join("dist")
}

/// Compiles the app to WebAssembly. It uses its own target folder, so that cargo can build the server at the
/// same time without waiting for a lock.
fn build(profile: Profile) -> Result<PathBuf> {
    wasm_target()?;
    // Cargo names the output folder of the profile `dev` differently.
    let (name, output) = match profile {
        Profile::Spa => ("spa", "spa"),
        Profile::Dev => ("dev", "debug"),
    };
    let folder = target()?.join("spa");
    // Where cargo keeps the source of libraries does not get into the app. The folder of a clone does not,
    // anyway: naming it here would compile the libraries again for each clone.
    let renamed = format!("--remap-path-prefix={}=/cargo", cargo_home()?.display());
    run(cargo()
        .args(["build", "--package", "latchkey-frontend", "--profile", name])
        .args(["--config", &format!("target.{WASM_TARGET}.rustflags=['{renamed}']")])
        .args(["--target", WASM_TARGET, "--target-dir"])
        .arg(&folder))?;
    Ok(folder.join(WASM_TARGET).join(output).join("latchkey-frontend.wasm"))
}

/// Splits the compiled app into the chunks that `frontend/src/later.rs` names, and generates the glue code.
/// Returns the folder with the result.
fn bind(wasm: &Path) -> Result<PathBuf> {
    let folder = target()?.join("spa").join("bound");
    remove(&folder)?;
    let whole = read(wasm)?;
    let mut options = wasm_split_cli_support::Options::new(&whole);
    let app = folder.join("latchkey.wasm");
    options.output_dir = &folder;
    options.main_out_path = &app;
    options.main_module = "./latchkey.js";
    options.link_name = "./parts.js";
    let split = wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("the app could not be split: {error:#}"))?;
    for part in split.split_modules {
        let mut config = walrus::ModuleConfig::new();
        config.generate_name_section(false).generate_producers_section(false);
        config.parse_file(&part)?.emit_wasm_file(&part)?;
    }
    Bindgen::new()
        .input_path(&app)
        .out_name("latchkey")
        .web(true)?
        .debug(false)
        .typescript(false)
        .keep_lld_exports(true) // The chunks use them.
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(true)
        .generate(&folder)?;
    if folder.join("snippets").exists() {
        bail!(
            "a dependency brings JavaScript of its own, which the bundle does not carry: {}",
            folder.display()
        );
    }
    fs::remove_file(app)?;
    Ok(folder)
}

/// Writes `frontend/dist` from the compiled app and its static files.
fn write_dist(wasm: &Path, profile: Profile) -> Result<()> {
    let bound = bind(wasm)?;
    let source = root().join("frontend");
    remove(&dist())?;
    let assets = dist().join("assets");
    fs::create_dir_all(&assets)?;
    let mut page = fs::read_to_string(source.join("index.html"))?;
    let mut fill = |slot: &str, address: String| {
        if !page.contains(slot) {
            bail!("index.html has no place for {slot}");
        }
        page = page.replace(slot, &address);
        Ok(())
    };
    for (slot, file) in [("{style}", source.join("style.css")), ("{icon}", source.join("icon.svg"))] {
        let content = if slot == "{style}" { stylesheet(&file)?.into_bytes() } else { read(&file)? };
        let extension = file.extension().unwrap_or_default().to_string_lossy();
        let name = format!("latchkey-{}.{extension}", short_hash(&content));
        write(&assets.join(&name), &content, profile)?;
        fill(slot, format!("/assets/{name}"))?;
    }

    // The app and its chunks refer to each other by name, so all of them share one hash.
    let code = files(&bound, Path::new(""))?;
    let all = code.iter().map(|file| read(file)).collect::<Result<Vec<_>>>()?;
    let folder = format!("latchkey-{}", short_hash(&all.concat()));
    fs::create_dir_all(assets.join(&folder))?;
    for (file, content) in code.iter().zip(&all) {
        let name = file.file_name().context("a file has a name")?;
        write(&assets.join(&folder).join(name), content, profile)?;
    }
    for (slot, name) in [("{script}", "latchkey.js"), ("{parts}", "parts.js"), ("{wasm}", "latchkey_bg.wasm")]
    {
        fill(slot, format!("/assets/{folder}/{name}"))?;
    }
    write(&dist().join("index.html"), page.as_bytes(), profile)
}

/// Returns a stylesheet with its imports inlined, so that the browser needs only one request.
fn stylesheet(path: &Path) -> Result<String> {
    let folder = path.parent().context("a stylesheet is in a folder")?;
    let mut all = String::new();
    for line in String::from_utf8(read(path)?)?.lines() {
        match line.strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";")) {
            Some(imported) => all += &stylesheet(&folder.join(imported))?,
            None => all = all + line + "\n",
        }
    }
    Ok(all)
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

/// Writes a file. Unless this is a development build, also writes it compressed with brotli and gzip.
fn write(path: &Path, content: &[u8], profile: Profile) -> Result<()> {
    fs::write(path, content)?;
    if profile == Profile::Dev {
        return Ok(());
    }
    let beside = |extension: &str| PathBuf::from(format!("{}.{extension}", path.display()));

    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut packed, &parameters)?;
    fs::write(beside("br"), packed)?;

    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    fs::write(beside("gz"), encoder.finish()?)?;
    Ok(())
}

/// Returns a hash of the names and contents of all files in `paths`, except those in `except`.
fn fingerprint(paths: &[PathBuf], except: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    for path in paths {
        for file in files(path, except)? {
            let content = read(&file)?;
            let name = file.strip_prefix(root()).unwrap_or(&file);
            hash.update(name.to_string_lossy().as_bytes());
            hash.update(Sha256::digest(&content));
        }
    }
    Ok(hex(&hash.finalize()))
}

/// Lists all files below a folder in sorted order. For a file, lists only the file.
fn files(path: &Path, except: &Path) -> Result<Vec<PathBuf>> {
    if path == except {
        return Ok(Vec::new());
    }
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    entries.sort();
    let nested = entries.iter().map(|entry| files(entry, except)).collect::<Result<Vec<_>>>()?;
    Ok(nested.concat())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

/// A shortened hash, long enough to distinguish versions.
fn short_hash(content: &[u8]) -> String {
    hex(&Sha256::digest(content)[..8])
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
