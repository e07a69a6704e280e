import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type GenerationApp, generationApps } from '../helpers/generation-app.js';

const { lowest, two, three } = generationApps('span-processor');
const apps = [lowest, two, three];
afterAll(() => {
  for (const app of apps) app.remove();
});

interface Event {
  readonly eventId: string;
  readonly eventType: string;
  readonly source: string;
  readonly message: string;
  readonly metadata?: object;
  readonly otel: {
    readonly traceId: string;
    readonly spanId: string;
    readonly resource: object;
    readonly span: { readonly parentSpanId?: string };
  };
}

interface Report {
  readonly events: readonly Event[];
  readonly exported: readonly string[];
  readonly health: { readonly accepted: number; readonly delivered: number; readonly dropped: object };
  readonly errors: readonly string[];
}

/** Runs a program with a tracer provider: `rimp`, `collector`, `providerOf(processors, sampler)`, `exporting` are there. */
async function report(app: GenerationApp, body: string, said: unknown = ''): Promise<Report> {
  const cwd = await app.directory();
  const tracePackage = app === three ? '@opentelemetry/sdk-trace' : '@opentelemetry/sdk-trace-base';
  writeFileSync(
    join(cwd, 'program.cjs'),
    `const { context, trace, SpanStatusCode, SpanKind } = require('@opentelemetry/api');
     const { resourceFromAttributes } = require('@opentelemetry/resources');
     const sdk = require('${tracePackage}');
     const { BasicTracerProvider, TracerProvider = BasicTracerProvider, SimpleSpanProcessor, InMemorySpanExporter } = sdk;
     const rimp = require('rimp-telemetry');
     const collector = new rimp.TelemetryCollector();
     const exporter = new InMemorySpanExporter();
     const exporting = TracerProvider === BasicTracerProvider ? new SimpleSpanProcessor(exporter) : new SimpleSpanProcessor({ exporter });
     const providerOf = (processors, sampler) => new TracerProvider({
       processors, spanProcessors: processors, ...(sampler && { sampler }), resource: resourceFromAttributes({ 'service.name': 'shop' }) });
     const errors = [];
     process.on('uncaughtException', (error) => errors.push(String(error)));
     (async () => {
       ${body}
       const { accepted, delivered, dropped } = collector.health();
       const { events } = await collector.storage.retrieve();
       const exported = exporter.getFinishedSpans().map(({ name }) => name);
       console.log(JSON.stringify({ events, exported, health: { accepted, delivered, dropped }, errors }));
       process.exit(0);
     })();`,
  );
  const { stdout, stderr, status } = await app.node(['program.cjs'], { cwd });
  expect({ status, stderr }).toEqual({ status: 0, stderr: said });
  return JSON.parse(stdout) as Report;
}

