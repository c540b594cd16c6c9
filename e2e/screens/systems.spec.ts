/** Core systems: APIs, imports, verifier keys and gateways. */
import { writeFile } from "node:fs/promises";
import { Latchkey, URL_OF_SERVER, openApi, unique, uniqueKey } from "./support/latchkey";
import { row, search } from "./support/pages";
import { expect, open, test, type Page } from "./support/test";

/** Creates a system for a single test. */
async function newSystem(admin: Latchkey, operations: string[] = []): Promise<{ key: string; name: string }> {
  const [key, name] = [uniqueKey("lock"), unique("Lock")];
  await admin.post("/systems", { key, name, audience: `https://${key}.example` });
  if (operations.length > 0) await admin.put(`/systems/${key}/openapi`, openApi(operations));
  return { key, name };
}

/** The summary of a group in the import report: `Added`, `Changed`, `Removed`. */
function group(page: Page, name: string, count: number) {
  return page.getByRole("main").getByText(`${name} (${count})`);
}

test("a system is added: errors are shown at their field, and the import comes next", async ({ page, platform, admin, complaints }) => {
  complaints.expectStatus(409);
  const [key, name] = [uniqueKey("sluice"), unique("Sluice")];
  await open(page, "/systems");
  await expect(page.getByRole("row").nth(1)).toBeVisible();
  await page.keyboard.press("n");
  const dialog = page.getByRole("dialog", { name: "Add a system" });
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByLabel("Key", { exact: true }).fill("Not A Key");
  await dialog.getByRole("button", { name: "Add a system" }).click();
  await expect(dialog.getByLabel("Key", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await dialog.getByLabel("Key", { exact: true }).fill(platform.system);
  await page.keyboard.press("Enter");
  await expect(dialog.getByLabel("Key", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByLabel("Name", { exact: true })).toHaveValue(name);
  await dialog.getByLabel("Key", { exact: true }).fill(key);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`/systems/${key}\\?tab=import`));
  expect((await admin.get(`/systems/${key}`)).name).toBe(name);

  await open(page, "/systems");
  await search(page, key);
  await expect(row(page, name)).toBeVisible();
  expect(new URL(page.url()).searchParams.get("q")).toBe(key);
});

test("a document is pasted, compared, and only then applied", async ({ page, admin }) => {
  const { key } = await newSystem(admin);
  await open(page, `/systems/${key}?tab=import`);
  await page.getByLabel("Or paste the document").fill(JSON.stringify(openApi(["openGate", "closeGate"])));
  await page.getByRole("button", { name: "Review changes" }).click();
  await expect(group(page, "Added", 2)).toBeVisible();
  await expect(page.getByText("/projects/{project}/openGate")).toBeVisible();
  expect((await admin.get(`/systems/${key}/apis`)).items).toEqual([]);
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("heading", { name: "Imported" })).toBeVisible();
  expect((await admin.get(`/systems/${key}/apis`)).items).toHaveLength(2);
  await page.getByRole("link", { name: "See the APIs" }).click();
  await expect(page.getByRole("main").getByText("Do openGate")).toBeVisible();
});

test("a document from a file shows what is added and removed, and which tokens are affected", async ({ page, platform, admin }, info) => {
  const { key } = await newSystem(admin, ["openGate", "closeGate"]);
  const token = await platform.token("rsa", { apis: [`${key}:closeGate`] });
  const path = info.outputPath("gates.json");
  await writeFile(path, JSON.stringify(openApi(["openGate", "lockGate"])));
  await open(page, `/systems/${key}?tab=import`);
  await page.getByLabel("Choose a file").setInputFiles(path);
  await expect(group(page, "Added", 1)).toBeVisible();
  await expect(group(page, "Removed", 1)).toBeVisible();
  await expect(page.getByRole("link", { name: token.name })).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  const { items: before } = await admin.get(`/systems/${key}/apis`);
  expect(before.map((api: any) => api.operation_id).sort()).toEqual(["closeGate", "openGate"]);

  await page.getByLabel("Choose a file").setInputFiles(path);
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("heading", { name: "Imported" })).toBeVisible();
  const { items } = await admin.get(`/systems/${key}/apis`);
  expect(items.find((api: any) => api.operation_id === "closeGate").removed).toBe(true);
});

test("a document is dropped onto the page", async ({ page, admin }) => {
  const { key } = await newSystem(admin);
  await open(page, `/systems/${key}?tab=import`);
  const document = "openapi: 3.0.3\ninfo: {title: Gate, version: '1'}\npaths:\n  /gates:\n    get: {operationId: listGates, responses: {'200': {description: OK}}}\n";
  const dropped = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], "gate.yaml", { type: "application/yaml" }));
    return transfer;
  }, document);
  await page.getByText("or drop it here").dispatchEvent("drop", { dataTransfer: dropped });
  await expect(group(page, "Added", 1)).toBeVisible();
  await expect(page.getByText("gate.yaml")).toBeVisible();
});

