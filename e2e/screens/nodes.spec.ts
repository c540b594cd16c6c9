/** The nodes of the installation, on the settings page. */
import { CHINESE } from "./support/words";
import { expect, open, test, type Page } from "./support/test";

const KEYS = ["key_01jq0000000000000000000001", "key_01jq0000000000000000000002"];

/** Returns a node as the API describes it. */
function node(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const now = new Date().toISOString();
  return {
    id: `nod_01jq00000000000000000000${String(name.length).padStart(2, "0")}`,
    name,
    state: "live",
    answers: false,
    version: "1.0.0",
    schemas: { lowest: 19, highest: 19 },
    signing_keys: KEYS,
    data_keys: [],
    master_keys: [],
    feed_lag_ms: 12,
    clock_offset_ms: 3,
    started_at: now,
    joined_at: now,
    heard_at: now,
    ...more,
  };
}

/** Lets the server answer with these nodes. */
async function answer(page: Page, items: unknown[]): Promise<void> {
  await page.route("**/api/v1/nodes", (route) => route.fulfill({ json: { items } }));
}

const panel = (page: Page, name = "Nodes") => page.getByRole("region", { name, exact: true });
const row = (page: Page, name: string) =>
  panel(page).getByRole("row").filter({ has: page.getByRole("rowheader").filter({ hasText: name }) });

test("the node that answers is live, and the list can be read again with the keyboard", async ({ page, admin }) => {
  const { items } = await admin.get("/nodes");
  await open(page, "/settings");
  const own = row(page, items[0].name);
  await expect(own).toContainText("Live");
  await expect(own).toContainText("this node");
  await expect(own).toContainText(items[0].version);
  await expect(own).toContainText("1 of 1");
  await expect(panel(page).getByText("different versions")).toBeHidden();
  const again = page.waitForResponse("**/api/v1/nodes");
  await panel(page).getByRole("button", { name: "Refresh" }).focus();
  await page.keyboard.press("Enter");
  expect((await again).status()).toBe(200);
  await expect(own).toBeVisible();
});

test("silent nodes, other versions and missing keys are pointed out", async ({ page }) => {
  await answer(page, [
    node("brick", { answers: true }),
    node("timber", { version: "1.1.0", signing_keys: [KEYS[0]] }),
    node("marble", { state: "silent", version: "0.9.0", heard_at: new Date(Date.now() - 20 * 60_000).toISOString(), feed_lag_ms: null }),
  ]);
  await open(page, "/settings");
  await expect(panel(page).getByRole("status").filter({ hasText: "different versions" })).toBeVisible();
  await expect(row(page, "timber")).toContainText("differs");
  await expect(row(page, "timber")).toContainText("1 is missing");
  for (const complaint of ["differs", "missing"]) await expect(row(page, "brick")).not.toContainText(complaint);
  // Nobody waits for a node that is silent, so what it had is no reason to act.
  await expect(row(page, "marble")).toContainText("Silent");
  await expect(row(page, "marble")).toContainText("20 minutes ago");
  for (const complaint of ["differs", "missing"]) await expect(row(page, "marble")).not.toContainText(complaint);
});

test("on a phone every node shows its state and when it was heard", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await answer(page, [node("a-host-with-a-name-that-is-much-longer-than-a-phone-is-wide.example.internal", { answers: true }), node("timber", { state: "silent" })]);
  await open(page, "/settings");
  await expect(row(page, "timber")).toContainText("Silent");
  await expect(row(page, "timber").getByText("Last heard")).toBeVisible();
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(excess).toBeLessThanOrEqual(0);
});

test("an empty list and a failure say so", async ({ page, complaints }) => {
  complaints.expectStatus(503);
  await page.route("**/api/v1/nodes", (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      json: { type: "/problems/unavailable", title: "Try again in a moment.", status: 503 },
    }),
  );
  await open(page, "/settings");
  const failure = panel(page).getByRole("alert").filter({ hasText: "The nodes could not be loaded" });
  await expect(failure).toContainText("Try again in a moment.");
  await page.unroute("**/api/v1/nodes");
  await answer(page, []);
  await failure.getByRole("button", { name: "Try again" }).click();
  await expect(panel(page).getByText("No node is in the list")).toBeVisible();
});

test("only system administrators see the nodes", async ({ page, platform, become }) => {
  await become(await platform.person("Rosa", "admin"));
  await open(page, "/settings");
  await expect(page.getByRole("region", { name: "This installation" })).toBeVisible();
  await expect(panel(page)).toBeHidden();
});

test.describe("in Chinese", () => {
  test.use({ locale: CHINESE.locale });

  test("the nodes are described in Chinese", async ({ page }) => {
    await answer(page, [node("brick", { answers: true }), node("timber", { state: "silent" })]);
    await open(page, "/settings");
    await expect(panel(page, "节点").getByRole("row").filter({ hasText: "brick" })).toContainText("在线");
    await expect(panel(page, "节点").getByRole("row").filter({ hasText: "timber" })).toContainText("无响应");
  });
});
