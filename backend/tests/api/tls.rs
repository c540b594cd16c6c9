//! HTTPS without a proxy: both versions of HTTP and of TLS, a certificate that is replaced, and plain HTTP
//! beside it.

#![allow(clippy::float_cmp, reason = "the numbers are whole")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use latchkey::configuration::Configuration;
use latchkey::configuration::tls::Tls;
use latchkey::program::startup::Application;
use reqwest::header::{ACCEPT, AUTHORIZATION, HOST, LOCATION, SET_COOKIE, STRICT_TRANSPORT_SECURITY};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::authority::Files;
use crate::in_both_places;
use crate::process::Process;
use crate::prometheus::{Prometheus, free_port, until};
use crate::reach::Reach;
use crate::scrape::Scrape;
use crate::server::{DEVICE, PASSWORD, Platform, Server, Where, text};

in_both_places! { a_platform_works_over_https => works_over_https }
in_both_places! { plain_http_redirects_screens_and_decides_nothing => redirects_screens }

fn over_https(place: Where, files: &Arc<Files>) -> Where {
    Where { reach: Reach::https(Arc::clone(files)), ..place.with_metrics() }
}

async fn works_over_https(place: Where) {
    let files = Arc::new(Files::new(30));
    let server = Server::start(over_https(place, &files)).await;
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let login = json!({ "username": "admin", "password": PASSWORD });
    let login = server.nobody().send(Method::POST, "/session").json(&login).send().await.unwrap();
    let cookie = login.headers()[SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-latchkey_session=") && cookie.contains("Secure"), "{cookie}");
    let platform = Platform::on(&server).await;
    for kind in ["rsa", "jwt"] {
        let id = platform.apply(kind).await;
        let credential = platform.credential(&id).await;
        assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");
        platform.admin.delete(&format!("/tokens/{id}")).await;
        assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "unknown_token");
    }
    let metadata = format!("{}/.well-known/oauth-authorization-server", server.url);
    let metadata: Value = platform.admin.http.get(metadata).send().await.unwrap().json().await.unwrap();
    assert!(text(&metadata["issuer"]).starts_with("https://"), "{metadata}");
    // RFC 6797. Browsers ignore it for an address; the test has no name.
    for (host, expected) in [("latchkey.example", Some("max-age=31536000")), ("localhost:8443", None)] {
        let screen = platform.admin.http.get(format!("{}/", server.url)).header(HOST, host);
        let screen = screen.header(ACCEPT, "text/html").send().await.unwrap();
        let told = screen.headers().get(STRICT_TRANSPORT_SECURITY).map(|told| told.to_str().unwrap());
        assert_eq!(told, expected, "{host}");
    }
}

async fn redirects_screens(place: Where) {
    let server = Server::start(over_https(place, &Arc::new(Files::new(30)))).await;
    let platform = Platform::on(&server).await;
    let credential = platform.credential(&platform.apply("rsa").await).await;
    let redirect = server.redirect.as_deref().unwrap();
    let http = Client::builder().redirect(Policy::none()).build().unwrap();
    let public = text(&platform.admin.get("/installation").await["public_url"]);
    for path in ["/", "/tokens?q=a%20b", "/tokens/tok_1", "/assets/app.js", "//elsewhere.example/x"] {
        for method in [Method::GET, Method::HEAD] {
            let answer = http.request(method, format!("{redirect}{path}")).header(ACCEPT, "text/html,*/*");
            let answer = answer.send().await.unwrap();
            assert_eq!(answer.status(), 308, "{path}");
            assert_eq!(answer.headers()[LOCATION].to_str().unwrap(), format!("{public}{path}"));
        }
    }
    let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
    let verifier =
        text(&platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "b" })).await["key"]);
    let at = |method: Method, path: &str| http.request(method, format!("{redirect}{path}"));
    for request in [
        at(Method::POST, "/api/v1/verify").bearer_auth(&verifier).json(&call),
        at(Method::GET, "/api/v1/tokens").bearer_auth(&credential).header(ACCEPT, "text/html"),
        at(Method::POST, "/oauth2/token").form(&[("grant_type", "client_credentials")]),
        at(Method::GET, "/auth/fleet").bearer_auth(&credential).header("X-Latchkey-Verifier", &verifier),
        at(Method::GET, "/.well-known/jwks.json"),
        at(Method::GET, "/healthz"),
        at(Method::GET, "/metrics").header(ACCEPT, "text/html"),
        at(Method::GET, "/api/docs/").header(ACCEPT, "text/html"),
        at(Method::POST, "/"),
        at(Method::GET, "/tokens"),
        // A redirect would hide that the credential has leaked.
        at(Method::GET, "/").header(AUTHORIZATION, format!("Bearer {credential}")),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 403, "{}", answer.url());
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["type"], "/problems/https-required");
        assert!(text(&problem["detail"]).contains(&public), "{problem}");
    }
    let counted = Scrape::now(server.metrics.as_deref().unwrap()).await;
    let decided: f64 = counted.family("latchkey_decisions_total").map(|(_, count)| count).sum();
    assert_eq!(decided, 0.0);
    let problem = platform.admin.http.get(format!("{}/problems/https-required", server.url));
    assert_eq!(problem.send().await.unwrap().json::<Value>().await.unwrap()["status"], 403);
}

