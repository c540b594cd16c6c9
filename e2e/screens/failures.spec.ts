/**
 * Failures between browser and server. Each is reported clearly, no input is lost, and nothing is done twice.
 */
import { unique } from "./support/latchkey";
import { chooseApis, chooseTargets, findToken, row } from "./support/pages";
import { expect, open, test, type Page } from "./support/test";
import type { Platform } from "./support/latchkey";

/** Fills in an application for an RSA token. */
async function fillApplication(page: Page, platform: Platform, name: string): Promise<void> {
  await open(page, "/tokens/new?kind=rsa");
  await page.getByLabel("Token name").fill(name);
  await page.getByLabel(/^Description/).fill("Typed with care");
  await chooseApis(page, [platform.api()]);
  await chooseTargets(page, "rsa", [platform.project]);
  // Wait for the requests of the pickers and the name, so that they do not meet the injected failure.
  await page.waitForLoadState("networkidle");
}

/** Checks that the input is still there, and that Submit now succeeds. */
async function submitAgain(page: Page, name: string): Promise<void> {
  await expect(page.getByLabel("Token name")).toHaveValue(name);
  await expect(page.getByLabel(/^Description/)).toHaveValue("Typed with care");
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "The token is issued" })).toBeVisible();
}

test("a 500 response is reported, and the form keeps what was typed", async ({ page, platform, admin, complaints }) => {
  complaints.expectStatus(500);
  const name = unique("Storm");
  await fillApplication(page, platform, name);
  await page.route("**/api/v1/tokens", (route) =>
    route.request().method() === "POST"
      ? route.fulfill({
          status: 500,
          contentType: "application/problem+json",
          json: { type: "https://latchkey.example/problems/internal", title: "Something went wrong on the server.", status: 500 },
        })
      : route.continue(),
  );
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Something went wrong on the server." })).toBeVisible();
  await page.unroute("**/api/v1/tokens");
  await submitAgain(page, name);
  expect(await admin.tokensNamed(name)).toHaveLength(1);
});

test("a response that is not the API’s is reported", async ({ page, platform, complaints }) => {
  complaints.expectStatus(502);
  const name = unique("Squall");
  await fillApplication(page, platform, name);
  await page.route("**/api/v1/tokens", (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }));
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "HTTP 502" })).toBeVisible();
  await page.unroute("**/api/v1/tokens");
  await submitAgain(page, name);
});

test("after a session ends in the middle of a form, logging in again submits the form", async ({ page, platform, become, admin, complaints }) => {
  complaints.expectStatus(401);
  const person = await platform.person("Rosa", "admin");
  await become(person);
  const name = unique("Fog");
  await fillApplication(page, platform, name);
  // Disabling a user ends all their sessions.
  await admin.patch(`/users/${person.username}`, { disabled: true });
  await admin.patch(`/users/${person.username}`, { disabled: false });
  await page.getByRole("button", { name: "Submit" }).click();
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await expect(dialog.getByLabel("User name")).toHaveValue(person.username);
  await expect(dialog.getByLabel("Password", { exact: true })).toBeFocused();
  await page.keyboard.type("wrong");
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("alert").filter({ hasText: /do not match/i })).toBeVisible();
  await dialog.getByLabel("Password", { exact: true }).fill(person.password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "The token is issued" })).toBeVisible();
  const [token, ...others] = await admin.tokensNamed(name);
  expect(others).toEqual([]);
  expect((await admin.get(`/tokens/${token.id}`)).description).toBe("Typed with care");
});

test("declining to log in again keeps what was typed", async ({ page, platform, become, complaints }) => {
  complaints.expectStatus(401);
  const person = await platform.person("Rosa", "admin");
  await become(person);
  const name = unique("Haze");
  await fillApplication(page, platform, name);
  await page.context().clearCookies();
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("dialog", { name: "Your session has ended" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alert").filter({ hasText: /log in/i })).toBeVisible();
  await become(person);
  await submitAgain(page, name);
});

test("a name taken meanwhile by another user is reported at its field", async ({ page, platform, admin, complaints }) => {
  complaints.expectStatus(409);
  const name = unique("Tide");
  await fillApplication(page, platform, name);
  await page.getByLabel("Token name").blur();
  await expect(page.getByLabel("Token name")).not.toHaveAttribute("aria-invalid", "true");
  await platform.token("rsa", { name });
  await page.getByRole("button", { name: "Submit" }).click();
  const field = page.getByLabel("Token name");
  await expect(field).toHaveAccessibleDescription(/Another token has this name\./);
  await expect(field).toBeFocused();
  await field.fill(`${name} b`);
  await submitAgain(page, `${name} b`);
  expect(await admin.tokensNamed(name)).toHaveLength(1);
});

test("a network cut before the request arrives loses nothing", async ({ page, platform, admin, complaints }) => {
  complaints.expectNoAnswer();
  const name = unique("Ebb");
  await fillApplication(page, platform, name);
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "The server cannot be reached." }).last()).toBeVisible();
  expect(await admin.tokensNamed(name)).toEqual([]);
  await page.context().setOffline(false);
  await submitAgain(page, name);
  expect(await admin.tokensNamed(name)).toHaveLength(1);
});

