import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FileStorage, type TelemetryData, type TelemetryQuery } from 'rimp-telemetry';

const START = Date.UTC(2026, 0, 1);
const COUNT = 6_000;

let directory: string;
let path: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rimp-pages-'));
  path = join(directory, 'telemetry.jsonl');
  const lines = Array.from({ length: COUNT }, (_, i) => lineOf(i));
  // a last line without an end
  writeFileSync(path, lines.join('\n'));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Lines of all kinds, in an order that is not quite theirs, and of more than one block of the file together. */
function lineOf(i: number): string {
  const timestamp = new Date(START + i * 10 + ((i * 7_919) % 3_001)).toISOString();
  const event = { event_id: `e${i}`, timestamp, event_type: 'info', source: 's', message: `größer ${i}` };
  switch (i % 13) {
    case 1:
      return '';
    case 2:
      return 'no line of ours';
    case 3:
      return JSON.stringify({
        type: 'metric',
        data: { metric_id: `m${i}`, timestamp, name: 'n', value: i, unit: null },
      });
    case 4:
      return JSON.stringify({ data: { ...event, timestamp: timestamp.replace('Z', '+02:00') }, type: 'event' });
    default:
      return JSON.stringify({ type: 'event', data: { ...event, metadata: { padding: 'x'.repeat(i % 97) } } });
  }
}

const idsOf = ({ events, metrics }: TelemetryData): string[] => [
  ...events.map(({ eventId }) => eventId),
  ...metrics.map(({ metricId }) => metricId),
];

async function inPages(storage: FileStorage, query: TelemetryQuery, limit: number): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await storage.retrieve({ ...query, limit, ...(after !== undefined && { after }) });
    ids.push(...idsOf(page));
    if (page.isEmpty || ids.length > COUNT) return ids;
    after = page.cursor;
  }
}

it('pages of a file of several blocks bring each item of a time once, whichever the last page is', async () => {
  const storage = new FileStorage(path);
  const whole = await storage.retrieve();
  const windows = fc.tuple(
    fc.integer({ min: 0, max: COUNT * 10 }),
    fc.integer({ min: 0, max: 4_000 }),
    fc.integer({ min: 20, max: 700 }),
    fc.constantFrom('asc' as const, 'desc' as const),
  );
  await fc.assert(
    fc.asyncProperty(windows, async ([from, length, limit, order]) => {
      const [startTime, endTime] = [new Date(START + from), new Date(START + from + length)];
      const within = ({ timestamp }: { readonly timestamp: Date }): boolean =>
        timestamp >= startTime && timestamp <= endTime;
      const expected = [
        ...whole.events.filter(within).map(({ eventId }) => eventId),
        ...whole.metrics.filter(within).map(({ metricId }) => metricId),
      ];
      expect((await inPages(storage, { startTime, endTime, order }, limit)).sort()).toEqual(expected.sort());
    }),
    { numRuns: 30 },
  );
  await storage.close();
});
