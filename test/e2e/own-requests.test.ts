import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Programs } from '../helpers/child-program.js';
import { answering, closeSinks } from '../helpers/otlp-sink.js';
import { type Postgres, postgresPrograms, startPostgres } from '../helpers/postgres.js';

const programs = new Programs('own-requests');
const instrument = programs.path('instrument.cjs');
let postgres: Postgres | undefined;
beforeAll(async () => {
  writeFileSync(instrument, INSTRUMENTED);
  if (postgresPrograms !== undefined) postgres = await startPostgres();
});
afterAll(async () => {
  await closeSinks();
  await postgres?.remove();
  programs.remove();
});

/** Instruments `http` and `pg` before this library or anything else loads them; `spans` and `hooked` say what was seen of a client's work. */
const INSTRUMENTED = `
const { context, trace } = require('@opentelemetry/api');
const { AsyncLocalStorage } = require('node:async_hooks');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { BasicTracerProvider, SimpleSpanProcessor, InMemorySpanExporter } = require('@opentelemetry/sdk-trace-base');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg');
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
trace.setGlobalTracerProvider(provider);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
let hooked = 0;
let onHook = () => undefined;
const http = new HttpInstrumentation({ requestHook: () => { hooked += 1; onHook(); } });
const pg = new PgInstrumentation();
for (const one of [http, pg]) { one.setTracerProvider(provider); one.enable(); }
const requests = new AsyncLocalStorage();
/** What an application does: it collects within a request, in a span. */
const inRequest = (work) => requests.run('a request', () => trace.getTracer('app').startActiveSpan('work', async (span) => {
  try { return await work(); } finally { span.end(); }
}));
globalThis.inRequest = inRequest;
globalThis.onRequest = (run) => { onHook = run; };
globalThis.report = () => {
  const spans = exporter.getFinishedSpans().filter(({ name }) => name !== 'work').map(({ name }) => name);
  console.log(JSON.stringify({ spans, hooked }));
};
`;

const EVENTS = `for (let i = 0; i < 5; i += 1) await inRequest(async () => telemetry.collector.collectEvent('app', 'event ' + i));`;

/** What each program does that sends or stores; `telemetry` and `URL` are there. */
const SENDERS: Record<string, string> = {
  'OTLP with its queue in memory': `
    const telemetry = rimp.startTelemetry({ otlp: { endpoint: ENDPOINT, protocol: 'http/json' } });
    onRequest(() => telemetry.collector.collectEvent('hook', 'a request goes out'));
    ${EVENTS}
    await inRequest(() => telemetry.collector.forceFlush());
    await telemetry.shutdown();`,
  'OTLP with its queue on disk': `
    const telemetry = rimp.startTelemetry({ otlp: { endpoint: ENDPOINT, protocol: 'http/json', queue: { directory: path('queue') } } });
    onRequest(() => telemetry.collector.collectEvent('hook', 'a request goes out'));
    ${EVENTS}
    await inRequest(() => telemetry.collector.forceFlush());
    await telemetry.shutdown();`,
  'a shipment': `
    const telemetry = { collector: new rimp.TelemetryCollector({ storageBackend: 'file', storagePath: path('shipped.jsonl') }) };
    ${EVENTS}
    await telemetry.collector.shutdown();
    await inRequest(() => rimp.shipTelemetry({ files: [path('shipped.jsonl')], to: ENDPOINT, protocol: 'http/json' }));`,
};

const POSTGRES = `
    const telemetry = { collector: new rimp.TelemetryCollector({ storageBackend: 'postgres', storagePath: DATABASE, bufferSize: 1 }) };
    ${EVENTS}
    await inRequest(() => telemetry.collector.forceFlush());
    const kept = await inRequest(() => telemetry.collector.storage.retrieve());
    if (kept.events.length !== 5) throw new Error(kept.events.length + ' events');
    await telemetry.collector.shutdown();`;

async function seen(body: string, env: Record<string, string>): Promise<{ spans: string[]; hooked: number }> {
  const constants = 'const { ENDPOINT, DATABASE } = process.env;';
  const program = `${constants}(async () => {${body}\nreport(); process.exit(0);})();`;
  const { stdout, stderr, status } = await programs.start(program, { env, nodeArgs: ['--require', instrument] }).ended;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as { spans: string[]; hooked: number };
}

describe('what the library sends itself', () => {
  it.each(Object.keys(SENDERS))('makes no client span and calls no hook of an instrumentation: %s', async (name) => {
    const sink = await answering(() => ({ status: 200 }));
    expect(await seen(SENDERS[name] as string, { ENDPOINT: sink.url })).toEqual({ spans: [], hooked: 0 });
    expect(sink.requests.length).toBeGreaterThan(0);
  });

  it('is not traced in PostgreSQL, whoever asks', async () => {
    if (postgres === undefined) {
      console.warn('SKIPPED: there is no PostgreSQL here');
      return;
    }
    expect(await seen(POSTGRES, { DATABASE: postgres.url })).toEqual({ spans: [], hooked: 0 });
  });

  it('would be seen if it were not suppressed: requests and statements of the application are', async () => {
    const sink = await answering(() => ({ status: 200 }));
    const { spans, hooked } = await seen(
      `await inRequest(() => new Promise((resolve) => require('node:http').get(ENDPOINT, (response) => response.resume().on('end', resolve))));`,
      { ENDPOINT: sink.url },
    );
    expect({ spans, hooked }).toEqual({ spans: ['GET'], hooked: 1 });
  });
});
