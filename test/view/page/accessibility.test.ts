import { afterEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { TelemetryCollector } from 'rimp-telemetry';
import { violations } from '../../helpers/axe.js';
import { describeInBrowser } from '../../helpers/browser.js';
import { closeViews } from '../../helpers/live-view.js';
import { startView } from '../../helpers/view-page.js';

afterEach(closeViews);

describeInBrowser('the events, for everybody', (open) => {
  const states: readonly (readonly [string, (page: Page) => Promise<unknown>])[] = [
    ['the list', (page) => page.getByText('number 9.').waitFor()],
    ['the details', openDetails],
    ['a filter that nothing matches', filterAll],
    ['the patterns', openPatterns],
    ['the list of keys', openKeys],
  ];
  const schemes = ['light', 'dark'] as const;

  it.each(schemes)(
    'breaks no rule of axe-core in the %s scheme, on a screen and on a phone',
    async (colorScheme) => {
      const { url, collector } = await startView();
      collectSome(collector);
      for (const width of [1280, 390]) {
        const page = await open(`${url}#/events`, { colorScheme, width, height: 844 });
        if (width < 600) await page.getByRole('button', { name: 'Filter', exact: true }).click();
        for (const [name, bring] of states) {
          await show(page, url);
          await bring(page);
          expect([name, width, await violations(page)]).toEqual([name, width, []]);
        }
      }
    },
    120_000,
  );

  it('has the width of a phone, without scrolling sideways', async () => {
    const { url, collector } = await startView();
    collectSome(collector);
    collector.collectEvent({
      source: 's'.repeat(500),
      message: 'm'.repeat(5_000),
      metadata: { ['k'.repeat(200)]: 'v'.repeat(900) },
    });
    const page = await open(`${url}#/events?traceId=${'a'.repeat(32)}`, { width: 390, height: 844 });
    await page.getByRole('button', { name: 'Clear', exact: true }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.getByRole('button', { name: 'Filter', exact: false }).first().click();
    for (const [name, bring] of states) {
      await show(page, url);
      await bring(page);
      expect([name, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([name, 390]);
    }
  });

  it('is used with the keyboard alone', async () => {
    const { url, collector } = await startView();
    collectSome(collector);
    const page = await open(`${url}#/events`);
    await page.getByText('number 9.').waitFor();
    const details = page.getByRole('complementary', { name: 'Event' });
    await page.keyboard.press('k');
    await details.getByText('number 9.').waitFor();
    await page.keyboard.press('ArrowUp');
    await details.getByText('number 8.').waitFor();
    await page.keyboard.press('j');
    await details.getByText('number 9.').waitFor();
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    await page.keyboard.type('number 3');
    await page.locator('.counts', { hasText: /^1 event$/ }).waitFor();
    // the keys of the page are letters while one types
    expect(await page.getByLabel('Text', { exact: true }).inputValue()).toBe('number 3');
    await page.keyboard.press('Escape');
    expect(await page.getByLabel('Text', { exact: true }).inputValue()).toBe('number 3');
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Next error').waitFor();
    // keys typed fast: the second one comes before the browser has drawn the page without the dialog
    await page.keyboard.press('Escape');
    await page.keyboard.press(' ');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: /^Resume/ }).waitFor();
  });

  it('reaches every control with the Tab key, the first one skips to the content', async () => {
    const { url, collector } = await startView();
    collectSome(collector);
    const page = await open(`${url}#/events`);
    await page.getByText('number 9.').waitFor();
    const names: string[] = [];
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press('Tab');
      names.push(
        await page.evaluate<string>(
          `(() => { const e = document.activeElement; return e.getAttribute('aria-label') ?? e.id + e.innerText; })()`,
        ),
      );
    }
    expect(names[0]).toBe('Skip to content');
    for (const name of ['Overview', 'Keyboard shortcuts', 'error', 'f-text', 'f-where', 'Patterns', 'Pause', 'Events'])
      expect(names).toContain(name);
  });
});

async function openDetails(page: Page): Promise<void> {
  await page.getByText('number 9.').click();
  await page.getByRole('complementary').getByText('Metadata').waitFor();
}

async function filterAll(page: Page): Promise<void> {
  await page.getByLabel('Text', { exact: true }).fill('nothing');
  await page.getByRole('heading', { name: 'No event matches the filter' }).waitFor();
}

async function openPatterns(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Patterns' }).click();
  await page.getByRole('table').getByText('number').first().waitFor();
}

async function openKeys(page: Page): Promise<void> {
  await page.getByRole('main').focus();
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
}

/** Shows the list as the page does at first, without loading it again. */
async function show(page: Page, url: string): Promise<void> {
  await page.goto(`${url}#/events`);
  await page.getByText('number 9.').waitFor();
  await page.getByRole('complementary').waitFor({ state: 'detached' });
}

function collectSome(collector: TelemetryCollector): void {
  const types = ['debug', 'info', 'warning', 'error'] as const;
  for (let count = 0; count < 10; count += 1)
    collector.collectEvent({
      source: 'shop.cart',
      message: `number ${count}.`,
      eventType: types[count % 4] ?? 'info',
      metadata: { count, user: { id: count } },
    });
}
