import { afterEach, describe, expect, it } from '@jest/globals';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { nodeSdkOptions, TelemetryCollector } from 'rimp-telemetry';

const environment = { ...process.env };
afterEach(() => {
  process.env = { ...environment };
});

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';

/** Emits a record through the parts that NodeSDK is given; the environment counts while they are made. */
function emitOne(env: Readonly<Record<string, string>>) {
  process.env = { ...environment, ...env };
  const collector = new TelemetryCollector();
  const provider = new LoggerProvider({ processors: nodeSdkOptions(collector).logRecordProcessors });
  collector.useProviders({ loggerProvider: provider });
  // not the scope that is counted if a Collector may listen on that port meanwhile
  provider.getLogger('implied').emit({ body: 'a record', severityNumber: 9 });
  return collector;
}

/** What each collector says of its losses, by the environment; all wait for a server at the same time. */
async function healthOf(cases: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const collectors = Object.entries(cases).map(([what, env]) => [what, emitOne(env)] as const);
  await Promise.all(collectors.map(([, collector]) => collector.shutdown()));
  return collectors.map(([what, collector]) => {
    const { lastError, dropped, sinks } = collector.health();
    return { what, warned: lastError !== undefined, dropped, accepted: sinks['otlp-logs']?.accepted };
  });
}

describe("NodeSDK's own default endpoint", () => {
  it('is counted, and not warned of, if nobody asked for logs over OTLP', async () => {
    const found = await healthOf({
      nothing: {},
      'no metrics': { OTEL_METRICS_EXPORTER: 'none' },
      'metrics on the console': { OTEL_METRICS_EXPORTER: 'console' },
      'an endpoint of traces': { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${NOWHERE}/v1/traces` },
      'a blank endpoint': { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' },
    });
    for (const { what, ...health } of found)
      expect({ what, ...health }).toEqual({ what, warned: false, dropped: {}, accepted: 1 });
  });

  it('is not meant by what asks for logs over OTLP: a loss there is warned of', async () => {
    const found = await healthOf({
      'a general endpoint': { OTEL_EXPORTER_OTLP_ENDPOINT: NOWHERE },
      'an endpoint of logs': { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${NOWHERE}/v1/logs` },
      'an exporter of logs': { OTEL_LOGS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: NOWHERE },
    });
    for (const { what, ...health } of found)
      expect({ what, ...health }).toEqual({ what, warned: true, dropped: { export_failed: 1 }, accepted: 1 });
  });
});
