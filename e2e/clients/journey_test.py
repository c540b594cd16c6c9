"""The journey of the README with public JOSE and OAuth libraries."""

import json
import secrets
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet
from latchkey import URL

HERE = Path(__file__).parent


def seal_in_python(*arguments):
    return subprocess.run([sys.executable, HERE / "seal.py", *arguments], check=True, capture_output=True, text=True)


def seal_in_node(*arguments):
    return subprocess.run(["node", HERE / "seal.mjs", *arguments], check=True, capture_output=True, text=True)


@pytest.fixture(params=[seal_in_python, seal_in_node], ids=["python", "node"])
def seal(request, tmp_path):
    """Returns a function that seals a request for one call with the program of the README."""

    def sealed(file, method, path):
        saved = tmp_path / "token.json"
        saved.write_text(json.dumps(file))
        return request.param(saved, method, path).stdout.strip()

    return sealed


def denied(decision):
    assert not decision["allowed"], decision
    return decision["reason"]


def metadata():
    return requests.get(f"{URL}/.well-known/oauth-authorization-server", timeout=30).json()


def exchange(client_id, client_secret, method="client_secret_basic", **more):
    client = OAuth2Session(client_id, client_secret, token_endpoint_auth_method=method)
    return client.fetch_token(metadata()["token_endpoint"], grant_type="client_credentials", **more)


def claims_verified_offline(access_token, audience):
    """Verifies the signature and the claims without asking Latchkey (RFC 9068 §4). Returns the claims."""
    keys = KeySet.import_key_set(requests.get(metadata()["jwks_uri"], timeout=30).json())
    decoded = jwt.decode(access_token, keys, algorithms=["RS256"])
    assert decoded.header["typ"] == "at+jwt"
    wanted = {"iss": {"essential": True, "value": metadata()["issuer"]}, "aud": {"essential": True, "value": audience}}
    jwt.JWTClaimsRegistry(**wanted, exp={"essential": True}).validate(decoded.claims)
    return decoded.claims


def test_a_sealed_request_passes_once_and_for_its_call_only(platform, seal):
    token = platform.apply("rsa")
    file = platform.file(token)

    sealed = seal(file, "GET", platform.device())
    decision = platform.verify(sealed)
    assert decision["allowed"], decision
    assert decision["token"] == {"id": token["id"], "name": token["name"], "kind": "rsa"}
    assert decision["api"] == platform.read
    assert decision["project"]["key"] == platform.project

    assert denied(platform.verify(sealed)) == "replayed"

    other = seal(file, "GET", platform.device())
    assert denied(platform.verify(other, path=platform.device(device="8"))) == "proof_mismatch"
    assert denied(platform.verify(other, method="PATCH")) == "proof_mismatch"
    assert platform.verify(other)["allowed"], "a mismatch does not use it up"

    foreign = platform.device(project=platform.foreign_project)
    assert denied(platform.verify(seal(file, "GET", foreign), path=foreign)) == "project_not_granted"
    assert denied(platform.verify(seal(file, "PATCH", platform.device()), method="PATCH")) == "api_not_granted"

    late = seal(file, "GET", platform.device())
    platform.withdraw(token)
    assert denied(platform.verify(late)) == "unknown_token"


def test_an_open_token_passes_until_it_is_deleted(platform):
    token = platform.apply("rsa")
    credential = platform.file(token)["open_token"]

    for _ in range(2):
        decision = platform.verify(credential)
        assert decision["allowed"], decision
    assert platform.introspect(credential)["active"]
    foreign = platform.device(project=platform.foreign_project)
    assert denied(platform.verify(credential, path=foreign)) == "project_not_granted"
    assert denied(platform.verify(credential, path="/projects")) == "no_such_api"

    platform.withdraw(token)
    assert denied(platform.verify(credential)) == "unknown_token"
    assert platform.introspect(credential) == {"active": False}


