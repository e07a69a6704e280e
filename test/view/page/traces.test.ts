import { afterEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { MemoryStorage, TelemetryCollector, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { describeInBrowser } from '../../helpers/browser.js';
import { serveView } from '../../helpers/live-view.js';
import { until } from '../../helpers/until.js';
import { endFedViews, type Feed, fedView, nanos } from '../../helpers/view-feed.js';

afterEach(endFedViews);

const NOW = Date.now();
const traceOf = (digit: string) => digit.repeat(32);
const spanOf = (digit: string) => digit.repeat(16);

/** Three traces: `quick` is the latest, `slow` takes longest, `large` has most spans and an error. */
async function feedThree(feed: Feed): Promise<void> {
  await feed.spans(traceOf('a'), [
    { name: 'slow', id: spanOf('1'), from: NOW - 9_000, to: NOW - 8_000, service: 'worker' },
  ]);
  await feed.spans(traceOf('b'), [
    { name: 'large', id: spanOf('2'), from: NOW - 7_000, to: NOW - 6_900, service: 'shop' },
    { name: 'inner', id: spanOf('3'), parent: spanOf('2'), from: NOW - 6_990, to: NOW - 6_950, isError: true },
  ]);
  await feed.spans(traceOf('c'), [
    { name: 'quick', id: spanOf('4'), from: NOW - 5_000, to: NOW - 4_990, service: 'shop' },
  ]);
}

/** Waits until the list shows these traces, in this order. */
async function namesAre(page: Page, names: readonly string[]): Promise<void> {
  await until(async () => (await namesIn(page)).join() === names.join());
}

const namesIn = (page: Page) => page.locator('.trace-name').allInnerTexts();

describeInBrowser('the list of traces', (open) => {
  it('says what to do as long as there are none', async () => {
    const { url } = await fedView();
    const page = await open(`${url}#/traces`);
    await page.getByRole('heading', { name: 'No traces yet' }).waitFor();
  });

  it('has name, service, duration, spans and errors of each, the latest first', async () => {
    const { url, feed } = await fedView();
    await feedThree(feed);
    const page = await open(`${url}#/traces`);
    await page.getByText('3 traces').waitFor();
    expect(await namesIn(page)).toEqual(['quick', 'large', 'slow']);
    const cells = await page.getByRole('row', { name: 'large' }).getByRole('cell').allInnerTexts();
    expect(cells.slice(1)).toEqual(['large', 'shop', '100 ms', '2', '', '1']);
    const widths = await page
      .locator('.duration-bar')
      .evaluateAll((bars) =>
        (bars as unknown as { getBoundingClientRect(): { width: number } }[]).map(
          (bar) => bar.getBoundingClientRect().width,
        ),
      );
    expect((widths[1] ?? 0) / (widths[2] ?? 1)).toBeCloseTo(0.1, 1);
  });

  it('is put in another order, and reduced to traces with errors, by the URL as well', async () => {
    const { url, feed } = await fedView();
    await feedThree(feed);
    const page = await open(`${url}#/traces`);
    await page.getByRole('button', { name: 'Slowest' }).click();
    await namesAre(page, ['slow', 'large', 'quick']);
    await page.getByRole('button', { name: 'Largest' }).click();
    await namesAre(page, ['large', 'quick', 'slow']);
    await page.getByRole('button', { name: 'With errors' }).click();
    await namesAre(page, ['large']);
    await page.reload();
    await page.getByText('1 trace', { exact: true }).waitFor();
    expect(await namesIn(page)).toEqual(['large']);
  });

  it('is filtered by service, and leads to a trace', async () => {
    const { url, feed } = await fedView();
    await feedThree(feed);
    const page = await open(`${url}#/traces`);
    await page.getByLabel('Service').fill('worker');
    await page.getByText('1 trace', { exact: true }).waitFor();
    expect(await namesIn(page)).toEqual(['slow']);
    await page.getByRole('link', { name: 'slow' }).click();
    await page.getByRole('treegrid').waitFor();
    expect(page.url()).toContain(`#/trace/${traceOf('a')}`);
    await page.goBack();
    await page.getByText('1 trace', { exact: true }).waitFor();
  });

  it('grows while it is shown', async () => {
    const { url, feed } = await fedView();
    await feedThree(feed);
    const page = await open(`${url}#/traces`);
    await page.getByText('3 traces').waitFor();
    await feed.spans(traceOf('d'), [{ name: 'new', id: spanOf('5'), from: NOW - 50, to: NOW }]);
    await page.getByText('4 traces').waitFor();
    expect((await namesIn(page))[0]).toBe('new');
  });

  it('loads older traces behind the latest ones, and keeps them when newer ones come', async () => {
    const { url, feed } = await fedView();
    await feedMany(feed, 450);
    const page = await open(`${url}#/traces`);
    await page.getByText('the latest 200 traces').waitFor();
    const older = page.getByRole('button', { name: 'Load older' });
    await older.click();
    await page.getByText('the latest 400 traces').waitFor();
    await feed.spans(traceOf('d'), [{ name: 'new', id: spanOf('5'), from: NOW - 50, to: NOW }]);
    await page.getByText('the latest 401 traces').waitFor();
    await older.click();
    await page.getByText('451 traces', { exact: true }).waitFor();
    expect(await older.count()).toBe(0);
    expect(await namesIn(page)).toEqual(['new', ...Array.from({ length: 450 }, (_, number) => `trace ${number}`)]);
  });

  it('marks the number of spans of a trace that goes on for more than was read', async () => {
    const storage = new MemoryStorage({ maxEvents: 200_000 });
    const { url } = await serveView({}, new TelemetryCollector({}, { storage }));
    const first = NOW - 200_000_000;
    const long = new TelemetryEvent({
      timestamp: new Date(first),
      source: 'shop',
      message: 'long',
      otel: { traceId: traceOf('a'), spanId: spanOf('1'), span: { kind: 'server', endTimeUnixNano: nanos(NOW) } },
    });
    const others = Array.from(
      { length: 100_600 },
      (_, second) =>
        new TelemetryEvent({ timestamp: new Date(first + 1_000 * (second + 1)), source: 'shop', message: 'tick' }),
    );
    await storage.store(new TelemetryData({ events: [long, ...others] }));
    const page = await open(`${url}/#/traces`);
    const older = page.getByRole('button', { name: 'Load older' });
    const row = page.getByRole('row', { name: 'long' });
    await until(async () => {
      if ((await row.count()) > 0) return true;
      // it goes away when there is nothing older
      await older.click({ timeout: 500 }).catch(() => undefined);
      return false;
    }, 20_000);
    expect(await row.locator('.trace-spans').innerText()).toBe('1+');
  });

  it('finds the slowest of all, and errors that are far back', async () => {
    const { url, feed } = await fedView();
    await feedMany(feed, 450);
    const page = await open(`${url}#/traces?order=slowest`);
    await page.getByText('the 200 slowest of 450 traces').waitFor();
    // the oldest takes longest
    expect((await namesIn(page))[0]).toBe('trace 449');
    await page.getByRole('button', { name: 'With errors' }).click();
    await page.getByText('1 trace', { exact: true }).waitFor();
    await namesAre(page, ['trace 440']);
  });

  it('begins anew if so many came meanwhile that there may be others between', async () => {
    const { url, feed } = await fedView();
    await feedMany(feed, 210);
    const page = await open(`${url}#/traces`);
    await page.getByRole('button', { name: 'Load older' }).click();
    await page.getByText('210 traces', { exact: true }).waitFor();
    await feedMany(feed, 250, 1_000);
    await page.getByText('the latest 200 traces').waitFor();
    await page.getByRole('button', { name: 'Load older' }).click();
    await page.getByText('the latest 400 traces').waitFor();
  });
});

/** Traces that began one after the other, the first one last; number 440 has an error. */
async function feedMany(feed: Feed, count: number, from = 0): Promise<void> {
  const numbers = Array.from({ length: count }, (_, number) => number);
  const idOf = (number: number) => (from + number + 1).toString(16);
  const start = (number: number) => NOW - 60_000 + from * 10 - number * 20;
  await Promise.all(
    numbers.map((number) =>
      feed.spans(idOf(number).padStart(32, '0'), [
        {
          name: `trace ${number}`,
          id: idOf(number).padStart(16, '0'),
          from: start(number),
          to: start(number) + number,
          isError: number === 440,
        },
      ]),
    ),
  );
}
