/** The list of tokens: its URL, the keyboard, and the actions. */
import { unique, uniqueKey } from "./support/latchkey";
import { chooseMore, findToken, row, search } from "./support/pages";
import { expect, open, test } from "./support/test";

test("back, forward and a refresh show what the address says", async ({ page, platform }) => {
  const rsa = await platform.token("rsa");
  const jwt = await platform.token("jwt");
  await open(page, "/tokens");
  await search(page, rsa.name);
  await expect(row(page, rsa.name)).toBeVisible();
  await page.getByRole("navigation", { name: "Kind of token" }).getByRole("link", { name: "JWT" }).click();
  await search(page, jwt.name);
  await expect(row(page, jwt.name)).toBeVisible();

  await page.goBack();
  await page.goBack();
  await expect(row(page, rsa.name)).toBeVisible();
  await expect(page.getByRole("searchbox")).toHaveValue(rsa.name);
  await page.goForward();
  await page.goForward();
  await expect(row(page, jwt.name)).toBeVisible();
  await page.reload();
  await expect(row(page, jwt.name)).toBeVisible();
  await expect(page.getByRole("searchbox")).toHaveValue(jwt.name);
});

test("the list is filtered by status, and by the address of a link", async ({ page, platform, admin }) => {
  const name = unique("Gate");
  const [on, off] = [`${name} on`, `${name} off`];
  await platform.token("rsa", { name: on });
  const disabled = await platform.token("rsa", { name: off, projects: [platform.otherProject] });
  await admin.patch(`/tokens/${disabled.id}`, { status: "disabled" });
  await page.goto(`/tokens?kind=rsa&q=${encodeURIComponent(name)}`);
  await expect(row(page, on)).toBeVisible();
  await expect(row(page, off)).toBeVisible();
  await page.getByRole("main").getByRole("combobox", { name: "Status" }).selectOption("Disabled");
  await expect(row(page, on)).toHaveCount(0);
  await expect(row(page, off)).toBeVisible();
  await expect(page).toHaveURL(/status=disabled/);
  await page.reload();
  await expect(row(page, off)).toBeVisible();
  await expect(row(page, on)).toHaveCount(0);

  await page.goto(`/tokens?kind=rsa&project=${platform.otherProject}&q=${encodeURIComponent(name)}`);
  await expect(row(page, off)).toBeVisible();
  await expect(row(page, on)).toHaveCount(0);
  await page.getByRole("link", { name: "Show all tokens" }).click();
  await expect(row(page, on)).toBeVisible();
});

test("an empty list says what to do next", async ({ page, platform, admin, become }) => {
  const person = await platform.person("Nora");
  const project = uniqueKey("empty");
  await admin.post("/projects", { key: project, name: "Empty" });
  await admin.put(`/projects/${project}/members/${person.username}`, { role: "admin" });
  await become(person);
  await open(page, "/tokens");
  await expect(page.getByRole("heading", { name: "No RSA tokens yet" })).toBeVisible();
  await page.getByRole("main").getByRole("status").getByRole("link", { name: "Apply for a token" }).click();
  await expect(page).toHaveURL(/\/tokens\/new\?kind=rsa$/);
});

test("the keyboard searches, applies and closes", async ({ page, platform }) => {
  const token = await platform.token("rsa");
  await open(page, "/tokens");
  await expect(page.getByRole("row").nth(1)).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.type("n/");
  await expect(page.getByRole("searchbox")).toHaveValue("n/");
  await page.getByRole("searchbox").fill(token.name);
  await page.keyboard.press("Enter");
  // The rows of the search replace those of the list, which may have the same token.
  await expect(page.getByRole("row")).toHaveCount(2);
  const button = row(page, token.name).getByRole("button", { name: `Delete ${token.name}` });
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog").getByRole("button", { name: "Cancel" })).toBeFocused();
  // While the dialog is open, the shortcut has no effect.
  await page.keyboard.press("n");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(button).toBeFocused();
  await page.keyboard.press("n");
  await expect(page).toHaveURL(/\/tokens\/new\?kind=rsa/);
});

test("Tab reaches every control, and the focus is visible", async ({ page, platform }) => {
  const token = await platform.token("rsa");
  await findToken(page, "rsa", token.name);
  const wanted = await page
    .locator("a[href], button, input, select")
    .evaluateAll((all) => all.filter((one) => (one as HTMLElement).checkVisibility()).length);
  await page.evaluate(() => (document.activeElement as HTMLElement)?.blur());
  const reached = new Set<string>();
  for (let pressed = 0; pressed < wanted; pressed += 1) {
    await page.keyboard.press("Tab");
    const { name, isVisible } = await page.evaluate(() => {
      const at = document.activeElement as HTMLElement;
      const style = getComputedStyle(at);
      const isVisible = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
      const all = [...document.querySelectorAll("a[href], button, input, select")];
      return { name: `${all.indexOf(at)} ${at.outerHTML.slice(0, 80)}`, isVisible };
    });
    expect(isVisible, `no focus is seen at ${name}`).toBe(true);
    reached.add(name);
  }
  expect(reached.size).toBe(wanted);
});

