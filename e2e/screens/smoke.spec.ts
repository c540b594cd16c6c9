/** The journey of a token through the screens, on the database of the server. */
import { readFile } from "node:fs/promises";
import { unique } from "./support/latchkey";
import { allowClipboard, chooseApis, chooseTargets, clipboard, row } from "./support/pages";
import { expect, open, test } from "./support/test";

test("an RSA token is applied for, downloaded, verified, modified and deleted", async ({ page, platform, admin }) => {
  const name = unique("Smoke");
  await open(page, "/tokens");
  await page.getByRole("link", { name: "Apply for a token" }).first().click();
  await page.getByLabel("Token name").fill(name);
  await chooseApis(page, [platform.api()]);
  await chooseTargets(page, "rsa", [platform.project]);
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "The token is issued" })).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download token test" }).click(),
  ]);
  const file = JSON.parse(await readFile(await download.path(), "utf8"));
  expect(await platform.verify(file.open_token)).toMatchObject({ allowed: true });

  await page.getByRole("link", { name: "Return List" }).click();
  await row(page, name).getByRole("link", { name: "Modify" }).click();
  await chooseApis(page, [platform.api("moveCrane")]);
  await page.getByRole("button", { name: "Submit" }).or(page.getByRole("button", { name: "Save" })).click();
  await expect(page.getByRole("heading", { level: 1, name: "The token is modified" })).toBeVisible();
  expect(await platform.verify(file.open_token, { path: platform.path("moveCrane") })).toMatchObject({ allowed: true });

  await page.getByRole("link", { name: "Return List" }).click();
  await row(page, name).getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Calls in the last 24 hours")).toBeVisible();
  const typed = dialog.getByLabel("Type the token name to confirm");
  if (await typed.isVisible()) await typed.fill(name);
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(row(page, name)).toHaveCount(0);
  expect(await admin.tokensNamed(name)).toEqual([]);
  expect(await platform.verify(file.open_token)).toEqual({ allowed: false, reason: "unknown_token" });
});

test("a JWT token is applied for, and its secret id exchanged", async ({ page, platform, admin }) => {
  await allowClipboard(page);
  const name = unique("Smoke");
  await open(page, "/tokens/new?kind=jwt");
  await page.getByLabel("Token name").fill(name);
  await chooseApis(page, [platform.api()]);
  await chooseTargets(page, "jwt", [platform.user]);
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "The token is issued" })).toBeVisible();
  await page.getByRole("button", { name: "Copy secret id" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Copied to the clipboard." })).toBeVisible();
  const [token] = await admin.tokensNamed(name);
  expect((await platform.exchange(token.id, await clipboard(page))).status()).toBe(200);
});

test("systems, projects, users and the audit trail are there", async ({ page, platform }) => {
  for (const [path, name] of [
    [`/systems?q=${platform.system}`, platform.systemName],
    [`/projects?q=${platform.project}`, platform.projectName],
    [`/users?q=${platform.user}`, platform.userName],
  ]) {
    await open(page, path);
    await expect(page.getByRole("main").getByText(name).first()).toBeVisible();
  }
});
