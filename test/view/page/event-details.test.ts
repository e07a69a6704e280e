import { afterEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../../helpers/browser.js';
import { closeViews } from '../../helpers/live-view.js';
import { startView } from '../../helpers/view-page.js';

afterEach(closeViews);

describeInBrowser('the details of an event', (open) => {
  it('show its metadata as a tree that opens and closes, and copy it as JSON', async () => {
    const { url, collector } = await startView();
    collector.collectEvent({
      source: 'shop',
      message: 'order placed',
      metadata: { user: { id: 7, roles: ['admin', 'buyer'] }, total: 12.5, note: null },
    });
    const page = await open(`${url}#/events`);
    await page.getByRole('row').click();
    const details = page.getByRole('complementary', { name: 'Event' });
    await details.getByText('buyer').waitFor();
    await details.getByText('user', { exact: true }).click();
    await details.getByText('buyer').waitFor({ state: 'hidden' });
    await details.getByRole('button', { name: 'Copy as JSON' }).click();
    await details.getByText('Copied').waitFor();
    const copied = JSON.parse(await page.evaluate<string>('navigator.clipboard.readText()'));
    expect(copied).toMatchObject({
      type: 'event',
      data: {
        message: 'order placed',
        metadata: { user: { id: 7, roles: ['admin', 'buyer'] }, total: 12.5, note: null },
      },
    });
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
  });

  it('are not needed for a source: its column is as wide as the sources in sight, and has the whole of it on hover', async () => {
    const { url, collector } = await startView();
    const source = 'warehouse.stock.reservations';
    collector.collectEvent({ source: 'short', message: 'first' });
    const page = await open(`${url}#/events`);
    const cell = (message: string) => page.getByRole('row', { name: message }).locator('.cell-source');
    await cell('first').waitFor();
    const narrow = (await cell('first').boundingBox())?.width ?? 0;
    collector.collectEvent({ source, message: 'second' });
    await cell('second').waitFor();
    const [whole, shown] = await cell('second').evaluate((element) => {
      const { scrollWidth, clientWidth } = element as unknown as Record<'scrollWidth' | 'clientWidth', number>;
      return [scrollWidth, clientWidth] as const;
    });
    expect(whole).toBeLessThanOrEqual(shown);
    expect((await cell('first').boundingBox())?.width).toBeGreaterThan(narrow);
    const long = `${'unlikely.'.repeat(30)}long`;
    collector.collectEvent({ source: long, message: 'third' });
    await cell('third').waitFor();
    expect(await cell('third').getAttribute('title')).toBe(long);
    const [wide, row] = [await cell('third').boundingBox(), await page.getByRole('row').first().boundingBox()];
    expect((wide?.width ?? 1e9) / (row?.width ?? 1)).toBeLessThan(0.3);
  });

  it('step through the errors, also those of the history that is not loaded yet', async () => {
    const { url, collector } = await startView();
    for (let count = 0; count < 6_000; count += 1)
      collector.collectEvent({
        source: 's',
        message: `event ${count}.`,
        eventType: count % 2_500 === 10 ? 'error' : 'info',
      });
    const page = await open(`${url}#/events`);
    await page.getByText('event 5999.').waitFor();
    for (const number of [5_010, 2_510, 10]) {
      await page.keyboard.press('p');
      await selectedIs(page, `event ${number}.`);
    }
    await page.keyboard.press('p');
    await page.getByRole('status').getByText('No earlier error').waitFor({ state: 'attached' });
    for (const number of [2_510, 5_010]) {
      await page.keyboard.press('n');
      await selectedIs(page, `event ${number}.`);
    }
    await page.keyboard.press('n');
    await page.getByRole('status').getByText('No later error').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Previous error' }).click();
    await selectedIs(page, 'event 2510.');
  });

  it('keep their row in sight while the history before it comes', async () => {
    const { url, collector } = await startView();
    for (let count = 0; count < 6_000; count += 1)
      collector.collectEvent({
        source: 's',
        message: `event ${count}.`,
        eventType: count === 5_020 ? 'error' : 'info',
      });
    const page = await open('about:blank');
    let letOn: (value?: unknown) => void = () => {};
    const isSelected = new Promise((resolve) => {
      letOn = resolve;
    });
    await page.route('**/api/events?*', async (route) => {
      await isSelected;
      await route.continue();
    });
    await page.goto(`${url}#/events`);
    await page.getByText('event 5999.').waitFor();
    await page.keyboard.press('p');
    await selectedIs(page, 'event 5020.');
    letOn();
    await page.getByText('3,000 events').waitFor();
    await selectedIs(page, 'event 5020.');
    const selected = page.getByRole('row', { selected: true });
    const [row, grid] = [await selected.boundingBox(), await page.getByRole('grid').boundingBox()];
    expect(row?.y).toBeGreaterThanOrEqual(grid?.y ?? 1e9);
    expect(row?.y).toBeLessThan((grid?.y ?? 0) + (grid?.height ?? 0));
  });

  it('come with a link, and the list shows their event, also if it is far back', async () => {
    const { url, collector } = await startView();
    for (let count = 0; count < 4_000; count += 1) collector.collectEvent({ source: 's', message: `event ${count}.` });
    const page = await open(`${url}#/events?text=event 17.`);
    await page.getByRole('row').click();
    await page.getByRole('link', { name: 'Around this moment' }).click();
    await selectedIs(page, 'event 17.');
    const other = await open(page.url());
    await selectedIs(other, 'event 17.');
    await other.getByText('event 18.').waitFor();
  });

  it('say that the event of a link is nowhere', async () => {
    const { url, collector } = await startView();
    collector.collectEvent({ source: 's', message: 'another' });
    const page = await open(`${url}#/events?event=gone&at=2026-01-01T00%3A00%3A00.000Z`);
    await page.getByText('This event is not in the list, nor in the storage.').waitFor();
    await page.getByRole('button', { name: 'Close the details' }).click();
    await page.getByRole('complementary', { name: 'Event' }).waitFor({ state: 'detached' });
  });

  it('go on after older events that scrolling back loads, to the first one', async () => {
    const { url, collector } = await startView();
    for (let count = 0; count < 5_000; count += 1) collector.collectEvent({ source: 's', message: `event ${count}.` });
    const page = await open(`${url}#/events`);
    await page.getByText('event 4999.').waitFor();
    await page.getByRole('grid').hover();
    const first = page.getByText('event 0.', { exact: true });
    for (let turns = 0; turns < 200 && (await first.count()) === 0; turns += 1) {
      await page.mouse.wheel(0, -20_000);
      await page.evaluate('new Promise((done) => requestAnimationFrame(done))');
    }
    await first.waitFor();
    expect(await page.locator('.counts').innerText()).toBe('5,000 events');
  });
});

async function selectedIs(page: Page, message: string): Promise<void> {
  await page.getByRole('complementary', { name: 'Event' }).getByText(message, { exact: true }).waitFor();
  await page.getByRole('row', { selected: true }).getByText(message, { exact: true }).waitFor();
}
