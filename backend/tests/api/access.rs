//! Which callers may do what.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::Executor as _;

use crate::server::{Caller, Platform, Server, Where, each, text, unique};
use crate::{in_both_places, on_both_engines};

on_both_engines! {
    async fn a_project_administrator_manages_only_tokens_inside_their_projects(server) {
        let platform = Platform::on(server).await;
        let foreign = {
            let mut wanted = Platform::wanted("rsa");
            wanted["projects"] = json!(["quarry", "harbour"]);
            text(&platform.admin.post("/tokens", &wanted).await["id"])
        };
        let temporary = "a temporary password";
        let grace = json!({ "username": "grace", "display_name": "Grace", "password": temporary });
        platform.admin.post("/users", &grace).await;
        platform.admin.put("/projects/harbour/members/grace", &json!({ "role": "admin" })).await;

        let grace = server.person("grace", temporary).await;
        let problem = grace.refused(Method::GET, "/tokens", &json!({})).await;
        assert_eq!((problem.status, problem.kind()), (403, "password-change-required"));
        let change = json!({ "current_password": temporary, "new_password": "a password of my own" });
        grace.put("/session/password", &change).await;

        let theirs = text(&grace.post("/tokens", &Platform::wanted("rsa")).await["id"]);
        grace.get(&format!("/tokens/{theirs}/file")).await;
        let mut wanted = Platform::wanted("rsa");
        wanted["projects"] = json!(["quarry"]);
        let problem = grace.refused(Method::POST, "/tokens", &wanted).await;
        assert!([403, 404, 422].contains(&problem.status), "{problem:?}");
        let mut wanted = Platform::wanted("rsa");
        wanted["projects"] = json!([]);
        wanted["all_projects"] = json!(true);
        assert_eq!(grace.refused(Method::POST, "/tokens", &wanted).await.status, 403);

        let path = format!("/tokens/{foreign}");
        assert_eq!(grace.status(Method::GET, &path).await, StatusCode::NOT_FOUND);
        assert_eq!(grace.status(Method::DELETE, &path).await, StatusCode::NOT_FOUND);
        let beyond = json!({ "projects": ["harbour", "quarry"] });
        assert!(grace.refused(Method::PATCH, &format!("/tokens/{theirs}"), &beyond).await.status >= 403);
        assert_eq!(grace.get("/tokens").await["items"].as_array().unwrap().len(), 1);

        // She can read a token that is only granted to her, and `manageable` says that she cannot change it.
        let mut wanted = Platform::wanted("jwt");
        wanted["users"] = json!(["grace", "admin"]);
        let granted = text(&platform.admin.post("/tokens", &wanted).await["id"]);
        let path = format!("/tokens/{granted}");
        assert_eq!(grace.get(&path).await["manageable"], false);
        assert_eq!(grace.status(Method::DELETE, &path).await, StatusCode::NOT_FOUND);
        assert_eq!(platform.admin.get(&path).await["manageable"], true);
        let manageable = async |of: &Caller| {
            let answer = of.get("/tokens").await;
            let items = answer["items"].as_array().unwrap().iter();
            items.map(|token| (text(&token["id"]), token["manageable"] == true)).collect::<Vec<_>>()
        };
        assert_eq!(manageable(&grace).await, [(granted.clone(), false), (theirs.clone(), true)]);
        assert!(manageable(&platform.admin).await.iter().all(|(_, is)| *is));
        platform.admin.delete(&path).await;

        let jwt = grace.post("/tokens", &Platform::wanted("jwt")).await;
        assert_eq!(jwt["bound_to"][0]["key"], "harbour");
        for (method, path) in [
            (Method::POST, "/systems"),
            (Method::POST, "/projects"),
            (Method::POST, "/users"),
        ] {
            let body = json!({ "key": "mine", "name": "Mine", "username": "mine", "display_name": "Mine" });
            let status = grace.refused(method, path, &body).await.status;
            assert!([403, 422].contains(&status), "{path}: {status}");
        }
        assert_eq!(grace.status(Method::GET, "/audit-events").await, StatusCode::FORBIDDEN);

        platform.admin.delete("/projects/harbour/members/grace").await;
        assert_eq!(grace.status(Method::GET, &format!("/tokens/{theirs}")).await, StatusCode::NOT_FOUND);
        platform.admin.delete("/users/grace").await;
        assert_eq!(grace.status(Method::GET, "/session").await, StatusCode::UNAUTHORIZED);
    }

    async fn a_system_lists_the_projects_it_is_opened_to(server) {
        let platform = Platform::on(server).await;
        let opened = async || {
            let answer = platform.admin.get("/systems/fleet/projects").await;
            let items = answer["items"].as_array().unwrap().iter();
            items.map(|project| text(&project["key"])).collect::<Vec<_>>()
        };
        assert!(opened().await.is_empty());
        for project in ["quarry", "harbour"] {
            platform.admin.put(&format!("/projects/{project}/systems/fleet"), &json!({})).await;
        }
        assert_eq!(opened().await, ["harbour", "quarry"]);
        platform.admin.delete("/projects/quarry/systems/fleet").await;
        assert_eq!(opened().await, ["harbour"]);

        let temporary = "a temporary password";
        let lin = json!({ "username": "lin", "display_name": "Lin", "password": temporary });
        platform.admin.post("/users", &lin).await;
        let lin = server.person("lin", temporary).await;
        let change = json!({ "current_password": temporary, "new_password": "a password of my own" });
        lin.put("/session/password", &change).await;
        assert_eq!(lin.status(Method::GET, "/systems/fleet/projects").await, StatusCode::FORBIDDEN);
    }

    async fn a_ci_script_has_the_rights_of_its_token(server) {
        let platform = Platform::on(server).await;
        let script = json!({
            "kind": "rsa",
            "name": unique("script"),
            "apis": [
                "latchkey:create_token", "latchkey:list_tokens", "latchkey:delete_token",
                "latchkey:get_token_file", "fleet:readDevice",
            ],
            "projects": ["harbour"],
        });
        let script = text(&platform.admin.post("/tokens", &script).await["id"]);
        let open = platform.credential(&script).await;
        let script = platform.admin.with_bearer(&open);

        let issued = text(&script.post("/tokens", &Platform::wanted("rsa")).await["id"]);
        script.get(&format!("/tokens/{issued}/file")).await;
        let mut wanted = Platform::wanted("rsa");
        wanted["apis"] = json!(["fleet:renameDevice"]);
        assert_eq!(script.refused(Method::POST, "/tokens", &wanted).await.status, 403, "a grant that it lacks");
        let problem = script.refused(Method::POST, "/tokens", &Platform::wanted("jwt")).await;
        assert_eq!((problem.status, problem.kind()), (403, "forbidden"), "a user whom it does not act as");
        assert_eq!(script.status(Method::GET, "/systems").await, StatusCode::FORBIDDEN, "not granted");
        let strange = platform.apply("rsa").await;
        let of_another = script.status(Method::GET, &format!("/tokens/{strange}/file")).await;
        assert_eq!(of_another, StatusCode::FORBIDDEN, "not issued by itself");
        script.delete(&format!("/tokens/{issued}")).await;
    }

    async fn a_token_for_all_projects_lists_what_it_manages(server) {
        let platform = Platform::on(server).await;
        platform.admin.post("/users", &json!({ "username": "lin", "display_name": "Lin" })).await;
        let apis = json!(["latchkey:list_tokens", "latchkey:get_token"]);
        let wide = json!({ "kind": "rsa", "name": unique("wide"), "apis": apis, "all_projects": true });
        let wide = text(&platform.admin.post("/tokens", &wide).await["id"]);
        let caller = platform.admin.with_bearer(&platform.credential(&wide).await);
        let of_users = async |users: &[&str]| {
            let mut wanted = Platform::wanted("jwt");
            wanted["users"] = json!(users);
            text(&platform.admin.post("/tokens", &wanted).await["id"])
        };
        let inside = of_users(&["ada"]).await;
        let outside = [of_users(&["lin"]).await, of_users(&["ada", "lin"]).await];
        let rsa = platform.apply("rsa").await;
        let page = caller.get("/tokens?total=true").await;
        assert_eq!((each(&page, "id"), &page["total"]), (vec![rsa, inside.clone(), wide], &json!(3)));
        assert!(page["items"].as_array().unwrap().iter().all(|token| token["manageable"] == true), "{page}");
        let page = caller.get("/tokens?q=jwt&total=true&sort=name").await;
        assert_eq!((each(&page, "id"), &page["total"]), (vec![inside], &json!(1)));
        for id in outside {
            assert_eq!(caller.status(Method::GET, &format!("/tokens/{id}")).await, StatusCode::NOT_FOUND);
        }
    }

    async fn a_user_without_rights_gets_nothing(server) {
        let nobody = server.nobody();
        for path in ["/tokens", "/systems", "/projects", "/users", "/session", "/audit-events"] {
            let problem = nobody.refused(Method::GET, path, &json!({})).await;
            assert_eq!((problem.status, problem.kind()), (401, "unauthenticated"), "{path}");
        }
        let wrong = json!({ "username": "admin", "password": "not the password" });
        assert_eq!(nobody.refused(Method::POST, "/session", &wrong).await.kind(), "login-failed");
        let nobody_known = json!({ "username": "nobody", "password": "not the password" });
        assert_eq!(nobody.refused(Method::POST, "/session", &nobody_known).await.kind(), "login-failed");
    }

    async fn the_last_administrator_cannot_be_disabled(server) {
        let admin = server.admin().await;
        for change in [json!({ "disabled": true }), json!({ "role": "user" })] {
            assert_eq!(admin.refused(Method::PATCH, "/users/admin", &change).await.status, 409);
        }
    }
}

