"""What schemathesis cannot know: which names there are, whose key asks for decisions, what not to break."""

import os
import zlib

import schemathesis

KNOWN = {name: os.environ[f"LATCHKEY_{name.upper()}"] for name in ("system", "project", "user", "token", "api")}
OURSELVES = {"admin", os.environ["LATCHKEY_ADMIN_ID"]}
VERIFIER_KEY = os.environ["LATCHKEY_VERIFIER_KEY"]
GATEWAY_KEY = os.environ["LATCHKEY_GATEWAY_KEY"]


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Every second call names what is there: else only the 404 of an operation would be seen."""
    return {
        name: KNOWN[name] if name in KNOWN and zlib.crc32(str(value).encode(errors="replace")) % 2 else value
        for name, value in (path_parameters or {}).items()
    }


@schemathesis.hook
def filter_case(context, case):
    """Leaves the administrator alone whose session the calls are made with: a new
    password or a disabled account would end it. Every other user is fair game."""
    changes = case.method.upper() in ("PATCH", "PUT", "DELETE")
    user = str((case.path_parameters or {}).get("user", "")).strip().lower()
    return not (changes and user in OURSELVES)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Decisions are asked for with a verifier key, not with a session."""
    if case.path.startswith(("/api/v1/verify", "/oauth2/introspect")):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {VERIFIER_KEY}"}
    if case.path.startswith("/auth/"):
        case.headers = {**(case.headers or {}), "X-Latchkey-Verifier": GATEWAY_KEY}
