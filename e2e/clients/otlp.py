"""A receiver of OTLP over HTTP, with the messages of the OpenTelemetry project for Python."""

import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span


def plain(attributes):
    """Returns attributes as a dictionary of plain values."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


class Receiver:
    """Receives what the server sends. Its address is given, because the server runs before it."""

    def __enter__(self):
        receiver = self
        self.spans = []
        self.resource = {}
        self.metrics = {}
        self.raw = b""
        self.changed = threading.Condition()

        class Messages(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"] == "application/x-protobuf"
                answer = receiver.take(self.path, body).SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        address = urlsplit(os.environ["LATCHKEY_OTLP"])
        self.server = ThreadingHTTPServer((address.hostname, address.port), Messages)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def take(self, path, body):
        with self.changed:
            self.raw += body
            if path == "/v1/traces":
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    self.resource = plain(resource.resource.attributes)
                    self.spans += [span for scope in resource.scope_spans for span in scope.spans]
                answer = ExportTraceServiceResponse()
            else:
                assert path == "/v1/metrics"
                (resource,) = ExportMetricsServiceRequest.FromString(body).resource_metrics
                (scope,) = resource.scope_metrics
                self.metrics = {metric.name: metric for metric in scope.metrics}
                answer = ExportMetricsServiceResponse()
            self.changed.notify_all()
        return answer

    def until(self, found):
        """Waits until the function finds something in what was received."""
        deadline = time.monotonic() + 30
        with self.changed:
            while not (result := found()):
                assert self.changed.wait(deadline - time.monotonic()), "it does not arrive"
        return result

    def request(self, trace):
        """Returns the span of the request of a trace, and those of its parts, which ended before it."""

        def spans(is_request):
            of_trace = [span for span in self.spans if span.trace_id.hex() == trace]
            return [span for span in of_trace if (span.kind == Span.SPAN_KIND_SERVER) == is_request]

        (request,) = self.until(lambda: spans(True))
        return request, spans(False)
