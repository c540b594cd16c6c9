/** Tokens that are suspended since the database was restored. */
import { row, toast } from "./support/pages";
import { expect, open, test, type Page } from "./support/test";

const SUSPENDED = { since: "2026-01-01T00:00:00.000Z", until: "2026-01-01T02:00:00.000Z" };

/** Lets the server say that its tokens are suspended until they are confirmed. Returns those that were confirmed. */
async function suspend(page: Page): Promise<string[]> {
  const confirmed: string[] = [];
  const seen = (token: Record<string, unknown>) =>
    confirmed.includes(String(token.id)) ? token : { ...token, status: "suspended", suspended: SUSPENDED };
  await page.route(/\/api\/v1\/tokens\?/, async (route) => {
    const url = route.request().url().replace(/&?status=suspended/, "");
    const answer = await route.fetch({ url });
    const body = await answer.json();
    await route.fulfill({ response: answer, json: { ...body, items: body.items.map(seen) } });
  });
  await page.route(/\/api\/v1\/tokens\/tok_[^/]+$/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: seen(await answer.json()) });
  });
  await page.route(/\/api\/v1\/tokens\/tok_[^/]+\/confirm$/, async (route) => {
    confirmed.push(route.request().url().split("/").at(-2) ?? "");
    const answer = await route.fetch();
    await route.fulfill({ response: answer });
  });
  return confirmed;
}

test("the page of a suspended token says why, and confirms it", async ({ page, platform }) => {
  const token = await platform.token("rsa");
  const confirmed = await suspend(page);
  await open(page, `/tokens/${token.id}`);
  const main = page.getByRole("main");
  await expect(main.getByText("Suspended", { exact: true })).toBeVisible();
  const notice = main.getByText("This token is suspended");
  await expect(notice).toContainText("2026");
  await notice.getByRole("button", { name: "Confirm" }).click();
  await expect(toast(page, `“${token.name}” is confirmed.`)).toBeVisible();
  await expect(notice).toBeHidden();
  await expect(main.getByText("Active", { exact: true })).toBeVisible();
  expect(confirmed).toEqual([token.id]);
});

test("several suspended tokens are confirmed together, and the time is shown", async ({ page, platform }) => {
  const tokens = [await platform.token("rsa"), await platform.token("rsa")];
  const confirmed = await suspend(page);
  await open(page, "/tokens?kind=rsa&status=suspended");
  for (const token of tokens) await row(page, token.name).getByRole("checkbox").check();
  await page.getByRole("button", { name: "Confirm", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Confirm 2 tokens?" });
  await expect(dialog).toContainText("Changes from");
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await expect(dialog.getByText("2 of 2 done.")).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).click();
  expect([...confirmed].sort()).toEqual(tokens.map((token) => token.id).sort());
});

test("a system administrator confirms all, and sends the time that was shown", async ({ page, platform }) => {
  const token = await platform.token("jwt");
  await suspend(page);
  let sent: unknown;
  await page.route("**/api/v1/tokens/confirm", async (route) => {
    sent = route.request().postDataJSON();
    await route.fulfill({ json: { confirmed: 12 } });
  });
  await open(page, "/tokens?kind=jwt&status=suspended");
  await expect(row(page, token.name)).toContainText("Suspended");
  await page.getByRole("button", { name: "Confirm all suspended tokens" }).click();
  const dialog = page.getByRole("dialog", { name: "Confirm all suspended tokens?" });
  await expect(dialog).toContainText("both kinds");
  await dialog.getByRole("button", { name: "Confirm", exact: true }).click();
  await expect(toast(page, "12 tokens are confirmed.")).toBeVisible();
  expect(sent).toEqual({ until: SUSPENDED.until });
});