#[tokio::test]
async fn both_versions_of_http_and_of_tls_are_spoken() {
    let files = Arc::new(Files::new(30));
    let server = Server::start(over_https(Where::sqlite(), &files)).await;
    let authority = files.authority.file().display().to_string();
    let curl = |options: &[&str]| {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--cacert", &authority, "--output", "/dev/null"]);
        curl.args(["--write-out", "%{http_version} %{response_code}"]).args(options);
        let output = curl.arg(format!("{}/healthz", server.url)).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(curl(&[]), "2 200");
    assert_eq!(curl(&["--http1.1"]), "1.1 200");
    assert_eq!(curl(&["--tls-max", "1.2"]), "2 200");
    assert_eq!(curl(&["--tlsv1.3"]), "2 200");
    let old = ["--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"];
    assert_eq!(curl(&[&["--tlsv1.0"], &old[..]].concat()), "0 000");
    let stranger = Client::builder().tls_certs_only([]).build().unwrap();
    assert!(stranger.get(format!("{}/healthz", server.url)).send().await.is_err());
    let plain = server.url.replace("https", "http");
    assert!(Client::new().get(format!("{plain}/healthz")).send().await.is_err());
}

/// The first certificate in a text.
fn first_certificate(text: &str) -> String {
    let end = "-----END CERTIFICATE-----";
    let (text, _) = text.split_once(end).unwrap_or_else(|| panic!("no certificate: {text}"));
    format!("-----BEGIN CERTIFICATE-----{}", text.rsplit_once("-----BEGIN CERTIFICATE-----").unwrap().1)
}

/// The certificate that the server shows.
fn shown(server: &Server) -> String {
    let address = server.url.trim_start_matches("https://");
    let output = Command::new("openssl").args(["s_client", "-connect", address]).output().unwrap();
    first_certificate(&String::from_utf8_lossy(&output.stdout))
}

fn certificate_in(file: &Path) -> String {
    first_certificate(&fs::read_to_string(file).unwrap())
}

/// Points a symbolic link elsewhere, as certbot and Kubernetes do.
fn point(link: &Path, to: &Path) {
    let new = link.with_extension("new");
    symlink(to, &new).unwrap();
    fs::rename(&new, link).unwrap();
}

#[tokio::test]
async fn a_certificate_is_replaced_only_by_a_pair_that_fits() {
    let files = Arc::new(Files::new(30));
    let server = Server::start(over_https(Where::sqlite(), &files)).await;
    let admin = server.admin().await;
    let Tls { certificate, key } = files.tls();
    let first = certificate_in(&certificate);
    assert_eq!(shown(&server), first);
    let do_fit = async || {
        let metrics = Scrape::now(server.metrics.as_deref().unwrap()).await;
        metrics.value("latchkey_tls_files_fit") == 1.0
    };
    let expiry = async || {
        let metrics = Scrape::now(server.metrics.as_deref().unwrap()).await;
        metrics.value("latchkey_tls_certificate_expiry_timestamp_seconds")
    };
    let document = include_str!("../../../docs/metrics.md");
    for family in ["latchkey_tls_files_fit", "latchkey_tls_certificate_expiry_timestamp_seconds"] {
        assert!(document.contains(&format!("`{family}`")), "docs/metrics.md does not describe {family}");
    }
    let ends = expiry().await;
    assert!(do_fit().await);

    // Certbot: a link for each file, one after the other.
    files.issue("second", 60);
    let second = certificate_in(&files.at("second/fullchain.pem"));
    point(&certificate, &files.at("second/fullchain.pem"));
    until("half a swap is not noticed", async || !do_fit().await).await;
    assert_eq!((shown(&server), expiry().await), (first, ends));
    point(&key, &files.at("second/privkey.pem"));
    until("the second certificate is not taken", async || shown(&server) == second).await;
    assert!(do_fit().await && (expiry().await - ends - 30.0 * 86_400.0).abs() < 120.0);

    // A broken, an empty and an absent file.
    let whole = fs::read_to_string(files.at("second/fullchain.pem")).unwrap();
    for broken in [&whole[..whole.len() / 2], "", "no certificate"] {
        fs::write(files.at("second/fullchain.pem"), broken).unwrap();
        until("a broken file is not noticed", async || !do_fit().await).await;
        assert_eq!(shown(&server), second);
        fs::write(files.at("second/fullchain.pem"), &whole).unwrap();
        until("the whole file is not noticed", async || do_fit().await).await;
    }
    fs::remove_file(&key).unwrap();
    until("an absent file is not noticed", async || !do_fit().await).await;
    assert_eq!(shown(&server), second);

    // Kubernetes: the files are links into a folder, which is a link itself.
    files.issue("third", 90);
    symlink(files.at("second"), files.at("data")).unwrap();
    point(&certificate, &files.at("data/fullchain.pem"));
    point(&key, &files.at("data/privkey.pem"));
    until("the second pair is not found again", async || do_fit().await).await;
    point(&files.at("data"), &files.at("third"));
    let third = certificate_in(&certificate);
    until("the third certificate is not taken", async || shown(&server) == third).await;
    // In place.
    files.issue("third", 10);
    until("the fourth certificate is not taken", async || shown(&server) == certificate_in(&certificate))
        .await;
    assert!(do_fit().await && expiry().await < ends);
    // Connections from before go on.
    admin.get("/session").await;
}

#[tokio::test]
async fn files_that_are_no_pair_are_refused_at_the_start() {
    let (files, other) = (Files::new(30), Files::new(30));
    let refused = async |change: &dyn Fn(&mut Configuration)| {
        let mut configuration = Where::sqlite().configuration();
        configuration.tls = Some(files.tls());
        change(&mut configuration);
        format!("{:#}", Application::build(configuration).await.err().expect("it starts"))
    };
    let no_key = refused(&|it| it.tls = Some(Tls { key: other.at("none.pem"), ..files.tls() })).await;
    assert!(no_key.contains("tls_key") && no_key.contains("none.pem"), "{no_key}");
    let other_key = refused(&|it| it.tls = Some(Tls { key: other.tls().key, ..files.tls() })).await;
    assert!(other_key.contains("does not fit tls_certificate"), "{other_key}");
    let swapped = refused(&|it| {
        it.tls = Some(Tls { certificate: files.tls().key, key: files.tls().certificate });
    })
    .await;
    assert!(swapped.contains("there is no certificate in it"), "{swapped}");
    let unix =
        refused(&|it| it.listen = format!("unix:{}", files.at("a.sock").display()).parse().unwrap()).await;
    assert!(unix.contains("not a Unix socket") || unix.contains("public_url"), "{unix}");

    let variables = [
        ("LATCHKEY_TLS_CERTIFICATE", files.tls().certificate.display().to_string()),
        ("LATCHKEY_TLS_KEY", other.tls().key.display().to_string()),
    ];
    let said = Process::refused(&Where::sqlite(), &variables);
    assert!(said.contains("does not fit tls_certificate"), "{said}");
    let said = Process::refused(&Where::sqlite(), &variables[..1]);
    assert!(said.contains("tls_certificate and tls_key belong together"), "{said}");
}

#[tokio::test]
async fn the_demo_is_filled_over_https() {
    let place = over_https(Where { demo: true, ..Where::sqlite() }, &Arc::new(Files::new(30)));
    let server = Server::start(place).await;
    let admin = server.admin().await;
    until("the demo is not filled", async || {
        !admin.get("/tokens?q=Harbour").await["items"].as_array().unwrap().is_empty()
    })
    .await;
}

/// A certificate expires soon, and then its files do not fit any more. Each fires its alert.
pub(crate) async fn nobody_renews_the_certificate(prometheus: &Prometheus) {
    let (files, metrics) = (Files::new(5), free_port());
    let variables = [
        ("LATCHKEY_TLS_CERTIFICATE", files.tls().certificate.display().to_string()),
        ("LATCHKEY_TLS_KEY", files.tls().key.display().to_string()),
        ("LATCHKEY_METRICS_LISTEN", format!("127.0.0.1:{metrics}")),
    ];
    let place = Where::sqlite();
    let process = Process::start(&place, &variables);
    assert!(process.url.starts_with("https://"), "{}", process.url);
    prometheus.watch(&[metrics]);
    prometheus.fires("LatchkeyCertificateExpires", metrics).await;
    files.issue("new", 60);
    fs::copy(files.at("new/fullchain.pem"), files.tls().certificate).unwrap();
    prometheus.fires("LatchkeyCertificateNotTaken", metrics).await;
    fs::copy(files.at("new/privkey.pem"), files.tls().key).unwrap();
    until("the alerts do not end", async || {
        tokio::time::sleep(Duration::from_millis(200)).await;
        !prometheus.firing().await.iter().any(|(alert, _)| alert.contains("Certificate"))
    })
    .await;
}
