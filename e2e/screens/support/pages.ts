/** Finds elements of the pages by role and name. */
import { expect, type Locator, type Page } from "@playwright/test";
import { ENGLISH, type Words } from "./words";

/** The row of a list with this name. */
export function row(page: Page, name: string): Locator {
  return page.getByRole("main").getByRole("row").filter({ has: page.getByRole("rowheader").filter({ hasText: name }) });
}

/** Searches the list for a text. */
export async function search(page: Page, text: string): Promise<void> {
  await page.getByRole("searchbox").fill(text);
  await page.keyboard.press("Enter");
}

/** Opens the list of tokens and finds the token with this name. */
export async function findToken(page: Page, kind: "rsa" | "jwt", name: string): Promise<Locator> {
  await page.goto(`/tokens?kind=${kind}&q=${encodeURIComponent(name)}`);
  const found = row(page, name);
  await expect(found).toBeVisible();
  return found;
}

/** Chooses an entry in the menu of a row. */
export async function chooseMore(page: Page, name: string, choice: string): Promise<void> {
  await page.getByRole("button", { name: `More for ${name}` }).click();
  await page.getByRole("link", { name: choice }).or(page.getByRole("button", { name: choice, exact: true })).click();
}

/** A toast with this text. */
export function toast(page: Page, text: string | RegExp): Locator {
  return page.getByRole("region").or(page.locator("section.toasts")).getByRole("status").filter({ hasText: text });
}

/** The confirmation dialog for deleting a token. */
export function deleteQuestion(page: Page, name: string, words: Words = ENGLISH): Locator {
  return page.getByRole("dialog", { name: words.deleteQuestion(name) });
}

/** Returns the text in the clipboard. */
export function clipboard(page: Page): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Grants the page access to the clipboard. */
export async function allowClipboard(page: Page): Promise<void> {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
}

/**
 * Makes the browser refuse the clipboard to pages that are opened from now on, through a permissions policy.
 */
export async function refuseClipboard(page: Page): Promise<void> {
  await page.route("**/*", async (route) => {
    if (route.request().resourceType() !== "document") return route.continue();
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), "permissions-policy": "clipboard-write=()" } });
  });
}

/** Chooses APIs in the picker. Searches for each by its key. */
export async function chooseApis(page: Page, keys: string[], words: Words = ENGLISH): Promise<void> {
  const picker = page.getByRole("group", { name: words.authorisedApis });
  for (const key of keys) {
    await picker.getByRole("searchbox").fill(key);
    await picker.getByRole("checkbox", { name: key.split(":")[1] }).check();
  }
}

/** Chooses the projects or users of a token, by key or user name. */
export async function chooseTargets(page: Page, kind: "rsa" | "jwt", keys: string[], words: Words = ENGLISH): Promise<void> {
  const picker = page.getByRole("group", { name: kind === "rsa" ? words.authorisedProjects : words.authorisedUsers });
  for (const key of keys) {
    // Wait for the search that starts when typing pauses.
    const searched = page.waitForResponse((response) => response.url().includes(`q=${encodeURIComponent(key)}`));
    await picker.getByRole("searchbox").fill(key);
    await searched;
    await picker.getByRole("checkbox", { name: key }).check();
  }
}
