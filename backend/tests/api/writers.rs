//! Writers on several nodes that change the same things at once (PostgreSQL).

use std::time::Duration;

use futures_util::future::{join, join_all};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client_keys::Own;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where, text, unique};

const ROUNDS: usize = 12;

/// Nodes on one database, a platform on the first, and its administrator at each of them.
struct Fleet {
    place: Where,
    nodes: Vec<Server>,
    platform: Platform,
    admins: Vec<Caller>,
}

impl Fleet {
    async fn start(count: usize) -> Option<Self> {
        let place = Where::postgres().await?;
        let nodes = join_all((0..count).map(|_| Server::start(place.clone()))).await;
        let platform = Platform::on(&nodes[0]).await;
        let admins = nodes.iter().map(|node| platform.admin.at(&node.url)).collect();
        Some(Self { place, nodes, platform, admins })
    }

    /// A number from the database.
    async fn count(&self, statement: &'static str, value: &str) -> i64 {
        let mut connection = self.place.connect().await;
        sqlx::query_scalar(statement).bind(value.to_owned()).fetch_one(&mut connection).await.unwrap()
    }
}

async fn send(caller: &Caller, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
    let answer = caller.send(method, path).json(body).send().await.unwrap();
    let status = answer.status();
    (status, answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn changes_of_different_fields_undo_no_disabling() {
    let Some(fleet) = Fleet::start(3).await else { return };
    let token = format!("/tokens/{}", fleet.platform.apply("rsa").await);
    let disabled = |off: bool| json!({ "disabled": off });
    let status = |off: bool| json!({ "status": if off { "disabled" } else { "active" } });
    let objects = [
        (token.as_str(), ["name", "description"], &status as &dyn Fn(bool) -> Value),
        ("/projects/harbour", ["name", "description"], &disabled),
        ("/systems/fleet", ["name", "audience"], &disabled),
        ("/users/ada", ["display_name", "email"], &disabled),
    ];
    for round in 0..ROUNDS {
        let value = |field: &str| match field {
            "email" => format!("ada{round}@harbour.example"),
            "audience" => format!("https://fleet{round}.example"),
            _ => format!("{field} of round {round} {}", unique("n")),
        };
        for (path, fields, switch) in objects {
            fleet.admins[0].patch(path, &switch(false)).await;
            let mut wanted: Vec<Value> =
                fields.iter().map(|field| json!({ (*field): value(field) })).collect();
            wanted.push(switch(true));
            let writes = wanted.iter().enumerate().map(|(index, body)| {
                let node = &fleet.admins[(round + index) % fleet.admins.len()];
                send(node, Method::PATCH, path, body)
            });
            for (status, body) in join_all(writes).await {
                assert_eq!(status, StatusCode::OK, "{path}: {body}");
            }
            for node in &fleet.admins {
                let found = node.get(path).await;
                for (field, value) in wanted.iter().flat_map(|body| body.as_object().unwrap()) {
                    assert_eq!(&found[field], value, "{path}, round {round}: {found}");
                }
            }
        }
    }
}

#[tokio::test]
async fn one_of_several_changes_of_the_same_version_wins() {
    let Some(fleet) = Fleet::start(3).await else { return };
    for round in 0..ROUNDS {
        let path = format!("/tokens/{}", fleet.platform.apply("jwt").await);
        for deletes in [false, true] {
            let seen = fleet.admins[0].send(Method::GET, &path).send().await.unwrap();
            let tag = &seen.headers()["etag"];
            let writes = fleet.admins.iter().enumerate().map(|(index, node)| {
                let method = if deletes && index == round % 3 { Method::DELETE } else { Method::PATCH };
                let body = json!({ "description": format!("of node {index}") });
                node.send(method, &path).header("If-Match", tag).json(&body).send()
            });
            let answers: Vec<_> = join_all(writes).await.into_iter().map(Result::unwrap).collect();
            let statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
            let winners: Vec<_> = (0..3).filter(|index| matches!(statuses[*index], 200 | 204)).collect();
            assert_eq!(winners.len(), 1, "round {round}: {statuses:?}");
            let is_gone = statuses[winners[0]] == 204;
            let refused = if is_gone { 404 } else { 412 };
            assert!(statuses.iter().all(|one| matches!(one, 200 | 204) || *one == refused), "{statuses:?}");
            if !is_gone {
                let found = fleet.admins[(winners[0] + 1) % 3].get(&path).await;
                assert_eq!(found["description"], format!("of node {}", winners[0]));
            }
        }
    }
}

/// The ways in which an administrator of a project loses this role.
const DEMOTIONS: [&str; 3] = ["member", "removed", "disabled"];

#[tokio::test]
async fn nobody_issues_tokens_after_a_demotion() {
    let Some(fleet) = Fleet::start(2).await else { return };
    let [one, two] = &fleet.nodes[..] else { unreachable!() };
    for round in 0..ROUNDS {
        let name = format!("pat{round}");
        let pat = fleet.platform.member(one, &name, &[("harbour", "admin")]).await.at(&two.url);
        let issue = async || {
            let mut issued = 0;
            loop {
                match send(&pat, Method::POST, "/tokens", &Platform::wanted("jwt")).await {
                    (StatusCode::CREATED, _) => issued += 1,
                    // Its turn came after the demotion.
                    (StatusCode::SERVICE_UNAVAILABLE, body) => {
                        assert_eq!(body["type"], "/problems/not-written", "{body}");
                    }
                    (StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED, _) => return issued,
                    (status, body) => panic!("{status} {body}"),
                }
            }
        };
        let demote = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            let (admin, membership) = (&fleet.admins[0], format!("/projects/harbour/members/{name}"));
            match DEMOTIONS[round % DEMOTIONS.len()] {
                "member" => drop(admin.put(&membership, &json!({ "role": "member" })).await),
                "removed" => admin.delete(&membership).await,
                _ => drop(admin.patch(&format!("/users/{name}"), &json!({ "disabled": true })).await),
            }
            fleet.count(ISSUED, &name).await
        };
        // More than a node writes at once, so that some wait in its queue.
        let (issued, before) = join(join_all((0..16).map(|_| issue())), demote).await;
        let after = fleet.count(ISSUED, &name).await;
        assert_eq!(before, after, "issued after the demotion, round {round}");
        assert_eq!(issued.iter().sum::<i64>(), after, "round {round}");
        assert!(after > 0, "round {round}");
    }
}

const ISSUED: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM tokens WHERE created_by = $1";

#[tokio::test]
async fn of_the_last_two_administrators_one_remains() {
    let Some(fleet) = Fleet::start(2).await else { return };
    let admin = fleet.admins[0].clone();
    let _ = fleet.platform.member(&fleet.nodes[0], "eve", &[]).await;
    let (on, off) = (json!({ "role": "system_admin", "disabled": false }), json!({ "disabled": true }));
    let demoted = json!({ "role": "user" });
    admin.patch("/users/eve", &on).await;
    let passwords = [("admin", PASSWORD), ("eve", "a password of my own")];
    for round in 0..ROUNDS {
        let mut people = Vec::new();
        for (node, (name, password)) in fleet.nodes.iter().zip(passwords) {
            people.push(node.person(name, password).await);
        }
        let loses = if round % 2 == 0 { &off } else { &demoted };
        // Each the other, or each themselves.
        let targets =
            if round % 4 < 2 { ["/users/eve", "/users/admin"] } else { ["/users/admin", "/users/eve"] };
        let ((first, _), (second, _)) = join(
            send(&people[0], Method::PATCH, targets[0], loses),
            send(&people[1], Method::PATCH, targets[1], loses),
        )
        .await;
        let done = [first, second].iter().filter(|status| **status == StatusCode::OK).count();
        assert_eq!(done, 1, "round {round}: {first} {second}");
        assert!(first.as_u16() != 500 && second.as_u16() != 500, "round {round}: {first} {second}");
        assert_eq!(fleet.count(ADMINISTRATORS, "system_admin").await, 1, "round {round}");
        let lost = if first == StatusCode::OK { targets[0] } else { targets[1] };
        let remains = usize::from(lost == "/users/admin");
        people[remains].patch(lost, &on).await;
    }
}

const ADMINISTRATORS: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM users WHERE role = $1 AND disabled = 0";

#[tokio::test]
async fn what_is_deleted_is_granted_to_no_token() {
    let Some(fleet) = Fleet::start(3).await else { return };
    let (admin, gateway) = (&fleet.admins[0], &fleet.platform.gateway);
    let mut deleted = 0;
    for round in 0..ROUNDS * 2 {
        let key = format!("dock{round}");
        admin.post("/projects", &json!({ "key": key, "name": key })).await;
        let api = json!({ "operation_id": key, "name": key, "method": "GET", "path": format!("/projects/{{project}}/{key}") });
        admin.post("/systems/fleet/apis", &api).await;
        let api = format!("fleet:{key}");
        let kept = text(&admin.post("/tokens", &Platform::wanted("jwt")).await["id"]);

        let of_project = json!({ "kind": "rsa", "name": unique("rsa"), "apis": ["fleet:readDevice"],
            "projects": [key], "public_key": Own::ed25519().public });
        let mut of_api = Platform::wanted("jwt");
        of_api["apis"] = json!([api, "fleet:readDevice"]);
        let changed = json!({ "apis": [api] });
        let (project_path, api_path) = (format!("/projects/{key}"), format!("/systems/fleet/apis/{api}"));
        let kept_path = format!("/tokens/{kept}");
        // One or the other begins later, and each time by more.
        let pause = Duration::from_millis(round as u64 * 8);
        let (delete_after, grant_after) =
            if round % 2 == 0 { (pause, Duration::ZERO) } else { (Duration::ZERO, pause) };
        let deletions = async {
            tokio::time::sleep(delete_after).await;
            join(
                fleet.admins[1].send(Method::DELETE, &project_path).send(),
                fleet.admins[1].send(Method::DELETE, &api_path).send(),
            )
            .await
        };
        let grants = async {
            tokio::time::sleep(grant_after).await;
            join_all([
                send(&fleet.admins[2], Method::POST, "/tokens", &of_project),
                send(&fleet.admins[2], Method::POST, "/tokens", &of_api),
                send(&fleet.admins[0], Method::PATCH, &kept_path, &changed),
            ])
            .await
        };
        let (deletions, grants) = join(deletions, grants).await;
        let [project_gone, api_gone] = [deletions.0, deletions.1].map(|answer| {
            let status = answer.unwrap().status();
            assert!(matches!(status.as_u16(), 204 | 409), "round {round}: {status}");
            status == StatusCode::NO_CONTENT
        });
        deleted += usize::from(project_gone) + usize::from(api_gone);
        for ((status, body), is_gone) in grants.iter().zip([project_gone, api_gone, api_gone]) {
            let is_granted = status.is_success();
            assert!(
                is_granted || *status == StatusCode::UNPROCESSABLE_ENTITY,
                "round {round}: {status} {body}"
            );
            assert!(!(is_gone && is_granted), "round {round}: granted and deleted: {body}");
        }
        let apis = fleet.admins[1].get(&kept_path).await;
        let path = format!("/projects/harbour/{key}");
        let credential = fleet.platform.credential(&kept).await;
        let call = json!({ "credential": credential, "method": "GET", "path": path });
        let decision = gateway.ask("/verify", &call).await;
        assert_eq!(decision["allowed"], !api_gone && grants[2].0.is_success(), "round {round}: {apis}");
        let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
        let decision = gateway.ask("/verify", &call).await;
        assert_eq!(decision["allowed"], !grants[2].0.is_success(), "round {round}: {apis}");
    }
    assert!(deleted > 0 && deleted < ROUNDS * 4, "{deleted} of {} were deleted", ROUNDS * 4);
}
