/** Defaults and ceilings for the limits of tokens. */
import { unique, uniqueKey } from "./support/latchkey";
import { expect, open, test } from "./support/test";

test("limits for single APIs are set, shown, changed and lifted", async ({ page, admin, platform, complaints }) => {
  complaints.expectStatus(422);
  const token = await platform.token("rsa");
  const [{ key }] = (await admin.get(`/tokens/${token.id}`)).apis;
  await open(page, `/tokens/${token.id}/modify`);
  await page.getByText("Expiry, addresses and other settings", { exact: true }).click();
  const part = page.getByRole("group", { name: "Limits for single APIs" });
  const field = (name: string) => part.locator(`[id="api_limit.${name}"]`);
  const add = part.getByRole("button", { name: "Add limits for this API" });
  const submit = page.getByRole("button", { name: "Submit" });
  // What is typed is checked before it is added or sent.
  await field("api").fill(key);
  await add.click();
  await expect(part.getByText("Enter a rate limit or a quota for this API.")).toBeVisible();
  await field("rate_limit.requests").fill("5");
  await add.click();
  await expect(part.getByText("Enter calls and seconds as whole numbers")).toBeVisible();
  await field("rate_limit.seconds").fill("60");
  await add.click();
  await expect(part.getByText("5 calls in 60 s, 5 at once")).toBeVisible();
  await expect(field("api")).toHaveValue("");
  // The error of the server names the API.
  await field("api").fill("nobody:knows");
  await field("quota.requests").fill("9");
  await submit.click();
  await expect(part.getByText("nobody:knows: There is no such API.")).toBeVisible();
  await field("api").fill("");
  await field("quota.requests").fill("");
  await submit.click();
  await expect(page).toHaveURL(/issued/);
  const [limit] = (await admin.get(`/tokens/${token.id}`)).api_limits;
  expect(limit).toEqual({ api: key, rate_limit: { requests: 5, seconds: 60, burst: 5 }, quota: null });
  await open(page, `/tokens/${token.id}`);
  const main = page.getByRole("main");
  await expect(main.getByText(`${key} 5 calls in 60 s, 5 at once`)).toBeVisible();
  await expect(main.getByText(`${key}: 5 calls in 60 s, 5 at once`)).toBeVisible();
  // It is changed without a click on "Add", and removed.
  await open(page, `/tokens/${token.id}/modify`);
  await part.getByRole("button", { name: `Modify ${key}` }).click();
  await field("quota.requests").fill("90");
  await submit.click();
  await expect(page).toHaveURL(/issued/);
  expect((await admin.get(`/tokens/${token.id}`)).api_limits[0].quota.requests).toBe(90);
  await open(page, `/tokens/${token.id}/modify`);
  await part.getByRole("button", { name: `Remove ${key}` }).click();
  await submit.click();
  await expect(page).toHaveURL(/issued/);
  expect((await admin.get(`/tokens/${token.id}`)).api_limits).toEqual([]);
});

test("the limits for the tokens of a project are set, shown and lifted", async ({ page, admin, platform, complaints }) => {
  complaints.expectStatus(422);
  const key = uniqueKey("basin");
  await admin.post("/projects", { key, name: unique("Basin") });
  const token = await platform.token("rsa", { projects: [key], quota: { requests: 90, period: "day" } });
  await open(page, `/projects/${key}`);
  const panel = page.getByRole("region", { name: "Limits of tokens" });
  await expect(panel).toContainText("Rate limit: None");
  await panel.getByRole("button", { name: "Set limits" }).click();
  const dialog = page.getByRole("dialog", { name: "Set the limits of tokens" });
  const field = (name: string) => dialog.locator(`[id="${name}"]`);
  await field("default.rate_limit.requests").fill("50");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Enter calls and seconds as whole numbers")).toBeVisible();
  await field("default.rate_limit.seconds").fill("1");
  await field("ceiling.quota.requests").fill("9000");
  const [{ key: api }] = (await admin.get(`/tokens/${token.id}`)).apis;
  await field("ceiling.api_limit.api").fill(api);
  await field("ceiling.api_limit.quota.requests").fill("700");
  await field("ceiling.quota.period").selectOption("month");
  await field("ceiling.quota.time_zone").fill("Nowhere");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("There is no such time zone")).toBeVisible();
  await field("ceiling.quota.time_zone").fill("Europe/Berlin");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(panel).toContainText("50 calls in 1 s, 50 at once");
  await expect(panel).toContainText("9,000 calls a month (Europe/Berlin)");
  await expect(panel).toContainText(`${api} 700 calls a day (UTC)`);
  // They hold for its tokens.
  await open(page, `/tokens/${token.id}`);
  const main = page.getByRole("main");
  await expect(main.getByText("50 calls in 1 s, 50 at once")).toBeVisible();
  await expect(main.getByText("90 of 90 calls, until")).toBeVisible();
  await expect(main.getByText("9,000 of 9,000 calls, until")).toBeVisible();
  await expect(main.getByText(`${api}: 700 of 700 calls, until`)).toBeVisible();
  await open(page, `/projects/${key}`);
  await panel.getByRole("button", { name: "Set limits" }).click();
  for (const name of ["default.rate_limit.requests", "default.rate_limit.seconds", "default.rate_limit.burst", "ceiling.quota.requests"])
    await field(name).fill("");
  await dialog.getByRole("button", { name: `Remove ${api}` }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(panel).not.toContainText("50 calls");
  expect((await admin.get(`/projects/${key}/limits`)).ceiling.quota).toBeNull();
});
