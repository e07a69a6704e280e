import { status as grpc, Server, ServerCredentials } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { nodeSdkOptions, TelemetryCollector } from 'rimp-telemetry';
import { until } from '../../helpers/until.js';

const environment = { ...process.env };
const ends: (() => unknown)[] = [];

afterEach(async () => {
  process.env = { ...environment };
  await Promise.all(ends.splice(0).map((end) => end()));
});

/** What is counted of one record that OpenTelemetry's own exporter sends to an endpoint. */
async function lostThrough(url: string) {
  process.env = {
    ...environment,
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_EXPORTER_OTLP_TIMEOUT: '300',
  };
  const collector = new TelemetryCollector();
  const provider = new LoggerProvider({ processors: nodeSdkOptions(collector).logRecordProcessors });
  ends.push(() => provider.shutdown());
  provider.getLogger('app').emit({ body: 'a record' });
  await provider.forceFlush();
  await until(() => collector.health().sinks['otlp-logs']?.queued === 0);
  return collector.health().sinks['otlp-logs']?.dropped;
}

/** A server that answers each request with a code of gRPC. */
async function grpcServer(code: number): Promise<string> {
  const server = new Server();
  const asIs = (value: Buffer): Buffer => value;
  server.addService(
    {
      export: {
        path: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
        requestStream: false,
        responseStream: false,
        requestSerialize: asIs,
        requestDeserialize: asIs,
        responseSerialize: asIs,
        responseDeserialize: asIs,
      },
    },
    { export: (_call: unknown, answer: (error: object) => void) => answer({ code, details: 'no' }) },
  );
  ends.push(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return `http://127.0.0.1:${port}`;
}

describe("an exporter of OpenTelemetry's, over gRPC", () => {
  it.each([
    ['INVALID_ARGUMENT', 'refused'],
    ['UNAUTHENTICATED', 'refused'],
    ['PERMISSION_DENIED', 'refused'],
    ['UNIMPLEMENTED', 'refused'],
    ['INTERNAL', 'refused'],
    ['UNAVAILABLE', 'export_failed'],
    ['RESOURCE_EXHAUSTED', 'export_failed'],
  ] as const)('counts %s as "%s"', async (code, reason) => {
    expect(await lostThrough(await grpcServer(grpc[code]))).toEqual({ [reason]: 1 });
  });
});