/// A request waits to write. Meanwhile another node takes the rights of its caller away.
async fn a_request_that_waits_does_not_use_lost_rights(place: Where) {
    let server = Server::start(place.clone()).await;
    let platform = Platform::on(&server).await;
    let grace = platform.member(&server, "grace", &[("harbour", "admin")]).await;
    let id = text(&grace.post("/tokens", &Platform::wanted("jwt")).await["id"]);
    let agent = text(&platform.admin.post("/tokens", &Platform::wanted("jwt")).await["id"]);

    let mut other = place.connect().await;
    let begin = match place.database_url {
        Some(_) => "BEGIN; SELECT pg_advisory_xact_lock(7809651199139603833)",
        None => "BEGIN IMMEDIATE",
    };
    other.execute(sqlx::raw_sql(begin)).await.unwrap();
    let path = format!("/tokens/{id}");
    let (new, changed, nothing) = (Platform::wanted("jwt"), json!({ "description": "changed" }), json!({}));
    let requests = async {
        tokio::join!(
            grace.refused(Method::POST, "/tokens", &new),
            grace.refused(Method::PATCH, &path, &changed),
            grace.refused(Method::DELETE, &path, &nothing),
        )
    };
    let demotion = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        sqlx::query("DELETE FROM members WHERE user_id = (SELECT id FROM users WHERE username = 'grace')")
            .execute(&mut other)
            .await
            .unwrap();
        other.execute("COMMIT").await.unwrap();
    };
    let ((issue, change, removal), ()) = tokio::join!(requests, demotion);
    for problem in [issue, change, removal] {
        assert_eq!((problem.status, problem.kind()), (503, "not-written"), "{:?}", problem.body);
    }
    let token = platform.admin.get(&format!("/tokens/{id}")).await;
    assert_eq!(token["description"], "");
    // A caller whose rights are as they were is not in the way of itself.
    platform.admin.delete(&format!("/tokens/{agent}")).await;
}

in_both_places! { a_request_that_waits_does_not_use_lost_rights => a_request_that_waits_does_not_use_lost_rights }
