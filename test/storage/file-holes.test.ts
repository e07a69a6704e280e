import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { FileStorage } from 'rimp-telemetry';
import { rimp } from '../helpers/run-rimp.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-holes-'));
const path = join(directory, 'telemetry.jsonl');
afterAll(() => rmSync(directory, { recursive: true }));

const line = (id: string, metadata = 'null'): Buffer =>
  Buffer.from(
    `{"type":"event","data":{"event_id":"${id}","timestamp":"2026-01-01T00:00:00Z","event_type":"info","source":"s","message":"m","metadata":${metadata}}}\n`,
  );

async function read(...parts: readonly Buffer[]) {
  writeFileSync(path, Buffer.concat(parts));
  const storage = new FileStorage({ path, maxLineBytes: 1024 * 1024 });
  const { events } = await storage.retrieve();
  await storage.close();
  return { ids: events.map((event) => event.eventId), unreadable: storage.unreadableLines };
}

describe('a hole of NUL bytes in a file', () => {
  it.each([1, 600, 300_000])('of %i bytes hides no line behind it, and is counted once', async (length) => {
    for (const before of [[], [line('a')]]) {
      const { ids, unreadable } = await read(...before, Buffer.alloc(length), line('b'), line('c'));
      expect(ids).toEqual(before.length > 0 ? ['a', 'b', 'c'] : ['b', 'c']);
      expect(unreadable).toMatchObject({ count: 1, reasons: { not_rimp: 1 } });
    }
  });

  it('longer than a line may be hides no line behind it either', async () => {
    const { ids, unreadable } = await read(line('a'), Buffer.alloc(3_000_001), line('b'), line('c'));
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(unreadable).toMatchObject({ count: 1, reasons: { too_long: 1 } });
  });

  it('hides no line of standard input', () => {
    const input = Buffer.concat([line('a'), Buffer.alloc(600), line('b')]);
    const { stdout } = rimp(['query', '-', '--json'], { input });
    expect(stdout.match(/"event_id":"."/g)).toEqual(['"event_id":"a"', '"event_id":"b"']);
  });
});

it('A line with megabytes of escapes beside a NaN is read', async () => {
  const text = '\\n\\"'.repeat(2_000_000);
  writeFileSync(path, line('a', `{"text":"${text}","value":NaN,"id":12345678901234567890}`));
  const storage = new FileStorage({ path });
  const { events } = await storage.retrieve();
  await storage.close();
  expect(events[0]?.metadata).toMatchObject({ value: 'NaN', id: '12345678901234567890' });
  expect(events[0]?.metadata?.text).toHaveLength(4_000_000);
});
