import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endMcp, startMcp } from '../../helpers/mcp.js';
import { rimp } from '../../helpers/run-rimp.js';
import { TRACE, writeExample } from './example.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-mcp-'));
const file = join(directory, 'shop.jsonl');
let call: Awaited<ReturnType<typeof startMcp>>['call'];

beforeAll(async () => {
  await writeExample(file);
  ({ call } = await startMcp([file]));
}, 20_000);
afterAll(async () => {
  await endMcp();
  rmSync(directory, { recursive: true, force: true });
});

/** The text between the marks. */
const inside = (text: string): string => /--- telemetry \w+: .*\n([\s\S]*)\n--- end of telemetry/.exec(text)?.[1] ?? '';

describe('the tools of rimp mcp', () => {
  it('errors are grouped as patterns, with counts, times, sources and the latest event', async () => {
    const { text, data } = await call('errors');
    expect(text).toContain('6 events in 4 groups, from');
    expect(inside(text)).toContain(
      `3 x ERROR order <num> timed out after <num> ms
    first 2026-11-24T10:00:31.000Z, last 2026-11-24T10:00:51.000Z, from api
    latest: order 50 timed out after 350 ms`,
    );
    // where it broke, and what to ask next
    expect(text).toContain(`latest: charge card [100 ms] declined`);
    expect(text).toContain('    |     at charge (pay.js:7:3)');
    expect(text).toContain(`trace_id=${TRACE}`);
    expect(data).toMatchObject({ events: 6, groups_found: 4 });
    expect((data.groups as unknown[])[0]).toEqual({
      pattern: 'order <num> timed out after <num> ms',
      type: 'error',
      count: 3,
      first: '2026-11-24T10:00:31.000Z',
      last: '2026-11-24T10:00:51.000Z',
      sources: ['api'],
      latest: expect.objectContaining({ message: 'order 50 timed out after 350 ms', metadata: { duration_ms: 50 } }),
    });
    expect((await call('errors', { warnings: true, source: 'api.cart' })).data).toMatchObject({ events: 2 });
  });

  it('patterns are those of all types', async () => {
    const { data } = await call('patterns', { type: ['info', 'warning'], source: ['api*'], limit: 1 });
    expect(data).toMatchObject({ events: 57, groups_found: 2, groups: [{ count: 53, pattern: 'order <num> placed' }] });
    expect(data.cut).toEqual([expect.stringContaining('1 of 2 in "groups"')]);
  });

  it('a trace is a tree of spans with its logs in place, alike spans in a row being one line', async () => {
    const { text } = await call('trace', { trace_id: TRACE });
    expect(text).toContain(
      `Trace ${TRACE}: 15 spans, 1 log, 3 errors, 345 ms from 2026-11-24T10:00:00.000Z, 1 service`,
    );
    const lines = inside(text)
      .split('\n')
      .filter((line) => /^ *\+/.test(line));
    expect(lines).toEqual([
      '      +0 ms SPAN GET /orders [345 ms] server, http, shop ERROR ',
      '     +50 ms   SPAN SELECT orders [12 alike, 5 ms to 5 ms each, 60 ms together] client, http, shop',
      '    +200 ms   SPAN charge card [100 ms] client, http, shop ERROR declined',
      '    +260 ms     ERROR billing: card of order 17 declined',
      '    +300 ms SPAN of another process [1 ms] server, http, shop',
    ]);
    expect(text).toContain('1 span or log at the left whose parent span is not here');
    const failed = await call('trace', { trace_id: TRACE.toUpperCase(), errors_only: true, logs: false });
    expect((failed.data.tree as { name: string }[]).map(({ name }) => name)).toEqual(['GET /orders', 'charge card']);
  });

  it('traces are listed with what they are about', async () => {
    const { data } = await call('traces', { errors_only: true });
    const expected = {
      trace_id: TRACE,
      name: 'GET /orders',
      service: 'shop',
      duration_ms: 345,
      spans: 15,
      logs: 1,
      errors: 3,
    };
    expect(data.traces).toEqual([expect.objectContaining(expected)]);
    expect((await call('traces', { min_duration_ms: 1_000 })).data.traces).toEqual([]);
  });

  it.each([
    [{ type: 'error' }, ['--type', 'error']],
    [{ min_severity: 'warn', source: ['api*'] }, ['--min-severity', 'warn', '--source', 'api*']],
    [{ kind: 'metric', tag: ['route=/cart'] }, ['--kind', 'metric', '--tag', 'route=/cart']],
    [{ name: ['http.*'] }, ['--name', 'http.*']],
    [{ where: ['duration_ms > 55'] }, ['--where', 'duration_ms > 55', '--kind', 'event']],
    [
      { where: ['duration_ms > 20', 'duration_ms < 24'] },
      ['--where', 'duration_ms > 20', '--where', 'duration_ms < 24', '--kind', 'event'],
    ],
    [{ grep: 'order 1\\d p' }, ['--grep', 'order 1\\d p']],
    [{ trace_id: TRACE }, ['--trace', TRACE]],
    [{ kind: 'span' }, ['--kind', 'span']],
    [{ service: 'shop' }, ['--where', 'service.name = shop', '--kind', 'event']],
    [
      { since: '2026-11-24T10:00:58', until: '2026-11-24T10:01:00Z', kind: 'event' },
      ['--since', '2026-11-24T10:00:58Z', '--until', '2026-11-24T10:01:00Z', '--kind', 'event'],
    ],
  ])('events with %j are those of rimp query %j', async (given, args) => {
    const { data } = await call('events', { ...given, limit: 1_000, order: 'oldest' });
    const asked = rimp(['query', file, '--json', ...args]).lines.map((line) => {
      const { data: item } = JSON.parse(line) as { data: { event_id?: string; metric_id?: string } };
      return item.event_id ?? item.metric_id;
    });
    expect(asked.length).toBeGreaterThan(0);
    expect((data.items as { id: string }[]).map(({ id }) => id)).toEqual(asked);
  });

  it('events come newest first, in pages', async () => {
    const first = await call('events', { text: 'placed', limit: 2 });
    expect(first.data).toMatchObject({
      has_more: true,
      items: [{ message: 'order 59 placed' }, { message: 'order 58 placed' }],
    });
    expect(first.text).toContain('2 of more than 2 in "items"');
    const next = await call('events', { text: 'placed', limit: 2, skip: 2 });
    expect(next.data).toMatchObject({ items: [{ message: 'order 57 placed' }, { message: 'order 56 placed' }] });
    const rest = await call('events', { text: 'placed', limit: 2, skip: 52 });
    expect(rest.data).toMatchObject({ has_more: false, items: [{ message: 'order 0 placed' }] });
    expect(rest.data.cut).toBeUndefined();
  });

  it('metrics have units, percentiles and the last value, by a tag if that is asked for', async () => {
    const { text, data } = await call('metrics');
    expect(data.metrics).toEqual([
      expect.objectContaining({
        name: 'http.request',
        unit: 'ms',
        count: 60,
        min: 10,
        p50: 16,
        max: 46,
        last: 43,
        accuracy: 'exact',
      }),
    ]);
    expect(text).toContain('http.request (ms): count 60, ');
    const grouped = await call('metrics', { group_by: 'route', since: '2026-11-24T10:00:31Z' });
    expect(grouped.data.metrics).toEqual(
      ['/orders', '/cart'].map((group) => expect.objectContaining({ group, count: 15 })),
    );
  });

  it('spans have their durations by name, what took most time first', async () => {
    const { data } = await call('spans');
    expect((data.spans as { name: string; count: number; sum: number }[]).map(({ name, sum }) => [name, sum])).toEqual([
      ['GET /orders', 345],
      ['charge card', 100],
      ['SELECT orders', 60],
      ['of another process', 1],
    ]);
    expect((await call('spans', { text: 'SELECT', group_by: 'http.route' })).data.spans).toEqual([
      expect.objectContaining({ group: '/orders', count: 12, p50: 5, unit: 'ms' }),
    ]);
    expect((await call('spans', { service: 'none' })).text).toContain('no span matches');
  });

  it('compare says what is new after a moment, and which metrics moved', async () => {
    const { text, data } = await call('compare', { at: '2026-11-24T10:00:31Z', window: '30s' });
    expect(data.new_groups).toEqual([
      expect.objectContaining({ pattern: 'order <num> timed out after <num> ms', type: 'error', before: 0, after: 3 }),
    ]);
    expect(data.moved_metrics).toEqual([
      expect.objectContaining({
        name: 'http.request',
        shifts: [
          expect.objectContaining({ figure: 'median', before: 13, after: 43, verdict: 'moved' }),
          expect.anything(),
        ],
      }),
    ]);
    expect(text).toContain('median 13 -> 43 (+231 %): moved, p < 0.001');
    expect(text).toContain('30 events, 30 measurements in 29 s');
  });

  it('the summary names all that the others filter by', async () => {
    const { data } = await call('summary');
    expect(data).toMatchObject({
      events: 76,
      spans: 15,
      measurements: 60,
      first: '2026-11-24T10:00:00.000Z',
      last: '2026-11-24T10:01:00.000Z',
      types: expect.arrayContaining([{ name: 'error', count: 6 }]),
      sources: expect.arrayContaining([{ name: 'api.cart', count: 30 }]),
      services: [{ name: 'shop', count: 16 }],
      metric_names: [{ name: 'http.request', unit: 'ms', points: 60 }],
    });
  });

  it('find nothing without an error, and say where to look', async () => {
    for (const tool of ['errors', 'patterns', 'events']) {
      const { isError, text } = await call(tool, { text: 'nowhere' });
      expect([isError, text]).toEqual([false, expect.stringContaining('"summary" says what is there')]);
    }
    const { isError, text } = await call('trace', { trace_id: 'f'.repeat(32) });
    expect([isError, text]).toEqual([false, expect.stringContaining('No event of trace')]);
  });

  it.each([
    ['errors', { sorce: 'x' }, 'unknown argument "sorce": did you mean "source"?'],
    ['events', { since: 'soon' }, '"since": expected a time such as 10m'],
    ['events', { since: '1h', until: '2h' }, 'expected "since" to be before "until"'],
    ['events', { limit: 0 }, 'expected "limit" to be a whole number from 1 to 1000, got 0'],
    ['events', { type: ['eror'] }, 'expected "type" to be a list of error, warning, info, debug'],
    ['events', { where: '>' }, 'expected "where" to be FIELD OPERATOR VALUE such as'],
    ['events', { grep: '(' }, 'expected "grep" to be a regular expression'],
    ['events', { full: 'yes' }, 'expected "full" to be true or false, got "yes"'],
    ['trace', {}, 'expected the argument "trace_id", got none'],
    ['trace', { trace_id: '12' }, 'expected "trace_id" to be 32 hex digits, got "12"'],
    ['compare', {}, 'expected "at", a moment'],
    ['compare', { at: '10m', window: '5' }, 'window: expected a length of time'],
    ['erors', {}, 'unknown tool "erors": expected one of summary, errors'],
  ])('%s of %j is an error that a model can mend', async (tool, given, words) => {
    const { isError, text } = await call(tool, given);
    expect([isError, text]).toEqual([true, expect.stringContaining(words)]);
  });
});
