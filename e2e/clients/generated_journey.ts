// The journey of the README with a client whose types are generated from the OpenAPI document. Prints its
// results to standard output as JSON.
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./latchkey";

declare const process: { env: Record<string, string> };
const { LATCHKEY_URL: baseUrl, LATCHKEY_ADMIN_PASSWORD: password, RUN: run, FLEET: fleet } = process.env;

/** Returns the data of a response, or throws the problem. */
async function the<T>(asked: Promise<{ data?: T; error?: components["schemas"]["ProblemBody"] }>): Promise<T> {
  const { data, error } = await asked;
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

const admin = createClient<paths>({ baseUrl });
const login = await admin.POST("/api/v1/session", { body: { username: "admin", password } });
const cookie = login.response.headers.getSetCookie().map((one) => one.split(";")[0]);
const session: Middleware = {
  onRequest({ request }) {
    request.headers.set("Cookie", cookie.join("; "));
  },
};
admin.use(session);

const system = `typed-${run}`;
const project = `typed-${run}`;
await the(admin.POST("/api/v1/systems", { body: { key: system, name: "Typed" } }));
const imported = await the(
  admin.PUT("/api/v1/systems/{system}/openapi", { params: { path: { system } }, body: JSON.parse(fleet) }),
);
await the(admin.POST("/api/v1/projects", { body: { key: project, name: "Typed" } }));
const name = `by a typed client ${run}`;
const body: components["schemas"]["NewToken"] = {
  kind: "rsa",
  name,
  apis: [`${system}:readDevice`],
  projects: [project],
};
const token = await the(admin.POST("/api/v1/tokens", { body }));
const path = { token: token.id };
const file = await the(admin.GET("/api/v1/tokens/{token}/file", { params: { path } }));
const listed = await the(admin.GET("/api/v1/tokens", { params: { query: { q: name } } }));
const taken = await admin.POST("/api/v1/tokens", { body });

const door = await the(
  admin.POST("/api/v1/systems/{system}/verifier-keys", { params: { path: { system } }, body: { name: "door" } }),
);
const gateway = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${door.key}` } });
const call = { credential: file.open_token!, method: "GET", path: `/projects/${project}/devices/7` };
const before = await the(gateway.POST("/api/v1/verify", { body: call }));
const deleted = await admin.DELETE("/api/v1/tokens/{token}", { params: { path } });
const after = await the(gateway.POST("/api/v1/verify", { body: call }));

console.log(
  JSON.stringify({
    added: imported.added.length,
    listed: listed.items.some((one) => one.id === token.id),
    taken: taken.error?.type,
    before: before.allowed,
    deleted: deleted.response.status,
    after: after.reason,
  }),
);
