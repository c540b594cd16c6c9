/** Defaults and ceilings for the limits of tokens. */
import { unique, uniqueKey } from "./support/latchkey";
import { expect, open, test } from "./support/test";

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
  await field("ceiling.quota.period").selectOption("month");
  await field("ceiling.quota.time_zone").fill("Nowhere");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("There is no such time zone")).toBeVisible();
  await field("ceiling.quota.time_zone").fill("Europe/Berlin");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(panel).toContainText("50 calls in 1 s, 50 at once");
  await expect(panel).toContainText("9,000 calls a month (Europe/Berlin)");
  // They hold for its tokens.
  await open(page, `/tokens/${token.id}`);
  const main = page.getByRole("main");
  await expect(main.getByText("50 calls in 1 s, 50 at once")).toBeVisible();
  await expect(main.getByText("90 of 90 calls, until")).toBeVisible();
  await expect(main.getByText("9,000 of 9,000 calls, until")).toBeVisible();
  await open(page, `/projects/${key}`);
  await panel.getByRole("button", { name: "Set limits" }).click();
  for (const name of ["default.rate_limit.requests", "default.rate_limit.seconds", "default.rate_limit.burst", "ceiling.quota.requests"])
    await field(name).fill("");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(panel).not.toContainText("50 calls");
  expect((await admin.get(`/projects/${key}/limits`)).ceiling.quota).toBeNull();
});
