import { afterEach, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { MemoryStorage, StorageError, TelemetryCollector, type TelemetryStorage } from 'rimp-telemetry';
import { describeInBrowser } from '../../helpers/browser.js';
import { serveView } from '../../helpers/live-view.js';
import { endFedViews, fedView } from '../../helpers/view-feed.js';

afterEach(endFedViews);

/** A storage that takes nothing. */
class BrokenStorage implements TelemetryStorage {
  readonly #empty = new MemoryStorage();
  store(): Promise<never> {
    return Promise.reject(new StorageError('the disk is broken', { permanent: true }));
  }
  retrieve(): ReturnType<TelemetryStorage['retrieve']> {
    return this.#empty.retrieve();
  }
  scan(): ReturnType<TelemetryStorage['scan']> {
    return this.#empty.scan();
  }
  clear(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** One of the large numbers, by its whole name. */
function figureOf(page: Page, name: string): Locator {
  return page.locator('.figure').filter({ has: page.getByText(name, { exact: true }) });
}

describeInBrowser('the overview', (open) => {
  it('says what to do as long as nothing has come, and then counts', async () => {
    const { url, collector } = await fedView();
    const page = await open(url);
    await page.getByRole('heading', { name: 'Nothing has come yet' }).waitFor();
    collector.collectEvent('shop', 'first');
    collector.collectEvent('shop', 'second', 'error');
    collector.collectMetric('queue', 3);
    const figure = (name: string) => figureOf(page, name).locator('.figure-value');
    await figure('Events').getByText('2', { exact: true }).waitFor();
    await figure('Metrics').getByText('1', { exact: true }).waitFor();
    await figure('Errors (events, spans)').getByText('1', { exact: true }).waitFor();
    await page.getByRole('heading', { name: /^What came in the last/ }).waitFor();
  });

  it('leads from a source of errors, a service and a bar to their events', async () => {
    const { url, collector, feed } = await fedView();
    collector.collectEvent('shop.payment', 'declined', 'error');
    collector.collectEvent('shop.cart', 'filled');
    const at = Date.now();
    await feed.spans('a'.repeat(32), [{ name: 'GET /', id: 'b'.repeat(16), from: at - 5, to: at, service: 'front' }]);
    const page = await open(url);
    const row = page.getByRole('row', { name: /^shop.payment/ });
    await row.getByRole('link').click();
    await page.getByText('declined').waitFor();
    expect(new URLSearchParams(page.url().split('?')[1])).toEqual(
      new URLSearchParams({ eventTypes: 'error', source: 'shop.payment' }),
    );
    await page.goBack();
    await page
      .getByRole('row', { name: /^front/ })
      .getByRole('link', { name: 'front' })
      .click();
    await page.getByText('GET /').waitFor();
    expect(page.url()).toContain('service=front');
    await page.goBack();
    await page.locator('.rate-part').last().click();
    await page.getByText('filled').waitFor();
    expect(page.url()).toContain('startTime=');
  });

  it('counts an error once, be it an event or a span, and all items a second', async () => {
    const { url, collector, feed } = await fedView();
    collector.collectEvent('shop', 'declined', 'error');
    collector.collectEvent('shop', 'placed');
    const at = Date.now();
    const span = { from: at - 5, to: at, service: 'shop' };
    await feed.spans('a'.repeat(32), [
      { ...span, name: 'failed', id: 'b'.repeat(16), isError: true },
      { ...span, name: 'fine', id: 'c'.repeat(16), isError: false },
    ]);
    const page = await open(url);
    const figure = figureOf(page, 'Errors (events, spans)');
    await figure.locator('.figure-value').getByText('2', { exact: true }).waitFor();
    await figure.getByText(/^2 in the last/).waitFor();
    const inTable = await page.getByRole('row', { name: /^shop/ }).locator('td.number.is-lost').allInnerTexts();
    expect(inTable.reduce((sum, text) => sum + Number(text), 0)).toBe(2);
    await page.getByText('As a table').click();
    const table = page.getByRole('table', { name: /^What came in/ });
    await table.waitFor();
    const names = await table.getByRole('columnheader').allInnerTexts();
    const cells = await table
      .locator('tbody tr')
      .evaluateAll((rows) =>
        (rows as unknown as { children: ArrayLike<{ textContent: string }> }[]).map((row) =>
          Array.from(row.children, ({ textContent }) => Number(textContent)),
        ),
      );
    const sums = names.map((name, column) => [name, cells.reduce((sum, row) => sum + (row[column] ?? 0), 0)]);
    expect(Object.fromEntries(sums.slice(1))).toEqual({
      'error, of events and spans': 2,
      warn: 0,
      info: 1,
      debug: 0,
      'other span': 1,
      metrics: 0,
    });
    // the rate beside Live has the spans in it
    const [rates, live] = await page.evaluate<[number[], number]>(
      `[[...document.querySelectorAll('.figure-note')].slice(0, 3), document.querySelector('.connection .rate')].map(
        (one) => Array.isArray(one) ? one.map(({ innerText }) => parseFloat(innerText)) : parseFloat(one.innerText))`,
    );
    expect(Math.abs(rates.reduce((sum, rate) => sum + rate, 0) - live)).toBeLessThan(0.3);
  });

  it('has the figures of its chart in a table', async () => {
    const { url, collector } = await fedView();
    for (let count = 0; count < 5; count += 1) collector.collectEvent('shop', `number ${count}.`, 'warning');
    const page = await open(url);
    await page.locator('.rate-part.type-warning').first().waitFor();
    await page.getByText('As a table').click();
    const table = page.getByRole('table', { name: /^What came in/ });
    await table.getByRole('cell', { name: '5', exact: true }).waitFor();
  });

  it('shows what a sink lost in red, with the reason in words', async () => {
    const collector = new TelemetryCollector(
      { storageBackend: 'memory', flushInterval: 0.1 },
      { storage: new BrokenStorage() },
    );
    const { url } = await serveView({}, collector);
    for (let count = 0; count < 3; count += 1) collector.collectEvent('shop', 'lost');
    const page = await open(`${url}/`);
    const lost = page.locator('.figure', { hasText: 'Lost' }).locator('.figure-value');
    await lost.getByText('3', { exact: true }).waitFor();
    await page
      .getByText(/^3 lost: /)
      .first()
      .waitFor();
    const [text, error] = await page.evaluate<[string, string]>(
      `[document.querySelector('.figure-value.is-lost'), document.querySelector('.ledger-reasons')]
        .map((element) => getComputedStyle(element).color)`,
    );
    expect(text).toBe(error);
    expect(text).not.toBe(await page.evaluate('getComputedStyle(document.body).color'));
  });
});
