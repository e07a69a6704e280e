import { afterEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../../helpers/browser.js';
import { endFedViews, type Feed, fedView } from '../../helpers/view-feed.js';

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
    expect(await namesIn(page)).toEqual(['slow', 'large', 'quick']);
    await page.getByRole('button', { name: 'Most spans' }).click();
    expect((await namesIn(page))[0]).toBe('large');
    await page.getByRole('button', { name: 'With errors' }).click();
    expect(await namesIn(page)).toEqual(['large']);
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
});
