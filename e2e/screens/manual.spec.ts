/** The steps of the user manual, in both languages. */
import { readFile } from "node:fs/promises";
import { unique } from "./support/latchkey";
import {
  allowClipboard,
  chooseApis,
  chooseTargets,
  clipboard,
  deleteQuestion,
  findToken,
  refuseClipboard,
  row,
  search,
} from "./support/pages";
import { expect, open, test, type Page } from "./support/test";
import { CHINESE, ENGLISH, type Words } from "./support/words";

/** Performs a click that downloads a file, and returns the name and the content of the file. */
async function downloaded(page: Page, click: () => Promise<void>): Promise<{ name: string; file: any }> {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return { name: download.suggestedFilename(), file: JSON.parse(await readFile(await download.path(), "utf8")) };
}

for (const words of [ENGLISH, CHINESE]) {
  test.describe(`the manual in ${words.language}`, () => {
    test.use({ locale: words.locale });

    test("type switch: RSA by default, the list of each, a search that Enter refreshes", async ({ page, platform }) => {
      const name = unique("Lighthouse");
      await platform.token("rsa", { name: `${name} rsa` });
      await platform.token("jwt", { name: `${name} jwt` });
      await open(page, "/tokens");
      await expect(page.getByRole("heading", { level: 1, name: words.tokens })).toBeVisible();
      const kinds = page.getByRole("navigation", { name: words.kindOfToken });
      await expect(kinds.getByRole("link", { name: "RSA" })).toHaveAttribute("aria-current", "page");
      await expect(kinds.getByRole("link", { name: "JWT" })).not.toHaveAttribute("aria-current", "page");

      const box = page.getByRole("searchbox", { name: words.searchByName });
      await box.fill(name);
      await box.press("Enter");
      await expect(row(page, `${name} rsa`)).toBeVisible();
      await expect(row(page, `${name} jwt`)).toHaveCount(0);
      expect(new URL(page.url()).searchParams.get("q")).toBe(name);

      await kinds.getByRole("link", { name: "JWT" }).click();
      await expect(kinds.getByRole("link", { name: "JWT" })).toHaveAttribute("aria-current", "page");
      await expect(row(page, `${name} jwt`)).toBeVisible();
      await expect(row(page, `${name} rsa`)).toHaveCount(0);
      expect(new URL(page.url()).searchParams.get("kind")).toBe("jwt");

      // Enter reloads the list, even if the search text has not changed.
      await platform.token("jwt", { name: `${name} late` });
      await box.press("Enter");
      await expect(row(page, `${name} late`)).toBeVisible();

      // The search tolerates a typing error.
      await search(page, name.replace("Lighthouse", "Lihgthouse"));
      await expect(row(page, `${name} late`)).toBeVisible();

      const nothing = unique("%_zzz");
      await search(page, nothing);
      await expect(page.getByRole("heading", { name: words.noMatch("JWT", nothing) })).toBeVisible();
      await page.getByRole("search").getByRole("button", { name: words.clearSearch }).click();
      await expect(box).toHaveValue("");
      await expect(page.getByRole("row").nth(1)).toBeVisible();
      expect(new URL(page.url()).searchParams.get("q")).toBeNull();
    });

    for (const kind of ["rsa", "jwt"] as const) {
      test(`apply for a token, success page: ${kind}`, async ({ page, platform, admin }) => {
        await allowClipboard(page);
        const name = unique(`Tug 拖轮 ${kind}`);
        const taken = await platform.token(kind);
        await page.goto(`/tokens?kind=${kind}`);
        await page.getByRole("link", { name: words.apply }).click();
        await expect(page).toHaveURL(new RegExp(`/tokens/new\\?kind=${kind}`));

        // A taken name is reported when the field loses the focus, whatever its case.
        const field = page.getByLabel(words.tokenName);
        await field.fill(taken.name.toUpperCase());
        await page.keyboard.press("Tab");
        await expect(field).toHaveAccessibleDescription(new RegExp(words.nameTaken));
        await field.fill(name);
        await page.keyboard.press("Tab");
        await expect(field).not.toHaveAttribute("aria-invalid", "true");

        await chooseApis(page, [platform.api("readCrane"), platform.api("moveCrane")], words);
        const targets = kind === "rsa" ? [platform.project, platform.otherProject] : [platform.user];
        await chooseTargets(page, kind, targets, words);
        await page.getByRole("button", { name: words.submit }).click();

        await expect(page).toHaveURL(/\/tokens\/tok_[^/]+\/issued/);
        await expect(page.getByRole("heading", { level: 1, name: words.issued })).toBeVisible();
        await expect(page.getByText(name).first()).toBeVisible();
        const [token] = await admin.tokensNamed(name);
        expect(token).toMatchObject({ kind, grant_count: 2, target_count: targets.length });

        if (kind === "rsa") {
          const { name: saved, file } = await downloaded(page, () => page.getByRole("button", { name: words.downloadTokenTest }).click());
          expect(saved).toBe(`${name}.token.json`);
          expect(file).toMatchObject({ token_id: token.id, name });
          expect(await platform.verify(file.open_token)).toMatchObject({ allowed: true, api: platform.api() });
        } else {
          await page.getByRole("button", { name: words.copySecretId }).click();
          await expect(page.getByRole("status").filter({ hasText: words.copied })).toBeVisible();
          const answer = await platform.exchange(token.id, await clipboard(page));
          expect(answer.status()).toBe(200);
          const { access_token: jwt } = await answer.json();
          expect(await platform.verify(jwt)).toMatchObject({ allowed: true, subject: { username: platform.user } });
        }

        await page.getByRole("link", { name: words.returnList }).click();
        await expect(page).toHaveURL(new RegExp(`/tokens\\?kind=${kind}`));
        await expect(row(page, name)).toBeVisible();
      });

      test(`list operations: ${kind}`, async ({ page, platform, admin }) => {
        await allowClipboard(page);
        const token = await platform.token(kind);
        let found = await findToken(page, kind, token.name);
        if (kind === "rsa") {
          const { file } = await downloaded(page, () => found.getByRole("button", { name: words.download }).click());
          expect(await platform.verify(file.open_token)).toMatchObject({ allowed: true });
        } else {
          await found.getByRole("button", { name: words.copy }).click();
          await expect(page.getByRole("status").filter({ hasText: words.copied })).toBeVisible();
          expect((await platform.exchange(token.id, await clipboard(page))).status()).toBe(200);
        }

        await found.getByRole("link", { name: words.modify }).click();
        await expect(page.getByRole("heading", { level: 1, name: words.modifyToken })).toBeVisible();
        const name = unique("Renamed");
        const field = page.getByLabel(words.tokenName);
        await expect(field).toHaveValue(token.name);
        await field.fill(name);
        await chooseApis(page, [platform.api("moveCrane")], words);
        await page.getByRole("button", { name: words.submit }).or(page.getByRole("button", { name: words.save })).click();
        await expect(page.getByRole("heading", { level: 1, name: words.modified })).toBeVisible();
        const changed = await admin.get(`/tokens/${token.id}`);
        expect(changed.name).toBe(name);
        expect(changed.apis.map((api: any) => api.key).sort()).toEqual([platform.api("moveCrane"), platform.api("readCrane")]);

        // The success page of a change offers the same download or copy.
        if (kind === "rsa") {
          const { file } = await downloaded(page, () => page.getByRole("button", { name: words.downloadTokenTest }).click());
          expect(file.name).toBe(name);
          const call = { path: platform.path("moveCrane") };
          expect(await platform.verify(file.open_token, call)).toMatchObject({ allowed: true });
        } else {
          await page.getByRole("button", { name: words.copySecretId }).click();
          await expect(page.getByRole("status").filter({ hasText: words.copied })).toBeVisible();
          expect((await platform.exchange(token.id, await clipboard(page))).status()).toBe(200);
        }
        await page.getByRole("link", { name: words.returnList }).click();
        found = await findToken(page, kind, name);
        await expect(found).toBeVisible();
      });
    }

    test("copy secret id without clipboard access: the secret id is shown and selected", async ({ page, platform, complaints }) => {
      complaints.expectRefusal();
      const token = await platform.token("jwt");
      await refuseClipboard(page);
      const found = await findToken(page, "jwt", token.name);
      await found.getByRole("button", { name: words.copy }).click();
      const dialog = page.getByRole("dialog", { name: words.copyByHand });
      const shown = dialog.getByRole("textbox");
      const secret = await shown.inputValue();
      expect((await platform.exchange(token.id, secret)).status()).toBe(200);
      await expect(shown).toBeFocused();
      const selected = await shown.evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart, area.selectionEnd));
      expect(selected).toBe(secret);
      await dialog.getByRole("button", { name: words.close }).click();
      await expect(dialog).toBeHidden();
      expect(await page.content()).not.toContain(secret);
    });

    test("delete: the dialog explains the effect, and the next verification fails", async ({ page, platform, admin }) => {
      const token = await platform.token("rsa");
      const { open_token: credential } = await admin.get(`/tokens/${token.id}/file`);
      let found = await findToken(page, "rsa", token.name);
      await found.getByRole("button", { name: words.remove }).click();
      const question = deleteQuestion(page, token.name, words);
      await expect(question).toContainText(words.cannotBeUndone);
      await expect(question).toContainText(words.lastUsed);
      await expect(question).toContainText(words.never);
      await expect(question).toContainText(words.callsIn24Hours);
      await question.getByRole("button", { name: words.cancel }).click();
      await expect(question).toBeHidden();
      expect(await platform.verify(credential)).toMatchObject({ allowed: true });

      // The token was just used, so deleting it now requires its name.
      await platform.use(token);
      found = await findToken(page, "rsa", token.name);
      await found.getByRole("button", { name: words.remove }).click();
      const button = question.getByRole("button", { name: words.remove });
      const typed = question.getByLabel(words.typeName);
      await expect(typed).toBeVisible();
      await expect(button).toBeDisabled();
      await typed.fill(token.name.slice(0, -1));
      await expect(button).toBeDisabled();
      await typed.fill(token.name);
      await button.click();
      await expect(question).toBeHidden();
      await expect(row(page, token.name)).toHaveCount(0);
      expect(await platform.verify(credential)).toEqual({ allowed: false, reason: "unknown_token" });
    });

    test("not a project administrator: the page says why it is empty", async ({ page, platform, become, complaints }) => {
      complaints.expectStatus(403);
      await become(await platform.person("Mara", "member"));
      for (const kind of ["rsa", "jwt"] as const) {
        await open(page, `/tokens?kind=${kind}`);
        await expect(page.getByText(words.nothingForYou[kind])).toBeVisible();
        await expect(page.getByRole("table")).toHaveCount(0);
        await expect(page.getByRole("link", { name: words.apply })).toHaveCount(0);
      }
      await open(page, "/tokens/new?kind=rsa");
      await expect(page.getByRole("heading", { name: words.cannotApply })).toBeVisible();
    });

    test("a project administrator manages the tokens of their projects, and sees no others", async ({ page, platform, become }) => {
      const theirs = await platform.token("rsa");
      const name = unique("Zeppelin");
      const foreign = await platform.token("rsa", { name, projects: [platform.otherProject] });
      await become(await platform.person("Pia", "admin"));
      const found = await findToken(page, "rsa", theirs.name);
      await expect(found.getByRole("link", { name: words.modify })).toBeVisible();
      await search(page, foreign.name);
      await expect(page.getByRole("heading", { name: words.noMatch("RSA", foreign.name) })).toBeVisible();
    });
  });
}
