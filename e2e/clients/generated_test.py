"""Public tools read the OpenAPI document.

The document is valid. The clients that are generated from it make the journey of the README.
"""

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openapi_generator_cli
import pytest
import requests
from latchkey import FLEET, PASSWORD, URL
from openapi_spec_validator import validate

# The YAML document is sent unchanged: the generator does not support YAML.
CONFIGURATION = {"content_type_overrides": {"application/yaml": "application/octet-stream"}}


@pytest.fixture(scope="module")
def document():
    return requests.get(f"{URL}/api/openapi.json", timeout=30).json()


@pytest.fixture(scope="module")
def generated(document, tmp_path_factory):
    """Returns a function that imports a module of the generated client by its name."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(document))
    (folder / "configuration.json").write_text(json.dumps(CONFIGURATION))
    # The generator runs a formatter that is installed beside the Python interpreter.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    outcome = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
        + ["--path", "openapi.json", "--config", "configuration.json", "--output-path", "generated_latchkey"],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"generated_latchkey{name}")
    sys.path.remove(str(folder))


@pytest.fixture
def run(document, platform, tmp_path):
    """Returns a function that runs a program in the folder of the document and returns its output."""
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    environment = os.environ | {"RUN": platform.system, "FLEET": json.dumps(FLEET)}

    def printed(*command):
        outcome = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        return outcome.stdout

    return printed


def test_the_document_is_valid(document):
    validate(document)


def test_a_listed_type_is_generated_once(generated):
    items = generated(".models.page_api").PageApi.__annotations__["items"]
    assert str(items) in ("list[Api]", "list['Api']"), items


def test_a_generated_client_makes_the_journey(generated, platform):
    models = generated(".models")
    client = generated("").Client(base_url=URL)

    def call(operation, *arguments, by=client, expect=(200, 201), **more):
        module = generated(f".api.{operation}")
        answer = module.sync_detailed(*arguments, client=by, **more)
        assert answer.status_code in expect, f"{operation}: {answer.status_code} {answer.content}"
        return answer.parsed

    def new(name):
        return f"{name}-{platform.system}"

    login = models.Login(username="admin", password=PASSWORD)
    assert call("session.log_in", body=login).user.username == "admin"
    key = new("generated")
    call("systems.create_system", body=models.NewSystem(key=key, name="Generated"))
    fleet = models.ImportOpenapiJsonBody.from_dict(FLEET)
    assert len(call("systems.import_openapi", key, body=fleet).added) == 3
    wanted = models.NewToken(
        kind=models.Kind.RSA, name=new("by a generated client"), apis=[f"{key}:readDevice"], projects=[platform.project]
    )
    token = call("tokens.create_token", body=wanted)
    file = call("tokens.get_token_file", token.id)
    assert token.id in [one.id for one in call("tokens.list_tokens", q=wanted.name).items]

    verifier_key = call("systems.create_verifier_key", key, body=models.NewVerifierKey(name="door"))
    gateway = generated("").AuthenticatedClient(base_url=URL, token=verifier_key.key)
    request = models.Call(credential=file.open_token, method="GET", path=platform.device())
    decision = call("verify.verify_call", by=gateway, body=request)
    assert decision.allowed and decision.api == f"{key}:readDevice"

    refused = call("tokens.create_token", body=wanted, expect=(409,))
    assert (refused.type_, refused.errors[0].field) == ("/problems/taken", "name")
    call("tokens.delete_token", token.id, expect=(204,))
    decision = call("verify.verify_call", by=gateway, body=request)
    assert not decision.allowed and decision.reason == "unknown_token"


def test_a_typed_client_makes_the_journey(run, tmp_path):
    shutil.copy(Path(__file__).with_name("generated_journey.ts"), tmp_path / "journey.ts")
    modules = Path(__file__).parents[1] / "node_modules"
    (tmp_path / "node_modules").symlink_to(modules)
    (tmp_path / "package.json").write_text('{"type": "module"}')

    run(modules / ".bin" / "openapi-typescript", "openapi.json", "--output", "latchkey.d.ts")
    options = {"strict": True, "target": "es2022", "module": "es2022", "moduleResolution": "bundler"}
    options |= {"lib": ["es2022", "dom", "dom.iterable"], "types": []}
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": ["journey.ts"]}))
    run(modules / ".bin" / "tsc")
    assert json.loads(run("node", "journey.js")) == {
        "added": 3,
        "listed": True,
        "taken": "/problems/taken",
        "before": True,
        "deleted": 204,
        "after": "unknown_token",
    }


def test_a_java_client_makes_the_journey(run, tmp_path):
    # The generator contains most libraries that its clients need. Debian has the others.
    generator = Path(openapi_generator_cli.__file__).with_name("openapi-generator.jar")
    debian = [f"/usr/share/java/{name}.jar" for name in ("httpmime", "httpcore", "geronimo-annotation-1.3-spec")]
    class_path = ":".join(["classes", str(generator), *debian])

    packages = "apiPackage=latchkey.api,modelPackage=latchkey.model,invokerPackage=latchkey"
    run(
        *["java", "-jar", generator, "generate", "--generator-name", "java", "--library", "native"],
        *["--input-spec", "openapi.json", "--output", "client"],
        *["--additional-properties", f"openApiNullable=false,{packages}"],
    )
    sources = sorted((tmp_path / "client/src/main").rglob("*.java"))
    journey = Path(__file__).with_name("GeneratedJourney.java")
    run("javac", "-nowarn", "-encoding", "UTF-8", "-cp", class_path, "-d", "classes", *sources, journey)
    assert json.loads(run("java", "-cp", class_path, "GeneratedJourney")) == {
        "added": 3,
        "taken": 409,
        "before": True,
        "after": "unknown_token",
    }
