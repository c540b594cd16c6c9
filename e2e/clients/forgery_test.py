"""Latchkey refuses forged credentials."""

import base64
import hashlib
import hmac
import json
import time

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwe, jws
from joserfc.jwk import OctKey, RSAKey
from journey_test import denied, exchange, metadata
from latchkey import URL

SEALING = ["RSA-OAEP-256", "RSA-OAEP", "A256GCM", "A128GCM", "A256CBC-HS512", "dir", "DEF"]


def encode(part):
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@pytest.fixture(scope="module")
def genuine(platform):
    """A JWT that Latchkey accepts."""
    secret = platform.secret(platform.apply("jwt"))
    token = exchange(secret["client_id"], secret["secret_id"])["access_token"]
    assert platform.verify(token)["allowed"]
    return token


@pytest.fixture(scope="module")
def file(platform):
    return platform.file(platform.apply("rsa"))


def refused(platform, credential):
    """Checks that `verify`, introspection and the API of Latchkey refuse the credential. Returns the reason."""
    own = requests.get(f"{URL}/api/v1/tokens", headers={"Authorization": f"Bearer {credential}"}, timeout=30)
    assert own.status_code == 401, own.text
    assert platform.introspect(credential) == {"active": False}
    return denied(platform.verify(credential))


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", ""])
def test_a_jwt_without_a_signature_is_refused(platform, genuine, algorithm):
    header, payload, signature = genuine.split(".")
    unsigned = encode({**decode(header), "alg": algorithm})
    for credential in (f"{unsigned}.{payload}.", f"{unsigned}.{payload}.{signature}", f"{header}.{payload}."):
        assert refused(platform, credential) in ("bad_proof", "malformed")


def test_a_public_key_cannot_be_used_as_an_hmac_secret(platform, genuine):
    header, payload, _ = genuine.split(".")
    published = requests.get(metadata()["jwks_uri"], timeout=30).json()["keys"][0]
    key = RSAKey.import_key(published)
    pem = key.raw_value.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for secret in (pem, pem.strip(), key.as_der(private=False), json.dumps(published).encode()):
        for algorithm, digest in (("HS256", hashlib.sha256), ("HS512", hashlib.sha512)):
            signed = f"{encode({**decode(header), 'alg': algorithm})}.{payload}"
            forged = f"{signed}.{encode(hmac.new(secret, signed.encode(), digest).digest())}"
            assert refused(platform, forged) in ("bad_proof", "malformed")


@pytest.mark.parametrize("pointer", ["jwk", "jku", "x5u", "x5c"])
def test_a_header_cannot_bring_its_own_key(platform, genuine, pointer):
    header, payload, _ = genuine.split(".")
    key = RSAKey.generate_key(2048, private=True)
    public = key.as_dict(private=False)
    brought = {"jwk": public, "jku": "https://evil.example/jwks", "x5u": "https://evil.example/x5u", "x5c": ["MAA="]}
    signed = f"{encode({**decode(header), pointer: brought[pointer]})}.{payload}"
    signature = jws.serialize_compact({"alg": "RS256"}, b"", key).split(".")[2]
    assert refused(platform, f"{signed}.{signature}") in ("bad_proof", "malformed")


@pytest.mark.parametrize(
    "change",
    [{"aud": "https://other.example"}, {"exp": 4102444800}, {"scope": "everything:*"}, {"sub": "usr_root"}],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_claim_breaks_the_signature(platform, genuine, change):
    header, payload, signature = genuine.split(".")
    assert refused(platform, f"{header}.{encode({**decode(payload), **change})}.{signature}") == "bad_proof"


def test_a_jwt_for_another_system_is_refused_by_latchkey(genuine):
    own = requests.get(f"{URL}/api/v1/tokens", headers={"Authorization": f"Bearer {genuine}"}, timeout=30)
    assert own.status_code == 401


def sealed(platform, file, header=None, key=None, **claims):
    protected = {"alg": file["alg"], "enc": file["enc"], "kid": file["kid"], "typ": "seal+jwe", **(header or {})}
    payload = {
        "sec": file["secret"],
        "iat": int(time.time()),
        "jti": base64.urlsafe_b64encode(time.time_ns().to_bytes(16)).decode(),
        "htm": "GET",
        "htu": platform.device(),
        **claims,
    }
    registry = jwe.JWERegistry(algorithms=SEALING, strict_check_header=False)
    return jwe.encrypt_compact(
        protected, json.dumps(payload), key or RSAKey.import_key(file["public_key"]), registry=registry
    )


def test_a_request_sealed_by_the_rules_passes(platform, file):
    """Without this test, the refusals below would prove nothing."""
    assert platform.verify(sealed(platform, file))["allowed"]
    assert platform.verify(sealed(platform, file, unknown="ignored"))["allowed"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sec": "A" * 43}, "bad_proof"),
        ({"iat": int(time.time()) - 600}, "stale"),
        ({"iat": int(time.time()) + 600}, "not_yet_valid"),
        ({"htm": "DELETE"}, "proof_mismatch"),
        ({"htu": "https://evil.example/projects"}, "proof_mismatch"),
        ({"aud": "https://other.example"}, "proof_mismatch"),
        ({"jti": "short"}, "malformed"),
        ({"jti": "x" * 129}, "malformed"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_request_sealed_wrongly_is_refused(platform, file, change, reason):
    assert refused(platform, sealed(platform, file, **change)) == reason


@pytest.mark.parametrize(
    "header",
    [{"alg": "RSA-OAEP"}, {"enc": "A128GCM"}, {"enc": "A256CBC-HS512"}, {"zip": "DEF"}, {"kid": "key_unknown"}],
    ids=lambda header: next(iter(header)) + "-" + next(iter(header.values())),
)
def test_only_one_algorithm_and_a_known_key_are_accepted(platform, file, header):
    assert refused(platform, sealed(platform, file, header)) in ("malformed", "bad_proof", "unknown_token")


def test_a_request_sealed_for_another_key_is_refused(platform, file):
    own = RSAKey.import_key(rsa.generate_private_key(65537, 2048).public_key())
    assert refused(platform, sealed(platform, file, key=own)) == "bad_proof"


def test_direct_encryption_is_refused(platform, file):
    key = OctKey.generate_key(256)
    assert refused(platform, sealed(platform, file, {"alg": "dir"}, key=key)) in ("malformed", "bad_proof")


def test_an_oversized_request_is_refused(platform, file):
    assert refused(platform, sealed(platform, file, padding="x" * 9000)) == "malformed"


@pytest.mark.parametrize(
    "path",
    ["//projects/{p}/devices/7", "/projects/./{p}/devices/7", "/projects/{p}/devices/7/", "/projects/{p}/devices/a%2Fb",
     "/projects/x/%2e%2e/{p}/devices/7", "/projects/{p}/devices/7;a=b", "/projects/{p}/devices/..%5c7",
     "/Projects/{p}/devices/7", "/projects/{p}/devices/7%00"],
)  # fmt: skip
def test_a_path_that_is_not_canonical_is_denied(platform, file, path):
    reason = denied(platform.verify(file["open_token"], path=path.replace("{p}", platform.project)))
    assert reason in ("no_such_api", "malformed", "project_not_granted")


@pytest.mark.parametrize("credential", ["", "x", "lkr_", "lkr_a.b.c.d.e", "a.b.c", "lkj_" + "A" * 49, "é" * 40, "." * 4])
def test_a_malformed_credential_is_refused(platform, credential):
    assert denied(platform.verify(credential)) in ("malformed", "unknown_token", "bad_proof")
