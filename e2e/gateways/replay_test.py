"""Tests the recipe of Traefik without Traefik, because no package provides it here.

The test sends the requests that Traefik sends according to its documentation:

https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/forwardauth/
"""

import pytest
import requests
import yaml
from gateway import filled
from latchkey import URL

PLACES = {"latchkey_url": URL, "system": "fleet", "verifier_key": "lkv_x", "upstream": "127.0.0.1:1"}


@pytest.fixture(scope="module")
def credential(platform):
    return platform.file(platform.apply("rsa"))["open_token"]


def traefik(platform, credential, method, path, address="203.0.113.9"):
    """Sends the request of Traefik: a GET without a body, with the caller's headers in `authRequestHeaders`."""
    recipe = yaml.safe_load(filled("traefik.yaml", **PLACES | {"system": platform.system}))["http"]["middlewares"]
    forward = recipe["latchkey"]["forwardAuth"]
    key = platform.key_for("traefik")
    called = {"Authorization": f"Bearer {credential}", "X-Latchkey-Verifier": key}
    headers = {name: called[name] for name in forward["authRequestHeaders"] if name in called}
    headers |= {"X-Forwarded-Method": method, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "fleet.example"}
    headers |= {"X-Forwarded-Uri": path, "X-Forwarded-For": address, "Accept-Encoding": "gzip"}
    return requests.get(forward["address"], headers=headers, timeout=30)


def test_with_cors_preflights_are_answered_before_they_are_decided():
    recipe = yaml.safe_load(filled("traefik.yaml", cors=True, **PLACES))["http"]
    used = recipe["routers"]["system"]["middlewares"]
    assert used == ["latchkey-cors", "latchkey-key", "latchkey", "latchkey-strip"]
    assert set(used) == set(recipe["middlewares"])
    assert recipe["middlewares"]["latchkey-cors"]["headers"]["accessControlAllowOriginList"] == ["https://app.example"]


def test_an_allowed_call_says_who_calls(platform, credential):
    for method, path in (("GET", platform.device() + "?a=%2F"), ("HEAD", platform.device())):
        answer = traefik(platform, credential, method, path)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["X-Latchkey-Project"] == platform.project
        assert answer.headers["X-Latchkey-Api"] == platform.read


def test_a_denial_has_its_status_and_challenge(platform, credential):
    for denied, method, path, status, error in (
        ("nonsense", "GET", platform.device(), 401, "invalid_token"),
        (credential, "PATCH", platform.device(), 403, "insufficient_scope"),
        (credential, "GET", platform.device(project=platform.foreign_project), 403, "insufficient_scope"),
        (credential, "GET", platform.device(device="a%2Fb"), 403, "insufficient_scope"),
        (credential, "POST", "/", 403, "insufficient_scope"),
    ):
        answer = traefik(platform, denied, method, path)
        assert answer.status_code == status, path
        assert f'error="{error}"' in answer.headers["WWW-Authenticate"]


def test_the_address_is_the_one_that_the_gateway_saw(platform):
    credential = platform.file(platform.apply("rsa", allowed_ips=["203.0.113.0/24"]))["open_token"]
    assert traefik(platform, credential, "GET", platform.device()).status_code == 200
    assert traefik(platform, credential, "GET", platform.device(), address="198.51.100.7").status_code == 403


def test_a_deleted_token_is_refused_at_the_next_request(platform):
    token = platform.apply("rsa")
    credential = platform.file(token)["open_token"]
    assert traefik(platform, credential, "GET", platform.device()).status_code == 200
    platform.withdraw(token)
    assert traefik(platform, credential, "GET", platform.device()).status_code == 401
