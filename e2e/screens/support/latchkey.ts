/** A client of the REST API, for preparing and checking tests. */
import { randomBytes } from "node:crypto";
import { request, type APIRequestContext, type APIResponse } from "@playwright/test";

export const URL_OF_SERVER = process.env.LATCHKEY_URL!;
export const ADMIN_PASSWORD = process.env.LATCHKEY_ADMIN_PASSWORD!;

/** Returns a unique name. The tests share a server, where names must be unique. */
export function unique(name: string): string {
  return `${name} ${randomBytes(4).toString("hex")}`;
}

/** Returns a unique key or user name. */
export function uniqueKey(name: string): string {
  return `${name}-${randomBytes(4).toString("hex")}`;
}

/** Creates a client without cookies. By default it would start with the cookies of the browser. */
function newContext(): Promise<APIRequestContext> {
  return request.newContext({ baseURL: URL_OF_SERVER, storageState: { cookies: [], origins: [] } });
}

/** The REST API, with or without a session. */
export class Latchkey {
  private constructor(private readonly http: APIRequestContext) {}

  static async anonymous(): Promise<Latchkey> {
    return new Latchkey(await newContext());
  }

  static async logIn(username: string, password: string): Promise<Latchkey> {
    const person = await Latchkey.anonymous();
    await person.post("/session", { username, password });
    return person;
  }

  /** Returns the cookies of the session, for a browser context. */
  state() {
    return this.http.storageState();
  }

  async call(method: string, path: string, options: Parameters<APIRequestContext["fetch"]>[1] = {}): Promise<APIResponse> {
    const response = await this.http.fetch(`/api/v1${path}`, { method, ...options });
    if (!response.ok()) {
      throw new Error(`${method} ${path}: ${response.status()} ${await response.text()}`);
    }
    return response;
  }

  async get(path: string): Promise<any> {
    return (await this.call("GET", path)).json();
  }

  async post(path: string, data: unknown, headers: Record<string, string> = {}): Promise<any> {
    return (await this.call("POST", path, { data, headers })).json();
  }

  async put(path: string, data?: unknown): Promise<void> {
    await this.call("PUT", path, { data });
  }

  async patch(path: string, data: unknown): Promise<any> {
    return (await this.call("PATCH", path, { data, headers: { "if-match": "*" } })).json();
  }

  async delete(path: string): Promise<void> {
    await this.call("DELETE", path);
  }

  /** Returns the tokens of both kinds with exactly this name. */
  async tokensNamed(name: string): Promise<any[]> {
    const { items } = await this.get(`/tokens?q=${encodeURIComponent(name)}`);
    return items.filter((token: any) => token.name === name);
  }

  dispose(): Promise<void> {
    return this.http.dispose();
  }
}

/** A user who has already chosen a password. */
export interface Person {
  username: string;
  displayName: string;
  password: string;
}

/** A core system with three APIs, a verifier key, a project and a user. Each worker has its own. */
export class Platform {
  readonly system = uniqueKey("crane");
  readonly systemName = unique("Crane control");
  readonly audience = `https://${this.system}.example`;
  readonly project = uniqueKey("yard");
  readonly projectName = unique("Container yard");
  readonly otherProject = uniqueKey("depot");
  readonly otherProjectName = unique("Depot");
  readonly user = uniqueKey("ida");
  readonly userName = unique("Ida Rhodes");
  verifierKey = "";

  private constructor(readonly admin: Latchkey) {}

  static async make(admin: Latchkey): Promise<Platform> {
    const platform = new Platform(admin);
    await admin.post("/systems", { key: platform.system, name: platform.systemName, audience: platform.audience });
    await admin.put(`/systems/${platform.system}/openapi`, openApi(["readCrane", "moveCrane"], "cranes"));
    for (const [key, name] of [
      [platform.project, platform.projectName],
      [platform.otherProject, platform.otherProjectName],
    ]) {
      await admin.post("/projects", { key, name });
    }
    await admin.post("/users", { username: platform.user, display_name: platform.userName });
    await admin.put(`/projects/${platform.project}/members/${platform.user}`, { role: "member" });
    const key = await admin.post(`/systems/${platform.system}/verifier-keys`, { name: "gateway" });
    platform.verifierKey = key.key;
    return platform;
  }

  api(operation = "readCrane"): string {
    return `${this.system}:${operation}`;
  }

  path(operation = "readCrane", project = this.project): string {
    return `/projects/${project}/${operation}`;
  }

  /** Creates a token that may read cranes. `more` overrides fields of the request. */
  token(kind: "rsa" | "jwt", more: Record<string, unknown> = {}): Promise<any> {
    const target = kind === "rsa" ? { projects: [this.project] } : { users: [this.user] };
    return this.admin.post("/tokens", { kind, name: unique(`${kind} token`), apis: [this.api()], ...target, ...more });
  }

  /** Returns the decision for a call with this credential, as the gateway of the system gets it. */
  async verify(credential: string, call: Record<string, unknown> = {}): Promise<any> {
    const gateway = await Latchkey.anonymous();
    const body = { credential, method: "GET", path: this.path(), ...call };
    const decision = await gateway.post("/verify", body, { authorization: `Bearer ${this.verifierKey}` });
    await gateway.dispose();
    return decision;
  }

  /** Requests a JWT from the token endpoint with a secret id. */
  async exchange(clientId: string, secretId: string): Promise<APIResponse> {
    const client = await newContext();
    const basic = Buffer.from(`${clientId}:${secretId}`).toString("base64");
    const response = await client.post("/oauth2/token", {
      form: { grant_type: "client_credentials" },
      headers: { authorization: `Basic ${basic}` },
    });
    await response.body();
    return response;
  }

  /** Makes a call with the token and waits until its use is recorded. */
  async use(token: any): Promise<void> {
    const file = await this.admin.get(`/tokens/${token.id}/file`);
    let credential = file.open_token;
    if (token.kind === "jwt") {
      credential = (await (await this.exchange(token.id, file.secret_id)).json()).access_token;
    }
    const decision = await this.verify(credential);
    if (!decision.allowed) throw new Error(`denied: ${decision.reason}`);
    for (let waited = 0; waited < 15_000; waited += 250) {
      if ((await this.admin.get(`/tokens/${token.id}`)).last_used_at) return;
      await new Promise((done) => setTimeout(done, 250));
    }
    throw new Error("the use of the token is not written down");
  }

  /** Creates a user with a chosen password. With a role, the user is a member of the project. */
  async person(name: string, role?: "admin" | "member"): Promise<Person> {
    const username = uniqueKey(name.toLowerCase());
    const displayName = unique(name);
    const temporary = "temporary staple horse";
    const password = "another battery staple";
    await this.admin.post("/users", { username, display_name: displayName, password: temporary });
    if (role) await this.admin.put(`/projects/${this.project}/members/${username}`, { role });
    const themselves = await Latchkey.logIn(username, temporary);
    await themselves.put("/session/password", { current_password: temporary, new_password: password });
    await themselves.dispose();
    return { username, displayName, password };
  }
}

/** Returns an OpenAPI document with a GET operation for each name, at `/projects/{project}/name`. */
export function openApi(operations: string[], tag = "devices"): object {
  const parameters = [{ name: "project", in: "path", required: true, schema: { type: "string" } }];
  const paths = operations.map((operationId) => {
    const get = { operationId, summary: `Do ${operationId}`, tags: [tag], responses: { 200: { description: "OK" } } };
    return [`/projects/{project}/${operationId}`, { parameters, get }];
  });
  return { openapi: "3.0.3", info: { title: "Cranes", version: "1" }, paths: Object.fromEntries(paths) };
}
