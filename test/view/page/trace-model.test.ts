import { describe, expect, it } from '@jest/globals';
import type { SpanDetail } from '../../../src/model/otel-fields.js';
import type { EventLine } from '../../../src/view/api-types.js';
import { timeTicks } from '../../../src/view/page/traces/time-ticks.js';
import { rowsShown, traceModel } from '../../../src/view/page/traces/trace-model.js';

const START = Date.UTC(2026, 10, 27, 12);
const nanos = (millis: number) => String(BigInt(START) * 1_000_000n + BigInt(Math.round(millis * 1e6)));

interface Made {
  readonly id: string;
  readonly parent?: string;
  /** Milliseconds. */
  readonly from: number;
  readonly to?: number;
  readonly service?: string;
  readonly span?: Partial<SpanDetail>;
}

function span({ id, parent, from, to, service = 'shop', span: more }: Made): EventLine {
  return {
    type: 'event',
    data: {
      event_id: `event-${id}`,
      timestamp: new Date(START + from).toISOString(),
      event_type: more?.status?.code === 'error' ? 'error' : 'info',
      source: 'shop.http',
      message: id,
      metadata: null,
    },
    otel: {
      traceId: 'a'.repeat(32),
      spanId: id,
      timeUnixNano: nanos(from),
      resource: { 'service.name': service },
      span: {
        kind: 'server',
        endTimeUnixNano: to === undefined ? '0' : nanos(to),
        ...(parent === undefined ? {} : { parentSpanId: parent }),
        ...more,
      },
    },
  };
}

function log(message: string, spanId: string, at: number): EventLine {
  return {
    type: 'event',
    data: {
      event_id: `log-${message}`,
      timestamp: new Date(START + at).toISOString(),
      event_type: 'warning',
      source: 'shop',
      message,
      metadata: null,
    },
    otel: { traceId: 'a'.repeat(32), spanId },
  };
}

const shape = (lines: readonly EventLine[]) =>
  traceModel(lines).rows.map(({ line, depth }) => `${' '.repeat(depth)}${line.data.message}`);

describe('a trace', () => {
  it('is a tree by parents, its log events in place by time, in whatever order they came', () => {
    const lines = [
      log('late', 'root', 90),
      span({ id: 'inner', parent: 'outer', from: 20, to: 30 }),
      span({ id: 'root', from: 0, to: 100 }),
      log('within inner', 'inner', 25),
      span({ id: 'outer', parent: 'root', from: 10, to: 50 }),
    ];
    expect(shape(lines)).toEqual(['root', ' outer', '  inner', '   within inner', ' late']);
    expect(traceModel(lines)).toMatchObject({
      spans: 3,
      events: 2,
      errors: 0,
      orphans: 0,
      duration: 100,
      startIso: '2026-11-27T12:00:00.000Z',
      services: ['shop', ''],
    });
  });

  it('keeps what lacks its parent, marked, and what has no root', () => {
    const { rows, orphans } = traceModel([
      span({ id: 'lost', parent: 'nowhere', from: 5, to: 9 }),
      log('alone', 'nowhere', 7),
    ]);
    expect(rows.map(({ depth, remarks }) => [depth, remarks])).toEqual([
      [0, ['its parent is missing']],
      [0, ['its span is missing']],
    ]);
    expect(orphans).toBe(2);
  });

  it('says that clocks differ, that a span ends before it begins, and that an end is unknown', () => {
    const { rows, duration } = traceModel([
      span({ id: 'root', from: 10, to: 40 }),
      span({ id: 'early', parent: 'root', from: 7, to: 20 }),
      span({ id: 'turned', parent: 'root', from: 30, to: 28.5 }),
      span({ id: 'open', parent: 'root', from: 35 }),
    ]);
    expect(
      rows.map(({ line, start, duration: length, remarks }) => [line.data.message, start, length, remarks]),
    ).toEqual([
      ['root', 3, 30, []],
      ['early', 0, 13, ['it begins 3 ms before its parent: their clocks may differ']],
      ['turned', 23, 0, ['it ends 1.5 ms before it begins']],
      ['open', 28, 0, ['its end is unknown']],
    ]);
    expect(duration).toBe(33);
  });

  it('makes no circle of spans that name one another', () => {
    const lines = [span({ id: 'a', parent: 'b', from: 0, to: 2 }), span({ id: 'b', parent: 'a', from: 1, to: 2 })];
    expect(
      shape(lines)
        .map((text) => text.trim())
        .sort(),
    ).toEqual(['a', 'b']);
  });

  it('is empty without events', () => {
    expect(traceModel([])).toMatchObject({ rows: [], duration: 0, startIso: '' });
  });

  it('takes a chain of 5,000 spans', () => {
    const lines = Array.from({ length: 5_000 }, (_, i) =>
      span({ id: `s${i}`, from: i, to: 5_000, ...(i === 0 ? {} : { parent: `s${i - 1}` }) }),
    );
    const { rows } = traceModel(lines.toReversed());
    expect(rows.at(-1)).toMatchObject({ depth: 4_999 });
    expect(rows[0]?.within).toBe(4_999);
  });

  it('leaves out what is within a closed row, and nothing else', () => {
    const { rows } = traceModel([
      span({ id: 'root', from: 0, to: 9 }),
      span({ id: 'first', parent: 'root', from: 1, to: 4 }),
      span({ id: 'deep', parent: 'first', from: 2, to: 3 }),
      span({ id: 'second', parent: 'root', from: 5, to: 6 }),
    ]);
    const shown = rowsShown(rows, new Set(['event-first'])).map(({ line }) => line.data.message);
    expect(shown).toEqual(['root', 'first', 'second']);
  });
});

describe('the ticks of a time axis', () => {
  it('are round, and no more than asked for', () => {
    expect(timeTicks(842, 6)).toEqual([0, 200, 400, 600, 800]);
    expect(timeTicks(0, 6)).toEqual([0]);
    expect(timeTicks(0.003, 3)).toHaveLength(4);
  });
});
