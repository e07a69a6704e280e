import { afterEach, expect, it } from '@jest/globals';
import { describeInBrowser } from '../../helpers/browser.js';
import { closeViews } from '../../helpers/live-view.js';
import { startView } from '../../helpers/view-page.js';

afterEach(closeViews);

describeInBrowser('the patterns of the events', (open) => {
  it('groups similar messages with their counts, and lists those of one at a click', async () => {
    const { url, collector } = await startView();
    for (let count = 0; count < 30; count += 1)
      collector.collectEvent({ source: 's', message: `order ${count} placed` });
    for (let count = 0; count < 3; count += 1)
      collector.collectEvent({ source: 's', message: `payment ${count} failed`, eventType: 'error' });
    const page = await open(`${url}#/events`);
    await page.getByRole('button', { name: 'Patterns' }).click();
    await page.getByRole('row', { name: /^30 .* info order <.*> placed/ }).waitFor();
    await page.getByRole('row', { name: /^3 .* error payment <.*> failed/ }).click();
    await page.locator('.counts', { hasText: /^3 events$/ }).waitFor();
    for (const count of [0, 1, 2]) await page.getByRole('grid').getByText(`payment ${count} failed`).waitFor();
    await page.getByRole('button', { name: /^Remove pattern payment/ }).click();
    await page.locator('.counts', { hasText: /^33 events$/ }).waitFor();
  });

  it('are those of the filtered events, and count what comes', async () => {
    const { url, collector } = await startView();
    collector.collectEvent({ source: 'shop', message: 'order 1 placed' });
    collector.collectEvent({ source: 'pay', message: 'payment 1 failed' });
    const page = await open(`${url}#/events?tab=patterns&source=pay`);
    await page.getByRole('row', { name: /^1 .*payment/ }).waitFor();
    expect(await page.getByRole('row', { name: /order/ }).count()).toBe(0);
    collector.collectEvent({ source: 'pay', message: 'payment 2 failed' });
    await page.getByRole('row', { name: /^2 .*payment/ }).waitFor();
  });

  it('say what to do as long as there is nothing to group', async () => {
    const { url } = await startView();
    const page = await open(`${url}#/events?tab=patterns`);
    await page.getByRole('heading', { name: 'No messages to group' }).waitFor();
    await page.getByText('export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318').waitFor();
  });
});
