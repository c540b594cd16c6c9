//! The content and the order of lists for different callers.

use reqwest::Method;
use serde_json::json;

use crate::on_both_engines;
use crate::server::{Platform, each, text};

on_both_engines! {
    async fn systems_and_projects_are_found_by_part_of_their_key_or_name(server) {
        let platform = Platform::on(server).await;
        for (key, name) in [("depot-north", "Straßenlager"), ("depot-south", "仓库"), ("yard", "Harbour YARD")] {
            platform.admin.post("/systems", &json!({ "key": key, "name": name })).await;
            platform.admin.post("/projects", &json!({ "key": key, "name": name })).await;
        }
        let keys = async |path: &str| each(&platform.admin.get(path).await, "key");
        for list in ["/systems", "/projects"] {
            assert_eq!(keys(&format!("{list}?q=DEPOT")).await, ["depot-north", "depot-south"]);
            assert_eq!(keys(&format!("{list}?q=STRASSEN")).await, ["depot-north"]);
            assert_eq!(keys(&format!("{list}?q=%E4%BB%93")).await, ["depot-south"]);
            assert_eq!(keys(&format!("{list}?q=yard")).await, ["yard"]);
            assert_eq!(keys(&format!("{list}?q=%25")).await, Vec::<String>::new());
            let first = platform.admin.get(&format!("{list}?q=depot&limit=1")).await;
            assert_eq!(each(&first, "key"), ["depot-north"]);
            let cursor = text(&first["next_cursor"]);
            let rest = platform.admin.get(&format!("{list}?q=depot&limit=1&cursor={cursor}")).await;
            assert_eq!(each(&rest, "key"), ["depot-south"]);
            assert!(rest["next_cursor"].is_null());
        }
        let member = platform.member(server, "lin", &[("yard", "member")]).await;
        assert_eq!(each(&member.get("/projects?q=depot").await, "key"), Vec::<String>::new());
    }

    async fn a_picker_offers_what_its_user_may_grant(server) {
        let platform = Platform::on(server).await;
        let admin = &platform.admin;
        let api = |id: &str, scope: &str| {
            json!({ "operation_id": id, "method": "GET", "path": format!("/{id}"), "name": id, "scope": scope })
        };
        for key in ["closed", "mine", "theirs", "prices"] {
            admin.post("/systems", &json!({ "key": key, "name": key })).await;
        }
        for key in ["closed", "mine", "theirs"] {
            admin.post(&format!("/systems/{key}/apis"), &api("read", "project")).await;
            admin.patch(&format!("/systems/{key}"), &json!({ "restricted": true })).await;
        }
        admin.post("/systems/prices/apis", &api("list", "global")).await;
        admin.post("/systems/mine/apis", &api("count", "global")).await;
        admin.put("/projects/harbour/systems/mine", &json!({})).await;
        admin.put("/projects/quarry/systems/theirs", &json!({})).await;
        let grace = platform.member(server, "grace", &[("harbour", "admin"), ("quarry", "member")]).await;

        assert_eq!(each(&grace.get("/systems").await, "key"), ["fleet", "latchkey", "mine", "prices", "theirs"]);
        assert_eq!(each(&grace.get("/systems?grantable=rsa").await, "key"), ["fleet", "latchkey", "mine"]);
        assert_eq!(each(&grace.get("/systems?grantable=jwt").await, "key"), ["fleet", "mine"]);
        let apis = each(&grace.get("/apis?grantable=jwt").await, "key");
        assert_eq!(apis, ["fleet:listDevices", "fleet:readDevice", "fleet:renameDevice", "mine:read"]);
        assert_eq!(each(&grace.get("/apis?grantable=jwt&q=read&system=mine").await, "key"), ["mine:read"]);
        let mine = grace.get("/systems/mine").await;
        assert_eq!((&mine["api_count"], &mine["global_api_count"]), (&json!(2), &json!(1)));

        // Every API in the list can be granted, and no other.
        for key in grace.get("/apis?limit=200").await["items"].as_array().unwrap().iter().map(|one| text(&one["key"])) {
            let mut wanted = Platform::wanted("jwt");
            wanted["apis"] = json!([key]);
            let answer = grace.send(Method::POST, "/tokens").json(&wanted).send().await.unwrap();
            let status = if apis.contains(&key) { 201 } else { 403 };
            assert_eq!(answer.status().as_u16(), status, "{key}");
        }
        assert_eq!(
            each(&admin.get("/systems?grantable=jwt").await, "key"),
            ["closed", "fleet", "latchkey", "mine", "prices", "theirs"]
        );
        let lin = platform.member(server, "lin", &[("quarry", "member")]).await;
        assert_eq!(lin.get("/apis?grantable=rsa").await["items"], json!([]), "who administers nothing grants nothing");
        let problem = grace.refused(Method::GET, "/apis?grantable=all", &json!({})).await;
        assert_eq!(problem.fields(), ["grantable:invalid_parameter"]);
    }

    async fn tokens_are_sorted_as_asked(server) {
        let platform = Platform::on(server).await;
        for (kind, name) in [("rsa", "beta"), ("jwt", "Alpha"), ("rsa", "ÄHRE"), ("rsa", "alpha 2")] {
            let mut wanted = Platform::wanted(kind);
            wanted["name"] = json!(name);
            platform.admin.post("/tokens", &wanted).await;
        }
        let names = async |query: &str| each(&platform.admin.get(&format!("/tokens?{query}")).await, "name");
        assert_eq!(names("").await, ["alpha 2", "ÄHRE", "Alpha", "beta"]);
        assert_eq!(names("sort=created").await, names("").await);
        assert_eq!(names("sort=name").await, ["Alpha", "alpha 2", "beta", "ÄHRE"]);
        assert_eq!(names("sort=name&kind=rsa").await, ["alpha 2", "beta", "ÄHRE"]);
        assert_eq!(names("sort=name&q=alph").await, ["Alpha", "alpha 2"]);
        assert_eq!(names("sort=name&q=alhpa").await, ["Alpha", "alpha 2"], "a typo");

        let first = platform.admin.get("/tokens?sort=name&limit=3&total=true").await;
        assert_eq!((each(&first, "name").len(), &first["total"]), (3, &json!(4)));
        let cursor = text(&first["next_cursor"]);
        assert_eq!(names(&format!("sort=name&limit=3&cursor={cursor}")).await, ["ÄHRE"]);
        for (query, field) in [
            (format!("cursor={cursor}"), "cursor:invalid_cursor"),
            ("sort=name&cursor=MTI".to_owned(), "cursor:invalid_cursor"),
            ("sort=size".to_owned(), "sort:invalid_parameter"),
        ] {
            let problem = platform.admin.refused(Method::GET, &format!("/tokens?{query}"), &json!({})).await;
            assert_eq!((problem.status, problem.fields()), (422, vec![field.to_owned()]), "{query}");
        }
    }
}