describe.each(apps)('RimpSpanProcessor on OpenTelemetry $name', (app) => {
  it('keeps the sampled spans that end, as events, beside what exports them', async () => {
    const { events, exported, health } = await report(
      app,
      `const provider = providerOf([exporting, new rimp.RimpSpanProcessor(collector)]);
       const tracer = provider.getTracer('cart', '1.2');
       const root = tracer.startSpan('GET /cart', { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET' } });
       const inRoot = trace.setSpan(context.active(), root);
       const other = tracer.startSpan('other');
       const child = tracer.startSpan('query', { links: [{ context: other.spanContext(), attributes: { why: 'batch' } }] }, inRoot);
       child.recordException(new Error('no stock'));
       child.addEvent('retry', { attempt: 2 });
       child.setStatus({ code: SpanStatusCode.ERROR, message: 'gave up' });
       child.end();
       root.end();
       await provider.forceFlush();`,
    );
    expect(exported).toEqual(['query', 'GET /cart']);
    expect(health).toEqual({ accepted: 2, delivered: 2, dropped: {} });
    const [query, root] = events;
    expect(root).toMatchObject({
      eventType: 'info',
      source: 'cart',
      message: 'GET /cart',
      metadata: { 'http.request.method': 'GET' },
      otel: {
        traceFlags: 1,
        scopeVersion: '1.2',
        resource: expect.objectContaining({ 'service.name': 'shop' }),
        span: { kind: 'server', endTimeUnixNano: expect.stringMatching(/^\d{19}$/) },
      },
    });
    expect(root?.otel.span).not.toHaveProperty('parentSpanId');
    expect(query).toMatchObject({
      eventType: 'error',
      message: 'query',
      otel: {
        traceId: root?.otel.traceId,
        span: {
          kind: 'internal',
          parentSpanId: root?.otel.spanId,
          status: { code: 'error', message: 'gave up' },
          events: [
            { name: 'exception', attributes: expect.objectContaining({ 'exception.message': 'no stock' }) },
            { name: 'retry', attributes: { attempt: 2 } },
          ],
          links: [{ attributes: { why: 'batch' } }],
        },
      },
    });
  });

  it.each(['proto', 'http'])('makes the event that a receiver makes of the exported span (%s)', async (encoding) => {
    const { events } = await report(
      app,
      `const received = new rimp.TelemetryCollector({}, { includeResource: 'all', storage: collector.storage });
       const receiver = await rimp.createOtlpReceiver({ collector: received, port: 0 });
       const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-${encoding}');
       const sent = new OTLPTraceExporter({ url: receiver.url + '/v1/traces' });
       const sending = TracerProvider === BasicTracerProvider ? new SimpleSpanProcessor(sent) : new SimpleSpanProcessor({ exporter: sent });
       const provider = providerOf([new rimp.RimpSpanProcessor(collector), sending]);
       const span = provider.getTracer('cart', '1.2').startSpan('work', { kind: SpanKind.CLIENT, attributes: { n: 1, list: ['a'] } });
       span.recordException(new TypeError('no'));
       span.setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
       span.end();
       await collector.forceFlush();
       await provider.shutdown();
       await receiver.shutdown();
       await received.shutdown();`,
    );
    const [own, other] = events.map(({ otel: { resource: _resource, ...otel }, ...event }) => ({ ...event, otel }));
    expect(own).toMatchObject({ source: 'cart', otel: { span: { kind: 'client', events: [{ name: 'exception' }] } } });
    // the lowest version sends no flags
    expect(other).toEqual(app === lowest ? { ...own, otel: { ...own?.otel, traceFlags: 0 } } : own);
  });

  it('takes no span that is not sampled, and none twice', async () => {
    const { events, health } = await report(
      app,
      `const names = [];
       // recorded without being sampled
       const sampler = { shouldSample: (_context, _trace, name) => ({ decision: name === 'recorded' ? 1 : name === 'sampled' ? 2 : 0 }), toString: () => 'by name' };
       const provider = providerOf([new rimp.RimpSpanProcessor(collector), new rimp.RimpSpanProcessor(collector)], sampler);
       for (const name of ['recorded', 'sampled', 'neither']) provider.getTracer('s').startSpan(name).end();
       await provider.shutdown();
       provider.getTracer('s').startSpan('sampled').end();`,
    );
    expect(events.map(({ message }) => message)).toEqual(['sampled']);
    expect(health.accepted).toBe(1);
  });

  it('never throws into the application, whatever a span is, and counts what it can not read', async () => {
    const { events, health, errors } = await report(
      app,
      `const processor = new rimp.RimpSpanProcessor(collector);
       processor.onStart();
       processor.onEnd({ spanContext: () => ({ traceId: 'x', spanId: 'y', traceFlags: 1 }), get attributes() { throw new Error('hostile'); } });
       processor.onEnd(undefined);
       await processor.shutdown();
       processor.onEnd(undefined);
       await collector.shutdown();`,
      expect.stringMatching(
        /^rimp-telemetry: lost 1 item .*: a span could not be read: hostile\nrimp-telemetry: lost 1 item .*: a span could not be read: .+\n$/,
      ),
    );
    expect([events, errors, health.dropped]).toEqual([[], [], { not_readable: 2 }]);
  });
});

describe('nodeSdkOptions', () => {
  it("adds RIMP's span processor to those that it is given, and none if it is given none", async () => {
    const { events, exported } = await report(
      two,
      `process.env.OTEL_LOGS_EXPORTER = process.env.OTEL_METRICS_EXPORTER = process.env.OTEL_TRACES_EXPORTER = 'none';
       const { NodeSDK } = require('@opentelemetry/sdk-node');
       if ('spanProcessors' in rimp.nodeSdkOptions(collector)) throw new Error('unasked');
       const node = new NodeSDK({ ...rimp.nodeSdkOptions(collector, { spanProcessors: [exporting] }), serviceName: 'till', autoDetectResources: false });
       node.start();
       trace.getTracer('app').startSpan('work').end();
       await collector.forceFlush();`,
    );
    expect(exported).toEqual(['work']);
    expect(events).toMatchObject([{ message: 'work', otel: { resource: { 'service.name': 'till' } } }]);
  });
});
