import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Chromium: `CHROMIUM_PATH`, or Debian's. */
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const isThere = existsSync(executablePath);

/** How a page is opened. */
export interface PageOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** Whether errors on the page's console are expected, such as those of a connection that the test breaks. */
  readonly mayLogErrors?: boolean;
}

export type OpenPage = (url: string, options?: PageOptions) => Promise<Page>;

/**
 * Tests in a real Chromium; each test fails if one of its pages threw, logged an error or violated its content security
 * policy. They are skipped if there is no Chromium, and fail for want of it if `RIMP_BROWSER_TESTS` is `required`.
 */
export function describeInBrowser(name: string, tests: (open: OpenPage) => void): void {
  if (!isThere) {
    if (process.env.RIMP_BROWSER_TESTS === 'required')
      it(`${name}: Chromium is at CHROMIUM_PATH or /usr/bin/chromium`, () => expect(executablePath).toBe('there'));
    else describe.skip(`${name} (skipped: no Chromium at ${executablePath}; set CHROMIUM_PATH)`, () => tests(noPage));
    return;
  }
  describe(name, () => {
    let browser: Browser;
    let contexts: BrowserContext[] = [];
    let errors: string[] = [];
    beforeAll(async () => {
      // the sandbox needs rights that containers don't give; the pages are our own
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--enable-precise-memory-info'] });
    });
    afterEach(async () => {
      const found = errors;
      errors = [];
      await Promise.all(contexts.map((context) => context.close()));
      contexts = [];
      expect(found).toEqual([]);
    });
    afterAll(() => browser?.close());

    tests(async (url, { colorScheme = 'light', width = 1280, height = 800, mayLogErrors = false } = {}) => {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width, height },
        acceptDownloads: true,
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      contexts.push(context);
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      page.on('pageerror', (error) => errors.push(`thrown: ${error.stack ?? error.message}`));
      page.on('console', (message) => {
        if (message.type() === 'error' && !mayLogErrors) errors.push(`logged: ${message.text()}`);
      });
      await page.goto(url);
      return page;
    });
  });
}

const noPage: OpenPage = () => Promise.reject(new Error('no Chromium'));
