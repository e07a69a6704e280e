import { afterEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { violations } from '../../helpers/axe.js';
import { describeInBrowser } from '../../helpers/browser.js';
import { attributesOf, endFedViews, type Feed, fedView, nanos } from '../../helpers/view-feed.js';

afterEach(endFedViews);

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const NOW = Date.now();

describeInBrowser('overview, traces and metrics, for everybody', (open) => {
  const states: readonly (readonly [string, (page: Page) => Promise<unknown>])[] = [
    ['#/', (page) => page.getByText('As a table').click()],
    ['#/traces', (page) => page.getByRole('link', { name: 'GET /cart' }).waitFor()],
    [`#/trace/${TRACE}`, (page) => page.getByText('cart.read').click()],
    [`#/trace/${'0'.repeat(32)}`, (page) => page.getByText('Nothing of this trace').waitFor()],
    ['#/metrics', (page) => page.getByText('histogram · seconds').waitFor()],
    ['#/metrics?metric=http.duration&compare=memory', openTables],
    ['#/metrics?metric=no.such', (page) => page.getByText(/has no values|Loading/).waitFor()],
  ];

  const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
    [1280, 390].map((width) => [colorScheme, width] as const),
  );

  it.each(looks)(
    'break no rule of axe-core in the %s scheme, %d pixels wide',
    async (colorScheme, width) => {
      const { url, feed } = await fedView();
      await feedAll(feed);
      const page = await open(url, { colorScheme, width, height: 844 });
      for (const [hash, bring] of states) {
        await page.goto(`${url}${hash}`);
        await bring(page);
        expect([hash, await violations(page)]).toEqual([hash, []]);
      }
    },
    120_000,
  );

  it('have the width of a phone, without scrolling sideways', async () => {
    const { url, feed } = await fedView();
    await feedAll(feed);
    const page = await open(url, { width: 390, height: 844 });
    for (const [hash, bring] of states) {
      await page.goto(`${url}${hash}`);
      await bring(page);
      expect([hash, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([hash, 390]);
    }
  });
});

async function openTables(page: Page): Promise<void> {
  await page.locator('canvas').nth(2).waitFor();
  for (const summary of await page.getByText('As a table').all()) await summary.click();
}

async function feedAll(feed: Feed): Promise<void> {
  const ids = ['1', '2'].map((digit) => digit.repeat(16));
  const [root = '', inner = ''] = ids;
  await feed.spans(TRACE, [
    { name: 'GET /cart', id: root, from: NOW - 100, to: NOW, service: 'frontend' },
    { name: 'cart.read', id: inner, parent: root, from: NOW - 90, to: NOW - 95, isError: true },
  ]);
  await feed.logs(TRACE, [{ text: 'cart is empty', spanId: inner, at: NOW - 92 }]);
  const times = [60, 40, 20].map((seconds) => nanos(NOW - seconds * 1_000));
  await feed.metrics(
    {
      name: 'http.duration',
      unit: 's',
      histogram: {
        aggregationTemporality: 1,
        dataPoints: times.map((timeUnixNano) => ({
          timeUnixNano,
          count: '5',
          sum: 1,
          explicitBounds: [0.1, 1],
          bucketCounts: ['2', '2', '1'],
          attributes: attributesOf({ route: '/cart' }),
        })),
      },
    },
    {
      name: 'memory',
      unit: 'By',
      gauge: { dataPoints: times.map((timeUnixNano, index) => ({ timeUnixNano, asDouble: 1e6 * (index + 1) })) },
    },
  );
}
