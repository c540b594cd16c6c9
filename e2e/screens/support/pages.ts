/** What tests find on the pages, by role and name. */
import { expect, type Locator, type Page } from "@playwright/test";
import { ENGLISH, type Words } from "./words";

/** The row of a list that is about this name. */
export function row(page: Page, name: string): Locator {
  return page.getByRole("main").getByRole("row").filter({ has: page.getByRole("rowheader").filter({ hasText: name }) });
}

/** Searches the list for this. */
export async function search(page: Page, text: string): Promise<void> {
  await page.getByRole("searchbox").fill(text);
  await page.keyboard.press("Enter");
}

/** Opens the list of tokens at the one with this name. */
export async function findToken(page: Page, kind: "rsa" | "jwt", name: string): Promise<Locator> {
  await page.goto(`/tokens?kind=${kind}&q=${encodeURIComponent(name)}`);
  const found = row(page, name);
  await expect(found).toBeVisible();
  return found;
}

/** Chooses what the menu of a row has to offer. */
export async function chooseMore(page: Page, name: string, choice: string): Promise<void> {
  await page.getByRole("button", { name: `More for ${name}` }).click();
  await page.getByRole("link", { name: choice }).or(page.getByRole("button", { name: choice, exact: true })).click();
}

/** A message about what was just done. */
export function toast(page: Page, text: string | RegExp): Locator {
  return page.getByRole("region").or(page.locator("section.toasts")).getByRole("status").filter({ hasText: text });
}

/** The question before a token is deleted. */
export function deleteQuestion(page: Page, name: string, words: Words = ENGLISH): Locator {
  return page.getByRole("dialog", { name: words.deleteQuestion(name) });
}

/** What the clipboard holds. */
export function clipboard(page: Page): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Lets the page use the clipboard, as it may in a window that has the focus. */
export async function allowClipboard(page: Page): Promise<void> {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
}

/** Makes the browser refuse the clipboard to pages that are opened from here on, by a policy. */
export async function refuseClipboard(page: Page): Promise<void> {
  await page.route("**/*", async (route) => {
    if (route.request().resourceType() !== "document") return route.continue();
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), "permissions-policy": "clipboard-write=()" } });
  });
}

/** Chooses APIs in the picker of a token's form, each searched by its key. */
export async function chooseApis(page: Page, keys: string[], words: Words = ENGLISH): Promise<void> {
  const picker = page.getByRole("group", { name: words.authorisedApis });
  for (const key of keys) {
    await picker.getByRole("searchbox").fill(key);
    await picker.getByRole("checkbox", { name: key.split(":")[1] }).check();
  }
}

/** Chooses the projects or users that a token is for, by key or user name. */
export async function chooseTargets(page: Page, kind: "rsa" | "jwt", keys: string[], words: Words = ENGLISH): Promise<void> {
  const picker = page.getByRole("group", { name: kind === "rsa" ? words.authorisedProjects : words.authorisedUsers });
  for (const key of keys) {
    // The server searches, once typing rests.
    const searched = page.waitForResponse((response) => response.url().includes(`q=${encodeURIComponent(key)}`));
    await picker.getByRole("searchbox").fill(key);
    await searched;
    await picker.getByRole("checkbox", { name: key }).check();
  }
}
