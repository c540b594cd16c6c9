/** Projects and their members, users, and the audit trail. */
import { readFile } from "node:fs/promises";
import { Latchkey, unique, uniqueKey } from "./support/latchkey";
import { chooseMore, row, search } from "./support/pages";
import { expect, open, test } from "./support/test";

test("a project is added, modified, disabled and deleted", async ({ page, admin, platform, complaints }) => {
  complaints.expectStatus(409, 404);
  const [key, name] = [uniqueKey("basin"), unique("Basin")];
  await open(page, "/projects");
  await page.getByRole("button", { name: "Add a project" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Add a project" });
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByLabel("Key", { exact: true }).fill(platform.project);
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(dialog.getByLabel("Key", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByLabel("Name", { exact: true })).toHaveValue(name);
  await dialog.getByLabel("Key", { exact: true }).fill(key);
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(dialog).toBeHidden();
  expect((await admin.get(`/projects/${key}`)).name).toBe(name);

  await open(page, `/projects/${key}`);
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await page.getByRole("button", { name: "Modify" }).click();
  const modify = page.getByRole("dialog", { name: "Modify the project" });
  await modify.getByLabel(/^Description/).fill("Where ships wait");
  await modify.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("main").getByText("Where ships wait")).toBeVisible();

  await page.getByRole("button", { name: "Disable", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await expect(page.getByText("This project is disabled: every call in it is denied.")).toBeVisible();
  expect((await admin.get(`/projects/${key}`)).disabled).toBe(true);

  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page).toHaveURL(/\/projects$/);
  await expect(admin.get(`/projects/${key}`)).rejects.toThrow(/404/);
});

test("a project that tokens use is not deleted, and the tokens are listed", async ({ page, admin, platform, complaints }) => {
  complaints.expectStatus(409);
  const [key, name] = [uniqueKey("basin"), unique("Basin")];
  await admin.post("/projects", { key, name });
  const token = await platform.token("rsa", { projects: [key] });
  await open(page, `/projects/${key}`);
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(dialog.getByRole("link", { name: token.name })).toBeVisible();
  expect((await admin.get(`/projects/${key}`)).name).toBe(name);
});

test("a user becomes a member, an administrator, and leaves the project", async ({ page, admin, platform }) => {
  const person = await platform.person("Lena");
  const [key, name] = [uniqueKey("basin"), unique("Basin")];
  await admin.post("/projects", { key, name });
  await open(page, `/projects/${key}`);
  await page.getByRole("button", { name: "Add a member" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Add a member" });
  await dialog.getByLabel("Person").fill(person.username);
  await dialog.getByRole("option", { name: person.displayName }).or(dialog.getByRole("button", { name: person.displayName })).click();
  await dialog.getByLabel("Role").selectOption({ label: "Member" });
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(row(page, person.displayName)).toBeVisible();
  await expect(row(page, person.displayName)).toContainText("Member");

  await page.getByRole("button", { name: new RegExp(`^Make administrator.*${person.displayName}|${person.displayName}.*Make administrator`) })
    .or(row(page, person.displayName).getByRole("button", { name: /Make administrator/ })).first().click();
  await expect(row(page, person.displayName)).toContainText("Administrator");
  const role = async () => (await admin.get(`/projects/${key}/members`)).items.map((member: any) => member.role);
  expect(await role()).toEqual(["admin"]);

  await row(page, person.displayName).getByRole("button", { name: /Remove/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(row(page, person.displayName)).toHaveCount(0);
  expect(await role()).toEqual([]);
});

test("a user is added with a temporary password that is shown once, and logs in with it", async ({ page, admin, platform, complaints }) => {
  complaints.expectStatus(409);
  const [username, name] = [uniqueKey("nils"), unique("Nils")];
  await open(page, "/users");
  await expect(page.getByRole("row").nth(1)).toBeVisible();
  await page.keyboard.press("n");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Display name").fill(name);
  await dialog.getByLabel("User name").fill(platform.user);
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(dialog.getByLabel("User name")).toHaveAttribute("aria-invalid", "true");
  await dialog.getByLabel("User name").fill(username);
  await dialog.getByLabel(/^E-mail/).fill(`${username}@example.org`);
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(page.getByRole("dialog", { name: "The user is added" })).toBeVisible();
  const password = (await dialog.getByRole("region", { name: /Temporary password/ }).innerText()).trim();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(dialog).toBeHidden();
  expect(await page.content()).not.toContain(password);

  const themselves = await Latchkey.logIn(username, password);
  expect((await themselves.get("/session")).user).toMatchObject({ username, must_change_password: true });
  await search(page, username);
  await expect(row(page, name)).toBeVisible();
  expect((await admin.get(`/users?q=${username}`)).items).toHaveLength(1);
});

test("a user is modified, disabled, and given a new temporary password", async ({ page, platform, admin }) => {
  const person = await platform.person("Olga");
  await page.goto(`/users?q=${person.username}`);
  await page.getByRole("button", { name: `Modify ${person.displayName}` }).click();
  const name = unique("Olga");
  const modify = page.getByRole("dialog", { name: "Modify the user" });
  await modify.getByLabel("Display name").fill(name);
  await modify.getByLabel("Role").selectOption({ label: "System administrator" });
  await modify.getByRole("button", { name: "Save" }).click();
  await expect(row(page, name)).toContainText("System administrator");

  await chooseMore(page, name, "Set a temporary password");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Set password" }).click();
  const password = (await dialog.getByRole("region", { name: /Temporary password/ }).innerText()).trim();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(Latchkey.logIn(person.username, person.password)).rejects.toThrow(/401/);
  await Latchkey.logIn(person.username, password);

  await chooseMore(page, name, "Disable");
  await page.getByRole("dialog", { name: `Disable ${name}?` }).getByRole("button", { name: "Disable" }).click();
  await expect(row(page, name)).toContainText("Disabled");
  await expect(Latchkey.logIn(person.username, password)).rejects.toThrow(/401/);
  await chooseMore(page, name, "Enable");
  await page.getByRole("dialog", { name: `Enable ${name}?` }).getByRole("button", { name: "Enable" }).click();
  await expect(row(page, name)).not.toContainText("Disabled");
  expect((await admin.get(`/users?q=${person.username}`)).items[0].disabled).toBe(false);
});

test("a user who is no system administrator sees neither users nor audit trail, and is told why", async ({ page, platform, become, complaints }) => {
  complaints.expectStatus(403);
  await become(await platform.person("Pia", "admin"));
  await open(page, "/tokens");
  const sections = page.getByRole("navigation", { name: "Sections" });
  await expect(sections.getByRole("link", { name: "Projects" })).toBeVisible();
  await expect(sections.getByRole("link", { name: "Audit" })).toHaveCount(0);
  await open(page, "/audit");
  await expect(page.getByRole("table")).toHaveCount(0);
  await expect(page.getByRole("main")).toContainText(/administrator|may not|no right/i);
});

test("the audit trail is filtered by actor, action and target, and the address keeps the filters", async ({ page, platform, admin }) => {
  const token = await platform.token("rsa");
  await admin.get(`/tokens/${token.id}/file`);
  const person = await platform.person("Vera");
  await open(page, "/audit");
  await expect(page.getByRole("main").getByText(token.name).first()).toBeVisible();
  await page.getByLabel("Target").fill(token.name);
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.getByRole("main").getByText(`downloaded the file of the token ${token.name}`)).toBeVisible();
  await expect(page.getByRole("main").getByText(`issued the token ${token.name}`)).toBeVisible();
  await expect(page.getByRole("main").getByText(person.username)).toHaveCount(0);
  await page.getByLabel("Action", { exact: true }).selectOption("token.file_downloaded");
  await expect(page.getByRole("main").getByText(`issued the token ${token.name}`)).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("main").getByText(`downloaded the file of the token ${token.name}`)).toBeVisible();
  await expect(page.getByRole("main").getByText(`issued the token ${token.name}`)).toHaveCount(0);

  await page.getByRole("link", { name: "Clear the filters" }).or(page.getByRole("button", { name: "Clear the filters" })).first().click();
  await page.getByLabel("Actor").fill(person.username);
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.getByRole("main").getByText("chose a new password").first()).toBeVisible();
  await expect(page.getByRole("main").getByText(token.name)).toHaveCount(0);
});

test("the audit trail is searched while typing, and exported with its proof", async ({ page, platform }) => {
  const [token, other] = [await platform.token("rsa"), await platform.token("rsa")];
  await open(page, "/audit");
  await page.getByLabel("Target").fill(token.id.slice(0, -1));
  await expect(page.getByRole("main").getByText(`issued the token ${token.name}`)).toBeVisible();
  await expect(page.getByRole("main").getByText(other.name)).toHaveCount(0);
  await page.getByLabel("Source address").fill("192.0.2.");
  await expect(page.getByRole("main").getByText("No event matches these filters")).toBeVisible();
  await page.getByLabel("Source address").fill("");
  await page.getByLabel("Period").selectOption("Between two days");
  await page.getByLabel("To", { exact: true }).fill("2020-01-31");
  await expect(page.getByRole("main").getByText("No event matches these filters")).toBeVisible();
  await page.getByLabel("Period").selectOption("All time");
  await expect(page.getByRole("main").getByText(`issued the token ${token.name}`)).toBeVisible();

  const downloads = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export as JSON Lines" }).click();
  const lines = await readFile(await (await downloads).path(), "utf8");
  expect(lines).toContain(token.id);
  expect(lines).not.toContain(other.name);
  expect(lines).toContain('"end":');
  await expect(page.getByText(/^latchkey-audit\//)).toBeVisible();
});
