"""Tests a real gateway with the published recipe: which calls pass, and what the system behind it receives."""

import secrets
from urllib.parse import unquote

import pytest
import requests
from gateway import GATEWAYS, Busy, Gateway, filled, free_port
from latchkey import URL
from otlp import plain

REMOVED = ["Authorization", "X-Project", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]
REMOVED += ["X-Original-URL", "X-Rewrite-URL", "X-Latchkey-Verifier"]


@pytest.fixture(scope="module")
def token(platform):
    return platform.apply("rsa", name=f"Hafenkran „Möwe“, 50 % 港口 {secrets.token_hex(4)}")


@pytest.fixture(scope="module")
def credential(platform, token):
    return platform.file(token)["open_token"]


@pytest.fixture
def turned_away(gateway, upstream):
    """Returns a function that makes a call which must not reach the upstream."""

    def call(*arguments, **more):
        before = upstream.arrived
        answer = gateway.call(*arguments, **more)
        assert answer.status >= 400, answer.body
        assert upstream.arrived == before
        return answer

    return call


def test_an_allowed_call_says_who_calls(gateway, platform, token, credential):
    answer = gateway.call(credential, target=platform.device())
    assert answer.echo["target"] == platform.device()
    assert answer.received("X-Latchkey-Token") == [token["id"]]
    (name,) = answer.received("X-Latchkey-Token-Name")
    assert unquote(name) == token["name"]
    assert answer.received("X-Latchkey-Token-Kind") == ["rsa"]
    assert answer.received("X-Latchkey-Subject") == [token["id"]]
    assert answer.received("X-Latchkey-Project") == [platform.project]
    assert answer.received("X-Latchkey-Api") == [platform.read]
    assert "".join(answer.received("X-Latchkey-Username")) == ""


def test_a_call_as_a_user_says_so(gateway, platform):
    secret = platform.secret(platform.apply("jwt"))
    granted = requests.post(
        f"{URL}/oauth2/token",
        {"grant_type": "client_credentials"},
        auth=(secret["client_id"], secret["secret_id"]),
        timeout=30,
    ).json()
    answer = gateway.call(granted["access_token"], target=platform.device())
    assert answer.received("X-Latchkey-Token-Kind") == ["jwt"]
    assert answer.received("X-Latchkey-Username") == [platform.user]
    (subject,) = answer.received("X-Latchkey-Subject")
    assert subject.startswith("usr_")


def test_a_sealed_request_passes_once(gateway, turned_away, platform, token):
    from forgery_test import sealed

    once = sealed(platform, platform.file(token))
    assert gateway.call(once, target=platform.device()).status == 200
    assert turned_away(once, target=platform.device()).challenge["error_description"] == "replayed"


def test_options_is_decided_like_any_call(gateway, turned_away, platform, credential):
    preflight = [("Origin", "https://app.example"), ("Access-Control-Request-Method", "GET")]
    for headers in ([], [("Origin", "https://app.example")], preflight):
        answer = turned_away(None, "OPTIONS", platform.device(), headers=headers)
        assert (answer.status, answer.challenge) == (401, {"realm": "latchkey"})
        assert turned_away(credential, "OPTIONS", platform.device(), headers=headers).status == 403


def test_method_and_body_arrive(gateway, platform):
    credential = platform.file(platform.apply("rsa", apis=[platform.write]))["open_token"]
    body = b'{"name": "Seven"}' * 1000
    answer = gateway.call(credential, "PATCH", platform.device(), body=body)
    assert (answer.echo["method"], answer.echo["body"]) == ("PATCH", body.decode())


def test_head_passes_as_head(gateway, platform, credential):
    answer = gateway.call(credential, "HEAD", platform.device() + "?x=1")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["X-Target"] == platform.device() + "?x=1"


