//! The installation: its settings, its numbers and its usage.

use std::sync::Arc;
use std::time::{Duration, Instant};

use latchkey::audit::{self, Trail};
use latchkey::database::{Database, now};
use latchkey::engine::usage::{Months, Part, Usage, forget_hours, last_24_hours};
use latchkey::keys::keyring::Keyring;
use latchkey_shared::ids::{ApiId, EventId, TokenId};
use latchkey_shared::time::parse_millis;
use latchkey_shared::tokens::CallCount;
use latchkey_shared::verify::Reason;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::server::{DEVICE, Platform, Where};
use crate::{in_both_places, on_both_engines};

on_both_engines! {
    async fn the_installation_reports_its_settings(server) {
        let platform = Platform::on(server).await;
        let lin = platform.member(server, "lin", &[]).await;
        let installation = lin.get("/installation").await;
        let metadata = server.nobody().http.get(format!("{}/.well-known/oauth-authorization-server", server.url));
        let metadata: serde_json::Value = metadata.send().await.unwrap().json().await.unwrap();
        assert_eq!(installation["public_url"], metadata["issuer"]);
        assert_eq!(installation["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(installation["signing_algorithm"], "RS256");
        assert_eq!((&installation["jwt_lifetime"], &installation["show_once"]), (&json!(600), &json!(false)));
        assert_eq!(server.nobody().status(Method::GET, "/installation").await, StatusCode::UNAUTHORIZED);
    }

    async fn usage_shows_a_call_at_once(server) {
        let platform = Platform::on(server).await;
        let (id, other) = (platform.apply("rsa").await, platform.apply("rsa").await);
        let credential = platform.credential(&id).await;
        for method in ["GET", "GET", "GET", "PATCH", "DELETE"] {
            platform.decide(&credential, method, DEVICE).await;
        }
        let usage = platform.admin.get(&format!("/tokens/{id}/usage")).await;
        assert_eq!(usage["last_24_hours"], json!({ "allowed": 3, "denied": 2 }));
        assert!(usage["last_used_at"].is_string());
        let of_day = |outcome: &str| {
            let days = usage["days"].as_array().unwrap();
            days.iter().filter(|day| day["outcome"] == outcome).map(|day| day["count"].as_i64().unwrap()).sum::<i64>()
        };
        assert_eq!((of_day("allowed"), of_day("api_not_granted"), of_day("no_such_api")), (3, 1, 1));
        let unused = platform.admin.get(&format!("/tokens/{other}/usage")).await;
        assert_eq!(unused["last_24_hours"], json!({ "allowed": 0, "denied": 0 }));

        platform.decide(&credential, "GET", DEVICE).await;
        let usage = platform.admin.get(&format!("/tokens/{id}/usage")).await;
        assert_eq!(usage["last_24_hours"], json!({ "allowed": 4, "denied": 2 }));
    }

    async fn the_overview_counts_what_there_is(server) {
        let platform = Platform::on(server).await;
        let admin = &platform.admin;
        let rsa = platform.apply("rsa").await;
        for _ in 0..2 {
            platform.apply("rsa").await;
        }
        let jwt = platform.apply("jwt").await;
        admin.patch(&format!("/tokens/{jwt}"), &json!({ "status": "disabled" })).await;
        platform.expire(&platform.apply("jwt").await).await;
        platform.apply("jwt").await;
        let credential = platform.credential(&rsa).await;
        platform.decide(&credential, "GET", DEVICE).await;
        platform.decide(&credential, "PATCH", DEVICE).await;
        // The calls stay in the numbers after the token is deleted.
        admin.get(&format!("/tokens/{rsa}/usage")).await;
        admin.delete(&format!("/tokens/{rsa}")).await;
        let stats = admin.get("/stats").await;
        assert_eq!(
            stats,
            json!({
                "tokens": {
                    "rsa": { "active": 2, "disabled": 0, "expired": 0, "suspended": 0 },
                    "jwt": { "active": 1, "disabled": 1, "expired": 1, "suspended": 0 },
                },
                "systems": 1,
                "projects": 2,
                "users": 2,
                "last_24_hours": { "allowed": 1, "denied": 1 },
            })
        );
        let lin = platform.member(server, "lin", &[("harbour", "admin")]).await;
        assert_eq!(lin.status(Method::GET, "/stats").await, StatusCode::FORBIDDEN);
    }
}

/// Writes counts for more tokens than fit in one batch. Some counts are old, and some tokens no longer exist.
async fn counts_by_the_hour_last_two_days(place: Where) {
    const HOUR: i64 = 60 * 60 * 1_000;
    let database = Database::open(&place.configuration()).await.unwrap();
    let (usage, api) = (Arc::new(Usage::default()), ApiId::new());
    let tokens: Vec<TokenId> = (0..450).map(|_| TokenId::new()).collect();
    for (index, token) in tokens.iter().enumerate() {
        // Every ninth token does not exist.
        if index % 9 != 0 {
            sqlx::query(
                "INSERT INTO tokens (id, kind, name, name_key, description, generation, version, created_at, \
                 created_by, updated_at, updated_by) VALUES ($1, 'rsa', $1, $1, '', 1, 1, 0, '', 0, '')",
            )
            .bind(token.to_string())
            .execute(database.unordered_writer())
            .await
            .unwrap();
        }
        for hours_ago in [0, 23, 25, 47, 49] {
            usage.count(token, Some(&api), None, now() - hours_ago * HOUR);
        }
        usage.count(token, None, Some(Reason::NoSuchApi), now());
    }
    let rows = async |table: &'static str| -> i64 {
        sqlx::query_scalar(table).fetch_one(database.reader()).await.unwrap()
    };
    let all_days = "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM token_usage";
    // Who asks for a part does not wait for the rest.
    usage.flush(&database, Part::Totals).await;
    assert_eq!((rows("SELECT COUNT(*) FROM usage_hours").await, rows(all_days).await), (5, 0));
    usage.flush(&database, Part::Token(tokens[1].clone())).await;
    assert_eq!(rows(all_days).await, 6);
    for _ in 0..2 {
        usage.flush(&database, Part::All).await;
    }
    let all_hours = "SELECT CAST(COUNT(*) AS BIGINT) FROM token_hours";
    assert_eq!(rows(all_hours).await, 400 * 5);
    assert_eq!(rows(all_days).await, 400 * 6);
    assert_eq!(rows("SELECT CAST(COUNT(*) AS BIGINT) FROM token_uses WHERE last_used_at > 0").await, 400);
    forget_hours(&database).await.unwrap();
    assert_eq!(rows(all_hours).await, 400 * 4);
    assert_eq!(rows("SELECT CAST(COUNT(*) AS BIGINT) FROM usage_hours").await, 4);

    let mut connection = database.reader().acquire().await.unwrap();
    let of_one = last_24_hours(&mut connection, Some(&tokens[1])).await.unwrap();
    assert_eq!(of_one, CallCount { allowed: 2, denied: 1 });
    let of_one_gone = last_24_hours(&mut connection, Some(&tokens[9])).await.unwrap();
    assert_eq!(of_one_gone, CallCount::default());
    let of_all = last_24_hours(&mut connection, None).await.unwrap();
    assert_eq!(of_all, CallCount { allowed: 900, denied: 450 });
    drop(connection);

    for token in &tokens {
        usage.count(token, Some(&api), None, now());
    }
    let (writing, written_to) = (Arc::clone(&usage), database.clone());
    let writer = tokio::spawn(async move { writing.keep_writing(&written_to).await });
    let begin = Instant::now();
    while rows(all_days).await < 400 * 7 {
        assert!(begin.elapsed() < Duration::from_secs(20), "counts are not written");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    writer.abort();
    database.close().await;
}

in_both_places! { counts_by_the_hour_last_two_days => counts_by_the_hour_last_two_days }

/// More old rows than one step takes.
async fn old_usage_and_old_events_go_in_steps(place: Where) {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    let database = Database::open(&place.configuration()).await.unwrap();
    let (used, other) = (TokenId::new(), TokenId::new());
    for token in [&used, &other] {
        sqlx::query(
            "INSERT INTO tokens (id, kind, name, name_key, description, generation, version, created_at, \
             created_by, updated_at, updated_by) VALUES ($1, 'rsa', $1, $1, '', 1, 1, 0, '', 0, '')",
        )
        .bind(token.to_string())
        .execute(database.unordered_writer())
        .await
        .unwrap();
    }
    let apis: Vec<ApiId> = (0..40).map(|_| ApiId::new()).collect();
    for (token, days) in [
        (&used, &["2024-02-28", "2024-02-29", "2024-03-01", "9999-01-01"][..]),
        (&other, &["9999-01-01"][..]),
    ] {
        for (day, (api, outcome)) in days.iter().flat_map(|day| {
            apis.iter().flat_map(move |api| ["allowed", "expired"].map(|one| (*day, (api, one))))
        }) {
            sqlx::query(
                "INSERT INTO token_usage (token_id, day, api_id, outcome, count) VALUES ($1, $2, $3, $4, 7)",
            )
            .bind(token.to_string())
            .bind(day)
            .bind(api.to_string())
            .bind(outcome)
            .execute(database.unordered_writer())
            .await
            .unwrap();
        }
    }
    // A part was turned before.
    sqlx::query("INSERT INTO token_months (token_id, month, api_id, outcome, count) VALUES ($1, '2024-03', $2, 'allowed', 1)")
        .bind(used.to_string())
        .bind(apis[0].to_string())
        .execute(database.unordered_writer())
        .await
        .unwrap();
    for index in 0..1_200 {
        let age = if index % 2 == 0 { 31 } else { 29 };
        sqlx::query(
            "INSERT INTO audit_events (id, at, actor_kind, actor_name, action, detail) \
             VALUES ($1, $2, 'system', '', 'token.created', '{}')",
        )
        .bind(EventId::at(now() - age * DAY + index).to_string())
        .bind(now() - age * DAY + index)
        .execute(database.unordered_writer())
        .await
        .unwrap();
    }
    let number = async |statement: &'static str| -> i64 {
        sqlx::query_scalar(statement).fetch_one(database.reader()).await.unwrap()
    };
    let mut months = Months::after(400);
    for _ in 0..2 {
        months.turn(&database).await.unwrap();
        assert_eq!(number("SELECT CAST(COUNT(*) AS BIGINT) FROM token_usage").await, 2 * 80);
        assert_eq!(number("SELECT CAST(COUNT(*) AS BIGINT) FROM token_months").await, 2 * 80);
        let february = "SELECT CAST(SUM(count) AS BIGINT) FROM token_months WHERE month = '2024-02'";
        assert_eq!(number(february).await, 2 * 80 * 7);
        let march = "SELECT CAST(SUM(count) AS BIGINT) FROM token_months WHERE month = '2024-03'";
        assert_eq!(number(march).await, 80 * 7 + 1);
    }

    let events = "SELECT CAST(COUNT(*) AS BIGINT) FROM audit_events";
    let keyring = Keyring::open(&database, &place.configuration(), String::new()).await.unwrap();
    let trail = Trail::open(&database, &keyring.vault().await.unwrap(), &place.configuration(), "here")
        .await
        .unwrap();
    trail.forget_old(0).await.unwrap();
    assert_eq!((number(events).await, audit::complete_since(&database).await.unwrap()), (1_200, None));
    trail.forget_old(30).await.unwrap();
    assert_eq!(number(events).await, 600);
    let since = parse_millis(audit::complete_since(&database).await.unwrap().unwrap().as_str()).unwrap();
    assert!((now() - since - 30 * DAY).abs() < 60_000);
    assert!(number("SELECT MIN(at) FROM audit_events").await > since);
    database.close().await;
}

in_both_places! { old_rows_go_in_steps => old_usage_and_old_events_go_in_steps }
