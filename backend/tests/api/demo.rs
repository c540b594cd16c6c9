//! `--demo` fills an empty installation with data.

use std::time::{Duration, Instant};

use crate::server::{Server, Where, text};

#[tokio::test]
async fn a_demo_has_systems_people_and_tokens_of_both_kinds() {
    let server = Server::start(Where { demo: true, ..Where::sqlite() }).await;
    let admin = server.admin().await;
    let begin = Instant::now();
    let cranes = loop {
        let tokens = admin.get("/tokens?total=true").await;
        if tokens["total"] == 28 {
            assert_eq!(tokens["items"][0]["name"], "Subscriptions front end");
            break text(&admin.get("/tokens?q=cranes").await["items"][0]["id"]);
        }
        assert!(begin.elapsed() < Duration::from_mins(1), "{tokens}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let usage = admin.get(&format!("/tokens/{cranes}/usage")).await;
    assert_eq!(usage["last_24_hours"], serde_json::json!({ "allowed": 43, "denied": 3 }));
    for (path, count) in [
        ("/systems", 3),
        ("/projects", 4),
        ("/users", 6),
        ("/tokens?status=disabled", 3),
        ("/tokens?kind=jwt", 14),
    ] {
        assert_eq!(admin.get(path).await["items"].as_array().unwrap().len(), count, "{path}");
    }
}
