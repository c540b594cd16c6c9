//! `--demo` fills an empty installation.

use std::time::{Duration, Instant};

use crate::server::{Server, Where, text};

#[tokio::test]
async fn a_demo_has_systems_people_and_tokens_of_both_kinds() {
    let server = Server::start(Where { demo: true, ..Where::sqlite() }).await;
    let admin = server.admin().await;
    let begin = Instant::now();
    // The calls come last, and their count is written after a while.
    let used = loop {
        let tokens = admin.get("/tokens?total=true").await;
        if let Some(used) =
            tokens["items"].as_array().unwrap().iter().find(|one| one["last_used_at"].is_string())
        {
            assert_eq!(tokens["total"], 8);
            break text(&used["name"]);
        }
        assert!(begin.elapsed() < Duration::from_mins(1), "{tokens}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(used, "Harbour cranes");
    for (path, count) in [("/systems", 3), ("/projects", 4), ("/users", 6), ("/tokens?status=disabled", 1)] {
        assert_eq!(admin.get(path).await["items"].as_array().unwrap().len(), count, "{path}");
    }
}
