import { afterEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../../helpers/browser.js';
import { closeViews } from '../../helpers/live-view.js';
import { until } from '../../helpers/until.js';
import { startView } from '../../helpers/view-page.js';

afterEach(closeViews);

describeInBrowser('the list of events', (open) => {
  it('shows an event as soon as it is collected, and says before what to do', async () => {
    const { url, collector } = await startView();
    const page = await open(`${url}#/events`);
    await page.getByRole('heading', { name: 'No events yet' }).waitFor();
    const millis: number[] = [];
    for (let count = 0; count < 10; count += 1) {
      const start = performance.now();
      collector.collectEvent({ source: 'shop', message: `order ${count} placed` });
      await page.getByText(`order ${count} placed`).waitFor();
      millis.push(Math.round(performance.now() - start));
    }
    process.stdout.write(`live arrival in ms: ${millis.sort((a, b) => a - b).join(' ')}\n`);
    expect(await page.getByRole('row').count()).toBe(10);
  });

  it('begins with what was collected before, the newest in sight, and goes on from there', async () => {
    const { url, collector } = await startView();
    for (let count = 0; count < 300; count += 1) collector.collectEvent({ source: 's', message: `before ${count}.` });
    const page = await open(`${url}#/events`);
    await page.getByText('before 299.').waitFor();
    await countIs(page, '300');
    collector.collectEvent({ source: 's', message: 'after' });
    await page.getByText('after').waitFor();
    await countIs(page, '301');
  });

  it('stays where the reader is, counts what comes meanwhile, and goes to the newest on request', async () => {
    const { url, collector } = await startView();
    for (let count = 0; count < 300; count += 1) collector.collectEvent({ source: 's', message: `event ${count}.` });
    const page = await open(`${url}#/events`);
    await page.getByText('event 299.').waitFor();
    await page.getByRole('grid').hover();
    await page.mouse.wheel(0, -2_000);
    await page.getByRole('button', { name: 'Newest' }).waitFor();
    const top = await firstRow(page);
    for (let count = 0; count < 50; count += 1) collector.collectEvent({ source: 's', message: `new ${count}.` });
    await page.getByRole('button', { name: '50 new' }).waitFor();
    expect(await firstRow(page)).toBe(top);
    await page.getByRole('button', { name: '50 new' }).click();
    await page.getByText('new 49.').waitFor();
    collector.collectEvent({ source: 's', message: 'followed again' });
    await page.getByText('followed again').waitFor();
  });

  it('holds still while it is paused, and shows all that came when it resumes', async () => {
    const { url, collector } = await startView();
    collector.collectEvent({ source: 's', message: 'before' });
    const page = await open(`${url}#/events`);
    await page.getByText('before').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    for (let count = 0; count < 5; count += 1) collector.collectEvent({ source: 's', message: `paused ${count}.` });
    await page.getByRole('button', { name: 'Resume (5)' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(1);
    await page.getByRole('button', { name: 'Resume (5)' }).click();
    await page.getByText('paused 4.').waitFor();
    expect(await page.getByRole('row').count()).toBe(6);
  });

  it('comes back after breaks of the connection, with nothing missing and nothing twice', async () => {
    const { url, collector, breakConnections } = await startView();
    const page = await open(`${url}#/events`, { mayLogErrors: true });
    await page.getByText('Live').waitFor();
    let sent = 0;
    for (let round = 0; round < 5; round += 1) {
      for (let count = 0; count < 40; count += 1) collector.collectEvent({ source: 's', message: `number ${sent++}.` });
      breakConnections();
      for (let count = 0; count < 10; count += 1) collector.collectEvent({ source: 's', message: `number ${sent++}.` });
      await page.getByText(`number ${sent - 1}.`).waitFor();
    }
    await countIs(page, String(sent));
    const seen = new Set<string>();
    for (let index = 0; index < sent; index += 20) {
      await scrollTo(page, index * 24);
      const rows = page.getByRole('row');
      await page.locator(`[role=row][aria-rowindex='${index + 1}']`).waitFor();
      for (const text of await rows.allInnerTexts()) seen.add(/number (\d+)\./.exec(text)?.[1] ?? text);
    }
    expect([...seen].sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: sent }, (_, at) => String(at)),
    );
  });

  it('says that the connection broke, that it tries again, and that it is live again', async () => {
    const { url, stop, start } = await startView();
    const page = await open(`${url}#/events`, { mayLogErrors: true });
    await page.getByText('Live').waitFor();
    await stop();
    await page.getByRole('alert').getByText('The server does not answer.').waitFor();
    expect(await page.getByText('Reconnecting').count()).toBe(1);
    await start();
    await page.getByText('Live').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('gives its connection up while nobody sees it, and has all that came when it is shown again', async () => {
    const { url, collector, streams } = await startView();
    const page = await open('about:blank');
    await page.clock.install();
    await page.goto(`${url}#/events`);
    await page.getByText('Live').waitFor();
    const setVisibility = (state: 'hidden' | 'visible') =>
      page.evaluate(
        `Object.defineProperty(document, 'visibilityState', { configurable: true, value: '${state}' });
        document.dispatchEvent(new Event('visibilitychange'));`,
      );
    expect(streams()).toBe(1);
    await setVisibility('hidden');
    await page.clock.fastForward(50_000);
    expect(streams()).toBe(1);
    await page.clock.fastForward(20_000);
    await until(() => streams() === 0);
    for (let count = 0; count < 30; count += 1) collector.collectEvent({ source: 's', message: `meanwhile ${count}.` });
    await setVisibility('visible');
    await page.getByText('meanwhile 29.').waitFor();
    await countIs(page, '30');
  });
});

async function countIs(page: Page, count: string): Promise<void> {
  await page.locator('.counts', { hasText: new RegExp(`^${count} `) }).waitFor();
}

/** The message of the topmost row in sight. */
function firstRow(page: Page): Promise<string> {
  return page.evaluate<string>(
    `(() => { const { left, top } = document.querySelector('[role=grid]').getBoundingClientRect();
      return document.elementFromPoint(left + 400, top + 30).closest('[role=row]').innerText; })()`,
  );
}

async function scrollTo(page: Page, top: number): Promise<void> {
  await page.evaluate(
    `new Promise((done) => { document.querySelector('[role=grid]').scrollTop = ${top};
      requestAnimationFrame(() => requestAnimationFrame(done)); })`,
  );
}
