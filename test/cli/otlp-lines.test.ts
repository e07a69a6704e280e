import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type EventOtel, FileStorage, TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import { lowest } from '../helpers/generations.js';
import { otelcolProgram, startOtelcol } from '../helpers/otelcol.js';
import { closeSinks, otlpSink } from '../helpers/otlp-sink.js';
import { endRimps, rimp, startRimp } from '../helpers/run-rimp.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-otlp-lines-'));
const path = (name: string): string => join(directory, name);
afterEach(async () => {
  endRimps();
  await closeSinks();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const resource = { 'service.name': 'shop', 'host.cpus': 8 };
beforeAll(async () => {
  const at = (second: number): Date => new Date(Date.parse('2026-11-24T10:00:00Z') + second * 1_000);
  const storage = new FileStorage(path('a.jsonl'));
  const events = [0, 1, 2, 3].map(
    (i) =>
      new TelemetryEvent({
        timestamp: at(i),
        eventId: `e${i}`,
        source: 's',
        message: `"m" ${i} ü`,
        metadata: { i, deep: { list: [1, 'two', { three: 3.5 }] } },
        eventType: i === 0 ? 'error' : 'info',
        otel: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, resource },
      }),
  );
  const metrics = [
    new TelemetryMetric({ timestamp: at(0), name: 'load', value: 1.5, unit: 's', tags: { a: 'b', n: 2 } }),
    new TelemetryMetric({
      timestamp: at(1),
      name: 'sent',
      value: 3,
      unit: 'By',
      otel: { kind: 'sum', temporality: 'cumulative', monotonic: true, scopeName: 'net', resource },
    }),
  ];
  await storage.store(new TelemetryData({ events, metrics }));
  await storage.close();
  expect(rimp(['convert', path('a.jsonl'), path('a.otlp.json')]).status).toBe(0);
});

/** The lines of a file without the ids of metrics, which OTLP has no place for. */
function plain(file: string): string[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => line.replace(/"metric_id": ?"[^"]*"/, '')).sort();
}

describe('lines of OTLP in JSON as a source', () => {
  it.each(['a.otlp.json', 'named.anything', 'a.otlp.json.gz'])('%s gives the items that it was made of', (name) => {
    const text = readFileSync(path('a.otlp.json'));
    writeFileSync(path(name), name.endsWith('.gz') ? gzipSync(text) : text);
    const { status, stderr } = rimp(['convert', path(name), path('back.jsonl'), '--force']);
    expect([status, stderr]).toEqual([0, expect.stringContaining('6 items read = 6 written')]);
    expect(plain(path('back.jsonl'))).toEqual(plain(path('a.jsonl')));
  });

  (otelcolProgram() === undefined ? it.skip : it)('gives the same items behind the Collector', async () => {
    const sink = otlpSink();
    const { url, requests } = await sink;
    const collector = await startOtelcol(url, { encoding: 'json', synchronous: true });
    try {
      for (const body of readFileSync(path('a.otlp.json'), 'utf8').trim().split('\n')) {
        const signal = body.startsWith('{"resourceLogs"') ? 'logs' : 'metrics';
        const headers = { 'content-type': 'application/json' };
        expect((await fetch(`${collector.url}/v1/${signal}`, { method: 'POST', headers, body })).status).toBe(200);
      }
    } finally {
      await collector.stop();
    }
    // its file exporter writes with the same marshaler, and a newline behind
    const lines = requests.map(({ body }) => `${body.toString()}\n`);
    expect(lines.join('')).not.toBe(readFileSync(path('a.otlp.json'), 'utf8'));
    writeFileSync(path('collector.json'), lines.join(''));
    expect(rimp(['convert', path('collector.json'), path('collector.jsonl')]).stderr).toContain('6 items read');
    expect(plain(path('collector.jsonl'))).toEqual(plain(path('a.jsonl')));
  });

  it('is searched by the same filters, backwards, by time, and from standard input', () => {
    const search = (...args: string[]) => rimp(['query', path('a.otlp.json'), '--template', '{message}', ...args]);
    expect(search('--type', 'error').lines).toEqual(['"m" 0 ü']);
    expect(search('--kind', 'event', '--reverse', '-n', '2').lines).toEqual(['"m" 3 ü', '"m" 2 ü']);
    const since = ['--kind', 'event', '--since', '2026-11-24T10:00:02Z'];
    expect(search(...since).lines).toEqual(['"m" 2 ü', '"m" 3 ü']);
    const input = readFileSync(path('a.otlp.json'));
    expect(rimp(['query', '-', '--type', 'error', '--template', '{message}'], { input }).lines).toEqual(['"m" 0 ü']);
  });

  it('is followed by tail -f', async () => {
    const text = readFileSync(path('a.otlp.json'), 'utf8');
    writeFileSync(path('live.json'), text);
    const { says } = startRimp(['tail', '-f', path('live.json')]);
    await says('"m" 3 ü');
    appendFileSync(path('live.json'), text.split('\n')[0]?.replaceAll('3 ü', 'later') + '\n');
    await says('"m" later');
  });

  it('of spans gives the spans that it was made of', async () => {
    const storage = new FileStorage(path('b.jsonl'));
    const span: EventOtel = {
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      traceFlags: lowest ? 0 : 1,
      resource,
      span: { kind: 'server', endTimeUnixNano: '1767225600000250000', events: [{ name: 'e', timeUnixNano: '1' }] },
    };
    const at = { timestamp: new Date(1_767_225_600_000), source: 's' };
    const events = [
      new TelemetryEvent({ ...at, eventId: '1', message: 'GET /', metadata: { i: 1 }, otel: span }),
      new TelemetryEvent({ ...at, eventId: '2', message: 'a log record' }),
    ];
    await storage.store(new TelemetryData({ events }));
    await storage.close();
    expect(rimp(['convert', path('b.jsonl'), path('b.otlp.json')]).status).toBe(0);
    const lines = readFileSync(path('b.otlp.json'), 'utf8').trim().split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line) as object))).toEqual([['resourceLogs'], ['resourceSpans']]);
    expect(lines[0]).not.toContain('GET /');
    expect(rimp(['convert', path('b.otlp.json'), path('b2.jsonl')]).status).toBe(0);
    expect(plain(path('b2.jsonl'))).toEqual(plain(path('b.jsonl')));
  });

  it('gives spans as events', () => {
    const span = { name: 'GET /', kind: 2, traceId: 'a'.repeat(32), startTimeUnixNano: '1767225600000000000' };
    const line = { resourceSpans: [{ scopeSpans: [{ scope: { name: 's' }, spans: [span, { kind: {} }] }] }] };
    writeFileSync(path('spans.json'), `${JSON.stringify(line)}\n`);
    const { lines, stderr } = rimp(['query', path('spans.json'), '--template', '{source} {message}']);
    expect(lines).toEqual(['s GET /']);
    expect(stderr).toContain('1 a log record or point of OTLP that can not be read');
  });

  it('counts what of a line can not be read', () => {
    const bad = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: 'soon' }, { body: {} }] }] }] };
    const lines = [bad, { resourceMetrics: 7 }].map((line) => `${JSON.stringify(line)}\n`);
    writeFileSync(path('odd.json'), lines.join(''));
    const { status, stderr } = rimp(['convert', path('odd.json'), path('odd.jsonl')]);
    expect(stderr).toContain('1 item read = 1 written');
    expect(stderr).toContain('1 a log record or point of OTLP that can not be read');
    expect(stderr).toContain('1 no OTLP that can be read');
    expect(status).toBe(1);
  });
});
