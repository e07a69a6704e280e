import { createServer } from 'node:http';
import { afterEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createLiveView, TelemetryCollector } from 'rimp-telemetry';
import { describeInBrowser } from '../../helpers/browser.js';
import { closeViews } from '../../helpers/live-view.js';
import { startView } from '../../helpers/view-page.js';

afterEach(closeViews);

describeInBrowser('events that did not reach the page', (open) => {
  it('are a gap with their count if the page was away for too long, and are loaded into its place', async () => {
    const { url, collector, stop, start } = await startView({ maxRecentItems: 100 });
    const page = await open(`${url}#/events`, { mayLogErrors: true });
    await page.getByText('Live').waitFor();
    collect(collector, 0, 10);
    await page.getByText('number 9.').waitFor();
    await stop();
    await page.getByText('Reconnecting').waitFor();
    collect(collector, 10, 1_510);
    await start();
    await page.getByText('number 1509.').waitFor();
    await page.keyboard.press('k');
    await scrollTo(page, 0);
    const gap = page.getByRole('row', { name: /1,400 events came while this page was not connected/ });
    await gap.waitFor();
    await gap.getByRole('button', { name: 'Load them' }).click();
    await gap.waitFor({ state: 'detached' });
    await page.locator('.counts', { hasText: /^1,510 events$/ }).waitFor();
    for (const number of [0, 9, 10, 700, 1_409, 1_410, 1_509]) {
      await scrollTo(page, number * 24);
      await page
        .locator(`[role=row][aria-rowindex='${number + 1}']`)
        .getByText(`number ${number}.`)
        .waitFor();
    }
  });

  it('are said to be unknown if the server was restarted, and what it has taken in since is listed', async () => {
    const first = await startView();
    const page = await open(`${first.url}#/events`, { mayLogErrors: true });
    await page.getByText('Live').waitFor();
    collect(first.collector, 0, 3);
    await page.getByText('number 2.').waitFor();
    await first.stop();
    await page.getByText('Reconnecting').waitFor();
    const collector = new TelemetryCollector();
    const view = createLiveView(collector);
    const server = createServer(view);
    try {
      collect(collector, 3, 6);
      await new Promise<void>((resolve) => server.listen(Number(new URL(first.url).port), '127.0.0.1', resolve));
      await page.getByText('number 5.').waitFor();
      expect(await page.locator('.cell-message, .gap-row').allInnerTexts()).toEqual([
        ...[0, 1, 2].map((number) => expect.stringContaining(`number ${number}.`)),
        expect.stringContaining('may have come while the server was restarted'),
        ...[3, 4, 5].map((number) => expect.stringContaining(`number ${number}.`)),
      ]);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await collector.shutdown();
    }
  });
});

function collect(collector: TelemetryCollector, from: number, to: number): void {
  for (let number = from; number < to; number += 1)
    collector.collectEvent({ source: 's', message: `number ${number}.` });
}

async function scrollTo(page: Page, top: number): Promise<void> {
  await page.evaluate(`(() => { document.querySelector('[role=grid]').scrollTop = ${top}; })()`);
}
