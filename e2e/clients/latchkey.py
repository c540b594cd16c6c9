"""A client of the REST API. It uses only documented operations."""

import os
import secrets

import requests

URL = os.environ["LATCHKEY_URL"]
PASSWORD = os.environ["LATCHKEY_ADMIN_PASSWORD"]


class Latchkey:
    """Calls the REST API as one user, or without a login."""

    def __init__(self, username=None, password=None):
        self.http = requests.Session()
        if username:
            self.post("/session", {"username": username, "password": password}, expect=(200, 201))

    def call(self, method, path, expect, **arguments):
        response = self.http.request(method, f"{URL}/api/v1{path}", timeout=30, **arguments)
        assert response.status_code in expect, f"{method} {path}: {response.status_code} {response.text}"
        return response

    def get(self, path, expect=(200,), **arguments):
        return self.call("GET", path, expect, **arguments).json()

    def post(self, path, body, expect=(201,), **arguments):
        return self.call("POST", path, expect, json=body, **arguments).json()

    def put(self, path, body, expect=(200, 201, 204), **arguments):
        return self.call("PUT", path, expect, json=body, **arguments)

    def delete(self, path, expect=(204,)):
        return self.call("DELETE", path, expect)


class Platform:
    """A core system with three operations, two projects, one user, one verifier key."""

    def __init__(self, admin):
        self.admin = admin
        run = secrets.token_hex(4)  # The names differ in each run, so the tests can run twice on one server.
        self.system = f"fleet-{run}"
        self.project = f"harbour-{run}"
        self.foreign_project = f"quarry-{run}"
        self.user = f"ada-{run}"
        self.audience = f"https://{self.system}.example"
        self.read = f"{self.system}:readDevice"
        self.write = f"{self.system}:renameDevice"

        admin.post("/systems", {"key": self.system, "name": "Fleet", "audience": self.audience})
        report = admin.put(f"/systems/{self.system}/openapi", FLEET).json()
        assert len(report["added"]) == 3, report
        self.verifier_key = admin.post(f"/systems/{self.system}/verifier-keys", {"name": "gateway"})["key"]
        for key in (self.project, self.foreign_project):
            admin.post("/projects", {"key": key, "name": key})
        admin.post("/users", {"username": self.user, "display_name": "Ada"})
        admin.put(f"/projects/{self.project}/members/{self.user}", {"role": "member"})

    def key_for(self, gateway):
        """Creates a verifier key for a gateway of this family."""
        keys = f"/systems/{self.system}/verifier-keys"
        return self.admin.post(keys, {"name": gateway, "gateway": gateway})["key"]

    def device(self, project=None, device="7"):
        return f"/projects/{project or self.project}/devices/{device}"

    def verify(self, credential, method="GET", path=None, **more):
        """Asks for the decision about a call with the verifier key of the system."""
        return Latchkey().post(
            "/verify",
            {"credential": credential, "method": method, "path": path or self.device(), **more},
            expect=(200,),
            headers={"Authorization": f"Bearer {self.verifier_key}"},
        )

    def introspect(self, credential):
        response = requests.post(
            f"{URL}/oauth2/introspect",
            {"token": credential},
            headers={"Authorization": f"Bearer {self.verifier_key}"},
            timeout=30,
        )
        assert response.status_code == 200, response.text
        return response.json()

    def apply(self, kind, **more):
        """Creates a token that may read devices."""
        target = {"projects": [self.project]} if kind == "rsa" else {"users": [self.user]}
        body = {"kind": kind, "name": f"{kind} {secrets.token_hex(6)}", "apis": [self.read], **target, **more}
        return self.admin.post("/tokens", body)

    def file(self, token):
        return self.admin.get(f"/tokens/{token['id']}/file")

    def secret(self, token):
        return self.admin.get(f"/tokens/{token['id']}/secret")

    def withdraw(self, token):
        self.admin.delete(f"/tokens/{token['id']}")


def operation(name):
    return {"operationId": name, "summary": name, "tags": ["devices"], "responses": {"200": {"description": "OK"}}}


def path_parameters(*names):
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


FLEET = {
    "openapi": "3.0.3",
    "info": {"title": "Fleet", "version": "1"},
    "paths": {
        "/projects/{project}/devices": {"parameters": path_parameters("project"), "get": operation("listDevices")},
        "/projects/{project}/devices/{device}": {
            "parameters": path_parameters("project", "device"),
            "get": operation("readDevice"),
            "patch": operation("renameDevice"),
        },
    },
}