test("a document that cannot be imported gets an error with its line", async ({ page, admin, complaints }) => {
  complaints.expectStatus(400, 422);
  const { key } = await newSystem(admin);
  await open(page, `/systems/${key}?tab=import`);
  await page.getByLabel("Or paste the document").fill("openapi: 3.0.3\npaths: [\n");
  await page.getByRole("button", { name: "Review changes" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "The document cannot be imported" })).toBeVisible();
});

test("an API is added by hand, modified, and deleted", async ({ page, admin }) => {
  const { key } = await newSystem(admin, ["openGate"]);
  await open(page, `/systems/${key}`);
  await page.getByRole("button", { name: "Add an API" }).click();
  const dialog = page.getByRole("dialog", { name: "Add an API" });
  await dialog.getByLabel("Method").fill("POST").catch(() => dialog.getByLabel("Method").selectOption("POST"));
  await dialog.getByLabel("Path").fill("/projects/{project}/floods");
  await dialog.getByLabel("Name", { exact: true }).fill("Flood it");
  await dialog.getByLabel("Operation id").fill("flood");
  await dialog.getByRole("button", { name: /^Add/ }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("main").getByText("Flood it")).toBeVisible();
  const added = async () => {
    const { items } = await admin.get(`/systems/${key}/apis`);
    return items.find((api: any) => api.key === `${key}:flood`);
  };
  expect((await added()).name).toBe("Flood it");

  const choose = async (action: string) => {
    await page.getByRole("button", { name: "Actions: POST /projects/{project}/floods" }).click();
    await page.getByRole("main").getByRole("button", { name: action, exact: true }).click();
  };
  await choose("Modify");
  const modify = page.getByRole("dialog");
  await modify.getByLabel("Name", { exact: true }).fill("Flood the lock");
  await modify.getByLabel(/^Tags/).fill("water, danger");
  await modify.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("main").getByText("Flood the lock")).toBeVisible();
  expect((await added()).tags).toEqual(["water", "danger"]);

  await choose("Delete");
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("main").getByText("Flood the lock")).toBeHidden();
  expect(await added()).toBeUndefined();
});

