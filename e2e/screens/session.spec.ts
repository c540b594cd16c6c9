/** Logging in and out, passwords, and sessions that end unexpectedly. */
import { ADMIN_PASSWORD, Latchkey, uniqueKey } from "./support/latchkey";
import { expect, loggedOut, open, test, type Page } from "./support/test";

async function fillLogin(page: Page, username: string, password: string) {
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
}

test.describe("logged out", () => {
  test.use(loggedOut);

  test("a wrong password is reported and the user name is kept; the right one opens the tokens", async ({ page, complaints, platform }) => {
    complaints.expectStatus(401);
    const { username, password, displayName } = await platform.person("Rosa");
    await page.goto("/");
    await expect(page).toHaveURL(/\/login/);
    await expect(page).toHaveTitle(/Log in/);
    await expect(page.getByLabel("User name")).toBeFocused();
    await fillLogin(page, username, "not the right one");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert").filter({ hasText: /do not match/i })).toBeVisible();
    await expect(page.getByLabel("User name")).toHaveValue(username);

    await fillLogin(page, username, password);
    await page.getByRole("button", { name: "Log in" }).click();
    await expect(page).toHaveURL(/\/tokens/);
    await expect(page.getByRole("button", { name: displayName })).toBeVisible();
  });

  test("a deep link opens its page after the login", async ({ page, complaints }) => {
    complaints.expectStatus(401);
    await page.goto("/tokens?kind=jwt&q=bus");
    await expect(page.getByText("Log in to continue where you left off.")).toBeVisible();
    await fillLogin(page, "admin", ADMIN_PASSWORD);
    await page.getByRole("button", { name: "Log in" }).click();
    await expect(page).toHaveURL(/\/tokens\?kind=jwt&q=bus$/);
    await expect(page.getByRole("searchbox")).toHaveValue("bus");
  });

  test("a link to another site is not followed after the login", async ({ page, complaints, platform }) => {
    complaints.expectStatus(401);
    const { username, password } = await platform.person("Rosa");
    await page.goto("/login?next=//evil.example/tokens");
    await fillLogin(page, username, password);
    await page.getByRole("button", { name: "Log in" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Tokens" })).toBeVisible();
    expect(new URL(page.url()).pathname).toBe("/tokens");
  });

  test("a temporary password is changed at the first login, before anything else", async ({ page, complaints, admin }) => {
    complaints.expectStatus(401, 403, 422, 400);
    const username = uniqueKey("temp");
    await admin.post("/users", { username, display_name: "Temp", password: "temporary staple horse" });
    await page.goto("/systems");
    await fillLogin(page, username, "temporary staple horse");
    await page.getByRole("button", { name: "Log in" }).click();
    await expect(page.getByRole("heading", { name: "Choose your own password" })).toBeVisible();
    // The user cannot open another page.
    await page.goto("/tokens");
    await expect(page.getByRole("heading", { name: "Choose your own password" })).toBeVisible();

    const [current, fresh, again] = ["Current password", "New password", "Repeat the new password"].map((label) =>
      page.getByLabel(label, { exact: true }),
    );
    await current.fill("not the current one");
    await fresh.fill("short");
    await again.fill("other");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(fresh).toHaveAttribute("aria-invalid", "true");
    await expect(again).toHaveAccessibleDescription("The passwords do not match.");
    await fresh.fill("a staple of batteries");
    await again.fill("a staple of batteries");
    await page.keyboard.press("Enter");
    await expect(current).toHaveAttribute("aria-invalid", "true");
    await expect(fresh).toHaveValue("a staple of batteries");
    await current.fill("temporary staple horse");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("status").filter({ hasText: "The password is changed." })).toBeVisible();
    await expect(page.getByRole("heading", { level: 1, name: "Tokens" })).toBeVisible();
  });

  test("the language is chosen before the login, and remembered", async ({ page, complaints }) => {
    complaints.expectStatus(401);
    await page.goto("/login");
    await page.getByRole("button", { name: "简体中文" }).click();
    await expect(page.getByRole("heading", { name: "登录" })).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-Hans");
    await page.reload();
    await expect(page.getByRole("heading", { name: "登录" })).toBeVisible();
  });
});

test("logging out ends the session, and the back button shows none of its data", async ({ page, complaints, platform, become }) => {
  complaints.expectStatus(401);
  const person = await platform.person("Rosa", "admin");
  await become(person);
  const cookies = await page.context().cookies();
  await open(page, "/projects");
  await open(page, "/tokens");
  await page.getByRole("button", { name: person.displayName }).click();
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page).toHaveURL(/\/login$/);
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
  // The old cookie is invalid on the server, not only deleted in the browser.
  await page.context().addCookies(cookies);
  await page.goto("/tokens");
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
});

test("language and theme are remembered", async ({ page, platform, become }) => {
  await become(await platform.person("Rosa"));
  await open(page, "/settings");
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByRole("group", { name: "Theme" }).getByRole("button", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect.poll(background).not.toBe(light);
  const dark = await background();
  await page.getByRole("button", { name: "简体中文" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "设置" })).toBeVisible();
  await open(page, "/tokens");
  await expect(page.getByRole("heading", { level: 1, name: "令牌" })).toBeVisible();
  expect(await background()).toBe(dark);
  // "Follow the system" uses the current setting of the system.
  await open(page, "/settings");
  await page.getByRole("button", { name: "跟随系统" }).click();
  await expect.poll(background).toBe(light);
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(background).toBe(dark);
});

test("logging in again as another user shows nothing of the first user's screen", async ({ page, complaints, platform, become }) => {
  complaints.expectStatus(401);
  const first = await platform.person("Rosa", "admin");
  const second = await platform.person("Sven");
  await become(first);
  await open(page, "/tokens");
  await page.context().clearCookies();
  await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Projects" }).click();
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await dialog.getByLabel("User name").fill(second.username);
  await dialog.getByLabel("Password", { exact: true }).fill(second.password);
  await dialog.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("button", { name: second.displayName })).toBeVisible();
  await expect(page.getByRole("button", { name: first.displayName })).toHaveCount(0);
});

test("cancelling a password change keeps address, history and page in step", async ({ page }) => {
  await open(page, "/systems");
  await page.getByRole("banner").getByRole("button").click();
  await page.getByRole("link", { name: "Change password" }).click();
  await expect(page.getByLabel("Current password")).toBeVisible();
  await expect(page).toHaveURL(/\/password$/);
  await expect(page).toHaveTitle(/Change password/);
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Tokens" })).toBeVisible();
  await expect(page).toHaveURL(/\/tokens/);
  await page.goBack();
  await expect(page.getByLabel("Current password")).toBeVisible();
  await expect(page).toHaveURL(/\/password$/);
});

test("a browser with a non-standard locale still shows dates", async ({ page, platform }) => {
  await platform.token("rsa");
  await page.addInitScript(() => Object.defineProperty(navigator, "languages", { value: ["en-US@posix"] }));
  await open(page, "/tokens");
  await expect(page.getByRole("row").nth(1).getByRole("time").last()).toHaveAttribute("title", /\d/);
});

test.describe("logged out", () => {
  test.use(loggedOut);

  test("the login page also answers with a trailing slash", async ({ page }) => {
    await open(page, "/login/");
    await expect(page.getByRole("button", { name: "Log in" })).toBeVisible();
  });
});
