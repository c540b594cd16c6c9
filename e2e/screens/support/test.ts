/** The fixtures of the tests: the session, the data, and the checks that apply to every page. */
import { test as base, expect, type Page } from "@playwright/test";
import { ADMIN_PASSWORD, Latchkey, Platform, URL_OF_SERVER, type Person } from "./latchkey";

export { expect, type Page } from "@playwright/test";

/** The errors that the browser reports, and the errors that a test expects. */
export class Complaints {
  private readonly seen: string[] = [];
  private readonly provoked: RegExp[] = [];

  add(complaint: string): void {
    this.seen.push(complaint);
  }

  /** The browser logs an error for a response with one of these statuses. */
  expectStatus(...statuses: number[]): void {
    for (const status of statuses) this.provoked.push(new RegExp(`status of ${status} `));
  }

  /** The browser logs an error if no response arrives. */
  expectNoAnswer(): void {
    this.provoked.push(/net::ERR_/);
  }

  /** The browser logs an error if a chunk of the app cannot be loaded. */
  expectMissingPart(): void {
    this.provoked.push(/TypeError: Failed to fetch/);
  }

  /** The browser logs an error if a page uses a feature that a policy denies. */
  expectRefusal(): void {
    this.provoked.push(/Permissions policy violation/);
  }

  unprovoked(): string[] {
    return this.seen.filter((complaint) => !this.provoked.some((one) => one.test(complaint)));
  }
}

interface Fixtures {
  /** Fails the test after an error on the console or a request to another origin. */
  complaints: Complaints;
  /** Logs the browser in as this user. */
  become: (person: Person) => Promise<void>;
}

interface WorkerFixtures {
  /** The REST API, logged in as the first administrator. */
  admin: Latchkey;
  /** The data that the tests of this worker use. */
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

  // The browser is logged in as the administrator, unless a test changes that.
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

/** No user is logged in. */
export const loggedOut = { storageState: { cookies: [], origins: [] } };

/** Opens a page and waits for its heading. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
}
