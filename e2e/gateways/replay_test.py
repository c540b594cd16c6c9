"""Traefik and Envoy, which Debian does not have: the very requests that they make by their documentation.

https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/forwardauth/
https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/ext_authz_filter
"""

from urllib.parse import urlsplit

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
    """Always a GET without a body; of the caller's headers those in `authRequestHeaders`."""
    recipe = yaml.safe_load(filled("traefik.yaml", **PLACES | {"system": platform.system}))["http"]["middlewares"]
    forward = recipe["latchkey"]["forwardAuth"]
    key = platform.key_for("traefik")
    called = {"Authorization": f"Bearer {credential}", "X-Latchkey-Verifier": key}
    headers = {name: called[name] for name in forward["authRequestHeaders"] if name in called}
    headers |= {"X-Forwarded-Method": method, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "fleet.example"}
    headers |= {"X-Forwarded-Uri": path, "X-Forwarded-For": address, "Accept-Encoding": "gzip"}
    return requests.get(forward["address"], headers=headers, timeout=30)


def envoy(platform, credential, method, path, address="203.0.113.9"):
    """The method of the call, its path behind the prefix, no body; its host, and the headers allowed."""
    values = PLACES | {"system": platform.system, "latchkey_hostname": urlsplit(URL).hostname}
    recipe = yaml.safe_load(filled("envoy.yaml", **values, latchkey_port=str(urlsplit(URL).port)))
    (listener,) = recipe["static_resources"]["listeners"]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    filters = [one["name"].rpartition(".")[2] for one in manager["http_filters"]]
    assert filters == ["header_mutation", "ext_authz", "router"], "removed before it is said"
    check = manager["http_filters"][1]["typed_config"]
    allowed = [pattern["exact"] for pattern in check["allowed_headers"]["patterns"]]
    called = {"authorization": f"Bearer {credential}", "x-forwarded-for": f"198.51.100.1,{address}"}
    headers = {name: called[name] for name in allowed if name in called}
    for added in check["http_service"]["authorization_request"]["headers_to_add"]:
        headers[added["key"]] = platform.key_for("envoy")
    headers |= {"Host": "fleet.example", "Content-Length": "0", "x-envoy-internal": "true"}
    headers |= {"x-envoy-expected-rq-timeout-ms": "5000", "x-forwarded-proto": "https"}
    return requests.request(method, URL + check["http_service"]["path_prefix"] + path, headers=headers, timeout=30)


@pytest.mark.parametrize("asks", [traefik, envoy])
def test_an_allowed_call_says_who_calls(platform, asks, credential):
    for method, path in (("GET", platform.device() + "?a=%2F"), ("HEAD", platform.device())):
        answer = asks(platform, credential, method, path)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["X-Latchkey-Project"] == platform.project
        assert answer.headers["X-Latchkey-Api"] == platform.read


@pytest.mark.parametrize("asks", [traefik, envoy])
def test_a_denial_has_its_status_and_challenge(platform, asks, credential):
    for denied, method, path, status, error in (
        ("nonsense", "GET", platform.device(), 401, "invalid_token"),
        (credential, "PATCH", platform.device(), 403, "insufficient_scope"),
        (credential, "GET", platform.device(project=platform.foreign_project), 403, "insufficient_scope"),
        (credential, "GET", platform.device(device="a%2Fb"), 403, "insufficient_scope"),
        (credential, "POST", "/", 403, "insufficient_scope"),
    ):
        answer = asks(platform, denied, method, path)
        assert answer.status_code == status, path
        assert f'error="{error}"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("asks", [traefik, envoy])
def test_the_address_is_the_one_that_the_gateway_saw(platform, asks):
    credential = platform.file(platform.apply("rsa", allowed_ips=["203.0.113.0/24"]))["open_token"]
    assert asks(platform, credential, "GET", platform.device()).status_code == 200
    assert asks(platform, credential, "GET", platform.device(), address="198.51.100.7").status_code == 403


@pytest.mark.parametrize("asks", [traefik, envoy])
def test_a_deleted_token_is_refused_at_the_next_request(platform, asks):
    token = platform.apply("rsa")
    credential = platform.file(token)["open_token"]
    assert asks(platform, credential, "GET", platform.device()).status_code == 200
    platform.withdraw(token)
    assert asks(platform, credential, "GET", platform.device()).status_code == 401
