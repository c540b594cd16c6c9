/** The keys that encrypt secrets at rest, on the settings page. */
import { CHINESE } from "./support/words";
import { expect, open, test, type Page } from "./support/test";

const OLD = "key_01jq0000000000000000000001";
const NEW = "key_01jq0000000000000000000002";

/** Returns a data key as the API describes it. */
function dataKey(id: string, state: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const created_at = new Date().toISOString();
  return { id, state, master_key: "in-use-check", created_at, missing_on: [], progress: null, backups: [], ...more };
}

/** Lets the server answer with these keys. */
async function answer(page: Page, path: string, items: unknown[]): Promise<void> {
  await page.route(`**/api/v1/${path}`, (route) => route.fulfill({ json: { items } }));
}

const panel = (page: Page, name = "Keys at rest") => page.getByRole("region", { name, exact: true });
const row = (page: Page, id: string) =>
  panel(page).getByRole("row").filter({ has: page.getByRole("rowheader").filter({ hasText: id }) });

test("an administrator rotates the data key, with the keyboard", async ({ page, admin }) => {
  const { items } = await admin.get("/data-keys");
  await open(page, "/settings");
  const before = row(page, items[items.length - 1].id);
  await expect(before).toContainText("Current");
  await panel(page).getByRole("button", { name: "Rotate the data key" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Rotate the data key" });
  await expect(dialog).toContainText("the old key is destroyed");
  await dialog.getByRole("button", { name: "Rotate the data key" }).click();
  await expect(dialog).toBeHidden();
  // The key that was current a moment ago stays until everything is encrypted anew.
  await expect(panel(page).getByRole("row")).toHaveCount(3);
  await expect(before).toBeVisible();
  await expect(panel(page).getByRole("button", { name: "Rotate the data key" })).toBeHidden();
});

test("the progress of a rotation is shown, and what it waits for", async ({ page }) => {
  await answer(page, "data-keys", [
    dataKey(NEW, "current"),
    dataKey(OLD, "retiring", { progress: { done: 1200, all: 5000 } }),
  ]);
  await answer(page, "master-keys", [
    { id: "in-use-check", in_use: true, missing_on: [], backups: [{ file: "monday.age", made_at: new Date().toISOString() }] },
    { id: "next-check", in_use: false, missing_on: ["timber"], backups: [] },
  ]);
  await open(page, "/settings");
  await expect(row(page, OLD)).toContainText("1200 of 5000 rows are encrypted anew");
  await expect(panel(page)).toContainText("1 backup needs it");
  await expect(panel(page)).toContainText("Waits for nodes that do not hold it: timber");
  await expect(panel(page).getByRole("button", { name: "Rotate the master key" })).toBeHidden();
  await page.setViewportSize({ width: 360, height: 740 });
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(excess).toBeLessThanOrEqual(0);
});

test.describe("in Chinese", () => {
  test.use({ locale: CHINESE.locale });

  test("the keys are described in Chinese", async ({ page }) => {
    await answer(page, "data-keys", [dataKey(NEW, "coming", { missing_on: ["timber"] }), dataKey(OLD, "current")]);
    await open(page, "/settings");
    await expect(panel(page, "静态加密密钥").getByRole("row").filter({ hasText: NEW })).toContainText("等待尚未持有它的节点：timber");
  });
});
