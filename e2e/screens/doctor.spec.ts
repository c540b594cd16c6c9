/** The checkup of the installation, on the settings page. */
import { CHINESE } from "./support/words";
import { expect, open, test, type Page } from "./support/test";

const panel = (page: Page, name = "Checkup") => page.getByRole("region", { name, exact: true });
const row = (page: Page, name: string) =>
  panel(page).getByRole("row").filter({ has: page.getByRole("rowheader").filter({ hasText: name }) });

/** Lets the server find these things. */
async function answer(page: Page, state: string, findings: unknown[]): Promise<void> {
  await page.route("**/api/v1/doctor", (route) => route.fulfill({ json: { state, findings } }));
}

const OFF = {
  check: "clock",
  state: "warning",
  cause: "clock_off",
  message: "The clock of this machine differs from that of the database.",
  about: "-90 s",
  advice: "Set the clocks by NTP.",
};
const FINE = { check: "files", state: "ok", cause: null, message: "Other accounts cannot read the keys.", about: null, advice: null };

test("the server examines itself, and again on request", async ({ page }) => {
  await open(page, "/settings");
  await expect(row(page, "Schema")).toContainText("OK");
  await expect(row(page, "Master key")).toBeVisible();
  const again = page.waitForResponse("**/api/v1/doctor");
  await panel(page).getByRole("button", { name: "Check again" }).click();
  expect((await again).status()).toBe(200);
  await expect(row(page, "Schema")).toContainText("OK");
});

test("what is wrong is first, with what to do", async ({ page }) => {
  await answer(page, "warning", [FINE, OFF]);
  await open(page, "/settings");
  await expect(panel(page).getByRole("row").nth(1)).toContainText("Clock");
  await expect(row(page, "Clock")).toContainText("Warning");
  await expect(row(page, "Clock")).toContainText("-90 s");
  await expect(row(page, "Clock")).toContainText("Set the clocks by NTP.");
  await expect(panel(page).getByText("Nothing is wrong.")).toBeHidden();
});

test("only system administrators see the checkup", async ({ page, platform, become }) => {
  await become(await platform.person("Rosa", "admin"));
  await open(page, "/settings");
  await expect(page.getByRole("region", { name: "This installation" })).toBeVisible();
  await expect(panel(page)).toBeHidden();
});

test.describe("in Chinese", () => {
  test.use({ locale: CHINESE.locale });

  test("the findings are described in Chinese", async ({ page }) => {
    await answer(page, "warning", [FINE, OFF]);
    await open(page, "/settings");
    const clock = panel(page, "体检").getByRole("row").filter({ hasText: "时钟" }).first();
    await expect(clock).toContainText("本机时钟与数据库不一致。");
    await expect(clock).toContainText("请用 NTP 校准时钟");
  });
});