@pytest.mark.parametrize("query", ["?a=1&b=%2F..%2f", "?", "?a=b?c=d;e//f/../g", "?a=%zz"])
def test_a_query_arrives_as_it_was_sent(gateway, platform, credential, query):
    answer = gateway.call(credential, target=platform.device() + query)
    # Some gateways drop a question mark at the end.
    assert answer.echo["target"] in (platform.device() + query, platform.device() + query.rstrip("?"))


@pytest.mark.parametrize("device", ["a%20b", "%37", "%c3%a4", "a+b", "a:b@c", "~7", "$7,(8)'*!=", "a%25b"])
def test_a_path_that_is_canonical_arrives_as_it_was_sent(gateway, platform, credential, device):
    path = platform.device(device=device)
    assert gateway.call(credential, target=path).echo["target"] == path


@pytest.mark.parametrize(
    "path",
    ["/projects/{p}/devices/a%2Fb", "/projects/{p}/devices/a%5cb", "/projects/{p}/x/../devices/7",
     "/projects/{p}/devices/./7", "/projects/{p}/devices/%2e%2e", "/projects/other/%2e%2e/{p}/devices/7",
     "//projects/{p}/devices/7", "/projects//{p}/devices/7", "/projects/{p}/devices//7", "/projects/{p}/devices/7/",
     "/projects/{p}/devices/7;v=1", "/projects/{p}/devices/%3b", "/projects/{p}/devices/7%00",
     "/projects/{p}/devices/%252e%252e", "/projects/{p}/devices/a\\b", "/Projects/{p}/devices/7", "/%zz", "/", "*", "/_latchkey",
     "projects/{p}/devices/7"],
)  # fmt: skip
def test_an_ambiguous_path_does_not_arrive(turned_away, platform, credential, path):
    answer = turned_away(credential, target=path.replace("{p}", platform.project))
    assert answer.status in (400, 403, 404), answer.status


@pytest.mark.parametrize(("device", "encoded"), [("7#x", "7%23x"), ("ä", "%C3%A4")])
def test_invalid_uri_characters_arrive_encoded_or_not_at_all(gateway, upstream, platform, credential, device, encoded):
    before = upstream.arrived
    answer = gateway.call(credential, target=platform.device(device=device))
    if upstream.arrived != before:
        assert answer.echo["target"] == platform.device(device=encoded)
    else:
        assert answer.status in (400, 403)


def test_an_absolute_target_is_decided_by_its_path(gateway, turned_away, platform, credential):
    before = f"http://{gateway.address}"
    assert gateway.call(credential, target=before + platform.device()).status == 200
    turned_away(credential, target=before + platform.device(project=platform.foreign_project))


def test_a_denial_has_its_status_and_challenge(turned_away, platform, admin, credential):
    here, foreign = platform.device(), platform.device(project=platform.foreign_project)
    assert turned_away(None, target=here).challenge == {"realm": "latchkey"}
    unknown = {"realm": "latchkey", "error": "invalid_token"}
    for nonsense in ("nonsense", "lkr_a.b.c.d.e", credential[:-4]):
        answer = turned_away(nonsense, target=here)
        assert (answer.status, answer.challenge) == (401, unknown)

    disabled = platform.apply("rsa")
    disabled_credential = platform.file(disabled)["open_token"]
    admin.call("PATCH", f"/tokens/{disabled['id']}", (200,), json={"status": "disabled"})
    answer = turned_away(disabled_credential, target=here)
    assert (answer.status, answer.challenge) == (401, unknown | {"error_description": "disabled"})

    beyond = {"realm": "latchkey", "error": "insufficient_scope"}
    for method, path, reason, api in (
        ("PATCH", here, "api_not_granted", platform.write),
        ("GET", foreign, "project_not_granted", platform.read),
        ("GET", "/elsewhere", "no_such_api", None),
    ):
        answer = turned_away(credential, method, path)
        assert answer.status == 403
        assert answer.challenge == beyond | {"error_description": reason} | ({"scope": api} if api else {})


