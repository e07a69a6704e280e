import { afterEach, expect, it } from '@jest/globals';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import type { Page } from 'playwright-core';
import { RimpSpanProcessor, type TelemetryCollector } from 'rimp-telemetry';
import { describeInBrowser } from '../../helpers/browser.js';
import { closeViews } from '../../helpers/live-view.js';
import { until } from '../../helpers/until.js';
import { startView } from '../../helpers/view-page.js';

afterEach(closeViews);

describeInBrowser('the filter of the events', (open) => {
  it('lets through by severity what is pressed, from history and live', async () => {
    const { url, collector } = await startView();
    collectSome(collector);
    const page = await open(`${url}#/events`);
    await page.getByText('order 1 placed').waitFor();
    await page.getByRole('button', { name: 'info', exact: true }).click();
    await messagesAre(page, ['payment failed', 'low on stock']);
    collector.collectEvent({ source: 'shop', message: 'not shown' });
    collector.collectEvent({ source: 'shop', message: 'shown', eventType: 'error' });
    await messagesAre(page, ['payment failed', 'low on stock', 'shown']);
  });

  it.each([
    ['Text', 'order', ['order 1 placed', 'order 2 placed']],
    ['Source', 'pay', ['payment failed']],
  ])('finds by %s as one types', async (label, typed, expected) => {
    const { url, collector } = await startView();
    collectSome(collector);
    const page = await open(`${url}#/events`);
    await page.getByLabel(label, { exact: true }).pressSequentially(typed);
    await messagesAre(page, expected);
  });

  it('takes expressions on metadata, shows each as a condition, and takes it away', async () => {
    const { url, collector } = await startView();
    collectSome(collector);
    const page = await open(`${url}#/events`);
    await page.getByLabel('Where').fill('total = 20');
    await page.getByLabel('Where').press('Enter');
    await messagesAre(page, ['order 2 placed']);
    await page.getByRole('button', { name: 'Remove where total = 20' }).click();
    await messagesAre(page, ['order 1 placed', 'order 2 placed', 'payment failed', 'low on stock']);
  });

  it('filters by a value of the details', async () => {
    const { url, collector } = await startView();
    collectSome(collector);
    const page = await open(`${url}#/events`);
    await page.getByText('order 1 placed').click();
    await page.getByRole('button', { name: 'Filter by total' }).click();
    await messagesAre(page, ['order 1 placed']);
    expect(new URL(page.url()).hash).toContain('where=total');
  });

  it('shows what was around the moment of an event', async () => {
    const { url, collector } = await startView();
    const at = Date.now() - 3_600_000;
    for (const [seconds, message] of [
      [-100, 'long before'],
      [-10, 'before'],
      [0, 'the moment'],
      [10, 'after'],
      [100, 'long after'],
    ] as const)
      collector.collectEvent({ source: 's', message, timestamp: at + seconds * 1_000 });
    const page = await open(`${url}#/events?text=moment`);
    await page.getByText('the moment').click();
    await page.getByRole('link', { name: 'Around this moment' }).click();
    await messagesAre(page, ['before', 'the moment', 'after']);
    expect(await page.getByRole('row', { selected: true }).count()).toBe(1);
  });

  it('takes a window of time from here to there, in local time', async () => {
    const { url, collector } = await startView();
    const at = new Date(2026, 5, 1, 12, 0, 0);
    for (const minutes of [0, 10, 20])
      collector.collectEvent({ source: 's', message: `at ${minutes}`, timestamp: at.getTime() + minutes * 60_000 });
    const page = await open(`${url}#/events`);
    await page.getByLabel('Time').selectOption('From … to …');
    await page.getByLabel('From', { exact: true }).fill('2026-06-01T12:05:00');
    await messagesAre(page, ['at 10', 'at 20']);
    await page.getByLabel('To', { exact: true }).fill('2026-06-01T12:15:00');
    await messagesAre(page, ['at 10']);
    await page.getByLabel('Time').selectOption('Any time');
    await messagesAre(page, ['at 0', 'at 10', 'at 20']);
  });

  it('is in the URL with all that is shown, so that another reader sees the same', async () => {
    const { url, collector } = await startView();
    collectSome(collector);
    const page = await open(`${url}#/events`);
    await page.getByRole('button', { name: 'debug', exact: true }).click();
    await page.getByLabel('Text', { exact: true }).fill('placed');
    await messagesAre(page, ['order 1 placed', 'order 2 placed']);
    await page.getByText('order 2 placed').click();
    const other = await open(page.url());
    await messagesAre(other, ['order 1 placed', 'order 2 placed']);
    expect(await other.getByLabel('Text', { exact: true }).inputValue()).toBe('placed');
    expect(await other.getByRole('button', { name: 'debug', exact: true }).getAttribute('aria-pressed')).toBe('false');
    await other.getByRole('complementary', { name: 'Event' }).getByText('order 2 placed').waitFor();
  });

  it('leaves spans out from the navigation on, and lists them with the events or alone, with how long they took', async () => {
    const { url, collector } = await startView();
    const tracer = new BasicTracerProvider({ spanProcessors: [new RimpSpanProcessor(collector)] }).getTracer('shop');
    collector.collectEvent({ source: 'shop', message: 'a log' });
    const end = Date.now();
    tracer.startSpan('a span', { startTime: end - 250 }).end(end);
    const page = await open(url);
    await page.getByRole('link', { name: 'Events' }).click();
    await messagesAre(page, ['a log']);
    const show = page.getByLabel('Show');
    expect(await show.inputValue()).toBe('exclude');
    await show.selectOption('Events + spans');
    await page.getByRole('row', { name: /span 250 ms a span/ }).waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await show.selectOption('Spans');
    await page.getByText('a log').waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /a span/ }).waitFor();
    expect(await page.getByRole('row').count()).toBe(1);
  });

  it('goes back with the button of the browser', async () => {
    const { url, collector } = await startView();
    collectSome(collector);
    const page = await open(`${url}#/events`);
    await page.getByRole('button', { name: 'info', exact: true }).click();
    await messagesAre(page, ['payment failed', 'low on stock']);
    await page.goBack();
    await messagesAre(page, ['order 1 placed', 'order 2 placed', 'payment failed', 'low on stock']);
  });

  it('says that nothing matches, and clears itself on request', async () => {
    const { url, collector } = await startView();
    collectSome(collector);
    const page = await open(`${url}#/events?text=nothing&traceId=0af7651916cd43dd8448eb211c80319c`);
    await page.getByRole('heading', { name: 'No event matches the filter' }).waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await page.getByText('order 1 placed').waitFor();
    expect(new URL(page.url()).hash).toBe('#/events');
  });

  it('shows what the server says of an expression that is none, beside its field', async () => {
    const { url } = await startView();
    const page = await open(`${url}#/events?where=ok&where=%3E%3E%3E`, { mayLogErrors: true });
    await page.getByRole('search').getByRole('alert').getByText('expected').waitFor();
    expect(await page.getByRole('alert').count()).toBe(1);
    const field = page.locator('#f-where');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator(`#${await field.getAttribute('aria-describedby')}`).innerText()).toContain('>>>');
    expect(await page.locator('.condition.is-refused').allInnerTexts()).toEqual([expect.stringContaining('>>>')]);
    await page.getByRole('button', { name: 'Remove where >>>' }).click();
    await page.getByText('Live').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await field.getAttribute('aria-invalid')).toBeNull();
  });

  it.each(['>>>', 'message ~ "("', 'message ~ "^(a+)+$"'])(
    'marks no other condition than the one that is refused: %s',
    async (wrong) => {
      const { url, collector } = await startView();
      collector.collectEvent({ source: 's', message: `${'a'.repeat(60)}!`, metadata: { duration_ms: 200 } });
      // texts that the server's answers may have in them
      const search = ['duration_ms > 100', 'message', wrong].map((text) => `where=${encodeURIComponent(text)}`);
      const page = await open(`${url}#/events?minSeverity=info&${search.join('&')}`, { mayLogErrors: true });
      await page.locator('.condition.is-refused').waitFor();
      expect(await page.locator('.condition.is-refused .condition-value').allInnerTexts()).toEqual([wrong]);
    },
  );

  it('says that an expression takes too long, once an event shows that, and does not ask again', async () => {
    const { url, collector, requests } = await startView();
    const where = encodeURIComponent('message ~ "^(a+)+$"');
    const page = await open(`${url}#/events?where=${where}`, { mayLogErrors: true });
    await page.getByRole('heading', { name: 'No event matches the filter' }).waitFor();
    const asked = requests('api/live');
    collector.collectEvent({ source: 's', message: `${'a'.repeat(60)}!` });
    await page.getByRole('search').getByRole('alert').getByText('takes too long').waitFor();
    await page.getByText('Refused').waitFor();
    await page.getByRole('heading', { name: 'The server does not take this filter' }).waitFor();
    expect(requests('api/live')).toBe(asked);
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await page.getByText('aaa').waitFor();
  });

  it('that is refused for the events does not keep the metrics from being shown, for which it is taken', async () => {
    const { url, collector } = await startView();
    const search = `where=${encodeURIComponent('message ~ "^(a+)+$"')}`;
    collector.collectEvent({ source: 's', message: `${'a'.repeat(60)}!` });
    collector.collectMetric({ name: 'size', value: 1, tags: { message: 'aaa' } });
    const page = await open(`${url}#/events?${search}`, { mayLogErrors: true });
    await page.getByText('Refused').waitFor();
    await page.goto(`${url}#/metrics?${search}`);
    await page.getByRole('heading', { name: 'size' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it.each(['traces', 'metrics'])('of the %s says what is wrong with it too', async (name) => {
    const { url } = await startView();
    const page = await open(`${url}#/${name}?startTime=soon`, { mayLogErrors: true });
    await page.getByRole('heading', { name: 'The server does not take this filter' }).waitFor();
    await page.getByRole('search').getByRole('alert').getByText('startTime').waitFor();
    expect(await page.getByRole('alert').count()).toBe(1);
    expect(await page.locator('.time-input').first().getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await page.getByRole('heading', { name: `No ${name} yet` }).waitFor();
  });
});

function collectSome(collector: TelemetryCollector): void {
  collector.collectEvent({ source: 'shop', message: 'order 1 placed', metadata: { total: 10 } });
  collector.collectEvent({ source: 'shop', message: 'order 2 placed', metadata: { total: 20 } });
  collector.collectEvent({ source: 'pay', message: 'payment failed', eventType: 'error', metadata: { total: 5 } });
  collector.collectEvent({ source: 'stock', message: 'low on stock', eventType: 'warning' });
}

/** Waits until the list shows these messages and no others. */
async function messagesAre(page: Page, expected: readonly string[]): Promise<void> {
  const read = async () => {
    const texts = await page.locator('.cell-message').allInnerTexts();
    return texts.map((text) => text.replace(/\s*total=\d+$/, '').trim());
  };
  await until(async () => JSON.stringify(await read()) === JSON.stringify(expected), 10_000).catch(() => undefined);
  expect(await read()).toEqual(expected);
}
