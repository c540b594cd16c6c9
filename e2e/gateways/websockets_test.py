"""A WebSocket is one call. Latchkey decides its upgrade. Then the connection carries data both ways."""

import json
import time

import pytest
from gateway import GATEWAYS, Gateway, Talkative
from latchkey import URL
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect


@pytest.fixture(scope="module")
def talkative():
    with Talkative() as talkative:
        yield talkative


@pytest.fixture(scope="module", params=GATEWAYS)
def gateway(request, platform, talkative, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    with Gateway(request.param, folder, URL, platform.system, platform.key_for(request.param), talkative) as gateway:
        yield gateway


def upgrade(gateway, credential, target, headers=()):
    sent = [*headers, ("Authorization", f"Bearer {credential}")] if credential else headers
    return connect(f"ws://{gateway.address}{target}", additional_headers=sent, proxy=None, open_timeout=30, close_timeout=30)


def refused(gateway, talkative, credential, target):
    """Checks that an upgrade does not reach the upstream. Returns its status."""
    before = talkative.arrived
    with pytest.raises(InvalidStatus) as refusal, upgrade(gateway, credential, target):
        pass
    assert talkative.arrived == before
    response = refusal.value.response
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")
    return response.status_code


def test_an_upgrade_is_decided_once_and_carries_data_both_ways(gateway, talkative, platform, admin):
    token = platform.apply("rsa")
    credential = platform.file(token)["open_token"]
    ended = len(talkative.closed)
    with upgrade(gateway, credential, platform.device() + "?a=%2F") as socket:
        assert json.loads(socket.recv(30))["target"] == platform.device() + "?a=%2F"
        for message in ("港口", b"\x00\xff" * 40_000, "", "x" * 100_000, b"\r\n\r\n"):
            socket.send(message)
            assert socket.recv(30) == message
        # A message that is split into several frames.
        socket.send(["Hafen", "kran ", "7"])
        assert socket.recv(30) == "Hafenkran 7"
        # Several messages are sent before the first answer arrives.
        for number in range(20):
            socket.send(str(number))
        assert [socket.recv(30) for _ in range(20)] == [str(number) for number in range(20)]
        socket.close(4001, "enough")
        with pytest.raises(ConnectionClosed):
            socket.recv(30)
        assert (socket.close_code, socket.close_reason) == (4001, "enough")
    deadline = time.monotonic() + 30
    while len(talkative.closed) == ended and time.monotonic() < deadline:
        time.sleep(0.05)
    assert talkative.closed[ended:] == [(4001, "enough")]
    assert admin.get(f"/tokens/{token['id']}/usage")["last_24_hours"] == {"allowed": 1, "denied": 0}


def test_an_upgrade_says_who_calls(gateway, platform):
    token = platform.apply("rsa")
    forged = [(f"X-Latchkey-{name}", "forged") for name in ("Subject", "Username", "Project", "Verifier")]
    forged += [("X_Latchkey_Subject", "forged"), ("X-Project", platform.project), ("X-HTTP-Method-Override", "forged")]
    with upgrade(gateway, platform.file(token)["open_token"], platform.device(), forged) as socket:
        arrived = socket.recv(30)
    assert "forged" not in arrived
    headers = {name.lower(): value for name, value in json.loads(arrived)["headers"]}
    assert headers["x-latchkey-token"] == headers["x-latchkey-subject"] == token["id"]
    assert headers["x-latchkey-project"] == platform.project
    assert "authorization" not in headers
    assert "x-project" not in headers


def test_identity_headers_cannot_be_removed(gateway, talkative, platform):
    """A proxy removes the headers that `Connection` names (RFC 9110 §7.6.1)."""
    credential = platform.file(platform.apply("rsa"))["open_token"]
    before = talkative.arrived
    try:
        with upgrade(gateway, credential, platform.device(), [("Connection", "X-Latchkey-Subject")]) as socket:
            headers = [(name.lower(), value.lower()) for name, value in json.loads(socket.recv(30))["headers"]]
    except InvalidStatus as refusal:
        assert (refusal.response.status_code, talkative.arrived) == (400, before)
    else:
        assert "x-latchkey-subject" in dict(headers)
        assert not [value for name, value in headers if name == "connection" and "latchkey" in value]


def test_an_upgrade_without_a_grant_is_refused_before_it_is_one(gateway, talkative, platform):
    credential = platform.file(platform.apply("rsa"))["open_token"]
    assert refused(gateway, talkative, None, platform.device()) == 401
    assert refused(gateway, talkative, "nonsense", platform.device()) == 401
    assert refused(gateway, talkative, credential, "/elsewhere") == 403
    assert refused(gateway, talkative, credential, platform.device(project=platform.foreign_project)) == 403


def test_a_deleted_token_is_refused_at_the_next_upgrade(gateway, talkative, platform):
    token = platform.apply("rsa")
    credential = platform.file(token)["open_token"]
    with upgrade(gateway, credential, platform.device()) as socket:
        socket.recv(30)
        platform.withdraw(token)
        # An open connection continues: a decision applies to a single call.
        socket.send("still here")
        assert socket.recv(30) == "still here"
        assert refused(gateway, talkative, credential, platform.device()) == 401