def test_identity_headers_of_the_caller_are_replaced(gateway, token, platform, credential):
    forged = [
        (name, "forged")
        for suffix in ("Token", "Token-Name", "Token-Kind", "Subject", "Username", "Project", "Api", "Verifier")
        for name in (f"X-Latchkey-{suffix}", f"x-latchkey-{suffix}".lower(), f"X_Latchkey_{suffix.replace('-', '_')}")
    ]
    answer = gateway.call(credential, target=platform.device(), headers=forged)
    assert b"forged" not in answer.body
    assert answer.received("X-Latchkey-Subject") == [token["id"]]
    assert "".join(answer.received("X-Latchkey-Username")) == ""


def test_identity_headers_cannot_be_removed(gateway, token, platform, credential):
    """A proxy removes the headers that `Connection` names (RFC 9110 §7.6.1)."""
    for name in ("X-Latchkey-Subject", "X-Latchkey-Project", "x-latchkey-verifier"):
        answer = gateway.call(credential, target=platform.device(), headers=[("Connection", f"close, {name}")])
        if answer.status != 400:
            assert answer.received("X-Latchkey-Subject") == [token["id"]]
            assert answer.received("X-Latchkey-Project") == [platform.project]


def test_only_a_websocket_may_be_an_upgrade(gateway, platform, credential):
    """After an upgrade to HTTP/2, Latchkey would not decide the calls in the connection."""
    for protocol in ("h2c", "H2C", "websocket, h2c", "h2c, websocket", "other/1"):
        headers = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", protocol), ("HTTP2-Settings", "AAMAAABk")]
        answer = gateway.call(credential, target=platform.device(), headers=headers)
        if answer.status not in (400, 403):
            assert answer.received("Upgrade") == []


def test_method_and_path_override_headers_are_removed(gateway, platform, credential):
    sent = [(name, "DELETE") for name in REMOVED[2:5]]
    sent += [(name, "/admin") for name in ("X-Original-URL", "X-Rewrite-URL")]
    sent += [("X-Project", platform.project), ("X-Latchkey-Verifier", "lkv_x")]
    sent += [(name.replace("-", "_"), value) for name, value in sent]
    answer = gateway.call(credential, target=platform.device(), headers=sent)
    for name in REMOVED:
        assert answer.received(name) == [], name


def test_override_headers_do_not_change_the_decision(turned_away, platform, credential):
    foreign = platform.device(project=platform.foreign_project)
    forged = []
    for prefix in ("X-Original-", "X-Forwarded-", "X-Envoy-Original-"):
        forged += [(prefix + "Method", "GET"), (prefix + "Uri", platform.device()), (prefix + "Path", platform.device())]
    assert turned_away(credential, target=foreign, headers=forged).status == 403
    assert turned_away(credential, "PATCH", platform.device(), headers=forged).status == 403


def test_a_project_named_beside_the_path_must_be_the_same(gateway, turned_away, platform, credential):
    here = [("X-Project", platform.project)]
    assert gateway.call(credential, target=platform.device(), headers=here).status == 200
    answer = turned_away(credential, target=platform.device(), headers=[("X-Project", platform.foreign_project)])
    assert answer.challenge["error_description"] == "project_not_granted"


def test_address_headers_of_the_caller_are_not_trusted(gateway, turned_away, platform, credential):
    (here,) = gateway.call(credential, target=platform.device()).received("X-Forwarded-For")
    # Envoy reports its own address for a caller on the same machine.
    assert here == "127.0.0.1" or gateway.family == "envoy"
    near = platform.file(platform.apply("rsa", allowed_ips=[here]))["open_token"]
    far = platform.file(platform.apply("rsa", allowed_ips=["203.0.113.7"]))["open_token"]
    forged = [(name, "203.0.113.7") for name in ("X-Forwarded-For", "X-Real-IP", "True-Client-IP", "X-Client-IP")]
    forged += [("Forwarded", "for=203.0.113.7")]
    assert gateway.call(near, target=platform.device(), headers=forged).status == 200
    answer = turned_away(far, target=platform.device(), headers=forged)
    assert (answer.status, answer.challenge["error_description"]) == (403, "ip_denied")


