/** The tests' ground: who is logged in, what is there, and what no page may ever do. */
import { test as base, expect, type Page } from "@playwright/test";
import { ADMIN_PASSWORD, Latchkey, Platform, URL_OF_SERVER, type Person } from "./latchkey";

export { expect, type Page } from "@playwright/test";

/** What the browser complained about, and what of it a test has provoked. */
export class Complaints {
  private readonly seen: string[] = [];
  private readonly provoked: RegExp[] = [];

  add(complaint: string): void {
    this.seen.push(complaint);
  }

  /** The browser says on its console when an answer has one of these statuses. */
  expectStatus(...statuses: number[]): void {
    for (const status of statuses) this.provoked.push(new RegExp(`status of ${status} `));
  }

  /** The browser says so as well when there is no answer at all. */
  expectNoAnswer(): void {
    this.provoked.push(/net::ERR_/);
  }

  /** And when a part of the app cannot be loaded. */
  expectMissingPart(): void {
    this.provoked.push(/TypeError: Failed to fetch/);
  }

  /** And when a page uses what a policy denies it. */
  expectRefusal(): void {
    this.provoked.push(/Permissions policy violation/);
  }

  unprovoked(): string[] {
    return this.seen.filter((complaint) => !this.provoked.some((one) => one.test(complaint)));
  }
}

interface Fixtures {
  /** Fails the test on an error on the console, and on a request to another origin. */
  complaints: Complaints;
  /** Logs the page's browser in as this person. */
  become: (person: Person) => Promise<void>;
}

interface WorkerFixtures {
  /** The REST API as the first administrator. */
  admin: Latchkey;
  /** What the worker's tests work on. */
  platform: Platform;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  admin: [
    async ({}, use) => {
      const admin = await Latchkey.logIn("admin", ADMIN_PASSWORD);
      await use(admin);
      await admin.dispose();
    },
    { scope: "worker" },
  ],

  platform: [
    async ({ admin }, use) => {
      await use(await Platform.make(admin));
    },
    { scope: "worker" },
  ],

  // The administrator of the REST API is who is logged in, unless a test says otherwise.
  storageState: async ({ admin }, use) => {
    await use(await admin.state());
  },

  complaints: [
    async ({ context }, use) => {
      const complaints = new Complaints();
      context.on("console", (message) => {
        if (message.type() === "error") complaints.add(`console: ${message.text()}`);
      });
      context.on("weberror", (error) => complaints.add(`uncaught: ${error.error()}`));
      context.on("request", (sent) => {
        const url = new URL(sent.url());
        if (url.protocol.startsWith("http") && url.origin !== URL_OF_SERVER) {
          complaints.add(`a request to another origin: ${url}`);
        }
      });
      await use(complaints);
      expect(complaints.unprovoked(), "what the browser complained about").toEqual([]);
    },
    { auto: true },
  ],

  become: async ({ context }, use) => {
    await use(async (person) => {
      const themselves = await Latchkey.logIn(person.username, person.password);
      const { cookies } = await themselves.state();
      await themselves.dispose();
      await context.clearCookies();
      await context.addCookies(cookies);
    });
  },
});

/** Nobody is logged in. */
export const loggedOut = { storageState: { cookies: [], origins: [] } };

/** Opens a page and waits until its heading is there. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
}
