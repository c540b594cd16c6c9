//! Changed messages are refused or understood by each parser that reads what strangers send. None panics.
//!
//! `backend/fuzz` has targets for cargo-fuzz, which is guided by coverage. This needs no nightly compiler: it
//! changes valid messages at random.

use std::panic::{AssertUnwindSafe, catch_unwind};

use latchkey::crypto::client_key::{ClientKey, Signed};
use latchkey::crypto::jwe::{Header, Sealed, seal};
use latchkey::crypto::rsa::{KeyPair, KeySize};
use latchkey::crypto::secret_id::{self, Prefix};
use latchkey::systems::matching::path::Path;
use latchkey::systems::matching::router::{Route, Router};
use latchkey::systems::matching::target::Target;
use latchkey::systems::openapi;
use latchkey::web::extract::{parse_json, read_cursor};
use latchkey_shared::time::parse_millis;
use latchkey_shared::verify::Call;

use crate::faults::{Report, times};
use crate::walk::Random;

/// Inputs of each parser, if nobody wants another number.
const INPUTS: usize = 5_000;
/// What parsers look for.
const PIECES: [&str; 20] = [
    "..",
    "/",
    "%2F",
    "%",
    "\0",
    "{",
    "}",
    "\"",
    "\\",
    "null",
    "[[[[[[[[",
    "-1",
    "1e999",
    "\u{feff}",
    "=",
    "&",
    "é",
    "\r\n",
    "99999999999999999999",
    "-----BEGIN PUBLIC KEY-----",
];

/// Changes a message up to four times.
fn change(seeds: &[String], random: &mut Random) -> String {
    let mut below = |end: usize| usize::try_from(random.below(end.max(1) as u64)).unwrap();
    let mut bytes = seeds[below(seeds.len())].clone().into_bytes();
    for _ in 0..=below(4) {
        let at = below(bytes.len() + 1);
        match below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << below(7),
            1 => bytes.truncate(at),
            2 => drop(bytes.splice(at..at, PIECES[below(PIECES.len())].bytes())),
            3 => {
                let end = (at + below(20)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                let other = seeds[below(seeds.len())].as_bytes();
                let from = below(other.len());
                bytes.splice(at.., other[from..].iter().copied());
            }
            _ => {
                let end = (at + below(20)).min(bytes.len());
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Gives a parser changed messages. It says whether it understood one.
fn fuzz(name: &str, seeds: &[String], parse: impl Fn(&str) -> bool) {
    let mut random = Random(u64::from(std::process::id()) << 20 | 0x5eed);
    let mut report = Report { times: times(INPUTS), ..Report::default() };
    let mut understood = 0;
    for seed in seeds {
        assert!(parse(seed), "{name} understands {seed}");
    }
    for _ in 0..report.times {
        let text = change(seeds, &mut random);
        report.checked += 1;
        if let Ok(is_understood) = catch_unwind(AssertUnwindSafe(|| parse(&text))) {
            understood += usize::from(is_understood);
        } else {
            eprintln!("{name}: {text:?}");
            report.wrong += 1;
        }
    }
    report.note = format!("{understood} understood");
    report.tell_of(&format!("changed inputs: {name}"), "both");
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

#[test]
fn changed_sealed_requests() {
    let pair = KeyPair::generate(KeySize::Bits2048);
    let header = Header { kid: "key_01".to_owned(), typ: Some("seal+jwe".to_owned()) };
    let sealed = seal(&pair.public, &header, br#"{"sec":"x","iat":1,"jti":"y"}"#);
    fuzz("sealed requests", &[sealed], |text| {
        let parsed = Sealed::parse(text);
        assert!(parsed.is_err() || text.matches('.').count() == 4);
        parsed.is_ok()
    });
}

#[test]
fn changed_signed_requests() {
    let signed = "eyJhbGciOiJFUzI1NiIsImtpZCI6ImtleV8wMSIsInR5cCI6Imp3dCJ9.eyJzdWIiOiJhIn0.AAAA".to_owned();
    fuzz("signed requests and JWTs, before they are verified", &[signed], |text| {
        Signed::parse(text).is_some()
    });
}

#[test]
fn changed_keys_of_clients() {
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----";
    fuzz("public keys of clients (JWK, PEM)", &texts(&[jwk, pem]), |text| ClientKey::parse(text).is_ok());
}

#[test]
fn changed_secrets() {
    let parse = |text: &str| {
        let found =
            [Prefix::SecretId, Prefix::VerifierKey].map(|prefix| secret_id::parse(prefix, text).is_ok());
        assert!(found != [true, true]);
        found[0] || found[1]
    };
    let made =
        [Prefix::SecretId, Prefix::VerifierKey].map(|one| secret_id::generate(one).expose().to_owned());
    fuzz("secret ids and verifier keys", &made, parse);
}

#[test]
fn changed_paths_and_queries() {
    let route = |path: &str, value| Route {
        method: "GET".to_owned(),
        base_path: None,
        path: path.to_owned(),
        multi_segment: vec!["path".to_owned()],
        value,
    };
    let templates = [
        "/projects/{project}/devices/{device}",
        "/files/{path}",
        "/answers?beta=true",
        "/answers",
        "/{id}:cancel",
    ];
    let routes = templates.iter().enumerate().map(|(value, path)| route(path, value));
    let (calls, _) = Router::build("/api", routes);
    let seeds = texts(&[
        "/api/projects/harbour/devices/7",
        "/api/files/a/b/c?x=1",
        "/api/answers?beta=true&x=%20",
        "/api/7:cancel",
    ]);
    fuzz("paths and queries of calls", &seeds, |text| {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let Ok(path) = Path::parse(path) else { return false };
        assert!(!path.as_str().split('/').any(|segment| matches!(segment, "." | "..")));
        calls.find("GET", &path, query).is_some()
    });
}

#[test]
fn changed_targets() {
    let seeds = texts(&["https://api.example:8443/projects/harbour?x#y", "/projects/harbour"]);
    fuzz("targets of one-time requests", &seeds, |text| Target::parse(text).is_ok());
}

#[test]
fn changed_bodies() {
    let body = r#"{"credential":"x","method":"GET","path":"/a","project":"harbour","client_ip":"10.0.0.1"}"#;
    fuzz("JSON bodies", &[body.to_owned()], |text| parse_json::<Call>(text.as_bytes()).is_ok());
}

#[test]
fn changed_cursors_and_times() {
    let seeds = texts(&["MjAyNi0xMS0yOXxhYmM", "2026-11-29T21:16:32Z"]);
    fuzz("cursors and times", &seeds, |text| read_cursor(text).is_ok() || parse_millis(text).is_some());
}

#[test]
fn documents() {
    let yaml = "openapi: 3.1.0\nservers: [{url: https://a.example/v3/}]\npaths:\n  /a/{b}:\n    parameters: [{$ref: '#/components/parameters/b'}]\n    get: {operationId: read, tags: [x]}\ncomponents: {parameters: {b: {name: b, in: path, required: true}}}\n";
    let json = r#"{"swagger":"2.0","basePath":"/v2","paths":{"/a/{b}":{"get":{"operationId":"read"},"parameters":[{"name":"b","in":"path"}]}}}"#;
    fuzz("OpenAPI documents (YAML, JSON)", &texts(&[yaml, json]), |text| {
        openapi::is_readable(text.as_bytes())
    });
}