def test_a_disabled_token_is_denied_until_it_is_active_again(platform, admin):
    token = platform.apply("rsa")
    credential = platform.file(token)["open_token"]
    for status, allowed in (("disabled", False), ("active", True)):
        current = admin.call("GET", f"/tokens/{token['id']}", (200,))
        admin.call(
            "PATCH",
            f"/tokens/{token['id']}",
            (200,),
            json={"status": status},
            headers={"If-Match": current.headers["ETag"]},
        )
        assert platform.verify(credential)["allowed"] is allowed


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_an_rsa_token_is_exchanged_for_a_jwt(platform, method):
    token = platform.apply("rsa")
    file = platform.file(token)

    granted = exchange(file["token_id"], file["secret"], method)
    assert granted["token_type"].lower() == "bearer"
    access_token = granted["access_token"]
    claims = claims_verified_offline(access_token, platform.audience)
    assert claims["sub"] == claims["client_id"] == token["id"]
    assert claims["projects"] == [platform.project]
    assert claims["scope"] == platform.read
    assert 0 < claims["exp"] - time.time() <= granted["expires_in"] <= 600

    assert platform.verify(access_token)["allowed"]
    foreign = platform.device(project=platform.foreign_project)
    assert denied(platform.verify(access_token, path=foreign)) == "project_not_granted"

    platform.withdraw(token)
    assert denied(platform.verify(access_token)) == "unknown_token"
    assert platform.introspect(access_token) == {"active": False}


def test_a_jwt_token_calls_as_its_user_until_it_is_deleted(platform):
    token = platform.apply("jwt")
    secret = platform.secret(token)
    assert secret["client_id"] == token["id"]
    assert secret["secret_id"].startswith("lkj_")

    access_token = exchange(secret["client_id"], secret["secret_id"])["access_token"]
    claims = claims_verified_offline(access_token, platform.audience)
    assert claims["client_id"] == token["id"]
    assert claims["scope"] == platform.read

    decision = platform.verify(access_token)
    assert decision["allowed"], decision
    assert decision["subject"]["type"] == "user"
    assert decision["subject"]["username"] == platform.user
    introspected = platform.introspect(access_token)
    assert introspected["active"]
    assert introspected["client_id"] == token["id"]
    assert denied(platform.verify(access_token, method="PATCH")) == "api_not_granted"

    platform.withdraw(token)
    assert denied(platform.verify(access_token)) == "unknown_token"
    assert platform.introspect(access_token) == {"active": False}
    again = requests.post(
        metadata()["token_endpoint"],
        {"grant_type": "client_credentials"},
        auth=(secret["client_id"], secret["secret_id"]),
        timeout=30,
    )
    assert again.status_code == 401
    assert again.json()["error"] == "invalid_client"


def test_a_jwt_has_only_the_requested_scope(platform):
    token = platform.apply("jwt", apis=[platform.read, platform.write])
    secret = platform.secret(token)
    narrow = exchange(secret["client_id"], secret["secret_id"], scope=platform.read, resource=platform.audience)
    assert claims_verified_offline(narrow["access_token"], platform.audience)["scope"] == platform.read
    assert platform.verify(narrow["access_token"])["allowed"]
    assert denied(platform.verify(narrow["access_token"], method="PATCH")) == "api_not_granted"


def test_the_curl_line_of_a_token_file_works_as_it_stands(platform, admin):
    other = f"other-{secrets.token_hex(4)}"
    admin.post("/systems", {"key": other, "name": "Other", "audience": f"https://{other}.example/it's"})
    admin.post("/users", {"username": other, "display_name": "Another"})
    for token in (
        platform.apply("rsa"),
        platform.apply("rsa", systems=[other]),
        platform.apply("jwt", systems=[other], users=[platform.user, other]),
    ):
        file = platform.file(token)
        answer = subprocess.run(["sh", "-c", file["curl"]], check=True, capture_output=True, text=True)
        assert "access_token" in json.loads(answer.stdout), answer.stdout
        assert file["audiences"][platform.system] == platform.audience


def test_a_verifier_key_of_another_system_gets_no_information(platform, admin):
    credential = platform.file(platform.apply("rsa"))["open_token"]
    other = f"other-{secrets.token_hex(4)}"
    admin.post("/systems", {"key": other, "name": "Other"})
    key = admin.post(f"/systems/{other}/verifier-keys", {"name": "gateway"})["key"]
    response = requests.post(
        f"{URL}/oauth2/introspect",
        {"token": credential},
        headers={"Authorization": f"Bearer {key}"},
        timeout=30,
    )
    assert response.json() == {"active": False}