test("an API that comes back is granted again only after confirmation", async ({ page, platform, admin }) => {
  const { key } = await newSystem(admin, ["openGate", "closeGate"]);
  await platform.token("rsa", { apis: [`${key}:closeGate`] });
  await admin.put(`/systems/${key}/openapi`, openApi(["openGate"]));
  await open(page, `/systems/${key}`);
  await page.getByRole("button", { name: "Actions: GET /projects/{project}/closeGate" }).click();
  await page.getByRole("main").getByRole("button", { name: "Confirm grants" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Confirm grants" }).click();
  await expect(page.getByRole("status").filter({ hasText: "The grants are confirmed." })).toBeVisible();
  const { items } = await admin.get(`/systems/${key}/apis`);
  expect(items.map((api: any) => api.removed)).toEqual([false, false]);
});

test("the APIs of a system are searched, and the address keeps the search", async ({ page, platform }) => {
  await open(page, `/systems/${platform.system}`);
  await expect(page.getByText("Do readCrane")).toBeVisible();
  await search(page, "move");
  await expect(page.getByText("Do readCrane")).toBeHidden();
  await expect(page.getByText("Do moveCrane")).toBeVisible();
  await page.reload();
  await expect(page.getByText("Do moveCrane")).toBeVisible();
  await expect(page.getByText("Do readCrane")).toBeHidden();
});

test("a verifier key is shown once, works, is filled into the snippets, and is refused after deletion", async ({ page, platform, admin }) => {
  const { key } = await newSystem(admin, ["openGate"]);
  const token = await platform.token("rsa", { apis: [`${key}:openGate`] });
  const { open_token: credential } = await admin.get(`/tokens/${token.id}/file`);
  await open(page, `/systems/${key}?tab=keys`);
  await expect(page.getByRole("heading", { name: "No verifier keys yet" })).toBeVisible();
  await page.getByRole("button", { name: "Create a key" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Create a key" });
  await dialog.getByLabel("Name", { exact: true }).fill("gate house");
  await dialog.getByLabel("Gateway").selectOption({ label: "None: it calls verify or introspect" });
  await dialog.getByRole("button", { name: "Create a key" }).click();
  const shown = page.getByRole("dialog", { name: "Save the key now" });
  const secret = (await shown.getByRole("region", { name: /Verifier key/ }).innerText()).trim();
  const ask = async () => {
    const gateway = await Latchkey.anonymous();
    const call = { credential, method: "GET", path: platform.path("openGate") };
    return gateway.post("/verify", call, { authorization: `Bearer ${secret}` });
  };
  expect(await ask()).toMatchObject({ allowed: true });

  await shown.getByRole("link", { name: "Show the gateway’s configuration" }).click();
  await page.getByRole("navigation", { name: "Gateway" }).getByRole("link", { name: /curl/ }).click();
  await expect(page.getByRole("region", { name: "curl.sh" })).toContainText(secret);

  await page.reload();
  await expect(page.getByRole("main")).not.toContainText(secret);
  await page.getByRole("link", { name: "Verifier keys" }).click();
  await expect(row(page, "gate house")).toBeVisible();
  await expect(page.getByRole("main")).not.toContainText(secret);
  await row(page, "gate house").getByRole("button", { name: "Delete gate house" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("heading", { name: "No verifier keys yet" })).toBeVisible();
  await expect(ask()).rejects.toThrow(/401/);
});

test("the name of a certificate takes the place of a verifier key", async ({ page, admin }) => {
  const { key } = await newSystem(admin, ["openGate"]);
  const name = `gate.${key}.example`;
  await open(page, `/systems/${key}?tab=keys`);
  await page.getByRole("button", { name: "Create a key" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Create a key" });
  await dialog.getByLabel("Name", { exact: true }).fill("gate house");
  await dialog.getByLabel("Name of its certificate").fill("two words");
  await dialog.getByRole("button", { name: "Create a key" }).click();
  await expect(dialog.getByText("Not a DNS name")).toBeVisible();
  await dialog.getByLabel("Name of its certificate").fill(name.toUpperCase());
  await dialog.getByRole("button", { name: "Create a key" }).click();
  await expect(page.getByText("The verifier may use its certificate now.")).toBeVisible();
  await expect(row(page, "gate house")).toContainText(name);
});

test("the snippets of every gateway are filled in with this installation’s values", async ({ page, platform }) => {
  await open(page, `/systems/${platform.system}?tab=gateway`);
  const { host, hostname, port } = new URL(URL_OF_SERVER);
  for (const gateway of ["nginx", "Caddy", "Traefik", "HAProxy", "Envoy", "Manually (curl)"]) {
    await page.getByRole("navigation", { name: "Gateway" }).getByRole("link", { name: gateway }).click();
    const snippets = page.getByRole("main").locator("figure");
    await expect(snippets.first()).toBeVisible();
    const text = (await snippets.allInnerTexts()).join("\n");
    expect(text, gateway).not.toMatch(/\{\{\w+\}\}/);
    expect(text, gateway).toContain(platform.system);
    expect(text.includes(host) || (text.includes(hostname) && text.includes(port)), `${gateway} names the server`).toBe(true);
  }
});

test("a system is disabled: its calls are denied at once, and allowed again when it is enabled", async ({ page, platform, admin }) => {
  const { key, name } = await newSystem(admin, ["openGate"]);
  const { key: verifier } = await admin.post(`/systems/${key}/verifier-keys`, { name: "gateway" });
  const token = await platform.token("rsa", { apis: [`${key}:openGate`] });
  const { open_token: credential } = await admin.get(`/tokens/${token.id}/file`);
  const ask = async () => {
    const gateway = await Latchkey.anonymous();
    const call = { credential, method: "GET", path: platform.path("openGate") };
    return gateway.post("/verify", call, { authorization: `Bearer ${verifier}` });
  };
  expect(await ask()).toMatchObject({ allowed: true });
  await open(page, `/systems/${key}?tab=settings`);
  await page.getByRole("button", { name: "Disable", exact: true }).click();
  await page.getByRole("dialog", { name: `Disable “${name}”?` }).getByRole("button", { name: "Disable" }).click();
  await expect(page.getByText("This system is disabled: every call to it is denied.")).toBeVisible();
  expect(await ask()).toMatchObject({ allowed: false });
  await page.getByRole("button", { name: "Enable", exact: true }).click();
  const question = page.getByRole("dialog");
  if (await question.isVisible()) await question.getByRole("button", { name: "Enable" }).click();
  await expect(page.getByText("This system is disabled: every call to it is denied.")).toBeHidden();
  expect(await ask()).toMatchObject({ allowed: true });
});

test("a user who is no system administrator sees systems without buttons they cannot use", async ({ page, platform, become }) => {
  await become(await platform.person("Pia", "admin"));
  await open(page, "/systems");
  await expect(page.getByRole("row").nth(1)).toBeVisible();
  await expect(page.getByRole("button", { name: "Add a system" })).toHaveCount(0);
  await open(page, `/systems/${platform.system}`);
  await expect(page.getByText("Do readCrane")).toBeVisible();
  await expect(page.getByRole("button", { name: "Add an API" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Import" })).toHaveCount(0);
});