def test_a_deleted_token_is_refused_at_the_next_request(gateway, turned_away, platform):
    token = platform.apply("rsa")
    credential = platform.file(token)["open_token"]
    for _ in range(3):
        assert gateway.call(credential, target=platform.device()).status == 200
    platform.withdraw(token)
    answer = turned_away(credential, target=platform.device())
    assert (answer.status, answer.challenge["error"]) == (401, "invalid_token")


@pytest.fixture(scope="module", params=GATEWAYS)
def gateway_of(request, platform, upstream, tmp_path_factory):
    """Returns the gateway family, and a function that makes a gateway with another Latchkey URL or verifier key."""

    def start(latchkey, key):
        folder = tmp_path_factory.mktemp(request.param)
        return Gateway(request.param, folder, latchkey, platform.system, key, upstream)

    return request.param, start


def test_nothing_passes_while_latchkey_cannot_be_reached(gateway_of, platform, upstream, credential):
    family, start = gateway_of
    with start(f"http://127.0.0.1:{free_port()}", platform.key_for(family)) as gateway:
        before = upstream.arrived
        assert gateway.call(credential, target=platform.device()).status in (502, 503)
        assert upstream.arrived == before


def test_nothing_passes_with_a_key_that_is_not_this_gateway_s(gateway_of, platform, upstream, credential):
    family, start = gateway_of
    other = "envoy" if family == "caddy" else "caddy"
    for key in (platform.verifier_key, platform.key_for(other), "lkv_nonsense"):
        with start(URL, key) as gateway:
            before = upstream.arrived
            answer = gateway.call(credential, target=platform.device())
            assert (answer.status, answer.headers["WWW-Authenticate"]) == (403, None)
            assert upstream.arrived == before


def test_a_caller_over_its_limit_is_told_so(gateway_of, platform, upstream, credential):
    """Another server answers in place of Latchkey, which cannot be overtaxed so exactly."""
    family, start = gateway_of
    with Busy() as busy, start(f"http://{busy.address}", platform.key_for(family)) as gateway:
        before = upstream.arrived
        upgrade = [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
        upgrade += [("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]
        answer = gateway.call(credential, target=platform.device(), headers=upgrade)
        assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
        limit = (answer.headers["RateLimit-Policy"], answer.headers["RateLimit"])
        assert limit == ('"rate";q=100;w=1', '"rate";r=0;t=1')
        # The question to Latchkey must not be an upgrade request, even if the call is.
        (asked,) = busy.asked
        assert asked["Upgrade"] is None
        assert "upgrade" not in (asked["Connection"] or "").lower()
        assert upstream.arrived == before


def test_the_recipe_for_curl_asks_by_hand(platform, credential):
    import subprocess

    script = filled("curl.sh", latchkey_url=URL, system=platform.system, verifier_key=platform.verifier_key)
    command = ["sh", "-c", script, "curl.sh", "GET", platform.device()]
    said = subprocess.run(command, env={"CREDENTIAL": credential, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
    assert '"allowed":true' in said.stdout, said


def test_the_decision_is_in_the_trace_of_the_caller(gateway, platform, credential, receiver):
    trace, caller = secrets.token_hex(16), secrets.token_hex(8)
    headers = [("traceparent", f"00-{trace}-{caller}-01"), ("tracestate", "vendor=value")]
    assert gateway.call(credential, target=platform.device(), headers=headers).status == 200
    request, parts = receiver.request(trace)
    assert (request.parent_span_id.hex(), request.trace_state) == (caller, "vendor=value")
    assert request.name.endswith(" /auth/{system}")
    (decision,) = [plain(part.attributes) for part in parts if part.name == "decide"]
    assert (decision["latchkey.door"], decision["latchkey.reason"]) == ("auth", "allowed")