test("a retry after a network cut behind the request makes no second token", async ({ page, platform, admin, complaints }) => {
  complaints.expectNoAnswer();
  const name = unique("Flood");
  await fillApplication(page, platform, name);
  const keys: (string | undefined)[] = [];
  let cut = true;
  await page.route("**/api/v1/tokens", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    keys.push(route.request().headers()["idempotency-key"]);
    if (!cut) return route.continue();
    // The server handles the request, but its response does not arrive.
    cut = false;
    expect((await route.fetch()).status()).toBe(201);
    return route.abort("connectionreset");
  });
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "The server cannot be reached." })).toBeVisible();
  const [made] = await admin.tokensNamed(name);
  await submitAgain(page, name);
  await expect(page).toHaveURL(new RegExp(`/tokens/${made.id}/issued`));
  expect(await admin.tokensNamed(name)).toHaveLength(1);
  expect(keys[0]).toBeTruthy();
  expect(keys[1]).toBe(keys[0]);
});

test("two presses of Submit make one token", async ({ page, platform, admin }) => {
  const name = unique("Gust");
  await fillApplication(page, platform, name);
  await page.getByRole("button", { name: "Submit" }).dblclick();
  await expect(page.getByRole("heading", { level: 1, name: "The token is issued" })).toBeVisible();
  expect(await admin.tokensNamed(name)).toHaveLength(1);
});

test("a concurrent change is not overwritten", async ({ page, platform, admin, complaints }) => {
  complaints.expectStatus(412);
  const token = await platform.token("rsa");
  await open(page, `/tokens/${token.id}/modify`);
  await page.getByLabel(/^Description/).fill("Mine");
  await admin.patch(`/tokens/${token.id}`, { description: "Theirs" });
  await page.getByRole("button", { name: "Submit" }).or(page.getByRole("button", { name: "Save" })).click();
  await expect(page.getByText("Someone else has changed this token.")).toBeVisible();
  await expect(page.getByLabel(/^Description/)).toHaveValue("Mine");
  expect((await admin.get(`/tokens/${token.id}`)).description).toBe("Theirs");
});

test("a list that fails to load says so, and can be retried", async ({ page, platform, complaints }) => {
  complaints.expectStatus(503);
  const token = await platform.token("rsa");
  let down = true;
  await page.route("**/api/v1/tokens?*", (route) =>
    down
      ? route.fulfill({
          status: 503,
          contentType: "application/problem+json",
          json: { type: "https://latchkey.example/problems/unavailable", title: "Try again in a moment.", status: 503 },
        })
      : route.continue(),
  );
  await open(page, `/tokens?q=${encodeURIComponent(token.name)}`);
  await expect(page.getByRole("alert").filter({ hasText: "The list could not be loaded" })).toContainText("Try again in a moment.");
  down = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(row(page, token.name)).toBeVisible();
});

test("a list that is loading shows it", async ({ page }) => {
  let arrive = () => {};
  const held = new Promise<void>((done) => (arrive = done));
  await page.route("**/api/v1/tokens?*", async (route) => {
    await held;
    await route.continue();
  });
  await open(page, "/tokens");
  await expect(page.getByRole("status").filter({ hasText: "Loading…" })).toBeAttached();
  arrive();
  await expect(page.getByRole("row").nth(1)).toBeVisible();
});

test("a failed deletion is reported in the dialog, and the token is kept", async ({ page, platform, complaints, admin }) => {
  complaints.expectNoAnswer();
  const token = await platform.token("rsa");
  const found = await findToken(page, "rsa", token.name);
  await found.getByRole("button", { name: "Delete" }).click();
  const question = page.getByRole("dialog", { name: `Delete “${token.name}”?` });
  const button = question.getByRole("button", { name: "Delete" });
  await expect(button).toBeEnabled();
  await page.route(`**/api/v1/tokens/${token.id}`, (route) => route.abort("connectionreset"));
  await button.click();
  await expect(question.getByRole("alert").filter({ hasText: "The server cannot be reached." })).toBeVisible();
  await page.unroute(`**/api/v1/tokens/${token.id}`);
  expect(await admin.tokensNamed(token.name)).toHaveLength(1);
  await button.click();
  await expect(question).toBeHidden();
  expect(await admin.tokensNamed(token.name)).toEqual([]);
});

test("a part of the app that fails to load is reported, and loads on retry", async ({ page, complaints }) => {
  complaints.expectNoAnswer();
  complaints.expectMissingPart();
  const part = "**/assets/**/split_platform.wasm";
  await open(page, "/tokens");
  await page.route(part, (route) => route.abort());
  await page.getByRole("link", { name: "Systems" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "This could not be loaded" })).toBeVisible();
  // The rest of the app still works.
  await page.getByRole("link", { name: "Tokens", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Tokens" })).toBeVisible();
  await page.getByRole("link", { name: "Systems" }).click();
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  await page.unroute(part);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Systems" })).toBeVisible();
});
