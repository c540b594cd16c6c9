/** The page of a token: details, usage, grants and actions. */
import { unique } from "./support/latchkey";
import { chooseMore, deleteQuestion, findToken } from "./support/pages";
import { expect, open, test } from "./support/test";

test("the page shows the token, its grants and its targets", async ({ page, platform }) => {
  const token = await platform.token("rsa", {
    description: "Moves the cranes at night",
    expires_at: "2099-12-31T23:59:59Z",
    allowed_ips: ["203.0.113.0/24"],
  });
  await findToken(page, "rsa", token.name);
  await page.getByRole("link", { name: token.name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: token.name })).toBeVisible();
  const main = page.getByRole("main");
  for (const text of ["Moves the cranes at night", "203.0.113.0/24", "Do readCrane", platform.projectName, "Active"]) {
    await expect(main.getByText(text).first()).toBeVisible();
  }
});

test("a name that looks like another gets a warning and is accepted", async ({ page, platform, admin }) => {
  const hall = unique("Hall");
  await platform.token("rsa", { name: hall });
  const copied = await platform.token("rsa");
  await open(page, `/tokens/${copied.id}/modify`);
  const alike = hall.replace("Hall", "Hal1");
  await page.getByLabel("Token name").fill(alike);
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page).toHaveURL(/\/issued/);
  expect((await admin.get(`/tokens/${copied.id}`)).name).toBe(alike);
  const warning = page.getByRole("region", { name: "Notifications" }).getByText(`looks like this one: “${hall}”`);
  // A warning stays visible on other pages until it is dismissed.
  await page.getByRole("link", { name: "Return List" }).click();
  await expect(warning).toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(warning).toBeHidden();
});

test("usage shows when it was last used and how many calls were allowed and denied", async ({ page, platform, admin }) => {
  const token = await platform.token("rsa");
  const { open_token: credential } = await admin.get(`/tokens/${token.id}/file`);
  await platform.verify(credential, { path: platform.path("moveCrane") });
  await platform.use(token);
  await open(page, `/tokens/${token.id}`);
  const main = page.getByRole("main");
  await expect(main.getByText("Last used").first()).toBeVisible();
  expect((await admin.get(`/tokens/${token.id}/usage`)).last_24_hours).toEqual({ allowed: 1, denied: 1 });
  await expect(main.getByRole("heading", { name: "Usage" })).toBeVisible();
  await expect(main.getByRole("img")).toBeVisible();
  await main.getByText("Show as a table").click();
  await expect(main.getByRole("table").first()).toContainText("1");
  await expect(main.getByText("api_not_granted").first()).toBeVisible();
});

test("Try it shows whether a call would be allowed, and why not", async ({ page, platform, admin }) => {
  const token = await platform.token("rsa");
  await open(page, `/tokens/${token.id}`);
  const main = page.getByRole("main");
  await main.getByLabel("System", { exact: true }).selectOption({ label: platform.systemName });
  await main.getByLabel("Method", { exact: true }).selectOption("GET");
  await main.getByLabel("Path", { exact: true }).fill(platform.path());
  await main.getByRole("button", { name: "Check" }).click();
  await expect(main.getByRole("status").filter({ hasText: "The call would be allowed" })).toBeVisible();
  await main.getByLabel("Path", { exact: true }).fill(platform.path("moveCrane"));
  await page.keyboard.press("Enter");
  await expect(main.getByRole("status").filter({ hasText: "The call would be denied" })).toContainText("api_not_granted");
  // Trying a call does not count as a use.
  expect((await admin.get(`/tokens/${token.id}`)).last_used_at).toBeNull();
});

test("a rate limit is set, shown and lifted", async ({ page, platform, admin, complaints }) => {
  complaints.expectStatus(422);
  const token = await platform.token("rsa", { rate_limit: { requests: 100, seconds: 1, burst: 20 } });
  await open(page, `/tokens/${token.id}`);
  const main = page.getByRole("main");
  await expect(main.getByText("100 calls in 1 s, 20 at once").first()).toBeVisible();
  await open(page, `/tokens/${token.id}/modify`);
  const part = (name: string) => page.locator(`[id="rate_limit.${name}"]`);
  await part("requests").fill("many");
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(main.getByText("Enter calls and seconds as whole numbers")).toBeVisible();
  await part("requests").fill("50");
  await part("burst").fill("5000000");
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(main.getByText("Must be 1 to 1000000.")).toBeVisible();
  await part("burst").fill("");
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page).toHaveURL(/\/issued/);
  expect((await admin.get(`/tokens/${token.id}`)).rate_limit).toEqual({ requests: 50, seconds: 1, burst: 50 });
  await open(page, `/tokens/${token.id}/modify`);
  for (const name of ["requests", "seconds", "burst"]) await part(name).fill("");
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page).toHaveURL(/\/issued/);
  expect((await admin.get(`/tokens/${token.id}`)).rate_limit).toBeNull();
});

