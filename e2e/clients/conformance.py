"""Tests the server against its OpenAPI document.

The test fails on a 5xx answer, and on a status, content type or body that is not documented. The number of
examples is fixed and their generation is deterministic. Two runs on one version give the same results.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from latchkey import PASSWORD, URL, Latchkey, Platform

EXAMPLES = 25
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"

admin = Latchkey("admin", PASSWORD)
platform = Platform(admin)
token = platform.apply("rsa")
cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in admin.http.cookies)

with tempfile.TemporaryDirectory() as scratch:
    outcome = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", f"{URL}/api/openapi.json", "--header", f"Cookie: {cookie}"]
        + ["--checks", CHECKS, "--max-examples", str(EXAMPLES), "--generation-deterministic", "--continue-on-failure"]
        + ["--generation-with-security-parameters", "false", "--request-timeout", "20"]
        # Exclude logging out: it would end the session that all other calls use.
        + ["--exclude-name", "DELETE /api/v1/session"],
        cwd=scratch,
        env=os.environ
        | {
            "PYTHONPATH": str(Path(__file__).parent),
            "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
            "LATCHKEY_ADMIN_ID": admin.get("/session")["user"]["id"],
            "LATCHKEY_VERIFIER_KEY": platform.verifier_key,
            "LATCHKEY_GATEWAY_KEY": platform.key_for("nginx"),
            "LATCHKEY_CREDENTIAL": platform.file(token)["open_token"],
            "LATCHKEY_SYSTEM": platform.system,
            "LATCHKEY_PROJECT": platform.project,
            "LATCHKEY_USER": platform.user,
            "LATCHKEY_TOKEN": token["id"],
            "LATCHKEY_API": platform.read,
        },
    )
# If the session ended during the run, all its answers were 401. Fail in that case.
admin.get("/session")
sys.exit(outcome.returncode)
