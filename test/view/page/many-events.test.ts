import { afterEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../../helpers/browser.js';
import { closeViews } from '../../helpers/live-view.js';
import { startView } from '../../helpers/view-page.js';

afterEach(closeViews);

/** Rows that the list holds. */
const MOST_ROWS = 100_000;

describeInBrowser('a page with many events', (open) => {
  it('holds 100,000 in the list, few of them in the document, and answers', async () => {
    const { url, collector } = await startView();
    const page = await open(`${url}#/events`);
    await page.getByText('Live').waitFor();
    for (let sent = 0; sent < MOST_ROWS + 5_000; sent += 5_000) {
      for (let count = 0; count < 5_000; count += 1)
        collector.collectEvent({ source: 's', message: `event ${sent + count}.`, metadata: { count, ok: true } });
      await page.getByText(`event ${sent + 4_999}.`).waitFor();
    }
    expect(await page.locator('.counts').innerText()).toBe('100,000 events · 5,000 older left the list');
    expect(await page.getByRole('row').count()).toBeLessThan(100);
    await page.keyboard.press('k');
    await page
      .getByRole('complementary', { name: 'Event' })
      .getByText(`event ${MOST_ROWS + 4_999}.`)
      .waitFor();
    for (const share of [0.5, 0.1, 0.9]) {
      await page.evaluate(
        `(() => { const grid = document.querySelector('[role=grid]'); grid.scrollTop = grid.scrollHeight * ${share}; })()`,
      );
      await page.getByText(`event ${5_000 + share * MOST_ROWS}.`).waitFor();
    }
    process.stdout.write(`with ${MOST_ROWS} events: ${await figures(page, 2_000)}\n`);
  }, 120_000);

  it('answers while 1,000 events a second come, and shows each of them', async () => {
    const { url, collector } = await startView();
    const page = await open(`${url}#/events`);
    await page.getByText('Live').waitFor();
    let sent = 0;
    const start = performance.now();
    const timer = setInterval(() => {
      const due = Math.min(10_000, Math.floor(performance.now() - start));
      for (; sent < due; sent += 1)
        collector.collectEvent({
          source: 's',
          message: `event ${sent}.`,
          metadata: { count: sent, route: '/api/orders' },
        });
    }, 20);
    const early = await figures(page, 3_000);
    const late = await figures(page, 7_500);
    process.stdout.write(`at 1,000 events/s: first 3 s: ${early}; the next 7.5 s: ${late}\n`);
    clearInterval(timer);
    expect(sent).toBe(10_000);
    await page.locator('.counts', { hasText: /^10,000 events$/ }).waitFor();
    await page.getByText('event 9999.').waitFor();
  }, 60_000);
});

/** Times that the page takes to answer, each with a frame drawn, for so many milliseconds; and its memory. */
async function figures(page: Page, millis: number): Promise<string> {
  const times: number[] = [];
  const end = performance.now() + millis;
  while (performance.now() < end) {
    const start = performance.now();
    await page.evaluate('new Promise((done) => requestAnimationFrame(done))');
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round(times[Math.floor((times.length - 1) * share)] ?? Number.NaN);
  const heap = await page.evaluate<number>('performance.memory.usedJSHeapSize');
  return `answers in p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms; heap ${Math.round(heap / 1e6)} MB`;
}
