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
    ['the details', (page) => page.getByText('number 9.').click()],
    ['a filter that nothing matches', (page) => page.getByLabel('Text', { exact: true }).fill('nothing')],
    ['the patterns', (page) => page.getByRole('button', { name: 'Patterns' }).click()],
    ['the list of keys', (page) => page.keyboard.press('?')],
  ];
  const schemes = ['light', 'dark'] as const;

  it.each(schemes)(
    'breaks no rule of axe-core in the %s scheme, on a screen and on a phone',
    async (colorScheme) => {
      const { url, collector } = await startView();
      collectSome(collector);
      for (const width of [1280, 390])
        for (const [name, bring] of states) {
          const page = await open(`${url}#/events`, { colorScheme, width, height: 844 });
          await page.getByText('number 9.').waitFor();
          if (width < 600) await page.getByRole('button', { name: 'Filter', exact: true }).click();
          await bring(page);
          expect([name, width, await violations(page)]).toEqual([name, width, []]);
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
    for (const [, bring] of states) {
      const page = await open(`${url}#/events?traceId=${'a'.repeat(32)}`, { width: 390, height: 844 });
      await page.getByRole('button', { name: 'Clear', exact: true }).click();
      await page.getByRole('button', { name: 'Filter', exact: true }).click();
      await page.getByText('number 9.').waitFor();
      await bring(page);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
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
