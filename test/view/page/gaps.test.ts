import { createServer } from 'node:http';
import { afterEach, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { createLiveView, TelemetryCollector } from 'rimp-telemetry';
import { describeInBrowser } from '../../helpers/browser.js';
import { closeViews } from '../../helpers/live-view.js';
import { until } from '../../helpers/until.js';
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

  it('are a gap with their count if they came faster than the page reads, and are loaded into its place', async () => {
    const { url, collector, isBlocked } = await startView({ maxRecentItems: 200 });
    const page = await open(`${url}#/events`);
    await page.getByText('Live').waitFor();
    const session = await page.context().newCDPSession(page);
    await session.send('Debugger.enable');
    const paused = new Promise((resolve) => session.once('Debugger.paused', resolve));
    await session.send('Debugger.pause');
    // more than what lies between the two takes
    const text = 'x'.repeat(200_000);
    for (let number = 0; number < 120; number += 1)
      collector.collectEvent({ source: 's', message: `number ${number}.`, metadata: { text } });
    await paused;
    await until(isBlocked);
    const total = 1_120;
    collect(collector, 120, total);
    await session.send('Debugger.resume');
    await session.send('Debugger.disable');
    await page.getByText(`number ${total - 1}.`).waitFor();
    await page.keyboard.press('k');
    let missing = 0;
    for (let gap = await nextGap(page); gap !== undefined; gap = await nextGap(page)) {
      const [, count = ''] =
        /^([\d,]+) events? came faster than this page could read/.exec(await gap.innerText()) ?? [];
      missing += Number(count.replaceAll(',', ''));
      const row = await gap.elementHandle();
      await gap.getByRole('button', { name: 'Load them' }).click();
      await row?.waitForElementState('hidden');
    }
    expect(missing).toBeGreaterThanOrEqual(800);
    expect(missing).toBeLessThan(total);
    // each once, in its order
    await page.locator('.counts', { hasText: /^1,120 events$/ }).waitFor();
    for (const number of [0, 119, 120, 500, 1_119]) {
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

/** The first gap of the list, in sight. */
async function nextGap(page: Page): Promise<Locator | undefined> {
  const gap = page.locator('.gap-row').first();
  const height = await page.evaluate<number>(`document.querySelector('[role=grid]').scrollHeight`);
  for (let top = 0; top < height; top += 500) {
    await scrollTo(page, top);
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    if ((await gap.count()) > 0) return gap;
  }
  return undefined;
}

async function scrollTo(page: Page, top: number): Promise<void> {
  await page.evaluate(`(() => { document.querySelector('[role=grid]').scrollTop = ${top}; })()`);
}
