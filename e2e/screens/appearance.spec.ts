/**
 * Takes screenshots of every page in the light theme, in the dark theme and on a phone, and keeps them in
 * `artefacts/screenshots`. Checks that axe finds no violation. This file runs first, on the unchanged data of
 * the demo.
 */
import { AxeBuilder } from "@axe-core/playwright";
import type { Latchkey } from "./support/latchkey";
import { expect, loggedOut, open, test, type Page } from "./support/test";

const WIDE = 1280;
const NARROW = 360;

/** Checks that the page does not scroll sideways. */
async function fits(page: Page): Promise<void> {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(excess, "how far the page scrolls sideways").toBeLessThanOrEqual(0);
}

async function audit(page: Page): Promise<void> {
  // The other mode opens an extra page each time to check frames, and we have no frames.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(" | ")}`);
  expect.soft(told, "what axe found").toEqual([]);
}

/** Takes a screenshot of the whole page, in a window with this width and the height of the page. */
async function photograph(page: Page, name: string, width = WIDE): Promise<void> {
  const lowest = width === WIDE ? 800 : 740;
  await page.setViewportSize({ width, height: lowest });
  // A full-page screenshot would show sticky elements in the middle and leave gaps. So the window gets the
  // height of the page. A dialog is shown in a window of normal size.
  const height = await page.evaluate(() => {
    const { scrollHeight, clientHeight } = document.documentElement;
    return document.querySelector("dialog[open]") ? clientHeight : scrollHeight;
  });
  await page.setViewportSize({ width, height: Math.min(Math.max(height, lowest), 6000) });
  await page.screenshot({ path: `artefacts/screenshots/${name}.png`, animations: "disabled" });
}

/** Takes screenshots of the current page in both themes and at the smallest width. */
async function look(page: Page, name: string): Promise<void> {
  await expect(page.locator("[aria-busy='true'], .skeleton")).toHaveCount(0);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await photograph(page, `${name}-${colorScheme}`);
    await audit(page);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await photograph(page, `${name}-360`, NARROW);
  await fits(page);
  await audit(page);
}

/** Returns the id of a token of the demo. */
async function tokenNamed(admin: Latchkey, name: string): Promise<string> {
  const [token] = await admin.tokensNamed(name);
  return token.id;
}

const PAGES: Record<string, string | ((admin: Latchkey) => Promise<string>)> = {
  "tokens-rsa": "/tokens",
  "tokens-jwt": "/tokens?kind=jwt",
  "tokens-no-match": "/tokens?q=zzzz",
  "tokens-new-rsa": "/tokens/new?kind=rsa",
  "tokens-new-jwt": "/tokens/new?kind=jwt",
  token: async (admin) => `/tokens/${await tokenNamed(admin, "Harbour cranes")}`,
  "token-jwt": async (admin) => `/tokens/${await tokenNamed(admin, "Night bus dashboard")}`,
  "token-modify": async (admin) => `/tokens/${await tokenNamed(admin, "Quarry conveyor belts")}/modify`,
  "token-issued-rsa": async (admin) => `/tokens/${await tokenNamed(admin, "Harbour cranes")}/issued`,
  "token-issued-jwt": async (admin) => `/tokens/${await tokenNamed(admin, "Ada’s scripts")}/issued`,
  systems: "/systems",
  system: "/systems/fleet",
  projects: "/projects",
  project: "/projects/harbour",
  users: "/users",
  audit: "/audit",
  settings: "/settings",
  password: "/password",
  "not-found": "/nowhere",
};

for (const [name, path] of Object.entries(PAGES)) {
  test(`${name} looks right, and axe finds nothing`, async ({ page, admin }) => {
    await open(page, typeof path === "string" ? path : await path(admin));
    await look(page, name);
  });
}

test.describe("logged out", () => {
  test.use(loggedOut);

  test("login looks right, and axe finds nothing", async ({ page, complaints }) => {
    complaints.expectStatus(401);
    await open(page, "/login?next=%2Fsystems");
    await look(page, "login");
    await page.getByRole("button", { name: "Log in" }).click();
    await expect(page.getByRole("alert").filter({ hasText: /./ })).toBeVisible();
    await audit(page);
  });
});

test("the dialog before a deletion looks right, and axe finds nothing", async ({ page }) => {
  await open(page, "/tokens");
  await page.getByRole("button", { name: "Delete Harbour cranes" }).click();
  await expect(page.getByRole("dialog").getByText("Calls in the last 24 hours")).toBeVisible();
  await look(page, "delete");
});

/** For each dialog, the page that opens it and the buttons to press. */
const DIALOGS: Record<string, [path: string | ((admin: Latchkey) => Promise<string>), ...buttons: (string | RegExp)[]]> = {
  "system-add": ["/systems", "Add a system"],
  "system-disable": ["/systems/fleet?tab=settings", "Disable"],
  "system-delete": ["/systems/fleet?tab=settings", "Delete"],
  "api-add": ["/systems/fleet", "Add an API"],
  "api-modify": ["/systems/fleet", /^Actions: GET/, "Modify"],
  "api-delete": ["/systems/fleet", /^Actions: GET/, "Delete"],
  "key-add": ["/systems/fleet?tab=keys", "Create a key"],
  "project-add": ["/projects", "Add a project"],
  "project-modify": ["/projects/harbour", "Modify"],
  "project-delete": ["/projects/harbour", "Delete"],
  "member-add": ["/projects/harbour", "Add a member"],
  "user-add": ["/users", "Add a user"],
  "user-modify": ["/users", /^Modify /],
  "user-password": ["/users", /^More /, "Set a temporary password"],
  "token-rotate": [async (admin) => `/tokens/${await tokenNamed(admin, "Harbour cranes")}`, "More", "Rotate"],
};

for (const [name, [path, ...buttons]] of Object.entries(DIALOGS)) {
  test(`the dialog ${name} looks right, and axe finds nothing`, async ({ page, admin }) => {
    await open(page, typeof path === "string" ? path : await path(admin));
    await expect(page.locator("[aria-busy='true'], .skeleton")).toHaveCount(0);
    for (const button of buttons) {
      await page.getByRole("main").getByRole("button", { name: button, exact: typeof button === "string" }).first().click();
    }
    await expect(page.getByRole("dialog")).toBeVisible();
    await look(page, `dialog-${name}`);
  });
}

test("menus look right, and axe finds nothing", async ({ page }) => {
  await open(page, "/tokens");
  await page.getByRole("button", { name: "More for Harbour cranes" }).click();
  await look(page, "menu");
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: WIDE, height: 800 });
  await page.getByRole("banner").getByRole("button").click();
  await look(page, "account");
});

test.describe("in Chinese", () => {
  test.use({ locale: "zh-CN" });

  for (const name of ["tokens-rsa", "tokens-new-rsa", "token", "token-issued-jwt", "system", "users", "audit", "settings"]) {
    test(`${name} looks right`, async ({ page, admin }) => {
      const path = PAGES[name];
      await open(page, typeof path === "string" ? path : await path(admin));
      await expect(page.locator("[aria-busy='true'], .skeleton")).toHaveCount(0);
      await photograph(page, `${name}-chinese`);
      await photograph(page, `${name}-chinese-360`, NARROW);
      await fits(page);
    });
  }
});
