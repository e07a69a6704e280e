import { afterEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../../helpers/browser.js';
import { until } from '../../helpers/until.js';
import { attributesOf, endFedViews, fedView, nanos } from '../../helpers/view-feed.js';

afterEach(endFedViews);

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const idOf = (number: number) => (number + 1).toString(16).padStart(16, '0');
const START = Date.now() - 10_000;

/** The rows in sight: indentation by level, then the name and what stands beside it. */
const rowsOf = (page: Page) =>
  page
    .getByRole('row')
    .evaluateAll((rows) =>
      (rows as unknown as { ariaLevel: string; querySelector(of: string): { textContent: string } }[]).map(
        (row) => `${'·'.repeat(Number(row.ariaLevel) - 1)}${row.querySelector('.waterfall-text').textContent}`,
      ),
    );

/** Waits until the waterfall shows these rows: what a key does is drawn a moment later. */
async function rowsAre(page: Page, expected: readonly string[]): Promise<void> {
  await until(async () => (await rowsOf(page)).join('|') === expected.join('|'));
}

describeInBrowser('a trace as a waterfall', (open) => {
  async function showShop(options?: Parameters<typeof open>[1]): Promise<Page> {
    const { url, feed } = await fedView();
    await feed.spans(TRACE, [
      { name: 'GET /cart', id: idOf(0), from: START, to: START + 100, service: 'frontend' },
      {
        name: 'cart.read',
        id: idOf(1),
        parent: idOf(0),
        from: START + 10,
        to: START + 90,
        isError: true,
        more: {
          attributes: attributesOf({ 'cart.id': 'c-17' }),
          events: [
            {
              name: 'exception',
              timeUnixNano: nanos(START + 60),
              attributes: attributesOf({ 'exception.type': 'CartError' }),
            },
          ],
          links: [{ traceId: 'f'.repeat(32), spanId: 'e'.repeat(16) }],
        },
      },
      { name: 'SELECT', id: idOf(2), parent: idOf(1), from: START + 20, to: START + 40 },
      { name: 'lost', id: idOf(3), parent: idOf(99), from: START + 50, to: START + 45 },
    ]);
    await feed.logs(TRACE, [{ text: 'cart is empty', spanId: idOf(1), at: START + 50 }]);
    const page = await open(`${url}#/trace/${TRACE}`, options);
    await page.getByRole('row').first().waitFor();
    return page;
  }

  it('is a tree of its spans with its log events in place, and what lacks its parent marked', async () => {
    const page = await showShop();
    await rowsAre(page, ['GET /cart', '·cart.read', '··SELECT', '··cart is empty', 'lost']);
    await page.getByText('4 spans').waitFor();
    await page.getByText('1 log event').waitFor();
    await page.getByRole('img', { name: 'its parent is missing; it ends 5 ms before it begins' }).waitFor();
    const box = async (name: string) =>
      await page.getByRole('row', { name }).locator('.waterfall-bar, .waterfall-moment').boundingBox();
    const [root, inner, log] = [await box('GET /cart'), await box('SELECT'), await box('cart is empty')];
    // 20 of 100 ms, and half way along
    expect((inner?.width ?? 0) / (root?.width ?? 1)).toBeCloseTo(0.2, 1);
    expect(((log?.x ?? 0) - (root?.x ?? 0)) / (root?.width ?? 1)).toBeCloseTo(0.5, 1);
  });

  it('tells all of a span: attributes, events, links, status', async () => {
    const page = await showShop();
    await page.getByText('cart.read').click();
    const details = page.getByRole('complementary', { name: 'Span' });
    for (const text of ['error: declined', 'c-17', '+50 ms', 'exception', 'CartError', 'e'.repeat(16)])
      await details.getByText(text, { exact: true }).waitFor();
    expect(await details.getByRole('link', { name: 'f'.repeat(32) }).getAttribute('href')).toBe(
      `#/trace/${'f'.repeat(32)}`,
    );
    // a link to this page shows the same span
    await page.reload();
    await details.getByText('c-17').waitFor();
  });

  it('is used with the keyboard alone', async () => {
    const page = await showShop();
    const details = page.getByRole('complementary');
    await page.keyboard.press('ArrowDown');
    await details.getByText('GET /cart').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('complementary', { name: 'Span' }).getByText('c-17').waitFor();
    await page.keyboard.press('ArrowLeft');
    await rowsAre(page, ['GET /cart', '·cart.read', 'lost']);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await rowsAre(page, ['GET /cart', 'lost']);
    await page.keyboard.press('n');
    await details.getByText('c-17').waitFor();
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
  });

  it('leads to the events of the trace', async () => {
    const page = await showShop();
    await page.getByRole('link', { name: 'Events of this trace' }).click();
    await page.getByText('cart is empty').waitFor();
    expect(page.url()).toContain(`#/events?traceId=${TRACE}`);
  });

  it('shows names as text, whatever is in them', async () => {
    const { url, feed } = await fedView();
    const markup = '<img src=x onerror="document.title=1">';
    await feed.spans(TRACE, [
      { name: `${markup}\u202egnp.exe`, id: idOf(0), from: START, to: START + 5, service: '<b>bold</b>' },
      { name: 'long '.repeat(2_000), id: idOf(1), parent: idOf(0), from: START, to: START + 5 },
      { name: '', id: idOf(2), parent: idOf(0), from: START, to: START + 5 },
    ]);
    const page = await open(`${url}#/trace/${TRACE}`, { width: 390, height: 844 });
    const heading = page.getByRole('heading', { level: 1 });
    await heading.getByText(markup).waitFor();
    expect(await heading.innerText()).toContain('U+202E');
    await page.getByRole('list', { name: 'Services' }).getByText('<b>bold</b>').waitFor();
    expect(await page.getByText('(no name)').count()).toBe(1);
    await page.getByText('long long').click();
    await page.getByRole('complementary').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await page.title()).toContain('RIMP');
  });

  it('answers while it shows 5,000 spans, of which only those in sight are in the document', async () => {
    const { url, feed } = await fedView();
    const spans = Array.from({ length: 5_000 }, (_, number) => ({
      name: `row ${number}.`,
      id: idOf(number),
      from: START + number,
      to: START + number + 30,
      isError: number === 4_321,
      ...(number === 0 ? {} : { parent: idOf(number % 10 === 0 ? 0 : number - (number % 10)) }),
    }));
    for (let from = 0; from < spans.length; from += 1_000) await feed.spans(TRACE, spans.slice(from, from + 1_000));
    const page = await open(`${url}#/trace/${TRACE}`);
    await page.getByText('5,000 spans').waitFor();
    expect(await page.getByRole('treegrid').getAttribute('aria-rowcount')).toBe('5000');
    expect(await page.getByRole('row').count()).toBeLessThan(100);
    await page.keyboard.press('n');
    await page.getByRole('row', { name: 'row 4321.' }).waitFor();
    await page.getByRole('button', { name: 'Close all' }).click();
    await until(async () => (await page.getByRole('row').count()) === 1);
    await page.getByRole('button', { name: 'Open all' }).click();
    await page.getByRole('row').nth(2).waitFor();
  });

  it('says so if nothing of the trace is here', async () => {
    const { url } = await fedView();
    const page = await open(`${url}#/trace/${TRACE}`);
    await page.getByRole('heading', { name: 'Nothing of this trace is here' }).waitFor();
  });
});
