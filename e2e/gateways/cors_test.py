"""Tests the optional CORS block of each recipe: the gateway answers the preflights of pages of other origins."""

import pytest
from gateway import GATEWAYS, Gateway
from latchkey import URL

LISTED = "https://app.example"
OTHERS = ["https://evil.example", "https://app.example.evil.example", "https://appxexample", "http://app.example", "null"]


@pytest.fixture(scope="module", params=GATEWAYS)
def gateway(request, platform, upstream, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    key = platform.key_for(request.param)
    with Gateway(request.param, folder, URL, platform.system, key, upstream, cors=True) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def token(platform):
    return platform.apply("rsa")


@pytest.fixture(scope="module")
def credential(platform, token):
    return platform.file(token)["open_token"]


def listed(answer, name):
    """Returns the members of a list header in lower case. The list may have several lines."""
    values = answer.headers.get_all(name) or []
    return {member.strip().lower() for value in values for member in value.split(",")}


def cors_headers(answer):
    return [name for name in answer.headers if name.lower().startswith("access-control-")]


def preflight(origin, method="PATCH"):
    asked = [("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", "authorization")]
    return [("Origin", origin), *asked]


def test_a_preflight_of_a_listed_origin_is_answered_at_the_gateway(gateway, upstream, platform):
    before = upstream.arrived
    answer = gateway.call(None, "OPTIONS", platform.device(), preflight(LISTED))
    # Envoy's CORS filter answers 200, which browsers accept as well.
    assert (answer.status, answer.body) == (200 if gateway.family == "envoy" else 204, b"")
    assert upstream.arrived == before
    assert answer.headers.get_all("Access-Control-Allow-Origin") == [LISTED]
    assert {"get", "post", "put", "patch", "delete"} <= listed(answer, "Access-Control-Allow-Methods")
    assert {"authorization", "content-type", "x-project"} <= listed(answer, "Access-Control-Allow-Headers")
    assert answer.headers["Access-Control-Max-Age"] == "600"
    assert "origin" in listed(answer, "Vary")
    assert answer.headers["Access-Control-Allow-Credentials"] is None


@pytest.mark.parametrize("origin", OTHERS)
def test_another_origin_gets_nothing(gateway, upstream, platform, credential, origin):
    before = upstream.arrived
    answer = gateway.call(None, "OPTIONS", platform.device(), preflight(origin))
    assert upstream.arrived == before
    # Envoy asks for a decision, and the request has no credential.
    assert answer.status == (401 if gateway.family == "envoy" else 204)
    assert cors_headers(answer) == []
    assert "origin" in listed(answer, "Vary")
    for said, status in ((credential, 200), ("nonsense", 401)):
        answer = gateway.call(said, target=platform.device(), headers=[("Origin", origin)])
        assert (answer.status, cors_headers(answer)) == (status, [])
        assert "origin" in listed(answer, "Vary")


def test_a_page_reads_every_answer(gateway, platform, token, credential):
    here = platform.device()
    for said, method, target, status in (
        (credential, "GET", here, 200),
        (None, "GET", here, 401),
        ("nonsense", "GET", here, 401),
        (credential, "PATCH", here, 403),
    ):
        answer = gateway.call(said, method, target, [("Origin", LISTED)])
        assert answer.status == status
        assert answer.headers.get_all("Access-Control-Allow-Origin") == [LISTED]
        assert "origin" in listed(answer, "Vary")
        if status != 200:
            assert answer.challenge["realm"] == "latchkey"
            assert answer.headers["Cache-Control"] == "no-store"
        else:
            assert answer.received("X-Latchkey-Subject") == [token["id"]]


def test_a_request_that_is_no_preflight_is_decided(gateway, upstream, platform, credential):
    before = upstream.arrived
    asked = [("Access-Control-Request-Method", "GET")]
    for headers in ([], [("Origin", LISTED)], asked):
        assert gateway.call(None, "OPTIONS", platform.device(), headers).status == 401
        assert gateway.call(credential, "OPTIONS", platform.device(), headers).status == 403
    # Only an OPTIONS request is a preflight.
    for method in ("GET", "PATCH", "POST"):
        assert gateway.call(None, method, platform.device(), preflight(LISTED)).status == 401
    assert upstream.arrived == before
    assert gateway.call(credential, target=platform.device()).status == 200
