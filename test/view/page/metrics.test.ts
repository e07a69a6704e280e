import { afterEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../../helpers/browser.js';
import { until } from '../../helpers/until.js';
import { attributesOf, endFedViews, type Feed, fedView, nanos } from '../../helpers/view-feed.js';

afterEach(endFedViews);

const NOW = Date.now();
const BOUNDS = [0.01, 0.1, 1];

/** A histogram of two routes with a point every ten seconds, for five minutes. */
function histogram(name: string): object {
  const dataPoints = ['/cart', '/pay'].flatMap((route, slowness) =>
    Array.from({ length: 30 }, (_, index) => ({
      startTimeUnixNano: nanos(NOW - (31 - index) * 10_000),
      timeUnixNano: nanos(NOW - (30 - index) * 10_000),
      count: '10',
      sum: 0.5 * (slowness + 1),
      explicitBounds: BOUNDS,
      bucketCounts: slowness === 0 ? ['4', '6', '0', '0'] : ['0', '3', '7', '0'],
      attributes: attributesOf({ route }),
    })),
  );
  return { name, unit: 's', description: 'How long it took', histogram: { aggregationTemporality: 1, dataPoints } };
}

function gauge(name: string, unit: string, values: readonly number[]): object {
  return {
    name,
    unit,
    gauge: {
      dataPoints: values.map((value, index) => ({
        timeUnixNano: nanos(NOW - (values.length - index) * 10_000),
        asDouble: value,
      })),
    },
  };
}

const feedAll = (feed: Feed) =>
  feed.metrics(histogram('http.duration'), gauge('memory', 'By', [3 * 2 ** 20, 2 * 2 ** 20, 4 * 2 ** 20]));

/** Colours in a canvas right of its labels, beside the transparent one. */
const coloursIn = (page: Page, selector: string) =>
  page.evaluate<number>(
    `(() => { const canvas = document.querySelector('${selector}'); if (canvas === null) return -1;
      const left = 75 * devicePixelRatio;
      const { data } = canvas.getContext('2d').getImageData(left, 0, canvas.width - left, canvas.height);
      const colours = new Set();
      for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 0) colours.add(data.slice(at, at + 4).join());
      return colours.size; })()`,
  );

/** Pixels of a canvas that have the colour of a series, or nearly so. */
const pixelsOf = (page: Page, selector: string, series: number) =>
  page.evaluate<number>(
    `(() => { const canvas = document.querySelector('${selector}'); if (canvas === null) return -1;
      const hex = getComputedStyle(document.documentElement).getPropertyValue('--series-${series}').trim();
      const wanted = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let at = 0; at < data.length; at += 4)
        if (data[at + 3] > 200 && wanted.every((value, part) => Math.abs(value - data[at + part]) < 12)) count += 1;
      return count; })()`,
  );

describeInBrowser('metrics', (open) => {
  it('are all shown at a glance, with their unit in words and the last value', async () => {
    const { url, feed } = await fedView();
    await feedAll(feed);
    const page = await open(`${url}#/metrics`);
    const card = (name: string) => page.getByRole('listitem').filter({ hasText: name });
    await card('memory').getByText('gauge · bytes').waitFor();
    await card('memory').getByText('4 MiB').waitFor();
    await card('http.duration').getByText('histogram · seconds · 2 series').waitFor();
    expect(await card('memory').locator('path').getAttribute('d')).toContain('L');
    await page.getByRole('link', { name: 'memory' }).click();
    await page.getByRole('heading', { name: 'memory' }).waitFor();
    await page.goBack();
    await card('memory').waitFor();
  });

  it('are drawn as lines on a canvas, of which a click in the legend hides one', async () => {
    const { url, feed } = await fedView();
    await feedAll(feed);
    const page = await open(`${url}#/metrics?metric=http.duration`);
    const canvas = '.plot canvas';
    await page.getByRole('button', { name: /^p99/ }).waitFor();
    // a chart is drawn after what stands around it
    for (const series of [1, 3]) await until(async () => (await pixelsOf(page, canvas, series)) > 200);
    await page.getByRole('button', { name: /^p99/ }).click();
    await until(async () => (await pixelsOf(page, canvas, 3)) === 0);
    await page.getByRole('button', { name: 'By tags' }).click();
    await page.getByRole('button', { name: /^route=\/cart 1\/s/ }).waitFor();
    await page.getByText('measurements per second').waitFor();
  });

  it('are a heat map if they are histograms, with a table behind it that leads to the events of a time', async () => {
    const { url, feed } = await fedView();
    await feedAll(feed);
    const page = await open(`${url}#/metrics?metric=http.duration`);
    await page.getByRole('img', { name: /^Distribution of http.duration over time.* in the table below$/ }).waitFor();
    // counts of 4, 9 and 7 have colours of their own
    await until(async () => (await coloursIn(page, '.heat-map canvas')) >= 3);
    await page.getByText('at most 9 measurements in a cell').waitFor();
    await page.getByText('As a table').last().click();
    const table = page.getByRole('table', { name: 'Distribution of http.duration' });
    await table.getByRole('columnheader', { name: '10 ms to 100 ms' }).waitFor();
    expect(await table.getByRole('cell', { name: '9', exact: true }).count()).toBeGreaterThan(20);
    // what a click on a cell does, without a mouse
    await table.getByRole('link').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/events\?.*startTime=/);
  });

  it('have a table behind each chart, whose times lead to the events around them', async () => {
    const { url, feed } = await fedView();
    await feedAll(feed);
    const page = await open(`${url}#/metrics?metric=memory`);
    await page.getByText('As a table').click();
    const table = page.getByRole('table', { name: 'Values of memory' });
    await table.getByRole('cell', { name: '4 MiB' }).waitFor();
    expect(await table.getByRole('row').count()).toBe(4);
    await table.getByRole('link').first().click();
    await page.waitForURL(/#\/events\?.*startTime=.*endTime=|#\/events\?.*endTime=.*startTime=/);
  });

  it('show exact measurements as dots; a click on one leads to the events around it', async () => {
    const { url, collector } = await fedView();
    for (const value of [10, 30, 20]) collector.collectMetric('queue.wait', value, 'ms');
    const page = await open(`${url}#/metrics?metric=queue.wait`);
    const area = page.locator('.u-over');
    await area.waitFor();
    const box = await area.boundingBox();
    if (box === null) throw new Error('the chart has no place');
    // the dot of the greatest value is the topmost of its colour
    let dot = { x: 0, y: 0 };
    const findDot = () =>
      page.evaluate<{ x: number; y: number }>(
        `(() => { const canvas = document.querySelector('.plot canvas'); const { width, height } = canvas;
        const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
        const { left, top } = canvas.getBoundingClientRect();
        const first = Math.round((document.querySelector('.u-over').getBoundingClientRect().left - left) * devicePixelRatio);
        for (let y = 0; y < height; y += 1) for (let x = first; x < width; x += 1) {
          const at = 4 * (y * width + x);
          if (data[at + 3] > 100 && data[at + 2] - data[at] > 60)
            return { x: left + x / devicePixelRatio, y: top + y / devicePixelRatio + 2 };
        } return { x: 0, y: 0 }; })()`,
      );
    await until(async () => {
      dot = await findDot();
      return dot.x > 0;
    });
    await page.mouse.click(dot.x, dot.y);
    await page.waitForURL(/#\/events\?/);
    expect(page.url()).toContain('startTime=');
  });

  it.each([
    ['times in nanoseconds that are almost the same', [1.7e18, 1.7e18 + 256]],
    ['almost the greatest', [-1e307, 1e307]],
    ['the least, above and below 0', [-5e-324, 1e-310]],
  ])('are drawn if their values are %s', async (_kind, values) => {
    const { url, feed } = await fedView();
    await feed.metrics(gauge('extreme', 'By', values));
    const page = await open(`${url}#/metrics?metric=extreme`);
    await until(async () => (await pixelsOf(page, '.plot canvas', 1)) > 50);
    await page.getByRole('link', { name: 'All metrics' }).click();
    await page.getByRole('listitem').filter({ hasText: 'extreme' }).waitFor();
  });

  it('narrow their time when a part of a chart is dragged over, and widen it again', async () => {
    const { url, feed } = await fedView();
    await feedAll(feed);
    const page = await open(`${url}#/metrics?metric=http.duration`);
    const area = page.locator('.u-over');
    await area.waitFor();
    const box = await area.boundingBox();
    if (box === null) throw new Error('the chart has no place');
    await page.mouse.move(box.x + box.width * 0.25, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.getByRole('button', { name: 'Whole time' }).waitFor();
    const window = new URLSearchParams(page.url().split('?')[1]);
    const length = Date.parse(window.get('endTime') ?? '') - Date.parse(window.get('startTime') ?? '');
    expect(Math.round(length / 10_000)).toBeCloseTo(7, -1);
    await page.getByRole('button', { name: 'Whole time' }).click();
    await page.getByRole('button', { name: 'Whole time' }).waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('startTime');
  });

  it('are compared, one below the other over the same time', async () => {
    const { url, feed } = await fedView();
    await feedAll(feed);
    const page = await open(`${url}#/metrics?metric=http.duration`);
    await page.getByLabel('Compare with').selectOption('memory');
    await page.getByRole('region', { name: 'memory' }).locator('canvas').waitFor();
    expect(page.url()).toContain('compare=memory');
    const lefts = await page
      .locator('.u-over')
      .evaluateAll((areas) =>
        (areas as unknown as { getBoundingClientRect(): { left: number } }[]).map(
          (area) => area.getBoundingClientRect().left,
        ),
      );
    expect(lefts).toHaveLength(2);
    expect(new Set(lefts).size).toBe(1);
  });

  it('grow while they are shown, without a new canvas', async () => {
    const { url, feed } = await fedView();
    await feedAll(feed);
    const page = await open(`${url}#/metrics?metric=memory`);
    await page.getByRole('button', { name: /4 MiB/ }).waitFor();
    await page.locator('.plot canvas').waitFor();
    await page.evaluate(`document.querySelector('.plot canvas').id = 'first'`);
    await feed.metrics({
      name: 'memory',
      unit: 'By',
      gauge: { dataPoints: [{ timeUnixNano: nanos(NOW), asDouble: 7 * 2 ** 20 }] },
    });
    await page.getByRole('button', { name: /7 MiB/ }).waitFor();
    expect(await page.locator('canvas#first').count()).toBe(1);
  });

  it('have names that are text, whatever is in them', async () => {
    const { url, feed } = await fedView();
    const name = '<img src=x onerror="document.title=1">\u202e';
    await feed.metrics(gauge(name, '<b>', [1, 2, 3]), gauge('n'.repeat(2_000), 'ms', [1, 2]));
    const page = await open(`${url}#/metrics`, { width: 390, height: 844 });
    await page.getByText('U+202E').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.getByRole('link', { name: '<img' }).click();
    await page.locator('.plot canvas').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await page.title()).toContain('RIMP');
  });
});
