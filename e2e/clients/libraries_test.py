"""Public OAuth and JOSE libraries run a complete OAuth flow, with every client authentication method.

The flow is: discovery (RFC 8414), an access token, its verification with the published keys, introspection, and
revocation.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc.jwk import import_key
from journey_test import claims_verified_offline
from latchkey import URL

HERE = Path(__file__).parent
KEYS = {
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "PS256": lambda: rsa.generate_private_key(65537, 3072),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}
KEY_TYPES = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}


def pem(key):
    """Returns the private key, which stays with the client, and the public key, which the client sends."""
    return (
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    )


def apply(platform, kind, method, alg):
    """Creates a token. Returns its client id and its client credentials."""
    if method != "private_key_jwt":
        file = platform.file(platform.apply(kind))
        return {"client_id": file["client_id"], "secret": file.get("secret") or file["secret_id"]}
    private, public = pem(KEYS[alg]())
    token = platform.apply(kind, public_key=public)
    assert "secret" not in platform.file(token) and "secret_id" not in platform.file(token)
    return {"client_id": token["id"], "key": private, "alg": alg}


WAYS = [
    ("rsa", "client_secret_basic", None),
    ("jwt", "client_secret_basic", None),
    ("rsa", "client_secret_post", None),
    ("jwt", "client_secret_post", None),
    ("rsa", "private_key_jwt", "RS256"),
    ("jwt", "private_key_jwt", "PS256"),
    ("rsa", "private_key_jwt", "ES256"),
    ("jwt", "private_key_jwt", "EdDSA"),
]


@pytest.mark.parametrize(("kind", "method", "alg"), WAYS)
def test_authlib_and_joserfc(platform, kind, method, alg):
    client = apply(platform, kind, method, alg)
    metadata = AuthorizationServerMetadata(requests.get(get_well_known_url(URL, True), timeout=30).json())
    assert method in metadata["token_endpoint_auth_methods_supported"]
    session = OAuth2Session(
        client["client_id"],
        client.get("secret") or import_key(client["key"], KEY_TYPES[alg]),
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
    )
    if method == "private_key_jwt":
        session.register_client_auth_method(PrivateKeyJWT(metadata["token_endpoint"], alg=alg))
    granted = session.fetch_token(
        metadata["token_endpoint"],
        grant_type="client_credentials",
        scope=platform.read,
        resource=platform.audience,
    )
    access_token = granted["access_token"]
    claims = claims_verified_offline(access_token, platform.audience)
    assert (claims["client_id"], claims["scope"]) == (client["client_id"], platform.read)
    assert platform.verify(access_token)["allowed"]

    system = OAuth2Session(platform.system, platform.verifier_key)

    def introspect():
        return system.introspect_token(metadata["introspection_endpoint"], token=access_token).json()

    found = introspect()
    assert found["active"] and found["client_id"] == client["client_id"], found
    session.revoke_token(metadata["revocation_endpoint"], token=access_token).raise_for_status()
    assert introspect() == {"active": False}

    with pytest.raises(OAuthError) as refused:
        session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials", scope="nothing:*")
    assert refused.value.error == "invalid_scope"


@pytest.mark.parametrize(("kind", "method", "alg"), WAYS)
def test_openid_client_and_jose(platform, kind, method, alg):
    client = apply(platform, kind, method, alg)
    day = client | {
        "issuer": URL,
        "method": method,
        "scope": platform.read,
        "audience": platform.audience,
        "system": platform.system,
        "verifier_key": platform.verifier_key,
    }
    run = subprocess.run(
        ["node", HERE / "openid_client.mjs"], input=json.dumps(day), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found["granted"]["scope"] == found["payload"]["scope"] == platform.read
    assert found["payload"]["client_id"] == found["before"]["client_id"] == client["client_id"]
    assert found["before"]["active"] and found["after"] == {"active": False}
    assert found["refused"] == "invalid_scope"


def test_the_program_in_the_file_of_a_token_with_a_key_of_the_client(platform, tmp_path):
    """The program needs only the private key of the client."""
    private, public = pem(KEYS["ES256"]())
    file = platform.file(platform.apply("jwt", public_key=public))
    (tmp_path / "private.pem").write_text(private)
    run = subprocess.run([sys.executable, "-c", file["python"]], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert platform.verify(run.stdout.strip())["allowed"]
