//! The content and the order of lists for different callers.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;

use crate::on_both_engines;
use crate::server::{Caller, Platform, Server, Where, each, text};
use crate::walk::Random;

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

/// The members `of` of the items on all pages.
async fn walked(caller: &Caller, query: &str, of: &str) -> Vec<String> {
    let mut page = caller.get(query).await;
    let mut found = each(&page, of);
    while let Some(cursor) = page["next_cursor"].as_str() {
        page = caller.get(&format!("{query}&cursor={cursor}")).await;
        found.extend(each(&page, of));
    }
    found
}

/// Projects and users are added, renamed and deleted on all nodes, and each change is found at once on all of them.
async fn searches_know_all_changes(nodes: &[Server]) {
    let platform = Platform::on(&nodes[0]).await;
    let admins: Vec<Caller> = nodes.iter().map(|node| platform.admin.at(&node.url)).collect();
    let mut random = Random(11);
    let words = ["crane", "quay", "Straße", "仓库", "harb"];
    let [mut projects, mut users, mut apis] = [(); 3].map(|()| BTreeMap::<String, String>::new());
    projects.insert("harbour".to_owned(), "Harbour".to_owned());
    for step in 0..120 {
        let admin = &admins[usize::try_from(random.below(nodes.len() as u64)).unwrap()];
        let name = words[usize::try_from(random.below(5)).unwrap()];
        let key = format!("k{}-{step}", random.below(9));
        let some =
            projects.keys().filter(|key| *key != "harbour").nth(usize::try_from(random.below(9)).unwrap());
        match (random.below(4), some.cloned()) {
            (0, Some(key)) => {
                admin.delete(&format!("/projects/{key}")).await;
                projects.remove(&key);
            }
            (1, Some(key)) => {
                admin.patch(&format!("/projects/{key}"), &json!({ "name": name })).await;
                projects.insert(key, name.to_owned());
                if let Some(mut user) = users.first_entry() {
                    let renamed = json!({ "display_name": name });
                    admin.patch(&format!("/users/{}", user.key()), &renamed).await;
                    user.insert(name.to_owned());
                }
                if let Some(mut api) = apis.first_entry() {
                    let renamed = json!({ "name": name });
                    let operation = api.key().trim_start_matches("fleet:").to_owned();
                    admin.patch(&format!("/systems/fleet/apis/{operation}"), &renamed).await;
                    api.insert(name.to_owned());
                }
            }
            _ => {
                admin.post("/projects", &json!({ "key": key, "name": name })).await;
                projects.insert(key.clone(), name.to_owned());
                admin.post("/users", &json!({ "username": key, "display_name": name })).await;
                let path = format!("/step{step}");
                let api = json!({ "operation_id": key, "method": "GET", "path": path, "name": name });
                admin.post("/systems/fleet/apis", &api).await;
                apis.insert(format!("fleet:{key}"), name.to_owned());
                users.insert(key, name.to_owned());
            }
        }
        for (text, folded) in [("HARB", "harb"), ("strass", "straß"), ("k3-", "k3-"), ("%E4%BB%93", "仓")] {
            let matching = |names: &BTreeMap<String, String>| -> Vec<String> {
                let is_found = |(key, name): &(&String, &String)| {
                    key.contains(folded) || name.to_lowercase().contains(folded)
                };
                names.iter().filter(is_found).map(|(key, _)| key.clone()).collect()
            };
            for (node, admin) in admins.iter().enumerate() {
                let found = walked(admin, &format!("/projects?q={text}&limit=3"), "key").await;
                assert_eq!(found, matching(&projects), "step {step}: {text} on node {node}");
                let found = walked(admin, &format!("/users?q={text}&limit=4"), "username").await;
                assert_eq!(found, matching(&users), "step {step}: {text} on node {node}");
                let found = walked(admin, &format!("/apis?q={text}&limit=3"), "key").await;
                assert_eq!(found, matching(&apis), "step {step}: {text} on node {node}");
            }
        }
    }
    let names = json!({ "operation_id": "k3-closed", "method": "GET", "path": "/closed", "name": "Closed" });
    platform.admin.post("/systems", &json!({ "key": "hidden", "name": "Hidden" })).await;
    platform.admin.post("/systems/hidden/apis", &names).await;
    platform.admin.patch("/systems/hidden", &json!({ "restricted": true })).await;
    assert_eq!(walked(&admins[0], "/apis?q=CLOSED", "key").await, ["hidden:k3-closed"]);
    assert_eq!(walked(&admins[0], "/apis?q=READdevice", "key").await, ["fleet:readDevice"]);
    let lin = platform.member(&nodes[0], "lin", &[("harbour", "member")]).await;
    assert_eq!(walked(&lin, "/projects?q=a", "key").await, ["harbour"]);
    assert_eq!(walked(&lin, "/users?q=k", "username").await, [""; 0]);
    assert_eq!(walked(&lin, "/apis?q=closed", "key").await, [""; 0]);
    let of_fleet: Vec<String> = apis.keys().filter(|key| key.contains("k3-")).cloned().collect();
    assert_eq!(walked(&lin, "/apis?q=K3-&limit=2", "key").await, of_fleet);
    assert_eq!(walked(&admins[0], "/apis?q=K3-&system=fleet", "key").await, of_fleet);
}

#[tokio::test]
async fn searches_know_all_changes_on_sqlite() {
    searches_know_all_changes(&[Server::start(Where::sqlite()).await]).await;
}

#[tokio::test]
async fn searches_of_two_nodes_know_all_changes() {
    let Some(place) = Where::postgres().await else { return };
    let (one, two) = tokio::join!(Server::start(place.clone()), Server::start(place));
    searches_know_all_changes(&[one, two]).await;
}
