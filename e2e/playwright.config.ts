import { defineConfig } from "@playwright/test";

// `cargo xtask test --only screens` starts the servers and passes their address.
export default defineConfig({
  testDir: "screens",
  reporter: "list",
  workers: 2,
  fullyParallel: true,
  // In CI, retry a test once, because the machine may be busy. The report lists such tests as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL: process.env.LATCHKEY_URL,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    colorScheme: "light",
    viewport: { width: 1280, height: 800 },
    // Screenshots in the trace cost a third of the time.
    trace: { mode: "retain-on-failure", screenshots: false },
    screenshot: "only-on-failure",
    // Use Debian's Chromium. No browser is downloaded.
    launchOptions: { executablePath: process.env.LATCHKEY_CHROMIUM ?? "/usr/bin/chromium" },
  },
  projects: [
    { name: "screens", outputDir: "artefacts/results/screens", testIgnore: ["speed.spec.ts", "smoke.spec.ts"] },
    // Runs alone, on the server that was filled for it.
    { name: "speed", outputDir: "artefacts/results/speed", testMatch: "speed.spec.ts", fullyParallel: false },
    // A short journey on the other database.
    { name: "smoke", outputDir: "artefacts/results/smoke", testMatch: "smoke.spec.ts" },
  ],
});
