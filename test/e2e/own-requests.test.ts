import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GenerationApp, generationApps } from '../helpers/generation-app.js';
import { answering, closeSinks } from '../helpers/otlp-sink.js';
import { type Postgres, postgresPrograms, startPostgres } from '../helpers/postgres.js';

const { two, three } = generationApps('own-requests');
const apps = [two, three];
let postgres: Postgres | undefined;
beforeAll(async () => {
  if (postgresPrograms !== undefined) postgres = await startPostgres();
});
afterAll(async () => {
  await closeSinks();
  await postgres?.remove();
  for (const app of apps) app.remove();
});

/** Instruments `http` and `pg` before this library or anything else loads them; `spans` and `hooked` say what was seen of a client's work. */
const INSTRUMENTED = `
const { context, trace } = require('@opentelemetry/api');
const { AsyncLocalStorage } = require('node:async_hooks');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { BasicTracerProvider, TracerProvider = BasicTracerProvider, SimpleSpanProcessor, InMemorySpanExporter } = require(TRACE_PACKAGE);
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg');
const exporter = new InMemorySpanExporter();
const processors = [TracerProvider === BasicTracerProvider ? new SimpleSpanProcessor(exporter) : new SimpleSpanProcessor({ exporter })];
const provider = new TracerProvider({ processors, spanProcessors: processors });
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
    const telemetry = { collector: new rimp.TelemetryCollector({ storageBackend: 'postgres', storagePath: DATABASE, bufferSize: 1 }, { storageOptions: { tablePrefix: PREFIX } }) };
    ${EVENTS}
    await inRequest(() => telemetry.collector.forceFlush());
    const kept = await inRequest(() => telemetry.collector.storage.retrieve());
    if (kept.events.length !== 5) throw new Error(kept.events.length + ' events');
    await telemetry.collector.shutdown();`;

/** What the application does itself. */
const STATEMENT = `
    const client = new (require('pg').Client)(DATABASE);
    await inRequest(async () => { await client.connect(); await client.query('SELECT 1'); await client.end(); });`;

async function seen(
  app: GenerationApp,
  body: string,
  env: Record<string, string>,
): Promise<{ spans: string[]; hooked: number }> {
  const cwd = await app.directory();
  const tracePackage = app === three ? '@opentelemetry/sdk-trace' : '@opentelemetry/sdk-trace-base';
  writeFileSync(join(cwd, 'instrument.cjs'), `const TRACE_PACKAGE = '${tracePackage}';${INSTRUMENTED}`);
  writeFileSync(
    join(cwd, 'program.cjs'),
    `const rimp = require('rimp-telemetry');
     const path = (name) => require('node:path').join(__dirname, name);
     const { ENDPOINT, DATABASE, PREFIX } = process.env;
     (async () => {${body}\nreport(); process.exit(0);})();`,
  );
  const { stdout, stderr, status } = await app.node(['--require', './instrument.cjs', 'program.cjs'], { cwd, env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as { spans: string[]; hooked: number };
}

describe.each(apps)('what the library sends itself, on OpenTelemetry $name', (app) => {
  it.each(Object.keys(SENDERS))('makes no client span and calls no hook of an instrumentation: %s', async (name) => {
    const sink = await answering(() => ({ status: 200 }));
    expect(await seen(app, SENDERS[name] as string, { ENDPOINT: sink.url })).toEqual({ spans: [], hooked: 0 });
    expect(sink.requests.length).toBeGreaterThan(0);
  });

  it('is not traced in PostgreSQL, whoever asks', async () => {
    if (postgres === undefined) {
      console.warn('SKIPPED: there is no PostgreSQL here');
      return;
    }
    const env = { DATABASE: postgres.url, PREFIX: app === three ? 'three_' : 'two_' };
    expect(await seen(app, POSTGRES, env)).toEqual({ spans: [], hooked: 0 });
    const { spans } = await seen(app, STATEMENT, env);
    expect(spans).toContainEqual(expect.stringMatching(/^pg\.query/));
  });

  it('would be seen if it were not suppressed: requests and statements of the application are', async () => {
    const sink = await answering(() => ({ status: 200 }));
    const { spans, hooked } = await seen(
      app,
      `await inRequest(() => new Promise((resolve) => require('node:http').get(ENDPOINT, (response) => response.resume().on('end', resolve))));`,
      { ENDPOINT: sink.url },
    );
    expect({ spans, hooked }).toEqual({ spans: ['GET'], hooked: 1 });
  });
});
