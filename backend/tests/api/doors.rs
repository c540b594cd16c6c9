//! A call gets the same decision, and a denial reads the same, at every endpoint that decides calls.

use reqwest::header;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::server::{DEVICE, Platform, Server, now, sealed, text};

const FAMILIES: [&str; 5] = ["nginx", "caddy", "traefik", "haproxy", "envoy"];
const TOKENS: &str = "/api/v1/tokens";

/// A call and its expected decision.
struct Case {
    system: &'static str,
    credential: String,
    method: &'static str,
    path: &'static str,
    project: Option<&'static str>,
    client_ip: &'static str,
    reason: Option<&'static str>,
}

/// The parts of a denial that a caller sees.
#[derive(Debug, PartialEq)]
struct Denial {
    status: u16,
    challenge: Option<String>,
    detail: Option<String>,
}

impl Denial {
    /// The denial that the documentation promises for a reason.
    fn of(reason: &str, api: Option<&str>) -> Self {
        let realm = r#"Bearer realm="latchkey""#;
        let (status, challenge) = match reason {
            "malformed" | "unknown_token" | "bad_proof" => {
                let challenge = Some(format!(r#"{realm}, error="invalid_token""#));
                return Self { status: 401, challenge, detail: None };
            }
            "proof_mismatch" | "replayed" | "stale" | "disabled" | "expired" | "not_yet_valid" => {
                (401, format!(r#"{realm}, error="invalid_token", error_description="{reason}""#))
            }
            _ => {
                let scope = api.map(|api| format!(r#", scope="{api}""#)).unwrap_or_default();
                (403, format!(r#"{realm}, error="insufficient_scope", error_description="{reason}"{scope}"#))
            }
        };
        Self { status, challenge: Some(challenge), detail: Some(reason.to_owned()) }
    }

    /// Reads the denial from a response. `None` for a success.
    async fn in_answer(answer: reqwest::Response) -> Option<Self> {
        if answer.status().is_success() {
            return None;
        }
        let status = answer.status().as_u16();
        let challenges: Vec<_> = answer.headers().get_all(header::WWW_AUTHENTICATE).iter().cloned().collect();
        assert!(challenges.len() < 2, "{challenges:?}");
        let challenge = challenges.first().map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
        let body: Value = answer.json().await.unwrap();
        Some(Self { status, challenge, detail: body["detail"].as_str().map(str::to_owned) })
    }
}

/// The endpoints that decide calls, for a protected system and for Latchkey's own API.
struct Doors<'s> {
    server: &'s Server,
    platform: Platform,
    /// The verifier keys by system and gateway family. The family is empty for a key without a gateway.
    keys: Vec<(&'static str, &'static str, String)>,
}

impl<'s> Doors<'s> {
    async fn of(server: &'s Server) -> Self {
        let platform = Platform::on(server).await;
        let mut keys = Vec::new();
        for system in ["fleet", "latchkey"] {
            for family in FAMILIES.into_iter().chain([""]) {
                let mut body = json!({ "name": "a door" });
                if !family.is_empty() {
                    body["gateway"] = json!(family);
                }
                let key = platform.admin.post(&format!("/systems/{system}/verifier-keys"), &body).await;
                keys.push((system, family, text(&key["key"])));
            }
        }
        Self { server, platform, keys }
    }

    fn key(&self, system: &str, family: &str) -> &str {
        let found = self.keys.iter().find(|(of, by, _)| (*of, *by) == (system, family));
        &found.unwrap().2
    }

    /// The token file of a new token with these changes.
    async fn file(&self, changes: &Value) -> Value {
        let mut wanted = Platform::wanted("rsa");
        wanted.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let id = text(&self.platform.admin.post("/tokens", &wanted).await["id"]);
        self.platform.admin.get(&format!("/tokens/{id}/file")).await
    }

    /// The decision of `POST /verify`. The batch endpoint must return the same decision.
    async fn decision(&self, case: &Case) -> Value {
        let mut call = json!({
            "credential": case.credential,
            "method": case.method,
            "path": case.path,
            "client_ip": case.client_ip,
        });
        if let Some(project) = case.project {
            call["project"] = json!(project);
        }
        let verifier = self.platform.admin.with_bearer(self.key(case.system, ""));
        let send = |path: &str, body: &Value| verifier.send(reqwest::Method::POST, path).json(body).send();
        let one: Value = send("/verify", &call).await.unwrap().json().await.unwrap();
        let batch = json!({ "calls": [{ "credential": "", "method": "GET", "path": "/" }, call] });
        let batch: Value = send("/verify/batch", &batch).await.unwrap().json().await.unwrap();
        assert_eq!(batch["decisions"][0]["reason"], "malformed");
        if case.reason.is_some() {
            assert_eq!(batch["decisions"][1], one);
        } else {
            assert_eq!(batch["decisions"][1]["allowed"], one["allowed"]);
        }
        one
    }

    async fn at_gateway(&self, case: &Case, family: &str) -> reqwest::Response {
        let http = &self.server.nobody().http;
        let url = format!("{}/auth/{}", self.server.url, case.system);
        let mut request = match family {
            "envoy" => http.request(case.method.parse().unwrap(), format!("{url}{}", case.path)),
            "nginx" | "haproxy" => {
                http.get(url).header("X-Original-Method", case.method).header("X-Original-URI", case.path)
            }
            _ => http.get(url).header("X-Forwarded-Method", case.method).header("X-Forwarded-Uri", case.path),
        };
        if let Some(project) = case.project {
            request = request.header("X-Project", project);
        }
        let request = request
            .header("X-Latchkey-Verifier", self.key(case.system, family))
            .header("X-Forwarded-For", case.client_ip);
        request.bearer_auth(&case.credential).send().await.unwrap()
    }

    /// Sends the call itself to Latchkey's own API.
    async fn at_latchkey(&self, case: &Case) -> reqwest::Response {
        let url = format!("{}{}", self.server.url, case.path);
        let mut request = self.server.nobody().http.request(case.method.parse().unwrap(), url);
        if let Some(project) = case.project {
            request = request.header("X-Project", project);
        }
        request.bearer_auth(&case.credential).send().await.unwrap()
    }

    async fn is_active(&self, case: &Case) -> bool {
        let request = self.server.nobody().http.post(format!("{}/oauth2/introspect", self.server.url));
        let request = request.bearer_auth(self.key(case.system, ""));
        let form = [("token", case.credential.as_str()), ("client_ip", case.client_ip)];
        let said: Value = request.form(&form).send().await.unwrap().json().await.unwrap();
        if said["active"] == false {
            assert_eq!(said, json!({ "active": false }));
        }
        said["active"] == true
    }

    /// Cases for every reason of a denial, and for allowed calls.
    async fn cases(&self) -> Vec<Case> {
        let admin = &self.platform.admin;
        let here = json!({ "operation_id": "listAll", "method": "GET", "path": "/devices", "name": "List" });
        admin.post("/systems/fleet/apis", &here).await;
        let mut cases = Vec::new();
        let mut add = |system, reason, credential: &str, method, path| {
            let credential = credential.to_owned();
            cases.push(Case {
                system,
                credential,
                method,
                path,
                project: None,
                client_ip: "127.0.0.1",
                reason,
            });
        };
        let mut short_lived = now();
        for (system, apis, path) in [
            ("fleet", json!(["fleet:readDevice", "fleet:listAll"]), DEVICE),
            ("latchkey", json!(["latchkey:list_tokens", "latchkey:get_project"]), TOKENS),
        ] {
            let file = self.file(&json!({ "apis": apis })).await;
            let open = text(&file["open_token"]);
            add(system, None, &open, "GET", path);
            for nonsense in ["x", "lkr_", "lkr_a.b.c.d.e", "a.b.c"] {
                add(system, Some("malformed"), nonsense, "GET", path);
            }
            let last = if open.ends_with('A') { "Q" } else { "A" };
            add(system, Some("bad_proof"), &format!("{}{last}", &open[..open.len() - 1]), "GET", path);
            let gone = self.file(&json!({ "apis": apis })).await;
            admin.delete(&format!("/tokens/{}", text(&gone["token_id"]))).await;
            add(system, Some("unknown_token"), &text(&gone["open_token"]), "GET", path);

            let seal = |claims: Value| sealed(&file, &claims);
            let once = seal(json!({ "htm": "GET", "htu": path }));
            add(
                system,
                Some("proof_mismatch"),
                &seal(json!({ "htm": "GET", "htu": "/elsewhere" })),
                "GET",
                path,
            );
            let stale = json!({ "htm": "GET", "htu": path, "iat": now() - 600 });
            add(system, Some("stale"), &seal(stale), "GET", path);
            let early = json!({ "htm": "GET", "htu": path, "iat": now() + 600 });
            add(system, Some("not_yet_valid"), &seal(early), "GET", path);
            let verifier = admin.with_bearer(self.key(system, ""));
            let use_up = json!({ "credential": once, "method": "GET", "path": path });
            let used = verifier.send(reqwest::Method::POST, "/verify").json(&use_up).send().await.unwrap();
            assert_eq!(used.json::<Value>().await.unwrap()["allowed"], true);
            add(system, Some("replayed"), &once, "GET", path);
            let strict = self.file(&json!({ "apis": apis })).await;
            let strict_path = format!("/tokens/{}", text(&strict["token_id"]));
            admin.patch(&strict_path, &json!({ "one_time_only": true })).await;
            add(system, Some("proof_mismatch"), &text(&strict["open_token"]), "GET", path);

            let disabled = self.file(&json!({ "apis": apis })).await;
            let disabled_path = format!("/tokens/{}", text(&disabled["token_id"]));
            admin.patch(&disabled_path, &json!({ "status": "disabled" })).await;
            add(system, Some("disabled"), &text(&disabled["open_token"]), "GET", path);
            short_lived = now() + 3;
            let end = jiff::Timestamp::from_second(short_lived).unwrap();
            let expired = self.file(&json!({ "apis": apis, "expires_at": end.to_string() })).await;
            add(system, Some("expired"), &text(&expired["open_token"]), "GET", path);
            let elsewhere = self.file(&json!({ "apis": apis, "allowed_ips": ["192.0.2.0/24"] })).await;
            add(system, Some("ip_denied"), &text(&elsewhere["open_token"]), "GET", path);

            let mut wanted = Platform::wanted("jwt");
            wanted["apis"] = apis;
            let jwt = text(&admin.post("/tokens", &wanted).await["id"]);
            let jwt = self.platform.credential(&jwt).await;
            let cut = jwt.rfind('.').unwrap();
            add(system, Some("bad_proof"), &format!("{}.{}", &jwt[..cut], "A".repeat(342)), "GET", path);
            let foreign =
                if system == "fleet" { "/projects/quarry/devices/7" } else { "/api/v1/projects/quarry" };
            add(system, Some("user_not_granted"), &jwt, "GET", foreign);
            add(system, Some("project_not_granted"), &open, "GET", foreign);
            let other = if system == "fleet" { "/projects/harbour/devices" } else { "/api/v1/systems" };
            add(system, Some("api_not_granted"), &open, "GET", other);
            if system == "fleet" {
                add(system, None, &jwt, "GET", path);
                add(system, Some("no_such_api"), &open, "GET", "/elsewhere");
                add(system, Some("no_such_api"), &open, "GET", "/projects/harbour/devices/7;a=b");
                add(system, Some("no_such_api"), &open, "GET", "/projects/harbour/devices/a%2Fb");
                add(system, Some("no_such_api"), &open, "DELETE", path);
                add(system, Some("project_required"), &open, "GET", "/devices");
            }
        }
        let open = cases[0].credential.clone();
        cases.extend(beside_the_path(&open));
        while now() <= short_lived {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        cases
    }
}

/// Cases that name their project in a header, not in the path.
fn beside_the_path(open: &str) -> impl Iterator<Item = Case> {
    let cases = [
        ("harbour", "/devices", None),
        ("quarry", "/devices", Some("project_not_granted")),
        ("quarry", DEVICE, Some("project_not_granted")),
        ("harbour, harbour", DEVICE, Some("project_not_granted")),
        ("", DEVICE, None),
    ];
    cases.into_iter().map(|(project, path, reason)| Case {
        system: "fleet",
        credential: open.to_owned(),
        method: "GET",
        path,
        project: Some(project),
        client_ip: "127.0.0.1",
        reason,
    })
}

on_both_engines! {
    async fn a_call_has_the_same_answer_at_every_door(server) {
        let doors = Doors::of(server).await;
        let mut provoked = std::collections::BTreeSet::new();
        for case in doors.cases().await {
            let Case { system, method, path, project, reason, .. } = &case;
            let what = format!("{system} {method} {path} {project:?} {reason:?}");
            let decision = doors.decision(&case).await;
            assert_eq!(decision["reason"].as_str(), *reason, "verify: {what}");
            assert_eq!(decision["allowed"], reason.is_none(), "verify: {what}");
            let denial = reason.map(|reason| Denial::of(reason, decision["api"].as_str()));

            for family in FAMILIES {
                let answer = doors.at_gateway(&case, family).await;
                if reason.is_none() {
                    let api = answer.headers()["x-latchkey-api"].to_str().unwrap().to_owned();
                    assert_eq!(decision["api"], api, "{family}: {what}");
                }
                assert_eq!(Denial::in_answer(answer).await, denial, "{family}: {what}");
            }
            if *system == "latchkey" {
                let answer = doors.at_latchkey(&case).await;
                assert_eq!(Denial::in_answer(answer).await, denial, "Latchkey's own API: {what}");
            }
            // Introspection looks only at the credential. It stays active if only the call is denied.
            let calls = ["no_such_api", "api_not_granted", "project_required", "project_not_granted", "user_not_granted"];
            let active = reason.is_none_or(|reason| calls.contains(&reason));
            assert_eq!(doors.is_active(&case).await, active, "introspection: {what}");
            provoked.extend(*reason);
        }
        let all = latchkey_shared::verify::Reason::ALL.map(latchkey_shared::verify::Reason::as_str);
        let missing: Vec<_> = all.into_iter().filter(|reason| !provoked.contains(reason)).collect();
        // Suspension and rate limits have their own tests, and the database is always available in this one.
        assert_eq!(missing, ["suspended", "rate_limited", "unavailable"]);
    }

    async fn a_call_without_a_credential_gets_a_challenge(server) {
        let doors = Doors::of(server).await;
        let realm = Some(r#"Bearer realm="latchkey""#.to_owned());
        let bare = Some(Denial { status: 401, challenge: realm, detail: None });
        let own = server.nobody().http.get(format!("{}{TOKENS}", server.url)).send().await.unwrap();
        assert_eq!(Denial::in_answer(own).await, bare);
        for (family, system, path) in [("nginx", "fleet", DEVICE), ("haproxy", "latchkey", TOKENS)] {
            let request = server.nobody().http.get(format!("{}/auth/{system}", server.url));
            let request = request.header("X-Latchkey-Verifier", doors.key(system, family));
            let request = request.header("X-Original-Method", "GET").header("X-Original-URI", path);
            assert_eq!(Denial::in_answer(request.send().await.unwrap()).await, bare);
        }
    }

    async fn a_verifier_without_a_key_gets_a_challenge(server) {
        let doors = Doors::of(server).await;
        let http = &server.nobody().http;
        let bare = r#"Bearer realm="latchkey""#;
        for (door, key, challenge) in [
            ("/api/v1/systems/fleet/revocations", None, bare.to_owned()),
            ("/api/v1/systems/fleet/revocations", Some("lkv_x"), format!(r#"{bare}, error="invalid_token""#)),
            ("/api/v1/verify", None, bare.to_owned()),
            ("/api/v1/verify", Some("lkv_x"), format!(r#"{bare}, error="invalid_token""#)),
        ] {
            let url = format!("{}{door}", doors.server.url);
            let request = if door.ends_with("verify") { http.post(url) } else { http.get(url) };
            let request = match key {
                Some(key) => request.bearer_auth(key),
                None => request,
            };
            let denial = Denial::in_answer(request.send().await.unwrap()).await.unwrap();
            assert_eq!((denial.status, denial.challenge), (401, Some(challenge)), "{door} {key:?}");
        }
    }
}