test("a quota is set, shown with what is left, and lifted", async ({ page, platform, admin, complaints }) => {
  complaints.expectStatus(422);
  const token = await platform.token("rsa", { quota: { requests: 2, period: "month", time_zone: "Asia/Shanghai" } });
  const { open_token: credential } = await admin.get(`/tokens/${token.id}/file`);
  expect(await platform.verify(credential)).toMatchObject({ allowed: true });
  await open(page, `/tokens/${token.id}`);
  const main = page.getByRole("main");
  await expect(main.getByText("2 calls a month (Asia/Shanghai)")).toBeVisible();
  await expect(main.getByText("1 of 2 calls, until")).toBeVisible();
  await platform.verify(credential);
  await main.getByRole("button", { name: "Check" }).click();
  const answer = main.getByRole("status").filter({ hasText: "The call would be denied" });
  await expect(answer).toContainText("rate_limited");
  await expect(answer).toContainText("0 of 2 calls, until");
  await open(page, `/tokens/${token.id}/modify`);
  const part = (name: string) => page.locator(`[id="quota.${name}"]`);
  await part("requests").fill("many");
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(main.getByText("Enter a whole number, or leave it empty.")).toBeVisible();
  await part("requests").fill("500");
  await part("period").selectOption("day");
  await part("time_zone").fill("Mars/Olympus");
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(main.getByText("There is no such time zone")).toBeVisible();
  await part("time_zone").fill("");
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page).toHaveURL(/\/issued/);
  const quota = { requests: 500, period: "day", time_zone: "UTC" };
  expect((await admin.get(`/tokens/${token.id}`)).quota).toEqual(quota);
  await open(page, `/tokens/${token.id}/modify`);
  await part("requests").fill("");
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page).toHaveURL(/\/issued/);
  expect((await admin.get(`/tokens/${token.id}`)).quota).toBeNull();
});

test("rotating without overlap denies the old credential at once", async ({ page, platform, admin }) => {
  const token = await platform.token("rsa");
  const { open_token: before } = await admin.get(`/tokens/${token.id}/file`);
  await open(page, `/tokens/${token.id}`);
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("button", { name: "Rotate" }).click();
  const dialog = page.getByRole("dialog", { name: "Rotate the credentials?" });
  await dialog.getByRole("radio", { name: "None" }).check();
  await dialog.getByRole("button", { name: "Rotate" }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(async () => (await admin.get(`/tokens/${token.id}`)).generation).toBe(2);
  const { open_token: after } = await admin.get(`/tokens/${token.id}/file`);
  expect(after).not.toBe(before);
  expect(await platform.verify(after)).toMatchObject({ allowed: true });
  expect(await platform.verify(before)).toMatchObject({ allowed: false });
});

test("a duplicate starts with the original's settings, under another name", async ({ page, platform, admin }) => {
  const token = await platform.token("jwt", { description: "Original" });
  await findToken(page, "jwt", token.name);
  await chooseMore(page, token.name, "Duplicate");
  await expect(page).toHaveURL(new RegExp(`/tokens/new\\?kind=jwt&from=${token.id}`));
  await expect(page.getByLabel(/^Description/)).toHaveValue("Original");
  const name = unique("Twin");
  await page.getByLabel("Token name").fill(name);
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "The token is issued" })).toBeVisible();
  const [twin] = await admin.tokensNamed(name);
  const { apis, users } = await admin.get(`/tokens/${twin.id}`);
  expect(apis.map((api: any) => api.key)).toEqual([platform.api()]);
  expect(users.map((user: any) => user.username)).toEqual([platform.user]);
});

test("deleting a token from its page returns to the list", async ({ page, platform, admin }) => {
  const token = await platform.token("rsa");
  await open(page, `/tokens/${token.id}`);
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  await deleteQuestion(page, token.name).getByRole("button", { name: "Delete" }).click();
  await expect(page).toHaveURL(/\/tokens\?kind=rsa/);
  expect(await admin.tokensNamed(token.name)).toEqual([]);
});

test("an unknown token is reported", async ({ page, complaints }) => {
  complaints.expectStatus(404);
  await page.goto("/tokens/tok_00000000000000000000000000");
  await expect(page.getByRole("alert").filter({ hasText: /no such|not there|not found|gone/i })).toBeVisible();
});