test("the first link of a page leads to its content", async ({ page }) => {
  await open(page, "/tokens");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  await expect(page.getByRole("heading", { level: 1, name: "Tokens" })).toBeVisible();
});

test("a token is disabled and enabled from its row, and that holds at once", async ({ page, platform, admin }) => {
  const token = await platform.token("rsa");
  const { open_token: credential } = await admin.get(`/tokens/${token.id}/file`);
  const found = await findToken(page, "rsa", token.name);
  await chooseMore(page, token.name, "Disable");
  await expect(found.getByText("Disabled")).toBeVisible();
  expect(await platform.verify(credential)).toMatchObject({ allowed: false, reason: "disabled" });
  await chooseMore(page, token.name, "Enable");
  await expect(found.getByText("Active")).toBeVisible();
  expect(await platform.verify(credential)).toMatchObject({ allowed: true });
});

test("several tokens are disabled, then deleted, at once", async ({ page, platform, admin }) => {
  const group = unique("Buoy");
  const names = [1, 2, 3, 4].map((number) => `${group} ${number}`);
  for (const name of names) await platform.token("jwt", { name });
  await page.goto(`/tokens?kind=jwt&q=${encodeURIComponent(group)}`);
  await page.getByRole("checkbox", { name: "Select all" }).check();
  await page.getByRole("checkbox", { name: `Select ${names[3]}` }).uncheck();
  await expect(page.getByText("3 selected")).toBeVisible();
  const selected = page.getByRole("group", { name: "Selected tokens" });
  await selected.getByRole("button", { name: "Disable" }).click();
  await page.getByRole("dialog", { name: "Disable 3 tokens?" }).getByRole("button", { name: "Disable" }).click();
  const done = page.getByRole("dialog", { name: "Disable 3 tokens?" });
  await expect(done.getByRole("status").filter({ hasText: "3 of 3 done." })).toBeVisible();
  await expect(done.getByRole("progressbar")).toHaveAttribute("value", "3");
  await done.getByRole("button", { name: "Close" }).click();
  for (const name of names) {
    await expect(row(page, name).getByText(name === names[3] ? "Active" : "Disabled")).toBeVisible();
  }

  await page.getByRole("checkbox", { name: "Select all" }).check();
  await selected.getByRole("button", { name: "Delete" }).click();
  const question = page.getByRole("dialog", { name: "Delete 4 tokens?" });
  await expect(question).toContainText("This cannot be undone.");
  const button = question.getByRole("button", { name: "Delete" });
  await expect(button).toBeDisabled();
  await question.getByLabel("Type the number of tokens to confirm").fill("4");
  await button.click();
  await question.getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("heading", { name: `No JWT token matches “${group}”` })).toBeVisible();
  const left = await admin.get(`/tokens?q=${encodeURIComponent(group)}`);
  expect(left.items).toEqual([]);
});

test("long lists are shown page by page", async ({ page, platform }) => {
  const group = unique("Pallet");
  const name = (number: number) => `${group} ${String(number).padStart(3, "0")}`;
  for (let number = 0; number < 60; number += 1) await platform.token("jwt", { name: name(number) });
  await page.goto(`/tokens?kind=jwt&q=${encodeURIComponent(group)}`);
  await expect(row(page, name(59))).toBeVisible();
  await expect(row(page, name(0))).toHaveCount(0);
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(row(page, name(0))).toBeVisible();
  await expect(page.getByText("60 tokens")).toBeVisible();
  await expect(page.getByRole("button", { name: "Show more" })).toHaveCount(0);
});

test("long names break no layout", async ({ page, platform }) => {
  const name = `${unique("L").replace(" ", "")}${"o".repeat(100)}`.slice(0, 100);
  await platform.token("rsa", { name });
  await findToken(page, "rsa", name);
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
});

test("an unknown page says so and links to the tokens", async ({ page }) => {
  await open(page, "/nowhere");
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await page.getByRole("link", { name: "Go to the tokens" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Tokens" })).toBeVisible();
});

test("a token that is granted to the user but not managed by them is read-only", async ({ page, platform, become }) => {
  const person = await platform.person("Rosa", "admin");
  const theirs = await platform.token("jwt", { users: [person.username] });
  const granted = await platform.token("jwt", { users: [person.username, "admin"] });
  await become(person);
  await open(page, "/tokens?kind=jwt");
  await expect(row(page, theirs.name).getByRole("button", { name: `Delete ${theirs.name}` })).toBeVisible();
  await expect(row(page, granted.name)).toBeVisible();
  await expect(row(page, granted.name).getByRole("button")).toHaveCount(0);
  await expect(row(page, granted.name).getByRole("checkbox")).toHaveCount(0);
  // Other tests of this project may have added tokens that she can manage.
  const manageable = await page.getByRole("main").getByRole("checkbox", { name: /^Select (?!all$)/ }).count();
  await page.getByRole("checkbox", { name: "Select all", exact: true }).check();
  await expect(page.getByText(`${manageable} selected`, { exact: true })).toBeVisible();
  await row(page, granted.name).getByRole("link", { name: granted.name }).click();
  await expect(page.getByRole("heading", { level: 1, name: granted.name })).toBeVisible();
  await expect(page.getByRole("button", { name: "More", exact: true })).toHaveCount(0);
});
