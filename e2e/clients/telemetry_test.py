"""Traces and metrics arrive at a receiver of OTLP that uses the messages of another library.

The server has this receiver from its start. Until these tests run, nobody answers there.
"""

import os
import re
import secrets

import pytest
import requests
from latchkey import URL, Latchkey
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from otlp import Receiver, plain


@pytest.fixture(scope="module")
def receiver():
    with Receiver() as receiver:
        yield receiver


def in_a_trace(recorded=True):
    """Returns the id of a trace, the id of the span of its caller, and the header."""
    trace, span = secrets.token_hex(16), secrets.token_hex(8)
    return trace, span, {"traceparent": f"00-{trace}-{span}-0{int(recorded)}", "tracestate": "vendor=value"}


def verify(platform, credential, headers):
    call = {"credential": credential, "method": "GET", "path": platform.device()}
    headers = headers | {"Authorization": f"Bearer {platform.verifier_key}"}
    return Latchkey().post("/verify", call, expect=(200,), headers=headers)


def test_a_decision_is_in_the_trace_of_its_caller(receiver, platform):
    token = platform.apply("rsa")
    trace, caller, headers = in_a_trace()
    assert verify(platform, platform.file(token)["open_token"], headers)["allowed"]
    request, parts = receiver.request(trace)
    assert (request.parent_span_id.hex(), request.trace_state) == (caller, "vendor=value")
    assert request.name == "POST /api/v1/verify"
    says = plain(request.attributes)
    assert says.pop("latchkey.request.id")
    assert says == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "http.route": "/api/v1/verify",
        "network.protocol.version": "1.1",
        "url.path": "/api/v1/verify",
        "url.scheme": "http",
    }
    (decision,) = [part for part in parts if part.name == "decide"]
    assert (decision.kind, decision.parent_span_id) == (Span.SPAN_KIND_INTERNAL, request.span_id)
    assert decision.status.code == Status.STATUS_CODE_UNSET
    assert plain(decision.attributes) == {
        "latchkey.api": platform.read,
        "latchkey.door": "verify",
        "latchkey.reason": "allowed",
        "latchkey.system": platform.system,
        "latchkey.token.id": token["id"],
    }
    assert receiver.resource["service.name"] == "latchkey"


def test_only_what_the_caller_records_is_sent(receiver, platform):
    ignored, _, headers = in_a_trace(recorded=False)
    assert not verify(platform, "nonsense", headers)["allowed"]
    trace, _, headers = in_a_trace()
    assert not verify(platform, "nonsense", headers)["allowed"]
    receiver.request(trace)
    assert not [span for span in receiver.spans if span.trace_id.hex() == ignored]


def test_no_credential_and_no_name_of_a_person_is_sent(receiver, platform):
    secret = platform.secret(platform.apply("jwt"))
    trace, _, headers = in_a_trace()
    granted = requests.post(
        f"{URL}/oauth2/token",
        {"grant_type": "client_credentials"},
        auth=(secret["client_id"], secret["secret_id"]),
        headers=headers,
        timeout=30,
    ).json()
    _, parts = receiver.request(trace)
    (exchange,) = [part for part in parts if part.name == "exchange"]
    assert plain(exchange.attributes) == {"latchkey.result": "issued"}
    trace, _, headers = in_a_trace()
    assert verify(platform, granted["access_token"], headers)["allowed"]
    receiver.request(trace)
    trace, _, headers = in_a_trace()
    platform.admin.call("GET", f"/users/{platform.user}", (200,), headers=headers)
    receiver.request(trace)
    for private in (secret["secret_id"], granted["access_token"], platform.verifier_key, platform.user):
        assert private.encode() not in receiver.raw


def series_of(metric):
    """Returns the series of a metric, with the names of Prometheus."""
    kind = metric.WhichOneof("data")
    data = getattr(metric, kind)
    if kind != "gauge":
        assert data.aggregation_temporality == AGGREGATION_TEMPORALITY_CUMULATIVE
    for point in data.data_points:
        labels = frozenset(plain(point.attributes).items())
        if kind == "histogram":
            assert sum(point.bucket_counts) == point.count
            yield f"{metric.name}_count", labels, point.count
            yield f"{metric.name}_sum", labels, point.sum
        else:
            value = getattr(point, point.WhichOneof("value"))
            yield metric.name + ("_total" if kind == "sum" else ""), labels, value


def page():
    """Returns the series of `/metrics` without the buckets of histograms."""
    found = {}
    for line in requests.get(os.environ["LATCHKEY_METRICS"], timeout=30).text.splitlines():
        series, _, value = line.rpartition(" ")
        if line.startswith("#") or "_bucket" in series:
            continue
        name, _, labels = series.partition("{")
        found[name, frozenset(re.findall(r'(\w+)="([^"]*)"', labels))] = float(value)
    return found


def test_the_metrics_are_those_of_the_page(receiver, platform):
    verify(platform, "nonsense", {})

    def sent():
        return {(name, labels): value for one in receiver.metrics.values() for name, labels, value in series_of(one)}

    # What the server does by itself moves meanwhile: its writes, its memory, what it sends.
    def counted(series):
        still = ("latchkey_decisions", "latchkey_decision_", "latchkey_system_", "latchkey_exchange", "latchkey_cache")
        return {one: value for one, value in series.items() if one[0].startswith(still)}

    before = receiver.until(sent)
    assert set(before) == set(page())
    receiver.until(lambda: counted(sent()) == counted(page()))
    assert len(counted(sent())) > 100
    assert sum(value for (name, labels), value in sent().items() if ("reason", "malformed") in labels) >= 1
