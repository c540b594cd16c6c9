"""Runs the programs of the integrators' page in Python, Node.js, Java and sh. A verifier accepts their output."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from libraries_test import KEYS, pem

HERE = Path(__file__).parent
PAGE = (HERE.parent.parent / "docs" / "integrators.md").read_text()
LANGUAGES = {
    "python": [sys.executable, "sample.py"],
    "js": ["node", "sample.mjs"],
    "java": ["java", "Sample.java"],
    "sh": ["sh", "sample.sh"],
}


def sample(heading, language):
    (chapter,) = re.findall(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    return re.findall(rf"^```{language}\n(.*?)^```$", chapter, re.DOTALL | re.MULTILINE)[0]


@pytest.fixture
def run(tmp_path):
    (tmp_path / "node_modules").symlink_to(HERE.parent / "node_modules")

    def printed(heading, language, file, *arguments):
        command = LANGUAGES[language]
        (tmp_path / command[-1]).write_text(sample(heading, language))
        (tmp_path / "token.json").write_text(json.dumps(file))
        done = subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    printed.folder = tmp_path
    return printed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["rsa", "jwt"])
def test_a_jwt_with_a_secret(platform, run, kind, language):
    jwt = run("A JWT, with a secret", language, platform.file(platform.apply(kind)))
    assert platform.verify(jwt)["allowed"]


@pytest.mark.parametrize("language", ["python", "js", "java"])
@pytest.mark.parametrize(("kind", "alg"), [("jwt", "ES256"), ("rsa", "RS256")])
def test_a_jwt_with_a_key_of_your_own(platform, run, kind, alg, language):
    private, public = pem(KEYS[alg]())
    (run.folder / "private.pem").write_text(private)
    jwt = run("A JWT, with a key of your own", language, platform.file(platform.apply(kind, public_key=public)))
    assert platform.verify(jwt)["allowed"]


def test_a_request_sealed_for_one_call(platform, run):
    file = platform.file(platform.apply("rsa", one_time_only=True))
    sealed = run("A request sealed for one call", "java", file, "GET", platform.device())
    assert platform.verify(sealed)["allowed"]
    assert platform.verify(sealed)["reason"] == "replayed"


@pytest.mark.parametrize("language", ["python", "js", "java"])
@pytest.mark.parametrize("alg", ["ES256", "EdDSA"])
def test_a_request_signed_for_one_call(platform, run, alg, language):
    private, public = pem(KEYS[alg]())
    (run.folder / "private.pem").write_text(private)
    file = platform.file(platform.apply("rsa", public_key=public, one_time_only=True))
    signed = run("A request signed for one call", language, file, "GET", platform.device())
    assert platform.verify(signed)["allowed"]
    assert platform.verify(signed)["reason"] == "replayed"


def test_the_key_pair_of_the_page_is_taken(platform, tmp_path):
    commands = sample("A JWT, with a key of your own", "sh")
    done = subprocess.run(["sh", "-ec", commands], cwd=tmp_path, capture_output=True, text=True, check=True)
    token = platform.apply("jwt", public_key=done.stdout)
    assert token["client_key"]["crv"] == "P-256"
