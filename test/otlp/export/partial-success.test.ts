import { afterEach, describe, expect, it } from '@jest/globals';
import type { StartedTelemetry } from 'rimp-telemetry';
import { collect, counters, endAll, messages, names, newDirectory, start } from '../../helpers/durable-export.js';
import { expectBalance } from '../../helpers/ledger.js';
import { answering } from '../../helpers/otlp-sink.js';

afterEach(endAll);

const fromDisk = (url: string): StartedTelemetry => start(url, newDirectory());
const fromMemory = (url: string): StartedTelemetry => start(url, undefined);

/** Counts as JSON has them, and how many of 10 items are lost. */
const counts: readonly (readonly [json: string, lost: number])[] = [
  ['1.5', 2],
  ['"0.25"', 1],
  ['1e999', 10],
  ['"9223372036854775807"', 10],
  ['-3', 0],
  ['"many"', 0],
  ['{"a":1}', 0],
  ['{"valueOf":1,"toString":1}', 0],
  ['null', 0],
];

describe.each([
  ['the queue on disk', fromDisk],
  ['memory', fromMemory],
] as const)('a partial success of what is sent from %s', (_name, begin) => {
  it.each(counts)('has whole counters that balance if the count is %s', async (count, lost) => {
    const sink = await answering(() => ({
      status: 200,
      body: `{"partialSuccess":{"rejectedLogRecords":${count},"errorMessage":"some"}}`,
    }));
    const telemetry = begin(sink.url);
    collect(telemetry, 0, 10);
    await telemetry.forceFlush();
    const dropped = lost > 0 ? { rejected: lost } : {};
    expect(counters(telemetry)).toEqual({ accepted: 10, delivered: 10 - lost, queued: 0, dropped });
    expectBalance(telemetry.collector);
    expect(messages(sink.requests)).toEqual(names(0, 10));
    expect(telemetry.collector.health().lastError?.message).toContain('some');
    await telemetry.shutdown();
  });
});

describe.each([
  ['the queue on disk', fromDisk],
  ['memory', fromMemory],
] as const)('a web page as the answer to what is sent from %s', (_name, begin) => {
  it.each(['<html>\n<title>Sign in</title>', '\ufeff\r\n\n  <html>\n<title>Sign in</title>'])(
    'is reported, as what serves one takes no telemetry: %j',
    async (body) => {
      const sink = await answering(() => ({ status: 200, body }));
      const telemetry = begin(sink.url);
      collect(telemetry, 0, 1);
      await telemetry.forceFlush();
      expect(telemetry.collector.health().lastError?.message).toContain(
        'the OTLP endpoint says: <html> <title>Sign in</title> (a web page: is the URL that of an OTLP endpoint?)',
      );
      await telemetry.shutdown();
    },
  );
});
