//! Other places to listen than an address: a Unix socket, and a socket that systemd passes.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::Path;

use latchkey::configuration::proxies::Proxy;
use latchkey::program::startup::Application;
use reqwest::Method;
use serde_json::json;

use crate::in_both_places;
use crate::process::Process;
use crate::reach::Reach;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where};

in_both_places! { a_platform_works_at_a_unix_socket => works_at_a_unix_socket }

fn at_socket(place: Where) -> Where {
    let socket = place.data_dir().with_extension("sock");
    Where { reach: Reach::unix(socket), ..place }
}

/// The address of the caller of the last event.
async fn last_address(admin: &Caller) -> String {
    let name = crate::server::unique("user");
    let user = json!({ "username": name, "display_name": name });
    let made = admin.send(Method::POST, "/users").header("X-Forwarded-For", "198.51.100.7").json(&user);
    assert_eq!(made.send().await.unwrap().status(), 201);
    admin.get("/audit-events").await["items"][0]["client_ip"].to_string()
}

async fn works_at_a_unix_socket(place: Where) {
    let place = at_socket(place);
    let socket = place.data_dir().with_extension("sock");
    for time in ["first", "second"] {
        // The first server leaves its socket behind.
        assert_eq!(socket.exists(), time == "second");
        let trusted = time == "second";
        let trusted_proxies = trusted.then_some(Proxy::Unix).into_iter().collect();
        let server = Server::start(Where { trusted_proxies, ..place.clone() }).await;
        assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o660);
        let admin = server.admin().await;
        let platform = if trusted { None } else { Some(Platform::by(admin.clone()).await) };
        if let Some(platform) = platform {
            let credential = platform.credential(&platform.apply("jwt").await).await;
            assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");
        }
        // A peer without an address is believed only if it is trusted.
        let expected = if trusted { "\"198.51.100.7\"" } else { "null" };
        assert_eq!(last_address(&admin).await, expected);
    }
    fs::remove_file(socket).unwrap();
}

#[tokio::test]
async fn a_socket_that_is_in_use_and_a_file_that_is_none_stay() {
    let place = at_socket(Where::sqlite());
    let path = place.data_dir().with_extension("sock");
    let refused = async || {
        let error = Application::build(place.configuration()).await.err().expect("it starts");
        format!("{error:#}")
    };
    let other = UnixListener::bind(&path).unwrap();
    let said = refused().await;
    assert!(said.contains("cannot listen on unix:") && said.contains("in use"), "{said}");
    drop(other);
    fs::remove_file(&path).unwrap();
    fs::write(&path, "precious").unwrap();
    assert!(refused().await.contains("in use"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    fs::remove_file(&path).unwrap();
    let said = Process::refused(&Where::sqlite(), &[("LATCHKEY_LISTEN", format!("unix:{}", path.display()))]);
    assert!(said.contains("public_url is required"), "{said}");
    fs::remove_file(&path).unwrap();
}

async fn log_in(admin: &Caller) {
    admin.ask("/session", &json!({ "username": "admin", "password": PASSWORD })).await;
    assert_eq!(admin.get("/session").await["user"]["username"], "admin");
}

#[tokio::test]
async fn a_socket_of_systemd_takes_the_place_of_an_address() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let place = Where::sqlite();
    let process = Process::start_at_socket(listener.into(), &place, &[]);
    assert_eq!(process.url, url);
    log_in(&Caller::new(&url)).await;

    let path = Path::new(place.data_dir()).with_extension("sock");
    let listener = UnixListener::bind(&path).unwrap();
    let public = [("LATCHKEY_PUBLIC_URL", "http://latchkey.example".to_owned())];
    let other = Where::sqlite();
    let _process = Process::start_at_socket(listener.into(), &other, &public);
    log_in(&Caller::by("http://localhost", &Reach::unix(path.clone()))).await;
    fs::remove_file(path).unwrap();
}
