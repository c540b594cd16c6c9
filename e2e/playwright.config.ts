import { defineConfig } from "@playwright/test";

// `cargo xtask test --only screens` starts the servers and says where they are.
export default defineConfig({
  testDir: "screens",
  reporter: "list",
  workers: 2,
  fullyParallel: true,
  // A crowded machine gets a second chance, and the report names what needed it as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL: process.env.LATCHKEY_URL,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    colorScheme: "light",
    viewport: { width: 1280, height: 800 },
    // Without pictures of every moment: they cost a third of the time.
    trace: { mode: "retain-on-failure", screenshots: false },
    screenshot: "only-on-failure",
    // Debian's Chromium: no browser is downloaded.
    launchOptions: { executablePath: process.env.LATCHKEY_CHROMIUM ?? "/usr/bin/chromium" },
  },
  projects: [
    { name: "screens", outputDir: "artefacts/results/screens", testIgnore: ["speed.spec.ts", "smoke.spec.ts"] },
    // Measured while nothing else runs, on the server that was filled for it.
    { name: "speed", outputDir: "artefacts/results/speed", testMatch: "speed.spec.ts", fullyParallel: false },
    // The same screens on the other database.
    { name: "smoke", outputDir: "artefacts/results/smoke", testMatch: "smoke.spec.ts" },
  ],
});
